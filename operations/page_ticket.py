"""The ticket that signs the JS-SDK's use on our pages: one for all processes, kept in the database.

The platform counts every call for it and lets it live for two hours, so a job renews it and pages only read it. Who
renews holds a claim: it moves `next_at` on and adds one to `fence`, and a ticket is written only where that fence
still stands. Two workers never ask at once, and one that wakes late overwrites nothing.
Source: developers.weixin.qq.com/doc/offiaccount/OA_Web_Apps/JS-SDK.html, appendix 1.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select, update

from models import Work, page_ticket
from operations.upserts import upsert

LEASE = timedelta(seconds=60)  # of one try to fetch it: a call takes 9 s at most, and its one repeat as long
RENEW_BEFORE = timedelta(minutes=10)
USABLE_FOR = timedelta(minutes=1)  # a page shown now uses it within this time


def current(work: Work, *, appid: str) -> str | None:
    """The ticket, while it lives."""
    return work.db.execute(
        select(page_ticket.c.ticket).where(
            page_ticket.c.appid == appid, page_ticket.c.expires_at > work.now + USABLE_FOR
        )
    ).scalar()


def claim(work: Work, *, appid: str) -> int | None:
    """The fence of the claim to fetch a new one; None when none is due, or somebody else is fetching."""
    first = upsert(work, page_ticket).values(appid=appid, next_at=work.now)
    work.db.execute(first.on_conflict_do_nothing(index_elements=["appid"]))
    return work.db.execute(
        update(page_ticket)
        .where(page_ticket.c.appid == appid, page_ticket.c.next_at <= work.now)
        .values(fence=page_ticket.c.fence + 1, next_at=work.now + LEASE)
        .returning(page_ticket.c.fence)
    ).scalar()


def keep(work: Work, *, appid: str, fence: int, ticket: str, life: timedelta) -> bool:
    """Write a fetched ticket down. False when the claim was lost: then somebody else's stands."""
    kept = work.db.execute(
        update(page_ticket)
        .where(page_ticket.c.appid == appid, page_ticket.c.fence == fence)
        .values(ticket=ticket, expires_at=work.now + life, next_at=work.now + max(life - RENEW_BEFORE, life / 2))
    )
    return kept.rowcount == 1


def put_off(work: Work, *, appid: str, fence: int, until: datetime) -> bool:
    """It could not be had: ask again at `until`. What is there stays good until its own end."""
    changed = work.db.execute(
        update(page_ticket).where(page_ticket.c.appid == appid, page_ticket.c.fence == fence).values(next_at=until)
    )
    return changed.rowcount == 1
