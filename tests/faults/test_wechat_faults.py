"""WeChat's API is away, slow, refuses every token, or answers pages: orders do not notice, and notices arrive later."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from statistics import quantiles
from typing import Any

import pytest

from bot.simulator.clock import ShiftedClock
from models import Store
from tests.faults.conftest import Platform
from tests.faults.neighbourhood import WORDS, Neighbourhood, announce, notice_states, settle
from tests.faults.phones import Crowd, Phones, Told
from tests.faults.product import ACCOUNT, Product
from tests.faults.test_scheduler_faults import check_delivered, template_calls
from tests.support.patience import until

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

NOTICES = 30
SEND = "message/template/send"
P99_S = 1.0
TOKEN_PAUSE_S = 300


def _dead(platform: Platform) -> None:
    platform.switch_off()


def _faulty(kind: str, path: str = "*", **options: Any) -> Callable[[Platform], None]:
    def strike(platform: Platform) -> None:
        platform.sim.fault(path, kind, math.inf, **options)

    return strike


def answered(product: Product, place: Neighbourhood, clock: ShiftedClock) -> list[Told]:
    """What people who order for two seconds or more are told."""
    crowd = Crowd(Phones(product.port, ACCOUNT, clock), place.openids, WORDS, copies=1)
    with crowd:
        time.sleep(2.5)
        until(lambda: len(crowd.told) > 30, "people order")
    return [answers[0] for answers in crowd.told.values()]


def p99(told: list[Told]) -> float:
    return quantiles((one.seconds for one in told), n=100)[-1]


FAULTS = {
    "dead": _dead,
    "slow": _faulty("delay", seconds=5.0),
    "resets": _faulty("reset_after", SEND),
    "pages": _faulty("html"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_orders_do_not_notice_and_notices_arrive_later(
    product: Product, platform: Platform, store: Store, clock: ShiftedClock, fault: str
) -> None:
    """While the API is broken, orders are answered as ever. When it is back, the backlog is delivered, each
    notice once.
    """
    place = settle(store, residents=200)
    for openid in place.openids[:NOTICES]:
        platform.sim.add_user(openid)
    FAULTS[fault](platform)
    try:
        openids = announce(place, NOTICES)
        told = answered(product, place, clock)
        states = notice_states(store, place.leader_id)
        assert states["sent"] < NOTICES, "the fault struck nothing"
    finally:
        if fault == "dead":
            platform.switch_on()
        platform.sim.clear_faults()
    assert all(one.is_booked for one in told)
    assert p99(told) < P99_S or p99(told) < 3 * p99(answered(product, place, clock)), "slower than without the fault"

    def is_drained() -> bool:
        clock.advance(1)  # a second of waiting is about twenty here: retries and pauses are minutes long
        return notice_states(store, place.leader_id) == {"sent": NOTICES}

    until(is_drained, "the backlog is delivered")
    check_delivered(platform, openids)


def test_a_token_that_is_always_refused_is_not_fetched_without_end(
    product: Product, platform: Platform, store: Store, clock: ShiftedClock
) -> None:
    """40001 for ten minutes: two renewals at most each time the channel is tried, and it is tried once in five
    minutes.
    """
    place = settle(store, residents=NOTICES)
    for openid in place.openids:
        platform.sim.add_user(openid)
    platform.sim.fault(SEND, "40001", math.inf)
    try:
        openids = announce(place, NOTICES)
        before = len(platform.sim.calls("stable_token"))
        for trial in range(1, 3):
            until(lambda trial=trial: len(template_calls(platform, openids)) >= trial, "the channel is tried")  # type: ignore[misc]
            time.sleep(2.5)  # more than one run of the job
            assert len(platform.sim.calls("stable_token")) - before <= 2 * trial + 1
            assert len(template_calls(platform, openids)) <= 2 * trial
            clock.advance(TOKEN_PAUSE_S + 1)
    finally:
        platform.sim.clear_faults()

    def is_drained() -> bool:
        clock.advance(1)
        return notice_states(store, place.leader_id) == {"sent": NOTICES}

    until(is_drained, "the backlog is delivered")
