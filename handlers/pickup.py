"""Pickup day by chat: goods in, codes, undoing."""

from __future__ import annotations

from dataclasses import replace

from bot import commands as c
from bot.parsing.catalogue import Catalogue
from bot.parsing.orders import read_order
from bot.parsing.shortages import read_shortages
from bot.router import Router
from bot.texts import errors, handing
from handlers.talk import Talk, item
from handlers.which import pick
from models.views import OrderView
from operations import goods, pickup, rounds
from operations.pickup import Redemption

router = Router()


@router.on(c.MarkArrived)
def mark_arrived(talk: Talk, command: c.MarkArrived) -> str:
    round_ = pick(talk, command, ("closed",))
    if isinstance(round_, str):
        return round_
    missing, unread = read_shortages(command.missing, Catalogue([item(o) for o in round_.offers]))
    if unread:
        return handing.ask_arrival(round_, 0, [], unread)
    short = {line.key: line.quantity_milli for kind, line in missing if kind == "short"}
    damaged = {line.key: line.quantity_milli for kind, line in missing if kind == "damaged"}
    if not command.confirmed:
        plan = goods.plan_shortage(
            talk.work, leader_id=talk.leader_id, round_id=round_.id, short=short, damaged=damaged
        )
        talk.ask_confirmation(replace(command, round_id=round_.id))
        lines = [
            handing.shortage(x.resident_name, x.room, x.name, x.unit, x.ordered_milli, x.allocated_milli, -x.delta_fen)
            for x in plan.lines
        ]
        return handing.ask_arrival(round_, round_.closed_orders or 0, lines, ())
    done = goods.mark_arrived(
        talk.work,
        leader_id=talk.leader_id,
        round_id=round_.id,
        actor=talk.actor,
        source_key=talk.key,
        short=short,
        damaged=damaged,
    )
    return handing.arrived(round_, done.ready_orders, done.notices)


@router.on(c.Redeem)
def redeem(talk: Talk, command: c.Redeem) -> str:
    if command.token is not None:
        return _said(talk, command.token[:6], _redeem(talk, token=command.token))
    return "\n".join(_one(talk, code, rest, n) for n, (code, rest) in enumerate(command.codes))


def _one(talk: Talk, code: str, rest: str, nth: int) -> str:
    if not rest:
        return _said(talk, code, _redeem(talk, code=code, nth=nth))
    seen = pickup.preview(talk.work, leader_id=_world(talk), by_account_id=talk.person.account_id, code=code)
    if seen.order is None:
        return _said(talk, code, seen)
    wanted = _wanted(talk, seen.order, rest)
    if not wanted:
        return handing.part_not_understood(code, rest)
    return _said(talk, code, _redeem(talk, code=code, wanted=wanted, nth=nth))


def _wanted(talk: Talk, order: OrderView, rest: str) -> dict[int, int]:
    """草莓1 behind a code: offer number -> quantity; empty when it is not clear."""
    offers = rounds.view(talk.work, order.leader_id, order.round_id).offers
    mine = {line.offer_id for line in order.lines}
    reading = read_order(rest, Catalogue([item(o) for o in offers if o.id in mine]))
    if reading.doubts:
        return {}
    numbers = {o.id: o.number for o in offers}
    return {numbers[line.key]: line.quantity_milli for line in reading.lines if line.quantity_milli}


def _redeem(
    talk: Talk,
    *,
    code: str | None = None,
    token: str | None = None,
    wanted: dict[int, int] | None = None,
    nth: int = 0,
) -> Redemption:
    return pickup.redeem(
        talk.work,
        leader_id=_world(talk),
        by_account_id=talk.person.account_id,
        code=code,
        token=token,
        wanted=wanted,
        device="chat",
        nonce=f"{talk.key}:{nth}",
    )


def _world(talk: Talk) -> int:
    """Whose codes these are: a leader's own, else those of the leader this person helps."""
    return talk.leader_id if talk.is_leader or talk.person.helps_leader_id is None else talk.person.helps_leader_id


def _said(talk: Talk, code: str, done: Redemption) -> str:
    if done.refused is not None:
        return handing.not_redeemed(code, errors.refusal(done.refused.code, done.refused.facts))
    assert done.order is not None  # a redemption that is not refused has its order  # noqa: S101
    handed = [(x.name, x.unit, x.quantity_milli) for x in done.handed]
    owed = [(x.case_number, x.name, x.unit, x.quantity_milli) for x in done.owed]
    return handing.redeemed(done.order, handed, done.collect_fen, owed=owed, shows_money=talk.is_leader)


@router.on(c.Annul)
def annul(talk: Talk, command: c.Annul) -> str:
    return handing.annulled(pickup.annul(talk.work, leader_id=talk.leader_id, code=command.code, actor=talk.actor))
