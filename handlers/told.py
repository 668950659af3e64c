"""A leader passes on what a neighbour told her (cases on his behalf), and writes to one of them."""

from __future__ import annotations

from dataclasses import replace

from bot import commands as c
from bot.parsing.values import Line
from bot.router import Router
from bot.texts import caring, guide
from bot.texts import neighbours as texts
from bot.texts.wording import who
from handlers.after_sales import CAN_CLAIM, best_of, open_for
from handlers.talk import Talk
from handlers.which import CHOICES
from models.views import OrderView
from operations import order_views, people, pick_lists, relays

router = Router()


@router.on(c.CaseOf)
def case_of(talk: Talk, command: c.CaseOf) -> str:
    """Of his newest order that has the goods."""
    if command.order_id is not None:
        return _of_order(
            talk, command, order_views.view(talk.work, leader_id=talk.leader_id, order_id=command.order_id)
        )
    homes = pick_lists.find(talk.work, leader_id=talk.leader_id, text=command.who, also_fetched=True)
    if not homes:
        return f"{texts.not_found(command.who)}\n{guide.how_to(guide.CASES)}"
    came = [[o for o in reversed(home.orders) if o.state in CAN_CLAIM and o.lines] for home in homes]
    found = [one for orders in came if (one := best_of(talk, orders, command.text))]
    found = found or [orders[0] for orders in came if orders]
    if not found:
        return texts.nothing_came([home.orders for home in homes[:CHOICES]])
    if len(found) > 1:
        talk.ask_choice([replace(command, order_id=o.id) for o in found[:CHOICES]])
        return texts.whose_case(found[:CHOICES])
    return _of_order(talk, replace(command, order_id=found[0].id), found[0])


def _of_order(talk: Talk, command: c.CaseOf, o: OrderView) -> str:
    if command.confirmed:
        return open_for(talk, c.OpenCase(command.text, lines=command.lines), o, opened_by="leader")
    if best_of(talk, [o], command.text) is None and len(o.lines) > 1:
        shown = o.lines[:CHOICES]
        talk.ask_choice([replace(command, lines=(Line(x.offer_id, 0),), confirmed=True) for x in shown])
        return texts.which_of_his(o, shown)
    talk.ask_confirmation(command)
    return texts.ask_case(o, command.text)


@router.on(c.WriteTo)
def write_to(talk: Talk, command: c.WriteTo) -> str:
    """The answer to his last question, where one waits; else a message of her own, shown before it goes."""
    waits = [
        row for row in relays.waiting(talk.work, leader_id=talk.leader_id, limit=20) if _is(row[2:], command.words)
    ]
    if len(waits) == 1 and command.resident_id is None:
        number = waits[0][0]
        relays.answer(talk.work, leader_id=talk.leader_id, number=number, text=command.text, source_key=talk.key)
        return caring.answered_whom(number, who(*waits[0][2:]), command.text)
    if command.resident_id is not None:
        relays.write(
            talk.work,
            leader_id=talk.leader_id,
            resident_id=command.resident_id,
            text=command.text,
            actor=talk.actor,
            source_key=talk.key,
        )
        return caring.written()
    found = people.called(talk.work, leader_id=talk.leader_id, words=command.words)
    if not found:
        return caring.nobody_to_write_to(command.words)
    talk.ask_choice([replace(command, resident_id=row.id) for row in found[:CHOICES]])
    return caring.ask_write([who(row.display_name, row.room) for row in found[:CHOICES]], command.text)


def _is(row: tuple[str | None, str | None], words: str) -> bool:
    name, room = row
    return bool(name and (words in name or name in words)) or (room is not None and _same(room, words))


def _same(room: str, words: str) -> bool:
    there = pick_lists.numbers_in(words)
    return bool(there) and pick_lists.numbers_in(room) == there
