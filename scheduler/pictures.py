"""Fetching the pictures people sent, before WeChat forgets them: checked, drawn anew, kept in a folder of our own.

Those that may show a pickup code are looked at and not kept.

Drawing anew drops whatever else a file carried: position and camera data, and anything hidden behind the picture.
"""

from __future__ import annotations

import hashlib
import io
import os
import struct
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path

import structlog
from PIL import Image, ImageOps, UnidentifiedImageError

from bot.messenger import Messenger
from bot.parsing.codes import read_scanned
from bot.wechat_errors import Category, SendError
from models import Store, Work
from operations import photo_codes, pictures
from operations.pictures import WantedPicture
from scheduler import qr

log = structlog.get_logger(__name__)

LARGEST_BYTES = 10 * 1024 * 1024
LARGEST_PIXELS = 50_000_000
LONGEST_EDGE = 2048
CONTENT_TYPE = "image/jpeg"
LEASE = timedelta(seconds=90)
BATCH = 2  # each may take 36 s to fetch, see scheduler.delivery
CONFIGURATION_PAUSE = timedelta(hours=1)
_FOR_GOOD = frozenset({Category.PAYLOAD, Category.RECIPIENT, Category.CONFIGURATION, Category.QUOTA})


class NotAPicture(Exception):
    """The bytes are no JPEG, PNG or WebP picture of sensible size."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A JPEG of ours."""

    data: bytes

    @property
    def sha256(self) -> str:
        """Of the data, as hex."""
        return hashlib.sha256(self.data).hexdigest()


def redraw(raw: bytes) -> Picture:
    """The picture alone, upright, at most 2,048 pixels long. Raises NotAPicture."""
    with opened(raw) as image:
        image.draft("RGB", (LONGEST_EDGE, LONGEST_EDGE))  # a JPEG is decoded small, at a fraction of the cost
        upright = ImageOps.exif_transpose(image)
        upright.thumbnail((LONGEST_EDGE, LONGEST_EDGE))
        return Picture(_as_jpeg(upright))


@contextmanager
def opened(raw: bytes) -> Iterator[Image.Image]:
    """A picture that somebody sent, not decoded yet. Raises NotAPicture, also for what fails inside the block."""
    if len(raw) > LARGEST_BYTES:
        raise NotAPicture("too many bytes")
    try:
        with Image.open(io.BytesIO(raw), formats=("JPEG", "PNG", "WEBP")) as image:
            if image.width * image.height > LARGEST_PIXELS:
                raise NotAPicture("too many pixels")
            yield image
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise NotAPicture("too many pixels") from error
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError, struct.error) as error:
        raise NotAPicture("broken") from error


def _as_jpeg(image: Image.Image) -> bytes:
    opaque = Image.new("RGB", image.size, "white")
    rgba = image.convert("RGBA")
    opaque.paste(rgba, mask=rgba.getchannel("A"))
    out = io.BytesIO()
    opaque.save(out, "JPEG", quality=82)
    return out.getvalue()


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
    raw = messenger.download_media(wanted.wechat_media_id)
    if wanted.purpose in photo_codes.PURPOSES:
        with opened(raw) as image:
            found = [read_scanned(text) for text in qr.read(image)]
        store.run(partial(photo_codes.settle, wanted=wanted, found=found))
        return
    picture = redraw(raw)
    path = Path(str(wanted.leader_id)) / f"{wanted.id}.jpg"
    _write(folder / path, picture.data)
    store.run(
        partial(
            pictures.stored,
            wanted=wanted,
            path=path.as_posix(),
            content_type=CONTENT_TYPE,
            sha256=picture.sha256,
            size=len(picture.data),
        )
    )


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


def _write(path: Path, data: bytes) -> None:
    """Whole or not at all, readable by us only."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".new-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def drop_outdated(store: Store, folder: Path, *, limit: int = 200) -> int:
    """Remove the files of pictures whose time is over, then their traces; returns how many."""
    with store.read() as work:
        over = pictures.outdated(work, limit=limit)
    for _, _, path in over:
        if path is not None:
            (folder / path).unlink(missing_ok=True)
    if over:
        keys = [(leader_id, picture_id) for leader_id, picture_id, _ in over]
        store.run(partial(pictures.mark_expired, keys=keys))
    return len(over)
