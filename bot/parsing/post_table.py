"""A post written as a table: a line of headings (品名 | 规格 | 价格), then lines with as many cells."""

from __future__ import annotations

import re
from dataclasses import dataclass

_KEYS = (
    ("name", r"品名|商品(?:名称?)?|名称|团品|货品|产品|菜名|菜品|品种"),
    ("spec", r"规格|净重|净含量|重量|包装|分量"),
    ("price", r"(?:团购?|优惠|现|售|单)?价格?(?:\(元\))?|团长价"),
    ("unit", r"单位"),
    ("limit", r"(?:每户)?限购"),
    ("stock", r"库存|限量|数量|份数"),
    ("aside", r"序号|编号|no\.?|#|备注|产地|原价|市场价|口味"),
)
_CELLS = re.compile(r"\s*[|｜│\t]\s*|\s{2,}|[　]+")
_RULE = re.compile(r"[\s|:：\-—─+=]*")


@dataclass(frozen=True, slots=True)
class Columns:
    """What stands in which cell of the lines below a heading."""

    keys: tuple[str, ...]


def read_columns(line: str) -> Columns | None:
    """The columns a line of headings announces; None when it is not one: a name and a price must be among them."""
    cells = cells_of(line)
    keys = tuple(_key(cell) for cell in cells)
    return Columns(keys) if "" not in keys and "name" in keys and "price" in keys else None


def read_row(line: str, columns: Columns) -> dict[str, str] | None:
    """The cells of a line by column; None when the line does not fit the table."""
    cells = cells_of(line)
    if not len(columns.keys) - 2 <= len(cells) <= len(columns.keys) or len(cells) < 2:
        return None
    if len(cells) < len(columns.keys) and "|" not in line and "｜" not in line and len(cells) != len(columns.keys) - 1:
        return None
    row = dict(zip(columns.keys, cells, strict=False))
    return row if row.get("name") and re.search(r"\d", row.get("price", "")) else None


def is_rule(line: str) -> bool:
    """|---|---|: the line between headings and cells."""
    return "-" in line and _RULE.fullmatch(line) is not None


def cells_of(line: str) -> list[str]:
    """The cells of a line that are divided by bars, tabs or wide blanks; outer bars count nothing."""
    return [cell.strip() for cell in _CELLS.split(line.strip().strip("|｜│").strip())]


def _key(cell: str) -> str:
    return next((key for key, words in _KEYS if re.fullmatch(words, cell.strip(" ()（）"))), "")
