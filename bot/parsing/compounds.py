"""Whether the characters around a name make other goods of it: 青|苹果, 鸡蛋|面."""

from __future__ import annotations

from bot.parsing.foods import GOODS
from bot.parsing.names import HAN

_APART = frozenset(
    "不没有还要是我你他她它都也就很太真好这那蛮给多少能会可在到讲说呢吗吧买吃来拿订个只条款种嘛啊呀跟和与及每各再加减退换把被让叫问看想用做搞弄收送放留带唔勿伐莫佢伊俺咱啲嗰咁"
)
"""Characters that never join a one-character name to another word."""
_TAILS = frozenset("汁酱干糖醋酒片粉油饼糕面皮汤茶冰派味丝泥粒糁乳卷饺滑花叶苗子膏脆圈仁丸松肠蛋奶肉")
_MODIFIERS = frozenset("青红黄绿白黑紫冻干熟生酸腌烤炸卤煮小野鸭鹅鸡牛羊猪鱼虾糖冰咖奶油豆米麦薯紫水洋山海")


def compounds(before: str, after: str, term: str, item_name: str) -> bool:
    """Do the neighbours of a found name make it another thing: 青|苹果, 鸡蛋|面, 雪|梨?

    `before` and `after` are unknown characters that touch the name in the text.
    """
    if before and HAN.match(before) and before not in item_name:
        if len(term) == 1 and HAN.match(term) and before not in _APART:
            return True
        if before in _MODIFIERS or before + term in GOODS:
            return True
    if after and HAN.match(after):
        return (len(term) == 1 and bool(HAN.match(term)) and after not in _APART) or after in _TAILS
    return False
