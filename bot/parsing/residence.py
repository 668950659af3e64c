"""The room of the sender among the rooms a message names."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from bot.parsing.quantity import UNIT_PATTERN
from bot.parsing.tokens import Token

_GOODS: Final = frozenset({"item", "goods", "qty", "price"})
_TOGETHER: Final = re.compile(r"(?:(?:都|一起|一并|一齐|统一|统统|全部?)(?:给我)?[送放搁挂]|放一起)[^,。]*$")
NO_FLATS: Final = frozenset(("110", "114", "119", "120", "520"))
"""Numbers to call, and 我爱你: a flat only where somebody lives in it."""
_LIVES_BEFORE: Final = re.compile(r"(?:住|房号?|门牌号?|室|楼|层|号|单元|我家|[送放挂搁](?:到|去|至|在)?)(?:是|:)?\s?$")
_LIVES_BEHIND: Final = re.compile(r"\s?(?:室|房|户|门|号(?!线)|家)")
_MONEY: Final = re.compile(r"[块元¥]|(?<!\d)\d{1,3}\.\d|\d{2,3}[一每/]|[一每](?:" + UNIT_PATTERN + r")\s?\d{2,3}(?!\d)")
_SUM_BEFORE: Final = re.compile(
    rf"(?:(?:[\d一二两三四五六七八九十半]|那)(?:{UNIT_PATTERN})(?:就|也|都|那|一共|刚好)*是?|刚好|正好|一共|总共|合计|加起来|(?:^|[\s,。])(?:就是|那))\s?$"
)
_SUM_BEHIND: Final = re.compile(r"\s?(?:$|[,。!?\s]|对|是吧|是吗|吧|咯|啦|了|呀|啊|哦|嘛|吗)")
_PLATE: Final = re.compile(
    r"(?:尾号|车牌号?|[京津沪渝冀豫云辽黑湘皖鲁苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁新琼][a-z])(?:是|:)?\s?$"
)
_TRAIN: Final = re.compile(r"[gdckzt]\d{3,4}")
_BY_TRAIN: Final = re.compile(r"票|高铁|动车|火车|车次|列车|硬座|卧铺|坐$")
_LIKE: Final = re.compile(r"(?:跟|和|同|与|像|照着?)\s?$")
_THE_SAME: Final = re.compile(r"(?:的|那[个份户家])?(?:订的|要的|买的)?(?:一样|一模一样|同款|换|[搞弄]混|[搞弄]错)")
_SAME: Final = re.compile(r"(?:的|那份)?一样(?!\s?[\d一二两三四五六七八九十半来要拿各都])")
_NOT_MINE: Final = re.compile(r"(?<!是)不是\s?$")
_ASKED: Final = re.compile(r"\s?的?[吗嘛么]")
_FOR: Final = re.compile(r"(?:帮|替|给|代|跟|和|同)\s?$")
_CORRECTED: Final = re.compile(r"(?<![别莫要勿次又老总再])[打写说发填报输讲]错|不对|更正|纠正|搬家|搬到|搬去")
_AS_WRONG: Final = re.compile(r"[写打记说报填送弄搞]成\s?$")
_DWELLS: Final = re.compile(r"(?:住在?|门牌号?|房号|室号|家在?)(?:是|:)?[^,。\s\d]{0,3}$")
_PAID: Final = re.compile(r"(?:[转付收发退找扣共计钱款账价满差花¥])(?:了|过|你|您|给你|我|俺)*\s?$")
_OF_SOMEBODY: Final = re.compile(r"的[^\s,。我俺额要]")
_BETWEEN: Final = 12
"""So many characters may stand between 4栋的王奶奶 and her 402."""


def room_of(tokens: Sequence[Token], text: str) -> str | None:
    """The room of the sender, None where the message names none or leaves it open."""
    rooms = [
        token
        for at, token in enumerate(tokens)
        if token.kind == "room" and not _gets_some(tokens[max(at - 4, 0) : at]) and not _is_no_home(token, text)
    ]
    full = [token for token in rooms if token.full] or rooms
    values = {token.value for token in full}
    if len(values) == 1:
        return _with_its_flat(full[0], rooms, tokens, text) or full[0].value
    if len(values) == 2:
        told = _said_twice(full, text) or _corrected(full, tokens, text)
        if told is not None:
            return told
    shared = _TOGETHER.search(text)
    named = [token for token in full if shared is not None and token.start >= shared.start()]
    return named[0].value if len(named) == 1 else None


def _gets_some(before: Sequence[Token]) -> bool:
    """年糕让一包给 in front of 3栋: who lives there is let have some, and it is not the sender's room."""
    return bool(before) and before[-1].word == "给" and any(token.kind == "sub" for token in before)


def _is_no_home(room: Token, text: str) -> bool:
    """Somebody else's (跟602一样), or a figure that only looks like one (打了119, 刚好116, 尾号603, K1557)."""
    before, behind = text[max(room.start - 12, 0) : room.start], text[room.end : room.end + 12]
    if (_LIKE.search(before) and _THE_SAME.match(behind)) or _SAME.match(behind):
        return True
    if _NOT_MINE.search(before) and not _ASKED.match(behind):
        return True
    if _TRAIN.fullmatch(room.word):
        return _BY_TRAIN.search(before.rstrip()) is not None or _BY_TRAIN.search(behind) is not None
    if room.full or not room.word.isdigit():
        return False
    lives = _LIVES_BEFORE.search(before) or _LIVES_BEHIND.match(behind)
    if room.value in NO_FLATS and not lives:
        return True
    sums = _SUM_BEFORE.search(before) and _SUM_BEHIND.match(behind) and _MONEY.search(text[: room.start])
    return bool(sums) or _PLATE.search(before) is not None


def _building(room: Token) -> str | None:
    """3 of 3栋, 3-1 of 3-1单元, 3单元 of a unit alone; None where there is a flat."""
    if room.value.endswith("栋"):
        return room.value[:-1]
    if room.value.endswith("单元"):
        return room.value[:-2] if "-" in room.value else room.value
    return None


def _with_its_flat(house: Token, rooms: Sequence[Token], tokens: Sequence[Token], text: str) -> str | None:
    """4栋的王奶奶 402: the flat stands behind the building, once each, and nobody else's; 3-502 打错 503: the last."""
    building, flats = _building(house), [token for token in rooms if not token.full]
    if len(flats) != 1 or sum(token.full for token in rooms) != 1 or flats[0].start < house.end:
        return None
    flat = flats[0]
    if building is None:
        told = _corrected((house, flat), tokens, text)
        return None if told is None else f"{house.value.rpartition('-')[0]}-{told}"
    before = text[max(flat.start - 12, 0) : flat.start]
    if _FOR.search(before) or _FOR.search(text[: house.start]):
        return None
    if _DWELLS.search(before):
        return f"{building}-{flat.value}"
    apart = flat.start - house.end > _BETWEEN or any(
        token.kind in _GOODS for token in tokens if house.end <= token.start < flat.start
    )
    others = _PAID.search(before) is not None or _OF_SOMEBODY.match(text, flat.end) is not None
    return None if apart or others else f"{building}-{flat.value}"


def _said_twice(full: Sequence[Token], text: str) -> str | None:
    """三栋那个陈婆婆啊三栋五零二: the building first, and then the same with the flat."""
    homes = [token for token in full if _building(token) is None]
    if len({token.value for token in homes}) != 1 or _FOR.search(text[: homes[0].start]):
        return None
    home = homes[0]
    return home.value if all(token is home or _lies_in(home, token) for token in full) else None


def _lies_in(home: Token, house: Token) -> bool:
    building = _building(house)
    return home.value == house.value or (building is not None and home.value.startswith(f"{building}-"))


def _corrected(full: Sequence[Token], tokens: Sequence[Token], text: str) -> str | None:
    """A座1503 打错 是B座1503: the last, when nothing but the correction stands between them."""
    for first, last in pairwise(full):
        between = [token for token in tokens if first.end <= token.start < last.start]
        if any(token.kind in _GOODS for token in between) or last is not full[-1]:
            continue
        said = text[first.end : last.start]
        if _CORRECTED.search(said) and not _AS_WRONG.search(said):
            return last.value
    return None


__all__ = ["NO_FLATS", "room_of"]
