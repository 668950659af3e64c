"""Pickup day by chat: goods in, codes, undoing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from bot import commands as c
from bot.parsing.catalogue import Catalogue
from bot.parsing.orders import read_fragment
from bot.parsing.shortages import part_of_a_pack, read_shortages
from bot.parsing.values import Line
from bot.router import Router
from bot.texts import errors, handing, leading
from handlers import held
from handlers.talk import Talk, item
from handlers.which import CHOICES, candidates, pick
from models.outcomes import ShortagePlan
from models.views import OrderView, RoundView
from operations import batches, goods, late_shortage, pickup, purchase_receipts, quiet_hours, receivers, rounds
from operations.errors import BadQuantity, Refused, UnderAfterSales, UnpaidOrder
from operations.pickup import Redemption
from operations.shortage import Goods

router = Router()


@router.on(c.MarkArrived)
def mark_arrived(talk: Talk, command: c.MarkArrived) -> str:
    round_ = _arriving(talk, command)
    if isinstance(round_, str):
        return round_
    goods_of = Catalogue([item(o) for o in round_.offers])
    missing, unread = read_shortages(command.missing, goods_of)
    for part in unread:
        if pack := part_of_a_pack(part, goods_of):
            return handing.whole_packs_wanted(part, pack.name, pack.unit, pack.spec)
    if unread:
        return handing.shortage_unread(unread)
    found = Goods(short=_sums(missing, "short"), damaged=_sums(missing, "damaged"))
    command = replace(command, round_id=round_.id)
    if command.is_late or (not command.confirmed and round_.state in late_shortage.AT_THE_COUNTER):
        return _found_short(talk, replace(command, is_late=True), round_, found)
    came_in = purchase_receipts.expected(talk.work, leader_id=talk.leader_id, round_id=round_.id)
    found = replace(found, received={k: milli for k, milli in came_in.items() if k not in (found.short or {})})
    if not command.confirmed:
        return _preview_arrival(talk, command, round_, found)
    done = goods.mark_arrived(
        talk.work,
        leader_id=talk.leader_id,
        round_id=round_.id,
        actor=talk.actor,
        source_key=talk.key,
        received=found.received,
        short=found.short,
        damaged=found.damaged,
        batches=_wish(command),
    )
    if done.is_repeat:
        return handing.arrived_before(round_)
    waiting = batches.pending(talk.work, leader_id=talk.leader_id, round_id=round_.id)
    _, alone = receivers.reach(talk.work, leader_id=talk.leader_id, round_id=round_.id, state="ready")
    return handing.arrived(round_, done, waiting, alone=alone)


def _arriving(talk: Talk, command: c.MarkArrived) -> RoundView | str:
    """The round whose goods these are: a closed one; where something is missing, also one that is being handed out."""
    if command.missing and command.round_id is None and command.nth is None:
        here = candidates(talk, ("closed", *late_shortage.AT_THE_COUNTER))[:CHOICES]
        named = [r for r in here if not read_shortages(command.missing, Catalogue([item(o) for o in r.offers]))[1]]
        newest = [r for r in named if r.state != "completed"] or named[:1]
        if len(newest) == 1:
            return newest[0]
        if newest and any(r.state != "closed" for r in newest):
            return pick(talk, command, ("closed", "arrived"))
        if here and not named and all(r.state != "closed" for r in here):
            return here[0]  # to be told which words were not understood
    return pick(talk, command, ("closed",))


def _wish(command: c.MarkArrived) -> batches.Wish | None:
    return None if command.batch_minutes is None else batches.Wish(command.batch_minutes, command.batch_first)


def _preview_arrival(talk: Talk, command: c.MarkArrived, round_: RoundView, found: Goods) -> str:
    try:
        plan = goods.plan_shortage(
            talk.work,
            leader_id=talk.leader_id,
            round_id=round_.id,
            received=found.received,
            short=found.short,
            damaged=found.damaged,
        )
    except BadQuantity as refused:
        return handing.more_missing_than_ordered(refused.facts["name"])
    talk.ask_confirmation(command)
    usual = batches.plan(talk.work, leader_id=talk.leader_id, round_id=round_.id, wish=_wish(command) or batches.Wish())
    reach = receivers.reach(talk.work, leader_id=talk.leader_id, round_id=round_.id, state="confirmed")
    return handing.ask_arrival(round_, reach, _less(plan), usual, is_in_batches=command.batch_minutes is not None)


def _found_short(talk: Talk, command: c.MarkArrived, round_: RoundView, found: Goods) -> str:
    """A shortage found when the goods had been announced already."""
    if not found.offer_ids:
        return handing.arrived_before(round_)
    whose = {"leader_id": talk.leader_id, "round_id": round_.id}
    try:
        if command.confirmed:
            return handing.less_now(
                late_shortage.report(talk.work, **whose, missing=found, actor=talk.actor, source_key=talk.key)
            )
        plan = late_shortage.plan(talk.work, **whose, missing=found)
    except BadQuantity as refused:
        return handing.more_missing_than_left(refused.facts)
    talk.ask_confirmation(command)
    return handing.ask_less(round_, _less(plan))


def _less(plan: ShortagePlan) -> list[str]:
    return [
        handing.shortage(x.resident_name, x.room, x.name, x.unit, x.ordered_milli, x.allocated_milli, -x.delta_fen)
        for x in plan.lines
    ]


@router.on(c.TellAll)
def tell_all(talk: Talk, command: c.TellAll) -> str:
    told = sum(
        batches.tell_the_rest(talk.work, leader_id=talk.leader_id, round_id=round_.id, actor=talk.actor)
        for round_ in rounds.latest(talk.work, talk.leader_id, late_shortage.AT_THE_COUNTER, limit=8)
    )
    return handing.told_all(told, is_night=quiet_hours.are_now(talk.work, leader_id=talk.leader_id))


def _sums(missing: Sequence[tuple[str, Line]], kind: str) -> dict[int, int]:
    """By offer id; the same goods named twice add up."""
    found: dict[int, int] = defaultdict(int)
    for one, line in missing:
        if one == kind:
            found[line.key] += line.quantity_milli
    return dict(found)


@router.on(c.Redeem)
def redeem(talk: Talk, command: c.Redeem) -> str:
    if not talk.hands_out:
        return leading.not_a_leader(talk.person.own_leader_state)
    if command.wanted or command.closes:
        return redeemed(talk, held.go_on(talk, command), code=command.codes[0][0])
    if command.token is not None:
        return redeemed(talk, _redeem(talk, token=command.token), code=handing.SCANNED)
    is_one = len(command.codes) == 1
    return "\n".join(_one(talk, code, rest, n, is_one=is_one) for n, (code, rest) in enumerate(command.codes))


def _one(talk: Talk, code: str, rest: str, nth: int, *, is_one: bool = True) -> str:
    if not rest:
        return redeemed(talk, _redeem(talk, code=code, nth=nth), code=code, is_one=is_one)
    seen = pickup.preview(talk.work, leader_id=talk.counter_id, by_account_id=talk.person.account_id, code=code)
    if seen.order is None:
        return redeemed(talk, seen, code=code)
    if seen.refused is not None and not isinstance(seen.refused, UnderAfterSales):
        return redeemed(talk, _redeem(talk, code=code, nth=nth), code=code)
    wanted = _wanted(talk, seen.order, rest)
    if not wanted:
        return handing.part_not_understood(code, rest)
    return redeemed(talk, _redeem(talk, code=code, wanted=wanted, nth=nth), code=code)


def _wanted(talk: Talk, order: OrderView, rest: str) -> dict[int, int]:
    """草莓1 behind a code: offer number -> quantity; empty when it is not clear."""
    offers = rounds.view(talk.work, order.leader_id, order.round_id).offers
    mine = {line.offer_id for line in order.lines}
    reading = read_fragment(rest, Catalogue([item(o) for o in offers if o.id in mine]))
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
        leader_id=talk.counter_id,
        by_account_id=talk.person.account_id,
        code=code,
        token=token,
        wanted=wanted,
        device="chat",
        nonce=f"{talk.key}:{nth}",
    )


def _why(talk: Talk, refused: Refused) -> str:
    """A helper is not told what somebody owes."""
    if isinstance(refused, UnpaidOrder) and not talk.is_leader:
        return handing.unpaid_for_helper(refused.facts["seq"])
    return errors.refusal(refused.code, refused.facts)


def redeemed(talk: Talk, done: Redemption, *, code: str, is_one: bool = True) -> str:
    """What became of one code, or of an order that was named otherwise; `is_one`: of no other in the same message."""
    if isinstance(done.refused, UnderAfterSales) and done.order is not None:
        return held.ask(talk, done.order, code=code, may_answer=is_one)
    if done.refused is not None:
        return handing.not_redeemed(code, _why(talk, done.refused))
    assert done.order is not None  # a redemption that is not refused has its order  # noqa: S101
    owed = [(x.case_number, x.name, x.unit, x.quantity_milli) for x in done.owed]
    return handing.redeemed(
        done.order, done.handed, done.collect_fen, owed=owed, shows_money=talk.is_leader, is_late=done.is_late
    )


@router.on(c.Annul)
def annul(talk: Talk, command: c.Annul) -> str:
    if not talk.hands_out:
        return leading.not_a_leader(talk.person.own_leader_state)
    undone = pickup.annul(talk.work, leader_id=talk.counter_id, code=command.code, actor=talk.actor)
    return handing.annulled(undone)
