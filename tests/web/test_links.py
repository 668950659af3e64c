"""One-time links: used once, in time, by nobody for another leader's world."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update

from models import action_log, helper, leader, login_link
from operations import applications, links
from operations.errors import NotAllowed
from tests.web.conftest import Pages
from tests.web.people import enter, fingerprint


def test_a_link_opens_the_leaders_own_console(pages: Pages) -> None:
    visitor = pages.member("leader_a")
    assert "周六水果团" in visitor.get("/m/").text


def test_looking_at_a_link_uses_nothing_up(pages: Pages) -> None:
    """Chat programs fetch links for a preview."""
    token = pages.link("leader", pages.world.account_a, pages.world.leader_a)
    before = fingerprint(pages.store)
    for _ in range(5):
        assert "进入后台" in pages.visitor().get(f"/m/enter/{token}").text
    assert fingerprint(pages.store) == before
    visitor = pages.visitor()
    visitor.get(f"/m/enter/{token}")
    assert visitor.post(f"/m/enter/{token}").status_code == 302


def test_a_link_opens_once(pages: Pages) -> None:
    token = pages.link("leader", pages.world.account_a, pages.world.leader_a)
    first, second = pages.visitor(), pages.visitor()
    first.get(f"/m/enter/{token}")
    second.get(f"/m/enter/{token}")
    assert first.post(f"/m/enter/{token}").status_code == 302
    refused = second.post(f"/m/enter/{token}")
    assert refused.status_code == 410
    assert "再发一次「后台」" in refused.text
    assert second.get("/m/").status_code == 401
    assert second.get(f"/m/enter/{token}").status_code == 410


def test_a_link_lives_a_quarter_of_an_hour(pages: Pages) -> None:
    token = pages.link("leader", pages.world.account_a, pages.world.leader_a)
    visitor = pages.visitor()
    visitor.get(f"/m/enter/{token}")
    pages.clock.advance(minutes=15)
    assert visitor.post(f"/m/enter/{token}").status_code == 410


@pytest.mark.parametrize("token", ["x", "0" * 64, "%00", "草莓", "a" * 2000])
def test_what_is_no_link_looks_like_a_dead_one(pages: Pages, token: str) -> None:
    assert pages.visitor().get(f"/m/enter/{token}").status_code == 410
    assert pages.visitor().get(f"/x/{token}").status_code == 410


def test_nobody_gets_a_link_into_another_leaders_world(pages: Pages) -> None:
    world = pages.world
    for account_id, purpose in (
        (world.account_b, "leader"),
        (world.account_helper, "leader"),
        (world.account_b, "helper"),
        (world.account_b, "export"),
        (world.account_helper, "export"),
    ):
        with pages.store.transaction() as work, pytest.raises(NotAllowed):
            links.create(
                work,
                account_id=account_id,
                leader_id=world.leader_a,
                purpose=purpose,
                target={"round_id": world.arrived},
            )


def test_a_leaders_session_sees_no_other_leaders_round_or_order(pages: Pages) -> None:
    visitor, world = pages.member("leader_b"), pages.world
    assert visitor.get(f"/m/rounds/{world.arrived}").status_code == 404
    assert visitor.get(f"/m/orders/{world.orders[0]}").status_code == 404
    assert visitor.get(f"/m/rounds/{world.arrived_b}").status_code == 200
    assert visitor.get(f"/m/orders/{world.order_b}").status_code == 200


def test_a_link_of_one_leader_replaces_the_session_of_another(pages: Pages) -> None:
    """The same phone, first A's link, then B's: B's world and nothing of A's."""
    visitor = pages.member("leader_a")
    token = pages.link("leader", pages.world.account_b, pages.world.leader_b)
    visitor.get(f"/m/enter/{token}")
    visitor.post(f"/m/enter/{token}")
    assert "刘姐的团" in visitor.get("/m/").text
    assert visitor.get(f"/m/orders/{pages.world.orders[0]}").status_code == 404


def test_an_export_link_is_no_way_into_the_console(pages: Pages) -> None:
    token = pages.link("export", pages.world.account_a, pages.world.leader_a, round_id=pages.world.arrived)
    visitor = pages.visitor()
    assert visitor.get(f"/m/enter/{token}").status_code == 410
    visitor.get("/admin/login")
    assert visitor.post(f"/m/enter/{token}").status_code == 410


def test_a_console_link_is_no_export(pages: Pages) -> None:
    token = pages.link("leader", pages.world.account_a, pages.world.leader_a)
    assert pages.visitor().get(f"/x/{token}").status_code == 410


def test_an_export_link_works_for_ten_minutes_and_more_than_once(pages: Pages) -> None:
    token = pages.link("export", pages.world.account_a, pages.world.leader_a, round_id=pages.world.arrived)
    for _ in range(2):
        assert pages.visitor().get(f"/x/{token}").status_code == 200
    pages.clock.advance(minutes=10)
    assert pages.visitor().get(f"/x/{token}").status_code == 410


def test_an_export_link_of_another_leaders_round_finds_nothing(pages: Pages) -> None:
    token = pages.link("export", pages.world.account_b, pages.world.leader_b, round_id=pages.world.arrived)
    assert pages.visitor().get(f"/x/{token}").status_code == 404


def test_an_export_is_written_down_when_it_is_asked_for(pages: Pages) -> None:
    pages.link("export", pages.world.account_a, pages.world.leader_a, round_id=pages.world.arrived)
    with pages.store.read() as work:
        row = work.db.execute(select(action_log).where(action_log.c.action == "export.orders")).one()
    assert (row.actor, row.entity_id) == (f"account:{pages.world.account_a}", pages.world.arrived)


def test_the_database_knows_only_the_hash_of_a_link(pages: Pages) -> None:
    token = pages.link("leader", pages.world.account_a, pages.world.leader_a)
    with pages.store.read() as work:
        assert token not in repr(work.db.execute(select(login_link)).all())
    assert len(token) == 64


def test_a_leader_who_left_is_out_at_once_a_suspended_one_still_hands_out(pages: Pages) -> None:
    visitor = enter(pages, "leader_a")
    with pages.store.transaction() as work:
        applications.suspend(work, leader_id=pages.world.leader_a, actor="operator:1")
    assert visitor.get("/m/").status_code == 200
    with pages.store.transaction() as work:
        work.db.execute(update(leader).where(leader.c.id == pages.world.leader_a).values(state="closed"))
    assert visitor.get("/m/").status_code == 401


def test_a_helper_who_was_switched_off_is_out_at_once(pages: Pages) -> None:
    visitor = enter(pages, "helper")
    assert visitor.get("/m/").status_code == 200
    with pages.store.transaction() as work:
        work.db.execute(update(helper).values(is_active=False))
    assert visitor.get("/m/").status_code == 401


def test_logging_out_of_the_phone_ends_the_session(pages: Pages) -> None:
    visitor = pages.member("helper")
    found = visitor.client.get_cookie("__Host-lintuan_member", domain="lintuan.example.com")
    assert found is not None
    visitor.post("/m/logout")
    visitor.client.set_cookie("__Host-lintuan_member", found.value, domain="lintuan.example.com", secure=True)
    assert visitor.get("/m/").status_code == 401
