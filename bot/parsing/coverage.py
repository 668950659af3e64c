"""The last look at a finished reading: what nobody explained is asked about instead of booked.

Every check is about the shape of a message, not about a phrase: a negation behind goods that were booked all the
same, somebody else's words, a question to the whole group, an order that silently shrinks what there was.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from bot.parsing.alternatives import check_alternatives
from bot.parsing.classes import PLAIN
from bot.parsing.draft import Draft, Entry
from bot.parsing.interpreter import Interpreter
from bot.parsing.pairing import Claim
from bot.parsing.people import is_counted_off, is_per_head
from bot.parsing.segments import Segment
from bot.parsing.smalltalk import unexplained
from bot.parsing.tokens import Token
from bot.parsing.values import Role

_QUIET: Final = frozenset({"space", "filler", "colon"})
_TO_EVERYBODY: Final = re.compile(
    r"谁(?!让|[吃喝用要]得|叫|家|知|说|上次|上回|昨|刚|之前|前[天几]|那天)|有没有人|有人(?:要|想|愿|能|可以|多|匀|拼|转)"
)
_REPORTED: Final = re.compile(
    r"(?:[妈爸婆公姐妹哥弟]|老[公婆]|孩子|[他她]|人家|朋友|同事|邻居|隔壁|楼[上下])(?:们|家)?(?:说|讲|想)(?!一[声下]|错|好|不错)[^,。\s]{0,6}[一二两三四五六七八九十\d]"
)
_NOTED_WRONG: Final = re.compile(r"(?:记|写|登记|填)[成错]|[下点]错")
_RATE: Final = re.compile(
    r"(?:每天|一天|每日|天天|日日|每周|一周|隔天|每月|一个?月|一个?礼拜|一个?星期)(?:就|都|只)?(?:要|来|订|送|吃|喝)?[一二两三四五六七八九十\d]"
)
_RECKONED: Final = re.compile(
    r"(?:一天|每天|一周|每周|一个?月|一个?星期)(?:也|就|才|只|要|得|吃|喝|用)*[一二两三四五六七八九十半\d]"
    r"|够[吃用喝]?[一二两三四五六七八九十半\d]{1,3}(?:天|周|个月)"
)
"""A sum that leads nowhere unless something is asked for."""
_UNSAID: Final = re.compile(
    r"够(?:吗|么|不够|不).*不够(?:的话)?(?:就|再|我)*(?:加|来|要|订|[一二两三四五六七八九十\d])|便宜[点些].*便宜(?:的话|了)?(?:我|就)*(?:要|来)"
    r"|[拿收领到]了[一二两三四五六七八九十\d]{1,3}\S[\s,].{0,2}[少缺差][一二两三四五六七八九十\d]"
)
"""A condition without its 如果 (两笼够吗 不够加一笼), and what is missing of what was handed out."""
_MAILED: Final = re.compile(r"寄[一二两三四五六七八九十\d]|[邮能可]寄|寄[到给去往]|顺丰|发快递|快递[到给]")
_ASKED_FIRST: Final = re.compile(
    r"[一二两三四五六七八九十\d]\S{0,6}[\s,。].{0,6}(?:有没有|有.{1,6}吗).{0,6}没有.{0,3}(?:不要|算了)"
)
_OTHERS_TOO: Final = frozenset({"person", "name"})
_SHRINKING: Final = frozenset({"all", "each", "except"})


def check(segments: Sequence[Segment], reader: Interpreter, text: str, role: Role) -> None:
    """Add a doubt for whatever the reading leaves unexplained."""
    draft, claims = reader.draft, reader.claims
    _check_shapes(segments, draft)
    if not draft.entries and not draft.doubts and all(s.verdict in ("order", "chat") for s in segments):
        check_alternatives(reader, draft, text)
    plain = all(segment.kinds <= PLAIN for segment in segments) and not any(map(_is_lone_figure, claims))
    if plain or not draft.entries:
        return
    check_alternatives(reader, draft, text)
    asked = [segment for segment in segments if segment.verdict == "order"]
    kinds = {kind for segment in asked for kind in segment.kinds}
    if any(segment.aside for segment in segments):
        text = "".join(segment.text for segment in asked)
    if _is_about_something_else(kinds, reader, text, role):
        draft.doubt(text.strip(), "unclear", tuple(draft.entries))
        draft.entries.clear()  # none of it is clear
    if any(s.verdict == "query" and s.has_quantity() and "fix" in s.kinds for s in segments):
        draft.doubt(text.strip(), "unclear", tuple(draft.entries))  # 一个西瓜 呃不 半个行吗
        draft.entries.clear()
    for segment in asked:
        _check_negated(segment, claims, draft)
        _check_halved(segment, draft)
    _check_heads(kinds, reader, text)
    fetched = any(token.kind == "want" and token.word not in ("给我", "给") for s in asked for token in s.tokens)
    if not fetched and _says_again(kinds, draft, text):
        draft.entries.clear()
        draft.withdrawn = True
    _check_lone(segments, reader)
    if draft.cancels_all and draft.prior:
        _check_cancelled_before(reader)
    if draft.prior and not kinds & {"only", "rest"}:
        _check_shrinking(kinds, asked, draft)


def _check_shapes(segments: Sequence[Segment], draft: Draft) -> None:
    """西爪: a character that only looks like the right one may be other goods; what it would mean is offered."""
    for token in (token for segment in segments for token in segment.tokens):
        short = token.value == "sound" and len(token.word) == 2
        if short and token.word in draft.catalogue.shapes and set(token.keys) & set(draft.entries):
            for key in token.keys:
                draft.entries.pop(key, None)
            draft.doubt(token.word, "which_item", token.keys)


def _check_halved(segment: Segment, draft: Draft) -> None:
    halved = "portion" in segment.kinds and segment.kinds & {"swap", "set", "sub", "cancel"}
    if halved and not any(entry.op == "sub" for entry in draft.entries.values()):
        draft.doubt(segment.text.strip(), "unclear")


def _check_heads(kinds: set[str], reader: Interpreter, text: str) -> None:
    """Heads that were counted and not used, and 每人 for nobody knows how many."""
    draft = reader.draft
    if reader.multiplied or not draft.entries:
        return
    if reader.factor and "each" in kinds:
        draft.doubt(text.strip(), "unclear", tuple(draft.entries))  # 三家都改成一只: one, or three?
    if not draft.doubts and "total" not in kinds and _has_unused_heads(reader):
        draft.doubt(text.strip(), "how_many", tuple(draft.entries))  # 每人送一盆


_HANDED: Final = re.compile(r"给[^,。\s]|那[一两二三四五六七八九十\d]|[来去][拿取]")


def _says_again(kinds: set[str], draft: Draft, text: str) -> bool:
    """葡萄那两筐 一筐给601: what there is already is spoken of, not asked for again."""
    if not draft.entries or kinds & {"add", "fix"} or not _HANDED.search(text):
        return False
    return all(
        entry.op == "set" and not entry.changed and draft.prior.get(key) == entry.milli
        for key, entry in draft.entries.items()
    )


def _check_lone(segments: Sequence[Segment], reader: Interpreter) -> None:
    """取蛋挞要报的那串数字: goods without a number are one only in a message that is understood to the last word."""
    draft = reader.draft
    numbered = {key for claim in reader.claims if claim.quantity is not None for key in claim.keys}
    lone = [key for key, entry in draft.entries.items() if _is_asked_for(entry) and key not in numbered]
    if not lone or draft.doubts or len(lone) < len(draft.entries) or reader.quoted:
        return
    unread = [
        unexplained(token.word)
        for segment in segments
        for token in segment.tokens
        if token.kind == "text" and not token.keys and id(token) not in reader.used_texts
    ]
    if sum(map(len, unread)) > 1:
        draft.doubt(reader.text.strip(), "how_many", lone)
        for key in lone:
            del draft.entries[key]


def _check_cancelled_before(reader: Interpreter) -> None:
    """这条作废 改成水2箱: everything goes, and something else comes."""
    draft = reader.draft
    others = [key for key in draft.prior if key not in draft.entries]
    if any(token.kind == "text" and unexplained(token.word) for token in reader.tokens):
        draft.doubt(reader.text.strip(), "unclear", others)
    elif len(others) == 1 or set(others) <= set(reader.mentions):
        for key in others:
            draft.drop(key)
        draft.amends = True
    elif others:
        draft.doubt(reader.text.strip(), "unclear", others)


def _has_unused_heads(reader: Interpreter) -> bool:
    """Does 每人 or 一家 stand before a number that was booked as it is?"""
    for claim in reader.booked:
        if claim.quantity is None:
            continue
        index = reader.position[id(claim.quantity)]
        before = reader.tokens[max(index - 4, 0) : index]
        if any(is_per_head(token) and token.word[0] in "每人" for token in before):
            return not is_counted_off(reader.tokens)
    return False


def _is_mailed(text: str, reader: Interpreter) -> bool:
    """寄两盒, unless it only says where some of what was counted already will go."""
    match = _MAILED.search(text)
    if match is None or text != reader.text:
        return match is not None
    near = [t for t in reader.tokens if t.kind == "qty" and match.start() - 4 <= t.start < match.end()]
    return not near or any(id(token) in reader.counted for token in near)


def _reports_a_number(text: str, reader: Interpreter) -> bool:
    """我妈说要两箱, but not 「我爸说不到50度不喝」, where the figure counts no goods."""
    match = _REPORTED.search(text)
    if match is None or text != reader.text:
        return match is not None
    return any(
        token.kind == "qty" and token.value != "sided" and token.start < match.end() <= token.end
        for token in reader.tokens
    )


def _is_about_something_else(kinds: set[str], reader: Interpreter, text: str, role: Role) -> bool:
    """A question to the group, somebody else's words, money, or a mistake in what was noted."""
    draft, claims = reader.draft, reader.claims
    if _RECKONED.search(text) and not kinds & {"want", "add"} and all(e.milli == 1000 for e in draft.entries.values()):
        return True  # 一盒鸡蛋三十个 一天五个 够吃六天
    counted = any(claim.items and claim.quantity for claim in claims)
    if _RATE.search(text) and not counted and not kinds & {"past", "praise"}:
        return True  # 牛奶一天一瓶: nobody delivers by the day
    if _UNSAID.search(text) or _ASKED_FIRST.search(text) or _is_mailed(text, reader):
        return True
    if (_TO_EVERYBODY.search(text) and "cancel" not in kinds) or any(_is_lone_figure(claim) for claim in claims):
        return True
    if role != "leader" and _reports_a_number(text, reader) and not kinds & {"cancel", "swap"}:
        return True
    noted = draft.prior and _NOTED_WRONG.search(text)
    return bool(noted and set(draft.entries) - set(draft.prior))


def _is_lone_figure(claim: Claim) -> bool:
    """我给20: a large bare number away from goods is money more often than a quantity."""
    quantity = claim.quantity
    return bool(
        quantity is not None and not claim.items and len(claim.keys) == 1 and quantity.value == "bare"
        and quantity.milli >= 10_000 and not quantity.sign
    )  # fmt: skip


def _check_negated(segment: Segment, claims: Sequence[Claim], draft: Draft) -> None:
    """啤酒就不要了 来一箱橙汁: goods with a negation behind them and no number of their own are not asked for."""
    solid = [token for token in segment.tokens if token.kind not in _QUIET]
    for item, following in pairwise(solid):
        if item.kind != "item" or not _negates(following) or len(item.keys) != 1:
            continue
        entry = draft.entries.get(item.keys[0])
        if entry is not None and _is_asked_for(entry) and not _has_number(item.keys[0], claims):
            draft.entries.pop(item.keys[0])
            draft.doubt(segment.text.strip(), "unclear", item.keys)


def _negates(token: Token) -> bool:
    return token.kind in ("unwant", "cancel", "deny")


def _is_asked_for(entry: Entry) -> bool:
    return entry.op in ("set", "add") and entry.milli > 0 and not entry.changed


def _has_number(key: int, claims: Sequence[Claim]) -> bool:
    return any(claim.quantity is not None and key in claim.keys for claim in claims)


def _check_shrinking(kinds: set[str], asked: Sequence[Segment], draft: Draft) -> None:
    """同事也要一盒, 除了牛奶都要: a number that is smaller than before and was not called a change."""
    too = any("也" in segment.text and segment.kinds & _OTHERS_TOO for segment in asked)
    given = any("给" in segment.text and segment.kinds & _OTHERS_TOO for segment in asked)
    for key, entry in list(draft.entries.items()):
        less = entry.op == "set" and not entry.changed and entry.milli <= draft.prior.get(key, 0)
        if less and too:
            entry.op, entry.changed = "add", True
        elif less and (kinds & _SHRINKING or given) and entry.milli < draft.prior[key]:
            draft.doubt(asked[0].text.strip(), "unclear", (key,), entry.milli)
            del draft.entries[key]
