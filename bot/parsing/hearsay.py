"""What was told of somebody, or to somebody, and is not asked for: 王姐要五袋 那是她的事, 跟闺女说就买一袋."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from bot.parsing.classes import BOOKABLE, BYGONE
from bot.parsing.disclaimers import DISCLAIMERS
from bot.parsing.people import SELVES
from bot.parsing.segments import Segment, keys_of

_PARTIES: Final = frozenset({"person", "name", "room"})
_OF_ORDERS: Final = frozenset({"item", "goods", "qty", "want", "add"})
_TALKING: Final = re.compile(
    r"^(?:我|刚|刚才|先|还|又|就|早上|昨天|昨晚)*[跟和对同与](?!团长|群主|老板|你|您|我(?![妈爸老婆公媳闺儿女姐哥弟妹家朋同邻爷奶外娘]))"
)
_GIVEN: Final = re.compile(
    r"^(?:要|会|还|又|准备|打算|说)*(?:送|寄|分|匀|捎|塞|拎)(?:了|给)?我(?:们|们?家)?[一二两三四五六七八九十几半\d]"
)
_SAYING: Final = re.compile(r"说(?!错|声|一声|好的)|讲(?!错)|商量|交代|念叨|嘀咕|保证|承诺")


def set_hearsay_aside(found: Sequence[Segment]) -> None:
    """Set the verdict of such clauses, in place."""
    for told, segment in pairwise(found):
        disclaims = segment.verdict == "deny" and segment.words & DISCLAIMERS and not segment.kinds & _OF_ORDERS
        if disclaims and told.verdict in ("order", "doubt") and (told.kinds & _PARTIES or told.verdict == "doubt"):
            told.verdict = "deny"
        if segment.verdict == "order" and _GIVEN.match(segment.text) and told.kinds & {"person", "name"}:
            segment.verdict = "past"  # 我二姨说吃不完 要送我三斤
    for index, segment in enumerate(found):
        if segment.verdict == "past" and _sets_record_right(segment, found[:index]):
            segment.verdict = "order"
        if index and found[index - 1].asked and _NOT_SO.match(segment.text):
            found[index - 1].verdict = segment.verdict = "deny"  # 花蛤我要退? 没有啊
        if _SIDING.match(segment.text) and segment.kinds & {"person", "name"} and not segment.has_quantity():
            _side_with({t.word for t in segment.tokens if t.kind in ("person", "name")}, found[:index])
        if (
            segment.verdict in ("order", "doubt", "hold")
            and _is_told_at_home(segment)
            and _is_ordered(found[index + 1 :])
        ):
            segment.verdict = "chat"


def _is_told_at_home(segment: Segment) -> bool:
    """跟闺女说就买一袋: said to somebody who takes no orders."""
    named = segment.kinds & {"person", "name"}
    return bool(named) and _TALKING.match(segment.text) is not None and _SAYING.search(segment.text) is not None


_SIDING: Final = re.compile(
    r"^(?:那|就|还是|算了|我|得|最后|行吧|好吧|\s)*(?:听|依|按|照|随|顺)着?[^,。\s]{1,6}?(?:的|说的|来)(?:吧|了|好了|呗)?\s*$"
)


def _side_with(chosen: set[str], told: Sequence[Segment]) -> None:
    """听婆婆的: of what several people wish for, that of one of them; the number comes behind."""
    wishes = [s for s in told if s.kinds & {"person", "name"} and keys_of(s) and not s.has_quantity()]
    if len(wishes) < 2 or not any(s.words & chosen for s in wishes):
        return
    for wish in wishes:
        wish.verdict = "chat"
        for token in wish.tokens:
            if token.kind == "item" and not wish.words & chosen:
                token.kind, token.keys = "name", ()


def _is_ordered(behind: Sequence[Segment]) -> bool:
    """Do goods with a number follow?"""
    return any(s.verdict == "order" and s.has_quantity() and keys_of(s) for s in behind)


_FEELINGS: Final = frozenset("羡慕 难怪 怪不得 幸亏 幸好 可惜 后悔 听说 听讲 据说".split())


_ORDERED_IS: Final = frozenset("订的是 买的是 下的是 拍的是 点的是 报的是 要的是".split())
_NOT_SO: Final = re.compile(r"^(?:没有|没|哪有|才没有?|不是|瞎说|没这回事|没有的事)(?:的事)?(?:啊|呀|哦|吧|啦|哈)*\s*$")


def _sets_record_right(segment: Segment, told: Sequence[Segment]) -> bool:
    """我订的是鸡翅一袋 behind 「我没订羊肉卷」: what stands, in place of what does not."""
    named = set(keys_of(segment))
    denied = [set(keys_of(other)) for other in told if other.verdict == "deny" and keys_of(other)]
    stands = bool(segment.words & _ORDERED_IS) and segment.has_quantity() and bool(named)
    return stands and bool(denied) and not any(keys & named for keys in denied)


_ONLY: Final = frozenset("就 只 只要 就要 自己 才".split())


def turns_to_oneself(segment: Segment, previous: Segment) -> bool:
    """What one has oneself, after what was felt or told about others: 我可乐一箱 behind 「羡慕有钱人」."""
    words = [token.word for token in segment.tokens if token.kind != "space"]
    if words[0] not in SELVES or not segment.has_quantity():
        return False
    if previous.verdict == "deny" and (previous.words & DISCLAIMERS or words[1] in _ONLY):
        return True  # 那二十盒不是我家的 我家就三盒, 哪有人买20箱的 我就一箱
    return bool(previous.words & _FEELINGS) and not previous.kinds & BOOKABLE and "item" in segment.kinds


def joins_them(segment: Segment, told: Sequence[Segment]) -> bool:
    """俺爸那边也一袋 behind 「大米一袋得了 去年的还没吃完呢」: one more household of what was ordered."""
    first = segment.tokens[0]
    opens = first.kind in ("person", "name") and "也" in segment.text and not segment.kinds & BYGONE
    return opens and any(s.verdict == "order" and s.has_quantity() for s in told[:-1])
