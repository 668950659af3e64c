"""Finding time expressions in a text: 今晚8点, 周六下午4点到7点, 11.22 18:00, 两小时后, 下周一中午.

`scan_times` cuts normalised text into atoms (day, part of day, clock, separator, mark) and joins neighbours to one
`TimeHit`. What instants a hit means is `bot.parsing.times`, which day a word means `bot.parsing.days`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from bot.parsing.days import DATE_PATTERN, Day, next_month_day, read_day, small_number
from bot.parsing.normalise import normalise

SHANGHAI = ZoneInfo("Asia/Shanghai")
MAX_CHARS = 4000  # a post is rarely longer than 600

Mark = Literal["", "before", "after", "around"]

# spoken and dialect words for a part of the day, after the word a notebook would have
_PARTS = {
    "凌晨": "后半夜 拂晓",
    "早上": "大清早 大早上 一大早 清早 清晨 早晨 早间 一早 朝早 大早 早头 早起头 起早",
    "上午": "上昼 上半天 上半日 前晌 头午 上半晌",
    "中午": "正午 晌午 午间 中饭 午饭 中午头 吃中饭",
    "下午": "午后 放学后 放学 下班前 下昼 下半天 下半日 后晌 下晌 晏昼 过午 下半晌",
    "傍晚": "傍黑 擦黑 黄昏 夜快头 天黑前 吃晚饭前 晚饭前 夜饭前 下班以后 下班之后 下班后",
    "晚上": "晚间 夜里头 夜里 夜晚 夜间 夜头 夜到 晚黑 晚头 晚夕 黑了 黑夜 夜黑 晚饭后 夜饭后 吃完晚饭 吃过夜饭",
    "半夜": "三更半夜 大半夜 深夜 午夜 子夜",
}
PART_OF = {word: part for part, words in _PARTS.items() for word in (part, *words.split())}
PART_OF |= {"早": "早上", "午": "中午", "晚": "晚上", "夜": "晚上", "黑": "晚上", "晨": "早上", "朝": "早上"}
PART_WORDS = "|".join(sorted((word for word in PART_OF if len(word) > 1), key=len, reverse=True))
_NUM = (
    r"(?:(?<![\d./])(?<!\d:)\d{1,2}|二十[一二三四]?|廿[一二三四]?|十[一二三四五六七八九]?|[零〇一二两三四五六七八九])"
)
_MINUTE = (
    r"(?:\d{2}(?!\d|-\d{3})|\d(?=分)|[二三四五]?十[一二三四五六七八九]?|[零〇][一二三四五六七八九]"
    r"|[一二三四五六七八九](?=分))"
)
_GOODS = r"(?![\d.]|\s?[一每两]?(?:元|块|毛|斤|份|盒|箱|个|袋|瓶|折|/|公里|号|栋|楼|包|板|枚|只|条|人|户|单|家|%|×))"
_HOUR_WORD = r"(?:点(?!心|击|名|赞|餐|滴|评|单|菜)|时(?![候间段令常不鲜蔬尚光]))"
_CLOCK = (
    r"(?<![\d.])(?<!\d:)(?P<dh>[01]?\d|2[0-4])[:;](?P<dm>[0-5]\d)(?::[0-5]\d)?(?![\d.])(?:\s?(?P<ampm>[ap]\.?m))?"
    r"|(?<![\d.])(?P<eh>\d{1,2})\s?(?P<eap>[ap]\.?m)(?![a-z])"
    rf"|差(?P<lack>{_NUM}|一刻)(?:分钟?)?(?:钟)?到?(?P<lh>{_NUM})点"
    rf"|(?P<ch>{_NUM}){_HOUR_WORD}(?P<round>钟|整|正)?"
    rf"(?:(?P<half>半|过?[一1]刻|[三3]刻)|\s?过?(?P<cm>{_MINUTE})(?:分|{_GOODS}))?"
    rf"|(?<![\d.¥])(?P<ph>[01]?\d|2[0-4])\.(?P<pm>\d\d?)(?:(?P<pday>[号日])(?!楼)|{_GOODS})"
    rf"|(?P<rh>{_NUM})(?=\s?(?:-|~|到|至|、)\s?(?:{PART_WORDS})?{_NUM}(?:点|时(?!候|间)))"
)
_N = r"(?:\d{1,3}(?:\.\d)?|[一二两三四五六七八九十俩仨]{1,3}|半)"
_SPAN = rf"{_N}天半?|{_N}个?半?(?:小时|钟头|钟|h)半?|{_N}(?:分钟|min|刻钟)"
_LATER = (
    rf"(?:再过|还有|还剩|仅剩|最后(?!一天)|倒计时|过)\s?(?P<span1>(?:{_SPAN})(?:{_N}分钟?)?)(?:之?后|以后)?"
    rf"|(?P<span2>(?:{_SPAN})(?:{_N}分钟?)?)(?:之后|以后|过后|后(?!天)|之?内)"
)
_MARK = (
    r"(?P<before>之前|以前|前(?![后台门厅面天往期])|为止|(?<!截)止)"
    r"|(?P<around>前后|左右|上下|光景)"
    r"|(?P<after>之后|以后|过后|后(?![天门面日院勤台备座晌续])|起(?![送订批售拍])|开始|往后|开门)"
)
_ATOM = re.compile(
    rf"(?P<date>{DATE_PATTERN})|(?P<later>{_LATER})"
    r"|(?P<vague>(?:[一二]两|[一二两]三|三四|四五|五六|六七|七八|八九)点(?:多|钟|左右)?|\d[、,]\d{1,2}点(?:左右)?|几点)"
    rf"|(?P<clock>{_CLOCK})"
    rf"|(?P<part>(?:{PART_WORDS})(?!茶|好)|[早晚夜午](?![餐饭班市安茶熟稻酥橙桔柚桃秋会]|点[了儿]|一点|上))"
    rf"|(?P<mark>{_MARK})|(?P<sep>\s?(?:-{{1,3}}|~{{1,3}}|到|至|→)\s?)"
)
_DATE_GAP = re.compile(r"(?:[\s,、(和]|的|那天){0,3}")
_GAP = re.compile(r"(?:[\s,)]|的|大概|大约|约|差不多){0,3}")
_CONTEXT = re.compile(r"截|止|提|取|货|到|送|日期|时间|前|左右|开始|收|结")
_DURATION = re.compile(
    rf"(?:(?P<days>{_N})(?:天|日)(?P<day_half>半)?)?"
    rf"(?:零?(?P<hours>{_N})(?:个(?P<and_half>半)?)?(?:小时|钟头|钟|h)(?P<hour_half>半)?)?"
    rf"(?:零?(?P<minutes>\d{{1,4}}|[一二两三四五六七八九十]{{1,3}})(?:分钟?|min))?(?:(?P<quarters>{_N})刻钟?)?"
)


@dataclass(frozen=True, slots=True)
class TimeHit:
    """One expression: `start`/`end` are offsets in the normalised text, the rest is what was written there."""

    start: int
    end: int
    day: Day | None = None
    part: str | None = None
    clock: tuple[int, int] | None = None
    is_exact: bool = False  # 24-hour writing such as 08:00
    is_digital: bool = False  # 9:30, not 9点半
    to_day: Day | None = None
    to_part: str | None = None
    to_clock: tuple[int, int] | None = None
    mark: Mark = ""
    instant: datetime | None = None  # counted from now: 两小时后

    @property
    def has_clock(self) -> bool:
        return self.clock is not None or self.instant is not None


def read_duration(text: str) -> timedelta | None:
    """一个半小时, 90分钟, 1小时30分, 两天, 一刻钟; None when no length of time is written, at most 366 days."""
    for match in _DURATION.finditer(normalise(text, limit=400).text):
        if match[0]:
            minutes = _minutes(match)
            return timedelta(minutes=minutes) if 0 < minutes <= 366 * 1440 else None
    return None


def scan_times(text: str, now: datetime) -> list[TimeHit]:
    """Every time expression of normalised `text` (only the first 4,000 characters), in reading order."""
    text = text[:MAX_CHARS]
    local = now.astimezone(SHANGHAI)
    atoms = list(_ATOM.finditer(text))
    hits: list[TimeHit] = []
    index = 0
    while index < len(atoms):
        reader = _Assembler(text, atoms, index, local)
        hit = reader.read()
        if hit is not None:
            hits.append(hit)
        index = max(reader.index, index + 1)
    return hits


class _Assembler:
    """Joins neighbouring atoms (day, part of day, clock, separator, mark) into one expression."""

    def __init__(self, text: str, atoms: list[re.Match[str]], index: int, now: datetime) -> None:
        self.text, self.atoms, self.index, self.now = text, atoms, index, now
        self.end = atoms[index].start()
        self.is_vague = False  # 三四点: the hour is not one
        self.is_digital = False

    def read(self) -> TimeHit | None:
        first = self.atoms[self.index]
        if first.lastgroup == "later":
            self.index += 1
            return self._later(first)
        start = first.start()
        day, part, clock, exact = self._point()
        if day is None and part is None and clock is None:
            return None
        if day is None and clock is None and len(part or "") < 2:
            return None
        hit = TimeHit(start, self.end, day, PART_OF.get(part or ""), clock, exact)
        hit = replace(hit, is_digital=self.is_digital)
        hit = replace(self._mark(hit), mark="around") if self.is_vague else self._to(self._mark(hit))
        if first["ph"] and not first["pday"] and hit.clock is None and hit.part is None and not self._has_context(hit):
            return None
        if hit.day is None and hit.clock is not None and hit.part is None and self._is_faint(first, hit):
            return None
        return hit

    def _later(self, match: re.Match[str]) -> TimeHit | None:
        length = read_duration(match["span1"] or match["span2"] or "")
        if length is None:
            return None
        return TimeHit(match.start(), match.end(), instant=(self.now + length).replace(microsecond=0))

    def _point(self) -> tuple[Day | None, str | None, tuple[int, int] | None, bool]:
        day, part, clock, exact = None, None, None, False
        while (atom := self._next(day, part)) is not None:
            kind = atom.lastgroup
            if kind == "date" and clock is None and part is None:
                other = read_day(atom, self.now.date())
                if other is None or (day is not None and not self._same_day(day, other)):
                    break
                day = other if day is None else self._joined(day, other)
            elif kind == "part" and clock is None:
                if part is not None and len(atom[0]) == 1:
                    break
                day, part = self._night_rolls(day, part, atom[0]), atom[0]
            elif kind == "clock" and clock is None:
                other = self._dotted_day(atom, day, part)
                if other is not None:
                    if part is not None or (day is not None and not self._same_day(day, other)):
                        break
                    day = other if day is None else self._joined(day, other)
                else:
                    clock, exact = self._clock(atom)
                    self.is_digital = bool(atom["dh"])
                    if clock is None:
                        break
            elif kind == "vague" and (day is not None or part is not None):
                self.index, self.end, self.is_vague = self.index + 1, atom.end(), True
                break
            else:
                break
            self.index, self.end = self.index + 1, atom.end()
        return day, part, clock, exact

    def _next(self, day: Day | None, part: str | None) -> re.Match[str] | None:
        if self.index >= len(self.atoms):
            return None
        atom = self.atoms[self.index]
        gap = self.text[self.end : atom.start()]
        wide = day is not None and part is None and (atom.lastgroup == "date" or bool(atom["ph"]))
        return atom if not gap or (_DATE_GAP if wide else _GAP).fullmatch(gap) else None

    def _same_day(self, day: Day, other: Day) -> bool:
        return day.on == other.on or other.is_weekday or day.is_weekday

    def _joined(self, day: Day, other: Day) -> Day:
        """22号(周六) is one day, 周六周日 are two: the earlier is kept and marked."""
        if day.is_weekday and other.is_weekday and day.on and other.on and day.on != other.on:
            return replace(day, on=min(day.on, other.on), has_many=True)
        return other if day.is_weekday and not other.is_weekday else day

    def _night_rolls(self, day: Day | None, part: str | None, word: str) -> Day | None:
        """今晚凌晨1点 belongs to the next day."""
        if day is not None and day.on is not None and part in ("晚", "晚上") and PART_OF.get(word) == "凌晨":
            return replace(day, on=day.on + timedelta(days=1))
        return day

    def _dotted_day(self, atom: re.Match[str], day: Day | None, part: str | None) -> Day | None:
        """11.22 is a day, 下午5.30 a clock; elsewhere whichever comes soonest."""
        if not atom["ph"]:
            return None
        month, number = int(atom["ph"]), int(atom["pm"])
        on = next_month_day(self.now.date(), month, number) if 1 <= month <= 12 else None
        if atom["pday"]:
            return Day(on) if on else None
        is_clock = len(atom["pm"]) == 2 and number < 60
        if on is None or (is_clock and (part is not None or (day is not None and day.on != on))):
            return None
        follows = self.atoms[self.index + 1] if self.index + 1 < len(self.atoms) else None
        if follows is not None and follows.lastgroup in ("part", "clock", "date"):
            gap = self.text[atom.end() : follows.start()]
            if _DATE_GAP.fullmatch(gap) and not (follows.lastgroup == "clock" and follows["ph"]):
                return Day(on)
        return Day(on) if not is_clock or (on - self.now.date()).days <= 45 else None

    def _clock(self, atom: re.Match[str]) -> tuple[tuple[int, int] | None, bool]:
        hour, minute, exact = _hour_minute(atom)
        if hour > 24 or minute > 59 or (hour == 24 and minute):
            return None, False
        return (hour, minute), exact

    def _mark(self, hit: TimeHit) -> TimeHit:
        if self.index < len(self.atoms):
            atom = self.atoms[self.index]
            if atom.lastgroup == "mark" and not self.text[self.end : atom.start()].strip():
                self.index, self.end = self.index + 1, atom.end()
                mark: Mark = "before" if atom["before"] else "after" if atom["after"] else "around"
                return replace(hit, mark=mark, end=self.end)
        return hit

    def _to(self, hit: TimeHit) -> TimeHit:
        """The second half of 4点到7点, 周六16:00-周日12:00, 下午4-7点."""
        if self.index + 1 > len(self.atoms) - 1 or hit.mark not in ("", "after"):
            return self._bare_end(hit)
        sep = self.atoms[self.index]
        if sep.lastgroup != "sep" or self.text[self.end : sep.start()].strip(" )"):
            return self._bare_end(hit)
        saved = self.index, self.end
        self.index, self.end = self.index + 1, sep.end()
        day, part, clock, _ = self._point()
        if clock is None and (day is None or hit.clock is not None):
            self.index, self.end = saved
            return self._bare_end(hit)
        if hit.clock is None and clock is not None and day is None:
            self.index, self.end = saved
            return hit
        if hit.clock is None and day is not None and clock is None:
            return replace(hit, day=replace(hit.day or day, has_many=True), end=self.end)
        found = replace(hit, to_day=day, to_part=PART_OF.get(part or ""), to_clock=clock, end=self.end)
        return replace(self._mark(found), mark="")

    def _bare_end(self, hit: TimeHit) -> TimeHit:
        """下午4点到7 with the last 点 left out."""
        if hit.clock is None or hit.to_clock is not None:
            return hit
        match = _BARE_END.match(self.text, self.end)
        if match is None or int(match[1]) > 24:
            return hit
        self.end = match.end()
        while self.index < len(self.atoms) and self.atoms[self.index].start() < self.end:
            self.index += 1
        return replace(hit, to_clock=(int(match[1]), 0), end=self.end)

    def _has_context(self, hit: TimeHit) -> bool:
        before = self.text[max(0, hit.start - 6) : hit.start].rpartition("\n")[2]
        around = before + self.text[hit.end : hit.end + 5].partition("\n")[0]
        return _CONTEXT.search(around) is not None

    def _is_faint(self, first: re.Match[str], hit: TimeHit) -> bool:
        """一点 (a little) and 29.50 are clocks only in a context that says so."""
        atom = first
        if atom["ph"] and not atom["pday"]:
            return hit.to_clock is None and not hit.mark and not self._has_context(hit)
        if atom["ch"] == "一" and not (atom["round"] or atom["half"] or atom["cm"]):
            return not hit.mark and hit.to_clock is None
        return False


_BARE_END = re.compile(
    r"\s?(?:-|~|到|至)\s?(\d{1,2})(?=\s*(?:$|[\n,，。;)(]|之间|自提|自取|提|取|拿|领"
    r"|来|送|[^\d\W]{0,3}(?:门|楼)))"
)


def _hour_minute(atom: re.Match[str]) -> tuple[int, int, bool]:
    if atom["dh"]:
        hour = _half_day(int(atom["dh"]), atom["ampm"])
        return hour, int(atom["dm"]), bool(atom["ampm"]) or len(atom["dh"]) == 2
    if atom["eh"]:
        return _half_day(int(atom["eh"]), atom["eap"]), 0, True
    if atom["lh"]:
        before = 15 if atom["lack"] == "一刻" else small_number(atom["lack"])
        total = small_number(atom["lh"]) * 60 - before
        return (total // 60, total % 60, False) if 0 < before < 60 and total >= 0 else (99, 0, False)
    if atom["ph"]:
        minute = int(atom["pm"]) if len(atom["pm"]) == 2 else 99
        return int(atom["ph"]), minute, len(atom["ph"]) == 2
    if atom["rh"]:
        return small_number(atom["rh"]), 0, False
    half = atom["half"] or ""
    minute = 30 if half == "半" else 15 if half[-2:] in ("一刻", "1刻") else 45 if half else 0
    if atom["cm"]:
        minute = small_number(atom["cm"])
    return small_number(atom["ch"]), minute, atom["ch"][0] in "零〇0"


def _half_day(hour: int, word: str | None) -> int:
    if not word or hour > 12:
        return hour
    return hour % 12 + (12 if word.startswith("p") else 0)


def _minutes(match: re.Match[str]) -> int:
    total = 0.0
    for name, size, halves in (("days", 1440, ("day_half",)), ("hours", 60, ("and_half", "hour_half"))):
        if match[name]:
            total += size * (_amount(match[name]) + (0.5 if any(match[half] for half in halves) else 0))
    if match["minutes"]:
        total += _amount(match["minutes"])
    if match["quarters"]:
        total += 15 * _amount(match["quarters"])
    return round(total)


def _amount(figure: str) -> float:
    if figure == "半":
        return 0.5
    return float(figure) if figure[0].isascii() else float(small_number(figure))
