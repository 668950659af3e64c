"""What was not clear in an order: everything is named, and what a short answer can settle is asked, one by one."""

from __future__ import annotations

from dataclasses import replace

from bot import commands as c
from bot import conversation
from bot.parsing.catalogue import Catalogue
from bot.parsing.orders import read_fragment
from bot.parsing.values import Doubt, Line
from bot.texts import doubts
from bot.texts.shelf import ON_THE_SHELF
from bot.texts.wording import choice_line, sold_by
from bot.understand import op_before
from handlers.talk import Talk, item
from operations import rounds

_BY_QUANTITY = frozenset({"how_many", "range", "unit", "out_of_range"})


def ask(talk: Talk, command: c.ChangeOrder) -> list[str]:
    """The sentences about all doubts. The first that can be settled stays open; its answer brings up the next."""
    command = _with_the_only_one(command)
    if command.likely and not command.lines and all(talk.offer(line.key) for line in command.likely):
        return [_offer(talk, command)]
    settled = [doubt for doubt in command.doubts if _can_be_settled(talk, doubt)]
    texts = [_told(talk, doubt) for doubt in command.doubts if doubt not in settled]
    if not settled:
        return texts
    first, *later = [_nearest_first(talk, doubt) for doubt in settled]
    _keep_open(talk, replace(command, lines=(), doubts=tuple(later), note=None, is_exchange=False, words=""), first)
    texts.append(_question(talk, first))
    if later:
        texts.append(doubts.then_asked([doubt.fragment for doubt in later]))
    return texts


def _with_the_only_one(command: c.ChangeOrder) -> c.ChangeOrder:
    """A bare 2 of who has ordered one thing: a list with a single choice would be odd, so it is offered."""
    if command.likely or command.lines or len(command.doubts) != 1:
        return command
    (doubt,) = command.doubts
    if doubt.reason != "which_item" or len(doubt.candidates) != 1 or doubt.quantity_milli is None:
        return command
    op = op_before(command.said, doubt.fragment)
    return replace(command, likely=(Line(doubt.candidates[0], doubt.quantity_milli, op),))


def _offer(talk: Talk, command: c.ChangeOrder) -> str:
    """What the message most likely means, to be confirmed in a word instead of said again."""
    talk.ask_confirmation(replace(command, lines=command.likely, doubts=(), likely=()))
    wanted = []
    for line in command.likely:
        offer = talk.offer(line.key)
        if offer is not None:
            wanted.append(doubts.wanted(line.op, offer.name, line.quantity_milli, offer.unit))
    return doubts.is_it(wanted)


def _told(talk: Talk, doubt: Doubt) -> str:
    """Why it was not booked. What is not sold now may have been sold in a round that has just closed."""
    if doubt.reason == "not_sold":
        for round_ in rounds.latest(talk.work, talk.leader_id, ("closed",), limit=3):
            reading = read_fragment(doubt.fragment, Catalogue([item(o) for o in round_.offers]))
            if reading.lines or any(one.candidates for one in reading.doubts):
                return doubts.sold_before(doubt.fragment, round_.title)
    return doubts.sentence(doubt, _names(talk, doubt))


def _nearest_first(talk: Talk, doubt: Doubt) -> Doubt:
    """Among several the goods of the round in which he has ordered come first: most likely he means to go on there."""
    keys = sorted(doubt.candidates, key=lambda key: not _is_beside_his(talk, key))
    return replace(doubt, candidates=tuple(keys))


def _is_beside_his(talk: Talk, key: int) -> bool:
    round_ = talk.round_of(key)
    return round_ is not None and round_.id in talk.orders


def _can_be_settled(talk: Talk, doubt: Doubt) -> bool:
    if any(talk.offer(key) is None for key in doubt.candidates):
        return False
    is_choice = doubt.reason == "which_item" and doubt.candidates
    return bool(is_choice) or (doubt.reason in _BY_QUANTITY and len(doubt.candidates) == 1)


def _keep_open(talk: Talk, base: c.ChangeOrder, doubt: Doubt) -> None:
    if doubt.reason != "which_item":
        conversation.wait_for(
            talk.work, talk.person.account_id, "quantity", {"command": c.dump(base), "key": doubt.candidates[0]}
        )
    elif doubt.quantity_milli is None:
        how_many = [Doubt(_name(talk, key), "how_many", (key,)) for key in doubt.candidates]
        talk.ask_choice([replace(base, doubts=(one, *base.doubts)) for one in how_many])
    else:
        op = op_before(base.said, doubt.fragment)
        talk.ask_choice([replace(base, lines=(Line(key, doubt.quantity_milli, op),)) for key in doubt.candidates])


def _question(talk: Talk, doubt: Doubt) -> str:
    """A question about how many says what is booked already: the answer is the new total."""
    text = doubts.sentence(doubt, _names(talk, doubt))
    if doubt.reason == "which_item":
        return text
    had = next((x for o in talk.orders.values() for x in o.lines if x.offer_id == doubt.candidates[0]), None)
    return text + doubts.had_before(had.quantity_milli, had.unit) if had else text


def _names(talk: Talk, doubt: Doubt) -> list[str]:
    found = [o for key in doubt.candidates if (o := talk.offer(key))]
    if doubt.reason == "which_item":
        titles = (
            {0: ON_THE_SHELF} | {r.id: doubts.in_round(r.title, has_order=r.id in talk.orders) for r in talk.rounds}
            if len({o.round_id for o in found}) > 1
            else {}
        )
        return [choice_line(o, titles.get(o.round_id)) for o in found]
    return [sold_by(o) if doubt.reason == "unit" else o.name for o in found]


def _name(talk: Talk, key: int) -> str:
    found = talk.offer(key)
    return found.name if found else ""
