"""整箱: how far the cases are that goods come in, and what the leader wants done with one that is not full."""

from __future__ import annotations

from bot import commands as c
from bot.router import Router
from bot.texts import supply
from handlers.talk import Talk
from handlers.which import pick
from operations import full_case_wishes

router = Router()


@router.on(c.FullCases)
def full_cases(talk: Talk, command: c.FullCases) -> str:
    if command.rest is not None and command.number is None:
        full_case_wishes.wish_usually(talk.work, leader_id=talk.leader_id, rest=command.rest, actor=talk.actor)
        return supply.case_wished(None, command.rest)
    round_ = pick(talk, command, full_case_wishes.UNDER_WAY, latest_only=command.rest is None)
    if isinstance(round_, str):
        return round_
    if command.rest is not None and command.number is not None:
        name = full_case_wishes.wish(
            talk.work,
            leader_id=talk.leader_id,
            round_id=round_.id,
            number=command.number,
            rest=command.rest,
            actor=talk.actor,
        )
        return supply.case_wished(name, command.rest)
    usual, states = full_case_wishes.of_round(talk.work, leader_id=talk.leader_id, round_id=round_.id)
    goods = [(x.number, x.name, x.unit, x.case_milli, x.missing_milli, x.wish or usual) for x in states]
    return supply.cases(round_.title, goods, usual)
