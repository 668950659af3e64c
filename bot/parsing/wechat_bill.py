"""Reading the bill that WeChat lets people download (我 → 服务 → 钱包 → 账单 → 下载账单 → 用于个人对账). Pure.

A CSV in UTF-8 or GBK, with a preamble whose length differs: the table begins at the row with 交易时间. Pasted text has
tabs instead of commas. Only what came in counts; other rows are told apart, never guessed at.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
MOST_BYTES = 4 * 1024 * 1024
_HEAD = "交易时间"
_NEEDED = ("交易时间", "收/支", "金额(元)", "交易单号")
_TIMES = ("%Y-%m-%d %H:%M:%S", "%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M", "%Y-%m-%d %H:%M")
_UNSAID = {"/", "-", ""}


class NoBill(Exception):
    """This is no bill of WeChat's."""


@dataclass(frozen=True, slots=True)
class BillLine:
    """Money that came in. `note` is everything its sender may have written: goods and remark."""

    transaction_no: str
    paid_at: datetime
    payer: str
    note: str
    amount_fen: int


@dataclass(frozen=True, slots=True)
class Bill:
    """`unread` are rows of money that came in which could not be understood, as they stood there."""

    lines: tuple[BillLine, ...]
    others: int  # money that went out, or came back
    unread: tuple[str, ...]


def read_bill(data: bytes | str) -> Bill:
    """The bill in a file or in pasted text. Raises NoBill."""
    text = data if isinstance(data, str) else _decoded(data[:MOST_BYTES])
    rows = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    at = next((nth for nth, row in enumerate(rows) if _HEAD in row), None)
    if at is None:
        raise NoBill
    delimiter = "\t" if rows[at].count("\t") > rows[at].count(",") else ","
    table = _cells(rows[at:], delimiter)
    head = [_plain(cell).replace("（", "(").replace("）", ")") for cell in next(table)]
    if not set(_NEEDED) <= set(head):
        raise NoBill
    lines: list[BillLine] = []
    unread: list[str] = []
    others = 0
    for cells in table:
        row = dict(zip(head, map(_plain, cells), strict=False))
        if not any(row.values()):
            continue
        if row.get("收/支") != "收入" or "退款" in row.get("当前状态", ""):
            others += 1
        elif (line := _line(row)) is not None:
            lines.append(line)
        else:
            unread.append(delimiter.join(cells)[:80])
    return Bill(tuple(lines), others, tuple(unread))


def _cells(rows: Sequence[str], delimiter: str) -> Iterator[list[str]]:
    """Raises NoBill: a quotation mark that is not closed makes one cell of all that follows."""
    try:
        yield from csv.reader(io.StringIO("\n".join(rows)), delimiter=delimiter)
    except csv.Error:
        raise NoBill from None


def _line(row: Mapping[str, str]) -> BillLine | None:
    paid_at, fen = _instant(row["交易时间"]), _fen(row["金额(元)"])
    number = row["交易单号"]
    if paid_at is None or fen is None or not re.fullmatch(r"[0-9A-Za-z_\-]{6,64}", number):
        return None
    notes = [row.get(name, "") for name in ("备注", "商品")]
    return BillLine(
        transaction_no=number,
        paid_at=paid_at,
        payer=row.get("交易对方", "")[:64],
        note=" ".join(note for note in notes if note not in _UNSAID)[:120],
        amount_fen=fen,
    )


def _decoded(data: bytes) -> str:
    """UTF-8 if it is, else the GBK that Windows programs write."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise NoBill


def _plain(cell: str) -> str:
    return cell.strip().strip("\ufeff\t`\"'").strip()


def _instant(text: str) -> datetime | None:
    for pattern in _TIMES:
        try:
            return datetime.strptime(text, pattern).replace(tzinfo=SHANGHAI).astimezone(UTC)
        except (ValueError, OverflowError):  # the year 1, which is no instant in UTC
            continue
    return None


def _fen(text: str) -> int | None:
    """¥90.00, 1,234.50; with what was given back of it in brackets: the whole."""
    plain = re.sub(r"[¥￥,\s]|\(.*\)$", "", text)
    try:
        fen = Decimal(plain) * 100
    except InvalidOperation:
        return None
    return int(fen) if fen == fen.to_integral_value() and 0 < fen < 10**9 else None
