"""A leader's life: applying, being approved, being suspended; and those who help to hand out."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, func, insert, select, update

from models import Work, account_binding, helper, leader
from operations.audit import record
from operations.errors import AlreadyApplied, NotFound, StillLeader
from operations.numbers import next_number
from operations.people import bind, lock_account, resident_of
from operations.upserts import upsert


def apply_as_leader(work: Work, *, account_id: int, name: str, note: str | None, share_bps: int) -> int:
    """An application to become a leader; an operator decides. Returns the leader id. Raises AlreadyApplied."""
    lock_account(work, account_id)
    known = work.db.execute(select(leader.c.id, leader.c.state).where(leader.c.account_id == account_id)).first()
    if known is not None and known.state != "rejected":
        raise AlreadyApplied(state=known.state)
    if known is not None:
        values = {"state": "applied", "display_name": name, "application_note": note, "decided_at": None}
        work.db.execute(update(leader).where(leader.c.id == known.id).values(**values))
        leader_id = int(known.id)
    else:
        leader_id = work.new_id()
        work.db.execute(
            insert(leader).values(
                id=leader_id,
                number=next_number(work, "leader"),
                account_id=account_id,
                display_name=name,
                application_note=note,
                share_bps=share_bps,
                created_at=work.now,
            )
        )
    record(
        work,
        leader_id=leader_id,
        actor=f"account:{account_id}",
        action="leader.apply",
        entity="leader",
        entity_id=leader_id,
        after={"state": "applied"},
    )
    return leader_id


def approve_leader(work: Work, *, leader_id: int, actor: str) -> Row[Any]:
    """Let an applicant (or a suspended leader) work. The leader is bound to himself when he has no leader yet.

    Returns the leader row. Approving twice changes nothing. Raises NotFound.
    """
    row = _set_leader_state(work, leader_id=leader_id, state="active", actor=actor, action="leader.approve")
    has_leader = work.db.execute(
        select(func.count())
        .select_from(account_binding)
        .where(account_binding.c.account_id == row.account_id, account_binding.c.is_current)
    ).scalar_one()
    if has_leader:
        resident_of(work, leader_id=leader_id, account_id=row.account_id)
    else:
        bind(work, account_id=row.account_id, leader_id=leader_id, via="self")
    return row


def reject_leader(work: Work, *, leader_id: int, actor: str) -> Row[Any]:
    """Turn an application down; the person may apply again. Raises NotFound, StillLeader."""
    now = work.db.execute(select(leader.c.state).where(leader.c.id == leader_id)).scalar()
    if now not in {None, "applied", "rejected"}:
        raise StillLeader
    return _set_leader_state(work, leader_id=leader_id, state="rejected", actor=actor, action="leader.reject")


def suspend_leader(work: Work, *, leader_id: int, actor: str) -> Row[Any]:
    """Stop a leader for now: nothing can be ordered, goods can still be handed out. Raises NotFound."""
    return _set_leader_state(work, leader_id=leader_id, state="suspended", actor=actor, action="leader.suspend")


def _set_leader_state(work: Work, *, leader_id: int, state: str, actor: str, action: str) -> Row[Any]:
    before = work.db.execute(select(leader).where(leader.c.id == leader_id)).first()
    if before is None:
        raise NotFound(what="leader")
    if before.state == state:
        return before
    work.db.execute(update(leader).where(leader.c.id == leader_id).values(state=state, decided_at=work.now))
    record(
        work,
        leader_id=leader_id,
        actor=actor,
        action=action,
        entity="leader",
        entity_id=leader_id,
        before={"state": before.state},
        after={"state": state},
    )
    return work.db.execute(select(leader).where(leader.c.id == leader_id)).one()


def set_share(work: Work, *, leader_id: int, share_bps: int, actor: str) -> None:
    """The leader's default share for new rounds, in basis points; open rounds keep theirs. Raises NotFound."""
    before = work.db.execute(select(leader.c.share_bps).where(leader.c.id == leader_id)).scalar()
    if before is None:
        raise NotFound(what="leader")
    work.db.execute(update(leader).where(leader.c.id == leader_id).values(share_bps=share_bps))
    record(
        work,
        leader_id=leader_id,
        actor=actor,
        action="leader.share",
        entity="leader",
        entity_id=leader_id,
        before={"share_bps": before},
        after={"share_bps": share_bps},
    )


def add_helper(work: Work, *, leader_id: int, account_id: int, name: str, actor: str) -> None:
    """协助核销员: may redeem for this leader, sees no money and no phone numbers. Adding twice changes nothing."""
    helper_id = work.new_id()
    work.db.execute(
        upsert(work, helper)
        .values(leader_id=leader_id, id=helper_id, account_id=account_id, display_name=name, created_at=work.now)
        .on_conflict_do_update(index_elements=["leader_id", "account_id"], set_={"is_active": True})
    )
    record(
        work,
        leader_id=leader_id,
        actor=actor,
        action="helper.add",
        entity="account",
        entity_id=account_id,
        after={"name": name},
    )


def remove_helper(work: Work, *, leader_id: int, account_id: int, actor: str) -> None:
    """No helper any more: his pages stop working at once. Removing twice changes nothing. Raises NotFound."""
    mine = (helper.c.leader_id == leader_id, helper.c.account_id == account_id)
    name = work.db.execute(select(helper.c.display_name).where(*mine)).scalar()
    if name is None:
        raise NotFound(what="helper")
    removed = work.db.execute(update(helper).where(*mine, helper.c.is_active).values(is_active=False))
    if removed.rowcount:
        record(
            work,
            leader_id=leader_id,
            actor=actor,
            action="helper.remove",
            entity="account",
            entity_id=account_id,
            before={"name": name, "active": True},
            after={"active": False},
        )
