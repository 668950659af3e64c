"""Who somebody is, and whom they belong to. How one becomes a leader or a helper: `leadership`."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, and_, bindparam, exists, or_, select, text, update

from models import Work, account, account_binding, conversation, helper, leader, message_window, notice, resident
from models.joins import points_to
from models.prepared import Prepared
from models.views import Person
from operations.errors import LeaderInactive, NotFound
from operations.pick_lists import numbers_in
from operations.upserts import for_update, upsert

_own = leader.alias("own")
_bound = leader.alias("bound")

_WHO: Select[Any] = (
    select(
        account.c.id.label("account_id"),
        account.c.openid,
        account.c.is_subscribed,
        account.c.is_muted,
        _own.c.id.label("own_leader_id"),
        _own.c.state.label("own_leader_state"),
        _own.c.number.label("own_leader_number"),
        _own.c.display_name.label("own_leader_name"),
        helper.c.leader_id.label("helps_leader_id"),
        account_binding.c.leader_id,
        _bound.c.number.label("leader_number"),
        _bound.c.display_name.label("leader_name"),
        _bound.c.state.label("leader_state"),
        account_binding.c.resident_id,
        resident.c.display_name.label("resident_name"),
        resident.c.room,
        resident.c.phone,
        _own.c.shelf_version.label("own_shelf_version"),
        _bound.c.shelf_version,
        exists().where(notice.c.account_id == account.c.id, notice.c.state == "waiting").label("has_waiting"),
        exists()
        .where(
            conversation.c.account_id == account.c.id,
            or_(conversation.c.pending_kind.is_not(None), conversation.c.rest.is_not(None)),
        )
        .label("has_open_talk"),
        message_window.c.remaining.label("window_left"),
        message_window.c.closes_at.label("window_until"),
    )
    .select_from(account)
    .outerjoin(_own, _own.c.account_id == account.c.id)
    .outerjoin(helper, and_(helper.c.account_id == account.c.id, helper.c.is_active))
    .outerjoin(
        account_binding,
        and_(account_binding.c.account_id == account.c.id, account_binding.c.is_current),
    )
    .outerjoin(_bound, _bound.c.id == account_binding.c.leader_id)
    .outerjoin(resident, points_to(account_binding.c.resident_id, resident))
    .outerjoin(
        message_window,
        and_(message_window.c.account_id == account.c.id, message_window.c.kind == "message"),
    )
    .order_by(helper.c.id)
    .limit(1)
)


_BY_OPENID = Prepared(_WHO.where(account.c.openid == bindparam("openid")))


def ahead(work: Work, openid: str) -> None:
    """`recognise` will be asked for this person."""
    _BY_OPENID.ahead(work, openid=openid)


def recognise(work: Work, openid: str, *, follows: bool = True) -> Person:
    """The person behind an openid; a stranger gets an account on the spot.

    `follows` False: he came to a page, and nobody knows yet whether he follows the official account.
    """
    row = _BY_OPENID.first(work, openid=openid)
    if row is None:
        work.db.execute(
            upsert(work, account)
            .values(id=work.new_id(), openid=openid, is_subscribed=follows, created_at=work.now)
            .on_conflict_do_nothing(index_elements=["openid"])
        )
        (row,) = _BY_OPENID.rows(work, openid=openid)
    return Person(*row)


def find(work: Work, openid: str) -> Person | None:
    """The person behind an openid, if he has been here."""
    row = _BY_OPENID.first(work, openid=openid)
    return Person(*row) if row is not None else None


def by_account(work: Work, account_id: int) -> Person:
    """The person behind an account id. Raises NotFound."""
    row = work.db.execute(_WHO.where(account.c.id == account_id)).first()
    if row is None:
        raise NotFound(what="account")
    return Person(**row._mapping)


def set_subscribed(work: Work, *, account_id: int, is_subscribed: bool, at: datetime) -> bool:
    """The person follows the official account, or has left it. False: something later is known already."""
    is_news = or_(account.c.subscription_at.is_(None), account.c.subscription_at <= at)
    changed = update(account).where(account.c.id == account_id, is_news)
    return bool(work.db.execute(changed.values(is_subscribed=is_subscribed, subscription_at=at)).rowcount)


def set_muted(work: Work, *, account_id: int, is_muted: bool) -> None:
    """退订/订阅: whether pushes may be sent; answers to the person's own messages always are."""
    work.db.execute(update(account).where(account.c.id == account_id).values(is_muted=is_muted))


def find_leader(work: Work, *, number: int) -> Row[Any]:
    """An active leader by the number in the code L7. Raises NotFound, or LeaderInactive."""
    row = work.db.execute(select(leader).where(leader.c.number == number)).first()
    if row is None or row.state in {"applied", "rejected"}:
        raise NotFound(what="leader", typed=f"L{number}")
    if row.state != "active":
        raise LeaderInactive(name=row.display_name)
    return row


def number_of(work: Work, *, leader_id: int) -> int:
    """The number in the code L7 of a leader. Raises NotFound."""
    number = work.db.execute(select(leader.c.number).where(leader.c.id == leader_id)).scalar()
    if number is None:
        raise NotFound(what="leader")
    return int(number)


def bind(work: Work, *, account_id: int, leader_id: int, via: str) -> int:
    """Make this leader the person's current one; returns the resident id. Doing it again changes nothing."""
    lock_account(work, account_id)
    resident_id = resident_of(work, leader_id=leader_id, account_id=account_id)
    mine = account_binding.c.account_id == account_id
    work.db.execute(
        update(account_binding)
        .where(mine, account_binding.c.is_current, account_binding.c.leader_id != leader_id)
        .values(is_current=False)
    )
    work.db.execute(
        upsert(work, account_binding)
        .values(
            account_id=account_id,
            leader_id=leader_id,
            resident_id=resident_id,
            is_current=True,
            via=via,
            bound_at=work.now,
        )
        .on_conflict_do_update(index_elements=["account_id", "leader_id"], set_={"is_current": True})
    )
    return resident_id


def resident_of(work: Work, *, leader_id: int, account_id: int) -> int:
    """The resident this account is in a leader's world, made on first sight."""
    work.db.execute(
        upsert(work, resident)
        .values(leader_id=leader_id, id=work.new_id(), account_id=account_id, created_at=work.now)
        .on_conflict_do_nothing(index_elements=["leader_id", "account_id"])
    )
    row = work.db.execute(
        select(resident.c.id, resident.c.state).where(
            resident.c.leader_id == leader_id, resident.c.account_id == account_id
        )
    ).one()
    if row.state == "left":
        work.db.execute(
            update(resident).where(resident.c.leader_id == leader_id, resident.c.id == row.id).values(state="active")
        )
    return int(row.id)


def lock_account(work: Work, account_id: int) -> None:
    """One change of a person's place at a time: two scans in one second would both become the current leader."""
    work.db.execute(for_update(work, select(account.c.id).where(account.c.id == account_id)))


def guest_of(work: Work, *, leader_id: int, host_resident_id: int, name: str, room: str | None, nth: int = 1) -> int:
    """A neighbour without WeChat, known to his host by name and room (`nth` tells two of one name apart)."""
    key = guest_key(name, room, nth)
    work.db.execute(
        upsert(work, resident)
        .values(
            leader_id=leader_id,
            id=work.new_id(),
            host_resident_id=host_resident_id,
            guest_key=key,
            display_name=name or None,
            room=room,
            created_at=work.now,
        )
        .on_conflict_do_nothing(
            index_elements=["leader_id", "host_resident_id", "guest_key"],
            index_where=text("host_resident_id IS NOT NULL"),
        )
    )
    found = select(resident.c.id).where(
        resident.c.leader_id == leader_id,
        resident.c.host_resident_id == host_resident_id,
        resident.c.guest_key == key,
    )
    return int(work.db.execute(found).scalar_one())


def guest_key(name: str, room: str | None, nth: int = 1) -> str:
    """How a host knows a guest: name, room, and a counter for namesakes in one list."""
    return "|".join((name[:60], room or "", *([str(nth)] if nth > 1 else [])))


def introduce(
    work: Work,
    *,
    leader_id: int,
    resident_id: int,
    name: str | None = None,
    room: str | None = None,
    phone: str | None = None,
) -> None:
    """Remember what a resident says of himself; what is not said stays."""
    said = {"display_name": name, "room": room, "phone": phone}
    values = {column: value for column, value in said.items() if value}
    if values:
        work.db.execute(
            update(resident).where(resident.c.leader_id == leader_id, resident.c.id == resident_id).values(**values)
        )


def called(work: Work, *, leader_id: int, words: str, limit: int = 8) -> list[Row[Any]]:
    """Residents with an account whom a leader may mean: the name as it is, or with the room; else a part of it."""
    mine = (resident.c.leader_id == leader_id, resident.c.account_id.is_not(None), resident.c.state == "active")
    rows: list[Row[Any]] = [
        *work.db.execute(select(resident.c.id, resident.c.display_name, resident.c.room).where(*mine))
    ]
    there = numbers_in(words)
    exact = [
        row for row in rows if (row.display_name or "") == words or (len(there) > 1 and there == numbers_in(row.room))
    ]
    return (exact or [row for row in rows if row.display_name and words in row.display_name])[:limit]


def find_residents(work: Work, *, leader_id: int, words: str, limit: int = 5) -> list[Row[Any]]:
    """Residents with an account whose name or room is exactly this."""
    if not words:
        return []
    mine = (resident.c.leader_id == leader_id, resident.c.account_id.is_not(None), resident.c.state == "active")
    named = or_(resident.c.display_name == words, resident.c.room == words)
    statement = select(resident.c.account_id, resident.c.display_name, resident.c.room).where(*mine, named)
    return list(work.db.execute(statement.order_by(resident.c.id).limit(limit)))
