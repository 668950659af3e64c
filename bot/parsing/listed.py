"""Lists of goods and numbers, told by the kinds of their words: nothing in them needs to be understood.

What is read here reads the same the long way, clause by clause and judged, at many times the cost: a test holds both
together. Anything else falls through.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from bot.parsing.catalogue import Catalogue
from bot.parsing.quantity import to_sale_units
from bot.parsing.residence import NO_FLATS
from bot.parsing.tokens import Token
from bot.parsing.values import Item, Line, OrderReading

_MOST_BARE: Final = 9_000
"""Thousandths: more is believed only with a unit behind it."""
WANTS: Final = frozenset(
    "要 来 我要 给我 帮我 给我留 帮我留 订 拿 买 定 接 留 记 登记 下单 想要 我想要 来个 给我来 报 整".split()
    + "我买 我订 我来 我接 我拿 我定 帮我订 帮我记 接龙 我报 也要 我也要 搞 弄".split()
)
"""Verbs that ask for goods and say no more than that."""
COURTESIES: Final = frozenset(
    "谢谢 谢谢团长 谢谢你 谢谢啦 谢啦 多谢 感谢 多谢团长 辛苦了 辛苦啦 辛苦团长 麻烦了".split()
    + "团长 群主 老板 哦 哈 吧 呀 啊 我".split()
)
"""Words beside an order that change nothing."""
_CLASSES: Final = {
    "item": "i", "qty": "q", "want": "w", "filler": "f", "each": "e", "times": "x", "colon": "x", "plus": "+",
    "space": " ", "comma": ",", "stop": ".", "and": "&", "room": "r", "phone": "p", "add": "a",
}  # fmt: skip
"""One letter for every class of words a list is made of."""
_EACH: Final = frozenset("各 各来 各要".split())
_AGAIN: Final = frozenset("再来 再要 再加".split())
_COUNTED: Final = r"i ?(?:(?:x ?|w{1,2} ?)?[qb]|\+ ?b)"
_BEHIND: Final = r"q[ d]?i"
_LISTED: Final = re.compile(
    r"(?:[rp][ ,.]*)*(?:f[ ,]?)?(?:w{1,2}[ ,]?)?"
    rf"(?:{_COUNTED}(?:[ ,.&+]*(?:[ ,]a ?)?{_COUNTED})*|(?P<behind>{_BEHIND}(?:[ ,.&]*(?:[ ,]a ?)?{_BEHIND})*)"
    r"|(?P<same>i(?:[ &]*i)+ ?e[qb])|(?P<lone>\+ ?[qb]|q|(?<=w)b))"
    r"(?:[ ,.]*f)*(?:[ ,.&]*[rp])*[,. ]*"
)
"""Names, each with a number behind it; numbers, each with a name; several names with one number for each; a number
alone."""


def read_listed(tokens: Sequence[Token], catalogue: Catalogue, prior: Mapping[int, int]) -> OrderReading | None:
    """The reading of the tokens of a message, or None where they are more than a list of goods and numbers.

    `prior` is what the sender has ordered so far: beside it, a plus sign and 再来 mean more, which is not read here.
    """
    listed = _LISTED.fullmatch(_letters(tokens))
    if listed is None:
        return None
    goods = [token.keys[0] for token in tokens if token.kind == "item"]
    numbers = [token for token in tokens if token.kind == "qty"]
    if listed["lone"]:
        if catalogue.only is None:
            return None
        goods = [catalogue.only]
    if (prior and not _INCREASES.isdisjoint(listed[0])) or len(set(goods)) < len(goods):
        return None
    items = [catalogue.by_key[key] for key in goods]
    if _runs_on(listed["behind"]) and any(map(_may_be_the_pack, items, numbers, numbers[1:])):
        return None
    if "d" in (listed["behind"] or "") and [n.unit for n in numbers] != [item.unit for item in items]:
        return None  # 10斤的苹果 may say which
    if listed["same"]:
        if numbers[0].milli > _MOST_BARE:
            return None
        numbers *= len(items)
    lines = [_line(number, item) for number, item in zip(numbers, items, strict=True)]
    rooms = {token.value for token in tokens if token.kind == "room"}
    phone = next((token.value for token in tokens if token.kind == "phone"), None)
    found = tuple(line for line in lines if line is not None)
    if len(rooms) > 1 or not NO_FLATS.isdisjoint(rooms) or len(found) < len(lines):
        return None
    return OrderReading("order", found, room=next(iter(rooms), None), phone=phone)


def _runs_on(pieces: str | None) -> bool:
    """Numbers each with a name, not all of them set off by a comma: 1箱荔枝,5斤黄瓜 is clear."""
    return pieces is not None and not all(map({",", ".", "&"}.intersection, re.split(_BEHIND, pieces)[1:-1]))


def _may_be_the_pack(item: Item, number: Token, behind: Token) -> bool:
    """1份生蚝 10只大闸蟹, where oysters come ten to a portion: the second number may be about the first goods."""
    if number.unit != item.unit:
        return True
    return behind.unit != item.unit and to_sale_units(behind.milli, behind.unit, item).milli is not None


def _line(number: Token, item: Item) -> Line | None:
    """The number of an item in units of sale; None where that has to be asked, and for 三把, which is also a verb."""
    if number.unit in _VERBS and number.unit != item.unit:
        return None
    milli = to_sale_units(number.milli, number.unit, item).milli
    return None if milli is None else Line(item.key, milli)


def _letters(tokens: Sequence[Token]) -> str:
    """The classes of the words. +10 is neither a price nor a room, though ten is much."""
    letters = [*map(_class_of, tokens)]
    for at, token in enumerate(tokens[1:], 1):
        if letters[at] == "?" and letters[at - 1] == "+" and token.kind == "qty":
            letters[at] = "b" if token.milli < _HUNDRED and not _is_vague(token) else "?"
        elif token.word == "的" and letters[at - 1] == "q":
            letters[at] = "d"  # 5斤的黄瓜
    return "".join(letters)


def _is_vague(token: Token) -> bool:
    return bool(token.approx or token.rough or token.sign)


def _class_of(token: Token) -> str:
    """The letter of a token that says nothing but its class; `?` for any other."""
    kind = token.kind
    if kind == "item":
        return "i" if len(token.keys) == 1 and not token.weak else "?"
    if kind == "qty":
        return "?" if _is_vague(token) else _number(token)
    said = _SAID.get(kind)
    return "?" if said is not None and token.word not in said else _CLASSES.get(kind, "?")


def _number(token: Token) -> str:
    """`q` with a unit and `b` without one. What a bare number above nine may be (a price, a room) is not asked here."""
    return "q" if token.value != "bare" else "b" if token.milli <= _MOST_BARE else "?"


_HUNDRED: Final = 100_000
_INCREASES: Final = frozenset("+a")
_VERBS: Final = frozenset("把")
_SAID: Final = {"want": WANTS, "filler": COURTESIES, "each": _EACH, "add": _AGAIN}
