"""How people are called, and how many of them 一人, 每家 and 各 stand for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from bot.parsing.numerals import read_number
from bot.parsing.spans import FOLK, GROUPS
from bot.parsing.tokens import Token

PERSONS: Final = frozenset({"person", "name"})
_PER_HEAD: Final = re.compile(
    rf"(?:一|每|1)(?:个|位)?(?:人|家|户|口人?|个人)|每(?:个|位|一个|一位)?(?:桌|班|组|队|屋|{FOLK}|{GROUPS})|每[位名]|人均|人手|[各都][要来订拿买]?"
)
_WITH_ME: Final = re.compile(
    r"(?:连|算|加|包括|包含|含|带)(?:上|埋)?我(?!们|家|[妈爸账帐]|头上|名下|请)|(?<!给)我(?:跟|和|与|同|加)$"
)


def is_per_head(token: Token) -> bool:
    """一人, 每家, 人均: what follows is for each of them."""
    return token.kind == "people" and _PER_HEAD.fullmatch(token.word) is not None


def household_size(tokens: Sequence[Token]) -> int | None:
    """四口, 我们6个人, 三家: how many 一人 or 每家 stand for."""
    found = [count for token in tokens if (count := _head_count(token))]
    per = any(is_per_head(token) for token in tokens)
    if found and per and (listed := _listed(tokens)):
        return listed
    if found:
        return (sum(found) if per and len(found) > 1 else found[0]) + _speaker_joins(tokens)
    return _named_people(tokens)


SELVES: Final = frozenset("我 我个人 我本人 我家 我们家 俺 俺家 咱 咱家 阿拉 偶 本人 我自己 自己家".split())
"""How somebody speaks of himself and his household."""
_PLACES: Final = frozenset("楼上 楼下 隔壁 对门 隔篱".split())
_BETWEEN: Final = frozenset({"and", "space", "comma"})


_SORTS: Final = frozenset("大人 小孩 小孩子 孩子 老人 老小 老的 小的".split())


def _listed(tokens: Sequence[Token]) -> int:
    """阿公阿婆我跟我老公 还有两个小孩: everybody in a row of people who are named one by one and counted; else 0."""
    total = named = counted = 0
    joined = False
    for before, token, following in zip((None, *tokens), tokens, (*tokens[1:], None), strict=False):
        heads = _head_count(token) or 0
        given = before is not None and before.word in ("给", "帮", "替", "的")
        if is_one(token, following) and not given:
            total, named = total + 1, named + 1
        elif heads and before is not None and before.word in _SORTS:
            return heads  # 大人小孩五口
        elif heads and heads == named and before is not None and before.kind in PERSONS:
            return heads  # 我和我姐还有我嫂子三家
        elif token.word in SELVES and not given:
            continue
        elif heads:
            total, counted = total + heads, counted + 1
        elif token.kind not in _BETWEEN:
            if counted and (named > 1 or (named and joined)):
                break
            total = named = counted = 0
            joined = False
        joined = joined or (token.kind == "and" and bool(total))
    return total if counted and (named > 1 or (named and joined)) else 0


def is_one(token: Token, following: Token | None) -> bool:
    """Somebody who is named, or the speaker, but not the 我 of 我嫂子."""
    if token.kind in PERSONS:
        housed = following is not None and _head_count(following) and token.word in _PLACES  # 楼上两户
        return not housed and (following is None or following.word != "的")
    followed = following is not None and (following.kind in PERSONS or following.word == "的")
    return token.word in SELVES and not followed


def _speaker_joins(tokens: Sequence[Token]) -> int:
    """1 for 我跟两个孙子, 五个同事连我: the speaker is one more."""
    first = next(index for index, token in enumerate(tokens) if _head_count(token))
    before = "".join(token.word for token in tokens[:first]).rstrip()
    if (
        re.search(r"我们|咱|全家|一共|总共|[加连算]上?我", tokens[first].word + before[-2:])
        or "家" in tokens[first].word
    ):
        return 0
    return int(bool(_WITH_ME.search(before) or _WITH_ME.search("".join(token.word for token in tokens))))


def _head_count(token: Token) -> int | None:
    """3个人, 四口: how many, None for words that count nobody."""
    if token.kind != "people" or is_per_head(token):
        return None
    number = read_number(re.sub(r"^(?:我们|我哋|我地|阿拉|咱们?|俺们)(?:组|班|家)?", "", token.word))
    if number is None and token.word.endswith(("三胞胎", "仨")):
        return 3
    if number is None and token.word.endswith("俩"):
        return 2
    if number is None:
        number = read_number(re.sub(r"^[^\d一二两三四五六七八九十]+", "", token.word))
    if number is None and re.match(r"我|[老小]?两口|夫妻|双胞|龙凤", token.word):
        return 2
    exact = number is not None and number.kind == "exact" and number.milli > 1000
    return number.milli // 1000 if exact and number is not None else None


def _named_people(tokens: Sequence[Token]) -> int | None:
    """我和我妹妹一家两盒: the people named before 一家 or 每人."""
    per = next((index for index, token in enumerate(tokens) if is_per_head(token)), None)
    if per is None:
        return None
    before = tokens[: per + 1]
    named = sum(is_one(token, following) for token, following in pairwise(before)) + _rooms_in_a_row(before)
    return named if named > 1 else None


def _rooms_in_a_row(tokens: Sequence[Token]) -> int:
    """601、602 of 「601、602同埋我(603)」: rooms that stand for whoever lives there, one beside the other."""
    count = 0
    for index, token in enumerate(tokens):
        if token.kind != "room":
            continue
        behind, before = tokens[index + 1 : index + 3], tokens[max(index - 1, 0) : index]
        named = any(part.kind in PERSONS for part in behind) and behind[0].kind != "and"
        named = named or any(part.kind in PERSONS or part.word in SELVES or part.word == "(" for part in before)
        joined = any(part.kind == "and" for part in (*behind[:1], *before))
        count += joined and not named
    return count


def is_counted_off(tokens: Sequence[Token]) -> bool:
    """两家人 一家要肉包一袋 一家要菜包一袋: one household after the other, not so much for each."""
    ones = [token for token in tokens if is_per_head(token) and token.word[0] in "一1"]
    if len(ones) < 2:
        return False
    if any(before.kind == "item" and token in ones for before, token in pairwise(tokens)):
        return False  # 奶粉一人一罐 尿不湿一人两包
    if not any(_head_count(token) for token in tokens) and all(
        b.kind == "qty" for a, b in pairwise(tokens) if a in ones
    ):
        return False  # 我和我妹一人一包鸡翅、一人一盒鱼丸
    return len(ones) == household_size(tokens)
