"""The project's own annotation set (public part): what must be read right, and how often it may be asked."""

from __future__ import annotations

import json
from collections import Counter
from functools import cache
from typing import Any

from benchmarks.parsing_adapter import catalogue_of, parse_order
from bot.parsing.orders import read_order
from tests.parsing.corpus import DATA, STATE

Row = dict[str, Any]


@cache
def _rows() -> tuple[Row, ...]:
    lines = (DATA / "public.jsonl").read_text(encoding="utf-8").splitlines()
    return tuple(row for row in map(json.loads, lines) if row["kind"] == "order")


def _state(prior: list[Row] | None, action: str, lines: list[Row]) -> dict[int, float]:
    """What the person has after the message."""
    have = {line["item_no"]: float(line["qty"]) for line in prior or []}
    if action == "cancel" and not lines:
        return {}
    for line in lines:
        key, amount = line["item_no"], float(line.get("qty") or 0)
        op = "drop" if action == "cancel" else line.get("op", "set")
        had = have.get(key, 0.0)
        have[key] = {"drop": 0.0, "set": amount, "add": had + amount, "sub": had - amount}[op]
    return {key: round(amount, 4) for key, amount in have.items() if amount}


def _exact(row: Row, found: Row) -> bool:
    truth = row["expect"]
    if truth["action"] in STATE:
        return found["action"] in STATE and _state(row.get("prior"), found["action"], found["lines"]) == _state(
            row.get("prior"), truth["action"], truth["lines"]
        )
    if found["action"] != truth["action"]:
        return False
    # The clear part of an unclear message counts too.
    return truth["action"] != "ambiguous" or _state(None, "order", found["lines"]) == _state(
        None, "order", truth["lines"]
    )


@cache
def _score() -> tuple[Counter[str], tuple[str, ...]]:
    count: Counter[str] = Counter()
    wrong: list[str] = []
    for row in _rows():
        truth = row["expect"]
        found = parse_order(row["text"], row["catalog"], row.get("sender_role", "resident"), row.get("prior"))
        exact = _exact(row, found)
        count["all"] += 1
        count["exact"] += exact
        count["room"] += found.get("room") == truth.get("room")
        count["silent"] += found["action"] in STATE and not exact
        if truth["action"] in STATE:
            count["clear"] += 1
            count["asked"] += found["action"] not in STATE
        if truth["action"] == "ambiguous":
            count["unclear"] += 1
            count["recognised"] += found["action"] == "ambiguous"
        if not exact:
            wrong.append(row["text"])
    return count, tuple(wrong)


def test_the_set_is_the_whole_set() -> None:
    assert _score()[0]["all"] == 204


def test_orders_are_read_exactly() -> None:
    count, wrong = _score()
    assert count["exact"] >= 0.98 * count["all"], wrong


def test_nothing_is_booked_wrongly_in_silence() -> None:
    count, wrong = _score()
    assert count["silent"] <= 0.005 * count["all"], wrong


def test_clear_messages_are_not_asked_about() -> None:
    count, wrong = _score()
    assert count["asked"] <= 0.02 * count["clear"], wrong


def test_unclear_messages_are_asked_about() -> None:
    count, wrong = _score()
    assert count["recognised"] >= 0.95 * count["unclear"], wrong


def test_rooms_are_found() -> None:
    count, _ = _score()
    assert count["room"] == count["all"]


def test_every_message_can_be_explained() -> None:
    for row in _rows():
        catalogue = catalogue_of(row["catalog"])
        plain = read_order(row["text"], catalogue)
        traced = read_order(row["text"], catalogue, trace=True)
        assert plain == traced
        assert not plain.trace
