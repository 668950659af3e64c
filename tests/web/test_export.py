"""The order export: columns for good, text and numbers only, sums that agree with the orders."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlalchemy import insert, select

from benchmarks import exporting
from models import (
    Store,
    Work,
    delivery_note,
    delivery_run,
    order,
    pickup_point,
    route,
    route_stop,
    vehicle,
    warehouse,
)
from operations import aftersales, exports, orders, payments
from operations.exports import OrderRow
from tests.support.databases import create_schema
from tests.web.conftest import Pages, make_world
from tests.web.doors import NONCE
from tests.web.people import counting, enter
from tests.web.world import World
from web.sheets import COLUMNS, XLSX, write_workbook

HEADINGS = (
    "订单号, 接龙号, 创建时间, 线路, 商品名称, 规格, 单价, 数量, 实取数量, 取货点, 客户, 房号, 电话, 实付款, 备注, "
    "订单状态, 付款状态, 取货码, 核销状态, 核销员, 核销时间, 退款数量, 退款金额, 团长提成, 配送运费"
).split(", ")
FORMULAS = ("=1+1", "+1 鸡蛋", "-2+3", "@SUM(A1)", '=HYPERLINK("http://evil.example")', "\t=1+1", "{=1}", "＝1+1")


def fetch(pages: Pages) -> list[list[Any]]:
    token = pages.link("export", pages.world.account_a, pages.world.leader_a, round_id=pages.world.arrived)
    response = pages.visitor().get(f"/x/{token}")
    assert response.mimetype == XLSX
    sheet = load_workbook(io.BytesIO(response.data))["订单"]
    assert all(cell.data_type in {"s", "n"} for row in sheet.iter_rows() for cell in row)
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


def rows(pages: Pages) -> list[dict[str, Any]]:
    head, *rest = fetch(pages)
    return [dict(zip(head, row, strict=True)) for row in rest]


def test_the_columns_are_these_in_this_order(pages: Pages) -> None:
    assert [heading for heading, _, _ in COLUMNS] == HEADINGS
    assert fetch(pages)[0] == HEADINGS


def test_there_is_a_row_for_each_line_by_chain_number(pages: Pages) -> None:
    found = rows(pages)
    assert [row["接龙号"] for row in found] == [1, 1, 2, 3, 3, 4, 4, 5, 6, 6, 7]
    assert found[0] | {"订单号": ""} == {
        "订单号": "",
        "接龙号": 1,
        "创建时间": "2026-05-01 04:00",
        "线路": "",
        "商品名称": "红颜草莓",
        "规格": "2斤装",
        "单价": 45,
        "数量": 2,
        "实取数量": 0,
        "取货点": "3 号楼大堂",
        "客户": "王姐",
        "房号": "3-502",
        "电话": "13800000001",
        "实付款": 90,
        "备注": "",
        "订单状态": "待取货",
        "付款状态": "已收",
        "取货码": pages.world.codes[0],
        "核销状态": "未核销",
        "核销员": "",
        "核销时间": "",
        "退款数量": 0,
        "退款金额": 0,
        "团长提成": 9,
        "配送运费": 0,
    }
    assert found[0]["订单号"] == str(pages.world.orders[0])


@pytest.mark.parametrize("text", FORMULAS)
def test_no_cell_is_a_formula(text: str, open_pages: Callable[[tuple[Path, World]], Pages], tmp_path: Path) -> None:
    """`fetch` looks at the type of every cell; the text arrives as it was typed."""
    attacked = open_pages(make_world(tmp_path / "attacked.sqlite3", text=text))
    first = rows(attacked)[0]
    for heading in ("商品名称", "规格", "客户", "备注"):
        assert first[heading].strip() == text.strip()


def test_a_formula_would_be_noticed() -> None:
    import xlsxwriter

    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer)
    book.add_worksheet().write(0, 0, "=1+1")
    book.close()
    assert load_workbook(io.BytesIO(buffer.getvalue()))["Sheet1"]["A1"].data_type == "f"


def test_handing_out_shows_who_and_when(pages: Pages) -> None:
    visitor = enter(pages, "helper")
    visitor.post("/m/redeem", {"code": pages.world.codes[5], "nonce": NONCE, "take_2": "1", "take_4": "1"})
    eggs, greens = (row for row in rows(pages) if row["接龙号"] == 6)
    assert (eggs["核销状态"], eggs["实取数量"]) == ("已核销", 1)
    assert (greens["核销状态"], greens["实取数量"], greens["数量"]) == ("部分核销", 1, 2.5)
    assert eggs["核销员"] == "小徐"
    assert eggs["核销时间"] == "2026-05-02 10:00"
    assert eggs["订单状态"] == "部分取货"


def decide(pages: Pages, number: int, amount_fen: int) -> None:
    with pages.store.transaction() as work:
        aftersales.decide(
            work,
            leader_id=pages.world.leader_a,
            case_number=number,
            decision="refund",
            actor="operator:1",
            source_key=f"test:{number}",
            amount_fen=amount_fen,
        )


def test_refunds_stand_on_the_line_they_were_for(pages: Pages) -> None:
    decide(pages, 1, 4500)  # one of two boxes, not handed out yet
    strawberries, eggs = (row for row in rows(pages) if row["接龙号"] == 1)
    assert (strawberries["退款数量"], strawberries["退款金额"]) == (1, 45)
    assert (eggs["退款数量"], eggs["退款金额"]) == (0, 0)
    assert strawberries["实付款"] == 90, "what was paid stays what was paid"
    assert strawberries["团长提成"] == 4.5, "the share of what is left"
    assert strawberries["付款状态"] == "部分退款"


def test_columns_add_up_to_the_orders(pages: Pages) -> None:
    world = pages.world
    with pages.store.transaction() as work:
        payments.mark_paid(
            work,
            leader_id=world.leader_a,
            actor="account:1",
            source_key="test:odd",
            order_ids=[world.orders[5]],
            amount_fen=1001,  # does not divide
        )
    decide(pages, 1, 1)
    decide(pages, 2, 4500)
    found = rows(pages)
    with pages.store.read() as work:
        heads = work.db.execute(
            select(order).where(order.c.leader_id == world.leader_a, order.c.round_id == world.arrived)
        ).all()
    for head in heads:
        mine = [row for row in found if row["接龙号"] == head.seq]
        assert round(sum(row["实付款"] for row in mine) * 100) == head.paid_fen
        assert round(sum(row["退款金额"] for row in mine) * 100) == head.refunded_fen


def test_an_order_that_was_taken_back_earns_nothing(pages: Pages) -> None:
    world = pages.world
    with pages.store.transaction() as work:
        mine = orders.of_round(work, world.leader_a, world.open)[0]
        orders.cancel(
            work,
            leader_id=world.leader_a,
            round_id=world.open,
            resident_id=mine.resident_id,
            actor="account:1",
            source_key="test:cancel",
        )
        export = exports.order_rows(work, leader_id=world.leader_a, round_id=world.open)
        first, *_ = list(export.rows)
    assert (first.order_state, first.commission_fen, first.quantity_milli) == ("cancelled", 0, 0)


def test_the_route_that_brings_the_goods_is_named(pages: Pages) -> None:
    with pages.store.transaction() as work:
        _route(work, pages.world)
    assert {row["线路"] for row in rows(pages)} == {"3"}


def _route(work: Work, world: World) -> None:
    point_id = work.db.execute(select(pickup_point.c.id)).scalar_one()
    work.db.execute(order.update().where(order.c.leader_id == world.leader_a).values(pickup_point_id=point_id))
    ids = [work.new_id() for _ in range(6)]
    work.db.execute(insert(warehouse).values(id=ids[0], name="中央仓"))
    work.db.execute(insert(vehicle).values(id=ids[1], name="1 号车", capacity=60))
    day = (work.now + timedelta(hours=8)).date()
    work.db.execute(insert(delivery_run).values(id=ids[2], run_on=day, warehouse_id=ids[0], created_at=work.now))
    work.db.execute(insert(route).values(id=ids[3], run_id=ids[2], number=3, vehicle_id=ids[1]))
    mine = {"leader_id": world.leader_a, "pickup_point_id": point_id}
    work.db.execute(insert(delivery_note).values(**mine, id=ids[4], run_id=ids[2], round_id=world.arrived))
    work.db.execute(insert(route_stop).values(**mine, id=ids[5], run_id=ids[2], route_id=ids[3], position=1))


def test_a_big_round_is_written_row_by_row(pages: Pages) -> None:
    with pages.store.read() as work:
        export = exports.order_rows(work, leader_id=pages.world.leader_a, round_id=pages.world.arrived)
        one = next(export.rows)

    def many() -> Iterator[OrderRow]:
        for _ in range(3000):
            yield one

    book = load_workbook(io.BytesIO(write_workbook(many())), read_only=True)
    assert book["订单"].max_row == 3001
    book.close()


def test_ten_thousand_lines_fit_in_200_mb_and_5_seconds(tmp_path: Path) -> None:
    """In a process of its own; CPU time counts, since other processes share the machine."""
    create_schema(f"sqlite:///{tmp_path / 'big.db'}")
    store = Store.open(f"sqlite:///{tmp_path / 'big.db'}", wait_s=60)
    found = exporting.measure(store)
    store.dispose()
    assert found.lines == 10_000
    assert found.peak_mb < 200
    assert found.cpu_s < 5


def test_the_console_exports_too_and_writes_it_down(pages: Pages) -> None:
    world = pages.world
    response = enter(pages, "service").post(f"/admin/rounds/{world.leader_a}/{world.arrived}/export")
    assert response.mimetype == XLSX
    assert "filename*=UTF-8''%E8%AE%A2%E5%8D%95_" in response.headers["Content-Disposition"]
    assert "导出订单" in enter(pages, "owner").get("/admin/actions").text


def test_statements_do_not_grow_with_the_orders(pages: Pages) -> None:
    def count(round_id: int, store: Store) -> int:
        with counting(store) as counted, store.read() as work:
            list(exports.order_rows(work, leader_id=pages.world.leader_a, round_id=round_id).rows)
        return counted.statements

    assert count(pages.world.open, pages.store) == count(pages.world.arrived, pages.store) <= 13
