"""What happens to all orders of a round at once: rows that the database itself writes, one for each order.

Each function takes `orders`, the conditions that pick them, and must be called while the round is held.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    FromClause,
    Integer,
    Row,
    Select,
    String,
    and_,
    case,
    cast,
    func,
    literal,
    select,
)

from models import Work, leader, ledger_transfer, notice, order, refund, resident
from models.base import Instant
from operations import ledger
from operations.upserts import upsert

_host = resident.alias("host")
_WITH_PERSONS = order.join(
    resident, and_(resident.c.leader_id == order.c.leader_id, resident.c.id == order.c.resident_id)
).outerjoin(_host, and_(_host.c.leader_id == resident.c.leader_id, _host.c.id == resident.c.host_resident_id))
Conditions = Sequence[ColumnElement[bool]]


def in_state(row: Row[Any], states: Sequence[str]) -> Conditions:
    """The orders of this round in one of these states."""
    return (order.c.leader_id == row.leader_id, order.c.round_id == row.id, order.c.state.in_(states))


def hold(work: Work, orders: Conditions) -> tuple[int, int]:
    """Hold these orders, by id as everybody does; how many, and what they come to in fen."""
    mine = select(order.c.id, (order.c.total_fen - order.c.discount_fen).label("fen")).where(*orders)
    if work.db.dialect.name != "sqlite":
        mine = mine.order_by(order.c.id).with_for_update(key_share=True)
    held = mine.subquery()
    count, fen = work.db.execute(select(func.count(), func.coalesce(func.sum(held.c.fen), 0)).select_from(held)).one()
    return int(count), int(fen)


def post_sales(work: Work, row: Row[Any], orders: Conditions, count: int, *, is_back: bool) -> None:
    """A sale is booked when the round closes (before, an order is a wish) and booked back when it reopens.

    What is to be paid moves between the resident and the sales, what the discount pays between promotion and sales.
    """
    kind = "reversal" if is_back else "sale"
    _move(work, row, orders, count, kind, "resident", order.c.total_fen - order.c.discount_fen, is_back=is_back)
    _move(work, row, orders, count, "coupon", "promotion", order.c.discount_fen, is_back=is_back)


def _move(
    work: Work,
    row: Row[Any],
    orders: Conditions,
    count: int,
    kind: str,
    book: str,
    amount: ColumnElement[int],
    *,
    is_back: bool,
) -> None:
    """This much of each order from this book to the sales, or back."""
    here = (_word(book), order.c.resident_id if book == "resident" else literal(0, BigInteger))
    sales = (_word(ledger.SALES[0]), literal(ledger.SALES[1], BigInteger))
    source, target = (sales, here) if is_back else (here, sales)
    _write(
        work,
        ledger_transfer,
        {
            "kind": _word(kind),
            "reference": _word("back:" if is_back else "sale:") + _text(order.c.id) + _word(f":{row.version}"),
            "round_id": order.c.round_id,
            "order_id": order.c.id,
            "from_book": source[0],
            "from_party": source[1],
            "to_book": target[0],
            "to_party": target[1],
            "amount_fen": amount,
            "at": literal(work.now, Instant),
        },
        [*orders, amount > 0],
        count,
    )


def owe_back(work: Work, orders: Conditions, count: int, *, actor: str) -> None:
    """What was paid for these orders is to be given back."""
    _write(
        work,
        refund,
        {
            "order_id": order.c.id,
            "amount_fen": order.c.paid_fen - order.c.refunded_fen,
            "state": _word("created"),
            "request_key": _word("round_cancelled:") + _text(order.c.id),
            "actor": _word(actor),
            "at": literal(work.now, Instant),
        },
        [*orders, order.c.paid_fen > order.c.refunded_fen],
        count,
    )


def tell(
    work: Work, row: Row[Any], orders: Conditions, count: int, *, kind: str, key: str, facts: Mapping[str, str | None]
) -> None:
    """One notice per order, to its holder or the holder's host; the leader reads his own summary instead.

    As `notices.enqueue_many` would with the keys `<key>:<order id>`: what is there already stays.
    """
    account_id = func.coalesce(resident.c.account_id, _host.c.account_id)
    owner = select(leader.c.account_id).where(leader.c.id == row.leader_id).scalar_subquery()
    payload: dict[str, Any] = {
        "title": _word(row.title),
        "seq": order.c.seq,
        "total_fen": order.c.total_fen - order.c.discount_fen,
        "paid_fen": order.c.paid_fen - order.c.refunded_fen,
        "guest": case((resident.c.host_resident_id.is_not(None), resident.c.display_name)),
        **{name: literal(value, String) for name, value in facts.items()},
    }
    build = func.json_object if work.db.dialect.name == "sqlite" else func.json_build_object
    _write(
        work,
        notice,
        {
            "dedupe_key": _word(f"{key}:") + _text(order.c.id),
            "account_id": account_id,
            "kind": _word(kind),
            "payload": build(*(part for name, value in payload.items() for part in (_word(name), value))),
            "round_id": order.c.round_id,
            "order_id": order.c.id,
            "next_at": literal(work.now, Instant),
            "created_at": literal(work.now, Instant),
        },
        [*orders, account_id.is_not(None), account_id != owner],
        count,
        source=_WITH_PERSONS,
        unless_there=("leader_id", "dedupe_key"),
    )


def _write(
    work: Work,
    table: Any,
    columns: Mapping[str, ColumnElement[Any]],
    orders: Conditions,
    count: int,
    *,
    source: FromClause = order,
    unless_there: Sequence[str] | None = None,
) -> None:
    """A row for each of these orders, in the order of their ids, which two such writers share."""
    if not count:
        return
    nth = cast(func.row_number().over(order_by=order.c.id), Integer)
    values = {"leader_id": order.c.leader_id, "id": literal(work.new_id.block(count) - 1, BigInteger) + nth, **columns}
    rows: Select[Any] = select(*(value.label(name) for name, value in values.items())).select_from(source)
    rows = rows.where(*orders).order_by(order.c.id)
    statement = upsert(work, table).from_select(list(values), rows, include_defaults=False)
    if unless_there:
        statement = statement.on_conflict_do_nothing(index_elements=unless_there)
    work.db.execute(statement)


def _word(text: str) -> ColumnElement[str]:
    return literal(text, String)


def _text(number: ColumnElement[int]) -> ColumnElement[str]:
    return cast(number, String)
