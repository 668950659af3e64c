# ruff: noqa: E501 - rows of Chinese words, in which every character counts twice
"""Rooms, phones and lockers in normalised text.

A canonical room is building-unit-room joined by '-', Arabic, letters upper case: 5号楼302 -> `5-302`,
7号楼2单元301 -> `7-2-301`, 二期3栋502 -> `2期-3-502`, 3单元1201 -> `3单元-1201`, building only -> `5栋`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from bot.parsing.numerals import chinese_value, spelled_digits

_CN = "零〇一二三四五六七八九十百幺"
_FIGURE = rf"(?:\d{{1,3}}|[{_CN}壹贰叁肆伍陆柒捌玖拾]{{1,4}})"
_FLAT = rf"(?:\d{{3,4}}(?!\d)|[零〇一二三四五六七八九幺]{{3,4}}(?![{_CN}])|[一二三四五六七八九]百[零〇一二三四五六七八九]{{1,2}}|[二三]?十[一二三四五六七八九]?[零〇][一二三四五六七八九])"
_JOIN = r"[\s,\-/_.、的]{0,2}"
_HOUSE = r"(?:号楼|号院|栋楼|幢楼|栋|幢|座|号房(?=\d)|\#楼?|橦|[憧撞](?=\s?\d{3,4}(?!\d)|\s?\d单元))"
_IN_THE_LANE = r"的?[1-3]?\d[012]\d(?:室|[的\s,。]|$)"
"""6号里302, and not the 120 of 3号里120枚."""
_HEAD = rf"""
    (?:(?P<phase>{_FIGURE})期{_JOIN})?
    (?:(?P<lane>{_FIGURE})弄{_JOIN})?
    (?:(?P<zone>[a-z东南西北])区{_JOIN})?
"""
_BUILDING = re.compile(
    rf"""(?<![\da-z.])(?:第)?{_HEAD}
    (?:(?P<building>\d{{1,2}}[a-z](?=[座栋幢])|[a-z]\d{{1,2}}(?=[座栋幢])|{_FIGURE}|[a-z]){_HOUSE})
    (?:{_JOIN}(?P<unit>{_FIGURE})(?:单元|[门梯](?=\d|{_FLAT})|-(?=\d{{3,4}}(?!\d))))?
    (?:{_JOIN}(?P<floor>{_FIGURE})(?:楼|层))?
    (?:{_JOIN}(?P<flat>{_FLAT})(?:室|房|号房|户|\#)?)?""",
    re.X,
)
_UNIT_ONLY = re.compile(rf"(?<![\d.])(?P<unit>{_FIGURE})单元(?:{_JOIN}(?P<flat>{_FLAT})(?:室|房|户)?)?", re.X)
_DASHED = re.compile(
    rf"""(?<![\da-z.\-])(?:(?P<phase>{_FIGURE})期{_JOIN}|(?P<zone>[a-z东南西北])区{_JOIN})?
    (?P<building>\d{{1,2}}|[a-z]|[一二三四五六七八九十]{{1,3}})\s?[-杠]\s?
    (?:(?P<unit>\d{{1,2}}|[一二三四五六七八九])(?:单元)?\s?[-杠]\s?)?
    (?P<flat>\d{{3,4}}|[零〇一二三四五六七八九幺]{{3,4}})(?![\d\-.]|\s?(?:(?:ml|g)(?![a-z])|克|毫升|元|块))(?:室|房)?""",
    re.X,
)
_NUMBERED = re.compile(
    rf"(?<![\da-z.第])(?:(?P<lane>{_FIGURE})弄{_JOIN})?(?P<building>{_FIGURE})号(?:里(?={_IN_THE_LANE}))?{_JOIN}(?P<flat>\d{{3,4}})(?:室|房|号(?!楼))?"
    rf"(?![\d.]|\s?(?:份|盒|斤|袋|箱|个|(?:ml|g)(?![a-z])|克))",
    re.X,
)
_LETTERED = re.compile(r"(?<![\da-z])(?P<building>[a-z])(?P<flat>\d{3,4})(?!\d|\s?(?:(?:ml|g)(?![a-z])|克))(?:室|房)?")
_ROOMED = re.compile(rf"(?<![\d.])(?P<flat>{_FLAT})(?:室|房(?!间)|号房|的(?=[\s,]*$))")
_BARE = re.compile(
    r"(?<![\d./\-×x+¥])(?<!\d:)(?P<flat>\d{3,4})"
    r"(?!\d|[.:/\-×+]\d|\s?(?:(?:ml|g|m|kg|l|w|k)(?![a-z])|克|毫升|元|块|¥|斤|个|米(?!米|[\u4e00-\u9fff]\s)|公里|年|号(?!房)|份|盒|袋|箱|瓶|枚|只|桶|包|板|提|罐|杯|把|扎|束|筐|套|组|件|支|枝|朵|根|条|片|块|串|卷|碗|捆|笼|碟|盆|株|粒|颗|棵|点|次|多|%|人|步))"
)
_SPOKEN = re.compile(
    r"(?<![零〇一二两三四五六七八九十百千幺点])(?P<flat>[一二三四五六七八九幺][零〇一二三四五六七八九幺]{2,3}|[二三]?十[一二三四五六七八九]?[零〇][一二三四五六七八九])"
    r"(?![零〇一二两三四五六七八九十百千幺份盒袋箱瓶斤个元块点])"
)
_IN_ENGLISH = re.compile(
    r"(?<![a-z])(?:(?:building|bldg|block|tower)\s?(?P<building>\d{1,2}|[a-z](?![a-z]))[\s,]*)?(?:unit\s?(?P<unit>\d)[\s,]*)?"
    r"(?:room|rm|flat|apt|apartment)\.?\s?#?(?P<flat>\d{3,4})(?!\d)"
)
_PHONE = re.compile(r"(?<!\d)(?:\+?86[\s-]?)?(1[3-9]\d(?:[\s-]?\d{4}){2})(?!\d)")
_SPOKEN_PHONE = re.compile(
    r"(?<![零〇一二三四五六七八九幺])[一幺][三四五六七八九][零〇一二三四五六七八九幺]{9}(?![零〇一二三四五六七八九幺])"
)
_LOCKER = re.compile(
    rf"(?<!\d)(?!(?:(?<=[栋幢座楼橦#])|(?<=[栋幢座楼橦#][\s,])){_FIGURE}门\s?{_FLAT})(?P<number>\d{{1,3}}|[{_CN}]{{1,3}})\s?(?:号|#|组)?(?!\s门)\s?(?!门牌|门卫|(?<=\d{{3}})门(?:口|把))(?:柜子?|取件柜|自提柜|快递柜|冷柜|门岗|岗亭|(?<!\s)门口?(?![岗禁铃锁])|驿站|自提点|提货点|窗口|冰箱|架|货架)"
    r"(?P<slot>\s?\d{1,3}\s?号?(?:格|口|门)子?)?"
)

_KEPT_IN = frozenset("柜门岗驿点窗冰架")
"""What one of stands in the name of every place of collection."""
_HINT = re.compile(r"[栋幢座楼弄室房期橦憧撞#单]|[a-z]?\d{3}|[零〇一二三四五六七八九十百幺]{3}|\d\s?[-杠]|号[院\d\s]")
_SPELLINGS = (  # a spelling is looked for where one of its characters stands
    (_IN_ENGLISH, frozenset("mt")),
    (_BUILDING, frozenset("栋幢座楼院房#橦憧撞")),
    (_DASHED, frozenset("-杠")),
    (_UNIT_ONLY, frozenset("单")),
    (_NUMBERED, frozenset("号")),
    (_LETTERED, frozenset("0123456789")),
    (_ROOMED, frozenset("室房的")),
)
_DIGITS = frozenset("0123456789")
RoomKind = Literal["full", "building", "bare"]


@dataclass(frozen=True, slots=True)
class RoomMatch:
    """`kind`: `full` names building and flat, `building` has no flat, `bare` is only a 502: believe it next to an
    order, and nowhere else."""

    start: int
    end: int
    room: str
    kind: RoomKind


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of text with what it says (the eleven digits of a phone, the words of a locker)."""

    start: int
    end: int
    value: str


def find_phones(text: str) -> list[Span]:
    """Mobile numbers; 138 0000 0001, +86 and digits said one by one count. `value` is eleven digits."""
    if len(text) < 11:
        return []
    found = [Span(match.start(), match.end(), re.sub(r"\D", "", match[1])) for match in _PHONE.finditer(text)]
    spoken = [
        Span(match.start(), match.end(), spelled_digits(match[0]) or "") for match in _SPOKEN_PHONE.finditer(text)
    ]
    return found + spoken


def find_lockers(text: str) -> list[Span]:
    """2号柜, 3号门, 1号冰箱: places of collection, never a room, an item or a quantity."""
    if _KEPT_IN.isdisjoint(text):
        return []
    return [Span(match.start(), match.end(), match[0]) for match in _LOCKER.finditer(text)]


def find_rooms(text: str) -> list[RoomMatch]:
    """Every room in reading order, without overlaps; certain spellings win over bare numbers.

    >>> [match.room for match in find_rooms("5号楼302 鸡蛋")], [match.room for match in find_rooms("b座1502")]
    (['5-302'], ['B-1502'])
    """
    taken: list[RoomMatch] = []
    if not _HINT.search(text):
        return taken
    for found in _candidates(text):
        if all(found.end <= other.start or found.start >= other.end for other in taken):
            taken.append(found)
    return sorted(taken, key=lambda found: found.start)


def find_room(text: str) -> RoomMatch | None:
    """The one room of a text that is about one household, None when there is none or several."""
    rooms = find_rooms(text)
    return rooms[0] if len({found.room for found in rooms}) == 1 else None


def is_flat(figure: str) -> bool:
    """Is 502 or 1104 shaped like floor and flat? Floors 1-40, flats 01-20."""
    if not figure.isdigit() or len(figure) not in (3, 4):
        return False
    return 1 <= int(figure[:-2]) <= 40 and 1 <= int(figure[-2:]) <= 20


def _candidates(text: str) -> Iterator[RoomMatch]:
    for pattern, hint in _SPELLINGS:
        if hint.isdisjoint(text):
            continue
        for match in pattern.finditer(text):
            groups = match.groupdict()
            room = _canonical(groups)
            if room is not None:
                end = match.end() if match[0][-1:] != "的" else match.end() - 1
                yield RoomMatch(match.start(), end, room, "full" if groups.get("flat") else "building")
    for pattern in (_SPOKEN,) if _DIGITS.isdisjoint(text) else (_BARE, _SPOKEN):
        for match in pattern.finditer(text):
            flat = _flat(match["flat"])
            if flat is not None and is_flat(flat):
                yield RoomMatch(match.start(), match.end(), flat, "bare")


def _canonical(groups: dict[str, str | None]) -> str | None:
    flat = _flat(groups.get("flat"))
    if groups.get("flat") and flat is None:
        return None
    building, unit = _figure(groups.get("building")), _figure(groups.get("unit"))
    parts = [f"{_figure(groups[key])}{word}" for key, word in (("phase", "期"), ("lane", "弄")) if groups.get(key)]
    if groups.get("zone"):
        parts.append(f"{str(groups['zone']).upper()}区")
    if building and not unit and not flat:
        parts.append(f"{building}栋")
    elif building:
        parts.append(building)
    if unit:
        parts.append(unit if building and flat else f"{unit}单元")
    if flat:
        parts.append(flat)
    return "-".join(parts) if building or unit or flat else None


def _figure(figure: str | None) -> str | None:
    if not figure:
        return None
    if len(figure) == 1 and figure.isascii() and figure.isalpha():
        return figure.upper()
    value = chinese_value(figure)
    if not value and re.search("[a-z]", figure):  # R1栋, 12A座
        return figure.upper()
    return str(value) if value else None


def _flat(figure: str | None) -> str | None:
    if not figure:
        return None
    if "百" in figure:
        hundreds, rest = figure.split("百")
        tail = "".join(spelled_digits(char) or "" for char in rest)
        return f"{spelled_digits(hundreds)}{tail.rjust(2, '0')}"
    if "十" in figure:
        floor, _, door = figure.replace("〇", "零").partition("零")
        return f"{chinese_value(floor)}0{spelled_digits(door)}"
    return spelled_digits(figure)
