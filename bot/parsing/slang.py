# ruff: noqa: E501 - rows of words
"""How the young drop, halve, count off and get things done: 归零, 跳过, 砍到一半, 两个口味, 一把梭."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Final

_WORDS: Final = {
    "cancel": """清空 清空了 清掉 清了 全清 全清了 全清掉 del del掉 出局 踢掉 踢了 划走
        forget forget_it skip_it never_mind_the
        归零 清零 归0 清0 归〇 跳过 跳过了 跳过吧 略过 略过吧 pass吧 skip吧 打叉""",
    "filler": """搞定 搞掂 一行搞定 一次搞定 一行 一波 一波带走 一把梭 一步到位 一网打尽 一键 看谁 看谁先 看看谁 nvm 拍板 拍个板 定夺 发话 松口 一算 一算账 一算下来 一看账单 一看价格 一看余额""",
    "all": "清一色 一水儿 清一水儿",
}


def slang() -> Iterator[tuple[str, str]]:
    """(word, class)."""
    for kind, words in _WORDS.items():
        yield from ((word, kind) for word in words.split())
    yield from _halved()
    yield from _kinds_counted()


def _halved() -> Iterator[tuple[str, str]]:
    """砍到一半, 留一半: what is left is one half either way."""
    for verb, to, half in product(
        "减砍降缩压削退留剩变改调", ("到", "成", "为", "掉", "剩", "至", "去"), ("一半", "半")
    ):
        if half == "一半" or to in "到成为至":
            yield verb + to + half, "halve"


def _kinds_counted() -> Iterator[tuple[str, str]]:
    """两个口味, 三种颜色: as many as there are under one name."""
    kinds = "口味 味道 味儿 味 品种 颜色 款式 型号 尺寸 规格 种类 类型 馅儿 馅".split()
    for number, counter, kind in product("两俩三四仨", ("个", "种", "款", ""), kinds):
        if counter or kind not in ("味", "馅"):
            yield number + counter + kind, "each"
