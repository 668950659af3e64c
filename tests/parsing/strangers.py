"""Lists of order messages by strangers: JSON lines, the first of which holds the catalogues by letter.

`{"text": …, "goods": letter, "role"?, "prior"?: {number: quantity}, "action": …, "lines"?: [[number, op, quantity]],
"room"?, "tags"}`, quantities in units of sale. Catalogues are those of the annotation set.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from bot.parsing.catalogue import Catalogue
from bot.parsing.values import Line
from tests.parsing.corpus import DATA, Case, catalogues, item_from, load


@dataclass(frozen=True, slots=True)
class Annotated:
    """One message, what is sold, and the truth; `source` names where it is from."""

    source: str
    case: Case
    goods: Catalogue


def lists() -> list[Path]:
    """Every list of strangers."""
    return sorted(DATA.glob("strangers/*.jsonl"))


@cache
def read(path: Path) -> tuple[Annotated, ...]:
    """The messages of one list."""
    first, *rows = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    goods = {letter: Catalogue([item_from(item) for item in items]) for letter, items in first.items()}
    return tuple(Annotated(path.stem, _case(row), goods[row["goods"]]) for row in rows)


def _case(given: dict[str, Any]) -> Case:
    return Case(
        section=",".join(given.get("tags", ())),
        catalogue=given["goods"],
        role="leader" if given.get("role") == "leader" else "resident",
        prior=tuple(Line(int(number), round(amount * 1000)) for number, amount in given.get("prior", {}).items()),
        text=given["text"],
        action=given["action"],
        lines=tuple((number, op, float(amount)) for number, op, amount in given.get("lines", ())),
        room=given.get("room"),
        note=None,
    )


def hand_written() -> Iterator[Annotated]:
    """The lists of the reader's own authors."""
    for path in sorted(DATA.glob("*.txt")):
        for case in load(path.name):
            yield Annotated(path.stem, case, catalogues()[case.catalogue])


__all__ = ["Annotated", "hand_written", "lists", "read"]
