"""The life of a search for routes: asked for on a page, claimed and told about by a scheduler, ended.

    wanted -> searching -> done                  its time was over
                        -> stopped               somebody pressed the button: the best so far counts
                        -> failed                `trouble` says why
                        -> wanted                the scheduler stops: the next one goes on from the best so far

A claim adds one to `fence` and holds a lease; what a search found is written only where its fence still stands. Who
was killed lets his lease run out, and the next goes on. A search that nobody answers for (thawed, taken over) is told
so by `tell` and ends.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import RowMapping, null, select, update

from models import Work, route_search
from operations.audit import PLATFORM, record
from operations.delivery import plan_costs, plans, problems, runs
from operations.delivery.problems import Charted, Fault, Point, Van
from operations.errors import NotPlannable, RunState
from operations.routing.geo import Place
from operations.routing.plan import Plan
from operations.upserts import for_update, upsert

LEASE = timedelta(seconds=15)  # a search tells of itself every second; on a busy machine every few
BUSY = ("wanted", "searching")


@dataclass(frozen=True, slots=True)
class Claimed:
    """A search that is ours as long as the fence stands. `charted` and `best`: as far as an earlier one came."""

    run_id: int
    fence: int
    asked_s: int
    searched_s: int
    keeps_zones: bool
    is_unwanted: bool
    charted: Charted | None
    best: list[list[int]] | None

    @property
    def left_s(self) -> int:
        return max(0, self.asked_s - self.searched_s)


@dataclass(frozen=True, slots=True)
class Inputs:
    """What there is to plan with."""

    depot: Place
    points: Sequence[Point]
    fleet: Sequence[Van]


def state(work: Work, *, run_id: int) -> RowMapping | None:
    """How the search stands, without the problem itself."""
    columns = [column for column in route_search.c if column.name not in {"problem", "best", "free"}]
    return work.db.execute(select(*columns).where(route_search.c.run_id == run_id)).mappings().first()


def look(work: Work, *, run_id: int) -> list[Fault]:
    """What has to be put right before routes can be planned. Raises NotFound."""
    run = runs.get(work, run_id)
    return problems.faults(
        problems.place_of(run), problems.points_of(work, run_id=run_id), problems.vans(work, run_id=run_id)
    )


def ask(work: Work, *, run_id: int, seconds: int, keeps_zones: bool = True, actor: str) -> bool:
    """Have routes searched for; False when that is going on already. Raises RunState, NotPlannable, NotFound."""
    run = runs.hold(work, run_id)
    if run.state != "frozen":
        raise RunState(state=run.state)
    if found := look(work, run_id=run_id):
        raise NotPlannable(faults=found)
    asked: dict[str, Any] = {
        "state": "wanted",
        "asked_s": seconds,
        "searched_s": 0,
        "keeps_zones": keeps_zones,
        "stop_wanted": False,
        "problem": null(),  # None would be written as JSON's null, which is something
        "best": null(),
        "cost": None,
        "metres": None,
        "placed": 0,
        "trouble": null(),
        "lease_until": work.now,
        "asked_at": work.now,
        "ended_at": None,
    }
    statement = (
        upsert(work, route_search)
        .values(run_id=run_id, **asked)
        .on_conflict_do_update(
            index_elements=["run_id"],
            set_=asked | {"fence": route_search.c.fence + 1},
            where=route_search.c.state.not_in(BUSY),
        )
        .returning(route_search.c.run_id)
    )
    is_new = work.db.execute(statement).first() is not None
    if is_new:
        record(
            work, leader_id=PLATFORM, actor=actor, action="run.plan", entity="run", entity_id=run_id,
            after={"seconds": seconds},
        )  # fmt: skip
    return is_new


def want_stop(work: Work, *, run_id: int) -> bool:
    """End it and keep the best so far; False when nothing is searched."""
    waiting = route_search.c.run_id == run_id, route_search.c.state.in_(BUSY)
    wanted = work.db.execute(update(route_search).where(*waiting).values(stop_wanted=True))
    # Nobody works at it yet, and there is nothing to keep: the button need not wait for a scheduler.
    mine = (*waiting, route_search.c.state == "wanted", route_search.c.best.is_(None))
    work.db.execute(update(route_search).where(*mine).values(state="stopped", lease_until=None, ended_at=work.now))
    return wanted.rowcount == 1


def claim(work: Work) -> Claimed | None:
    """Take the search that has waited longest, or whose scheduler does not answer any more."""
    due = (
        select(route_search)
        .where(route_search.c.state.in_(BUSY), route_search.c.lease_until <= work.now)
        .order_by(route_search.c.lease_until)
        .limit(1)
    )
    row = work.db.execute(for_update(work, due, skip_locked=True)).first()
    if row is None:
        return None
    taken = {"state": "searching", "fence": row.fence + 1, "lease_until": work.now + LEASE}
    work.db.execute(update(route_search).where(route_search.c.run_id == row.run_id).values(**taken))
    return Claimed(
        run_id=row.run_id,
        fence=row.fence + 1,
        asked_s=row.asked_s,
        searched_s=row.searched_s,
        keeps_zones=row.keeps_zones,
        is_unwanted=row.stop_wanted,
        charted=problems.read(row.problem) if row.problem else None,
        best=row.best,
    )


def inputs(work: Work, *, run_id: int) -> Inputs:
    """What the search is about. Raises NotFound, and NotPlannable when something is missing since it was asked for."""
    run = runs.get(work, run_id)
    points, fleet, depot = (
        problems.points_of(work, run_id=run_id),
        problems.vans(work, run_id=run_id),
        problems.place_of(run),
    )
    if depot is None or (found := problems.faults(depot, points, fleet)):
        raise NotPlannable(faults=found if depot else [])
    return Inputs(depot, points, fleet)


def keep_problem(work: Work, *, run_id: int, fence: int, charted: Charted) -> bool:
    """Write down what is searched. False: it is somebody else's by now."""
    return _mine(work, run_id, fence, problem=charted.stored(), lease_until=work.now + LEASE) is not None


def tell(
    work: Work, *, run_id: int, fence: int, searched_s: int, best: tuple[Plan, list[list[int]]] | None = None
) -> bool | None:
    """How far it is. True: go on; False: somebody wants it to end; None: it is somebody else's by now."""
    values: dict[str, Any] = {"searched_s": searched_s, "lease_until": work.now + LEASE}
    if best is not None:
        plan, orders = best
        placed = sum(len(order) for order in orders)
        values |= {"best": orders, "cost": plan.cost, "metres": plan.metres, "placed": placed}
    row = _mine(work, run_id, fence, **values)
    return None if row is None else not row.stop_wanted


def release(work: Work, *, run_id: int, fence: int, searched_s: int) -> bool:
    """The scheduler stops: let the next one go on at once."""
    return _mine(work, run_id, fence, state="wanted", searched_s=searched_s, lease_until=work.now) is not None


def finish(
    work: Work, *, run_id: int, fence: int, outcome: str, trouble: Sequence[Mapping[str, Any]] | None = None
) -> bool:
    """It is over: `done`, `stopped` or `failed`. The best plan, if there is one, becomes the run's routes."""
    runs.hold(work, run_id)
    row = _mine(
        work,
        run_id,
        fence,
        state=outcome,
        lease_until=None,
        ended_at=work.now,
        trouble=list(trouble) if trouble else null(),
    )
    if row is None:
        return False
    if row.best is not None and row.problem is not None:
        charted = problems.read(row.problem)
        plan_costs.remember_free(work, run_id=run_id, charted=charted, orders=row.best)
        plans.write(work, run_id=run_id, charted=charted, orders=row.best)
    return True


def _mine(work: Work, run_id: int, fence: int, **values: Any) -> Any:
    mine = route_search.c.run_id == run_id, route_search.c.fence == fence, route_search.c.state == "searching"
    return work.db.execute(update(route_search).where(*mine).values(**values).returning(route_search)).first()
