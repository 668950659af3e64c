"""公告 and 新品预告: a leader's words to her neighbours, or the platform's to everybody's.

They go through the outbox like every notice: quiet hours hold them, 「退订」 stops them, 「退订公告」 only these.
Whom no push can reach finds them with his next message and on the leader's page.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row, Select, String, and_, cast, func, insert, literal, select, update

from models import Work, account, announcement, leader, notice, order, resident
from operations.audit import record
from operations.errors import LeaderInactive, NewsCapReached, NotFound
from operations.notices import Addressed, enqueue_many
from operations.numbers import next_number
from operations.upserts import for_update

LONGEST = 500
MOST_A_DAY = 2
_SHOWN_FOR = timedelta(days=7)  # on the leader's page
_TOLD_WITHIN = timedelta(days=2)  # later it is no news any more
_SHANGHAI = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True, slots=True)
class NewsView:
    """An announcement and what became of it: to how many it went, and how many of them have it by now."""

    id: int
    number: int
    kind: str
    words: str
    sent_at: datetime
    is_withdrawn: bool
    reach: int
    told: int  # pushed, or shown with their next message
    waiting: int  # not reachable by a push: shown with their next message


def count(work: Work, *, leader_id: int, round_id: int | None = None, community_id: int | None = None) -> int:
    """How many it would go to."""
    return len(_receivers(work, leader_id, round_id, community_id))


def check_cap(work: Work, *, leader_id: int) -> None:
    """Raises NewsCapReached before anybody writes one more for nothing."""
    if is_full(work, leader_id=leader_id):
        raise NewsCapReached(most=MOST_A_DAY)


def is_full(work: Work, *, leader_id: int) -> bool:
    """Whether the leader has sent as many today as she may."""
    return _sent_today(work, leader_id) >= MOST_A_DAY


def announce(
    work: Work,
    *,
    leader_id: int,
    kind: str,
    words: str,
    actor: str,
    source_key: str,
    round_id: int | None = None,
    community_id: int | None = None,
    is_capped: bool = True,
) -> NewsView:
    """Send it to all neighbours of a leader, to who ordered in a round, or to who lives in a community (小区).

    The same `source_key` again sends nothing.

    Raises NewsCapReached: a leader may send so many a day (Shanghai); LeaderInactive.
    """
    mine = announcement.c.leader_id == leader_id
    known = work.db.execute(select(announcement.c.id).where(mine, announcement.c.source_key == source_key)).scalar()
    if known is not None:
        return _view(work, leader_id, known)
    by = _hold_leader(work, leader_id)
    if is_capped:
        check_cap(work, leader_id=leader_id)
    receivers = _receivers(work, leader_id, round_id, community_id)
    news_id, number = work.new_id(), next_number(work, f"news:{leader_id}")
    work.db.execute(
        insert(announcement).values(
            leader_id=leader_id,
            id=news_id,
            number=number,
            kind=kind,
            audience="round" if round_id is not None else "community" if community_id is not None else "all",
            round_id=round_id,
            community_id=community_id,
            words=words[:LONGEST],
            reach=len(receivers),
            created_by=actor,
            source_key=source_key,
            sent_at=work.now,
            shown_until=work.now + _SHOWN_FOR,
        )
    )
    payload = {"kind": kind, "from": by if is_capped else None, "text": words[:LONGEST]}
    to = [Addressed(account_id=one, key=f"news:{news_id}:{one}", payload=payload) for one in receivers]
    # Never a template message: WeChat allows no marketing in those.
    enqueue_many(work, leader_id=leader_id, kind="news", to=to, expires_at=work.now + _TOLD_WITHIN)
    _log(work, leader_id, actor, "news.send", news_id, {"number": number, "reach": len(receivers)})
    return _view(work, leader_id, news_id)


def _hold_leader(work: Work, leader_id: int) -> str:
    """One announcement at a time; returns the leader's name. Raises LeaderInactive."""
    owner = select(leader.c.id, leader.c.state, leader.c.display_name).where(leader.c.id == leader_id)
    held = work.db.execute(for_update(work, owner)).one()
    if held.state != "active":
        raise LeaderInactive(name=held.display_name)
    return str(held.display_name)


def announce_everywhere(work: Work, *, kind: str, words: str, actor: str, source_key: str) -> int:
    """The platform's own, to the neighbours of every working leader; returns to how many."""
    leaders = (
        work.db.execute(select(leader.c.id).where(leader.c.state == "active").order_by(leader.c.id)).scalars().all()
    )
    reach = 0
    for leader_id in leaders:
        sent = announce(
            work, leader_id=leader_id, kind=kind, words=words, actor=actor, source_key=source_key, is_capped=False
        )
        reach += sent.reach
    return reach


def count_everywhere(work: Work) -> int:
    """How many the platform's own would go to."""
    leaders = work.db.execute(select(leader.c.id).where(leader.c.state == "active")).scalars().all()
    return sum(count(work, leader_id=leader_id) for leader_id in leaders)


def withdraw(work: Work, *, leader_id: int, number: int, actor: str) -> NewsView:
    """Take it off the page and tell it to nobody else. Raises NotFound."""
    row = work.db.execute(
        update(announcement)
        .where(announcement.c.leader_id == leader_id, announcement.c.number == number)
        .values(state="withdrawn")
        .returning(announcement.c.id)
    ).first()
    if row is None:
        raise NotFound(what="announcement", typed=str(number))
    work.db.execute(
        update(notice).where(*_of(leader_id, row.id), notice.c.state.in_(("queued", "waiting"))).values(state="expired")
    )
    _log(work, leader_id, actor, "news.withdraw", row.id, {"number": number})
    return _view(work, leader_id, row.id)


def latest(work: Work, *, leader_id: int, limit: int = 5) -> list[NewsView]:
    """The newest first, with what became of each."""
    mine = announcement.c.leader_id == leader_id
    rows = work.db.execute(select(announcement).where(mine).order_by(announcement.c.id.desc()).limit(limit)).all()
    return _views(work, leader_id, rows)


def on_page(work: Work, *, leader_id: int) -> Sequence[Row[Any]]:
    """What stands on the leader's page now: kind, words, sent_at."""
    statement: Select[Any] = (
        select(announcement.c.kind, announcement.c.words, announcement.c.sent_at)
        .where(
            announcement.c.leader_id == leader_id,
            announcement.c.state == "sent",
            announcement.c.audience == "all",
            announcement.c.shown_until > work.now,
        )
        .order_by(announcement.c.id.desc())
        .limit(4)
    )
    return work.db.execute(statement).all()


def set_wanted(work: Work, *, leader_id: int, resident_id: int, is_wanted: bool) -> None:
    """退订公告 / 订阅公告: only these; other notices go on."""
    work.db.execute(
        update(resident)
        .where(resident.c.leader_id == leader_id, resident.c.id == resident_id)
        .values(wants_news=is_wanted)
    )


def _receivers(work: Work, leader_id: int, round_id: int | None, community_id: int | None) -> list[int]:
    """Accounts of neighbours who want it; the leader herself knows already."""
    owner = select(leader.c.account_id).where(leader.c.id == leader_id).scalar_subquery()
    statement = (
        select(resident.c.account_id)
        .join(account, account.c.id == resident.c.account_id)
        .where(
            resident.c.leader_id == leader_id,
            resident.c.state == "active",
            resident.c.wants_news,
            ~account.c.is_muted,
            account.c.id != owner,
        )
    )
    if community_id is not None:
        statement = statement.where(resident.c.community_id == community_id)
    if round_id is not None:
        bought = select(func.coalesce(resident.c.host_resident_id, resident.c.id)).join(
            order, and_(order.c.leader_id == resident.c.leader_id, order.c.resident_id == resident.c.id)
        )
        bought = bought.where(
            order.c.leader_id == leader_id, order.c.round_id == round_id, order.c.state != "cancelled"
        )
        statement = statement.where(resident.c.id.in_(bought))
    return sorted(work.db.execute(statement).scalars())


def _sent_today(work: Work, leader_id: int) -> int:
    midnight = work.now.astimezone(_SHANGHAI).replace(hour=0, minute=0, second=0, microsecond=0)
    own = select(func.count()).where(
        announcement.c.leader_id == leader_id,
        announcement.c.sent_at >= midnight,
        announcement.c.created_by.like("account:%"),
    )
    return int(work.db.execute(own).scalar_one())


def _of(leader_id: int, news_id: int) -> tuple[Any, Any, Any]:
    """The notices of one announcement, by the range their keys lie in."""
    return (
        notice.c.leader_id == leader_id,
        notice.c.dedupe_key >= f"news:{news_id}:",
        notice.c.dedupe_key < f"news:{news_id};",
    )


def _view(work: Work, leader_id: int, news_id: int) -> NewsView:
    row = work.db.execute(
        select(announcement).where(announcement.c.leader_id == leader_id, announcement.c.id == news_id)
    ).one()
    return _views(work, leader_id, [row])[0]


def _views(work: Work, leader_id: int, rows: Sequence[Row[Any]]) -> list[NewsView]:
    """With what became of each; one statement, however many."""
    key = literal("news:") + cast(announcement.c.id, String)
    states = (
        select(announcement.c.id, notice.c.state, func.count().label("many"))
        .join(
            notice,
            and_(
                notice.c.leader_id == announcement.c.leader_id,
                notice.c.dedupe_key >= key + ":",
                notice.c.dedupe_key < key + ";",
            ),
        )
        .where(announcement.c.leader_id == leader_id, announcement.c.id.in_([row.id for row in rows]))
        .group_by(announcement.c.id, notice.c.state)
    )
    found: dict[int, dict[str, int]] = defaultdict(dict)
    for row in work.db.execute(states) if rows else ():
        found[row.id][row.state] = int(row.many)
    return [_seen(row, found[row.id]) for row in rows]


def _seen(row: Row[Any], by_state: Mapping[str, int]) -> NewsView:
    return NewsView(
        id=row.id,
        number=row.number,
        kind=row.kind,
        words=row.words,
        sent_at=row.sent_at,
        is_withdrawn=row.state == "withdrawn",
        reach=row.reach,
        told=by_state.get("sent", 0) + by_state.get("shown", 0),
        waiting=by_state.get("waiting", 0),
    )


def _log(work: Work, leader_id: int, actor: str, action: str, news_id: int, after: dict[str, Any]) -> None:
    record(work, leader_id=leader_id, actor=actor, action=action, entity="announcement", entity_id=news_id, after=after)
