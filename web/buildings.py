"""Orders by building, as people walk and as people say it."""

from __future__ import annotations

from collections.abc import Iterable

from bot.texts.wording import building
from models import buildings
from models.views import OrderView


def by_building(orders: Iterable[OrderView]) -> list[tuple[str, list[OrderView]]]:
    """Orders grouped by building, in walking order; what names no building comes last."""
    return [(building(key), found) for key, found in buildings.by_building(orders)]
