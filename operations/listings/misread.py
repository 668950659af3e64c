"""听不懂的话: messages that were asked about or not understood, with the leader's items a word could be taught for."""

from __future__ import annotations

from sqlalchemy import RowMapping, func, select

from models import Work, inbound_message, leader, offer, round_
from models.joins import points_to
from operations.listings.paging import Page, page

READINGS = ("unclear", "unknown")
ROUNDS_SHOWN = 3  # of a leader: the newest that have not been cancelled


def messages(
    work: Work, *, reading: str = "", leader_number: int | None = None, sort: str = "new", number: int = 1
) -> Page:
    """Newest first or oldest; `reading` narrows to what was asked about (`unclear`) or not understood (`unknown`)."""
    statement = (
        select(
            inbound_message.c.dedupe_key,
            inbound_message.c.received_at,
            inbound_message.c.content,
            inbound_message.c.reading,
            inbound_message.c.reply,
            inbound_message.c.leader_id,
            leader.c.display_name.label("leader_name"),
            leader.c.number.label("leader_number"),
        )
        .join(leader, leader.c.id == inbound_message.c.leader_id)
        .where(
            inbound_message.c.reading.in_((reading,) if reading else READINGS), inbound_message.c.content.is_not(None)
        )
    )
    if leader_number is not None:
        statement = statement.where(leader.c.number == leader_number)
    at = inbound_message.c.received_at
    return page(work, statement.order_by(at if sort == "old" else at.desc(), inbound_message.c.dedupe_key), number)


def offers_of(work: Work, leader_ids: set[int]) -> dict[int, list[RowMapping]]:
    """Items of each leader's newest rounds, newest round first: one statement for all leaders of a page."""
    newest = (
        select(
            round_.c.leader_id,
            round_.c.id,
            round_.c.title,
            func.row_number().over(partition_by=round_.c.leader_id, order_by=round_.c.id.desc()).label("nth"),
        )
        .where(round_.c.leader_id.in_(leader_ids), round_.c.state != "cancelled")
        .subquery()
    )
    statement = (
        select(offer.c.leader_id, offer.c.round_id, offer.c.id, offer.c.name, offer.c.spec, newest.c.title)
        .join(newest, points_to(offer.c.round_id, newest))
        .where(newest.c.nth <= ROUNDS_SHOWN)
        .order_by(offer.c.leader_id, offer.c.round_id.desc(), offer.c.number)
    )
    found: dict[int, list[RowMapping]] = {leader_id: [] for leader_id in leader_ids}
    for row in work.db.execute(statement).mappings():
        found[row["leader_id"]].append(row)
    return found
