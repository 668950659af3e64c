"""Two schedulers, an operator and neighbours at once: one purchase order, every box once, nothing lost."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import insert, select, update

from models import Store, leader, order, purchase_order, purchase_order_line, purchase_share, round_
from operations import purchase_drafts, purchases, unpaid
from operations.errors import WrongState
from tests.support.clock import StillClock
from tests.support.farm import Farm
from tests.support.patience import PATIENCE_S
from tests.support.together import at_once, crowded
from tests.support.world import World

LEADERS = 4


def failures(outcomes: Sequence[object]) -> list[object]:
    return [one for one in outcomes if isinstance(one, Exception)]


def sell(store: Store) -> tuple[Farm, int, list[World]]:
    """Leaders who sell one product; each has an order of three boxes, of six in a case."""
    farm = Farm(store)
    berries = farm.sell()
    worlds = [World(store, name=f"团长{n}", offers=(farm.offer(berries),)) for n in range(LEADERS)]
    for world in worlds:
        world.order(world.resident(), {1: 3})
    return farm, berries, worlds


def gather(store: Store) -> int:
    """As one scheduler does, until there is nothing more."""
    total = 0
    while done := store.run(partial(purchase_drafts.gather, limit=2)):
        total += done
    return total


def test_rounds_that_close_together_make_one_order_whoever_gathers(crowd: Store) -> None:
    farm, berries, worlds = sell(crowd)
    jobs: list[Callable[[], object]] = [*[world.close for world in worlds], *[partial(gather, crowd) for _ in range(3)]]
    assert failures(at_once(jobs)) == []
    gather(crowd)
    (one,) = farm.orders()
    assert one.state == "draft"
    assert farm.lines()[berries].needed_milli == LEADERS * 3000


def test_sent_while_a_round_closes_and_an_order_is_cancelled_every_box_is_ordered_once(crowd: Store) -> None:
    farm, berries, worlds = sell(crowd)
    for world in worlds[:-1]:
        world.close()
    gather(crowd)
    purchase_id = farm.orders()[0].id
    late = worlds[0].rows(order)[0].id
    with crowd.transaction() as work:
        work.db.execute(update(leader).values(payment_mode="transfer", cancel_unpaid_after_h=1))
        work.db.execute(
            update(order).where(order.c.id == late).values(unpaid_reminded_at=work.now - timedelta(hours=2))
        )
        work.db.execute(update(round_).where(round_.c.state == "closed").values(closed_at=round_.c.created_at))
        purchases.decide(work, purchase_id=purchase_id, product_id=berries, rest="cap", actor="system")
    crowd.clock.advance(hours=2)  # type: ignore[attr-defined]
    jobs: list[Callable[[], object]] = [
        *[partial(_send, crowd, purchase_id) for _ in range(2)],
        worlds[-1].close,
        partial(gather, crowd),
        lambda: crowd.run(unpaid.cancel_unpaid),
    ]
    assert failures(at_once(jobs)) == []
    gather(crowd)
    orders = farm.orders()
    assert (orders[0].number, orders[0].state) == (1, "sent")
    with crowd.read() as work:
        shares = work.db.execute(select(purchase_share)).all()
        lines = work.db.execute(select(purchase_order_line)).all()
    by_offer: dict[int, int] = {}
    for share in shares:
        by_offer[share.offer_id] = by_offer.get(share.offer_id, 0) + share.needed_milli + share.cut_milli
    assert all(milli <= 3000 for milli in by_offer.values()), "no box is ordered twice"
    assert all(line.ordered_milli % 6000 == 0 for line in lines if line.purchase_order_id == purchase_id)


def _send(store: Store, purchase_id: int) -> int | None:
    try:
        return store.run(lambda work: purchases.send(work, purchase_id=purchase_id, actor="operator:1"))
    except WrongState:
        return None


@pytest.mark.postgresql
def test_control_adding_to_what_was_read_orders_boxes_twice(postgresql_url: str, clock: StillClock) -> None:
    """Without the order's lock and without reckoning anew: both have read that there is nothing, both add."""
    with crowded(postgresql_url, clock, people=6) as store:
        farm, berries, worlds = sell(store)
        for world in worlds:
            world.close()
        have_read = threading.Barrier(2)

        def naive(_nth: int) -> None:
            with store.transaction() as work:
                found = work.db.execute(select(purchase_order.c.id).where(purchase_order.c.state == "draft")).first()
                have_read.wait(PATIENCE_S)
                assert found is None
                number = 1 + work.rng.randrange(10**6)
                values = {"supplier_id": farm.id, "number": number, "state": "sent", "created_at": work.now}
                purchase_id = work.new_id()
                work.db.execute(insert(purchase_order).values(id=purchase_id, needed_on=work.now.date(), **values))
                line = {"needed_milli": 0, "ordered_milli": LEADERS * 3000, "cost_fen": 3000}
                work.db.execute(
                    insert(purchase_order_line).values(purchase_order_id=purchase_id, product_id=berries, **line)
                )

        assert at_once([partial(naive, n) for n in range(2)]) == [None, None]
        with store.read() as work:
            ordered = work.db.execute(select(purchase_order_line.c.ordered_milli)).scalars().all()
        assert sum(ordered) == 2 * LEADERS * 3000, "what the lock is for"
