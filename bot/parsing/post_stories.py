"""What a clause of a post tells of its goods besides their name: 家里的柿子熟了一树."""

from __future__ import annotations

import re

from bot.parsing.goods_words import mentions_goods, names_goods

_HAPPENED = re.compile(
    r"(?:又|刚|都|也|可以|能|全|正|已经?|大)*(?:开[摘卖售抢捞园采挖杀蒸炉锅]|熟[了透]?|丰收|摘了?|拔了?|收了|挖了?|采了?|捞了?|订$|预?订了?|转让"
    r"|出让|上市|下来|补货|返[场团]|回归|来一[波批]|太多|用不完|好多人|很多人|做多|买多|囤|剩了?|吃不完|有多)[^\s]{0,8}$"
)
_OWNER = re.compile(
    r"[我你他她咱俺侬]|家里|老家|亲戚|朋友|同事|闺女|儿子|老公|老婆|姐|哥|妈|爸|舅|姑|姨|叔|上次|单位|懒得|大家"
)


def without_story(name: str) -> str:
    """家里的柿子熟了一树 -> 柿子: what happened to the goods, and whose they are, is no name."""
    told = _HAPPENED.search(name, 2)
    while told is not None and not names_goods(name[: told.start()]):
        told = _HAPPENED.search(name, told.start() + 1)
    name = name[: told.start()] if told is not None else name
    owner, of, goods = name.rpartition("的")
    return goods if of and mentions_goods(goods) and _OWNER.search(owner) else name
