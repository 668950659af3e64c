"""Units of work of one lane on PostgreSQL: who shares a transaction, and what becomes of the others when one fails."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from sqlalchemy import insert, select, text, update
from sqlalchemy.exc import IntegrityError, ProgrammingError

from models import Busy, Store, Work, counter
from models.lanes import MOST_AT_ONCE, Alone, Company, Joint
from models.prepared import Prepared
from tests.support.clock import StillClock
from tests.support.patience import PATIENCE_S, until

pytestmark = pytest.mark.postgresql


ADD = Prepared(insert(counter), columns=("scope", "value"))


def count_up(work: Work) -> str:
    """Which transaction it was done in."""
    work.db.execute(update(counter).values(value=counter.c.value + 1))
    return transaction_of(work)


def transaction_of(work: Work) -> str:
    return str(work.db.execute(text("SELECT pg_current_xact_id()")).scalar_one())


def joint(
    do: Callable[[Work], str] = count_up,
    member: str = "",
    lane: str = "lane",
    hold: Callable[[Company], None] = lambda company: None,
) -> Joint[str]:
    return Joint(lane, member or str(time.perf_counter_ns()), hold, lambda work: None, do)


class Line:
    """Things to do that stand behind one that is being done."""

    def __init__(self, store: Store) -> None:
        self.store, self._is_free = store, threading.Event()
        self._pool = ThreadPoolExecutor(16)
        self._has_begun = threading.Event()
        self.first = self._pool.submit(store.run_jointly, joint(self._block))
        assert self._has_begun.wait(PATIENCE_S)
        self._count = 0

    def _block(self, work: Work) -> str:
        self._has_begun.set()
        assert self._is_free.wait(PATIENCE_S)
        return transaction_of(work)

    def add(self, one: Joint[str], wait_s: float = PATIENCE_S) -> Future[str]:
        found = self._pool.submit(self.store.run_jointly, one, wait_s=wait_s)
        self._count += 1
        assert self.store._lanes is not None
        lines, many = self.store._lanes._lines, self._count
        until(lambda: len(lines["lane"]) >= many or found.done(), "it stands in line, or has waited in vain")
        return found

    def go(self) -> None:
        self._is_free.set()


@contextmanager
def line(store: Store) -> Iterator[Line]:
    made = Line(store)
    try:
        yield made
    finally:
        made.go()
        made._pool.shutdown()


@pytest.fixture(autouse=True)
def nothing_counted(postgresql_store: Store) -> None:
    with postgresql_store.transaction() as work:
        work.db.execute(insert(counter).values(scope="a", value=0))


def counted(store: Store) -> int:
    with store.read() as work:
        return int(work.db.execute(select(counter.c.value)).scalar_one())


def parted(store: Store) -> int:
    assert store._lanes is not None
    return store._lanes.parted


def test_those_who_wait_share_a_transaction(postgresql_store: Store) -> None:
    held: list[int] = []
    with line(postgresql_store) as waiting:
        others = [waiting.add(joint(hold=lambda company: held.append(len(company)))) for _ in range(5)]
        waiting.go()
        (together,) = {one.result(PATIENCE_S) for one in others}
        assert together != waiting.first.result(PATIENCE_S)
    assert held == [5]
    assert (counted(postgresql_store), parted(postgresql_store)) == (5, 0)


def test_no_more_than_so_many_go_together_and_all_are_done(postgresql_store: Store) -> None:
    with line(postgresql_store) as waiting:
        others = [waiting.add(joint()) for _ in range(MOST_AT_ONCE + 3)]
        waiting.go()
        assert len({one.result(PATIENCE_S) for one in others}) == 2
    assert counted(postgresql_store) == MOST_AT_ONCE + 3


def test_control_those_of_other_lanes_do_not_wait(postgresql_store: Store) -> None:
    with line(postgresql_store):
        assert postgresql_store.run_jointly(joint(lane="another"), wait_s=PATIENCE_S)
        assert counted(postgresql_store) == 1


def test_two_for_the_same_person_do_not_go_together(postgresql_store: Store) -> None:
    with line(postgresql_store) as waiting:
        others = [waiting.add(joint(member=name)) for name in ("one", "one", "other")]
        waiting.go()
        first, second, third = (one.result(PATIENCE_S) for one in others)
    assert first == third != second


def fails(work: Work) -> str:
    count_up(work)
    raise ZeroDivisionError


def test_one_that_fails_takes_nothing_from_the_others(postgresql_store: Store) -> None:
    with line(postgresql_store) as waiting:
        before, broken, after = waiting.add(joint()), waiting.add(joint(fails)), waiting.add(joint())
        waiting.go()
        assert before.result(PATIENCE_S) != after.result(PATIENCE_S)
        with pytest.raises(ZeroDivisionError):
            broken.result(PATIENCE_S)
    assert (counted(postgresql_store), parted(postgresql_store)) == (2, 1)


def adds(work: Work) -> str:
    ADD.send(work, {"scope": "b", "value": 1})
    return ""


def test_what_fails_after_nobody_waited_for_it_takes_nothing_from_the_others(postgresql_store: Store) -> None:
    """The second of two that write the same row is heard of when the third asks."""
    with line(postgresql_store) as waiting:
        others = [waiting.add(joint(do)) for do in (adds, adds, count_up)]
        waiting.go()
        assert others[0].result(PATIENCE_S) == ""
        with pytest.raises(IntegrityError):
            others[1].result(PATIENCE_S)
        assert others[2].result(PATIENCE_S)
    assert parted(postgresql_store) == 1


def test_what_went_off_is_undone_with_the_rest(postgresql_store: Store) -> None:
    def fails_then(work: Work) -> None:
        adds(work)
        work.wire.hurry()
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        postgresql_store.run(fails_then)
    with postgresql_store.transaction() as work:
        adds(work)
        work.wire.hurry()
    with postgresql_store.read() as work:
        assert work.db.execute(select(counter.c.scope).order_by(counter.c.scope)).scalars().all() == ["a", "b"]


def test_one_that_wants_to_be_alone_is_done_alone(postgresql_store: Store) -> None:
    tries: list[bool] = []

    def shy(work: Work) -> str:
        tries.append(work.is_joint)
        if work.is_joint:
            raise Alone
        return count_up(work)

    with line(postgresql_store) as waiting:
        other, mine = waiting.add(joint()), waiting.add(joint(shy))
        waiting.go()
        assert other.result(PATIENCE_S) != mine.result(PATIENCE_S)
    assert (tries, counted(postgresql_store)) == ([True, False], 2)


def test_a_lost_connection_loses_nobody(postgresql_store: Store) -> None:
    def cut(work: Work) -> str:
        if work.is_joint:
            mine = work.db.execute(text("SELECT pg_backend_pid()")).scalar_one()
            with postgresql_store.read() as other:
                other.db.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": mine})
        return count_up(work)

    with line(postgresql_store) as waiting:
        others = [waiting.add(one) for one in (joint(), joint(cut), joint())]
        waiting.go()
        assert len({one.result(PATIENCE_S) for one in others}) == 3
    assert (counted(postgresql_store), parted(postgresql_store)) == (3, 1)


def test_a_glance_at_a_lost_connection_sees_nothing_and_hurts_nobody(postgresql_store: Store) -> None:
    def look(work: Work) -> int:
        work.db.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
        return 1

    def misspelt(work: Work) -> int:
        return int(work.db.execute(text("SELEKT 1")).scalar_one())

    assert postgresql_store.glance(look) is None
    assert postgresql_store.glance(lambda work: int(work.db.execute(text("SELECT 1")).scalar_one())) == 1
    with pytest.raises(ProgrammingError):
        postgresql_store.glance(misspelt)


def test_who_waits_in_vain_goes_away_and_is_not_done(postgresql_store: Store) -> None:
    with line(postgresql_store) as waiting:
        with pytest.raises(Busy):
            postgresql_store.run_jointly(joint(), wait_s=0.05)
        waiting.go()
    assert counted(postgresql_store) == 0


def test_a_company_that_waits_in_vain_for_the_database_is_told_and_not_tried_again(
    postgresql_store: Store, clock: StillClock
) -> None:
    with line(postgresql_store) as waiting, postgresql_store.transaction() as work:
        count_up(work)
        others = [waiting.add(joint(), wait_s=0.6) for _ in range(2)]
        waiting.go()
        for one in others:
            with pytest.raises(Busy):
                one.result(PATIENCE_S)
    assert (counted(postgresql_store), parted(postgresql_store)) == (1, 0)


def test_a_thread_that_dies_while_it_leads_leaves_nobody_waiting(postgresql_store: Store) -> None:
    def dies(work: Work) -> str:
        raise SystemExit

    with line(postgresql_store) as waiting:
        leads, other = waiting.add(joint(dies)), waiting.add(joint())
        waiting.go()
        with pytest.raises(SystemExit):
            leads.result(PATIENCE_S)
        with pytest.raises(Busy):
            other.result(PATIENCE_S)
    assert postgresql_store.run_jointly(joint(), wait_s=PATIENCE_S)
    assert counted(postgresql_store) == 1
