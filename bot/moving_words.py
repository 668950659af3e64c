"""A leader's words for another pickup time or place. Pure tables; see `bot.understand`."""

from __future__ import annotations

import re

from bot import commands as c
from bot.parsing.moving import read_move
from bot.said import Rule, Said, rule

HOW = "改自提"
_CHANGE = r"(?:先|都|就)?(?:改|换|挪|移|调|推迟|延后|延期|往后推?|提前|提早|变更|晚|早)"
_KIND = r"(?:自提|取货|提货|取件|领货)"
_SPOT = rf"(?:{_KIND}?的?(?:地点|地址|地方|位置)|(?:自提|取货|提货|取件)点)"
_DAY = r"(?:[今明后][天日晚早]|大后天|周[一二三四五六日天末]|星期[一二三四五六日天]|下?周)"
_OFF = (
    r"(?:\D{0,12}?(?:不送货?了|送不了|送不过来|没法送|不能送|不发货了)"
    rf"|(?:{_DAY}|货车?|车子?|[\s,，])*(?:来不了|到不了|取不了))"
)
_ASKS = re.compile(r"[吗嘛么?？]|能不能|可不可以|好不好|什么时候|几点")


def _move(said: Said, *, asks_back: bool) -> c.Command | None:
    """A question moves nothing; where `asks_back`, what cannot be read is answered with how it is said."""
    if _ASKS.search(said.raw):
        return None
    found = read_move(said.raw, said.situation.now)
    if found is None:
        return c.Unknown(said.raw, f"how:{HOW}") if asks_back else None
    return c.MovePickup(found.pickup, found.place, found.by, found.is_day_said, found.unread)


MOVES: tuple[Rule, ...] = (
    rule(rf"(?:改|换|变更)(?:一?下|个)?(?:{_KIND}|{_SPOT}).{{0,150}}", lambda m, said: _move(said, asks_back=True)),
    rule(
        rf"(?:把)?(?:{_KIND}|送货|配送|{_SPOT})的?(?:时间|日期)?(?:和?{_SPOT})?(?:要|得)?{_CHANGE}.{{0,150}}",
        lambda m, said: _move(said, asks_back=True),
    ),
    rule(
        r"(?:改|换|推迟|延期|提前)(?:到|在|成)?\S.{0,60}?(?:送货?|取货?|拿货?|提货|自提|领)(?:了|吧|哈|啊)?",
        lambda m, said: _move(said, asks_back=False),
    ),
)

# After all her other words: 撤团 果园下雨，不送了 is no move.
NOT_THAT_DAY: tuple[Rule, ...] = (rule(rf"{_OFF}.{{0,150}}", lambda m, said: _move(said, asks_back=True)),)
