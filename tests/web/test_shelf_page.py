"""现货 on pages: apart from the rounds, the same order as in chat, the code at once; and the leader's page for it."""

from __future__ import annotations

import re

from sqlalchemy import select

from models import notice, order, round_, shelf_item
from models.views import OrderView
from operations import people, shelf, shelf_orders
from operations.orders import Change
from tests.web.conftest import Pages
from tests.web.doors import NONCE
from tests.web.people import enter

PATH = "/l/L1/shelf"


def order_of(pages: Pages, openid: str = "o_test_resident_0") -> OrderView | None:
    with pages.store.read() as work:
        person = people.recognise(work, openid)
        return shelf_orders.open_order(work, leader_id=pages.world.leader_a, resident_id=person.resident_id or 0)


def left(pages: Pages, number: int = 1) -> int:
    with pages.store.read() as work:
        return shelf.get(work, leader_id=pages.world.leader_a, number=number).left_milli


def test_home_and_round_show_the_shelf_apart_from_the_round(pages: Pages) -> None:
    for path in ("/l/L1", f"/r/{pages.world.round_code}"):
        text = pages.visitor().get(path).text
        section = text[text.index("<h2>现货</h2>") :].partition("</section>")[0]
        assert "大米" in section
        assert "剩 20袋" in section
        assert PATH in section
        assert "红颜草莓" not in section
    text = pages.visitor().get(PATH).text
    for shown in ("现货", "大米", "5kg", "¥35", "剩 20袋", "张团长：今年新米", "菜籽油", "3 号楼大堂"):
        assert shown in text, shown
    assert "红颜草莓" not in text
    assert "<h2>现货</h2>" not in pages.visitor().get("/l/L2").text, "who has no shelf shows none"


def test_an_order_on_the_page_has_its_code_at_once_and_is_the_order_of_the_chat(pages: Pages) -> None:
    neighbour, world = enter(pages, "resident"), pages.world
    neighbour.get(PATH)
    assert neighbour.post(PATH, {"q_1": "2", "had_1": "", "nonce": NONCE}).status_code == 302
    own = order_of(pages)
    assert own is not None
    assert (own.state, own.total_fen, left(pages)) == ("ready", 7000, 18_000)
    text = neighbour.get(PATH).text
    assert own.code is not None
    assert f"取货码 {own.code[:3]} {own.code[3:]}，现在就可以来取" in text
    assert re.search(r'name="q_1" value="2"', text)
    with pages.store.transaction() as work:  # by chat meanwhile
        (oil,) = [one for one in shelf.items(work, leader_id=world.leader_a) if one.number == 2]
        shelf_orders.change(
            work,
            leader_id=world.leader_a,
            resident_id=own.resident_id,
            changes=[Change(oil.id, 1000)],
            actor="test",
            source_key="chat",
        )
    neighbour.post(PATH, {"q_1": "0", "had_1": "2", "q_2": "", "had_2": "", "nonce": NONCE[::-1]})
    after = order_of(pages)
    assert after is not None
    assert [(line.name, line.quantity_milli) for line in after.lines] == [("菜籽油", 1000)]
    assert (after.code, left(pages)) == (own.code, 20_000)


def test_the_same_form_twice_and_a_form_that_asks_too_much(pages: Pages) -> None:
    neighbour = enter(pages, "resident")
    neighbour.get(PATH)
    for _ in range(2):
        assert neighbour.post(PATH, {"q_1": "2", "had_1": "", "nonce": NONCE}).status_code == 302
    assert left(pages) == 18_000
    answer = neighbour.post(PATH, {"q_2": "4", "had_2": "", "nonce": NONCE[::-1]})
    assert answer.status_code == 302
    assert "菜籽油只剩3桶" in neighbour.get(PATH).text
    assert left(pages, 2) == 3000
    other = enter(pages, "resident")
    assert other.post(PATH, {"q_1": "x", "had_1": "", "nonce": "1" * 32}).status_code == 400
    assert other.post(PATH, {"nonce": "2" * 32}).status_code in {302, 400}
    assert left(pages) == 18_000


def test_the_leader_is_told_and_sees_the_day(pages: Pages) -> None:
    neighbour = enter(pages, "resident")
    neighbour.get(PATH)
    neighbour.post(PATH, {"q_1": "2", "had_1": "", "nonce": NONCE})
    with pages.store.read() as work:
        told = work.db.execute(select(notice).where(notice.c.kind == "shelf_order")).one()
        day = work.db.execute(select(round_).where(round_.c.kind == "shelf")).one()
    assert told.account_id == pages.world.account_a
    leader = enter(pages, "leader_a")
    today = leader.get("/m/").text
    assert day.title in today[today.index("<h2>现货</h2>") :]
    assert day.title not in today[: today.index("<h2>现货</h2>")], "not among the rounds"
    assert "大米" in leader.get(f"/m/rounds/{day.id}?show=waiting").text
    console = enter(pages, "operator")
    assert day.title not in console.get("/admin/rounds").text
    assert day.title in console.get("/admin/rounds?kind=shelf").text
    assert "另有现货 1 单" in console.get("/admin/").text


def test_the_leader_keeps_the_shelf_on_her_phone(pages: Pages) -> None:
    leader = enter(pages, "leader_a")
    leader.get("/m/shelf")
    goods = {"name": "土蜂蜜", "unit": "瓶", "price": "45", "stock": "6", "nonce": NONCE}
    assert leader.post("/m/shelf", goods).status_code == 302
    assert "土蜂蜜上架好了" in leader.get("/m/shelf").text
    form = {"price": "48.5", "left": "5", "had": "6", "words": "自家蜂", "nonce": NONCE[::-1]}
    leader.post("/m/shelf/3", form)
    with pages.store.read() as work:
        honey = shelf.get(work, leader_id=pages.world.leader_a, number=3)
    assert (honey.price_fen, honey.left_milli, honey.words, honey.is_on) == (4850, 5000, "自家蜂", True)
    leader.post("/m/shelf/3", {"off": "1", "nonce": "3" * 32})
    assert "土蜂蜜" not in pages.visitor().get(PATH).text
    assert "已下架" in leader.get("/m/shelf").text
    leader.post("/m/shelf/3", {"on": "1", "nonce": "4" * 32})
    assert "土蜂蜜" in pages.visitor().get(PATH).text
    bad = {"name": "米", "unit": "袋", "price": "35", "stock": "0", "nonce": "5" * 32}
    leader.post("/m/shelf", bad)
    with pages.store.read() as work:
        assert work.db.execute(select(shelf_item.c.id).where(shelf_item.c.name == "米")).first() is None


def test_what_was_ordered_meanwhile_is_not_counted_twice_when_the_leader_saves_a_price(pages: Pages) -> None:
    leader, neighbour = enter(pages, "leader_a"), enter(pages, "resident")
    neighbour.get(PATH)
    neighbour.post(PATH, {"q_1": "2", "had_1": "", "nonce": NONCE})
    leader.get("/m/shelf")
    leader.post("/m/shelf/1", {"price": "36", "left": "20", "had": "20", "words": "今年新米", "nonce": NONCE[::-1]})
    assert left(pages) == 18_000
    with pages.store.read() as work:
        assert work.db.execute(select(order.c.total_fen).where(order.c.total_fen == 7000)).first() is not None
