"""An order, and nothing is open: of goods that were sold lately it is too late; what names none was no order."""

from __future__ import annotations

from bot import commands as c
from bot.neighbour_words import gives_back, is_of_money, person_in
from bot.parsing.catalogue import Catalogue
from bot.parsing.orders import read_fragment
from bot.parsing.values import Line
from bot.texts import closed, replies
from bot.understand import bare_number
from handlers import case_answers, told
from handlers.shop import not_understood, pass_on
from handlers.talk import Talk, item
from operations import aftersales, rounds
from operations.errors import NoOpenRound, RoundClosed

_RECENT = ("open", "closed", "arrived")


def answer(talk: Talk, command: c.ChangeOrder | None = None) -> str:
    """Raises NoOpenRound where there was none lately, RoundClosed for a leader."""
    recent = rounds.latest(talk.work, talk.leader_id, _RECENT)
    if bare_number(talk.inbound.text) is not None:
        return closed.NOTHING_TO_ANSWER
    if not recent:
        raise NoOpenRound
    if (
        command
        and command.name
        and talk.is_leader
        and recent[0].state == "arrived"
        and (command.cancels_all or gives_back(command.said))
    ):
        return _of_neighbour(talk, person_in(command.name))
    title = next((r.title for r in recent if _names(talk, Catalogue([item(o) for o in r.offers]))), None)
    if talk.is_leader:
        if title is None:
            return not_understood(talk)
        raise RoundClosed(title=title)
    if title is None:
        return replies.unknown([], [], reaching=pass_on(talk))
    return f"{closed.round_is_over_for(title)}{pass_on(talk)}"


def to_cancel(talk: Talk) -> str | None:
    """取消订单, of an order that is closed, or whose goods have come; None where he has none."""
    mine = [o for o in talk.own_orders() if o.lines]
    if here := next((o for o in mine if o.state in {"ready", "partly"}), None):
        return closed.too_late_to_cancel(here.round_title, here.lines[0].name)
    waits = next((o for o in mine if o.state == "confirmed"), None)
    return f"{closed.round_is_over_for(waits.round_title)}{pass_on(talk)}" if waits else None


def _of_neighbour(talk: Talk, who: str) -> str:
    """The case of his that waits, else a new one."""
    waits = aftersales.list_cases(talk.work, leader_id=talk.leader_id)
    if any(case_answers.is_of(one, who) for one in waits) and is_of_money(talk.inbound.text):
        return case_answers.decide_case(talk, c.DecideCase(0, "refund", who=who))
    return told.case_of(talk, c.CaseOf(who, talk.inbound.text))


def _names(talk: Talk, goods: Catalogue) -> bool:
    """Also what only takes away, which is read as if something of each had been ordered."""
    some = [Line(one.key, 1000) for one in goods.items]
    reading = read_fragment(talk.inbound.text, goods, role="leader" if talk.is_leader else "resident", prior=some)
    return bool(reading.lines) or any(doubt.candidates for doubt in reading.doubts) or reading.action == "cancel"
