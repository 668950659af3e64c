"""到货 on the page: counted, looked at, confirmed."""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlalchemy import select, update

from models import notice, offer, order, order_line, round_
from operations import orders, rounds
from operations.orders import Change
from tests.web.conftest import Pages, Visitor
from tests.web.doors import NONCE
from tests.web.people import enter


@pytest.fixture
def closed(pages: Pages) -> Pages:
    """The open round of A is closed: 2份 eggs and 6瓶 milk for 王姐, a box of strawberries for 孙老师."""
    with pages.store.transaction() as work:
        rounds.close(
            work,
            leader_id=pages.world.leader_a,
            round_id=pages.world.open,
            actor=f"account:{pages.world.account_a}",
        )
    return pages


def offer_ids(pages: Pages) -> dict[int, int]:
    with pages.store.read() as work:
        rows = work.db.execute(select(offer.c.number, offer.c.id).where(offer.c.round_id == pages.world.open))
        return {row.number: row.id for row in rows}


def state(pages: Pages) -> str:
    with pages.store.read() as work:
        return str(work.db.execute(select(round_.c.state).where(round_.c.id == pages.world.open)).scalar_one())


def fields(text: str) -> dict[str, Any]:
    """The hidden fields of the confirmation."""
    names = r'name="((?:came|broken)_\d+|plan|nonce)" value="([^"]*)"'
    return dict(re.findall(names, text))


def path(pages: Pages, end: str = "") -> str:
    return f"/m/rounds/{pages.world.open}/goods{end}"


def look(visitor: Visitor, pages: Pages, form: dict[str, str]) -> str:
    return visitor.post(path(pages, "/look"), form).text


def test_the_form_is_filled_in_with_what_was_ordered(closed: Pages) -> None:
    text = enter(closed, "leader_a").get(path(closed)).text
    ids = offer_ids(closed)
    for number, ordered in ((1, "1"), (2, "2"), (3, "6")):
        assert f'name="came_{ids[number]}" value="{ordered}"' in text
    assert f"came_{ids[4]}" not in text, "nobody ordered it"
    assert "货到了，去清点" in enter(closed, "leader_a").get("/m/").text


def test_everything_came(closed: Pages) -> None:
    visitor = enter(closed, "leader_a")
    text = look(visitor, closed, {})
    assert "都到齐了" in text
    assert state(closed) == "closed", "looking changes nothing"
    answer = visitor.post(path(closed), fields(text))
    assert answer.headers["Location"].endswith("/picking")
    assert "已登记到货：2 单可以取" in visitor.get("/m/").text
    assert state(closed) == "arrived"


def test_who_gets_less_is_shown_then_told(closed: Pages) -> None:
    visitor, ids = enter(closed, "leader_a"), offer_ids(closed)
    text = look(visitor, closed, {f"came_{ids[3]}": "5", f"broken_{ids[3]}": "1"})
    for shown in ("订 6瓶，到 5瓶，坏 1瓶", "少 2瓶", "1 单要少拿", "3-502", "鲜牛奶 订 6瓶，给 4瓶", "-¥30"):
        assert shown in text
    visitor.post(path(closed), fields(text))
    with closed.store.read() as work:
        row = work.db.execute(select(offer).where(offer.c.id == ids[3])).one()
        assert (row.received_milli, row.damaged_milli) == (5000, 1000)
        given = work.db.execute(select(order_line.c.allocated_milli).where(order_line.c.offer_id == ids[3])).scalar()
        assert given == 4000
        told = work.db.execute(
            select(notice.c.kind).where(notice.c.round_id == closed.world.open, notice.c.kind == "shortage")
        ).all()
    assert len(told) == 1


def test_confirming_twice_enters_the_goods_once(closed: Pages) -> None:
    visitor = enter(closed, "leader_a")
    form = fields(look(visitor, closed, {}))
    visitor.post(path(closed), form)
    visitor.post(path(closed), form)
    assert "没有重复登记" in visitor.get("/m/").text
    with closed.store.read() as work:
        arrived = work.db.execute(
            select(notice.c.id).where(notice.c.round_id == closed.world.open, notice.c.kind == "arrived")
        ).all()
    assert len(arrived) == 2


def test_what_changed_since_is_shown_anew(closed: Pages) -> None:
    visitor, ids = enter(closed, "leader_a"), offer_ids(closed)
    form = fields(look(visitor, closed, {f"came_{ids[3]}": "5"}))
    with closed.store.transaction() as work:
        mine = (order_line.c.leader_id == closed.world.leader_a, order_line.c.offer_id == ids[3])
        work.db.execute(update(order_line).where(*mine).values(quantity_milli=8000))
    text = visitor.post(path(closed), form).text
    assert "刚才订单有变化" in text
    assert "少 3瓶" in text
    assert state(closed) == "closed"


@pytest.mark.parametrize(
    ("came", "broken", "said"),
    [("很多", "", "要写成数字"), ("5", "6", "坏的比实到的还多"), ("-1", "", "要写成数字"), ("5", "半", "要写成数字")],
)
def test_a_count_that_cannot_be_is_explained(closed: Pages, came: str, broken: str, said: str) -> None:
    visitor, ids = enter(closed, "leader_a"), offer_ids(closed)
    form = {f"came_{ids[3]}": came, f"broken_{ids[3]}": broken}
    text = look(visitor, closed, form)
    assert said in text
    assert f'value="{came}"' in text, "what was typed stays in the form"
    assert said in visitor.post(path(closed), form | {"plan": "", "nonce": NONCE}).text
    assert state(closed) == "closed"


def test_an_open_round_takes_no_goods(pages: Pages) -> None:
    visitor = enter(pages, "leader_a")
    assert "还没截单，不能登记到货" in visitor.get(path(pages)).text
    assert "还没截单" in look(visitor, pages, {})
    text = visitor.post(path(pages), {"plan": "0" * 64, "nonce": NONCE}).text
    assert "还没截单" in text
    assert state(pages) == "open"


def test_a_helper_and_another_leader_enter_no_goods(closed: Pages) -> None:
    leader = enter(closed, "leader_a")
    form = fields(look(leader, closed, {}))
    for who, status in (("helper", 403), ("leader_b", 404)):
        visitor = enter(closed, who)
        assert visitor.get(path(closed)).status_code == status
        assert visitor.post(path(closed, "/look")).status_code == status
        assert visitor.post(path(closed), form).status_code == status
    assert state(closed) == "closed"


def test_first_come_first_served(pages: Pages) -> None:
    """王姐 ordered 6 bottles first, 孙老师 one afterwards: the last one goes without."""
    ids = offer_ids(pages)
    pages.clock.advance(minutes=5)
    with pages.store.transaction() as work:
        late = work.db.execute(
            select(order).where(order.c.round_id == pages.world.open).order_by(order.c.seq.desc()).limit(1)
        ).one()
        orders.change(
            work,
            leader_id=pages.world.leader_a,
            round_id=pages.world.open,
            resident_id=late.resident_id,
            changes=[Change(ids[3], 1000)],
            actor="system",
            source_key="late",
        )
        rounds.close(work, leader_id=pages.world.leader_a, round_id=pages.world.open, actor="system")
    text = look(enter(pages, "leader_a"), pages, {f"came_{ids[3]}": "6"})
    assert "孙老师" in text
    assert "鲜牛奶 订 1瓶，没有" in text
    assert "王姐" not in text
