"""联系团长: a resident's words to the leader, and the answer back."""

from __future__ import annotations

from typing import Any

from sqlalchemy import and_, insert, select, update

from models import Work, leader, relay, resident
from operations.errors import NotFound
from operations.notices import enqueue
from operations.people import next_number

_LONGEST = 600


def ask(
    work: Work, *, leader_id: int, resident_id: int, text: str, source_key: str, order_id: int | None = None
) -> int:
    """Pass a question on to the leader; returns its number. The same `source_key` again passes nothing on twice."""
    known = work.db.execute(
        select(relay.c.number).where(relay.c.leader_id == leader_id, relay.c.source_key == source_key)
    ).scalar()
    if known is not None:
        return int(known)
    number = next_number(work, f"relay:{leader_id}")
    work.db.execute(
        insert(relay).values(
            leader_id=leader_id,
            id=work.new_id(),
            number=number,
            resident_id=resident_id,
            order_id=order_id,
            source_key=source_key,
            question=text[:_LONGEST],
            asked_at=work.now,
        )
    )
    who = work.db.execute(
        select(resident.c.display_name, resident.c.room).where(
            resident.c.leader_id == leader_id, resident.c.id == resident_id
        )
    ).one()
    owner = work.db.execute(select(leader.c.account_id).where(leader.c.id == leader_id)).scalar_one()
    enqueue(
        work,
        leader_id=leader_id,
        account_id=owner,
        kind="relay_question",
        key=f"relay:{number}",
        payload={"number": number, "name": who.display_name, "room": who.room, "text": text[:_LONGEST]},
        order_id=order_id,
    )
    return number


def answer(work: Work, *, leader_id: int, number: int, text: str, source_key: str) -> None:
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
        payload={"number": number, "text": text[:_LONGEST]},
    )


def _find(work: Work, leader_id: int, number: int) -> Any:
    return work.db.execute(
        select(relay.c.id, resident.c.account_id)
        .join(resident, and_(resident.c.leader_id == relay.c.leader_id, resident.c.id == relay.c.resident_id))
        .where(relay.c.leader_id == leader_id, relay.c.number == number)
    ).first()
