"""What is asked every day costs the same beside ten times as many orders, counted in steps of SQLite's machine.

A step count is exact where a clock is not: a statement that reads all orders of a leader shows at once. Grows only what
must: a person's own orders with their number.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from itertools import count

import pytest
from sqlalchemy import event, func, select, update

from benchmarks import stored
from benchmarks.servers import prepared
from bot import inbox
from bot.inbound import Inbound
from handlers import Crowds, Settings, create_answer
from models import Store, Work, account, leader, notice
from operations import (
    after_close,
    case_decisions,
    housekeeping,
    outbox,
    pickup_days,
    relays,
    reminders,
    rounds,
    settlements,
    unpaid,
)
from operations.notices import Addressed, enqueue_many

LEADER = "o_benchmark_leader_000000001"
RESIDENTS = [f"o_benchmark_resident_{n:07d}" for n in range(600)]
SMALL, LARGE = 500, 5000  # orders, 500 in a round
EVERY = 10  # steps between two counts
SLACK = 2000  # steps that a larger tree, a cold page or a first use may cost
OWN = {
    "我的订单": 400,
    "付款": 500,
}  # steps for each more order of one's own: one of each 500, up to the ten that are read

ASKED = ["红颜草莓2 土鸡蛋1", "团购", "我的订单", "取消", "付款", "帮助", "我的券"]
ASKED_BY_LEADER = ["统计", "结算", "到货", "帮助"]
CONTROL = "SELECT count(*) FROM orders WHERE state = 'confirmed' AND total_fen > 0"
# Not here: lists, which are as long as the round, and `remind_uncollected`, whose index SQLite only uses once the table
# is large (50,000 orders: the same 100 steps as 5,000).
JOBS: dict[str, Callable[[Work], object]] = {
    "close_due": rounds.close_due,
    "book_closed": after_close.book_next,
    "remind_before_close": lambda work: reminders.remind_before_close(work, within=timedelta(hours=1)),
    "end_pickup_days": pickup_days.end_pickup_days,
    "escalate_after_sales": case_decisions.escalate_due,
    "escalate_questions": relays.escalate_due,
    "expire_questions": housekeeping.expire_questions,
    "remind_unpaid": unpaid.remind_unpaid,
    "cancel_unpaid": unpaid.cancel_unpaid,
    "settle_rounds": settlements.settle_due,
    "deliver_notices": lambda work: outbox.claim(work, limit=5, lease=timedelta(seconds=60)),
}


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, int], dict[str, int]]:
    """Steps of everything beside few and beside many orders and sent notices."""
    store = prepared(f"sqlite:///{tmp_path_factory.mktemp('growth') / 'lintuan.db'}", RESIDENTS)
    steps = [0]

    def note() -> int:
        steps[0] += EVERY
        return 0

    event.listen(store.engine, "connect", lambda dbapi, _record: dbapi.set_progress_handler(note, EVERY))
    store.engine.dispose()
    found, here = [], 0
    for size in (SMALL, LARGE):
        here = stored._grow(store, here, size)
        _notices(store, size)
        found.append(_steps(store, steps))
    store.dispose()
    return found[0], found[1]


def _notices(store: Store, sent: int) -> None:
    """So many that were sent, and some that are due."""
    with store.transaction() as work:
        work.db.execute(update(leader).values(quiet_from_min=0, quiet_until_min=0))
        leader_id = work.db.execute(select(func.min(leader.c.id))).scalar_one()
        accounts = list(work.db.execute(select(account.c.id).order_by(account.c.id)).scalars())
        to = [Addressed(accounts[n % len(accounts)], f"{sent}:{n}", {"title": "测速团"}) for n in range(sent + 100)]
        enqueue_many(work, leader_id=leader_id, kind="round_extended", to=to)
        old = select(notice.c.id).where(notice.c.state == "queued").order_by(notice.c.id).limit(sent)
        work.db.execute(update(notice).where(notice.c.id.in_(old)).values(state="sent"))


def _steps(store: Store, steps: list[int]) -> dict[str, int]:
    crowds = Crowds()
    answer, numbers, found = create_answer(Settings("http://127.0.0.1"), crowds=crowds), count(), {}

    def say(openid: str, words: str) -> Callable[[Work], object]:
        def handle(work: Work) -> object:
            inbound = Inbound(f"m:{work.new_id()}:{next(numbers)}", openid, "gh", "text", "text", work.now, text=words)
            inbox.ahead(work, inbound)
            crowds.look_ahead(work, inbound)
            assert inbox.recall(work, inbound) is None
            reply = answer(work, inbound)
            inbox.remember(work, inbound, reply)
            return reply

        return handle

    asked = {words: say(RESIDENTS[5], words) for words in ASKED}
    asked |= {f"团长 {words}": say(LEADER, words) for words in ASKED_BY_LEADER}
    control = {CONTROL: lambda work: work.db.exec_driver_sql(CONTROL).all()}
    for name, job in (asked | JOBS | control).items():
        store.run(job)
        steps[0] = 0
        store.run(job)
        found[name] = steps[0]
    return found


@pytest.mark.parametrize("name", [*ASKED, *(f"团长 {words}" for words in ASKED_BY_LEADER), *JOBS])
def test_it_costs_the_same_beside_ten_times_as_many_orders(
    grown: tuple[dict[str, int], dict[str, int]], name: str
) -> None:
    few, many = grown[0][name], grown[1][name]
    own = OWN.get(name, 0) * (LARGE - SMALL) // 500
    assert many <= 1.5 * few + max(SLACK, own), f"{few} steps became {many}"


def test_control_what_reads_all_orders_is_seen(grown: tuple[dict[str, int], dict[str, int]]) -> None:
    few, many = (steps[CONTROL] for steps in grown)
    assert many > 1.5 * few + SLACK


def test_the_oldest_that_were_put_off_are_found_at_once_however_many_wait(sqlite_store: Store) -> None:
    steps = [0]

    def note() -> int:
        steps[0] += 1
        return 0

    found = []
    for first, last in ((0, 50), (50, 1000)):
        with sqlite_store.transaction() as work:
            for n in range(first, last):
                inbound = Inbound(f"m:{n:04}", f"o_{n}", "gh", "text", "text", work.now, text="草莓2")
                inbox.recall(work, inbound)
                inbox.defer(work, inbound, "收到")
        with sqlite_store.read() as work:
            connection = work.db.connection.dbapi_connection
            assert connection is not None
            connection.set_progress_handler(note, 1)
            steps[0] = 0
            assert inbox.deferred(work, limit=8) == [f"m:{n:04}" for n in range(8)]
            connection.set_progress_handler(None, 1)
            found.append(steps[0])
    assert found[1] <= 1.5 * found[0], found
