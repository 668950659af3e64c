"""Whether a reading is booked, left alone or asked about: learned from thousands of messages, not written down.

The rules read what a message would mean. Whether it means that is a matter of many small signs - a word of the past
here, a clause nobody understood there - which no list of rules weighs well. So every way of taking the message
(`candidates`) is described by its `traits`, and the traits have weights: the softmax of their sums is how likely each
way is right. The likeliest is booked when it can be trusted, which is judged once more by signs of the whole (numbers
nobody used, how clearly it is ahead). `benchmarks/learn.py` finds the weights from annotated messages; `weights.json`
holds them.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Final, Literal, TypeAlias

from bot.parsing.candidates import Outcome, Take, Taken, drafts, outcome, turned
from bot.parsing.classes import PLAIN
from bot.parsing.draft import Draft
from bot.parsing.segments import Segment
from bot.parsing.traits import clause_traits, doubt_traits, draft_traits, trust_traits

BOOKED, BESIDE, NOTHING, ASKED = range(4)
"""Columns of the weights: a clause that is booked, one beside it, any clause of a message that is left alone, or of
one that is asked about."""
BOOK_FROM: Final = 0.75
"""How trustworthy the likeliest reading must be for being booked without a question."""
OFFER_FROM: Final = 0.3
"""How likely a reading must be for being offered with the question (是要草莓2盒吗？)."""
_MAX_CLAUSES: Final = 6
"""Of longer messages only the first clauses are turned round,"""
_MAX_PAIRED: Final = 5
"""and of messages no longer than this also two at once."""
_LEAST: Final = 1e-9
_MAX_TURNS: Final = 4
"""Ways of turning that are read, the most promising first."""
_HOPELESS: Final = -300
"""Turning is not tried where the weights of the clauses speak against it by more than this, in hundredths of a nat."""
_SCALE: Final = 100.0
"""The weights are whole numbers, so that their sums do not hang on the order of adding."""

Row: TypeAlias = tuple[int, int, int, int]
Weights: TypeAlias = dict[str, Row]


def _load() -> tuple[Weights, dict[str, float]]:
    stored = json.loads(Path(__file__).with_name("weights.json").read_text(encoding="utf-8"))
    rows = {trait: (book, beside, nothing, ask) for trait, (book, beside, nothing, ask) in stored["traits"].items()}
    return rows, stored["trust"]


WEIGHTS, TRUST = _load()


@dataclass(slots=True)
class Option:
    """A way to take the message that is judged. `columns` has one entry per clause; `draft` is None for leaving it
    alone and for asking."""

    kind: Literal["book", "nothing", "ask"]
    columns: tuple[int, ...]
    traits: set[str]
    draft: Draft | None = None
    found: Sequence[Segment] = ()
    likely: Draft | None = None  # of asking: the reading that may be offered

    def __str__(self) -> str:
        return f"book {dict(outcome(self.draft))}" if self.draft is not None else self.kind


def is_plain(found: Sequence[Segment], draft: Draft) -> bool:
    """A list of goods and numbers that raised no doubt needs no judge."""
    return not draft.doubts and len(found) == 1 and found[0].kinds <= PLAIN and found[0].verdict == "order"


def clauses(found: Sequence[Segment]) -> list[set[str]]:
    """The traits of each clause."""
    last = len(found) - 1
    places = ["only" if not last else "first" if i == 0 else "last" if i == last else "mid" for i in range(last + 1)]
    return [clause_traits(segment, place) for segment, place in zip(found, places, strict=True)]


def options(first: Taken, action: str, sums: Sequence[Row], take: Take, limit: int) -> list[Option]:
    """Every way to take the message: booking what each reading comes to, leaving it alone, asking.

    `action` is what the rules make of it, `sums` the weights of each clause by column, `limit` the number of ways of
    turning clauses round that are read.
    """
    size = len(first.found)
    ruled = outcome(first.draft) if action in ("order", "amend", "cancel") else None
    seen: dict[Outcome, Option] = {}
    _book(seen, first, (), action, ruled)
    verdicts = [segment.verdict for segment in first.found]
    for which in _promising(verdicts, sums, limit):
        _book(seen, take(turned(first.found, which)), which, action, ruled)
    rule = {f"r {action}", f"b {bool(first.draft.prior)}"}
    return [
        *seen.values(),
        Option("nothing", (NOTHING,) * size, rule),
        Option("ask", (ASKED,) * size, rule | _doubts(first)),
    ]


def _promising(verdicts: Sequence[str], sums: Sequence[Row], limit: int) -> list[tuple[int, ...]]:
    """Which clauses to turn round so that something is booked: those whose weights speak most for it."""
    size = min(len(verdicts), _MAX_CLAUSES)
    gains = [(s[BESIDE] - s[BOOKED]) * (1 if v == "order" else -1) for v, s in zip(verdicts, sums, strict=True)]
    ways: list[tuple[int, ...]] = [(index,) for index in range(size)]
    if len(verdicts) <= _MAX_PAIRED:
        ways += combinations(range(size), 2)
    ways = [way for way in ways if any((v == "order") != (at in way) for at, v in enumerate(verdicts))]
    gained = sorted(((sum(gains[index] for index in way), way) for way in ways), key=lambda pair: -pair[0])
    return [way for gain, way in gained[:limit] if gain >= _HOPELESS]


def _book(seen: dict[Outcome, Option], taken: Taken, which: Sequence[int], action: str, ruled: Outcome | None) -> None:
    doubts = _doubts(taken)
    columns = tuple(BOOKED if segment.verdict == "order" else BESIDE for segment in taken.found)
    for result, draft in drafts(taken).items():
        if result not in seen:
            traits = doubts | draft_traits(draft, taken.found, len(which), result == ruled, action)
            seen[result] = Option("book", columns, traits, draft, taken.found)


def _doubts(taken: Taken) -> set[str]:
    return doubt_traits(taken.raised, "read") | doubt_traits(taken.looked, "look")


def sums_of(seen: Iterable[set[str]], weights: Weights) -> list[Row]:
    """The weights of each clause by column."""
    found = []
    for traits in seen:
        rows = [weights[trait] for trait in traits if trait in weights]
        book, beside, nothing, ask = (sum(column) for column in zip(*rows, strict=True)) if rows else (0, 0, 0, 0)
        found.append((book, beside, nothing, ask))
    return found


COLUMN: Final[dict[str, int]] = {"book": BOOKED, "nothing": NOTHING, "ask": ASKED}


def likelihoods(found: Sequence[Option], sums: Sequence[Row], weights: Weights) -> list[float]:
    """How likely each option is the right one; they add up to 1."""
    scores = []
    for option in found:
        column = COLUMN[option.kind]
        score = sum(total[at] for total, at in zip(sums, option.columns, strict=True))
        scores.append(score + sum(weights[trait][column] for trait in option.traits if trait in weights))
    best = max(scores)
    shares = [math.exp((score - best) / _SCALE) for score in scores]
    return [share / sum(shares) for share in shares]


def signs(found: Sequence[Option], shares: Sequence[float], best: int, segments: Sequence[Segment]) -> dict[str, float]:
    """What speaks for and against trusting the likeliest reading."""
    likely = [math.log(max(share, _LEAST)) for share in shares]
    others = [value for at, value in enumerate(likely[:-2]) if at != best]
    margins = [likely[best] - max(others) if others else None, likely[best] - likely[-1], likely[best] - likely[-2]]
    return trust_traits(found[best].traits, segments, margins)


def trust(seen: dict[str, float], weights: dict[str, float]) -> float:
    """How likely a reading is right that is about to be booked. (`fsum`: the same in every order.)"""
    return 1 / (1 + math.exp(-math.fsum(value * weights.get(trait, 0.0) for trait, value in seen.items())))


def decide(first: Taken, action: str, take: Take, steps: list[str] | None = None) -> Option:
    """The way the message is taken; `steps` collects how likely each way is."""
    sums = sums_of(clauses(first.found), WEIGHTS)
    found = options(first, action, sums, take, _MAX_TURNS)
    shares = likelihoods(found, sums, WEIGHTS)
    best = max(range(len(found)), key=shares.__getitem__)
    if steps is not None:
        steps += [f"{share:.2f} {option}" for share, option in zip(shares, found, strict=True)]
    if found[best].kind == "nothing":
        return found[best]
    if found[best].kind == "book":
        trusted = trust(signs(found, shares, best, first.found), TRUST)
        if steps is not None:
            steps.append(f"trust {trusted:.2f}, booked from {BOOK_FROM}")
        if trusted >= BOOK_FROM:
            return found[best]
    asking = found[-1]
    share, likeliest = max(zip(shares[:-2], found, strict=False), key=lambda pair: pair[0], default=(0.0, asking))
    asking.likely = likeliest.draft if share >= OFFER_FROM else None
    return asking
