"""A second reader, learned and blind to the first: for each item, how likely each amount is, by the words around it.

The rules build one meaning for the whole message; where they misread a turn of phrase they are as sure of themselves as
ever. This reader knows no grammar: for each item it lists the amounts that may be meant (`choices`: as before, none,
one, each number that is said, sums) and adds up the weights of what stands around the name and the number. It errs
elsewhere than the rules do: `judge` takes its opinion as a sign for or against every reading, and its own reading as
one more. `benchmarks/learn` finds the weights, `second.json` holds them.
"""

from __future__ import annotations

import json
import math
from bisect import bisect
from collections.abc import Iterator, Mapping, Sequence
from heapq import heappop, heappush
from itertools import islice
from operator import itemgetter
from pathlib import Path
from typing import Final, TypeAlias

from bot.parsing.candidates import Outcome
from bot.parsing.choices import ANY, Choice, choices
from bot.parsing.draft import Draft, Entry
from bot.parsing.packing import Lanes
from bot.parsing.segments import Segment
from bot.parsing.surroundings import Sight
from bot.parsing.traits import Key

Row: TypeAlias = Sequence[int]
"""A trait's weights by column, in hundredths of a nat: whole numbers, so that sums do not hang on the order."""
Weights: TypeAlias = Mapping[str, Mapping[str, int]]
"""Family -> key -> its row, packed into one number."""
Opinion: TypeAlias = dict[int, dict[int, float]]
"""Item key -> thousandths a person would have after the message -> how likely that is."""

_SCALE: Final = 100.0
_LEAST: Final = 1e-4
"""How likely an amount counts that the second reader does not think of."""
_LANES: Final = Lanes(ANY + 1, 20)
_NONE: Final[Row] = (0,) * (ANY + 1)


def opinion_of(found: Sequence[Segment], draft: Draft) -> Opinion:
    """What the second reader thinks of a message; `draft` is what the rules make of it."""
    return opinion(choices(found, draft), WEIGHTS)


def opinion(asked: Sequence[Choice], weights: Weights) -> Opinion:
    """How likely each amount of each item is."""
    found: Opinion = {}
    message = _rows(asked[0].whole, weights) if asked else []
    for choice in asked:
        base = _LANES.added(message + _rows(choice.near, weights))
        scores, seen, own = [], None, _NONE
        for answer in choice.answers:
            if answer.traits is not seen:  # set, add and take off by one number are seen alike
                seen, own = answer.traits, _added(answer.traits, weights)
            scores.append((base[answer.column] + own[answer.column] + own[ANY]) / _SCALE)
        best = max(scores)
        parts = [math.exp(score - best) for score in scores]
        whole = sum(parts)
        shares: dict[int, float] = {}
        for answer, part in zip(choice.answers, parts, strict=True):
            shares[answer.amount] = shares.get(answer.amount, 0.0) + part / whole
        found[choice.key] = shares
    return found


def tables(rows: Mapping[str, Mapping[str, Row]]) -> Weights:
    """The weights of traits, given by family and key, as they are looked up."""
    return {family: {key: _LANES.packed(row) for key, row in table.items()} for family, table in rows.items()}


def _added(sights: Sequence[Sight], weights: Weights) -> Row:
    rows = _rows(sights, weights)
    return _LANES.added(rows) if rows else _NONE


def _rows(sights: Sequence[Sight], weights: Weights) -> list[int]:
    rows: list[int] = []
    for family, keys in sights:
        if table := weights.get(family):
            rows += filter(None, map(table.get, keys))
    return rows


def likelihood(held: Opinion, result: Outcome, prior: Mapping[int, int]) -> tuple[float, float]:
    """How likely a reading is as a whole, and how likely the least likely of its amounts is."""
    has, whole, least = dict(result), 1.0, 1.0
    for key, shares in held.items():
        share = max(shares.get(has.get(key, 0), 0.0), _LEAST)
        whole, least = whole * share, min(least, share)
    for key in (has.keys() | prior.keys()) - held.keys():
        if has.get(key, 0) != prior.get(key, 0):
            whole, least = whole * _LEAST, _LEAST
    return whole, least


_MOST: Final = 4
"""So many readings of the second reader are weighed,"""
_UNLIKELY: Final = 0.02
"""and behind the first none that is less likely than this."""


def drafts_of(held: Opinion, first: Draft) -> Iterator[Draft]:
    """The likeliest amounts of all items together, as readings, the likeliest first."""
    for amounts in islice(_together(held), _MOST):
        changed = {key: amount for key, amount in amounts.items() if amount != first.prior.get(key, 0)}
        if changed:
            entries = {
                key: Entry("set" if amount else "drop", amount, bool(first.prior)) for key, amount in changed.items()
            }
            yield first.without_doubts(entries, cancels_all=False)


def _together(held: Opinion) -> Iterator[dict[int, int]]:
    """An amount for each item, the likeliest choice first."""
    ranked = [(key, sorted(shares.items(), key=itemgetter(1), reverse=True)) for key, shares in held.items()]
    start = (0,) * len(ranked)
    line = [(-math.prod(amounts[0][1] for _, amounts in ranked), start)]
    seen = {start}
    while line:
        share, places = heappop(line)
        if -share < _UNLIKELY and places != start:
            return
        yield {key: amounts[at][0] for (key, amounts), at in zip(ranked, places, strict=True)}
        for at, (place, (_, amounts)) in enumerate(zip(places, ranked, strict=True)):
            later = (*places[:at], place + 1, *places[at + 1 :])
            if place + 1 < len(amounts) and later not in seen:
                seen.add(later)
                heappush(line, (share * amounts[place + 1][1] / amounts[place][1], later))


_STEPS: Final = (0.001, 0.01, 0.05, 0.2, 0.4, 0.6, 0.8, 0.9, 0.95, 0.98, 0.99)
_REACHED: Final[dict[str, list[frozenset[Key]]]] = {
    name: [frozenset([(name,), *((name, str(step)) for step in _STEPS[:size])]) for size in range(len(_STEPS) + 1)]
    for name in ("z", "zm")
}
"""What is seen where so many of the steps are reached."""


def opinion_traits(held: Opinion, result: Outcome, prior: Mapping[int, int]) -> frozenset[Key]:
    """How likely a reading is to the second reader, as steps that are reached."""
    whole, least = likelihood(held, result, prior)
    return _REACHED["z"][bisect(_STEPS, whole)] | _REACHED["zm"][bisect(_STEPS, least)]


def _load() -> Weights:
    return tables(json.loads(Path(__file__).with_name("second.json").read_text(encoding="utf-8")))


WEIGHTS: Final = _load()
