"""One name for several goods: each in a number of its own (大小各一箱, 大1小2), or all of one kind (全要白桃)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import zip_longest
from typing import Final

from bot.parsing.catalogue import Catalogue
from bot.parsing.names import folded
from bot.parsing.numerals import CHINESE, chinese_value
from bot.parsing.tokens import Token

_TELLING: Final = frozenset({"both", "text", "filler", "quality", "wish"})
_ALL_OF: Final = re.compile(
    r"(?:全|都|全都|全部|统统|通通|统一|一律|清一色|一水儿?)(?:都)?(?:要|来|是|拿|买|选|给我)?(?:的)?"
)
_CLOSING: Final = frozenset({"comma", "stop", "space", "filler", "unwant", "want"})
_FLAVOURS: Final = frozenset("味 味儿 味的 口味 款 色 色的".split())
_MAX_KINDS: Final = 4
_KINDS: Final = _TELLING | {"item", "goods"}
_ENDS: Final = frozenset({"comma", "stop", "space", "filler", "room", "ask"})


def unfold(tokens: list[Token], catalogue: Catalogue) -> None:
    """Name the goods that a family and what stands behind it mean, in place."""
    _heads_with_a_kind(tokens, catalogue)
    for family in [token for token in tokens if token.kind == "item" and len(token.keys) > 1 and token.value != "ref"]:
        _some_of_them(tokens, family, catalogue)
        if _numbers_with_kinds(tokens, family, catalogue):
            continue
        if _kinds_in_a_row(tokens, family, catalogue) or _kinds_with_numbers(tokens, family, catalogue):
            continue
        _all_of_a_kind(tokens, family, catalogue)
        _but_not_that_kind(tokens, family, catalogue)


def _heads_with_a_kind(tokens: list[Token], catalogue: Catalogue) -> None:
    """垃圾袋大3小2: a kind that the list of names glues to its family stands apart again."""
    for index, (token, number, kind) in enumerate(zip(tokens, tokens[1:], tokens[2:], strict=False)):
        head = catalogue.names.get(token.word[:-1]) if token.kind == "item" and token.value != "ref" else None
        if head is None or len(head.keys) < 2 or not set(token.keys) < set(head.keys) or number.kind != "qty":
            continue
        other = Token("item", token.start, token.end, token.word[:-1], head.keys)
        if kind.kind in _TELLING and len(kind.word) == 1 and _chosen(kind.word, other, catalogue) is not None:
            other.end = token.end - 1
            token.start, token.word, token.kind, token.keys = token.end - 1, token.word[-1], "text", ()
            tokens.insert(index, other)
            return


def _kinds_in_a_row(tokens: list[Token], family: Token, catalogue: Catalogue) -> bool:
    """玫瑰红白各一扎: characters that each choose one of the family, in front of 各."""
    at = tokens.index(family) + 1
    if at + 1 >= len(tokens) or tokens[at].kind not in _TELLING or tokens[at].keys:
        return False
    said = tokens[at]
    kinds = re.sub(r"[号的]|各.*", "", said.word)
    keys = [_chosen(kind, family, catalogue) for kind in kinds]
    each = "各" in said.word or tokens[at + 1].kind == "each"
    if not each or not 1 < len(kinds) <= _MAX_KINDS or None in keys or len(set(keys)) < len(keys):
        return False
    found = [
        Token("item", said.start + place, said.start + place + 1, kind, (key,))
        for place, (kind, key) in enumerate(zip(kinds, keys, strict=True))
        if key is not None
    ]
    if "各" in said.word:
        found.append(Token("each", found[-1].end, said.end, "各"))
    found[-1].end = said.end
    family.kind, family.keys = "filler", ()
    tokens[at : at + 1] = found
    return True


def _kinds_with_numbers(tokens: list[Token], family: Token, catalogue: Catalogue) -> bool:
    """收纳盒大1小2: a character that chooses one of the family, glued to its number."""
    at, found = tokens.index(family) + 1, []
    while at + 1 < len(tokens):
        if tokens[at].kind in ("space", "comma"):
            at += 1
            continue
        kind, number = tokens[at], tokens[at + 1]
        key = _chosen(kind.word, family, catalogue) if kind.kind in _TELLING and len(kind.word) == 1 else None
        if key is None or kind.keys or number.kind != "qty":
            break
        found.append((kind, key))
        at += 2
    if len({key for _, key in found}) < 2:
        return False
    for kind, key in found:
        kind.kind, kind.keys = "item", (key,)
    for number in tokens[tokens.index(family) : at - 1]:
        number.approx = number.approx and number.value != "bare"  # the character behind it is the next kind
    family.kind, family.keys = "filler", ()
    return True


_NUMBERED: Final = re.compile(rf"([{CHINESE}]|\d{{1,2}})(?:只|个)?([一-龥])的?")


def _numbers_with_kinds(tokens: list[Token], family: Token, catalogue: Catalogue) -> bool:
    """大闸蟹六只,四公两母: so many of the one and so many of the other, where each is sold for itself."""
    number = next((token for token in tokens if token.kind == "qty" and token.value == "kinds"), None)
    if number is None or number.start < family.end:
        return False
    parts = list(_NUMBERED.finditer(number.word))
    keys = [_chosen(part[2], family, catalogue) for part in parts]
    if len(parts) != 2 or None in keys or len(set(keys)) < 2:
        return False
    found: list[Token] = []
    for part, key in zip(parts, keys, strict=True):
        start, end = number.start + part.start(), number.start + part.end()
        milli = (chinese_value(part[1]) or 0) * 1000
        found.append(Token("qty", start, number.start + part.start(2), part[1], milli=milli, unit="个"))
        found.append(Token("item", number.start + part.start(2), end, part[2], (key,) if key is not None else ()))
    at = tokens.index(number)
    tokens[at : at + 1] = found
    for token in tokens[tokens.index(family) : at]:
        if token.kind in ("item", "qty"):
            token.kind, token.keys = "filler", ()  # the sum
    return True


def _some_of_them(tokens: Sequence[Token], family: Token, catalogue: Catalogue) -> None:
    """牛肉酱三瓶,其中一瓶要微辣: a number of one kind, and no wish about it."""
    for of, number, told, behind in zip_longest(tokens, tokens[1:], tokens[2:], tokens[3:]):
        if of.word not in ("其中", "里面") or number is None or number.kind != "qty" or told is None:
            continue
        kind = behind if told.kind == "want" else told
        if kind is not None and _chosen(kind.word.rstrip("的"), family, catalogue) is not None:
            of.kind = "filler"


def _all_of_a_kind(tokens: Sequence[Token], family: Token, catalogue: Catalogue) -> None:
    """气泡水30罐,全要白桃: the kind that all of them are to be, at the end of its clause."""
    at = tokens.index(family) + 1
    while at < len(tokens) and tokens[at].kind in ("qty", "space", "comma", "times", "want", "colon"):
        at += 1
    if at == len(tokens) or not any(token.kind == "qty" for token in tokens[tokens.index(family) + 1 : at]):
        return
    first = at
    while at < len(tokens) and _ALL_OF.fullmatch("".join(token.word for token in tokens[first : at + 1])):
        at += 1
    if at == first or at == len(tokens) or tokens[at].kind not in _TELLING | {"item", "goods"}:
        return
    told = tokens[at]
    key = _chosen(re.sub(r"(?:味|款|色|口味)?儿?的?$", "", told.word), family, catalogue)
    behind = tokens[at + 1] if at + 1 < len(tokens) else None
    if key is None or (behind is not None and behind.kind not in _ENDS and behind.word not in _FLAVOURS):
        return
    family.keys = (key,)
    for token in tokens[first : at + 1]:
        token.kind, token.keys = "filler", ()


def _but_not_that_kind(tokens: Sequence[Token], family: Token, catalogue: Catalogue) -> None:
    """牛肉酱两瓶,不要特辣,要微辣: the kind that is refused, and the one that is left or named instead."""
    at = tokens.index(family)
    if len(family.keys) < 2 or "qty" not in [token.kind for token in tokens[max(at - 2, 0) : at + 3]]:
        return
    refused: dict[int, list[Token]] = {}
    wanted: dict[int, list[Token]] = {}
    for verb, told, behind in zip_longest(tokens, tokens[1:], tokens[2:]):
        key = _chosen(told.word.rstrip("的"), family, catalogue) if told is not None and told.kind in _KINDS else None
        if (
            key is None
            or told is None
            or verb.start < family.end
            or (behind is not None and behind.kind not in _CLOSING)
        ):
            continue
        if verb.kind in ("unwant", "cancel"):
            refused[key] = [verb, told]
        elif verb.kind in ("want", "only"):
            wanted[key] = [verb, told]
    left = wanted.keys() - refused.keys() if wanted else set(family.keys) - refused.keys()
    if not refused or len(left) != 1:
        return
    family.keys = tuple(left)
    for token in (part for parts in (*refused.values(), *wanted.values()) for part in parts):
        token.kind, token.keys = "filler", ()


def _chosen(kind: str, family: Token, catalogue: Catalogue) -> int | None:
    """The one of a family whose name or nickname holds a word that is in no other."""
    if not kind:
        return None
    fitting = [key for key in family.keys if kind in folded(_told(key, catalogue))]
    return fitting[0] if len(fitting) == 1 else None


def _told(key: int, catalogue: Catalogue) -> str:
    item = catalogue.by_key[key]
    return " ".join((item.name, *item.aliases))
