"""When a post closes and hands out, by learned weights: what the rules say (`post_times`) is one voice among others.

Rules mended for one hand's posts hardly help with the next one's; the words around a time, its kind and its place among
the others, weighed together, do. `benchmarks/learn` finds the weights, `moments.json` holds them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from math import exp
from pathlib import Path
from typing import Final

from bot.parsing.post_moments import MOST, Moment, Value, closings, pickups, with_ruled
from bot.parsing.post_pickup import ends_before
from bot.parsing.post_seen import traits_of
from bot.parsing.post_times import PostTimes
from bot.parsing.times import SHANGHAI
from bot.parsing.values import Pickup
from bot.parsing.weighing import LANES, added

_WINDOWS: Final = "pickup_windows"
_OF_TIMES: Final = frozenset({"past_closes_at", "several_closes_at", "pickup_before_close", _WINDOWS})


@dataclass(frozen=True, slots=True)
class Weights:
    """In hundredths of a nat: of the traits of a time, packed by column; of those of a deadline and of a pickup."""

    times: Mapping[str, int]
    closing: Mapping[str, int]
    pickup: Mapping[str, int]


def weighed(text: str, now: datetime, ruled: PostTimes, weights: Weights | None = None) -> PostTimes:
    """`ruled` with the likeliest deadline and pickup of normalised `text`."""
    hits = ruled.hits[:MOST]
    if not hits:
        return ruled
    weights, now = weights or _weights(), now.astimezone(SHANGHAI)
    sums = sums_of([traits_of(text, hits, at, now.date()) for at in range(len(hits))], weights)
    closing = likeliest(with_ruled(closings(hits, now), ruled.closes_at), sums, weights.closing)
    closes = closing.value if isinstance(closing.value, datetime) else None
    handed = likeliest(with_ruled(pickups(text, hits, now, closes), ruled.pickup), sums, weights.pickup)
    pickup = handed.value if isinstance(handed.value, Pickup) else None
    if pickup is not None and pickup.part and ruled.pickup == Pickup(on=pickup.on) and _WINDOWS in ruled.doubts:
        pickup = ruled.pickup  # 明天下午、后天上午自提: which of them is asked
    if closes == ruled.closes_at and pickup == ruled.pickup:
        return ruled
    spans = ruled.pickup_spans
    if pickup != ruled.pickup:
        spans = tuple((hits[at].start, hits[at].end) for at, _ in handed.hits)
    terms = {*ruled.term_starts, *(start for start, _ in spans), *(hits[at].start for at, _ in closing.hits)}
    doubts = _doubts(ruled, closes, pickup, now, is_both=len(handed.hits) > 1 and pickup != ruled.pickup)
    return replace(
        ruled, closes_at=closes, pickup=pickup, pickup_spans=spans, term_starts=tuple(sorted(terms)), doubts=doubts
    )


def likeliest(options: Sequence[Moment], sums: Sequence[Sequence[int]], weights: Mapping[str, int]) -> Moment:
    """The first of the options that say what is likeliest; several may say the same."""
    scores = [
        sum(filter(None, map(weights.get, option.traits))) + sum(sums[at][column] for at, column in option.hits)
        for option in options
    ]
    most = max(scores)
    likely: dict[Value, float] = {}
    for option, score in zip(options, scores, strict=True):
        likely[option.value] = likely.get(option.value, 0.0) + exp((score - most) / 100)
    best = max(likely, key=likely.__getitem__)
    return next(option for option in options if option.value == best)


def sums_of(seen: Sequence[Sequence[str]], weights: Weights) -> list[tuple[int, ...]]:
    """The sums of each time's weights by column; `seen` are the traits of the times."""
    return [added([*filter(None, map(weights.times.get, traits))]) for traits in seen]


def _doubts(
    ruled: PostTimes, closes: datetime | None, pickup: Pickup | None, now: datetime, *, is_both: bool
) -> tuple[str, ...]:
    """What is to be asked of the times, now that they are others."""
    doubts = []
    if closes is not None and closes <= now:
        doubts.append("past_closes_at")
    if "several_closes_at" in ruled.doubts and closes == ruled.closes_at:
        doubts.append("several_closes_at")
    if pickup is not None and closes is not None and ends_before(pickup, closes):
        doubts.append("pickup_before_close")
    if pickup is not None and pickup.on and (is_both or (pickup == ruled.pickup and _WINDOWS in ruled.doubts)):
        doubts.append(_WINDOWS)
    return (*doubts, *(doubt for doubt in ruled.doubts if doubt not in _OF_TIMES))


def weights_of(rows: Mapping[str, Mapping[str, Sequence[int]]]) -> Weights:
    """The weights as they are looked up."""
    return Weights(
        {trait: LANES.packed(row) for trait, row in rows["times"].items()},
        {trait: row[0] for trait, row in rows["closing"].items()},
        {trait: row[0] for trait, row in rows["pickup"].items()},
    )


@cache
def _weights() -> Weights:
    return weights_of(json.loads(Path(__file__).with_name("moments.json").read_text(encoding="utf-8")))
