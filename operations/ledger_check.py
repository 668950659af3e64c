"""Do order totals, payments, refunds, settlements and the books agree? For all leaders, in a handful of statements.

Each rule compares what a row says with what the transfers of `ledger_transfer` add up to; what differs is returned,
never repaired: a difference is a defect to be found, and the books are not edited.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Subquery, Table, and_, case, func, literal, or_, select

from models import (
    Work,
    leader,
    ledger_transfer,
    order,
    payment,
    profit_share,
    refund,
    round_,
    settlement,
    settlement_line,
    settlement_order,
    share_return,
)
from models.joins import points_to
from operations.job_runs import once
from operations.quiet_hours import SHANGHAI

SOLD = ("closed", "arrived", "completed", "settled")  # states of a round whose orders are booked as sales
NIGHTLY = "check_books"
_FROM_HOUR, _UNTIL_HOUR = 3, 6
_MOST = 1000  # differences of one rule that are told


@dataclass(frozen=True, slots=True)
class Difference:
    """What should be `expected_fen` by the rows is `found_fen` in the books. `entity_id` is an order or settlement."""

    rule: str
    leader_id: int
    entity_id: int
    expected_fen: int
    found_fen: int

    def sums(self) -> dict[str, int]:
        """For a log."""
        return {"rows_fen": self.expected_fen, "books_fen": self.found_fen}

    def __str__(self) -> str:
        return (
            f"{self.rule}: leader {self.leader_id}, {self.entity_id}: {self.found_fen}, should be {self.expected_fen}"
        )


def check(work: Work) -> list[Difference]:
    """Everything that does not agree; an empty list is what one wants."""
    return [Difference(rule.__name__, *map(int, row)) for rule in RULES for row in rule(work)]


def check_tonight(work: Work) -> list[Difference] | None:
    """For the scheduler: `check` once a night between three and six, Shanghai time; None when it is not due."""
    local = work.now.astimezone(SHANGHAI)
    if not _FROM_HOUR <= local.hour < _UNTIL_HOUR or not once(work, job=NIGHTLY, slot=local.date().isoformat()):
        return None
    return check(work)


def orders_are_sold_for_what_they_come_to(work: Work) -> Iterator[Sequence[Any]]:
    """What was sold and not taken back is the order's worth, once the close has booked it; before, nothing is."""
    net = _net("sales", ledger_transfer.c.kind.in_(("sale", "sale_change", "reversal")))
    worth = case((_is_sold(), order.c.total_fen - order.c.discount_fen), else_=0)
    return _compare(work, worth, net)


def discounts_are_what_promotion_gave(work: Work) -> Iterator[Sequence[Any]]:
    """A coupon is paid by the book `promotion`: what it gave for an order is the order's discount."""
    given = _net("sales", ledger_transfer.c.kind == "coupon")
    return _compare(work, case((_is_sold(), order.c.discount_fen), else_=0), given)


def payments_are_in_the_books(work: Work) -> Iterator[Sequence[Any]]:
    """What an order says was paid is what came from outside, less what was entered by mistake."""
    came = _net("cash", ledger_transfer.c.kind.in_(("payment", "reversal")), sign=-1)
    return _compare(work, order.c.paid_fen, came)


def payments_have_their_rows(work: Work) -> Iterator[Sequence[Any]]:
    """… and the sum of its confirmed payments."""
    return _compare(work, order.c.paid_fen, _sum_of(payment, "confirmed"))


def refunds_are_in_the_books(work: Work) -> Iterator[Sequence[Any]]:
    """What an order says went back is what went out, never more than came in."""
    gone = _net("cash", ledger_transfer.c.kind == "refund")
    return _compare(work, order.c.refunded_fen, gone)


def refunds_have_their_rows(work: Work) -> Iterator[Sequence[Any]]:
    """… and the sum of its finished refunds."""
    return _compare(work, order.c.refunded_fen, _sum_of(refund, "done"))


def residents_owe_what_their_orders_say(work: Work) -> Iterator[Sequence[Any]]:
    """The resident's book, order by order: what was paid and not given back, less what was sold."""
    worth = case((_is_sold(), order.c.total_fen - order.c.discount_fen), else_=0)
    return _compare(work, order.c.paid_fen - order.c.refunded_fen - worth, _net("resident"))


def settlements_have_their_lines(work: Work) -> Iterator[Sequence[Any]]:
    """The net of a settlement, its corrections with it, is that of the order lines behind it."""
    line = settlement_line.c
    behind = _behind(settlement_line, line.gross_fen - line.discount_fen - line.refund_fen)
    return _settled(work, settlement.c.net_fen + settlement.c.correction_net_fen, behind)


def leaders_parts_have_their_rows(work: Work) -> Iterator[Sequence[Any]]:
    """The leader's part, corrections with it, is that of the lines and of the orders' fees behind it."""
    parts = settlement.c.commission_fen + settlement.c.correction_fen + settlement.c.fee_fen
    behind = _behind(settlement_line, settlement_line.c.commission_fen)
    return _settled(work, parts, behind, _behind(settlement_order, settlement_order.c.fee_fen))


def collected_has_its_orders(work: Work) -> Iterator[Sequence[Any]]:
    """What a settlement says the leader holds is what she collected order by order."""
    return _settled(work, settlement.c.collected_fen, _behind(settlement_order, settlement_order.c.collected_fen))


def returns_are_made_good_once(work: Work) -> Iterator[Sequence[Any]]:
    """What a settlement makes good is what came back of shares and names it."""
    behind = _behind(share_return, share_return.c.amount_fen, share_return.c.made_good_in)
    return _settled(work, settlement.c.returned_fen, behind)


def leaders_have_what_was_settled(work: Work) -> Iterator[Sequence[Any]]:
    """A leader's book: her parts of settlements that stand, less what was paid out or shared; what came back of shares
    is hers again until a settlement that was paid has made it good.
    """
    part = settlement.c.commission_fen + settlement.c.correction_fen + settlement.c.fee_fen - settlement.c.shared_fen
    is_paid = settlement.c.state == "paid"
    owed = (
        select(settlement.c.leader_id, func.sum(case((is_paid, -settlement.c.returned_fen), else_=part)).label("fen"))
        .where(settlement.c.state != "void")
        .group_by(settlement.c.leader_id)
        .subquery()
    )
    back = (
        select(share_return.c.leader_id, func.sum(share_return.c.amount_fen).label("fen"))
        .where(share_return.c.state == "done")
        .group_by(share_return.c.leader_id)
        .subquery()
    )
    book = _whole("leader")
    expected, found = func.coalesce(owed.c.fen, 0) + func.coalesce(back.c.fen, 0), func.coalesce(book.c.fen, 0)
    rows = work.db.execute(
        select(leader.c.id, leader.c.id, expected, found)
        .outerjoin(owed, owed.c.leader_id == leader.c.id)
        .outerjoin(back, back.c.leader_id == leader.c.id)
        .outerjoin(book, book.c.leader_id == leader.c.id)
        .where(expected != found)
    )
    return iter([tuple(row) for row in rows])


def settlements_know_their_shares(work: Work) -> Iterator[Sequence[Any]]:
    """What a settlement says was paid by 分账 is the sum of its shares that arrived."""
    part = case((profit_share.c.state == "done", profit_share.c.amount_fen), else_=0)
    return _settled(work, settlement.c.shared_fen, _behind(profit_share, part))


RULES: tuple[Callable[[Work], Iterator[Sequence[Any]]], ...] = (
    orders_are_sold_for_what_they_come_to,
    discounts_are_what_promotion_gave,
    payments_are_in_the_books,
    payments_have_their_rows,
    refunds_are_in_the_books,
    refunds_have_their_rows,
    residents_owe_what_their_orders_say,
    settlements_have_their_lines,
    leaders_parts_have_their_rows,
    collected_has_its_orders,
    returns_are_made_good_once,
    leaders_have_what_was_settled,
    settlements_know_their_shares,
)


def _is_sold() -> ColumnElement[bool]:
    is_booked = or_(round_.c.booked_seq.is_(None), order.c.seq <= round_.c.booked_seq)
    return and_(round_.c.state.in_(SOLD), is_booked, order.c.state != "cancelled")


def _net(book: str, only: ColumnElement[bool] | None = None, *, sign: int = 1) -> Subquery:
    """Per order, what came into a book less what went out; what belongs to no order is left out."""
    statement = select(
        ledger_transfer.c.leader_id, ledger_transfer.c.order_id, (sign * func.sum(_moved(book))).label("fen")
    ).where(_touches(book), ledger_transfer.c.order_id.is_not(None))
    if only is not None:
        statement = statement.where(only)
    return statement.group_by(ledger_transfer.c.leader_id, ledger_transfer.c.order_id).subquery()


def _whole(book: str) -> Subquery:
    """Per leader, what came into a book less what went out."""
    statement = select(ledger_transfer.c.leader_id, func.sum(_moved(book)).label("fen")).where(_touches(book))
    return statement.group_by(ledger_transfer.c.leader_id).subquery()


def _moved(book: str) -> ColumnElement[Any]:
    return case((ledger_transfer.c.to_book == book, ledger_transfer.c.amount_fen), else_=-ledger_transfer.c.amount_fen)


def _touches(book: str) -> ColumnElement[bool]:
    return or_(ledger_transfer.c.to_book == book, ledger_transfer.c.from_book == book)


def _sum_of(table: Any, state: str) -> Subquery:
    return (
        select(table.c.leader_id, table.c.order_id, func.sum(table.c.amount_fen).label("fen"))
        .where(table.c.state == state)
        .group_by(table.c.leader_id, table.c.order_id)
        .subquery()
    )


def _behind(table: Table, fen: ColumnElement[Any], of: ColumnElement[Any] | None = None) -> Subquery:
    """Per settlement (`of` says which), the sum of the rows behind it."""
    which = table.c.settlement_id if of is None else of
    total = select(table.c.leader_id, which.label("settlement_id"), func.sum(fen).label("fen"))
    return total.where(which.is_not(None)).group_by(table.c.leader_id, which).subquery()


def _settled(work: Work, expected: ColumnElement[Any], *behind: Subquery) -> Iterator[Sequence[Any]]:
    """(leader, settlement, expected, found) of every settlement that stands where the two differ."""
    found: ColumnElement[Any] = sum((func.coalesce(one.c.fen, 0) for one in behind), start=literal(0))
    statement = select(settlement.c.leader_id, settlement.c.id, expected, found)
    for one in behind:
        its = and_(one.c.leader_id == settlement.c.leader_id, one.c.settlement_id == settlement.c.id)
        statement = statement.outerjoin(one, its)
    rows = work.db.execute(statement.where(settlement.c.state != "void", expected != found).limit(_MOST))
    return iter([tuple(row) for row in rows])


def _compare(work: Work, expected: ColumnElement[Any], found: Subquery) -> Iterator[Sequence[Any]]:
    """(leader, order, expected, found) of every order where the two differ."""
    fen = func.coalesce(found.c.fen, 0)
    rows = work.db.execute(
        select(order.c.leader_id, order.c.id, expected.label("expected"), fen.label("found"))
        .join(round_, points_to(order.c.round_id, round_))
        .outerjoin(found, and_(found.c.leader_id == order.c.leader_id, found.c.order_id == order.c.id))
        .where(expected != fen)
        .order_by(order.c.leader_id, order.c.id)
        .limit(_MOST)
    )
    return iter([tuple(row) for row in rows])
