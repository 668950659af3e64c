"""A picture comes in: by chat, to be fetched from WeChat by a job, or with a form, kept at once."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Result, select

from models import Work, media
from operations import picture_files
from operations.picture_files import Picture
from operations.upserts import upsert


def want(
    work: Work,
    *,
    leader_id: int,
    account_id: int | None,
    wechat_media_id: str,
    source_key: str,
    purpose: str,
    kept_for: timedelta,
    pic_url: str = "",
) -> int | None:
    """A picture that a job is to fetch from WeChat. Returns its id; None where this `source_key` has brought one.

    `pic_url` is WeChat's plain address of the picture, for accounts without the media API.
    """
    where = {"wechat_media_id": wechat_media_id, "pic_url": pic_url[:500] or None}
    whose = {"account_id": account_id, "purpose": purpose, "state": "wanted"}
    return _add(work, leader_id, work.new_id(), source_key, kept_for, whose | where)


def keep(
    work: Work,
    *,
    leader_id: int,
    account_id: int | None,
    picture: Picture,
    folder: Path,
    source_key: str,
    purpose: str,
    kept_for: timedelta,
) -> tuple[int, bool]:
    """An uploaded picture goes into the media folder. Returns its id, and False where this `source_key` has brought it.

    The file is written within the transaction; one that a rollback leaves behind is swept with the outdated ones.
    """
    known: int | None = _with_key(work, leader_id, source_key).scalar()
    if known is not None:
        return known, False
    picture_id = work.new_id()
    file = picture_files.store(folder, leader_id=leader_id, picture_id=picture_id, picture=picture)
    whose = {"account_id": account_id, "purpose": purpose, "state": "stored"}
    if _add(work, leader_id, picture_id, source_key, kept_for, whose | file) is not None:
        return picture_id, True
    return int(_with_key(work, leader_id, source_key).scalar_one()), False  # the same form at the same moment


def _with_key(work: Work, leader_id: int, source_key: str) -> Result[Any]:
    """The id of the picture that this message or form has brought."""
    mine = media.c.leader_id == leader_id, media.c.source_key == source_key[:160]
    return work.db.execute(select(media.c.id).where(*mine))


def _add(
    work: Work, leader_id: int, picture_id: int, source_key: str, kept_for: timedelta, values: dict[str, Any]
) -> int | None:
    times = {"next_at": work.now, "created_at": work.now, "expires_at": work.now + kept_for}
    added: int | None = work.db.execute(
        upsert(work, media)
        .values(leader_id=leader_id, id=picture_id, source_key=source_key[:160], **times, **values)
        .on_conflict_do_nothing(index_elements=["leader_id", "source_key"])
        .returning(media.c.id)
    ).scalar()
    return added
