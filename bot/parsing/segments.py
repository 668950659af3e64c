# ruff: noqa: E501 - rows of Chinese words, in which every character counts twice
"""A message in pieces: cut at punctuation and, because dictated text has none, where people turn to something new."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from bot.parsing.tokens import Token

BYGONE: Final = frozenset({"done", "pay", "trouble", "have", "almost", "past", "deny"})


WEAK_WANTS: Final = frozenset("买 购 拿 订 定 带 入 上 留 抢".split())


_PARTICLES: Final = frozenset(
    "对吧 是吧 对吗 是吗 对么 对伐 吗 么 没 好吗 行吗 可以吗 好伐 行不行 好不好 好嘛 行么 可以么 ok吗 成吗 可以不 行不 好不 得唔得 伐 是不是 对不对 是伐".split()
)


_CLOSERS: Final = frozenset(
    "吗 么 甜不甜 大不大 脆不脆 酸不酸 熟不熟 贵不贵 是吧 对吧 对伐 是啵 对么 对吗 是吗 新不新鲜 好不好吃 够不够 到没 到了没 来没来".split()
)


_TURNS: Final = frozenset(
    "不过 但是 但 可是 然后 所以 这次 这回 这趟 今次 呢次 那 那就 那么 反正 另外 其实 顺便 今天 今日 今朝 现在 既然".split()
)


_ENOUGH: Final = frozenset("就行 就够了 就好 就可以了".split())
_COMPLETING: Final = frozenset({"item", "goods", "text", "want", "add"})
_AFTERTHOUGHTS: Final = BYGONE | {"ask", "fix", "hold", "wish", "joke"}


@dataclass(slots=True)
class Segment:
    """`lead` is what stands before it: start, stop, comma, space or none (cut inside running text)."""

    tokens: list[Token]
    lead: str
    asked: bool = False  # a question mark follows
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

    def has_quantity(self) -> bool:
        return "qty" in self.kinds

    def wants(self) -> bool:
        """Is there a verb that asks for goods, and not only 买 or 拿?"""
        return any(
            token.kind == "add" or (token.kind == "want" and token.word not in WEAK_WANTS) or token.sign == "w"
            for token in self.tokens
        )


def cut(tokens: list[Token]) -> list[Segment]:
    """Punctuation tokens are dropped, blanks are kept inside a segment."""
    found: list[Segment] = []
    current: list[Token] = []
    lead = "start"
    for index, token in enumerate(tokens):
        if token.kind in ("comma", "stop") or token.word == "?":
            if current:
                found.append(Segment(current, lead, asked=token.word == "?"))
                current = []
            lead = "comma" if token.kind == "comma" and lead != "stop" else "stop"
            continue
        if token.word == "的话" and current and current[-1].kind == "item" and not _is_condition(current):
            token.kind = "filler"  # 桃子的话来一盒: a topic, not a condition
        points = token.word == "那" and index + 1 < len(tokens) and tokens[index + 1].kind == "qty"  # 昨天那两只
        turn = "" if points else _turn(current, token)
        if turn:
            found.append(Segment(current, lead))
            current, lead = [], turn
        if current or token.kind != "space":
            current.append(token)
    if current:
        found.append(Segment(current, lead))
    for segment in found:
        segment.kinds = {token.kind for token in segment.tokens}
        words = [token.word for token in segment.tokens]
        segment.words, segment.text = set(words), "".join(words)
    return found


def _is_condition(current: list[Token]) -> bool:
    return any(token.kind == "if" or token.word in ("有", "还有", "有货", "没有") for token in current)


def _turn(current: list[Token], token: Token) -> str:
    """`space` or `none` when a new segment begins with `token`, empty otherwise."""
    if not current:
        return ""
    spaced = current[-1].kind == "space"
    solid = current[-2] if spaced and len(current) > 1 else current[-1]
    kinds = {part.kind for part in current}
    turns = _closes(current, kinds, solid, token) or _opens(kinds, solid, token, spaced=spaced)
    if not turns and spaced:
        turns = _apart(current, kinds, token)
    return ("space" if spaced else "none") if turns else ""


def _closes(current: list[Token], kinds: set[str], solid: Token, token: Token) -> bool:
    """Is what stands before `token` complete: a question with its particle, a condition, an order with 就行?"""
    if "if" in kinds and (solid.word == "的话" or token.word == "就") and token.kind != "space":
        return True
    if solid.kind == "ask" and solid.word in _CLOSERS and token.kind not in ("filler", "ask", "space"):
        return True
    if solid.word in _ENOUGH and "qty" in kinds and token.kind not in ("filler", "space"):
        return True
    something = any(part.kind not in ("filler", "space") for part in current)
    return token.kind == "filler" and token.word in _TURNS and solid.word != "不是" and something


def _opens(kinds: set[str], solid: Token, token: Token, *, spaced: bool) -> bool:
    """Does `token` begin an order behind talk of what was, or a question behind an order?"""
    complete = "qty" in kinds and kinds & _COMPLETING
    if token.kind in ("add", "want"):
        over = kinds & (BYGONE | {"ask"}) and (spaced or not kinds & {"deny", "almost", "past"})
        return bool(over) and solid.kind not in ("deny", "past", "almost", "ask", "if")
    if token.kind in ("ask", "request") and token.word not in _PARTICLES:
        return bool(complete) or (spaced and "qty" in kinds)
    return bool(complete) and token.kind == "have"


def _apart(current: list[Token], kinds: set[str], token: Token) -> bool:
    """Is a blank in front of `token` as good as a comma?"""
    if any("不是" in part.word for part in current if part.kind in ("other", "deny") or part.word == "不是"):
        return True
    if "qty" in kinds and kinds & _COMPLETING and token.kind in _AFTERTHOUGHTS:
        return True
    if kinds & {"think", "praise"} or ("hold" in kinds and token.kind in ("want", "add")):
        return True
    if not kinds & (BYGONE | {"ask"}) or token.word.isascii():
        return False
    return token.kind in ("item", "qty", "room") or "ask" in kinds


def last_solid(segment: Segment) -> Token | None:
    return next((token for token in reversed(segment.tokens) if token.kind not in ("space", "filler")), None)
