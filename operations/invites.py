"""邻里邀请: a resident's own link; both sides get a coupon after the newcomer's first order was handed out.

What must not be is refused by the schema: an inviter was there before his invitee (so nobody invites himself and no
chain of invitations closes), a newcomer counts once, each side is rewarded once for one invitation.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Row, Select, and_, exists, func, insert, or_, select, update

from models import Work, coupon, invite, invite_code, leader, order, resident, reward
from operations import coupons, people
from operations.coupons import NewCoupon
from operations.errors import InviteRefused
from operations.notices import enqueue
from operations.upserts import for_update, upsert

_DIGITS = "0123456789"  # what everybody can type
_CAP_DAYS = timedelta(days=30)
_LOOK_BACK = timedelta(days=60)  # a reward is taken back while its coupon may still be unused


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
        .join(
            resident,
            and_(resident.c.leader_id == invite_code.c.leader_id, resident.c.id == invite_code.c.resident_id),
        )
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


def reward_due(work: Work, *, terms: Terms, limit: int = 50) -> int:
    """Reward invitations whose newcomer has fetched his first order; end those that waited too long. How many."""
    fetched = exists().where(
        order.c.leader_id == invite.c.leader_id,
        order.c.resident_id == invite.c.invitee_id,
        order.c.state == "picked_up",
    )
    due = (
        select(invite)
        .where(invite.c.state == "joined", or_(invite.c.expires_at <= work.now, fetched))
        .order_by(invite.c.id)
        .limit(limit)
    )
    rows = work.db.execute(for_update(work, due, skip_locked=True)).all()
    for row in rows:
        first = _first_order(work, row.leader_id, row.invitee_id)
        if first is not None and first.picked_up_at is not None and first.picked_up_at <= row.expires_at:
            _reward(work, row, first, terms)
        else:
            _settle(work, row, "expired")
    return len(rows)


def take_back(work: Work, *, limit: int = 50) -> int:
    """Where the order behind a reward was paid back in full, coupons nobody has used yet are stopped. How many."""
    paid_back = and_(order.c.paid_fen > 0, order.c.refunded_fen >= order.c.paid_fen)
    worthless = order.c.total_fen <= order.c.discount_fen
    rows = work.db.execute(
        select(invite.c.leader_id, invite.c.id)
        .join(order, and_(order.c.leader_id == invite.c.leader_id, order.c.id == invite.c.rewarded_order_id))
        .where(invite.c.state == "rewarded", invite.c.rewarded_at > work.now - _LOOK_BACK, paid_back | worthless)
        .order_by(invite.c.id)
        .limit(limit)
    ).all()
    for row in rows:
        _take_back(work, row.leader_id, row.id)
    return len(rows)


def _reward(work: Work, row: Row[Any], first: Row[Any], terms: Terms) -> None:
    spent = first.total_fen - first.discount_fen
    inviter_fen, invitee_fen = shares(spent, terms)
    is_capped = _rewarded_lately(work, row) >= terms.most_per_month
    if is_capped:
        inviter_fen = 0
    if not inviter_fen and not invitee_fen:
        _settle(work, row, "refused", why_not="cap" if is_capped else "too_small")
        return
    _settle(work, row, "rewarded", rewarded_at=work.now, rewarded_order_id=first.id)
    for resident_id, amount, title in (
        (row.inviter_id, inviter_fen, terms.inviter_title),
        (row.invitee_id, invitee_fen, terms.invitee_title),
    ):
        if amount:
            _give(work, row, resident_id, amount, title, terms)


def shares(spent_fen: int, terms: Terms) -> tuple[int, int]:
    """(inviter, invitee) in fen: as agreed, or less in proportion where both together are too much of the order.

    >>> shares(1000, Terms(inviter_fen=500, invitee_fen=500, most_share_bps=3000))
    (150, 150)
    """
    both = terms.inviter_fen + terms.invitee_fen
    most = min(both, spent_fen * terms.most_share_bps // 10_000)
    if both == 0:
        return 0, 0
    for_inviter = terms.inviter_fen * most // both
    return for_inviter, min(terms.invitee_fen, most - for_inviter)


def _give(work: Work, row: Row[Any], resident_id: int, amount: int, title: str, terms: Terms) -> None:
    made = coupons.create(
        work,
        leader_id=row.leader_id,
        new=NewCoupon(
            title=title,
            kind="amount",
            value=amount,
            min_spend_fen=terms.min_spend_fen,
            max_uses=1,
            valid_until=work.now + terms.coupon_life,
            owner_resident_id=resident_id,
        ),
        actor="system",
    )
    work.db.execute(
        insert(reward).values(
            leader_id=row.leader_id,
            id=work.new_id(),
            invite_id=row.id,
            resident_id=resident_id,
            coupon_id=made.id,
            at=work.now,
        )
    )
    account_id = work.db.execute(
        select(resident.c.account_id).where(resident.c.leader_id == row.leader_id, resident.c.id == resident_id)
    ).scalar()
    if account_id is not None:
        enqueue(
            work,
            leader_id=row.leader_id,
            account_id=account_id,
            kind="reward",
            key=f"reward:{row.id}:{resident_id}",
            payload={
                "is_inviter": resident_id == row.inviter_id,
                "amount_fen": amount,
                "min_spend_fen": terms.min_spend_fen,
                "code": made.code,
                "until": made.valid_until.isoformat() if made.valid_until else None,
            },
        )


def _settle(work: Work, row: Row[Any], state: str, **values: Any) -> None:
    work.db.execute(
        update(invite)
        .where(invite.c.leader_id == row.leader_id, invite.c.id == row.id, invite.c.state == "joined")
        .values(state=state, **values)
    )


def _take_back(work: Work, leader_id: int, invite_id: int) -> None:
    mine = reward.c.leader_id == leader_id, reward.c.invite_id == invite_id
    given = select(reward.c.coupon_id).where(*mine)
    work.db.execute(
        update(coupon)
        .where(
            coupon.c.leader_id == leader_id, coupon.c.id.in_(given), coupon.c.used == 0, coupon.c.stopped_at.is_(None)
        )
        .values(stopped_at=work.now)
    )
    work.db.execute(update(reward).where(*mine).values(reversed_at=work.now))
    work.db.execute(
        update(invite).where(invite.c.leader_id == leader_id, invite.c.id == invite_id).values(state="reversed")
    )


def _first_order(work: Work, leader_id: int, resident_id: int) -> Row[Any] | None:
    """The first order of his that was handed out."""
    statement: Select[Any] = (
        select(order.c.id, order.c.picked_up_at, order.c.total_fen, order.c.discount_fen)
        .where(order.c.leader_id == leader_id, order.c.resident_id == resident_id, order.c.state == "picked_up")
        .order_by(order.c.picked_up_at, order.c.id)
        .limit(1)
    )
    return work.db.execute(statement).first()


def _rewarded_lately(work: Work, row: Row[Any]) -> int:
    """For how many newcomers this inviter was rewarded within the last month."""
    statement = select(func.count()).where(
        reward.c.leader_id == row.leader_id,
        reward.c.resident_id == row.inviter_id,
        reward.c.at > work.now - _CAP_DAYS,
        reward.c.invite_id.in_(
            select(invite.c.id).where(invite.c.leader_id == row.leader_id, invite.c.inviter_id == row.inviter_id)
        ),
    )
    return int(work.db.execute(statement).scalar_one())


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
