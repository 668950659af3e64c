"""`read_order`: what one chat message says about an order."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from bot.parsing import coverage
from bot.parsing.candidates import Take, Taken, books_nothing
from bot.parsing.catalogue import Catalogue
from bot.parsing.draft import Draft
from bot.parsing.gate import segments
from bot.parsing.holds import settle
from bot.parsing.interpreter import Interpreter
from bot.parsing.judge import Option, decide, is_plain
from bot.parsing.lexer import classify, words
from bot.parsing.listed import read_listed
from bot.parsing.money import see_prices
from bot.parsing.normalise import Normal, normalise
from bot.parsing.notes import fold_notes
from bot.parsing.outcome import reading_of
from bot.parsing.plain import read_plain
from bot.parsing.quantity import UNIT_PATTERN
from bot.parsing.quotes import is_of_these, is_passed_on, point_into, points_up, quoted_goods, said_in
from bot.parsing.segments import Segment, keys_of
from bot.parsing.spells import sum_up
from bot.parsing.talk import left_alone, listened
from bot.parsing.tally import check_numbers
from bot.parsing.tokens import Token
from bot.parsing.topics import is_help
from bot.parsing.unread import check_unread
from bot.parsing.values import Line, OrderReading, Role
from bot.parsing.varieties import choose_varieties

MAX_ORDER_CHARS: Final = 600
"""A longer message is no order of one person; it is left alone."""
MAX_RAW_CHARS: Final = 6_000
"""With its quotation and everything that is blanked; WeChat delivers at most 2,048 bytes."""

_FALLBACK: Final = re.compile(
    r"[,\s]*(?:如果|要是|万一|假如)?(?:没有|没货|没得|冒得|莫得|木有|没了|没|卖完|卖光|卖脱|卖晒|售罄|缺货|断货)(?:了|哒|咯|老|脱|哉)?(?:的话|的闲话|个话|话)?(?:嘛|么|噻|哈|呢|啊|呀)?[,\s]*(?:我|我们)?(?:就|那就|则|的话|换|改|那|再)+(?:换成|换|改成|改|来|要|拿|给我)*(?=[^,。\s]*)"
)
_LACKING: Final = frozenset("没冒莫木卖售缺断")
"""What one of stands in every 「没有就…」."""
_NUMBERED: Final = re.compile(rf"[一二两三四五六七八九十半俩仨\d]\s?(?:{UNIT_PATTERN})")
_NAMED_FALLBACK: Final = re.compile(
    r"[,\s]*(?:如果|要是|万一)?没有?(?P<first>[一-龥]{2,4}?)(?:了|的话|了的话)?[,\s]*(?:就|那就|换)+(?:换成|换|改成|来|要|拿|给我)*"
)


def read_order(
    text: str, catalogue: Catalogue, *, role: Role = "resident", prior: Sequence[Line] = (), trace: bool = False
) -> OrderReading:
    """Read one message of a resident or leader against what is for sale and what the sender has ordered so far.

    Pure and total: any text gives a reading. Quantities are thousandths of the unit of sale. `prior` is the sender's
    present order (its `op` is ignored). With `trace` the reading carries the tokens and verdicts behind it.
    """
    steps: list[str] | None = [] if trace else None
    ruled = read_by_rules(text, catalogue, role=role, prior=prior, steps=steps, is_short=not trace)
    if ruled.taken is None or ruled.take is None:
        reading = ruled.reading
    else:
        option = decide(ruled.taken, ruled.reading.action, ruled.take, steps)
        reading = _judged(ruled, option, ruled.taken)
    if reading.action in ("query", "unknown") and ruled.found:
        reading = listened(reading, ruled.found, has_order=bool(prior))
    return reading if steps is None else replace(reading, trace=tuple(steps))


def read_fragment(
    text: str, catalogue: Catalogue, *, role: Role = "resident", prior: Sequence[Line] = ()
) -> OrderReading:
    """Read goods and numbers behind a keyword, in a chain or in an answer: nobody tells a story there, so nothing is
    judged."""
    return read_by_rules(text, catalogue, role=role, prior=prior, is_short=True).reading


@dataclass(slots=True)
class Ruled:
    """What the rules make of a message. Without `taken` and `take` there is nothing to be judged."""

    reading: OrderReading
    normal: Normal
    body: str = ""
    tokens: list[Token] = field(default_factory=list)
    found: Sequence[Segment] = ()
    taken: Taken | None = None
    take: Take | None = None


def read_by_rules(
    text: str,
    catalogue: Catalogue,
    *,
    role: Role = "resident",
    prior: Sequence[Line] = (),
    steps: list[str] | None = None,
    is_short: bool = False,
) -> Ruled:
    """The message as the rules alone read it; `steps` collects tokens and verdicts. With `is_short` a list of goods and
    numbers is not looked at any further."""
    normal = normalise(text if len(text) <= MAX_RAW_CHARS else "")
    if len(normal.text) > MAX_ORDER_CHARS or not normal.text.strip():
        return Ruled(OrderReading("unknown"), normal)
    before = {line.key: line.quantity_milli for line in prior if line.quantity_milli and line.key in catalogue.by_key}
    if steps is None and not normal.quote and (plain := read_plain(normal.text, catalogue, has_order=bool(before))):
        return Ruled(plain, normal)
    return _read(normal, catalogue, before, role, steps, is_short=is_short)


def _read(
    normal: Normal,
    catalogue: Catalogue,
    prior: dict[int, int],
    role: Role,
    steps: list[str] | None,
    *,
    whole: bool = False,
    is_short: bool = False,
) -> Ruled:
    body, fallback = _split_fallback(normal.text, whole=whole)
    tokens = words(body, catalogue)
    is_short = is_short and not fallback and not normal.quote
    if is_short and (listed := read_listed(tokens, catalogue, prior)):
        return Ruled(listed, normal)
    classify(tokens, body)
    if is_short and (listed := read_listed(tokens, catalogue, prior)):
        return Ruled(listed, normal)
    _name_the_caller(tokens, role)
    goods = quoted_goods(normal.quote, catalogue)
    point_into(tokens, goods, body, catalogue)
    choose_varieties(tokens, body, catalogue, quoted=goods)
    sum_up(tokens, body, prior, only=catalogue.only is not None)
    see_prices(tokens, catalogue)
    found = settle(segments(fold_notes(tokens, body), role))
    if steps is not None:
        steps.append(" ".join(f"{token.kind}:{token.word}" for token in tokens))
        steps += [f"{segment.verdict}: {segment.text}" for segment in found]
    if is_help(body):
        return Ruled(OrderReading("help"), normal)

    def take(clauses: list[Segment]) -> Taken:
        draft = Draft(catalogue, prior)
        if not prior and not normal.quote and books_nothing(clauses):
            return Taken(clauses, draft)
        return _take(normal, body, clauses, draft, role)

    draft = Draft(catalogue, prior)
    taken = _take(normal, body, found, draft, role)
    if fallback:
        if not draft.entries and _is_for_strangers(found, tokens, draft):
            draft.doubts[:] = []
            draft.doubt(body.strip(), "not_sold")
        if not draft.doubts and not draft.entries:
            return _read(normal, catalogue, prior, role, steps, whole=True)
        if draft.doubts and not draft.entries:
            _take_fallback(body, fallback, catalogue, draft, role)
    ruled = Ruled(reading_of(normal, body, tokens, found, draft), normal, body, tokens, found)
    if not fallback and not is_plain(found, draft):
        ruled.taken, ruled.take = taken, take
    return ruled


def _take(normal: Normal, body: str, found: list[Segment], draft: Draft, role: Role) -> Taken:
    """Read clauses whose verdicts stand, and look at the result once more."""
    taken = Taken(found, draft)
    if any(segment.verdict == "order" for segment in found):
        reader = Interpreter(draft.catalogue, draft, found, body)
        _mention_quote(normal, draft.catalogue, reader, draft)
        reader.run()
        taken.before = {key: entry.twin() for key, entry in draft.entries.items()}
        taken.raised = tuple(draft.doubts)
        check_unread(found, draft, reader, role)
        coverage.check(found, reader, body, role)
        check_numbers(reader)
    for segment in found:
        if segment.verdict == "doubt":
            draft.doubt(segment.text.strip(), "unclear", keys_of(segment))
    taken.looked = tuple(doubt for doubt in draft.doubts if doubt not in taken.raised)
    return taken


def _judged(ruled: Ruled, option: Option, taken: Taken) -> OrderReading:
    """The reading that the judge's decision stands for."""
    reading, draft = ruled.reading, taken.draft
    if option.draft is not None:
        return reading_of(ruled.normal, ruled.body, ruled.tokens, list(option.found), option.draft)
    if option.kind == "ask":
        likely = option.likely.lines() if option.likely is not None else ()
        if reading.action == "ambiguous":
            whole = not reading.lines and all(doubt.reason == "unclear" for doubt in reading.doubts)
            return replace(reading, likely=likely) if whole else reading
        named = tuple(draft.entries) or tuple(dict.fromkeys(key for s in taken.found for key in keys_of(s)))
        asked = Draft(draft.catalogue, draft.prior)
        asked.doubt(ruled.body.strip(), "unclear", named)
        return replace(reading, action="ambiguous", lines=(), doubts=tuple(asked.doubts), topic=None, likely=likely)
    return left_alone(reading, ruled.body, taken.found)


def _name_the_caller(tokens: list[Token], role: Role) -> None:
    """An unknown word that opens the message, set off by a blank, is how somebody calls himself: 小美 鸡蛋2盒."""
    solid = [
        index
        for index, token in enumerate(tokens)
        if token.kind not in ("space", "room", "phone", "filler", "want", "and")
    ]
    if len(solid) < 2 or tokens[solid[0]].kind != "text" or tokens[solid[0]].keys:
        return
    first, following = tokens[solid[0]], tokens[solid[1]]
    apart = solid[1] > solid[0] + 1 and tokens[solid[0] + 1].kind == "space"
    if apart and len(first.word) <= 6 and (following.kind == "item" or role == "leader"):
        first.kind = "name"


def _split_fallback(text: str, *, whole: bool) -> tuple[str, str]:
    """(first choice, second choice) around 「没有就…」."""
    if _LACKING.isdisjoint(text):
        return text, ""
    match = _FALLBACK.search(text) or _named_fallback(text)
    if whole or match is None or match.start() == 0 or text[match.end() :].startswith(("不", "算", "拉倒")):
        return text, ""
    return _first_choice(text, match), text[match.end() :]


def _first_choice(text: str, match: re.Match[str]) -> str:
    """大果 反正两盒 of 「大果没了就小果, 反正两盒」: a number said behind both choices is that of the first."""
    head = text[: match.start()]
    end = next((at for at in range(match.end(), len(text)) if text[at] in ",。;!"), len(text))
    if end == len(text) or _NUMBERED.search(head) or _NUMBERED.search(text[match.end() : end]):
        return head
    return head + " " * (end - match.start()) + text[end:] if _NUMBERED.search(text[end:]) else head


def _named_fallback(text: str) -> re.Match[str] | None:
    """草莓2盒,没有草莓就橙子1箱."""
    match = _NAMED_FALLBACK.search(text)
    return match if match is not None and match["first"] in text[: match.start()] else None


def _is_for_strangers(found: Sequence[Segment], tokens: list[Token], draft: Draft) -> bool:
    """有没有老公饼 没有我就老婆饼一盒; 玫瑰有没有 没有就百合一扎."""
    return _only_asks_for_strangers(found, tokens) or (not draft.doubts and _asks_for_strangers(tokens))


def _asks_for_strangers(tokens: list[Token]) -> bool:
    """Are the only goods that are named goods that nobody sells here?"""
    return any(token.kind == "goods" for token in tokens) and not any(token.kind == "item" for token in tokens)


def _only_asks_for_strangers(found: Sequence[Segment], tokens: list[Token]) -> bool:
    """Is all of the first choice a question about something whose name nobody knows?"""
    asked = all(segment.verdict == "query" for segment in found)
    return asked and any(t.kind == "text" for t in tokens) and not any(t.kind == "item" or t.keys for t in tokens)


def _take_fallback(body: str, fallback: str, catalogue: Catalogue, draft: Draft, role: Role) -> None:
    if any(doubt.reason != "not_sold" for doubt in draft.doubts):
        return
    second = read_fragment("要" + fallback, catalogue, role=role)
    if second.action == "order":
        draft.doubts.clear()
        for line in second.lines:
            draft.put(line.key, "set", line.quantity_milli)


def _mention_quote(normal: Normal, catalogue: Catalogue, reader: Interpreter, draft: Draft) -> None:
    """A quoted message supplies items (never numbers), and the order itself when the reply says 「一样」."""
    if not normal.quote:
        return
    said = said_in(normal.quote)
    keys = list(dict.fromkeys(goods[0] for goods in quoted_goods(normal.quote, catalogue) if len(goods) == 1))
    refers = any(token.kind in ("refer", "alike") for token in reader.tokens)
    has_items = any(token.kind == "item" for segment in reader.segments for token in segment.tokens)
    if len(keys) > 1 and is_of_these(reader.tokens):
        reader.kinds = ["filler" if kind in ("refer", "alike") else kind for kind in reader.kinds]
        reader.quoted = tuple(keys)
    elif refers and not has_items:
        copied = read_fragment(said, catalogue)
        counted = any("qty" in segment.kinds for segment in reader.segments)
        if counted:
            reader.mentions += keys
            if len(keys) > 1:
                draft.doubt(said, "reference", keys)
                reader.claims.clear()
        elif copied.action == "order":
            for line in copied.lines:
                draft.put(line.key, "set", line.quantity_milli)
    elif refers and len(keys) > 1:
        draft.doubt(said, "reference", keys)  # 跟她一样 白菜多一棵
    elif not has_items:
        reader.mentions += keys
        reader.quoted = () if is_passed_on(said) else tuple(keys)
    elif points_up(reader.tokens):
        reader.mentions += keys
