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

from bot.parsing.days import Day, next_month_day, read_day
from bot.parsing.goods_words import names_goods
from bot.parsing.time_words import ATOM, BARE_END, CONTEXT, DATE_GAP, GAP, PART_OF, hour_minute, read_duration

SHANGHAI = ZoneInfo("Asia/Shanghai")
MAX_CHARS = 4000  # a post is rarely longer than 600

Mark = Literal["", "before", "after", "around"]


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


def scan_times(text: str, now: datetime, most: int = 1000) -> list[TimeHit]:
    """The first `most` time expressions of normalised `text` (its first 4,000 characters), in reading order."""
    text = text[:MAX_CHARS]
    local = now.astimezone(SHANGHAI)
    atoms = list(ATOM.finditer(text))
    hits: list[TimeHit] = []
    index = 0
    while index < len(atoms) and len(hits) < most:
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
        self.is_until = text[max(0, self.end - 2) : self.end].endswith(("到", "至", "截", "最晚", "最迟"))
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
        if clock is None and part is not None and part.endswith("前"):  # 晚饭前
            hit = replace(hit, mark="before")
        hit = replace(self._mark(hit), mark="around") if self.is_vague else self._to(self._mark(hit))
        if first["ph"] and not first["pday"] and names_goods(self.text[max(0, start - 4) : start]):
            return None  # 青菜3.5
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
            if kind == "date" and clock is None and (part is None or self.text[atom.start() - 1] == "("):
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
        if self.is_until and day is not None and atom.lastgroup == "date" and ("," in gap or "，" in gap):
            return None  # 接龙到周四,周六一早六点半
        is_remark = gap == "(" and atom.lastgroup == "date"  # 明晚(周五)10:00
        wide = day is not None and (is_remark or (part is None and (atom.lastgroup == "date" or bool(atom["ph"]))))
        return atom if not gap or (DATE_GAP if wide else GAP).fullmatch(gap) else None

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
            if DATE_GAP.fullmatch(gap) and not (follows.lastgroup == "clock" and follows["ph"]):
                return Day(on)
        return Day(on) if not is_clock or (on - self.now.date()).days <= 45 else None

    def _clock(self, atom: re.Match[str]) -> tuple[tuple[int, int] | None, bool]:
        hour, minute, exact = hour_minute(atom)
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
        if self.text[sep.end() : sep.end() + 1] in (",", "。"):  # 礼拜五夜里到,礼拜六上午来拿
            return hit
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
        match = BARE_END.match(self.text, self.end)
        if match is None or int(match[1]) > 24:
            return hit
        self.end = match.end()
        while self.index < len(self.atoms) and self.atoms[self.index].start() < self.end:
            self.index += 1
        return replace(hit, to_clock=(int(match[1]), 0), end=self.end)

    def _has_context(self, hit: TimeHit) -> bool:
        before = self.text[max(0, hit.start - 6) : hit.start].rpartition("\n")[2]
        around = before + self.text[hit.end : hit.end + 5].partition("\n")[0]
        return CONTEXT.search(around) is not None

    def _is_faint(self, first: re.Match[str], hit: TimeHit) -> bool:
        """一点 (a little) and 29.50 are clocks only in a context that says so."""
        atom = first
        if atom["ph"] and not atom["pday"]:
            return hit.to_clock is None and not hit.mark and not self._has_context(hit)
        if atom["ch"] == "一" and not (atom["round"] or atom["half"] or atom["cm"]):
            return not hit.mark and hit.to_clock is None
        return False
