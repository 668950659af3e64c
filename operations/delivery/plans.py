"""A run's routes as rows, changed by the search or by hand, and what the plan costs against the best one found.

Whoever changes routes holds the run's row. A form names the version it was made for, so that two people do not undo
one another's work unseen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Row, delete, insert, select, update

from models import Work, delivery_run, route, route_search, route_stop
from operations.audit import PLATFORM, record
from operations.delivery import driving, problems, runs
from operations.delivery.problems import Charted
from operations.errors import NotFound, RunChanged, RunState
from operations.outbox import SHANGHAI
from operations.routing.plan import Plan, judge

Orders = list[list[int]]
_BUSY = ("wanted", "searching")
_OUT_OF_THE_WAY = 1_000_000  # numbers that routes have while they change theirs


@dataclass(frozen=True, slots=True)
class Costs:
    """What a plan comes to. Lateness is the sum over late stops, and over cars that are back too late."""

    metres: int
    seconds: int
    late_stops: int
    late_s: int
    over_crates: int
    left_out: int


@dataclass(frozen=True, slots=True)
class Compared:
    """The routes as they stand, and the best that was found."""

    now: Costs
    best: Costs


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
    charted, best = found
    now = judge(charted.problem, orders_of(work, run_id, charted))
    return Compared(costs_of(charted, now), costs_of(charted, judge(charted.problem, best)))


def orders_of(work: Work, run_id: int, charted: Charted) -> Orders:
    """The rows as orders of the problem; stops and cars that are not in it are left out."""
    orders: Orders = [[] for _ in charted.vans]
    car_of = {van: number for number, van in enumerate(charted.vans)}
    number_of = {point: number for number, point in enumerate(charted.points)}
    for row in _stops(work, run_id):
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
        for row in _stops(work, run_id)
        if row.is_locked and row.vehicle_id in car_of and (row.leader_id, row.pickup_point_id) in number_of
    }
    return fixed, bound


def write(work: Work, *, run_id: int, charted: Charted, orders: Sequence[Sequence[int]]) -> None:
    """Make these orders the run's routes, with times. A car's route keeps its id, and with it the driver's link."""
    run_on = _touch(work, run_id).run_on
    plan = judge(charted.problem, orders)
    before = {(row.leader_id, row.pickup_point_id): row for row in _stops(work, run_id)}
    work.db.execute(delete(route_stop).where(route_stop.c.run_id == run_id))
    ids = _routes(work, run_id, charted, plan, run_on)
    stops = []
    for trip in plan.trips:
        for position, (number, arrival) in enumerate(zip(trip.stops, trip.arrivals, strict=True), 1):
            leader_id, point_id = charted.points[number]
            old = before.get((leader_id, point_id))
            stops.append(
                {
                    "leader_id": leader_id, "id": old.id if old else work.new_id(), "run_id": run_id,
                    "route_id": ids[trip.car], "position": position, "pickup_point_id": point_id,
                    "due_at": at(run_on, arrival),
                    "arrived_at": old.arrived_at if old else None, "done_at": old.done_at if old else None,
                    "is_locked": bool(old and old.is_locked),
                }
            )  # fmt: skip
    if stops:
        work.db.execute(insert(route_stop), stops)


def move(
    work: Work,
    *,
    run_id: int,
    version: int,
    leader_id: int,
    point_id: int,
    vehicle_id: int | None,
    position: int,
    actor: str,
) -> Compared:
    """Put a stop on a car at a place in its order (from 1), or on none; what the plan costs then.

    Raises RunState while a search goes on or before one, RunChanged, NotFound, and RunState when it was served.
    """
    charted = _editable(work, run_id, version)
    orders = orders_of(work, run_id, charted)
    if (leader_id, point_id) not in charted.points:
        raise NotFound(what="stop")
    number = charted.points.index((leader_id, point_id))
    done = {(row.leader_id, row.pickup_point_id) for row in _stops(work, run_id) if row.done_at or row.arrived_at}
    if (leader_id, point_id) in done:
        raise RunState(state="on_the_way")
    for order in orders:
        if number in order:
            order.remove(number)
    if vehicle_id is not None:
        if vehicle_id not in charted.vans:
            raise NotFound(what="vehicle")
        order = orders[charted.vans.index(vehicle_id)]
        served = sum(charted.points[one] in done for one in order)
        order.insert(max(served, min(position - 1, len(order))), number)
    write(work, run_id=run_id, charted=charted, orders=orders)
    driving.tell_again(work, run_id=run_id)
    _log(work, run_id, actor, "run.move")
    found = compared(work, run_id=run_id)
    if found is None:
        raise NotFound(what="run")
    return found


def take_best(work: Work, *, run_id: int, version: int, actor: str) -> None:
    """The best plan of the search again, as before anybody moved something. Raises as `move`."""
    charted = _editable(work, run_id, version, only_frozen=True)
    _, best = charted_of(work, run_id=run_id) or (charted, [])
    write(work, run_id=run_id, charted=charted, orders=best)
    _log(work, run_id, actor, "run.best")


def lock_stop(work: Work, *, run_id: int, leader_id: int, point_id: int, is_locked: bool, actor: str) -> None:
    """The next search leaves the stop on its car, or need not. Raises NotFound, RunState while a search goes on."""
    _quiet(work, run_id)
    mine = (
        route_stop.c.leader_id == leader_id,
        route_stop.c.run_id == run_id,
        route_stop.c.pickup_point_id == point_id,
    )
    if work.db.execute(update(route_stop).where(*mine).values(is_locked=is_locked)).rowcount != 1:
        raise NotFound(what="stop")
    _touch(work, run_id)
    _log(work, run_id, actor, "run.lock" if is_locked else "run.unlock")


def lock_route(work: Work, *, run_id: int, route_id: int, is_locked: bool, actor: str) -> None:
    """The next search leaves the whole route as it is, or need not. Raises as `lock_stop`."""
    _quiet(work, run_id)
    mine = route.c.run_id == run_id, route.c.id == route_id
    if work.db.execute(update(route).where(*mine).values(is_locked=is_locked)).rowcount != 1:
        raise NotFound(what="route")
    _touch(work, run_id)
    _log(work, run_id, actor, "run.lock" if is_locked else "run.unlock")


def is_quiet(work: Work, *, run_id: int) -> bool:
    """Whether routes were made and nobody searches for better ones now."""
    row = work.db.execute(
        select(route_search.c.state, route_search.c.best).where(route_search.c.run_id == run_id)
    ).first()
    return row is not None and row.best is not None and row.state not in _BUSY


def at(day: date, seconds: int) -> datetime:
    """So many seconds after midnight of a day in Shanghai."""
    return datetime.combine(day, time(), SHANGHAI) + timedelta(seconds=seconds)


def _routes(work: Work, run_id: int, charted: Charted, plan: Plan, run_on: date) -> dict[int, int]:
    """Rows for the cars that drive; by car, the id of its route."""
    driven = {charted.vans[trip.car]: trip for trip in plan.trips}
    known = {row.vehicle_id: row.id for row in work.db.execute(select(route).where(route.c.run_id == run_id))}
    gone = [route_id for van, route_id in known.items() if van not in driven]
    work.db.execute(delete(route).where(route.c.run_id == run_id, route.c.id.in_(gone)))
    work.db.execute(update(route).where(route.c.run_id == run_id).values(number=route.c.number + _OUT_OF_THE_WAY))
    ids = {}
    for number, (van, trip) in enumerate(driven.items(), 1):
        values: dict[str, Any] = {
            "number": number,
            "metres": trip.metres,
            "seconds": trip.back - trip.leaves,
            "leaves_at": at(run_on, trip.leaves),
            "back_at": at(run_on, trip.back),
        }
        ids[trip.car] = known.get(van) or work.new_id()
        if van in known:
            work.db.execute(update(route).where(route.c.id == known[van]).values(**values))
        else:
            work.db.execute(insert(route).values(id=ids[trip.car], run_id=run_id, vehicle_id=van, **values))
    return ids


def _stops(work: Work, run_id: int) -> Sequence[Row[Any]]:
    statement = (
        select(route_stop, route.c.vehicle_id)
        .join(route, route.c.id == route_stop.c.route_id)
        .where(route_stop.c.run_id == run_id)
        .order_by(route.c.number, route_stop.c.position)
    )
    return work.db.execute(statement).all()


def _editable(work: Work, run_id: int, version: int, *, only_frozen: bool = False) -> Charted:
    row = _quiet(work, run_id)
    if row.state not in (("frozen",) if only_frozen else ("frozen", "on_the_way")):
        raise RunState(state=row.state)
    if row.version != version:
        raise RunChanged
    found = charted_of(work, run_id=run_id)
    if found is None:
        raise RunState(state="unplanned")
    return found[0]


def _quiet(work: Work, run_id: int) -> Row[Any]:
    """The run, held, while no search goes on."""
    row = runs.hold(work, run_id)
    mine = route_search.c.run_id == run_id, route_search.c.state.in_(_BUSY)
    if work.db.execute(select(route_search.c.run_id).where(*mine)).first() is not None:
        raise RunState(state="searching")
    return row


def _touch(work: Work, run_id: int) -> Row[Any]:
    """Forms made before this are out of date."""
    return work.db.execute(
        update(delivery_run)
        .where(delivery_run.c.id == run_id)
        .values(version=delivery_run.c.version + 1)
        .returning(delivery_run)
    ).one()


def _log(work: Work, run_id: int, actor: str, action: str) -> None:
    record(work, leader_id=PLATFORM, actor=actor, action=action, entity="run", entity_id=run_id, after={})
