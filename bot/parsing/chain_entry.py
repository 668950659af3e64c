"""One entry of a 接龙: who, where, and which words say what is wanted.

The nickname comes first and is kept as written; a room in front of it or behind it is split off (5栋老周, 604-安安),
but 502的猫 is a nickname.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Protocol

from bot.parsing.chain_behind import goods_first
from bot.parsing.chain_content import Shelf
from bot.parsing.chain_dictated import dictated
from bot.parsing.chain_glued import glued_action, glued_amount, glued_item, glued_quantity, glued_verb, has_quantity
from bot.parsing.chain_marks import HOLE, take_paid, take_phone, take_room
from bot.parsing.chain_shape import is_address
from bot.parsing.chain_struck import without_tag
from bot.parsing.names import HAN
from bot.parsing.normalise import Normal, circled_value
from bot.parsing.quantity import UNIT_PATTERN

_MARKS = re.compile(r"[✅✔☑√🉑👌🙏💰🧧❤👍🌹]+\s*$")
_TOKEN = re.compile(r"[^\s,，:;；。()（）、\x01|=]+")
_ACTION = re.compile(
    r"^(?:取消|不要|撤|退|删|作废|改|加|减|少|再|多|同上|同楼|跟楼上|和楼上|一样|同样"
    r"|跟上|和上|要|来一?|订|买|各|都|全|每样|每种|除了?|一共|共|换|不接|不跟|不订|不买"
    r"|放弃|算了|勿|伐要|唔要|(?:cancel|need|want|add|get|one|two|three|four|five|more|no|just|only|please|pls)\b|"
    rf"[x×+*=]?\d|[x×+*]\s?[一二两三四五六七八九十]|-\d|半|[一二两俩仨三四五六七八九十]{{1,3}}(?:{UNIT_PATTERN}))"
)


@dataclass(frozen=True, slots=True)
class Parts:
    """What an entry is made of. `content` is normalised text; `name` is cut from what was written."""

    name: str
    room: str | None
    phone: str | None
    content: str
    is_paid: bool


def read_parts(normal: Normal, start: int, end: int, shelf: Shelf, people: Names | None = None) -> Parts:
    """Divide `normal.text[start:end]` (an entry without its number)."""
    text = without_tag(normal.text[start:end])
    if "-" in text:
        text = _ROOM_IN_DASHES.sub(lambda match: f" {match[1]} ", text)
        text = _ROOM_THEN_NAME.sub(lambda match: match[1] + " ", text)
    phone, text = take_phone(text)
    is_paid, text = take_paid(text)
    if "】" in text:  # 【绿萝×2】麦太【1-1204】
        text = _SQUARE.sub(lambda match: f" {match[1]} ", text)
    room, text = take_room(text, normal.raw[normal.starts[start] : normal.starts[end]], shelf.catalogue.names)
    if room is not None:
        text = _ESTATE.sub(lambda match: " " * len(match[0]), text)
    known = _known(text, people)
    if known is not None:
        name = _name(normal, start, text, *known)
        return Parts(name, room, phone, _without_holes(text[known[1] :]), is_paid)
    behind = dictated(text, shelf) or goods_first(text, shelf)
    if behind is not None:
        name = _name(normal, start, text, behind.start, behind.end)
        return Parts(name, room, phone, behind.content, is_paid)
    name_start, name_end, content_start = _divide(text, shelf, normal, start)
    role = _ROLE_BEHIND.match(text, name_end)
    if role is not None and name_end > name_start:  # 阿姐(团长)
        name_end = content_start = role.end()
    last = _last_of_slashes(text, shelf)
    if last is not None:  # 1-501/沃柑1箱/小胡
        name = _name(normal, start, text, last.start(), last.end())
        return Parts(name, room, phone, _without_holes(text[: last.start()]).strip("/ "), is_paid)
    name = _name(normal, start, text, name_start, name_end)
    content = _without_holes(text[content_start:])
    return Parts(name, room, phone, content, is_paid)


class Names(Protocol):
    """The people of the lines above."""

    def end_of_known(self, text: str, start: int) -> int:
        """Where a name that stands at `text[start:]` ends; `start` for none."""
        ...


def _known(text: str, people: Names | None) -> tuple[int, int] | None:
    """Where somebody stands who has a line above, with more behind: 胖头鱼 刚冇写清楚,要微辣的一盒."""
    begin = len(text) - len(text.lstrip(" " + HOLE))
    end = begin if people is None else people.end_of_known(text, begin)
    return (begin, end) if end > begin else None


def _divide(text: str, shelf: Shelf, normal: Normal, offset: int) -> tuple[int, int, int]:
    """(name start, name end, content start) in `text`."""
    tokens = list(_TOKEN.finditer(text))
    if not tokens:
        return 0, 0, len(text)
    odd = _ODD_NAME.match(text)
    if odd is not None:
        return odd.start("name"), odd.end("name"), odd.end("name")
    first = tokens[0]
    begin, end = first.span()
    stripped = first[0].lstrip("-_·.~/")
    begin = end - len(stripped)
    if not stripped:
        return _divide_rest(text, tokens, shelf)
    is_order = _WHOLE.match(stripped) or (_is_content(first[0], shelf) and has_quantity(stripped))
    is_order = is_order or _is_goods_with_amount(stripped, tokens, shelf)
    is_order = is_order or (len(stripped) == 1 and len(tokens) == 1 and circled_value(stripped) is not None)  # 1-101 ①
    is_order = is_order or (0 in shelf.item_starts(stripped) and _TAKEN_BACK.search(stripped) is not None)
    if HOLE in text[:begin] and is_order:
        return begin, begin, begin
    if len(tokens) > 1 or end < len(text.rstrip()):
        glued = glued_amount(stripped, shelf) or glued_item(stripped, shelf, normal, offset + begin)
        if glued:
            return begin, begin + glued, begin + glued
        return begin, *_name_reach(text, tokens, shelf, end)
    cut = (
        glued_amount(stripped, shelf)
        or glued_verb(stripped, shelf)
        or glued_item(stripped, shelf, normal, offset + begin)
    )
    cut = cut or min(filter(None, (glued_quantity(stripped), glued_action(stripped))), default=0)
    return (begin, begin + cut, begin + cut) if cut else (begin, end, end)


def _is_goods_with_amount(word: str, tokens: list[re.Match[str]], shelf: Shelf) -> bool:
    """酒酿 ×4, 蚊帐1顶: the goods and how many, in one word or in two."""
    goods = next((start for start in shelf.item_starts(word) if start == 0), None)
    if goods is None:
        return False
    if shelf.starts_content(word):
        return len(tokens) > 1 and _AMOUNT.match(tokens[1][0]) is not None
    counted = _COUNTED.search(word)
    return counted is not None and shelf.starts_content(word[: counted.end("figure")])


def _last_of_slashes(text: str, shelf: Shelf) -> re.Match[str] | None:
    """The name at the end of goods and room divided by slashes."""
    pieces = [piece for piece in re.finditer(r"[^/\x01]+", text) if piece[0].strip(" -:：")]
    if "/" not in text or len(pieces) < 2 or any(char.isdigit() for char in pieces[-1][0]):
        return None
    is_goods = all(shelf.starts_content(re.sub(r"\s", "", piece[0])) for piece in pieces[:-1])
    return pieces[-1] if is_goods and not shelf.mentions_item(pieces[-1][0]) and len(pieces[-1][0]) <= 10 else None


def _divide_rest(text: str, tokens: list[re.Match[str]], shelf: Shelf) -> tuple[int, int, int]:
    if len(tokens) < 2:
        return 0, 0, 0
    begin, end = tokens[1].span()
    return begin, *_name_reach(text, tokens[1:], shelf, end)


def _name_reach(text: str, tokens: list[re.Match[str]], shelf: Shelf, end: int) -> tuple[int, int]:
    """How far the name goes: words join it while a later word is clearly an order (Mr Wang 2份)."""
    rest = tokens[1:]
    orders = [
        index
        for index, token in enumerate(rest)
        if _is_content(token[0], shelf) or _ACTION.match(token[0]) or _is_of_words(text, token, shelf)
    ]
    first = tokens[0][0]
    if not orders:
        if not text[end:].strip(" " + HOLE) or not rest:
            cut = glued_quantity(first) if not rest else 0
            return (tokens[0].start() + cut, tokens[0].start() + cut) if cut else (end, end)
        quantity = glued_quantity(first)
        if quantity:
            return tokens[0].start() + quantity, tokens[0].start() + quantity
        return end, end
    if orders[0] == 0:
        is_wish = not any(_is_content(token[0], shelf) or has_quantity(token[0]) for token in rest)
        quantity = glued_quantity(first) if is_wish else 0
        return (tokens[0].start() + quantity, tokens[0].start() + quantity) if quantity else (end, end)
    between = list(rest[: orders[0]])
    for token in between:
        gap = text[end : token.start()]
        if (
            gap.strip()
            or any(char.isdigit() for char in token[0])
            or shelf.mentions_item(token[0])
            or len(token[0]) > 8
            or shelf.told.spells(token[0])
            or (len(token[0]) > _LONGEST_HALF and glued_quantity(token[0]))
            or _is_talk(first, token[0])
        ):
            return end, end
        end = token.end()
    return end, end


def _is_of_words(text: str, token: re.Match[str], shelf: Shelf) -> bool:
    """chicken rice, oat milk: goods whose name goes on behind a blank."""
    match = shelf.token.match(text, token.start()) if token[0].isascii() else None
    return match is not None and match.lastgroup in ("item", "told") and match.end() > token.end()


def _is_talk(first: str, word: str) -> bool:
    """刚写错了, 我俩分开算: no second half of a nickname; 妈妈 and 阿 珍 may be one."""
    if HAN.match(word) is None or is_address(word):
        return False
    return len(word) > _LONGEST_HALF or (HAN.match(first) is not None and len(first) > 1)


def _is_content(word: str, shelf: Shelf) -> bool:
    return shelf.starts_content(word)


_AMOUNT = re.compile(
    rf"[x×+*]?\s?\d{{1,3}}(?:\.\d)?(?:{UNIT_PATTERN})?|[一二两三四五六七八九十半]{{1,3}}(?:{UNIT_PATTERN})"
)
_COUNTED = re.compile(r"(?P<figure>\d{1,2})[\u4e00-\u9fff]$")
_UNABLE = re.compile(  # 胡大娘不会弄接龙, 小美说她要
    r"(?<=..)[\s,，(（]*(?:(?:不太?会|不懂|没法|弄不来)\S{0,3}接龙?|说(?:[她他我]家?)?(?:也|就)?要?)$"
)
_LONGEST_HALF = 3
_TAKEN_BACK = re.compile(r"(?:不要|取消|退|减|少|加|改)")  # 903 肉不要了
_SQUARE = re.compile(r"【([^【】]*)】")
_ROOM_IN_DASHES = re.compile(r"(?<=[^\W\d])-(\d{1,2}-\d{3,4})[- ](?=[^\W\d]|$)")  # 豆豆妈-8-1202-沃柑1
_ESTATE = re.compile(  # 滨河小区6-2-401 武姐
    rf"^\s*[^\s\d,，]{{1,6}}(?:小区|花园|家园|公寓|新村|社区|大院|嘉园|华庭|名苑|佳苑|花苑)\s?(?={HOLE}+\s*\S)"
)
_ROOM_THEN_NAME = re.compile(r"^(\s*(?:\d{1,2}-){1,2}\d{3,4})[-_—](?=[^\W\d])")  # 3-1502-郭
_ODD_NAME = re.compile(r"\s*(?P<name>[^\w\s(（\x01+×]{2,10})(?=\s+\S)")
_WHOLE = re.compile(r"除了|同上|同楼上|跟楼上一样|取消|不要了|全要|都要|各|每样")
_ROLE_BEHIND = re.compile(r"\s?[(\[](?:团长|群主|发起人?|楼长|店主|店家|老板娘?|管理员?|房东|班长|代接|代下|代)[)\]]")
_EDGES = " \t\n-_~～:：,，、.|/@·•"


def _cut(normal: Normal, start: int, end: int) -> str:
    """What was written, emoji with all their parts."""
    return normal.raw[normal.starts[start] : normal.starts[end]].strip()


def _name(normal: Normal, offset: int, text: str, begin: int, end: int) -> str:
    if begin >= end:
        return ""
    holes = [index for index in range(begin, end) if text[index] == HOLE]
    if not holes:
        written = _cut(normal, offset + begin, offset + end)
        written = _UNABLE.sub("", written)
        return _MARKS.sub("", written).strip(_EDGES).lstrip("❌🚫⛔ ") or written
    pieces: list[str] = []
    position = begin
    for index in [*holes, end]:
        if index > position:
            pieces.append(_cut(normal, offset + position, offset + index).strip(_EDGES))
        position = index + 1
    return "".join(pieces)


def _without_holes(text: str) -> str:
    return re.sub(rf"{HOLE}+", " ", text).strip()
