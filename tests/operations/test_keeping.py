"""How long what people wrote is kept: the configuration says it, the sweep does it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select

from app import kept
from config import Retention, load
from models import Store, notice, relay
from operations import housekeeping, regulars, relays
from operations.keeping import KEPT
from tests.support.clock import StillClock
from tests.support.world import World

EXAMPLE = Path(__file__).parents[2] / "config.example.toml"


def test_every_period_of_the_configuration_arrives_and_the_example_has_the_usual_ones() -> None:
    config = load(EXAMPLE, {})
    assert kept(config) == KEPT
    shorter = replace(config, retention=Retention(messages_days=3, case_photos_days=10))
    assert kept(shorter) == replace(KEPT, messages=timedelta(days=3), case_photos=timedelta(days=10))


def test_questions_and_notices_go_after_their_time_and_not_before(store: Store, clock: StillClock) -> None:
    place = World(store)
    who = place.resident("王姐", room="3-502")
    with store.transaction() as work:
        relays.ask(work, leader_id=place.leader_id, resident_id=who, text="几点能来取", source_key="m:1")
        work.db.execute(notice.update().values(state="sent"))
    shorter = replace(KEPT, questions=timedelta(days=10), notices=timedelta(days=20))

    def left() -> tuple[str, int]:
        with store.transaction() as work:
            housekeeping.sweep(work, kept=shorter)
            words = work.db.execute(select(relay.c.question)).scalar_one()
            return words, len(work.db.execute(select(notice.c.id)).all())

    clock.advance(days=9)
    asked, notices = left()
    assert asked == "几点能来取"
    assert notices > 0
    clock.advance(days=1)
    assert left() == ("-", notices)
    clock.advance(days=10)
    assert left() == ("-", 0)


def test_a_habit_is_what_was_taken_twice_in_its_most_common_amount() -> None:
    rice, oil, egg = ("米", "袋"), ("油", "桶"), ("鸡蛋", "板")
    assert regulars.habit([]) == {}
    assert regulars.habit([{rice: 2000, oil: 1000}]) == {rice: 2000, oil: 1000}
    assert regulars.habit([{rice: 2000}, {oil: 1000}]) == {rice: 2000}  # nothing twice: the last order
    assert regulars.habit([{rice: 1000, egg: 1000}, {rice: 2000}, {rice: 2000, oil: 1000}]) == {rice: 2000}
    assert regulars.habit([{rice: 1000}, {rice: 2000}]) == {rice: 1000}  # a tie: the newest
