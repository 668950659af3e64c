"""改自提 on pages: the leader's phone and the console ask for the same, and neighbours see it at once."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from models import notice, round_
from tests.web.conftest import Pages, Visitor
from tests.web.doors import NONCE
from tests.web.people import enter


def open_round(pages: Pages) -> tuple[str, str]:
    """When and where the open round is handed out."""
    with pages.store.read() as work:
        row = work.db.execute(select(round_).where(round_.c.id == pages.world.open)).one()
    return str(row.pickup_from), row.pickup_place or ""


def filled(text: str) -> dict[str, str]:
    return dict(re.findall(r'name="(stood|day|from|until|place)"[^>]*? value="([^"]*)"', text)) | {"nonce": NONCE}


def told(pages: Pages) -> int:
    with pages.store.read() as work:
        return int(work.db.execute(select(func.count()).where(notice.c.kind == "pickup_moved")).scalar_one())


def at_the_leader(pages: Pages) -> tuple[Visitor, str, str]:
    return pages.member("leader_a"), f"/m/rounds/{pages.world.open}/pickup", f"/m/rounds/{pages.world.open}/pickup"


def at_the_console(pages: Pages) -> tuple[Visitor, str, str]:
    page = f"/admin/rounds/{pages.world.leader_a}/{pages.world.open}"
    return pages.operator("operator"), page, f"{page}/pickup"


@pytest.mark.parametrize("whose", [at_the_leader, at_the_console])
def test_the_form_moves_a_pickup_once_and_the_neighbours_page_shows_it(pages: Pages, whose: object) -> None:
    visitor, page, target = whose(pages)  # type: ignore[operator]
    form = filled(visitor.get(page).text)
    day = (pages.clock() + timedelta(days=9)).date()
    changed = form | {"day": day.isoformat(), "from": "09:30", "until": "11:00", "place": "东门岗亭"}
    visitor.post(target, changed)
    assert "改好了，会通知" in visitor.get(page).text
    assert open_round(pages) == (f"{day} 01:30:00+00:00", "东门岗亭")
    count = told(pages)
    assert count > 0
    visitor.post(target, changed)
    assert "已经改好了，没有再通知。" in visitor.get(page).text
    assert told(pages) == count
    text = enter(pages, "resident").get(f"/r/{pages.world.round_code}").text
    assert "东门岗亭" in text
    assert "09:30-11:00" in text


def test_what_was_not_touched_stays_and_what_cannot_be_is_said(pages: Pages) -> None:
    visitor, page, target = at_the_leader(pages)
    form = filled(visitor.get(page).text)
    before = open_round(pages)
    visitor.post(target, form)
    assert "本来就是这样取的" in visitor.get(page).text
    for change, said in (
        ({"day": "2020-01-01", "from": "09:00", "until": "10:00"}, "已经过了"),
        ({"day": "2099-01-01", "from": "19:00", "until": "16:00"}, "取货的结束时间要晚于开始时间"),
        ({"day": "2099-01-01", "from": "下午", "until": ""}, "开始时间要写成 7:30"),
        ({"day": "", "from": "09:00", "until": "10:00"}, "请选哪一天取货"),
        ({"place": "南门", "nonce": "old"}, "放得太久了"),
    ):
        visitor.post(target, form | change)
        assert said in visitor.get(page).text
    assert (open_round(pages), told(pages)) == (before, 0)
    visitor.post(target, form | {"place": "南门"})
    assert open_round(pages) == (before[0], "南门")


def test_the_console_says_what_it_had_been(pages: Pages) -> None:
    visitor, page, target = at_the_console(pages)
    was = open_round(pages)[1]
    visitor.post(target, filled(visitor.get(page).text) | {"place": "南门"})
    text = visitor.get(page).text
    assert "改过" in text
    assert "原来 " in text
    assert was in text
    assert "改自提时间地点" in visitor.get("/admin/actions").text
