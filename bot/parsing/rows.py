"""A row of people with an amount for each, added up for the goods they are about: 曲奇蓉蓉一罐,她同桌两罐,我三罐.

What each of them gets may be told by another's (我跟老卞一样, 老丈人比我爸多两斤, 她哥家是她的两倍), or by so many for
each of so many (三间办公室每间两提,财务室另外再要一提). The whole row becomes one amount, in the unit that was said; a
total behind it is only compared. A row of which anything is not understood is left as it stands.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from bot.parsing.heads import THEIRS, is_clean, is_known, may_be_somebody, plain_head
from bot.parsing.numerals import read_number
from bot.parsing.portions import Portion, masked, portion_of, put
from bot.parsing.quantity import WEIGHTS
from bot.parsing.row_patterns import (
    FIRST,
    JOINT,
    LIKE,
    NONE,
    ONE,
    PER,
    PER_BEFORE,
    THAN,
    TOTAL,
    TOTAL_BEFORE,
    TWICE,
)  # fmt: skip
from bot.parsing.tokens import Token

_OF_IT: Final = re.compile(r"[\s,](?:其中|里面|里头)")
_HEADCOUNT: Final = frozenset("人娃")
_SOLID: Final = frozenset({"text", "person", "name", "number", "people", "filler", "quality", "qty", "want", "and"})
_NUMBERED: Final = frozenset("qty people number refer alike".split())
_DECIDING: Final = frozenset("fix swap set sub if think or hold deny except rest double halve past ask only".split())


@dataclass(slots=True)
class Row:
    """What was read of a row so far: `shares` has the amounts by person, in thousandths of `unit`."""

    start: int
    end: int
    unit: str | None = None
    shares: list[tuple[str, int]] = field(default_factory=list)
    known: bool = False
    special: bool = False
    number: Token | None = None
    disputed: bool = False

    def give(self, who: str, milli: int, unit: str | None) -> bool:
        """One more share; False when its unit is not that of the others."""
        unit = self.unit if unit in (None, "份") and self.shares else unit
        if self.shares and unit != self.unit:
            if unit not in WEIGHTS or self.unit not in WEIGHTS:
                return False
            self.shares = [(name, share * WEIGHTS[self.unit or ""] // 1000) for name, share in self.shares]
            milli, unit = milli * WEIGHTS[unit] // 1000, "斤"
        self.unit = unit
        self.shares.append((who, milli))
        return True

    def of(self, who: str) -> int | None:
        """What somebody has who was named before; a pronoun is the only other one."""
        head = plain_head(who)
        others = [(name, share) for name, share in self.shares if name != "我"]
        if head in THEIRS:
            return others[-1][1] if len({name for name, _ in others}) == 1 else None
        found = [share for name, share in self.shares if name == head]
        return found[0] if len(found) == 1 else None

    @property
    def total(self) -> int:
        """All of them together."""
        return sum(share for _, share in self.shares)


def add_up(tokens: list[Token], text: str, prior: Mapping[int, int], *, only: bool) -> None:
    """Put the sum of a row in its place, in place. `only`: one thing is sold, and need not be named."""
    if sum(token.kind in _NUMBERED for token in tokens) < 2:
        return
    _set_breakdown_aside(tokens, text)
    named = [token for token in tokens if token.kind == "item"]
    if len({token.keys for token in named}) != len(named):
        return
    goods = masked(tokens, text)
    for item in reversed(named) if named else [None] if only else []:
        row = _row(goods, item, tokens)
        if row is None or _is_open(goods, row, tokens):
            continue
        if not prior or any(token.kind == "add" and token.end <= row.start for token in tokens):
            _fold(tokens, text, row, goods)


def _set_breakdown_aside(tokens: list[Token], text: str) -> None:
    """小青菜五斤,其中我两斤,小吴两斤,钱老师一斤: who gets what of an amount that was said."""
    match = _OF_IT.search(text)
    whole = next((t for t in reversed(tokens) if match and t.kind == "qty" and t.end <= match.start() + 1), None)
    if match is None or whole is None:
        return
    row = Row(match.end(), match.end())
    while (end := _share(text, row.end, row, tokens)) is not None:
        row.end = _past_joint(text, end)
    if row.known and row.unit in (whole.unit, None) and 0 < row.total <= whole.milli:
        for token in tokens:
            if match.start() < token.end <= row.end and token.start >= match.start() and token.kind != "comma":
                token.kind, token.keys = "filler", ()


def _row(text: str, item: Token | None, tokens: Sequence[Token]) -> Row | None:
    """The longest row about `item`, None when it is none."""
    start = item.end if item is not None else 0
    row = Row(start, start)
    if item is not None and not _opens(text, item, row, tokens):
        return None
    before = TOTAL_BEFORE.match(text, start)
    at = _past_joint(text, before.end() if before is not None else start)
    while (end := _share(text, at, row, tokens)) is not None:
        if len(row.shares) == 1:
            row.start = at
        row.end = end
        at = _past_joint(text, end)
    enough = len(row.shares) > 1 or (row.special and row.shares)
    if not enough or not row.known or row.unit is None or row.end <= start:
        return None
    if before is not None and portion_of(before)[0] == row.total:
        return None  # 一共五盒,我三盒老王两盒 says who gets what
    row.disputed = before is not None
    row.start = before.start("n") if before is not None else row.start
    return row


def _past_joint(text: str, at: int) -> int:
    joint = JOINT.match(text, at)
    return joint.end() if joint is not None else at


def _opens(text: str, item: Token, row: Row, tokens: Sequence[Token]) -> bool:
    """传达室要一瓶酱油: the first share stands in front of the goods. False when only a number does."""
    number = next((token for token in tokens if token.end == item.start), None)
    if number is None or number.kind != "qty":
        return True
    start = max(text.rfind(mark, 0, item.start) for mark in " ,。\n_") + 1
    match = FIRST.fullmatch(text, start, item.start)
    if match is None or not match["n"] or number.approx:
        return False
    row.number = number
    return _take_one(match, row, tokens)


def _share(text: str, at: int, row: Row, tokens: Sequence[Token]) -> int | None:
    """Read one share at `at` into the row; where it ends, None when there is none."""
    for pattern, take in _SHARES:
        match = pattern.match(text, at)
        if match is not None and match.end() > at and take(match, row, tokens):
            return match.end()
    return None


def _who(match: re.Match[str], row: Row, tokens: Sequence[Token]) -> str | None:
    """The head of a share, None when nobody is called so."""
    who = match["who"]
    under = [token for token in tokens if token.start < match.end("who") and token.end > match.start("who")]
    if not who or any(token.kind not in _SOLID or token.keys for token in under):
        return None
    if any(token.kind == "qty" and (token.unit or token.end > match.end("who")) for token in under):
        return None
    if is_known(who) or (under[-1].kind in ("person", "name") and is_clean(who)):
        row.known = True
        return plain_head(who)
    return plain_head(who) if may_be_somebody(who) and any(token.kind == "text" for token in under) else None


def _take_one(match: re.Match[str], row: Row, tokens: Sequence[Token]) -> bool:
    extra = "多" in match["asks"]
    if extra and not row.special:
        return False
    who = _who(match, row, tokens)
    return who is not None and row.give(who, *portion_of(match))


def _take_like(match: re.Match[str], row: Row, tokens: Sequence[Token]) -> bool:
    who, share = _who(match, row, tokens), row.of(match["other"])
    return who is not None and share is not None and row.give(who, share, row.unit)


def _take_than(match: re.Match[str], row: Row, tokens: Sequence[Token]) -> bool:
    who, share = _who(match, row, tokens), row.of(match["other"])
    milli, unit = portion_of(match)
    if who is None or share is None or unit not in (None, row.unit):
        return False
    milli = share + milli if match["way"] == "多" else share - milli
    return milli > 0 and row.give(who, milli, row.unit)


def _take_twice(match: re.Match[str], row: Row, tokens: Sequence[Token]) -> bool:
    who, share, times = _who(match, row, tokens), row.of(match["other"]), read_number(match["times"])
    return (
        who is not None and share is not None and times is not None and row.give(who, share * times.milli // 1000, None)
    )


def _take_none(match: re.Match[str], row: Row, tokens: Sequence[Token]) -> bool:
    return bool(row.shares) and is_known(match["who"]) and row.give(plain_head(match["who"]), 0, None)


def _take_per(match: re.Match[str], row: Row, tokens: Sequence[Token]) -> bool:
    counted, each = (match["cl"] or "") + match["noun"], match["each"]
    same = bool(set(counted) & set(each)) or (
        bool(_HEADCOUNT & set(each)) and (is_known(match["noun"]) if match["noun"] else match["cl"] in ("个", "位"))
    )
    number = read_number(match["count"])
    if not same or number is None or (match["who"] and row.shares):
        return False
    milli, unit = portion_of(match)
    row.known = row.special = True
    return row.give(counted, milli * number.milli // 1000, unit)


_SHARES: Final = (
    (LIKE, _take_like),
    (THAN, _take_than),
    (TWICE, _take_twice),
    (NONE, _take_none),
    (PER, _take_per),
    (PER_BEFORE, _take_per),
    (ONE, _take_one),
)


def _is_open(text: str, row: Row, tokens: Sequence[Token]) -> bool:
    """Does a number follow that is neither of the row nor of other goods, or a rate for the people of the row?"""
    behind = [token for token in tokens if token.start >= row.end]
    total = TOTAL.match(text, row.end)
    named = False
    if any(token.kind in _DECIDING for token in tokens if token.end <= row.start or token.start >= row.end):
        return True
    for token, following in zip(behind, [*behind[1:], None], strict=False):
        named = named or token.kind in ("item", "goods")
        if token.kind == "people":
            return named
        before_goods = following is not None and following.kind == "item"
        if token.kind == "qty" and not named and not before_goods and not (total and token.start < total.end()):
            return True
    return False


def _fold(tokens: list[Token], text: str, row: Row, goods: str) -> None:
    """One amount takes the place of the row; a total behind it that is another makes it doubtful."""
    total, end, disputed = TOTAL.match(goods, row.end), row.end, row.disputed
    if total is not None:
        end, disputed = total.end(), disputed or portion_of(total)[0] != row.total
    put(tokens, text, Portion(row.start, end, row.total, row.unit, disputed), row.number)
