"""What came in, what is to be told, and who changed what."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, String, Table, and_, case, cast, literal, or_, select

from models import Work, account, action_log, helper, inbound_message, leader, notice, operator, resident
from operations.listings.paging import Page, contains, page

NOTICE_STATES = ("trouble", "failed", "held", "waiting", "expired", "queued", "sending", "sent", "shown")
SORTS = ("new", "old")
TROUBLE = ("failed", "held", "waiting")
MESSAGE_STATES = ("done", "failed", "ignored", "received")


def notices(
    work: Work, *, text: str = "", state: str = "trouble", kind: str = "", sort: str = "new", number: int = 1
) -> Page:
    """Notices by neighbour's or leader's name, newest or oldest first; `trouble`: no channel carried them."""
    statement = (
        select(
            notice,
            leader.c.display_name.label("leader_name"),
            leader.c.number.label("leader_number"),
            account.c.openid,
            account.c.is_subscribed,
            account.c.is_muted,
            resident.c.display_name.label("resident_name"),
        )
        .join(leader, leader.c.id == notice.c.leader_id)
        .join(account, account.c.id == notice.c.account_id)
        .outerjoin(
            resident,
            and_(resident.c.leader_id == notice.c.leader_id, resident.c.account_id == notice.c.account_id),
        )
    )
    if state == "trouble":
        statement = statement.where(notice.c.state.in_(TROUBLE))
    elif state:
        statement = statement.where(notice.c.state == state)
    if kind:
        statement = statement.where(notice.c.kind == kind)
    if text:
        statement = statement.where(or_(contains(resident.c.display_name, text), contains(leader.c.display_name, text)))
    return page(work, statement.order_by(*_by(sort, notice.c.id)), number)


def messages(
    work: Work, *, text: str = "", state: str = "", reading: str = "", sort: str = "new", number: int = 1
) -> Page:
    """Messages that came in, newest first or oldest."""
    statement = select(
        inbound_message,
        leader.c.display_name.label("leader_name"),
        leader.c.number.label("leader_number"),
        case((leader.c.account_id == account.c.id, leader.c.display_name), else_=resident.c.display_name).label(
            "said_by"
        ),
    )
    statement = (
        statement.outerjoin(leader, leader.c.id == inbound_message.c.leader_id)
        .outerjoin(account, account.c.openid == inbound_message.c.openid)
        .outerjoin(
            resident,
            and_(resident.c.leader_id == inbound_message.c.leader_id, resident.c.account_id == account.c.id),
        )
    )
    if state:
        statement = statement.where(inbound_message.c.state == state)
    if reading:
        statement = statement.where(inbound_message.c.reading == reading)
    if text:
        statement = statement.where(
            or_(contains(inbound_message.c.content, text), contains(inbound_message.c.reply, text))
        )
    by = _by(sort, inbound_message.c.received_at, inbound_message.c.dedupe_key)
    return page(work, statement.order_by(*by), number)


def actions(
    work: Work,
    *,
    text: str = "",
    names: Sequence[str] = (),
    entity: str = "",
    leader_number: int | None = None,
    leader_id: int | None = None,
    entity_id: int | None = None,
    sort: str = "new",
    number: int = 1,
) -> Page:
    """The action log, newest first, with the names of who acted; `names` are actions that `text` means in words."""
    statement = _with_actors()
    if text:
        statement = statement.where(
            or_(
                action_log.c.action.in_(names),
                contains(action_log.c.action, text),
                contains(operator.c.display_name, text),
                contains(leader.c.display_name, text),
            )
        )
    if entity:
        statement = statement.where(action_log.c.entity == entity)
    if entity_id is not None:
        statement = statement.where(action_log.c.entity_id == entity_id)
    if leader_id is not None:
        statement = statement.where(action_log.c.leader_id == leader_id)
    if leader_number is not None:
        statement = statement.where(leader.c.number == leader_number)
    return page(work, statement.order_by(*_by(sort, action_log.c.at, action_log.c.id)), number)


def _with_actors() -> Select[Any]:
    """Each row of the action log with the name of whoever acted, and of the leader in whose world it was."""
    return (
        select(
            action_log,
            operator.c.display_name.label("operator_name"),
            helper.c.display_name.label("helper_name"),
            resident.c.display_name.label("resident_name"),
            resident.c.id.is_not(None).label("is_resident"),
            leader.c.display_name.label("leader_name"),
            leader.c.number.label("leader_number"),
            (action_log.c.actor == literal("account:") + cast(leader.c.account_id, String)).label("is_by_leader"),
        )
        .outerjoin(leader, leader.c.id == action_log.c.leader_id)
        .outerjoin(resident, and_(resident.c.leader_id == action_log.c.leader_id, _is_actor(resident)))
        .outerjoin(helper, and_(helper.c.leader_id == action_log.c.leader_id, _is_actor(helper)))
        .outerjoin(operator, action_log.c.actor == literal("operator:") + cast(operator.c.id, String))
    )


def _by(sort: str, *columns: ColumnElement[Any]) -> tuple[ColumnElement[Any], ...]:
    return columns if sort == "old" else tuple(column.desc() for column in columns)


def _is_actor(table: Table) -> ColumnElement[bool]:
    """Whether this row's account is who acted."""
    return action_log.c.actor == literal("account:") + cast(table.c.account_id, String)
