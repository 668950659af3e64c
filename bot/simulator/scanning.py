"""What happens when a phone's camera sees a code: a picture is decoded here, then treated as WeChat would."""

from __future__ import annotations

import io
from typing import Any, Protocol

from .push import PushResult
from .state import Qr


class Scanner(Protocol):
    """The part of Sim that scanning needs."""

    @property
    def state(self) -> Any: ...

    def scan(self, openid: str, scene: str) -> PushResult: ...

    def scancode_waitmsg(self, openid: str, key: str, result: str, scan_type: str = "qrcode") -> PushResult: ...


def scan(sim: Scanner, data: dict[str, Any], picture: bytes | None) -> dict[str, Any]:
    """Act on a scan. `data`: openid, and text, media_id or ticket; `key` when the menu's scan button was used.

    Answers {"result": text} plus "open" for a web address, or "pushed". Raises ValueError when nothing is readable.
    """
    openid, key = str(data.get("openid", "")), str(data.get("key", ""))
    kind, text = _seen(sim, data, picture)
    if key:
        result = text if kind == "qrcode" else f"{kind},{text}"
        pushed = sim.scancode_waitmsg(openid, key, result, "qrcode" if kind == "qrcode" else "barcode")
        return {"result": text, "pushed": "scancode_waitmsg", "ok": pushed.ok}
    qr = _known(sim, text)
    if qr is not None:
        return {"result": text, "pushed": "scan", "ok": sim.scan(openid, qr.scene).ok}
    if text.startswith(("http://", "https://")):
        return {"result": text, "open": text}
    return {"result": text}


def _seen(sim: Scanner, data: dict[str, Any], picture: bytes | None) -> tuple[str, str]:
    """(kind of code, content)."""
    text = str(data.get("text") or "").strip()
    if picture is None and data.get("media_id"):
        media = sim.state.media.get(str(data["media_id"]))
        if media is None:
            raise ValueError("没有这张图片")
        picture = media.content
    if picture is None and data.get("ticket"):
        qr = sim.state.qrs.get(str(data["ticket"]))
        text = qr.url if qr is not None else text
    if picture is not None:
        return decode(picture)
    if not text:
        raise ValueError("没有可扫的内容")
    return "qrcode", text


def _known(sim: Scanner, text: str) -> Qr | None:
    return next((qr for qr in sim.state.qrs.values() if qr.url == text), None)


def decode(picture: bytes) -> tuple[str, str]:
    """(qrcode, content) or (CODE_128 and the like, content). Raises ValueError in the words the page shows."""
    import zxingcpp
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(io.BytesIO(picture)) as image:
            found = zxingcpp.read_barcodes(image.convert("RGB"))
    except (UnidentifiedImageError, OSError) as error:
        raise ValueError("这不是能读的图片") from error
    if not found:
        raise ValueError("图片里没有看到二维码")
    name = found[0].format.name
    kind = "qrcode" if "QR" in name.upper() else _BAR_CODES.get(name, name.upper())
    return kind, found[0].text


_BAR_CODES = {"Code128": "CODE_128", "EAN13": "EAN_13", "EAN8": "EAN_8", "Code39": "CODE_39", "UPCA": "UPC_A"}
