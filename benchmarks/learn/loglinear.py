"""What both learners share: conditional log-linear models, learned from options that compete.

The options of a sample compete in a softmax, and what is raised is the likelihood of the right ones together. AdaGrad
with decay of what was seen; a share of the weights is left out at random each time, so that no single sign decides;
what is learned is averaged over the later epochs. Seeded: same data, same weights.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias, TypeVar

import numpy as np
import numpy.typing as npt

Floats: TypeAlias = npt.NDArray[np.float64]
Numbers: TypeAlias = npt.NDArray[np.integer[Any]]
Trait = TypeVar("Trait", str, tuple[str, str])

SEEN_AT_LEAST: Final = 5
"""Messages, or items of messages, a trait must occur in to have weights."""
_SETTLED: Final = 1e-3
_START: Final = 1e-2


@dataclass(slots=True)
class Sample:
    """Options as the weights they add up: the places of all weights, each once; which of them are added (`which`) to
    the score of which option (`owner`); and which options are right."""

    places: Numbers
    which: Numbers
    owner: Numbers
    right: Floats


@dataclass(frozen=True, slots=True)
class Recipe:
    """How it is learned: `left_out` is the share of the weights that are left out each time."""

    epochs: int
    rate: float
    decay: float
    left_out: float


def vocabulary(count: Counter[Trait], at_least: int = SEEN_AT_LEAST) -> dict[Trait, int]:
    """Traits that occur often enough, by row."""
    return {trait: at for at, trait in enumerate(sorted(t for t, times in count.items() if times >= at_least))}


def places(traits: Iterable[Trait], known: Mapping[Trait, int], columns: int) -> Numbers:
    """Where the rows of these traits begin. Sorted: sets are walked in another order in each process, and which
    weights are left out goes by place."""
    return np.array(sorted(known[trait] for trait in traits if trait in known), dtype=np.int64) * columns


def sample(options: Sequence[Numbers], right: Sequence[bool]) -> Sample:
    """`options` holds for each option the places of its weights."""
    distinct, which = np.unique(np.concatenate(options), return_inverse=True)
    owner = np.repeat(np.arange(len(options)), [len(one) for one in options])
    return Sample(
        distinct.astype(np.int32),
        which.astype(np.uint16),
        owner.astype(np.uint8 if len(options) < 256 else np.uint16),
        np.array(right, dtype=np.float64),
    )


def shares(weights: Floats, one: Sample) -> Floats:
    """How likely each option is; together 1."""
    return _likely(one, weights[one.places])


def learned(samples: Sequence[Sample], size: int, recipe: Recipe) -> Floats:
    """`size` weights."""
    weights, squares, total = np.zeros(size), np.full(size, _START), np.zeros(size)
    chance = np.random.default_rng(1)
    for epoch in range(recipe.epochs):
        for at in chance.permutation(len(samples)):
            _step(weights, squares, samples[at], recipe, chance)
        if epoch >= recipe.epochs // 2:
            total += weights
    return total / (recipe.epochs - recipe.epochs // 2)


def _likely(one: Sample, weights: Floats) -> Floats:
    scores = np.bincount(one.owner, weights[one.which], len(one.right)).astype(np.float64)
    raised = np.exp(scores - scores.max())
    return np.asarray(raised / raised.sum())


def _step(weights: Floats, squares: Floats, one: Sample, recipe: Recipe, chance: np.random.Generator) -> None:
    kept = chance.random(len(one.places)) >= recipe.left_out
    now = weights[one.places] * kept
    likely = _likely(one, now)
    wanted = likely * one.right
    pull = wanted / max(wanted.sum(), 1e-12) - likely
    if np.abs(pull).max() < _SETTLED:
        return
    slope = np.bincount(one.which, pull[one.owner], len(one.places)).astype(np.float64) * kept
    slope = slope - recipe.decay * np.abs(slope) * now
    squares[one.places] += slope * slope
    weights[one.places] += recipe.rate * slope / np.sqrt(squares[one.places])
