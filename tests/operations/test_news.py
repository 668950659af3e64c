"""Announcements: to whom they go, how often, and what a repeat does."""

from __future__ import annotations

import pytest

from models import Store, announcement, notice
from operations import news, people
from operations.errors import NewsCapReached
from operations.news import NewsView
from tests.support.clock import StillClock
from tests.support.world import World


@pytest.fixture
def world(store: Store) -> World:
    return World(store)


def announce(world: World, key: str, round_id: int | None = None) -> NewsView:
    with world.store.transaction() as work:
        return news.announce(
            work,
            leader_id=world.leader_id,
            kind="event",
            words="到货了",
            actor=world.actor,
            source_key=key,
            round_id=round_id,
        )


def test_it_goes_to_neighbours_who_want_it_and_to_nobody_of_another_leader(world: World) -> None:
    muted, silent = world.account(), world.resident("不要公告")
    world.resident("在听")
    world.resident("都不要", account_id=muted)
    World(world.store, name="别人").resident("别家的")
    with world.store.transaction() as work:
        people.set_muted(work, account_id=muted, is_muted=True)
        news.set_wanted(work, leader_id=world.leader_id, resident_id=silent, is_wanted=False)
    assert announce(world, "a").reach == 1
    assert world.count(notice, kind="news") == 1


def test_the_buyers_of_a_round_with_the_hosts_of_guests(world: World) -> None:
    host, buyer = world.resident("主人"), world.resident("买了")
    world.resident("没买")
    world.order(buyer, {1: 1})
    world.order(world.guest(host, "老人", room="1-101"), {1: 1})
    assert announce(world, "a", round_id=world.round_id).reach == 2


def test_the_same_message_twice_is_sent_once(world: World) -> None:
    world.resident()
    assert announce(world, "a").number == announce(world, "a").number == 1
    assert world.count(announcement) == 1
    assert world.count(notice, kind="news") == 1


def test_so_many_a_day_of_shanghai_and_the_platform_is_not_counted(world: World, clock: StillClock) -> None:
    world.resident()
    with world.store.transaction() as work:
        assert news.announce_everywhere(work, kind="event", words="平台", actor="operator:1", source_key="p") == 1
    announce(world, "a")
    announce(world, "b")
    with pytest.raises(NewsCapReached):
        announce(world, "c")
    assert announce(world, "b").number == 3, "a repeat of what was sent is no new one"
    clock.advance(hours=14)  # ten in the morning and fourteen hours: the next day
    announce(world, "c")


def test_the_platform_reaches_every_working_leader_once(world: World) -> None:
    world.resident()
    World(world.store, name="别人").resident()
    for _ in range(2):
        with world.store.transaction() as work:
            assert news.count_everywhere(work) == 2
            assert news.announce_everywhere(work, kind="event", words="平台", actor="operator:1", source_key="p") == 2
    assert world.count(notice, kind="news") == 1


def test_withdrawn_it_is_told_to_nobody_else(world: World) -> None:
    world.resident()
    announce(world, "a")
    with world.store.transaction() as work:
        assert [row.words for row in news.on_page(work, leader_id=world.leader_id)] == ["到货了"]
        assert news.withdraw(work, leader_id=world.leader_id, number=1, actor=world.actor).is_withdrawn
        assert news.on_page(work, leader_id=world.leader_id) == []
    assert [row.state for row in world.rows(notice, kind="news")] == ["expired"]


def test_of_a_week_ago_it_is_no_news(world: World, clock: StillClock) -> None:
    world.resident()
    announce(world, "a")
    clock.advance(days=7)
    with world.store.read() as work:
        assert news.on_page(work, leader_id=world.leader_id) == []
