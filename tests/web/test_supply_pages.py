"""From a supplier's product to the goods on a leader's page, as operator, neighbour, supplier and leader see it."""

from __future__ import annotations

import io
from datetime import timedelta
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from PIL import Image
from sqlalchemy import select, update

from models import action_log, leader, order, product, purchase_order, resident, round_, supplier, supplier_photo
from operations import orders, people, purchase_drafts, rounds, stocking, supplier_links
from operations.offers import NewOffer
from operations.orders import Change
from operations.rounds import NewRound
from tests.support.farm import Farm
from tests.web.conftest import SETTINGS, Pages, Visitor
from tests.web.doors import NONCE
from tests.web.people import enter


def rows(pages: Pages, table: Any, **where: Any) -> list[Any]:
    with pages.store.read() as work:
        found = select(table).where(*(table.c[name] == value for name, value in where.items()))
        return list(work.db.execute(found.order_by(table.c.id)))


def jpeg() -> BytesIO:
    out = BytesIO()
    Image.new("RGB", (40, 30), "red").save(out, "JPEG")
    out.seek(0)
    return out


def link_of(pages: Pages, supplier_id: int) -> str:
    version = rows(pages, supplier, id=supplier_id)[0].link_version
    return f"/s/{supplier_links.token_of(SETTINGS.secret, supplier_id=supplier_id, version=version)}"


def sell(pages: Pages, leader_id: int, name: str, quantity: int, *, phone: str = "13800000009") -> Any:
    """A round of one item, as the leader words it, with one order."""
    with pages.store.transaction() as work:
        new = NewRound(
            title="周日水果团",
            offers=(NewOffer(name, 4500, "盒", spec="2斤"),),
            closes_at=work.now + timedelta(hours=3),
            pickup_from=work.now + timedelta(days=1),
            pickup_until=work.now + timedelta(days=1, hours=2),
        )
        view = rounds.publish(work, leader_id=leader_id, new=new, actor="system")
        account_id = people.recognise(work, f"o_test_buyer_{leader_id}").account_id
        resident_id = people.bind(work, account_id=account_id, leader_id=leader_id, via="code")
        people.introduce(work, leader_id=leader_id, resident_id=resident_id, name="钱奶奶", room="9-901", phone=phone)
        orders.change(
            work,
            leader_id=leader_id,
            round_id=view.id,
            resident_id=resident_id,
            changes=[Change(view.offers[0].id, quantity * 1000)],
            actor="system",
            source_key=f"sell:{view.id}",
        )
    return view


def close(pages: Pages, *views: Any) -> None:
    with pages.store.transaction() as work:
        for view in views:
            rounds.close(work, leader_id=view.leader_id, round_id=view.id, actor="system")
        purchase_drafts.gather(work)


def test_from_a_leaders_words_to_the_goods_on_her_page(pages: Pages) -> None:
    """The whole way; leaders A and B sell the same goods under different names."""
    world, operator = pages.world, enter(pages, "operator")
    operator.get("/admin/suppliers/new")
    farm = {"name": "山脚果园", "phone": "13800000055", "origin": "富阳", "story": "早上摘，下午到", "is_active": "1"}
    operator.post("/admin/suppliers", farm | {"min_order": "1000", "is_farmer": "1"})
    supplier_id = rows(pages, supplier, name="山脚果园")[0].id
    goods = {"name": "巨峰葡萄", "spec": "2斤", "unit": "盒", "cost": "20.50", "case": "6", "is_active": "1"}
    operator.post(f"/admin/suppliers/{supplier_id}/products", goods | {"storage": "frozen"})
    product_id = rows(pages, product, supplier_id=supplier_id)[0].id
    operator.post(
        f"/admin/suppliers/{supplier_id}/photos",
        {"kind": "story", "nonce": NONCE, "photos": (jpeg(), "farm.jpg")},
        content_type="multipart/form-data",
    )
    a, b = sell(pages, world.leader_a, "葡萄", 4), sell(pages, world.leader_b, "巨峰葡萄", 4)

    text = operator.get("/admin/wordings").text
    assert text.count("周日水果团") == 0
    assert f'name="product" value="{product_id}"' in text
    for view in (a, b):
        words = {"name": view.offers[0].name, "spec": "2斤", "unit": "盒", "product": str(product_id)}
        operator.post(f"/admin/wordings/{view.leader_id}", words)
    assert "巨峰葡萄 2斤" in operator.get("/admin/wordings?state=matched").text

    neighbour = enter(pages, "resident").get(f"/r/{a.code}").text
    for shown in ("来自山脚果园", "冷冻", "还差 4盒凑整箱"):
        assert shown in neighbour
    assert f"/l/L1/from/{supplier_id}" in pages.visitor().get("/l/L1").text
    page = pages.visitor().get(f"/l/L1/from/{supplier_id}").text
    for shown in ("山脚果园", "富阳", "早上摘，下午到", "葡萄", "¥45"):
        assert shown in page
    for hidden in ("13800000055", "20.5", "¥20"):
        assert hidden not in page
    photo_id = rows(pages, supplier_photo, supplier_id=supplier_id)[0].id
    assert pages.visitor().get(f"/i/from/{photo_id}").mimetype == "image/jpeg"

    leader = enter(pages, "leader_a")
    assert "还差 4盒凑整箱" in leader.get(f"/m/rounds/{a.id}/cases").text
    leader.post(f"/m/rounds/{a.id}/cases", {"rest_1": "buy", "usual": ""})
    close(pages, a, b)
    (draft,) = rows(pages, purchase_order, supplier_id=supplier_id)
    shown = operator.get(f"/admin/purchases/{draft.id}").text
    for part in ("1 箱零 2盒", "按团长定的：补满整箱", "还差 ¥754", "12盒"):
        assert part in shown
    operator.post(f"/admin/purchases/{draft.id}/send")
    assert "起订¥1000，这张只有¥246" in operator.get(f"/admin/purchases/{draft.id}").text
    operator.post(f"/admin/purchases/{draft.id}/send", {"small": "1"})
    assert "发出了，一共 ¥246" in operator.get(f"/admin/purchases/{draft.id}").text

    theirs = pages.visitor()
    address = link_of(pages, supplier_id)
    assert "等您确认" in theirs.get(address).text
    seen = theirs.get(f"{address}/{draft.id}").text
    assert "要 12盒，2 箱（一箱 6盒）" in seen
    for hidden in ("钱奶奶", "9-901", "13800000009", "周日水果团", "L1", "张团长"):
        assert hidden not in seen
    theirs.post(f"{address}/{draft.id}", {f"can_{product_id}": "10", "note": "下午三点到"})
    seen = operator.get(f"/admin/purchases/{draft.id}").text
    assert "供应商已确认" in seen
    assert "下午三点到" in seen
    book = openpyxl.load_workbook(io.BytesIO(theirs.get(f"{address}/{draft.id}/file.xlsx").data))
    assert [cell.value for cell in book.active[3]][:5] == ["巨峰葡萄", "2斤", 12, "盒", 2]  # type: ignore[index]

    operator.post(f"/admin/purchases/{draft.id}/receive", {f"came_{product_id}": "8", f"broken_{product_id}": "1"})
    seen = enter(pages, "leader_a").get(f"/m/rounds/{a.id}/goods").text
    assert "仓库分来 4盒" in seen  # seven sound boxes, four ordered by each: the remainder goes to the first
    assert "仓库分来 3盒" in enter(pages, "leader_b").get(f"/m/rounds/{b.id}/goods").text
    log = {row.action for row in rows(pages, action_log)}
    assert {"supplier.create", "product.create", "purchase.send", "purchase.promise", "purchase.receive"} <= log
    assert "supplier:" in next(row.actor for row in rows(pages, action_log, action="purchase.promise"))
    assert "供应商确认" in operator.get("/admin/actions").text


def test_a_suppliers_link_opens_nothing_else(pages: Pages) -> None:
    """Not another supplier's orders, no draft, and nothing once it was changed; every miss is the same page."""
    world, operator = pages.world, enter(pages, "operator")
    operator.get("/admin/suppliers/new")
    operator.post("/admin/suppliers", {"name": "别家", "is_active": "1"})
    other = rows(pages, supplier, name="别家")[0].id
    mine, others = link_of(pages, world.supplier), link_of(pages, other)
    visitor = pages.visitor()
    assert visitor.get(f"{mine}/{world.purchase}").status_code == 200
    made_up = f"/s/{world.supplier:x}-1-{'0' * 24}"
    wrong_version = supplier_links.token_of("another secret of the same length", supplier_id=world.supplier, version=1)
    misses = [f"{others}/{world.purchase}", f"{mine}/{world.purchase + 1}", made_up, f"/s/{wrong_version}", "/s/x"]
    assert {visitor.get(path).status_code for path in misses} == {404}
    before = rows(pages, purchase_order, id=world.purchase)[0]
    assert visitor.post(f"{others}/{world.purchase}", {"note": "x"}).status_code == 404
    assert rows(pages, purchase_order, id=world.purchase)[0] == before
    operator.post(f"/admin/suppliers/{world.supplier}/link")
    for path in (mine, f"{mine}/{world.purchase}", f"{mine}/{world.purchase}/file.xlsx"):
        assert visitor.get(path).status_code == 404
    assert visitor.get(link_of(pages, world.supplier)).status_code == 200
    assert visitor.get("/admin/suppliers").status_code == 302


def test_nothing_a_neighbour_or_a_leader_writes_reaches_the_supplier(pages: Pages) -> None:
    """Names, rooms, phones and notes in every field that people fill in: not on his pages, not in text nor workbook."""
    farm = Farm(pages.store, "山脚果园")
    product_id = farm.sell(name="巨峰葡萄", case_milli=None)
    nasty = "</td><script>告诉供应商 钱奶奶 9-901 13800000009</script>"
    view = sell(pages, pages.world.leader_a, "葡萄", 4)
    with pages.store.transaction() as work:
        words = (view.offers[0].name, "2斤", "盒")
        stocking.teach(work, leader_id=view.leader_id, words=words, product_id=product_id, actor="system")
        mine = round_.c.leader_id == view.leader_id, round_.c.id == view.id
        work.db.execute(update(round_).where(*mine).values(title=nasty[:60]))
        work.db.execute(update(order).where(order.c.round_id == view.id).values(note=nasty))
        work.db.execute(update(resident).where(resident.c.display_name == "钱奶奶").values(note=nasty[:120]))
        work.db.execute(update(leader).where(leader.c.id == view.leader_id).values(display_name=nasty[:30]))
    close(pages, view)
    farm.send()
    visitor, address = pages.visitor(), link_of(pages, farm.id)
    purchase_id = farm.orders()[0].id
    book = openpyxl.load_workbook(io.BytesIO(visitor.get(f"{address}/{purchase_id}/file.xlsx").data))
    cells = " ".join(str(cell.value) for row in book.active.iter_rows() for cell in row)  # type: ignore[union-attr]
    shown = visitor.get(address).text + visitor.get(f"{address}/{purchase_id}").text + cells
    assert "巨峰葡萄" in cells
    for hidden in ("script>告诉", "告诉供应商", "钱奶奶", "9-901", "13800000009", "周日水果团", "葡萄团"):
        assert hidden not in shown


def test_a_form_without_its_token_promises_nothing(pages: Pages) -> None:
    world = pages.world
    visitor: Visitor = pages.visitor()
    answer = visitor.post(f"{link_of(pages, world.supplier)}/{world.purchase}", {"csrf_token": "0" * 64})
    assert answer.status_code == 400
    assert rows(pages, purchase_order, id=world.purchase)[0].state == "sent"


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [("cost", "-1", "进价要写成金额"), ("name", " ", "请填写商品名"), ("case", "x", "一箱多少要写成数字")],
)
def test_what_cannot_be_a_product_is_said(pages: Pages, field: str, value: str, said: str) -> None:
    world, operator = pages.world, enter(pages, "operator")
    operator.get(f"/admin/suppliers/{world.supplier}")
    goods = {"name": "桃", "unit": "箱", "cost": "9", "case": "", field: value}
    operator.post(f"/admin/suppliers/{world.supplier}/products", goods)
    assert said in operator.get(f"/admin/suppliers/{world.supplier}").text
    assert len(rows(pages, product, supplier_id=world.supplier)) == 1


def test_goods_by_weight_are_not_goods_by_the_box(pages: Pages) -> None:
    world, operator = pages.world, enter(pages, "operator")
    operator.get("/admin/wordings")
    words = {"name": "本地青菜", "spec": "", "unit": "斤", "product": str(world.product)}
    operator.post(f"/admin/wordings/{world.leader_a}", words)
    assert "数量对不上" in operator.get("/admin/wordings").text


def test_a_supplier_who_left_has_no_page_and_a_document_is_not_public(pages: Pages) -> None:
    world, operator = pages.world, enter(pages, "operator")
    operator.get(f"/admin/suppliers/{world.supplier}")
    operator.post(
        f"/admin/suppliers/{world.supplier}/photos",
        {"kind": "document", "product": str(world.product), "nonce": NONCE, "photos": (jpeg(), "d.jpg")},
        content_type="multipart/form-data",
    )
    paper = rows(pages, supplier_photo, kind="document")[0].id
    assert operator.get(f"/admin/suppliers/photos/{paper}").status_code == 200
    assert pages.visitor().get(f"/i/from/{paper}").status_code == 404
    operator.post(f"/admin/suppliers/{world.supplier}/photos/{paper}/remove")
    assert rows(pages, supplier_photo, kind="document") == []
    operator.post(f"/admin/suppliers/{world.supplier}", {"name": "阳光农场"})  # not active any more
    assert pages.visitor().get(f"/l/L1/from/{world.supplier}").status_code == 404
    assert pages.visitor().get(f"/i/from/{world.farm_photo}").status_code == 404
