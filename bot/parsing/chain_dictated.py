"""Lines of a 接龙 that were spoken: 我是三幢五零一的老唐鸡蛋给我两板, 要一瓶蜂蜜我是八栋三零一老彭.

Nothing divides them but the room (a hole by now): talk or goods stand before it, the name behind it.
"""

from __future__ import annotations

import re

from bot.parsing.chain_amounts import FIGURE
from bot.parsing.chain_behind import Behind, is_name
from bot.parsing.chain_content import Shelf
from bot.parsing.chain_marks import HOLE
from bot.parsing.quantity import UNIT_PATTERN

_HOLE = re.compile(rf"{HOLE}+")
_DIVIDED = re.compile(r"[\s,，、;；。:：()（）+×/=-]")
_SELF = r"(?:我|我是|我家|我家在|我住|我住在|这里是|这边是|是|在|住)"
_TALK = re.compile(rf"[^\d]{{0,14}}?{_SELF}")
_GOODS_THEN_SELF = re.compile(rf"(?P<goods>.{{2,}}?){_SELF}")
_LEAD = re.compile(r"(?:我家|我)?(?:的|我是|我叫|这是|是|叫)+")
_ASKS = re.compile(
    rf"(?:我|我家|我们|啊|呢|给我|帮我|麻烦|请|想|要|来|订|拿|买|刚才?说的?|前面说的?)+(?:[点些]儿?)?(?:{FIGURE}(?:{UNIT_PATTERN}))?$"
)
_SURNAMED = re.compile(r"姓[\u4e00-\u9fff]的?")
_KIN = re.compile(r"我[\u4e00-\u9fff]{0,2}")  # 我妈: whose, the room says
_HAN = re.compile(r"[\u4e00-\u9fff]{2,4}")
_CALLED = re.compile(r"(?![再还不没已先])[\u4e00-\u9fff]{2,6}")  # 的快乐小猪
_CALLED_SO = re.compile(
    r"[老小阿][\u4e00-\u9fff]头?|[\u4e00-\u9fff]{1,2}(?:[姐哥姨叔妈爸婶伯嫂爷]|阿姨|大[夫爷妈姐哥]|老师|师傅)"
)
_SHORTEST, _LONGEST_NAME = 6, 4


def dictated(text: str, shelf: Shelf) -> Behind | None:
    """The parts of a line without anything between its words; None for a line that somebody typed."""
    holes = list(_HOLE.finditer(text))
    said = text.strip(f" {HOLE}.。!~")
    if not holes and len(said) >= _SHORTEST and not _DIVIDED.search(said):
        return _by_name(text, shelf)
    if len(holes) != 1 or len(said) < _SHORTEST or _DIVIDED.search(said):
        return None
    before, at = text[: holes[0].start()].strip(), holes[0].end()
    goods = _GOODS_THEN_SELF.fullmatch(before) if shelf.mentions_item(before) else None
    if goods is not None:
        name = _who(text, at, len(text.rstrip(" .。!~")))
        return None if name is None else Behind(goods["goods"], *name)
    if before and (_TALK.fullmatch(before) is None or shelf.mentions_item(before)):
        return None
    first = next((at + start for start in shelf.item_starts(text[at:]) if start), len(text))
    asks = _ASKS.search(text, at, first)
    name = _who(text, at, first if asks is None else asks.start())
    return None if first == len(text) or name is None else Behind(text[name[1] :], *name)


def _by_name(text: str, shelf: Shelf) -> Behind | None:
    """王姐糖葫芦一盒不对是两盒, 陈婶给我来点栗子: a name that looks like nothing else, and goods right behind it."""
    start = len(text) - len(text.lstrip())
    first = next((at for at in shelf.item_starts(text) if at > start + 1), 0)
    asks = _ASKS.search(text, start, first)
    end = first if asks is None else asks.start()
    name = text[start:end].removesuffix("儿")
    if (
        not first
        or not 2 <= len(name) <= _LONGEST_NAME
        or not (_CALLED_SO.fullmatch(name) and is_name(name, firm=True))
    ):
        return None
    return Behind(text[end:], start, end)


def _who(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Where the name is in `text[start:end]`; an empty one for 姓费的 and 我妈, None for what is no name."""
    lead = _LEAD.match(text, start, end)
    start = start if lead is None else lead.end()
    if _SURNAMED.fullmatch(text, start, end) or (lead is None and _KIN.fullmatch(text, start, end)):
        return end, end
    name = text[start:end]
    is_called = _CALLED.fullmatch(name) if lead is not None else _HAN.fullmatch(name) and is_name(name, firm=True)
    return (start, end) if is_called else None
