"""老样子: what a neighbour usually takes, among what is open now; and who has not come for some rounds."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, exists, func, or_, select

from models import Work, leader, offer, order, order_line, resident, round_
from models.joins import points_to
from models.views import OfferView, RoundView

_LOOKED_BACK = 5  # orders
_ROUNDS_AWAY = 3
_OFTEN = 2  # of them; what stood in fewer is no habit, unless nothing was ever taken twice

Goods = tuple[str, str]  # name and unit: what a neighbour knows goods by from one round to the next


@dataclass(frozen=True, slots=True)
class Usual:
    """What somebody takes as a rule: offers of now with an amount in thousandths, and goods not to be had now."""

    takes: tuple[tuple[OfferView, int], ...]
    missing: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.takes or self.missing)


NOTHING_USUAL = Usual((), ())


def habit(orders: Sequence[Mapping[Goods, int]]) -> dict[Goods, int]:
    """What stands in two or more of these orders (the newest first), each in its most common amount.

    Who never took anything twice is taken to want his last order again. Pure; amounts in thousandths.

    >>> habit([{("米", "袋"): 2000, ("油", "桶"): 1000}, {("米", "袋"): 1000}, {("米", "袋"): 2000}])
    {('米', '袋'): 2000}
    """
    amounts: dict[Goods, list[int]] = defaultdict(list)
    for one in orders:
        for goods, milli in one.items():
            amounts[goods].append(milli)
    often = {goods: Counter(said).most_common(1)[0][0] for goods, said in amounts.items() if len(said) >= _OFTEN}
    return often or dict(orders[0] if orders else {})


def usual(work: Work, *, leader_id: int, resident_id: int, rounds: Sequence[RoundView], is_last: bool = False) -> Usual:
    """What he usually takes, as far as these open rounds have it; `is_last`: what he took last time, no more."""
    wanted = habit(_orders(work, leader_id, resident_id, rounds, limit=1 if is_last else _LOOKED_BACK))
    takes: list[tuple[OfferView, int]] = []
    missing: list[str] = []
    for goods, milli in wanted.items():
        found = _on_offer(rounds, goods)
        if found is None:
            missing.append(goods[0])
        else:
            takes.append((found, milli))
    return Usual(tuple(takes), tuple(missing))


def _on_offer(rounds: Iterable[RoundView], goods: Goods) -> OfferView | None:
    """The same goods in a round that is open; of several the one there is most left of."""
    same = [
        one
        for round_view in rounds
        for one in round_view.offers
        if (one.name, one.unit) == goods and not one.is_withdrawn and one.remaining_milli != 0
    ]
    return next((one for one in same if one.remaining_milli is None), None) or max(
        same, key=lambda one: one.remaining_milli or 0, default=None
    )


def _orders(
    work: Work, leader_id: int, resident_id: int, rounds: Sequence[RoundView], *, limit: int
) -> list[dict[Goods, int]]:
    """His newest orders in group-buy rounds that are over, the newest first."""
    latest = (
        select(order.c.id)
        .join(round_, points_to(order.c.round_id, round_))
        .where(
            order.c.leader_id == leader_id,
            order.c.resident_id == resident_id,
            order.c.state != "cancelled",
            order.c.round_id.not_in([one.id for one in rounds]),
            round_.c.kind == "presale",
        )
        .order_by(order.c.id.desc())
        .limit(limit)
    )
    rows = work.db.execute(
        select(order_line.c.order_id, order_line.c.quantity_milli, offer.c.name, offer.c.unit)
        .join(offer, points_to(order_line.c.offer_id, offer))
        .where(order_line.c.leader_id == leader_id, order_line.c.order_id.in_(latest), order_line.c.quantity_milli > 0)
        .order_by(order_line.c.order_id.desc(), offer.c.number)
    )
    found: dict[int, dict[Goods, int]] = defaultdict(dict)
    for row in rows:
        found[row.order_id][row.name, row.unit] = row.quantity_milli
    return list(found.values())


def away(work: Work, *, leader_id: int, limit: int = 30) -> Sequence[Row[Any]]:
    """Who has ordered before, but in none of the last three rounds: display_name, room, last_at; the latest first."""
    last = func.max(order.c.placed_at)
    statement: Select[Any] = (
        select(resident.c.id, resident.c.display_name, resident.c.room, last.label("last_at"))
        .join(order, and_(order.c.leader_id == resident.c.leader_id, order.c.resident_id == resident.c.id))
        .where(resident.c.leader_id == leader_id, order.c.state != "cancelled", is_away(work, leader_id))
        .group_by(resident.c.id, resident.c.display_name, resident.c.room)
        .order_by(last.desc(), resident.c.id)
        .limit(limit)
    )
    return work.db.execute(statement).all()


def is_away(work: Work, leader_id: int) -> ColumnElement[bool]:
    """The condition on `resident`. Nobody is away where there have not been so many rounds yet."""
    over = (
        work.db.execute(
            select(round_.c.id)
            .where(
                round_.c.leader_id == leader_id,
                round_.c.kind == "presale",
                round_.c.state.in_(("closed", "arrived", "completed", "settled")),
            )
            .order_by(round_.c.id.desc())
            .limit(_ROUNDS_AWAY)
        )
        .scalars()
        .all()
    )
    if len(over) < _ROUNDS_AWAY:
        return resident.c.id.is_(None)
    owner = select(leader.c.account_id).where(leader.c.id == leader_id).scalar_subquery()
    his, of = order.alias(), round_.alias()
    placed = (
        his.c.leader_id == resident.c.leader_id,
        his.c.resident_id == resident.c.id,
        his.c.state != "cancelled",
        of.c.leader_id == his.c.leader_id,
        of.c.id == his.c.round_id,
        of.c.kind == "presale",
    )
    return and_(
        resident.c.state == "active",
        or_(resident.c.account_id.is_(None), resident.c.account_id != owner),
        exists().where(*placed, his.c.round_id < min(over)),
        ~exists().where(*placed, his.c.round_id >= min(over)),
    )
