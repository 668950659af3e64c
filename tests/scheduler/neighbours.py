"""A leader and residents for tests of notices, and ways to look at the outbox."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, insert, select, update

from models import Store, Work, account, channel_pause, leader, message_window, notice
from operations import people, rounds
from operations.notices import Addressed, enqueue_many
from operations.offers import NewOffer
from operations.orders import Change, change
from operations.rounds import NewRound

LEADER = 9000  # account and leader share the number
RESIDENTS = (1, 2, 3)


def openid(account_id: int) -> str:
    return f"o_test_resident_{account_id}"


def settle(store: Store, residents: Iterable[int] = RESIDENTS, leader_id: int = LEADER) -> None:
    """An active leader without quiet hours, and residents bound to him."""
    with store.transaction() as work:
        for account_id in (leader_id, *residents):
            work.db.execute(insert(account).values(id=account_id, openid=openid(account_id), created_at=work.now))
        work.db.execute(
            insert(leader).values(
                id=leader_id,
                number=leader_id,
                account_id=leader_id,
                display_name="王姐",
                share_bps=1000,
                state="active",
                quiet_from_min=0,
                quiet_until_min=0,
                created_at=work.now,
            )
        )
        for account_id in residents:
            people.bind(work, account_id=account_id, leader_id=leader_id, via="code")


def set_leader(store: Store, **values: Any) -> None:
    with store.transaction() as work:
        work.db.execute(update(leader).where(leader.c.id == LEADER).values(**values))


def set_account(store: Store, account_id: int, **values: Any) -> None:
    with store.transaction() as work:
        work.db.execute(update(account).where(account.c.id == account_id).values(**values))


def tell(
    store: Store, *account_ids: int, kind: str = "arrived", key: str = "k", title: str = "", **options: Any
) -> None:
    """Enqueue one notice each, with the key `<key>:<account id>`."""
    to = [Addressed(one, f"{key}:{one}", {"title": title or key, "code": f"code-{one}"}) for one in account_ids]
    with store.transaction() as work:
        assert enqueue_many(work, leader_id=LEADER, kind=kind, to=to, **options) == len(to)


def notices(store: Store) -> dict[str, Row[Any]]:
    """Every notice by its key."""
    with store.read() as work:
        return {row.dedupe_key: row for row in work.db.execute(select(notice).order_by(notice.c.id))}


def states(store: Store) -> dict[str, str]:
    return {key: row.state for key, row in notices(store).items()}


def windows_of(store: Store, account_id: int) -> dict[str, int]:
    with store.read() as work:
        rows = work.db.execute(select(message_window).where(message_window.c.account_id == account_id))
        return {row.kind: row.remaining for row in rows}


def paused(store: Store) -> dict[str, Row[Any]]:
    with store.read() as work:
        return {row.channel: row for row in work.db.execute(select(channel_pause))}


def open_round(
    work: Work, *, closes_at: datetime | None = None, residents: Iterable[int] = (), title: str = "周六水果团"
) -> int:
    """A round with one offer, ordered once by each of the residents; closes in an hour unless told otherwise."""
    view = rounds.publish(
        work,
        leader_id=LEADER,
        new=NewRound(
            title=title,
            offers=(NewOffer(name="草莓", price_fen=4500, unit="盒"),),
            closes_at=closes_at or work.now + timedelta(hours=1),
        ),
        actor="system",
    )
    for account_id in residents:
        change(
            work,
            leader_id=LEADER,
            round_id=view.id,
            resident_id=people.resident_of(work, leader_id=LEADER, account_id=account_id),
            changes=[Change(view.offers[0].id, 1000)],
            actor=f"account:{account_id}",
            source_key=f"order:{view.id}:{account_id}",
        )
    return view.id
