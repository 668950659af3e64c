"""Prices that a post takes back: 沃柑不是25是32一箱; 35一盒,打错了,32; 价格打错了,鲜肉是3块."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.parsing.goods_words import mentions_goods
from bot.parsing.post_draft import Draft
from bot.parsing.post_shares import called
from bot.parsing.post_specs import FIGURE, UNIT

_NOT_BUT = re.compile(
    rf"(?:价格?|卖)?不是\s?¥?\s?{FIGURE}\s?(?:元|块钱?)?(?:\s?[一1/每]\s?{UNIT})?(?:了|哦|哈|啊)?[\s,，]{{0,2}}(?:而|应该|应当?)?是"
    rf"(?=\s?¥?\s?{FIGURE})"
    rf"|(?<=[\d元块斤份盒箱个])[\s,，(（]{{0,2}}(?:而|已经)?不是\s?¥?\s?{FIGURE}\s?(?:元|块钱?)?(?:\s?[一1/每]\s?{UNIT})?(?=\s*(?:[\n,，。!！;)]|了|哦|哈|啊|$))"
)
_DOWN_TO = re.compile(  # 价格从35降到32一盒
    rf"(?:价格?)?(?:从|由|原来的?)?\s?¥?\s?{FIGURE}\s?(?:元|块钱?)?(?:\s?[一1/每]\s?{UNIT})?\s?(?:降|调|改|涨)(?:价|整)?[到至成为]"
    rf"(?=\s?¥?\s?{FIGURE})"
)
_WRONG = re.compile(
    r"不对|串行|看[串岔花]了?|眼花|记[岔混]|[搞弄]混|[写标贴]反|[打写说看发搞弄记填标报输]错|口误|手滑|手抖|更正|纠正|错了|应该是|应为"
)


def without_denied(text: str) -> str:
    """`text` of the same length with 不是25是 blanked by NUL: only the second figure is a price."""
    for pattern, sign in ((_NOT_BUT, "不是"), (_DOWN_TO, "降"), (_DOWN_TO, "调"), (_DOWN_TO, "改"), (_DOWN_TO, "涨")):
        if sign in text:
            text = pattern.sub(lambda match: "\x00" * len(match[0]), text)
    return text


def says_wrong(region: str) -> bool:
    """Is what was written before called a slip?"""
    return _WRONG.search(region) is not None


def corrected_draft(drafts: Sequence[Draft], region: str) -> Draft | None:
    """The item whose price is set right by the figure behind `region`; None when it is not clear which."""
    if not drafts or not says_wrong(region):
        return None
    named = [(len(word), draft) for draft in drafts if (word := called(draft.name, region))]
    longest = max((size for size, _ in named), default=0)
    best = [draft for size, draft in named if size == longest]
    if named:
        return best[0] if len(best) == 1 else None
    rest = _WRONG.sub("", region)
    return None if mentions_goods(rest) else drafts[-1]
