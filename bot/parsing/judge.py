"""Whether a reading is booked, left alone or asked about: learned from thousands of messages, not written down.

The rules read what a message would mean. Whether it means that is a matter of many small signs - a word of the past
here, a clause nobody understood there - which no list of rules weighs well. So every way of taking the message
(`candidates`) is described by its `traits`, and the traits have weights: the softmax of their sums is how likely each
way is right. The likeliest is booked when it can be trusted, which is judged once more by signs of the whole (numbers
nobody used, how clearly it is ahead). `benchmarks/learn` finds the weights from annotated messages; `weights.json`
holds them.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from operator import itemgetter
from pathlib import Path
from typing import Final, Literal, TypeAlias

from bot.parsing import second
from bot.parsing.candidates import Outcome, Take, Taken, drafts, outcome, turned
from bot.parsing.classes import CHATTING, PLAIN
from bot.parsing.draft import Draft
from bot.parsing.segments import Segment
from bot.parsing.traits import (
    PLAIN_TRAITS,
    Key,
    Sight,
    Signs,
    clauses,
    doubt_traits,
    draft_traits,
    place_of,
    together_traits,
    trust_traits,
)  # fmt: skip
from bot.parsing.weighing import Row, Weights, added, rows_of, tables

BOOKED, BESIDE, NOTHING, ASKED = range(4)
"""Columns of the weights: a clause that is booked, one beside it, any clause of a message that is left alone, or of
one that is asked about."""
BOOK_FROM: Final = 0.77
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
"""Of the weights: hundredths of a nat."""

Trust: TypeAlias = dict[Key, float]
"""Weights of what is trusted; all of it is of the plain family."""


def trust_table(weights: Mapping[str, float]) -> Trust:
    """The weights of signs, given by name, as they are looked up."""
    return {key: weight for sign, weight in weights.items() for _, key in place_of(sign)}


def _load() -> tuple[Weights, Trust]:
    stored = json.loads(Path(__file__).with_name("weights.json").read_text(encoding="utf-8"))
    return tables(stored["traits"]), trust_table(stored["trust"])


WEIGHTS, TRUST = _load()


@dataclass(slots=True)
class Option:
    """A way to take the message that is judged. `columns` has one entry per clause; `draft` is None for leaving it
    alone and for asking."""

    kind: Literal["book", "nothing", "ask"]
    columns: tuple[int, ...]
    traits: list[Sight]
    draft: Draft | None = None
    found: Sequence[Segment] = ()
    likely: Draft | None = None  # of asking: the reading that may be offered

    def __str__(self) -> str:
        return f"book {dict(outcome(self.draft))}" if self.draft is not None else self.kind


def is_plain(found: Sequence[Segment], draft: Draft) -> bool:
    """What raised no doubt needs no judge when it is a list of goods and numbers, or talk that names neither."""
    if draft.doubts:
        return False
    if len(found) == 1 and found[0].verdict == "order" and found[0].kinds <= PLAIN:
        return True
    is_talk = not draft.entries and not draft.cancels_all and all(segment.kinds <= CHATTING for segment in found)
    return is_talk and not any(token.keys for segment in found for token in segment.tokens)


def options(
    first: Taken, action: str, sums: Sequence[Row], take: Take, limit: int, held: second.Opinion
) -> list[Option]:
    """Every way to take the message: booking what each reading comes to, leaving it alone, asking.

    `action` is what the rules make of it, `sums` the weights of each clause by column, `limit` the number of ways of
    turning clauses round that are read, `held` what the second reader thinks.
    """
    size = len(first.found)
    ruled = outcome(first.draft) if action in ("order", "amend", "cancel") else None
    seen: dict[Outcome, Option] = {}
    doubts = _doubts(first)
    _book(seen, first, doubts, 0, action, ruled)
    verdicts = [segment.verdict for segment in first.found]
    for which in _promising(verdicts, sums, limit):
        other = take(turned(first.found, which))
        _book(seen, other, _doubts(other), len(which), action, ruled)
    rule: Sight = (PLAIN_TRAITS, {("r", action), ("b", bool(first.draft.prior))})
    guessed, together = _guessed(first), None
    for rank, draft in enumerate(second.drafts_of(held, first.draft)):
        if draft.entries.keys().isdisjoint(guessed) and (result := outcome(draft)) not in seen:
            together = together or together_traits(first.found)
            said = draft_traits(draft, first.found, 0, False, action) | {("r", action), ("second",), ("second", rank)}
            traits: list[Sight] = [(PLAIN_TRAITS, said), together]
            seen[result] = Option("book", _naming(first.found, draft), traits, draft, first.found)
    prior = first.draft.prior
    for result, option in seen.items():
        option.traits.append((PLAIN_TRAITS, second.opinion_traits(held, result, prior)))
    unchanged: Sight = (PLAIN_TRAITS, second.opinion_traits(held, tuple(prior.items()), prior))
    return [
        *seen.values(),
        Option("nothing", (NOTHING,) * size, [rule, unchanged]),
        Option("ask", (ASKED,) * size, [rule, unchanged, *doubts]),
    ]


def _guessed(first: Taken) -> set[int]:
    """Items that a word only looks like (西爪 may be 西瓜): they are offered, however likely they are. Whoever speaks
    of nothing but goods nobody sells (沃柑甜不甜 来一箱) means none of the others that are sold by the box."""
    doubts = first.draft.doubts
    if any(doubt.reason == "not_sold" for doubt in doubts) and not any(
        token.keys for segment in first.found for token in segment.tokens
    ):
        return first.draft.catalogue.by_key.keys() - first.draft.prior.keys()
    offered = {key for doubt in doubts if doubt.reason == "which_item" for key in doubt.candidates}
    return offered and offered & {
        key for segment in first.found for token in segment.tokens if token.kind == "text" for key in token.keys
    }


def _hangs(first: Taken, draft: Draft) -> bool:
    """万一涨价了就给我退了: what is to be taken back on a condition is asked about."""
    return (
        any(entry.op == "drop" for entry in draft.entries.values())
        and any(segment.verdict == "doubt" and segment.kinds & {"cancel", "unwant"} for segment in first.found)
        and any(token.kind == "if" for segment in first.found for token in segment.tokens)
    )


def _naming(found: Sequence[Segment], draft: Draft) -> tuple[int, ...]:
    """Clauses that name what is changed are those that are booked."""
    return tuple(
        [BOOKED if any(key in draft.entries for t in segment.tokens for key in t.keys) else BESIDE for segment in found]
    )


def _promising(verdicts: Sequence[str], sums: Sequence[Row], limit: int) -> list[tuple[int, ...]]:
    """Which clauses to turn round so that something is booked: those whose weights speak most for it."""
    size = min(len(verdicts), _MAX_CLAUSES)
    if verdicts == ["order"]:
        return []  # without it there is nothing to book
    gains = [
        s[BESIDE] - s[BOOKED] if v == "order" else s[BOOKED] - s[BESIDE] for v, s in zip(verdicts, sums, strict=True)
    ]
    ways: list[tuple[int, tuple[int, ...]]] = [(gains[at], (at,)) for at in range(size)]
    if len(verdicts) <= _MAX_PAIRED:
        ways += [(gains[at] + gains[behind], (at, behind)) for at, behind in combinations(range(size), 2)]
    booked = tuple(at for at, verdict in enumerate(verdicts) if verdict == "order")
    ways = [way for way in ways if way[0] >= _HOPELESS and way[1] != booked]
    ways.sort(key=itemgetter(0), reverse=True)
    return [way for _, way in ways[:limit]]


def _book(
    seen: dict[Outcome, Option], taken: Taken, doubts: list[Sight], turns: int, action: str, ruled: Outcome | None
) -> None:
    together = None
    for result, draft in drafts(taken).items():
        if result not in seen:
            together = together or together_traits(taken.found)
            columns = tuple([BOOKED if segment.verdict == "order" else BESIDE for segment in taken.found])
            traits: Sight = (PLAIN_TRAITS, draft_traits(draft, taken.found, turns, result == ruled, action))
            seen[result] = Option("book", columns, [traits, together, *doubts], draft, taken.found)


def _doubts(taken: Taken) -> list[Sight]:
    return doubt_traits(taken.raised, "read") + doubt_traits(taken.looked, "look")


def sums_of(seen: Iterable[Sequence[Sight]], weights: Weights) -> list[Row]:
    """The weights of each clause by column."""
    return [added(rows_of(sights, weights)) for sights in seen]


COLUMN: Final[dict[str, int]] = {"book": BOOKED, "nothing": NOTHING, "ask": ASKED}


def likelihoods(found: Sequence[Option], sums: Sequence[Row], weights: Weights) -> list[float]:
    """How likely each option is the right one; they add up to 1."""
    scores = []
    shared: dict[int, list[int]] = {}  # of what several options are seen by
    for option in found:
        rows: list[int] = []
        for sight in option.traits:
            if id(sight) not in shared:
                shared[id(sight)] = rows_of((sight,), weights)
            rows += shared[id(sight)]
        score = sum([total[at] for total, at in zip(sums, option.columns, strict=True)])
        scores.append(score + added(rows)[COLUMN[option.kind]])
    best = max(scores)
    shares = [math.exp((score - best) / _SCALE) for score in scores]
    whole = sum(shares)
    return [share / whole for share in shares]


def signs(found: Sequence[Option], shares: Sequence[float], best: int, segments: Sequence[Segment]) -> Signs:
    """What speaks for and against trusting the likeliest reading."""
    likely = [math.log(max(share, _LEAST)) for share in shares]
    others = [value for at, value in enumerate(likely[:-2]) if at != best]
    margins = [likely[best] - max(others) if others else None, likely[best] - likely[-1], likely[best] - likely[-2]]
    return trust_traits(found[best].traits, segments, margins)


def trust(seen: Signs, weights: Trust) -> float:
    """How likely a reading is right that is about to be booked."""
    sights, measured = seen
    known = [value * weights.get(key, 0.0) for key, value in measured.items()]
    for _, keys in sights:
        known += filter(None, map(weights.get, keys))
    return trusted(known)


def trusted(signs: Iterable[float]) -> float:
    """How likely a reading is right, given the weight of each sign. (`fsum`: the same in every order.)"""
    return 1 / (1 + math.exp(-math.fsum(signs)))


def decide(first: Taken, action: str, take: Take, steps: list[str] | None = None) -> Option:
    """The way the message is taken; `steps` collects how likely each way is."""
    sums = sums_of(clauses(first.found), WEIGHTS)
    held = second.opinion_of(first.found, first.draft)
    found = options(first, action, sums, take, _MAX_TURNS, held)
    shares = likelihoods(found, sums, WEIGHTS)
    best = max(range(len(found)), key=shares.__getitem__)
    if steps is not None:
        steps += [f"{share:.2f} {option}" for share, option in zip(shares, found, strict=True)]
    if found[best].kind == "nothing":
        return found[best]
    draft = found[best].draft
    if draft is not None:
        trusted = trust(signs(found, shares, best, first.found), TRUST)
        if steps is not None:
            steps.append(f"trust {trusted:.2f}, booked from {BOOK_FROM}")
        is_certain = draft.entries.keys().isdisjoint(_guessed(first)) and not _hangs(first, draft)
        if trusted >= BOOK_FROM and is_certain:
            return found[best]
    asking = found[-1]
    share, likeliest = max(zip(shares[:-2], found, strict=False), key=lambda pair: pair[0], default=(0.0, asking))
    asking.likely = likeliest.draft if share >= OFFER_FROM else None
    return asking
