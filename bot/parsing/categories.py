# ruff: noqa: E501 - rows of Chinese words, in which every character counts twice
"""水果, 花, 肉: words for a whole kind of goods, which stand for every item of it where all of them are meant."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from bot.parsing.catalogue import Catalogue
from bot.parsing.names import folded
from bot.parsing.tokens import Token

_KINDS: Final = {
    "household": "抽纸|卷纸|纸巾|厨房纸|卫生纸|湿巾|棉柔巾|洗|牙膏|牙刷|毛巾|电池|垃圾袋|保鲜膜|手套|口罩|拖把|衣架|皂|消毒|猫|狗|袜|花瓶|营养土|花肥",
    "snack": "饼|蛋糕|面包|吐司|曲奇|泡芙|蛋挞|可颂|贝果|司康|瓜子|话梅|坚果|薯片|辣条|巧克力|糖|果冻|果干|蜜饯|肉松|肉干|凤爪|卷|酥|麻薯|雪媚娘",
    "drink": "牛奶|羊奶|酸奶|燕麦奶|鲜奶|纯奶|果汁|橙汁|豆浆|可乐|汽水|气泡水|苏打水|矿泉水|椰子水|咖啡|拿铁|茶|啤酒|白啤|黄啤|红酒|黄酒|酒",
    "fruit": "苹果|梨|桃|葡萄|提子|红提|青提|阳光玫瑰|晴王|樱桃|车厘子|莓|香蕉|橙|橘|桔(?!梗)|柑|柠檬|柚|西瓜|麒麟瓜|哈密瓜|蜜瓜|甜瓜|香瓜|木瓜|羊角蜜|火龙果|芒|菠萝(?!包)|凤梨|荔枝|妃子笑|龙眼|榴莲|山竹|猕猴桃|奇异果|李子|西梅|杏(?!鲍)|冬枣|椰青|百香果|石榴|柿子|枇杷|杨梅|无花果|牛油果|圣女果|小番茄|释迦|莲雾|芭乐|甘蔗|桑葚",
    "seafood": "虾|蟹|鱼(?!丸|香)|蛤|花甲|贝|蚝|蛏|鱿|螺|海参|鲍|鳝|黄鳝|泥鳅|甲鱼",
    "flower": "玫瑰|百合|康乃馨|郁金香|向日葵|绣球|雏菊|桔梗|满天星|尤加利|牡丹|芍药|月季|兰花|蝴蝶兰|菊花?|茉莉|栀子|银柳|腊梅|鲜花|花束",
    "meat": "猪|牛(?!奶|油)|羊(?!奶|角)|排骨|五花|里脊|肋|腱|腩|鸡(?!蛋|毛)|鸭(?!蛋)|鹅|香肠|腊肠|肉(?!松)",
    "egg": "鸡蛋|鸭蛋|皮蛋|鹌鹑蛋|咸蛋",
    "vegetable": "菜(?!籽|油)|土豆|番茄|西红柿|黄瓜|茄|萝卜|南瓜|丝瓜|苦瓜|冬瓜|小瓜|洋葱|葱|蒜|姜|椒|豆|菇|藕|笋|西兰花|山药|芋|玉米|红薯|茭白|香椿|莴",
}
"""Parts of names that tell what a thing is; an item belongs to the first kind that fits."""
_FIRST: Final = {kind: re.compile(parts) for kind, parts in _KINDS.items()}
_WORDS: Final = {
    "水果": "fruit", "果子": "fruit", "鲜果": "fruit", "生果": "fruit", "花": "flower", "鲜花": "flower", "花花": "flower", "花束": "flower", "鲜切花": "flower",
    "肉": "meat", "肉类": "meat", "荤的": "meat", "荤菜": "meat", "海鲜": "seafood", "水产": "seafood", "蔬菜": "vegetable", "菜": "vegetable",
    "素菜": "vegetable", "零食": "snack", "点心": "snack", "甜品": "snack", "饮料": "drink", "喝的": "drink", "蛋": "egg", "蛋类": "egg",
    "日用品": "household", "用的": "household", "fruit": "fruit", "fruits": "fruit", "flowers": "flower", "drinks": "drink", "snacks": "snack",
}  # fmt: skip
_ALL: Final = frozenset({"each", "all", "rest"})
_LEAVING: Final = frozenset({"cancel", "unwant", "sub", "keep", "only"})
_EVERY: Final = ("都不", "全不", "都退", "全退", "都取消", "全取消", "全部")
_LIGHT: Final = frozenset({"filler", "space", "want", "this"})


@lru_cache(maxsize=4096)
def kind_of(name: str) -> str:
    """What an item of this name is; empty when nobody knows."""
    return next((kind for kind, parts in _FIRST.items() if parts.search(name)), "")


def name_kinds(tokens: Sequence[Token], catalogue: Catalogue) -> None:
    """其他水果每样一盒, 花全退: in place, such a word is every item of its kind that is not named beside it."""
    for index, token in enumerate(tokens):
        kind = _WORDS.get(token.word, "")
        if not kind or token.keys or token.kind not in ("goods", "text", "filler", "item"):
            continue
        around = _around(tokens, index)
        if not any(near.kind in _ALL or near.word.startswith(_EVERY) for near in around):
            continue
        named = {key for other in tokens if other.kind == "item" for key in other.keys}
        keys = tuple(i.key for i in catalogue.main if kind_of(folded(i.name)) == kind and i.key not in named)
        if len(keys) > 1:
            token.kind, token.keys, token.value = "item", keys, "kind"
            for near in around:
                near.kind = "filler" if near.kind == "rest" else near.kind


def _around(tokens: Sequence[Token], index: int) -> list[Token]:
    """What touches a word on either side, light words left out."""
    first, last = index, index + 1
    while first and tokens[first - 1].kind in _LIGHT | _ALL | _LEAVING:
        first -= 1
    while last < len(tokens) and tokens[last].kind in _LIGHT | _ALL | _LEAVING:
        last += 1
    return [*tokens[first:index], *tokens[index + 1 : last]]
