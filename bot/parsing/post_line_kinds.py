"""What kind of line of a post it is: numbered goods, terms and remarks, traits of the goods, an example."""

from __future__ import annotations

import re

from bot.parsing.post_prices import find_prices

COLD = re.compile(r"冷藏|冷冻|冰鲜|速冻|冰冻|急冻|低温|❄|🧊|需冷|冷链|生冻")
NUMBERING = re.compile(
    r"^\s*(?:[(（【\[]\s?(?P<a>\d{1,2}|[一二三四五六七八九十]{1,2})\s?[)）】\]][.、]?"
    r"|(?P<b>\d{1,2})\s?(?:[)）、]|\.(?!\d)|[:：](?!\d)|号[:：.、\s])|(?P<m>[\ue001-\ue014])[.、]?"
    r"|(?P<c>[一二三四五六七八九十]{1,2})[、.:]|(?P<d>\d{1,2})\s+(?=[^\d\s])|[a-z][.、):]\s?(?=[^\s\d])"
    r"|(?:no|第)\.?\s?(?P<e>\d{1,2}|[一二三四五六七八九])(?:款|个|样|种)?[.、:：]?|[-*·•◆■●▪️✅☑️👉🔸🔹➡️×]+)\s*"
)
META = re.compile(
    r"^[\W_]*(?:(?:下单|接龙|格式|订单)?(?:示例|例子|范例|举例|格式|模板)|例\b|例[:：如 "
    r"]|比如|如[:：]|例如|售后|说明|备注|温馨提示|友情提示|提示|注意事项?|注[:：]|ps"
    r"|退换|运费|客服|电话|联系|付款|"
    r"微信|支付宝|收款|地点|地址|自提[点地]|提货[点地]|取货[点地]|交货地|位置|截[单止团至]"
    r"|结单|下单截|接龙截|自提|提货|取货|到货|送货|配送|发货|时间|产地[:：]|保质期[:：]"
    r"|储存|保存|"
    r"付[:：]|团长[:：]|接龙方式|怎么订|如何|满\d+|包邮|起送|\(|#接龙|第[二三]件|买[一二三四五1-5]送)"
)
TRAIT = re.compile(  # 口味:红豆/绿豆: which kinds there are, not what is sold
    r"[\W_]*(?:口味|味道|口感|颜色|尺码|尺寸|品牌|牌子|产地|等级|甜度|保存|储存|配料|成分|特点|卖点|吃法|做法|馅料?|款式|材质)\s*[:：]"
)
LIST_WORD = re.compile(r"[\W_]*(?:商品|团品|产品|货品|商品列表|价格|价目)?[\W_]*")
GONE = re.compile(r"\W*(?:移除|删除|下架|去掉|停售|售罄|卖完|没货|fix|修正|修复|更正|撤下)\s*[:：]")  # - 移除:瑰夏
_LONGEST_TITLE = 40
OF_ALL = re.compile(r"[\s,，。;；\x00]*(?:以上|上面)?(?:都|全|均)")
BRACKET = re.compile(r"\s?[(\[](?P<inner>[^)\]\n]{1,24})[)\]]")
ASIDE = re.compile(r"^[\W_]*(?:(?:下单|接龙)?(?:示例|格式)|例|售后|运费|满)")


def is_number(numbering: re.Match[str]) -> bool:
    """1), ①, 一、 or a) number goods; a bullet may also stand before praise."""
    return any(char.isalnum() or "\ue001" <= char <= "\ue014" for char in numbering[0])


def has_headings(lines: list[str]) -> bool:
    """Are lines numbered 一、二、 only headings? No price stands in them, but in lines numbered otherwise."""
    numbered = [(match, bool(find_prices(line))) for line in lines if (match := NUMBERING.match(line)) is not None]
    headings = [has_price for match, has_price in numbered if match["c"]]
    return (
        len(headings) >= 2 and not any(headings) and any(has_price for match, has_price in numbered if not match["c"])
    )


def blank_lead(region: str) -> int:
    """How much at the beginning of `region` was blanked because it told of the goods before."""
    return len(region) - len(region.lstrip("\x00"))


def is_headline_like(body: str) -> bool:
    """May a line before the first goods be the title?"""
    return len(body.strip()) <= _LONGEST_TITLE and not LIST_WORD.fullmatch(body)


def is_tail_name(ahead: str) -> bool:
    """Does the clause behind a price end there, so that it may name the goods?"""
    return bool(re.search(r"[,，;；。]\s*$", ahead))
