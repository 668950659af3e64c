"""A frozen run as a problem for `operations.routing`, and what stands in the way of planning it, as plain facts."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, and_, func, or_, select

from models import Work, delivery_note, delivery_run, leader, pickup_point, route, vehicle
from operations.routing import transport
from operations.routing.geo import Datum, GreatCircle, Place, great_circle_m, to_wgs84
from operations.routing.problem import Car, Costs, Problem, Stop

FAR_M = 150_000  # as the crow flies: further away, latitude and longitude were mixed up
ZONE_COST_M = 3_000  # what it may cost to stay in a zone
NEVER_S = 10**6  # no road leads there


@dataclass(frozen=True, slots=True)
class Point:
    """A pickup point that a run brings goods to; minutes after midnight in Shanghai."""

    leader_id: int
    point_id: int
    leader_number: int
    leader_name: str
    leader_phone: str | None
    name: str
    address: str | None
    place: Place | None
    service_min: int
    opens_min: int | None
    closes_min: int | None
    cold_by_min: int | None
    zone: str
    crates: int
    cold_crates: int

    @property
    def latest_min(self) -> int:
        """The latest arrival in time."""
        return latest(self.closes_min, self.cold_by_min, self.cold_crates)


def latest(closes_min: int | None, cold_by_min: int | None, cold_crates: int) -> int:
    """The latest arrival in time, in minutes after midnight; the limit of cold goods counts where some are brought."""
    limits = (closes_min, cold_by_min if cold_crates else None)
    return min((limit for limit in limits if limit is not None), default=24 * 60)


@dataclass(frozen=True, slots=True)
class Van:
    """A car that is in use."""

    id: int
    name: str
    capacity: int
    works_from_min: int
    works_until_min: int


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a run cannot be planned, or a stop not be served. Words: `web.route_words`."""

    code: str
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Charted:
    """A problem whose stops and cars are known: `points` (leader id, point id) and `vans` (id) by their numbers."""

    points: tuple[tuple[int, int], ...]
    vans: tuple[int, ...]
    problem: Problem

    def stored(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "points": [list(point) for point in self.points],
            "vans": list(self.vans),
            "problem": transport.values_of(self.problem),
        }

    def key(self) -> str:
        """The same for the same problem."""
        return hashlib.sha256(json.dumps(self.stored(), sort_keys=True).encode()).hexdigest()[:32]


def read(stored: Mapping[str, Any]) -> Charted:
    """What `Charted.stored` made."""
    return Charted(
        tuple((point[0], point[1]) for point in stored["points"]),
        tuple(stored["vans"]),
        transport.problem_of(stored["problem"]),
    )


def points_of(work: Work, *, run_id: int) -> list[Point]:
    """Where a frozen run stops: each pickup point once, however many rounds it gets goods of."""
    crates = func.sum(delivery_note.c.crates).label("crates")
    cold = func.sum(delivery_note.c.cold_crates).label("cold_crates")
    sums = (
        select(delivery_note.c.leader_id, delivery_note.c.pickup_point_id, crates, cold)
        .where(delivery_note.c.run_id == run_id)
        .group_by(delivery_note.c.leader_id, delivery_note.c.pickup_point_id)
        .subquery()
    )
    statement = (
        select(pickup_point, sums.c.crates, sums.c.cold_crates, leader.c.number, leader.c.display_name, leader.c.phone)
        .join(sums, and_(sums.c.leader_id == pickup_point.c.leader_id, sums.c.pickup_point_id == pickup_point.c.id))
        .join(leader, leader.c.id == pickup_point.c.leader_id)
        .order_by(leader.c.number, pickup_point.c.id)
    )
    return [_point(row) for row in work.db.execute(statement)]


def vans(work: Work, *, run_id: int) -> list[Van]:
    """The cars in use that may load for a run, by name: those of its warehouse and those of any, unless they drive for
    another run that day.
    """
    run = delivery_run.alias("this_run")
    busy = (
        select(route.c.id)
        .join(delivery_run, delivery_run.c.id == route.c.run_id)
        .where(
            route.c.vehicle_id == vehicle.c.id,
            delivery_run.c.id != run.c.id,
            delivery_run.c.run_on == run.c.run_on,
            delivery_run.c.state != "cancelled",
        )
    )
    statement = (
        select(*(vehicle.c[name] for name in ("id", "name", "capacity", "works_from_min", "works_until_min")))
        .join(run, or_(vehicle.c.warehouse_id.is_(None), vehicle.c.warehouse_id == run.c.warehouse_id))
        .where(vehicle.c.is_active, run.c.id == run_id, ~busy.exists())
        .order_by(vehicle.c.name)
    )
    return [Van(*row) for row in work.db.execute(statement)]


def place_of(row: Any) -> Place | None:
    """Where something with lat_e6, lng_e6 and datum is."""
    if row.lat_e6 is None or row.lng_e6 is None:
        return None
    datum: Datum = "wgs84" if row.datum == "wgs84" else "gcj02"
    return Place(row.lat_e6 / 1e6, row.lng_e6 / 1e6, datum)


def faults(depot: Place | None, points: Sequence[Point], fleet: Sequence[Van]) -> list[Fault]:
    """What has to be put right before routes can be planned."""
    found = [Fault("nowhere", _who(one)) for one in points if one.place is None]
    if not points:
        found.append(Fault("no_goods", {}))
    if not fleet:
        found.append(Fault("no_vehicle", {}))
    if depot is None:
        return [Fault("no_depot", {}), *found]
    found += [Fault("far", _who(one) | {"metres": away}) for one in points if (away := _away_m(depot, one)) > FAR_M]
    most = max((van.capacity for van in fleet), default=0)
    found += [Fault("too_big", _who(one) | {"crates": one.crates, "most": most}) for one in points if one.crates > most]
    return found or _in_all(points, fleet) + late(chart(points, fleet, *_by_air(depot, points)), points)


def _away_m(depot: Place, one: Point) -> int:
    return round(great_circle_m(to_wgs84(depot), to_wgs84(one.place))) if one.place else 0


def _in_all(points: Sequence[Point], fleet: Sequence[Van]) -> list[Fault]:
    crates, room = sum(one.crates for one in points), sum(van.capacity for van in fleet)
    return [Fault("too_much", {"crates": crates, "room": room})] if crates > room else []


def late(charted: Charted, points: Sequence[Point]) -> list[Fault]:
    """Points that no car can reach in time, or not be back from in time, even if it drives nowhere else."""
    found = []
    for number, one in enumerate(points):
        there, back = charted.problem.seconds[0][number + 1], charted.problem.seconds[number + 1][0]
        if max(there, back) >= NEVER_S:
            found.append(Fault("no_road", _who(one)))
            continue
        stop = charted.problem.stops[number]
        able = [
            car
            for car in charted.problem.cars
            if car.leaves + there <= stop.latest
            and max(car.leaves + there, stop.opens) + stop.service_s + back <= car.back_by
        ]
        if not able:
            soonest = min(car.leaves for car in charted.problem.cars) + there
            found.append(Fault("too_late", _who(one) | {"soonest_min": soonest // 60, "latest_min": stop.latest // 60}))
    return found


def chart(
    points: Sequence[Point],
    fleet: Sequence[Van],
    metres: Sequence[Sequence[int]],
    seconds: Sequence[Sequence[int]],
    *,
    keeps_zones: bool = True,
) -> Charted:
    """The problem, with metres and seconds between the warehouse (place 0) and the points."""
    stops = tuple(
        Stop(
            crates=one.crates,
            service_s=one.service_min * 60,
            opens=(one.opens_min or 0) * 60,
            closes=(one.closes_min if one.closes_min is not None else 24 * 60) * 60,
            must_before=one.latest_min * 60,
            zone=one.zone,
        )
        for one in points
    )
    cars = tuple(Car(van.capacity, van.works_from_min * 60, van.works_until_min * 60) for van in fleet)
    costs = Costs(zone=ZONE_COST_M if keeps_zones else 0)
    problem = Problem(stops, cars, tuple(map(tuple, metres)), tuple(map(tuple, seconds)), costs)
    return Charted(tuple((one.leader_id, one.point_id) for one in points), tuple(van.id for van in fleet), problem)


def _by_air(depot: Place, points: Sequence[Point]) -> tuple[list[list[int]], list[list[int]]]:
    return GreatCircle().between([depot, *(one.place or depot for one in points)])


def _who(one: Point) -> dict[str, Any]:
    return {"leader": one.leader_name, "number": one.leader_number, "place": one.name}


def _point(row: Row[Any]) -> Point:
    return Point(
        leader_id=row.leader_id,
        point_id=row.id,
        leader_number=row.number,
        leader_name=row.display_name,
        leader_phone=row.phone,
        name=row.name,
        address=row.address,
        place=place_of(row),
        service_min=row.service_min,
        opens_min=row.opens_min,
        closes_min=row.closes_min,
        cold_by_min=row.cold_by_min,
        zone=row.zone,
        crates=int(row.crates),
        cold_crates=int(row.cold_crates),
    )
