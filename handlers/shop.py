"""Looking: what is for sale, my orders, my code, and what nobody understood."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot import commands as c
from bot import conversation
from bot.parsing.normalise import normalise
from bot.round_words import goods_asked_for
from bot.router import Router
from bot.texts import asked, guide, leading, paying, replies, shelf
from bot.texts.wording import pickup
from handlers.talk import Talk
from models.views import OrderView, RoundView
from operations import codes, paying_terms, relays, rounds, shelf_days
from operations import shelf as on_shelf
from operations.notices import enqueue

router = Router()

_ABOUT_MINE = frozenset({"arrival", "pickup", "payment"})
_OPEN_QUESTIONS = frozenset({"spec", "other", "arrival"})
_MISSED = timedelta(days=7)
_WORTH_PASSING_ON = 4
"""Characters."""


@router.on(c.ShowMenu)
def menu(talk: Talk, command: c.ShowMenu) -> str:
    if not talk.has_leader:
        return replies.NOT_BOUND
    if command.topic in _ABOUT_MINE and not talk.is_leader:
        mine = [o for o in talk.own_orders() if o.state != "picked_up" and _may_still_come(talk, o)]
        if mine:
            how = [_paying(talk)] if command.topic == "payment" else []
            return "\n".join(["\n\n".join(_one(talk, o) for o in mine[:4]), *how, pass_on(talk)])
    named = _named(talk) if command.topic else []
    if not talk.is_leader and (answer := _answered(talk, command.topic, named)):
        return answer
    if not talk.rounds:
        if talk.is_leader:
            return not_understood(talk) if command.topic else leading.NO_ROUND
        question = f"\n{pass_on(talk)}" if command.topic else ""
        return (_only_the_shelf(talk) or replies.nothing_open(talk.leader_name)) + question
    if command.topic == "deadline":
        return replies.deadlines(talk.rounds, talk.now)
    text = replies.menu(named or talk.rounds, talk.leader_name, talk.now)
    if command.topic and not named and not talk.is_leader and (goods := goods_asked_for(talk.inbound.text)):
        text = (
            text
            if talk.catalogue.names.get(goods) or talk.catalogue.resolve(goods)
            else f"{replies.not_among_them(goods)}\n{text}"
        )
    if talk.shelf and not named:
        text += f"\n\n{shelf.beside(talk.shelf)}"
    is_open = command.topic in _OPEN_QUESTIONS or (command.topic == "stock" and not named)  # 七点半还有人吗
    return f"{text}\n{pass_on(talk)}" if is_open and not talk.is_leader else text


def _may_still_come(talk: Talk, o: OrderView) -> bool:
    """Who has missed the hours asks whether he may come tomorrow; weeks later nothing of it is there."""
    if o.state != "no_show":
        return True
    until = rounds.view(talk.work, talk.leader_id, o.round_id).pickup_until
    return until is not None and until > talk.now - _MISSED


def _answered(talk: Talk, topic: str | None, named: list[RoundView]) -> str | None:
    """What is asked beside what is for sale, with how the leader is reached; None where the goods are the answer."""
    about = named or talk.rounds
    said = {
        "bargain": lambda: asked.bargain(about),
        "invoice": lambda: asked.INVOICE,
        "reach": lambda: asked.reach(talk.leader_name),
        "by_another": lambda: asked.BY_ANOTHER,
        "returns": lambda: asked.RETURNS,
        "delivery": lambda: asked.delivery(talk.rounds),
        "next": lambda: asked.next_round(talk.rounds, talk.now),
        "payment": lambda: _paying(talk),
    }
    if topic in said:
        return f"{said[topic]()}\n{pass_on(talk)}"
    if topic == "pickup" and talk.rounds:
        return f"{asked.pickups(about)}\n{pass_on(talk)}"
    if topic == "spec" and named:
        return f"{asked.written(named)}\n{pass_on(talk)}"
    if topic in {"spec", "other"} and talk.rounds and not named and not _names_shelf(talk):
        return f"{asked.not_known(talk.rounds)}\n{pass_on(talk)}"
    return None


def _names_shelf(talk: Talk) -> bool:
    said = normalise(talk.inbound.text).text
    return any(one.name in said for one in talk.shelf)


def _paying(talk: Talk) -> str:
    terms = paying_terms.get(talk.work, talk.leader_id)
    return asked.payment(paying.how_to_pay(terms.payment_mode, terms.payment_note, []))


def _named(talk: Talk) -> list[RoundView]:
    """What a question names (草莓甜不甜), in the rounds that sell it; nothing where the shelf has it too."""
    asked_for = normalise(talk.inbound.text).text
    said = [name for name, one in talk.catalogue.names.items() if not one.weak and name in asked_for]
    whole = [name for name in said if not any(name != other and name in other for other in said)]  # 鲈鱼, not 鱼
    keys = {key for name in whole for key in talk.catalogue.names[name].keys}
    if any(one.id in keys for one in talk.shelf):
        return []
    narrowed = [replace(r, offers=tuple(o for o in r.offers if o.id in keys)) for r in talk.rounds]
    return [r for r in narrowed if any(not o.is_withdrawn for o in r.offers)]


def pass_on(talk: Talk) -> str:
    """How the leader is reached: by one word, which passes on what was just said, unless something else is being
    asked."""
    said = talk.inbound.text.strip()
    pending = conversation.load(talk.work, talk.person.account_id).pending
    if len(said) < _WORTH_PASSING_ON or (pending and pending.kind != "relay" and not pending.is_expired):
        return replies.ASK_LEADER
    talk.ask_to_pass_on(c.ContactLeader(said))
    return replies.HAND_ON


def _only_the_shelf(talk: Talk) -> str | None:
    """No round is open, but something can be taken from the shelf."""
    if not talk.shelf or talk.is_leader:
        return None
    goods = on_shelf.items(talk.work, leader_id=talk.leader_id)
    place = shelf_days.place_of(talk.work, leader_id=talk.leader_id)
    return f"{replies.nothing_open(talk.leader_name)}\n\n{shelf.listed(goods, talk.leader_name, place)}"


@router.on(c.MyOrders)
def my_orders(talk: Talk, command: c.MyOrders) -> str:
    if not talk.has_leader:
        return replies.NOT_BOUND
    return "\n\n".join(_one(talk, o) for o in talk.own_orders()[:5]) or replies.no_orders()


def _one(talk: Talk, o: OrderView) -> str:
    """An order, with when and where while there is something to fetch."""
    is_waiting = o.state in {"placed", "confirmed", "ready", "partly"}
    when = pickup(rounds.view(talk.work, talk.leader_id, o.round_id)) if is_waiting else ""
    return replies.my_order(o, when)


@router.on(c.MyCode)
def my_code(talk: Talk, command: c.MyCode) -> str:
    if not talk.has_leader:
        return replies.NOT_BOUND
    orders = talk.own_orders(limit=20)
    ready = [o for o in orders if o.state in {"ready", "partly", "no_show"} and o.code]
    if not ready:
        return replies.no_code_yet(next((o for o in orders if o.state in {"placed", "confirmed"}), None))
    shown = []
    for o in ready[:3]:
        token = codes.token_of(talk.work, leader_id=talk.leader_id, order_id=o.id)
        url = f"{talk.settings.public_url}/p/{token}"
        shown.append((_title(o), o.code or "", url, pickup(rounds.view(talk.work, talk.leader_id, o.round_id))))
        _send_picture(talk, o, url)
    return replies.my_codes(shown)


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
    topic = command.topic or ""
    if topic.startswith("how:"):
        return guide.how_to(topic.removeprefix("how:"))
    if topic.startswith("unsold:"):
        return leading.not_sold(topic.removeprefix("unsold:"), talk.rounds)
    if topic == "later":
        return leading.COMES_LATER
    if topic == "hello" and talk.is_leader:
        return leading.hello(has_round=bool(talk.rounds))
    if topic in {"extra", "overpaid"} and talk.has_leader:
        talk.ask_to_pass_on(c.ContactLeader(talk.inbound.text.strip()))
    if topic in replies.SPECIAL:
        return replies.SPECIAL[topic]
    if topic == "not_yet":
        return replies.not_yet(command.text)
    if not talk.has_leader:
        return replies.NOT_BOUND
    if topic == "stays" and talk.orders:
        return "\n\n".join([replies.STAYS, *(_one(talk, o) for o in talk.orders.values())])
    if talk.is_leader:
        return _perhaps_an_answer(talk) or not_understood(talk)
    if topic == "unclear":
        return replies.unclear(talk.rounds)
    return replies.unknown(talk.rounds, list(talk.orders.values()), reaching=pass_on(talk))


def not_understood(talk: Talk) -> str:
    """With what goes now: a leader whose round is being handed out is not told how to open one."""
    recent = [] if talk.rounds else rounds.latest(talk.work, talk.leader_id, ("closed", "arrived"))
    if not recent:
        return leading.unknown(has_round=bool(talk.rounds))
    return leading.unknown_at_the_counter(recent[0].title, is_here=recent[0].state == "arrived")


def _perhaps_an_answer(talk: Talk) -> str | None:
    """The leader says something else while just one neighbour waits for an answer of hers."""
    waiting = relays.waiting(talk.work, leader_id=talk.leader_id)
    pending = conversation.load(talk.work, talk.person.account_id).pending
    if len(waiting) != 1 or (pending and not pending.is_expired):
        return None
    number, question, name, room = waiting[0]
    talk.ask_choice([c.AnswerRelay(number, talk.inbound.text.strip())])
    return leading.perhaps_answers(number, name, room, question)


@router.on(c.Confirm)
def confirm(talk: Talk, command: c.Confirm) -> str:
    return replies.NOTHING_TO_CONFIRM


@router.on(c.Dismiss)
def dismiss(talk: Talk, command: c.Dismiss) -> str:
    return replies.DISMISSED


@router.on(c.More)
def more(talk: Talk, command: c.More) -> str:
    return replies.NOTHING_MORE
