"""A message in pieces: cut at punctuation and, because dictated text has none, where people turn to something new."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.parsing.asides import asks_aside, complete_before, conditional_starts, confirms_ahead, orders_afresh
from bot.parsing.classes import WEAK_WANTS
from bot.parsing.clauses import is_talk, last_clause
from bot.parsing.decisive import decisive_start
from bot.parsing.tokens import Token
from bot.parsing.turns import SEEN_IN_PLACE, see_in_place, turn_at


@dataclass(slots=True)
class Segment:
    """`lead` is what stands before it: start, stop, comma, space or none (cut inside running text)."""

    tokens: list[Token]
    lead: str
    asked: bool = False  # a question mark follows
    aside: bool = False  # only leads up to the clause that decides
    verdict: str = "chat"
    kinds: set[str] = field(default_factory=set)
    words: set[str] = field(default_factory=set)
    text: str = ""

    @property
    def start(self) -> int:
        return self.tokens[0].start

    @property
    def end(self) -> int:
        return self.tokens[-1].end

    def twin(self) -> Segment:
        """A copy with tokens of its own; kinds and words are shared."""
        tokens = [token.twin() for token in self.tokens]
        return Segment(tokens, self.lead, self.asked, self.aside, self.verdict, self.kinds, self.words, self.text)

    def has_quantity(self) -> bool:
        return "qty" in self.kinds

    def wants(self) -> bool:
        """Is there a verb that asks for goods, and not only 买 or 拿?"""
        return any(
            token.kind == "add" or (token.kind == "want" and token.word not in WEAK_WANTS) or token.sign == "w"
            for token in self.tokens
        )


def _turn(current: list[Token], tokens: list[Token], index: int, deciding: int) -> str:
    """`space` or `none` when a new segment begins at `index`, empty otherwise."""
    turn = turn_at(current, tokens, index)
    if turn or index == 0:
        return turn
    if index == deciding:
        return "space"
    if current[-1].kind != "space" or tokens[index].kind == "space":
        return ""
    starts = (
        conditional_starts(current, tokens, index)
        or confirms_ahead(current, tokens, index)
        or orders_afresh(current, tokens, index)
        or asks_aside(current, tokens, index)
    )
    return "space" if starts else ""


def _close(found: list[Segment], current: list[Token], lead: str, turn: str, token: Token) -> tuple[list[Token], str]:
    """Add the segment that ends before `token`; what it leaves over, and how the next one begins."""
    talk = last_clause(current)
    if talk and current[0].kind == "fix" and is_talk(talk):
        size = len(talk) + (current[-1].kind == "space")
        found.append(Segment(current[:-size], lead))  # 不对 四两塞牙缝
        current, lead = current[-size:], "space"
    kept = complete_before(current, token) if turn == "none" else 0
    found.append(Segment(current[:kept] if kept else current, lead))
    return (current[kept:], "space") if kept else ([], turn)


def _asked_aside(current: list[Token]) -> int:
    """Size of the last clause when a question mark is about its goods alone: 豆瓣要一罐 儿菜没有了?"""
    clause = last_clause(current)
    before = current[: -len(clause)] if clause and current[-1].kind != "space" else []
    named = {key for token in clause for key in token.keys}
    if not named or len(clause) < 2 or any(token.kind in ("qty", "want", "add", "request") for token in clause):
        return 0
    ordered = {key for token in before for key in token.keys}
    complete = any(token.kind == "qty" for token in before) and bool(ordered) and not named & ordered
    return len(clause) if complete else 0


def cut(tokens: list[Token]) -> list[Segment]:
    """Punctuation tokens are dropped, blanks are kept inside a segment."""
    found: list[Segment] = []
    current: list[Token] = []
    lead = "start"
    deciding = decisive_start(tokens)
    for index, token in enumerate(tokens):
        if token.kind in ("comma", "stop") or token.word == "?":
            if current:
                if token.word == "?" and (aside := _asked_aside(current)):
                    found.append(Segment(current[:-aside], lead))
                    current, lead = current[-aside:], "space"
                found.append(Segment(current, lead, asked=token.word == "?"))
                current = []
            lead = "comma" if token.kind == "comma" and lead != "stop" else "stop"
            continue
        if token.word in SEEN_IN_PLACE:
            see_in_place(token, current, tokens[index + 1] if index + 1 < len(tokens) else None)
        turn = _turn(current, tokens, index, deciding) if current else ""
        if turn:
            current, lead = _close(found, current, lead, turn, token)
        if current or token.kind != "space":
            current.append(token)
    if current:
        found.append(Segment(current, lead))
    for segment in found:
        segment.aside = deciding > 0 and segment.tokens[0].start < tokens[deciding].start
        segment.kinds = {token.kind for token in segment.tokens}
        words = [token.word for token in segment.tokens]
        segment.words, segment.text = set(words), "".join(words)
    return found


def last_solid(segment: Segment) -> Token | None:
    return next((token for token in reversed(segment.tokens) if token.kind not in ("space", "filler")), None)


def is_afterthought(segment: Segment, text: Token) -> bool:
    """Unknown words behind the last item and number, set off by a blank, are a remark."""
    index = segment.tokens.index(text)
    apart = index > 0 and segment.tokens[index - 1].kind == "space"
    return apart and not any(
        token.kind in ("item", "goods", "qty", "cancel", "sub") for token in segment.tokens[index:]
    )


def keys_of(segment: Segment) -> tuple[int, ...]:
    """Every item a segment names, in order."""
    return tuple(dict.fromkeys(key for token in segment.tokens for key in token.keys))
