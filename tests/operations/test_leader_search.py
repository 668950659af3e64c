"""Which leader somebody without one may mean."""

from __future__ import annotations

import pytest
from sqlalchemy import insert, update

from models import Store, leader, pickup_point
from operations import communities, leader_search, people
from operations.routing.geo import Place
from tests.support.world import World

HERE = Place(31.2304, 121.4737, "gcj02")


def known_as(store: Store, world: World, name: str, *, note: str | None = None, at: Place | None = None) -> None:
    """Name and note of a leader, and a pickup point."""
    with store.transaction() as work:
        mine = leader.c.id == world.leader_id
        work.db.execute(update(leader).where(mine).values(display_name=name, application_note=note))
        if at is not None:
            where = {"lat_e6": round(at.latitude * 1e6), "lng_e6": round(at.longitude * 1e6), "datum": at.datum}
            work.db.execute(
                insert(pickup_point).values(leader_id=world.leader_id, id=work.new_id(), name="东门", **where)
            )


def found(store: Store, *words: str) -> list[str]:
    with store.read() as work:
        return [one.name for one in leader_search.by_words(work, words=words)]


def near(store: Store, here: Place = HERE) -> list[tuple[str, int | None]]:
    with store.read() as work:
        return [(one.name, one.metres) for one in leader_search.near(work, here=here)]


@pytest.mark.parametrize("words", ["小美", "找小美", "阳光花园", "阳光花园的", "花园"])
def test_a_leader_is_found_by_name_and_by_community(store: Store, words: str) -> None:
    one, other = World(store), World(store)
    known_as(store, one, "小美")
    known_as(store, other, "大刘")
    with store.transaction() as work:
        communities.set_names(work, leader_id=one.leader_id, names=["阳光花园"], actor="system")
    assert found(store, words) == ["小美"]


def test_what_she_wrote_when_she_applied_counts_but_is_not_shown(store: Store) -> None:
    known_as(store, World(store), "小美", note="阳光花园3号楼")
    with store.read() as work:
        (one,) = leader_search.by_words(work, words=["阳光花园"])
    assert (one.name, one.places) == ("小美", ())


def test_signs_that_a_database_knows_are_only_signs(store: Store) -> None:
    known_as(store, World(store), "小美")
    assert found(store, "%%") == []
    assert found(store, "__") == []


def test_who_may_not_sell_is_not_found(store: Store) -> None:
    world = World(store)
    known_as(store, world, "小美", at=HERE)
    with store.transaction() as work:
        work.db.execute(update(leader).where(leader.c.id == world.leader_id).values(state="suspended"))
        assert leader_search.by_number(work, number=people.number_of(work, leader_id=world.leader_id)) == []
    assert found(store, "小美") == []
    assert near(store) == []


def test_the_nearest_comes_first_and_who_is_far_away_not_at_all(store: Store) -> None:
    known_as(store, World(store), "远一点", at=Place(31.2404, 121.4737, "gcj02"))
    known_as(store, World(store), "就在这", at=HERE)
    known_as(store, World(store), "另一座城", at=Place(30.2741, 120.1551, "gcj02"))
    known_as(store, World(store), "没有坐标")
    (first, metres), (second, further) = near(store)
    assert (first, metres, second) == ("就在这", 0, "远一点")
    assert further in range(1050, 1150)


def test_points_measured_by_gps_are_compared_where_they_are(store: Store) -> None:
    """Some 500 m lie between the two ways of writing one place."""
    known_as(store, World(store), "小美", at=Place(31.2304, 121.4737, "wgs84"))
    ((_, metres),) = near(store)
    assert metres in range(300, 700)


def test_all_are_named_only_where_they_are_few(store: Store) -> None:
    World(store), World(store)
    with store.read() as work:
        assert len(leader_search.all_if_few(work, most=2)) == 2
        assert leader_search.all_if_few(work, most=1) == []
