"""Which words of a message are items and numbers, and which of them belong together."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from bot.parsing.catalogue import Catalogue
from bot.parsing.clauses import clause_of
from bot.parsing.foods import GOODS
from bot.parsing.packs import qualify
from bot.parsing.pairing import Claim, Node, group, pair
from bot.parsing.quantity import WEIGHTS, parse_spec, piece_group, to_sale_units
from bot.parsing.regrets import is_enough, is_kept, is_refused, is_scanty
from bot.parsing.segments import Segment
from bot.parsing.shares import is_ones_own, is_shared, share_evenly, share_rest
from bot.parsing.smalltalk import unexplained
from bot.parsing.tokens import Token
from bot.parsing.values import Item

_NODE_KINDS: Final = frozenset({"item", "goods", "qty", "text"})
_MAY_BE_NODES: Final = _NODE_KINDS | {"price"}
_GRAMMAR: Final = frozenset(
    "的了吗呢吧啊呀哦嘛我你他她它们这那哪谁么怎有没不是在到去会能想说看知给让叫就都也还又再才很最更因为所以但如从向对时候起差够完着得合信回送退换改弄搞做发讲听问找等跟陪带走出进过用写点收付转放住姓家里外试算行只个位号真挺蛮比像同共又跑睡吃喝"
)


def find_claims(segments: Sequence[Segment], tokens: Sequence[Token], catalogue: Catalogue) -> list[Claim]:
    """Pair items and quantities over all segments; items of segments that order nothing are only mentions."""
    nodes: list[Node] = []
    lead, crossed = "start", []
    at = -1
    rank = ("start", "none", "space", "comma", "stop")
    kinds = [token.kind for token in tokens]
    refusing, keeping, several = "cancel" in kinds or "unwant" in kinds, "keep" in kinds, kinds.count("qty") > 1
    for index, segment in enumerate(segments):
        if nodes and rank.index(segment.lead) > rank.index(lead):
            lead = segment.lead
        for token in segment.tokens:
            at += 1
            before = tokens[max(at - 1, 0)]
            kind = _node_kind(token, segment, before, catalogue) if token.kind in _MAY_BE_NODES else ""
            if kind == "qty" and (
                (before.word.endswith("不是") and _is_mistaken(tokens, at, segments, index))
                or (several and _is_told_of(tokens, at, nodes))
            ):
                kind = ""
            if not kind:
                crossed.append(token.kind)
                continue
            node = Node(token, at, index, lead, tuple(crossed), kind)
            node.refused = refusing and is_refused(tokens[at + 1 : at + 4])
            node.kept = keeping and is_kept(tokens[at + 1 : at + 5]) and tokens[at - 2].word not in ("那", "这")
            nodes.append(node)
            lead, crossed = "start", []
    nodes = _without_specs(nodes, catalogue)
    zipped = _zip_lists(nodes)
    if zipped:
        return zipped
    nodes = qualify(nodes, catalogue, tokens)
    if "each" in kinds:
        nodes = group(nodes, kinds)
    if is_shared(kinds):
        nodes = share_evenly(nodes)
    claims = _without_totals(_without_parts(pair(nodes, catalogue), kinds, tokens, catalogue))
    return share_rest(claims, kinds) if "rest" in kinds else claims


def _is_mistaken(tokens: Sequence[Token], at: int, segments: Sequence[Segment], index: int) -> bool:
    """不是三盒 是一盒; 改五斤,不是三斤: is a number behind 不是 only the one that was not meant?"""
    return _is_set_right(tokens[at + 1 : at + 5]) or _is_ruled_out(tokens[at], tokens[max(at - 1, 0)], segments, index)


def _is_told_of(tokens: Sequence[Token], at: int, nodes: Sequence[Node]) -> bool:
    """草莓退一盒 一盒够吃; 一袋肉包不够塞牙缝 来三袋: is this one only said to be enough, or too small?"""
    enough = is_enough(tokens[at + 1 : at + 2]) and any(node.kind == "qty" for node in nodes)
    return enough or is_scanty(tokens[at + 1 : at + 4])


def _is_set_right(following: Sequence[Token]) -> bool:
    """Does 是一盒 follow?"""
    solid = [token for token in following if token.kind not in ("space", "comma")]
    words = "".join(token.word for token in solid[:-1] if token.kind in ("filler", "want", "only"))
    quantity = next((index for index, token in enumerate(solid) if token.kind == "qty"), 0)
    return quantity > 0 and words.endswith(("是", "要", "只要")) and all(t.kind != "item" for t in solid[:quantity])


def _is_ruled_out(token: Token, before: Token, segments: Sequence[Segment], index: int) -> bool:
    """Does a clause at the end say of a number only that it is not the one that was meant?"""
    if not index or not before.word.endswith("不是") or before.end != token.start:
        return False
    segment, told = segments[index], segments[index - 1]
    opens = all(t.kind in ("filler", "space", "fix") for t in segment.tokens if t.start < token.start)
    counts = [t for each in segments[index:] for t in each.tokens if t.kind == "qty"]
    alone = len(counts) == 1 and not segment.kinds & {"item", "goods"}
    return opens and alone and told.verdict == "order" and any(t.kind == "qty" for t in told.tokens)


def _node_kind(token: Token, segment: Segment, before: Token, catalogue: Catalogue) -> str:
    if token.kind == "qty" and _is_denied(token, segment, before):
        return ""
    if token.kind == "goods" and before.word == "不是":
        return ""  # 要的是抽纸不是湿巾
    if token.kind == "goods" and before.end == token.start and before.kind != "qty" and before.word.endswith(_COOKING):
        return ""  # 鱼丸煮火锅
    if token.approx and token.sign == "w" and _is_counted_later(token, segment):
        return ""  # 整点葡萄 两筐
    if segment.verdict != "order":
        return "mention" if token.kind == "item" and token.keys and segment.verdict != "note" else ""
    if token.kind == "price" and token.keys and not segment.kinds & {"item", "goods"}:
        return "item"
    if token.kind == "text" and not token.keys and _is_harmless(token, segment, catalogue):
        return ""
    if token.kind == "text" and not token.keys and not (_may_be_goods(token, catalogue) and _is_beside(token, segment)):
        return ""
    return token.kind if token.kind in _NODE_KINDS else ""


def _is_harmless(token: Token, segment: Segment, catalogue: Catalogue) -> bool:
    """宿舍, but not 洗碗 in 「那个洗碗的」, which describes goods."""
    after = next((other.word for other in segment.tokens if other.start == token.end), "")
    return after != "的" and not unexplained(trimmed(token.word)) and catalogue.resolve(trimmed(token.word)) is None


def _affirmed_before(token: Token, segment: Segment) -> bool:
    """The second number of 是两袋不是三袋."""
    before = [other for other in segment.tokens if other.start < token.start]
    return any(a.word.endswith("是") and a.word != "不是" and b.kind == "qty" for a, b in pairwise(before))


_COOKING: Final = tuple("煮涮做炖烧炒包蒸煲打泡下吃配蘸当过榨卷拌夹腌饮食喝焖焗煎炸熬卤酿")


def _is_beside(token: Token, segment: Segment) -> bool:
    """Is an unknown noun in one clause with a number, or alone in its clause? A longer clause is talk."""
    clause = clause_of(segment.tokens, token)
    return len(clause) == 1 or any(other.kind in ("qty", "each") for other in clause)


def _is_counted_later(token: Token, segment: Segment) -> bool:
    """Is the next number behind 整点 that of the goods named right behind it (整点葡萄 两筐)?"""
    named = 0
    for other in segment.tokens:
        if other.start <= token.start:
            continue
        if other.kind == "qty":
            return not other.approx and named < 2
        named += other.kind in ("item", "goods")
    return False


def _is_denied(token: Token, segment: Segment, before: Token) -> bool:
    """The first number of 不是两盒是三盒."""
    negated = before.word.endswith("不是")
    if negated and _affirmed_before(token, segment):
        return True
    if not negated and not (
        before.kind in ("text", "filler")
        and before.word.endswith(("从", "由"))
        and segment.kinds & {"set", "sub", "add"}
    ):
        return False
    return any(other.kind == "qty" and other.start > token.start for other in segment.tokens)


def _may_be_goods(token: Token, catalogue: Catalogue) -> bool:
    """An unknown noun (泡芙卷) may be something that is not sold; a scrap of grammar (到, 信你一回) is not."""
    word = trimmed(token.word)
    if len(word) == 1:
        return word in GOODS or catalogue.resolve(word) is not None
    return not set(word) & _GRAMMAR and re.search(r"[\u3400-\u9fffa-z]", word) is not None


_VERBS: Final = frozenset({"set", "add", "sub", "swap", "want", "cancel", "fix", "unwant"})


def _without_specs(nodes: list[Node], catalogue: Catalogue) -> list[Node]:
    """南瓜一袋三个我要六个: one unit of sale and what is in it describe the pack; a later number is the order."""
    if sum(node.kind == "qty" for node in nodes) < 2:
        return nodes
    for index, node in enumerate(nodes[:-1]):
        following = nodes[index + 1]
        near = nodes[max(index - 1, 0) : index + 3]
        named = [other for other in near if other.kind == "item"] or [other for other in nodes if other.kind == "item"]
        keys = {key for other in named for key in other.token.keys}
        if node.kind != "qty" or len(keys) != 1 or following.kind not in ("qty", "item"):
            continue
        inner = following if following.kind == "qty" else nodes[index + 2] if index + 2 < len(nodes) else None
        if inner is None or inner.kind != "qty" or _VERBS & {*following.crossed, *inner.crossed}:
            continue
        if inner.segment != node.segment and _names_its_goods(inner, nodes):
            continue
        item = catalogue.by_key[keys.pop()]
        outer, inside = (node, inner) if node.token.unit == item.unit else (inner, node)
        if not _is_spec(outer.token, inside.token, item):
            continue
        later = any(other.kind == "qty" for other in nodes[nodes.index(inner) + 1 :])
        later = later or any(other.kind == "qty" and other.segment < node.segment for other in nodes)
        redundant = (outer, inside) if later and outer.token.milli == 1000 else (inside,)
        return _without_specs([other for other in nodes if not any(other is each for each in redundant)], catalogue)
    return nodes


def _names_its_goods(number: Node, nodes: list[Node]) -> bool:
    """5斤 in 「1箱荔枝,5斤本地黄瓜」: other goods stand behind it in its clause."""
    at = nodes.index(number) + 1
    return at < len(nodes) and nodes[at].kind == "item" and nodes[at].segment == number.segment


def _is_spec(outer: Token, inside: Token, item: Item) -> bool:
    """Do 一袋 and 三个, 四两 and 一只, 三份 and 三十只 say the same of an item?"""
    if outer.unit != item.unit or inside.unit in (None, item.unit) or outer.approx or inside.approx:
        return False
    counted = inside.unit in WEIGHTS or piece_group(inside.unit or "") in parse_spec(item.spec, item.unit).counts
    if not counted or (inside.milli <= 1000 and inside.unit not in WEIGHTS):
        return False
    return to_sale_units(inside.milli, inside.unit, item).milli == outer.milli


def _zip_lists(nodes: list[Node]) -> list[Claim]:
    """垃圾袋/保鲜膜/厨房纸 2/1/1: as many bare numbers behind as there are names before."""
    half, odd = divmod(len(nodes), 2)
    names, numbers = nodes[:half], nodes[half:]
    listed = half > 1 and not odd and all(n.kind == "item" and len(n.token.keys) == 1 for n in names)
    if not listed or not all(n.kind == "qty" and n.token.value == "bare" for n in numbers):
        return []
    if any("comma" not in (n.lead, *n.crossed) and "and" not in n.crossed for n in (*names[1:], *numbers[1:])):
        return []
    return [
        Claim(name.position, name.position, name.segment, (name.token,), number.token)
        for name, number in zip(names, numbers, strict=True)
    ]


_PARTIES: Final = frozenset({"person", "name", "room"})


def _without_parts(claims: list[Claim], kinds: list[str], tokens: Sequence[Token], catalogue: Catalogue) -> list[Claim]:
    """火龙果10个,5个给302,5个给我: lone numbers that add up to the one before them say who gets what."""
    for index, claim in enumerate(claims):
        if not claim.items or claim.quantity is None or _PARTIES & set(kinds[claim.start : claim.end]):
            continue
        if is_ones_own(tokens[claim.start], tokens):
            continue
        parts = []
        for part in claims[index + 1 :]:
            named = any(item.keys for item in part.items)
            if named or part.quantity is None or (part.quantity.unit != claim.quantity.unit and len(claim.items) > 1):
                break
            between = set(kinds[claim.end : part.start])
            if {"set", "fix", "add"} & between or ("want" in between and part.quantity.unit != claim.quantity.unit):
                break  # 三扎太多 一扎太少 两扎
            parts.append(part)
        if len(parts) > 1 and _adds_up(claim, parts, catalogue):
            return claims[: index + 1] + claims[index + 1 + len(parts) :]
    return claims


def _adds_up(claim: Claim, parts: list[Claim], catalogue: Catalogue) -> bool:
    """Do the parts make the whole, as they were said or (90个, 两板 and 一板) in units of sale?"""
    counts = [number for number in (claim.quantity, *(part.quantity for part in parts)) if number is not None]
    if len({count.unit for count in counts}) == 1:
        return sum(count.milli for count in counts[1:]) == counts[0].milli
    keys = {key for item in claim.items for key in item.keys}
    if len(keys) != 1 or len({count.unit for count in counts[1:]}) > 1:
        return False
    whole, *told = (to_sale_units(count.milli, count.unit, catalogue.by_key[min(keys)]).milli for count in counts)
    return whole is not None and None not in told and sum(part or 0 for part in told) == whole


def _without_totals(claims: list[Claim]) -> list[Claim]:
    """小龙虾三盒 两盒麻辣一盒蒜蓉: what a name of several goods asks for is told kind by kind behind it."""
    for index, claim in enumerate(claims):
        family = {key for item in claim.items for key in item.keys}
        if claim.quantity is None or len(claim.items) != 1 or len(family) < 2 or claim.mention:
            continue
        parts = claims[index + 1 :]
        told = [
            part for part in parts if part.quantity is not None and part.quantity.unit in (claim.quantity.unit, None)
        ]
        within = all({key for item in part.items for key in item.keys} < family and part.items for part in told)
        summed = sum(part.quantity.milli for part in told if part.quantity) == claim.quantity.milli
        if len(told) > 1 and len(told) == len(parts) and within and summed:
            return [*claims[:index], *parts]
    return claims


def trimmed(word: str) -> str:
    """A word without the particles around it."""
    return word.strip(" 的了吧呢啊")
