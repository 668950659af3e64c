"""Whose number counts: 我说一盒 她说两盒 听她的; 老公说要三袋 别听他的 一袋.

Of two numbers that two people wished for, the one that somebody gives in to is the order. What led up to it becomes
talk, so that neither the other number nor the words of a third person are read.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bot.parsing.people import SELVES
from bot.parsing.tokens import Token

_SIDES: Final = re.compile(
    r"(?<![好难打爱])(?P<not>[别莫甭勿唔不]要?|先别)?[听依按照随]着?(?P<who>我家?[^\s,。听]{0,3}?|她|他|伊|佢|[^\s,。听的]{1,4}?)(?:的|说的|个)(?=[\s,。!]|$|吧|了|好了|呗|啊|哈|[一两二三四五六七八九十\d])"
)
_WISH: Final = re.compile(r"(?:说|讲|喊|叫|要|想|嫌|话|非要)")
_MINE: Final = frozenset({"我", "俺", "咱", "偶", "额", "我家", "阿拉"})
_THEIRS: Final = frozenset({"她", "他", "伊", "佢", "人家"})
_TURNING: Final = frozenset(
    {"cancel", "sub", "swap", "halve", "double", "each", "all", "rest", "goods", "people", "except", "add", "keep"}
)
_KEPT: Final = frozenset({"item", "space", "comma", "stop"})


@dataclass(slots=True)
class _Wish:
    """A number, and who wished for it."""

    who: str
    number: Token


def side_with(tokens: list[Token], text: str) -> None:
    """Leave only the number that counts, in place. Whatever is not wholly clear is left as it stands."""
    match = _SIDES.search(text) if "的" in text or "个" in text else None
    if match is None:
        return
    before = [token for token in tokens if token.end <= match.start()]
    if len({token.keys for token in before if token.kind == "item"}) > 1:
        return
    if any(token.kind in _TURNING for token in before):
        return
    chosen = _chosen(_wishes(before), match)
    behind = next(
        (token for token in tokens if token.start >= match.end() and token.kind not in ("space", "comma", "filler")),
        None,
    )
    said_again = behind is not None and behind.kind == "qty"
    if chosen is None or (said_again and behind is not None and behind.milli != chosen.milli):
        return
    for token in tokens:
        if token.start >= match.end():
            if token is behind and said_again:
                token.kind, token.word = "filler", " " * len(token.word)
        elif token is chosen:
            token.value = "sided"
        elif token.kind not in _KEPT:
            token.kind, token.keys, token.word = "filler", (), " " * len(token.word)


def _wishes(before: Sequence[Token]) -> list[_Wish]:
    """Every number with whoever was named last before it, behind a verb of wishing."""
    found: list[_Wish] = []
    who, wished = "", False
    for token in before:
        if token.kind in ("person", "name") and "自" not in token.word:
            who, wished = token.word, False
        elif token.word in _THEIRS or token.word in _MINE or token.word in SELVES or token.word in ("我要", "我寻思"):
            who, wished = ("她" if token.word in _THEIRS else "我"), token.word in ("我要", "我寻思")
        elif token.kind == "qty" and not token.approx:
            found.append(_Wish(who if wished or not found else "", token))
        elif _WISH.search(token.word):
            wished = True
    return found


def _chosen(wishes: list[_Wish], match: re.Match[str]) -> Token | None:
    """The number of the one who is given in to; None when that is not one of two."""
    if not 1 <= len(wishes) <= 2 or any(wish.number.unit != wishes[0].number.unit for wish in wishes):
        return None
    head = match["who"]
    mine = head in _MINE
    theirs = [wish for wish in wishes if wish.who not in ("", "我")]
    if head not in _THEIRS and not mine:
        theirs = [wish for wish in theirs if wish.who.endswith(head) or head.endswith(wish.who)]
    own = [wish for wish in wishes if wish.who == "我"] or [
        wish for wish in wishes if not wish.who and len(wishes) == 2 and len(theirs) == 1
    ]
    sided = own if mine else theirs
    if len(sided) != 1:
        return None
    if not match["not"]:
        return sided[0].number
    others = [wish for wish in wishes if wish is not sided[0]]
    return others[0].number if len(others) == 1 else None
