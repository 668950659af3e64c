"""The initiator's own line of a 接龙 that orders nothing, and the line that only shows how it is done."""

from __future__ import annotations

import re

from bot.parsing.chain_content import Shelf
from bot.parsing.chain_entry import Parts
from bot.parsing.chain_joining import NEWS
from bot.parsing.chain_people import plain_name
from bot.parsing.post_prices import find_prices

_SHORT = 8
ZERO = re.compile(r"^[x×:=+]*\s?[0零]\s?\S{0,2}$")
_INITIATOR = re.compile(r"团长|群主|发起人?|接龙|团购|占位|示范|楼主|组织")
_PLACEHOLDER = re.compile(
    r"^(?:占位|示例|示范|例|测试|发起|开团|模板|格式|置顶|团长|群主|勿删|请?接龙|[^\w\ue001-\ue014]*$)"
)
_SHOWN = re.compile(r"[\s(（\[【]*(?:示范|示例|范例|举例|例如|例子?|格式|模板|样例|如)[:：\s]")
_SHOWN_BEHIND = re.compile(
    r"[(（\[【]\s?(?:示范|示例|范例|例子?|格式|模板|样例|仅?供?参考|不算|测试)[^)）\d]{0,4}[)）\]】]\s*$"
)
_REMARK = re.compile(r"[(（\[【][^\d()（）]{1,30}[)）\]】]")  # 武昌嫂子(藕是粉的,煨汤用)
_ASKS = re.compile(r"[要来订买拿留]|[一二两三四五六七八九十半]\S")


def is_placeholder(shelf: Shelf, content: str, parts: Parts, leader: str, *, is_first: bool) -> bool:
    """The initiator's own line without an order: the first one, or a later one with nothing but the name."""
    is_leader = bool(leader) and plain_name(parts.name) == leader
    if not is_first:
        return is_leader and not content and parts.room is None and shelf.catalogue.only is None
    if not is_leader and not (leader == "" and _INITIATOR.search(parts.name)):
        return False
    if not content or (len(content) <= _SHORT and not _asks_for_goods(shelf, content)):  # 开个头
        return True
    remark = _REMARK.fullmatch(content)
    return (
        ZERO.match(content) is not None
        or (remark is not None and _ASKS.search(content) is None)
        or (
            not _asks_for_goods(shelf, content)
            and bool(_PLACEHOLDER.match(content) or find_prices(content) or NEWS.search(content))
        )
    )


def is_shown(content: str) -> bool:
    """示范:1-101 抽纸1箱"""
    return bool(_SHOWN.match(content) or _SHOWN_BEHIND.search(content))


def says_nothing(shelf: Shelf, content: str) -> bool:
    """占位, 接龙: words of the form, and no goods."""
    return _PLACEHOLDER.match(content) is not None and not shelf.mentions_item(content)


def _asks_for_goods(shelf: Shelf, content: str) -> bool:
    found = shelf.plainly(content)
    priced = find_prices(content) and re.search("[元块钱¥/]", content)
    return (found is not None and not priced) or bool(
        re.search(r"\d|[一二两三四五六七八九十]\S", content) and not priced
    )
