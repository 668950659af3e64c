"""The leader's answers to after-sales cases: refund, replacement, rejection, the platform; what was done already."""

from __future__ import annotations

from dataclasses import replace

from bot import commands as c
from bot.parsing.rooms import find_room
from bot.router import Router
from bot.texts import caring
from bot.texts.wording import who
from handlers.after_sales import goods_of_case
from handlers.talk import Talk
from handlers.which import CHOICES
from models.outcomes import CaseView
from operations import aftersales
from operations.errors import CaseClosed
from operations.pick_lists import numbers_in

router = Router()


@router.on(c.ListCases)
def list_cases(talk: Talk, command: c.ListCases) -> str:
    open_cases = aftersales.list_cases(talk.work, leader_id=talk.leader_id)
    rows = [
        (x.number, x.resident_name, x.room, goods_of_case(x), x.requested_fen, x.due_at, x.photos) for x in open_cases
    ]
    return caring.case_list(rows, talk.now)


@router.on(c.DecideCase)
def decide_case(talk: Talk, command: c.DecideCase) -> str:
    case = meant_case(talk, command)
    if isinstance(case, str):
        return case
    about = "" if command.number else f"{who(case.resident_name, case.room)} {goods_of_case(case)}"
    command = replace(command, number=case.number, who=None)
    if not case.is_open or (command.decision == "escalate" and case.state == "escalated"):
        raise CaseClosed(number=case.number, state=case.state, outcome=case.outcome, approved_fen=case.approved_fen)
    amount_fen = case.requested_fen if command.amount_fen is None else command.amount_fen
    if command.decision == "reject" and not command.reason:
        return caring.reason_wanted(command.number)
    if not command.confirmed:
        talk.ask_confirmation(command)
        return _ask(talk, command, amount_fen, about)
    aftersales.decide(
        talk.work,
        leader_id=talk.leader_id,
        case_number=command.number,
        decision=command.decision,
        amount_fen=amount_fen if command.decision == "refund" else None,
        reason=command.reason,
        actor=talk.actor,
        source_key=talk.key,
    )
    return caring.decided(command.number, command.decision, amount_fen)


@router.on(c.CloseCase)
def close_case(talk: Talk, command: c.CloseCase) -> str:
    """How it was dealt with is not known: asked."""
    case = meant_case(talk, command)
    if isinstance(case, str):
        return case
    if not case.is_open:
        raise CaseClosed(number=case.number, state=case.state, outcome=case.outcome, approved_fen=case.approved_fen)
    options = [c.DecideCase(case.number, "refund"), c.DecideCase(case.number, "handed")]
    talk.ask_choice([*options, c.DecideCase(case.number, "replacement")])
    return caring.how_was_it_closed(
        case.number, f"{who(case.resident_name, case.room)} {goods_of_case(case)}", case.requested_fen
    )


def meant_case(talk: Talk, command: c.DecideCase | c.CloseCase) -> CaseView | str:
    """The case of this number; without one the only case that waits (of this neighbour), or the question which."""
    if command.number:
        return aftersales.view_case(talk.work, leader_id=talk.leader_id, number=command.number)
    found = aftersales.list_cases(talk.work, leader_id=talk.leader_id)
    his = [x for x in found if is_of(x, command.who)] if command.who else found
    if len(his) == 1:
        return his[0]
    waiting = his or [x for x in found if not x.resident_name]  # somebody who never said what she is called
    if not waiting:
        return caring.no_case(command.who)
    talk.ask_choice([replace(command, number=x.number, who=None) for x in waiting[:CHOICES]])
    rows = [(x.number, who(x.resident_name, x.room), goods_of_case(x), x.requested_fen) for x in waiting[:CHOICES]]
    return caring.which_case(rows, is_more=len(waiting) > CHOICES)


def is_of(case: CaseView, words: str) -> bool:
    name, room = case.resident_name or "", find_room(words)
    if room is not None:
        return case.room is not None and numbers_in(case.room) == numbers_in(room.room)
    return bool(name) and (words in name or name in words)


def _ask(talk: Talk, command: c.DecideCase, amount_fen: int, about: str) -> str:
    """`about`: whose case and what, where its number was not said."""
    if command.decision != "refund":
        return caring.ask_decide(command.number, command.decision, command.reason, about=about)
    plan = aftersales.plan_refund(
        talk.work, leader_id=talk.leader_id, case_number=command.number, amount_fen=amount_fen
    )
    return caring.ask_refund(
        command.number, plan.amount_fen, discount_fen=plan.discount_fen, unpaid_fen=plan.unpaid_fen, about=about
    )
