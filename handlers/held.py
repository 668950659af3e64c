"""Handing out where a case holds one of the goods: the rest goes first, or all of it and the case is over."""

from __future__ import annotations

from bot import commands as c
from bot.texts import handing
from handlers.talk import Talk
from models.views import LineView, OrderView
from operations import aftersales, pickup
from operations.errors import CaseClosed
from operations.pickup import Redemption
from operations.pickup_rules import free_of


def ask(talk: Talk, o: OrderView, *, code: str, may_answer: bool) -> str:
    """What can be done now, in one message. `may_answer` False: several codes at once, a figure would be unclear."""
    claims = aftersales.claims(talk.work, leader_id=o.leader_id, order_id=o.id)
    free = free_of(o, claims)
    rest = [(x, free[x.number]) for x in o.lines if x.number in free]
    held = [x for x in o.lines if free.get(x.number, 0) < x.left_milli]
    cases = [x for x in aftersales.list_cases(talk.work, leader_id=o.leader_id, order_ids=[o.id]) if _is_about(x, held)]
    told = [(x.number, x.note or "") for x in cases]
    goods = [(x.name, milli, x.unit) for x, milli in rest]
    if not may_answer or not o.code:
        return handing.held(code, [x.name for x in held], told, goods, o.code)
    options: list[c.Command] = []
    if rest:
        options.append(c.Redeem(((o.code, ""),), wanted=tuple((x.number, milli) for x, milli in rest)))
    if talk.is_leader and all(x.state == "open" for x in cases):
        options.append(c.Redeem(((o.code, ""),), closes=tuple(x.number for x in cases)))
    talk.ask_choice(options)
    return handing.held_choices(code, [x.name for x in held], told, goods, may_close=len(options) > bool(rest))


def _is_about(case: aftersales.CaseView, held: list[LineView]) -> bool:
    return bool({x.order_line_id for x in case.lines} & {x.id for x in held})


def go_on(talk: Talk, command: c.Redeem) -> Redemption:
    """What was chosen. A case that was decided meanwhile is no hindrance."""
    for number in command.closes if talk.is_leader else ():
        try:
            aftersales.cancel_case(
                talk.work,
                leader_id=talk.leader_id,
                case_number=number,
                actor=talk.actor,
                source_key=talk.key,
                by="leader",
            )
        except CaseClosed:
            continue
    return pickup.redeem(
        talk.work,
        leader_id=talk.counter_id,
        by_account_id=talk.person.account_id,
        code=command.codes[0][0],
        wanted=dict(command.wanted) or None,
        device="chat",
        nonce=talk.key,
    )
