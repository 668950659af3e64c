"""A template message that WeChat took and could not deliver is not lost: the person reads it with his next message."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select, update

from bot.simulator.inbound import template_finished
from bot.texts.notices import NoticeTexts
from models import Store, account, leader, notice
from operations import people
from operations.notices import enqueue
from scheduler.channels import Channels, Template
from scheduler.jobs import Context
from tests.support.chat import PUBLIC_URL, World, world
from tests.support.clock import StillClock

TEMPLATES = Channels(customer=False, templates={"round_extended": Template("T", {"thing1": "title"})})


@pytest.fixture
def place(store: Store, clock: StillClock, tmp_path: Path) -> Iterator[World]:
    """A neighbour who is told of a new deadline by template message."""
    with world(store, clock, tmp_path) as place:
        place.sim.add_template("T", "改了截单时间", {"thing1": "团"})
        settings = replace(place.jobs.settings, channels=TEMPLATES)
        place.jobs = Context(store, place.jobs.messenger, NoticeTexts(PUBLIC_URL), settings)
        place.openid("王姐")
        with store.transaction() as work:
            work.db.execute(update(leader).values(quiet_from_min=0, quiet_until_min=0))
            leader_id = work.db.execute(select(leader.c.id)).scalars().first() or 0
            account_id = people.recognise(work, place.openid("王姐")).account_id
            facts = {"title": "周六水果团", "closes_at": (work.now).isoformat()}
            enqueue(work, leader_id=leader_id, account_id=account_id, kind="round_extended", key="k", payload=facts)
        yield place


def states(store: Store) -> list[str]:
    with store.read() as work:
        return list(work.db.execute(select(notice.c.state).where(notice.c.kind == "round_extended")).scalars())


def test_a_refused_template_message_waits_for_the_next_message(place: World) -> None:
    place.sim.user(place.openid("王姐")).refuses_template = True
    place.run_jobs()
    place.sim.deliver_events()
    assert states(place.store) == ["waiting"]
    assert "周六水果团" in place.say("王姐", "团购")
    assert states(place.store) == ["shown"]


def test_one_that_arrived_stays_sent(place: World) -> None:
    place.run_jobs()
    place.sim.deliver_events()
    assert states(place.store) == ["sent"]


def test_a_report_about_somebody_elses_message_changes_nothing(place: World) -> None:
    place.run_jobs()
    with place.store.read() as work:
        number = int(work.db.execute(select(notice.c.wx_msgid).where(notice.c.kind == "round_extended")).scalar_one())
    place.sim.push(template_finished(place.openid("老李"), number, "failed:user block"))
    assert states(place.store) == ["sent"]


def test_a_report_does_not_bring_back_who_has_left(place: World) -> None:
    openid = place.openid("王姐")
    place.leave("王姐")
    place.sim.push(template_finished(openid, 1, "failed:user block"))
    with place.store.read() as work:
        assert work.db.execute(select(account.c.is_subscribed).where(account.c.openid == openid)).scalar_one() is False
