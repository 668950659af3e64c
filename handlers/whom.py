"""Whose order is changed: 把老李的草莓改成3盒, 代 3-502 王姐 草莓2. Nobody who orders himself is booked twice."""

from __future__ import annotations

from dataclasses import replace

from bot import commands as c
from bot.neighbour_words import is_of_an_order
from bot.parsing.orders import read_fragment
from bot.parsing.values import Line
from bot.texts import neighbours as texts
from bot.texts.wording import amount
from bot.understand import clear_lines, exchanges
from handlers.talk import Talk
from handlers.which import CHOICES
from models.views import OrderView
from operations import neighbours, order_views, orders, people

NEW = 0  # ChangeOrder.resident_id: somebody who has no order yet


def whose(talk: Talk, command: c.ChangeOrder) -> int | str:
    """The resident who is meant; or the question who.

    One of this person's guests with an open order, else (for a leader) a neighbour who ordered himself: surely where
    name and room fit or the words only take away, otherwise it is asked. Else a new guest.
    """
    if command.resident_id and talk.is_leader:
        return command.resident_id
    known = _guests(talk, command)
    others = _others(talk, command) if talk.is_leader and command.resident_id != NEW else []
    if len(known) == 1 and not others:
        return known.pop()
    residents = {o.resident_id: o for o in others}
    takes_away = command.cancels_all or all(x.op == "sub" or not x.quantity_milli for x in command.lines)
    is_sure = bool(command.name and command.room) or takes_away
    if len(residents) == 1 and not known and is_sure:
        return _certain(talk, command, others[0])
    if residents:
        return _ask(talk, command, [*residents.values()][:CHOICES], may_be_new=not takes_away)
    if not known and command.resident_id != NEW and is_of_an_order(command):
        return _nobody(talk, command)
    return people.guest_of(
        talk.work,
        leader_id=talk.leader_id,
        host_resident_id=talk.resident_id,
        name=command.name or "",
        room=command.room,
    )


def as_he_has(talk: Talk, command: c.ChangeOrder, resident_id: int) -> c.ChangeOrder:
    """The words read again, against this neighbour's open orders: 加一盒 adds to what he has, 换成鸡蛋 swaps it."""
    if not command.words or command.cancels_all:
        return command
    open_ids = {r.id for r in talk.rounds}
    his = order_views.of_resident(talk.work, talk.leader_id, resident_id, limit=20)
    prior = [
        Line(x.offer_id, x.quantity_milli)
        for o in his
        if o.resident_id == resident_id and o.round_id in open_ids
        for x in o.lines
    ]
    if not prior:
        return command
    reading = read_fragment(command.words, talk.catalogue, role="leader", prior=prior)
    if not reading.lines and not reading.doubts:
        return command
    lines = clear_lines(reading, command.words)
    return replace(command, lines=lines, doubts=reading.doubts, is_exchange=exchanges(lines, command.words))


def _nobody(talk: Talk, command: c.ChangeOrder) -> str:
    """Nobody is called so. What would make an order of its own is offered as one; nothing is booked before that."""
    called = " ".join(part for part in (command.room, command.name) if part)
    wanted = [(talk.offer(x.key), x) for x in command.lines]
    goods = [
        f"{o.name}{amount(x.quantity_milli, o.unit)}" for o, x in wanted if o and x.op != "sub" and x.quantity_milli
    ]
    if not goods or len(goods) < len(command.lines) or command.is_exchange:
        return texts.nobody_to_change(called)
    talk.ask_confirmation(replace(command, resident_id=NEW))
    return texts.nobody_to_change(called, new=goods)


def _guests(talk: Talk, command: c.ChangeOrder) -> set[int]:
    """This person's guests with an order in an open round who fit."""
    open_ids = {r.id for r in talk.rounds}
    return {
        o.resident_id
        for o in orders.of_resident(talk.work, talk.leader_id, talk.resident_id, limit=200)
        if o.round_id in open_ids
        and o.account_id is None
        and (not command.name or o.resident_name == command.name)
        and (not command.room or o.room == command.room or (command.name and o.room is None))
    }


def _others(talk: Talk, command: c.ChangeOrder) -> list[OrderView]:
    """Orders that neighbours placed themselves, or for guests of theirs."""
    found = neighbours.orders_of(
        talk.work,
        leader_id=talk.leader_id,
        round_ids=[r.id for r in talk.rounds],
        name=command.name,
        room=command.room,
    )
    mine = {talk.resident_id, *_guests(talk, command)}
    return [o for o in found if o.resident_id not in mine and o.lines]


def _certain(talk: Talk, command: c.ChangeOrder, one: OrderView) -> int | str:
    """He is meant. What he ordered himself is only cancelled after a question."""
    if not command.cancels_all or command.confirmed or one.account_id is None:
        return one.resident_id
    talk.ask_confirmation(replace(command, resident_id=one.resident_id))
    return texts.ask_cancel(one)


def _ask(talk: Talk, command: c.ChangeOrder, known: list[OrderView], *, may_be_new: bool) -> str:
    options = [replace(command, resident_id=o.resident_id) for o in known]
    if may_be_new:
        options.append(replace(command, resident_id=NEW))
    talk.ask_choice([*options])
    return texts.which_neighbour(command.name or command.room or "", known, may_be_new=may_be_new)
