"""A run's routes as rows, changed by the search or by hand.

Whoever changes routes holds the run's row. A form names the version it was made for, so that two people do not undo
one another's work unseen.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Row, delete, insert, select, update

from models import Work, delivery_run, pickup_point, route, route_search, route_stop
from operations.audit import PLATFORM, log
from operations.delivery import driving, runs
from operations.delivery.plan_costs import Compared, charted_of, compared, orders_of, stops_of
from operations.delivery.problems import Charted
from operations.errors import NotFound, RunChanged, RunState
from operations.quiet_hours import SHANGHAI
from operations.routing.plan import Plan, judge

_BUSY = ("wanted", "searching")
_OUT_OF_THE_WAY = 1_000_000  # numbers that routes have while they change theirs


def write(work: Work, *, run_id: int, charted: Charted, orders: Sequence[Sequence[int]]) -> None:
    """Make these orders the run's routes, with times. A car's route keeps its id, and with it the driver's link."""
    run_on = _touch(work, run_id).run_on
    plan = judge(charted.problem, orders)
    before = {(row.leader_id, row.pickup_point_id): row for row in stops_of(work, run_id)}
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
    done = {(row.leader_id, row.pickup_point_id) for row in stops_of(work, run_id) if row.done_at or row.arrived_at}
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
    log(work, PLATFORM, actor, "run.move", run_id, after=_named(work, leader_id, point_id))
    found = compared(work, run_id=run_id)
    if found is None:
        raise NotFound(what="run")
    return found


def take_best(work: Work, *, run_id: int, version: int, actor: str) -> None:
    """The best plan of the search again, as before anybody moved something. Raises as `move`."""
    charted = _editable(work, run_id, version, only_frozen=True)
    _, best = charted_of(work, run_id=run_id) or (charted, [])
    write(work, run_id=run_id, charted=charted, orders=best)
    log(work, PLATFORM, actor, "run.best", run_id)


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
    log(
        work,
        PLATFORM,
        actor,
        "run.lock" if is_locked else "run.unlock",
        run_id,
        after=_named(work, leader_id, point_id),
    )


def lock_route(work: Work, *, run_id: int, route_id: int, is_locked: bool, actor: str) -> None:
    """The next search leaves the whole route as it is, or need not. Raises as `lock_stop`."""
    _quiet(work, run_id)
    mine = route.c.run_id == run_id, route.c.id == route_id
    if work.db.execute(update(route).where(*mine).values(is_locked=is_locked)).rowcount != 1:
        raise NotFound(what="route")
    _touch(work, run_id)
    log(work, PLATFORM, actor, "run.lock" if is_locked else "run.unlock", run_id)


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


def _named(work: Work, leader_id: int, point_id: int) -> dict[str, Any]:
    mine = pickup_point.c.leader_id == leader_id, pickup_point.c.id == point_id
    return {"place": work.db.execute(select(pickup_point.c.name).where(*mine)).scalar_one()}
