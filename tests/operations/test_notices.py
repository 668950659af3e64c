"""Writing notices, showing the ones no channel could carry, and what the operator sees."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from models import Store, Work, action_log
from operations import notices, outbox
from operations.notices import Addressed
from tests.scheduler.neighbours import LEADER, settle, states, tell
from tests.scheduler.neighbours import notices as rows_of
from tests.support.clock import StillClock

LEASE = timedelta(seconds=60)


@pytest.fixture(autouse=True)
def _people(store: Store) -> None:
    settle(store)


def test_a_key_is_told_once(store: Store) -> None:
    with store.transaction() as work:
        first, again = (
            notices.enqueue(work, leader_id=LEADER, account_id=1, kind="arrived", key="arrived:7:1", payload={"n": n})
            for n in (1, 2)
        )
    assert (first, again) == (True, False)
    assert rows_of(store)["arrived:7:1"].payload == {"n": 1}


def test_a_change_that_is_rolled_back_tells_nobody(store: Store) -> None:
    def change(work: Work) -> None:
        notices.enqueue(work, leader_id=LEADER, account_id=1, kind="arrived", key="k", payload={})
        raise RuntimeError("no")

    with pytest.raises(RuntimeError, match="no"):
        store.run(change)
    assert rows_of(store) == {}


def test_many_at_once_and_the_known_ones_stay(store: Store) -> None:
    to = [Addressed(1, f"k:{n}", {"n": n}) for n in range(1100)]
    with store.transaction() as work:
        assert notices.enqueue_many(work, leader_id=LEADER, kind="arrived", to=to[:3]) == 3
        assert notices.enqueue_many(work, leader_id=LEADER, kind="arrived", to=to) == 1097
        assert notices.enqueue_many(work, leader_id=LEADER, kind="arrived", to=[]) == 0
    assert len(rows_of(store)) == 1100


def test_the_platform_recognises_a_repeat_by_the_same_id() -> None:
    ids = {notices.client_msg_id(1, "a"), notices.client_msg_id(1, "a"), notices.client_msg_id(2, "a")}
    assert len(ids) == 2
    assert all(len(one) == 32 and int(one, 16) >= 0 for one in ids)


def test_what_cannot_be_pushed_is_shown_once_with_the_next_message(store: Store, clock: StillClock) -> None:
    tell(store, 1, key="a")
    tell(store, 1, key="late", expires_at=clock() + timedelta(hours=1))
    tell(store, 2, key="a")
    with store.transaction() as work:
        for claimed in outbox.claim(work, limit=10, lease=LEASE):
            outbox.give_up(work, claimed, state="waiting", code=None)
    clock.advance(hours=2)
    with store.transaction() as work:
        shown = notices.waiting_for(work, account_id=1)
        assert [(one.kind, one.payload["title"]) for one in shown] == [("arrived", "a")]
        notices.mark_shown(work, shown)
    with store.read() as work:
        assert notices.waiting_for(work, account_id=1) == []
        assert len(notices.waiting_for(work, account_id=2)) == 1
    assert states(store) == {"a:1": "shown", "late:1": "waiting", "a:2": "waiting"}
    assert rows_of(store)["a:1"].channel == "reply"


def test_the_operator_sees_what_failed_and_decides(store: Store) -> None:
    tell(store, 1, 2, 3)
    with store.transaction() as work:
        one, two, three = outbox.claim(work, limit=10, lease=LEASE)
        outbox.give_up(work, one, state="failed", code=47003)
        outbox.give_up(work, two, state="held", code=None)
        outbox.give_up(work, three, state="waiting", code=None)
    with store.transaction() as work:
        seen = notices.failed_list(work)
        assert [(row.state, row.last_code, row.account_id) for row in seen] == [("held", None, 2), ("failed", 47003, 1)]
        assert not any("payload" in row._mapping for row in seen)
        assert notices.failed_list(work, leader_id=LEADER + 1) == []
        failed, held = seen[1].id, seen[0].id
        assert notices.release_held(work, leader_id=LEADER, notice_id=failed, actor="operator:1")
        assert notices.drop_held(work, leader_id=LEADER, notice_id=held, actor="operator:1")
        assert not notices.release_held(work, leader_id=LEADER, notice_id=held, actor="operator:1")
        assert not notices.release_held(work, leader_id=LEADER + 1, notice_id=failed, actor="operator:1")
        actions = work.db.execute(select(action_log.c.action).order_by(action_log.c.id)).scalars().all()
    assert actions == ["notice.release", "notice.drop"]
    assert states(store) == {"k:1": "queued", "k:2": "expired", "k:3": "waiting"}
    with store.transaction() as work:
        [again] = outbox.claim(work, limit=10, lease=LEASE)
    assert (again.account_id, again.attempts) == (1, 1)


def test_after_a_restore_nothing_goes_out_by_itself(store: Store, clock: StillClock) -> None:
    tell(store, 1, 2)
    with store.transaction() as work:
        [mine] = outbox.claim(work, limit=1, lease=LEASE)
    with store.transaction() as work:
        assert notices.hold_unsent(work) == 2
    clock.advance(days=1)
    with store.transaction() as work:
        assert outbox.claim(work, limit=10, lease=LEASE) == []
        assert not outbox.finish_sent(work, mine, channel="customer")
    assert set(states(store).values()) == {"held"}
