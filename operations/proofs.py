"""Pictures people send as proof that they paid: kept with the order, marked by what speaks against them, never refused.

    green   the order is paid in full, or a transfer of just that sum is in the leader's bill
    yellow  nothing is known: the leader looks
    red     the same picture (or one that looks the same) was sent before, or it was taken before the order was placed

A mark is a hint. Only the leader, or money that was seen to come, makes an order paid.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Row, insert, select, update

from models import Work, media, order, payment_proof, transfer_in
from models.joins import points_to
from models.views import OrderView
from operations import paying_terms, payments, picture_intake
from operations.keeping import KEPT
from operations.order_views import of_resident, view

_WAITING = ("placed", "confirmed", "ready")  # who has the goods sends pictures of those
ALIKE_BITS = 4  # of 64: a picture that was saved again, or cut a little


@dataclass(frozen=True, slots=True)
class Unchecked:
    """A proof whose picture is there and has not been looked at."""

    leader_id: int
    id: int
    path: str


def attach(
    work: Work,
    *,
    leader_id: int,
    resident_id: int,
    account_id: int,
    wechat_media_id: str,
    source_key: str,
    pic_url: str = "",
    kept_for: timedelta = KEPT.payment_photos,
) -> OrderView | None:
    """Keep a picture with the sender's newest order that owes something, which counts as said to be paid.

    None when he owes nothing, or pays when he fetches it. The same `source_key` again attaches nothing twice. `pic_url`
    is WeChat's plain address of the picture, for accounts without the media API.
    """
    if paying_terms.get(work, leader_id).payment_mode == "pickup":
        return None
    mine = of_resident(work, leader_id, resident_id, limit=10)
    owing = [one for one in mine if one.due_fen > 0 and one.state in _WAITING]
    if not owing:
        return None
    one = owing[0]
    media_id = picture_intake.want(
        work,
        leader_id=leader_id,
        account_id=account_id,
        wechat_media_id=wechat_media_id,
        pic_url=pic_url,
        source_key=source_key,
        purpose="payment",
        kept_for=kept_for,
    )
    if media_id is not None:
        work.db.execute(
            insert(payment_proof).values(
                leader_id=leader_id, id=work.new_id(), order_id=one.id, media_id=media_id, mark="yellow", reasons=[],
                sent_at=work.now,
            )
        )  # fmt: skip
    payments.claim_paid(
        work, leader_id=leader_id, order_id=one.id, actor=f"account:{account_id}", source_key=source_key
    )
    return one


def unchecked(work: Work, *, limit: int = 10) -> list[Unchecked]:
    """Proofs to look at: their pictures have been fetched."""
    rows = work.db.execute(
        select(payment_proof.c.leader_id, payment_proof.c.id, media.c.path)
        .join(media, points_to(payment_proof.c.media_id, media))
        .where(payment_proof.c.checked_at.is_(None), media.c.state == "stored")
        .order_by(payment_proof.c.id)
        .limit(limit)
    )
    return [Unchecked(row.leader_id, row.id, row.path) for row in rows]


def judge(work: Work, *, leader_id: int, proof_id: int, looks: str) -> str:
    """Mark a proof; `looks` are 16 hex digits of how its picture looks. Returns the mark."""
    row = _of_id(work, leader_id, proof_id)
    reasons = _against(work, row, looks)
    mark = "red" if reasons else "green" if _is_seen(work, row) else "yellow"
    work.db.execute(
        update(payment_proof)
        .where(payment_proof.c.leader_id == leader_id, payment_proof.c.id == proof_id)
        .values(mark=mark, reasons=reasons, looks=looks, checked_at=work.now)
    )
    return mark


def look_again(work: Work, *, leader_id: int) -> None:
    """A bill was read: the pictures of which nothing was known are looked at once more by the job."""
    mine = (payment_proof.c.leader_id == leader_id, payment_proof.c.mark == "yellow")
    work.db.execute(update(payment_proof).where(*mine).values(checked_at=None))


def of_order(work: Work, *, leader_id: int, order_id: int) -> Sequence[Row[Any]]:
    """The proofs of an order with the path of each picture, oldest first."""
    return work.db.execute(
        select(payment_proof, media.c.path, media.c.state.label("media_state"))
        .join(media, points_to(payment_proof.c.media_id, media))
        .where(payment_proof.c.leader_id == leader_id, payment_proof.c.order_id == order_id)
        .order_by(payment_proof.c.id)
    ).all()


def _of_id(work: Work, leader_id: int, proof_id: int) -> Row[Any]:
    return work.db.execute(
        select(payment_proof, media.c.sha256, media.c.taken_at, order.c.placed_at)
        .join(media, points_to(payment_proof.c.media_id, media))
        .join(order, points_to(payment_proof.c.order_id, order))
        .where(payment_proof.c.leader_id == leader_id, payment_proof.c.id == proof_id)
    ).one()


def _against(work: Work, row: Row[Any], looks: str) -> list[str]:
    others = work.db.execute(
        select(payment_proof.c.looks, media.c.sha256)
        .join(media, points_to(payment_proof.c.media_id, media))
        .where(payment_proof.c.leader_id == row.leader_id, payment_proof.c.id < row.id)
    ).all()
    reasons = []
    if any(other.sha256 == row.sha256 or _differ(other.looks, looks) <= ALIKE_BITS for other in others):
        reasons.append("duplicate")
    if row.taken_at is not None and row.taken_at < row.placed_at:
        reasons.append("early")
    return reasons


def _is_seen(work: Work, row: Row[Any]) -> bool:
    """Whether money that fits was seen to come."""
    one = view(work, leader_id=row.leader_id, order_id=row.order_id)
    if one.due_fen <= 0 < one.paid_fen:
        return True
    fits = select(transfer_in.c.id).where(
        transfer_in.c.leader_id == row.leader_id,
        transfer_in.c.state == "open",
        transfer_in.c.amount_fen == one.due_fen,
        transfer_in.c.paid_at >= one.placed_at,
    )
    return work.db.execute(fits.limit(1)).first() is not None


def _differ(one: str | None, other: str) -> int:
    """In how many of 64 bits two pictures look different."""
    return 64 if one is None else (int(one, 16) ^ int(other, 16)).bit_count()
