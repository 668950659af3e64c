"""What a person may see of himself, and being forgotten: names go, sums stay."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, Select, delete, or_, select, update

from models import (
    Work,
    account,
    account_binding,
    after_sales_case,
    case_event,
    community,
    conversation,
    helper,
    inbound_message,
    leader,
    media,
    notice,
    order,
    relay,
    resident,
    review,
)
from models.joins import points_to
from models.views import OwnData
from operations import reviews, sessions
from operations.audit import record
from operations.errors import StillLeader
from operations.order_views import of_resident


def own_data(work: Work, *, account_id: int) -> list[OwnData]:
    """The person's data, leader by leader; never anybody else's."""
    return [_in_world(work, row) for row in _residents(work, account_id)]


def _in_world(work: Work, row: Row[Any]) -> OwnData:
    asked = (
        select(relay.c.asked_at, relay.c.question, relay.c.answer)
        .where(relay.c.leader_id == row.leader_id, relay.c.resident_id == row.id)
        .order_by(relay.c.id)
    )
    said = (
        select(after_sales_case.c.number, after_sales_case.c.note)
        .join(order, points_to(after_sales_case.c.order_id, order))
        .where(
            after_sales_case.c.leader_id == row.leader_id,
            order.c.resident_id == row.id,
            after_sales_case.c.opened_by == "resident",
            after_sales_case.c.note.is_not(None),
        )
        .order_by(after_sales_case.c.id)
    )
    written = reviews.of_resident(work, leader_id=row.leader_id, resident_id=row.id).values()
    return OwnData(
        leader_name=row.leader_name,
        name=row.display_name,
        room=row.room,
        phone=row.phone,
        community=row.community,
        orders=tuple(of_resident(work, row.leader_id, row.id, limit=50)),
        questions=tuple((one.asked_at, one.question, one.answer) for one in work.db.execute(asked)),
        reviews=tuple((one.round_title, one.stars, one.words) for one in written),
        complaints=tuple((one.number, one.note) for one in work.db.execute(said)),
    )


def erase(work: Work, *, account_id: int) -> None:
    """Forget a person: names, rooms, phones, words and the openid go; orders keep their quantities and sums.

    Raises StillLeader for a leader, who must hand over first.
    """
    owner = work.db.execute(
        select(leader.c.id).where(leader.c.account_id == account_id, leader.c.state.in_(("active", "suspended")))
    ).first()
    if owner is not None:
        raise StillLeader
    openid = work.db.execute(select(account.c.openid).where(account.c.id == account_id)).scalar_one()
    for row in _residents(work, account_id):
        _erase_resident(work, row, f"account:{account_id}")
    work.db.execute(delete(account_binding).where(account_binding.c.account_id == account_id))
    sessions.close_all_of_account(work, account_id=account_id)
    work.db.execute(delete(conversation).where(conversation.c.account_id == account_id))
    work.db.execute(update(helper).where(helper.c.account_id == account_id).values(is_active=False, display_name="-"))
    work.db.execute(
        update(notice)
        .where(notice.c.account_id == account_id, notice.c.state.in_(("queued", "waiting", "held")))
        .values(state="expired")
    )
    work.db.execute(update(notice).where(notice.c.account_id == account_id).values(payload={}))
    work.db.execute(update(media).where(media.c.account_id == account_id).values(expires_at=work.now))
    hidden = f"erased-{work.rng.getrandbits(96):024x}"
    work.db.execute(
        update(inbound_message).where(inbound_message.c.openid == openid).values(openid=hidden, content=None)
    )
    work.db.execute(
        update(account)
        .where(account.c.id == account_id)
        .values(openid=hidden, unionid=None, nickname=None, is_subscribed=False)
    )


def _residents(work: Work, account_id: int) -> list[Row[Any]]:
    statement = (
        select(
            resident.c.leader_id,
            resident.c.id,
            resident.c.display_name,
            resident.c.room,
            resident.c.phone,
            leader.c.display_name.label("leader_name"),
            community.c.name.label("community"),
        )
        .join(leader, leader.c.id == resident.c.leader_id)
        .outerjoin(community, points_to(resident.c.community_id, community))
        .where(resident.c.account_id == account_id)
        .order_by(resident.c.leader_id)
    )
    return list(work.db.execute(statement))


def _erase_resident(work: Work, row: Row[Any], actor: str) -> None:
    mine = (
        resident.c.leader_id == row.leader_id,
        or_(resident.c.id == row.id, resident.c.host_resident_id == row.id),
    )
    ids = select(resident.c.id).where(*mine)
    work.db.execute(
        update(order)
        .where(order.c.leader_id == row.leader_id, order.c.resident_id.in_(ids))
        .values(room=None, note=None)
    )
    work.db.execute(
        update(relay)
        .where(relay.c.leader_id == row.leader_id, relay.c.resident_id.in_(ids))
        .values(question="-", answer=None)
    )
    _erase_words(work, row.leader_id, ids, actor)
    work.db.execute(
        update(resident)
        .where(*mine)
        .values(display_name=None, room=None, phone=None, note=None, guest_key=None, community_id=None, state="erased")
    )
    record(
        work,
        leader_id=row.leader_id,
        actor="system",
        action="resident.erase",
        entity="resident",
        entity_id=row.id,
    )


def _erase_words(work: Work, leader_id: int, residents: Select[Any], actor: str) -> None:
    """What he wrote of goods: stars and decisions stay, his words and what was answered to them go."""
    work.db.execute(
        update(review)
        .where(review.c.leader_id == leader_id, review.c.resident_id.in_(residents))
        .values(words=None, answer=None, shows_name=False)
    )
    his = select(order.c.id).where(order.c.leader_id == leader_id, order.c.resident_id.in_(residents))
    complained = after_sales_case.c.leader_id == leader_id, after_sales_case.c.order_id.in_(his)
    work.db.execute(update(after_sales_case).where(*complained).values(note=None))
    cases = select(after_sales_case.c.id).where(*complained)
    work.db.execute(
        update(case_event)
        .where(case_event.c.leader_id == leader_id, case_event.c.case_id.in_(cases), case_event.c.actor == actor)
        .values(text=None)
    )
