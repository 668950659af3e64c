"""A purchase order for its supplier: as a workbook, and as text to send on. No leader and no resident is in either."""

from __future__ import annotations

import io

from werkzeug.wrappers import Response

from operations.listings.purchases import Shown, ShownLine
from web import words
from web.sheets import download, write_cell
from web.show import quantity, yuan

_COLUMNS = (("商品", 22), ("规格", 12), ("数量", 10), ("单位", 8), ("箱数", 8), ("单价", 10), ("金额", 12), ("存放", 8))


def purchase_text(shown: Shown) -> str:
    """一行一样: what is wanted, for a chat."""
    lines = [f"【采购单】{shown.head['supplier_name']} {day_words(shown)} 要货"]
    for one in ordered(shown):
        spec = f" {one.row.spec}" if one.row.spec else ""
        lines.append(f"{one.row.name}{spec}：{quantity(one.row.ordered_milli, one.row.unit)}{cases_words(one)}")
    return "\n".join([*lines, f"合计 {yuan(shown.total_fen)}"])


def purchase_sheet(shown: Shown) -> Response:
    """The same as a workbook."""
    import xlsxwriter

    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"strings_to_formulas": False})
    sheet = book.add_worksheet("采购单")
    bold, money = book.add_format({"bold": True, "bg_color": "#E6F2EC"}), book.add_format({"num_format": "0.00"})
    sheet.write_string(0, 0, f"{shown.head['supplier_name']}　{day_words(shown)} 要货")
    for column, (heading, width) in enumerate(_COLUMNS):
        sheet.set_column(column, column, width)
        sheet.write_string(1, column, heading, bold)
    for at, one in enumerate(ordered(shown), 2):
        row, cost = one.row, one.row.cost_fen / 100
        cases = row.ordered_milli / row.case_milli if row.case_milli else ""
        values = (
            row.name, row.spec, row.ordered_milli / 1000, row.unit, cases, cost,
            cost * row.ordered_milli / 1000, words.word("storages", row.storage),
        )  # fmt: skip
        for column, value in enumerate(values):
            write_cell(sheet, at, column, value, money if column in {5, 6} else None)
    sheet.write_string(len(ordered(shown)) + 2, 0, f"合计 {yuan(shown.total_fen)}", bold)
    book.close()
    day = shown.head["needed_on"].isoformat()
    return download(buffer.getvalue(), f"采购单_{shown.head['supplier_name'][:40]}_{day}.xlsx", f"purchase_{day}.xlsx")


def ordered(shown: Shown) -> list[ShownLine]:
    """The lines that ask for something."""
    return [one for one in shown.lines if one.row.ordered_milli]


def cases_words(one: ShownLine) -> str:
    """（3箱）, （3箱零2盒）; nothing for goods that come by the piece."""
    if not one.row.case_milli:
        return ""
    full, over = divmod(one.row.ordered_milli, one.row.case_milli)
    return f"（{full}箱{'零' + quantity(over, one.row.unit) if over else ''}）"


def day_words(shown: Shown) -> str:
    """6月3日; a later order of the day says which it is."""
    day = shown.head["needed_on"]
    again = f"（补 {shown.head['number'] - 1}）" if shown.head["number"] > 1 else ""
    return f"{day.month}月{day.day}日{again}"
