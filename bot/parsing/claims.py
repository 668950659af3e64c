"""Which words of a message are items and numbers, and which of them belong together."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from bot.parsing.catalogue import Catalogue
from bot.parsing.foods import GOODS
from bot.parsing.pairing import Claim, Node, group, pair, qualify
from bot.parsing.segments import Segment
from bot.parsing.tokens import Token

_NODE_KINDS: Final = frozenset({"item", "goods", "qty", "text"})
_GRAMMAR: Final = frozenset(
    "的了吗呢吧啊呀哦嘛我你他她它们这那哪谁么怎有没不是在到去会能想说看知给让叫就都也还又再才很最更因为所以但如从向对时候起差够完着得合信回送退换改弄搞做发讲听问找等跟陪带走出进过用写点收付转放住姓家里外试算行只个位号真挺蛮比像同共又跑睡吃喝"
)


def find_claims(segments: Sequence[Segment], tokens: Sequence[Token], catalogue: Catalogue) -> list[Claim]:
    """Pair items and quantities over all segments; items of segments that order nothing are only mentions."""
    nodes: list[Node] = []
    lead, crossed = "start", []
    rank = ("start", "none", "space", "comma", "stop")
    position = {id(token): index for index, token in enumerate(tokens)}
    for index, segment in enumerate(segments):
        if nodes and rank.index(segment.lead) > rank.index(lead):
            lead = segment.lead
        for token in segment.tokens:
            kind = _node_kind(token, segment, tokens[max(position[id(token)] - 1, 0)], catalogue)
            if not kind:
                crossed.append(token.kind)
                continue
            node = Node(token, position[id(token)], index, lead, tuple(crossed), kind)
            nodes.append(node)
            lead, crossed = "start", []
    nodes = qualify(nodes, catalogue, [token.word for token in tokens])
    nodes = group(nodes, [token.kind for token in tokens])
    if any(token.kind == "evenly" for token in tokens):
        nodes = _share_evenly(nodes)
    return _without_parts(pair(nodes, catalogue), [token.kind for token in tokens])


def _node_kind(token: Token, segment: Segment, before: Token, catalogue: Catalogue) -> str:
    if token.kind == "qty" and _is_denied(token, segment, before):
        return ""
    if segment.verdict != "order":
        return "mention" if token.kind == "item" and token.keys and segment.verdict != "note" else ""
    if token.kind == "price" and token.keys and not segment.kinds & {"item", "goods"}:
        return "item"
    if token.kind == "text" and not token.keys and not _may_be_goods(token, catalogue):
        return ""
    return token.kind if token.kind in _NODE_KINDS else ""


def _is_denied(token: Token, segment: Segment, before: Token) -> bool:
    """The first number of 不是两盒是三盒."""
    if before.word not in ("不是", "唔系", "不是不是"):
        return False
    return any(other.kind == "qty" and other.start > token.start for other in segment.tokens)


def _may_be_goods(token: Token, catalogue: Catalogue) -> bool:
    """An unknown noun (泡芙卷) may be something that is not sold; a scrap of grammar (到, 信你一回) is not."""
    word = trimmed(token.word)
    if len(word) == 1:
        return word in GOODS or catalogue.resolve(word) is not None
    return not set(word) & _GRAMMAR and re.search(r"[\u3400-\u9fffa-z]", word) is not None


def _share_evenly(nodes: list[Node]) -> list[Node]:
    """鸡蛋和馒头一共4份一半一半: one quantity shared by the items before it."""
    items = [node for node in nodes if node.kind in ("item", "mention")]
    quantities = [node for node in nodes if node.kind == "qty"]
    if len(items) < 2 or len(quantities) != 1 or quantities[0].token.milli % len(items):
        return nodes
    total = quantities[0].token
    total.milli //= len(items)
    members = tuple(node.token for node in items)
    return [Node(items[0].token, items[0].position, quantities[0].segment, "start", (), "group", members, total)]


def _without_parts(claims: list[Claim], kinds: list[str]) -> list[Claim]:
    """火龙果10个,5个给302,5个给我: lone numbers that add up to the one before them say who gets what."""
    for index, claim in enumerate(claims):
        if not claim.items or claim.quantity is None:
            continue
        parts = []
        for part in claims[index + 1 :]:
            named = any(item.keys or item.kind != "text" for item in part.items)
            if named or part.quantity is None or part.quantity.unit != claim.quantity.unit:
                break
            if {"set", "fix", "add"} & set(kinds[claim.end : part.start]):
                break  # 三扎太多 一扎太少 两扎
            parts.append(part)
        if len(parts) > 1 and sum(part.quantity.milli for part in parts if part.quantity) == claim.quantity.milli:
            return claims[: index + 1] + claims[index + 1 + len(parts) :]
    return claims


def trimmed(word: str) -> str:
    """A word without the particles around it."""
    return word.strip(" 的了吧呢啊")
