"""A post written as a table: a line of headings (品名 | 规格 | 价格), then lines with as many cells."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.parsing.post_draft import Draft, pack_of
from bot.parsing.post_names import clean_name
from bot.parsing.post_prices import find_prices
from bot.parsing.post_specs import UNIT, WEIGHT_UNITS, find_spec, unit_of

_KEYS = (
    ("name", r"品名|商品(?:名称?)?|名称|团品|货品|产品|菜名|菜品|品种"),
    ("spec", r"规格|净重|净含量|重量|包装|分量"),
    ("price", r"(?:团购?|优惠|现|售|单)?价格?(?:\(元\))?|团长价"),
    ("unit", r"单位"),
    ("limit", r"(?:每户)?限购"),
    ("stock", r"库存|限量|数量|份数|剩余|余量|还?剩|现货"),
    ("aside", r"序号|编号|no\.?|#|备注|产地|原价|市场价?|市价|超市价|门市价|专柜价|平时价?|口味"),
)
_CELLS = re.compile(r"\s*[|｜│\t]\s*|\s{2,}|[　]+")
_UNIT_OF = re.compile(rf"[(（](?:元\s?/\s?)?(?P<unit>{UNIT})[)）]")
_RULE = re.compile(r"[\s|:：\-—─+=]*")


@dataclass(frozen=True, slots=True)
class Columns:
    """What stands in which cell of the lines below a heading."""

    keys: tuple[str, ...]
    unit: str | None = None  # 单价(元/盒), 剩余(盒)


def read_columns(line: str) -> Columns | None:
    """The columns a line of headings announces; None when it is not one: a name and a price must be among them."""
    cells = cells_of(line)
    keys = tuple(_key(cell) for cell in cells)
    unit = next((match["unit"] for cell in cells if (match := _UNIT_OF.search(cell)) is not None), None)
    return Columns(keys, unit) if "" not in keys and "name" in keys and "price" in keys else None


def row_draft(line: str, columns: Columns, offset: int) -> Draft | None:
    """The item of a row; None when the line does not fit the table."""
    row = _cells_by_key(line, columns)
    price = next(iter(find_prices("价:" + row.get("price", ""))), None)
    if price is None or not row.get("name"):
        return None
    spec, unit = row.get("spec") or None, row.get("unit") or None
    sold_by = re.fullmatch(rf"[1一每]\s?(?P<unit>{UNIT})", spec or "")
    if sold_by is not None and sold_by["unit"] not in WEIGHT_UNITS:  # 1只: what it is sold by
        spec, unit = None, unit or sold_by["unit"]
    draft = Draft(clean_name(row["name"]) or row["name"], offset, spec=spec or find_spec(row["name"]))
    draft.take_price(price)
    draft.unit = draft.unit or unit_of(spec or "") or pack_of(unit) or columns.unit
    for key in ("limit", "stock"):
        if row.get(key):
            draft.take_label(key, row[key])
    return draft


def _cells_by_key(line: str, columns: Columns) -> dict[str, str]:
    cells = cells_of(line)
    if len(cells) < len(columns.keys) == len(line.split()):  # a name of three characters leaves one blank
        cells = line.split()
    fits = 2 <= len(cells) <= len(columns.keys) and len(cells) >= len(columns.keys) - 2
    return dict(zip(columns.keys, cells, strict=False)) if fits else {}


def is_rule(line: str) -> bool:
    """|---|---|: the line between headings and cells."""
    return "-" in line and _RULE.fullmatch(line) is not None


def cells_of(line: str) -> list[str]:
    """The cells of a line that are divided by bars, tabs or wide blanks; outer bars count nothing."""
    return [cell.strip() for cell in _CELLS.split(line.strip().strip("|｜│").strip())]


def _key(cell: str) -> str:
    cell = re.sub(r"[(（].*", "", cell).strip()
    return next((key for key, words in _KEYS if re.fullmatch(words, cell)), "")
