"""Changes of an open round: price, amount, taking items off, adding some."""

from __future__ import annotations

from dataclasses import replace

from bot import commands as c
from bot.parsing.values import Line
from bot.router import Router
from bot.texts import leading
from handlers.rounds import new_offer
from handlers.stocking import stocked
from handlers.talk import Talk
from handlers.which import offer_of, pick, pick_offer
from models.views import OfferView, RoundView
from operations import offers, rounds

router = Router()


@router.on(c.SetPrice)
def set_price(talk: Talk, command: c.SetPrice) -> str:
    meant = pick_offer(talk, command)
    if isinstance(meant, str):
        return meant
    round_, offer = meant
    keep = offers.set_price(
        talk.work,
        leader_id=talk.leader_id,
        round_id=round_.id,
        number=offer.number,
        price_fen=command.price_fen,
        actor=talk.actor,
    )
    return leading.price_set(_offer(talk, round_.id, offer.number), keep, gone=offer.tiers)


@router.on(c.SetCapacity)
def set_capacity(talk: Talk, command: c.SetCapacity) -> str:
    meant = pick_offer(talk, command)
    if isinstance(meant, str):
        return meant
    round_, named = meant
    now = _offer(talk, round_.id, named.number)
    if command.may_be_own:
        return _ask_whose(talk, command, round_, now)
    if command.is_more and now.capacity_milli is None:
        return leading.no_limit(now)
    before = (now.capacity_milli or 0) if command.is_more else now.reserved_milli if command.is_left else 0
    offers.set_capacity(
        talk.work,
        leader_id=talk.leader_id,
        round_id=round_.id,
        number=now.number,
        capacity_milli=before + command.quantity_milli,
        actor=talk.actor,
    )
    return leading.capacity_set(_offer(talk, round_.id, now.number))


def _ask_whose(talk: Talk, command: c.SetCapacity, round_: RoundView, offer: OfferView) -> str:
    """More to sell, or more for herself. Without a limit there is nothing to raise: the latter is the default."""
    more = replace(command, number=offer.number, round_id=round_.id, goods="", may_be_own=False)
    own = c.ChangeOrder((Line(offer.id, command.quantity_milli, "add"),))
    talk.ask_choice([more, own])
    return leading.more_or_own(offer, command.quantity_milli)


@router.on(c.SetLimit)
def set_limit(talk: Talk, command: c.SetLimit) -> str:
    meant = pick_offer(talk, command)
    if isinstance(meant, str):
        return meant
    round_, offer = meant
    offers.set_limit(
        talk.work,
        leader_id=talk.leader_id,
        round_id=round_.id,
        number=offer.number,
        limit_milli=command.quantity_milli,
        actor=talk.actor,
    )
    return leading.limit_set(_offer(talk, round_.id, offer.number))


@router.on(c.Withdraw)
def withdraw(talk: Talk, command: c.Withdraw) -> str:
    meant = pick_offer(talk, command)
    if isinstance(meant, str):
        return meant
    round_, offer = meant
    offers.set_withdrawn(
        talk.work,
        leader_id=talk.leader_id,
        round_id=round_.id,
        number=offer.number,
        is_withdrawn=command.is_withdrawn,
        actor=talk.actor,
    )
    return leading.withdrawn(_offer(talk, round_.id, offer.number))


@router.on(c.TeachAlias)
def teach_alias(talk: Talk, command: c.TeachAlias) -> str:
    """The name of another item is never taken away from it."""
    round_ = pick(talk, command, ("open",))
    if isinstance(round_, str):
        return round_
    offer = _offer(talk, round_.id, command.number)
    owner = next((o for o in round_.offers if o.id != offer.id and command.alias in (o.name, *o.aliases)), None)
    if owner is not None:
        return leading.alias_taken(command.alias, owner)
    offers.teach_alias(
        talk.work,
        leader_id=talk.leader_id,
        round_id=round_.id,
        offer_id=offer.id,
        alias=command.alias,
        actor=talk.actor,
    )
    return leading.alias_taught(offer, command.alias)


@router.on(c.AddOffers)
def add_offers(talk: Talk, command: c.AddOffers) -> str:
    talk.check_leader_works()
    round_ = pick(talk, command, ("open",))
    if isinstance(round_, str):
        return round_
    if not command.confirmed:
        if missing := [item.name for item in command.items if item.price_fen is None]:
            return leading.price_of_addition_wanted(missing)
        talk.ask_confirmation(replace(command, round_id=round_.id))
        first = max(o.number for o in round_.offers) + 1
        return leading.ask_additions(round_, [replace(one, number=n) for n, one in enumerate(command.items, first)])
    added = offers.add_offers(
        talk.work,
        leader_id=talk.leader_id,
        round_id=round_.id,
        offers=stocked(talk, map(new_offer, command.items)),
        actor=talk.actor,
    )
    return leading.added(added, [item.name for item in command.items])


def _offer(talk: Talk, round_id: int, number: int) -> OfferView:
    """As it stands after the change."""
    return offer_of(rounds.view(talk.work, talk.leader_id, round_id), number)
