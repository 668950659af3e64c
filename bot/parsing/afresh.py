"""Where a request begins behind a refusal, a story or a complete order, in dictated text without punctuation."""

from __future__ import annotations

from typing import Final

from bot.parsing.asides import ENDINGS, only_tells
from bot.parsing.classes import BYGONE
from bot.parsing.tokens import Token


def begins_anew(current: list[Token], tokens: list[Token], index: int) -> str:
    """`space` or `none` when what begins at `index` has nothing to do with `current` before it, empty otherwise."""
    token = tokens[index]
    apart = "space" if current[-1].kind == "space" else "none"
    if token.kind != "space" and _is_gone(current) and (apart == "space" or token.kind != "filler"):
        return apart  # 上面这个取消哈 家里还有
    if token.kind == "want" and token.word in _IMPERATIVE and only_tells(current):
        return "none"  # 忙得都忘了买东西了给我来三袋
    if token.kind == "item" and _speaks_of_another(current, tokens, index):
        return apart  # 肉包再拿两袋菜包那个就先不用加了
    return "none" if _is_story_over(current, tokens, index) else ""


def _is_story_over(current: list[Token], tokens: list[Token], index: int) -> bool:
    token = tokens[index]
    following = tokens[index + 1].kind if index + 1 < len(tokens) else ""
    if _turns_to_you(current, token, tokens[index + 1 : index + 5]):
        return True  # 昨天订了一箱你再给我加一箱
    if _gives_reason(current, token) or _asks_after_all(current, token, following):
        return True
    return token.kind == "item" and is_complete(current) and _is_told_next(tokens, index)


_CLOSED: Final = frozenset("哈 吧 啊 哦 算了 了 啦 哟 呗 嘛 好了".split())


def _gives_reason(current: list[Token], token: Token) -> bool:
    """退掉哈|我妈痛风, 退掉算了|单位发了: behind a refusal with its particle somebody tells why."""
    if token.kind not in ("person", "text", "past", "have", "done", "name") or token.keys or len(current) < 2:
        return False
    return current[-1].word in _CLOSED and current[-2].kind == "cancel"


_FOR_ME: Final = frozenset("给我 帮我 替我 跟我 同我 给俺 给咱 拨我 畀我".split())


def _asks_after_all(current: list[Token], token: Token, following: str) -> bool:
    """我上次订了两袋|给我减掉一袋: behind what was, somebody asks for a change."""
    if token.kind != "want" or token.word not in _FOR_ME or following not in ("sub", "set", "cancel", "add", "swap"):
        return False
    kinds = {part.kind for part in current}
    return bool(kinds & {"past", "done"}) and "qty" in kinds


def _is_told_next(tokens: list[Token], index: int) -> bool:
    """Does what is said of the goods at `index` only tell of them: 酸奶呢家里还有, 奶黄那个就先不用加了?"""
    for token in tokens[index + 1 : index + 6]:
        if token.kind != "filler":
            return token.kind in ("have", "deny")
    return False


def is_complete(current: list[Token]) -> bool:
    """Do the tokens end with a number and its goods?"""
    solid = [token.kind for token in current if token.kind not in ("filler", "space")]
    return (bool(solid) and solid[-1] == "qty" and "item" in solid) or solid[-2:] == ["qty", "item"]


def _is_gone(current: list[Token]) -> bool:
    """Does what stands before end in a refusal with its particle: 不用了啊, 取消哈?"""
    at = len(current) - 1
    while at > 0 and (current[at].kind == "space" or current[at].word in ENDINGS):
        at -= 1
    spoken = at < len(current) - 1 and current[at].kind == "cancel" and not current[at].word.isascii()
    return spoken and not any(part.kind in ("ask", "request") for part in current)


_IMPERATIVE: Final = frozenset("给我 帮我 给我来 给我留 给我记 帮我记 给咱 给俺 给来 给整 先给我 替我".split())


_LEFT: Final = frozenset({"cancel", "unwant", "deny", "keep", "hold"})


def _speaks_of_another(current: list[Token], tokens: list[Token], index: int) -> bool:
    """Behind a complete order, other goods that are refused or left as they are; or the same again behind a story."""
    token, last = tokens[index], current[-1]
    if last.kind not in ("qty", "filler", "space") or not token.keys:
        return False
    named = {key for part in current if part.kind == "item" for key in part.keys}
    at = index + 1
    while at < len(tokens) and at < index + 5 and tokens[at].kind in ("filler", "this"):
        at += 1
    following = tokens[at] if at < len(tokens) else token
    if named & set(token.keys):
        told = any(part.kind in BYGONE for part in current)
        return told and following.word in ("帮我", "给我", "再", "改", "加") and not set(token.keys) - named
    counted = any(part.kind == "qty" for part in current) and bool(named)
    return counted and following.kind in _LEFT and not any(part.kind in _LEFT for part in current)


def _turns_to_you(current: list[Token], token: Token, behind: list[Token]) -> bool:
    """你再给我加一箱, 你给我添一斤 behind a story: the leader is told what to do."""
    if (
        token.word not in ("你", "您", "侬", "恁")
        or current[-1].kind == "past"
        or any(part.kind == "done" for part in behind)
    ):
        return False
    if not any(part.kind in BYGONE or part.kind == "ask" for part in current):
        return False
    asks = [part for part in behind if part.word not in ("就", "再", "也", "先")]
    return bool(asks) and (asks[0].kind == "add" or asks[0].word in ("给我", "帮我", "给俺", "替我"))
