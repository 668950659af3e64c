"""What happens to all orders of a round at once, or to a part of them: rows that the database itself writes.

Each function takes `Orders`, which picks them, and must be called while the round is held. The statements are built
once for each kind of use (decision 0030): a round is closed in parts, and building them anew cost as much as they do.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    FromClause,
    Integer,
    Row,
    String,
    Table,
    bindparam,
    case,
    cast,
    func,
    literal,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from models import Work, leader, ledger_transfer, notice, order, refund, resident
from models.base import Instant
from models.joins import HEARS, HOST_OF, host, points_to
from models.prepared import Prepared
from operations import ledger

_WITH_PERSONS = order.join(resident, points_to(order.c.resident_id, resident)).outerjoin(host, HOST_OF)
_NET = order.c.total_fen - order.c.discount_fen


@dataclass(frozen=True, slots=True)
class Orders:
    """Those of a held round that are in one of these states, behind one 接龙 number and up to another."""

    row: Row[Any]
    states: tuple[str, ...]
    after_seq: int = 0
    until_seq: int | None = None

    @property
    def facts(self) -> dict[str, Any]:
        """Which ones, for a statement with `_picked`."""
        return {
            "b_leader_id": self.row.leader_id,
            "b_round_id": self.row.id,
            "b_after_seq": self.after_seq,
            "b_until_seq": self.row.last_seq if self.until_seq is None else self.until_seq,
        }


def _picked(states: tuple[str, ...]) -> tuple[ColumnElement[bool], ...]:
    return (
        order.c.leader_id == bindparam("b_leader_id"),
        order.c.round_id == bindparam("b_round_id"),
        order.c.seq > bindparam("b_after_seq"),
        order.c.seq <= bindparam("b_until_seq"),
        order.c.state.in_(states),
    )


def hold(work: Work, orders: Orders) -> tuple[int, int]:
    """Hold these orders, by id as everybody does; how many, and what they come to in fen."""
    count, fen = _holding(orders.states).rows(work, **orders.facts)[0]
    return int(count), int(fen)


@cache
def _holding(states: tuple[str, ...]) -> Prepared:
    def statement(mine: Any) -> Any:
        held = mine.subquery()
        return select(func.count(), func.coalesce(func.sum(held.c.fen), 0)).select_from(held)

    mine = select(order.c.id, _NET.label("fen")).where(*_picked(states))
    locking = mine.order_by(order.c.id).with_for_update(key_share=True)
    return Prepared({"sqlite": statement(mine), "postgresql": statement(locking)})


def set_state(work: Work, orders: Orders, state: str, *, at: Any) -> None:
    """All of them are in this state from this instant on."""
    _setting(orders.states).send(work, orders.facts | {"b_state": state, "b_at": at})


@cache
def _setting(states: tuple[str, ...]) -> Prepared:
    values = {"state": bindparam("b_state"), "changed_at": bindparam("b_at"), "version": order.c.version + 1}
    return Prepared(update(order).where(*_picked(states)).values(values))


def post_sales(work: Work, orders: Orders, count: int, *, is_back: bool) -> None:
    """A sale is booked once the round is closed (before, an order is a wish) and booked back when it reopens.

    What is to be paid moves between the resident and the sales, what the discount pays between promotion and sales.
    """
    row = orders.row
    facts = {
        "b_mark": f":{row.version if is_back else row.closed_version}",
        "b_at": work.now if is_back else row.closed_at,
    }
    for is_discount in (False, True):
        _write(work, _sales(orders.states, is_back, is_discount), orders, count, facts)


@cache
def _sales(states: tuple[str, ...], is_back: bool, is_discount: bool) -> Prepared:
    """This much of each order from the resident's book, or that of promotion, to the sales; or back."""
    here: tuple[ColumnElement[str], ColumnElement[int]] = (_word("resident"), order.c.resident_id)
    kind, amount = "reversal" if is_back else "sale", _NET
    if is_discount:
        here = (_word(ledger.PROMOTION[0]), literal(ledger.PROMOTION[1], BigInteger))
        kind, amount = "coupon", order.c.discount_fen + 0  # an expression like the other
    sales = (_word(ledger.SALES[0]), literal(ledger.SALES[1], BigInteger))
    source, target = (sales, here) if is_back else (here, sales)
    columns = {
        "kind": _word(kind),
        "reference": _word("back:" if is_back else "sale:") + _text(order.c.id) + bindparam("b_mark", type_=String()),
        "round_id": order.c.round_id,
        "order_id": order.c.id,
        "from_book": source[0],
        "from_party": source[1],
        "to_book": target[0],
        "to_party": target[1],
        "amount_fen": amount,
        "at": bindparam("b_at", type_=Instant()),
    }
    return _inserting(ledger_transfer, lambda _dialect: columns, (*_picked(states), amount > 0))


def owe_back(work: Work, orders: Orders, count: int, *, actor: str) -> None:
    """What was paid for these orders is to be given back."""
    _write(work, _refunds(orders.states), orders, count, {"b_actor": actor, "b_at": work.now})


@cache
def _refunds(states: tuple[str, ...]) -> Prepared:
    columns = {
        "order_id": order.c.id,
        "amount_fen": order.c.paid_fen - order.c.refunded_fen,
        "state": _word("created"),
        "request_key": _word("round_cancelled:") + _text(order.c.id),
        "actor": bindparam("b_actor", type_=String()),
        "at": bindparam("b_at", type_=Instant()),
    }
    return _inserting(refund, lambda _dialect: columns, (*_picked(states), order.c.paid_fen > order.c.refunded_fen))


def tell(work: Work, orders: Orders, count: int, *, kind: str, key: str, facts: Mapping[str, str | None]) -> None:
    """One notice per order, to its holder or the holder's host; the leader reads his own summary instead.

    As `notices.enqueue_many` would with the keys `<key>:<order id>`: what is there already stays.
    """
    said = {f"b_said_{name}": value for name, value in facts.items()}
    common = {"b_kind": kind, "b_key": f"{key}:", "b_title": orders.row.title, "b_at": work.now}
    _write(work, _notices(orders.states, tuple(facts)), orders, count, common | said)


@cache
def _notices(states: tuple[str, ...], said: tuple[str, ...]) -> Prepared:
    owner = select(leader.c.account_id).where(leader.c.id == bindparam("b_leader_id")).scalar_subquery()
    payload: dict[str, Any] = {
        "title": bindparam("b_title", type_=String()),
        "seq": order.c.seq,
        "total_fen": _NET,
        "paid_fen": order.c.paid_fen - order.c.refunded_fen,
        "claimed": case((order.c.pay_claimed_at.is_not(None), 1), else_=0),
        "guest": case((resident.c.host_resident_id.is_not(None), resident.c.display_name)),
        **{name: bindparam(f"b_said_{name}", type_=String()) for name in said},
    }
    parts = [part for name, value in payload.items() for part in (_word(name), value)]

    def columns(dialect: str) -> dict[str, Any]:
        return {
            "dedupe_key": bindparam("b_key", type_=String()) + _text(order.c.id),
            "account_id": HEARS,
            "kind": bindparam("b_kind", type_=String()),
            "payload": func.json_object(*parts) if dialect == "sqlite" else func.json_build_object(*parts),
            "round_id": order.c.round_id,
            "order_id": order.c.id,
            "next_at": bindparam("b_at", type_=Instant()),
            "created_at": bindparam("b_at", type_=Instant()),
        }

    told = (*_picked(states), HEARS.is_not(None), owner != HEARS)
    return _inserting(notice, columns, told, source=_WITH_PERSONS, unless_there=("leader_id", "dedupe_key"))


def _write(work: Work, statement: Prepared, orders: Orders, count: int, facts: dict[str, Any]) -> None:
    """A row for each of these orders, of which there are so many at most."""
    if count:
        statement.send(work, orders.facts | {"b_before_id": work.new_id.block(count) - 1} | facts)


def _inserting(
    table: Table,
    columns: Callable[[str], Mapping[str, ColumnElement[Any]]],
    conditions: tuple[ColumnElement[bool], ...],
    *,
    source: FromClause = order,
    unless_there: tuple[str, ...] = (),
) -> Prepared:
    """A row for each order, in the order of their ids, which two such writers share."""
    nth = cast(func.row_number().over(order_by=order.c.id), Integer)
    identity = {"leader_id": order.c.leader_id, "id": bindparam("b_before_id", type_=BigInteger()) + nth}
    found: dict[str, Any] = {}
    for dialect, insert in (("sqlite", sqlite.insert), ("postgresql", postgresql.insert)):
        values = identity | dict(columns(dialect))
        rows = select(*(value.label(name) for name, value in values.items())).select_from(source)
        rows = rows.where(*conditions).order_by(order.c.id)
        statement: Any = insert(table).from_select(list(values), rows, include_defaults=False)
        found[dialect] = statement.on_conflict_do_nothing(index_elements=unless_there) if unless_there else statement
    return Prepared(found)


def _word(text: str) -> ColumnElement[str]:
    return literal(text, String)


def _text(number: ColumnElement[int]) -> ColumnElement[str]:
    return cast(number, String)
