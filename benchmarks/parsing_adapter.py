"""The project's readers in the plain dict schema of the annotation set, for scorers. Translation only."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from bot.parsing.catalogue import Catalogue
from bot.parsing.chain import read_chain
from bot.parsing.codes import read_codes
from bot.parsing.orders import read_order
from bot.parsing.post import read_post
from bot.parsing.values import ChainEntry, Item, Line, OrderReading, Pickup, PostItem, PostReading

Dict = dict[str, Any]
_catalogues: dict[str, Catalogue] = {}


def catalogue_of(catalog: list[Dict]) -> Catalogue:
    """A (remembered) catalogue from annotation items; keys are the item numbers."""
    name = repr(catalog)
    if name not in _catalogues:
        _catalogues[name] = Catalogue(
            [
                Item(
                    item["no"], item["no"], item["name"], item["unit"], item["price_cents"], item.get("spec") or "",
                    tuple(item.get("aliases") or ()),
                )
                for item in catalog
            ]
        )  # fmt: skip
    return _catalogues[name]


def lines_out(lines: tuple[Line, ...], *, with_op: bool) -> list[Dict]:
    """Lines as `{item_no, qty, op?}`."""
    found: list[Dict] = []
    for line in lines:
        entry: Dict = {"item_no": line.key, "qty": line.quantity_milli / 1000}
        if with_op or line.op != "set":
            entry["op"] = line.op
        found.append(entry)
    return found


def order_out(reading: OrderReading) -> Dict:
    """An order reading as an `expect` dict."""
    if reading.action == "cancel":
        lines: list[Dict] = [{"item_no": line.key} for line in reading.lines]
    else:
        lines = lines_out(reading.lines, with_op=reading.action == "amend")
    found: Dict = {"action": reading.action, "lines": lines}
    for name in ("room", "note", "phone", "name", "topic"):
        if getattr(reading, name):
            found[name] = getattr(reading, name)
    if reading.doubts:
        found["unresolved"] = [doubt.fragment for doubt in reading.doubts if doubt.reason == "not_sold"]
    return found


def parse_order(text: str, catalog: list[Dict], sender_role: str, prior: list[Dict] | None) -> Dict:
    """One chat message."""
    before = [Line(entry["item_no"], round(entry["qty"] * 1000)) for entry in prior or []]
    role = "leader" if sender_role == "leader" else "resident"
    return order_out(read_order(text, catalogue_of(catalog), role=role, prior=before))  # type: ignore[arg-type]


# chains, posts, codes


def chain_out(entry: ChainEntry) -> Dict:
    """A chain entry as an `expect` row. Only a dropped item and a new total keep the operation `set`."""
    found: Dict = {"name": entry.name, "lines": []}
    for line in entry.lines:
        row: Dict = {"item_no": line.key, "qty": line.quantity_milli / 1000}
        if line.op == "sub" or (line.op == "set" and (line.quantity_milli == 0 or entry.replaces)):
            row["op"] = line.op
        found["lines"].append(row)
    if entry.room is not None:
        found["room"] = entry.room
    if entry.status != "ok":
        found["status"] = entry.status
    if entry.note is not None:
        found["note"] = entry.note
    return found


def item_out(item: PostItem) -> Dict:
    """An item of a post; stock and limit in units of sale."""
    found: Dict = {"name": item.name, "price_cents": item.price_fen}
    for key, value in (("unit", item.unit), ("spec", item.spec)):
        if value is not None:
            found[key] = value
    for key, milli in (("stock", item.capacity_milli), ("limit", item.limit_milli)):
        if milli is not None:
            found[key] = milli / 1000 if milli % 1000 else milli // 1000
    return found


def pickup_out(pickup: Pickup) -> str | Dict:
    """An instant, a window (perhaps open at one end) or a day with a part of it."""
    if pickup.at is not None:
        return pickup.at.isoformat()
    if pickup.on is not None:
        return {"date": pickup.on.isoformat(), **({"part": pickup.part} if pickup.part else {})}
    return {key: at.isoformat() for key, at in (("start", pickup.start), ("end", pickup.end)) if at is not None}


def post_out(reading: PostReading) -> Dict:
    """A post reading as an `expect` dict."""
    found: Dict = {"title": reading.title, "items": [item_out(item) for item in reading.items]}
    if reading.closes_at is not None:
        found["closes_at"] = reading.closes_at.isoformat()
    if reading.pickup is not None:
        found["pickup_at_or_window"] = pickup_out(reading.pickup)
    if reading.pickup_place is not None:
        found["pickup_place"] = reading.pickup_place
    return found


def parse_jielong(text: str, catalog: list[Dict], leader_name: str | None) -> list[Dict]:
    """A pasted chain."""
    return [chain_out(entry) for entry in read_chain(text, catalogue_of(catalog), leader_name=leader_name).entries]


def parse_post(text: str, now: str) -> Dict:
    """A leader's post; `now` is ISO with offset."""
    return post_out(read_post(text, datetime.fromisoformat(now)))


def parse_codes(text: str, code_format: Literal["6d", "8c"]) -> list[str]:
    """Pickup codes of a message."""
    return list(read_codes(text, code_format))
