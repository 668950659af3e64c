"""Pushes that come again."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Row, func, select, update

from bot import inbox
from bot.inbound import Inbound
from bot.inbox import Remembered
from bot.protocol import Image, Reply, read_inbound
from models.base import Store, Work
from models.messages import inbound_message
from models.prepared import savepoint
from tests.bot import pushes
from tests.support.clock import START, StillClock
from tests.support.patience import PATIENCE_S


def message(content: str = "西红柿2斤", msg_id: int = 1, openid: str = pushes.RESIDENT) -> Inbound:
    return read_inbound(pushes.signed(), pushes.text(content, msg_id, openid).encode(), pushes.PLAIN, START)


def rows(store: Store) -> int:
    with store.read() as work:
        return work.db.scalar(select(func.count()).select_from(inbound_message)) or 0


@pytest.mark.parametrize("reply", ["记下了", "两行\n<a href='x'>]]></a>", "", None, Image("MEDIA-1")])
def test_a_repeat_finds_the_reply(store: Store, reply: Reply) -> None:
    with store.transaction() as work:
        assert inbox.recall(work, message()) is None
        inbox.remember(work, message(), reply)
    with store.transaction() as work:
        assert inbox.recall(work, message("another body")) == Remembered(reply or None)
    assert rows(store) == 1


def test_a_text_cannot_pass_for_a_picture(store: Store) -> None:
    with store.transaction() as work:
        inbox.recall(work, message())
        inbox.remember(work, message(), "\x1fimage:MEDIA-1")
    with store.transaction() as work:
        assert inbox.recall(work, message()) == Remembered("image:MEDIA-1")


def test_the_same_number_of_another_sender_is_new(store: Store) -> None:
    with store.transaction() as work:
        assert inbox.recall(work, message()) is None
        assert inbox.recall(work, message(openid="o_test_resident_2")) is None


def test_what_was_rolled_back_is_new_again(store: Store) -> None:
    def fail(work: Work) -> None:
        assert inbox.recall(work, message()) is None
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        store.run(fail)
    assert rows(store) == 0


def test_an_overlapping_delivery_waits_and_finds_the_reply(store: Store) -> None:
    """Without the key being inserted first, both would handle it."""
    first_has_key, second_started, handled = threading.Event(), threading.Event(), []

    def first(work: Work) -> Remembered | None:
        known = inbox.recall(work, message())
        first_has_key.set()
        assert second_started.wait(PATIENCE_S)
        handled.append("first")
        inbox.remember(work, message(), "记下了")
        return known

    def second(work: Work) -> Remembered | None:
        known = inbox.recall(work, message())
        if known is None:
            handled.append("second")
        return known

    def start_second() -> Remembered | None:
        assert first_has_key.wait(PATIENCE_S)
        second_started.set()
        return store.run(second)

    with ThreadPoolExecutor(2) as pool:
        one, two = pool.submit(store.run, first), pool.submit(start_second)
        assert (one.result(), two.result()) == (None, Remembered("记下了"))
    assert handled == ["first"]


def test_annotation_and_row(store: Store) -> None:
    with store.transaction() as work:
        inbox.recall(work, message())
        inbox.annotate(work, message(), leader_id=7, reading="place_order")
        inbox.remember(work, message(), "记下了")
    with store.read() as work:
        row = work.db.execute(select(inbound_message)).one()
    assert (row.openid, row.kind, row.content, row.state) == (pushes.RESIDENT, "text", "西红柿2斤", "done")
    assert (row.leader_id, row.reading, row.reply, row.received_at) == (7, "place_order", "记下了", START)


@pytest.mark.parametrize(
    ("push", "content"),
    [
        (pushes.event("CLICK", EventKey="MY_ORDERS"), "click MY_ORDERS"),
        (pushes.event("VIEW", EventKey="x" * 900), "view " + "x" * 195),
        (pushes.xml(MsgType="location", Location_X="31.2", Location_Y="121.5", Label="家", MsgId="2"), None),
        (pushes.xml(MsgType="image", PicUrl="http://p.invalid/1", MediaId="m", MsgId="3"), None),
    ],
)
def test_only_words_and_choices_are_kept(sqlite_store: Store, push: str, content: str | None) -> None:
    got = read_inbound(pushes.signed(), push.encode(), pushes.PLAIN, START)
    with sqlite_store.transaction() as work:
        inbox.recall(work, got)
    with sqlite_store.read() as work:
        assert work.db.scalar(select(inbound_message.c.content)) == content


def test_what_is_done_to_the_row_meanwhile_stands(store: Store) -> None:
    """On SQLite it is written late, but not later than something else looks at the table: an erasure, say."""
    with store.transaction() as work:
        assert inbox.recall(work, message()) is None
        work.db.execute(update(inbound_message).values(openid="nobody", content=None))
        inbox.remember(work, message(), "删了")
    (row,) = written(store)
    assert (row.openid, row.content, row.state, row.reply) == ("nobody", None, "done", "删了")


def test_the_row_outlives_a_refusal(store: Store) -> None:
    """Also where it was written within what was refused."""
    with store.transaction() as work, savepoint(work):
        assert inbox.recall(work, message()) is None
        with pytest.raises(ZeroDivisionError):
            refused(work, lambda: work.db.execute(select(inbound_message)))
        inbox.remember(work, message(), "没有记下")
    (row,) = written(store)
    assert (row.openid, row.content, row.reply) == (pushes.RESIDENT, "西红柿2斤", "没有记下")


def test_nothing_is_left_of_what_was_undone(store: Store) -> None:
    with store.transaction() as work:
        with pytest.raises(ZeroDivisionError):
            refused(work, lambda: inbox.recall(work, message()))
        assert inbox.recall(work, message(msg_id=2)) is None
    (row,) = written(store)
    assert (row.dedupe_key, row.state) == (message(msg_id=2).key, "received")


def refused(work: Work, step: Callable[[], object]) -> None:
    with savepoint(work):
        step()
        raise ZeroDivisionError


def written(store: Store) -> list[Row[Any]]:
    with store.read() as work:
        return list(work.db.execute(select(inbound_message)))


def test_words_go_first_and_keys_later(store: Store, clock: StillClock) -> None:
    with store.transaction() as work:
        inbox.recall(work, message(msg_id=1))
    clock.advance(days=5)
    with store.transaction() as work:
        inbox.recall(work, message(msg_id=2))
    now = clock.advance(days=3)
    with store.transaction() as work:
        inbox.forget(work, contents_before=now - timedelta(days=2), keys_before=now - timedelta(days=7))
    with store.read() as work:
        left = work.db.execute(select(inbound_message.c.dedupe_key, inbound_message.c.content)).all()
    assert [tuple(row) for row in left] == [(message(msg_id=2).key, None)]
