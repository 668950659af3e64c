"""Where a request begins behind a refusal, a story or a complete order, in dictated text without punctuation."""

from __future__ import annotations

from typing import Final

from bot.parsing.asides import ENDINGS, only_tells
from bot.parsing.classes import BYGONE, FOR_ME
from bot.parsing.tokens import Token


def begins_anew(current: list[Token], tokens: list[Token], index: int) -> str:
    """`space` or `none` when what begins at `index` has nothing to do with `current` before it, empty otherwise."""
    token = tokens[index]
    apart = "space" if current[-1].kind == "space" else "none"
    if token.kind != "space" and _is_gone(current) and (apart == "space" or token.kind != "filler"):
        return apart  # 上面这个取消哈 家里还有
    if token.kind == "want" and token.word in _IMPERATIVE and only_tells(current):
        return "none"  # 忙得都忘了买东西了给我来三袋
    if token.kind == "item" and _speaks_anew(current, tokens, index):
        return apart  # 肉包再拿两袋菜包那个就先不用加了
    told = (token.kind == "want" or token.word in _YOU) and _is_story_over(current, tokens, index)
    return "none" if told else ""


def _is_story_over(current: list[Token], tokens: list[Token], index: int) -> bool:
    token = tokens[index]
    following = tokens[index + 1].kind if index + 1 < len(tokens) else ""
    if _turns_to_you(current, token, tokens[index + 1 : index + 5]):
        return True  # 昨天订了一箱你再给我加一箱
    return _asks_after_all(current, token, following)


_YOU: Final = frozenset("你您侬恁")
_IMPERATIVE: Final = FOR_ME | frozenset("给我来 给我留 给来 给整 先给我".split())


def _asks_after_all(current: list[Token], token: Token, following: str) -> bool:
    """我上次订了两袋|给我减掉一袋: behind what was, somebody asks for a change."""
    if token.kind != "want" or token.word not in FOR_ME or following not in ("sub", "set", "cancel", "add", "swap"):
        return False
    kinds = {part.kind for part in current}
    return bool(kinds & {"past", "done"}) and "qty" in kinds


_CLOSING: Final = ENDINGS | {"呗", "算了", "好了"}


def _is_gone(current: list[Token]) -> bool:
    """Does what stands before end in a refusal with its particle: 不用了啊, 取消哈, 退掉算了?"""
    at = len(current) - 1
    while at > 0 and (current[at].kind == "space" or current[at].word in _CLOSING):
        at -= 1
    spoken = at < len(current) - 1 and current[at].kind == "cancel" and not current[at].word.isascii()
    return spoken and not any(part.kind in ("ask", "request") for part in current)


_LEFT: Final = frozenset({"cancel", "unwant", "deny", "keep", "hold", "think"})


def _speaks_anew(current: list[Token], tokens: list[Token], index: int) -> bool:
    """Behind a complete order, other goods that are refused, left as they are or only told of (酸奶呢家里还有); or the
    same again behind a story."""
    token = tokens[index]
    spoken = [part.keys for part in current if part.kind == "item"]
    named = {keys[0] for keys in spoken if len(keys) == 1} or {key for keys in spoken for key in keys}
    following = _first_solid(tokens, index + 1)
    if not named or not token.keys or following is None:
        return False
    if named & set(token.keys):
        told = any(part.kind in BYGONE for part in current)
        again = following.word in FOR_ME or following.word in ("再", "改", "加")
        return told and again and not set(token.keys) - named
    if following.kind == "have":
        return is_complete(current)
    left = following.kind in _LEFT and not any(part.kind in _LEFT for part in current)
    return left and is_complete(current)


def _first_solid(tokens: list[Token], at: int) -> Token | None:
    return next((token for token in tokens[at : at + 5] if token.kind not in ("filler", "this")), None)


def is_complete(current: list[Token]) -> bool:
    """Do the tokens end with a number and its goods?"""
    solid = [token.kind for token in current if token.kind not in ("filler", "space")]
    return (bool(solid) and solid[-1] == "qty" and "item" in solid) or solid[-2:] == ["qty", "item"]


def _turns_to_you(current: list[Token], token: Token, behind: list[Token]) -> bool:
    """你再给我加一箱, 你给我添一斤 behind a story: the leader is told what to do."""
    if token.word not in _YOU or current[-1].kind == "past" or any(part.kind == "done" for part in behind):
        return False
    if not any(part.kind in BYGONE or part.kind == "ask" for part in current):
        return False
    asks = [part for part in behind if part.word not in ("就", "再", "也", "先")]
    return bool(asks) and (asks[0].kind == "add" or asks[0].word in FOR_ME)
