"""Learns which of the readings that are about to be booked can be trusted, from lists that were held out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from benchmarks.learn.examples import Example, group_of, weighed
from benchmarks.learn.judging import encode, learn
from benchmarks.learn.loglinear import shares
from bot.parsing import judge
from bot.parsing.traits import named

GROUPS: Final = 4
"""Groups of hands whose lists are held out one after the other."""
TRUST_DECAY: Final = 3.0
SIGNS_AT_LEAST: Final = 8
NEWTON_STEPS: Final = 12


@dataclass(slots=True)
class Held:
    """An example judged by weights that never saw its list."""

    example: Example
    likely: list[float]
    best: int
    signs: dict[str, float]

    @property
    def is_right(self) -> bool:
        return self.example.right[self.best]


def held_out(examples: Sequence[Example], always: Sequence[Example]) -> list[Held]:
    """Every example judged by weights that never saw a list by its hand; `always` is learned from every time."""
    groups = group_of([example.source for example in examples], GROUPS)
    found = []
    for group in range(GROUPS):
        others = [example for example in examples if groups[example.source] != group]
        known, weights = learn(weighed([*always, *others]))
        for example in (example for example in examples if groups[example.source] == group):
            likely = shares(weights, encode(example, known)).tolist()
            best = max(range(len(likely)), key=likely.__getitem__)
            sights, measured = judge.signs(example.options, likely, best, example.found)
            signs = dict.fromkeys(named(sights), 1.0) | {
                " ".join(map(str, key)): size for key, size in measured.items()
            }
            found.append(Held(example, likely, best, signs))
    return found


def learn_trust(held: Iterable[Held]) -> dict[str, float]:
    """Weights of the signs, by logistic regression on readings that were about to be booked."""
    booked = [one for one in held if one.example.options[one.best].kind == "book"]
    count = Counter(sign for one in booked for sign in one.signs)
    known = {
        sign: at for at, sign in enumerate(sorted(sign for sign, times in count.items() if times >= SIGNS_AT_LEAST))
    }
    seen = np.zeros((len(booked), len(known)))
    for row, one in enumerate(booked):
        for sign, value in one.signs.items():
            if sign in known:
                seen[row, known[sign]] = value
    right = np.array([float(one.is_right) for one in booked])
    weights = np.zeros(len(known))
    for _ in range(NEWTON_STEPS):
        now = 1 / (1 + np.exp(-seen @ weights))
        slope = seen.T @ (right - now) - TRUST_DECAY * weights
        curve = (seen * (now * (1 - now))[:, None]).T @ seen + TRUST_DECAY * np.eye(len(known))
        weights += np.linalg.solve(curve, slope)
    return {sign: round(float(weights[at]), 3) for sign, at in known.items()}
