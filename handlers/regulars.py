"""Regulars: 老样子 for a neighbour, and for the leader who has not come for a while."""

from __future__ import annotations

from bot import commands as c
from bot.parsing.values import Line
from bot.router import Router
from bot.texts import leading, replies
from bot.texts import regulars as texts
from handlers.ordering import change_order
from handlers.talk import Talk
from operations import regulars

router = Router()


@router.on(c.AsUsual)
def as_usual(talk: Talk, command: c.AsUsual) -> str | None:
    if not talk.has_leader:
        return replies.NOT_BOUND
    if command.confirmed:
        return change_order(talk, c.ChangeOrder(command.lines))
    if not talk.rounds:
        return leading.NO_ROUND if talk.is_leader else replies.nothing_open(talk.leader_name)
    found = regulars.usual(
        talk.work,
        leader_id=talk.leader_id,
        resident_id=talk.resident_id,
        rounds=talk.rounds,
        is_last=command.is_last,
    )
    if not found:
        return texts.NO_HABIT
    has = {line.offer_id for order in talk.orders.values() for line in order.lines}
    wanted = [(one, milli) for one, milli in found.takes if one.id not in has]
    if wanted:
        talk.ask_confirmation(c.AsUsual(command.is_last, tuple(Line(one.id, milli) for one, milli in wanted)))
    return texts.usual(wanted, found.missing, is_last=command.is_last, has_some=len(wanted) < len(found.takes))


@router.on(c.ListAway)
def list_away(talk: Talk, command: c.ListAway) -> str:
    rows = regulars.away(talk.work, leader_id=talk.leader_id)
    return texts.away([(row.room, row.display_name, row.last_at) for row in rows], talk.now)
