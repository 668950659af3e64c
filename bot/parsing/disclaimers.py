"""Whose business it is: 那是她的事, 跟我没关系, 别算我头上 say that what was just told is somebody else's order."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Final

_WITH: Final = "跟 和 同 与".split()
_US: Final = "我 我们 我家 我们家 咱 咱们 咱家 俺 俺家 本人 阿拉".split()
_NOTHING: Final = (
    "没关系 没有关系 没啥关系 没什么关系 没半毛钱关系 没半点关系 没一点关系 无关 不相干 没干系 不搭界 冇关系".split()
)
_MATTERS: Final = "不关 不干 关".split()
_MATTER: Final = "事 的事 什么事 啥事 屁事".split()
_THEY: Final = "她 他 她们 他们 人家 别人 别人家 隔壁 隔壁家 你 你们 你家 她家 他家 伊 佢".split()
_OWN: Final = ("", "自己", "自家")
_AFFAIR: Final = "的事 的事情 的事儿 的单 的单子".split()
_NOT_MINE: Final = (
    "没我的事 没我什么事 没我啥事 没我事 不归我 别算我头上 别记我头上 别算到我头上 别记到我头上 别算我的 别记我的 "
    "别算我账上 别记我账上 别记我名下 别算我名下 别往我头上算 别往我头上记 不是我家的 不是我们家的".split()
)


def disclaimers() -> Iterator[str]:
    """Every way to say so."""
    for link, us, nothing in product(_WITH, _US, _NOTHING):
        yield link + us + nothing
    for matters, us, matter in product(_MATTERS, _US, _MATTER):
        if matters != "关" or matter[0] in "什啥屁":
            yield matters + us + matter
    for they, own, affair in product(_THEY, _OWN, _AFFAIR):
        yield f"是{they}{own}{affair}"
    yield from _NOT_MINE


DISCLAIMERS: Final = frozenset(disclaimers())
