"""评价: what a neighbour says of an order that was handed out to him; the leader may answer.

One review an order, changed by saying it again. The operator may hide one; why, and who did, stays on record.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, Select, func, select, update

from models import Work, media, order, resident, review, review_photo, round_
from models.joins import points_to
from operations.audit import log
from operations.errors import NotFound, NothingToReview
from operations.numbers import next_number
from operations.receivers import tell_leader, tell_resident
from operations.upserts import upsert

LONGEST = 500
_REVIEWABLE_FOR = timedelta(days=90)  # after the order last changed
_HANDED_OUT = ("picked_up", "partly")


@dataclass(frozen=True, slots=True)
class ReviewView:
    """One review. Name and room are for the leader; others see the name where `shows_name`."""

    leader_id: int
    id: int
    number: int
    order_id: int
    round_title: str
    seq: int
    stars: int
    words: str | None
    answer: str | None
    name: str | None
    room: str | None
    shows_name: bool
    photos: tuple[int, ...]
    is_hidden: bool
    hidden_reason: str | None
    at: datetime


def write(
    work: Work,
    *,
    leader_id: int,
    resident_id: int,
    stars: int,
    words: str | None,
    order_id: int | None = None,
    shows_name: bool = False,
) -> ReviewView:
    """Review an order; without `order_id` the latest that was handed out. Raises NothingToReview."""
    row = _reviewable(work, leader_id, resident_id, order_id)
    said = {"stars": max(1, min(5, stars)), "words": words[:LONGEST] if words else None, "shows_name": shows_name}
    known = work.db.execute(
        select(review.c.id).where(review.c.leader_id == leader_id, review.c.order_id == row.id)
    ).scalar()
    if known is not None:
        work.db.execute(
            update(review)
            .where(review.c.leader_id == leader_id, review.c.id == known)
            .values(changed_at=work.now, **said)
        )
        return _one(work, leader_id, review.c.id == known)
    number = next_number(work, f"review:{leader_id}")
    work.db.execute(
        upsert(work, review)
        .values(
            leader_id=leader_id,
            id=work.new_id(),
            number=number,
            order_id=row.id,
            resident_id=resident_id,
            at=work.now,
            changed_at=work.now,
            **said,
        )
        .on_conflict_do_nothing(index_elements=["leader_id", "order_id"])
    )
    _tell_leader(work, leader_id, number, row, said)
    return _one(work, leader_id, review.c.order_id == row.id)


def answer(work: Work, *, leader_id: int, number: int, text: str, actor: str) -> ReviewView:
    """The leader answers under the review; the neighbour is told. A later answer takes its place. Raises NotFound."""
    row = work.db.execute(
        update(review)
        .where(review.c.leader_id == leader_id, review.c.number == number)
        .values(answer=text[:LONGEST], answered_at=work.now)
        .returning(review.c.id, review.c.resident_id)
    ).first()
    if row is None:
        raise NotFound(what="review", typed=str(number))
    tell_resident(
        work,
        leader_id=leader_id,
        resident_id=row.resident_id,
        kind="review_answered",
        key=f"review_answered:{row.id}",
        payload={"text": text[:LONGEST]},
    )
    log(work, leader_id, actor, "review.answer", row.id, after={"number": number})
    return _one(work, leader_id, review.c.id == row.id)


def hide(work: Work, *, leader_id: int, review_id: int, reason: str, actor: str) -> None:
    """Nobody but leader, neighbour and platform sees it any more; the reason stays on record. Raises NotFound."""
    _set_hidden(work, leader_id, review_id, {"hidden_at": work.now, "hidden_by": actor, "hidden_reason": reason[:200]})
    log(work, leader_id, actor, "review.hide", review_id, after={"reason": reason[:200]})


def show_again(work: Work, *, leader_id: int, review_id: int, actor: str) -> None:
    """Undo `hide`; both stay in the action log. Raises NotFound."""
    _set_hidden(work, leader_id, review_id, {"hidden_at": None, "hidden_by": None, "hidden_reason": None})
    log(work, leader_id, actor, "review.show", review_id, after={"active": True})


def of_leader(work: Work, *, leader_id: int, limit: int = 20, with_hidden: bool = False) -> list[ReviewView]:
    """The newest first."""
    wanted = review.c.leader_id == leader_id if with_hidden else review.c.hidden_at.is_(None)
    rows = work.db.execute(
        _ALL.where(review.c.leader_id == leader_id, wanted).order_by(review.c.id.desc()).limit(limit)
    )
    return _with_photos(work, leader_id, rows.all())


def of_resident(work: Work, *, leader_id: int, resident_id: int) -> dict[int, ReviewView]:
    """His own, by order id."""
    rows = work.db.execute(_ALL.where(review.c.leader_id == leader_id, review.c.resident_id == resident_id)).all()
    return {one.order_id: one for one in _with_photos(work, leader_id, rows)}


def average(work: Work, *, leader_id: int) -> tuple[int, int]:
    """(how many, the mean of their stars in tenths) of what everybody may see."""
    row = work.db.execute(
        select(func.count(), func.coalesce(func.sum(review.c.stars), 0)).where(
            review.c.leader_id == leader_id, review.c.hidden_at.is_(None)
        )
    ).one()
    count, stars = int(row[0]), int(row[1])
    return count, (stars * 10 + count // 2) // count if count else 0


_ALL = (
    select(
        review,
        order.c.seq,
        round_.c.title.label("round_title"),
        resident.c.display_name.label("name"),
        resident.c.room,
    )
    .join(order, points_to(review.c.order_id, order))
    .join(round_, points_to(order.c.round_id, round_))
    .join(resident, points_to(review.c.resident_id, resident))
)


def _reviewable(work: Work, leader_id: int, resident_id: int, order_id: int | None) -> Row[Any]:
    statement: Select[Any] = (
        select(order.c.id, order.c.seq, round_.c.title)
        .join(round_, points_to(order.c.round_id, round_))
        .where(
            order.c.leader_id == leader_id,
            order.c.resident_id == resident_id,
            order.c.state.in_(_HANDED_OUT),
            order.c.changed_at > work.now - _REVIEWABLE_FOR,
        )
        .order_by(order.c.id.desc())
        .limit(1)
    )
    row = work.db.execute(statement if order_id is None else statement.where(order.c.id == order_id)).first()
    if row is None:
        raise NothingToReview
    return row


def _one(work: Work, leader_id: int, wanted: Any) -> ReviewView:
    row = work.db.execute(_ALL.where(review.c.leader_id == leader_id, wanted)).one()
    return _with_photos(work, leader_id, [row])[0]


def _with_photos(work: Work, leader_id: int, rows: Sequence[Row[Any]]) -> list[ReviewView]:
    photos: dict[int, tuple[int, ...]] = {}
    ids = [row.id for row in rows]
    stored = (
        select(review_photo.c.review_id, review_photo.c.media_id)
        .join(media, points_to(review_photo.c.media_id, media))
        .where(review_photo.c.leader_id == leader_id, review_photo.c.review_id.in_(ids), media.c.state == "stored")
        .order_by(review_photo.c.media_id)
    )
    for photo in work.db.execute(stored) if ids else ():
        photos[photo.review_id] = (*photos.get(photo.review_id, ()), photo.media_id)
    return [
        ReviewView(
            leader_id=leader_id,
            id=row.id,
            number=row.number,
            order_id=row.order_id,
            round_title=row.round_title,
            seq=row.seq,
            stars=row.stars,
            words=row.words,
            answer=row.answer,
            name=row.name,
            room=row.room,
            shows_name=row.shows_name,
            photos=photos.get(row.id, ()),
            is_hidden=row.hidden_at is not None,
            hidden_reason=row.hidden_reason,
            at=row.at,
        )
        for row in rows
    ]


def _set_hidden(work: Work, leader_id: int, review_id: int, values: dict[str, Any]) -> None:
    mine = review.c.leader_id == leader_id, review.c.id == review_id
    if work.db.execute(update(review).where(*mine).values(**values)).rowcount != 1:
        raise NotFound(what="review")


def _tell_leader(work: Work, leader_id: int, number: int, row: Row[Any], said: dict[str, Any]) -> None:
    tell_leader(
        work,
        leader_id=leader_id,
        kind="review_written",
        key=f"review:{row.id}",
        payload={"number": number, "title": row.title, "seq": row.seq, "stars": said["stars"], "text": said["words"]},
        order_id=row.id,
    )
