"""Goods that are named by what tells them apart: 真空的六块一斤, 同款4J, 四人份的99, 五斤装25 and then 10斤45."""

from __future__ import annotations

import re

from bot.parsing.goods_words import last_goods, mentions_goods
from bot.parsing.post_draft import Draft
from bot.parsing.post_names import is_head
from bot.parsing.post_prices import Price
from bot.parsing.post_specs import WEIGHT_UNITS

_SERVES = re.compile(r"[一二两三四五六七八十\d]{1,2}人份")
_STATES = (
    "真空 散装 散称 盒装 袋装 罐装 瓶装 桶装 冷冻 冰鲜 冷鲜 速冻 现做 现杀 切好 切片 切块 整块 整只 整条 半只 杀好 "
    "处理好 去皮 带皮 去壳 带壳 去骨 带骨 去头 带头 去核 无核 有核 生 熟 干 湿 鲜 辣 微辣 中辣 特辣 不辣 麻辣 原味 甜 "
    "咸 酸 淡 无糖 低糖 少糖 加糖 肉 素 荤 大 小 中 特大 大点 小点 大个 小个 红 白 黑 青 黄 绿 紫 公 母 老 嫩 新 陈 "
    "硬 软 糯 脆 礼盒 好 次 精 粗 细 长 短 厚 薄"
).split()
_STATE = re.compile(
    rf"[\s,，、;；。\x00]*(?:有点?|还有)?(?:是)?(?P<state>{'|'.join(sorted(_STATES, key=len, reverse=True))})"
    r"(?:的|一点的?|些的|(?<=[装骨皮壳块片条只空冻]))(?:是|要|卖|就|贵点?|便宜点?|,|，|\s){0,3}"
)
_PEOPLE = re.compile(r"[我你他她咱俺您]|大家|各位|邻居|姐妹|不赚")
_SAME = re.compile(
    r"(?:我们?|咱们?|俺们?|本[团期]|这[次期]?|团里)?的?(?:同款|同样的?|一样的|这款|同品种)的?(?P<rest>.*)"
)
_NO_GOODS = re.compile(r"[的我你他她这那哪好吃香甜]|口[味感]|味道|质量|品质|颜色|价格|大小|[大小]的|老人|孩子|送礼")
_LISTED = re.compile(
    r"(?:^|[\s,，。!！?？:：;；\x00])(?P<names>[\u4e00-\u9fff]{2,8}(?:[、和跟及/][\u4e00-\u9fff]{2,8}){1,7}?)"
    r"(?:[,，][^\n,，。\d\x00]{2,9})?[\s,，]*(?:都是|都|均|各|一律|统一|统统|通通|全都|全部?)(?:卖|是|要|只要|为)?\s*$"
)


def kind_in(region: str) -> str:
    """真空的: how a second price of the same goods differs; "" when the words before it do not tell."""
    match = _STATE.fullmatch(region)
    return match["state"] if match is not None else ""


def is_talk(name: str) -> bool:
    """Words about people rather than goods."""
    return _PEOPLE.search(name) is not None and not mentions_goods(name)


def of_the_same(name: str, said_before: str) -> str:
    """同款4J behind 车厘子 is 车厘子 4J; other names as they are."""
    match = _SAME.fullmatch(name)
    if match is None:
        return name
    goods = last_goods(said_before[: max(0, said_before.rfind(name[:2]))])
    return f"{goods} {match['rest']}".strip() if goods else name


def is_other_pack(current: Draft, price: Price, spec: str | None) -> bool:
    """Is this price for the same goods in another pack: 五斤装25, 10斤45?"""
    is_open = current.spec is not None or (current.unit in WEIGHT_UNITS and price.fen != current.fen)
    if spec is not None and is_open and spec != current.spec and price.count_milli == 1000:
        return True
    is_case = price.unit in ("箱", "件", "整箱") and current.unit not in (None, price.unit, *WEIGHT_UNITS)
    if is_case and price.count_milli == current.count == 1000 and price.fen > (current.fen or 0):  # 13.5一包,整箱99一箱
        return True
    if (current.count == 500) != (price.count_milli == 500) and price.count_milli <= 1000:  # 58半只,108一只
        return current.count <= 1000
    is_weighed = price.unit in WEIGHT_UNITS and price.count_milli > 1000
    if is_weighed and not price.is_behind and current.count > 1000 and price.count_milli % current.count:  # 3斤18,5斤28
        return price.fen > (current.fen or 0)
    return is_weighed and current.count == 1000 and current.unit not in WEIGHT_UNITS and current.spec is not None


def is_bundle_of(drafts: list[Draft], name: str, price: Price) -> bool:
    """洗衣液拿两瓶的35: what several of the goods above cost, which they now hold as a tier."""
    same = [draft for draft in drafts if name and draft.name == name and draft.fen is not None]
    return bool(same) and price.count_milli > 1000 and same[-1].take_tier(price)


def listed_goods(region: str) -> list[str]:
    """口水鸡、白切鸡、盐焗鸡都是58: goods that share the price behind them; none where these are only kinds."""
    listed = _LISTED.search(region)
    pieces = re.split(r"[、和跟及/]", listed["names"]) if listed is not None else []
    is_goods = all(2 <= len(piece) <= 8 for piece in pieces) and (
        all(mentions_goods(piece) or is_head(piece) for piece in pieces)
        or (any(is_head(piece) for piece in pieces) and not any(_NO_GOODS.search(piece) for piece in pieces))
    )
    return pieces if len(pieces) > 1 and is_goods else []


def pack_name(current: Draft, region: str) -> str:
    """What the other pack is called: 套餐 四人份, else the same."""
    served = _SERVES.search(region)
    return f"{current.name} {served[0]}" if served is not None else current.name
