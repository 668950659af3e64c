"""What WeChat still lets us send to somebody."""

from __future__ import annotations

import threading
from collections import Counter
from functools import partial

import pytest
from sqlalchemy import select, update

from models import Store, message_window, opt_in
from operations import windows
from tests.scheduler.neighbours import settle, windows_of
from tests.support.clock import StillClock
from tests.support.patience import PATIENCE_S
from tests.support.together import at_once, crowded


@pytest.fixture(autouse=True)
def _people(store: Store) -> None:
    settle(store)


def opened(store: Store, kind: str) -> None:
    with store.transaction() as work:
        windows.opened(work, account_id=1, kind=kind)


def take(store: Store) -> str | None:
    with store.transaction() as work:
        return windows.take(work, account_id=1)


@pytest.mark.parametrize(
    ("kind", "count", "seconds"), [("message", 5, 48 * 3600), ("click", 3, 60), ("follow", 3, 60), ("scan", 3, 60)]
)
def test_each_interaction_has_its_allowance(
    store: Store, clock: StillClock, kind: str, count: int, seconds: int
) -> None:
    assert take(store) is None
    opened(store, kind)
    clock.advance(seconds=seconds - 0.001)
    assert [take(store) for _ in range(count + 1)] == [kind] * count + [None]
    opened(store, kind)
    clock.advance(seconds=seconds)
    assert take(store) is None


def test_the_window_that_closes_first_is_used_first_and_a_new_message_fills_it(store: Store) -> None:
    opened(store, "message")
    opened(store, "click")
    assert [take(store) for _ in range(4)] == ["click", "click", "click", "message"]
    opened(store, "message")
    assert windows_of(store, 1) == {"click": 0, "message": 5}


def test_what_was_not_sent_is_given_back_but_never_more_than_the_allowance(store: Store) -> None:
    opened(store, "click")
    assert take(store) == "click"
    with store.transaction() as work:
        windows.put_back(work, account_id=1, kind="click")
        windows.put_back(work, account_id=1, kind="click")
    assert windows_of(store, 1) == {"click": 3}


def test_leaving_closes_every_window(store: Store) -> None:
    opened(store, "message")
    opened(store, "scan")
    with store.transaction() as work:
        windows.close_all(work, account_id=1)
    assert take(store) is None


def test_eight_senders_take_five(store: Store, database_url: str, clock: StillClock) -> None:
    opened(store, "message")
    with crowded(database_url, clock, people=8) as crowd:
        assert Counter(at_once([partial(take, crowd)] * 8)) == {"message": 5, None: 3}


@pytest.mark.postgresql
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_control_looking_first_takes_the_last_one_twice(store: Store) -> None:
    opened(store, "click")
    assert [take(store) for _ in range(2)] == ["click"] * 2
    both_have_looked = threading.Barrier(2)

    def naive() -> int:
        with store.transaction() as work:
            left = work.db.execute(select(message_window.c.remaining)).scalar_one()
            both_have_looked.wait(PATIENCE_S)
            work.db.execute(update(message_window).values(remaining=left - 1))
        return int(left)

    assert at_once([naive] * 2) == [1, 1]


def test_one_opt_in_is_one_message(store: Store) -> None:
    def consumed() -> bool:
        with store.transaction() as work:
            return windows.consumed(work, account_id=1, template_id="S")

    assert not consumed()
    with store.transaction() as work:
        windows.accepted(work, account_id=1, template_id="S")
        windows.accepted(work, account_id=1, template_id="S")
        windows.accepted(work, account_id=1, template_id="other")
    assert [consumed() for _ in range(3)] == [True, True, False]
    with store.transaction() as work:
        windows.returned(work, account_id=1, template_id="S")
        windows.accepted(work, account_id=1, template_id="S")
        windows.rejected(work, account_id=1, template_id="S")
    assert not consumed()
    with store.read() as work:
        left = {row.template_id: row.remaining for row in work.db.execute(opt_in.select())}
    assert left == {"S": 0, "other": 1}
