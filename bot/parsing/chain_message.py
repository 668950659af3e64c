"""A line of a 接龙 that is no plain list, read as the message it is: 腊肉要多了 减一斤, 酸菜不要那么多 三袋就行.

The reader of messages knows what the same person has already. Two things differ in a chain: goods with their numbers
come in addition to what the lines above say, unless the line says that they are all there is to be; and nobody writes
a line to say nothing, so what is not understood is asked about.
"""

from __future__ import annotations

import re
from dataclasses import replace

from bot.parsing.catalogue import Catalogue
from bot.parsing.chain_amounts import Content
from bot.parsing.lexer import words
from bot.parsing.normalise import normalise
from bot.parsing.orders import read_fragment, read_order
from bot.parsing.values import Doubt, Line, OrderReading

Held = dict[int, int]

_IN_ALL = re.compile(
    r"不是|更正|更新|修正|(?:就|便|也)?(?<!不)够(?!了?[吗么不])|就(?:行|好|可以|成|中|得)|[只就](?:要|留|拿|剩)|留\s?[\d一二两三四五六七八九十]|还是|一共|总共|共要|最终|多了|少了|应该是|[报写打填说弄搞订]错"
    r"|[减加改调升降]?(?:成|到|为)\s?[\d一二两三四五六七八九十]|改"
)
_ONLY = re.compile(r"只(?:要|留|拿|订)")  # 复制错了,我只要双皮奶1碗: the rest is dropped and this is the total
_OWNER = re.compile(r"(?:[妈爸婆公姐哥弟妹姨叔嫂]|同事|邻居|朋友|儿子|女儿|闺女)家?的|[给帮替]")
_UNREAD = ("unclear", "out_of_range")  # what the judge may settle; other doubts are about goods and amounts
_LONG, _LEAST = 30, 4  # characters
_CLAUSE = re.compile(r"[,，;；。、\s()（）]+")


def read_said(catalogue: Catalogue, content: str, before: Held | None) -> tuple[Content, bool]:
    """(what a line asks for or changes, beside what its person has (`before`); was it read twice)."""
    held = {key: milli for key, milli in (before or {}).items() if milli}
    prior = [Line(key, milli) for key, milli in held.items()]
    reading = read_fragment(content, catalogue, prior=prior)
    is_open = reading.action in ("unknown", "query") or any(doubt.reason in _UNREAD for doubt in reading.doubts)
    if is_open:
        judged = read_order(content, catalogue, prior=prior)
        reading = reading if judged.doubts or judged.action in ("unknown", "query") else judged
    found = _in_a_chain(reading, content, held)
    strange = _strangers(content, catalogue, len(found.lines))
    doubts = (*found.doubts, *strange) if found.lines else found.doubts
    return replace(found, doubts=doubts, is_message=True), is_open


def cost_of(content: str) -> int:
    """How much of the allowance of its chain a message takes: what has many clauses costs more for each."""
    return len(content) * (1 + len(content) // _LONG) + _LEAST


def is_for_one_of_them(content: str) -> bool:
    """我妈家的米不要了: what part of it that is, nobody knows."""
    return _OWNER.search(content) is not None


def _in_a_chain(reading: OrderReading, content: str, held: Held) -> Content:
    lines = tuple(line for line in reading.lines if line.key in held or line.quantity_milli)
    lines = tuple(line for line in lines if line.quantity_milli or line.op == "set")
    if reading.action == "cancel" and not lines:
        return Content(action="cancel", doubts=reading.doubts)
    if not lines and reading.action in ("order", "amend", "cancel") and not reading.doubts:
        return Content(doubts=(Doubt(content[:40], "unclear"),))
    if reading.action in ("amend", "cancel") and held:
        return _changed(lines, reading, held, content)
    in_all = bool(held) and any(line.key in held for line in lines) and _IN_ALL.search(content) is not None
    lines = tuple(replace(line, op="set") if line.op == "add" else line for line in lines)
    return Content(lines, reading.doubts, reading.note, reading.action, replaces=in_all)


def _changed(lines: tuple[Line, ...], reading: OrderReading, held: Held, content: str) -> Content:
    """A change of what there was: `add` beside new totals, plain lines where nothing else changes."""
    dropped = {line.key for line in lines if line.op == "set" and not line.quantity_milli}
    totals = {line.key for line in lines if line.op == "set" and line.quantity_milli}
    if dropped and is_for_one_of_them(content):
        return Content(doubts=(Doubt(content[:40], "unclear"),), action="change")
    more = {line.key for line in lines if line.op == "add"}
    is_beside = (totals | more) & set(held) - dropped if dropped else totals - set(held)
    # 香蕉不要了换蓝莓2 with 蓝莓 already, 改成沃柑1 without: so many, or so many more?
    if is_beside and _ONLY.search(content) is None:
        return Content(doubts=(Doubt(content[:40], "unclear"),), action="change")
    if not totals:
        lines = tuple(replace(line, op="set") if line.op == "add" else line for line in lines)
    return Content(lines, reading.doubts, reading.note, "change", replaces=bool(totals))


def _strangers(content: str, catalogue: Catalogue, booked: int) -> tuple[Doubt, ...]:
    """Goods that nobody sells here, each with its number in a clause of its own: 黄泥螺1瓶,炝蟹1只.

    A name written wrongly looks the same, so clauses are only missed where they outnumber what is `booked`.
    """
    strange: list[Doubt] = []
    counted = 0
    for clause in filter(None, _CLAUSE.split(normalise(content).text)):
        tokens = [token for token in words(clause, catalogue) if token.kind not in ("space", "comma")]
        counted += any(token.kind == "qty" for token in tokens)
        is_good = len(tokens) == 2 and tokens[0].kind == "text" and tokens[1].kind == "qty"
        if is_good and len(tokens[0].word) > 1 and catalogue.resolve(tokens[0].word) is None:
            strange.append(Doubt(clause[:40], "not_sold"))
    return tuple(strange) if counted > booked else ()
