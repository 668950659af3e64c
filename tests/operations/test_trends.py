"""What the charts stand on: days and weeks in Shanghai, without gaps, on both databases."""

from __future__ import annotations

from datetime import UTC, date, timedelta

import pytest
from sqlalchemy import update

from models import order
from models.base import Store
from operations.listings.trends import Week, trends
from tests.support.clock import StillClock
from tests.support.world import World
from web.charts import bars, charts


@pytest.fixture
def world(store: Store) -> World:
    return World(store)


def test_days_count_standing_orders_of_the_day_in_shanghai(world: World, clock: StillClock) -> None:
    first = world.order(world.resident("甲"), {1: 1})
    second = world.order(world.resident("乙"), {1: 2})
    gone = world.order(world.resident("丙"), {1: 1})
    today = clock()
    midnight = today.astimezone(UTC).replace(hour=16, minute=0, second=0, microsecond=0) - timedelta(
        days=1
    )  # 00:00 there
    with world.store.transaction() as work:
        work.db.execute(update(order).where(order.c.id == first).values(placed_at=midnight))
        work.db.execute(update(order).where(order.c.id == second).values(placed_at=midnight - timedelta(seconds=1)))
        work.db.execute(update(order).where(order.c.id == gone).values(state="cancelled"))
        found = trends(work, days=3)
        mine = trends(work, leader_id=world.leader_id, days=3)
        nobody = trends(work, leader_id=world.leader_id + 1, days=3)
    assert [(one.orders, one.total_fen) for one in found.days] == [(0, 0), (1, 9000), (1, 4500)]
    assert found.days[-1].day == date(2026, 5, 2)
    assert mine.days == found.days
    assert [one.orders for one in nobody.days] == [0, 0, 0]


def test_goods_by_money_and_weeks_by_who_did_not_come(world: World, clock: StillClock) -> None:
    ids = [world.order(world.resident(name), {1: 1, 2: 1}) for name in ("甲", "乙", "丙")]
    with world.store.transaction() as work:
        for order_id, state in zip(ids, ("picked_up", "no_show", "ready"), strict=True):
            ready = clock() - timedelta(days=8)
            work.db.execute(update(order).where(order.c.id == order_id).values(state=state, ready_at=ready))
        found = trends(work, weeks=3)
    assert [row["orders"] for row in found.goods] == [3, 3]
    assert found.goods[0]["total_fen"] > found.goods[1]["total_fen"]
    assert [(week.ready, week.missed) for week in found.weeks] == [(0, 0), (3, 1), (0, 0)]
    assert found.weeks[1].missed_bps == 3333


def test_a_chart_is_as_high_as_its_values() -> None:
    chart = bars("t", [("a", 0, "无"), ("b", 5, "五"), ("c", 10, "十")])
    assert [bar.height for bar in chart.bars] == [0, chart.base / 2 - 8, chart.base - 16]
    assert chart.top == "十"
    assert bars("t", []).bars == ()


def test_a_small_share_does_not_look_like_all(world: World) -> None:
    with world.store.read() as work:
        found = trends(work)
    low = type(found)(found.days, (Week(date(2026, 5, 1), 100, 1),), ())
    assert charts(low)[1].bars[0].height < charts(low)[1].base / 4
