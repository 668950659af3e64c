"""Units that goods are counted in."""

from __future__ import annotations

SHELF_DAY = (
    "现货 {month}月{day}日"  # how a day of the shelf is called, in place of the title that a leader gives a round
)
WEIGHT_UNITS = frozenset({"斤", "公斤", "千克", "kg", "两"})  # sold in parts; everything else is sold whole


def may_stand_for(one: str, other: str) -> bool:
    """Whether one of the first can be one of the second: 1份 can be 1盒, but 1斤 is neither a box nor a kilogram."""
    return one == other or not {one, other} & WEIGHT_UNITS
