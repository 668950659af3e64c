"""Loads the hand-written messages of tests/data/parsing and scores a reader against them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from bot.parsing.catalogue import Catalogue
from bot.parsing.values import Item, Line, OrderReading, Role

DATA = Path(__file__).parents[1] / "data" / "parsing"
STATE = ("order", "amend", "cancel")
_LINE = re.compile(r"(\d+)(:=|\+=|-=|=)?([\d.]+)?")


@dataclass(frozen=True, slots=True)
class Case:
    """One message with what a leader would write down. `lines` are (number, op, quantity)."""

    section: str
    catalogue: str
    role: Role
    prior: tuple[Line, ...]
    text: str
    action: str
    lines: tuple[tuple[int, str, float], ...]
    room: str | None
    note: str | None


def item_from(row: dict[str, object]) -> Item:
    """An annotation item as the reader's value; the key is the number."""
    return Item(
        key=int(str(row["no"])),
        number=int(str(row["no"])),
        name=str(row["name"]),
        unit=str(row["unit"]),
        price_fen=int(str(row["price_cents"])),
        spec=str(row.get("spec") or ""),
        aliases=tuple(row.get("aliases") or ()),  # type: ignore[arg-type]
    )


@cache
def catalogues() -> dict[str, Catalogue]:
    """The catalogues by letter."""
    rows = json.loads((DATA / "catalogues.json").read_text(encoding="utf-8"))
    return {letter: Catalogue([item_from(row) for row in items]) for letter, items in rows.items()}


def load(name: str) -> list[Case]:
    """Cases of one file: `catalogue | prior | text => action lines [room:…] [note:…]`."""
    return list(_cases((DATA / name).read_text(encoding="utf-8")))


def _cases(content: str) -> Iterator[Case]:
    section = ""
    for line in content.splitlines():
        if line.startswith("## "):
            section = line[3:]
        elif line and not line.startswith("#"):
            yield _case(section, line)


def _case(section: str, line: str) -> Case:
    where, before, rest = (part.strip() for part in line.split("|", 2))
    text, _, truth = rest.rpartition(" => ")
    note = truth.partition(" note:")[2] or None
    words = truth.partition(" note:")[0].split()
    return Case(
        section=section,
        catalogue=where[-1],
        role="leader" if where.startswith("L:") else "resident",
        prior=tuple(Line(number, round(amount * 1000)) for number, _, amount in _lines(before.split())),
        text=text.strip().replace("\\n", "\n"),
        action=words[0],
        lines=tuple(_lines(words[1:])),
        room=next((word[5:] for word in words if word.startswith("room:")), None),
        note=note,
    )


def _lines(words: list[str]) -> Iterator[tuple[int, str, float]]:
    for word in words:
        match = _LINE.fullmatch(word)
        if match is not None:
            op = {":=": "set", "+=": "add", "-=": "sub"}.get(match[2] or "", "set")
            yield int(match[1]), op, float(match[3] or 0)


def outcome(prior: tuple[Line, ...], action: str, lines: list[tuple[int, str, float]]) -> dict[int, float]:
    """Quantities after the message, the way a person would see them."""
    state = {line.key: line.quantity_milli / 1000 for line in prior}
    if action == "cancel" and not lines:
        return {}
    for key, op, amount in lines:
        had = state.get(key, 0.0)
        state[key] = 0.0 if action == "cancel" else {"set": amount, "add": had + amount, "sub": had - amount}[op]
    return {key: round(value, 4) for key, value in state.items() if value}


def truth_of(case: Case) -> dict[int, int]:
    """Thousandths of each item a person is to have after the message."""
    return {key: round(amount * 1000) for key, amount in outcome(case.prior, case.action, list(case.lines)).items()}


def read_lines(reading: OrderReading) -> list[tuple[int, str, float]]:
    """Lines of a reading in the shape of a case."""
    return [(line.key, line.op, line.quantity_milli / 1000) for line in reading.lines]


def judge(case: Case, reading: OrderReading) -> str:
    """`exact`, `silent` (a wrong change), `asked` (although clear), `ignored` or `other`."""
    lines = read_lines(reading)
    if case.action in STATE:
        same = reading.action in STATE and outcome(case.prior, reading.action, lines) == outcome(
            case.prior, case.action, list(case.lines)
        )
    else:
        same = reading.action == case.action and (case.action != "ambiguous" or sorted(lines) == sorted(case.lines))
    if same:
        return "exact"
    if reading.action in STATE:
        return "silent"
    if case.action in STATE:
        return "asked" if reading.action == "ambiguous" else "ignored"
    return "other"
