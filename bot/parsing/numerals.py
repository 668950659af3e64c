"""Numbers as people write and say them: 3, 1.5, 两, 廿五, 一百二, 三零二, 两三."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

DIGITS = {
    "零": 0, "〇": 0, "一": 1, "壹": 1, "幺": 1, "二": 2, "贰": 2, "两": 2, "俩": 2, "三": 3, "叁": 3, "仨": 3, "四": 4,
    "肆": 4, "五": 5, "伍": 5, "六": 6, "陆": 6, "七": 7, "柒": 7, "八": 8, "捌": 8, "九": 9, "玖": 9, "弍": 2, "弎": 3,
}  # fmt: skip
MAGNITUDES = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_TENS = {"廿": 20, "卅": 30}
CHINESE = "".join(DIGITS) + "".join(MAGNITUDES) + "".join(_TENS)
CHINESE_NUMBER = f"[{CHINESE}]{{1,8}}"
ARABIC_NUMBER = r"\d{1,11}(?:\.\d{1,3})?"
_ARABIC = re.compile(r"(\d{1,11})(?:\.(\d{1,3})0*)?(?!\d)")
_CHINESE = re.compile(f"[{CHINESE}]{{1,8}}")

Kind = Literal["exact", "digits", "range"]


@dataclass(frozen=True, slots=True)
class Number:
    """`milli` is the value times 1000. `kind`: `digits` for a spelled-out figure (三零二 = 302), `range` for 两三
    (then `milli` is the lower end)."""

    milli: int
    end: int
    kind: Kind = "exact"


def read_number(text: str, start: int = 0) -> Number | None:
    """The number at `text[start:]` (already normalised), None when there is none or it has no sense.

    >>> read_number("一百二份").milli, read_number("1.5斤").milli, read_number("两三斤").kind
    (120000, 1500, 'range')
    """
    match = _ARABIC.match(text, start)
    if match is not None:
        fraction = match[2] or ""
        return Number(int(match[1]) * 1000 + int(fraction.ljust(3, "0")), match.end())
    match = _CHINESE.match(text, start)
    if match is None:
        return None
    if match[0][0] in "俩仨" and match[0][1:2] not in ("", *"仨百千万"):
        return Number(DIGITS[match[0][0]] * 1000, start + 1)  # 俩三鲜, 来俩六必居的: nothing is counted behind 俩
    return _chinese(match[0], match.end())


def chinese_value(figure: str) -> int | None:
    """The whole value of a Chinese or Arabic figure (十二, 三零二, 1203), None when it has no sense or is a range.

    >>> chinese_value("十二"), chinese_value("一二零三"), chinese_value("302"), chinese_value("两三")
    (12, 1203, 302, None)
    """
    if figure.isascii() and figure.isdigit() and len(figure) < 12:
        return int(figure)
    number = _chinese(figure, 0) if figure and all(char in CHINESE for char in figure) else None
    if number is None or number.kind == "range":
        return None
    return number.milli // 1000


def spelled_digits(figure: str) -> str | None:
    """Digits said one by one as a string (幺零五 -> 105, 1203 -> 1203), None when a magnitude word is inside."""
    spelled = "".join(char if char.isascii() and char.isdigit() else str(DIGITS.get(char, "?")) for char in figure)
    return None if "?" in spelled or not spelled else spelled


def _chinese(figure: str, end: int) -> Number | None:
    if all(char in DIGITS for char in figure):
        return _spelled(figure, end)
    total = 0
    pending: int | None = None
    last = 0  # the magnitude that was said last, for 一百二 = 120
    for char in figure:
        if char in DIGITS:
            if pending is not None and pending != 0:
                return _broken(figure, end)
            pending = DIGITS[char]
        elif char in _TENS:
            total, pending, last = total + _TENS[char], None, 10
        else:
            if last and MAGNITUDES[char] >= last:
                return None
            last = MAGNITUDES[char]
            total, pending = total + (1 if pending is None else pending) * last, None
    if pending is not None:
        scale = last // 10 if last > 10 and "零" not in figure and "〇" not in figure else 1
        total += pending * scale
    return Number(total * 1000, end)


def _spelled(figure: str, end: int) -> Number | None:
    if len(figure) == 1:
        return Number(DIGITS[figure] * 1000, end)
    values = [DIGITS[char] for char in figure]
    if len(figure) == 2 and _is_range(values[0], values[1]):
        return Number(values[0] * 1000, end, "range")
    if set(figure) & set("两俩仨"):  # 两 is never part of a spelled figure
        return None
    return Number(int("".join(map(str, values))) * 1000, end, "digits")


def _is_range(low: int, high: int) -> bool:
    """两三, 七八, 三五: neighbours, or the idiom 三五."""
    return 0 < low < high and (high - low == 1 or (low, high) == (3, 5))


def _broken(figure: str, end: int) -> Number | None:
    """十五六, 二十七八: a range behind a ten."""
    if len(figure) >= 3 and figure[-1] in DIGITS and figure[-2] in DIGITS:
        head = _chinese(figure[:-1], end)
        if head is not None and head.kind == "exact" and _is_range(DIGITS[figure[-2]], DIGITS[figure[-1]]):
            return Number(head.milli, end, "range")
    return None
