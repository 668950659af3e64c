"""Payments marked by hand: the resident says paid, the leader says received."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from bot import commands as c
from bot.parsing.post_prices import amount_fen
from bot.router import Router
from bot.texts import books, leading, neighbours, paying, replies
from handlers.talk import Talk
from handlers.which import CHOICES, pick
from models.views import OrderView
from operations import order_fees, order_views, pay_links, paying_terms, payments, rounds
from operations.paying_terms import PayingTerms

router = Router()

_PAYABLE = ("open", "closed", "arrived", "completed", "settled")


@router.on(c.ClaimPaid)
def claim_paid(talk: Talk, command: c.ClaimPaid) -> str:
    if not talk.has_leader:
        return replies.NOT_BOUND
    orders = [o for o in talk.own_orders() if o.due_fen > 0]
    if not orders:
        return replies.nothing_to_pay()
    said = _said_fen(talk.inbound.text)
    meant = [o for o in orders if o.due_fen == said][:1] or orders
    for o in meant:
        payments.claim_paid(talk.work, leader_id=talk.leader_id, order_id=o.id, actor=talk.actor, source_key=talk.key)
    due = sum(o.due_fen for o in meant)
    return replies.pay_claimed(said or due, due)


def _said_fen(text: str) -> int | None:
    """付了45: the only figure in it; what leads to a room (3-502) is none."""
    figures = re.findall(r"[\d.-]+", text)
    return amount_fen(figures[0]) if len(figures) == 1 and re.fullmatch(r"\d{1,5}(?:\.\d{1,2})?", figures[0]) else None


@router.on(c.HowToPay)
def how_to_pay(talk: Talk, command: c.HowToPay) -> str:
    if not talk.has_leader:
        return replies.NOT_BOUND
    owing = [o for o in talk.own_orders() if o.due_fen > 0]
    if not owing:
        return replies.nothing_to_pay()
    terms = paying_terms.get(talk.work, talk.leader_id)
    return paying.how_to_pay(terms.payment_mode, terms.payment_note, [_to_pay(talk, o, terms) for o in owing[:4]])


def _to_pay(talk: Talk, o: OrderView, terms: PayingTerms) -> paying.ToPay:
    secret, link = talk.settings.pay_secret, None
    if secret and terms.payment_mode == "wechat":
        token = pay_links.token_of(secret, leader_id=o.leader_id, order_id=o.id)
        link = f"{talk.settings.public_url}/pay/{token}"
    return paying.ToPay(o.round_title, o.seq, o.due_fen, paying_terms.note_of(talk.work, o), link)


@router.on(c.SetPaying)
def set_paying(talk: Talk, command: c.SetPaying) -> str:
    mine: dict[str, Any] = {"leader_id": talk.leader_id, "actor": talk.actor}
    if command.mode == "wechat" and not talk.settings.pay_secret:
        return paying.NO_WECHAT_PAY
    if (command.cancel_after_h or 0) > paying_terms.MOST_HOURS:
        return paying.too_long(paying_terms.MOST_HOURS // 24)
    if command.mode:
        paying_terms.set_mode(talk.work, mode=command.mode, note=command.note, **mine)
    if command.cancel_after_h is not None:
        paying_terms.set_auto_cancel(talk.work, hours=command.cancel_after_h or None, **mine)
    terms = paying_terms.get(talk.work, talk.leader_id)
    is_change = command.mode is not None or command.cancel_after_h is not None
    return paying.terms(terms.payment_mode, terms.payment_note, terms.cancel_unpaid_after_h, is_change=is_change)


@router.on(c.SetFees)
def set_fees(talk: Talk, command: c.SetFees) -> str:
    """Fees and the least order are her terms from the next round on; transport is one round's own."""
    if command.transport_fen is not None:
        meant = pick(talk, command, ("open",))
        if isinstance(meant, str):
            return meant
        order_fees.set_transport(
            talk.work, leader_id=talk.leader_id, round_id=meant.id, fen=command.transport_fen, actor=talk.actor
        )
        return paying.transport(meant.title, command.transport_fen)
    changed: dict[str, int | None] = {name: fen for name, fen in _fees_said(command).items() if fen is not None}
    if command.order_fen is not None:
        changed["fee_free_from_fen"] = command.free_from_fen
    kept = order_fees.set_terms(talk.work, leader_id=talk.leader_id, actor=talk.actor, **changed) if changed else []
    return paying.fees(order_fees.of_leader(talk.work, talk.leader_id), is_change=bool(changed), kept=kept)


def _fees_said(command: c.SetFees) -> dict[str, int | None]:
    return {
        "order_fee_fen": command.order_fen, "unit_fee_fen": command.unit_fen, "min_order_fen": command.min_fen,
    }  # fmt: skip


@router.on(c.MarkPaid)
def mark_paid(talk: Talk, command: c.MarkPaid) -> str:
    """接龙 numbers begin anew in each round: where two rounds have such an open order, it is asked which."""
    found = [(title, named) for title, named in _candidates(talk, command) if named]
    if not found:
        if command.name:
            return neighbours.nobody_paid(command.name)
        said = [str(n) for n in command.seqs] + ([command.room] if command.room else [])
        return books.marked_paid([], said)
    owing = [(title, named) for title, named in found if any(o.due_fen > 0 for o in named)] or found[:1]
    if len(owing) > 1:
        shown = owing[:CHOICES]
        talk.ask_choice([replace(command, round_id=named[0].round_id) for _, named in shown])
        return leading.which_round([title for title, _ in shown])
    wanted = owing[0][1]
    if command.name and len(wanted) > 1:
        namesakes = wanted[:CHOICES]
        talk.ask_choice([replace(command, order_id=o.id, round_id=o.round_id) for o in namesakes])
        return neighbours.which_paid(namesakes)
    if command.amount_fen is not None and len(wanted) > 1:
        return books.one_payer_wanted([o.seq for o in wanted])
    if command.amount_fen is not None and command.amount_fen > wanted[0].due_fen and not command.confirmed:
        talk.ask_confirmation(replace(command, round_id=wanted[0].round_id, confirmed=True))
        return books.more_than_owed(wanted[0], command.amount_fen)
    for o in wanted:
        _receive(talk, o, command.amount_fen)
    missing = [str(n) for n in command.seqs if n not in {o.seq for o in wanted}]
    after = order_views.of_ids(talk.work, talk.leader_id, [o.id for o in wanted])
    return books.marked_paid(after, missing)


@router.on(c.UndoPaid)
def undo_paid(talk: Talk, command: c.UndoPaid) -> str:
    """A slip: shown with its sum first, because in a busy round it may be another one than she thinks."""
    if command.confirmed and command.order_id is not None:
        done = payments.undo_payment(
            talk.work, leader_id=talk.leader_id, order_id=command.order_id, actor=talk.actor, source_key=talk.key,
            payment_id=command.payment_id,
        )  # fmt: skip
        return books.slip_undone(done.order, done.amount_fen)
    named = c.MarkPaid(seqs=command.seqs, room=command.room)
    found = [(title, o) for title, orders in _candidates(talk, named) for o in orders if o.paid_fen]
    if command.order_id is not None:
        found = [(title, o) for title, o in found if o.id == command.order_id]
    entered = [
        (title, o, last)
        for title, o in found
        if (last := payments.last_by_hand(talk.work, leader_id=talk.leader_id, order_id=o.id)) is not None
    ]
    if not entered:
        return books.no_slip(command.room, command.seqs)
    if len(entered) > 1:
        shown = entered[:CHOICES]
        talk.ask_choice([replace(command, order_id=o.id) for _, o, _ in shown])
        return leading.which_round([title for title, _, _ in shown])
    _, o, (payment_id, fen) = entered[0]
    talk.ask_confirmation(replace(command, order_id=o.id, payment_id=payment_id, confirmed=True))
    return books.slip_preview(o, fen)


@router.on(c.GiveBack)
def give_back(talk: Talk, command: c.GiveBack) -> str:
    if command.order_id is not None:
        done = payments.pay_back(
            talk.work, leader_id=talk.leader_id, order_id=command.order_id, actor=talk.actor, source_key=talk.key
        )
        return books.given_back(done.order, done.amount_fen, done.online_fen)
    owed = payments.owed_back(talk.work, leader_id=talk.leader_id)
    if owed:
        talk.ask_choice([c.GiveBack(o.id) for o, _ in owed[:CHOICES]])
    return books.owed_back([(o.round_title, o, fen) for o, fen in owed[:CHOICES]], more=max(0, len(owed) - CHOICES))


def _candidates(talk: Talk, command: c.MarkPaid) -> list[tuple[str, list[OrderView]]]:
    """(title, orders that are named) of each round money may be for, newest first."""
    if command.round_id is not None:
        recent = [rounds.view(talk.work, talk.leader_id, command.round_id)]
    else:
        recent = rounds.latest(talk.work, talk.leader_id, _PAYABLE, limit=6)
        recent += rounds.latest(talk.work, talk.leader_id, _PAYABLE, limit=3, kind="shelf")
    return [
        (r.title, [o for o in order_views.of_round(talk.work, talk.leader_id, r.id) if _is_named(o, command)])
        for r in recent
    ]


def _is_named(o: OrderView, command: c.MarkPaid) -> bool:
    if command.order_id is not None:
        return o.id == command.order_id
    if command.name is not None:
        return o.resident_name == command.name
    return o.seq in command.seqs or (command.room is not None and o.room == command.room)


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
