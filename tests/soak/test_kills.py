"""A hundred kill -9 on each database, of the web worker, of the whole tree, and of the scheduler.

LINTUAN_SOAK_KILLS sets another number. What a run came to is printed: `make soak` shows it with -rP.
"""

from __future__ import annotations

import os
import time

import pytest

from bot.simulator.clock import ShiftedClock
from models import Store
from tests.faults.conftest import Platform
from tests.faults.neighbourhood import announce, notice_states, settle
from tests.faults.product import Product
from tests.faults.test_scheduler_faults import check_delivered, kill_the_scheduler_while_it_sends
from tests.faults.test_web_killed import check_orders, kill_while_people_order
from tests.support.invariants import violations
from tests.support.patience import until

pytestmark = [pytest.mark.soak, pytest.mark.timeout(1800)]

KILLS = int(os.environ.get("LINTUAN_SOAK_KILLS", "100"))
PER_SERIES = 5  # kills of the scheduler for one set of notices: more of its leases do not fit into WeChat's 10 minutes


def test_no_order_is_lost_or_doubled(
    product: Product, store: Store, clock: ShiftedClock, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every message answered in the end and in the database exactly once, whatever was killed in between."""
    place = settle(store, residents=2000)
    started = time.monotonic()
    toll, told = kill_while_people_order(product, place, clock, kills=KILLS, seed=1)
    check_orders(place, told)
    answers = sum(map(len, told.values()))
    with capsys.disabled():
        print(  # noqa: T201 - the figure is what the run is for
            f"\n{store.engine.dialect.name}: {toll.kills} kills in {time.monotonic() - started:.0f} s; {toll.messages} "
            f"messages in {answers} deliveries, {toll.repeated} cut off and repeated; "
            "0 lost, 0 doubled, 0 answered in two ways"
        )


def test_every_notice_arrives_and_is_seen_once(
    product: Product, platform: Platform, store: Store, clock: ShiftedClock, capsys: pytest.CaptureFixture[str]
) -> None:
    """kill -9 of the scheduler while it sends, again and again; each person sees each notice once."""
    again, sent = 0, 0
    for series in range(max(1, KILLS // PER_SERIES)):
        place = settle(store, residents=150)
        for openid in place.openids:
            platform.sim.add_user(openid)
        openids = announce(place, 150)
        kill_the_scheduler_while_it_sends(product, platform, clock, openids, kills=PER_SERIES, seed=series)
        until(lambda place=place: notice_states(store, place.leader_id) == {"sent": 150}, "everything is sent")  # type: ignore[misc]
        again += check_delivered(platform, openids)
        sent += len(openids)
    assert violations(store) == []
    with capsys.disabled():
        print(  # noqa: T201
            f"\n{store.engine.dialect.name}: {(series + 1) * PER_SERIES} kills of the scheduler; {sent} "
            f"notices, 0 lost, {again} sent again under their first key, each seen once"
        )
