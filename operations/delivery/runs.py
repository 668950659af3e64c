"""A day's run from one warehouse: drawn up, frozen, thawed, and compared with the orders as they are now.

Frozen means: what goes to whom is written into delivery notes in one transaction, and from then on every paper is made
from those. An order that changes afterwards shows as a difference; who wants it on the papers thaws and freezes anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, RowMapping, delete, exists, func, insert, select, tuple_, update

from models import (
    Work,
    delivery_note,
    delivery_note_line,
    delivery_run,
    leader,
    pickup_point,
    round_,
    round_move,
    route,
    route_search,
    route_stop,
    warehouse,
)
from operations.audit import PLATFORM, log
from operations.delivery.gathering import Brought, Round, brought, crates_of, elsewhere
from operations.errors import NoPickupPoint, NotFound, NothingToDeliver, RoundElsewhere, RunState
from operations.upserts import for_update, upsert


@dataclass(frozen=True, slots=True)
class Difference:
    """An item whose orders are not any more what a frozen note says; thousandths of its unit."""

    leader_number: int
    leader_name: str
    place: str
    round_title: str
    name: str
    unit: str
    frozen_milli: int
    now_milli: int


def create(work: Work, *, run_on: date, warehouse_id: int, crate_units: int = 10, actor: str) -> int:
    """The run of a day and a warehouse: a new one, or the one that is there. Raises NotFound."""
    if work.db.execute(select(warehouse.c.id).where(warehouse.c.id == warehouse_id)).first() is None:
        raise NotFound(what="warehouse")
    new = upsert(work, delivery_run).values(
        id=work.new_id(),
        run_on=run_on,
        warehouse_id=warehouse_id,
        crate_units=crate_units,
        created_at=work.now,
    )
    made = work.db.execute(
        new.on_conflict_do_nothing(index_elements=["run_on", "warehouse_id"]).returning(delivery_run.c.id)
    ).scalar()
    if made is None:
        mine = delivery_run.c.run_on == run_on, delivery_run.c.warehouse_id == warehouse_id
        work.db.execute(update(delivery_run).where(*mine, delivery_run.c.state == "cancelled").values(state="draft"))
        return int(work.db.execute(select(delivery_run.c.id).where(*mine)).scalar_one())
    log(work, PLATFORM, actor, "run.create", made, after={"name": run_on.isoformat()})
    return int(made)


def get(work: Work, run_id: int) -> Row[Any]:
    """One run with its warehouse's `name`, `address`, `lat_e6`, `lng_e6`, `datum`. Raises NotFound."""
    statement = (
        select(
            delivery_run,
            *(warehouse.c[name] for name in ("name", "address", "lat_e6", "lng_e6", "datum")),
        )
        .join(warehouse, warehouse.c.id == delivery_run.c.warehouse_id)
        .where(delivery_run.c.id == run_id)
    )
    row = work.db.execute(statement).first()
    if row is None:
        raise NotFound(what="run")
    return row


def hold(work: Work, run_id: int) -> Row[Any]:
    """The run's own row, held: who changes routes or the run's state comes one after the other. Raises NotFound."""
    statement = select(delivery_run).where(delivery_run.c.id == run_id)
    row = work.db.execute(for_update(work, statement)).first()
    if row is None:
        raise NotFound(what="run")
    return row


def freeze(work: Work, *, run_id: int, rounds: Sequence[Round], crate_units: int | None = None, actor: str) -> int:
    """Write what these rounds bring into notes; returns how many notes.

    Raises RunState unless the run is a draft, RoundElsewhere, NoPickupPoint, NothingToDeliver, and NotFound for rounds
    that are not closed.
    """
    chosen = sorted(set(rounds))
    _lock_rounds(work, chosen)
    row = _step(work, run_id, ("draft",), state="frozen", frozen_at=work.now)
    taken = elsewhere(work, chosen, run_id=run_id)
    if taken:
        raise RoundElsewhere(title=_title(work, taken[0]))
    goods = brought(work, chosen)
    homeless = next((one for one in goods if one.point_id is None), None)
    if homeless is not None:
        raise NoPickupPoint(title=_title(work, (homeless.leader_id, homeless.round_id)))
    if not goods:
        raise NothingToDeliver
    units = crate_units or row.crate_units
    work.db.execute(update(delivery_run).where(delivery_run.c.id == run_id).values(crate_units=units))
    notes = _write_notes(work, run_id, goods, units)
    log(work, PLATFORM, actor, "run.freeze", run_id, after={"rounds": len(chosen)})
    return notes


def thaw(work: Work, *, run_id: int, actor: str) -> None:
    """Throw notes, routes and the search away: a draft again. Raises RunState once the car is on its way."""
    _step(work, run_id, ("frozen",), state="draft", frozen_at=None)
    _forget(work, run_id)
    log(work, PLATFORM, actor, "run.thaw", run_id)


def cancel(work: Work, *, run_id: int, actor: str) -> None:
    """There is no run that day. Raises RunState once the car is on its way."""
    _step(work, run_id, ("draft", "frozen"), state="cancelled")
    _forget(work, run_id)
    log(work, PLATFORM, actor, "run.cancel", run_id)


def rounds_of(work: Work, run_id: int) -> list[Round]:
    """Whose goods a frozen run brings."""
    statement = (
        select(delivery_note.c.leader_id, delivery_note.c.round_id).where(delivery_note.c.run_id == run_id).distinct()
    )
    return sorted((row.leader_id, row.round_id) for row in work.db.execute(statement))


def difference(work: Work, *, run_id: int) -> list[Difference]:
    """Where the orders are not any more what the notes say."""
    now = {_key(one): one for one in brought(work, rounds_of(work, run_id))}
    then = {
        (row.leader_id, row.round_id, row.pickup_point_id, row.offer_id, row.name): row
        for row in work.db.execute(
            select(delivery_note_line, delivery_note.c.round_id, delivery_note.c.pickup_point_id)
            .join(
                delivery_note,
                (delivery_note.c.leader_id == delivery_note_line.c.leader_id)
                & (delivery_note.c.id == delivery_note_line.c.note_id),
            )
            .where(delivery_note.c.run_id == run_id)
        )
    }
    changed = []
    for key in sorted(now.keys() | then.keys(), key=str):
        was = then[key].quantity_milli if key in then else 0
        is_now = now[key].quantity_milli if key in now else 0
        if was != is_now:
            changed.append((key, (now.get(key) or then[key]).unit, was, is_now))
    return [_difference(work, key, unit, was, is_now) for key, unit, was, is_now in changed]


def moved(work: Work, *, run_id: int) -> Sequence[RowMapping]:
    """Rounds of the run whose pickup was moved after it was frozen: title, leader, and how pickup is now."""
    mine = (round_move.c.leader_id == round_.c.leader_id, round_move.c.round_id == round_.c.id)
    since = select(delivery_run.c.frozen_at).where(delivery_run.c.id == run_id).scalar_subquery()
    statement = (
        select(round_, leader.c.number.label("leader_number"), leader.c.display_name.label("leader_name"))
        .join(leader, leader.c.id == round_.c.leader_id)
        .where(
            tuple_(round_.c.leader_id, round_.c.id).in_(rounds_of(work, run_id)),
            exists().where(*mine, round_move.c.at >= since),
        )
        .order_by(leader.c.number, round_.c.id)
    )
    return work.db.execute(statement).mappings().all()


_Key = tuple[int, int, int | None, int, str]


def _key(one: Brought) -> _Key:
    return one.leader_id, one.round_id, one.point_id, one.offer_id, one.name


def _difference(work: Work, key: _Key, unit: str, was: int, is_now: int) -> Difference:
    leader_id, round_id, point_id, _, name = key
    owner = work.db.execute(select(leader.c.number, leader.c.display_name).where(leader.c.id == leader_id)).one()
    place = work.db.execute(
        select(pickup_point.c.name).where(pickup_point.c.leader_id == leader_id, pickup_point.c.id == point_id)
    ).scalar()
    title = _title(work, (leader_id, round_id))
    return Difference(owner.number, owner.display_name, place or "", title, name, unit, was, is_now)


def _lock_rounds(work: Work, rounds: Sequence[Round]) -> None:
    """Nobody else freezes them, reopens them or enters their goods meanwhile. Raises NotFound."""
    mine = tuple_(round_.c.leader_id, round_.c.id).in_(rounds)
    statement = select(round_.c.id).where(mine, round_.c.state == "closed").order_by(round_.c.leader_id, round_.c.id)
    if not rounds:
        raise NothingToDeliver
    if len(work.db.execute(for_update(work, statement)).all()) != len(rounds):
        raise NotFound(what="round")


def _step(work: Work, run_id: int, states: Sequence[str], **values: Any) -> Row[Any]:
    row = work.db.execute(
        update(delivery_run)
        .where(delivery_run.c.id == run_id, delivery_run.c.state.in_(states))
        .values(version=delivery_run.c.version + 1, **values)
        .returning(delivery_run)
    ).first()
    if row is None:
        raise RunState(state=get(work, run_id).state)
    return row


def _write_notes(work: Work, run_id: int, goods: Sequence[Brought], crate_units: int) -> int:
    by_note: dict[tuple[int, int, int], list[Brought]] = {}
    for one in goods:
        by_note.setdefault((one.leader_id, one.round_id, one.point_id or 0), []).append(one)
    notes, lines = [], []
    for (leader_id, round_id, point_id), part in by_note.items():
        crates, cold = crates_of(part, crate_units)
        note = {"leader_id": leader_id, "id": work.new_id()}
        notes.append(
            note
            | {
                "run_id": run_id, "pickup_point_id": point_id, "round_id": round_id,
                "crates": crates, "cold_crates": cold,
            }
        )  # fmt: skip
        lines += [
            {
                "leader_id": leader_id, "note_id": note["id"], "offer_id": one.offer_id, "name": one.name,
                "spec": one.spec, "unit": one.unit, "is_cold": one.is_cold, "storage": one.storage,
                "quantity_milli": one.quantity_milli,
            }
            for one in part
        ]  # fmt: skip
    work.db.execute(insert(delivery_note), notes)
    work.db.execute(insert(delivery_note_line), lines)
    return len(notes)


def _forget(work: Work, run_id: int) -> None:
    """Search first: a planner that still works finds its fence gone and writes nothing."""
    work.db.execute(delete(route_search).where(route_search.c.run_id == run_id))
    work.db.execute(delete(route_stop).where(route_stop.c.run_id == run_id))
    work.db.execute(delete(route).where(route.c.run_id == run_id))
    of_run = select(delivery_note.c.leader_id, delivery_note.c.id).where(delivery_note.c.run_id == run_id)
    keys = tuple_(delivery_note_line.c.leader_id, delivery_note_line.c.note_id)
    work.db.execute(delete(delivery_note_line).where(keys.in_(of_run)))
    work.db.execute(delete(delivery_note).where(delivery_note.c.run_id == run_id))


def _title(work: Work, one: Round) -> str:
    mine = round_.c.leader_id == one[0], round_.c.id == one[1]
    return str(work.db.execute(select(func.max(round_.c.title)).where(*mine)).scalar() or "")
