"""What must be true of one leader's money after every step, asked of the rows and not of the operations."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, Table, and_, select

from models import (
    Work,
    coupon,
    coupon_use,
    ledger_transfer,
    order,
    pay_order,
    profit_share,
    round_,
    settlement,
    share_return,
)
from operations import order_views
from operations.ledger_check import SOLD
from operations.listings.orders import PAY_STATE
from operations.profit_sharing import MOST_BPS

Rows = Sequence[Row[Any]]


def check(work: Work, leader_id: int) -> None:
    """Fails where the sums of residents, coupons or the leader do not add up."""
    its_round = and_(round_.c.leader_id == order.c.leader_id, round_.c.id == order.c.round_id)
    orders = work.db.execute(
        select(order, round_.c.state.label("round_state")).join(round_, its_round).where(order.c.leader_id == leader_id)
    ).all()
    transfers = _rows(work, ledger_transfer, leader_id)
    assert all(row.refunded_fen <= row.paid_fen for row in orders)
    _statements(orders, transfers)
    _coupons(work, leader_id)
    if settlements := _rows(work, settlement, leader_id):
        _shares(work, leader_id, settlements, _balance(transfers, "leader", 0))


def lists_say_what_orders_say(work: Work, leader_id: int) -> None:
    """How an order is paid is one rule, once in Python and once in SQL."""
    listed = select(order.c.id, PAY_STATE.label("pay_state")).where(order.c.leader_id == leader_id)
    said = {row.id: row.pay_state for row in work.db.execute(listed)}
    views = order_views.of_ids(work, leader_id, sorted(said))
    assert {one.id: one.pay_state for one in views} == said


def paid_out_of_what_came(work: Work, leader_id: int) -> None:
    """Just after a settlement: all her parts together are no more than what residents paid and did not get back."""
    live = [row for row in _rows(work, settlement, leader_id) if row.state != "void"]
    rounds = {row.round_id for row in live}
    hers = sum(row.commission_fen + row.correction_fen + row.fee_fen for row in live)
    came = sum(
        max(0, min(row.total_fen - row.discount_fen, row.paid_fen - row.refunded_fen))
        for row in _rows(work, order, leader_id)
        if row.round_id in rounds and row.state != "cancelled"
    )
    assert 0 <= hers <= came


def _statements(orders: Rows, transfers: Rows) -> None:
    """All a resident paid, less what came back, less what he bought, is what his book says."""
    said: dict[int, int] = defaultdict(int)
    for row in orders:
        is_sold = row.round_state in SOLD and row.state != "cancelled"
        worth = row.total_fen - row.discount_fen if is_sold else 0
        said[row.resident_id] += row.paid_fen - row.refunded_fen - worth
    for resident_id, fen in said.items():
        assert _balance(transfers, "resident", resident_id) == fen


def _coupons(work: Work, leader_id: int) -> None:
    """A coupon is used as often as orders have it, and takes off them what they say; a cancelled one has none."""
    uses = work.db.execute(
        select(coupon_use.c.coupon_id, coupon_use.c.amount_fen, order.c.discount_fen, order.c.state)
        .join(order, and_(order.c.leader_id == coupon_use.c.leader_id, order.c.id == coupon_use.c.order_id))
        .where(coupon_use.c.leader_id == leader_id, coupon_use.c.released_at.is_(None))
    ).all()
    used = Counter(use.coupon_id for use in uses)
    for row in _rows(work, coupon, leader_id):
        assert row.used == used[row.id]
    for use in uses:
        assert (use.amount_fen, use.state != "cancelled") == (use.discount_fen, True)


def _shares(work: Work, leader_id: int, settlements: Rows, balance: int) -> None:
    """Of no payment more is out than WeChat Pay allows, and what is due to the leader is never paid twice."""
    its_payment = and_(pay_order.c.leader_id == profit_share.c.leader_id, pay_order.c.id == profit_share.c.pay_order_id)
    for row in work.db.execute(
        select(profit_share.c.amount_fen, pay_order.c.amount_fen.label("paid_fen"))
        .join(pay_order, its_payment)
        .where(profit_share.c.leader_id == leader_id)
    ):
        assert row.amount_fen * 10_000 <= row.paid_fen * MOST_BPS
    live = [row for row in settlements if row.state != "void"]
    hers = sum(row.commission_fen + row.correction_fen + row.fee_fen for row in live)
    shared = sum(row.shared_fen for row in settlements)
    back = sum(row.amount_fen for row in _rows(work, share_return, leader_id) if row.state == "done")
    by_hand = sum(
        row.commission_fen + row.correction_fen + row.fee_fen + row.returned_fen - row.shared_fen
        for row in live
        if row.state == "paid"
    )
    assert balance == hers - shared + back - by_hand


def _balance(transfers: Rows, book: str, party: int) -> int:
    into = sum(row.amount_fen for row in transfers if (row.to_book, row.to_party) == (book, party))
    out = sum(row.amount_fen for row in transfers if (row.from_book, row.from_party) == (book, party))
    return int(into - out)


def _rows(work: Work, table: Table, leader_id: int) -> Rows:
    return work.db.execute(select(table).where(table.c.leader_id == leader_id)).all()
