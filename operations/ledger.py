"""The books. One row moves money from one book to another, so no row can be unbalanced; rows are never edited.

A book's balance is what came in less what went out:

    sale         resident -> sales      the round closed: the resident owes the order
    sale_change  either way             what is owed changed before the goods were handed out (goods were short)
    coupon       promotion -> sales     the part of an order's worth that a discount pays
    payment      cash -> resident       money came in from outside: the debt is less
    refund       resident -> cash       money went out again
    settle       sales -> leader, supplier, platform, promotion    the round's net is divided, its discounts are covered
    payout       leader -> cash         the leader has her part, by hand or by 分账
    reversal     sales -> resident      a sale taken back (after-sales, a reopened round); resident -> cash: a payment
                                        that was entered by mistake; cash -> leader: a part that 分账 gave comes back

So `resident` at 0 is settled, below 0 owes, above 0 is owed; `cash` below 0 is what was collected: party 0 from hand
to hand, party 1 by WeChat Pay.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, func, select

from models import Work, ledger_transfer
from operations.upserts import upsert

Book = tuple[str, int]  # name and party; party 0 where there is only one

CASH: Book = ("cash", 0)
ONLINE: Book = ("cash", 1)  # the merchant account of WeChat Pay
SALES: Book = ("sales", 0)
PROMOTION: Book = ("promotion", 0)
LEADER: Book = ("leader", 0)
SUPPLIER: Book = ("supplier", 0)
PLATFORM: Book = ("platform", 0)


def of(resident_id: int) -> Book:
    """The book of one resident."""
    return ("resident", resident_id)


@dataclass(frozen=True, slots=True)
class Transfer:
    """`amount_fen` from `source` to `target`; a negative amount goes the other way, zero is nothing."""

    kind: str
    reference: str
    source: Book
    target: Book
    amount_fen: int
    round_id: int | None = None
    order_id: int | None = None


def discount(reference: str, amount_fen: int, round_id: int, order_id: int) -> Transfer:
    """A sold order's discount grew by this much (negative: shrank)."""
    return Transfer("coupon", reference, PROMOTION, SALES, amount_fen, round_id, order_id)


def post(
    work: Work,
    *,
    leader_id: int,
    kind: str,
    reference: str,
    source: Book,
    target: Book,
    amount_fen: int,
    round_id: int | None = None,
    order_id: int | None = None,
) -> None:
    """Write one transfer (see Transfer). (kind, reference) is posted once per leader, a repeat is nothing."""
    one = Transfer(kind, reference, source, target, amount_fen, round_id, order_id)
    post_many(work, leader_id=leader_id, transfers=[one])


def post_many(work: Work, *, leader_id: int, transfers: Iterable[Transfer]) -> None:
    """Write many transfers in one statement."""
    rows = [_row(work, leader_id, one) for one in transfers if one.amount_fen]
    if rows:
        statement = upsert(work, ledger_transfer)
        work.db.execute(statement.on_conflict_do_nothing(index_elements=["leader_id", "kind", "reference"]), rows)


def _row(work: Work, leader_id: int, one: Transfer) -> dict[str, Any]:
    source, target = (one.source, one.target) if one.amount_fen > 0 else (one.target, one.source)
    return {
        "leader_id": leader_id,
        "id": work.new_id(),
        "kind": one.kind,
        "reference": one.reference,
        "round_id": one.round_id,
        "order_id": one.order_id,
        "from_book": source[0],
        "from_party": source[1],
        "to_book": target[0],
        "to_party": target[1],
        "amount_fen": abs(one.amount_fen),
        "at": work.now,
    }


def of_reference(work: Work, *, leader_id: int, kind: str, prefix: str) -> Sequence[Row[Any]]:
    """Transfers of one kind whose reference begins so, oldest first."""
    mine = (ledger_transfer.c.leader_id == leader_id, ledger_transfer.c.kind == kind)
    found = select(ledger_transfer).where(*mine, ledger_transfer.c.reference.startswith(prefix, autoescape=True))
    return work.db.execute(found.order_by(ledger_transfer.c.id)).all()


def balance(work: Work, *, leader_id: int, book: Book, order_id: int | None = None, round_id: int | None = None) -> int:
    """What came into a book less what went out, in fen; of one order or round only when it is named."""
    mine = [ledger_transfer.c.leader_id == leader_id]
    if round_id is not None:
        mine.append(ledger_transfer.c.round_id == round_id)
    if order_id is not None:
        mine.append(ledger_transfer.c.order_id == order_id)
    amount = func.coalesce(func.sum(ledger_transfer.c.amount_fen), 0)
    came = (ledger_transfer.c.to_book == book[0], ledger_transfer.c.to_party == book[1])
    went = (ledger_transfer.c.from_book == book[0], ledger_transfer.c.from_party == book[1])
    into = work.db.execute(select(amount).where(*mine, *came)).scalar_one()
    out_of = work.db.execute(select(amount).where(*mine, *went)).scalar_one()
    return int(into) - int(out_of)
