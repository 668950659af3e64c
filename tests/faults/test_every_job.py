"""Every job of the table under the faults that strike any: broken off at each of its commits, and run twice at once.

The jobs are those of `scheduler/schedule.py`. One without an entry in `DUTIES` fails the suite, and so does one that
finds nothing to do there.
"""

from __future__ import annotations

import random
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import event, func, insert, select, update

from bot.texts.notices import NoticeTexts
from models import Store, Work, conversation, leader, media, metadata, notice, order, relay, round_
from operations import after_close, people, rounds, shelf, shelf_orders, stocking, windows
from operations.orders import Change
from scheduler.jobs import Context, Settings
from scheduler.runner import run_once
from scheduler.schedule import SCHEDULE
from tests.scheduler.messengers import Recorder
from tests.security.test_threats import missing
from tests.support.clock import StillClock
from tests.support.databases import compile_once, create_schema
from tests.support.invariants import violations
from tests.support.postgres import PostgresServer
from tests.support.rows import minimal
from tests.support.together import at_once
from tests.web.conftest import make_world
from tests.web.world import World, build

Prepare = Callable[[Work, World], object]


def _nothing(_work: Work, _world: World) -> None:
    """The platform of the page tests has it all already."""


def _sendable(work: Work, world: World) -> None:
    """Everybody wrote a moment ago, and nobody sleeps."""
    work.db.execute(update(leader).values(quiet_from_min=0, quiet_until_min=0))
    for account_id in work.db.execute(select(notice.c.account_id).distinct()).scalars().all():
        windows.opened(work, account_id=account_id, kind="message")


def _photo(work: Work, world: World) -> None:
    work.db.execute(update(media).values(state="wanted", next_at=work.now - timedelta(minutes=1)))


def _many_orders(work: Work, world: World) -> None:
    """The open round was closed, and is too large to be booked at once: see `small_parts`."""
    rounds.close(work, leader_id=world.leader_a, round_id=world.open, actor="system")
    if work.db.execute(select(round_.c.booked_seq).where(round_.c.id == world.open)).scalar_one() is None:
        raise AssertionError("nothing is left to book")


def _unpaid(work: Work, world: World) -> None:
    """The open round was closed hours ago, its orders are to be paid beforehand, and the leader cancels what is not."""
    rounds.close(work, leader_id=world.leader_a, round_id=world.open, actor="system")
    work.db.execute(update(leader).values(payment_mode="transfer", cancel_unpaid_after_h=1))
    mine = (round_.c.leader_id == world.leader_a, round_.c.id == world.open)
    work.db.execute(update(round_).where(*mine).values(closed_at=work.now - timedelta(hours=5)))


def _reminded(work: Work, world: World) -> None:
    _unpaid(work, world)
    work.db.execute(update(order).values(unpaid_reminded_at=work.now - timedelta(hours=2)))


def _shelf(work: Work, world: World) -> None:
    """Somebody ordered from the shelf, and did not come for it until the end."""
    goods = [shelf.Goods(name="大米", price_fen=3500, unit="袋", stock_milli=5000)]
    (item,) = shelf.put(work, leader_id=world.leader_a, goods=goods, actor="system")
    resident_id = people.resident_of(
        work, leader_id=world.leader_a, account_id=people.recognise(work, "o_test_resident_1").account_id
    )
    shelf_orders.change(
        work,
        leader_id=world.leader_a,
        resident_id=resident_id,
        changes=[Change(item.id, 2000)],
        actor="system",
        source_key="m:shelf",
    )
    work.db.execute(update(round_).where(round_.c.kind == "shelf").values(pickup_until=work.now - timedelta(minutes=1)))


def _question(work: Work, world: World) -> None:
    """A neighbour asked, and the leader did not answer."""
    resident_id = people.resident_of(
        work,
        leader_id=world.leader_a,
        account_id=people.recognise(work, "o_test_resident_1").account_id,
    )
    asked: dict[str, Any] = {"id": work.new_id(), "number": 1, "resident_id": resident_id}
    asked["asked_at"] = work.now - timedelta(days=3)
    work.db.execute(insert(relay).values(**minimal(relay, leader_id=world.leader_a, **asked)))


def _forgotten_question(work: Work, world: World) -> None:
    work.db.execute(
        insert(conversation).values(
            account_id=world.account_b,
            pending_kind="confirm",
            pending={"name": "Help", "value": {}},
            pending_until=work.now - timedelta(days=2),
            changed_at=work.now - timedelta(days=2),
        )
    )


def _supplied(work: Work, world: World) -> None:
    """The open round sells a supplier's product, by the case, and its leader extends where a case is not full."""
    stocking.teach(work, leader_id=world.leader_a, words=_BERRIES, product_id=world.product, actor="system")
    work.db.execute(update(leader).values(rest="extend"))


def _bought(work: Work, world: World) -> None:
    _supplied(work, world)
    rounds.close(work, leader_id=world.leader_a, round_id=world.open, actor="system")


_BERRIES = ("红颜草莓", "2斤装", "盒")
# For each job: how long after the pickup day began, and what else there has to be, so that it has something to do.
DUTIES: dict[str, tuple[timedelta, Prepare]] = {
    "close_due": (timedelta(days=1), _nothing),
    "book_closed": (timedelta(0), _many_orders),
    "deliver_notices": (timedelta(0), _sendable),
    "fetch_pictures": (timedelta(0), _photo),
    "remind_before_close": (timedelta(hours=7, minutes=30), _nothing),
    "remind_uncollected": (timedelta(hours=2, minutes=30), _nothing),
    "end_pickup_days": (timedelta(days=1), _nothing),
    "end_shelf_days": (timedelta(days=1), _shelf),
    "escalate_after_sales": (timedelta(days=4), _nothing),
    "escalate_questions": (timedelta(days=4), _question),
    "expire_questions": (timedelta(0), _forgotten_question),
    "remind_unpaid": (timedelta(0), _unpaid),
    "cancel_unpaid": (timedelta(0), _reminded),
    "clean_up": (timedelta(days=60), _nothing),
    "gather_purchases": (timedelta(0), _bought),
    "fill_cases": (timedelta(hours=7, minutes=51), _supplied),
}
# Those that need another platform's answers, or days of business before them: the test that breaks them off or runs
# them twice. It has to exist.
ELSEWHERE = {
    "ask_about_payments": "tests/pay/test_payments_online.py::test_a_lost_notification_is_found_by_asking",
    "send_refunds": "tests/pay/test_payments_online.py::test_a_refund_that_met_trouble_is_sent_once",
    "share_profits": "tests/pay/test_sharing.py::test_a_share_that_met_trouble_is_given_once",
    "check_bill": "tests/pay/test_payments_online.py::test_a_late_bill_is_asked_for_again",
    "settle_rounds": "tests/operations/test_settlements.py::test_run_twice_it_is_one_settlement",
    "check_proofs": "tests/operations/test_proofs.py::test_the_same_picture_again_is_red_even_saved_anew",
    "check_books": "tests/operations/test_ledger_check.py::test_it_runs_once_a_night",
    "renew_page_ticket": "tests/scheduler/test_page_ticket.py::test_two_workers_ask_once",
    "plan_routes": "tests/scheduler/test_planning.py::test_killed_the_next_goes_on_and_no_search_is_left_behind",
    "reward_invites": "tests/operations/test_invites.py::test_a_late_job_still_rewards_who_came_in_time",
}
JOBS = list(DUTIES)


def test_every_job_has_its_duty() -> None:
    """Say in `DUTIES` what a new job has to do, and it is tested here under every fault; or name its own fault test."""
    assert {*DUTIES, *ELSEWHERE} == {job.name for job in SCHEDULE}
    assert [name for name in ELSEWHERE.values() if missing(name)] == []


@pytest.fixture(autouse=True)
def small_parts(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every round is a large one where the booking of large rounds is tested."""
    if "book_closed" in request.node.name:
        monkeypatch.setattr(after_close, "PART", 1)


# ---------------------------------------------------------------- the databases


@pytest.fixture(scope="module")
def on_sqlite(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, World]:
    """A pickup day in a file, to be copied."""
    return make_world(tmp_path_factory.mktemp("jobs") / "world.sqlite3")


@pytest.fixture(scope="module")
def on_postgresql(postgresql_server: PostgresServer) -> tuple[str, World]:
    """The same in a PostgreSQL database, to be copied."""
    name = postgresql_server.create_database()
    create_schema(postgresql_server.url(name))
    clock = StillClock()
    store = Store.open(postgresql_server.url(name), clock=clock, rng=random.Random(1))
    world = build(store, clock)
    store.dispose()
    return name, world


class Place:
    """One job with work to do, on a database of its own, and as many schedulers as are asked for."""

    def __init__(self, url: str, world: World, job: str, folder: Path, schedulers: int = 1) -> None:
        after, prepare = DUTIES[job]
        self.job, self.clock, self.recorder = job, StillClock(), Recorder({"test_media": _jpeg()})
        self.clock.advance(seconds=after.total_seconds())
        self.stores = [Store.open(url, clock=self.clock, rng=random.Random(n), wait_s=20) for n in range(schedulers)]
        for store in self.stores:
            compile_once(store)
        settings = Settings(media_folder=folder / "media", sends_per_second=10_000)
        texts = NoticeTexts("https://lintuan.example.com")
        self.contexts = [Context(store, self.recorder.messenger, texts, settings) for store in self.stores]
        with self.stores[0].transaction() as work:
            prepare(work, world)

    def run(self) -> int:
        """The job, again and again until it finds nothing: how much it did."""
        total = 0
        while done := run_once(self.job, self.contexts[0]):
            total += done
        return total

    def came_of_it(self) -> Counter[str]:
        """Rows of every table, and how many are in which state: the same work done once gives the same."""
        found: Counter[str] = Counter()
        with self.stores[0].read() as work:
            for table in metadata.sorted_tables:
                column = table.c.state if "state" in table.c else func.count()
                grouped = select(column, func.count()).group_by(table.c.state) if "state" in table.c else None
                rows = work.db.execute(grouped if grouped is not None else select(func.count()).select_from(table))
                found.update({f"{table.name} {row[:-1]}": row[-1] for row in rows})
        return found

    def close(self) -> None:
        for store in self.stores:
            store.dispose()


def _jpeg() -> bytes:
    out = BytesIO()
    Image.new("RGB", (8, 8)).save(out, "JPEG")
    return out.getvalue()


@pytest.fixture
def place(on_sqlite: tuple[Path, World], tmp_path: Path) -> Iterator[Callable[[str], Place]]:
    """Makes a place on a copy of the file."""
    made: list[Place] = []

    def make(job: str) -> Place:
        path = tmp_path / f"{len(made)}.sqlite3"
        shutil.copyfile(on_sqlite[0], path)
        made.append(Place(f"sqlite:///{path}", on_sqlite[1], job, tmp_path))
        return made[-1]

    yield make
    for one in made:
        one.close()


# ---------------------------------------------------------------- the faults


@contextmanager
def commit_fails(store: Store, nth: int) -> Iterator[list[int]]:
    """The nth commit from now does not happen: the process loses its database there."""
    commits = [0]

    def strike(_connection: Any) -> None:
        commits[0] += 1
        if commits[0] == nth:
            raise ConnectionResetError("the database is gone")

    event.listen(store.engine, "commit", strike)
    try:
        yield commits
    finally:
        event.remove(store.engine, "commit", strike)


@pytest.mark.parametrize("job", JOBS)
def test_broken_off_at_any_commit_the_next_run_finishes_it(job: str, place: Callable[[str], Place]) -> None:
    """What is left behind is what an undisturbed run leaves, wherever it was broken off."""
    undisturbed = place(job)
    with commit_fails(undisturbed.stores[0], 0) as commits:
        assert undisturbed.run() > 0, "there was nothing to do: the test tested nothing"
    wanted = undisturbed.came_of_it()
    for nth in range(1, min(commits[0], 4) + 1):
        broken = place(job)
        with commit_fails(broken.stores[0], nth), pytest.raises(ConnectionResetError):
            broken.run()
        broken.clock.advance(minutes=5)  # a lease of what was in flight is over
        broken.run()
        left = broken.came_of_it()
        if job == "deliver_notices":  # a message that may have gone out is sent again where it does no harm, else held
            assert _notices(left) == _notices(wanted)
        else:
            assert left == wanted, f"broken off at commit {nth}"
        assert violations(broken.stores[0]) == []


def _notices(found: Counter[str]) -> Counter[str]:
    """How many notices there are, and how many of them nobody cares for any more."""
    kinds = {name: n for name, n in found.items() if name.startswith("notice ")}
    stuck = sum(n for name, n in kinds.items() if "queued" in name or "sending" in name)
    return Counter({"all": sum(kinds.values()), "stuck": stuck})


@pytest.mark.postgresql
@pytest.mark.parametrize("job", JOBS)
def test_run_twice_at_once_it_is_done_once(
    job: str, on_postgresql: tuple[str, World], postgresql_server: PostgresServer, tmp_path: Path
) -> None:
    """Two schedulers wake in the same instant: together they leave what one alone leaves."""
    results = []
    for schedulers in (1, 2):
        name = postgresql_server.create_database(on_postgresql[0])
        one = Place(postgresql_server.url(name), on_postgresql[1], job, tmp_path, schedulers)
        outcomes = at_once([partial(run_once, job, context) for context in one.contexts])
        assert not [found for found in outcomes if isinstance(found, Exception)], outcomes
        one.run()
        results.append((one.came_of_it(), len(one.recorder.sent)))
        assert violations(one.stores[0]) == []
        one.close()
        postgresql_server.drop_database(name)
    assert results[0] == results[1]
