"""催: a leader asks the neighbours to come or to pay. Pure rules; see `bot.understand`."""

from __future__ import annotations

from bot import commands as c
from bot.said import WHICH, Rule, nth_of, rule

_URGE = r"(?:请|麻烦|帮我|帮忙|给我|再|你)*(?:提醒|催|喊|叫)(?:一?下|催|一催|提醒)?"
_THEM = r"(?:大家|大伙儿?|邻居们?|所有人|各位|他们|那些|这些|一下|还|快点?|赶紧|赶快)*"
_PEOPLE = r"(?:人|邻居|那?几[位家户个])?"
_NOT_COME = r"(?:没(?:有)?来?(?:取|拿|提|领|来)(?:货|走|东西)?的?|未[取提]的?)" + _PEOPLE
_COME = r"(?:来|过来|下来|下楼|去)*(?:取|拿|提|领)(?:货|东西|一下)?"
_NOT_PAID = r"(?:没(?:有)?(?:付|给|交|转)(?:钱|款|账|过)*的?|未付款?的?|欠(?:钱|款)的?)" + _PEOPLE
_PAY = r"(?:把钱)?(?:来)?(?:付|给|交|转)(?:一下)?(?:钱|款|账|了)"

_ONE = r"(?P<who>(?!大家|大伙|所有|各位|我)[^\s,，。!！?？:：]{1,8}?)"  # 提醒王姐来拿

URGING: tuple[Rule, ...] = (
    rule(
        rf"{_URGE}{_THEM}(?:{_NOT_COME})?(?:的)?(?:{_COME})?(?:了|吧)?" + WHICH, lambda m, said: _meant(m[0], nth_of(m))
    ),
    rule(
        rf"{_URGE}{_THEM}(?:{_NOT_PAID})?(?:的)?(?:{_PAY})?(?:了|吧)?" + WHICH,
        lambda m, said: c.Remind("pay", nth_of(m)),
    ),
    rule(
        rf"通知{_THEM}(?:{_NOT_COME})?(?:的)?{_COME}[^\s,，。\d]{{0,8}}(?:了|吧)?" + WHICH,
        lambda m, said: c.Remind("pickup", nth_of(m)),
    ),
    rule(r"(?:群?发|发个)?(?:取货|拿货|提货)提醒" + WHICH, lambda m, said: c.Remind("pickup", nth_of(m))),
    rule(r"(?:群?发|发个)?(?:付款|付钱|交钱)提醒" + WHICH, lambda m, said: c.Remind("pay", nth_of(m))),
    rule(
        rf"(?:{_URGE}|让|叫){_ONE}(?:快点?|赶紧|赶快|记得|该)*(?:来|过来|下来|下楼|去)*(?:取|拿|提|领)(?:货|东西|一下)?(?:了|吧)?",
        lambda m, said: c.RemindOne(m["who"]),
    ),
    rule(
        rf"(?:{_URGE}|让|叫){_ONE}(?:快点?|赶紧|赶快|记得|该)*(?:{_COME}|来|{_PAY})(?:了|吧)?",
        lambda m, said: c.Unknown(said.raw, "how:提醒"),
    ),
)


def _meant(words: str, nth: int | None) -> c.Command:
    """催一下 alone says neither."""
    is_pickup = any(char in words.replace("提醒", "") for char in "取拿提领来")
    return c.Remind("pickup" if is_pickup else None, nth)
