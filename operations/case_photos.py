"""Photos of after-sales cases: what a neighbour sends in chat, and what a leader adds on a page."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import exists, insert, select

from models import Work, after_sales_case, case_event, media
from models.outcomes import CaseView
from operations import picture_files
from operations.audit import record
from operations.case_claims import OPEN
from operations.case_views import view_case_id
from operations.keeping import KEPT
from operations.picture_files import Picture
from operations.receivers import holder
from operations.upserts import upsert


def attach_photo(
    work: Work,
    *,
    leader_id: int,
    account_id: int,
    wechat_media_id: str,
    source_key: str,
    pic_url: str = "",
    kept_for: timedelta = KEPT.case_photos,
) -> CaseView | None:
    """A photo goes to the sender's newest open case; None when there is none. A job fetches it from WeChat later.

    The sender of a case is who opened it, and the resident (or his host) it is about. The same `source_key` again
    attaches nothing twice. `pic_url` is WeChat's plain address of the picture, for accounts without the media API.
    """
    actor = f"account:{account_id}"
    opened_it = exists().where(
        case_event.c.leader_id == after_sales_case.c.leader_id,
        case_event.c.case_id == after_sales_case.c.id,
        case_event.c.kind == "opened",
        case_event.c.actor == actor,
    )
    rows = work.db.execute(
        select(after_sales_case.c.id, after_sales_case.c.order_id, opened_it.label("opened_it"))
        .where(after_sales_case.c.leader_id == leader_id, after_sales_case.c.state.in_(OPEN))
        .order_by(after_sales_case.c.id.desc())
    )
    for row in rows:
        if row.opened_it or holder(work, leader_id, row.order_id) == account_id:
            attach_wanted(work, leader_id, row.id, actor, wechat_media_id, source_key, pic_url, kept_for)
            return view_case_id(work, leader_id=leader_id, case_id=row.id)
    return None


def attach_wanted(
    work: Work,
    leader_id: int,
    case_id: int,
    actor: str,
    wechat_media_id: str,
    source_key: str,
    pic_url: str = "",
    kept_for: timedelta = KEPT.case_photos,
) -> None:
    """A photo that is still to be fetched from WeChat."""
    kind, _, key = actor.partition(":")
    values = {
        "account_id": int(key) if kind == "account" else None,
        "wechat_media_id": wechat_media_id,
        "pic_url": pic_url[:500] or None,
        "state": "wanted",
    }
    _attach(work, leader_id, case_id, actor, source_key, work.new_id(), values | {"expires_at": work.now + kept_for})


def attach_picture(
    work: Work,
    *,
    leader_id: int,
    case_id: int,
    actor: str,
    picture: Picture,
    folder: Path,
    source_key: str,
    kept_for: timedelta = KEPT.case_photos,
) -> bool:
    """A picture that somebody uploaded goes into the media folder and to the case; False when it is there already.

    The file is written within the transaction; one that a rollback leaves behind is swept with the outdated ones.
    """
    known = select(media.c.id).where(media.c.leader_id == leader_id, media.c.source_key == source_key[:160])
    if work.db.execute(known).first() is not None:
        return False
    media_id = work.new_id()
    kept = picture_files.store(folder, leader_id=leader_id, picture_id=media_id, picture=picture)
    _attach(
        work,
        leader_id,
        case_id,
        actor,
        source_key,
        media_id,
        {"state": "stored", "expires_at": work.now + kept_for, **kept},
    )
    record(work, leader_id=leader_id, actor=actor, action="case.photo", entity="case", entity_id=case_id)
    return True


def _attach(
    work: Work, leader_id: int, case_id: int, actor: str, source_key: str, media_id: int, values: dict[str, Any]
) -> bool:
    row = work.db.execute(
        upsert(work, media)
        .values(
            leader_id=leader_id,
            id=media_id,
            next_at=work.now,
            source_key=source_key[:160],
            created_at=work.now,
            **values,
        )
        .on_conflict_do_nothing(index_elements=["leader_id", "source_key"])
        .returning(media.c.id)
    ).first()
    if row is None:
        return False
    event = {"case_id": case_id, "kind": "photo", "actor": actor, "media_id": media_id, "at": work.now}
    work.db.execute(insert(case_event).values(leader_id=leader_id, id=work.new_id(), **event))
    return True
