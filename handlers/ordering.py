"""Orders by chat: for oneself and, by leaders, for neighbours. What is clear is booked, the rest is asked about."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

from bot import commands as c
from bot import conversation
from bot.parsing.values import Doubt, Line
from bot.router import Router
from bot.texts import errors, leading, replies
from bot.texts.wording import amount, offer_line
from handlers.talk import Talk
from operations import orders, people, rounds
from operations.errors import NoOpenRound, Refused, RoundClosed
from operations.orders import Change, Changed

router = Router()


@router.on(c.ChangeOrder)
def change_order(talk: Talk, command: c.ChangeOrder) -> str:
    if not talk.has_leader:
        return replies.NOT_BOUND
    if not talk.rounds:
        raise _why_nothing_is_open(talk)
    if command.is_for_guest:
        if not command.name and not command.room:
            return leading.guest_name_wanted()
        resident_id = people.guest_of(
            talk.work,
            leader_id=talk.leader_id,
            host_resident_id=talk.resident_id,
            name=command.name or "",
            room=command.room,
        )
    else:
        resident_id = talk.resident_id
        _remember_self(talk, command)
    parts = [_booked(talk, command, done) for done in _book(talk, command, resident_id)]
    parts += _asked(talk, command)
    return "\n".join(parts) or replies.unclear()


def _book(talk: Talk, command: c.ChangeOrder, resident_id: int) -> list[Changed]:
    """One call per round; lines of one round stand or fall each for itself, an exchange as a whole."""
    by_round: dict[int, list[Line]] = defaultdict(list)
    for line in command.lines:
        round_ = talk.round_of(line.key)
        if round_ is not None:
            by_round[round_.id].append(line)
    return [
        orders.change(
            talk.work,
            leader_id=talk.leader_id,
            round_id=round_id,
            resident_id=resident_id,
            changes=[Change(line.key, line.quantity_milli, line.op) for line in by_round[round_id]],
            actor=talk.actor,
            source_key=talk.key,
            room=command.room,
            note=command.note,
            is_all_or_nothing=command.is_exchange,
        )
        for round_id in sorted(by_round)
    ]


def _booked(talk: Talk, command: c.ChangeOrder, done: Changed) -> str:
    refused = [errors.refusal(one.code, one.facts) for one in done.refused]
    if command.is_for_guest:
        shown = replace(done.order, room=done.order.room or command.room)
        return "\n".join([leading.guest_order(shown), *refused])
    round_ = next((r for r in talk.rounds if r.id == done.order.round_id), None)
    text = replies.order(done.order, round_, talk.now)
    if done.order.lines and not done.order.room and not talk.is_leader:
        refused.append(replies.ROOM_WANTED)
    return "\n".join([text, *refused])


def _remember_self(talk: Talk, command: c.ChangeOrder) -> None:
    """Room, phone and name that came with an order are the resident's own, unless known already."""
    news = {
        "name": command.name if not talk.person.resident_name and not talk.is_leader else None,
        "room": command.room if command.room != talk.person.room else None,
        "phone": command.phone if command.phone != talk.person.phone else None,
    }
    if any(news.values()):
        people.introduce(talk.work, leader_id=talk.leader_id, resident_id=talk.resident_id, **news)


def _asked(talk: Talk, command: c.ChangeOrder) -> list[str]:
    """Every doubt is named; the first that a short answer can settle is kept open for it."""
    texts: list[str] = []
    is_open = False
    for doubt in command.doubts:
        names = [offer_line(o) for key in doubt.candidates if (o := talk.offer(key))]
        texts.append(replies.doubt(doubt, names if doubt.reason == "which_item" else _short_names(talk, doubt)))
        if not is_open:
            is_open = _keep_open(talk, command, doubt)
    return texts


def _short_names(talk: Talk, doubt: Doubt) -> list[str]:
    found = [o for key in doubt.candidates if (o := talk.offer(key))]
    return [f"{o.name}（{o.spec}/{o.unit}）" if o.spec and doubt.reason == "unit" else o.name for o in found]


def _keep_open(talk: Talk, command: c.ChangeOrder, doubt: Doubt) -> bool:
    base = replace(command, lines=(), doubts=(), note=None)
    if doubt.reason == "which_item" and len(doubt.candidates) > 1:
        if doubt.quantity_milli is None:
            talk.ask_choice(
                [replace(base, doubts=(Doubt(_name(talk, k), "how_many", (k,)),)) for k in doubt.candidates]
            )
        else:
            talk.ask_choice([replace(base, lines=(Line(k, doubt.quantity_milli),)) for k in doubt.candidates])
        return True
    if doubt.reason in {"how_many", "range", "unit", "out_of_range"} and len(doubt.candidates) == 1:
        conversation.wait_for(
            talk.work,
            talk.person.account_id,
            "quantity",
            {"command": c.dump(base), "key": doubt.candidates[0]},
        )
        return True
    return False


def _name(talk: Talk, key: int) -> str:
    found = talk.offer(key)
    return found.name if found else amount(0)


def _why_nothing_is_open(talk: Talk) -> Refused:
    """A round that has just closed is named; otherwise there simply is none."""
    recent = rounds.latest(talk.work, talk.leader_id, ("open", "closed", "arrived"))
    return RoundClosed(title=recent[0].title) if recent else NoOpenRound()


@router.on(c.CancelOrder)
def cancel_order(talk: Talk, command: c.CancelOrder) -> str:
    if not talk.has_leader:
        return replies.NOT_BOUND
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
    mine = list(talk.orders.values())
    if not mine:
        if not talk.rounds:
            raise _why_nothing_is_open(talk)
        return replies.nothing_to_cancel()
    if len(mine) > 1:
        talk.ask_choice([c.CancelOrder(round_id=o.round_id) for o in mine])
        return leading.which_round([o.round_title for o in mine])
    wanted = command.round_id or mine[0].round_id
    talk.ask_confirmation(c.CancelOrder(round_id=wanted))
    return replies.ask_cancel(talk.orders.get(wanted, mine[0]))
