"""Settlements as workbooks: one with every order line behind every sum, and the list of what is to be paid out."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from sqlalchemy import RowMapping
from werkzeug.wrappers import Response

from operations.listings.settlements import StatementLine
from web import words
from web.sheets import Cell, download, write_cell
from web.show import shown_time

Column = tuple[str, int, Callable[[Any], Cell]]

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
    ("团长提成", 10, lambda x: x.settled.commission_fen / 100),
    ("供应商", 10, lambda x: x.settled.supplier_fen / 100),
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


def statement(head: RowMapping, lines: Sequence[StatementLine]) -> Response:
    """A settlement's workbook: its sums, then every line."""
    body = _workbook("结算明细", LINES, lines, _sums(head))
    return download(body, f"结算_{head['title'][:40]}_{head['code']}.xlsx", f"settlement_{head['code']}.xlsx")


def payouts(rows: Sequence[RowMapping], *, day: str) -> Response:
    """The batch payout list."""
    return download(_workbook("打款清单", PAYOUTS, rows, []), f"打款清单_{day}.xlsx", f"payouts_{day}.xlsx")


def _sums(head: RowMapping) -> list[tuple[str, Cell]]:
    return [
        ("团", head["title"]),
        ("状态", words.word("settlement_states", head["state"])),
        ("卖出", head["gross_fen"] / 100),
        ("优惠", head["discount_fen"] / 100),
        ("退款", head["refund_fen"] / 100),
        ("净额", head["net_fen"] / 100),
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


def _workbook(title: str, columns: Sequence[Column], rows: Iterable[Any], sums: Sequence[tuple[str, Cell]]) -> bytes:
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
    sheet = book.add_worksheet(title)
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
    book.close()
    return buffer.getvalue()
