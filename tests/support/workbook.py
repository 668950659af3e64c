"""A settlement's workbook, read back: every sum on its first sheet is that of the rows behind it."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from typing import Any

from openpyxl import load_workbook

from operations.listings import statements as rows_behind
from tests.support.world import World
from web import statements

Rows = Iterable[Mapping[str, Any]]


def check(world: World, settlement_id: int) -> dict[str, float]:
    """Fails where a sum is not that of its rows; returns the sums, in yuan."""
    with world.store.read() as work:
        found = rows_behind.statement(work, leader_id=world.leader_id, settlement_id=settlement_id)
    book = load_workbook(io.BytesIO(statements.statement(found).data))
    front: Any = book["汇总"].iter_rows(values_only=True)
    sums = {name: fact for name, fact in front if not isinstance(fact, str)}
    lines, orders = _rows(book["结算明细"]), _rows(book["每单的费用和收款"])
    shares = _rows(book["微信分账"]) if "微信分账" in book.sheetnames else []
    now = [row for row in lines if row["类别"] == "本期"]
    for heading in ("卖出", "优惠", "退款", "净额", "团长提成", "供应商"):
        assert _total(now, heading) == sums[heading], heading
    fixed = [row for row in (*lines, *orders) if row["类别"] == "更正"]
    assert _total(fixed, "团长提成") + _total(fixed, "配送运费") == sums["以前几期的更正"]
    of_now = [row for row in orders if row["类别"] == "本期"]
    assert _total(of_now, "配送运费") == sums["配送费、运费（归团长）"]
    assert _total(of_now, "还没人付") == sums["还没人付的（付了才算提成）"]
    assert _total(orders, "团长自收") == sums["团长自收"]
    assert _total(shares, "分账退回") == sums["以前分账退回、补给团长"]
    assert _total(shares, "已分账") == sums["其中微信分账已付"]
    hers = ("团长提成", "以前几期的更正", "配送费、运费（归团长）", "以前分账退回、补给团长")
    assert round(sum(sums[name] for name in hers) - sums["团长自收"], 2) == sums["应付团长"]
    return sums


def _rows(sheet: Any) -> list[dict[str, Any]]:
    """Its rows by heading, without the totals, which must be the sums of their columns."""
    head, *rows, totals = sheet.iter_rows(values_only=True)
    found = [dict(zip(head, row, strict=True)) for row in rows]
    for heading, fen in zip(head, totals, strict=True):
        assert isinstance(fen, str | None) or _total(found, heading) == fen, heading
    return found


def _total(rows: Rows, heading: str) -> float:
    return round(sum(row.get(heading) or 0 for row in rows), 2)
