"""The open question of a person, and the rest of a long reply."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot import commands as c
from bot import conversation
from bot.parsing.values import Doubt, Line
from models import Store
from operations import people
from tests.support.clock import StillClock


@pytest.fixture
def account_id(store: Store) -> int:
    with store.transaction() as work:
        return people.recognise(work, "o_test_resident_1").account_id


def test_nothing_is_asked_of_somebody_new(store: Store, account_id: int) -> None:
    with store.read() as work:
        state = conversation.load(work, account_id)
    assert (state.pending, state.rest, state.is_stored) == (None, None, False)


def test_a_question_stands_for_ten_minutes_and_a_new_one_replaces_it(
    store: Store, clock: StillClock, account_id: int
) -> None:
    with store.transaction() as work:
        conversation.wait_for(work, account_id, "confirm", {"n": 1})
        conversation.wait_for(work, account_id, "choose", {"n": 2})
    clock.advance(minutes=9, seconds=59)
    assert _pending(store, account_id) == ("choose", {"n": 2}, False)
    clock.advance(seconds=1)
    assert _pending(store, account_id) == ("choose", {"n": 2}, True)
    with store.transaction() as work:
        conversation.settle(work, account_id)
    with store.read() as work:
        assert conversation.load(work, account_id).pending is None


def test_the_rest_of_a_reply_is_kept_for_a_day(store: Store, clock: StillClock, account_id: int) -> None:
    with store.transaction() as work:
        conversation.keep_rest(work, account_id, "还有")
    clock.advance(hours=23)
    with store.read() as work:
        assert conversation.load(work, account_id).rest == "还有"
    clock.advance(hours=1)
    with store.read() as work:
        assert conversation.load(work, account_id).rest is None


@pytest.mark.parametrize(
    "command",
    [
        c.ChangeOrder((Line(1, 1500, "add"),), doubts=(Doubt("草莓", "which_item", (1, 2), 2000),), room="3-502"),
        c.SetDeadline(by=timedelta(hours=1), round_id=7, confirmed=True),
        c.CancelRound("下雨", round_id=3),
        c.Redeem((("482913", "草莓1"),)),
    ],
)
def test_a_command_survives_being_stored(command: c.Command) -> None:
    assert c.load(c.dump(command)) == command


def _pending(store: Store, account_id: int) -> tuple[str, dict[str, int], bool]:
    with store.read() as work:
        found = conversation.load(work, account_id).pending
    assert found is not None
    return found.kind, found.data, found.is_expired
