"""Totals, lists, the spreadsheet and the console: what a leader looks at."""

from __future__ import annotations

from collections.abc import Iterator

from bot import commands as c
from bot import conversation
from bot.router import Router
from bot.texts import books, leading, supply
from handlers.talk import Talk
from handlers.which import candidates, pick
from models.views import OrderView, RoundView
from operations import links, order_views, totals

router = Router()

_ALIVE = ("open", "closed", "arrived", "completed")
_MOST_ROUNDS = 4  # more than that nobody reads on a phone
_HANDING = ("arrived", "completed")


@router.on(c.ShowTotals)
def show_totals(talk: Talk, command: c.ShowTotals) -> str:
    round_ = pick(talk, command, _ALIVE, latest_only=True)
    if isinstance(round_, str):
        return round_
    sums = totals.of_round(talk.work, talk.leader_id, round_.id)
    return books.totals(
        round_,
        [
            (x.number, x.name, x.unit, x.quantity_milli, x.sum_fen, x.capacity_milli, x.to_full_case_milli)
            for x in sums.items
        ],
        short={x.number: x.due_milli for x in sums.items if x.due_milli != x.quantity_milli},
        paid=(sums.paid_orders, sums.paid_fen),
        claimed=(sums.claimed_orders, sums.claimed_fen),
        unpaid=(sums.unpaid_orders, sums.unpaid_fen),
        orders=sums.orders,
        total_fen=sums.total_fen,
        now=talk.now,
        others=_others(talk, round_),
        hint=supply.choose_hint() if any(x.is_supplied and x.to_full_case_milli for x in sums.items) else "",
    )


def _others(talk: Talk, shown: RoundView) -> list[str]:
    """Titles of the other rounds that still need the leader, with the number by which 统计 shows them."""
    found = candidates(talk, _ALIVE)
    others = [f"{n} {r.title}" for n, r in enumerate(found, 1) if r.id != shown.id and r.state in {"open", "closed"}][
        :3
    ]
    pending = conversation.load(talk.work, talk.person.account_id, is_open=talk.person.has_open_talk).pending
    if others and (pending is None or pending.is_expired or pending.kind == "choose"):
        talk.ask_choice([c.ShowTotals(nth=n) for n in range(1, len(found) + 1)])
    return others


@router.on(c.ShowList)
def show_list(talk: Talk, command: c.ShowList) -> str:
    round_ = pick(
        talk, command, _HANDING if command.which in {"collected", "uncollected"} else _ALIVE, latest_only=True
    )
    if isinstance(round_, str):
        return round_
    if command.nth is None and command.which in {"paid", "unpaid"} and (of_all := [*_of_all(talk, command.which)]):
        return "\n\n".join(of_all)
    orders = _orders(talk, round_)
    return books.order_list(round_, of_kind(orders, command.which), command.which, any_at_all=bool(orders))


def _of_all(talk: Talk, which: str) -> Iterator[str]:
    """Who paid is asked of all rounds that run, where none is named; rounds without such orders are left out."""
    for one in candidates(talk, _ALIVE)[:_MOST_ROUNDS]:
        if orders := of_kind(_orders(talk, one), which):
            yield books.order_list(one, orders, which)


def _orders(talk: Talk, round_: RoundView) -> list[OrderView]:
    return order_views.of_round(talk.work, talk.leader_id, round_.id)


def of_kind(orders: list[OrderView], which: str) -> list[OrderView]:
    """Those of the orders that a list is about: all, paid, unpaid or uncollected."""
    if which == "unpaid":
        return [o for o in orders if o.due_fen > 0]
    if which == "paid":
        return [o for o in orders if o.pay_state in {"claimed", "paid", "part_refunded"}]
    if which == "uncollected":
        return sorted((o for o in orders if o.state in {"ready", "partly", "no_show"}), key=lambda o: o.room or "~")
    if which == "collected":
        return [o for o in orders if o.state in {"picked_up", "partly"}]
    return orders


@router.on(c.Export)
def export(talk: Talk, command: c.Export) -> str:
    round_ = pick(talk, command, _ALIVE, latest_only=True)
    if isinstance(round_, str):
        return round_
    return export_of(talk, round_)


def export_of(talk: Talk, round_: RoundView) -> str:
    """A link to the workbook of a round, or of a day of the shelf."""
    token = links.create(
        talk.work,
        account_id=talk.person.account_id,
        leader_id=talk.leader_id,
        purpose="export",
        target={"round_id": str(round_.id)},
    )
    return books.export_link(f"{talk.settings.public_url}/x/{token}", round_.title)


@router.on(c.Console)
def console(talk: Talk, command: c.Console) -> str:
    helps = talk.person.helps_leader_id
    if not talk.is_leader and (helps is None or command.page):
        return leading.not_a_leader(talk.person.own_leader_state)
    target, title = None, ""
    if command.page == "profile":
        target = {"page": "profile"}
    elif command.page == "papers":
        round_ = pick(talk, command, ("closed", "arrived", "open", "completed"), latest_only=True)
        if isinstance(round_, str):
            return round_
        target, title = {"page": f"rounds/{round_.id}/papers"}, round_.title
    token = links.create(
        talk.work,
        account_id=talk.person.account_id,
        leader_id=talk.leader_id if talk.is_leader or helps is None else helps,
        purpose="leader" if talk.is_leader else "helper",
        target=target,
    )
    return leading.console(f"{talk.settings.public_url}/m/enter/{token}", page=command.page, title=title)
