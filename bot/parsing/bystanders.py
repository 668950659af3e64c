"""What a neighbour takes back or changes of an order that several share: 1102那支牙膏不要了, 妈家肥牛两盒改一盒.

Only that share goes, so much as is said; when it is not said how much it is, the sender is asked. And what somebody
else cancels for himself is no cancellation of the sender's: 取消的是楼上的.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from bot.parsing.catalogue import Catalogue
from bot.parsing.heads import is_known, may_be_somebody, plain_head
from bot.parsing.numerals import ARABIC_NUMBER, CHINESE_NUMBER, read_number
from bot.parsing.people import SELVES
from bot.parsing.portions import masked
from bot.parsing.quantity import UNIT_PATTERN, canonical_unit, to_sale_units
from bot.parsing.tokens import Token

_NUMBER: Final = rf"(?:{ARABIC_NUMBER}|{CHINESE_NUMBER}|半)"
_OPENS: Final = r"(?:^|(?<=[\s,。;!?]))(?:把|帮我把|麻烦把|还有|另外|那个|哦|对了|啊)?"
_WHO: Final = r"(?P<who>[^\s,。;!?_]{1,8}?)"
_HOUSED: Final = r"(?:家里?|屋里|那边|那里|那儿)?"
_REFUSES: Final = r"(?:(?:不|勿|伐|唔|别|甭)(?:想|再)?(?:要|用|来|拿|订|买)|退|取消|撤|去掉|减掉|划掉|删|拿掉|算了)"
_THAT: Final = re.compile(
    rf"{_OPENS}_*{_WHO}{_HOUSED}(?:要|订|定|点|报|拿)?的?那(?P<n>{_NUMBER})?(?P<u>{UNIT_PATTERN})的?(?P<goods>_*)"
    rf"(?P<rest>[^,。;!?]*?)(?P<refuses>{_REFUSES})"
)
_LATER: Final = re.compile(
    rf"{_OPENS}{_WHO}{_HOUSED}(?:要|订|定|点|报|拿)?的?那(?P<n>{_NUMBER})?(?P<u>{UNIT_PATTERN})的?(?P<goods>_+)"
    r"(?P<rest>[^。;!?]*?)[,\s](?P<refuses>划掉|退掉|减掉|去掉|删掉|取消|拿掉)(?:吧|了|哈|掉)*\s*$"
)
_FROM_TO: Final = re.compile(
    rf"{_OPENS}_*{_WHO}{_HOUSED}的?(?:_*)(?:说)?(?:她|他)?(?:要)?的?(?P<goods>_*)(?:那)?(?P<n>{_NUMBER})(?P<u>{UNIT_PATTERN})(?:的)?_*"
    rf"(?:[\s,]*(?:改成|改为|改|变成|变|减到|减成|加到|加成|换成)|(?:多了|太多了?|[吃喝用]不完)[\s,]*(?:就?[留要]|只要|留下|改)?)(?P<m>{_NUMBER})(?P<u2>{UNIT_PATTERN})"
)
_UNSAID: Final = re.compile(
    rf"{_OPENS}{_WHO}{_HOUSED}的(?P<goods>_+)(?:就|都|她|他|他们|她们)*{_REFUSES}(?:掉|了|啦|吧|哈|啊)*(?=[\s,。]|$)"
)
_SAID: Final = re.compile("[那的改变减加换多完]")
"""One of these stands in whatever is said of a share."""
_ROOMED: Final = re.compile(r"\d{1,2}(?:楼|栋|号楼?|单元)|[一二三四五六七八九]单元|\d{3,4}|\d{1,2}-\d{3,4}")
_NOBODY: Final = re.compile(
    r"[买送给]|[我俺咱额你您这昨全都各每再多其]|今[天日早晚]|明天|刚[才刚]|上[次回周批]|之前|前面|前天|原[来先]|本来|^(?:老板|团长|群主|那|还|就|先|算|对)"
)
_CHANGING: Final = frozenset({"add", "swap", "halve", "double", "exchange", "only", "hold", "if", "ask", "goods"})
_OTHERS_OWN: Final = re.compile(
    r"(?:要|想)?(?:取消|退单?|撤单?|不要|退货|退掉)的(?:人)?(?:是|系)(?P<who>[^\s,。;!?是]{1,6}?)(?P<tail>家?的?(?:那[份单个])?)(?=[\s,。;!?]|$|不是我|又?不是)"
)


def set_bystanders_aside(tokens: Sequence[Token], text: str) -> None:
    """取消的是楼上的: nothing in it is about the sender's order; in place."""
    match = _OTHERS_OWN.search(text)
    if match is None:
        return
    under = [token for token in tokens if token.start < match.end() and token.end > match.start()]
    party = [token for token in under if token.end > match.start("who")]
    if any(token.kind in ("item", "goods") or token.keys for token in under) or not _is_other(match, party):
        return
    for token in under:
        if token.start >= match.start() and token.end <= match.end():
            token.kind, token.word = "filler", " " * len(token.word)


def share_changed(
    text: str, tokens: Sequence[Token], prior: Mapping[int, int], catalogue: Catalogue
) -> tuple[int, int | None] | None:
    """(item, thousandths more or less) of what somebody else changes of his share; None for the amount that nobody
    said, None when it is not about a share of somebody, or about something else besides."""
    if not prior or not _SAID.search(text):
        return None
    goods = masked(tokens, text, ("item",))
    for pattern in (_FROM_TO, _THAT, _LATER, _UNSAID):
        match = pattern.search(goods)
        if match is None:
            continue
        party = [token for token in tokens if token.start < match.end("who") and token.end > match.start("who")]
        key = _goods(match, tokens, prior, catalogue)
        if key is None or not _is_other(match, party):
            continue
        if pattern is _UNSAID:
            return (key, None) if prior[key] > 1000 else None
        if _says_more(match, tokens, key):
            continue
        part = _sold(match["n"] or "一", match["u"], key, catalogue)
        if part is None or part >= prior[key]:
            continue
        if pattern is not _FROM_TO:
            return key, -part
        new = _sold(match["m"], match["u2"], key, catalogue)
        return (key, new - part) if new is not None else None
    return None


def _is_other(match: re.Match[str], party: Sequence[Token]) -> bool:
    """Is it somebody else who stands there?"""
    who = match["who"]
    if who in SELVES or any(token.kind in ("item", "goods", "past", "time", "this", "price") for token in party):
        return False
    if _ROOMED.fullmatch(who) or any(token.kind == "room" for token in party):
        return True
    if re.match(r"[我俺咱额](?!们|家|自)", who) and is_known(who):
        return True
    if _NOBODY.search(who) or plain_head(who) == "我":
        return False
    return is_known(who) or any(token.kind in ("person", "name") for token in party) or may_be_somebody(who)


def _goods(match: re.Match[str], tokens: Sequence[Token], prior: Mapping[int, int], catalogue: Catalogue) -> int | None:
    """The one item of the order that the share is of."""
    inside = [t for t in tokens if t.kind == "item" and match.start() <= t.start and t.end <= match.end()]
    named = {key for token in inside for key in token.keys if key in prior}
    if len(named) == 1:
        return min(named)
    unit = canonical_unit(match["u"]) if "u" in match.re.groupindex else None
    fitting = {key for key in prior if catalogue.by_key[key].unit == unit}
    return min(prior) if not inside and len(prior) == 1 else min(fitting) if not inside and len(fitting) == 1 else None


def _says_more(match: re.Match[str], tokens: Sequence[Token], key: int) -> bool:
    """Is anything else changed by the message? What only stays as it is may be named."""
    outside = [token for token in tokens if token.end <= match.start() or token.start >= match.end()]
    if any(token.kind in _CHANGING or (token.kind == "set" and token.start >= match.end()) for token in tokens):
        return True
    stays = any(token.kind == "keep" for token in outside)
    kept = stays or any(token.word in ("要", "还要", "留下", "留着", "留") for token in outside)
    if not stays and any(token.kind in ("qty", "rest", "fix") for token in outside):
        return True
    return not kept and any(token.kind == "item" and key not in token.keys for token in outside)


def _sold(number: str, unit: str, key: int, catalogue: Catalogue) -> int | None:
    read = read_number(number)
    milli = 500 if number == "半" or read is None else read.milli
    return to_sale_units(milli, canonical_unit(unit), catalogue.by_key[key]).milli
