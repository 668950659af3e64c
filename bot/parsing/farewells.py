"""Signs and words that let goods go, or keep them, where no verb is written: 🍑❌, 豆浆out, 肉包以外的都退."""

from __future__ import annotations

from typing import Final

from bot.parsing.tokens import Token

_SIGNS: Final = {"❌": "cancel", "🚫": "cancel", "🙅": "cancel", "✅": "keep", "☑": "keep", "✔": "keep"}
_GOING: Final = frozenset("out 拜拜 拜 再见 再见了 再会 告辞 退散 over bye 886 出局 下线 劝退 no 滚蛋".split())
_STAYING: Final = frozenset("in yes yep ok stay 继续 留".split())
_MARKS: Final = frozenset(_SIGNS) | _GOING | frozenset("以外 之外 以外的 之外的 见 见了 会".split())
_ENDS: Final = frozenset({"comma", "stop", "space", "filler"})
_APART: Final = frozenset("以外 之外 以外的 之外的".split())


def let_go(tokens: list[Token]) -> None:
    """Set the class of such signs and words, in place."""
    if _MARKS.isdisjoint([token.word for token in tokens]):
        return
    _join_farewells(tokens)
    gone = any(_SIGNS.get(token.word) == "cancel" or token.word in _GOING for token in tokens)
    for index, token in enumerate(tokens):
        before = tokens[index - 1] if index else None
        following = tokens[index + 1] if index + 1 < len(tokens) else None
        ends = following is None or following.kind in _ENDS
        named = before is not None and before.kind == "item"
        if token.kind == "space" and token.word in _SIGNS:
            ahead = following is not None and following.kind == "item" and not named
            if (named and ends) or ahead:
                token.kind = _SIGNS[token.word] if gone else token.kind
        elif token.word in _GOING and token.kind in ("text", "unwant", "filler") and named and ends:
            token.kind = "cancel"
        elif token.word in _STAYING and token.kind in ("text", "filler") and named and gone:
            token.kind = "keep" if ends else "filler"
    _all_but(tokens)


def _join_farewells(tokens: list[Token]) -> None:
    """再见 is no 再 of more."""
    for index in range(len(tokens) - 1, 0, -1):
        first, second = tokens[index - 1], tokens[index]
        if first.word == "再" and second.kind == "text" and second.word in ("见", "会") and first.end == second.start:
            tokens[index - 1 : index + 1] = [Token("text", first.start, second.end, first.word + second.word)]


def _all_but(tokens: list[Token]) -> None:
    """肉包以外的都退 is 除了肉包都退."""
    for index in range(len(tokens) - 1, 0, -1):
        goods, token = tokens[index - 1], tokens[index]
        if token.kind in ("text", "filler") and token.word in _APART and goods.kind == "item":
            if any(part.kind == "except" for part in tokens):
                token.kind = "filler"
                continue
            token.kind = "filler"
            tokens.insert(index - 1, Token("except", goods.start, goods.start, ""))
