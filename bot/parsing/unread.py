"""What was not understood inside an order: unknown words, negations, prices that fit nothing."""

from __future__ import annotations

import re
from typing import Final

from bot.parsing.classes import CHANGING, PLAIN
from bot.parsing.clauses import clause_of
from bot.parsing.draft import Draft
from bot.parsing.interpreter import Interpreter
from bot.parsing.questions import is_tag_question
from bot.parsing.segments import Segment, is_afterthought, keys_of
from bot.parsing.smalltalk import OPERATING, unexplained
from bot.parsing.tokens import Token
from bot.parsing.values import Role

_ORDERING: Final = CHANGING | {"qty", "want", "add", "each", "all", "goods", "refer", "alike", "total", "unwant"}
_OTHERS: Final = "他她说"
_DANGER: Final = re.compile(r"[不没别勿未莫否非比]")


_GIVING_BACK: Final = frozenset({"cancel", "sub", "set", "swap"})
_NO_USE: Final = re.compile(r"不(?:合|肯|爱|习惯|好|喜欢|适|顺|中意|经|耐|抗|想)")
"""Why something goes back (猫不肯用) is no negation of its going."""
_ABSTAINS: Final = re.compile(r"不(?:能|敢|爱|想)?[吃喝](?!了)\s*$")
_MAX_UNREAD: Final = 1


_MAX_UNREAD_PLAIN: Final = 0


"""Unknown characters an order may carry, with and without a verb of ordering."""


def check_unread(found: list[Segment], draft: Draft, reader: Interpreter, role: Role) -> None:
    """Words nobody explained inside an order are a reason to ask: a negation, a comparison, or simply too many."""
    _check_background(found, draft)
    _check_cancelled(found, draft)
    for segment in found:
        if "price" in segment.kinds:
            _check_price(segment, draft)
        if segment.verdict != "order" or not draft.entries or segment.kinds <= PLAIN:
            continue
        unread = [token for token in segment.tokens if token.kind == "text" and id(token) not in reader.used_texts]
        items = [reader.catalogue.by_key[key] for key in draft.entries]
        named = "".join(item.name.lower() + item.spec.lower() for item in items) + (_OTHERS if role == "leader" else "")
        named += ("外" if "except" in segment.kinds else "") + ("从由把" if segment.kinds & CHANGING else "")
        size = sum(
            _weight(segment, token, named)
            for token in unread
            if not is_afterthought(segment, token) and not _is_heading(segment, token) and _is_in_order(segment, token)
        )
        if segment.has_quantity() and _lacks(segment):
            draft.doubt(segment.text.strip(), "unclear")
        tagged = is_tag_question(segment)
        for token in unread:
            if segment.kinds & _GIVING_BACK and _NO_USE.search(token.word):
                continue
            if _DANGER.search(unexplained(token.word)) and not tagged and not (token.word == "不" and reader.booked):
                draft.doubt(token.word, "unclear")
        limit = _MAX_UNREAD if segment.wants() or segment.kinds & (CHANGING | {"people"}) else _MAX_UNREAD_PLAIN
        if segment.has_quantity() and size > limit:
            draft.doubt(segment.text.strip(), "unclear", keys_of(segment))


def _check_background(found: list[Segment], draft: Draft) -> None:
    """老公不同意 behind an order, set off by a blank: a negation nobody understood may take it back."""
    ordered = next((index for index, segment in enumerate(found) if segment.verdict == "order"), len(found))
    for segment in found[ordered + 1 :]:
        unknown = "".join(token.word for token in segment.tokens if token.kind == "text")
        if _ABSTAINS.search(segment.text) and not segment.kinds & {"item", "goods"}:
            continue  # 小丽肠胃炎不吃
        if "person" in segment.kinds and segment.words & {"吃", "喝", "用", "爱", "爱吃"}:
            continue  # 老公不吃
        if all(entry.op in ("drop", "sub") for entry in draft.entries.values()):
            continue  # 甭留了 闺女不回来了
        beside = segment.verdict == "chat" and segment.lead != "stop" and bool(draft.entries)
        if beside and _DANGER.search(unexplained(unknown)):
            draft.doubt(segment.text.strip(), "unclear")


def _check_cancelled(found: list[Segment], draft: Draft) -> None:
    """cancel the bagel: a cancellation with an unknown word beside it is not about everything."""
    if not draft.cancels_all:
        return
    for segment in found:
        unknown = "".join(token.word for token in segment.tokens if token.kind == "text")
        if segment.verdict == "order" and "cancel" in segment.kinds and unexplained(unknown) and draft.prior:
            draft.cancels_all = False
            draft.doubt(segment.text.strip(), "unclear", tuple(draft.prior))


def _is_in_order(segment: Segment, text: Token) -> bool:
    """Does the clause of an unknown word ask for anything? 手套消耗特别大 only leads up to 来十盒."""
    clause = clause_of(segment.tokens, text)
    if len(clause) == len(segment.tokens) or _DANGER.search(unexplained(text.word)):
        return True
    return bool({token.kind for token in clause} & _ORDERING)


def _is_heading(segment: Segment, text: Token) -> bool:
    """Does a word stand before the colon that opens the list?"""
    kinds = [token.kind for token in segment.tokens]
    colon = kinds.index("colon") if "colon" in kinds else 0
    before = {token.kind for token in segment.tokens[:colon]}
    return segment.tokens.index(text) < colon and before <= {"text", "filler", "request", "space", "name", "person"}


def _weight(segment: Segment, text: Token, named: str) -> int:
    """Unknown characters; they count twice when they touch goods and may be part of another name."""
    index = segment.tokens.index(text)
    beside = segment.tokens[max(index - 1, 0) : index + 2]
    touches = any(token.kind in ("item", "goods", "text") and token is not text for token in beside)
    touches = touches or _is_subject(segment, index)
    if (
        not touches
        and len(text.word) <= 6
        and not OPERATING.search(text.word)
        and not _stands_alone_before(segment, index)
    ):
        return 0
    if text.word == "不" and _stands_alone(segment, index):
        return 0  # 还有鸡蛋不, 2盒 不 4盒
    return sum(char not in named for char in unexplained(text.word)) * (2 if touches else 1)


def _is_subject(segment: Segment, index: int) -> bool:
    """我家狗也想要: an unknown word in front of the verb of asking says who asks."""
    following = [token for token in segment.tokens[index + 1 : index + 4] if token.word not in ("也", "都", "还", "想")]
    return (
        bool(following) and following[0].kind == "want" and following[0].word in ("要", "想要", "需要", "想买", "想订")
    )


def _stands_alone_before(segment: Segment, index: int) -> bool:
    before = segment.tokens[index - 1].kind if index else "space"
    return before == "space" and _stands_alone(segment, index)


def _stands_alone(segment: Segment, index: int) -> bool:
    return index + 1 == len(segment.tokens) or segment.tokens[index + 1].kind == "space"


def _lacks(segment: Segment) -> bool:
    """A 没 in one breath with what is ordered (两只腿都没了), not in a remark set off from it (家里没米了 来两袋)."""
    clauses: list[list[Token]] = [[]]
    for token in segment.tokens:
        if token.kind == "space":
            clauses.append([])
        else:
            clauses[-1].append(token)
    for clause in clauses:
        words = [token.word for token in clause]
        lacking = next((i for i, word in enumerate(words) if word in ("没", "没有", "没了")), None)
        if lacking is None or not any(token.kind == "qty" for token in clause):
            continue
        following = [token.kind for token in clause[lacking + 1 :] if token.kind != "filler"]
        if following[:1] not in (["want"], ["add"]) or lacking == 0:
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
