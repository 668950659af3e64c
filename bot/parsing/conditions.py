# ruff: noqa: E501 - rows of Chinese words, in which every character counts twice
"""Conditions that nobody marked with 如果: 涨价了就退, 老公回来就要两盒, 等我发工资来十只."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from bot.parsing.questions import PRICE_WORDS
from bot.parsing.segments import Segment

_THEN: Final = re.compile(
    r"(?P<cond>[^,。?\s]{2,20}?)(?:的话)?\s?就(?!行|好|够|可以|是|这|那|成|ok|按|算了|要了)(?:再|也|都|给我|帮我|把[^,。\s]{1,6}?|不|别|给)*(?:要|来|退|订|拿|买|加|留|换|改|取消|少|多|减|整|搞|弄|带|记|报|下单|用|囤|入|接|抢|搬|跟|拼|冲|下|[一两二三四五六七八九十\d])"
)
_SUBJECTS: Final = re.compile(
    r"我的|我们?家?|俺们?|咱们?|那么?|这[次回趟样个些]?|吃|今[天晚早朝次日]|今天?晚上|现在|反正|一共|总共|先|暂时|目前|所以|然后|这边|那边|我这[里边]?|其他[的]?|别的|剩下的?|的|了|吧|啊|呀|哦|嗯|呃|额|好|行|可以|也|还是|干脆|不如|既然|主要|平时|每次|一般|家里|大家|都|每样|各|早|上|明[天早晚]|后天|团长|群主|老板|麻烦|你好|亲(?!戚|家)|\s|[一二两三四五六七八九十半\d]+[^\s]"
)
_ON_GOODS: Final = re.compile(
    r"[有能]|系|木|棉|真|正|咬|嚼|养|鲜|好|活|熟|脆|嫩|辣|酸|甜|可以|方便|够|剩|来得及|现[做摘杀]|是|行|大|小|新|热|冰|送|切|杀|满|到货|没问题|喜欢|爱|爱吃|要|想|对|同意我|吃|喝|用"
)
_OTHERS: Final = re.compile(
    r"老公|老婆|亲戚|客人|来人|[妈爸婆公姐妹哥弟他她]|孩子|儿子|女儿|同[意事]|朋友|下雨|下雪|天气|放假|发工资|发钱|加班|出差|涨|跌|输|赢|考|生日|来客|回来|不忙"
)
_WAIT: Final = re.compile(
    r"等(?!下|等|一|会|于|级|着|我?(?:过来|来[拿取]|下[班来楼]|到家)|你).{0,8}?(?:了|到|完|好|回来|发|有|涨|降|定|开)[^,。]{0,4}?(?:再|就|才|我?来|我?要|我?买|我?订)"
)


def waits(text: str) -> bool:
    """Does an order wait for something: 等我发了工资来十只?"""
    return "等" in text and _WAIT.search(text) is not None


def hangs(segment: Segment) -> str:
    """`query` for a condition on the price, `doubt` on people or weather, empty when nothing is conditional."""
    text = segment.text
    if "就" not in text and "等" not in text:
        return ""
    if waits(text):
        return "hold"
    match = _THEN.search(text)
    if match is None:
        return ""
    named = [
        token.word for token in segment.tokens if token.kind in ("item", "goods", "qty", "room", "name", "time", "note")
    ]
    condition = match["cond"]
    for word in named:
        condition = condition.replace(word, "")
    condition = _SUBJECTS.sub("", condition)
    priced = any(token.kind == "price" and token.start < match.end() + segment.start for token in segment.tokens)
    if not condition and not priced:
        return ""
    if priced or "涨" in match["cond"] or PRICE_WORDS.search(match["cond"]):
        return "doubt" if segment.kinds & {"cancel", "unwant", "sub"} else "query"
    if _OTHERS.search(condition):
        return "doubt"
    return ""


def goes_by_price(segment: Segment, previous: Segment) -> bool:
    """万一涨价了就给我退了: what goes only at another price."""
    glued = segment.lead == "none" and "if" in previous.kinds and previous.verdict == "query"
    return glued and bool(segment.kinds & {"cancel", "unwant", "sub"})


_IF_SO: Final = re.compile(r"\s*(?:那|我)?(?:有|能|行|可以|是|还有|卖)(?:的话)?(?:我|就)+")
_CHEAP: Final = re.compile(
    r"\s*(?:那|要是|如果)?(?:没涨|没贵|不涨|不贵|降了|便宜了|还是那个?价)价?(?:的话)?(?:我|就|再|给我)*[来要拿订买整]"
)
_BARGAIN: Final = re.compile(
    PRICE_WORDS.pattern
    + r"|送[一二两三\d]|[有会]送|赠|满减|满[\d一二三]|减[\d一二三]|返|(?:能不能|可不可以|行不行|能否)\d|[十\d](?:块|元)(?:钱)?[^,。\s]{0,3}(?:卖不卖|行不行|能不能[卖拿])"
)


def hangs_on_the_price(found: Sequence[Segment], index: int) -> bool:
    """买两盒能便宜点吗 能的话我要四盒."""
    if index and _CHEAP.match(found[index].text) and found[index - 1].verdict == "query":
        return _BARGAIN.search(found[index - 1].text) is not None  # 涨价了没 没涨来三斤
    conditions = [at for at in (index - 1, index) if at >= 0 and "if" in found[at].kinds]
    if index and _IF_SO.match(found[index].text) and found[index - 1].verdict in ("query", "past"):
        said = "".join(segment.text for segment in found[max(index - 2, 0) : index])
        if _BARGAIN.search(said) and not found[index].kinds & {"item", "goods"}:
            return True  # 买一送一还有吗 有就来四袋
    if not conditions or not conditions[0]:
        return False
    asked = found[conditions[0] - 1]
    return asked.verdict == "query" and _BARGAIN.search(asked.text) is not None
