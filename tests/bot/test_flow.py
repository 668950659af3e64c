"""People and machines that send too fast."""

from __future__ import annotations

import pytest

from bot.flow import Flow, FlowLimit
from bot.inbound import Inbound
from bot.protocol import read_inbound
from tests.bot import pushes
from tests.support.clock import START, StillClock


def read(message: str) -> Inbound:
    return read_inbound(pushes.signed(), message.encode(), pushes.PLAIN, START)


def messages(count: int, openid: str = pushes.RESIDENT, start: int = 1) -> list[Inbound]:
    return [read(pushes.text("x", start + number, openid)) for number in range(count)]


def test_the_twenty_first_message_of_a_minute_is_told_and_then_nothing(clock: StillClock) -> None:
    limit = FlowLimit()
    flows = [limit.check(each, clock()) for each in messages(25)]
    assert flows == [Flow.HANDLE] * 20 + [Flow.TELL] + [Flow.QUIET] * 4


def test_others_are_not_touched(clock: StillClock) -> None:
    limit = FlowLimit()
    for each in messages(1000):
        limit.check(each, clock())
    assert {limit.check(each, clock()) for each in messages(20, "o_test_resident_2")} == {Flow.HANDLE}


def test_a_redelivery_of_an_admitted_message_is_admitted(clock: StillClock) -> None:
    limit = FlowLimit(most=2)
    first, second, third = messages(3)
    assert [limit.check(m, clock()) for m in (first, second, third, first, second)] == [
        Flow.HANDLE,
        Flow.HANDLE,
        Flow.TELL,
        Flow.HANDLE,
        Flow.HANDLE,
    ]


def test_the_window_slides(clock: StillClock) -> None:
    limit = FlowLimit(most=2)
    first, second, third, fourth = messages(4)
    assert limit.check(first, clock()) is Flow.HANDLE
    clock.advance(seconds=30)
    assert limit.check(second, clock()) is Flow.HANDLE
    clock.advance(seconds=29)
    assert limit.check(third, clock()) is Flow.TELL
    clock.advance(seconds=1)
    assert limit.check(third, clock()) is Flow.HANDLE
    assert limit.check(fourth, clock()) is Flow.TELL


@pytest.mark.parametrize("name", ["unsubscribe", "subscribe", "TEMPLATESENDJOBFINISH", "subscribe_msg_sent_event"])
def test_what_nobody_does_by_hand_always_passes(clock: StillClock, name: str) -> None:
    limit = FlowLimit(most=1)
    flows = {limit.check(read(pushes.event(name, CreateTime=str(n))), clock()) for n in range(1, 50)}
    assert flows == {Flow.HANDLE}


def test_memory_is_bounded(clock: StillClock) -> None:
    limit = FlowLimit(most=1, people=10)
    for number in range(100):
        for each in messages(3, f"o_test_{number}"):
            limit.check(each, clock())
    assert len(limit._seen) == 10
    assert len(limit._told) <= 10
