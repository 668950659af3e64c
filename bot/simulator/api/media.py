"""Temporary media and QR codes with a scene.

Sources: developers.weixin.qq.com/doc/service/api/material/temporary/api_uploadtempmedia and
…/doc/service/api/qrcode/qrcodes/api_createqrcode.md
"""

from __future__ import annotations

import io
import mimetypes
from datetime import timedelta
from typing import Any
from urllib.parse import quote

from flask import Response

from bot.simulator.core import Core
from bot.simulator.state import Qr

from .call import ApiError, Call, Endpoint

MEGABYTE = 1024 * 1024
MEDIA_LIMITS = {"image": 10 * MEGABYTE, "voice": 2 * MEGABYTE, "video": 10 * MEGABYTE, "thumb": 64 * 1024}
LONGEST_QR = 2_592_000
SHORTEST_QR = 60
PERMANENT_LIMIT = 100_000


def upload(call: Call) -> dict[str, Any]:
    kind = call.query.get("type", "")
    if kind not in MEDIA_LIMITS:
        raise ApiError(40004, "invalid media type")
    file = call.files.get("media")
    if file is None:
        raise ApiError(41005, "media data missing")
    if not file.content:
        raise ApiError(44001, "empty media data")
    if len(file.content) > MEDIA_LIMITS[kind]:
        raise ApiError(*((40009, "invalid image size") if kind == "image" else (45001, "media size out of limit")))
    media = call.core.add_media(kind, file.content, _mime(file.mime, file.filename), file.filename)
    name = "thumb_media_id" if kind == "thumb" else "media_id"
    return {"type": kind, name: media.media_id, "created_at": call.core.stamp()}


def _mime(given: str, filename: str) -> str:
    return given if "/" in given else mimetypes.guess_type(filename)[0] or "application/octet-stream"


def download(call: Call) -> dict[str, Any] | Response:
    media = call.core.media_alive(call.query.get("media_id", ""))
    if media is None:
        raise ApiError(40007, "invalid media_id")
    if media.kind == "video":
        return {"video_url": call.core.media_url(media.media_id)}
    answer = Response(media.content, content_type=media.mime)
    answer.headers["Content-disposition"] = f'attachment; filename="{quote(media.filename)}"'
    return answer


def create_qr(call: Call) -> dict[str, Any]:
    action = call.data.get("action_name")
    if action not in ("QR_SCENE", "QR_STR_SCENE", "QR_LIMIT_SCENE", "QR_LIMIT_STR_SCENE"):
        raise ApiError(47001, "unknown action_name")
    permanent, numeric = action.startswith("QR_LIMIT"), not action.endswith("STR_SCENE")
    scene = _scene(call.data, permanent, numeric)
    if permanent and sum(1 for qr in call.core.state.qrs.values() if qr.permanent) >= PERMANENT_LIMIT:
        raise ApiError(45029, "qrcode count out of limit")
    seconds = None if permanent else _expiry(call.data.get("expire_seconds", SHORTEST_QR))
    qr = add_qr(call.core, scene, seconds, numeric=numeric)
    answer: dict[str, Any] = {"ticket": qr.ticket, "url": qr.url}
    return answer if seconds is None else answer | {"expire_seconds": seconds}


def add_qr(core: Core, scene: str, seconds: int | None, *, numeric: bool = False) -> Qr:
    """A QR code known to the platform; `seconds` None makes it permanent. The same permanent scene is reused."""
    with core.lock:
        if seconds is None:
            for old in core.state.qrs.values():
                if old.permanent and (old.scene, old.numeric) == (scene, numeric):
                    return old
        ticket = f"gQ{core.letters(88)}=="
        expires = None if seconds is None else core.now() + timedelta(seconds=seconds)
        qr = Qr(ticket, scene, f"http://weixin.qq.com/q/{core.letters(24)}", seconds is None, expires, numeric)
        core.state.qrs[ticket] = qr
        return qr


def _scene(data: dict[str, Any], permanent: bool, numeric: bool) -> str:
    info = data.get("action_info")
    scene = info.get("scene") if isinstance(info, dict) else None
    value = scene.get("scene_id" if numeric else "scene_str") if isinstance(scene, dict) else None
    if numeric:
        highest = PERMANENT_LIMIT if permanent else 2**32 - 1
        if not isinstance(value, int) or not 1 <= value <= highest:
            raise ApiError(47001, f"scene_id must be 1 to {highest}")
        return str(value)
    if not isinstance(value, str) or not 1 <= len(value) <= 64:
        raise ApiError(47001, "scene_str must have 1 to 64 characters")
    return value


def _expiry(value: Any) -> int:
    if not isinstance(value, int) or value < 1 or value > LONGEST_QR:
        raise ApiError(47001, f"expire_seconds must be 1 to {LONGEST_QR}")
    return max(value, SHORTEST_QR)


def show_qr(call: Call) -> Response:
    qr = call.core.state.qrs.get(call.query.get("ticket", ""))
    if qr is None or (qr.expires is not None and call.core.now() >= qr.expires):
        return Response("invalid ticket", status=404, content_type="text/plain")
    return Response(png(qr.url), content_type="image/png")


def png(text: str) -> bytes:
    """A QR code of the text as PNG bytes."""
    buffer = io.BytesIO()
    import qrcode  # with a library for pictures: not at the start

    qrcode.make(text).save(buffer)
    return buffer.getvalue()


ENDPOINTS = (
    Endpoint("/cgi-bin/media/upload", upload, feature="media"),
    Endpoint("/cgi-bin/media/get", download, ("GET",), feature="media"),
    Endpoint("/cgi-bin/qrcode/create", create_qr, feature="qrcode"),
    Endpoint("/cgi-bin/showqrcode", show_qr, ("GET",), token=False),
)
