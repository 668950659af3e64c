"""What a quoted message gives to the reply: its goods, never its numbers, and the order that is spoken of."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from bot.parsing.catalogue import Catalogue
from bot.parsing.lexer import tokenize
from bot.parsing.normalise import normalise
from bot.parsing.smalltalk import unexplained
from bot.parsing.tokens import Token

MAX_QUOTED_CHARS: Final = 600
_KIND: Final = "(?:个|种|款|样|馅|味)"
_POINTED: Final = re.compile(
    rf"(?P<heads>(?:前|头)(?:面|头|边)?[两二三四]{_KIND})|(?P<tails>(?:后|最后|末|最?尾)(?:面|头|边)?的?[两二三四]{_KIND})"
    rf"|(?P<first>前(?:面|头|边)?(?:那|这|一)[一-龥]?(?:{_KIND}|的)*|头(?:那|这|一)[一-龥]?(?:{_KIND}|的)*)"
    rf"|(?P<last>(?:后(?:面|头|边)?|最后|末|最?尾)(?:那|这|一)(?:{_KIND}|的)*)"
    rf"|(?P<middle>中间)(?:那|这)(?:{_KIND}|的)*|(?P<former>前者)|(?P<latter>后者)|(?P<nth>第[一二三四]{_KIND})"
    rf"|(?P<dear>最?贵(?:一?点|些)?的(?:那|这)?{_KIND}?)|(?P<cheap>最?便宜(?:一?点|些)?的(?:那|这)?{_KIND}?)"
)
_COUNT: Final = {"一": 1, "两": 2, "二": 2, "三": 3, "四": 4}
_UP: Final = frozenset("上面 上边 上头 这个 这条 上面这个 上面那个 这 以上".split())


def said_in(quote: str | None) -> str:
    """The quoted words without the name in front of them."""
    return re.split(r"[:：]", quote or "", maxsplit=1)[-1]


def quoted_goods(quote: str | None, catalogue: Catalogue) -> tuple[tuple[int, ...], ...]:
    """What a quotation names, in order: the keys each name may mean."""
    if not quote:
        return ()
    said = normalise(said_in(quote), keep_quote=True).text[:MAX_QUOTED_CHARS]
    tokens = tokenize(said.replace(" ", ","), catalogue)  # 28 小瓶16 is no 28 of a small bottle
    found = [token.keys for token in tokens if token.kind == "item" and token.keys and token.value != "number"]
    for token, behind in pairwise(tokens):
        if token.kind in ("text", "quality") and not token.keys and behind.kind in ("price", "qty", "text"):
            keys = _kin(token.word, found, catalogue)
            found += [keys] if keys else []  # 大瓶28 小瓶16
    return tuple(dict.fromkeys(found))


def _kin(word: str, named: Sequence[tuple[int, ...]], catalogue: Catalogue) -> tuple[int, ...]:
    """小瓶 behind 「大瓶辣子28」: the one of the same kind whose name holds the word."""
    heads = {catalogue.by_key[keys[0]].name.split("(")[0] for keys in named if len(keys) == 1}
    kin = [item for item in catalogue.main if item.name.split("(")[0] in heads]
    word = word.rstrip("的")
    fitting = tuple(item.key for item in kin if word and word in item.name)
    return fitting if len(fitting) == 1 and fitting not in named else ()


def point_into(tokens: list[Token], goods: Sequence[tuple[int, ...]], text: str, catalogue: Catalogue) -> None:
    """后面那个 under a quotation of several goods is the last of them, 头两样 the first two; in place."""
    if len(goods) < 2:
        return
    for match in _POINTED.finditer(text):
        inside = [token for token in tokens if match.start() <= token.start and token.end <= match.end()]
        if not inside or inside[0].start != match.start() or inside[-1].end != match.end():
            continue
        meant = _meant(match, goods, catalogue)
        if not meant or len(meant) > match.end() - match.start():
            continue
        ends = [*range(match.start() + 1, match.start() + len(meant)), match.end()]
        starts = [match.start(), *ends[:-1]]
        at = tokens.index(inside[0])
        tokens[at : at + len(inside)] = [
            Token("item", start, end, text[start:end], keys, value="ref")
            for start, end, keys in zip(starts, ends, meant, strict=True)
        ]


def _meant(match: re.Match[str], goods: Sequence[tuple[int, ...]], catalogue: Catalogue) -> Sequence[tuple[int, ...]]:
    """The goods of the quotation that words point at; none where there are not so many."""
    kind = match.lastgroup
    if kind in ("heads", "tails", "nth"):
        count = next(_COUNT[char] for char in match[0] if char in _COUNT)
        if count > len(goods) or (count == len(goods) and kind == "tails"):
            return ()
        return goods[:count] if kind == "heads" else goods[-count:] if kind == "tails" else goods[count - 1 : count]
    if kind in ("dear", "cheap"):
        prices = {catalogue.by_key[keys[0]].price_fen: keys for keys in goods if len(keys) == 1}
        picked = max(prices, default=0) if kind == "dear" else min(prices, default=0)
        return [prices[picked]] if len(prices) == len(goods) else ()
    if kind == "middle":
        return goods[1:2] if len(goods) == 3 else ()
    return goods[:1] if kind in ("first", "former") else goods[-1:]


def is_passed_on(said: str) -> bool:
    """谁要一袋, 匀两盒: a neighbour gives goods away, which is no offer of the leader's."""
    return re.search(r"谁(?:家)?[要有还想]|匀|转让|多出来|白送|送人", said) is not None


def is_of_these(tokens: Sequence[Token]) -> bool:
    """我也是这两样,各一份: the goods of the quotation, in a number of their own for each."""
    each = any(token.kind == "each" for token in tokens)
    return each and any(token.kind == "qty" for token in tokens) and not any(token.kind == "item" for token in tokens)


def points_up(tokens: Sequence[Token]) -> bool:
    """上面这个不要了: what is quoted is spoken of, whatever else is named behind it."""
    first = [token for token in tokens if token.kind not in ("space", "comma", "stop")][:6]
    return any(token.word in _UP for token in first if token.kind in ("this", "filler"))


def only_wants(tokens: Sequence[Token]) -> bool:
    """要, 我也来, 给我留: is that all there is? 我要上班的 asks for nothing."""
    talk = {"past", "done", "ask", "trouble", "pay", "have"} & {token.kind for token in tokens}
    if talk or any(unexplained(token.word) for token in tokens if token.kind == "text"):
        return False
    return all(b.kind != "filler" or len(b.word) < 2 for a, b in pairwise(tokens) if a.kind == "want")
