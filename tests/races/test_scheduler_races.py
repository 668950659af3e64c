"""Two schedulers on one database: every round is closed once and everybody hears of it once.

The first test of each pair shows that its set-up can fail: with a plain select-then-update, PostgreSQL doubles.
"""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, insert, select, update

from models import Store, Work, action_log, notice, round_
from operations import outbox, rounds
from operations.notices import Addressed, enqueue_many
from scheduler.jobs import Context, Settings
from scheduler.runner import Runner
from scheduler.schedule import SCHEDULE, Job
from tests.scheduler.messengers import Recorder
from tests.scheduler.neighbours import LEADER, open_round, openid, settle
from tests.scheduler.words import TEMPLATES, Words
from tests.support.clock import StillClock
from tests.support.databases import compile_once, opened
from tests.support.patience import PATIENCE_S, until

ROUNDS = 100
LEASE = timedelta(seconds=60)


@pytest.fixture
def stores(database_url: str, clock: StillClock) -> Iterator[list[Store]]:
    """Two connection pools to one database, as two processes have them; schedulers wait longer than web pages."""
    both = [Store.open(database_url, clock=clock, rng=random.Random(n), wait_s=20) for n in range(2)]
    for one in both:
        compile_once(one)
    yield both
    for store in both:
        store.dispose()


def due_rounds(store: Store, clock: StillClock, count: int = ROUNDS) -> None:
    """Rounds with one order each whose time is over."""
    settle(store)
    with store.transaction() as work:
        for n in range(count):
            open_round(work, residents=[1], title=f"第{n}团")
    clock.advance(hours=2)


def both(stores: list[Store], job: Callable[[Store], object]) -> None:
    """Run a job on both stores at the same time."""
    barrier = threading.Barrier(2)

    def one(store: Store) -> object:
        barrier.wait(PATIENCE_S)
        return job(store)

    with ThreadPoolExecutor(2) as pool:
        for each in [pool.submit(one, store) for store in stores]:
            each.result()


def closings(store: Store) -> Counter[int]:
    """How often each round was closed, by the action log."""
    with store.read() as work:
        ids = work.db.execute(select(action_log.c.entity_id).where(action_log.c.action == "round.close")).scalars()
        return Counter(ids.all())


# ---------------------------------------------------------------- closing


@pytest.mark.postgresql
def test_control_a_naive_close_closes_twice(postgresql_url: str, clock: StillClock) -> None:
    """Select what is due, then update it: both see the same rounds."""
    seen = threading.Barrier(2)

    def naive(store: Store) -> None:
        with store.transaction() as work:
            due = (
                work.db.execute(select(round_.c.id).where(round_.c.state == "open", round_.c.closes_at <= work.now))
                .scalars()
                .all()
            )
            seen.wait(PATIENCE_S)
            for round_id in sorted(due):
                work.db.execute(update(round_).where(round_.c.id == round_id).values(state="closed"))
                _log_close(work, round_id)

    with opened(postgresql_url, clock) as one, opened(postgresql_url, clock) as two:
        due_rounds(one, clock, count=10)
        both([one, two], naive)
        assert set(closings(one).values()) == {2}


def _log_close(work: Work, round_id: int) -> None:
    work.db.execute(
        insert(action_log).values(
            leader_id=LEADER,
            id=work.new_id(),
            actor="system",
            action="round.close",
            entity="round",
            entity_id=round_id,
            at=work.now,
        )
    )


def test_two_schedulers_close_each_round_once_and_tell_everybody_once(
    stores: list[Store], clock: StillClock, tmp_path: Path
) -> None:
    due_rounds(stores[0], clock)
    recorder = Recorder()
    fast = [Job(job.name, 0.05, job.do) for job in SCHEDULE if job.name in ("close_due", "deliver_notices")]
    settings = Settings(media_folder=tmp_path, channels=TEMPLATES, sends_per_second=1000)
    runners = [Runner(Context(store, recorder.messenger, Words(), settings), fast) for store in stores]
    with _running(runners):
        until(lambda: _settled(stores[0]))
    assert set(closings(stores[0]).values()) == {1}
    with stores[0].read() as work:
        told = work.db.execute(select(notice.c.kind, func.count().label("n")).group_by(notice.c.kind))
        assert {row.kind: row.n for row in told} == {"order_closed": ROUNDS, "round_closed": ROUNDS}
        fences = set(work.db.execute(select(notice.c.fence)).scalars())
    assert fences == {1}  # nothing was claimed by both
    assert recorder.sent == []  # nobody has a window, and no template fits: all of it waits


@contextmanager
def _running(runners: list[Runner]) -> Iterator[None]:
    """Woken in real time, while the business clock stands still."""
    for runner in runners:
        runner.start()
    try:
        yield
    finally:
        finished = [runner.stop() for runner in runners]
    assert all(finished)


def _settled(store: Store) -> bool:
    with store.read() as work:
        is_open = work.db.execute(select(func.count()).where(round_.c.state == "open")).scalar_one()
        unsent = work.db.execute(select(func.count()).where(notice.c.state.in_(("queued", "sending")))).scalar_one()
    return not is_open and not unsent


# ---------------------------------------------------------------- claiming


def letters(store: Store, persons: int = 60, each: int = 5) -> None:
    settle(store, residents=range(1, persons + 1))
    to = [
        Addressed(person, f"{person}:{n}", {"title": str(n)}) for n in range(each) for person in range(1, persons + 1)
    ]
    with store.transaction() as work:
        enqueue_many(work, leader_id=LEADER, kind="arrived", to=to)


@pytest.mark.postgresql
def test_control_a_claim_without_skip_locked_takes_twice(postgresql_url: str, clock: StillClock) -> None:
    """SELECT … LIMIT without SKIP LOCKED, then UPDATE: the second waits for the first and takes the same rows again."""
    picked: list[int] = []
    both_have_looked = threading.Barrier(2)

    def naive(store: Store) -> None:
        with store.transaction() as work:
            ids = select(notice.c.id).where(notice.c.state == "queued").order_by(notice.c.id).limit(10)
            found = work.db.execute(ids).scalars().all()
            both_have_looked.wait(PATIENCE_S)
            taken = update(notice).where(notice.c.id.in_(found)).values(state="sending").returning(notice.c.id)
            picked.extend(work.db.execute(taken).scalars())

    with opened(postgresql_url, clock) as one, opened(postgresql_url, clock) as two:
        letters(one, persons=10, each=1)
        both([one, two], naive)
    assert (len(picked), set(Counter(picked).values())) == (20, {2})


def test_two_workers_claim_everything_once_and_nobody_in_two_parts(stores: list[Store]) -> None:
    letters(stores[0])
    claims: list[tuple[int, list[tuple[int, int]]]] = []

    def work_off(store: Store) -> None:
        while True:
            with store.transaction() as work:
                batch = outbox.claim(work, limit=20, lease=LEASE)
            if not batch:
                with store.read() as work:
                    if not work.db.execute(select(func.count()).where(notice.c.state == "queued")).scalar_one():
                        return
            claims.append((id(store), [(one.id, one.account_id) for one in batch]))

    both(stores, work_off)
    taken = Counter(notice_id for _, batch in claims for notice_id, _ in batch)
    assert (len(taken), set(taken.values())) == (300, {1})
    workers = {
        person: {store for store, batch in claims for _, one in batch if one == person} for person in range(1, 61)
    }
    assert all(len(of_person) == 1 for of_person in workers.values())


def test_two_deliverers_send_everything_once(stores: list[Store], clock: StillClock, tmp_path: Path) -> None:
    settle(stores[0], residents=range(1, 101))
    to = [Addressed(person, f"k:{person}", {"title": f"团{person}", "code": "1"}) for person in range(1, 101)]
    with stores[0].transaction() as work:
        enqueue_many(work, leader_id=LEADER, kind="arrived", to=to)
    recorder = Recorder()
    settings = Settings(media_folder=tmp_path, channels=TEMPLATES, sends_per_second=10_000)
    both(stores, lambda store: Context(store, recorder.messenger, Words(), settings).deliverer.deliver_due())
    assert Counter(recorder.sent) == Counter({(openid(person), f"团{person}"): 1 for person in range(1, 101)})


def test_closing_twice_at_once_is_closing_once(stores: list[Store], clock: StillClock) -> None:
    due_rounds(stores[0], clock, count=20)

    def close_all(store: Store) -> None:
        while store.run(lambda work: rounds.close_due(work, limit=3)):
            pass

    both(stores, close_all)
    both(stores, close_all)
    assert set(closings(stores[0]).values()) == {1}
    assert len(closings(stores[0])) == 20
