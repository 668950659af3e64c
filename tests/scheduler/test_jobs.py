"""The jobs one by one, on both databases, with a clock that moves when told."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, insert, null, select, update

from models import (
    Store,
    Work,
    attempt,
    channel_pause,
    conversation,
    inbound_message,
    login_link,
    message_window,
    order,
    round_,
    web_session,
)
from operations import windows
from operations.notices import Addressed, enqueue_many
from operations.orders import Change, change
from operations.rounds import set_deadline
from scheduler.jobs import Context, Settings
from scheduler.pacing import MOST_STEPS
from scheduler.runner import run_once
from scheduler.schedule import SCHEDULE
from tests.scheduler.messengers import Recorder
from tests.scheduler.neighbours import LEADER, notices, open_round, openid, settle, states
from tests.scheduler.words import Words
from tests.support.clock import StillClock
from tests.support.patience import PATIENCE_S


@pytest.fixture
def recorder() -> Recorder:
    return Recorder()


@pytest.fixture
def context(store: Store, recorder: Recorder, tmp_path: Path) -> Context:
    settings = Settings(media_folder=tmp_path / "media", sends_per_second=10_000)
    return Context(store, recorder.messenger, Words(), settings)


def count(store: Store, what: Any) -> int:
    with store.read() as work:
        return int(work.db.execute(select(func.count()).select_from(what)).scalar_one())


def round_states(store: Store) -> list[str]:
    with store.read() as work:
        return list(work.db.execute(select(round_.c.state).order_by(round_.c.id)).scalars())


@pytest.mark.parametrize("name", [job.name for job in SCHEDULE])
def test_every_job_runs_on_an_empty_database(context: Context, name: str) -> None:
    assert run_once(name, context) == 0


def test_an_unknown_job_is_an_error(sqlite_store: Store, recorder: Recorder, tmp_path: Path) -> None:
    with pytest.raises(KeyError):
        run_once("nothing", Context(sqlite_store, recorder.messenger, Words(), Settings(media_folder=tmp_path)))


def test_a_job_that_is_told_to_stop_begins_nothing(context: Context, store: Store, clock: StillClock) -> None:
    settle(store)
    with store.transaction() as work:
        open_round(work, residents=[1])
        windows.opened(work, account_id=2, kind="message")
        enqueue_many(work, leader_id=LEADER, kind="arrived", to=[Addressed(2, "k", {"title": "k"})])
    clock.advance(hours=1)
    context.stop.set()
    assert (run_once("close_due", context), run_once("deliver_notices", context)) == (0, 0)
    assert (round_states(store), states(store)) == (["open"], {"k": "queued"})
    context.stop.clear()
    assert (run_once("close_due", context), run_once("deliver_notices", context)) == (1, 3)


# ---------------------------------------------------------------- closing


def test_only_rounds_whose_time_is_over_are_closed_and_only_once(
    context: Context, store: Store, clock: StillClock
) -> None:
    settle(store)
    with store.transaction() as work:
        open_round(work, residents=[1, 2], closes_at=clock() + timedelta(minutes=59))
        open_round(work, residents=[1], closes_at=clock() + timedelta(hours=2))
    clock.advance(hours=1)
    assert run_once("close_due", context) == 1
    assert round_states(store) == ["closed", "open"]
    told = states(store)
    assert len(told) == 3  # two residents and the leader
    assert run_once("close_due", context) == 0
    assert states(store) == told


def test_a_scheduler_that_was_down_catches_up_and_nobody_orders_meanwhile(
    context: Context, store: Store, clock: StillClock
) -> None:
    settle(store)
    with store.transaction() as work:
        round_id = open_round(work, residents=[1])
    clock.advance(hours=1, milliseconds=1)
    with store.read() as work:
        found = work.db.execute(select(order.c.resident_id, order.c.round_id)).one()
        offer_id = work.db.exec_driver_sql("SELECT id FROM offer").scalar_one()

    def late(work: Any) -> None:
        change(
            work,
            leader_id=LEADER,
            round_id=round_id,
            resident_id=found.resident_id,
            changes=[Change(offer_id, 2000)],
            actor="account:1",
            source_key="late",
        )

    with pytest.raises(Exception, match="round_closed"):
        store.run(late)
    clock.advance(days=3)
    assert run_once("close_due", context) == 1


def test_an_extended_round_is_closed_again_at_its_new_time(context: Context, store: Store, clock: StillClock) -> None:
    settle(store)
    with store.transaction() as work:
        round_id = open_round(work, residents=[1])
    clock.advance(hours=1)
    run_once("close_due", context)
    with store.transaction() as work:
        set_deadline(
            work, leader_id=LEADER, round_id=round_id, closes_at=clock() + timedelta(hours=1), actor="account:9000"
        )
    assert run_once("close_due", context) == 0
    clock.advance(hours=1)
    assert run_once("close_due", context) == 1
    assert sum(row.kind == "order_closed" for row in notices(store).values()) == 2


def test_one_run_is_bounded_and_the_next_goes_on(context: Context) -> None:
    left = [1] * (MOST_STEPS + 7)

    def step(_: Work) -> int:
        return left.pop() if left else 0

    assert [context.repeat(step) for _ in range(3)] == [MOST_STEPS, 7, 0]


# ---------------------------------------------------------------- reminding


def reminders(store: Store) -> list[tuple[int, dict[str, Any]]]:
    return [(row.account_id, row.payload) for row in notices(store).values() if row.kind == "reminder_close"]


def test_people_with_an_order_and_the_leader_are_reminded_once_per_deadline(
    context: Context, store: Store, clock: StillClock
) -> None:
    settle(store)
    with store.transaction() as work:
        round_id = open_round(work, residents=[1, 2], closes_at=clock() + timedelta(hours=6))
    assert run_once("remind_before_close", context) == 0
    clock.advance(hours=5)
    assert run_once("remind_before_close", context) == 1
    assert run_once("remind_before_close", context) == 0
    told = dict(reminders(store))
    assert set(told) == {1, 2, LEADER}
    assert (told[LEADER]["orders"], told[LEADER]["total_fen"], "orders" in told[1]) == (2, 9000, False)
    with store.transaction() as work:
        set_deadline(
            work, leader_id=LEADER, round_id=round_id, closes_at=clock() + timedelta(hours=8), actor="account:9000"
        )
    assert run_once("remind_before_close", context) == 0
    clock.advance(hours=7, minutes=30)
    assert run_once("remind_before_close", context) == 1
    assert len(reminders(store)) == 6


def test_a_round_that_was_short_from_the_start_is_not_announced_twice(
    context: Context, store: Store, clock: StillClock
) -> None:
    settle(store)
    with store.transaction() as work:
        open_round(work, residents=[1], closes_at=clock() + timedelta(hours=1))
    assert run_once("remind_before_close", context) == 1
    assert reminders(store) == []


def test_a_reminder_after_the_deadline_is_none(context: Context, store: Store, clock: StillClock) -> None:
    settle(store)
    with store.transaction() as work:
        open_round(work, residents=[1], closes_at=clock() + timedelta(hours=6))
    clock.advance(hours=6)
    assert run_once("remind_before_close", context) == 0


# ---------------------------------------------------------------- the whole way


def test_a_round_closes_and_everybody_hears_of_it(
    context: Context, store: Store, clock: StillClock, recorder: Recorder
) -> None:
    settle(store)
    with store.transaction() as work:
        open_round(work, residents=[1, 2])
        for account_id in (1, LEADER):
            windows.opened(work, account_id=account_id, kind="message")
    clock.advance(hours=1)
    run_once("close_due", context)
    assert run_once("deliver_notices", context) == 3
    assert dict(recorder.sent) == {
        openid(1): "order_closed: 周六水果团",
        openid(LEADER): "round_closed: 周六水果团",
    }
    assert sorted(states(store).values()) == ["sent", "sent", "waiting"]


# ---------------------------------------------------------------- questions and cleaning up


def test_a_question_nobody_answered_is_forgotten(context: Context, store: Store, clock: StillClock) -> None:
    settle(store)
    with store.transaction() as work:
        for account_id, minutes in ((1, 10), (2, 30)):
            work.db.execute(
                insert(conversation).values(
                    account_id=account_id,
                    pending_kind="confirm",
                    pending={"n": 1},
                    pending_until=work.now + timedelta(minutes=minutes),
                    changed_at=work.now,
                )
            )
    clock.advance(minutes=10)
    assert run_once("expire_questions", context) == 0  # a late answer is still told that its time is over
    clock.advance(days=1)
    assert run_once("expire_questions", context) == 1
    with store.read() as work:
        left = {row.account_id: row.pending for row in work.db.execute(select(conversation))}
        forgotten = work.db.execute(
            select(conversation.c.account_id).where(conversation.c.pending.is_(null()))
        ).scalars()
        assert forgotten.all() == [1]  # nothing at all is kept, not even a JSON null
    assert left == {1: None, 2: {"n": 1}}


def test_what_is_over_is_deleted_and_nothing_else(context: Context, store: Store, clock: StillClock) -> None:
    settle(store)
    now = clock()
    ago: Callable[..., Any] = lambda **how: now - timedelta(**how)  # noqa: E731
    with store.transaction() as work:
        for key, at in (("new", ago(days=6)), ("week", ago(days=8)), ("month", ago(days=31))):
            work.db.execute(
                insert(inbound_message).values(
                    dedupe_key=key, openid=openid(1), kind="text", state="done", reply="r", received_at=at
                )
            )
        for token, until in (("live", now + timedelta(hours=1)), ("over", ago(hours=1)), ("long", ago(days=2))):
            whose = {"account_id": 1, "leader_id": LEADER, "token_hash": token, "created_at": ago(days=3)}
            work.db.execute(
                insert(web_session).values(**whose, role="resident", csrf="c", seen_at=now, expires_at=until)
            )
            work.db.execute(insert(login_link).values(**whose, purpose="resident", expires_at=until))
        for subject, locked_until in (("old", None), ("locked", now + timedelta(minutes=5))):
            work.db.execute(
                insert(attempt).values(
                    scope="login", subject=subject, window_from=ago(days=2), failures=9, locked_until=locked_until
                )
            )
        windows.opened(work, account_id=1, kind="click")
        windows.opened(work, account_id=1, kind="message")
        work.db.execute(insert(channel_pause).values(channel="customer", until=ago(minutes=1), code=-1, since=now))
    clock.advance(minutes=2)
    assert run_once("clean_up", context) > 0
    assert run_once("clean_up", context) == 0
    with store.read() as work:
        messages = {row.dedupe_key: row.reply for row in work.db.execute(select(inbound_message))}
        sessions = set(work.db.execute(select(web_session.c.token_hash)).scalars())
        links = set(work.db.execute(select(login_link.c.token_hash)).scalars())
        attempts = set(work.db.execute(select(attempt.c.subject)).scalars())
        open_windows = set(work.db.execute(select(message_window.c.kind)).scalars())
    assert messages == {"new": "r", "week": None}
    assert (sessions, links, attempts, open_windows) == ({"live"}, {"live", "over"}, {"locked"}, {"message"})
    assert count(store, channel_pause) == 0


def test_cleaning_up_takes_more_than_one_batch(context: Context, store: Store, clock: StillClock) -> None:
    rows = [
        {
            "dedupe_key": f"m:{n}",
            "openid": openid(1),
            "kind": "text",
            "state": "done",
            "received_at": clock() - timedelta(days=40),
        }
        for n in range(1201)
    ]
    with store.transaction() as work:
        work.db.execute(insert(inbound_message), rows)
    assert run_once("clean_up", context) == 1201
    assert count(store, inbound_message) == 0


def test_a_pickup_that_is_over_is_ended(context: Context, store: Store, clock: StillClock) -> None:
    settle(store)
    with store.transaction() as work:
        open_round(work, residents=[1])
        work.db.execute(update(order).values(state="ready", ready_at=work.now))
        work.db.execute(
            update(round_).values(
                state="arrived", arrived_at=work.now, pickup_from=work.now, pickup_until=work.now + timedelta(hours=6)
            )
        )
    clock.advance(hours=4)
    assert run_once("remind_uncollected", context) == 1
    assert run_once("remind_uncollected", context) == 0
    assert run_once("end_pickup_days", context) == 0
    clock.advance(hours=3)
    assert run_once("end_pickup_days", context) == 1
    assert run_once("end_pickup_days", context) == 0
    assert round_states(store) == ["completed"]


def test_delivery_keeps_the_database_free_while_it_waits_for_the_network(
    context: Context, store: Store, recorder: Recorder
) -> None:
    """A message that hangs must not hold a lock: others write meanwhile."""
    settle(store)
    with store.transaction() as work:
        windows.opened(work, account_id=1, kind="message")
        enqueue_many(work, leader_id=LEADER, kind="arrived", to=[Addressed(1, "k", {"title": "k"})])
    sending, written = threading.Event(), threading.Event()

    def hang() -> None:
        sending.set()
        assert written.wait(PATIENCE_S)

    recorder.on_send = hang
    worker = threading.Thread(target=run_once, args=("deliver_notices", context))
    worker.start()
    assert sending.wait(PATIENCE_S)
    with store.transaction() as work:
        windows.opened(work, account_id=2, kind="message")
    written.set()
    worker.join(PATIENCE_S)
    assert states(store) == {"k": "sent"}
