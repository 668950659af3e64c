"""Words that choose among goods: the kind behind the number (包子三只,肉的), 大的 of two sizes, 500的, 15公分的."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

from bot.parsing.catalogue import Catalogue
from bot.parsing.categories import name_kinds
from bot.parsing.contrasts import DEARNESS, all_told, by_contrast, told_beside
from bot.parsing.families import unfold
from bot.parsing.names import are_akin, folded
from bot.parsing.numerals import chinese_value
from bot.parsing.tokens import Token
from bot.parsing.uneaten import leave_uneaten
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


def choose_varieties(
    tokens: list[Token], text: str, catalogue: Catalogue, *, quoted: Sequence[tuple[int, ...]] = ()
) -> None:
    """Narrow every item token that may mean several items when one of them alone is of the kind that is named.

    `quoted` are the goods of the message that is answered (我只要公的 under 「公蟹4只母蟹4只」).
    """
    kinds = {token.kind for token in tokens}
    if kinds & {"rest", "each", "all", "cancel"}:
        name_kinds(tokens, catalogue)
    if "item" in kinds and ("text" in kinds or [token for token in tokens if token.keys[1:]]):
        unfold(tokens, catalogue)
    if not any(token.kind in _DESCRIPTIVE or token.value == "ref" or len(token.keys) > 1 for token in tokens):
        return
    _by_size(tokens, catalogue)
    _in_brackets(tokens, text, catalogue)
    _hear_kinds(tokens)
    _by_price(tokens)
    _by_figure(tokens, catalogue)
    families = _families(tokens, catalogue)
    for token in tokens:
        if len(token.keys) < 2 or token.value == "ref" or not _is_named(token):
            continue
        behind = _BEHIND.match(text, token.end)
        before = _BEFORE.search(text[max(token.start - 6, 0) : token.start])
        for found in (before, behind):
            keys = _of_kind(found["kind"], token.keys, catalogue) if found is not None else ()
            if len(keys) == 1:
                token.keys = keys
                break
    if not any(_is_named(token) for token in tokens):
        several = tuple(dict.fromkeys(key for keys in quoted for key in keys))
        families += [several] if len(several) > 1 else []
        families += _contrasted(tokens, catalogue)
    elif not families:
        families = _siblings(tokens, catalogue) or _contrasted(tokens, catalogue)
    if families:
        _by_kind(tokens, families, catalogue)
    _found_wanting(tokens)
    leave_uneaten(tokens)


_TOO: Final = frozenset("太 忒 有点 有点儿 不够 不太 好 蛮 挺 老".split())


def _found_wanting(tokens: Sequence[Token]) -> None:
    """小的就不要了 小的太酸: goods that were refused are named again to say why."""
    refused: set[tuple[int, ...]] = set()
    last: Token | None = None
    for token, following in zip(tokens, (*tokens[1:], None), strict=True):
        if token.kind in ("cancel", "unwant") and last is not None:
            refused.add(last.keys)
        if token.kind == "item" and token.keys in refused and following is not None and following.word in _TOO:
            token.kind, token.keys = "name", ()
        last = token if token.kind == "item" else None if token.kind == "qty" else last


def _is_named(token: Token) -> bool:
    """A name, written right or by its sound."""
    return token.kind == "item" or (token.kind == "text" and token.value == "sound")


def _in_brackets(tokens: Sequence[Token], text: str, catalogue: Catalogue) -> None:
    """腊肠(广)x2: which of them stands in brackets behind the name."""
    if "(" not in text:
        return
    for index, token in enumerate(tokens[:-2]):
        if token.kind != "item" or tokens[index + 1].word != "(":
            continue
        closing = next((at for at in range(index + 2, min(index + 6, len(tokens))) if tokens[at].word == ")"), 0)
        kind = text[tokens[index + 1].end : tokens[closing].start] if closing else ""
        keys = tuple(key for key in token.keys if kind and kind in folded(all_told(catalogue.by_key[key])))
        if len(keys) == 1:
            token.keys, token.weak = keys, False
            for part in tokens[index + 1 : closing + 1]:
                part.kind, part.keys = "filler", ()


_POINTING: Final = frozenset("的 那个 的那个 那种 的那种 这个 那款 的那款 的这个 那".split())


def _by_price(tokens: Sequence[Token]) -> None:
    """24块9的橘子: a price in front of a name chooses the one that costs it."""
    for index, token in enumerate(tokens):
        if token.kind != "price" or not token.keys:
            continue
        behind = [near for near in tokens[index + 1 : index + 5] if near.kind != "space"]
        pointed = [near.word in _POINTING for near in behind]
        at = pointed.index(False) if False in pointed else len(behind)
        if 0 < at < len(behind) and _is_named(behind[at]):
            fitting = tuple(key for key in behind[at].keys if key in token.keys)
            if len(behind[at].keys) > 1 and len(fitting) == 1:
                behind[at].keys = fitting


def _by_figure(tokens: Sequence[Token], catalogue: Catalogue) -> None:
    """电池要5号的两板: a number of the list that stands in the name of what is spoken of is that name's."""
    named = [key for token in tokens if token.kind == "item" and token.value != "ref" for key in token.keys]
    for token in [token for token in tokens if token.value == "ref"]:
        figure = re.search(r"\d+|[一二三四五六七八九]", token.word) if "号" in token.word else None
        if figure is None or token.kind != "item":
            continue
        said = f"{chinese_value(figure[0])}号"
        keys = tuple(dict.fromkeys(key for key in named if said in folded(catalogue.by_key[key].name)))
        if len(keys) == 1 and any(other.keys == keys for other in tokens if other is not token):
            token.kind, token.keys = "filler", ()  # 电池要一卡 就是七号的
        elif len(keys) == 1:
            token.keys, token.value = keys, ""


def _hear_kinds(tokens: Sequence[Token]) -> None:
    """洗衣夜 and 皂相: misspelt names of several goods, and those that choose among them, are names."""
    sounding = [token for token in tokens if token.kind == "text" and token.value == "sound"]
    several = [set(token.keys) for token in tokens if len(token.keys) > 1 and _is_named(token)]
    for token in sounding:
        if len(token.word) > 2 or any(set(token.keys) <= keys for keys in several):
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
        behind = tokens[index + 2 : index + 4]
        counted = next((at for at, near in enumerate(behind) if near.kind == "qty"), len(behind))
        named = next((near for near in behind[:counted] if near.kind == "item" and near.value != "ref"), None)
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
        if token.value == "compound" and token.kind == "goods":
            cooked = catalogue.names.get(token.word)
            found += [cooked.keys] if cooked is not None and len(cooked.keys) > 1 else []  # 烤玉米,糯的要16根
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
    for token in tokens if found else ():
        cooked = catalogue.names.get(token.word) if token.value == "compound" else None
        if cooked is not None and any(set(keys) < set(cooked.keys) for _, keys in found):
            token.kind = "filler"
    for head, keys in _lone_heads(tokens, catalogue) if found else ():
        head.kind, head.keys = "item", keys


def kinds_named(tokens: Sequence[Token]) -> Iterator[tuple[Token, str]]:
    """Words that may tell goods apart: 大的, 小号的, the 母 of 公母各两只."""
    for token, following in zip(tokens, (*tokens[1:], None), strict=True):
        pointed = token.kind == "goods" and token.word.endswith(("的那种", "的那个"))
        tells = token.kind in ("quality", "text", "wish") or token.value == "quality" or pointed
        tells = tells or token.word in DEARNESS
        if not tells or token.keys:
            continue
        kind = (
            _MORE_OR_LESS.sub("", token.word.removesuffix("的那种").removesuffix("的那个"))
            .rstrip("的嘅滴个款号种儿味")
            .strip()
        )
        after = following is not None and (
            following.word.startswith(("的", "儿的")) or following.kind in ("each", "evenly")
        )
        after = after or pointed
        if (token.word.endswith(("的", "嘅", "滴")) or after) and 0 < len(kind) < 3:
            yield token, kind


_MORE_OR_LESS: Final = re.compile(r"(?<=[宜贵惠])(?:一?点儿?|些)(?=的|$)")
_PIECES: Final = frozenset("粒只颗条头件枝朵个块张")
_ELSEWHERE: Final = {
    "细": "小",
    "幼": "细",
    "雄": "公",
    "雌": "母",
    "公": "雄",
    "母": "雌",
    "平常": "普通",
    "正常": "普通",
}
"""What the kinds of some regions and trades are called on a list."""


def _the_one(kind: str, families: Sequence[tuple[int, ...]], catalogue: Catalogue) -> tuple[int, ...]:
    for family in families:
        size = kind[:1] if kind[1:] in _PIECES else kind
        for told in ((kind,), (kind, _ELSEWHERE.get(kind, kind)), (size, _ELSEWHERE.get(size, size))):
            items = [catalogue.by_key[key] for key in family]
            fitting = tuple(item.key for item in items if any(word in item.name for word in told))
            if not fitting:
                fitting = tuple(item.key for item in items if any(word in told_beside(item) for word in told))
            if len(fitting) == 1:
                return fitting
    return next((keys for family in families if (keys := by_contrast(kind, family, catalogue))), ())


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
            told = token.word.endswith("的") or token.kind == "wish"
            if kind not in item.name and told and _the_one(kind, [alike], catalogue):
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
