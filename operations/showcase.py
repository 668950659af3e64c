"""What a leader shows of her goods and herself: her words, and pictures that everybody may see."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import exists, func, insert, select, update

from models import Work, leader, media, offer, pickup_point, review, review_photo, shelf_item
from operations.audit import record
from operations.errors import NotFound

LONGEST_WORDS = 300
KEPT_FOR = timedelta(days=3650)  # as long as it is shown; taking it down ends it


def recommend(work: Work, *, leader_id: int, round_id: int, number: int, words: str | None, actor: str) -> str:
    """Say in the leader's own words why an offer is good; None takes them away. Returns its name. Raises NotFound."""
    row = work.db.execute(
        update(offer)
        .where(offer.c.leader_id == leader_id, offer.c.round_id == round_id, offer.c.number == number)
        .values(words=words[:LONGEST_WORDS] if words else None)
        .returning(offer.c.id, offer.c.name)
    ).first()
    if row is None:
        raise NotFound(what="offer", typed=str(number))
    _log(work, leader_id, actor, "offer.recommend", "offer", row.id)
    return str(row.name)


def picture_goods(work: Work, *, leader_id: int, round_id: int, number: int, media_id: int | None, actor: str) -> None:
    """Put a picture beside an offer, or take it away. Raises NotFound."""
    row = work.db.execute(
        update(offer)
        .where(offer.c.leader_id == leader_id, offer.c.round_id == round_id, offer.c.number == number)
        .values(photo_media_id=media_id)
        .returning(offer.c.id)
    ).first()
    if row is None:
        raise NotFound(what="offer", typed=str(number))
    _log(work, leader_id, actor, "offer.picture", "offer", row.id)


def introduce_leader(work: Work, *, leader_id: int, intro: str | None, media_id: int | None, actor: str) -> None:
    """What stands on the leader's home page; the face stays where `media_id` is None."""
    values: dict[str, object] = {"intro": intro[:600] if intro else None}
    if media_id is not None:
        values["photo_media_id"] = media_id
    work.db.execute(update(leader).where(leader.c.id == leader_id).values(**values))
    _log(work, leader_id, actor, "leader.introduce", "leader", leader_id)


def of_round(work: Work, *, leader_id: int, round_id: int) -> dict[int, tuple[str | None, int | None]]:
    """(words, picture) of each offer, by offer id."""
    mine = offer.c.leader_id == leader_id, offer.c.round_id == round_id
    rows = work.db.execute(select(offer.c.id, offer.c.words, offer.c.photo_media_id).where(*mine))
    return {row.id: (row.words, row.photo_media_id) for row in rows}


def set_place(
    work: Work,
    *,
    leader_id: int,
    name: str,
    address: str | None,
    hours: str | None,
    position: tuple[int, int] | None,
    actor: str,
) -> None:
    """The leader's pickup point, the first if she has several; `position`: (latitude, longitude) in millionths."""
    lat, lng = position or (None, None)
    values = {"name": name, "address": address, "hours": hours, "lat_e6": lat, "lng_e6": lng}
    first = select(func.min(pickup_point.c.id)).where(pickup_point.c.leader_id == leader_id, pickup_point.c.is_active)
    point_id = work.db.execute(first).scalar()
    if point_id is None:
        point_id = work.new_id()
        work.db.execute(insert(pickup_point).values(leader_id=leader_id, id=point_id, **values))
    else:
        mine = pickup_point.c.leader_id == leader_id, pickup_point.c.id == point_id
        work.db.execute(update(pickup_point).where(*mine).values(**values))
    _log(work, leader_id, actor, "leader.place", "pickup_point", point_id)


def public_picture(work: Work, *, leader_id: int, media_id: int) -> str | None:
    """The path of a picture that anybody may see: a face, goods, a review that is not hidden. Else None."""
    this = media.c.leader_id == leader_id, media.c.id == media_id, media.c.state == "stored"
    is_face = exists().where(leader.c.id == leader_id, leader.c.photo_media_id == media_id)
    is_goods = exists().where(offer.c.leader_id == leader_id, offer.c.photo_media_id == media_id)
    is_shelf = exists().where(shelf_item.c.leader_id == leader_id, shelf_item.c.photo_media_id == media_id)
    is_review = exists().where(
        review_photo.c.leader_id == leader_id,
        review_photo.c.media_id == media_id,
        review.c.leader_id == leader_id,
        review.c.id == review_photo.c.review_id,
        review.c.hidden_at.is_(None),
    )
    path = work.db.execute(select(media.c.path).where(*this, is_face | is_goods | is_shelf | is_review)).scalar()
    return str(path) if path else None


def _log(work: Work, leader_id: int, actor: str, action: str, entity: str, entity_id: int) -> None:
    record(work, leader_id=leader_id, actor=actor, action=action, entity=entity, entity_id=entity_id)
