"""Messages written for this project: one per ruling, and real ways of talking that are hard to read.

Truths follow the annotation rules of the public set. The worst thing a reader can do is to book something nobody
asked for without saying so; that has its own, much narrower limit.
"""

from __future__ import annotations

from collections import Counter
from functools import cache

import pytest

from bot.parsing.orders import read_order
from tests.parsing.corpus import Case, catalogues, judge, load

_HARD = ("hard_orders.txt", *(f"hard_orders_{number}.txt" for number in range(2, 48)))
_BY_CLASS = ("dictated.txt", "regions.txt", "young.txt", "beside.txt")
"""Messages by class of expression, written when the class was mended."""
_EASY = ("easy_orders_1.txt", "easy_orders_2.txt", "easy_orders_3.txt")


# The last rounds were written to break the reader: they hold what it still asks about.
_EXACT = {f"hard_orders_{number}.txt": 0.66 for number in range(11, 46)}
_ASKED = {f"hard_orders_{number}.txt": 0.15 for number in range(11, 46)} | {
    "hard_orders_27.txt": 0.18,  # rambling
    "hard_orders_46.txt": 0.08,
    "hard_orders_47.txt": 0.13,
}


def _verdict(case: Case) -> str:
    reading = read_order(case.text, catalogues()[case.catalogue], role=case.role, prior=case.prior)
    verdict = judge(case, reading)
    return "room" if verdict == "exact" and reading.room != case.room else verdict


@cache
def _scored(name: str) -> tuple[Counter[str], tuple[str, ...]]:
    cases = load(name)
    verdicts = [_verdict(case) for case in cases]
    wrong = tuple(
        f"{verdict}: {case.text}" for case, verdict in zip(cases, verdicts, strict=True) if verdict != "exact"
    )
    return Counter(verdicts), wrong


_DOUBTED = "the second reader doubts it: asked, and nothing is booked"
ASKED = {"微辣两瓶 错了 特辣": _DOUBTED, "牛肉酱微辣一瓶。牛肉酱改特辣": _DOUBTED}


@pytest.mark.parametrize(
    "case", load("rulings.txt") + load("words.txt"), ids=lambda case: f"{case.section}: {case.text}"[:60]
)
def test_every_ruling_holds(case: Case, request: pytest.FixtureRequest) -> None:
    if case.text in ASKED:
        request.node.add_marker(pytest.mark.xfail(reason=ASKED[case.text], strict=True))
    reading = read_order(case.text, catalogues()[case.catalogue], role=case.role, prior=case.prior)
    assert judge(case, reading) == "exact", reading
    assert reading.room == case.room
    if case.note is not None:
        assert reading.note is not None
        assert case.note in reading.note or reading.note in case.note


def test_hard_messages_are_rarely_booked_wrongly_in_silence() -> None:
    silent = [line for name in _HARD for line in _scored(name)[1] if line.startswith("silent")]
    assert len(silent) <= 0.005 * sum(sum(_scored(name)[0].values()) for name in _HARD), silent


def test_traps_are_not_stepped_into() -> None:
    count, wrong = _scored("traps.txt")
    assert count["silent"] == 0, wrong


@pytest.mark.parametrize("name", _EASY)
def test_plain_messages_are_read_exactly(name: str) -> None:
    count, wrong = _scored(name)
    assert count["exact"] >= 0.98 * sum(count.values()), wrong
    assert count["silent"] == 0, wrong


@pytest.mark.parametrize("name", _HARD)
def test_hard_messages_are_read_exactly(name: str) -> None:
    count, wrong = _scored(name)
    assert count["exact"] >= _EXACT.get(name, 0.85) * sum(count.values()), wrong


@pytest.mark.parametrize("name", _HARD)
def test_clear_messages_are_seldom_asked_about(name: str) -> None:
    count, wrong = _scored(name)
    assert count["asked"] <= _ASKED.get(name, 0.05) * sum(count.values()), wrong


@pytest.mark.parametrize("name", _BY_CLASS)
def test_what_was_mended_stays_mended(name: str) -> None:
    count, wrong = _scored(name)
    assert count["exact"] >= 0.95 * sum(count.values()), wrong
    assert count["silent"] == 0, wrong


def test_every_class_of_hard_message_has_at_least_eight_cases() -> None:
    sections = Counter(case.section for case in load(_HARD[0]) + load(_HARD[1]) + load(_HARD[2]))
    merged: Counter[str] = Counter()
    for name, count in sections.items():
        merged[name.split(",")[0].split()[0]] += count
    thin = {name: count for name, count in merged.items() if count < 8}
    assert not thin
