"""Terms of a price that no round can hold: 满100减10, 第二盒半价, 三人成团27元/斤, 老客55, 定金50元, 运费5元.

They are taken out of the text so that no figure in them becomes a price, and named to the leader: she must know that
nobody will work them out.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from bot.parsing.post_specs import FIGURE, UNIT

_SUM = r"¥?\s?\d{1,4}(?:\.\d{1,2})?\s?(?:元|块钱?)?"
_PER = rf"(?:\s?[一/每]\s?{UNIT})?"
_MEMBER = r"(?<!非)(?:会员|vip|老客户?|老顾客|老粉|团员|老师傅|学生)"
_PLAIN = r"(?:非会员|普通价?|散客|新客户?|新人|路人价?|非团员)"
_KINDS = (
    rf"(?:每)?(?:满|够|凑满|超过)\s?(?:{_SUM}|{FIGURE}\s?{UNIT}?)\s?(?:就|可|再|立|即)?(?:减|送(?=[^\s,，。;；\n\x00货上到])|返|打|免|包邮|便宜)[^\s,，。;；\n\x00]{{0,10}}",
    rf"买\s?{FIGURE}\s?{UNIT}?\s?(?:就|可|再|立)?(?:减|送|赠|打|便宜|返)[^\s,，。;；\n\x00]{{0,8}}",
    rf"第\s?[二三四2-4]\s?{UNIT}\s?(?:半价|[\d一二三四五六七八九.]{{1,3}}折|只要\s?{_SUM}|{_SUM})",
    r"(?:打)?(?<![\d.])(?:\d(?:\.\d)?|[一二三四五六七八九][一二三四五六七八九五]?)折(?!叠|扇|耳)(?:优惠)?",
    rf"(?:先?[付交]|需付)?(?:定金|订金|押金|预付款?|首付)\s?[:：]?\s?{_SUM}{_PER}",
    rf"{FIGURE}\s?{UNIT}\s?(?:起|以上|及以上|往上)\s?(?:拿|买|订|拍|要)?[每一]?(?:{UNIT})?\s?(?:只要|就|算|都是|按|卖|是)?\s?{_SUM}{_PER}",
    rf"(?:每\s?{UNIT}|一\s?{UNIT})?(?:另|再|多|需|要|得)?(?:加(?:收|价)?|多收|补)\s?{_SUM}{_PER}",
    rf"(?:运|邮|配送|跑腿|[\u4e00-\u9fff]{{2}})费\s?[:：]?(?:[每一]{UNIT})?(?:另?收|是|加|算)?\s?{_SUM}{_PER}",
)
_ANY = re.compile("|".join(f"(?:{kind})" for kind in _KINDS))
_TOGETHERS_PRICE = re.compile(
    r"[(（]?(?:[两二三四五六七八九十]|\d{1,3})\s?(?:人|户|家)\s?(?:拼[单团]?|成团|起拼|同行|一起[拼买])"
    rf"[^\s,，。;；\n\x00\d]{{0,4}}\s?{_SUM}{_PER}[)）]?"
)
_ALONE = re.compile(r"单独?(?:购|买)(?:价格?)?|一个人[买拍订](?:价格?)?")  # the price, beside one for several people
_MEMBERS_PRICE = re.compile(
    rf"[(（]?(?:{_MEMBER}\s?(?:专享|特享)?价?)\s?[:：]?\s?(?:[一每1]\s?{UNIT}\s?)?{_SUM}{_PER}[)）]?"
)
_PLAIN_PRICE = re.compile(rf"{_PLAIN}\s?(?=[:：]?\s?¥?\d)")
_OTHER_PRICE = re.compile(r"\d\s?(?:元|块|/)|[¥:：]\s?\d|\s\d{1,4}(?:\.\d)?(?=\s|$)")
_MOST = 8


def take_promotions(text: str) -> tuple[str, tuple[str, ...]]:
    """(`text` of the same length with such terms blanked by NUL, the terms as they are written)."""
    found: list[str] = []

    def blank(match: re.Match[str]) -> str:
        found.append(match[0].strip("()（） "))
        return "\x00" * len(match[0])

    if "折" in text or any(char.isdigit() for char in text) or "半价" in text or "送" in text:
        text = _ANY.sub(blank, text)
        together = _TOGETHERS_PRICE.sub("", text)
        if together != text and _OTHER_PRICE.search(together) is not None:
            text = _ALONE.sub(lambda match: "\x00" * len(match[0]), _TOGETHERS_PRICE.sub(blank, text))
        text = "\n".join(_without_members_price(line, blank) for line in text.split("\n"))
    return text, tuple(dict.fromkeys(found))[:_MOST]


def _without_members_price(line: str, blank: Callable[[re.Match[str]], str]) -> str:
    """会员价49 beside another price is for members only; alone it is the price."""
    if _MEMBERS_PRICE.search(line) is None:
        return line
    rest = _MEMBERS_PRICE.sub("", line)
    if _OTHER_PRICE.search(rest) is None and _PLAIN_PRICE.search(rest) is None:
        return line
    line = _MEMBERS_PRICE.sub(blank, line)
    return _PLAIN_PRICE.sub(lambda match: "\x00" * (len(match[0]) - 1) + ":", line)
