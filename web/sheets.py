"""Files to download: the order export as a workbook, papers as PDF.

Every cell of a workbook is written as text or as a number, never as a formula.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any
from urllib.parse import quote

from werkzeug.wrappers import Response

from operations import exports
from operations.exports import OrderRow
from web import words
from web.paper import Paper
from web.show import shown_time
from web.site import site

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PICKED = {"yes": "已核销", "part": "部分核销", "no": "未核销"}
Cell = str | float

# The columns, in this order for good: people build on it. (heading, width in characters, value)
COLUMNS: tuple[tuple[str, int, Callable[[OrderRow], Cell]], ...] = (
    ("订单号", 22, lambda row: str(row.order_id)),  # text: a spreadsheet keeps 15 digits of a number
    ("接龙号", 8, lambda row: row.seq),
    ("创建时间", 17, lambda row: shown_time(row.placed_at)),
    ("线路", 8, lambda row: row.route),
    ("商品名称", 20, lambda row: row.name),
    ("规格", 12, lambda row: row.spec),
    ("单价", 9, lambda row: row.unit_price_fen / 100),
    ("数量", 8, lambda row: row.quantity_milli / 1000),
    ("实取数量", 9, lambda row: row.picked_milli / 1000),
    ("取货点", 16, lambda row: row.pickup_point),
    ("客户", 14, lambda row: row.customer),
    ("房号", 12, lambda row: row.room),
    ("电话", 14, lambda row: row.phone),
    ("实付款", 10, lambda row: row.paid_fen / 100),
    ("备注", 24, lambda row: row.note),
    ("订单状态", 10, lambda row: words.word("order_states", row.order_state)),
    ("付款状态", 10, lambda row: words.word("pay_states", row.pay_state)),
    ("取货码", 10, lambda row: row.code),
    ("核销状态", 10, lambda row: PICKED[row.picked]),
    ("核销员", 12, lambda row: row.clerk),
    ("核销时间", 17, lambda row: _time(row.picked_at)),
    ("退款数量", 9, lambda row: row.refunded_milli / 1000),
    ("退款金额", 10, lambda row: row.refunded_fen / 100),
    ("团长提成", 10, lambda row: row.commission_fen / 100),
    ("配送运费", 10, lambda row: row.fee_fen / 100),  # of the order: on its first row
)
_MONEY = {"单价", "实付款", "退款金额", "团长提成", "配送运费"}


def order_sheet(leader_id: int, round_id: int) -> Response:
    """The workbook of a round's orders as a download. Raises NotFound."""
    with site().store.read() as work:
        export = exports.order_rows(work, leader_id=leader_id, round_id=round_id)
        body = write_workbook(export.rows)
    return download(body, f"订单_{export.title[:40]}_{export.code}.xlsx", f"orders_{export.code}.xlsx")


def pdf_file(paper: Paper, *, size: str, name: str, plain_name: str) -> Response:
    """A paper as a download; `name` without its ending."""
    from web.pdf import write_pdf  # a heavy library that few requests want

    return download(write_pdf(paper, size=size), f"{name}.pdf", f"{plain_name}.pdf", mimetype="application/pdf")


def download(body: bytes, name: str, plain: str, *, mimetype: str = XLSX) -> Response:
    """A file to keep: a plain name for old programs, the real one in UTF-8 (RFC 6266)."""
    disposition = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
    return Response(body, mimetype=mimetype, headers={"Content-Disposition": disposition})


def write_workbook(rows: Iterator[OrderRow]) -> bytes:
    """An .xlsx, written row by row."""
    import xlsxwriter

    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"constant_memory": True, "strings_to_formulas": False})
    sheet = book.add_worksheet("订单")
    head = book.add_format({"bold": True, "bg_color": "#E6F2EC", "bottom": 1})
    money = book.add_format({"num_format": "0.00"})
    sheet.freeze_panes(1, 2)
    for column, (heading, width, _) in enumerate(COLUMNS):
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, heading, head)
    last = 0
    for last, row in enumerate(rows, 1):
        for column, (heading, _, value) in enumerate(COLUMNS):
            write_cell(sheet, last, column, value(row), money if heading in _MONEY else None)
    sheet.autofilter(0, 0, max(last, 1), len(COLUMNS) - 1)
    book.close()
    return buffer.getvalue()


def write_cell(sheet: Any, row: int, column: int, value: Cell, style: Any = None) -> None:
    """A text as text, whatever it begins with; a number as a number."""
    if isinstance(value, str):
        sheet.write_string(row, column, value)
    else:
        sheet.write_number(row, column, value, style)


def _time(instant: datetime | None) -> str:
    return shown_time(instant)
