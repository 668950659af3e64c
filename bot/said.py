"""What a message is judged by: who says it, in what situation, in which spelling; and how rules about it look."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from bot.commands import Command
from bot.parsing.catalogue import Catalogue
from bot.parsing.normalise import Normal, normalise
from bot.parsing.numerals import chinese_value
from bot.parsing.values import Line
from models.quick import quick

_OUTER = " \n。.!！?？~,，;；"
LONGEST = 4000  # characters of a message that are looked at for keywords


@quick
@dataclass(frozen=True, slots=True)
class Situation:
    """Who speaks, what is for sale, what he has ordered, and when."""

    now: datetime
    catalogue: Catalogue
    prior: tuple[Line, ...] = ()
    is_leader: bool = False
    is_helper: bool = False
    leader_name: str | None = None
    of_rounds: Catalogue | None = None  # without the shelf: what a 接龙 is about; None: the catalogue
    of_shelf: Catalogue | None = None  # the shelf (现货) alone


@quick
@dataclass(frozen=True, slots=True)
class Said:
    """One message in the spellings the rules need: as typed, and normalised without outer punctuation.

    `plain` begins at `offset` of `normal.text`.
    """

    raw: str
    plain: str
    situation: Situation
    normal: Normal
    offset: int


Build = Callable[[re.Match[str], Said], Command | None]
Rule = tuple[re.Pattern[str], Build]


def hear(text: str, situation: Situation) -> Said:
    """The message, ready for rules."""
    raw = text.strip()
    normal = normalise(raw[:LONGEST])
    left = normal.text.lstrip(_OUTER)
    return Said(raw, left.rstrip(_OUTER), situation, normal, len(normal.text) - len(left))


def rule(pattern: str, build: Build) -> Rule:
    """A rule applies when its pattern is the whole message; it may still decline by building nothing."""
    return re.compile(pattern, re.DOTALL), build


def just(command: Command) -> Build:
    """A rule that needs nothing from the message."""
    return lambda match, said: command


def first_command(said: Said, *tables: Iterable[Rule]) -> Command | None:
    """What the first rule that applies makes of the message."""
    for table in tables:
        for pattern, build in table:
            match = pattern.fullmatch(said.plain)
            command = build(match, said) if match else None
            if command is not None:
                return command
    return None


def rest_of(said: Said, match: re.Match[str]) -> str:
    """What follows the keyword (group `rest`), as it was typed."""
    begin = said.offset + match.start("rest")
    return said.normal.cut(begin, len(said.normal.text)).strip(" :：") if match["rest"] else ""


MENU = (
    r"(?:我|先|再|给我|让我|来)*(?:看[看下]?|看一[看下]|瞧瞧|瞅瞅|查看|打开|发)?(?:一下)?(?:现在|今天|今日|这次|这期|最新)?的?"
    r"(?:团购|菜单|商品|货单|(?<=[看瞧瞅天次期的])团)(?:列表|单)?(?:吧|呗|给我看看)?"
)
"""团购, 看看今天的团: what can be ordered."""

# Behind a keyword: which of several rounds.
WHICH = r"(?:\s*第?\s*(?P<nth>\d{1,2}|[一二三四五六七八九十])\s*(?:团|个|期)?)?"


def number_of(text: str | None) -> int | None:
    """12, 十二; None when there is nothing or no number."""
    if not text:
        return None
    return int(text) if text.isdigit() else chinese_value(text)


def nth_of(match: re.Match[str]) -> int | None:
    """Which of several rounds: the number behind a word that ends with `WHICH`."""
    return number_of(match.groupdict().get("nth"))
