"""邻里邀请: a resident's own link, and who came by it. What both sides get for it: `invite_rewards`.

What must not be is refused by the schema: an inviter was there before his invitee (so nobody invites himself and no
chain of invitations closes), and a newcomer counts once.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Row, Select, func, select

from models import Work, invite, invite_code, leader, order, resident
from models.joins import points_to
from operations import coupons, people
from operations.errors import InviteRefused
from operations.upserts import upsert

_DIGITS = "0123456789"  # what everybody can type


@dataclass(frozen=True, slots=True)
class Terms:
    """What an invitation is worth. `most_share_bps`: both rewards together, of what the newcomer paid."""

    inviter_fen: int = 500
    invitee_fen: int = 500
    min_spend_fen: int = 3000
    coupon_life: timedelta = timedelta(days=30)
    join_within: timedelta = timedelta(days=14)
    most_per_month: int = 10
    most_share_bps: int = 3000
    inviter_title: str = "-"  # what the coupons are called
    invitee_title: str = "-"

    @property
    def is_on(self) -> bool:
        return self.inviter_fen > 0 or self.invitee_fen > 0


@dataclass(frozen=True, slots=True)
class Standing:
    """How an inviter's invitations stand."""

    code: str
    joined: int
    rewarded: int


def own_code(work: Work, *, leader_id: int, resident_id: int) -> str:
    """The word in this resident's own link, the same every time."""
    mine = invite_code.c.leader_id == leader_id, invite_code.c.resident_id == resident_id
    known = work.db.execute(select(invite_code.c.code).where(*mine)).scalar()
    if known is not None:
        return str(known)
    values = {"leader_id": leader_id, "resident_id": resident_id, "created_at": work.now}
    work.db.execute(
        upsert(work, invite_code)
        .values(code=_draw(work), **values)
        .on_conflict_do_nothing(index_elements=["leader_id", "resident_id"])
    )
    return str(work.db.execute(select(invite_code.c.code).where(*mine)).scalar_one())


def standing(work: Work, *, leader_id: int, resident_id: int) -> Standing | None:
    """The code, who came and for how many there was a reward; None for who has never asked for his code."""
    code = work.db.execute(
        select(invite_code.c.code).where(invite_code.c.leader_id == leader_id, invite_code.c.resident_id == resident_id)
    ).scalar()
    if code is None:
        return None
    mine = invite.c.leader_id == leader_id, invite.c.inviter_id == resident_id
    counted = work.db.execute(select(invite.c.state, func.count()).where(*mine).group_by(invite.c.state))
    states: dict[str, int] = {state: int(count) for state, count in counted}
    return Standing(code, states.get("joined", 0), states.get("rewarded", 0))


def inviter(work: Work, *, code: str) -> Row[Any]:
    """Who invites by this code: leader_id, resident_id, name, leader_name, leader_number. Raises InviteRefused."""
    statement: Select[Any] = (
        select(
            invite_code.c.leader_id,
            invite_code.c.resident_id,
            resident.c.display_name.label("name"),
            leader.c.display_name.label("leader_name"),
            leader.c.number.label("leader_number"),
        )
        .join(resident, points_to(invite_code.c.resident_id, resident))
        .join(leader, leader.c.id == invite_code.c.leader_id)
        .where(invite_code.c.code == coupons.tidy(code), resident.c.state == "active", leader.c.state == "active")
    )
    row = work.db.execute(statement).first()
    if row is None:
        raise InviteRefused(why="unknown")
    return row


def join(work: Work, *, account_id: int, code: str, terms: Terms) -> Row[Any]:
    """A newcomer comes by an invitation: bound to its leader and counted once. Returns the inviter's row.

    Raises InviteRefused: unknown code; self; not_new: he ordered here before, was there first, or was invited before.
    Whoever has another leader must have been asked; here he is switched.
    """
    row = inviter(work, code=code)
    known = work.db.execute(
        select(resident.c.id).where(resident.c.leader_id == row.leader_id, resident.c.account_id == account_id)
    ).scalar()
    if known == row.resident_id:
        raise InviteRefused(why="self")
    if known is not None and (known < row.resident_id or _has_ordered(work, row.leader_id, known)):
        raise InviteRefused(why="not_new", leader=row.leader_name)
    invitee = people.bind(work, account_id=account_id, leader_id=row.leader_id, via="invite")
    if invitee < row.resident_id:  # the schema would refuse it: he cannot have been there first
        raise InviteRefused(why="not_new", leader=row.leader_name)
    joined = work.db.execute(
        upsert(work, invite)
        .values(
            leader_id=row.leader_id,
            id=work.new_id(),
            inviter_id=row.resident_id,
            invitee_id=invitee,
            created_at=work.now,
            expires_at=work.now + terms.join_within,
        )
        .on_conflict_do_nothing(index_elements=["leader_id", "invitee_id"])
        .returning(invite.c.id)
    ).first()
    if joined is None and not _invited_by(work, row.leader_id, invitee, row.resident_id):
        raise InviteRefused(why="not_new", leader=row.leader_name)
    return row


def _has_ordered(work: Work, leader_id: int, resident_id: int) -> bool:
    mine = order.c.leader_id == leader_id, order.c.resident_id == resident_id
    return work.db.execute(select(order.c.id).where(*mine).limit(1)).first() is not None


def _invited_by(work: Work, leader_id: int, invitee_id: int, inviter_id: int) -> bool:
    found = select(invite.c.inviter_id).where(invite.c.leader_id == leader_id, invite.c.invitee_id == invitee_id)
    return bool(work.db.execute(found).scalar() == inviter_id)


def _draw(work: Work) -> str:
    while True:
        code = "".join(work.rng.choice(_DIGITS) for _ in range(8))
        if work.db.execute(select(invite_code.c.code).where(invite_code.c.code == code)).first() is None:
            return code
