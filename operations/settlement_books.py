"""A settlement's transfers: sales are divided among leader, supplier and platform, and discounts are covered."""

from __future__ import annotations

from collections.abc import Sequence

from models import Work
from operations import ledger
from operations.settlement_sums import Reckoned
from operations.splitting import Parts


def post(work: Work, leader_id: int, settlement_id: int, round_id: int, parts: Parts, fee_fen: int) -> None:
    """Fees and transport are the leader's, who has the goods brought; what nobody paid of them stays in `sales`."""
    targets = [
        (ledger.LEADER, parts.leader_fen + fee_fen),
        (ledger.SUPPLIER, parts.supplier_fen),
        (ledger.PLATFORM, parts.platform_fen),
    ]
    _post_parts(work, leader_id, f"settle:{settlement_id}", round_id, targets)


def post_corrections(work: Work, leader_id: int, settlement_id: int, found: Reckoned) -> None:
    """What later refunds and payments change, round by round."""
    for round_id in sorted({of_round for of_round, _ in (*found.line_fixes, *found.order_fixes)}):
        lines = [line for of_round, line in found.line_fixes if of_round == round_id]
        fee_fen = sum(one.fee_fen for of_round, one in found.order_fixes if of_round == round_id)
        ours, theirs = sum(line.commission_fen for line in lines), sum(line.supplier_fen for line in lines)
        targets = [
            (ledger.LEADER, ours + fee_fen),
            (ledger.SUPPLIER, theirs),
            (ledger.PLATFORM, sum(line.net_fen for line in lines) - ours - theirs),
        ]
        _post_parts(work, leader_id, f"settle:{settlement_id}:{round_id}", round_id, targets)


def _post_parts(
    work: Work, leader_id: int, reference: str, round_id: int, targets: Sequence[tuple[ledger.Book, int]]
) -> None:
    """What coupons gave in the round is paid out of its sales too: the net that is divided is without them."""
    given = -ledger.balance(work, leader_id=leader_id, book=ledger.PROMOTION, round_id=round_id)
    ledger.post_many(
        work,
        leader_id=leader_id,
        transfers=[
            ledger.Transfer("settle", f"{reference}:{book[0]}", ledger.SALES, book, fen, round_id)
            for book, fen in (*targets, (ledger.PROMOTION, given))
        ],
    )


def reverse(work: Work, leader_id: int, settlement_id: int) -> None:
    """Every transfer of the settlement once more, the other way."""
    posted = ledger.of_reference(work, leader_id=leader_id, kind="settle", prefix=f"settle:{settlement_id}:")
    ledger.post_many(
        work,
        leader_id=leader_id,
        transfers=[
            ledger.Transfer(
                "reversal", f"void:{row.reference}", (row.to_book, row.to_party), (row.from_book, row.from_party),
                row.amount_fen, row.round_id,
            )
            for row in posted
        ],
    )  # fmt: skip
