"""Orders by chat: for oneself and for neighbours (代 …). What is clear is booked, the rest is asked about."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

from bot import commands as c
from bot.neighbour_words import is_anothers_home, is_of_a_neighbour
from bot.parsing.values import Line
from bot.router import Router
from bot.texts import books, closed, growth, neighbours, replies
from handlers import shelf, too_late
from handlers.afterwards import beside_an_order
from handlers.doubts import ask
from handlers.refusing import refusal_of
from handlers.round_meant import in_round_meant
from handlers.talk import Talk
from handlers.whom import as_he_has, whose
from models.prepared import savepoint
from models.views import RoundView
from operations import orders, people
from operations.errors import NoOrder, Refused
from operations.neighbours import tell_changed
from operations.orders import Change, Changed, NothingBooked

router = Router()


@router.on(c.ChangeOrder)
def change_order(talk: Talk, command: c.ChangeOrder) -> str:
    if not talk.has_leader:
        return replies.NOT_BOUND
    talk.check_leader_works()
    if talk.is_leader and command.resident_id is None and is_of_a_neighbour(command):
        command = replace(command, is_for_guest=True)
    if not talk.offered and not talk.shelf:
        return too_late.answer(talk, command)
    command = in_round_meant(talk, command)
    if command.is_for_guest:
        if not command.name and not command.room:
            return books.guest_name_wanted()
        meant = whose(talk, command)
        if isinstance(meant, str):
            return meant
        resident_id, command = meant, as_he_has(talk, command, meant)
    elif _may_be_a_neighbours(talk, command):
        return _ask_whose(talk, command)
    else:
        resident_id = talk.resident_id
        _remember_self(talk, command)
    if command.cancels_all:
        return _cancel_guest(talk, resident_id)
    parts = [_round(talk, command, resident_id, *one) for one in _by_round(talk, command)]
    parts += shelf.order_from(talk, command, resident_id)
    if parts and not (talk.is_leader or command.is_for_guest or command.room or talk.person.room):
        parts.append(replies.ROOM_WANTED)
    parts += [*ask(talk, command), *beside_an_order(talk, command)]
    return "\n".join(part for part in parts if part) or replies.unclear(talk.rounds)


def _by_round(talk: Talk, command: c.ChangeOrder) -> list[tuple[RoundView, list[Line]]]:
    found: dict[int, list[Line]] = defaultdict(list)
    for line in command.lines:
        round_ = talk.round_of(line.key)
        if round_ is not None:
            found[round_.id].append(line)
    return [(r, found[r.id]) for r in sorted(talk.offered, key=lambda r: r.id) if r.id in found]


def _round(talk: Talk, command: c.ChangeOrder, resident_id: int, round_: RoundView, lines: list[Line]) -> str:
    """One round's lines: each stands or falls for itself, an exchange as a whole. A refusal stays in its round."""
    try:
        with savepoint(talk.work):
            done = orders.change(
                talk.work,
                leader_id=talk.leader_id,
                round_id=round_.id,
                resident_id=resident_id,
                changes=[Change(line.key, line.quantity_milli, line.op) for line in lines],
                actor=talk.actor,
                source_key=talk.key,
                room=command.room,
                note=command.note,
                is_all_or_nothing=command.is_exchange,
            )
    except NothingBooked as refusal:
        return "\n".join(refusal_of(command, one) for one in refusal.refusals)
    except Refused as refusal:
        said = refusal_of(command, refusal)
        return f"{said}\n{replies.NOT_EXCHANGED}" if command.is_exchange else said
    return _booked(talk, command, round_, done)


def _booked(talk: Talk, command: c.ChangeOrder, round_: RoundView, done: Changed) -> str:
    refused = [refusal_of(command, one) for one in done.refused]
    if command.is_for_guest:
        if talk.is_leader and done.moved:
            tell_changed(talk.work, done.order, source_key=talk.key)
        shown = replace(done.order, room=done.order.room or command.room)
        return "\n".join([books.guest_order(shown), *refused])
    headline = replies.UNCHANGED if refused and not done.moved else _headline(talk, round_)
    had = talk.orders.get(round_.id)
    if had and had.discount_fen and done.order.lines and not done.order.discount_fen:
        refused.append(growth.COUPON_CAME_OFF)
    return "\n".join([replies.order(done.order, round_, talk.now, headline=headline), *refused])


def _headline(talk: Talk, round_: RoundView) -> str:
    return replies.booked_in(round_.title) if len(talk.offered) > 1 else replies.BOOKED


def _may_be_a_neighbours(talk: Talk, command: c.ChangeOrder) -> bool:
    """草莓2 鸡蛋1 3-502 from a leader who is not known to live there: often what a neighbour wrote in the group."""
    is_new_room = command.room is not None and command.room != talk.person.room
    return talk.is_leader and is_new_room and bool(command.lines) and command.resident_id is None


def _ask_whose(talk: Talk, command: c.ChangeOrder) -> str:
    room = command.room or ""
    own = replace(command, resident_id=talk.resident_id)
    talk.ask_choice([replace(command, is_for_guest=True), own])
    return neighbours.mine_or_neighbours(room)


def _cancel_guest(talk: Talk, resident_id: int) -> str:
    """代 3-502 王姐 取消: his order in every open round. Raises NoOrder."""
    told = []
    for round_ in talk.rounds:
        try:
            done = orders.cancel(
                talk.work,
                leader_id=talk.leader_id,
                round_id=round_.id,
                resident_id=resident_id,
                actor=talk.actor,
                source_key=talk.key,
            )
        except NoOrder:
            continue
        if talk.is_leader:
            tell_changed(talk.work, done.order, source_key=talk.key)
        told.append(books.guest_order(done.order))
    told += shelf.cancel_guest(talk, resident_id)
    if not told:
        raise NoOrder
    return "\n".join(told)


def _remember_self(talk: Talk, command: c.ChangeOrder) -> None:
    """Room, phone and name that came with an order are the resident's own, unless known: one order may go elsewhere.
    A leader who orders is called in her own lists as everybody calls her."""
    news = {
        "name": (talk.leader_name if talk.is_leader else command.name) if not talk.person.resident_name else None,
        "room": command.room if not talk.person.room and not is_anothers_home(command.said) else None,
        "phone": command.phone if not talk.person.phone else None,
    }
    if any(news.values()):
        people.introduce(talk.work, leader_id=talk.leader_id, resident_id=talk.resident_id, **news)


@router.on(c.MoveOrder)
def move_order(talk: Talk, command: c.MoveOrder) -> str:
    """Of several orders it is asked which; one that is closed is the leader's to move."""
    if not talk.has_leader:
        return replies.NOT_BOUND
    mine = [o for o in talk.orders.values() if command.round_id in {None, o.round_id}]
    if not mine:
        waiting = [o for o in talk.own_orders() if o.state in {"confirmed", "ready", "partly"}]
        return closed.round_is_over(waiting[0].round_title) if waiting else replies.NO_ORDER_TO_MOVE
    if len(mine) > 1:
        talk.ask_choice([replace(command, round_id=o.round_id) for o in mine])
        return replies.which_to_move(command.room, [o.round_title for o in mine])
    orders.change(
        talk.work,
        leader_id=talk.leader_id,
        round_id=mine[0].round_id,
        resident_id=talk.resident_id,
        changes=[],
        actor=talk.actor,
        source_key=talk.key,
        room=command.room,
    )
    return replies.order_goes_to(mine[0].round_title, command.room, home=talk.person.room)


@router.on(c.CancelOrder)
def cancel_order(talk: Talk, command: c.CancelOrder) -> str:
    if not talk.has_leader:
        return replies.NOT_BOUND
    on_shelf = talk.shelf_order
    if on_shelf is not None and command.confirmed and command.round_id == on_shelf.round_id:
        return shelf.cancel_own(talk, on_shelf)
    if command.round_id is not None and command.confirmed:
        done = orders.cancel(
            talk.work,
            leader_id=talk.leader_id,
            round_id=command.round_id,
            resident_id=talk.resident_id,
            actor=talk.actor,
            source_key=talk.key,
        )
        return replies.order(done.order, None, talk.now)
    mine = [*talk.orders.values(), *([on_shelf] if on_shelf else [])]
    if not mine:
        if (told := too_late.to_cancel(talk)) is not None:
            return told
        if not talk.rounds and not talk.shelf:
            return too_late.answer(talk)
        return replies.nothing_to_cancel()
    if len(mine) > 1 and command.round_id is None:
        talk.ask_choice([c.CancelOrder(round_id=o.round_id) for o in mine])
        return replies.which_to_cancel([o.round_title for o in mine])
    wanted = command.round_id or mine[0].round_id
    talk.ask_confirmation(c.CancelOrder(round_id=wanted))
    return replies.ask_cancel(next((o for o in mine if o.round_id == wanted), mine[0]))
