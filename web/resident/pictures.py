"""`/i/<leader>/<picture>`: pictures that are meant for everybody: a leader's face, goods, photos of reviews."""

from __future__ import annotations

import io
from functools import lru_cache
from pathlib import Path

from flask import request, send_file
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from operations import showcase
from web.auth import allow
from web.resident.blueprint import mall
from web.site import site

_SMALL = (192, 192)  # the 96 px square of a list on a phone with two dots a pixel
_LARGE = (720, 720)


@mall.get("/i/<key:leader_id>/<key:media_id>")
@allow(public=True)
def picture(leader_id: int, media_id: int) -> Response:
    """A public picture, small where the address says `s=1`. Pictures never change: phones keep them."""
    folder = site().settings.media_folder
    with site().store.read() as work:
        path = showcase.public_picture(work, leader_id=leader_id, media_id=media_id)
    if folder is None or path is None or not (folder / path).is_file():
        raise NotFound
    data = _drawn(str(folder / path), request.args.get("s") == "1")
    response = send_file(io.BytesIO(data), mimetype="image/jpeg")
    response.headers["Cache-Control"] = "public, max-age=86400"
    return response


@lru_cache(maxsize=256)
def _drawn(path: str, is_small: bool) -> bytes:
    from PIL import Image, ImageOps  # a library for few: it is not loaded at the start

    with Image.open(Path(path)) as image:
        image.draft("RGB", _LARGE)
        rgb = image.convert("RGB")
        shown = ImageOps.fit(rgb, _SMALL) if is_small else ImageOps.contain(rgb, _LARGE)
    out = io.BytesIO()
    shown.save(out, "JPEG", quality=72, optimize=True, progressive=True)
    return out.getvalue()
