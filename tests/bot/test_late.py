"""Too many messages at once: those that would be answered too late are stored, answered with that, and done after."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, text, update
from structlog.testing import capture_logs

from bot import inbox
from bot.inbound import Inbound
from bot.late import Latecomers
from bot.pace import Pace
from bot.protocol import Reply
from bot.texts.replies import RECEIVED, busy
from bot.webhook import Texts, Webhook
from handlers import Crowds, Settings, create_answer, tell_later
from models import Store, Work, account, notice, order, resident
from models.messages import inbound_message
from tests.bot import pushes
from tests.bot.pushes import SAFE, sealed, signed
from tests.support.clock import START, StillClock
from tests.support.invariants import violations
from tests.support.together import at_once
from tests.support.world import World

BOOKED = "合计"


class Phone:
    """One resident who writes, and what the webhook under test makes of it."""

    def __init__(self, store: Store, clock: StillClock) -> None:
        self.store, self.clock, self.world = store, clock, World(store)
        self.resident_id = self.world.resident("李姐", room="3-502")
        with store.read() as work:
            mine = select(account.c.openid).join(resident, resident.c.account_id == account.c.id)
            self.openid = str(work.db.execute(mine.where(resident.c.id == self.resident_id)).scalar_one())
        self._ids = itertools.count(1)
        self.words: list[str] = []
        self.line = 0.0  # how much of the line in front of the server is taken
        crowds = Crowds()
        self.answer = create_answer(Settings("http://127.0.0.1:8000"), crowds=crowds)
        self.late = Latecomers(store, self._answered, tell_later, busy)
        self.webhook = Webhook(
            credentials=SAFE,
            store=store,
            clock=clock,
            answer=self.answer,
            texts=Texts(busy=busy, too_fast=str, received=lambda: RECEIVED),
            log_key=b"key for tests",
            limit=None,
            count=self.words.append,
            late=Untimely(self.late),
            line=lambda: self.line,
            ahead=crowds.look_ahead,
            share=crowds.share,
        )
        self.webhook.handle_push(signed(), b"<xml/>")  # nobody waits: that is what it is when nobody waits

    def _answered(self, work: Work, inbound: Inbound) -> Reply:
        return self.answer(work, inbound)

    def write(self, words: str) -> str:
        return pushes.text(words, next(self._ids), self.openid)

    def send(self, message: str, *, waited_s: float = 0) -> str:
        """What the phone shows of a push that took so long to reach us."""
        at = self.clock() - timedelta(seconds=waited_s)
        status, _, body = self.webhook.handle_push(*sealed(message, now=at))
        assert status == 200
        return pushes.opened(body)["Content"]

    def told(self) -> list[str]:
        with self.store.read() as work:
            mine = select(notice.c.payload).where(notice.c.kind == "late_answer").order_by(notice.c.id)
            return [payload["text"] for payload in work.db.execute(mine).scalars()]

    def lines(self) -> dict[str, int]:
        """What is ordered, by name."""
        return {
            line.name: line.quantity_milli // 1000
            for row in self.world.rows(order)
            for line in self.world.view(row.id).lines
        }

    def state(self) -> list[str]:
        with self.store.read() as work:
            return list(
                work.db.execute(select(inbound_message.c.state).order_by(inbound_message.c.received_at)).scalars()
            )


class Untimely(Latecomers):
    """Does not wake by itself: the tests say when there is time."""

    def __init__(self, real: Latecomers) -> None:
        self._real = real

    def wake(self) -> None:
        pass

    def settle(self, work: Work, openid: str) -> None:
        self._real.settle(work, openid)


@pytest.fixture
def phone(store: Store, clock: StillClock) -> Iterator[Phone]:
    made = Phone(store, clock)
    made.send(made.write("团购"))
    yield made
    made.late.wait()


def do_now(phone: Phone) -> None:
    phone.late.wake()
    phone.late.wait()


def test_a_message_that_waited_too_long_is_stored_and_done_when_there_is_time(phone: Phone) -> None:
    message = phone.write("草莓2 鸡蛋1")
    assert phone.send(message, waited_s=4) == RECEIVED
    assert phone.words[-1] == "deferred"
    assert phone.lines() == {}
    assert phone.send(message) == RECEIVED, "delivered again meanwhile"
    do_now(phone)
    assert phone.lines() == {"草莓": 2, "鸡蛋": 1}
    (told,) = phone.told()
    assert BOOKED in told
    assert phone.send(message) == told, "delivered again afterwards"
    assert phone.state()[-1] == "done"
    assert violations(phone.store) == []


def test_one_that_waited_a_moment_is_answered_at_once(phone: Phone) -> None:
    assert BOOKED in phone.send(phone.write("草莓1"), waited_s=2)


def test_where_the_line_in_front_of_the_server_grows_long_nobody_is_kept_waiting_behind(phone: Phone) -> None:
    """It is full before anybody has waited two seconds where much comes at once; who finds it full is not let in."""
    phone.line = 0.25
    assert BOOKED in phone.send(phone.write("草莓1"))
    phone.line = 0.35
    assert phone.send(phone.write("草莓2")) == RECEIVED
    phone.line = 0.0
    do_now(phone)
    assert phone.lines() == {"草莓": 2}


def test_the_next_message_of_a_person_does_the_earlier_ones_first(phone: Phone) -> None:
    phone.send(phone.write("草莓2"), waited_s=4)
    phone.clock.advance(seconds=1)
    phone.send(phone.write("草莓5"), waited_s=4)
    phone.clock.advance(seconds=1)
    assert BOOKED in phone.send(phone.write("草莓3 鸡蛋1"))
    assert phone.lines() == {"草莓": 3, "鸡蛋": 1}, "as he wrote them: two, five, and three in the end"
    assert len(phone.told()) == 2
    do_now(phone)
    assert phone.lines() == {"草莓": 3, "鸡蛋": 1}
    assert violations(phone.store) == []


def test_what_a_process_left_behind_the_next_one_finds(phone: Phone) -> None:
    phone.send(phone.write("草莓2"), waited_s=4)
    after = Latecomers(phone.store, phone.answer, tell_later, busy)  # as `serving.web` makes one
    after.wake()
    after.wait()
    assert phone.lines() == {"草莓": 2}


def test_two_processes_do_it_once(phone: Phone) -> None:
    for n in range(6):
        phone.send(phone.write("再加1盒草莓"), waited_s=4 + n)
    both = [Latecomers(phone.store, phone.answer, tell_later, busy) for _ in range(2)]
    for one in both:
        one.wake()
    for one in both:
        one.wait()
    do_now(phone)
    assert phone.lines() == {"草莓": 6}
    assert len(phone.told()) == 6
    assert violations(phone.store) == []


def test_control_without_the_claim_two_do_it_twice(phone: Phone, monkeypatch: pytest.MonkeyPatch) -> None:
    phone.send(phone.write("再加1盒草莓"), waited_s=4)
    with phone.store.read() as work:
        (key,) = inbox.deferred(work, limit=9)
        row = work.db.execute(select(inbound_message).where(inbound_message.c.dedupe_key == key)).one()

    def unclaimed(_work: Work, _key: str) -> Any:
        return replace(some, key=f"{key}:{next(numbers)}")

    numbers, some = itertools.count(), Inbound(key, row.openid, "", "text", "text", START, text=row.content)
    monkeypatch.setattr(inbox, "resume", unclaimed)
    at_once([lambda: phone.store.run(lambda work: phone.late._do(work, key))] * 2)
    assert phone.lines() == {"草莓": 2}


def test_one_that_cannot_be_done_holds_up_nobody_and_is_told_with_a_number(phone: Phone) -> None:
    phone.send(phone.write("草莓1"), waited_s=4)
    phone.clock.advance(seconds=1)
    phone.send(phone.write("鸡蛋2"), waited_s=4)
    real = phone.answer

    def fails_at_strawberries(work: Work, inbound: Any) -> Reply:
        reply = real(work, inbound)
        if "草莓" in inbound.text:
            raise ZeroDivisionError
        return reply

    phone.answer = fails_at_strawberries
    with capture_logs() as logs:
        do_now(phone)
    assert phone.lines() == {"鸡蛋": 2}, "and nothing of the one that failed"
    failed, booked = phone.told()
    assert "没有记下" in failed
    assert BOOKED in booked
    assert [one["event"] for one in logs] == ["late.message_failed"]


def test_a_database_that_is_away_loses_nothing(phone: Phone) -> None:
    phone.send(phone.write("草莓1"), waited_s=4)
    with phone.store.transaction() as work:
        work.db.execute(text("ALTER TABLE order_line RENAME TO order_line_away"))
    with capture_logs() as logs:
        do_now(phone)
    assert [one["event"] for one in logs] == ["late.failed"]
    assert phone.state()[-1] == "deferred"
    with phone.store.transaction() as work:
        work.db.execute(text("ALTER TABLE order_line_away RENAME TO order_line"))
    do_now(phone)
    assert phone.lines() == {"草莓": 1}


def test_its_words_are_kept_until_it_is_done(phone: Phone) -> None:
    phone.send(phone.write("草莓1"), waited_s=4)
    with phone.store.transaction() as work:
        work.db.execute(update(inbound_message).values(received_at=START - timedelta(days=100)))
        inbox.forget(work, contents_before=START, keys_before=START - timedelta(days=200))
    do_now(phone)
    assert phone.lines() == {"草莓": 1}


def test_a_clock_that_differs_is_no_waiting() -> None:
    pace = Pace()
    now = START + timedelta(seconds=40)  # ours runs ahead
    assert pace.waited_s(signed(), now) == 0
    assert 2.9 < pace.waited_s(signed(START + timedelta(seconds=10)), now + timedelta(seconds=13)) <= 3
    assert pace.waited_s(signed(START + timedelta(seconds=60)), now + timedelta(seconds=60)) <= 0.1
