"""At the counter without codes: a part of what a household takes, everything at once, undoing what was handed out."""

from __future__ import annotations

from dataclasses import replace

from bot import commands as c
from bot.counter_words import parts_said
from bot.parsing.catalogue import Catalogue
from bot.parsing.complaints import read_complaint
from bot.router import Router
from bot.texts import handing
from bot.texts import neighbours as texts
from handlers.pickup import redeemed
from handlers.talk import Talk, item
from handlers.which import CHOICES, pick
from models.views import OrderView
from operations import codes, nudges, order_views, pick_lists, pickup, pickup_undo, rounds
from operations.pickup import Redemption

router = Router()


def hand_out_part(talk: Talk, command: c.HandOut) -> str:
    """王姐拿了一箱苹果: shown, then handed out. `order_id`: which order, where it was asked."""
    if command.order_id is not None:
        waiting = [order_views.view(talk.work, leader_id=talk.leader_id, order_id=command.order_id)]
    else:
        found = pick_lists.find(talk.work, leader_id=talk.leader_id, text=command.words)
        if not found:
            return texts.not_found(command.words)
        waiting = [o for home in found for o in home.waiting]
        if not waiting:
            return texts.nothing_to_hand_out([home.orders for home in found[:CHOICES]])
    meant = [(o, wanted) for o in waiting if (wanted := _part_of(talk, o, command.part))]
    if not meant:
        return texts.no_such_part(command.part, waiting[:CHOICES])
    if len(meant) > 1:
        talk.ask_choice([replace(command, order_id=o.id) for o, _ in meant[:CHOICES]])
        return texts.which_household([[o] for o, _ in meant[:CHOICES]])
    o, wanted = meant[0]
    if command.confirmed:
        return redeemed(talk, _redeem(talk, o, wanted), code=texts.numbered(o))
    talk.ask_confirmation(replace(command, order_id=o.id))
    return texts.ask_hand_out_part(o, wanted)


def _part_of(talk: Talk, o: OrderView, said: str) -> dict[int, int]:
    """By offer number, what of an order is meant; without a number all that is left of it. Empty: nothing of his."""
    mine = {line.offer_id: line for line in o.lines if line.left_milli > 0}
    offers = rounds.view(talk.work, o.leader_id, o.round_id).offers
    goods = Catalogue([item(x) for x in offers if x.id in mine])
    parts = [read_complaint(part, goods).lines for part in parts_said(said)]
    lines = {line.key: line.quantity_milli for part in parts for line in part}
    return {mine[key].number: milli or mine[key].left_milli for key, milli in lines.items()}


def _redeem(talk: Talk, o: OrderView, wanted: dict[int, int] | None = None) -> Redemption:
    return pickup.redeem(
        talk.work,
        leader_id=talk.leader_id,
        by_account_id=talk.person.account_id,
        token=codes.token_of(talk.work, leader_id=talk.leader_id, order_id=o.id) or "",
        wanted=wanted,
        device="chat",
        nonce=f"{talk.key}:{o.id}",
    )


@router.on(c.HandOutAll)
def hand_out_all(talk: Talk, command: c.HandOutAll) -> str:
    """What is refused (a case, money) stays, and is told."""
    round_ = pick(talk, command, ("arrived", "completed"), latest_only=True)
    if isinstance(round_, str):
        return round_
    orders = order_views.of_round(talk.work, talk.leader_id, round_.id)
    waiting = [o for o in orders if pick_lists.is_waiting(o)]
    if not waiting:
        return handing.all_gone(round_.title)
    if not command.confirmed:
        talk.ask_confirmation(replace(command, round_id=round_.id))
        return texts.ask_hand_out_all(round_.title, waiting)
    done = [(o, _redeem(talk, o)) for o in waiting]
    refused = [redeemed(talk, one, code=texts.numbered(o), is_one=False) for o, one in done if not one.ok]
    return "\n".join([texts.handed_out_all(sum(one.ok for _, one in done)), *refused])


@router.on(c.AnnulOf)
def annul_of(talk: Talk, command: c.AnnulOf) -> str:
    if command.order_id is not None and command.confirmed:
        token = codes.token_of(talk.work, leader_id=talk.leader_id, order_id=command.order_id)
        return handing.annulled(pickup.annul(talk.work, leader_id=talk.leader_id, token=token, actor=talk.actor))
    lately = pickup_undo.recent(talk.work, leader_id=talk.leader_id)
    if command.order_id is not None:
        lately = [id_ for id_ in lately if id_ == command.order_id]
    elif command.words:
        found = pick_lists.find(talk.work, leader_id=talk.leader_id, text=command.words, also_fetched=True)
        his = {o.id for home in found for o in home.orders}
        lately = [id_ for id_ in lately if id_ in his]
    if not lately:
        return handing.nothing_handed_out_lately(command.words)
    meant = order_views.of_ids(talk.work, talk.leader_id, lately[: CHOICES if command.words else 1])
    if len(meant) > 1:
        talk.ask_choice([replace(command, order_id=o.id) for o in meant])
        return handing.which_to_annul(meant)
    talk.ask_confirmation(replace(command, order_id=meant[0].id))
    return handing.ask_annul(meant[0])


@router.on(c.RemindOne)
def remind_one(talk: Talk, command: c.RemindOne) -> str:
    found = pick_lists.find(talk.work, leader_id=talk.leader_id, text=command.words)
    waiting = [home.waiting[0] for home in found if home.waiting]
    if command.order_id is not None:
        waiting = [order_views.view(talk.work, leader_id=talk.leader_id, order_id=command.order_id)]
    if not found or not waiting:
        return (
            texts.nothing_to_hand_out([x.orders for x in found[:CHOICES]]) if found else texts.not_found(command.words)
        )
    if len(waiting) > 1:
        talk.ask_choice([replace(command, order_id=o.id) for o in waiting[:CHOICES]])
        return texts.which_household([[o] for o in waiting[:CHOICES]])
    result = nudges.remind(talk.work, leader_id=talk.leader_id, order_id=waiting[0].id, actor=talk.actor)
    return texts.reminded_one(waiting[0], result)
