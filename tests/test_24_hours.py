"""A day and a half of simulated time in steps of ten minutes, every job at every step: what is due happens once.

The round closes at 23:00, so that its news falls into the night; goods come the next day at 14:00; pickup is from 16:00
to 19:00; one neighbour never comes, one complains and is not answered for 24 hours.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select

from models import Store, action_log, notice, order, round_
from tests.support.chat import LEADER, World, world
from tests.support.clock import SHANGHAI, StillClock
from tests.support.invariants import violations

STEP_MIN = 10
POST = "#开团 夜宵团\n1) 红颜草莓 45元/盒\n截单:今天23:00 自提:明天16:00-19:00\n地点:南门"

# What the people do by themselves, and when; everything else the scheduler has to do.
DOES: dict[str, Callable[[World], None]] = {
    "05-02 10:10": lambda place: _say(place, LEADER, POST, "确认"),
    "05-02 10:20": lambda place: _say(place, "王姐", "草莓2 3-502"),
    "05-02 10:30": lambda place: _say(place, "老李", "草莓1 5-301"),
    "05-03 14:00": lambda place: _say(place, LEADER, "到货", "确认"),
    "05-03 16:10": lambda place: _say(place, LEADER, _code(place, "王姐")),
    "05-03 16:20": lambda place: _say(place, "王姐", "售后 草莓坏了一盒"),
}

# When each push reaches whom.
HEARS = {
    # At 22:00 the quiet hours begin: for the neighbours this reminder would come after the deadline, and is not sent.
    ("05-02 22:00", LEADER, "现在2单、¥135"),
    ("05-02 23:00", LEADER, "到点截单：2单，共 ¥135"),
    ("05-03 07:30", "王姐", "“夜宵团”截单了"),
    ("05-03 07:30", "老李", "“夜宵团”截单了"),
    ("05-03 14:00", "王姐", "到货了"),
    ("05-03 14:00", "老李", "到货了"),
    ("05-03 16:20", LEADER, "新的售后 S1"),
    ("05-03 18:00", "老李", "的货还等您来取"),
    ("05-04 16:20", LEADER, "售后 S1 超过时间没有答复，已转给平台处理"),
    ("05-04 16:20", "王姐", "您的售后 S1 团长还没有答复，已转给平台处理"),
}


@pytest.mark.parametrize(
    "database_url",
    ["sqlite", pytest.param("postgresql", marks=(pytest.mark.soak, pytest.mark.postgresql))],
    indirect=True,
)
def test_what_is_due_happens_once_and_in_time(store: Store, clock: StillClock, tmp_path: Path) -> None:
    heard: list[tuple[str, str, str]] = []
    with world(store, clock, tmp_path / "media") as place:
        for who in ("王姐", "老李"):
            place.openid(who)
        while clock() < datetime(2026, 5, 4, 22, 0, tzinfo=SHANGHAI):
            clock.advance(minutes=STEP_MIN)
            at = f"{clock().astimezone(SHANGHAI):%m-%d %H:%M}"
            if at in DOES:
                DOES[at](place)
            if place.run_jobs():  # what a job has written goes out with the next run of the delivering one
                place.run_jobs()
            heard += [(at, who, text) for who in (LEADER, "王姐", "老李") for text in place.hear(who)]

    pushes = [one for one in heard if one[2] != "[image]"]
    for at, who, fragment in sorted(HEARS):
        assert [(t, w) for t, w, text in pushes if w == who and fragment in text] == [(at, who)], (fragment, pushes)
    assert len(pushes) == len(HEARS), pushes
    _check_rows(store)


def _check_rows(store: Store) -> None:
    with store.read() as work:
        states = {row.seq: row.state for row in work.db.execute(select(order.c.seq, order.c.state))}
        assert states == {1: "picked_up", 2: "no_show"}
        assert work.db.execute(select(round_.c.state)).scalars().all() == ["completed"]
        done = select(action_log.c.action, func.count().label("times")).group_by(action_log.c.action)
        counts = {row.action: row.times for row in work.db.execute(done)}
        for action in ("round.close", "round.arrive", "round.complete", "case.open", "case.escalate"):
            assert counts[action] == 1, (action, counts)
        unsent = work.db.execute(select(notice.c.kind, notice.c.state).where(notice.c.state != "sent")).all()
        assert sorted(map(tuple, unsent)) == [("reminder_close", "expired")] * 2
    assert violations(store) == []


def _say(place: World, who: str, *words: str) -> None:
    for one in words:
        place.say(who, one)


def _code(place: World, who: str) -> str:
    """The pickup code, as that person reads it."""
    text = place.say(who, "我的订单")
    return text.partition("取货码：")[2][:7].replace(" ", "")
