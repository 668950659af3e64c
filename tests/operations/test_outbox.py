"""Claiming notices: what is due, what is set aside, who owns a result."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from models import Store
from operations import outbox
from operations.outbox import Claimed
from operations.quiet_hours import quiet_until
from tests.scheduler.neighbours import LEADER, notices, openid, paused, set_account, set_leader, settle, states, tell
from tests.support.clock import StillClock

LEASE = timedelta(seconds=60)
SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.fixture(autouse=True)
def _people(store: Store) -> None:
    settle(store)


def claim(store: Store, limit: int = 20) -> list[Claimed]:
    with store.transaction() as work:
        return outbox.claim(work, limit=limit, lease=LEASE)


def test_an_empty_outbox_gives_nothing(store: Store) -> None:
    assert claim(store) == []


def test_a_claim_belongs_to_one_worker_until_its_lease_ends(store: Store, clock: StillClock) -> None:
    tell(store, 1)
    [first] = claim(store)
    assert (first.openid, first.fence, first.attempts, first.first_sent_at) == (openid(1), 1, 1, None)
    clock.advance(seconds=59)
    assert claim(store) == []
    clock.advance(seconds=2)
    [second] = claim(store)
    assert (second.id, second.fence, second.client_msg_id) == (first.id, 2, first.client_msg_id)


def test_a_stale_worker_cannot_write_any_result(store: Store, clock: StillClock) -> None:
    tell(store, 1)
    [stale] = claim(store)
    clock.advance(seconds=61)
    [fresh] = claim(store)
    with store.transaction() as work:
        assert not outbox.begin_sending(work, stale, channel="customer")
        assert not outbox.finish_sent(work, stale, channel="customer")
        assert not outbox.retry_later(work, stale, code=-1)
        assert not outbox.put_back(work, stale)
        assert not outbox.give_up(work, stale, state="failed", code=47003)
    assert states(store) == {"k:1": "sending"}
    with store.transaction() as work:
        assert outbox.finish_sent(work, fresh, channel="template", wx_msgid="42")
        assert not outbox.finish_sent(work, fresh, channel="template", wx_msgid="43")
    row = notices(store)["k:1"]
    assert (row.state, row.channel, row.wx_msgid, row.lease_until) == ("sent", "template", "42", None)


def test_not_before_means_not_before(store: Store, clock: StillClock) -> None:
    clock.set_local("2026-05-03 07:29")
    tell(store, 1, not_before=clock() + timedelta(minutes=1))
    assert claim(store) == []
    clock.set_local("2026-05-03 07:31")
    assert len(claim(store)) == 1


def test_tries_are_spaced_and_end_in_waiting(store: Store, clock: StillClock) -> None:
    tell(store, 1)
    pauses = []
    for _ in range(5):
        [claimed] = claim(store)
        with store.transaction() as work:
            assert outbox.retry_later(work, claimed, code=-1)
        row = notices(store)["k:1"]
        pauses.append((row.next_at - clock()).total_seconds())
        clock.set(row.next_at)
    assert pauses == [10, 30, 60, 300, 900]
    [last] = claim(store)
    with store.transaction() as work:
        assert outbox.retry_later(work, last, code=-1)
    assert (states(store), notices(store)["k:1"].last_code) == ({"k:1": "waiting"}, -1)


def test_put_back_does_not_count_as_a_try(store: Store, clock: StillClock) -> None:
    tell(store, 1)
    for _ in range(20):
        [claimed] = claim(store)
        with store.transaction() as work:
            assert outbox.begin_sending(work, claimed, channel="customer")
            assert outbox.put_back(work, claimed, until=clock() + timedelta(seconds=30))
        clock.advance(seconds=30)
    [claimed] = claim(store)
    assert (claimed.attempts, claimed.first_sent_at, claimed.channel) == (1, None, None)


def test_a_try_that_may_have_arrived_is_remembered(store: Store, clock: StillClock) -> None:
    tell(store, 1)
    began = clock()
    for _ in range(2):
        [claimed] = claim(store)
        with store.transaction() as work:
            assert outbox.begin_sending(work, claimed, channel="template")
            assert outbox.retry_later(work, claimed, code=None, maybe_arrived=True)
        clock.advance(seconds=30)
    [claimed] = claim(store)
    assert (claimed.first_sent_at, claimed.channel) == (began, "template")


def test_out_of_date_is_never_sent(store: Store, clock: StillClock) -> None:
    tell(store, 1, expires_at=clock() + timedelta(minutes=5))
    clock.advance(minutes=5)
    assert claim(store) == []
    assert states(store) == {"k:1": "expired"}


def test_the_muted_and_the_gone_are_not_pushed(store: Store) -> None:
    set_account(store, 1, is_muted=True)
    set_account(store, 2, is_subscribed=False)
    tell(store, 1, 2, 3)
    assert [claimed.account_id for claimed in claim(store)] == [3]
    assert states(store) == {"k:1": "waiting", "k:2": "waiting", "k:3": "sending"}


def test_somebody_who_mutes_while_a_worker_is_gone_is_left_in_peace(store: Store, clock: StillClock) -> None:
    tell(store, 1)
    [stale] = claim(store)
    set_account(store, 1, is_muted=True)
    clock.advance(seconds=61)
    assert claim(store) == []
    with store.transaction() as work:
        assert not outbox.finish_sent(work, stale, channel="customer")
    assert states(store) == {"k:1": "waiting"}


def test_one_person_is_claimed_as_a_whole(store: Store) -> None:
    for key in "abcd":
        tell(store, 1, 2, key=key)
    assert [(claimed.account_id, claimed.payload["title"]) for claimed in claim(store, limit=8)] == [
        (account_id, key) for account_id in (1, 2) for key in "abcd"
    ]


def test_the_batch_is_bounded(store: Store) -> None:
    for key in "abcd":
        tell(store, 1, 2, key=key)
    assert [len(claim(store, limit=3)) for _ in range(4)] == [3, 3, 2, 0]


# ---------------------------------------------------------------- quiet hours

NIGHT = {"quiet_from_min": 22 * 60, "quiet_until_min": 7 * 60 + 30}


@pytest.mark.parametrize(
    ("now", "until"),
    [
        ("2026-05-02 21:59:59", None),
        ("2026-05-02 22:00:00", "2026-05-03 07:30"),
        ("2026-05-02 23:59:59", "2026-05-03 07:30"),
        ("2026-05-03 00:00:00", "2026-05-03 07:30"),
        ("2026-05-03 07:29:59", "2026-05-03 07:30"),
        ("2026-05-03 07:30:00", None),
        ("2026-05-03 12:00:00", None),
    ],
)
def test_the_end_of_the_night(now: str, until: str | None) -> None:
    instant = datetime.fromisoformat(now).replace(tzinfo=SHANGHAI).astimezone(UTC)
    end = datetime.fromisoformat(until).replace(tzinfo=SHANGHAI) if until else None
    assert quiet_until(instant, 22 * 60, 7 * 60 + 30) == end


def test_quiet_hours_within_a_day_and_none_at_all() -> None:
    noon = datetime(2026, 5, 2, 12, 30, tzinfo=SHANGHAI)
    assert quiet_until(noon, 12 * 60, 14 * 60) == datetime(2026, 5, 2, 14, 0, tzinfo=SHANGHAI)
    assert quiet_until(noon, 13 * 60, 14 * 60) is None
    assert quiet_until(noon, 12 * 60 + 30, 12 * 60 + 30) is None


def test_the_night_holds_news_but_no_answers_and_not_the_leaders_own(store: Store, clock: StillClock) -> None:
    set_leader(store, **NIGHT)
    clock.set_local("2026-05-02 23:30")
    tell(store, 1, 2)
    tell(store, 1, kind="relay_answer", key="answer")
    tell(store, LEADER, kind="round_closed", key="closed")
    at_night = claim(store)
    assert [claimed.dedupe_key for claimed in at_night] == ["answer:1", f"closed:{LEADER}"]
    with store.transaction() as work:
        assert all(outbox.finish_sent(work, claimed, channel="customer") for claimed in at_night)
    assert {key for key, state in states(store).items() if state == "queued"} == {"k:1", "k:2"}
    clock.set_local("2026-05-03 07:29")
    assert claim(store) == []
    clock.set_local("2026-05-03 07:30")
    assert [claimed.dedupe_key for claimed in claim(store)] == ["k:1", "k:2"]


def test_a_retry_that_falls_into_the_night_waits_for_the_morning(store: Store, clock: StillClock) -> None:
    set_leader(store, **NIGHT)
    clock.set_local("2026-05-02 21:59:55")
    tell(store, 1)
    [claimed] = claim(store)
    with store.transaction() as work:
        assert outbox.retry_later(work, claimed, code=-1)
    clock.set_local("2026-05-02 22:00:05")
    assert claim(store) == []
    assert notices(store)["k:1"].next_at == datetime(2026, 5, 3, 7, 30, tzinfo=SHANGHAI)


def test_a_reminder_that_would_come_too_late_in_the_morning_is_dropped(store: Store, clock: StillClock) -> None:
    set_leader(store, **NIGHT)
    clock.set_local("2026-05-02 22:30")
    tell(store, 1, kind="reminder_close", expires_at=clock() + timedelta(hours=1))
    assert claim(store) == []
    clock.set_local("2026-05-03 07:30")
    assert claim(store) == []
    assert states(store) == {"k:1": "expired"}


# ---------------------------------------------------------------- pauses


def test_a_longer_pause_is_not_shortened(store: Store, clock: StillClock) -> None:
    with store.transaction() as work:
        outbox.pause(work, "customer", until=work.now + timedelta(hours=1), code=45009)
        outbox.pause(work, "customer", until=work.now + timedelta(minutes=1), code=-1)
        outbox.pause(work, "template", until=work.now + timedelta(minutes=1), code=-1)
        outbox.pause(work, "template", until=work.now + timedelta(hours=2), code=48001)
        assert {name: pause.code for name, pause in outbox.pauses(work).items()} == {
            "customer": 45009,
            "template": 48001,
        }
        outbox.resume(work, "template")
    clock.advance(hours=1)
    with store.read() as work:
        assert outbox.pauses(work) == {}
    assert set(paused(store)) == {"customer"}
