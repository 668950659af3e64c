"""What the delivering job does to notices: claim some, and write down what became of each.

The claim is committed before anything goes over the network, and every result is committed on its own, so a crash
costs at most the one message in flight. A result is written only where the claim's fence still stands; each of these
functions returns False where it no longer does, and then somebody else has the notice.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, delete, func, literal, or_, select, tuple_, update

from models import Work, account, channel_pause, leader, notice
from models.base import Instant
from operations.notices import client_msg_id
from operations.quiet_hours import quiet_until
from operations.upserts import upsert

_LOOKED_AT = 200  # due notices of each state

RETRY_AFTER = tuple(timedelta(seconds=s) for s in (10, 30, 60, 300, 900))

# These answer something the person did or asked a moment ago, or report a matter of security: they may come at night.
ANSWERS = frozenset(
    {
        "case_opened",
        "case_decided",
        "case_escalated",
        "case_withdrawn",
        "relay_question",
        "relay_answer",
        "relay_escalated",
        "review_answered",
        "late_answer",
        "leader_approved",
        "leader_rejected",
        "redeem_locked",
        "photo_redeemed",
        "pickup_qr",
        "leader_qr",
        "poster",
        "car_near",  # the goods are at the door, whatever the hour
    }
)


@dataclass(frozen=True, slots=True)
class Claimed:
    """A notice that is ours until the lease ends. `first_sent_at`: an earlier try may have arrived, by `channel`."""

    leader_id: int
    id: int
    account_id: int
    openid: str
    kind: str
    payload: Mapping[str, Any] = field(repr=False)
    dedupe_key: str
    fence: int
    attempts: int
    lease_until: datetime
    first_sent_at: datetime | None
    channel: str | None

    @property
    def client_msg_id(self) -> str:
        """The same for every try of this notice."""
        return client_msg_id(self.leader_id, self.dedupe_key)


# ---------------------------------------------------------------- claiming


def claim(work: Work, *, limit: int, lease: timedelta) -> list[Claimed]:
    """Take up to `limit` due notices for the length of `lease`, those of one person together.

    Due ones that must not be pushed are set aside: expired; muted or unfollowed (they wait for the person's next
    message); in the leader's quiet hours (they wait for the end of those). What a claim costs does not grow with the
    backlog: it looks at those that have waited longest, and at the rest of what those persons are to get.
    """
    while oldest := _look(work):
        left = _without_set_aside(work, oldest)
        if left:
            persons = _hold_persons(work, list(dict.fromkeys(one.account_id for one in left))[:limit])
            theirs = _without_set_aside(work, _look(work, notice.c.account_id.in_(persons)) if persons else [])
            return _take(work, theirs[:limit], persons, work.now + lease)
    return []


def _take(work: Work, rows: Sequence[Row[Any]], persons: Mapping[int, str], until: datetime) -> list[Claimed]:
    if not rows:
        return []
    taken = (
        update(notice)
        .where(_of(rows), _due(work))
        .values(
            state="sending",
            fence=notice.c.fence + 1,
            attempts=notice.c.attempts + 1,
            lease_until=until,
            next_at=until,  # so that the index of due notices does not run over those in flight
        )
        .returning(*(notice.c[column.name] for column in fields(Claimed) if column.name != "openid"))
    )
    claimed = [Claimed(openid=persons[row.account_id], **row._mapping) for row in work.db.execute(taken)]
    return sorted(claimed, key=lambda row: (row.account_id, row.id))


def _due(work: Work) -> ColumnElement[bool]:
    """Queued and its time has come, or claimed by somebody whose lease is over."""
    return and_(notice.c.state.in_(("queued", "sending")), notice.c.next_at <= work.now)


def _of(rows: Sequence[Row[Any]]) -> ColumnElement[bool]:
    return tuple_(notice.c.leader_id, notice.c.id).in_([(row.leader_id, row.id) for row in rows])


def _look(work: Work, *whose: ColumnElement[bool]) -> list[Row[Any]]:
    """The due notices that have waited longest, with what decides whether they may be pushed."""
    found: list[Row[Any]] = []
    for state in ("queued", "sending"):  # one by one: each is read off the index, in order
        statement = (
            select(
                notice.c.leader_id,
                notice.c.id,
                notice.c.account_id,
                notice.c.kind,
                notice.c.expires_at,
                notice.c.next_at,
                and_(account.c.is_subscribed, ~account.c.is_muted).label("is_reachable"),
                leader.c.account_id.label("owner"),
                leader.c.quiet_from_min,
                leader.c.quiet_until_min,
            )
            .join(account, account.c.id == notice.c.account_id)
            .join(leader, leader.c.id == notice.c.leader_id)
            .where(notice.c.state == state, notice.c.next_at <= work.now, *whose)
            .order_by(notice.c.next_at, notice.c.id)
            .limit(_LOOKED_AT)
        )
        found += work.db.execute(statement)
    return sorted(found, key=lambda row: (row.next_at, row.id))


def _without_set_aside(work: Work, rows: Sequence[Row[Any]]) -> list[Row[Any]]:
    """Those of these that may be pushed now; the others are put where they belong."""
    left: list[Row[Any]] = []
    aside: dict[tuple[str, datetime | None], list[Row[Any]]] = defaultdict(list)
    for row in rows:
        quiet = quiet_until(work.now, row.quiet_from_min, row.quiet_until_min)
        if row.expires_at is not None and row.expires_at <= work.now:
            aside["expired", None].append(row)
        elif not row.is_reachable:
            aside["waiting", None].append(row)
        elif quiet and row.account_id != row.owner and row.kind not in ANSWERS:
            aside["queued", quiet].append(row)  # the leader's own news is work, not disturbance
        else:
            left.append(row)
    for (state, at), those in aside.items():
        values: dict[str, Any] = {"state": state, "fence": notice.c.fence + 1, "lease_until": None}
        work.db.execute(update(notice).where(_of(those), _due(work)).values(values | ({"next_at": at} if at else {})))
    return left


def _hold_persons(work: Work, account_ids: Sequence[int]) -> dict[int, str]:
    """{account id: openid} of these.

    On PostgreSQL each account is locked, so that no other claim splits what this person is to get in one message.
    """
    persons = select(account.c.id, account.c.openid).where(account.c.id.in_(account_ids)).order_by(account.c.id)
    if work.db.dialect.name == "postgresql":
        # FOR NO KEY UPDATE: writing another notice for this person need not wait.
        persons = persons.with_for_update(skip_locked=True, key_share=True)
    return {row.id: row.openid for row in work.db.execute(persons)}


# ---------------------------------------------------------------- results


def begin_sending(work: Work, claimed: Claimed, *, channel: str) -> bool:
    """Note, before the network is touched, that this channel is about to be used: from here on it may have arrived."""
    return _finish(
        work,
        claimed,
        channel=channel,
        first_sent_at=func.coalesce(notice.c.first_sent_at, literal(work.now, Instant)),
    )


def finish_sent(work: Work, claimed: Claimed, *, channel: str, wx_msgid: str | None = None) -> bool:
    """WeChat accepted it."""
    return _finish(work, claimed, state="sent", channel=channel, sent_at=work.now, wx_msgid=wx_msgid, lease_until=None)


def bounced(work: Work, *, account_id: int, wx_msgid: str) -> bool:
    """WeChat took a template message and reports later that the person did not get it: it waits for his next message.

    The report may overtake our own writing down of `wx_msgid`: then it is the one that is just being sent to him.
    Returns False when there is no such notice.
    """
    reported = and_(notice.c.wx_msgid == wx_msgid, notice.c.state == "sent")
    on_its_way = and_(notice.c.wx_msgid.is_(None), notice.c.state == "sending", notice.c.channel == "template")
    changed = work.db.execute(
        update(notice)
        .where(notice.c.account_id == account_id, or_(reported, on_its_way))
        .values(state="waiting", fence=notice.c.fence + 1, lease_until=None, sent_at=None)
    )
    return bool(changed.rowcount)


def retry_later(work: Work, claimed: Claimed, *, code: int | None, maybe_arrived: bool = False) -> bool:
    """Try again, after 10, 30, 60, 300 and 900 s; when all these tries are used up it waits for the person to write."""
    if claimed.attempts > len(RETRY_AFTER):
        return give_up(work, claimed, state="waiting", code=code)
    at = work.now + RETRY_AFTER[claimed.attempts - 1]
    return _requeue(work, claimed, _code(code), at=at, maybe_arrived=maybe_arrived)


def put_back(work: Work, claimed: Claimed, *, until: datetime | None = None, code: int | None = None) -> bool:
    """Back into the queue for a reason that is not this notice's fault: the try does not count."""
    return _requeue(work, claimed, _code(code) | {"attempts": claimed.attempts - 1}, at=until or work.now)


def give_up(work: Work, claimed: Claimed, *, state: str, code: int | None) -> bool:
    """No push: `waiting` to be shown with the person's next message, `failed` or `held` for an operator to see."""
    return _finish(work, claimed, state=state, lease_until=None, **_code(code))


def _requeue(
    work: Work, claimed: Claimed, values: Mapping[str, Any], *, at: datetime, maybe_arrived: bool = False
) -> bool:
    # A try that surely did not arrive must not make the next one look like a repeat.
    before = {} if maybe_arrived else {"first_sent_at": claimed.first_sent_at, "channel": claimed.channel}
    return _finish(work, claimed, state="queued", next_at=at, lease_until=None, **before, **values)


def _code(code: int | None) -> dict[str, int]:
    return {} if code is None else {"last_code": code}


def _finish(work: Work, claimed: Claimed, **values: Any) -> bool:
    changed = work.db.execute(
        update(notice)
        .where(
            notice.c.leader_id == claimed.leader_id,
            notice.c.id == claimed.id,
            notice.c.fence == claimed.fence,
            notice.c.state == "sending",
        )
        .values(**values)
    )
    return bool(changed.rowcount == 1)


# ---------------------------------------------------------------- pauses of whole channels


@dataclass(frozen=True, slots=True)
class Pause:
    """Leave a channel alone until then; `code` is WeChat's errcode."""

    until: datetime
    code: int


def pauses(work: Work) -> dict[str, Pause]:
    """The channels that are to be left alone now."""
    rows = work.db.execute(select(channel_pause).where(channel_pause.c.until > work.now))
    return {row.channel: Pause(until=row.until, code=row.code) for row in rows}


def pause(work: Work, channel: str, *, until: datetime, code: int) -> None:
    """Leave a channel alone; a longer pause that is there already stays."""
    statement = upsert(work, channel_pause).values(channel=channel, until=until, code=code, since=work.now)
    work.db.execute(
        statement.on_conflict_do_update(
            index_elements=["channel"],
            set_={"until": until, "code": code, "since": work.now},
            where=channel_pause.c.until < statement.excluded.until,
        )
    )


def resume(work: Work, channel: str) -> None:
    """End a pause early, after an operator put the account right."""
    work.db.execute(delete(channel_pause).where(channel_pause.c.channel == channel))
