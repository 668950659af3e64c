"""Room, phone and 已付 of one entry of a 接龙, each replaced by a hole in its text."""

from __future__ import annotations

import re
from collections.abc import Container

from bot.parsing.rooms import RoomMatch, find_phones, find_rooms

HOLE = "\x01"  # where a room, a phone or a payment mark was
_PAID = re.compile(
    r"[(（\[]?\s?(?:款?已(?:经)?(?:付款?|转账?|转了|支付|给钱|交钱|结清|收款?)了?|付款?了"
    r"|付清了?|转账?了|转好了|付好了|钱(?:已)?(?:付|转)了?|(?:微信|支付宝)已?[付转]了?"
    r"|红包已发|发红包了|paid)(?:\s?¥?\d{1,4}(?:\.\d{1,2})?(?![\d.])\s?(?:元|块钱?)?(?![^\W\d]))?\s?[)）\]]?[✅✔☑💰🧧💴√]*"
)
_UNPAID = re.compile(
    r"[(（]?(?:未付款?|没付款?|待付款?|还没付|(?:先|已|只)?付了?\s?¥?\d{1,4}\s?(?:元|块钱?)?的?[定订押]金|到付|货到付款|拿货付)[)）]?"
)
# 4只给我妹(5-602)
_GIVEN_TO = re.compile(r"(?:给|帮|替)(?:我|楼[上下]|隔壁|邻居|同事|朋友)[^\s,，(（\d]{0,3}[(（]\s?$")
# 九栋的刘姐, but 5栋的猫
_WHO_LIVES_THERE = re.compile(
    r"的(?:[老小阿][\u4e00-\u9fff]|[\u4e00-\u9fff][姐哥姨叔婶伯嫂爷奶总工]|[\u4e00-\u9fff](?:阿姨|大[夫爷妈姐哥娘]|老师|师傅|先生|女士|太太))"
)
_LEFT_WITH = re.compile(
    r"门卫|传达室|岗亭|保安|代收|代拿|代取|代领|转交|物业|大厅|大堂|楼下|架子|快递柜|驿站|门口|前台|超市|门店"
)


def take_phone(text: str) -> tuple[str | None, str]:
    """(the first phone of an entry, the text with holes for all)."""
    phones = find_phones(text)
    for span in phones:
        text = text[: span.start] + HOLE * (span.end - span.start) + text[span.end :]
    return (phones[0].value if phones else None), text


def take_paid(text: str) -> tuple[bool, str]:
    """(is it said to be paid, the text with holes for what says so or denies it)."""
    match = _UNPAID.search(text)
    if match is not None:
        text = text[: match.start()] + HOLE * (match.end() - match.start()) + text[match.end() :]
    match = _PAID.search(text)
    if match is not None and match.start() > 0:
        text = text[: match.start()] + HOLE * (match.end() - match.start()) + text[match.end() :]
        return True, text
    return False, text


def take_room(text: str, raw: str, names: Container[str] = ()) -> tuple[str | None, str]:
    """(where the person of an entry lives, the text with a hole for it). `names` of goods (110, 120码) are no rooms."""
    rooms = [
        room
        for room in find_rooms(text)
        if not _is_part_of_name(text, room)
        and not _is_somebody_elses(text, room)
        and not (room.kind == "bare" and _is_of_goods(text, room, names))
    ]
    if not rooms:
        return None, text
    full = [room for room in rooms if room.kind == "full"]
    chosen = full[0] if full else rooms[0]
    for room in rooms:
        if room.room == chosen.room or room is chosen:
            text = text[: room.start] + HOLE * (room.end - room.start) + text[room.end :]
    return chosen.room, text


def _is_of_goods(text: str, room: RoomMatch, names: Container[str]) -> bool:
    """110, 120码 and 短袖120 are goods, 第108天 is neither."""
    written = text[room.start : room.end]
    tail = text[max(0, room.start - 3) : room.end]
    if any(tail[start:] in names for start in range(len(tail) - len(written) + 1)):
        return True
    return text[room.start - 1 : room.start] == "第" or text[room.end : room.end + 1] in ("天", "码", "级")


def _is_somebody_elses(text: str, room: RoomMatch) -> bool:
    """2栋门卫转交, (我妈代收,她在5栋): where it is left, not where the person lives."""
    if room.kind == "full" and _GIVEN_TO.search(text[: room.start]) is not None:
        return True
    if room.kind == "full" or not re.search(r"\S", text[: room.start]):
        return False
    behind = re.split(r"[,，;；。]", text[room.end :])[0]
    before = text[max(0, room.start - 6) : room.start]
    return bool(_LEFT_WITH.search(behind) or re.search(r"(?:在|放|交给?|送到?|给|住|帮|替)\s?$", before))


def _is_part_of_name(text: str, room: RoomMatch) -> bool:
    """502的猫, Kitty1203: figures inside a nickname."""
    behind = text[room.end : room.end + 2]
    if behind[:1] == "的" and len(behind) > 1 and behind[1] not in " ,，" and room.kind != "full":
        return room.kind != "building" or _WHO_LIVES_THERE.match(text, room.end) is None
    before = text[room.start - 1 : room.start]
    if "\u4e00" <= before <= "\u9fff" and re.fullmatch(r"[a-z]\d{3,4}", text[room.start : room.end]):  # 阿K2046
        return True
    if room.kind != "bare":
        return False
    return (before.isascii() and before.isalpha()) or (behind[:1].isascii() and behind[:1].isalpha())
