"""Reviews: of what was handed out, one an order, answered, hidden with a reason that stays."""

from __future__ import annotations

import pytest
from sqlalchemy.exc import IntegrityError

from models import Store, action_log, media, notice, review
from operations import review_photos, reviews
from operations.errors import NotFound, NothingToReview
from operations.reviews import ReviewView
from tests.support.clock import StillClock
from tests.support.world import World


@pytest.fixture
def world(store: Store) -> World:
    return World(store)


def handed_out(world: World, resident_id: int) -> int:
    order_id = world.order(resident_id, {1: 1})
    world.arrive()
    world.hand_out(order_id)
    return order_id


def write(world: World, resident_id: int, stars: int = 5, words: str | None = "很新鲜") -> ReviewView:
    with world.store.transaction() as work:
        return reviews.write(work, leader_id=world.leader_id, resident_id=resident_id, stars=stars, words=words)


def public(world: World) -> list[ReviewView]:
    with world.store.read() as work:
        return reviews.of_leader(work, leader_id=world.leader_id)


def test_only_what_was_handed_out_is_reviewed(world: World) -> None:
    li, zhao = world.resident(), world.resident("赵姐")
    world.order(li, {1: 1})
    for resident_id in (li, zhao):
        with pytest.raises(NothingToReview):
            write(world, resident_id)
    world.publish()
    handed_out(world, li)
    assert write(world, li).stars == 5


def test_somebody_elses_order_is_not_ones_own_to_review(world: World) -> None:
    li, zhao = world.resident(), world.resident("赵姐")
    order_id = handed_out(world, li)
    with pytest.raises(NothingToReview), world.store.transaction() as work:
        reviews.write(work, leader_id=world.leader_id, resident_id=zhao, stars=1, words="x", order_id=order_id)


def test_said_again_it_is_changed_and_the_leader_is_told_once(world: World) -> None:
    li = world.resident()
    handed_out(world, li)
    write(world, li)
    changed = write(world, li, 3, "有两颗坏的")
    assert (changed.number, changed.stars, changed.words) == (1, 3, "有两颗坏的")
    assert world.count(review) == 1
    assert [row.payload["number"] for row in world.rows(notice, kind="review_written")] == [1]


def test_the_leader_answers_and_the_neighbour_is_told(world: World) -> None:
    li = world.resident()
    handed_out(world, li)
    write(world, li)
    with world.store.transaction() as work:
        reviews.answer(work, leader_id=world.leader_id, number=1, text="谢谢", actor=world.actor)
        with pytest.raises(NotFound):
            reviews.answer(work, leader_id=world.leader_id, number=2, text="谢谢", actor=world.actor)
    assert [one.answer for one in public(world)] == ["谢谢"]
    assert world.count(notice, kind="review_answered") == 1


def test_another_leader_answers_nothing(world: World) -> None:
    li = world.resident()
    handed_out(world, li)
    write(world, li)
    other = World(world.store, name="别人")
    with pytest.raises(NotFound), world.store.transaction() as work:
        reviews.answer(work, leader_id=other.leader_id, number=1, text="哼", actor=other.actor)


def test_a_hidden_review_is_gone_for_all_and_its_reason_stays_on_record(world: World) -> None:
    li = world.resident()
    handed_out(world, li)
    one = write(world, li, 1, "骂人的话")
    with world.store.transaction() as work:
        reviews.hide(work, leader_id=world.leader_id, review_id=one.id, reason="人身攻击", actor="operator:1")
    assert public(world) == []
    with world.store.read() as work:
        assert reviews.average(work, leader_id=world.leader_id) == (0, 0)
        hidden = reviews.of_leader(work, leader_id=world.leader_id, with_hidden=True)
    assert [one.hidden_reason for one in hidden] == ["人身攻击"]
    with world.store.transaction() as work:
        reviews.show_again(work, leader_id=world.leader_id, review_id=one.id, actor="operator:1")
    assert len(public(world)) == 1
    logged = {row.action: row.after for row in world.rows(action_log, entity="review")}
    assert logged["review.hide"] == {"reason": "人身攻击"}
    assert "review.show" in logged


def test_photos_sent_within_half_an_hour_belong_to_it(world: World, clock: StillClock) -> None:
    account_id = world.account()
    li = world.resident(account_id=account_id)

    def send(nth: int) -> int | None:
        with world.store.transaction() as work:
            return review_photos.attach(
                work,
                leader_id=world.leader_id,
                resident_id=li,
                account_id=account_id,
                wechat_media_id=f"m{nth}",
                source_key=f"m:{nth}",
            )

    assert send(0) is None
    handed_out(world, li)
    write(world, li)
    assert [send(1), send(1), send(2)] == [1, 1, 2]
    assert [send(nth) for nth in range(3, 9)] == [3, 4, 5, 6, 6, 6]
    assert world.count(media) == 6
    clock.advance(minutes=31)
    assert send(20) is None


def test_the_mean_of_the_stars(world: World) -> None:
    for name, stars in (("甲", 5), ("乙", 4), ("丙", 4)):
        world.publish()
        who = world.resident(name)
        handed_out(world, who)
        write(world, who, stars)
    with world.store.read() as work:
        assert reviews.average(work, leader_id=world.leader_id) == (3, 43)


def test_five_stars_is_the_most_the_database_takes(world: World) -> None:
    li = world.resident()
    handed_out(world, li)
    one = write(world, li)
    with pytest.raises(IntegrityError), world.store.transaction() as work:
        work.db.execute(review.update().where(review.c.id == one.id).values(stars=6))
