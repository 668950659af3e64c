"""From a text to a command: the words leaders and residents use for everything but the goods themselves.

Pure. What is said about goods (orders, posts, 接龙, codes, times) is read by `bot.parsing`; `bot.everyday_words` and
`bot.leader_words` know the keywords around it. This module decides, by who is speaking, which reading applies. A
keyword must be the whole message or its beginning, so that 「草莓到货了吗」 from a neighbour is a question and never an
order of the leader's.
"""

from __future__ import annotations

import re
from dataclasses import replace

from bot import commands as c
from bot.afterwards_words import AFTERWARDS
from bot.case_words import CASES
from bot.counter_words import AFTER_SALES, COUNTER, TROUBLES
from bot.everyday_words import EVERYBODY, RESIDENT, is_leaders, who_and_where
from bot.first_steps_words import FIRST_STEPS
from bot.leader_words import LEADER, begun
from bot.moving_words import MOVES, NOT_THAT_DAY
from bot.named_words import named
from bot.page_words import PAGES
from bot.parsing.chain import looks_like_chain, read_chain
from bot.parsing.codes import read_codes, read_codes_with_lines
from bot.parsing.normalise import normalise
from bot.parsing.numerals import chinese_value
from bot.parsing.orders import read_order
from bot.parsing.plain import read_plain
from bot.parsing.post import looks_like_post, read_post
from bot.parsing.values import Line, Op, OrderReading
from bot.said import Said, Situation, first_command, hear
from bot.shelf_words import SHELF_OF_LEADERS, SHELF_OF_RESIDENTS
from bot.unsold_words import unsold
from bot.urging_words import URGING

__all__ = ["Situation", "bare_number", "clear_lines", "exchanges", "is_quantity", "op_before", "understand"]

_BARE_NUMBER = re.compile(r"第?\s*(\d{1,3}|[一两二三四五六七八九十]{1,3})\s*(?:个|号|项|[^\d\s]{1,2})?[。.!！]?")
_CODE_FIRST = re.compile(r"(?:核销|取货码?|提货码?|码|验证|[\s:,，、是为])*\d")
_ADDS = re.compile(r"(?:\+|加|再来|再要|再|多要?|多来)\s*$")
_TAKES = re.compile(r"(?:少|减|退|扣)\s*$")
_QUANTITY = re.compile(r"[\d一两二三四五六七八九十半.]{1,6}\s*[^\d\s]{0,3}")
_BEGINS_WITH_CODE = re.compile(r"(?:核销|取货码?|提货码?|码|验证)?[\s:是为]*\d{3}[\s-]?\d{3}(?!\d)")
_KEPT = 200  # characters of an order that are kept with its open questions
_NOT_PAID = re.compile(r"没|未|不|吗|怎么|多少|哪|何|能|可以|退|多收|多付|付多|[两二2]次|付重|重复|算错|收错")
_ASKS_HOW = re.compile(
    r"(?:付|收|支付|转账?)款?(?:码|链接|方式|二维码)|发(?:我|给我|一?下|个)|(?:^|[我要想])(?:去|来)?付(?:款|钱)?$"
)
_POLITE = re.compile(
    r"(?:(?:请|麻烦|帮我|给我|我要|我想|我)*(?:看看|看|查查|查|打印|发|来|做)?(?:一下|下|一份|个)?)\s*"
)
_IS_BAD = re.compile(r"[坏烂碎臭霉馊破漏蔫](?:掉|光)?了|少[给发]了|[发送]错了")
_IN_CASE = re.compile(r"如果|要是|万一|假如|会不会|的话|怎么办|咋办|包")
_ABOUT_ROUND = frozenset({"pickup", "delivery"})
"""What a leader asks about his own round."""
_QUESTIONS = frozenset(
    "deadline arrival pickup price stock catalog bargain invoice reach delivery returns next by_another".split()
)


def understand(text: str, situation: Situation) -> c.Command:
    """The command in a message; `Unknown` when there is none. Never raises for any text."""
    said = hear(text, situation)
    if (not said.plain and said.raw.startswith("[")) or not re.search(r"[\w?？]", said.raw):  # stickers, 👍
        return c.Unknown(said.raw, "talk")
    if situation.is_leader:
        found = (
            first_command(
                said, EVERYBODY, FIRST_STEPS, SHELF_OF_LEADERS, MOVES, URGING, LEADER, CASES, PAGES, NOT_THAT_DAY
            )
            or _shaped(said)
            or _codes(said)
            or first_command(said, TROUBLES)
            or named(said)
            or first_command(said, COUNTER, AFTER_SALES)
            or _asked_politely(said)
            or _after_reason(said)
            or unsold(said)
            or _begun(said)
        )
    elif plain := _plain(said):
        return _change(plain, said)
    else:
        found = (
            first_command(said, EVERYBODY, FIRST_STEPS, AFTERWARDS, SHELF_OF_RESIDENTS, RESIDENT)
            or _codes(said)
            or _not_for_you(said)
            or who_and_where(said)
        )
    return found or _about_goods(said)


def _plain(said: Said) -> OrderReading | None:
    if said.normal.quote:
        return None
    goods = said.situation.catalogue
    has_order = any(line.quantity_milli and line.key in goods.by_key for line in said.situation.prior)
    return read_plain(said.plain, goods, has_order=has_order)


def bare_number(text: str) -> int | None:
    """The one number a message consists of (2, 第二个, 两盒), or None."""
    match = _BARE_NUMBER.fullmatch(normalise(text[:20]).text.strip())
    if match is None:
        return None
    return int(match[1]) if match[1].isdigit() else chinese_value(match[1])


def is_quantity(text: str) -> bool:
    """Whether a message says how much and nothing else: 2, 两盒, 一斤半."""
    return _QUANTITY.fullmatch(text) is not None


def op_before(said: str, fragment: str) -> Op:
    """Whether an amount of something unknown is to be added, taken off or set: by the word before it."""
    before = normalise(said.partition(fragment)[0]).text if fragment in said else ""
    if _ADDS.search(before):
        return "add"
    return "sub" if _TAKES.search(before) else "set"


def _shaped(said: Said) -> c.Command | None:
    """A leader's pasted 接龙 or 开团 post."""
    situation = said.situation
    if looks_like_chain(said.raw):
        catalogue = situation.of_rounds or situation.catalogue
        return c.ApplyChain(read_chain(said.raw, catalogue, leader_name=situation.leader_name), said.raw)
    if looks_like_post(said.raw):
        return c.PostRound(read_post(said.raw, situation.now), said.raw)
    return None


def _asked_politely(said: Said) -> c.Command | None:
    """帮我看下谁还没付, 打印名单: the leader's own words behind a few that say nothing."""
    begun = _POLITE.match(said.plain)
    if not begun or begun.end() == len(said.plain):
        return None
    rest = replace(said, plain=said.plain[begun.end() :], offset=said.offset + begun.end())
    return first_command(rest, LEADER)


def _codes(said: Said) -> c.Command | None:
    """Pickup codes, when a leader or helper sends nothing else (or begins with one); 撤销 before one."""
    if not (said.situation.is_leader or said.situation.is_helper):
        return None
    if annul := re.fullmatch(r"(?:撤销|撤回|撤销核销|反核销)\s*(\d[\d\s\-]{4,8}\d)", said.plain):
        code = re.sub(r"\D", "", annul[1])
        return c.Annul(code) if len(code) == 6 else None
    found = read_codes_with_lines(said.raw)
    return c.Redeem(found) if found and _CODE_FIRST.match(said.plain) else None


def _after_reason(said: Said) -> c.Command | None:
    """中午来不及，自提改到晚上7点: why comes first, and what is to be done is asked back anyway."""
    reason, _, _ = said.plain.rpartition(",")
    if not reason or any(char.isdigit() for char in reason):
        return None
    begin = len(reason) + 1
    rest = hear(said.raw[-(len(said.plain) - begin) :], said.situation)
    return first_command(rest, MOVES)


def _begun(said: Said) -> c.Command | None:
    word = begun(said.plain)
    return c.Unknown(said.raw, f"how:{word}") if word else None


def _not_for_you(said: Said) -> c.Command | None:
    """What only leaders send: it is named as that, and never read as an order."""
    if is_leaders(said.plain):
        return c.Unknown(said.raw, "leader_only")
    if _BEGINS_WITH_CODE.match(said.plain) and read_codes(said.raw):
        return c.Unknown(said.raw, "code")
    lines = said.raw.count("\n")
    if re.match(r"\W*#\s*(?:接龙|group\s?note)", said.plain) or (lines > 2 and looks_like_chain(said.raw)):
        return c.Unknown(said.raw, "chain")
    if re.match(r"\W*#\s*开团", said.plain) or (
        lines and re.search(r"截单|截止|自提", said.plain) and looks_like_post(said.raw)
    ):
        return c.Unknown(said.raw, "post")
    return None


def _about_goods(said: Said) -> c.Command:
    situation = said.situation
    reading = read_order(
        said.raw, situation.catalogue, role="leader" if situation.is_leader else "resident", prior=situation.prior
    )
    return _command(reading, said)


def _command(reading: OrderReading, said: Said) -> c.Command:
    match reading.action:
        case "order" | "amend":
            return _change(reading, said)
        case "ambiguous":
            return _change(reading, said) if reading.lines or reading.doubts else c.Unknown(said.raw, "unclear")
        case "cancel" if not reading.lines:
            return _cancel(reading, said)
        case "cancel":
            return _change(reading, said)
        case "help":
            return c.Help()
        case "query":
            return _question(reading.topic, said)
        case _:
            return _not_an_order(reading, said)


def clear_lines(reading: OrderReading, raw: str) -> tuple[Line, ...]:
    """What may be booked of an order: nothing where the doubt is about the message itself."""
    is_unclear = any(d.reason == "unclear" and 2 * len(d.fragment) > len(raw) for d in reading.doubts)
    return () if is_unclear else reading.lines


def exchanges(lines: tuple[Line, ...], words: str) -> bool:
    """草莓换成鸡蛋: either both are changed or nothing."""
    removes = any(line.op == "set" and line.quantity_milli == 0 for line in lines)
    sets = any(line.op == "set" and line.quantity_milli > 0 for line in lines)
    return removes and sets and all(line.op == "set" for line in lines) and "换" in words


def _change(reading: OrderReading, said: Said) -> c.ChangeOrder:
    lines = clear_lines(reading, said.raw)
    is_of_somebody = said.situation.is_leader and bool(reading.name or reading.room) and len(said.raw) <= _KEPT
    return c.ChangeOrder(
        lines=lines,
        doubts=reading.doubts,
        room=reading.room,
        phone=reading.phone,
        name=reading.name if said.situation.is_leader else _own_name(reading.name, said),
        note=_note(reading.note),
        said=said.raw[:_KEPT],
        is_exchange=exchanges(lines, said.plain),
        is_for_guest=said.situation.is_leader and bool(reading.name),
        likely=() if said.situation.is_leader else reading.likely,
        words=said.raw if is_of_somebody else "",
    )


def _note(note: str | None) -> str | None:
    """What the leader is to know; a word that was left over (帮女儿来一盒 她住6-301), or why something else is not wanted
    (太甜了), tells him nothing."""
    if not note:
        return None
    words = note.removeprefix("备注").strip(" :：")
    return None if re.fullmatch(r"[我你您他她它们的,，。\s]*|(?:太|有点)\S{1,3}了?", words) else words


def _own_name(name: str | None, said: Said) -> str | None:
    """What the person who orders is called: a name that stands by itself or behind 我是; 跟王姐一样, 王阿姨家的草莓 and
    她也要 speak of somebody else."""
    if not name or re.fullmatch(r"[我你您他她它咱俺伊佢侬们家]+", name):
        return None
    alone = rf"(?:^|[\s,，。;；:：\d]|我[是叫姓]|叫我){re.escape(name)}(?:$|[\s,，。;；:：\d])"
    of_another = rf"[跟和与同给帮替像让叫找问为比]\s*{re.escape(name)}"
    return name if re.search(alone, said.plain) and not re.search(of_another, said.plain) else None


def _cancel(reading: OrderReading, said: Said) -> c.Command:
    """A leader who names a neighbour does not mean his own order."""
    if said.situation.is_leader and reading.name:
        return c.ChangeOrder((), name=reading.name, room=reading.room, is_for_guest=True, cancels_all=True)
    return c.CancelOrder()


def _question(topic: str | None, said: Said) -> c.Command:
    if topic == "my_order":
        return c.MyOrders()
    if topic == "who":
        return c.Unknown(said.raw, topic)
    if topic == "returns" and _IS_BAD.search(said.plain) and not _IN_CASE.search(said.plain):
        return c.OpenCase(said.raw)
    if topic == "code":
        return c.MyCode()
    if said.situation.is_leader and topic in _ABOUT_ROUND:
        return c.ShowTotals()
    return c.ShowMenu(topic or "other")


def _not_an_order(reading: OrderReading, said: Said) -> c.Command:
    topic = reading.topic
    if said.situation.is_leader:
        return c.Unknown(said.raw, "how:售后" if topic == "aftersale" else topic)
    if topic == "aftersale":
        return c.OpenCase(said.raw)
    if topic == "payment" and _ASKS_HOW.search(said.plain):
        return c.HowToPay()
    if topic == "payment":
        return c.ShowMenu(topic) if _NOT_PAID.search(said.plain) else c.ClaimPaid()
    if topic in _QUESTIONS and len(said.plain) <= 16:
        return _question(topic, said)
    return c.Unknown(said.raw, topic)
