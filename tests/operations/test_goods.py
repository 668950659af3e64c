"""到货: orders become ready, people are told once, and too little is divided fairly."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event, insert, update

from models import (
    account,
    action_log,
    ledger_transfer,
    notice,
    offer,
    order,
    order_event,
    order_line,
    pickup_code,
    resident,
)
from models.base import Store
from models.views import Tier
from operations import codes, goods, ledger, payments, rounds
from operations.allocation import allocate_by_increase, share_of, spread, standing_increases
from operations.errors import BadQuantity, NotFound, WrongState
from operations.rounds import NewOffer
from tests.support.clock import StillClock
from tests.support.world import EGGS, World

CASES = json.loads((Path(__file__).parent.parent / "data/operations/allocation.json").read_text("utf-8"))["cases"]


@pytest.fixture
def world(store: Store) -> World:
    return World(store)


# ---- dividing


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_b21_short_goods_are_divided_as_foodsoft_divides_them(case: dict[str, Any]) -> None:
    increases: list[tuple[str, int]] = [(who, quantity) for who, quantity in case["increases"]]
    got, left = allocate_by_increase(increases, case["available"])
    assert got == case["got"]
    assert left == case["left"]


def test_b21_what_is_too_much_is_left_over() -> None:
    assert allocate_by_increase([("a", 3), ("b", 1), ("c", 1)], 10) == ({"a": 3, "b": 1, "c": 1}, 5)


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 5000)), max_size=8), st.integers(0, 20_000))
def test_nothing_is_made_and_nobody_gets_more_than_he_asked(increases: list[tuple[str, int]], available: int) -> None:
    got, left = allocate_by_increase(increases, available)
    asked: Counter[str] = Counter()
    for key, quantity in increases:
        asked[key] += quantity
    assert sum(got.values()) + left == available
    assert all(got[key] <= asked[key] for key in got)
    assert left == 0 or got == dict(asked)


def test_a_decrease_gives_up_what_was_taken_last() -> None:
    changes = [("a", 2), ("b", 2), ("a", 3), ("a", -4)]
    assert standing_increases(changes, {"a": 1, "b": 2}) == [("a", 1), ("b", 2)]


def test_where_the_history_says_otherwise_today_decides() -> None:
    assert standing_increases([("a", 2), ("b", 1), ("x", 9)], {"a": 3, "b": 0, "c": 1}) == [
        ("a", 2),
        ("a", 1),
        ("c", 1),
    ]


@given(st.integers(0, 100_000), st.lists(st.integers(0, 1000), min_size=1, max_size=9))
def test_g09_parts_add_up(amount: int, weights: list[int]) -> None:
    parts = spread(amount, weights)
    assert sum(parts) == (amount if sum(weights) else 0)
    assert all(not part for part, weight in zip(parts, weights, strict=True) if not weight)


def test_half_a_fen_is_rounded_up() -> None:
    assert [share_of(1, 1, 2), share_of(1, 1, 3), share_of(100, 1, 3), share_of(5, 0, 0)] == [1, 0, 33, 0]


# ---- arrival


def test_arrival_makes_orders_ready_with_codes_and_one_notice_per_person(world: World, clock: StillClock) -> None:
    li = world.resident("李姐", room="3-502")
    orders = [
        world.order(li, {1: 2}),
        world.order(world.guest(li, "王奶奶"), {2: 1}),
        world.order(world.resident(), {2: 2}),
    ]
    world.close()
    done = world.arrive()
    assert (done.is_repeat, done.ready_orders, done.codes, done.notices) == (False, 3, 3, 2)
    for order_id in orders:
        assert world.view(order_id).state == "ready"
    assert [row.ready_at for row in world.rows(order)] == [clock()] * 3
    assert world.view(orders[0]).round_state == "arrived"
    assert len({row.code for row in world.rows(pickup_code)}) == 3
    first, _ = world.rows(notice, kind="arrived")
    assert first.payload["pickup_place"] == "3号楼大堂"
    assert [(o["guest"], o["code"], o["due_fen"]) for o in first.payload["orders"]] == [
        (None, world.code(orders[0]), 9000),
        ("王奶奶", world.code(orders[1]), 3600),
    ]
    assert first.payload["orders"][0]["lines"] == [
        {"number": 1, "name": "草莓", "unit": "盒", "quantity_milli": 2000, "is_cold": True}
    ]


def test_arriving_twice_changes_nothing(world: World) -> None:
    world.order(world.resident(), {1: 2})
    first = world.arrive()
    before = [world.rows(table) for table in (order, order_line, order_event, pickup_code, notice, action_log)]
    again = world.arrive(short={1: 1000})
    assert again.is_repeat
    assert again.ready_orders == first.ready_orders
    assert [world.rows(table) for table in (order, order_line, order_event, pickup_code, notice, action_log)] == before


def test_an_open_round_must_be_closed_first_and_a_cancelled_one_never_arrives(world: World) -> None:
    def arrive() -> None:
        with world.store.transaction() as work:
            goods.mark_arrived(
                work, leader_id=world.leader_id, round_id=world.round_id, actor=world.actor, source_key="x"
            )

    with pytest.raises(WrongState) as caught:
        arrive()
    assert caught.value.facts["state"] == "open"
    with world.store.transaction() as work:
        rounds.cancel_round(work, leader_id=world.leader_id, round_id=world.round_id, reason=None, actor=world.actor)
    with pytest.raises(WrongState):
        arrive()


def test_k01_another_leader_cannot_enter_my_goods(store: Store) -> None:
    mine, other = World(store), World(store, name="陈团长")
    mine.close()
    with store.transaction() as work, pytest.raises(NotFound):
        goods.mark_arrived(work, leader_id=other.leader_id, round_id=mine.round_id, actor=other.actor, source_key="x")


def test_the_leader_is_not_told_of_his_own_goods(world: World) -> None:
    own = world.resident("自己", account_id=world.owner)
    world.order(own, {1: 1})
    world.order(world.guest(own, "张大爷"), {1: 1})
    assert world.arrive().notices == 0
    assert world.count(pickup_code) == 2


def test_one_order_may_be_made_ready_at_once(world: World) -> None:
    order_id = world.order(world.resident(), {1: 1})

    def make_ready() -> str:
        with world.store.transaction() as work:
            return goods.make_ready(
                work, leader_id=world.leader_id, order_id=order_id, actor=world.actor, source_key="now"
            )

    code = make_ready()
    assert codes.is_sound(code)
    assert make_ready() == code
    assert world.view(order_id).state == "ready"
    assert world.count(pickup_code) == world.count(order_event, kind="ready") == 1


# ---- shortage


def test_b22_a_raise_stands_in_line_for_itself(world: World, clock: StillClock) -> None:
    a, b = world.resident("甲"), world.resident("乙")
    first = world.order(a, {1: 2})
    clock.advance(minutes=1)
    second = world.order(b, {1: 2})
    clock.advance(minutes=1)
    world.order(a, {1: 4})
    done = world.arrive(short={1: 1000})
    assert [(line.seq, line.ordered_milli, line.allocated_milli) for line in done.plan.lines] == [(1, 4000, 3000)]
    assert [world.view(i).lines[0].due_milli for i in (first, second)] == [3000, 2000]


def test_a_shortage_is_planned_first_and_changes_nothing(world: World) -> None:
    order_id = world.order(world.resident("李姐", room="3-502"), {1: 2, 2: 1})
    world.close()
    before = world.view(order_id)
    with world.store.transaction() as work:
        plan = goods.plan_shortage(
            work, leader_id=world.leader_id, round_id=world.round_id, short={world.offers[1]: 1000}
        )
    assert world.view(order_id) == before
    (line,) = plan.lines
    assert (line.resident_name, line.room, line.name, line.ordered_milli, line.allocated_milli) == (
        "李姐",
        "3-502",
        "草莓",
        2000,
        1000,
    )
    assert (plan.orders, plan.delta_fen) == (1, -4500)


def test_a_shortage_lowers_lines_and_totals_and_is_told(world: World) -> None:
    keeps, loses = world.order(world.resident("早"), {1: 1}), world.order(world.resident("晚"), {1: 2, 2: 1})
    done = world.arrive(short={1: 1000}, damaged={1: 1000})
    assert [world.view(i).total_fen for i in (keeps, loses)] == [4500, 3600]
    assert [line.line_fen for line in world.view(loses).lines] == [0, 3600]
    assert world.view(loses).state == "ready"
    assert done.owed_back_fen == 0
    (told,) = world.rows(notice, kind="shortage")
    assert told.payload["lines"] == [
        {"number": 1, "name": "草莓", "unit": "盒", "wanted_milli": 2000, "allocated_milli": 0, "delta_fen": -9000}
    ]
    assert (told.payload["total_fen"], told.payload["owed_fen"]) == (3600, 0)
    (arrived,) = [row for row in world.rows(notice, kind="arrived") if row.order_id == loses]
    assert [line["name"] for line in arrived.payload["orders"][0]["lines"]] == ["鸡蛋"]
    (event,) = world.rows(order_event, kind="allocate")
    assert (event.delta_milli, event.delta_fen, event.offer_id) == (-2000, -9000, world.offers[1])
    row = world.rows(offer)[0]
    assert (row.received_milli, row.damaged_milli) == (2000, 1000)


def test_what_was_paid_already_is_owed_back_and_the_books_agree(world: World, store: Store) -> None:
    order_id = world.order(world.resident(), {1: 2})
    with store.transaction() as work:
        payments.mark_paid(work, leader_id=world.leader_id, order_ids=[order_id], actor=world.actor, source_key="p")
    done = world.arrive(short={1: 1000})
    assert done.owed_back_fen == 4500
    assert world.view(order_id).due_fen == -4500
    assert world.rows(notice, kind="shortage")[0].payload["owed_fen"] == 4500
    one = world.view(order_id)
    with store.read() as work:
        assert ledger.balance(work, leader_id=world.leader_id, book=ledger.of(one.resident_id)) == 4500
        assert ledger.balance(work, leader_id=world.leader_id, book=ledger.SALES) == 4500
    assert [row.kind for row in world.rows(ledger_transfer)] == ["payment", "sale", "sale_change"]


def test_an_order_that_gets_nothing_at_all_waits_for_no_pickup(world: World) -> None:
    order_id = world.order(world.resident(), {1: 1})
    done = world.arrive(short={1: 1000})
    assert (done.ready_orders, done.codes, done.notices) == (0, 0, 0)
    assert (world.view(order_id).state, world.view(order_id).total_fen) == ("confirmed", 0)
    assert world.count(notice, kind="shortage") == 1


def test_a_line_keeps_its_own_bundle_prices_when_it_shrinks(store: Store) -> None:
    milk = NewOffer(name="牛奶", price_fen=1500, unit="瓶", tiers=(Tier(2000, 2800),))
    world = World(store, offers=(milk,))
    order_id = world.order(world.resident(), {1: 5})
    assert world.view(order_id).total_fen == 7100
    world.arrive(received={1: 3000})
    assert world.view(order_id).total_fen == 4300


def test_a_discount_shrinks_with_the_order(world: World, store: Store) -> None:
    order_id = world.order(world.resident(), {1: 2, 2: 1})
    with store.transaction() as work:
        work.db.execute(update(order).where(order.c.id == order_id).values(discount_fen=1000))
    done = world.arrive(short={1: 2000})
    one = world.view(order_id)
    assert (one.total_fen, one.discount_fen) == (3600, 286)
    assert done.plan.delta_fen == (3600 - 286) - (12600 - 1000)
    deltas = [(row.kind, row.delta_fen) for row in world.rows(order_event) if row.kind in {"allocate", "discount"}]
    assert deltas == [("allocate", -9000), ("discount", -714)]


def test_weighed_goods_are_divided_to_the_gram_and_packs_whole(store: Store) -> None:
    apples = NewOffer(name="苹果", price_fen=600, unit="斤")
    world = World(store, offers=(apples, EGGS))
    orders = [world.order(world.resident(f"居民{i}"), {1: 1.5, 2: 2}) for i in range(2)]
    done = world.arrive(received={1: 2700, 2: 3500})
    assert [[line.due_milli for line in world.view(i).lines] for i in orders] == [[1500, 2000], [1200, 1000]]
    assert [one.missing_milli for one in done.plan.offers] == [300, 1000]
    assert world.view(orders[1]).lines[0].line_fen == 720


@pytest.mark.parametrize("wrong", [{"short": {1: 3000}}, {"damaged": {1: 3000}}, {"short": {1: -1000}}])
def test_more_missing_than_ordered_is_a_slip(world: World, wrong: dict[str, Any]) -> None:
    order_id = world.order(world.resident(), {1: 2})
    world.close()
    with pytest.raises(BadQuantity):
        world.arrive(**wrong)
    assert world.view(order_id).state == "confirmed"


def test_more_goods_than_ordered_are_fine(world: World) -> None:
    order_id = world.order(world.resident(), {1: 2})
    done = world.arrive(received={1: 5000})
    assert not done.plan.lines
    assert world.view(order_id).lines[0].allocated_milli is None
    assert world.rows(offer)[0].received_milli == 5000


def test_k04_arrival_is_logged_with_before_and_after(world: World) -> None:
    world.order(world.resident(), {1: 2})
    world.arrive(short={1: 1000})
    (row,) = world.rows(action_log, action="round.arrive")
    assert row.before == {"state": "closed"}
    assert row.after == {"state": "arrived", "ready": 1, "short": 1, "owed_back_fen": 0}


def test_many_orders_take_few_statements(sqlite_store: Store) -> None:
    """Ten thousand are measured elsewhere; what matters here is that statements do not grow with orders."""

    def statements(count: int) -> int:
        world = World(sqlite_store, name=f"{count}单")
        fill(world, count)
        world.close()
        seen: list[str] = []

        def note(_c: Any, _cur: Any, statement: str, *_: Any) -> None:
            seen.append(statement)

        event.listen(sqlite_store.engine, "before_cursor_execute", note)
        try:
            done = world.arrive()
        finally:
            event.remove(sqlite_store.engine, "before_cursor_execute", note)
        assert done.ready_orders == done.codes == done.notices == count
        return len(seen)

    assert statements(400) == statements(20)


def fill(world: World, count: int) -> None:
    """Orders straight into the tables: this is about arriving, not about ordering."""
    with world.store.transaction() as work:
        own = {"leader_id": world.leader_id}
        accounts = [work.new_id() for _ in range(count)]
        work.db.execute(
            insert(account),
            [{"id": i, "openid": f"o_test_{i}", "created_at": work.now} for i in accounts],
        )
        residents = [work.new_id() for _ in range(count)]
        work.db.execute(
            insert(resident),
            [
                own | {"id": r, "account_id": a, "display_name": "居民", "created_at": work.now}
                for r, a in zip(residents, accounts, strict=True)
            ],
        )
        orders = [work.new_id() for _ in range(count)]
        heads = {"round_id": world.round_id, "placed_at": work.now, "changed_at": work.now, "total_fen": 4500}
        work.db.execute(
            insert(order),
            [
                own | heads | {"id": o, "resident_id": r, "seq": n}
                for n, (o, r) in enumerate(zip(orders, residents, strict=True), 1)
            ],
        )
        line = {"offer_id": world.offers[1], "name": "草莓", "unit": "盒", "unit_price_fen": 4500, "line_fen": 4500}
        work.db.execute(
            insert(order_line),
            [own | line | {"id": work.new_id(), "order_id": o, "quantity_milli": 1000} for o in orders],
        )
