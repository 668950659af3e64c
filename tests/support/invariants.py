"""What must be true of the rows after anything that happened, asked of the database from outside.

    assert violations(store) == []

Every rule is one query that finds the rows breaking it; `tests/models/test_invariants.py` shows each of them biting.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator

from sqlalchemy import Connection, and_, exists, func, or_, select

from models import (
    leader,
    notice,
    offer,
    order,
    order_event,
    order_line,
    purchase_order_line,
    purchase_share,
    resident,
    round_,
    shelf_item,
)
from models.base import Store
from models.views import Tier
from operations import ledger_check
from operations.pricing import line_total

BOOKED = ("place", "change", "cancel", "restore")
SOLD = ("closed", "arrived", "completed", "settled")  # states of a round whose orders are booked as sales

Rule = Callable[[Connection], Iterator[str]]


def violations(store: Store) -> list[str]:
    """Everything that is wrong, one line each; an empty list is what a test wants."""
    with store.read() as work:
        wrong = [f"{rule.__name__}: {found}" for rule in RULES for found in rule(work.db)]
        return wrong + [str(found) for found in ledger_check.check(work)]


def reserved_is_the_sum_of_lines(db: Connection) -> Iterator[str]:
    """Nothing is held that nobody ordered, and nothing ordered that is not held."""
    ordered = func.coalesce(func.sum(order_line.c.quantity_milli), 0)
    line = and_(order_line.c.leader_id == offer.c.leader_id, order_line.c.offer_id == offer.c.id)
    rows = db.execute(
        select(offer.c.id, offer.c.reserved_milli, ordered.label("ordered"))
        .outerjoin(order_line, line)
        .group_by(offer.c.leader_id, offer.c.id, offer.c.reserved_milli)
        .having(offer.c.reserved_milli != ordered)
    )
    for row in rows:
        yield f"offer {row.id} holds {row.reserved_milli}, ordered are {row.ordered}"


def nothing_is_oversold(db: Connection) -> Iterator[str]:
    for row in db.execute(select(offer).where(offer.c.reserved_milli > offer.c.capacity_milli)):
        yield f"offer {row.id} sold {row.reserved_milli} of {row.capacity_milli}"


def an_order_costs_what_its_lines_cost(db: Connection) -> Iterator[str]:
    lines = func.coalesce(func.sum(order_line.c.line_fen), 0)
    line = and_(order_line.c.leader_id == order.c.leader_id, order_line.c.order_id == order.c.id)
    rows = db.execute(
        select(order.c.id, order.c.total_fen, lines.label("lines"))
        .outerjoin(order_line, line)
        .group_by(order.c.leader_id, order.c.id, order.c.total_fen, order.c.fee_fen, order.c.transport_fen)
        .having(order.c.total_fen != lines + order.c.fee_fen + order.c.transport_fen)
    )
    for row in rows:
        yield f"order {row.id} says {row.total_fen} fen, its lines {row.lines} and its fees something else"


def a_line_costs_its_own_price(db: Connection) -> Iterator[str]:
    """Price and bundles are the line's own; the offer's may have changed since. Short goods never cost more, and
    after-sales may have given some of it back."""
    back = _given_back(db)
    for row in db.execute(select(order_line)):
        tiers = [Tier(quantity, fen) for quantity, fen in row.tiers or ()]
        due = row.quantity_milli if row.allocated_milli is None else row.allocated_milli
        cost = line_total(due, row.unit_price_fen, tiers)
        whole = row.line_fen + back[row.leader_id, row.order_id, row.offer_id]
        if row.line_fen > cost or (row.allocated_milli is None and whole != cost):
            yield f"line {row.id} costs {row.line_fen} for {due} at {row.unit_price_fen}"


def history_adds_up_to_the_lines(db: Connection) -> Iterator[str]:
    """Lines are only a cache of what was booked: the events alone give the same quantities and the same money."""
    told: dict[tuple[int, int, int], tuple[int, int]] = defaultdict(lambda: (0, 0))
    for row in db.execute(
        select(order_event).where(order_event.c.kind.in_((*BOOKED, "refund")), order_event.c.offer_id != 0)
    ):
        milli, fen = told[row.leader_id, row.order_id, row.offer_id]
        told[row.leader_id, row.order_id, row.offer_id] = (milli + row.delta_milli, fen + row.delta_fen)
    for line in db.execute(select(order_line)):
        milli, fen = told.pop((line.leader_id, line.order_id, line.offer_id), (0, 0))
        if milli != line.quantity_milli or (line.allocated_milli is None and fen != line.line_fen):
            yield f"line {line.id} holds {line.quantity_milli} for {line.line_fen}, its history {milli} for {fen}"
    for (_, order_id, offer_id), found in told.items():
        yield f"order {order_id} has a history for offer {offer_id} and no line: {found}"


def _given_back(db: Connection) -> dict[tuple[int, int, int], int]:
    """What after-sales took off each line, in fen."""
    back: dict[tuple[int, int, int], int] = defaultdict(int)
    for row in db.execute(select(order_event).where(order_event.c.kind == "refund", order_event.c.offer_id != 0)):
        back[row.leader_id, row.order_id, row.offer_id] -= row.delta_fen
    return back


def an_order_is_cancelled_when_it_is_empty(db: Connection) -> Iterator[str]:
    held = func.coalesce(func.sum(order_line.c.quantity_milli), 0)
    line = and_(order_line.c.leader_id == order.c.leader_id, order_line.c.order_id == order.c.id)
    rows = db.execute(
        select(order.c.id, order.c.state, held.label("held"), round_.c.state.label("round_state"))
        .join(round_, and_(round_.c.leader_id == order.c.leader_id, round_.c.id == order.c.round_id))
        .outerjoin(order_line, line)
        .group_by(order.c.leader_id, order.c.id, order.c.state, round_.c.state)
    )
    for row in rows:
        is_over = row.held == 0 or row.round_state == "cancelled"
        if (row.state == "cancelled") != is_over:
            yield f"order {row.id} is {row.state} and holds {row.held} in a round that is {row.round_state}"


def chain_numbers_are_one_each(db: Connection) -> Iterator[str]:
    """接龙 numbers are unique in a round and never beyond the last one drawn."""
    numbers = (
        select(order.c.leader_id, order.c.round_id, func.count().label("orders"), func.max(order.c.seq).label("last"))
        .add_columns(func.count(order.c.seq.distinct()).label("numbers"))
        .group_by(order.c.leader_id, order.c.round_id)
        .subquery()
    )
    mine = and_(round_.c.leader_id == numbers.c.leader_id, round_.c.id == numbers.c.round_id)
    rows = db.execute(
        select(round_.c.id, numbers)
        .join(numbers, mine)
        .where(or_(numbers.c.orders != numbers.c.numbers, numbers.c.last > round_.c.last_seq))
    )
    for row in rows:
        yield f"round {row.id}: {row.orders} orders, {row.numbers} numbers, the highest {row.last}"


def a_shut_round_sells_nothing(db: Connection) -> Iterator[str]:
    rows = db.execute(
        select(offer.c.id, round_.c.state)
        .join(round_, and_(round_.c.leader_id == offer.c.leader_id, round_.c.id == offer.c.round_id))
        .where(round_.c.state != "open", offer.c.is_open)
        .where(or_(round_.c.kind != "shelf", round_.c.state != "arrived"))
    )
    for row in rows:
        yield f"offer {row.id} is on sale in a round that is {row.state}"
    late = db.execute(
        select(order.c.id, round_.c.state)
        .join(round_, and_(round_.c.leader_id == order.c.leader_id, round_.c.id == order.c.round_id))
        .where(round_.c.state.in_(SOLD), order.c.state == "placed")
        .where(or_(round_.c.booked_seq.is_(None), order.c.seq <= round_.c.booked_seq))  # the rest is booked in parts
    )
    for row in late:
        yield f"order {row.id} is still to be closed in a round that is {row.state}"


def a_closed_round_knows_its_total(db: Connection) -> Iterator[str]:
    """The sum that was announced is the sum of the orders that are in it."""
    live = and_(order.c.leader_id == round_.c.leader_id, order.c.round_id == round_.c.id, order.c.state != "cancelled")
    total = func.coalesce(func.sum(order.c.total_fen - order.c.discount_fen), 0)
    rows = db.execute(
        select(round_.c.id, round_.c.closed_orders, round_.c.closed_total_fen)
        .add_columns(func.count(order.c.id).label("orders"), total.label("total"))
        .outerjoin(order, live)
        .where(round_.c.state == "closed")
        .group_by(round_.c.leader_id, round_.c.id, round_.c.closed_orders, round_.c.closed_total_fen)
    )
    for row in rows:
        if (row.closed_orders, row.closed_total_fen) != (row.orders, row.total):
            said = f"{row.closed_orders} orders and {row.closed_total_fen} fen"
            yield f"round {row.id} announced {said}, it has {row.orders} and {row.total}"


def whose_order_is_closed_is_told(db: Connection) -> Iterator[str]:
    """Once per closing, to the resident or the host of a guest; the leader and his guests need no notice."""
    host = resident.alias("host")
    told = exists().where(
        notice.c.leader_id == order.c.leader_id, notice.c.order_id == order.c.id, notice.c.kind == "order_closed"
    )
    holder = func.coalesce(resident.c.account_id, host.c.account_id)
    rows = db.execute(
        select(order.c.id, round_.c.id.label("round_id"))
        .join(round_, and_(round_.c.leader_id == order.c.leader_id, round_.c.id == order.c.round_id))
        .join(leader, leader.c.id == order.c.leader_id)
        .join(resident, and_(resident.c.leader_id == order.c.leader_id, resident.c.id == order.c.resident_id))
        .outerjoin(host, and_(host.c.leader_id == resident.c.leader_id, host.c.id == resident.c.host_resident_id))
        .where(round_.c.state == "closed", order.c.state == "confirmed", holder != leader.c.account_id, ~told)
    )
    for row in rows:
        yield f"round {row.round_id} was closed and nobody told the holder of order {row.id}"


def a_purchase_line_is_the_sum_of_its_shares(db: Connection) -> Iterator[str]:
    """What a supplier is asked for is what the leaders need together; what is more is bought to fill a case."""
    line, share = purchase_order_line, purchase_share
    of_line = and_(share.c.purchase_order_id == line.c.purchase_order_id, share.c.product_id == line.c.product_id)
    summed = func.coalesce(func.sum(share.c.needed_milli), 0)
    more = func.coalesce(func.sum(share.c.surplus_milli), 0)
    rows = db.execute(
        select(line, summed.label("summed"), more.label("more")).outerjoin(share, of_line).group_by(*line.c)
    )
    for row in rows:
        if row.needed_milli != row.summed or row.ordered_milli < row.summed + row.more:
            yield f"line {row.product_id} needs {row.needed_milli}, its shares {row.summed} and {row.more}"


def a_shelf_gives_what_is_ordered_of_it(db: Connection) -> Iterator[str]:
    """What is taken off the shelf stands in the orders of its days, unit by unit; and the other way round."""
    held = func.coalesce(func.sum(offer.c.reserved_milli), 0)
    mine = and_(offer.c.leader_id == shelf_item.c.leader_id, offer.c.shelf_item_id == shelf_item.c.id)
    rows = db.execute(
        select(shelf_item.c.id, shelf_item.c.taken_milli, held.label("held"))
        .outerjoin(offer, mine)
        .group_by(shelf_item.c.leader_id, shelf_item.c.id, shelf_item.c.taken_milli)
        .having(shelf_item.c.taken_milli != held)
    )
    for row in rows:
        yield f"of shelf item {row.id} {row.taken_milli} are taken, its days hold {row.held}"


def shelf_and_rounds_are_apart(db: Connection) -> Iterator[str]:
    """Only days of the shelf sell what lies on it, and only there has a person several orders."""
    mine = and_(round_.c.leader_id == offer.c.leader_id, round_.c.id == offer.c.round_id)
    mixed = (round_.c.kind == "shelf") != offer.c.shelf_item_id.is_not(None)
    for row in db.execute(select(offer.c.id, round_.c.kind).join(round_, mine).where(mixed)):
        yield f"offer {row.id} is in a round of the kind {row.kind}"
    theirs = and_(round_.c.leader_id == order.c.leader_id, round_.c.id == order.c.round_id)
    second = (round_.c.kind != "shelf", ~order.c.is_current)
    for row in db.execute(select(order.c.id).join(round_, theirs).where(*second)):
        yield f"order {row.id} of a round was followed by another"


RULES: tuple[Rule, ...] = (
    reserved_is_the_sum_of_lines,
    nothing_is_oversold,
    an_order_costs_what_its_lines_cost,
    a_line_costs_its_own_price,
    history_adds_up_to_the_lines,
    an_order_is_cancelled_when_it_is_empty,
    chain_numbers_are_one_each,
    a_shut_round_sells_nothing,
    a_closed_round_knows_its_total,
    whose_order_is_closed_is_told,
    a_purchase_line_is_the_sum_of_its_shares,
    a_shelf_gives_what_is_ordered_of_it,
    shelf_and_rounds_are_apart,
)
