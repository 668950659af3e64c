"""What the orders of closed rounds bring to which pickup point, and in how many crates."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, time, timedelta
from fractions import Fraction
from typing import Any

from sqlalchemy import Row, and_, exists, func, or_, select, tuple_

from models import Work, delivery_note, delivery_run, leader, offer, order, order_line, pickup_point, round_
from models.joins import points_to
from operations.delivery import fleet
from operations.quiet_hours import SHANGHAI

Round = tuple[int, int]  # leader id, round id


@dataclass(frozen=True, slots=True)
class Brought:
    """How much of one item a round brings to one pickup point; no point: the leader has none."""

    leader_id: int
    round_id: int
    point_id: int | None
    offer_id: int
    number: int
    name: str
    spec: str
    unit: str
    is_cold: bool
    storage: str | None
    case_milli: int | None
    quantity_milli: int


@dataclass(frozen=True, slots=True)
class Candidate:
    """A closed round that could go with a run. `is_due`: it is to be picked up that day; `elsewhere`: another run has
    it already; `served_from`: the other warehouse that most of its goods come from."""

    leader_id: int
    leader_number: int
    leader_name: str
    round_id: int
    title: str
    pickup_from: datetime | None
    is_due: bool
    elsewhere: date | None
    served_from: str
    points: tuple[str, ...]
    has_homeless: bool  # some goods have no pickup point
    crates: int
    cold_crates: int

    @property
    def is_taken(self) -> bool:
        """Whether it goes along unless somebody says otherwise."""
        return self.is_due and self.elsewhere is None and not self.has_homeless and not self.served_from


def brought(work: Work, rounds: Sequence[Round]) -> list[Brought]:
    """What is to be handed out of these rounds, by pickup point, read in one statement: one moment of all of them.

    Goods go to the order's own point, else the round's, else the leader's of that name, else her first.
    """
    due = func.coalesce(order_line.c.allocated_milli, order_line.c.quantity_milli)
    point = _point()
    of_round = (order.c.leader_id, order.c.round_id)
    item = (
        order_line.c.offer_id,
        offer.c.number,
        order_line.c.name,
        offer.c.spec,
        order_line.c.unit,
        offer.c.is_cold,
        offer.c.storage,
        offer.c.case_milli,
    )
    statement = (
        select(*of_round, point.label("point_id"), *item, func.sum(due).label("quantity_milli"))
        .join(order_line, and_(order_line.c.leader_id == order.c.leader_id, order_line.c.order_id == order.c.id))
        .join(offer, points_to(order_line.c.offer_id, offer))
        .join(round_, points_to(order.c.round_id, round_))
        .where(tuple_(*of_round).in_(sorted(rounds)), order.c.state != "cancelled", due > 0)
        .group_by(*of_round, point, *item)
    )
    names = [field.name for field in fields(Brought)]
    rows = work.db.execute(statement).mappings() if rounds else ()
    found = [
        Brought(**{name: row[name] for name in names} | {"quantity_milli": int(row["quantity_milli"])}) for row in rows
    ]
    return sorted(found, key=lambda one: (one.leader_id, one.round_id, one.point_id or 0, one.number, one.name))


def crates_of(goods: Iterable[Brought], crate_units: int) -> tuple[int, int]:
    """(crates, of them cold ones). A case size, where the item has one, is a crate; else so many units are.

    Parts add up, chilled and frozen goods each by themselves, and what is begun is a crate.
    """
    parts: dict[str, Fraction] = defaultdict(Fraction)
    for one in goods:
        kept = (one.storage or "chilled") if one.is_cold else "ambient"
        parts[kept] += Fraction(one.quantity_milli, one.case_milli or crate_units * 1000)
    crates = {kept: math.ceil(part) for kept, part in parts.items()}
    return sum(crates.values()), sum(crates.values()) - crates.get("ambient", 0)


def candidates(work: Work, *, run_on: date, run_id: int, crate_units: int) -> list[Candidate]:
    """Closed rounds whose goods have not come: those of the day first, then those whose day is not clear."""
    start = datetime.combine(run_on, time(), SHANGHAI)
    of_day = and_(round_.c.pickup_from >= start, round_.c.pickup_from < start + timedelta(days=1))
    elsewhere = (
        select(func.min(delivery_run.c.run_on))
        .join(delivery_note, delivery_note.c.run_id == delivery_run.c.id)
        .where(
            delivery_note.c.leader_id == round_.c.leader_id,
            delivery_note.c.round_id == round_.c.id,
            delivery_run.c.id != run_id,
            delivery_run.c.state != "cancelled",
        )
        .scalar_subquery()
    )
    statement = (
        select(round_, leader.c.number, leader.c.display_name, of_day.label("is_due"), elsewhere.label("elsewhere"))
        .join(leader, leader.c.id == round_.c.leader_id)
        .where(round_.c.state == "closed", round_.c.kind == "presale", or_(of_day, round_.c.pickup_from.is_(None)))
        .order_by(round_.c.pickup_from.is_(None), leader.c.number, round_.c.id)
    )
    rows = work.db.execute(statement).all()
    goods = brought(work, [(row.leader_id, row.id) for row in rows])
    leader_ids = {one.leader_id for one in goods}
    names, homes = _point_names(work, leader_ids), fleet.serving(work, leader_ids=leader_ids)
    mine = work.db.execute(select(delivery_run.c.warehouse_id).where(delivery_run.c.id == run_id)).scalar()
    others = {row["id"]: row["name"] for row in fleet.warehouses(work) if row["id"] != mine}
    by_round: dict[Round, list[Brought]] = defaultdict(list)
    for one in goods:
        by_round[one.leader_id, one.round_id].append(one)
    found = []
    for row in rows:
        part = by_round[row.leader_id, row.id]
        served = Counter(homes[one.point_id] for one in part if one.point_id in homes).most_common(1)
        found.append(_candidate(row, part, names, crate_units, others.get(served[0][0], "") if served else ""))
    return sorted((one for one in found if one.crates), key=lambda one: bool(one.served_from))


def next_day(work: Work) -> date:
    """The first day from today on that has closed rounds to be picked up; today when there is none."""
    today = work.now.astimezone(SHANGHAI).date()
    first = select(func.min(round_.c.pickup_from)).where(
        round_.c.state == "closed",
        round_.c.kind == "presale",
        round_.c.pickup_from >= datetime.combine(today, time(), SHANGHAI),
    )
    found: datetime | None = work.db.execute(first).scalar()
    return found.astimezone(SHANGHAI).date() if found else today


def elsewhere(work: Work, rounds: Sequence[Round], *, run_id: int) -> list[Round]:
    """Those of these rounds that another run has."""
    live = exists().where(delivery_run.c.id == delivery_note.c.run_id, delivery_run.c.state != "cancelled")
    statement = (
        select(delivery_note.c.leader_id, delivery_note.c.round_id)
        .where(
            tuple_(delivery_note.c.leader_id, delivery_note.c.round_id).in_(sorted(rounds)),
            delivery_note.c.run_id != run_id,
            live,
        )
        .distinct()
    )
    return [(row.leader_id, row.round_id) for row in work.db.execute(statement)]


def _candidate(
    row: Row[Any], goods: list[Brought], names: dict[int, str], crate_units: int, served_from: str
) -> Candidate:
    by_point: dict[int | None, list[Brought]] = {}
    for one in goods:
        by_point.setdefault(one.point_id, []).append(one)
    crates = [crates_of(part, crate_units) for part in by_point.values()]
    return Candidate(
        leader_id=row.leader_id,
        leader_number=row.number,
        leader_name=row.display_name,
        round_id=row.id,
        title=row.title,
        pickup_from=row.pickup_from,
        is_due=bool(row.is_due),
        elsewhere=row.elsewhere,
        served_from=served_from,
        points=tuple(names[point] for point in by_point if point is not None),
        has_homeless=None in by_point,
        crates=sum(one for one, _ in crates),
        cold_crates=sum(cold for _, cold in crates),
    )


def _point() -> Any:
    active = and_(pickup_point.c.leader_id == order.c.leader_id, pickup_point.c.is_active)
    first = select(func.min(pickup_point.c.id))
    named = first.where(active, pickup_point.c.name == round_.c.pickup_place).correlate(order, round_).scalar_subquery()
    any_ = first.where(active).correlate(order).scalar_subquery()
    return func.coalesce(order.c.pickup_point_id, round_.c.pickup_point_id, named, any_)


def _point_names(work: Work, leader_ids: set[int]) -> dict[int, str]:
    rows = work.db.execute(
        select(pickup_point.c.id, pickup_point.c.name).where(pickup_point.c.leader_id.in_(sorted(leader_ids)))
    )
    return {row.id: row.name for row in rows}
