"""Photos of after-sales cases: what a neighbour sends in chat, and what a leader adds on a page."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from sqlalchemy import exists, select

from models import Work, after_sales_case, case_event
from models.outcomes import CaseView
from operations import picture_intake
from operations.audit import record
from operations.case_claims import OPEN
from operations.case_history import add_case_event
from operations.case_views import view_case_id
from operations.keeping import KEPT
from operations.picture_files import Picture
from operations.receivers import holder


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
    wanted = picture_intake.want(
        work,
        leader_id=leader_id,
        account_id=int(key) if kind == "account" else None,
        wechat_media_id=wechat_media_id,
        pic_url=pic_url,
        source_key=source_key,
        purpose="case",
        kept_for=kept_for,
    )
    if wanted is not None:
        add_case_event(work, leader_id=leader_id, case_id=case_id, kind="photo", actor=actor, media_id=wanted)


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
    """A picture that somebody uploaded goes to the case; False when it is there already."""
    media_id, is_new = picture_intake.keep(
        work,
        leader_id=leader_id,
        account_id=None,
        picture=picture,
        folder=folder,
        source_key=source_key,
        purpose="case",
        kept_for=kept_for,
    )
    if is_new:
        add_case_event(work, leader_id=leader_id, case_id=case_id, kind="photo", actor=actor, media_id=media_id)
        record(work, leader_id=leader_id, actor=actor, action="case.photo", entity="case", entity_id=case_id)
    return is_new
