"""A quantity and what it is made of, in a line of a 接龙 of one item: 2袋 一袋肉的一袋素的, 各家一箱共4箱."""

from __future__ import annotations

import re

from bot.parsing.chain_amounts import FIGURE
from bot.parsing.numerals import read_number
from bot.parsing.quantity import UNIT_PATTERN

_PARTED = re.compile(
    rf"(?P<head>[x×+]?(?P<total>{FIGURE})\s?(?:{UNIT_PATTERN})?)[\s,，:：(]+"
    rf"(?P<parts>(?:{FIGURE}\s?(?:{UNIT_PATTERN})\s?[^\s\d,，一二两三四五]{{1,5}}[\s,，)]*){{2,4}})"
)
_TOTAL = re.compile(
    rf"(?P<parts>[^\n]{{0,8}}(?:各|每)[^\n]{{1,10}}?)[\s,，]*(?:一共|总共|合计|共计|共)\s?(?P<head>{FIGURE}\s?(?:{UNIT_PATTERN})?)"
)
_LOGISTICS = re.compile(
    r"(?P<head>.+?)[\s,，;；(（]+(?P<tail>[^\s,，+×?]{2,12}(?:代收|代拿|代取|代领|转交|来拿|来取|[后再去][取拿]|在家)[^\s\d+×?]{0,6}?)[)）]?"
)
_WISH = re.compile(r"(?P<head>.+?)[\s,，;；(（]+(?P<tail>(?:要|给|拿)[^\s\d,，+×?]{1,8}的)[)）]?")  # 要九孔的
_SIZE = re.compile(  # 雨衣1件 130码
    r"(?P<head>.+?)[\s,，;；(（]+(?P<tail>(?:要|穿)?(?:\d{2,3}\s?(?:码|cm|厘米)|(?:x{0,3}[sml]|均|大|中|小)码)的?)[)）]?"
)
_COUNTED = re.compile(rf"[\d一二两三四五六七八九十半]\s?(?:{UNIT_PATTERN})|取消|不要|退|改|换")


def take_logistics(content: str) -> tuple[str, str] | None:
    """(what is wanted, 5楼大刘代收) for words at the end that say who fetches it, or a size; None without."""
    match = _LOGISTICS.fullmatch(content)
    match = match or _WISH.fullmatch(content) or _SIZE.fullmatch(content)
    return None if match is None or _COUNTED.search(match["tail"]) else (match["head"], match["tail"])


def take_parts(content: str) -> tuple[str, str] | None:
    """(the quantity that counts, what was said about its parts); None when nothing is divided."""
    total = _TOTAL.fullmatch(content)
    if total is not None:
        return total["head"], total["parts"].strip()
    parted = _PARTED.fullmatch(content)
    if parted is None or not _is_breakdown(parted["parts"], parted["total"]):
        return None
    return parted["head"], parted["parts"].strip()


def _is_breakdown(parts: str, total: str) -> bool:
    """一袋肉的一袋素的 behind 2袋: what the units are to be, when they add up."""
    found = [read_number(figure) for figure in re.findall(rf"{FIGURE}(?=\s?(?:{UNIT_PATTERN}))", parts)]
    whole = read_number(total)
    return len(found) >= 2 and whole is not None and sum(one.milli for one in found if one) == whole.milli
