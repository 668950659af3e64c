"""Sets of word classes that the readers of segments share."""

from __future__ import annotations

from itertools import product
from typing import Final

BYGONE: Final = frozenset({"done", "pay", "trouble", "have", "almost", "past", "deny"})
"""What has happened already, or was never asked for."""
FOR_ME: Final = frozenset(
    ["".join(parts) for parts in product("给帮替", "我 俺 咱 偶 阿拉 我们 咱们 俺们".split())]
    + "跟我 拨我 拨阿拉 畀我 俾我 乎我 予我 予阮".split()
)
"""给我, 帮俺, 畀我: something is done for who speaks, in every region."""
WEAK_WANTS: Final = frozenset("买 购 拿 订 定 带 入 上 留 抢".split())
PLAIN: Final = frozenset(
    {"item", "qty", "space", "want", "add", "and", "colon", "times", "plus", "room", "phone", "comma", "stop", "each"}
)
"""Kinds a list of goods and numbers is made of: nothing in it can turn it round."""
CHATTING: Final = frozenset(
    "space comma stop filler text ask time room phone person name people done past praise pay this locker think "
    "trouble quality joke".split()
)
"""Kinds of clauses that are about no goods, no number and no order."""
BOOKABLE: Final = frozenset({"item", "goods", "qty", "pair"})
ACTING: Final = frozenset({"want", "add"})
CHANGING: Final = frozenset(
    {"cancel", "sub", "set", "swap", "only", "halve", "double", "keep", "rest", "except", "exchange"}
)
NEGATIONS: Final = frozenset("不别勿伐唔莫毋免没")
"""First characters of a refusal; 取消, 退 and cut are verbs that take goods behind them."""
LONG_PAST: Final = frozenset(
    "上次 上回 上周 上趟 上批 上期 上个月 上月 上礼拜 上星期 上一次 去年 昨天 昨晚 昨日 前天 前几天 前两天".split()
)
"""When it was; unlike 之前 and 刚才, nothing of this order can be meant."""
SETTLED: Final = frozenset("就行 就好 就中 就成 就妥 就够 就够了 就可以 就可以了 就中了 就成了 就妥了 就得了".split())
"""How a number is settled on: 一盒就行, 一盒就中."""
