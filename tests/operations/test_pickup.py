"""Redeeming pickup codes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert

from models import action_log, attempt, notice, operator, order_event, pickup_code, redemption, redemption_line
from models.base import Store
from models.views import OrderView
from operations import codes, orders, payments, pickup
from operations.errors import AnnulTooLate, NotAllowed, NothingToAnnul
from operations.pickup import Redemption
from tests.support.clock import StillClock
from tests.support.world import World


@pytest.fixture
def world(store: Store) -> World:
    return World(store)


@pytest.fixture
def ready(world: World) -> int:
    """An arrived order: 草莓 3, 鸡蛋 1; 171.00 unpaid."""
    order_id = world.order(world.resident("李姐", room="3-502"), {1: 3, 2: 1})
    world.arrive()
    return order_id


def redeem(world: World, code: str | None, *, nonce: str | None = None, **how: Any) -> Redemption:
    if "by_account_id" not in how and "operator_id" not in how:
        how["by_account_id"] = world.owner
    with world.store.transaction() as work:
        return pickup.redeem(
            work,
            leader_id=world.leader_id,
            device="chat",
            nonce=nonce or f"scan:{work.new_id()}",
            code=code,
            **how,
        )


def preview(world: World, code: str, *, wanted: Mapping[int, int] | None = None) -> Redemption:
    with world.store.transaction() as work:
        return pickup.preview(work, leader_id=world.leader_id, by_account_id=world.owner, code=code, wanted=wanted)


def annul(world: World, code: str, *, actor: str | None = None) -> OrderView:
    with world.store.transaction() as work:
        return pickup.annul(work, leader_id=world.leader_id, code=code, actor=actor or world.actor, reason="拿错了")


def why(result: Redemption) -> str:
    assert result.refused is not None
    return result.refused.code


def facts(result: Redemption) -> dict[str, Any]:
    assert result.refused is not None
    return result.refused.facts


def test_e01_a_valid_code_hands_everything_out_and_leaves_one_record(world: World, ready: int) -> None:
    result = redeem(world, world.code(ready))
    assert result.ok
    assert [(line.name, line.quantity_milli, line.left_milli) for line in result.handed] == [
        ("草莓", 3000, 0),
        ("鸡蛋", 1000, 0),
    ]
    assert result.order is not None
    assert result.order.state == "picked_up"
    (row,) = world.rows(redemption)
    assert (row.ok, row.reason, row.completes, row.redeemed_by, row.order_id) == (True, None, True, world.owner, ready)
    assert [line.quantity_milli for line in world.rows(redemption_line)] == [3000, 1000]
    assert [code.state for code in world.rows(pickup_code)] == ["used"]


def test_e02_the_second_scan_is_told_who_was_there_first(world: World, ready: int, clock: StillClock) -> None:
    code, helper = world.code(ready), world.helper("小周")
    redeem(world, code, by_account_id=helper)
    at = clock()
    clock.advance(minutes=5)
    second = redeem(world, code)
    assert why(second) == "already_redeemed"
    assert facts(second) == {"at": at, "by": "小周", "seq": 1, "name": "李姐", "typed": code}
    assert [row.reason for row in world.rows(redemption)] == [None, "already_used"]


def test_e04_the_same_scan_after_a_refusal_works_and_both_are_recorded(store: Store) -> None:
    world = World(store, payment_mode="transfer")
    order_id = world.order(world.resident(), {1: 1})
    world.arrive()
    code = world.code(order_id)
    assert why(redeem(world, code, nonce="N")) == "unpaid_order"
    with store.transaction() as work:
        payments.mark_paid(
            work, leader_id=world.leader_id, order_ids=[order_id], actor=world.actor, source_key="p", method="transfer"
        )
    assert redeem(world, code, nonce="N").ok
    assert [row.ok for row in world.rows(redemption)] == [False, True]


def test_e04_the_same_scan_after_success_is_answered_the_same_and_does_nothing(world: World, ready: int) -> None:
    code = world.code(ready)
    first = redeem(world, code, nonce="N", wanted={1: 1000})
    again = redeem(world, code, nonce="N", wanted={1: 1000})
    assert again.ok
    assert again.is_repeat
    assert again.handed == first.handed
    assert world.count(redemption) == 1
    assert world.view(ready).lines[0].picked_milli == 1000


def test_e05_a_cancelled_order_is_refused_and_force_is_recorded_as_force(world: World) -> None:
    resident_id = world.resident()
    order_id = world.order(resident_id, {1: 1})
    code = world.code(order_id)
    with world.store.transaction() as work:
        orders.cancel(
            work,
            leader_id=world.leader_id,
            round_id=world.round_id,
            resident_id=resident_id,
            actor="system",
            source_key="x",
        )
    assert why(redeem(world, code)) == "order_cancelled"
    forced = redeem(world, code, forced=True)
    assert forced.ok
    assert forced.is_forced
    assert [(row.ok, row.forced) for row in world.rows(redemption)] == [(False, False), (True, True)]
    assert world.view(order_id).state == "cancelled"
    assert [row.is_forced for row in world.rows(action_log, action="order.redeem")] == [True]


def test_e06_unpaid_is_refused_only_where_the_leader_takes_money_beforehand(store: Store) -> None:
    prepaid, relaxed = World(store, payment_mode="transfer"), World(store)
    order_ids = [world.order(world.resident(), {1: 2}) for world in (prepaid, relaxed)]
    for world in (prepaid, relaxed):
        world.arrive()
    refused = redeem(prepaid, prepaid.code(order_ids[0]))
    assert why(refused) == "unpaid_order"
    assert facts(refused)["due_fen"] == 9000
    accepted = redeem(relaxed, relaxed.code(order_ids[1]))
    assert accepted.ok
    assert accepted.collect_fen == 9000


def test_e10_an_unknown_code_is_recorded_and_touches_nothing_even_by_force(world: World, ready: int) -> None:
    (wrong,) = codes.draw(world.store.rng, {world.code(ready)}, 1)
    for forced in (False, True):
        result = redeem(world, wrong, forced=forced)
        assert why(result) == "unknown_code"
        assert facts(result)["is_mistyped"] is False
    assert [(row.reason, row.order_id, row.typed) for row in world.rows(redemption)] == [("unknown", None, wrong)] * 2
    assert world.view(ready).state == "ready"


def test_e12_a_slip_of_the_finger_is_named_as_such(world: World, ready: int) -> None:
    code = world.code(ready)
    slip = code[:5] + str((int(code[5]) + 1) % 10)
    assert facts(redeem(world, slip)) == {"typed": slip, "is_mistyped": True}


def test_e12_full_width_digits_and_blanks_are_understood(world: World, ready: int) -> None:
    code = world.code(ready)
    assert redeem(world, f" {code[:3]} {code[3:].translate(str.maketrans('0123456789', '０１２３４５６７８９'))}").ok


def test_e13_the_code_of_another_leader_is_unknown_here(store: Store) -> None:
    one, other = World(store), World(store, name="陈团长")
    order_id = one.order(one.resident(), {1: 1})
    one.arrive()
    code = one.code(order_id)
    assert why(redeem(other, code)) == "unknown_code"
    with store.read() as work:
        token = codes.token_of(work, leader_id=one.leader_id, order_id=order_id)
    assert why(redeem(other, None, token=token)) == "unknown_code"
    assert redeem(one, None, token=token).ok
    shown = [row.typed for row in [*other.rows(redemption), *one.rows(redemption)]]
    assert not [typed for typed in shown if token and token in typed], "a token is never written down"


def test_e16_partial_pickup(world: World, ready: int) -> None:
    code = world.code(ready)
    first = redeem(world, code, wanted={1: 2000})
    assert first.ok
    assert first.order is not None
    assert first.order.state == "partly"
    assert [line.left_milli for line in first.handed] == [1000]
    too_much = redeem(world, code, wanted={1: 2000})
    assert why(too_much) == "nothing_left"
    assert facts(too_much) == {"number": 1, "name": "草莓", "unit": "盒", "left_milli": 1000, "wanted_milli": 2000}
    rest = redeem(world, code)
    assert [(line.name, line.quantity_milli) for line in rest.handed] == [("草莓", 1000), ("鸡蛋", 1000)]
    assert world.view(ready).state == "picked_up"
    assert [(row.ok, row.completes) for row in world.rows(redemption)] == [(True, False), (False, False), (True, True)]


def test_e16_what_is_not_in_the_order_is_not_handed_out(world: World) -> None:
    order_id = world.order(world.resident(), {1: 1})
    world.arrive()
    result = redeem(world, world.code(order_id), wanted={1: 1000, 2: 1000})
    assert why(result) == "nothing_left"
    assert facts(result)["number"] == 2
    assert world.view(order_id).lines[0].picked_milli == 0, "all or nothing"


def test_e17_a_scan_made_offline_keeps_its_own_time(world: World, ready: int, clock: StillClock) -> None:
    code, at = world.code(ready), clock()
    clock.advance(hours=2)
    redeem(world, code, at=at)
    (row,) = world.rows(redemption)
    assert (row.at, row.recorded_at) == (at, clock())
    assert facts(redeem(world, code))["at"] == at


def test_e17_a_phone_whose_clock_is_ahead_does_not_write_the_future(world: World, ready: int) -> None:
    redeem(world, world.code(ready), at=world.clock() + timedelta(days=1))
    assert world.rows(redemption)[0].at == world.clock()


def test_e20_who_did_not_come_is_counted_once_and_may_still_come(world: World, ready: int, clock: StillClock) -> None:
    code = world.code(ready)
    with world.store.transaction() as work:
        assert pickup.no_shows(work, leader_id=world.leader_id, round_id=world.round_id) == 1
        assert pickup.no_shows(work, leader_id=world.leader_id, round_id=world.round_id) == 0
    assert world.view(ready).state == "no_show"
    assert world.count(order_event, kind="no_show") == 1
    assert redeem(world, code).ok
    assert world.view(ready).state == "picked_up"
    annul(world, code)
    assert world.view(ready).state == "no_show"


def test_e20_the_day_ends_with_its_window(store: Store, clock: StillClock) -> None:
    world = World(store, pickup_from=clock() + timedelta(hours=20), pickup_until=clock() + timedelta(hours=23))
    order_id = world.order(world.resident(), {1: 1})
    clock.advance(hours=12)
    world.arrive()
    for hours, rounds_ended in ((10, 0), (2, 1), (2, 0)):
        clock.advance(hours=hours)
        with store.transaction() as work:
            assert pickup.end_pickup_days(work) == rounds_ended
    assert world.view(order_id).state == "no_show"
    assert world.view(order_id).round_state == "completed"


def test_e21_counts(world: World) -> None:
    orders_ = [world.order(world.resident(f"居民{i}"), {1: 2}) for i in range(3)]
    gone = world.resident("走了")
    world.order(gone, {1: 1})
    world.order(gone, {1: 0})
    world.arrive()
    redeem(world, world.code(orders_[0]))
    redeem(world, world.code(orders_[1]), wanted={1: 1000})
    with world.store.read() as work:
        found = pickup.counts(work, leader_id=world.leader_id, round_id=world.round_id)
    assert (found.orders, found.picked_up, found.partly, found.waiting, found.no_show) == (3, 1, 1, 1, 0)


def test_e22_a_preview_tells_and_stores_nothing(world: World, ready: int) -> None:
    code = world.code(ready)
    seen = preview(world, code)
    assert seen.ok
    assert [line.quantity_milli for line in seen.handed] == [3000, 1000]
    assert seen.collect_fen == 17100
    assert why(preview(world, code, wanted={1: 4000})) == "nothing_left"
    assert world.count(redemption) == world.count(redemption_line) == 0
    assert world.view(ready).state == "ready"
    assert redeem(world, code).handed == seen.handed


def test_before_arrival_the_goods_are_not_there(world: World) -> None:
    order_id = world.order(world.resident(), {1: 1})
    result = redeem(world, world.code(order_id))
    assert why(result) == "not_arrived"
    assert facts(result)["title"] == "周六水果团"


def test_only_the_leader_his_helpers_and_operators_may_hand_out(world: World, ready: int, store: Store) -> None:
    code, stranger = world.code(ready), world.account()
    refused = redeem(world, code, by_account_id=stranger)
    assert why(refused) == "not_allowed"
    assert [row.reason for row in world.rows(redemption)] == ["blocked"]
    other = World(store, name="陈团长")
    assert why(redeem(world, code, by_account_id=other.owner)) == "not_allowed"
    helper = world.helper()
    assert why(redeem(world, code, by_account_id=helper, forced=True)) == "not_allowed", "force is not a helper's"
    assert redeem(world, code, by_account_id=helper, wanted={1: 1000}).ok
    with store.transaction() as work:
        work.db.execute(
            insert(operator).values(
                id=1, username="op", display_name="运营", password_hash="-", role="operator", created_at=work.now
            )
        )
    assert redeem(world, code, by_account_id=None, operator_id=1).ok
    assert world.rows(redemption)[-1].operator_id == 1


def wrong_codes(world: World, count: int) -> list[str]:
    taken = {row.code for row in world.rows(pickup_code)}
    return codes.draw(world.store.rng, taken, count)


def test_t8_ten_wrong_tries_lock_the_person_and_tell_the_leader(world: World, ready: int, clock: StillClock) -> None:
    code, helper = world.code(ready), world.helper("小周")
    for wrong in wrong_codes(world, 10):
        assert why(redeem(world, wrong, by_account_id=helper)) == "unknown_code"
    locked = redeem(world, code, by_account_id=helper)
    assert why(locked) == "tries_locked"
    assert facts(locked)["until"] == clock() + timedelta(minutes=15)
    assert redeem(world, code, wanted={1: 1000}).ok, "the leader himself is not locked"
    (told,) = world.rows(notice, kind="redeem_locked")
    assert told.account_id == world.owner
    assert told.payload["by"] == "小周"
    clock.advance(minutes=15)
    assert redeem(world, code, by_account_id=helper).ok


def test_t8_however_many_guesses_ten_are_looked_at(world: World, ready: int) -> None:
    helper = world.helper()
    results = [redeem(world, wrong, by_account_id=helper) for wrong in wrong_codes(world, 50)]
    assert [why(result) for result in results] == ["unknown_code"] * 10 + ["tries_locked"] * 40
    assert world.count(redemption) == 50
    assert world.count(notice, kind="redeem_locked") == 1


def test_t8_a_preview_is_no_way_to_guess(world: World, ready: int) -> None:
    assert [why(preview(world, wrong)) for wrong in wrong_codes(world, 11)][-2:] == ["unknown_code", "tries_locked"]


def test_t8_many_helpers_together_are_locked_too(world: World, ready: int) -> None:
    helpers = [world.helper(f"帮手{i}") for i in range(4)]
    answers = [
        why(redeem(world, wrong, by_account_id=helpers[i // 9])) for i, wrong in enumerate(wrong_codes(world, 31))
    ]
    assert answers == ["unknown_code"] * 30 + ["tries_locked"]
    assert [row.payload["is_everybody"] for row in world.rows(notice, kind="redeem_locked")] == [True]


def test_right_codes_do_not_count_as_wrong_ones(world: World, store: Store) -> None:
    for i in range(12):
        world.order(world.resident(f"居民{i}"), {1: 1})
    world.arrive()
    assert all(redeem(world, row.code).ok for row in world.rows(pickup_code))
    with store.read() as work:
        assert work.db.execute(attempt.select().where(attempt.c.failures > 0)).all() == []


def test_a_redemption_can_be_annulled_within_a_quarter_of_an_hour(world: World, ready: int, clock: StillClock) -> None:
    code = world.code(ready)
    redeem(world, code)
    clock.advance(minutes=15)
    after = annul(world, code)
    assert after.state == "ready"
    assert [line.picked_milli for line in after.lines] == [0, 0]
    (row,) = world.rows(redemption)
    assert (row.annulled_at, row.annul_reason) == (clock(), "拿错了")
    assert world.rows(pickup_code)[0].state == "active"
    assert world.count(order_event, kind="annul") == 1
    with pytest.raises(NothingToAnnul):
        annul(world, code)
    assert redeem(world, code).ok


def test_annulling_later_is_refused(world: World, ready: int, clock: StillClock) -> None:
    code, at = world.code(ready), clock()
    redeem(world, code)
    clock.advance(minutes=15, seconds=1)
    with pytest.raises(AnnulTooLate) as caught:
        annul(world, code)
    assert caught.value.facts == {"at": at, "minutes": 15}


def test_annulling_undoes_the_last_part_only(world: World, ready: int) -> None:
    code = world.code(ready)
    redeem(world, code, wanted={1: 1000})
    redeem(world, code)
    assert annul(world, code).state == "partly"
    assert [line.picked_milli for line in world.view(ready).lines] == [1000, 0]
    assert annul(world, code).state == "ready"


def test_a_stranger_annuls_nothing_and_learns_nothing(world: World, ready: int) -> None:
    code = world.code(ready)
    with pytest.raises(NotAllowed):
        annul(world, code, actor=f"account:{world.account()}")
    for guess in (code, wrong_codes(world, 1)[0], "hello"):
        with pytest.raises(NothingToAnnul):
            annul(world, guess)


def test_a_scan_that_was_annulled_is_not_answered_with_its_old_success(world: World, ready: int) -> None:
    code = world.code(ready)
    redeem(world, code, nonce="N")
    annul(world, code)
    assert why(redeem(world, code, nonce="N")) == "code_revoked"
    assert world.view(ready).state == "ready"


def test_a_reminder_goes_out_once_some_hours_after_arrival(world: World, ready: int, clock: StillClock) -> None:
    def remind() -> int:
        with world.store.transaction() as work:
            return pickup.remind_uncollected(work, after=timedelta(hours=3))

    assert remind() == 0
    clock.advance(hours=3)
    assert [remind(), remind()] == [1, 0]
    (row,) = world.rows(notice, kind="reminder_pickup")
    assert row.order_id == ready
    assert row.payload["code"] == world.code(ready)


def test_who_has_everything_is_not_reminded(world: World, ready: int, clock: StillClock) -> None:
    part = world.code(ready)
    redeem(world, part)
    clock.advance(hours=5)
    with world.store.transaction() as work:
        assert pickup.remind_uncollected(work) == 0


def test_i06_nobody_is_reminded_before_the_counter_opens(store: Store, clock: StillClock) -> None:
    world = World(store, pickup_from=clock() + timedelta(hours=20), pickup_until=clock() + timedelta(hours=30))
    world.order(world.resident(), {1: 1})
    world.arrive()
    for hours, reminded in ((22, 0), (1, 1)):
        clock.advance(hours=hours)
        with store.transaction() as work:
            assert pickup.remind_uncollected(work, after=timedelta(hours=3)) == reminded


def test_k04_redeeming_and_annulling_are_logged_with_before_and_after(world: World, ready: int) -> None:
    code = world.code(ready)
    redeem(world, code)
    annul(world, code)
    rows = world.rows(action_log, entity="order")
    assert [(r.action, r.actor, r.before["state"], r.after["state"]) for r in rows] == [
        ("order.redeem", world.actor, "ready", "picked_up"),
        ("order.annul", world.actor, "picked_up", "ready"),
    ]
