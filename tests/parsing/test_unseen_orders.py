"""Lists by strangers, who had not seen the reader: what is reached on them is not lost again.

The judge's weights were learned from these lists, so the figures here say that nothing broke, not how well the next
stranger is read: that is in docs/parsing.md, by weights that never saw the list.
"""

from __future__ import annotations

from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from bot.parsing.orders import read_order
from tests.parsing.corpus import STATE, judge
from tests.parsing.strangers import lists, read

_EXACT = {"normal": 0.97, "hard": 0.91, "daily": 0.86, "tangled": 0.70}
_SILENT = {"normal": 0.0, "hard": 0.01, "daily": 0.01, "tangled": 0.03}
_ASKED = {"normal": 0.03, "hard": 0.10, "daily": 0.15, "tangled": 0.35}
"""By kind of list, all its messages together: at least, at most, at most (of the clear ones, left alone included)."""

_MANY = 100


@cache
def _count(kind: str) -> tuple[Counter[str], tuple[str, ...]]:
    count: Counter[str] = Counter()
    missed: list[str] = []
    for message in (message for path in _of(kind) for message in read(path)):
        case = message.case
        reading = read_order(case.text, message.goods, role=case.role, prior=case.prior)
        verdict = judge(case, reading)
        count.update(("all", verdict))
        count["clear"] += case.action in STATE
        count["room"] += reading.room == case.room
        if verdict != "exact":
            missed.append(f"{verdict}: {case.text}")
    return count, tuple(missed)


def _of(kind: str) -> list[Path]:
    """Of very many lists every third: what broke shows there, too."""
    found = [path for path in lists() if path.stem.startswith(kind)]
    return found if len(found) < _MANY else found[::3]


@pytest.mark.parametrize("kind", _EXACT)
def test_what_was_reached_is_kept(kind: str) -> None:
    count, missed = _count(kind)
    assert count["all"] >= 300
    assert count["exact"] >= _EXACT[kind] * count["all"], missed
    assert count["silent"] <= _SILENT[kind] * count["all"], missed
    assert count["asked"] + count["ignored"] <= _ASKED[kind] * count["clear"], missed
    assert count["room"] >= 0.98 * count["all"]
