"""Words that choose among goods: the kind behind the number (包子三只,肉的), 大的 of two sizes, 500的, 15公分的."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

from bot.parsing.catalogue import Catalogue
from bot.parsing.names import are_akin
from bot.parsing.tokens import Token
from bot.parsing.values import Item

_BEHIND: Final = re.compile(
    r"[^,。?]{0,9}?[,\s]\s?(?:都?要)?(?P<kind>[一-龥]{1,3}?)(?:味|馅|口味|款|色)?(?:的|那[种个款])(?=[,。\s吧啊哦!]|$)"
)
_BEFORE: Final = re.compile(r"(?P<kind>[一-龥]{1,3})(?:味|馅|款)?的$")
_DESCRIBING: Final = ("的", "装", "规格", "那种", "那个", "那款")
_MEASURED: Final = re.compile(r"(\d{1,4}(?:\.\d)?(?:[×*x]\d{1,4}){0,2})(?:公分|厘米|cm|mm|毫米|寸|抽|米|m|码)?")
_DESCRIPTIVE: Final = frozenset({"text", "quality", "filler", "wish", "this", "number"})
_TIMES: Final = re.compile(r"[×x]")
_BESIDE_GOODS: Final = frozenset({"qty", "add", "each", "want", "sub", "cancel", "quality"})


def choose_varieties(tokens: Sequence[Token], text: str, catalogue: Catalogue) -> None:
    """Narrow every item token that may mean several items when one of them alone is of the kind that is named."""
    if not any(token.kind in _DESCRIPTIVE or len(token.keys) > 1 for token in tokens):
        return
    _by_size(tokens, catalogue)
    _hear_kinds(tokens)
    families = _families(tokens, catalogue)
    for token in tokens:
        if not _is_named(token) or len(token.keys) < 2 or token.value == "ref":
            continue
        behind = _BEHIND.match(text, token.end)
        before = _BEFORE.search(text[max(token.start - 6, 0) : token.start])
        for found in (before, behind):
            keys = _of_kind(found["kind"], token.keys, catalogue) if found is not None else ()
            if len(keys) == 1:
                token.keys = keys
                break
    if not any(_is_named(token) for token in tokens):
        families += _contrasted(tokens, catalogue)
    elif not families:
        families = _siblings(tokens, catalogue)
    if families:
        _by_kind(tokens, families, catalogue)


def _is_named(token: Token) -> bool:
    """A name, written right or by its sound."""
    return token.kind == "item" or (token.kind == "text" and token.value == "sound")


def _hear_kinds(tokens: Sequence[Token]) -> None:
    """洗衣夜 and 皂相: misspelt names of several goods, and those that choose among them, are names."""
    several = [set(token.keys) for token in tokens if _is_named(token) and len(token.keys) > 1]
    for token in tokens:
        if _is_named(token) and any(set(token.keys) <= keys for keys in several):
            token.kind = "item"


def _of_kind(kind: str, keys: Sequence[int], catalogue: Catalogue) -> tuple[int, ...]:
    """Items whose name holds the word, or its longest ending that any of them holds (要肉 -> 肉)."""
    for start in range(len(kind)):
        fitting = tuple(key for key in keys if kind[start:] in catalogue.by_key[key].name)
        if fitting:
            return fitting
    return ()


def _by_size(tokens: Sequence[Token], catalogue: Catalogue) -> None:
    """500的, 15公分的: a figure of the specification that is said like a quality names the goods."""
    for index, token in enumerate(tokens[:-1]):
        if token.kind not in ("qty", "number") or not tokens[index + 1].word.startswith(_DESCRIBING):
            continue
        figure = _MEASURED.fullmatch(token.word.strip())
        if figure is None or (token.kind == "qty" and (token.value != "bare" or token.milli < 10_000)):
            continue
        keys = tuple(item.key for item in catalogue.main if _has_figure(item, figure[1]))
        named = next(
            (near for near in tokens[index + 2 : index + 4] if near.kind == "item" and near.value != "ref"), None
        )
        if named is not None:
            keys = tuple(key for key in named.keys if key in keys)
        if not keys:
            continue
        if named is not None:
            token.kind, named.keys = "filler", keys
        elif len(keys) == 1:
            token.kind, token.keys = "item", keys


def _has_figure(item: Item, figure: str) -> bool:
    figure, told = _TIMES.sub("*", figure), _TIMES.sub("*", f"{item.name} {item.spec}".lower())
    return re.search(rf"(?<![\d.]){re.escape(figure)}(?![\d.])", told) is not None


def _families(tokens: Sequence[Token], catalogue: Catalogue) -> list[tuple[int, ...]]:
    """Goods that one name of the message, or all of it but its last character, fits alike."""
    found = [keys for _, keys in _lone_heads(tokens, catalogue)]
    for token in tokens:
        if not _is_named(token) or token.value == "ref":
            continue
        head = catalogue.names.get(token.word[:-1])
        if len(token.keys) > 1:
            found.append(token.keys)
        elif head is not None and len(head.keys) > 1 and set(token.keys) < set(head.keys):
            found.append(head.keys)  # 垃圾袋大, as 「垃圾袋大的」 is read
    return found


def _by_kind(tokens: Sequence[Token], families: Sequence[tuple[int, ...]], catalogue: Catalogue) -> None:
    """盆再要一个大的 小的退一个: where a name fits several goods, what tells them apart names each of them."""
    found = [(token, keys) for token, kind in kinds_named(tokens) if (keys := _the_one(kind, families, catalogue))]
    named = {token.keys for token in tokens if _is_named(token)}
    for token, keys in found if any(keys not in named for _, keys in found) else ():
        token.kind, token.keys = "item", keys
    for head, keys in _lone_heads(tokens, catalogue) if found else ():
        head.kind, head.keys = "item", keys


def kinds_named(tokens: Sequence[Token]) -> Iterator[tuple[Token, str]]:
    """Words that may tell goods apart: 大的, 小号的, the 母 of 公母各两只."""
    for token, following in zip(tokens, (*tokens[1:], None), strict=True):
        if (token.kind not in ("quality", "text") and token.value != "quality") or token.keys:
            continue
        kind = token.word.rstrip("的个款号种").strip()
        after = following is not None and (following.word.startswith("的") or following.kind in ("each", "evenly"))
        if (token.word.endswith("的") or after) and 0 < len(kind) < 3:
            yield token, kind


def _the_one(kind: str, families: Sequence[tuple[int, ...]], catalogue: Catalogue) -> tuple[int, ...]:
    for family in families:
        fitting = tuple(key for key in family if kind in catalogue.by_key[key].name)
        if len(fitting) == 1:
            return fitting
    return ()


def _contrasted(tokens: Sequence[Token], catalogue: Catalogue) -> list[tuple[int, ...]]:
    """公的两只母的两只: two kinds that each choose one of goods with a common name are said of these goods."""
    every = [tuple(item.key for item in catalogue.main)]
    keys = [keys[0] for _, kind in kinds_named(tokens) if (keys := _the_one(kind, every, catalogue))]
    items = [catalogue.by_key[key] for key in dict.fromkeys(keys)]
    akin = len(items) > 1 and all(are_akin(one, other) for one, other in pairwise(items))
    return [tuple(item.key for item in items)] if akin else []


def _siblings(tokens: Sequence[Token], catalogue: Catalogue) -> list[tuple[int, ...]]:
    """公蟹贵 那母的来四只: goods like those that are named, when a kind behind them chooses another one."""
    named = [catalogue.by_key[token.keys[0]] for token in tokens if token.kind == "item" and len(token.keys) == 1]
    found = []
    for token, kind in kinds_named(tokens):
        for item in named:
            alike = tuple(other.key for other in catalogue.main if other == item or are_akin(item, other))
            if kind not in item.name and token.word.endswith("的") and _the_one(kind, [alike], catalogue):
                found.append(alike)
    return found


def _lone_heads(tokens: Sequence[Token], catalogue: Catalogue) -> list[tuple[Token, tuple[int, ...]]]:
    """盆 where only 小盆 and 大盆 are sold: a single character beside a number that ends several names."""
    found: list[tuple[Token, tuple[int, ...]]] = []
    for token, following in pairwise(tokens):
        if token.kind == "text" and not token.keys and len(token.word) == 1 and following.kind in _BESIDE_GOODS:
            named = catalogue.resolve(token.word)
            if named is not None and len(named.keys) > 1:
                found.append((token, named.keys))
    return found
