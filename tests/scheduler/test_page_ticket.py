"""The ticket that signs pages: fetched by one worker, kept for all, renewed before its end."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.simulator import Account, Sim, serve
from bot.wechat import WeChatMessenger
from models import Store
from models import page_ticket as table
from operations import page_ticket
from scheduler.jobs import Context, Settings
from scheduler.runner import run_once
from tests.scheduler.words import Words
from tests.support.clock import StillClock
from tests.support.together import at_once

ACCOUNT = Account(appid="wxtest00000000test", secret="secret-of-the-tests")


@pytest.fixture
def sim(clock: StillClock) -> Sim:
    return Sim(clock=clock, account=ACCOUNT)


@pytest.fixture
def context(sim: Sim, store: Store, tmp_path: Path) -> Iterator[Context]:
    with serve(sim.wsgi) as url:
        messenger = WeChatMessenger(ACCOUNT.appid, ACCOUNT.secret, api_base=f"{url}/cgi-bin/", simulator=True)
        yield Context(store, messenger, Words(), Settings(media_folder=tmp_path, appid=ACCOUNT.appid))
        messenger.close()


def renew(context: Context) -> int:
    return run_once("renew_page_ticket", context)


def current(store: Store) -> str | None:
    with store.read() as work:
        return page_ticket.current(work, appid=ACCOUNT.appid)


def asked(sim: Sim) -> int:
    return len(sim.calls("ticket/getticket"))


def test_it_is_fetched_once_and_again_before_it_ends(context: Context, sim: Sim, clock: StillClock) -> None:
    store = context.store
    assert current(store) is None
    assert [renew(context), renew(context), asked(sim)] == [1, 0, 1]
    first = current(store)
    assert first
    clock.advance(minutes=109)
    assert [renew(context), current(store), asked(sim)] == [0, first, 1]
    clock.advance(minutes=2)
    renew(context)
    assert asked(sim) == 2, "ten minutes before its end"
    clock.advance(minutes=10)
    renew(context)
    assert current(store) not in {None, first}


def test_a_ticket_that_ended_is_given_to_no_page(context: Context, clock: StillClock) -> None:
    renew(context)
    clock.advance(hours=2)
    assert current(context.store) is None


@pytest.mark.parametrize(("fault", "minutes"), [("48001", 60), ("45009", 60), ("-1", 1), ("500", 1), ("html", 1)])
def test_what_wechat_answers_decides_about_the_next_try(
    context: Context, sim: Sim, clock: StillClock, fault: str, minutes: int
) -> None:
    sim.fault("ticket/getticket", fault)
    assert [renew(context), current(context.store), renew(context), asked(sim)] == [0, None, 0, 1]
    clock.advance(minutes=minutes - 0.5)
    assert [renew(context), asked(sim)] == [0, 1]
    clock.advance(minutes=0.5)
    assert renew(context) == 1
    assert current(context.store)


def test_a_refusal_leaves_the_old_one_standing(context: Context, sim: Sim, clock: StillClock) -> None:
    renew(context)
    first = current(context.store)
    clock.advance(minutes=111)
    sim.fault("ticket/getticket", "45009")
    renew(context)
    assert current(context.store) == first


def test_two_workers_ask_once(store: Store) -> None:
    def claim() -> int | None:
        return store.run(partial(page_ticket.claim, appid=ACCOUNT.appid))

    fences = [one for one in at_once([claim] * 4) if one is not None]
    assert fences == [1]


def test_who_wakes_late_overwrites_nothing(store: Store, clock: StillClock) -> None:
    stale = store.run(partial(page_ticket.claim, appid=ACCOUNT.appid))
    clock.advance(seconds=61)
    fence = store.run(partial(page_ticket.claim, appid=ACCOUNT.appid))
    assert stale is not None
    assert fence is not None
    life = timedelta(hours=2)
    keep = partial(page_ticket.keep, appid=ACCOUNT.appid, life=life)
    assert store.run(partial(keep, fence=fence, ticket="newer"))
    assert not store.run(partial(keep, fence=stale, ticket="older"))
    assert not store.run(partial(page_ticket.put_off, appid=ACCOUNT.appid, fence=stale, until=clock()))
    assert current(store) == "newer"


def test_control_without_the_fence_the_older_one_would_win(store: Store, clock: StillClock) -> None:
    """The same order of things, written by whoever comes."""
    store.run(partial(page_ticket.claim, appid=ACCOUNT.appid))
    clock.advance(seconds=61)
    store.run(partial(page_ticket.claim, appid=ACCOUNT.appid))
    for ticket in ("newer", "older"):
        with store.transaction() as work:
            fence = work.db.execute(select(table.c.fence)).scalar_one()  # looked up, not held since the claim
            page_ticket.keep(work, appid=ACCOUNT.appid, fence=fence, ticket=ticket, life=timedelta(hours=2))
    assert current(store) == "older"


def test_without_an_appid_nobody_is_asked(context: Context, sim: Sim, tmp_path: Path) -> None:
    other = Context(context.store, context.messenger, Words(), Settings(media_folder=tmp_path), threading.Event())
    assert [renew(other), asked(sim)] == [0, 0]
