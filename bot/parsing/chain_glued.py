"""Names of a 接龙 to which goods or numbers are glued: 王五草莓2, 刘姨退土豆, 张三2份, 小崔我要一斤."""

from __future__ import annotations

import re

from bot.parsing.chain_content import Shelf
from bot.parsing.normalise import Normal
from bot.parsing.numerals import read_number
from bot.parsing.quantity import UNIT_PATTERN

_AMOUNT_BEFORE = re.compile(
    rf"(?<=[^\d.])(?:我?(?:想?要|来|订|拿))?(?:\d{{1,2}}(?:\.\d)?|[一二两三四五六七八九十]{{1,2}}(?={UNIT_PATTERN}))(?:{UNIT_PATTERN})?$"
)
_VERB_BEFORE = re.compile(r"(?:退掉?了?|减掉?|少要?|不要|取消|再加|再来|还要|换成?)$")
_GLUED = re.compile(
    rf"(?P<quantity>[x×+*]?\s?\d{{1,2}}(?:\.\d)?\s?(?:{UNIT_PATTERN})?|[x×+*]\s?[一二两三四五六七八九十]{{1,2}}\s?(?:{UNIT_PATTERN})?"
    rf"|(?:[一二两三四五六七八九十]{{1,3}}|[俩仨半])(?:{UNIT_PATTERN})半?)$"
)
_GLUED_ACTION = re.compile(
    r"(?:取消|不要了|撤单?|退单|退\d|减\d|同上|同楼上|跟楼上一样|不接了|不跟了"
    r"|(?:我|我们|我家)?还?要(?=[\d一二两三四五六七八九十半])|[再又](?:加|来|要|订|\+)\s?(?=[\d一二两三四五六七八九十])|[+-]\d{1,2}$)"
)


def glued_item(word: str, shelf: Shelf, normal: Normal, offset: int) -> int:
    """王五草莓2: where the goods begin in a word that starts with the nickname; 0 if they do not."""
    for start in shelf.item_starts(word):
        if start == 0 or _splits_letters(word, start, normal, offset):
            continue
        suffix = word[start:]
        if shelf.starts_content(suffix) and has_quantity(suffix[1:]):
            return start
    return 0


def glued_amount(word: str, shelf: Shelf) -> int:
    """张姐2箱橙子: where the amount between the nickname and the goods begins; 0 for none."""
    start = next((start for start in shelf.item_starts(word) if start), 0)
    amount = _AMOUNT_BEFORE.search(word, 0, start) if start else None
    return amount.start() if amount is not None and shelf.starts_content(word[amount.start() :]) else 0


def glued_verb(word: str, shelf: Shelf) -> int:
    """刘姨退土豆: where the verb between the nickname and the goods begins; 0 for none."""
    for start in shelf.item_starts(word):
        verb = _VERB_BEFORE.search(word, 0, start)
        if verb is not None and verb.start() > 0:
            return verb.start()
    return 0


def _splits_letters(word: str, start: int, normal: Normal, offset: int) -> bool:
    """anna2 is not ann + a2, but AliceA2 is Alice + A2."""
    left, right = word[start - 1], word[start]
    if not (left.isascii() and left.isalpha() and right.isascii() and right.isalpha()):
        return False
    raw_left = normal.raw[normal.starts[offset + start - 1]]
    raw_right = normal.raw[normal.starts[offset + start]]
    return not (raw_right.isupper() and raw_left.islower())


def glued_quantity(word: str) -> int:
    """张三2份 -> 2: where a trailing quantity begins. Hanzi count only with a unit, so 王五 stays a name."""
    best = 0
    for start in range(1, len(word)):
        match = _GLUED.match(word, start)
        if match is None:
            continue
        if word[start].isdigit() and word[start - 1].isdigit():
            continue
        figure = re.match(r"[一二两三四五六七八九十]+", word[start:])
        if figure is not None:
            number = read_number(figure[0])
            if number is None or number.kind != "exact" or number.end != len(figure[0]):
                continue
        if start >= 2 or not best:
            best = start
            if start >= 2:
                return best
    return best


def glued_action(word: str) -> int:
    match = _GLUED_ACTION.search(word, 1)
    return match.start() if match is not None else 0


def has_quantity(word: str) -> bool:
    return (
        "斤半" in word
        or any(char.isdigit() for char in word)
        or read_number(word[:1]) is not None
        or _GLUED.search(word) is not None
    )
