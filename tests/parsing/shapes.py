"""Readings of posts and chains in the plain shape of the annotation rows, for comparison."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from bot.parsing.catalogue import Catalogue
from bot.parsing.normalise import normalise
from bot.parsing.values import ChainEntry, Pickup, PostReading
from tests.parsing.corpus import DATA, item_from

Row = dict[str, Any]


def rows_of(name: str, kind: str | None = None) -> list[Row]:
    """Rows of a file of tests/data/parsing; of one `kind` in the public set."""
    lines = (DATA / name).read_text(encoding="utf-8").splitlines()
    rows: list[Row] = [json.loads(line) for line in lines]
    return [row for row in rows if kind is None or row["kind"] == kind]


@cache
def _catalogue(written: str) -> Catalogue:
    return Catalogue([item_from(row) for row in json.loads(written)])


def catalogue_of(row: Row) -> Catalogue:
    """The catalogue of a chain row."""
    return _catalogue(json.dumps(row["catalog"]))


def folded(text: str | None) -> str:
    """For comparison: simplified, without blanks and punctuation."""
    return "".join(char for char in normalise(text or "", keep_quote=True).text if char.isalnum() or ord(char) > 0x2000)


def entry_shape(entry: ChainEntry) -> tuple[str, str | None, list[tuple[int, str, float]], str | None]:
    """(name, room, lines, status): op `=` is an ordinary line, `set` a dropped item or a new total."""
    lines = [
        (
            line.key,
            "=" if line.op == "add" or (line.op == "set" and line.quantity_milli and not entry.replaces) else line.op,
            line.quantity_milli / 1000,
        )
        for line in entry.lines
    ]
    return folded(entry.name), entry.room, sorted(lines), None if entry.status == "ok" else entry.status


def expected_entry(row: Row) -> tuple[str, str | None, list[tuple[int, str, float]], str | None]:
    """The same for an annotated entry."""
    lines = [(line["item_no"], line.get("op", "="), float(line["qty"])) for line in row["lines"]]
    return folded(row["name"]), row.get("room"), sorted(lines), row.get("status")


def pickup_shape(pickup: Pickup | None) -> Any:
    """None, an ISO instant, {start, end} or {date, part}."""
    if pickup is None:
        return None
    if pickup.at is not None:
        return pickup.at.isoformat()
    if pickup.on is not None:
        return {"date": pickup.on.isoformat(), **({"part": pickup.part} if pickup.part else {})}
    return {name: at.isoformat() for name, at in (("start", pickup.start), ("end", pickup.end)) if at is not None}


def is_named_alike(name: str, wanted: str) -> bool:
    """Names of goods count when one contains the other."""
    one, other = folded(name), folded(wanted)
    return bool(one) and (one in other or other in one)


def post_faults(reading: PostReading, expected: Row) -> list[str]:
    """What differs between a reading and its annotation."""
    faults: list[str] = []
    if len(reading.items) != len(expected["items"]):
        faults.append(f"{len(reading.items)} items: {[item.name for item in reading.items]}")
    for item, wanted in zip(reading.items, expected["items"], strict=False):
        if not is_named_alike(item.name, wanted["name"]) or item.price_fen != wanted["price_cents"]:
            faults.append(f"item {item.name} {item.price_fen}, wanted {wanted['name']} {wanted['price_cents']}")
        if item.unit != wanted.get("unit"):
            faults.append(f"unit of {item.name}: {item.unit}")
        for name, milli in (("stock", item.capacity_milli), ("limit", item.limit_milli)):
            if milli != (1000 * wanted[name] if name in wanted else None):
                faults.append(f"{name} of {item.name}: {milli}")
    closes_at = reading.closes_at.isoformat() if reading.closes_at else None
    if closes_at != expected.get("closes_at"):
        faults.append(f"closes_at {closes_at}")
    if pickup_shape(reading.pickup) != expected.get("pickup_at_or_window"):
        faults.append(f"pickup {pickup_shape(reading.pickup)}")
    if "any_place" not in expected and folded(reading.pickup_place) != folded(expected.get("pickup_place")):
        faults.append(f"place {reading.pickup_place}")
    return faults
