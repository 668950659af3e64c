"""A route as its driver sees it: who may open it, its stops in order, what is unloaded where."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import RowMapping, and_, func, select

from models import (
    Work,
    delivery_note,
    delivery_note_line,
    delivery_run,
    leader,
    media,
    pickup_point,
    route,
    route_stop,
    vehicle,
    warehouse,
)
from models.joins import points_to
from operations import signed_ids
from operations.errors import LinkDead, NotFound
from operations.quiet_hours import SHANGHAI

_OPEN_FOR = timedelta(days=2)  # after the day of the run


@dataclass(frozen=True, slots=True)
class Goods:
    """One item for one stop."""

    name: str
    spec: str
    unit: str
    is_cold: bool
    storage: str | None
    milli: int


@dataclass(frozen=True, slots=True)
class Tour:
    """A route as its driver sees it: `head` has the run, the car and the warehouse."""

    head: RowMapping
    stops: Sequence[RowMapping]
    goods: Mapping[tuple[int, int], Sequence[Goods]]  # by leader and pickup point

    @property
    def next(self) -> RowMapping | None:
        """Where to go now."""
        return next((stop for stop in self.stops if stop["done_at"] is None), None)


def token_of(secret: str, *, route_id: int, link_no: int) -> str:
    """The last part of `/d/<token>`."""
    return signed_ids.write(secret, "drive", route_id, link_no)


def route_of(work: Work, *, secret: str, token: str) -> int:
    """The route a driver's link opens. Raises LinkDead for any other, for a replaced one, and after the day."""
    named = signed_ids.read(secret, "drive", token, count=2)
    if named is None:
        raise LinkDead
    row = work.db.execute(
        select(route.c.link_no, delivery_run.c.state, delivery_run.c.run_on)
        .join(delivery_run, delivery_run.c.id == route.c.run_id)
        .where(route.c.id == named[0])
    ).first()
    today = work.now.astimezone(SHANGHAI).date()
    if (
        row is None
        or row.link_no != named[1]
        or row.state not in {"frozen", "on_the_way", "done"}
        or today > row.run_on + _OPEN_FOR
    ):
        raise LinkDead
    return named[0]


def tour(work: Work, *, route_id: int) -> Tour:
    """Everything the driver needs. Raises NotFound."""
    head = work.db.execute(HEAD.where(route.c.id == route_id)).mappings().first()
    if head is None:
        raise NotFound(what="route")
    stops = work.db.execute(STOPS.where(route_stop.c.route_id == route_id)).mappings().all()
    return Tour(head, stops, _goods(work, head["run_id"], {(s["leader_id"], s["pickup_point_id"]) for s in stops}))


def stops_of_run(work: Work, *, run_id: int) -> Sequence[RowMapping]:
    """The stops of all routes of a run, as the driver sees them."""
    return work.db.execute(STOPS.where(route_stop.c.run_id == run_id)).mappings().all()


def photo(work: Work, *, run_id: int, leader_id: int, point_id: int) -> str | None:
    """The path of the picture that came with a signature."""
    found: str | None = work.db.execute(
        select(media.c.path)
        .join(
            delivery_note,
            and_(delivery_note.c.leader_id == media.c.leader_id, delivery_note.c.photo_media_id == media.c.id),
        )
        .where(
            delivery_note.c.leader_id == leader_id,
            delivery_note.c.run_id == run_id,
            delivery_note.c.pickup_point_id == point_id,
            media.c.state == "stored",
        )
    ).scalar()
    return found


def _goods(work: Work, run_id: int, points: set[tuple[int, int]]) -> dict[tuple[int, int], list[Goods]]:
    statement = (
        select(delivery_note.c.pickup_point_id, delivery_note_line)
        .join(delivery_note, points_to(delivery_note_line.c.note_id, delivery_note))
        .where(delivery_note.c.run_id == run_id, delivery_note.c.leader_id.in_(sorted({one for one, _ in points})))
        .order_by(
            delivery_note_line.c.is_cold,
            delivery_note_line.c.storage,
            delivery_note_line.c.offer_id,
            delivery_note_line.c.name,
        )
    )
    found: dict[tuple[int, int], list[Goods]] = {}
    for row in work.db.execute(statement):
        key = row.leader_id, row.pickup_point_id
        if key in points:
            found.setdefault(key, []).append(
                Goods(row.name, row.spec, row.unit, row.is_cold, row.storage, row.quantity_milli)
            )
    return found


HEAD = (
    select(
        route,
        delivery_run.c.run_on,
        delivery_run.c.state.label("run_state"),
        delivery_run.c.version.label("run_version"),
        vehicle.c.name.label("car"),
        vehicle.c.driver,
        vehicle.c.phone.label("driver_phone"),
        *(warehouse.c[name].label(f"warehouse_{name}") for name in ("name", "address", "lat_e6", "lng_e6", "datum")),
    )
    .join(delivery_run, delivery_run.c.id == route.c.run_id)
    .join(warehouse, warehouse.c.id == delivery_run.c.warehouse_id)
    .join(vehicle, vehicle.c.id == route.c.vehicle_id)
)
_OF_STOP = and_(
    delivery_note.c.leader_id == route_stop.c.leader_id,
    delivery_note.c.run_id == route_stop.c.run_id,
    delivery_note.c.pickup_point_id == route_stop.c.pickup_point_id,
)


def _of_notes(column: Any) -> Any:
    return select(column).where(_OF_STOP).correlate(route_stop).scalar_subquery()


STOPS = (
    select(
        route_stop,
        *(
            pickup_point.c[name]
            for name in (
                "name",
                "address",
                "lat_e6",
                "lng_e6",
                "datum",
                "hours",
                "opens_min",
                "closes_min",
                "cold_by_min",
            )
        ),
        leader.c.display_name.label("leader_name"),
        leader.c.number.label("leader_number"),
        leader.c.phone.label("leader_phone"),
        leader.c.account_id,
        _of_notes(func.sum(delivery_note.c.crates)).label("crates"),
        _of_notes(func.sum(delivery_note.c.cold_crates)).label("cold_crates"),
        _of_notes(func.min(delivery_note.c.signed_at)).label("signed_at"),
        _of_notes(func.min(delivery_note.c.signed_by)).label("signed_by"),
        _of_notes(func.min(delivery_note.c.remark)).label("remark"),
        _of_notes(func.min(delivery_note.c.photo_media_id)).label("photo_media_id"),
    )
    .join(pickup_point, points_to(route_stop.c.pickup_point_id, pickup_point))
    .join(leader, leader.c.id == route_stop.c.leader_id)
    .order_by(route_stop.c.route_id, route_stop.c.position)
)
