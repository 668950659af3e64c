"""Fetching the pictures people sent, before WeChat forgets them, into the media folder; and dropping old ones.

Those that may show a pickup code are looked at and not kept.
"""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from itertools import islice
from pathlib import Path

import structlog

from bot.messenger import Messenger
from bot.parsing.codes import read_scanned
from bot.wechat_errors import Category, SendError
from models import Store, Work
from models.base import IdSource
from operations import photo_codes, picture_files, pictures
from operations.picture_files import NotAPicture, opened, redraw
from operations.pictures import WantedPicture
from scheduler import qr

log = structlog.get_logger(__name__)

LEASE = timedelta(seconds=90)
_ROW_COMES_WITHIN = timedelta(days=1)
_LOOKED_UP_AT_ONCE = 200
BATCH = 2  # each may take 36 s to fetch, see scheduler.delivery
CONFIGURATION_PAUSE = timedelta(hours=1)
_FOR_GOOD = frozenset({Category.PAYLOAD, Category.RECIPIENT, Category.CONFIGURATION, Category.QUOTA})


def fetch_wanted(store: Store, messenger: Messenger, folder: Path) -> int:
    """Fetch a few pictures that are due; returns how many were tried."""
    batch = store.run(partial(pictures.claim_wanted, limit=BATCH, lease=LEASE))
    for wanted in batch:
        try:
            _fetch(store, messenger, folder, wanted)
        except SendError as error:
            log.warning("picture_not_fetched", picture=wanted.id, error=str(error))
            store.run(partial(_refused, wanted=wanted, error=error))
        except NotAPicture as error:
            log.warning("picture_refused", picture=wanted.id, reason=str(error))
            store.run(partial(_give_up, wanted=wanted))
    return len(batch)


def _fetch(store: Store, messenger: Messenger, folder: Path, wanted: WantedPicture) -> None:
    if wanted.wechat_media_id is None:
        raise NotAPicture("no media id")
    raw = _download(messenger, wanted, wanted.wechat_media_id)
    if wanted.purpose in photo_codes.PURPOSES:
        with opened(raw) as image:
            found = [read_scanned(text) for text in qr.read(image)]
        store.run(partial(photo_codes.settle, wanted=wanted, found=found))
        return
    kept = picture_files.store(folder, leader_id=wanted.leader_id, picture_id=wanted.id, picture=redraw(raw))
    store.run(partial(pictures.stored, wanted=wanted, **kept))


def _download(messenger: Messenger, wanted: WantedPicture, media_id: str) -> bytes:
    """Through the API; where the account may not use it, from the plain address that came with the message."""
    try:
        return messenger.download_media(media_id)
    except SendError as error:
        if error.category is not Category.CONFIGURATION or not wanted.pic_url:
            raise
    return messenger.download_picture(wanted.pic_url)


def _give_up(work: Work, wanted: WantedPicture) -> bool:
    if wanted.purpose in photo_codes.PURPOSES:
        return photo_codes.give_up(work, wanted)
    return pictures.give_up(work, wanted)


def _refused(work: Work, wanted: WantedPicture, error: SendError) -> bool:
    if wanted.purpose in photo_codes.PURPOSES:
        may_come = error.category not in _FOR_GOOD and photo_codes.is_worth_it(work, wanted)
        return pictures.try_again(work, wanted) if may_come else photo_codes.give_up(work, wanted)
    match error.category:
        case Category.PAYLOAD | Category.RECIPIENT:  # WeChat does not know it, or no more
            return pictures.give_up(work, wanted)
        case Category.CONFIGURATION | Category.QUOTA:
            return pictures.try_again(work, wanted, at=work.now + CONFIGURATION_PAUSE)
        case _:
            return pictures.try_again(work, wanted)


def drop_outdated(store: Store, folder: Path, *, limit: int = 200) -> int:
    """Remove the files of pictures whose time is over, then their traces; returns how many.

    So goes a file that no row knows, of a process that died between the two.
    """
    with store.read() as work:
        over = pictures.outdated(work, limit=limit)
    for _, _, path in over:
        if path is not None:
            (folder / path).unlink(missing_ok=True)
    if over:
        keys = [(leader_id, picture_id) for leader_id, picture_id, _ in over]
        store.run(partial(pictures.mark_expired, keys=keys))
    strays = _strays(store, folder)
    for file in strays:
        file.unlink(missing_ok=True)
    return len(over) + len(strays)


def _strays(store: Store, folder: Path) -> list[Path]:
    """Files without a row. Names are ids, which tell their age: a young one's row may be written yet."""
    found: list[Path] = []
    with store.read() as work:
        youngest = IdSource.lowest_at(work.now - _ROW_COMES_WITHIN)
        files = (one for one in folder.glob("*/*.jpg") if one.stem.isdecimal() and one.parent.name.isdecimal())
        old = (file for file in files if int(file.stem) < youngest)
        while some := list(islice(old, _LOOKED_UP_AT_ONCE)):
            known = pictures.known(work, [(int(file.parent.name), int(file.stem)) for file in some])
            found += [file for file in some if int(file.stem) not in known]
    return found
