"""What a run's routes cost, read back as orders of its problem: beside the best found, with locks and without."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, select, update

from models import Work, route, route_search, route_stop
from operations.delivery import problems
from operations.delivery.problems import Charted
from operations.routing.plan import Plan, judge, zone_changes

Orders = list[list[int]]


@dataclass(frozen=True, slots=True)
class Costs:
    """What a plan comes to. Lateness is the sum over late stops, and over cars that are back too late; `zone_changes`
    count where zones are to be kept together.
    """

    metres: int
    seconds: int
    late_stops: int
    late_s: int
    over_crates: int
    left_out: int
    cars: int
    zone_changes: int


@dataclass(frozen=True, slots=True)
class Compared:
    """The routes as they stand, the best that was found, and the best that was found while nothing was locked (None:
    it is that one, or the same problem was never searched without locks).
    """

    now: Costs
    best: Costs
    free: Costs | None = None


def costs_of(charted: Charted, plan: Plan) -> Costs:
    """The sums of a plan."""
    stops = charted.problem.stops
    late = [
        arrival - stops[number].latest
        for trip in plan.trips
        for number, arrival in zip(trip.stops, trip.arrivals, strict=True)
        if number in trip.late
    ]
    return Costs(
        metres=plan.metres,
        seconds=sum(trip.back - trip.leaves for trip in plan.trips),
        late_stops=len(late),
        late_s=sum(late) + sum(trip.over_s for trip in plan.trips),
        over_crates=sum(trip.over_crates for trip in plan.trips),
        left_out=len(plan.left_out),
        cars=len(plan.trips),
        zone_changes=sum(zone_changes(charted.problem, trip) for trip in plan.trips)
        if charted.problem.costs.zone
        else 0,
    )


def charted_of(work: Work, *, run_id: int) -> tuple[Charted, Orders] | None:
    """The problem that was searched last, and its best orders; None as long as there is none."""
    row = work.db.execute(
        select(route_search.c.problem, route_search.c.best).where(route_search.c.run_id == run_id)
    ).first()
    if row is None or row.problem is None or row.best is None:
        return None
    return problems.read(row.problem), row.best


def compared(work: Work, *, run_id: int) -> Compared | None:
    """What the routes as they stand cost beside the best; None as long as nothing was searched."""
    if (found := charted_of(work, run_id=run_id)) is None:
        return None
    charted, orders = found
    now, best = (judge(charted.problem, one) for one in (orders_of(work, run_id, charted), orders))
    free = _free(work, run_id, charted)
    return Compared(
        costs_of(charted, now),
        costs_of(charted, best),
        costs_of(charted, free) if free is not None and free.cost < best.cost else None,
    )


def _free(work: Work, run_id: int, charted: Charted) -> Plan | None:
    stored = work.db.execute(select(route_search.c.free).where(route_search.c.run_id == run_id)).scalar()
    return judge(charted.problem, stored["orders"]) if stored and stored["of"] == charted.key() else None


def orders_of(work: Work, run_id: int, charted: Charted) -> Orders:
    """The rows as orders of the problem; stops and cars that are not in it are left out."""
    orders: Orders = [[] for _ in charted.vans]
    car_of = {van: number for number, van in enumerate(charted.vans)}
    number_of = {point: number for number, point in enumerate(charted.points)}
    for row in stops_of(work, run_id):
        stop, car = number_of.get((row.leader_id, row.pickup_point_id)), car_of.get(row.vehicle_id)
        if stop is not None and car is not None:
            orders[car].append(stop)
    return orders


def kept(work: Work, run_id: int, charted: Charted) -> tuple[dict[int, list[int]], dict[int, int]]:
    """What the search has to leave alone: locked routes (car, its stops), and the car of each locked stop."""
    orders = orders_of(work, run_id, charted)
    car_of = {van: number for number, van in enumerate(charted.vans)}
    locked = select(route.c.vehicle_id).where(route.c.run_id == run_id, route.c.is_locked)
    fixed = {car_of[van]: orders[car_of[van]] for van in work.db.execute(locked).scalars() if van in car_of}
    number_of = {point: number for number, point in enumerate(charted.points)}
    bound = {
        number_of[row.leader_id, row.pickup_point_id]: car_of[row.vehicle_id]
        for row in stops_of(work, run_id)
        if row.is_locked and row.vehicle_id in car_of and (row.leader_id, row.pickup_point_id) in number_of
    }
    return fixed, bound


def remember_free(work: Work, *, run_id: int, charted: Charted, orders: Orders) -> None:
    """Keep a plan as what can be had without locks, where none is in force now and none better is known."""
    fixed, bound = kept(work, run_id, charted)
    known = _free(work, run_id, charted)
    if fixed or bound or (known is not None and known.cost <= judge(charted.problem, orders).cost):
        return
    free = {"of": charted.key(), "orders": orders}
    work.db.execute(update(route_search).where(route_search.c.run_id == run_id).values(free=free))


def stops_of(work: Work, run_id: int) -> Sequence[Row[Any]]:
    """The stops of a run by route and place, each with its `vehicle_id`."""
    statement = (
        select(route_stop, route.c.vehicle_id)
        .join(route, route.c.id == route_stop.c.route_id)
        .where(route_stop.c.run_id == run_id)
        .order_by(route.c.number, route_stop.c.position)
    )
    return work.db.execute(statement).all()
