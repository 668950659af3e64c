"""Pictures people sent: which are still to be fetched from WeChat, and which have been kept long enough."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, select, tuple_, update

from models import Work, media, supplier_photo
from operations.upserts import for_update

RETRY_AFTER = tuple(timedelta(seconds=s) for s in (10, 60, 300, 1800, 7200, 21600))
# A medium that somebody sent can be fetched for three days.
# developers.weixin.qq.com/doc/offiaccount/Asset_Management/Get_temporary_materials.html
FETCHABLE_FOR = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class WantedPicture:
    """A picture that is ours to fetch until the lease ends."""

    leader_id: int
    id: int
    account_id: int | None  # who sent it
    purpose: str
    wechat_media_id: str | None
    source_key: str
    pic_url: str | None
    attempts: int
    fence: int
    created_at: datetime


def claim_wanted(work: Work, *, limit: int, lease: timedelta) -> list[WantedPicture]:
    """Take up to `limit` pictures that are due, and those whose fetcher's lease is over."""
    due = and_(media.c.state.in_(("wanted", "fetching")), media.c.next_at <= work.now)
    keys = select(media.c.leader_id, media.c.id).where(due).order_by(media.c.next_at, media.c.id).limit(limit)
    until = work.now + lease
    taken = (
        update(media)
        .where(tuple_(media.c.leader_id, media.c.id).in_(for_update(work, keys, skip_locked=True)))
        .values(
            state="fetching",
            fence=media.c.fence + 1,
            attempts=media.c.attempts + 1,
            lease_until=until,
            next_at=until,
        )
        .returning(*(media.c[column.name] for column in fields(WantedPicture)))
    )
    return sorted((WantedPicture(**row._mapping) for row in work.db.execute(taken)), key=lambda wanted: wanted.id)


def stored(
    work: Work,
    wanted: WantedPicture,
    *,
    path: str,
    content_type: str,
    sha256: str,
    size: int,
    taken_at: datetime | None = None,
) -> bool:
    """The picture lies at `path` in the media folder. False when the lease was lost."""
    facts = {"path": path, "content_type": content_type, "sha256": sha256, "size": size, "taken_at": taken_at}
    return _finish(work, wanted, state="stored", lease_until=None, **facts)


def try_again(work: Work, wanted: WantedPicture, *, at: datetime | None = None) -> bool:
    """Fetch it later: with growing pauses, or at `at`; given up when WeChat keeps it no longer."""
    if wanted.attempts > len(RETRY_AFTER) or work.now - wanted.created_at > FETCHABLE_FOR:
        return give_up(work, wanted)
    at = at or work.now + RETRY_AFTER[wanted.attempts - 1]
    return _finish(work, wanted, state="wanted", next_at=at, lease_until=None)


def looked_at(work: Work, wanted: WantedPicture) -> bool:
    """It was looked at for a pickup code, and is not kept. False when the lease was lost."""
    return _finish(work, wanted, state="expired", wechat_media_id=None, lease_until=None)


def give_up(work: Work, wanted: WantedPicture) -> bool:
    """It cannot be had, or is no picture."""
    return _finish(work, wanted, state="failed", lease_until=None)


def outdated(work: Work, *, limit: int) -> Sequence[tuple[int, int, str | None]]:
    """(leader id, id, path) of pictures whose time is over."""
    statement = (
        select(media.c.leader_id, media.c.id, media.c.path)
        .where(media.c.expires_at <= work.now, media.c.state != "expired")
        .order_by(media.c.expires_at)
        .limit(limit)
    )
    return [(row.leader_id, row.id, row.path) for row in work.db.execute(statement)]


def known(work: Work, keys: Sequence[tuple[int, int]]) -> set[int]:
    """Which of these (leader id, picture id) have a row with a file: in a leader's world, or a supplier's picture."""
    kept = select(media.c.id).where(tuple_(media.c.leader_id, media.c.id).in_(keys), media.c.path.is_not(None))
    of_suppliers = select(supplier_photo.c.id).where(supplier_photo.c.id.in_([picture_id for _, picture_id in keys]))
    return {picture_id for found in (kept, of_suppliers) for picture_id in work.db.execute(found).scalars()}


def mark_expired(work: Work, keys: Sequence[tuple[int, int]]) -> None:
    """Their files are gone."""
    work.db.execute(
        update(media)
        .where(tuple_(media.c.leader_id, media.c.id).in_(keys))
        .values(state="expired", path=None, sha256=None, size=None, fence=media.c.fence + 1, lease_until=None)
    )


def _finish(work: Work, wanted: WantedPicture, **values: Any) -> bool:
    mine = and_(media.c.leader_id == wanted.leader_id, media.c.id == wanted.id)
    changed = work.db.execute(
        update(media).where(mine, media.c.fence == wanted.fence, media.c.state == "fetching").values(**values)
    )
    return bool(changed.rowcount == 1)
