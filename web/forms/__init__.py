"""What people typed into a page, read into values; `BadInput` says in plain Chinese what is wrong with it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation

MAX_FEN = 100_000_000  # a million yuan: beyond that somebody forgot the decimal point


_NO_POSITION = "位置要写成“纬度,经度”，比如 31.2304,121.4737。"


class BadInput(Exception):
    """A field cannot be used as it is; the message is for the person who filled it in."""


def read_text(values: Mapping[str, str], name: str, *, most: int = 200) -> str:
    """A field without control characters and outer blanks, cut to `most` characters; "" when it is missing."""
    kept = "".join(char for char in values.get(name, "") if char in "\n\t" or unicodedata.category(char)[0] != "C")
    return kept.strip()[:most]


def require_text(values: Mapping[str, str], name: str, label: str, *, most: int = 200) -> str:
    """A field that must not be empty."""
    if text := read_text(values, name, most=most):
        return text
    raise BadInput(f"请填写{label}。")


def read_choice(values: Mapping[str, str], name: str, choices: tuple[str, ...], default: str = "") -> str:
    """One of the known words, else the default."""
    value = values.get(name, default)
    return value if value in choices else default


def read_fen(values: Mapping[str, str], name: str, label: str) -> int:
    """12.5 or ¥12.50 -> 1250."""
    text = unicodedata.normalize("NFKC", read_text(values, name, most=20)).lstrip("¥").removesuffix("元").strip()
    amount = _decimal(text)
    if amount is None or amount < 0 or amount * 100 % 1 or amount * 100 > MAX_FEN:
        raise BadInput(f"{label}要写成金额，比如 12 或 12.50。")
    return int(amount * 100)


def read_bps(values: Mapping[str, str], name: str, label: str) -> int:
    """10.5 or 10.5% -> 1050 basis points."""
    text = unicodedata.normalize("NFKC", read_text(values, name, most=20)).removesuffix("%").strip()
    share = _decimal(text)
    if share is None or not 0 <= share <= 100 or share * 100 % 1:
        raise BadInput(f"{label}要写成 0 到 100 之间的百分数，最多两位小数。")
    return int(share * 100)


def read_milli(values: Mapping[str, str], name: str, label: str) -> int:
    """1.5 -> 1500 thousandths; an empty field is 0."""
    text = unicodedata.normalize("NFKC", read_text(values, name, most=12))
    number = _decimal(text or "0")
    if number is None or number * 1000 % 1 or number > 100_000:
        raise BadInput(f"{label}要写成数字，比如 2 或 1.5。")
    return int(number * 1000)


def read_leader_number(values: Mapping[str, str], name: str = "leader") -> int | None:
    """7, L7, l 7 -> 7; None when it is missing or no number."""
    text = unicodedata.normalize("NFKC", values.get(name, "")).upper().replace(" ", "").removeprefix("L")
    return int(text) if text.isdecimal() and len(text) < 9 else None


def read_page(values: Mapping[str, str]) -> int:
    """The page number of a list, from 1."""
    text = values.get("page", "")
    return int(text) if text.isdecimal() and 0 < len(text) < 7 else 1


def read_id(values: Mapping[str, str], name: str) -> int | None:
    """An id in a query; None when it is missing or none."""
    text = values.get(name, "")
    return int(text) if text.isdecimal() and len(text) < 19 else None


def read_nonce(values: Mapping[str, str]) -> str:
    """The random word that a form carries, so that sending it twice does nothing twice."""
    nonce = values.get("nonce", "")
    if not re.fullmatch(r"[0-9a-f]{32}", nonce):
        raise BadInput("这个页面放得太久了，请重新打开再试。")
    return nonce


def read_count(values: Mapping[str, str], name: str, label: str, *, least: int = 1, most: int = 999_999) -> int | None:
    """A whole number; None for an empty field."""
    text = unicodedata.normalize("NFKC", read_text(values, name, most=8))
    if not text:
        return None
    if not text.isdecimal() or not least <= int(text) <= most:
        raise BadInput(f"{label}要写成 {least} 到 {most} 的整数。")
    return int(text)


def read_day(values: Mapping[str, str], name: str) -> date | None:
    """2026-05-01; None for an empty field."""
    text = read_text(values, name, most=10)
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise BadInput("日期要写成 2026-05-01 这样。") from None


def read_clock(values: Mapping[str, str], name: str, label: str) -> int | None:
    """7:30 -> 450 minutes after midnight; None for an empty field."""
    text = unicodedata.normalize("NFKC", read_text(values, name, most=5))
    if not text:
        return None
    found = re.fullmatch(r"([01]?\d|2[0-4]):([0-5]\d)", text)
    if found is None or int(found[1]) * 60 + int(found[2]) > 24 * 60:
        raise BadInput(f"{label}要写成 7:30 这样的时间。")
    return int(found[1]) * 60 + int(found[2])


def read_position(values: Mapping[str, str], name: str) -> tuple[int, int] | None:
    """31.2304, 121.4737 (latitude, longitude) in millionths; "" is nowhere."""
    text = unicodedata.normalize("NFKC", read_text(values, name, most=60))
    if not text:
        return None
    try:
        lat, lng = (float(part) for part in text.split(","))
    except ValueError:
        raise BadInput(_NO_POSITION) from None
    if not (-90 <= lat <= 90 and -180 <= lng <= 180):
        raise BadInput(_NO_POSITION)
    return round(lat * 1_000_000), round(lng * 1_000_000)


def _decimal(text: str) -> Decimal | None:
    if not re.fullmatch(r"[0-9]{1,12}(\.[0-9]{1,4})?", text):
        return None
    try:
        return Decimal(text)
    except InvalidOperation:
        return None
