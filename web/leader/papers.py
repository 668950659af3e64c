"""Papers of a round, for A4 and for 58 mm rolls, and the same as text to forward. No money on any of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from flask import request

from models import Work
from models.views import LineView, OrderView
from operations import order_views, pick_lists
from operations.listings import rounds as listing
from web.auth import allow
from web.forms import read_choice
from web.leader.blueprint import EVERYBODY, members, own_leader_id, page
from web.leader.pages import by_building
from web.show import person, quantity
from web.site import site

KINDS = {"list": "取货单", "totals": "商品汇总", "labels": "标签"}
SIZES = {"a4": "A4 纸", "roll": "58毫米小票"}


@dataclass(frozen=True, slots=True)
class Total:
    """One row of 商品汇总 (商品分拣单)."""

    number: int
    name: str
    spec: str
    unit: str
    is_cold: bool
    alike: tuple[str, ...]
    due_milli: int
    shares: tuple[tuple[str, int], ...]  # room and name, thousandths


@members.get("/rounds/<key:round_id>/papers")
@allow(members=EVERYBODY)
def papers(round_id: int) -> str:
    """One paper as it will be printed, and its text."""
    kind = read_choice(request.args, "kind", tuple(KINDS), "list")
    size = read_choice(request.args, "size", tuple(SIZES), "a4")
    with site().store.read() as work:
        head = listing.detail(work, leader_id=own_leader_id(), round_id=round_id)
        orders = [one for one in order_views.of_round(work, own_leader_id(), round_id) if due_lines(one)]
        totals = _totals(work, round_id, orders)
    buildings = by_building(orders)
    return page(
        "papers",
        title=KINDS[kind],
        round=head,
        kind=kind,
        size=size,
        kinds=KINDS,
        sizes=SIZES,
        buildings=buildings,
        totals=totals,
        due_lines=due_lines,
        alike={total.number for total in totals if total.alike},
        text="\n".join(_text(kind, head["title"], buildings, totals)),
    )


def due_lines(one: OrderView) -> list[LineView]:
    """What this order is to be given in all."""
    return [line for line in one.lines if line.due_milli > 0]


def _totals(work: Work, round_id: int, orders: Iterable[OrderView]) -> list[Total]:
    offers = listing.offers(work, leader_id=own_leader_id(), round_id=round_id)
    alike = pick_lists.look_alikes(offers)
    shares: dict[int, list[tuple[str, int]]] = {row["id"]: [] for row in offers}
    for _, mine in by_building(orders):
        for one in mine:
            for line in due_lines(one):
                shares[line.offer_id].append((_short_place(one), line.due_milli))
    return [
        Total(
            number=row["number"],
            name=row["name"],
            spec=row["spec"],
            unit=row["unit"],
            is_cold=row["is_cold"],
            alike=alike.get(row["id"], ()),
            due_milli=sum(milli for _, milli in shares[row["id"]]),
            shares=tuple(shares[row["id"]]),
        )
        for row in offers
        if shares[row["id"]]
    ]


def _text(kind: str, title: str, buildings: list[tuple[str, list[OrderView]]], totals: list[Total]) -> Iterator[str]:
    yield f"【{title}】{KINDS[kind]}"
    if kind == "totals":
        for total in totals:
            cold = "（冷藏）" if total.is_cold else ""
            yield f"{total.number}. {_full(total.name, total.spec)}{cold} {quantity(total.due_milli, total.unit)}"
            yield "　" + "、".join(f"{who} {quantity(milli, total.unit)}" for who, milli in total.shares)
        return
    for name, orders in buildings:
        yield f"—— {name} {len(orders)} 单 ——"
        for one in orders:
            done = "（已取）" if one.state == "picked_up" else ""
            note = f"（备注：{one.note}）" if one.note else ""
            items = "、".join(_item(line) for line in due_lines(one))
            yield f"{one.seq}号 {_short_place(one)}：{items}{note}{done}"


def _item(line: LineView) -> str:
    cold = "（冷藏）" if line.is_cold else ""
    return f"{_full(line.name, line.spec)}{cold} {quantity(line.due_milli, line.unit)}"


def _short_place(one: OrderView) -> str:
    return f"{one.room or '没留房号'} {person(one.resident_name, one.host_name)}"


def _full(name: str, spec: str) -> str:
    return f"{name} {spec}".strip()
