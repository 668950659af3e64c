"""Many cases at once: the goods of one item were bad, and every household that got them is to be served."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from models import Work
from models.outcomes import CaseView
from models.views import OrderView
from operations import aftersales
from operations.case_claims import Claim, claims_of
from operations.case_money import proposal_fen
from operations.order_views import of_round


@dataclass(frozen=True, slots=True)
class Affected:
    """One order with the item: how much of it may still be claimed, in thousandths, and what that comes to."""

    order: OrderView
    line_id: int
    due_milli: int
    left_milli: int

    def worth_fen(self, quantity_milli: int) -> int:
        """What a refund for so much would be, the coupon's share taken off."""
        return proposal_fen(self.order, {self.line_id: quantity_milli})


def affected(work: Work, *, leader_id: int, round_id: int, offer_id: int) -> list[Affected]:
    """Orders of a round that were to get this item, by 接龙 number; what earlier cases claimed is not counted again."""
    orders = [one for one in of_round(work, leader_id, round_id) if one.state in aftersales.DELIVERED]
    claimed = claims_of(work, leader_id=leader_id, order_ids=[one.id for one in orders])
    return [
        Affected(one, line.id, line.due_milli, max(0, line.due_milli - claimed.get(line.id, Claim()).milli))
        for one in orders
        for line in one.lines
        if line.offer_id == offer_id and line.due_milli
    ]


def open_many(
    work: Work,
    *,
    leader_id: int,
    offer_id: int,
    quantities: Mapping[int, int],
    reason: str,
    actor: str,
    source_key: str,
    decision: str = "",
    note: str | None = None,
) -> list[CaseView]:
    """Open a case for each order of `quantities` (thousandths by order id), all or none.

    `decision` settles each at once: "refund" as proposed, "replacement", or "" to decide one by one. The same
    `source_key` again opens and decides nothing twice. Raises as `aftersales.open_case` and `aftersales.decide` do.
    """
    opened = []
    for order_id in sorted(quantities):
        case = aftersales.open_case(
            work,
            leader_id=leader_id,
            order_id=order_id,
            lines={offer_id: quantities[order_id]},
            reason=reason,
            opened_by="leader",
            actor=actor,
            source_key=f"{source_key}:{order_id}",
            wish={"refund": "refund", "replacement": "replace"}.get(decision, "unsure"),
            note=note,
        )
        opened.append(_settled(work, case, decision, actor, source_key) if decision and case.is_open else case)
    return opened


def _settled(work: Work, case: CaseView, decision: str, actor: str, source_key: str) -> CaseView:
    return aftersales.decide(
        work,
        leader_id=case.leader_id,
        case_number=case.number,
        decision="refund" if decision == "refund" else "replacement",
        actor=actor,
        source_key=source_key,
    )
