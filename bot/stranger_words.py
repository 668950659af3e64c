"""What somebody without a leader says of her: a number, her name, where he lives. Pure."""

from __future__ import annotations

import re

from bot.parsing.normalise import normalise
from bot.parsing.rooms import find_room

_NUMBER = re.compile(r"(?:团长|编号|号码|no\.?|l|[\s:，,是])*(\d{1,6})\s*号?(?:团长)?[\s。.!！]*")
_BEFORE = re.compile(
    r"(?:您好|你好|请问|麻烦|我们|我|想要|想|要|找一?下|找|是|住在|住|在|跟着|跟|关注|绑定|加入|进|叫|家|小区|团长|[\s:,，、])+"
)
_AFTER = re.compile(
    r"(?:的|小区|团长|邻居|业主|居民|住户|这边|里面|里|家|那里|吗|呢|啊|呀|了|团购|的?群|在吗|[\s,，。.!！?？~])+$"
)
_AT_HOME = re.compile(r"\s*\d.*$")


def number_said(words: str) -> int | None:
    """7, 7号, 编号 7: a message that is nothing else."""
    found = _NUMBER.fullmatch(normalise(words[:30]).text.strip().lower())
    return int(found[1]) if found else None


def names_said(words: str) -> list[str]:
    """What may be a name or a place in these words, as said and with what people put around it taken off."""
    text = normalise(words[:60]).text.strip()
    room = find_room(text)
    without = text[: room.start] if room else text
    begun = _BEFORE.match(without)
    bare = _AT_HOME.sub("", _AFTER.sub("", without[begun.end() :] if begun else without))
    return [one for one in dict.fromkeys((bare, text)) if len(one) > 1 and not one.isdigit()]
