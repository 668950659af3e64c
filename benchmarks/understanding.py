"""CPU per message of the order reader over the annotated messages in tests/data/parsing, with a ready catalogue."""

from __future__ import annotations

import json
import statistics
import time
from dataclasses import dataclass
from pathlib import Path

from bot.parsing.catalogue import Catalogue
from bot.parsing.orders import read_order
from bot.parsing.values import Item, Line

MESSAGES = Path(__file__).parent.parent / "tests" / "data" / "parsing" / "public.jsonl"
REPEATS = 9


@dataclass(frozen=True)
class Figure:
    """CPU per message in microseconds: the median of `REPEATS` readings of each message, then over messages."""

    messages: int
    p50_us: float
    p99_us: float


def measure(path: Path = MESSAGES) -> Figure:
    """Read every order message of the set."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    costs = sorted(_cost(row) for row in rows if row["kind"] == "order")
    return Figure(len(costs), statistics.median(costs), costs[int(len(costs) * 0.99)])


def _cost(row: dict) -> float:  # type: ignore[type-arg]
    catalogue = Catalogue(
        [
            Item(
                i["no"], i["no"], i["name"], i["unit"], i["price_cents"], i.get("spec", ""), tuple(i.get("aliases", ()))
            )
            for i in row["catalog"]
        ]
    )
    prior = [Line(x["item_no"], round(x["qty"] * 1000)) for x in row.get("prior") or ()]
    taken = []
    for _ in range(REPEATS):
        started = time.process_time_ns()
        read_order(row["text"], catalogue, role=row.get("sender_role", "resident"), prior=prior)
        taken.append((time.process_time_ns() - started) / 1000)
    return statistics.median(taken)
