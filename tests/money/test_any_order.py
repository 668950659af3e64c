"""Random lives of rounds: some in every run of the tests, 10,000 steps on each database in the long run."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import run_state_machine_as_test

from models import Store, Work, refund
from operations import ledger_check, online, refunds
from tests.money.machine import Money
from tests.support.clock import StillClock
from tests.support.world import World

CALM = settings(deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)


def play(store: Store, clock: StillClock, *, examples: int, steps: int) -> int:
    """Returns how many steps were taken and looked at."""
    machine = type("Played", (Money,), {"store": store, "clock": clock, "steps": 0})
    run_state_machine_as_test(machine, settings=settings(CALM, max_examples=examples, stateful_step_count=steps))
    return int(machine.steps)  # type: ignore[attr-defined]


def test_money_moves_in_any_order(store: Store, clock: StillClock) -> None:
    assert play(store, clock, examples=6, steps=25) > 50


@pytest.mark.soak
def test_ten_thousand_steps(store: Store, clock: StillClock) -> None:
    steps = 0
    while steps < 10_000:
        steps += play(store, clock, examples=100, steps=50)
    assert steps >= 10_000


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
            online.record_refund(work, out_refund_no=number, state="done", amount_fen=asked.amount_fen, refund_id="50")


def promise_back(world: World, work: Work, asked: online.PayOrder) -> None:
    """The whole payment is to go back."""
    one = refunds.lock_order(work, world.leader_id, asked.order_id)
    refunds.create(
        work, one=one, amount_fen=asked.amount_fen, request_key=f"back:{asked.id}", actor="system", case_id=None
    )


def refunds_of(world: World, asked: online.PayOrder) -> list[str]:
    return [online.refund_number(row.id) for row in world.rows(refund, order_id=asked.order_id)]


@pytest.fixture
def played(store: Store) -> World:
    return World(store)
