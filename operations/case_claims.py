"""How much of an order's lines after-sales cases have claimed, and what that holds back at pickup."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, select

from models import Work, after_sales_case, case_line
from models.joins import points_to
from models.prepared import Prepared
from models.views import LineView

OPEN = ("open", "escalated")


@dataclass(frozen=True, slots=True)
class Claim:
    """What cases claim of one line, in thousandths of its unit; rejected and cancelled cases claim nothing."""

    open_milli: int = 0
    decided_milli: int = 0
    open_cases: tuple[int, ...] = ()  # numbers
    cases: tuple[int, ...] = ()

    @property
    def milli(self) -> int:
        return self.open_milli + self.decided_milli

    def held_milli(self, line: LineView) -> int:
        """How much of what is left of the line an open case holds.

        A claim is about goods that were handed out, as long as there are enough of them; the rest is held.
        """
        return self.held_of(picked_milli=line.picked_milli, left_milli=line.left_milli)

    def held_of(self, *, picked_milli: int, left_milli: int) -> int:
        """The same for a line of which so much was handed out and so much is left."""
        picked = max(0, picked_milli - self.decided_milli)
        return min(max(0, self.open_milli - picked), max(0, left_milli))


def not_picked(claimed_milli: int, *, earlier_milli: int, line: LineView) -> int:
    """How much of a claim is about goods that are still here, when earlier claims took the first ones handed out."""
    picked = max(0, line.picked_milli - earlier_milli)
    return min(max(0, claimed_milli - picked), max(0, line.left_milli))


_CLAIMED = (
    select(case_line.c.order_line_id, case_line.c.quantity_milli, after_sales_case.c.state, after_sales_case.c.number)
    .join(after_sales_case, points_to(case_line.c.case_id, after_sales_case))
    .where(case_line.c.leader_id == bindparam("leader_id"), after_sales_case.c.state.not_in(("rejected", "cancelled")))
    .order_by(after_sales_case.c.number)
)
_OF_ONE = Prepared(_CLAIMED.where(after_sales_case.c.order_id == bindparam("order_id")))
_OF_SEVERAL = _CLAIMED.where(after_sales_case.c.order_id.in_(bindparam("order_ids", expanding=True)))


def claims_ahead(work: Work, *, leader_id: int, order_id: int) -> None:
    """`claims` will be asked for this order."""
    _OF_ONE.ahead(work, leader_id=leader_id, order_id=order_id)


def claims(work: Work, *, leader_id: int, order_id: int) -> dict[int, Claim]:
    """By order line id; lines nobody claimed are left out."""
    return _added_up(_OF_ONE.rows(work, leader_id=leader_id, order_id=order_id))


def claims_of(work: Work, *, leader_id: int, order_ids: Sequence[int]) -> dict[int, Claim]:
    """Of several orders, by order line id."""
    return _added_up(work.db.execute(_OF_SEVERAL, {"leader_id": leader_id, "order_ids": list(order_ids)}))


def _added_up(rows: Iterable[Any]) -> dict[int, Claim]:
    found: dict[int, Claim] = defaultdict(Claim)
    for row in rows:
        before, is_open = found[row.order_line_id], row.state in OPEN
        found[row.order_line_id] = Claim(
            open_milli=before.open_milli + (row.quantity_milli if is_open else 0),
            decided_milli=before.decided_milli + (0 if is_open else row.quantity_milli),
            open_cases=(*before.open_cases, row.number) if is_open else before.open_cases,
            cases=(*before.cases, row.number),
        )
    return dict(found)
