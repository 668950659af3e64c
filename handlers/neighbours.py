"""A leader speaks of a neighbour by name or room: what he ordered, and handing it out without a code."""

from __future__ import annotations

from dataclasses import replace

from bot import commands as c
from bot.router import Router
from bot.texts import neighbours as texts
from handlers.counter import hand_out_part
from handlers.pickup import redeemed
from handlers.talk import Talk
from handlers.which import CHOICES
from operations import codes, pick_lists, pickup

router = Router()
_MOST_SHOWN = 8  # orders in one answer


@router.on(c.FindNeighbour)
def find(talk: Talk, command: c.FindNeighbour) -> str:
    found = _households(talk, command.words)
    if not found:
        return texts.not_found(command.words)
    if sum(len(one.orders) for one in found) > _MOST_SHOWN:
        return texts.too_many(command.words)
    return texts.found([one.orders for one in found])


@router.on(c.HandOut)
def hand_out(talk: Talk, command: c.HandOut) -> str:
    if command.part:
        return hand_out_part(talk, command)
    if command.order_id is not None and command.confirmed:
        return _handed(talk, command.order_id)
    if command.order_id is not None:
        found = [pick_lists.household(talk.work, leader_id=talk.leader_id, order_id=command.order_id)]
    else:
        found = _households(talk, command.words)
    if not found:
        return texts.not_found(command.words)
    waiting = [one for one in found if one.waiting]
    if not waiting:
        return texts.nothing_to_hand_out([one.orders for one in found[:CHOICES]])
    if len(waiting) > CHOICES:
        return texts.too_many(command.words)
    if len(waiting) > 1:
        talk.ask_choice([replace(command, order_id=one.waiting[0].id) for one in waiting])
        return texts.which_household([one.waiting for one in waiting])
    order_id = waiting[0].waiting[0].id
    talk.ask_confirmation(replace(command, order_id=order_id, confirmed=True))
    # What was found by name may be less than lives there; what is confirmed must be what was shown.
    return texts.ask_hand_out(pick_lists.household(talk.work, leader_id=talk.leader_id, order_id=order_id).waiting)


def _households(talk: Talk, words: str) -> list[pick_lists.Household]:
    return pick_lists.find(talk.work, leader_id=talk.leader_id, text=words)


def _handed(talk: Talk, order_id: int) -> str:
    """Everything the household has waiting; what one order refuses does not stop the others. Raises NotFound."""
    home = pick_lists.household(talk.work, leader_id=talk.leader_id, order_id=order_id)
    if not home.waiting:
        return texts.nothing_to_hand_out([home.orders])
    return "\n".join(
        redeemed(
            talk,
            pickup.redeem(
                talk.work,
                leader_id=talk.leader_id,
                by_account_id=talk.person.account_id,
                token=codes.token_of(talk.work, leader_id=talk.leader_id, order_id=one.id) or "",
                device="chat",
                nonce=f"{talk.key}:{one.id}",
            ),
            code=texts.numbered(one),
            is_one=len(home.waiting) == 1,
        )
        for one in home.waiting
    )
