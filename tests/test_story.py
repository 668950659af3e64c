"""One day of a group buy, as people live it: read `tests/dialogues/01_one_day.txt` first. Here are its closing tables.

Three neighbours ordered for ¥361. A box of strawberries came broken, so the last who had asked for it got one less
(¥45 off); one neighbour paid and got ¥45 back for a spoilt box. Nobody fetched the third order yet.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import func, select

from models import Store, Work, ledger_transfer, notice, offer, order, payment, redemption, refund, round_
from operations import totals
from tests.support.clock import StillClock
from tests.support.dialogue import play, world
from tests.support.invariants import violations

STORY = Path(__file__).parent / "dialogues" / "01_one_day.txt"


@pytest.fixture
def after_the_day(store: Store, clock: StillClock, tmp_path: Path) -> Store:
    with world(store, clock, tmp_path / "media") as place:
        play(STORY.read_text(encoding="utf-8"), place)
        place.run_jobs()
    return store


def test_one_day(after_the_day: Store) -> None:
    with after_the_day.read() as work:
        _check_totals(work)
        _check_money(work)
        _check_pickup(work)
        _check_notices(work)
    assert violations(after_the_day) == []


def _check_totals(work: Work) -> None:
    """The leader's 统计 at the end of the day."""
    row = work.db.execute(select(round_)).one()
    assert (row.state, row.closed_orders, row.closed_total_fen) == ("arrived", 3, 36100)
    sums = totals.of_round(work, row.leader_id, row.id)
    assert (sums.orders, sums.total_fen, sums.paid_fen) == (3, 36100 - 4500 - 4500, 17100 - 4500)
    assert (sums.unpaid_orders, sums.unpaid_fen) == (2, 7300 + 7200)
    booked = {item.name: (item.quantity_milli, item.picked_milli) for item in sums.items}
    assert booked == {"红颜草莓": (5000, 4000), "土鸡蛋": (3000, 1000), "鲜牛奶": (2000, 2000)}
    assert work.db.execute(select(offer.c.damaged_milli).where(offer.c.name == "红颜草莓")).scalar_one() == 1000


def _check_money(work: Work) -> None:
    """What was paid, what went back, and the books: every sale, every correction, every coin."""
    orders = work.db.execute(select(order.c.seq, order.c.total_fen, order.c.paid_fen, order.c.refunded_fen)).all()
    assert {row.seq: tuple(row)[1:] for row in orders} == {1: (12600, 17100, 4500), 2: (7300, 0, 0), 3: (7200, 0, 0)}
    assert work.db.execute(select(payment.c.amount_fen, payment.c.state)).all() == [(17100, "confirmed")]
    assert work.db.execute(select(refund.c.amount_fen)).all() == [(4500,)]
    kinds = select(
        ledger_transfer.c.kind, func.count().label("rows"), func.sum(ledger_transfer.c.amount_fen).label("fen")
    )
    booked = {row.kind: (row.rows, int(row.fen)) for row in work.db.execute(kinds.group_by(ledger_transfer.c.kind))}
    assert booked == {
        "sale": (3, 36100),  # at the close
        "sale_change": (1, 4500),  # the broken box, at arrival
        "reversal": (1, 4500),  # the spoilt one, after-sales
        "payment": (1, 17100),
        "refund": (1, 4500),
    }


def _check_pickup(work: Work) -> None:
    """Who fetched what: a part, the rest (undone and done again), one refused because everything was gone."""
    tries = select(order.c.seq, redemption.c.ok, redemption.c.reason, redemption.c.annulled_at)
    joined = tries.join(order, order.c.id == redemption.c.order_id).order_by(redemption.c.id)
    seen = [(row.seq, row.ok, row.reason, row.annulled_at is not None) for row in work.db.execute(joined)]
    assert seen == [
        (1, True, None, False),
        (1, True, None, True),
        (1, False, "already_used", False),
        (1, True, None, False),
        (2, True, None, False),
    ]
    states = {row.seq: row.state for row in work.db.execute(select(order.c.seq, order.c.state))}
    assert states == {1: "picked_up", 2: "picked_up", 3: "ready"}


def _check_notices(work: Work) -> None:
    """Everybody was told everything, once."""
    counts = select(notice.c.kind, notice.c.state, func.count().label("times")).group_by(notice.c.kind, notice.c.state)
    told = {(row.kind, row.state): row.times for row in work.db.execute(counts)}
    assert told == {
        ("leader_qr", "sent"): 1,
        ("order_closed", "sent"): 3,
        ("round_closed", "sent"): 1,
        ("arrived", "sent"): 3,
        ("shortage", "sent"): 1,
        ("case_opened", "sent"): 1,
        ("case_decided", "sent"): 1,
    }
