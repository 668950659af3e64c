"""Words of talk around an order: in earnest, carried home, found wanting, kept out of the list."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Final

from bot.parsing.disclaimers import DISCLAIMERS

EARNEST: Final = frozenset(
    "正经的 说正经的 讲正经的 正经说 正经话 说认真的 认真的 认真说 说真的 讲真的 讲真 真的要 说正事 正事".split()
)
"""How somebody says that the joke is over."""
_OTHERS: Final = {
    "filler": "再三 一再 再四 另算 另外算 单算 单独算 分开算 另记 另计 今年 明年 醒来 睡醒 我个人 我本人",
    "keep": "是对的 是没错的",
    "only": "要的只有 要的就只有 要的只是 要的就只是 要的就",
    "have": "囤着 还囤着 屯着 还屯着 屯了 堆着 摞着 码着 攒着 攒了",
    "limit": "不能少于 不可少于 不得少于",
    "deny": "吃不赢 喝不赢 用不赢 不能少 不可少 不可以少 不许少 不准少 不得少",
    "joke": "梦到 做梦梦到",
    "time": "这个礼拜 这礼拜 这个星期 这星期 这周 这个周末 这周末 这个月",
    "other": "拼多多 淘宝 天猫 京东 美团 美团优选 盒马 叮咚 叮咚买菜 朴朴 山姆 永辉 沃尔玛 大润发 开市客 多多买菜 抖音 "
    "快手 小红书",
}
_CARRYING: Final = "拎 扛 搬 捎 抬 拖 驮 背".split()
_CARRIED: Final = ("了", "过", "回来", "回来了", "回家", "回家了")
_FAULTS: Final = "少 多 贵 大 小 重 轻 远 麻烦 淡 咸 甜 酸 腻 油 硬 软 老 生 肥 瘦".split()
_REFUSALS: Final = "别 莫 勿要 不要 不用 唔使 唔好 先别 先不".split()
_LISTED: Final = ("上", "上了", "进去", "进去了", "在内")


def sayings() -> Iterator[tuple[str, str]]:
    """(word, class)."""
    for kind, words in _OTHERS.items():
        yield from ((word, kind) for word in words.split())
    yield from ((word, "filler") for word in EARNEST)
    yield from ((word, "deny") for word in DISCLAIMERS)
    for verb, tail in product(_CARRYING, _CARRIED):
        yield verb + tail, "done"
    for verb, tail in product("带 端 顺 借 抱 捎 开 拎 扛 搬 抬 拖 背".split(), ("走了",)):
        yield verb + tail, "done"
    for refusal, whom, verb, tail in product(_REFUSALS, ("", "给我", "帮我", "替我", "把我"), "算记报写登", _LISTED):
        yield refusal + whom + verb + tail, "cancel"
    for taste, tail in product("甜咸淡酸辣麻重轻清鲜", ("口", "口的", "口味", "口味的")):
        yield taste + tail, "quality"
    for degree, fault in product(("", "太", "它", "这"), _FAULTS):
        yield f"嫌{degree}{fault}", "praise"
    for whom, away in product(("帮我", "给我", "替我", "帮忙", "麻烦"), ("拿掉", "拿掉了", "拿掉吧")):
        yield whom + away, "cancel"
