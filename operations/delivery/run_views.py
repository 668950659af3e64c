"""Runs for the console: the list, and one run with everything that its page shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, RowMapping, func, select

from models import Work, delivery_note, delivery_run, route, vehicle, warehouse
from operations.delivery import plan_costs, planning, problems, runs, tours
from operations.delivery.gathering import Candidate, candidates
from operations.delivery.plan_costs import Compared
from operations.delivery.problems import Fault, Point, Van
from operations.delivery.runs import Difference
from operations.listings.paging import Page, page
from operations.routing.geo import Place


@dataclass(frozen=True, slots=True)
class RouteView:
    """A route with its car and stops."""

    head: RowMapping
    stops: Sequence[RowMapping]
    crates: int

    @property
    def over_crates(self) -> int:
        """More than the car holds."""
        return max(0, self.crates - int(self.head["capacity"]))


@dataclass(frozen=True, slots=True)
class RunView:
    """One run. What a draft has none of is empty."""

    run: Row[Any]
    candidates: Sequence[Candidate]
    points: Mapping[tuple[int, int], Point]
    fleet: Sequence[Van]
    routes: Sequence[RouteView]
    loose: Sequence[Point]  # goods that no car brings yet
    search: RowMapping | None
    compared: Compared | None
    differences: Sequence[Difference]
    moved: Sequence[RowMapping]  # rounds whose pickup is at another time or place than when it was frozen
    faults: Sequence[Fault]
    sums: RowMapping

    @property
    def is_searching(self) -> bool:
        """Whether routes are being searched for."""
        return self.search is not None and self.search["state"] in planning.BUSY


@dataclass(frozen=True, slots=True)
class Sketched:
    """A route for a picture: the points it goes to, in order."""

    number: int
    name: str
    points: Sequence[Point]


STATES = ("draft", "frozen", "on_the_way", "done", "cancelled")
SORTS = ("new", "old")


def search(work: Work, *, state: str = "", sort: str = "new", number: int = 1) -> Page:
    """Runs by day, the newest or the oldest first, with how much they bring and how much of it was signed for."""
    notes = (
        select(
            delivery_note.c.run_id,
            func.count().label("notes"),
            func.sum(delivery_note.c.crates).label("crates"),
            func.count(delivery_note.c.signed_at).label("signed"),
        )
        .group_by(delivery_note.c.run_id)
        .subquery()
    )
    routes = select(func.count()).where(route.c.run_id == delivery_run.c.id).scalar_subquery()
    statement = (
        select(
            delivery_run,
            warehouse.c.name.label("warehouse_name"),
            *(func.coalesce(notes.c[name], 0).label(name) for name in ("notes", "crates", "signed")),
            routes.label("routes"),
        )
        .join(warehouse, warehouse.c.id == delivery_run.c.warehouse_id)
        .outerjoin(notes, notes.c.run_id == delivery_run.c.id)
    )
    if state:
        statement = statement.where(delivery_run.c.state == state)
    day = delivery_run.c.run_on if sort == "old" else delivery_run.c.run_on.desc()
    return page(work, statement.order_by(day, delivery_run.c.id.desc()), number)


def view(work: Work, *, run_id: int) -> RunView:
    """One run. Raises NotFound."""
    run = runs.get(work, run_id)
    is_draft = run.state == "draft"
    points = {(one.leader_id, one.point_id): one for one in problems.points_of(work, run_id=run_id)}
    found = routes(work, run_id=run_id)
    placed = {(stop["leader_id"], stop["pickup_point_id"]) for one in found for stop in one.stops}
    offered = candidates(work, run_on=run.run_on, run_id=run_id, crate_units=run.crate_units) if is_draft else ()
    return RunView(
        run=run,
        candidates=offered,
        points=points,
        fleet=problems.vans(work, run_id=run_id),
        routes=found,
        loose=[one for key, one in points.items() if key not in placed],
        search=planning.state(work, run_id=run_id),
        compared=plan_costs.compared(work, run_id=run_id),
        differences=[] if is_draft else runs.difference(work, run_id=run_id),
        moved=[] if is_draft else runs.moved(work, run_id=run_id),
        faults=planning.look(work, run_id=run_id) if run.state == "frozen" else [],
        sums=_sums(work, run_id),
    )


def routes(work: Work, *, run_id: int) -> list[RouteView]:
    """The routes of a run by number."""
    stops: dict[int, list[RowMapping]] = {}
    for stop in tours.stops_of_run(work, run_id=run_id):
        stops.setdefault(stop["route_id"], []).append(stop)
    statement = (
        select(route, *(vehicle.c[name] for name in ("name", "driver", "phone", "capacity")))
        .join(vehicle, vehicle.c.id == route.c.vehicle_id)
        .where(route.c.run_id == run_id)
        .order_by(route.c.number)
    )
    heads = work.db.execute(statement).mappings().all()
    return [
        RouteView(head, mine, sum(int(stop["crates"]) for stop in mine))
        for head in heads
        for mine in [stops.get(head["id"], [])]
    ]


def sketch(work: Work, *, run_id: int) -> tuple[Place | None, list[Sketched], list[Point]]:
    """The warehouse, the routes as they stand (the best so far while a search goes on), and points on none of them."""
    run = runs.get(work, run_id)
    points = {(one.leader_id, one.point_id): one for one in problems.points_of(work, run_id=run_id)}
    state = planning.state(work, run_id=run_id)
    charted = plan_costs.charted_of(work, run_id=run_id) if state and state["state"] in planning.BUSY else None
    if charted is not None:
        names = {van.id: van.name for van in problems.vans(work, run_id=run_id)}
        driven = [(van, order) for van, order in zip(charted[0].vans, charted[1], strict=False) if order]
        drawn = [
            Sketched(number, names.get(van, ""), [points[charted[0].points[stop]] for stop in order])
            for number, (van, order) in enumerate(driven, 1)
        ]
    else:
        drawn = [
            Sketched(
                one.head["number"],
                one.head["name"],
                [points[stop["leader_id"], stop["pickup_point_id"]] for stop in one.stops],
            )
            for one in routes(work, run_id=run_id)
        ]
    on_route = {id(point) for one in drawn for point in one.points}
    return problems.place_of(run), drawn, [one for one in points.values() if id(one) not in on_route]


def _sums(work: Work, run_id: int) -> RowMapping:
    statement = select(
        func.count().label("notes"),
        func.coalesce(func.sum(delivery_note.c.crates), 0).label("crates"),
        func.coalesce(func.sum(delivery_note.c.cold_crates), 0).label("cold_crates"),
        func.count(delivery_note.c.signed_at).label("signed"),
    ).where(delivery_note.c.run_id == run_id)
    return work.db.execute(statement).mappings().one()
