"""A pack size that chooses among items: 10斤的苹果, 5斤装的两箱."""

from __future__ import annotations

from collections.abc import Sequence

from bot.parsing.catalogue import Catalogue
from bot.parsing.names import are_akin
from bot.parsing.pairing import Node
from bot.parsing.quantity import VOLUMES, WEIGHTS, parse_spec, piece_group, to_sale_units
from bot.parsing.tokens import Token


def qualify(nodes: list[Node], catalogue: Catalogue, tokens: Sequence[Token]) -> list[Node]:
    """Let a pack size choose among items: 10斤的苹果, 5斤装的两箱, 大米两袋5斤的一袋10斤的."""
    kept: list[Node] = []
    for index, node in enumerate(nodes):
        following = nodes[index + 1] if index + 1 < len(nodes) else None
        if _is_one_of_weight(node, following):
            continue
        exact = node.kind == "qty" and node.token.unit is not None and not node.token.approx
        if exact and (_narrow(node, index, nodes, catalogue) or _described(node, tokens, nodes, catalogue)):
            _become_item(node, catalogue)
        kept.append(node)
    return _without_broader(kept, catalogue)


def _is_one_of_weight(node: Node, following: Node | None) -> bool:
    """一个 in 「一个两斤的西瓜」: the weight is what is asked for."""
    if node.kind != "qty" or following is None or following.kind != "qty" or following.token.start - node.token.end > 1:
        return False
    if following.token.rough:
        return False  # 一个十斤左右的
    return node.token.milli == 1000 and node.token.unit in ("个", "只", "条", "块") and following.token.unit in WEIGHTS


def _narrow(node: Node, index: int, nodes: list[Node], catalogue: Catalogue) -> bool:
    """Narrow a neighbour of several packs to the one of this size; True when another number says how many."""
    for near in (nodes[i] for i in (index + 1, index - 1) if 0 <= i < len(nodes)):
        if "swap" in (node.crossed if near is not nodes[min(index + 1, len(nodes) - 1)] else near.crossed):
            continue  # 大米换成十斤装的
        if near.kind not in ("item", "mention") or len(near.token.keys) < 2:
            continue
        matching = tuple(key for key in near.token.keys if _is_pack(node.token, key, catalogue))
        if len(matching) == 1:
            near.token.keys = matching
            return any(
                other.kind == "qty" and other is not node and other.token.unit != node.token.unit for other in nodes
            )
    return False


def _described(node: Node, tokens: Sequence[Token], nodes: list[Node], catalogue: Catalogue) -> bool:
    """5斤装, 10斤的: the size of one pack, when another number is the quantity."""
    behind = tokens[node.position + 1] if node.position + 1 < len(tokens) else None
    after = behind.word if behind is not None and behind.start == node.token.end else ""
    if after not in ("的", "装", "装的", "的那个", "那种", "那个", "的那种") and not after.startswith("装"):
        return False
    fitting = [item.key for item in catalogue.items if _is_pack(node.token, item.key, catalogue)]
    named = {key for other in nodes if other.kind == "item" for key in other.token.keys}
    fitting = [key for key in fitting if key in named] or fitting
    others = any(other.kind == "qty" and other is not node and other.token.unit not in WEIGHTS for other in nodes)
    index = nodes.index(node)
    beside = nodes[index + 1] if index + 1 < len(nodes) and nodes[index + 1].kind == "item" else None
    touching = beside is not None and beside.position <= node.position + 2
    if touching and beside is not None and len(beside.token.keys) == 1 and beside.token.keys[0] not in fitting:
        return False
    return len(fitting) == 1 and others and not _is_counted_by(node, nodes[index - 1] if index else None, catalogue)


def _is_counted_by(node: Node, before: Node | None, catalogue: Catalogue) -> bool:
    """牛腩一斤 in 「牛腩一斤那个羊肉卷…」: a number in the unit of the goods right before it counts them."""
    if before is None or before.kind != "item" or len(before.token.keys) != 1 or node.position > before.position + 1:
        return False
    return catalogue.by_key[before.token.keys[0]].unit == node.token.unit


def _become_item(node: Node, catalogue: Catalogue) -> None:
    fitting = tuple(item.key for item in catalogue.items if _is_pack(node.token, item.key, catalogue))
    node.kind = node.token.kind = "item"
    node.token.keys = fitting


def _without_broader(nodes: list[Node], catalogue: Catalogue) -> list[Node]:
    """大米 next to 5斤的 says nothing more: only the narrower name is kept; a name next to itself counts once."""
    kept = [node for index, node in enumerate(nodes) if not (node.kind == "item" and _says_nothing(index, nodes))]
    weak = [node for node in kept if node.token.weak]
    if not weak:
        return kept
    heads = [set(node.token.keys) for node in nodes if node.kind == "item" and not any(node is one for one in kept)]
    for node in weak:
        if any(set(node.token.keys) < head for head in heads):
            node.token.weak = False  # 蓝莓 beside 贝果 is the bagel, not the berry
        node.token.weak = node.token.weak and not _is_contrasted(node, kept, catalogue)
    return kept


def _is_contrasted(node: Node, nodes: list[Node], catalogue: Catalogue) -> bool:
    """两袋三鲜 两袋酸菜 of two kinds of dumplings: the kind of one that is named beside the kind of the other."""
    named = {key for other in nodes if other.kind == "item" and not other.token.weak for key in other.token.keys[:1]}
    item = catalogue.by_key[node.token.keys[0]] if len(node.token.keys) == 1 else None
    return item is not None and any(are_akin(item, catalogue.by_key[key]) for key in named - {item.key})


def _says_nothing(index: int, nodes: list[Node]) -> bool:
    node = nodes[index]
    keys = set(node.token.keys)
    beside = nodes[index + 1] if index + 1 < len(nodes) else None
    touches = beside is not None and beside.kind == "item" and beside.token.start == node.token.end
    if beside is not None and touches and keys and keys == set(beside.token.keys) and beside.segment == node.segment:
        return True
    if len(keys) < 2:
        return False
    counted = beside is not None and beside.kind == "qty"
    if counted and _outnumbered(keys, nodes):
        return False  # 小龙虾三盒 两盒麻辣一盒蒜蓉
    return any(
        other.kind == "item"
        and other.segment == node.segment
        and other.token.keys
        and set(other.token.keys) < keys
        and not ({"swap", "set"} & set(other.crossed) and {"each", "all"} & set(other.crossed))  # 贝果都换成原味
        for other in nodes
    )


def _outnumbered(keys: set[int], nodes: list[Node]) -> bool:
    """Are there more numbers than kinds up to the last kind, so that one of them is the sum?"""
    kinds = [at for at, node in enumerate(nodes) if node.kind == "item" and set(node.token.keys) < keys]
    counted = sum(node.kind == "qty" for node in nodes[: kinds[-1] + 2]) if kinds else 0
    return 1 < len(kinds) < counted


def _is_pack(quantity: Token, key: int, catalogue: Catalogue) -> bool:
    item = catalogue.by_key[key]
    if quantity.unit == item.unit:
        return False
    spec = parse_spec(item.spec, item.unit)
    described = quantity.unit in WEIGHTS or quantity.unit in VOLUMES or piece_group(quantity.unit or "") in spec.counts
    return described and to_sale_units(quantity.milli, quantity.unit, item).milli == 1000
