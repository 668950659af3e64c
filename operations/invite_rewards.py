"""What an invitation brings: both sides get a coupon after the newcomer's first order was handed out.

Each side is rewarded once for one invitation: the schema refuses more.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import Row, Select, and_, exists, func, insert, or_, select, update

from models import Work, coupon, invite, order, reward
from models.joins import points_to
from operations import coupons
from operations.coupons import NewCoupon
from operations.invites import Terms
from operations.receivers import tell_resident
from operations.upserts import for_update

_CAP_DAYS = timedelta(days=30)
_LOOK_BACK = timedelta(days=60)  # a reward is taken back while its coupon may still be unused


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
        .join(order, points_to(invite.c.rewarded_order_id, order))
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
    tell_resident(
        work,
        leader_id=row.leader_id,
        resident_id=resident_id,
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
