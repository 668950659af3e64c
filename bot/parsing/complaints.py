"""What is wrong with which goods: 草莓坏了两个, 鸡蛋少了一板要补. Pure.

The reading proposes; the leader sees the words and the photos and decides. So a count that does not fit the pack
(两个 of a box) claims one pack, with the pieces beside it where the pack counts them (3 of 30 eggs),
and no count at all claims the whole line (`quantity_milli` 0).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.parsing.catalogue import Catalogue
from bot.parsing.normalise import normalise
from bot.parsing.numerals import chinese_value
from bot.parsing.orders import read_fragment
from bot.parsing.quantity import parse_spec, piece_group
from bot.parsing.values import Item, Line

_REASONS = (
    ("wrong_item", r"[发拿给送装配](?:错|成)|不是我(?:要|订|买)?的|别人的|错了|不对"),
    (
        "missing",
        r"少了?|缺|漏(?:给|发|拿|装|送|掉)|没(?:有)?(?:给|收到|拿到|发|见|看|领到|取到)|不够|[只才就仅](?:有|给|收到|拿到|发)",
    ),
    ("damaged", r"破|碎|裂|压|漏了|散|瘪|变形|摔"),
    ("quality", r"坏|烂|霉|酸|苦|臭|馊|不新鲜|虫|不甜|蔫|黑|过期|变质|冻伤|软了|涩"),
    ("late", r"太晚|迟|晚了"),
)
_WISHES = (("replace", r"补|换|重发|再发"), ("refund", r"退|赔"))
_FILLER = re.compile(
    r"售后|申请|退款|退货|退钱|赔偿?|补发?|换货?|昨天|今天|前天|刚才|收到|拿到|买|订|的|了|是|有|都|全部|里面|里|我家?|您好|你好|麻烦|"
    r"坏果?|烂|破|碎|裂|霉|酸|苦|臭|不新鲜|少|缺|漏|发错|没给|没有|掉|给|要|请|怎么|吗|呢|啊|吧|能|可以|不|"
    r"没|见到|看到|看见|发现|回来|回家|数|还|只|才|就|仅|发|装|送|拿|领|取|错|成|想|申请|甜|好吃|生虫|虫子|换|退|赔|我们|我|您|你|了解|一下"
)
_ONLY = re.compile(
    r"[只才就仅](?:有|给|收到|拿到|发|见到?|看到|领到|装|是)?了?我?了?\s*(\d{1,3}|[一两二三四五六七八九十])\s*([^\d\s,，。])"
)
_COUNT = re.compile(r"(\d{1,3}|[一两二三四五六七八九十半])\s*([个只颗粒枚盒板箱袋份斤瓶包提桶罐件条把棵]|块(?!钱))")
_NUMBERED = re.compile(r"(.*?)(\d{0,3})", re.DOTALL)  # 草莓1: that many of what is sold
_LONGEST = 500


@dataclass(frozen=True, slots=True)
class Pieces:
    """3 of the 30 in a pack of these goods; the line beside it claims a whole pack."""

    key: int
    count: int
    per_pack: int


@dataclass(frozen=True, slots=True)
class Complaint:
    """`reason` and `wish` are words of the after-sales table; `lines` the goods that were recognised."""

    reason: str
    wish: str
    lines: tuple[Line, ...]
    pieces: tuple[Pieces, ...] = ()
    is_rest: bool = False  # the lines say what there was: 米只有一袋, of which the rest is missing


def read_complaint(text: str, catalogue: Catalogue) -> Complaint:
    """What a complaint is about. `catalogue` holds what the person ordered. Never raises."""
    plain = normalise(text[:_LONGEST]).text
    lines, pieces = _lines(plain, catalogue)
    return Complaint(
        reason=next((word for word, pattern in _REASONS if re.search(pattern, plain)), "other"),
        wish=next((word for word, pattern in _WISHES if re.search(pattern, plain)), "unsure"),
        lines=tuple(lines),
        pieces=tuple(pieces),
        is_rest=_ONLY.search(plain) is not None,
    )


def _lines(plain: str, catalogue: Catalogue) -> tuple[list[Line], list[Pieces]]:
    """Part by part: goods named with a count that fits, with one that does not, or with none."""
    found: dict[int, int] = {}
    inside: dict[int, Pieces] = {}
    for part in re.split(r"[,，。;；\n]|还有|另外", plain):
        counted = _COUNT.search(part)
        named = _FILLER.sub(" ", _COUNT.sub(" ", part))
        for word in named.split():
            name, number = _NUMBERED.fullmatch(word).groups()  # type: ignore[union-attr]  # it matches any word
            for key in _keys(name, catalogue):
                found[key] = int(number) * 1000 if number else _claimed(key, counted, catalogue)
                inside.pop(key, None)
                if not number and counted and (some := _pieces(catalogue.by_key[key], counted)):
                    inside[key] = some
        if not found.keys() & set(_in_full(part, catalogue)) and (keys := _in_full(part, catalogue)):
            found |= {key: _claimed(key, counted, catalogue) for key in keys}
    return [Line(key, milli) for key, milli in found.items()], list(inside.values())


def _pieces(item: Item, counted: re.Match[str]) -> Pieces | None:
    """So many of what a pack holds, where its specification counts them."""
    per_pack = parse_spec(item.spec, item.unit).counts.get(piece_group(counted[2]), 0)
    count = _count(counted)
    return Pieces(item.key, count, per_pack) if counted[2] != item.unit and 0 < count < per_pack else None


def _count(counted: re.Match[str]) -> int:
    return int(counted[1]) if counted[1].isdigit() else chinese_value(counted[1]) or 1


def _keys(word: str, catalogue: Catalogue) -> tuple[int, ...]:
    """The goods of a name; 油桶 and 蛋壳 are of the oil and the eggs."""
    bare = word.rstrip("桶袋箱盒瓶板壳皮罐")
    return _named(word, catalogue) or (_named(bare, catalogue) if bare and bare != word else ())


def _named(word: str, catalogue: Catalogue) -> tuple[int, ...]:
    reading = read_fragment(f"{word}1", catalogue)
    return tuple(line.key for line in reading.lines) if len(reading.lines) == 1 else ()


def _in_full(part: str, catalogue: Catalogue) -> tuple[int, ...]:
    """The goods of a name that stands in the part as it is: the words around it were not all known."""
    said = [name for name, one in catalogue.names.items() if len(one.keys) == 1 and not one.weak and name in part]
    whole = [name for name in said if len(name) > 1 and not any(name != other and name in other for other in said)]
    return tuple(dict.fromkeys(key for name in whole for key in catalogue.names[name].keys))


def _claimed(key: int, counted: re.Match[str] | None, catalogue: Catalogue) -> int:
    if counted is None:
        return 0
    count = _count(counted)
    unit = next((item.unit for item in catalogue.items if item.key == key), "")
    fits = counted[2] in {unit, "份"}
    return count * 1000 if fits else 1000
