"""A later line of a 接龙 whose person left something open above: 那就5斤 behind 手抓四五斤, 都要白桃 behind 元气2箱.

And a line that says about an earlier one that it was not enough: 毛豆腐两盒,刚才少写了 is two, and not two more.
"""

from __future__ import annotations

import re
from dataclasses import replace

from bot.parsing.chain_amounts import FIGURE, Content
from bot.parsing.chain_content import Shelf
from bot.parsing.chain_kinds import labels
from bot.parsing.chain_message import Held
from bot.parsing.quantity import UNIT_PATTERN
from bot.parsing.values import ChainEntry, Doubt, Line

_AMOUNT = rf"[x×]?\s?{FIGURE}\s?(?:(?:{UNIT_PATTERN})半?)?"
_WELL = r"(?:那么?就?|就|不然|要不|咁就?)(?:给我|帮我)?(?:来|要|整|拿|称|订|买|给)?\s?"
_SO_MANY = re.compile(rf"{_WELL}(?P<amount>{_AMOUNT})(?:好了|算了)?[吧嘛哦啊呗咯]?(?:[\s,，。!][^\d]{{0,12}})?")
_WELL_THEN = re.compile(rf"[^,，;；。]{{2,12}}?[\s,，;；。]+{_WELL}(?P<rest>\S.*)")
_WRONG_FIRST = re.compile(
    r"(?:我|刚才?|刚刚|上面|前面)*(?:[写说讲报打填按点弄搞看]错|手抖|手滑)了?[\s,，:：]*(?:应该是|应该|是)?"
)
_CHOSEN = re.compile(
    rf"(?:[^\d\s,，要]{{2,10}}[\s,，]+)?(?:{_AMOUNT})?(?:上面|刚才?|前面)?(?:我)?(?:说的|写的|要的)?(?:都|全|全部)?(?:是|要|来|拿)\s?(?P<goods>[^\d\s,，]{{1,10}}?)(?:的|口味|味|款|那[种个款])*[吧哈啊哦啦]*"
)
_THESE = re.compile(rf"{_WELL}(?P<amount>{_AMOUNT})(?P<goods>[^\d\s,，]{{1,6}}?)的?[吧哈啊哦啦]*")  # 那就5扎红的吧
_EARLIER = re.compile(
    rf"[\s,，(（]+(?:刚才?|刚刚|上面|前面|之前|上次|那)(?:的|那)?\s?(?P<amount>{_AMOUNT})?\s?(?:的|写的?)?(?:都|就)?"
    r"(?P<how>[少漏]写了?|写少了?|[少漏]报了?|报少了?|写错了?|报错了?|不够|唔够|作废|不算|划掉|不要)(?:了|啦|咯|哈)?[)）。!~]*$"
)
_MAY_SAY_SO = frozenset("少漏够错废算划要得拉")
_GIVEN_UP = re.compile(rf"(?P<goods>[^\d\s,，]{{1,10}}?)(?P<amount>{_AMOUNT})(?:就)?(?:算了|得了|拉倒)[吧]?")
_BESIDE = re.compile(r"[再加另多补添+改换]")


def read_answer(shelf: Shelf, content: str, asked: ChainEntry | None, before: Held | None) -> Content | None:
    """What a line settles that its person left open in `asked`; None when it settles nothing."""
    if asked is None or not asked.doubts:
        return None
    so_many = _SO_MANY.fullmatch(content)
    if so_many is not None:
        return _so_many(shelf, so_many["amount"], asked)
    if not before:
        then = _WELL_THEN.fullmatch(content)
        rest = then["rest"] if then is not None else _WRONG_FIRST.sub("", content, count=1)
        found = shelf.plainly(rest) if rest != content else None
        if found is not None:
            return found
        if then is not None and (amount := re.fullmatch(rf"({_AMOUNT})(?:好了|算了)?[吧嘛哦啊]?", rest)) is not None:
            return _so_many(shelf, amount[1], asked)
    return _chosen(shelf, content, asked)


def read_total(shelf: Shelf, content: str, before: Held) -> Content | None:
    """蟹要3斤 刚才2斤唔够: the amount in front is all there is to be; None for a line without such words."""
    if _MAY_SAY_SO.isdisjoint(content):
        return None
    given_up = _GIVEN_UP.fullmatch(content)
    if given_up is not None:  # two, of which there are two: none?
        keys = shelf.keys_in(given_up["goods"], before)
        if len(keys) == 1 and shelf.amount(keys[0], given_up["amount"]) == before.get(keys[0]):
            return Content(doubts=(Doubt(content[:40], "unclear", (keys[0],)),), action="contradiction")
    match = _EARLIER.search(content)
    said = content[: match.start()] if match is not None else ""
    if match is None or not said or _BESIDE.search(said):
        return None
    found = shelf.read(said)
    if found.doubts or len(found.lines) != 1 or found.lines[0].key not in before:
        return None
    line = found.lines[0]
    too_little = re.search("[少漏够]", match["how"]) is not None
    was = shelf.amount(line.key, match["amount"]) if match["amount"] else before[line.key]
    if was != before[line.key] or (too_little and line.quantity_milli <= was):  # two more, or two?
        return Content(doubts=(Doubt(content[:40], "unclear", (line.key,)),), action="contradiction")
    return replace(found, action="change", replaces=True)


def _so_many(shelf: Shelf, amount: str, asked: ChainEntry) -> Content | None:
    """The amount of the one thing that was asked about."""
    keys = {doubt.candidates for doubt in asked.doubts}
    (candidates,) = keys if len(keys) == 1 else ((),)
    milli = shelf.amount(candidates[0], amount.strip()) if len(candidates) == 1 else None
    return None if milli is None else Content((Line(candidates[0], milli),))


def _chosen(shelf: Shelf, content: str, asked: ChainEntry) -> Content | None:
    """One of the goods that were in question, in the amount that was not."""
    match = _CHOSEN.fullmatch(content) or _THESE.fullmatch(content)
    if match is None or len(asked.doubts) != 1 or asked.doubts[0].quantity_milli is None:
        return None
    candidates = asked.doubts[0].candidates
    keys = [key for key in shelf.keys_in(match["goods"]) if key in candidates]
    keys = keys or [key for key in candidates if match["goods"] in labels(shelf.catalogue.by_key[key])]
    said = match["amount"] if "amount" in match.groupdict() else None
    milli = asked.doubts[0].quantity_milli if said is None else shelf.amount(keys[0], said) if len(keys) == 1 else None
    if len(keys) != 1 or milli is None:
        return None
    return Content((Line(keys[0], milli),))
