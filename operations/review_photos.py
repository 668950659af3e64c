"""Photos of a review: what a neighbour sends in chat right after he has written it."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import exists, func, insert, select

from models import Work, after_sales_case, order, review, review_photo
from operations import picture_intake
from operations.keeping import KEPT

_BELONGS_FOR = timedelta(minutes=30)  # a picture sent within this time belongs to the review before it
_MOST = 6


def attach(
    work: Work,
    *,
    leader_id: int,
    resident_id: int,
    account_id: int,
    wechat_media_id: str,
    source_key: str,
    pic_url: str = "",
    kept_for: timedelta = KEPT.review_photos,
) -> int | None:
    """A picture sent right after a review belongs to it: how many it has now; None where there is no such review.

    Whoever has opened an after-sales case since shows what is wrong: that picture belongs to the case. `pic_url` is
    WeChat's plain address of the picture, for accounts without the media API.
    """
    review_id = _just_written(work, leader_id, resident_id)
    if review_id is None:
        return None
    mine = review_photo.c.leader_id == leader_id, review_photo.c.review_id == review_id
    count = int(work.db.execute(select(func.count()).select_from(review_photo).where(*mine)).scalar_one())
    if count >= _MOST:
        return count
    media_id = picture_intake.want(
        work,
        leader_id=leader_id,
        account_id=account_id,
        wechat_media_id=wechat_media_id,
        pic_url=pic_url,
        source_key=source_key,
        purpose="review",
        kept_for=kept_for,
    )
    if media_id is None:
        return count
    work.db.execute(insert(review_photo).values(leader_id=leader_id, review_id=review_id, media_id=media_id))
    return count + 1


def _just_written(work: Work, leader_id: int, resident_id: int) -> int | None:
    complained = exists().where(
        after_sales_case.c.leader_id == leader_id,
        after_sales_case.c.opened_at > review.c.changed_at,
        after_sales_case.c.order_id == order.c.id,
        order.c.leader_id == leader_id,
        order.c.resident_id == resident_id,
    )
    found: int | None = work.db.execute(
        select(review.c.id)
        .where(
            review.c.leader_id == leader_id,
            review.c.resident_id == resident_id,
            review.c.changed_at > work.now - _BELONGS_FOR,
            ~complained,
        )
        .order_by(review.c.changed_at.desc())
        .limit(1)
    ).scalar()
    return found
