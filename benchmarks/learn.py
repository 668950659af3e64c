"""Learns the weights of `bot.parsing.judge` from the annotated messages of `tests/data/parsing`.

`python -m benchmarks.learn` first holds out the lists of strangers in a few groups and says how their messages are read
by weights that never saw their list; from how those readings turned out it learns which can be trusted. Then it learns
from all lists and writes `bot/parsing/weights.json`.
To be run after every change of the reader that the judge looks at (verdicts, doubts, traits); takes minutes.

The model is a conditional log-linear one: the options of a message compete in a softmax, and what is raised is the
likelihood of the right ones together. AdaGrad with decay on what was seen; a share of the traits is left out at random
each time, so that no single sign decides; the weights are averaged over the later epochs. Seeded: same data, same file.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from bot.parsing import judge
from bot.parsing.candidates import outcome
from bot.parsing.judge import COLUMN, Option, Row
from bot.parsing.orders import read_by_rules
from bot.parsing.segments import Segment
from bot.parsing.traits import named
from tests.parsing.corpus import STATE, Case
from tests.parsing.corpus import outcome as truth_of
from tests.parsing.strangers import Annotated, hand_written, lists, read

Floats: TypeAlias = npt.NDArray[np.float64]
Numbers: TypeAlias = npt.NDArray[np.int64]

EPOCHS: Final = 10
RATE: Final = 0.25
DECAY: Final = 0.3
LEFT_OUT: Final = 0.3
"""Share of the traits that are left out at random while learning."""
SEEN_AT_LEAST: Final = 3
"""Messages a trait must occur in to have a weight."""
SMALLEST: Final = 5
"""Rows whose weights (in hundredths) are all below this are not kept."""
WAYS: Final = 30
"""Ways of turning clauses that are looked at while learning; the reader itself tries fewer."""
GROUPS: Final = 4
"""Groups of lists that are held out one after the other."""
TRUST_GROUPS: Final = 8
TRUST_DECAY: Final = 3.0
SIGNS_AT_LEAST: Final = 8
NEWTON_STEPS: Final = 12


@dataclass(slots=True)
class Example:
    """A message as the judge sees it: the traits of its clauses and of its options, by name. `right` says which of the
    options are the truth."""

    source: str
    action: str
    found: list[Segment]
    clauses: list[set[str]]
    options: list[Option]
    traits: list[set[str]]
    right: list[bool]


def example_of(message: Annotated) -> Example | None:
    """None when the rules leave nothing to judge."""
    case = message.case
    ruled = read_by_rules(case.text, message.goods, role=case.role, prior=case.prior)
    if ruled.taken is None or ruled.take is None:
        return None
    clauses = judge.clauses(ruled.taken.found)
    none: list[Row] = [(0, 0, 0, 0)] * len(clauses)
    options = judge.options(ruled.taken, ruled.reading.action, none, ruled.take, WAYS)
    right = [is_right(option, case) for option in options]
    if not any(right):
        right[-1] = True  # none of the readings is the truth: ask
    traits = [named(option.traits) for option in options]
    return Example(message.source, case.action, ruled.taken.found, [*map(named, clauses)], options, traits, right)


def is_right(option: Option, case: Case) -> bool:
    """Is this what the truth says?"""
    if option.draft is None:
        return (case.action == "ambiguous") if option.kind == "ask" else case.action in ("query", "unknown", "help")
    if case.action not in STATE:
        return False
    truth = {key: round(amount * 1000) for key, amount in truth_of(case.prior, case.action, list(case.lines)).items()}
    return dict(outcome(option.draft)) == truth


@dataclass(slots=True)
class Encoded:
    """An example in numbers: traits by index, options as (column, column of each clause, traits)."""

    clauses: list[Numbers]
    options: list[tuple[int, Numbers, Numbers]]
    right: Floats


def vocabulary(examples: Iterable[Example]) -> dict[str, int]:
    """Traits that occur often enough, by index."""
    count: Counter[str] = Counter()
    for example in examples:
        count.update(set().union(*example.clauses, *example.traits))
    return {trait: at for at, trait in enumerate(sorted(t for t, n in count.items() if n >= SEEN_AT_LEAST))}


def encode(example: Example, known: dict[str, int]) -> Encoded:
    """The example in numbers."""

    def indices(traits: Iterable[str]) -> Numbers:
        return np.array(sorted(known[trait] for trait in traits if trait in known), dtype=np.int64)

    return Encoded(
        [indices(clause) for clause in example.clauses],
        [
            (COLUMN[option.kind], np.array(option.columns, dtype=np.int64), indices(traits))
            for option, traits in zip(example.options, example.traits, strict=True)
        ],
        np.array(example.right, dtype=np.float64),
    )


def shares(weights: Floats, example: Encoded) -> Floats:
    """How likely each option is."""
    sums = np.array([weights[clause].sum(axis=0) for clause in example.clauses]).reshape(-1, 4)
    rows = np.arange(len(sums))
    scores = np.array([sums[rows, at].sum() + weights[traits, column].sum() for column, at, traits in example.options])
    raised = np.exp(scores - scores.max())
    return np.asarray(raised / raised.sum())


def learn(examples: Sequence[Example]) -> tuple[dict[str, int], Floats]:
    """(trait -> row, weights by column)."""
    known = vocabulary(examples)
    encoded = [encode(example, known) for example in examples]
    weights, squares, total = (np.zeros((len(known), 4)) for _ in range(3))
    squares += 1e-2
    chance = np.random.default_rng(1)
    for epoch in range(EPOCHS):
        for at in chance.permutation(len(encoded)):
            _step(weights, squares, _thinned(encoded[at], chance))
        if epoch >= EPOCHS // 2:
            total += weights
    return known, total / (EPOCHS - EPOCHS // 2)


def _thinned(example: Encoded, chance: np.random.Generator) -> Encoded:
    def some(traits: Numbers) -> Numbers:
        return traits[chance.random(len(traits)) >= LEFT_OUT]

    return Encoded(
        [some(clause) for clause in example.clauses],
        [(column, at, some(traits)) for column, at, traits in example.options],
        example.right,
    )


def _step(weights: Floats, squares: Floats, example: Encoded) -> None:
    now = shares(weights, example)
    wanted = now * example.right
    pull = wanted / max(wanted.sum(), 1e-12) - now
    if np.abs(pull).max() < 1e-3:
        return
    for at, clause in enumerate(example.clauses):
        by_column = np.zeros(4)
        for (_, columns, _), amount in zip(example.options, pull, strict=True):
            by_column[columns[at]] += amount
        slope = by_column - DECAY * np.abs(by_column) * weights[clause]
        squares[clause] += slope * slope
        weights[clause] += RATE * slope / np.sqrt(squares[clause])
    for (column, _, traits), amount in zip(example.options, pull, strict=True):
        slope = amount - DECAY * abs(amount) * weights[traits, column]
        squares[traits, column] += slope * slope
        weights[traits, column] += RATE * slope / np.sqrt(squares[traits, column])


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
    """Every example judged by weights that never saw its list; `always` is learned from every time."""
    names = sorted({example.source for example in examples})
    found = []
    for group in range(GROUPS):
        out = set(names[group::GROUPS])
        known, weights = learn([*always, *(example for example in examples if example.source not in out)])
        for example in (example for example in examples if example.source in out):
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


def verdicts(held: Sequence[Held]) -> dict[str, Counter[str]]:
    """exact, silent (wrongly booked), asked or ignored (although clear) and other, by kind of list (normal, hard); the
    trust in a list, too, is learned from the other lists."""
    names = sorted({one.example.source for one in held})
    found: dict[str, Counter[str]] = {}
    for group in range(TRUST_GROUPS):
        out = set(names[group::TRUST_GROUPS])
        weights = learn_trust(one for one in held if one.example.source not in out)
        for one in (one for one in held if one.example.source in out):
            count = found.setdefault(one.example.source.partition("_")[0], Counter())
            count.update(("all", _verdict(one, weights), "clear" * (one.example.action in STATE)))
    return found


def _verdict(one: Held, weights: dict[str, float]) -> str:
    kind, action = one.example.options[one.best].kind, one.example.action
    if (
        kind == "book"
        and judge.trusted(value * weights.get(sign, 0.0) for sign, value in one.signs.items()) < judge.BOOK_FROM
    ):
        kind = "ask"
    if kind == "book":
        return "exact" if one.is_right else "silent"
    if kind == "ask":
        return "asked" if action in STATE else "exact" if action == "ambiguous" else "other"
    return "ignored" if action in STATE else "exact" if action != "ambiguous" else "other"


def write(known: dict[str, int], weights: Floats, trust: dict[str, float], path: Path) -> int:
    """Write the rows that matter, in hundredths, and the weights of trust; how many rows there are."""
    rows = np.rint(weights * 100).astype(int)
    kept = {trait: rows[at].tolist() for trait, at in known.items() if np.abs(rows[at]).max() >= SMALLEST}
    lines = ",\n".join(f"{json.dumps(trait, ensure_ascii=False)}:{json.dumps(row)}" for trait, row in kept.items())
    signs = json.dumps(trust, ensure_ascii=False, indent=0)
    path.write_text(f'{{"trust": {signs},\n"traits": {{\n{lines}\n}}}}\n', encoding="utf-8")
    return len(kept)


def main() -> None:
    strangers = [found for path in lists() for message in read(path) if (found := example_of(message))]
    ours = [found for message in hand_written() if (found := example_of(message))]
    held = held_out(strangers, ours)
    for kind, count in verdicts(held).items():
        print(
            f"{kind}, held out: {count['all']} judged; exact {count['exact'] / count['all']:.1%}, silently wrong "
            f"{count['silent'] / count['all']:.1%}, asked although clear {count['asked'] / count['clear']:.1%}, "
            f"left alone although clear {count['ignored'] / count['clear']:.1%}"
        )
    known, weights = learn([*ours, *strangers])
    size = write(known, weights, learn_trust(held), Path(judge.__file__).with_name("weights.json"))
    print(f"{size} traits written")


if __name__ == "__main__":
    main()
