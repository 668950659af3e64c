"""Random lives of rounds: some in every run of the tests, 10,000 steps on each database in the long run."""

from __future__ import annotations

import time
from collections import Counter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import run_state_machine_as_test

from models import Store, Work, refund
from operations import ledger_check, online, online_refunds, order_views, refunds
from tests.money.machine import Money
from tests.support.clock import StillClock
from tests.support.world import World

CALM = settings(deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)


def play(store: Store, clock: StillClock, *, examples: int, steps: int, is_new: bool = False) -> type[Money]:
    """Lives of rounds, the same every time unless `is_new`. The class that is returned has counted what was done."""
    played = type("Played", (Money,), {"store": store, "clock": clock, "steps": 0, "done": Counter()})
    chosen = settings(CALM, max_examples=examples, stateful_step_count=steps, derandomize=not is_new)
    run_state_machine_as_test(played, settings=chosen)
    return played


def test_money_moves_in_any_order(sqlite_store: Store, clock: StillClock) -> None:
    """On PostgreSQL in `make soak`, in ten thousand steps."""
    assert play(sqlite_store, clock, examples=6, steps=25).steps > 50


@pytest.mark.soak
@pytest.mark.timeout(7200)
def test_ten_thousand_steps(store: Store, clock: StillClock, capsys: pytest.CaptureFixture[str]) -> None:
    """Other lives each time; one that goes wrong is shrunk and printed with what makes it again."""
    steps, started, done = 0, time.monotonic(), Counter[str]()
    while steps < 10_000:
        played = play(store, clock, examples=10, steps=60, is_new=True)
        steps, done = steps + played.steps, done + played.done
        with capsys.disabled():
            took = f"{time.monotonic() - started:.0f} s, {time.process_time():.0f} s of CPU"
            print(f"\n{store.engine.dialect.name}: {steps} steps in {took}; done: {dict(done.most_common())}")  # noqa: T201
    assert min(done[name] for name in ("paid_online", "share", "settlement", "complain")) > 0


NEWS = ("pay", "pay again", "close", "refund", "refund again")


@settings(CALM, max_examples=30)
@given(news=st.permutations(NEWS))
def test_news_in_any_order_counts_once(news: list[str], played: World) -> None:
    """What WeChat Pay tells of one order, shuffled, repeated: paid once, refunded once, never more than was paid."""
    world = played
    order_id = world.order(world.resident(), {1: 1})
    with world.store.transaction() as work:
        asked = online.prepare(work, leader_id=world.leader_id, order_id=order_id, trade_type="native", openid=None)
    for said in news:
        tell(world, said, asked)
    tell(world, "pay", asked)
    tell(world, "refund", asked)
    one = world.view(order_id)
    assert (one.paid_fen, one.refunded_fen) == (4500, 4500)
    with world.store.read() as work:
        assert ledger_check.check(work) == []


def tell(world: World, news: str, asked: online.PayOrder) -> None:
    with world.store.transaction() as work:
        if news.startswith("pay"):
            outcome = online.record_paid(
                work, out_trade_no=asked.out_trade_no, transaction_id=f"42{asked.id}", amount_fen=asked.amount_fen,
                currency="CNY", source="notice",
            )  # fmt: skip
            if outcome == "paid":
                promise_back(world, work, asked)
        elif news == "close":
            online.note_closed(work, out_trade_no=asked.out_trade_no)
        else:
            number = next(iter(refunds_of(world, asked)), "LR1")
            online_refunds.record_refund(
                work, out_refund_no=number, state="done", amount_fen=asked.amount_fen, refund_id="50"
            )


def promise_back(world: World, work: Work, asked: online.PayOrder) -> None:
    """The whole payment is to go back."""
    one = order_views.lock_order(work, world.leader_id, asked.order_id)
    refunds.create(
        work, one=one, amount_fen=asked.amount_fen, request_key=f"back:{asked.id}", actor="system", case_id=None
    )


def refunds_of(world: World, asked: online.PayOrder) -> list[str]:
    return [online_refunds.refund_number(row.id) for row in world.rows(refund, order_id=asked.order_id)]


@pytest.fixture
def played(store: Store) -> World:
    return World(store)


def test_one_payment_is_not_counted_for_two_orders(played: World) -> None:
    """WeChat Pay's number of a payment that another order was paid with: somebody has to look, nothing is counted."""
    world = played
    asked = []
    for name in ("先", "后"):
        order_id = world.order(world.resident(name), {1: 1})
        with world.store.transaction() as work:
            asked.append(
                online.prepare(work, leader_id=world.leader_id, order_id=order_id, trade_type="native", openid=None)
            )
    heard = []
    for one in asked:
        with world.store.transaction() as work:
            heard.append(
                online.record_paid(
                    work, out_trade_no=one.out_trade_no, transaction_id="4200", amount_fen=4500, currency="CNY",
                    source="notice",
                )
            )  # fmt: skip
    assert heard == ["paid", "mismatch"]
    assert [world.view(one.order_id).paid_fen for one in asked] == [4500, 0]
