"""A message in pieces: cut at punctuation and, because dictated text has none, where people turn to something new."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from bot.parsing.tokens import Token

BYGONE: Final = frozenset({"done", "pay", "trouble", "have", "almost", "past", "deny"})


WEAK_WANTS: Final = frozenset("买 购 拿 订 定 带 入 上 留 抢".split())


_PARTICLES: Final = frozenset("吗 么 没 好吗 行吗 可以吗 好伐 行不行 好不好 好嘛 行么 可以么 ok吗 成吗 可以不 行不 好不 得唔得 伐 是不是 对不对 是伐".split())


_CLOSERS: Final = frozenset("吗 么 甜不甜 大不大 脆不脆 酸不酸 熟不熟 贵不贵 是吧 对吧 对伐 是啵 对么 对吗 是吗 新不新鲜 好不好吃 够不够 到没 到了没 来没来".split())


_TURNS: Final = frozenset("不过 但是 但 可是 然后 所以 这次 这回 这趟 今次 呢次 那 那就 那么 反正 另外 其实 顺便 今天 今日 今朝 现在 既然".split())


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
    for token in tokens:
        if token.kind in ("comma", "stop") or token.word == "?":
            if current:
                found.append(Segment(current, lead, asked=token.word == "?"))
                current = []
            lead = "comma" if token.kind == "comma" and lead != "stop" else "stop"
            continue
        if token.word == "的话" and current and current[-1].kind == "item" and not _is_condition(current):
            token.kind = "filler"  # 桃子的话来一盒: a topic, not a condition
        turn = _turn(current, token)
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
    last = current[-1]
    spaced = last.kind == "space"
    solid = current[-2] if spaced and len(current) > 1 else last
    kind = "space" if spaced else "none"
    if "if" in {part.kind for part in current} and (solid.word == "的话" or token.word == "就") and token.kind != "space":
        return kind
    if solid.kind == "ask" and solid.word in _CLOSERS and token.kind not in ("filler", "ask", "space"):
        return kind
    if token.kind == "filler" and token.word in _TURNS and solid.word != "不是" and any(part.kind not in ("filler", "space") for part in current):
        return kind
    kinds = {part.kind for part in current}
    if spaced and any(part.word == "不是" or (part.kind in ("other", "deny") and "不是" in part.word) for part in current):
        return kind
    if solid.word in ("就行", "就够了", "就好", "就可以了") and "qty" in kinds and token.kind not in ("filler", "space"):
        return kind
    complete = "qty" in kinds and kinds & {"item", "goods", "text", "want", "add"}
    bygone = kinds & (BYGONE | {"ask"})
    if token.kind in ("add", "want") and bygone and (spaced or not kinds & {"deny", "almost", "past"}):
        if solid.kind not in ("deny", "past", "almost", "ask", "if"):
            return kind
    opens_question = token.kind in ("ask", "request") and token.word not in _PARTICLES
    if opens_question and "qty" in kinds and (complete or spaced):
        return kind
    if complete and token.kind == "have":
        return kind
    if spaced and complete and token.kind in BYGONE | {"ask", "fix", "hold", "wish", "joke"}:
        return kind
    if spaced and bygone and (token.kind in ("item", "qty", "room") or "ask" in kinds) and not token.word.isascii():
        return kind
    if spaced and {"think", "praise"} & kinds:
        return kind
    return ""


def last_solid(segment: Segment) -> Token | None:
    return next((token for token in reversed(segment.tokens) if token.kind not in ("space", "filler")), None)
