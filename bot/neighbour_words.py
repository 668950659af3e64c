"""Of whose order a leader speaks, and whether of one that is there. Pure."""

from __future__ import annotations

import re

from bot import commands as c

_CHANGES = re.compile(r"改|换|加(?!微信|香|糖|冰|急)")
_MAY_CHANGE = re.compile(r"少|减|加|多|退|去掉|取消|不要")
_HIS = re.compile(r"(?:把|给|帮)?[\w\- ]{2,12}?的")

_LIVES_THERE = re.compile(
    r"[她他伊佢]们?家?(?:也|是|就)?(?:住|在|住在|家在|(?:房号|门牌|地址)是?)\s?[\da-zA-Z一二三四五六七八九十]"
)


def is_anothers_home(said: str) -> bool:
    """帮我妈订一份,她住5-402: where the order goes, and not where the speaker lives."""
    return _LIVES_THERE.search(said) is not None


def gives_back(said: str) -> bool:
    """王姐的苹果退了, 老李不要了: of goods that have come it is a case."""
    return re.search(r"退|不要|减|去掉", said) is not None


def is_of_money(said: str) -> bool:
    """王姐的苹果退了: of a case that waits, how it is dealt with."""
    return "退" in said


def person_in(name: str) -> str:
    """王姐, of 王姐的苹果."""
    return name.partition("的")[0]


def is_of_an_order(command: c.ChangeOrder) -> bool:
    """Whether the words speak of an order that is there: 王姐的改成草莓1, 老李加一盒, 张姐不要了."""
    said = command.said.replace(command.name or "", "")
    return (
        command.cancels_all
        or any(x.op != "set" or not x.quantity_milli for x in command.lines)
        or _CHANGES.search(said) is not None
        or (not command.lines and _MAY_CHANGE.search(said) is not None)
    )


def is_of_a_neighbour(command: c.ChangeOrder) -> bool:
    """3-502的草莓改成3盒: the order of whoever lives there, and never the speaker's own."""
    return command.room is not None and _HIS.match(command.said) is not None and is_of_an_order(command)
