"""Which of several open rounds an order is about, where the message itself says so."""

from __future__ import annotations

from dataclasses import replace

from bot import commands as c
from bot.parsing.catalogue import Catalogue
from bot.parsing.normalise import normalise
from bot.parsing.orders import read_order
from bot.parsing.values import Line
from bot.round_words import swaps, without_title
from handlers.talk import Talk, item


def in_round_meant(talk: Talk, command: c.ChangeOrder) -> c.ChangeOrder:
    """粮油团的苹果1: the apples of that round; 苹果不要了换成土豆: those of the round that has the potatoes."""
    if len(talk.offered) < 2:
        return command
    return _as_titled(talk, _beside_the_new(talk, command))


def _as_titled(talk: Talk, command: c.ChangeOrder) -> c.ChangeOrder:
    """What was not clear is read again with the goods of the round that is named, and taken where that is clear."""
    titled = [(r, rest) for r in talk.offered if (rest := without_title(command.said, r.title))]
    if len(titled) != 1 or not (command.doubts or command.likely):
        return command
    round_, rest = titled[0]
    mine = talk.orders.get(round_.id)
    again = read_order(
        rest,
        Catalogue([item(o) for o in round_.offers]),
        role="leader" if talk.is_leader else "resident",
        prior=[Line(x.offer_id, x.quantity_milli) for x in mine.lines] if mine else (),
    )
    if not again.lines or again.doubts or again.action not in {"order", "amend"}:
        return command
    return replace(command, lines=again.lines, doubts=(), likely=())


def _beside_the_new(talk: Talk, command: c.ChangeOrder) -> c.ChangeOrder:
    lines = _swapped(talk, command.said, command.lines)
    return replace(command, lines=lines, likely=_swapped(talk, command.said, command.likely))


def _swapped(talk: Talk, said: str, lines: tuple[Line, ...]) -> tuple[Line, ...]:
    """Without what would go from another round, unless the message calls it by a name of its own."""
    gone = [line for line in lines if line.op == "set" and not line.quantity_milli]
    into = {_round_id(talk, line.key) for line in lines if line not in gone}
    if not swaps(said) or len(into) != 1 or not any(_round_id(talk, line.key) in into for line in gone):
        return lines
    names = normalise(said).text
    return tuple(
        line for line in lines if line not in gone or _round_id(talk, line.key) in into or _is_named(talk, line, names)
    )


def _is_named(talk: Talk, line: Line, said: str) -> bool:
    names = talk.catalogue.names.items()
    return any(set(one.keys) == {line.key} and not one.weak and name in said for name, one in names)


def _round_id(talk: Talk, key: int) -> int | None:
    round_ = talk.round_of(key)
    return round_.id if round_ else None
