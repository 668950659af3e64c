"""Somebody of a shared order backs out: 她那箱不要了, 有两盒是替同事订的 同事不要了.

Only that part goes. How much it is stands beside the refusal (她那2斤), or where it was told whose it is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from bot.parsing.catalogue import Catalogue
from bot.parsing.numerals import ARABIC_NUMBER, CHINESE_NUMBER, read_number
from bot.parsing.people import SELVES
from bot.parsing.quantity import UNIT_PATTERN, canonical_unit, to_sale_units
from bot.parsing.tokens import Token

_NUMBER: Final = rf"(?:{ARABIC_NUMBER}|{CHINESE_NUMBER}|半)"
_PART: Final = rf"(?P<number>{_NUMBER})?(?P<unit>{UNIT_PATTERN})(?P<half>半)?"
_TOLD: Final = rf"(?P<number>{_NUMBER})(?P<unit>{UNIT_PATTERN})(?P<half>半)?"
_REFUSES: Final = re.compile(
    r"(?:不|勿|伐|唔)(?:想)?(?:要|用|来|拿|订|买|参加)|退|取消|撤|去掉|减掉|划掉|拿掉|[要拿分带匀]走"
)
_TAKES_OFF: Final = re.compile(
    r"^(?:那|就|你|也|先|麻烦|请|帮我|给我|替我|把它?|这?一?[份盒箱袋斤])*(?:减|退|取消|撤|去掉|划掉|拿掉|删)(?:掉|了|去|下来|吧|一下|啊|哈)*$"
)
_PRONOUNS: Final = "她|他|人家|对方"
_MORE: Final = frozenset({"add", "swap", "set", "halve", "double"})
_STILL: Final = frozenset({"还要", "还想要"})
_VAGUE: Final = ("份", "单")


def part_given_up(
    text: str, tokens: Sequence[Token], prior: dict[int, int], catalogue: Catalogue
) -> tuple[int, int] | None:
    """(item, thousandths of its unit) that somebody else no longer wants.

    None when nobody backs out, or when the message asks for something else besides.
    """
    others = {token.word for token in tokens if token.kind in ("person", "name") and token.word not in SELVES}
    others = {word for word in others if "自" not in word}
    refuses = prior and (_REFUSES.search(text) or any(_TAKES_OFF.search(clause) for clause in _clauses(text)))
    if not refuses or not (others or re.search(_PRONOUNS, text)):
        return None
    who = "|".join([*map(re.escape, sorted(others, key=len, reverse=True)), _PRONOUNS])
    part = _part(_clauses(text), who)
    key = _goods(tokens, prior, part[1], catalogue) if part is not None else None
    if part is None or key is None or any(token.kind in _MORE and token.word not in _STILL for token in tokens):
        return None
    if any(token.kind == "goods" or (token.kind == "item" and key not in token.keys) for token in tokens):
        return None
    milli = to_sale_units(*part, catalogue.by_key[key]).milli
    return (key, milli) if milli is not None and milli <= prior[key] else None


def _clauses(text: str) -> list[str]:
    return re.split(r"[,。!?\s]", text)


def _part(clauses: list[str], who: str) -> tuple[int, str] | None:
    """Number and unit of what the others no longer want."""
    told: tuple[int, str] | None = None
    for clause in clauses:
        refuses = _REFUSES.search(clause) is not None
        party = re.search(who, clause)
        if party is None:
            if told is not None and _TAKES_OFF.search(clause) is not None:
                return told  # 有一箱是替我姐下的, … 帮我减了
            continue
        beside = re.search(rf"(?:{who})[^那]{{0,6}}那{_PART}", clause)
        if refuses and beside is not None and (beside["number"] or beside["unit"] not in _VAGUE):
            return _amount(beside)
        if refuses and (taken := re.search(rf"(?:{who})\S{{0,2}}走了?{_TOLD}", clause)) is not None:
            return _amount(taken)
        if refuses and told is not None:
            return told
        if not refuses and beside is not None and beside["number"]:
            told = _amount(beside)  # 我弟那一斤
        elif not refuses and (found := _told(clause, who)) is not None:
            told = _amount(found)
    return None


def _told(clause: str, who: str) -> re.Match[str] | None:
    """两盒是替同事订的, 我和我姐一人两盒."""
    between = rf"(?:(?!{_NUMBER}(?:{UNIT_PATTERN}))[^,]){{0,6}}?"
    return re.search(rf"(?<!那){_TOLD}{between}(?:是|给|帮|替)(?:我|给|帮|替)*(?:{who})", clause) or re.search(
        rf"(?:{who})[^,]{{0,2}}(?:一人|一家|每人|每家|各){_TOLD}", clause
    )


def _amount(match: re.Match[str]) -> tuple[int, str]:
    said = match["number"] or "一"
    number = read_number(said)
    milli = 500 if said == "半" or number is None else number.milli
    return milli + (500 if match["half"] else 0), canonical_unit(match["unit"])


def _goods(tokens: Sequence[Token], prior: dict[int, int], unit: str, catalogue: Catalogue) -> int | None:
    """The one item of the order that is named, or else that fits."""
    named = {key for token in tokens if token.kind == "item" for key in token.keys if key in prior}
    fitting = {key for key in prior if catalogue.by_key[key].unit == unit}
    for keys in (named, set(prior), fitting):
        if len(keys) == 1:
            return min(keys)
    return None
