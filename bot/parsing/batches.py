"""到货 每栋间隔15分钟 先3号楼: whether people are to be told in batches, and in which order. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.parsing.normalise import normalise
from bot.parsing.numerals import chinese_value

_NUMBER = r"(\d{1,3}|[一二两三四五六七八九十]{1,3}|半)"
_EACH = r"(?:每(?:一?个?(?:栋|幢|座|号?楼|批)楼?|一?批)?)?"
_MINUTES = re.compile(rf"{_EACH}\s*(?:通知)?\s*(?:间隔|相隔|隔|错开)\s*{_NUMBER}\s*(个?小时|分钟?)")
_EACH_MINUTES = re.compile(rf"每(?:一?个?(?:栋|幢|座|号?楼|批)楼?)\s*{_NUMBER}\s*(个?小时|分钟?)")
_BATCHES = re.compile(r"(?:分批|分楼栋?|分栋|按楼栋?|按栋|错峰|错开)(?:通知|来?取货?|来)?")
_HOUSE = r"(?:(\d{1,2})期)?(\d{1,3}|[a-z])(?:号楼|号|栋|幢|座|楼)?"
_HOUSES = rf"{_HOUSE}(?:(?:[、,，和]|\s+)\s*{_HOUSE})*"
_FIRST = re.compile(rf"(?:先(?:通知|叫|从)?|从)\s*(?P<named>{_HOUSES})\s*(?:开始|先来?|起)?")
_IS_FIRST = re.compile(rf"(?P<named>{_HOUSES})\s*先来?")


@dataclass(frozen=True, slots=True)
class Batches:
    """Minutes between buildings (None: as usual) and the buildings that come first, as `models.buildings` says."""

    minutes: int | None
    first: tuple[str, ...]


def read_batches(text: str) -> tuple[Batches | None, str]:
    """What is said about batches (None: nothing), and the rest of the text. Never raises."""
    rest, found, minutes = normalise(text[:500]).text, False, None
    for pattern in (_MINUTES, _EACH_MINUTES):
        if match := pattern.search(rest):
            found, minutes = True, _minutes(match[1], match[2])
            rest = _without(rest, match)
    first: list[str] = []
    for pattern in (_FIRST, _IS_FIRST):
        if match := pattern.search(rest):
            found = True
            first += [_key(phase, house) for phase, house in re.findall(_HOUSE, match["named"])]
            rest = _without(rest, match)
    if match := _BATCHES.search(rest):
        found, rest = True, _without(rest, match)
    if not found:
        return None, text
    return Batches(minutes, tuple(dict.fromkeys(first))), rest.strip(" ,，、;；。")


def _without(text: str, match: re.Match[str]) -> str:
    return f"{text[: match.start()]} {text[match.end() :]}"


def _minutes(number: str, unit: str) -> int:
    value = 0.5 if number == "半" else float(number) if number.isdigit() else float(chinese_value(number) or 0)
    return round(value * 60) if "时" in unit else round(value)


def _key(phase: str, house: str) -> str:
    name = str(int(house)) if house.isdigit() else house.upper()
    return f"{int(phase)}-{name}" if phase else name
