"""Pictures as files: checked, drawn anew, kept in a folder of our own, outside of what the pages serve.

Drawing anew drops whatever else a file carried: position and camera data, and anything hidden behind the picture.
"""

from __future__ import annotations

import hashlib
import io
import os
import struct
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from operations.quiet_hours import SHANGHAI

if TYPE_CHECKING:
    from PIL import Image

LARGEST_BYTES = 10 * 1024 * 1024
LARGEST_PIXELS = 50_000_000  # what phones take; a JPEG is decoded small
LARGEST_WHOLE_PIXELS = 16_000_000  # the others are decoded whole: up to 4 bytes each, however small the file
LONGEST_EDGE = 2048
CONTENT_TYPE = "image/jpeg"


class NotAPicture(Exception):
    """The bytes are no JPEG, PNG or WebP picture of sensible size."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A JPEG of ours."""

    data: bytes
    taken_at: datetime | None = None  # as it says itself, where it does

    @property
    def sha256(self) -> str:
        """Of the data, as hex."""
        return hashlib.sha256(self.data).hexdigest()


# One at a time: some that come together must not take the memory of the chat beside them.
_turn = threading.Lock()


def redraw(raw: bytes) -> Picture:
    """The picture alone, upright, at most 2,048 pixels long. Raises NotAPicture."""
    from PIL import ImageOps  # a library for few: it is not loaded at the start

    with _turn, opened(raw) as image:
        taken_at = _taken_at(image)
        image.draft("RGB", (LONGEST_EDGE, LONGEST_EDGE))  # a JPEG is decoded small, at a fraction of the cost
        image.thumbnail((LONGEST_EDGE, LONGEST_EDGE))
        return Picture(_as_jpeg(ImageOps.exif_transpose(image)), taken_at)


def _taken_at(image: Image.Image) -> datetime | None:
    """When a picture says it was taken; its clock is taken to be Shanghai's."""
    from PIL import ExifTags

    exif = image.getexif()
    said = exif.get_ifd(ExifTags.IFD.Exif).get(ExifTags.Base.DateTimeOriginal) or exif.get(ExifTags.Base.DateTime)
    try:
        return datetime.strptime(str(said), "%Y:%m:%d %H:%M:%S").replace(tzinfo=SHANGHAI)
    except ValueError:
        return None


@contextmanager
def opened(raw: bytes) -> Iterator[Image.Image]:
    """A picture that somebody sent, not decoded yet. Raises NotAPicture, also for what fails inside the block."""
    from PIL import Image, UnidentifiedImageError

    if len(raw) > LARGEST_BYTES:
        raise NotAPicture("too many bytes")
    try:
        with Image.open(io.BytesIO(raw), formats=("JPEG", "PNG", "WEBP")) as image:
            if image.width * image.height > (LARGEST_PIXELS if image.format == "JPEG" else LARGEST_WHOLE_PIXELS):
                raise NotAPicture("too many pixels")
            yield image
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise NotAPicture("too many pixels") from error
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError, struct.error) as error:
        raise NotAPicture("broken") from error


def store(folder: Path, *, leader_id: int, picture_id: int, picture: Picture) -> dict[str, Any]:
    """Write a picture into the media folder, whole or not at all; returns what its row of `media` keeps of it."""
    path = Path(str(leader_id)) / f"{picture_id}.jpg"
    _write(folder / path, picture.data)
    return {
        "path": path.as_posix(),
        "content_type": CONTENT_TYPE,
        "sha256": picture.sha256,
        "size": len(picture.data),
        "taken_at": picture.taken_at,
    }


def _as_jpeg(image: Image.Image) -> bytes:
    from PIL import Image

    opaque = Image.new("RGB", image.size, "white")
    rgba = image.convert("RGBA")
    opaque.paste(rgba, mask=rgba.getchannel("A"))
    out = io.BytesIO()
    opaque.save(out, "JPEG", quality=82)
    return out.getvalue()


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
