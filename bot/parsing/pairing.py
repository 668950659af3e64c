"""Which quantity belongs to which item: the cheapest way to pair neighbours, left to right."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from bot.parsing.catalogue import Catalogue
from bot.parsing.quantity import to_sale_units
from bot.parsing.tokens import Token

_LONE: Final = {"item": 3.0, "goods": 0.9, "qty": 4.0, "text": 0.3, "mention": 0.1}
_LEADS: Final = {"comma": 1.5, "stop": 1.8, "space": 0.4, "none": 0.5, "start": 0.0}
_CROSSING: Final = {
    "fix": 2.5,
    "cancel": 2.2,
    "unwant": 2.2,
    "swap": 3.0,
    "and": 1.6,
    "space": 0.2,
    "only": 0.6,
    "room": 0.6,
    "total": 2.6,
    "people": 0.1,
    "keep": 3.0,
    "except": 9.0,
    "rest": 1.0,
}


_REFUSING: Final = frozenset({"cancel", "unwant"})
_SET_APART: Final = frozenset({"rest", "cancel", "unwant"})


@dataclass(slots=True)
class Node:
    """A token that may be paired. `position` counts all tokens of the message; `lead` is the dearest cut since the
    node before; `crossed` are the kinds of the tokens in between."""

    token: Token
    position: int
    segment: int
    lead: str = "start"
    crossed: tuple[str, ...] = ()
    kind: str = ""
    members: tuple[Token, ...] = ()
    each: Token | None = None
    end: int = -1  # position of the last token of a group
    refused: bool = False  # goods right in front of a refusal
    kept: bool = False  # goods right in front of 照旧 or 不动


@dataclass(slots=True)
class Claim:
    """One item (or several under one 各) with its quantity; either may be missing."""

    start: int
    end: int
    segment: int
    items: tuple[Token, ...] = ()
    quantity: Token | None = None
    spread: bool = False  # the quantity is meant for each of `items`
    mention: bool = False
    keys: list[int] = field(default_factory=list)  # what it was booked as


def pair(nodes: list[Node], catalogue: Catalogue) -> list[Claim]:
    """The cheapest reading of `nodes` as claims in reading order."""
    count = len(nodes)
    best: list[tuple[float, int]] = [(0.0, 0)] * (count + 1)  # cost from index on, end index of the claim taken
    for index in range(count - 1, -1, -1):
        alone = "item" if nodes[index].kind == "text" and nodes[index].token.keys else nodes[index].kind
        least, taken = _LONE.get(alone, 0.0) + best[index + 1][0], index + 1
        for end in range(index + 1, min(index + 4, count)):
            cost = _pair_cost(nodes, index, end, catalogue)
            if cost is not None and cost + best[end + 1][0] < least:
                least, taken = cost + best[end + 1][0], end + 1
            if nodes[end].kind not in ("text", "mention"):
                break
        best[index] = least, taken
    claims: list[Claim] = []
    index = 0
    while index < count:
        end = best[index][1]
        claims.append(_claim(nodes[index:end]))
        index = end
    return claims


def _claim(nodes: list[Node]) -> Claim:
    first, last = nodes[0], nodes[-1]
    claim = Claim(first.position, max(last.position, last.end), last.segment)
    for node in (first, last) if len(nodes) > 1 else (first,):
        if node.kind == "qty":
            claim.quantity = node.token
        elif node.members:
            claim.items, claim.quantity, claim.spread = node.members, node.each, True
        else:
            claim.items = (node.token,)
            claim.mention = node.kind == "mention"
    return claim


def _pair_cost(nodes: list[Node], start: int, end: int, catalogue: Catalogue) -> float | None:
    left, right = nodes[start], nodes[end]
    if (left.kind == "qty") == (right.kind == "qty") or left.members or right.members:
        return None
    if left.kind == "qty" and right.kept:
        return None  # 改五斤吧豆腐不动
    if left.segment != right.segment and any(
        not _REFUSING.isdisjoint(node.crossed) for node in nodes[start + 1 : end + 1]
    ):
        return None  # 鸡不要了 我妈杀了一只
    if left.kind == "qty" and "total" in left.crossed and (right.kind == "text" or right.lead in ("comma", "stop")):
        return None  # 加起来四盒下午茶, 加起来5袋,肉包3袋
    item, quantity = (right, left) if left.kind == "qty" else (left, right)
    cost = 0.3 * (end - start - 1) * 2
    if left.kind == "qty" and right.refused and ("space" in right.crossed or right.lead in ("comma", "stop")):
        cost += (
            9.0 if "each" in left.crossed or right.lead in ("comma", "stop") else 3.0
        )  # 阿拉要两斤 橙子就勿要了, 每样来一份 蛋挞不要
    if left.kind == "qty" and right.refused and "space" in right.crossed:
        cost += 3.0  # 阿拉要两斤 橙子就勿要了
    if (
        right.kind == "qty"
        and start
        and nodes[start - 1].kind == "qty"
        and (start == 1 or nodes[start - 2].kind not in ("item", "goods", "group"))
        and not left.crossed
        and left.lead == "start"
    ):
        cost += 0.05  # 两份牛肉一份…: the first number is nearer
    for node in nodes[start + 1 : end + 1]:
        cost += _LEADS[node.lead] + sum(_CROSSING.get(kind, 0.0) for kind in node.crossed)
    if left.kind == "qty":
        cost += 0.3 if quantity.token.unit is None else 0.02
        if "want" in right.crossed or "add" in right.crossed:
            cost += 1.5
    if left.kind == "qty" and "set" in left.crossed and start and nodes[start - 1].kind == "qty":
        cost += 6.0  # 鸡蛋两盒变一盒 草莓…
    talked = item.kind == "text" and {"space", "want"} <= {
        kind for node in nodes[start + 1 : end + 1] for kind in (node.lead, *node.crossed)
    }
    return cost + _misfit(item, quantity.token, catalogue, cost, talked=talked)


def _misfit(item: Node, quantity: Token, catalogue: Catalogue, distance: float, *, talked: bool) -> float:
    if item.kind == "text":
        if item.token.keys:
            return 0.3
        if talked:
            return 9.0
        return 9.0 if distance > 1.2 else 2.0
    if item.kind == "mention":
        return 0.4
    if item.kind == "goods":
        return 0.0 if distance < 1.2 else 2.0
    if quantity.approx or not item.token.keys:
        return 0.0
    fits = any(
        to_sale_units(quantity.milli, quantity.unit, catalogue.by_key[key]).milli is not None for key in item.token.keys
    )
    return 0.0 if fits else 0.8


def group(nodes: list[Node], kinds: list[str]) -> list[Node]:
    """Fold 「苹果和梨各两箱」 and 「各两箱苹果和梨」 into one node; `kinds` are the kinds of all tokens by position."""
    folded: list[Node] = []
    index = 0
    while index < len(nodes):
        node = nodes[index]
        each = _each_before(node, kinds)
        if node.kind == "qty" and each is not None:
            apart = _SET_APART & set(node.crossed)  # 小龙虾不要,其他每样一份
            members = _run_back(folded, each) if not apart else []
            if members:
                del folded[-len(members) :]
                head = members[0]
                tokens = tuple(member.token for member in members)
                folded.append(
                    Node(
                        head.token,
                        head.position,
                        node.segment,
                        head.lead,
                        head.crossed,
                        "group",
                        tokens,
                        node.token,
                        node.position,
                    )
                )
                index += 1
                continue
            if any("except" in before.crossed for before in folded):
                node.crossed += ("except",)
            ahead = _run_ahead(nodes, index)
            if len(ahead) > 1:
                tokens = tuple(member.token for member in ahead)
                folded.append(
                    Node(
                        node.token,
                        node.position,
                        node.segment,
                        node.lead,
                        node.crossed,
                        "group",
                        tokens,
                        node.token,
                        ahead[-1].position,
                    )
                )
                index += 1 + len(ahead)
                continue
        folded.append(node)
        index += 1
    return folded


def _each_before(node: Node, kinds: list[str]) -> int | None:
    """Position of the 各 or 都 that governs a quantity."""
    position = node.position - 1
    while position >= 0 and kinds[position] in (
        "want",
        "add",
        "sub",
        "set",
        "filler",
        "space",
        "each",
        "cancel",
        "all",
        "plus",
    ):
        if kinds[position] == "each":
            return position
        position -= 1
    return None


def _run_back(folded: list[Node], each: int) -> list[Node]:
    run: list[Node] = []
    for node in reversed(folded):
        if node.position > each or (run and run[-1].lead == "stop"):
            continue
        if "except" in node.crossed and node.kind != "qty":
            return []
        if (node.kind == "qty" and node.token.value == "bare" and node.token.sign == "") or node.kind in (
            "item",
            "mention",
            "goods",
            "text",
        ):
            run.append(node)
        else:
            break
        if {"fix", "cancel", "unwant"} & set(node.crossed):
            break
    run.reverse()
    while run and run[0].kind == "text" and not run[0].token.keys:
        run.pop(0)
    return run


def _run_ahead(nodes: list[Node], index: int) -> list[Node]:
    run: list[Node] = []
    for node in nodes[index + 1 :]:
        if node.kind not in ("item", "goods") or node.lead not in ("start", "space", "none"):
            break
        run.append(node)
    following = nodes[index + 1 + len(run)] if index + 1 + len(run) < len(nodes) else None
    if run and "space" in run[0].crossed and following is not None and "each" in following.crossed:
        return []  # 都来一份 带鱼蛏子各两斤
    if len(run) > 1 and "space" in run[-1].crossed and following is not None and following.kind == "qty":
        run.pop()  # 各两盒鸡蛋 馒头一袋
    return run
