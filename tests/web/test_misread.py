"""听不懂的话: what was not understood is listed, and a word that is taught is understood from then on."""

from __future__ import annotations

from sqlalchemy import select

from models import learned_alias, offer_alias
from operations import rounds
from tests.web.conftest import Pages


def test_only_what_was_asked_about_or_not_understood_is_listed(pages: Pages) -> None:
    body = pages.operator("service").get("/admin/misread").text
    assert "那个红的甜不甜呀" in body
    assert "再来点那个" in body
    assert "草莓2 鸡蛋1" not in body
    assert "再来点那个" not in pages.operator("service").get("/admin/misread?reading=unknown").text


def test_a_taught_word_is_an_alias_here_and_in_later_rounds(pages: Pages) -> None:
    world = pages.world
    form = {"words": "那个红的", "item": f"{world.arrived}:{world.offer}"}
    answer = pages.operator("service").post(f"/admin/misread/{world.leader_a}/teach", form)
    assert answer.status_code == 302
    with pages.store.read() as work:
        taught = rounds.view(work, world.leader_a, world.arrived).offers[0]
        learned = work.db.execute(select(learned_alias)).one()
    assert "那个红的" in taught.aliases
    assert (learned.alias, learned.offer_name) == ("那个红的", taught.name)
    assert learned.taught_by.startswith("operator:")


def test_another_leaders_item_cannot_be_taught(pages: Pages) -> None:
    world = pages.world
    form = {"words": "那个红的", "item": f"{world.arrived}:{world.offer}"}
    pages.operator("service").post(f"/admin/misread/{world.leader_b}/teach", form)
    pages.operator("service").post(f"/admin/misread/{world.leader_a}/teach", {"words": "x", "item": "1:2:3"})
    with pages.store.read() as work:
        assert not work.db.execute(select(offer_alias).where(offer_alias.c.alias.in_(("那个红的", "x")))).all()
