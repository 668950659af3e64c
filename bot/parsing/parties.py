"""Who orders: the words for one household are one token, however many they are.

楼上悦悦妈 is one neighbour, not 楼上 and 妈; 五个老伙计 in front of 一人 is five people.
"""

from __future__ import annotations

import re
from typing import Final

from bot.parsing.people import is_per_head
from bot.parsing.tokens import Token

_PLACES: Final = frozenset(
    "楼上 楼下 隔壁 隔壁家 对门 邻居 同事 朋友 同学 隔篱 隔篱屋 我同事 我朋友 我邻居 闺蜜 我闺蜜 室友".split()
)
_KIN: Final = frozenset("妈 爸 妈妈 爸爸 奶奶 爷爷 外婆 外公 姥姥 姥爷 姐 哥 嫂 嫂子 婶婶 阿姨 叔叔 姨 叔 阿婆 家".split())
_BREAKS: Final = frozenset({"space", "comma", "stop", "and", "colon"})
_LEADING: Final = frozenset("给 帮 替 是 我 我们 咱 俺 还有 另外 也".split())
_MAX_NAME: Final = 3
_NO_NAME: Final = re.compile(r"[的了吗呢不没有和跟要来去说让叫是在把被都也就还又一二两三四五六七八九十\d]")
_COUNTED: Final = frozenset({"个", "位", "名", "口", "条"})
_SELVES: Final = frozenset("我 俺 咱 阿拉 偶 我们 俺们 咱们".split())


def name_parties(tokens: list[Token]) -> None:
    """Fold the words for one household into one token, in place."""
    if any(token.kind in ("person", "name") for token in tokens):
        _fold_kin(tokens)
        _fold_places(tokens)
    if any(is_per_head(token) for token in tokens):
        _count_companions(tokens)


def _fold_kin(tokens: list[Token]) -> None:
    """悦悦妈: an unknown word that opens a clause, and what it is the mother of."""
    for index in range(len(tokens) - 1, 0, -1):
        kin, name = tokens[index], tokens[index - 1]
        before = tokens[index - 2] if index > 1 else None
        opens = before is None or before.kind in _BREAKS or before.word in _LEADING | _PLACES
        if kin.kind == "person" and kin.word.removesuffix("家") in _KIN and opens and _may_be_name(name):
            _join(tokens, index - 1, index, "name")


def _may_be_name(token: Token) -> bool:
    return token.kind == "text" and not token.keys and len(token.word) <= _MAX_NAME and not _NO_NAME.search(token.word)


def _fold_places(tokens: list[Token]) -> None:
    """对门王老师: where somebody lives, and who it is."""
    for index in range(len(tokens) - 1, 0, -1):
        who, where = tokens[index], tokens[index - 1]
        if where.word in _PLACES and who.kind in ("person", "name") and who.word not in _PLACES:
            _join(tokens, index - 1, index, "name")


def _join(tokens: list[Token], first: int, last: int, kind: str) -> None:
    word = "".join(token.word for token in tokens[first : last + 1])
    tokens[first : last + 1] = [Token(kind, tokens[first].start, tokens[last].end, word)]


def _count_companions(tokens: list[Token]) -> None:
    """五个老伙计 in front of 一人: whatever they are, they are five."""
    for index in range(len(tokens) - 2, 0, -1):
        count, noun, following = tokens[index - 1], tokens[index], tokens[index + 1]
        if following.kind == "comma" and index + 2 < len(tokens):
            following = tokens[index + 2]
        exact = count.kind == "qty" and count.unit in _COUNTED and count.milli % 1000 == 0 and not count.approx
        if exact and noun.kind == "text" and not noun.keys and len(noun.word) <= 4 and is_per_head(following):
            _join(tokens, index - 1, index, "people")
