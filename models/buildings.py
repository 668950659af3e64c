"""Which building a room is in, and the order in which one walks. Pure.

A building is a short key: `3`, `A`, `2-3` (building 3 of the second 期), `""` where the room names none.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from models.views import OrderView

_BUILDING = re.compile(r"\s*(?:(\d{1,2})\s*期\s*-?\s*)?(\d{1,4}|[A-Za-z])\s*(?:[-—]|号?楼|号院|栋|幢|座)")


def building_of(room: str | None) -> str:
    """3-502, 3号楼502 -> `3`; A座1203 -> `A`; 2期-3-502 -> `2-3`."""
    found = _BUILDING.match(unicodedata.normalize("NFKC", room or ""))
    if found is None:
        return ""
    building = str(int(found[2])) if found[2].isdigit() else found[2].upper()
    return f"{int(found[1])}-{building}" if found[1] else building


def walking_order(building: str) -> tuple[int, int, int, str]:
    """Sorts buildings by 期 and number, lettered ones after them, what names none last."""
    phase, _, name = building.rpartition("-")
    return (not name, int(phase or 0), int(name) if name.isdigit() else 10**9, name)


def by_building(orders: Iterable[OrderView]) -> list[tuple[str, list[OrderView]]]:
    """Orders grouped by building, in walking order, each group by room."""
    groups: dict[str, list[OrderView]] = {}
    for order in sorted(orders, key=lambda order: (_room_key(order.room), order.seq)):
        groups.setdefault(building_of(order.room), []).append(order)
    return [(building, groups[building]) for building in sorted(groups, key=walking_order)]


def _room_key(room: str | None) -> list[int]:
    return [int(digits) for digits in re.findall(r"\d{1,9}", room or "")]
