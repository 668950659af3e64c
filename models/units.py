"""Units that mean something to the schema's users beyond being a word."""

from __future__ import annotations

WEIGHT_UNITS = frozenset({"斤", "公斤", "千克", "kg", "两"})  # sold in parts; everything else is sold whole
