"""What a driver may change on his own route: in which order he goes, and that the search leaves it as it is."""

from __future__ import annotations

from sqlalchemy import RowMapping, select

from models import Work, delivery_run, route, route_stop
from operations.delivery import plan_costs, plans
from operations.delivery.plan_costs import Costs
from operations.errors import NotFound


def reorder(work: Work, *, route_id: int, stop_id: int, position: int, version: int) -> tuple[Costs, Costs]:
    """Go to a stop as the `position`th (from 1) of this route; what the run costs then, and what it cost before.

    Raises as `plans.move`; a stop of another car is not found.
    """
    mine = route_stop.c.id == stop_id, route_stop.c.route_id == route_id
    stop = work.db.execute(select(route_stop.c.leader_id, route_stop.c.pickup_point_id).where(*mine)).first()
    if stop is None:
        raise NotFound(what="stop")
    of = _run_of(work, route_id)
    before = plan_costs.compared(work, run_id=of["run_id"])
    after = plans.move(
        work,
        run_id=of["run_id"],
        version=version,
        leader_id=stop.leader_id,
        point_id=stop.pickup_point_id,
        vehicle_id=of["vehicle_id"],
        position=position,
        actor=_actor(of),
    )
    return after.now, before.now if before else after.now


def lock(work: Work, *, route_id: int, is_locked: bool) -> None:
    """The next search leaves the route as it is, or need not. Raises as `plans.lock_route`."""
    of = _run_of(work, route_id)
    plans.lock_route(work, run_id=of["run_id"], route_id=route_id, is_locked=is_locked, actor=_actor(of))


def may_change(work: Work, *, route_id: int) -> bool:
    """Whether the order may be changed at all: planned, not over, and no search goes on."""
    of = _run_of(work, route_id)
    return of["state"] in {"frozen", "on_the_way"} and plans.is_quiet(work, run_id=of["run_id"])


def _run_of(work: Work, route_id: int) -> RowMapping:
    statement = select(route.c.run_id, route.c.vehicle_id, delivery_run.c.state)
    found = statement.join(delivery_run, delivery_run.c.id == route.c.run_id).where(route.c.id == route_id)
    row = work.db.execute(found).mappings().first()
    if row is None:
        raise NotFound(what="route")
    return row


def _actor(of: RowMapping) -> str:
    return f"driver:{of['vehicle_id']}"
