"""Which leader somebody without one may mean: by her name, by where she hands out, by what is near him."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Column, and_, func, literal, or_, select

from models import Work, community, leader, pickup_point
from operations.routing.geo import Place, great_circle_m, to_wgs84

NEAR_M = 3000
_ENOUGH = 40  # rows of one kind: who has more namesakes writes more


@dataclass(frozen=True, slots=True)
class Found:
    """A leader who works, and the places neighbours know her by."""

    number: int
    name: str
    places: tuple[str, ...] = ()
    metres: int | None = None


def by_number(work: Work, *, number: int) -> list[Found]:
    """The leader of this number, if she works."""
    return _described(work, _ids(work, leader.c.number == number))


def by_words(work: Work, *, words: Sequence[str]) -> list[Found]:
    """Those whose name or place stands in one of the words or the other way round: first by the whole name."""
    ids: dict[int, None] = {}
    for word in words:
        for found in (leader.c.display_name == word, _alike(leader.c.display_name, word)):
            ids |= dict.fromkeys(_ids(work, found))
        for table in (community, pickup_point):
            there = select(table.c.leader_id).where(_alike(table.c.name, word))
            ids |= dict.fromkeys(_ids(work, leader.c.id.in_(there)))
        ids |= dict.fromkeys(_ids(work, _alike(leader.c.application_note, word)))
        if ids:
            break
    return _described(work, list(ids))


def near(work: Work, *, here: Place) -> list[Found]:
    """Those who hand out within `NEAR_M`, the nearest first."""
    at = to_wgs84(here)
    rows = work.db.execute(
        select(pickup_point.c.leader_id, pickup_point.c.lat_e6, pickup_point.c.lng_e6, pickup_point.c.datum)
        .join(leader, leader.c.id == pickup_point.c.leader_id)
        .where(
            leader.c.state == "active",
            pickup_point.c.is_active,
            pickup_point.c.lat_e6.between(*_around(at.latitude)),
            pickup_point.c.lng_e6.is_not(None),
        )
    )
    metres: dict[int, int] = {}
    for row in rows:
        far = round(great_circle_m(at, to_wgs84(Place(row.lat_e6 / 1e6, row.lng_e6 / 1e6, row.datum))))
        metres[row.leader_id] = min(far, metres.get(row.leader_id, far))
    ids = sorted((one for one in metres if metres[one] <= NEAR_M), key=lambda one: metres[one])
    return [replace(f, metres=metres[one]) for one, f in zip(ids, _described(work, ids), strict=True)]


def all_if_few(work: Work, *, most: int) -> list[Found]:
    """Everybody who works, where they are so few that nobody need ask; else nobody."""
    ids = _ids(work, leader.c.state == "active")
    return _described(work, ids) if len(ids) <= most else []


def _around(latitude: float) -> tuple[int, int]:
    """Millionths of a degree, with room for the shift of GCJ-02."""
    reach = (NEAR_M + 1000) / 111_000
    return round((latitude - reach) * 1e6), round((latitude + reach) * 1e6)


def _alike(name: Column[Any], word: str) -> Any:
    in_word = and_(func.length(name) > 1, literal(word).contains(name))
    return or_(name.contains(word, autoescape=True), in_word)


def _ids(work: Work, condition: Any) -> list[int]:
    found = select(leader.c.id).where(leader.c.state == "active", condition).order_by(leader.c.number).limit(_ENOUGH)
    return list(work.db.execute(found).scalars())


def _described(work: Work, ids: Sequence[int]) -> list[Found]:
    """In this order."""
    leaders = select(leader.c.id, leader.c.number, leader.c.display_name).where(leader.c.id.in_(ids))
    rows = {row.id: row for row in work.db.execute(leaders)}
    places: dict[int, list[str]] = defaultdict(list)
    points = and_(pickup_point.c.leader_id.in_(ids), pickup_point.c.is_active)
    for table, wanted in ((community, community.c.leader_id.in_(ids)), (pickup_point, points)):
        named = select(table.c.leader_id, table.c.name).where(wanted).order_by(table.c.id)
        for row in work.db.execute(named):
            places[row.leader_id].append(row.name)
    return [Found(rows[one].number, rows[one].display_name, tuple(places[one])) for one in ids]
