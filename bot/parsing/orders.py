"""`read_order`: what one chat message says about an order."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from bot.parsing import coverage
from bot.parsing.catalogue import Catalogue
from bot.parsing.draft import Draft
from bot.parsing.gate import CHANGING, is_tag_question, segments
from bot.parsing.interpreter import Interpreter
from bot.parsing.lexer import tokenize
from bot.parsing.normalise import Normal, normalise
from bot.parsing.notes import fold_notes
from bot.parsing.segments import Segment
from bot.parsing.tokens import Token
from bot.parsing.topics import is_help, topic_of
from bot.parsing.values import Action, Line, OrderReading, Role

MAX_ORDER_CHARS: Final = 600
"""A longer message is no order of one person; it is left alone."""

_FALLBACK: Final = re.compile(
    r"[,\s]*(?:如果|要是|万一|假如)?(?:没有|没货|没得|没了|冇|没|卖完|卖光|售罄|缺货|断货)(?:的话|了的话|了)?[,\s]*(?:就|那就|则|的话|换|改|那|再)+(?:换成|换|改成|改|来|要|拿|给我)*(?=[^,。\s]*)"
)
_NAMED_FALLBACK: Final = re.compile(
    r"[,\s]*(?:如果|要是|万一)?没有?(?P<first>[一-龥]{2,4}?)(?:了|的话|了的话)?[,\s]*(?:就|那就|换)+(?:换成|换|改成|来|要|拿|给我)*"
)
_FIRM_CANCEL: Final = re.compile(r"取消|撤|退单|退订|退掉|退了|退出|删|划掉|cancel|drop|remove|delete|作废")
_DANGER: Final = re.compile(r"[不没别勿未莫否非比]")
_MAX_UNREAD: Final = 4
_MAX_UNREAD_PLAIN: Final = 2
"""Unknown characters an order may carry, with and without a verb of ordering."""


def read_order(
    text: str, catalogue: Catalogue, *, role: Role = "resident", prior: Sequence[Line] = (), trace: bool = False
) -> OrderReading:
    """Read one message of a resident or leader against what is for sale and what the sender has ordered so far.

    Pure and total: any text gives a reading. Quantities are thousandths of the unit of sale. `prior` is the sender's
    present order (its `op` is ignored). With `trace` the reading carries the tokens and verdicts behind it.
    """
    normal = normalise(text)
    if len(normal.text) > MAX_ORDER_CHARS or not normal.text.strip():
        return OrderReading("unknown")
    steps: list[str] | None = [] if trace else None
    before = {line.key: line.quantity_milli for line in prior if line.quantity_milli and line.key in catalogue.by_key}
    reading = _read(normal, catalogue, before, role, steps)
    return reading if steps is None else replace(reading, trace=tuple(steps))


def _read(
    normal: Normal,
    catalogue: Catalogue,
    prior: dict[int, int],
    role: Role,
    steps: list[str] | None,
    *,
    whole: bool = False,
) -> OrderReading:
    body, fallback = _split_fallback(normal.text, whole=whole)
    tokens = tokenize(body, catalogue)
    _name_the_caller(tokens, role)
    found = _after_holds(segments(fold_notes(tokens, body)))
    if steps is not None:
        steps.append(" ".join(f"{token.kind}:{token.word}" for token in tokens))
        steps += [f"{segment.verdict}: {segment.text}" for segment in found]
    if is_help(body):
        return OrderReading("help")
    draft = Draft(catalogue, prior)
    if any(segment.verdict == "order" for segment in found):
        reader = Interpreter(catalogue, draft, found, body)
        _mention_quote(normal, catalogue, reader, draft)
        reader.run()
        _check_danger(found, draft, reader)
        coverage.check(found, reader.claims, draft, body)
    for segment in found:
        if segment.verdict == "doubt":
            draft.doubt(segment.text.strip(), "unclear", _keys_of(segment))
    if fallback and not draft.doubts and not draft.entries:
        return _read(normal, catalogue, prior, role, steps, whole=True)
    if fallback and draft.doubts and not draft.entries:
        _take_fallback(body, fallback, catalogue, draft, role)
    return _reading(normal, body, tokens, found, draft)


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
    match = _FALLBACK.search(text) or _named_fallback(text)
    if whole or match is None or match.start() == 0:
        return text, ""
    return text[: match.start()], text[match.end() :]


def _named_fallback(text: str) -> re.Match[str] | None:
    """草莓2盒,没有草莓就橙子1箱."""
    match = _NAMED_FALLBACK.search(text)
    return match if match is not None and match["first"] in text[: match.start()] else None


def _take_fallback(body: str, fallback: str, catalogue: Catalogue, draft: Draft, role: Role) -> None:
    if any(doubt.reason != "not_sold" for doubt in draft.doubts):
        return
    second = read_order("要" + fallback, catalogue, role=role)
    if second.action == "order":
        draft.doubts.clear()
        for line in second.lines:
            draft.put(line.key, "set", line.quantity_milli)


def _after_holds(found: list[Segment]) -> list[Segment]:
    """A joke takes back everything; a hold takes back what is not asked for again after it."""
    if any(segment.verdict == "joke" for segment in found):
        return [_silenced(segment) for segment in found]
    for index, segment in enumerate(found):
        later = any(other.verdict == "order" and "qty" in other.kinds for other in found[index + 1 :])
        if "think" in segment.kinds and not later and not _claims_after_think(segment):
            segment.verdict = "hold"
        elif "think" in segment.kinds and segment.verdict in ("chat", "note"):
            segment.verdict = "order"
    holds = [index for index, segment in enumerate(found) if segment.verdict == "hold"]
    for index, segment in enumerate(found):
        if holds and (index <= holds[-1] or not (segment.wants() and "qty" in segment.kinds)):
            _silenced(segment)
    return found


def _claims_after_think(segment: Segment) -> bool:
    kinds = [token.kind for token in segment.tokens]
    return "qty" in kinds[kinds.index("think") :]


def _silenced(segment: Segment) -> Segment:
    if segment.verdict in ("order", "doubt", "query"):
        segment.verdict = "held"
    return segment


def _mention_quote(normal: Normal, catalogue: Catalogue, reader: Interpreter, draft: Draft) -> None:
    """A quoted message supplies items (never numbers), and the order itself when the reply says 「一样」."""
    if not normal.quote:
        return
    said = re.split(r"[:：]", normal.quote, maxsplit=1)[-1]
    tokens = tokenize(normalise(said, keep_quote=True).text[:MAX_ORDER_CHARS], catalogue)
    keys = list(dict.fromkeys(token.keys[0] for token in tokens if token.kind == "item" and len(token.keys) == 1))
    refers = any(token.kind in ("refer", "alike") for segment in reader.segments for token in segment.tokens)
    has_items = any(token.kind == "item" for segment in reader.segments for token in segment.tokens)
    if refers and not has_items:
        copied = read_order(said, catalogue)
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
        reader.quoted = tuple(keys)


def _check_danger(found: list[Segment], draft: Draft, reader: Interpreter) -> None:
    """Words nobody explained inside an order are a reason to ask: a negation, a comparison, or simply too many."""
    for segment in found:
        _check_price(segment, draft)
        if segment.verdict != "order" or not draft.entries:
            continue
        unread = [token for token in segment.tokens if token.kind == "text" and id(token) not in reader.used_texts]
        size = sum(_weight(segment, token) for token in unread if not _is_afterthought(segment, token))
        if segment.has_quantity() and _lacks(segment):
            draft.doubt(segment.text.strip(), "unclear")
        tagged = is_tag_question(segment)
        for token in unread:
            if _DANGER.search(token.word) and not tagged and not (token.word == "不" and reader.booked):
                draft.doubt(token.word, "unclear")
        limit = _MAX_UNREAD if segment.wants() or segment.kinds & (CHANGING | {"people"}) else _MAX_UNREAD_PLAIN
        if segment.has_quantity() and size > limit:
            draft.doubt(segment.text.strip(), "unclear", _keys_of(segment))


def _weight(segment: Segment, text: Token) -> int:
    """Unknown characters; they count twice when they touch goods and may be part of another name."""
    index = segment.tokens.index(text)
    beside = segment.tokens[max(index - 1, 0) : index + 2]
    touches = any(token.kind in ("item", "goods", "text") and token is not text for token in beside)
    return len(text.word.strip()) * (2 if touches else 1)


def _lacks(segment: Segment) -> bool:
    """A 没 that belongs to what is ordered (两只腿都没了), not to a remark set off before it (家里没米了 来两袋)."""
    words = [token.word for token in segment.tokens]
    first = next(i for i, token in enumerate(segment.tokens) if token.kind in ("qty", "item"))
    for index, word in enumerate(words):
        if word not in ("没", "没有", "没了"):
            continue
        following = [token.kind for token in segment.tokens[index + 1 :] if token.kind not in ("space", "filler")]
        ran_out = following[:1] and following[0] in ("want", "add") and " " in words[index:]
        if not ran_out and (index > first or " " not in words[index:first]):
            return True
    return False


def _check_price(segment: Segment, draft: Draft) -> None:
    """5块的豆浆 of something that costs 3.5 is another thing, or a mistake."""
    tokens = [
        token for token in segment.tokens if token.kind != "space" and (token.kind != "filler" or token.word == "的")
    ]
    for index, price in enumerate(tokens[:-1]):
        described = price.kind == "price" and (price.word.endswith("的") or tokens[index + 1].word == "的")
        item = next((token for token in tokens[index + 1 : index + 3] if token.kind == "item"), None)
        if not described or item is None or not item.keys or set(price.keys) & set(item.keys):
            continue
        if draft.entries.pop(item.keys[0], None) is not None:
            draft.doubt(f"{price.word}{item.word}", "unclear", item.keys)


def _is_afterthought(segment: Segment, text: Token) -> bool:
    """Unknown words behind the last item and number, set off by a blank, are a remark."""
    index = segment.tokens.index(text)
    apart = index > 0 and segment.tokens[index - 1].kind == "space"
    return apart and not any(
        token.kind in ("item", "goods", "qty", "cancel", "sub") for token in segment.tokens[index:]
    )


def _keys_of(segment: Segment) -> tuple[int, ...]:
    return tuple(dict.fromkeys(key for token in segment.tokens for key in token.keys))


def _reading(normal: Normal, body: str, tokens: list[Token], found: list[Segment], draft: Draft) -> OrderReading:
    lines = draft.lines()
    action = _action(body, tokens, found, draft, lines)
    if action not in ("order", "amend", "cancel", "ambiguous"):
        return OrderReading(action, topic=topic_of(body, found) if action in ("query", "unknown") else None)
    if action == "cancel":
        lines = () if draft.cancels_all else lines
    room = None if any(doubt.reason == "which_room" for doubt in draft.doubts) else _room(tokens, body)
    return OrderReading(
        action,
        lines,
        room=room,
        phone=next((token.value for token in tokens if token.kind == "phone"), None),
        name=next((normal.cut(token.start, token.end) for token in tokens if token.kind == "name"), None),
        note=_note(normal, found, body),
        doubts=tuple(draft.doubts),
    )


def _action(body: str, tokens: list[Token], found: list[Segment], draft: Draft, lines: tuple[Line, ...]) -> Action:
    if draft.doubts and not _is_small_talk(tokens, found, draft):
        return "ambiguous"
    if draft.doubts:
        return "unknown"
    soft = not draft.prior and not _FIRM_CANCEL.search(body)
    if draft.cancels_all and not lines:
        return "unknown" if soft else "cancel"
    if lines:
        drops = [entry for entry in draft.entries.values() if entry.op == "drop"]
        if len(drops) == len(lines) and not draft.amends:
            return "unknown" if soft else "cancel"
        changed = any(entry.changed for entry in draft.entries.values())
        return "amend" if draft.prior and (changed or draft.amends) else "order"
    verdicts = {segment.verdict for segment in found}
    if draft.withdrawn or verdicts & {"hold", "joke", "held"}:
        return "unknown"
    solid = [token for token in tokens if token.kind not in ("space", "filler")]
    if len(solid) == 1 and solid[0].kind == "room" and not solid[0].full:
        draft.doubt(solid[0].word, "which_room")
        return "ambiguous"
    if re.fullmatch(r"(?:看看|查询?|查一下|查看)?(?:一下)?我?的?(?:订单|单子|单)(?:查询)?", body.strip(" 。!?")):
        return "query"
    if verdicts & {"query", "cond"} and "trouble" not in verdicts:
        return "query"
    return "unknown"


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


def _room(tokens: list[Token], body: str) -> str | None:
    rooms = [token for token in tokens if token.kind == "room"]
    full = [token for token in rooms if token.full] or rooms
    if len({token.value for token in full}) == 1:
        return full[0].value
    shared = re.search(r"(?:都放|都送|一起放|一起送|一并放|都放到|都给我放|统一放|放一起)[^,。]*$", body)
    if shared is not None:
        named = [token for token in full if token.start >= shared.start()]
        if len(named) == 1:
            return named[0].value
    return None


def _note(normal: Normal, found: list[Segment], body: str) -> str | None:
    """The wish or the logistics, verbatim."""
    parts: list[str] = []
    for segment in found:
        if segment.verdict == "note":
            parts.append(normal.cut(segment.start, segment.end))
        elif segment.verdict == "order":
            parts += [
                normal.cut(token.start, token.end) for token in segment.tokens if token.kind in ("note", "locker")
            ]
            parts += [
                normal.cut(token.start, token.end)
                for token in segment.tokens
                if token.kind == "text" and _is_afterthought(segment, token)
            ]
    if len(body) < len(normal.text):
        parts.append(normal.cut(len(body), len(normal.text)))
    return " ".join(part for part in parts if part) or None
