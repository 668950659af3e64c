"""Lists by another hand, who had not seen the reader: what is reached on them is not lost again.

The figures here are those after mending. How a list was read the first time is written down in docs/parsing.md.
"""

from __future__ import annotations

import json
from collections import Counter
from functools import cache

import pytest

from benchmarks.parsing_adapter import catalogue_of
from bot.parsing.orders import read_order
from bot.parsing.values import Line, Role
from tests.parsing.corpus import DATA, Case, judge

_REACHED = {  # list: messages, read exactly, asked about or left alone although clear, wrong room
    "normal_1": (62, 61, 0, 0),
    "normal_2": (62, 62, 0, 0),
    "hard_1": (64, 60, 4, 0),
    "hard_2": (64, 61, 2, 0),
    "hard_3": (65, 60, 3, 2),
    "normal_3": (60, 60, 0, 0),
    "hard_4": (83, 81, 2, 0),
    "hard_5": (85, 77, 7, 2),
}


@cache
def _count(name: str) -> tuple[Counter[str], tuple[str, ...]]:
    count: Counter[str] = Counter()
    missed: list[str] = []
    for row in map(json.loads, (DATA / f"unseen_orders_{name}.jsonl").read_text(encoding="utf-8").splitlines()):
        truth = row["expect"]
        prior = tuple(Line(entry["item_no"], round(entry["qty"] * 1000)) for entry in row.get("prior") or ())
        lines = tuple(
            (line["item_no"], line.get("op", "set"), float(line.get("qty") or 0)) for line in truth.get("lines") or ()
        )
        role: Role = "leader" if row.get("sender_role") == "leader" else "resident"
        case = Case("", "", role, prior, row["text"], truth["action"], lines, truth.get("room"), None)
        reading = read_order(case.text, catalogue_of(row["catalog"]), role=case.role, prior=prior)
        verdict = judge(case, reading)
        count.update(("all", verdict))
        count["room"] += reading.room != case.room
        if verdict != "exact":
            missed.append(f"{verdict}: {case.text}")
    return count, tuple(missed)


@pytest.mark.parametrize("name", _REACHED)
def test_what_was_reached_is_kept(name: str) -> None:
    count, missed = _count(name)
    messages, exact, asked, rooms = _REACHED[name]
    assert count["all"] == messages
    assert count["exact"] >= exact, missed
    assert count["asked"] + count["ignored"] <= asked, missed
    assert count["room"] <= rooms, missed


@pytest.mark.parametrize("name", _REACHED)
def test_nothing_is_booked_wrongly_in_silence(name: str) -> None:
    count, missed = _count(name)
    assert count["silent"] == 0, missed
