"""What a round charges on top of its goods: a fee for the order, one for each unit, and its share of the transport.

A leader sets her terms once; each round keeps the copy it was opened with. The order's fees follow its lines until the
close; the transport is shared when it is known who shares it, at the close. All of it is in `orders.total_fen`, so that
whatever asks what an order is worth or owes need not know of fees. Fees are the leader's in the settlement. Goods that
were short are not charged for; who gets nothing at all pays no fee.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, bindparam, exists, select, update

from models import Work, leader, order, round_
from models.views import NO_FEES, FeeTerms, LineView
from operations import fees
from operations.allocation import spread
from operations.audit import record
from operations.errors import BadAmount, NotFound
from operations.offers import lock_round, require_state

MOST_FEN = 100_000  # beyond it somebody typed a phone number
_OF_LEADER = ("order_fee_fen", "fee_free_from_fen", "unit_fee_fen", "min_order_fen")


def of_order(terms: FeeTerms, lines: Sequence[LineView]) -> int:
    """The fees of an order of these lines, without transport."""
    return of_goods(terms, [(line.line_fen, line.quantity_milli) for line in lines])


def of_goods(terms: FeeTerms, goods: Sequence[tuple[int, int]]) -> int:
    """The same for (what a line costs in fen, its thousandths), ordered or only thought of."""
    if terms is NO_FEES or not goods:
        return 0
    worth = sum(fen for fen, _ in goods)
    once = fees.below_or_from(worth, terms.fee_free_from_fen, terms.order_fee_fen, 0)
    return once + sum(fees.per_unit(terms.unit_fee_fen, milli) for _, milli in goods)


def after_shortage(head: Row[Any], goods_fen: int, missing_milli: Sequence[int]) -> int:
    """The fees of an order of whose lines so much does not come: missing units cost nothing, no goods no fee.

    `head` has its fee and its round's fee for a unit.
    """
    if not goods_fen:
        return 0
    less = sum(fees.per_unit(head.unit_fee_fen, milli) for milli in missing_milli)
    return max(0, int(head.fee_fen) - less)


def share_transport(work: Work, row: Row[Any], states: Sequence[str]) -> None:
    """The round is being closed, its orders are held: its transport is divided among them evenly, to the fen."""
    mine = (*_of(row), order.c.state.in_(states), order.c.total_fen > 0)
    ids = work.db.execute(select(order.c.id).where(*mine).order_by(order.c.seq)).scalars().all()
    parts = spread(row.transport_fen, [1] * len(ids))
    if ids:
        work.db.execute(
            update(order)
            .where(order.c.leader_id == row.leader_id, order.c.id == bindparam("of_order"))
            .values(transport_fen=bindparam("part"), total_fen=order.c.total_fen + bindparam("part")),
            [{"of_order": order_id, "part": part} for order_id, part in zip(ids, parts, strict=True)],
        )


def take_transport_back(work: Work, row: Row[Any]) -> None:
    """The round is open again: who shares the transport is not known any more."""
    less = {"total_fen": order.c.total_fen - order.c.transport_fen, "transport_fen": 0}
    work.db.execute(update(order).where(*_of(row), order.c.transport_fen > 0).values(**less))


def of_leader(work: Work, leader_id: int) -> FeeTerms:
    """Her terms for new rounds. Raises NotFound."""
    row = work.db.execute(select(*(leader.c[name] for name in _OF_LEADER)).where(leader.c.id == leader_id)).first()
    if row is None:
        raise NotFound(what="leader")
    return FeeTerms(**row._mapping)


def set_terms(work: Work, *, leader_id: int, actor: str, **changed: int | None) -> list[str]:
    """New terms (see FeeTerms, without the transport) for new rounds, and for open ones that nobody has ordered in.

    Returns the titles of open rounds that stay as they are. Raises NotFound, BadAmount.
    """
    before = of_leader(work, leader_id)
    _check(changed)
    work.db.execute(update(leader).where(leader.c.id == leader_id).values(**changed))
    its = (round_.c.leader_id == leader_id, round_.c.state == "open")
    has_orders = exists().where(order.c.leader_id == round_.c.leader_id, order.c.round_id == round_.c.id)
    work.db.execute(update(round_).where(*its, ~has_orders).values(**changed))
    kept = work.db.execute(select(round_.c.title).where(*its, has_orders).order_by(round_.c.id)).scalars().all()
    record(
        work, leader_id=leader_id, actor=actor, action="leader.fees", entity="leader", entity_id=leader_id,
        before={name: getattr(before, name) for name in changed}, after=changed,
    )  # fmt: skip
    return list(kept)


def set_transport(work: Work, *, leader_id: int, round_id: int, fen: int, actor: str) -> None:
    """What bringing this round's goods costs, shared at its close. Raises NotFound, WrongState, BadAmount."""
    _check({"transport_fen": fen})
    row = lock_round(work, leader_id, round_id)
    require_state(row, "open")
    its = (round_.c.leader_id == leader_id, round_.c.id == round_id)
    work.db.execute(update(round_).where(*its).values(transport_fen=fen, version=round_.c.version + 1))
    record(
        work, leader_id=leader_id, actor=actor, action="round.transport", entity="round", entity_id=round_id,
        before={"transport_fen": row.transport_fen}, after={"transport_fen": fen},
    )  # fmt: skip


def _of(row: Row[Any]) -> tuple[ColumnElement[bool], ...]:
    return (order.c.leader_id == row.leader_id, order.c.round_id == row.id)


def _check(changed: Mapping[str, int | None]) -> None:
    for fen in changed.values():
        if fen is not None and not 0 <= fen <= MOST_FEN:
            raise BadAmount(amount_fen=fen)
