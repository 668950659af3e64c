"""现货 by chat: what lies on the shelf, orders of it, and how the leader keeps it."""

from __future__ import annotations

from bot import commands as c
from bot.parsing.values import PostItem
from bot.router import Router
from bot.texts import books, guide, posting, replies
from bot.texts import shelf as texts
from handlers import round_changes
from handlers.lists import export_of, of_kind
from handlers.refusing import refusal_of
from handlers.talk import Talk
from models.prepared import savepoint
from models.views import OrderView, RoundView, ShelfItem
from operations import order_views, paying_terms, rounds, shelf, shelf_days, shelf_orders, totals
from operations.errors import NotFound, Refused
from operations.orders import Change, Changed, NothingBooked
from operations.shelf import Goods

router = Router()

_HERE = ("arrived", "completed", "settled")


@router.on(c.ShowShelf)
def show(talk: Talk, command: c.ShowShelf) -> str:
    if not talk.has_leader:
        return replies.NOT_BOUND
    found = shelf.items(talk.work, leader_id=talk.leader_id, with_off=talk.is_leader)
    if talk.is_leader:
        return texts.of_leader(found, _waiting(talk)) if found else texts.NOTHING_FOR_LEADER
    if not found:
        return texts.nothing_there(talk.leader_name)
    return texts.listed(found, talk.leader_name, shelf_days.place_of(talk.work, leader_id=talk.leader_id))


def _waiting(talk: Talk) -> int:
    days = rounds.latest(talk.work, talk.leader_id, ("arrived",), limit=3, kind=shelf_days.KIND)
    return sum(totals.of_round(talk.work, talk.leader_id, day.id).waiting for day in days)


# ------------------------------------------------------------------ orders
def order_from(talk: Talk, command: c.ChangeOrder, resident_id: int) -> list[str]:
    """What an order says about goods of the shelf; nothing where it says nothing of them."""
    keys = {one.id for one in talk.shelf}
    lines = [line for line in command.lines if line.key in keys]
    if not lines:
        return []
    try:
        with savepoint(talk.work):
            done = shelf_orders.change(
                talk.work,
                leader_id=talk.leader_id,
                resident_id=resident_id,
                changes=[Change(line.key, line.quantity_milli, line.op) for line in lines],
                actor=talk.actor,
                source_key=talk.key,
                room=command.room,
                note=command.note,
                is_all_or_nothing=command.is_exchange,
            )
    except NothingBooked as refusal:
        return [refusal_of(command, one) for one in refusal.refusals]
    except Refused as refusal:
        return [refusal_of(command, refusal), *([replies.NOT_EXCHANGED] if command.is_exchange else [])]
    return [_booked(talk, done, is_for_guest=command.is_for_guest), *(refusal_of(command, one) for one in done.refused)]


def cancel_own(talk: Talk, one: OrderView) -> str:
    done = shelf_orders.cancel(
        talk.work,
        leader_id=talk.leader_id,
        resident_id=talk.resident_id,
        actor=talk.actor,
        source_key=talk.key,
        order_id=one.id,
    )
    return _booked(talk, done)


def cancel_guest(talk: Talk, resident_id: int) -> list[str]:
    """代 3-502 王姐 取消: his shelf order, if he has one."""
    if shelf_orders.open_order(talk.work, leader_id=talk.leader_id, resident_id=resident_id) is None:
        return []
    done = shelf_orders.cancel(
        talk.work, leader_id=talk.leader_id, resident_id=resident_id, actor=talk.actor, source_key=talk.key
    )
    return [texts.booked_for_guest(done.order)]


def _booked(talk: Talk, done: Changed, *, is_for_guest: bool = False) -> str:
    if is_for_guest:
        return texts.booked_for_guest(done.order)
    day = rounds.view(talk.work, talk.leader_id, done.order.round_id)
    assert day.pickup_until is not None  # a day of the shelf has its end  # noqa: S101
    mode = paying_terms.get(talk.work, talk.leader_id).payment_mode
    return texts.booked(done.order, day.pickup_until, talk.now, day.pickup_place, is_prepaid=mode != "pickup")


# ------------------------------------------------------------------ the leader's shelf
@router.on(c.PutOnShelf)
def put(talk: Talk, command: c.PutOnShelf) -> str:
    talk.check_leader_works()
    for item in command.items:
        unit = item.unit or posting.DEFAULT_UNIT
        if item.price_fen is None:
            return texts.price_wanted(item.name)
        if not item.capacity_milli:
            return texts.stock_wanted(item.name, item.price_fen, unit)
    wanted = [_goods(item) for item in command.items]
    if not command.confirmed:
        talk.ask_confirmation(command)
        there = {(one.name, one.spec): one for one in _all(talk)}
        return texts.ask_put(
            [
                texts.to_put(x.name, x.spec, x.price_fen, x.unit, x.stock_milli, was=there.get((x.name, x.spec)))
                for x in wanted
            ]
        )
    return texts.put(shelf.put(talk.work, leader_id=talk.leader_id, goods=wanted, actor=talk.actor))


def _goods(item: PostItem) -> Goods:
    return Goods(
        name=item.name,
        price_fen=item.price_fen or 0,
        unit=item.unit or posting.DEFAULT_UNIT,
        stock_milli=item.capacity_milli or 0,
        spec=item.spec or "",
        is_cold=item.is_cold,
    )


@router.on(c.SetShelf)
def change(talk: Talk, command: c.SetShelf) -> str:
    found = _meant(talk, command.which)
    word = texts.WORDS[command.change]
    if found is None and command.which.isdigit():
        raise NotFound(what="shelf_item", typed=command.which)
    if found is None:
        return guide.how_to(word) if command.is_certain or not talk.rounds else _of_round(talk, command)
    in_round = next((o for r in talk.rounds for o in r.offers if o.name == found.name), None)
    if in_round is not None and not command.is_certain:
        return texts.in_both(found.name, in_round.number, word)
    return texts.changed(_changed(talk, command, found.number), command.change)


def _of_round(talk: Talk, command: c.SetShelf) -> str:
    """No such goods on the shelf: then those of an open round are meant."""
    milli = command.quantity_milli or 0
    match command.change:
        case "price":
            return round_changes.set_price(talk, c.SetPrice(0, command.price_fen or 0, goods=command.which))
        case "more" | "stock":
            is_more = command.change == "more"
            return round_changes.set_capacity(talk, c.SetCapacity(0, milli, is_more=is_more, goods=command.which))
        case _:
            return round_changes.withdraw(talk, c.Withdraw(0, command.change == "off", goods=command.which))


def _changed(talk: Talk, command: c.SetShelf, number: int) -> ShelfItem:
    work, leader_id, actor, milli = talk.work, talk.leader_id, talk.actor, command.quantity_milli or 0
    match command.change:
        case "price":
            fen = command.price_fen or 0
            return shelf.set_price(work, leader_id=leader_id, number=number, price_fen=fen, actor=actor)
        case "more":
            return shelf.add_stock(work, leader_id=leader_id, number=number, more_milli=milli, actor=actor)
        case "stock":
            return shelf.set_stock(work, leader_id=leader_id, number=number, left_milli=milli, actor=actor)
        case _:
            is_on = command.change == "on"
            return shelf.set_on(work, leader_id=leader_id, number=number, is_on=is_on, actor=actor)


def _meant(talk: Talk, which: str) -> ShelfItem | None:
    """By number or by name; a part of a name where only one has it."""
    goods = _all(talk)
    if which.isdigit():
        return next((one for one in goods if one.number == int(which)), None)
    named = [one for one in goods if which in (one.name, texts.name(one))] or [
        one for one in goods if which in one.name
    ]
    return named[0] if len(named) == 1 else None


def _all(talk: Talk) -> list[ShelfItem]:
    return shelf.items(talk.work, leader_id=talk.leader_id, with_off=True)


@router.on(c.ShelfDay)
def day_of_shelf(talk: Talk, command: c.ShelfDay) -> str:
    days = rounds.latest(talk.work, talk.leader_id, _HERE, limit=2, kind=shelf_days.KIND)
    if not days:
        return texts.NOT_SOLD_TODAY
    match command.which:
        case "totals":
            return _totals(talk, days[0])
        case "export":
            return export_of(talk, days[0])
        case which:
            return "\n".join(_listed(talk, day, which) for day in (days if which == "uncollected" else days[:1]))


def _totals(talk: Talk, day: RoundView) -> str:
    sums = totals.of_round(talk.work, talk.leader_id, day.id)
    return books.totals(
        day,
        [(x.number, x.name, x.unit, x.quantity_milli, x.sum_fen, None, None) for x in sums.items if x.quantity_milli],
        paid=(sums.paid_orders, sums.paid_fen),
        claimed=(sums.claimed_orders, sums.claimed_fen),
        unpaid=(sums.unpaid_orders, sums.unpaid_fen),
        orders=sums.orders,
        total_fen=sums.total_fen,
        now=talk.now,
    )


def _listed(talk: Talk, day: RoundView, which: str) -> str:
    orders = order_views.of_round(talk.work, talk.leader_id, day.id)
    return books.order_list(day, of_kind(orders, which), which, any_at_all=bool(orders))
