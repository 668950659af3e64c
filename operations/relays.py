"""联系团长: a resident's words to the leader, and the answer back; what waits too long goes to the platform."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import and_, func, insert, select, update

from models import Work, order, relay, resident
from models.joins import points_to
from operations import order_views
from operations.audit import record
from operations.errors import NotFound
from operations.notices import enqueue
from operations.numbers import next_number
from operations.receivers import tell_leader, tell_resident
from operations.upserts import for_update

_LONGEST = 600
PATIENCE = timedelta(hours=4)  # the leader's; then the platform looks


def ask(
    work: Work, *, leader_id: int, resident_id: int, text: str, source_key: str, order_id: int | None = None
) -> int:
    """Pass a question on to the leader with the order it is about, his latest where none is named; returns its number.

    The same `source_key` again passes nothing on twice. Raises NotFound for an order of somebody else.
    """
    known = work.db.execute(
        select(relay.c.number).where(relay.c.leader_id == leader_id, relay.c.source_key == source_key)
    ).scalar()
    if known is not None:
        return int(known)
    if order_id is None:
        order_id = _current_order(work, leader_id, resident_id)
    else:
        _check_own(work, leader_id, resident_id, order_id)
    number = next_number(work, f"relay:{leader_id}")
    question = text[:_LONGEST]
    work.db.execute(
        insert(relay).values(
            leader_id=leader_id,
            id=work.new_id(),
            number=number,
            resident_id=resident_id,
            order_id=order_id,
            source_key=source_key,
            question=question,
            asked_at=work.now,
        )
    )
    tell_leader(
        work,
        leader_id=leader_id,
        kind="relay_question",
        key=f"relay:{number}",
        payload={
            "number": number,
            **_who(work, leader_id, resident_id),
            "text": question,
            "order": _order_facts(work, leader_id, order_id),
        },
        order_id=order_id,
    )
    return number


def answer(work: Work, *, leader_id: int, number: int, text: str, source_key: str, is_platform: bool = False) -> None:
    """Pass the leader's answer back; a second answer is passed on too. Raises NotFound."""
    row = _find(work, leader_id, number)
    if row is None or row.account_id is None:
        raise NotFound(what="relay", typed=str(number))
    work.db.execute(
        update(relay)
        .where(relay.c.leader_id == leader_id, relay.c.id == row.id)
        .values(answer=text[:_LONGEST], answered_at=work.now)
    )
    enqueue(
        work,
        leader_id=leader_id,
        account_id=row.account_id,
        kind="relay_answer",
        key=f"relay_answer:{source_key}",
        payload={"number": number, "text": text[:_LONGEST], "is_platform": is_platform},
    )


def write(work: Work, *, leader_id: int, resident_id: int, text: str, actor: str, source_key: str) -> None:
    """The leader's own words to one neighbour; the same `source_key` again writes nothing twice."""
    tell_resident(
        work,
        leader_id=leader_id,
        resident_id=resident_id,
        kind="relay_answer",
        key=f"relay_answer:{source_key}",
        payload={"number": 0, "text": text[:_LONGEST], "is_platform": False},
    )
    record(
        work,
        leader_id=leader_id,
        actor=actor,
        action="relay.write",
        entity="resident",
        entity_id=resident_id,
        after={"note": text[:_LONGEST]},
    )


def waiting(work: Work, *, leader_id: int, limit: int = 2) -> list[tuple[int, str, str | None, str | None]]:
    """(number, question, name, room) of what a leader has not answered and was asked lately."""
    found = (
        select(relay.c.number, relay.c.question, resident.c.display_name, resident.c.room)
        .join(resident, points_to(relay.c.resident_id, resident))
        .where(relay.c.leader_id == leader_id, relay.c.answered_at.is_(None), relay.c.asked_at > work.now - PATIENCE)
        .order_by(relay.c.number)
        .limit(limit)
    )
    return [(row.number, row.question, row.display_name, row.room) for row in work.db.execute(found)]


def _find(work: Work, leader_id: int, number: int) -> Any:
    return work.db.execute(
        select(relay.c.id, resident.c.account_id)
        .join(resident, points_to(relay.c.resident_id, resident))
        .where(relay.c.leader_id == leader_id, relay.c.number == number)
    ).first()


def escalate_due(work: Work, *, limit: int = 50) -> int:
    """Questions that waited too long: the platform sees them, leader and resident are told. How many."""
    waiting = (
        select(relay)
        .where(relay.c.answered_at.is_(None), relay.c.escalated_at.is_(None), relay.c.asked_at <= work.now - PATIENCE)
        .order_by(relay.c.asked_at)
        .limit(limit)
    )
    rows = work.db.execute(for_update(work, waiting, skip_locked=True)).all()
    for row in rows:
        mine = relay.c.leader_id == row.leader_id, relay.c.id == row.id
        work.db.execute(update(relay).where(*mine).values(escalated_at=work.now))
        _tell_escalated(work, row)
    return len(rows)


def answer_for_leader(work: Work, *, leader_id: int, number: int, text: str, actor: str, source_key: str) -> None:
    """The platform answers in the leader's place. Raises NotFound."""
    answer(work, leader_id=leader_id, number=number, text=text, source_key=source_key, is_platform=True)
    after = {"number": number}
    record(work, leader_id=leader_id, actor=actor, action="relay.answer", entity="relay", entity_id=number, after=after)


def _tell_escalated(work: Work, row: Any) -> None:
    leader_id, facts = row.leader_id, {"number": row.number, "text": row.question[:60]}
    tell_leader(
        work,
        leader_id=leader_id,
        kind="relay_escalated",
        key=f"relay_escalated:{row.number}:leader",
        payload={"audience": "leader", **facts},
    )
    tell_resident(
        work,
        leader_id=leader_id,
        resident_id=row.resident_id,
        kind="relay_escalated",
        key=f"relay_escalated:{row.number}:resident",
        payload={"audience": "resident", **facts},
    )


def _who(work: Work, leader_id: int, resident_id: int) -> dict[str, Any]:
    mine = resident.c.leader_id == leader_id, resident.c.id == resident_id
    one = work.db.execute(select(resident.c.display_name, resident.c.room).where(*mine)).one()
    return {"name": one.display_name, "room": one.room}


def _check_own(work: Work, leader_id: int, resident_id: int, order_id: int) -> None:
    """His own or one of his guests'."""
    holder = select(func.coalesce(resident.c.host_resident_id, resident.c.id)).join(
        order, and_(order.c.leader_id == resident.c.leader_id, order.c.resident_id == resident.c.id)
    )
    mine = order.c.leader_id == leader_id, order.c.id == order_id
    if work.db.execute(holder.where(*mine)).scalar() != resident_id:
        raise NotFound(what="order")


def _current_order(work: Work, leader_id: int, resident_id: int) -> int | None:
    """The order the words are probably about: his latest that is not cancelled."""
    mine = order.c.leader_id == leader_id, order.c.resident_id == resident_id, order.c.state != "cancelled"
    found = work.db.execute(select(order.c.id).where(*mine).order_by(order.c.id.desc()).limit(1)).scalar()
    return int(found) if found is not None else None


def _order_facts(work: Work, leader_id: int, order_id: int | None) -> dict[str, Any] | None:
    """What the leader sees of the order. Raises NotFound for an order of somebody else's world."""
    if order_id is None:
        return None
    one = order_views.view(work, leader_id=leader_id, order_id=order_id)
    lines = [{"name": x.name, "unit": x.unit, "quantity_milli": x.quantity_milli} for x in one.lines]
    return {"title": one.round_title, "seq": one.seq, "lines": lines}
