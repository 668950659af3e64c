"""The program is renewed, or its only web worker keeps dying, while people order."""

from __future__ import annotations

import os
import signal
from collections import Counter

import pytest
import requests

from bot.simulator.clock import ShiftedClock
from bot.texts.replies import RECEIVED
from models import Store
from tests.faults.neighbourhood import WORDS, put_off, settle
from tests.faults.phones import Crowd, HesitantPhones, Phones
from tests.faults.product import ACCOUNT, Product, runs_jobs
from tests.support.patience import until
from tests.support.processes import is_alive


@pytest.mark.parametrize(
    "database",
    ["sqlite", pytest.param("postgresql", marks=(pytest.mark.soak, pytest.mark.postgresql))],
    indirect=True,
)
def test_a_renewal_fails_no_push(product: Product, store: Store, clock: ShiftedClock) -> None:
    """SIGHUP under load: no push is cut off, not even of those who had connected and not spoken yet, though main
    process, web worker and scheduler are new programs afterwards; the process id that a supervisor knows stays. (Where
    three programs start on a busy machine a push may wait longer than WeChat does, and comes again.)
    """
    place = settle(store, residents=300)
    old = {product.web, product.scheduler}
    slow = Crowd(HesitantPhones(product.port, ACCOUNT, clock), place.openids[150:], WORDS, copies=1, pause_s=0.01)
    with (
        slow,
        Crowd(Phones(product.port, ACCOUNT, clock), place.openids[:150], WORDS, copies=1, pause_s=0.01) as crowd,
    ):
        until(lambda: len(crowd.told) > 10, "people order")
        os.kill(product.main, signal.SIGHUP)
        until(lambda: not any(is_alive(pid) for pid in old), "the old worker and scheduler have ended", seconds=150)
        after = len(crowd.told)
        until(lambda: len(crowd.told) > after + 10, "people go on ordering")
    assert product.is_running
    assert old.isdisjoint({product.web, product.scheduler})
    everybody = crowd.told | slow.told
    answers = [told for one in everybody.values() for told in one]
    assert not any(told.cut for told in answers)
    assert sum(told.attempts > 1 for told in answers) < len(answers) / 100
    assert {told.text for told in answers if not told.is_booked} <= {RECEIVED}, "slow machines store some for later"
    until(lambda: put_off(store) == 0, "what was only stored is done")
    assert place.sources() == Counter(message.key for message in everybody)
    until(lambda: bool(product.health()["ok"]), "the new scheduler ticks")


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_new_program_that_does_not_start_changes_nothing(product: Product, store: Store) -> None:
    """SIGHUP with a configuration that cannot be used: the old program goes on."""
    until(lambda: runs_jobs(store, product.scheduler), "the scheduler has read its configuration")
    was, text = (product.web, product.scheduler), product.config.read_text("utf-8")
    try:
        product.config.write_text(text.replace("[wechat]", "[wechat]\ncolour = 1"), "utf-8")
        os.kill(product.main, signal.SIGHUP)
        until(lambda: "The new program does not start" in product.said(), "it was tried and found wanting")
    finally:
        product.config.write_text(text, "utf-8")
    assert (product.web, product.scheduler) == was
    assert requests.get(f"http://127.0.0.1:{product.port}/healthz", timeout=5).status_code in {200, 503}


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_worker_that_dies_again_and_again_is_a_pause(product: Product) -> None:
    """Three deaths of the only worker within a few seconds: nobody is refused a connection, and the program stays."""
    main = product.main
    for _ in range(3):
        product.kill(product.web)
        answer = requests.get(f"http://127.0.0.1:{product.port}/healthz", timeout=30)  # waits; an error would raise
        assert answer.status_code in {200, 503}
    assert (product.main, product.is_running) == (main, True)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_workers_end_when_the_main_process_is_killed(product: Product) -> None:
    """kill -9 of `cli.py run` alone leaves nobody behind who would go on with an old program."""
    children = {product.web, product.scheduler}
    product.kill(product.main)
    try:
        until(lambda: not any(is_alive(pid) for pid in children), "the orphans have ended")
    finally:
        product.kill_everything()
        product.start()
