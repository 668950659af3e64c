"""Is a text a 接龙? Told by its shape alone, before anything is known about the round.

A numbered list of goods (1. 苹果2 2. 鸡蛋1) is one person's order; a numbered list of people is a chain. People are
told from goods by the words behind the numbers: names of goods, surnames, forms of address, and a second word with
the goods.
"""

from __future__ import annotations

import re

from bot.parsing.chain_rows import is_example, is_mark, read_layout
from bot.parsing.goods_words import mentions_goods
from bot.parsing.normalise import normalise
from bot.parsing.post_prices import find_prices
from bot.parsing.rooms import find_rooms

MAX_CHARS = 4000
_QUANTITY = re.compile(
    r"[x×+]?\s?(?:\d{1,2}(?!\d)|[一二两三四五六七八九十俩仨]{1,2}(?=[份盒箱斤袋包板瓶个只条提扎把块套件桶罐杯支枝]))"
)
_SURNAMES = frozenset(
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
)
_ADDRESS = re.compile(
    r"^[老小阿大][\u4e00-\u9fff]{1,2}|[姐哥姨叔妈爸婶伯嫂爷奶婆公妹弟总工师太生]$|先生"
    r"|女士|老师|妈妈|爸爸|太太|小姐|阿姨|叔叔|团长|群主"
)
_TAIL_QUANTITY = re.compile(
    r"(?P<head>[^\s\d:：,，(（×+*=、]{1,14}?)[\s:：]*[x×+*]?\s?(?:\d{1,2}(?:\.\d)?|[一二两三四五六七八九十半]{1,3})(?P<unit>公?[份盒箱斤袋包板瓶个只条提扎把块套件桶罐杯支枝]?)半?(?:\s.*"
    r"|[,，].*)?$"
)
_HEAD = re.compile(r"[^\s\d:：,，(（×+*=、]{1,14}")


def looks_like_chain(text: str) -> bool:
    """#接龙, #Group Note, or lines with people and quantities; an ordinary order of several lines is none."""
    normal = normalise(text, keep_quote=True, limit=MAX_CHARS)
    lines = [line for line in normal.text.split("\n") if line.strip()]
    if any(is_mark(line) and ("#" in line or "名单" in line or len(lines) > 2) for line in lines[:3]):
        return True
    layout = read_layout(normal.text)
    rows = [
        normal.text[row.start : row.end].strip()
        for row in layout.entries
        if row.number is not None or not layout.is_numbered
    ]
    rows = [row for row in rows if row and not is_example(row)][:80]
    if not layout.is_numbered:
        pieces = [piece.strip() for row in rows for piece in re.split(r"[,，;；。]", row)]
        rows = [piece for piece in pieces if piece]
    people = sum(_is_person(row) for row in rows)
    goods = sum(_is_goods(row) for row in rows)
    is_list = layout.is_numbered and goods == 0
    if is_list and (any("接龙" in line for line in lines[:3]) or _is_one_item_list(rows) or _is_plain_list(rows)):
        return True
    return people >= 2 and people > goods and 2 * people >= len(rows)


def _is_one_item_list(rows: list[str]) -> bool:
    """Different heads, all with a quantity of the same unit: people ordering the one thing that is sold."""
    found = [_TAIL_QUANTITY.match(row) for row in rows]
    units = {match["unit"] for match in found if match is not None}
    heads = {match["head"] for match in found if match is not None}
    return len(rows) >= 3 and all(found) and len(units) <= 1 and len(heads) == len(rows)


def _is_plain_list(rows: list[str]) -> bool:
    """Four and more short numbered lines without prices and sentences."""
    return len(rows) >= 4 and all(
        len(row) <= 24 and not re.search(r"[。，,；;!！?？]", row) and not find_prices(row) for row in rows
    )


def _is_person(row: str) -> bool:
    """A head that is a name, and a quantity, goods or a room behind it."""
    if find_prices(row):
        return False
    rooms = [room for room in find_rooms(row) if room.kind != "bare" or room.start == 0]
    for room in rooms:
        row = row[: room.start] + " " * (room.end - room.start) + row[room.end :]
    row = row.strip(" -")
    head = _HEAD.match(row)
    if head is None:
        return bool(rooms) and _QUANTITY.search(row) is not None
    if mentions_goods(head[0]) or head[0] in ("我", "我家", "我们", "自己", "楼下", "楼上", "隔壁", "对门"):
        return False
    rest = row[head.end() :]
    has_quantity = _QUANTITY.search(rest) is not None or _QUANTITY.search(head[0], 1) is not None
    if not has_quantity:
        return bool(_is_name(head[0]) and len(row) <= 10)
    words = rest.split()
    return _is_name(head[0]) or (len(words) >= 1 and (bool(rooms) or any(mentions_goods(word) for word in words)))


def _is_goods(row: str) -> bool:
    head = _HEAD.match(row)
    return head is not None and mentions_goods(head[0])


def is_surname(char: str) -> bool:
    """王, 李: one of the hundred commonest."""
    return char in _SURNAMES


def is_address(word: str) -> bool:
    """王姐, 豆豆妈, 老周: a form of address."""
    return _ADDRESS.search(word) is not None


def _is_name(head: str) -> bool:
    bare = _QUANTITY.sub("", head)
    return (
        (head[:1] in _SURNAMES and len(bare) <= 4)
        or _ADDRESS.search(bare) is not None
        or re.match(r"[a-z][a-z .']+$", bare) is not None
    )
