"""Settlements as workbooks: one with every row behind every sum, and the list of what is to be paid out."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from sqlalchemy import RowMapping
from werkzeug.wrappers import Response

from operations.listings.statements import Statement
from web import words
from web.sheets import Cell, download, write_cell
from web.show import shown_time

Column = tuple[str, int, Callable[[Any], Cell]]
Sheet = tuple[str, Sequence[Column], Iterable[Any]]


def _shared(row: RowMapping) -> str:
    if "share_id" in row:
        return f"退款前收回，补给团长（{row['title']}）"
    return f"分给团长，{words.word('share_states', row['state'])}"


LINES: tuple[Column, ...] = (
    ("团", 18, lambda x: x.title),
    ("类别", 8, lambda x: "更正" if x.is_correction else "本期"),
    ("订单号", 22, lambda x: str(x.settled.order_id)),
    ("接龙号", 8, lambda x: x.seq),
    ("客户", 14, lambda x: x.resident_name or ""),
    ("房号", 12, lambda x: x.room or ""),
    ("商品", 20, lambda x: x.name),
    ("数量", 8, lambda x: x.settled.kept_milli / 1000),
    ("单位", 6, lambda x: x.unit),
    ("卖出", 10, lambda x: x.settled.gross_fen / 100),
    ("优惠", 10, lambda x: x.settled.discount_fen / 100),
    ("退款", 10, lambda x: x.settled.refund_fen / 100),
    ("净额", 10, lambda x: x.settled.net_fen / 100),
    ("没付的货款", 10, lambda x: x.settled.unpaid_fen / 100),
    ("团长提成", 10, lambda x: x.settled.commission_fen / 100),
    ("供应商", 10, lambda x: x.settled.supplier_fen / 100),
)
ORDERS: tuple[Column, ...] = (
    *LINES[:6],
    ("配送运费", 10, lambda x: x.settled.fee_fen / 100),
    ("团长自收", 10, lambda x: x.settled.collected_fen / 100),
    ("还没人付", 10, lambda x: x.settled.unpaid_fen / 100),
)
SHARES: tuple[Column, ...] = (
    ("单号", 24, lambda x: f"LB{x['id']}" if "share_id" in x else f"LS{x['id']}"),
    ("接龙号", 8, lambda x: x["seq"]),
    ("说明", 30, _shared),
    ("已分账", 10, lambda x: x["amount_fen"] / 100 if x.get("state") == "done" else 0),
    ("分账退回", 10, lambda x: x["amount_fen"] / 100 if "share_id" in x else 0),
)
PAYOUTS: tuple[Column, ...] = (
    ("结算单", 22, lambda x: str(x["id"])),
    ("团长", 14, lambda x: x["leader_name"]),
    ("编号", 8, lambda x: f"L{x['leader_number']}"),
    ("团", 20, lambda x: x["title"]),
    ("净额", 10, lambda x: x["net_fen"] / 100),
    ("提成", 10, lambda x: x["commission_fen"] / 100),
    ("更正", 10, lambda x: x["correction_fen"] / 100),
    ("配送运费", 10, lambda x: x["fee_fen"] / 100),
    ("团长自收", 10, lambda x: x["collected_fen"] / 100),
    ("分账退回", 10, lambda x: x["returned_fen"] / 100),
    ("已分账", 10, lambda x: x["shared_fen"] / 100),
    ("应付团长", 10, lambda x: max(0, x["left_fen"]) / 100),
    ("团长应交", 10, lambda x: max(0, -x["left_fen"]) / 100),
    ("确认时间", 17, lambda x: shown_time(x["confirmed_at"])),
)
_SUMMED = {
    "卖出",
    "优惠",
    "退款",
    "净额",
    "没付的货款",
    "还没人付",
    "团长提成",
    "供应商",
    "提成",
    "更正",
    "配送运费",
    "团长自收",
    "应付团长",
    "团长应交",
    "分账退回",
    "已分账",
}


def statement(found: Statement) -> Response:
    """A settlement's workbook: its sums, and every row behind each of them."""
    head = found.head
    sheets: list[Sheet] = [("结算明细", LINES, found.lines), ("每单的费用和收款", ORDERS, found.orders)]
    if found.shares or found.returned:
        sheets.append(("微信分账", SHARES, [*found.shares, *found.returned]))
    body = _workbook(sheets, _sums(head))
    return download(body, f"结算_{head['title'][:40]}_{head['code']}.xlsx", f"settlement_{head['code']}.xlsx")


def payouts(rows: Sequence[RowMapping], *, day: str) -> Response:
    """The batch payout list."""
    return download(_workbook([("打款清单", PAYOUTS, rows)], []), f"打款清单_{day}.xlsx", f"payouts_{day}.xlsx")


def _sums(head: RowMapping) -> list[tuple[str, Cell]]:
    return [
        ("团", head["title"]),
        ("状态", words.word("settlement_states", head["state"])),
        ("卖出", head["gross_fen"] / 100),
        ("优惠", head["discount_fen"] / 100),
        ("退款", head["refund_fen"] / 100),
        ("净额", head["net_fen"] / 100),
        ("还没人付的（付了才算提成）", head["unpaid_fen"] / 100),
        ("团长提成", head["commission_fen"] / 100),
        ("供应商", head["supplier_fen"] / 100),
        ("平台", head["platform_fen"] / 100),
        ("以前几期的更正", head["correction_fen"] / 100),
        ("配送费、运费（归团长）", head["fee_fen"] / 100),
        ("团长自收", head["collected_fen"] / 100),
        ("以前分账退回、补给团长", head["returned_fen"] / 100),
        ("应付团长", head["due_fen"] / 100),
        ("其中微信分账已付", head["shared_fen"] / 100),
        ("还要转账", head["left_fen"] / 100),
    ]


def _workbook(sheets: Iterable[Sheet], sums: Sequence[tuple[str, Cell]]) -> bytes:
    """Sheets written row by row; texts are texts, whatever they begin with. The last row adds the money up."""
    import xlsxwriter

    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"constant_memory": True, "strings_to_formulas": False})
    head = book.add_format({"bold": True, "bg_color": "#E6F2EC", "bottom": 1})
    money = book.add_format({"num_format": "0.00"})
    if sums:
        front = book.add_worksheet("汇总")
        front.set_column(0, 1, 20)
        for at, (name, fact) in enumerate(sums):
            write_cell(front, at, 0, name, head)
            write_cell(front, at, 1, fact, money)
    for title, columns, rows in sheets:
        _fill(book.add_worksheet(title), columns, rows, head, money)
    book.close()
    return buffer.getvalue()


def _fill(sheet: Any, columns: Sequence[Column], rows: Iterable[Any], head: Any, money: Any) -> None:
    sheet.freeze_panes(1, 0)
    for at, (heading, width, _) in enumerate(columns):
        sheet.set_column(at, at, width)
        sheet.write_string(0, at, heading, head)
    last, totals = 0, [0.0] * len(columns)
    for last, row in enumerate(rows, 1):
        for at, (heading, _, value) in enumerate(columns):
            cell = value(row)
            write_cell(sheet, last, at, cell, money if heading in _SUMMED else None)
            totals[at] += round(float(cell) * 100) if heading in _SUMMED else 0
    for at, (heading, _, _) in enumerate(columns):
        if heading in _SUMMED:
            sheet.write_number(last + 1, at, totals[at] / 100, money)
    sheet.write_string(last + 1, 0, "合计", head)
