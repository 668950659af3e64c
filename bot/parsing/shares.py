"""One number shared out over several goods: 一半一半, 公母各半, 30支里10支红的 剩下都要白的."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from bot.parsing.clauses import clause_of
from bot.parsing.pairing import Claim, Node
from bot.parsing.people import SELVES
from bot.parsing.tokens import Token

EVEN: Final = "even"
"""Value of a number that is meant for every kind of the goods it belongs to."""
_KINDS: Final = frozenset({"个", "款", "种", "样"})


def is_shared(kinds: Sequence[str]) -> bool:
    """一半一半, or one half of each of two: 一半红的一半白的."""
    return "evenly" in kinds or kinds.count("portion") == 2 or {"both", "portion"} <= set(kinds)


def share_evenly(nodes: list[Node]) -> list[Node]:
    """鸡蛋和馒头一共4份一半一半: one quantity shared by the items before it, or by the kinds of the one item."""
    items = _shared_goods([node for node in nodes if node.kind in ("item", "mention")])
    shares = len(items) if len(items) > 1 else len(items[0].token.keys) if items else 0
    quantities = [node for node in nodes if node.kind == "qty"]
    if len(quantities) == 2:
        quantities = [node for node in quantities if not _counts_kinds(node.token, shares)]
    if shares < 2 or len(quantities) != 1 or quantities[0].token.milli % shares:
        return nodes
    total = quantities[0].token
    total.milli, total.value = total.milli // shares, EVEN
    members = tuple(node.token for node in items)
    segment = max(quantities[0].segment, items[0].segment)
    return [Node(items[0].token, items[0].position, segment, "start", (), "group", members, total)]


def _counts_kinds(quantity: Token, kinds: int) -> bool:
    """两个 in 「两个味道」."""
    return quantity.unit in _KINDS and quantity.milli == 1000 * kinds


def _shared_goods(items: list[Node]) -> list[Node]:
    """The goods that are named one by one, or else the one name that means several."""
    single = [node for node in items if len(node.token.keys) == 1]
    if len(single) > 1:
        return single
    heads = [node for node in items if all(set(other.token.keys) <= set(node.token.keys) for other in items)]
    return heads[:1] or items


def _with_the_whole_first(claims: list[Claim], kinds: Sequence[str]) -> list[Claim]:
    """肉包菜包加起来5袋 肉包3袋 剩下菜包: the goods named one by one in front of their sum are its family."""
    lead = next((at for at, claim in enumerate(claims) if claim.quantity is not None), 0)
    if not lead or "total" not in kinds[claims[lead - 1].end : claims[lead].end + 1]:
        return claims
    whole = claims[lead]
    whole.items = tuple(item for claim in claims[: lead + 1] for item in claim.items)
    return claims[lead:]


def share_rest(claims: list[Claim], kinds: Sequence[str]) -> list[Claim]:
    """郁金香一共30支 红的10支 剩下都要白的: the last of a family gets what the others leave of the whole."""
    last = claims[-1] if claims else None
    if len(claims) < 3 or last is None or last.quantity is not None or last.mention:
        return claims
    if "rest" not in kinds[claims[-2].end : last.start]:
        return claims
    claims = _with_the_whole_first(claims, kinds)
    whole, *parts = claims[:-1]
    if whole.quantity is None or any(part.quantity is None or len(part.items) != 1 for part in parts):
        return claims
    family = {key for item in whole.items for key in item.keys}
    named = [set(claim.items[0].keys) for claim in (*parts, last) if claim.items]
    if len(family) == 1 or any(len(keys) != 1 or (family and not keys <= family) for keys in named):
        return claims
    counts = [part.quantity for part in parts if part.quantity is not None]
    left = whole.quantity.milli - sum(count.milli for count in counts)
    if left <= 0 or any(count.unit not in (whole.quantity.unit, None) for count in counts):
        return claims
    last.quantity, whole.quantity.milli = whole.quantity, left
    return [*parts, last]


_PARTIES: Final = frozenset({"person", "name", "room"})
_HOMES: Final = SELVES | frozenset("阿拉屋里 阿拉屋里厢 阿拉屋里向 我屋里 自家".split())


def is_ones_own(goods: Token, tokens: Sequence[Token]) -> bool:
    """阿拉屋里小馄饨两盒: does somebody stand in front of the goods, so that the number is his?"""
    clause = clause_of(list(tokens), goods)
    before = clause[: next((at for at, token in enumerate(clause) if token is goods), 0)]
    return len(before) == 1 and (before[0].kind in _PARTIES or before[0].word in _HOMES)
