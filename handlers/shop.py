"""Looking: what is for sale, my orders, my code, and what nobody understood."""

from __future__ import annotations

from bot import commands as c
from bot.router import Router
from bot.texts import replies
from bot.texts.wording import pickup
from handlers.talk import Talk
from models.views import OrderView
from operations import codes, order_views, rounds
from operations.notices import enqueue

router = Router()


@router.on(c.ShowMenu)
def menu(talk: Talk, command: c.ShowMenu) -> str:
    if not talk.has_leader:
        return replies.NOT_BOUND
    if talk.rounds:
        return replies.menu(talk.rounds, talk.leader_name, talk.now)
    if command.topic in {"arrival", "pickup", "delivery"}:
        return _mine(talk)
    return replies.nothing_open(talk.leader_name)


@router.on(c.MyOrders)
def my_orders(talk: Talk, command: c.MyOrders) -> str:
    return _mine(talk)


def _mine(talk: Talk) -> str:
    orders = order_views.of_resident(talk.work, talk.leader_id, talk.resident_id, limit=10)
    return "\n\n".join(replies.my_order(o) for o in orders[:5]) or replies.no_orders()


@router.on(c.MyCode)
def my_code(talk: Talk, command: c.MyCode) -> str:
    orders = order_views.of_resident(talk.work, talk.leader_id, talk.resident_id, limit=20)
    ready = [o for o in orders if o.state in {"ready", "partly"} and o.code]
    if not ready:
        return replies.no_code_yet(next((o for o in orders if o.state in {"placed", "confirmed"}), None))
    shown = []
    for o in ready[:3]:
        token = codes.token_of(talk.work, leader_id=talk.leader_id, order_id=o.id)
        url = f"{talk.settings.public_url}/p/{token}"
        shown.append((_title(o), o.code or "", url))
        _send_picture(talk, o, url)
    place = pickup(rounds.view(talk.work, talk.leader_id, ready[0].round_id))
    return replies.my_codes(shown, place or None)


def _title(o: OrderView) -> str:
    return o.round_title if o.account_id else f"{o.round_title} {o.resident_name or o.room or ''}".strip()


def _send_picture(talk: Talk, o: OrderView, url: str) -> None:
    """The QR follows as a picture: a reply carries text or a picture, not both."""
    enqueue(
        talk.work,
        leader_id=talk.leader_id,
        account_id=talk.person.account_id,
        kind="pickup_qr",
        key=f"pickup_qr:{o.id}:{talk.key}",
        payload={"url": url},
        round_id=o.round_id,
        order_id=o.id,
    )


@router.on(c.Unknown)
def unknown(talk: Talk, command: c.Unknown) -> str:
    if command.topic == "unclear":
        return replies.unclear() if talk.has_leader else replies.NOT_BOUND
    return replies.unknown(has_round=bool(talk.rounds), leader_name=talk.leader_name if talk.has_leader else None)


@router.on(c.Confirm)
def confirm(talk: Talk, command: c.Confirm) -> str:
    return replies.NOTHING_TO_CONFIRM


@router.on(c.Dismiss)
def dismiss(talk: Talk, command: c.Dismiss) -> str:
    return replies.DISMISSED


@router.on(c.More)
def more(talk: Talk, command: c.More) -> str:
    return replies.NOTHING_MORE
