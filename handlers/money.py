"""Payments marked by hand: the resident says paid, the leader says received."""

from __future__ import annotations

from bot import commands as c
from bot.router import Router
from bot.texts import leading, replies
from handlers.talk import Talk
from handlers.which import pick
from models.views import OrderView
from operations import order_views, payments

router = Router()


@router.on(c.ClaimPaid)
def claim_paid(talk: Talk, command: c.ClaimPaid) -> str:
    if not talk.has_leader:
        return replies.NOT_BOUND
    orders = [
        o for o in order_views.of_resident(talk.work, talk.leader_id, talk.resident_id, limit=10) if o.due_fen > 0
    ]
    if not orders:
        return replies.nothing_to_pay()
    for o in orders:
        payments.claim_paid(talk.work, leader_id=talk.leader_id, order_id=o.id, actor=talk.actor, source_key=talk.key)
    return replies.pay_claimed(sum(o.due_fen for o in orders))


@router.on(c.MarkPaid)
def mark_paid(talk: Talk, command: c.MarkPaid) -> str:
    round_ = pick(talk, command, ("open", "closed", "arrived", "completed"), latest_only=True)
    if isinstance(round_, str):
        return round_
    orders = order_views.of_round(talk.work, talk.leader_id, round_.id)
    wanted = [o for o in orders if o.seq in command.seqs or (command.room and o.room == command.room)]
    missing = [str(n) for n in command.seqs if n not in {o.seq for o in wanted}]
    if command.room and not wanted:
        missing.append(command.room)
    for o in wanted:
        _receive(talk, o, command.amount_fen)
    after = order_views.of_ids(talk.work, talk.leader_id, [o.id for o in wanted])
    return leading.marked_paid(after, missing)


def _receive(talk: Talk, o: OrderView, amount_fen: int | None) -> None:
    """The whole open sum, or the part that was named; an order that is paid already stays as it is."""
    if amount_fen is None and o.due_fen <= 0:
        return
    payments.mark_paid(
        talk.work,
        leader_id=talk.leader_id,
        order_ids=[o.id],
        amount_fen=amount_fen,
        method="transfer",
        actor=talk.actor,
        source_key=talk.key,
    )
