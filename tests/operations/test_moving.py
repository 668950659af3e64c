"""改自提: what may be moved, what follows a move, and who hears of it once, in words that hold by then."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from models import Store, action_log, notice, order, round_, round_move
from operations import batches, moving, outbox, pickup_days, shelf_days, shopfront
from operations.batches import Wish
from operations.delivery import gathering, run_views, runs
from operations.errors import BadTime, HoursWanted, NotFound, Refused, SamePickup, WrongState
from operations.moving import Moved, When
from tests.support.clock import START, StillClock
from tests.support.runs import make_fleet, make_run, place_point
from tests.support.world import World

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
FROM, UNTIL = START + DAY + 6 * HOUR, START + DAY + 9 * HOUR  # Sunday 16:00–19:00
LATER = When(FROM + DAY, UNTIL + DAY)


@pytest.fixture
def world(store: Store) -> World:
    """A round with three orders, one of them for a guest of the first neighbour, and one of the leader's own."""
    world = World(store, pickup_from=FROM, pickup_until=UNTIL)
    li = world.resident("李姐", room="3-502")
    world.order(li, {1: 2})
    world.order(world.guest(li, "奶奶", room="5-101"), {2: 1})
    world.order(world.resident("老王", room="5-301"), {1: 1})
    world.order(world.resident("王团长", account_id=world.owner), {2: 1})
    return world


def move(world: World, when: When | None = None, place: str | None = None, *, key: str = "") -> Moved:
    with world.store.transaction() as work:
        return moving.move(
            work,
            leader_id=world.leader_id,
            round_id=world.round_id,
            when=when,
            place=place,
            actor=world.actor,
            source_key=key or f"move:{work.new_id()}",
        )


def told(world: World, state: str = "queued") -> list[dict[str, Any]]:
    return [row.payload for row in world.rows(notice, kind="pickup_moved", state=state)]


def delivered(world: World) -> list[str]:
    """The kinds that the delivering job takes now; all are accepted."""
    with world.store.transaction() as work:
        found = outbox.claim(work, limit=50, lease=HOUR)
        for one in found:
            outbox.finish_sent(work, one, channel="customer")
    return sorted(one.kind for one in found)


def the_round(world: World) -> Any:
    return world.rows(round_, id=world.round_id)[0]


def test_a_move_is_written_down_and_each_person_told_once(world: World) -> None:
    before = the_round(world)
    moved = move(world, LATER, " 南门  岗亭 ", key="m:1")
    row = the_round(world)
    assert (row.pickup_from, row.pickup_until, row.pickup_place) == (LATER.starts, LATER.until, "南门 岗亭")
    assert row.version > before.version, "whoever knows the round by its version reads it anew"
    assert (moved.people, moved.is_new) == (2, True), "a host hears once, the leader herself not at all"
    assert [one["was"]["pickup_place"] for one in told(world)] == ["3号楼大堂", "3号楼大堂"]
    (log,) = world.rows(action_log, action="round.move")
    assert (log.before["place"], log.after["place"], log.after["people"]) == ("3号楼大堂", "南门 岗亭", 2)
    again = move(world, When(FROM + 2 * DAY, UNTIL + 2 * DAY), key="m:1")
    assert (again.is_new, again.people) == (False, 0)
    assert the_round(world).pickup_from == LATER.starts
    assert (world.count(round_move), len(told(world))) == (1, 2)


REFUSED: list[tuple[When | None, str | None, type[Refused], str | None]] = [
    (When(FROM, UNTIL), "3号楼大堂", SamePickup, None),
    (None, None, SamePickup, None),
    (When(UNTIL, FROM), None, BadTime, "pickup"),
    (When(START - 2 * HOUR, START), None, BadTime, "pickup_past"),
    (When(START + 9 * HOUR, UNTIL), None, BadTime, "pickup_before_close"),
    (When(until=START + 9 * HOUR), None, BadTime, "pickup_before_close"),
    (When(day=(START - DAY).date(), words="5月1日"), None, BadTime, "pickup_past"),
    (When(), None, HoursWanted, None),
]


def test_what_cannot_be_is_refused_and_changes_nothing(world: World) -> None:
    before = the_round(world)
    for when, place, error, field in REFUSED:
        with pytest.raises(error) as refused:
            move(world, when, place)
        assert refused.value.facts.get("field") == field
        with pytest.raises(error), world.store.read() as work:  # the preview says so already
            moving.look(work, leader_id=world.leader_id, round_id=world.round_id, when=when, place=place)
    assert the_round(world) == before
    assert (told(world), world.count(round_move)) == ([], 0)


def test_only_what_differs_is_a_change_and_half_a_window_is_one(world: World) -> None:
    move(world, When(FROM, UNTIL), "南门")
    row = the_round(world)
    assert (row.pickup_from, row.pickup_place) == (FROM, "南门")
    move(world, When(starts=FROM + HOUR))
    assert (the_round(world).pickup_from, the_round(world).pickup_until) == (FROM + HOUR, None)
    move(world, When(day=(FROM + DAY).date(), words="5月4日上午"))
    assert (the_round(world).pickup_from, the_round(world).pickup_text) == (None, "5月4日上午")


def test_a_round_that_is_over_or_somebody_elses_or_of_the_shelf_stays(world: World, clock: StillClock) -> None:
    mine = (round_.c.leader_id == world.leader_id, round_.c.id == world.round_id)
    for state in ("completed", "settled", "cancelled"):
        with world.store.transaction() as work:
            work.db.execute(update(round_).where(*mine).values(state=state))
        with pytest.raises(WrongState):
            move(world, LATER)
    other = World(world.store, name="别人")
    other.round_id = world.round_id
    with pytest.raises(NotFound):
        move(other, LATER)
    with world.store.transaction() as work:
        world.round_id = shelf_days.of_today(work, leader_id=world.leader_id)
    with pytest.raises(NotFound):
        move(world, LATER)


def test_who_has_not_heard_of_an_earlier_move_hears_of_the_last_alone(world: World) -> None:
    move(world, place="南门")
    move(world, LATER)
    assert [(one["pickup_place"], one["was"]["pickup_place"]) for one in told(world)] == [("南门", "3号楼大堂")] * 2
    assert {one["was"]["pickup_from"] for one in told(world)} == {FROM.isoformat()}
    move(world, When(FROM, UNTIL), "3号楼大堂")
    assert told(world) == [], "back to what everybody knows: there is nothing to say"
    assert len(told(world, "expired")) == 2
    move(world, place="南门")
    assert delivered(world) == ["pickup_moved"] * 2
    move(world, place="北门")
    assert [one["was"]["pickup_place"] for one in told(world)] == ["南门", "南门"], (
        "who has heard is told the difference"
    )


def test_one_that_is_just_being_sent_is_followed_by_another(world: World) -> None:
    move(world, place="南门")
    with world.store.transaction() as work:
        first, second = outbox.claim(work, limit=50, lease=HOUR)
    move(world, place="北门")
    assert [one["pickup_place"] for one in told(world)] == ["北门", "北门"]
    with world.store.transaction() as work:
        assert not outbox.retry_later(work, first, code=None), "the old one is not tried again as if it were true"
        assert not outbox.finish_sent(work, second, channel="customer")


def test_what_was_written_before_says_how_it_is_when_it_goes_out(world: World) -> None:
    world.close()
    move(world, LATER, "南门")
    closed = [row.payload for row in world.rows(notice, kind="order_closed")]
    assert {(one["pickup_place"], one["pickup_from"]) for one in closed} == {("南门", LATER.starts.isoformat())}  # type: ignore[union-attr]
    delivered(world)
    world.arrive()
    move(world, place="北门")
    arrived = [row.payload for row in world.rows(notice, kind="arrived")]
    assert {one["pickup_place"] for one in arrived} == {"北门"}
    assert all("code" in one["orders"][0] for one in arrived)


def test_turns_that_have_not_come_are_told_for_the_new_window(world: World, clock: StillClock) -> None:
    clock.set(FROM - HOUR)
    world.arrive(batches=Wish(30))
    assert [turn.building for turn in pending(world)] == ["3", "5"]
    move(world, When(FROM + 2 * HOUR, UNTIL + 2 * HOUR))
    assert [(turn.building, turn.at) for turn in pending(world)] == [
        ("3", FROM + 2 * HOUR),
        ("5", FROM + 2 * HOUR + HOUR / 2),
    ]
    move(world, LATER)
    assert pending(world) == [], "another day: told now, with the time to come"
    turns = {one.payload["turn"]["at"] for one in world.rows(notice, kind="arrived")}
    assert turns == {at.isoformat() for at in (FROM + DAY, FROM + DAY + HOUR / 2)}


def pending(world: World) -> list[Any]:
    with world.store.read() as work:
        return batches.pending(work, leader_id=world.leader_id, round_id=world.round_id)


def test_nobody_is_missed_or_reminded_by_the_old_time(world: World, clock: StillClock) -> None:
    clock.set(FROM)
    world.arrive()
    delivered(world)
    clock.set(UNTIL - HOUR / 2)
    assert remind(world) == 4
    move(world, LATER)
    assert world.rows(notice, kind="reminder_pickup", state="queued") == []
    clock.set(UNTIL + HOUR)
    assert (end_days(world), remind(world)) == (0, 0)
    assert world.count(order, state="ready") == 4
    clock.set(UNTIL + DAY - HOUR / 2)
    assert remind(world) == 4, "of the new time they are reminded anew"
    assert len(world.rows(notice, kind="reminder_pickup", state="queued")) == 3
    clock.set(UNTIL + DAY)
    assert end_days(world) == 1
    assert world.count(order, state="no_show") == 4
    with pytest.raises(WrongState):
        move(world, place="南门")


def remind(world: World) -> int:
    with world.store.transaction() as work:
        return pickup_days.remind_uncollected(work)


def end_days(world: World) -> int:
    with world.store.transaction() as work:
        return pickup_days.end_pickup_days(work)


def test_where_goods_are_there_the_hours_are_wanted_and_a_window_without_end_lasts_a_day(
    world: World, clock: StillClock
) -> None:
    world.arrive()
    with pytest.raises(HoursWanted):
        move(world, When(day=(FROM + DAY).date(), words="5月4日下午"))
    move(world, When(starts=FROM + 2 * DAY))
    clock.set(FROM + 2 * DAY + 23 * HOUR)
    assert end_days(world) == 0, "not counted from the arrival, which was days before pickup began"
    clock.set(FROM + 3 * DAY)
    assert end_days(world) == 1


def test_who_has_fetched_or_cancelled_hears_nothing(world: World) -> None:
    world.arrive()
    mine = (order.c.leader_id == world.leader_id, order.c.seq.in_((1, 3)))
    with world.store.transaction() as work:
        work.db.execute(update(order).where(*mine).values(state="cancelled"))
    assert move(world, LATER).people == 1, "the host, for her guest"


def test_goods_that_came_late_stay_late_however_pickup_was_moved(world: World, clock: StillClock) -> None:
    clock.set(FROM + HOUR)
    world.close()
    move(world, LATER)
    world.arrive()
    with world.store.read() as work:
        assert shopfront.record_of(work, leader_id=world.leader_id).on_time_bps == 0
    clock.set(START)
    world.publish(pickup_from=FROM, pickup_until=UNTIL)
    move(world, LATER)  # nobody has ordered: nobody was promised anything
    clock.set(FROM + HOUR)
    world.arrive()
    with world.store.read() as work:
        assert shopfront.record_of(work, leader_id=world.leader_id).on_time_bps == 5000


def test_a_frozen_run_stays_as_it_is_and_shows_what_was_moved_since(world: World, clock: StillClock) -> None:
    world.close()
    one = (world.leader_id, world.round_id)
    with world.store.transaction() as work:
        place_point(work, world.leader_id)
        run_id = make_run(work, [one], warehouse_id=make_fleet(work)[0])
    assert shown_on(world, run_id) == []
    moved = move(world, LATER, "南门")
    assert moved.run_on == FROM.date(), "who moves it is told that a car has it"
    assert shown_on(world, run_id) == [("周六水果团", LATER.starts, "南门")]
    with world.store.transaction() as work:
        runs.thaw(work, run_id=run_id, actor="system")
        (found,) = gathering.candidates(work, run_on=(FROM + DAY).date(), run_id=0, crate_units=10)
    assert found.is_due, "of the new day's runs it is one"
    assert shown_on(world, run_id) == []


def shown_on(world: World, run_id: int) -> list[tuple[Any, ...]]:
    with world.store.read() as work:
        return [
            (one["title"], one["pickup_from"], one["pickup_place"]) for one in run_views.view(work, run_id=run_id).moved
        ]
