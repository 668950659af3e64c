"""The draft as a reading: the action, the room, the note."""

from __future__ import annotations

import re
from typing import Final

from bot.parsing.classes import CHANGING
from bot.parsing.draft import Draft
from bot.parsing.normalise import Normal
from bot.parsing.residence import room_of
from bot.parsing.segments import Segment, is_afterthought
from bot.parsing.tokens import Token
from bot.parsing.topics import topic_of
from bot.parsing.values import Action, Line, OrderReading

_ASKS_FOR_MINE: Final = re.compile(
    r"(?:请|麻烦|帮我|给我|把|你|团长|看看|查询?|查一下|查看|发|一下|下)*我?的?(?:订单|单子|单|明细|清单)(?:查询|发|给|我|看看|看|一下|下|出来|过来)*"
)
_FIRM_CANCEL: Final = re.compile(r"取消|撤|退单|退订|退掉|退了|退出|删|划掉|cancel|drop|remove|delete|作废")


def reading_of(normal: Normal, body: str, tokens: list[Token], found: list[Segment], draft: Draft) -> OrderReading:
    lines = draft.lines()
    if _only_confirms(found, draft):
        return OrderReading("query", topic="my_order")
    action = _action(body, tokens, found, draft, lines)
    if action not in ("order", "amend", "cancel", "ambiguous"):
        return OrderReading(action, topic=topic_of(body, found) if action in ("query", "unknown") else None)
    if action == "cancel":
        lines = () if draft.cancels_all else lines
    kinds = [token.kind for token in tokens]
    unclear = "room" in kinds and any(doubt.reason == "which_room" for doubt in draft.doubts)
    name = tokens[kinds.index("name")] if "name" in kinds else None
    return OrderReading(
        action,
        lines,
        room=room_of(tokens, body) if "room" in kinds and not unclear else None,
        phone=tokens[kinds.index("phone")].value if "phone" in kinds else None,
        name=normal.cut(name.start, name.end) if name is not None else None,
        note=_note(normal, found, body),
        doubts=tuple(draft.doubts),
    )


_SHOW_MINE: Final = re.compile(
    r"我(?:之前|上次|昨天|刚才|刚刚|今天|前面)?(?:订|下|报|买|点|要)(?:过|了)?的(?:单子?|东西|那[个些单])?.{0,3}(?:发|给|拿|让)?(?:我|出来)?(?:看看|看一下|看下|瞧瞧|对一下|核对|查一下|查查)"
)
_NOT_TO_US: Final = re.compile(r"谁(?:有|要|会|能|知道|家|那)|有没有人|(?:怎么|咋)(?:又|还|老|总是?|这么|那么)")
"""A question to the group, or one that is a sigh, when no goods are named."""
_CONFIRMING: Final = frozenset(
    "对吗 对吧 对不对 对么 对伐 是吧 是吗 没错吧 是不是 是伐 没变吧 不变吧 没改吧 没少吧 没漏吧 没忘吧".split()
)


def _only_confirms(found: list[Segment], draft: Draft) -> bool:
    """洗衣液1桶、抽纸2箱,对吗: exactly what there is, and whether that is so."""
    if not draft.entries or not any(s.verdict == "query" and s.words & _CONFIRMING for s in found):
        return False
    return all(e.op == "set" and draft.prior.get(key) == e.milli for key, e in draft.entries.items())


def _action(body: str, tokens: list[Token], found: list[Segment], draft: Draft, lines: tuple[Line, ...]) -> Action:
    if draft.doubts:
        return _doubtful(tokens, found, draft)
    if draft.cancels_all and not lines:
        return _cancelling(body, draft)
    if lines:
        drops = [entry for entry in draft.entries.values() if entry.op == "drop"]
        if len(drops) == len(lines) and not draft.amends:
            return _cancelling(body, draft)
        changed = any(entry.changed for entry in draft.entries.values())
        return "amend" if draft.prior and (changed or draft.amends) else "order"
    verdicts = {segment.verdict for segment in found}
    if draft.withdrawn or verdicts & {"hold", "joke", "held"}:
        return "unknown"
    solid = [token for token in tokens if token.kind not in ("space", "filler")]
    if len(solid) == 1 and solid[0].kind == "room" and not solid[0].full:
        draft.doubt(solid[0].word, "which_room")
        return "ambiguous"
    if _ASKS_FOR_MINE.fullmatch(body.strip(" 。!?")):
        return "query"
    goods = any(token.kind in ("item", "goods") or token.keys for token in tokens)
    if not goods and _SHOW_MINE.search(body):
        return "query"
    if not goods and _NOT_TO_US.search(body):
        return "unknown"
    asks = {"query"} | ({"cond"} if goods and "deny" not in verdicts else set())
    if verdicts & asks and "trouble" not in verdicts:
        return "query"
    return "unknown"


def _cancelling(body: str, draft: Draft) -> Action:
    """Of somebody who has ordered nothing, only a firm word cancels."""
    return "cancel" if draft.prior or _FIRM_CANCEL.search(body) else "unknown"


def _doubtful(tokens: list[Token], found: list[Segment], draft: Draft) -> Action:
    """Something is to be asked back, unless it was a question itself or has nothing to do with ordering."""
    if _only_names_what_it_asks_about(found, draft):
        return "query"
    return "unknown" if _is_small_talk(tokens, found, draft) else "ambiguous"


def _only_names_what_it_asks_about(found: list[Segment], draft: Draft) -> bool:
    """360那个,是360块吗: a name alone, and a question behind it."""
    asked = any(segment.verdict == "query" and segment.asked for segment in found)
    bare = all(doubt.reason == "how_many" and doubt.candidates for doubt in draft.doubts) and not draft.entries
    plain = [segment for segment in found if segment.verdict == "order"]
    return asked and bare and all(not segment.wants() and "qty" not in segment.kinds for segment in plain)


def _is_small_talk(tokens: list[Token], found: list[Segment], draft: Draft) -> bool:
    """A number beside words that have nothing to do with ordering: 有2个快递在门卫."""
    if draft.entries or any(token.kind in ("item", "goods", "pair", "refer") or token.keys for token in tokens):
        return False
    if any(segment.wants() or segment.kinds & CHANGING for segment in found) or any(
        doubt.candidates for doubt in draft.doubts if doubt.reason != "which_item"
    ):
        return False
    known = sum(len(token.word) for token in tokens if token.kind == "qty")
    solid = [token for token in tokens if token.kind not in ("space", "filler")]
    if len(solid) == 1 and solid[0].value == "bare" and solid[0].milli > 20_000:
        return True  # 666, 88
    unknown = sum(len(token.word) for token in tokens if token.kind in ("text", "person", "locker", "note", "have"))
    return (unknown >= 2 and len({token.kind for token in tokens} - {"space"}) > 2) or unknown > known + 4


def _note(normal: Normal, found: list[Segment], body: str) -> str | None:
    """The wish or the logistics, verbatim."""
    parts: list[str] = []
    for segment in found:
        if segment.verdict == "note":
            parts.append(normal.cut(segment.start, segment.end))
        elif segment.verdict == "order":
            noted = [token for token in segment.tokens if token.kind in ("note", "locker")]
            noted += [t for t in segment.tokens if t.kind == "text" and is_afterthought(segment, t)]
            parts += [normal.cut(token.start, token.end) for token in noted]
    if body != normal.text:  # the second choice
        said = [at for at, char in enumerate(normal.text) if at >= len(body) or body[at] != char]
        parts.append(normal.cut(said[0], said[-1] + 1))
    return " ".join(part for part in parts if part) or None
