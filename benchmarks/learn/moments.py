"""Learns the weights of `bot.parsing.post_weighed`: which of all that its times may say are a post's deadline and its
pickup.

The rules have been mended for these very posts. How far they can be trusted is learned from what they made of each
list before it was mended (`post_first_readings.jsonl`). Then today's readings that would be lost are learned from as
well, in a few rounds: what has been mended stays mended, and is not taken for proof that the rules are right of the
next list. Held-out lists are read with their first readings.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final, TypeAlias

import numpy as np

from benchmarks.learn.loglinear import Recipe, learned, places, sample, vocabulary
from bot.parsing.post import headline_end, times_text
from bot.parsing.post_moments import MOST, Moment, Value, closings, pickups, with_ruled
from bot.parsing.post_seen import traits_of
from bot.parsing.post_times import read_post_times
from bot.parsing.post_weighed import Weights, likeliest, sums_of, weights_of
from bot.parsing.times import SHANGHAI, TimeHit
from bot.parsing.values import Pickup
from bot.parsing.weighing import LANES
from tests.parsing.shapes import Row, rows_of

Ruled: TypeAlias = tuple[datetime | None, Pickup | None]
"""Deadline and pickup as the rules have them."""
Rows: TypeAlias = dict[str, dict[str, tuple[int, ...]]]
RECIPE: Final = Recipe(epochs=20, rate=0.1, decay=0.1, left_out=0.2)
SEEN_AT_LEAST: Final = 4
"""Traits that occur less often are not learned: there are few posts."""
GROUPS: Final = 5
"""Groups of hands whose posts are held out one after the other."""
ROUNDS: Final = 3
AGAIN: Final = 2
"""How often a reading that would be lost is shown again in each round."""
LARGEST: Final = 500
SMALLEST: Final = 5
"""Weights in hundredths: at most, and rows that are kept."""
_SAME_HAND: Final = {"list9": "list8", "list18": "list17", "list20": "list19"}
"""Lists that are held out together (one of strangers who wrote two of them)."""
FIRST: Final = "post_first_readings.jsonl"
_FILES: Final = ("posts.jsonl", "posts_unseen.jsonl", "post_times.jsonl")


@dataclass(slots=True)
class Post:
    """A post with its times, their traits, what is true of it and what the rules said of it before they were mended."""

    source: str
    hand: str
    text: str
    now: datetime
    hits: Sequence[TimeHit]
    seen: list[list[str]]
    closes: datetime | None
    pickup: Pickup | None
    first: Ruled | None
    today: Ruled

    def closings(self, ruled: Ruled) -> list[Moment]:
        """What may be its deadline."""
        return with_ruled(closings(self.hits, self.now), ruled[0])

    def pickups(self, closes: datetime | None, ruled: Ruled) -> list[Moment]:
        """What may be its pickup when it closes at `closes`."""
        return with_ruled(pickups(self.text, self.hits, self.now, closes), ruled[1])


@dataclass(frozen=True, slots=True)
class Read:
    """Whether deadline and pickup are right, by the weights and by the rules as they were."""

    closes: bool
    pickup: bool
    ruled_closes: bool
    ruled_pickup: bool


def posts() -> list[Post]:
    """All annotated posts."""
    first = {row["id"]: (_instant(row["closes_at"]), _pickup(row["pickup"])) for row in rows_of(FIRST)}
    rows = [*(row for name in _FILES for row in rows_of(name)), *rows_of("public.jsonl", "post")]
    return [_post(row, first.get(row["id"])) for row in rows]


def _post(row: Row, first: Ruled | None) -> Post:
    now = datetime.fromisoformat(row["now"]).astimezone(SHANGHAI)
    text = times_text(row["text"])
    ruled = read_post_times(text, now, headline_end(text))
    hits = ruled.hits[:MOST]
    seen = [traits_of(text, hits, at, now.date()) for at in range(len(hits))]
    truth = row.get("expect", row)
    pickup = _pickup(truth.get("pickup_at_or_window", truth.get("pickup")))
    source = row["id"].partition("-")[0]
    return Post(
        source, _SAME_HAND.get(source, source), text, now, hits, seen, _instant(truth.get("closes_at")), pickup, first,
        (ruled.closes_at, ruled.pickup),
    )  # fmt: skip


def _instant(written: str | None) -> datetime | None:
    return None if written is None else datetime.fromisoformat(written).astimezone(SHANGHAI)


def _pickup(shape: Any) -> Pickup | None:
    """What `pickup_shape` made of a pickup, as a pickup."""
    if shape is None or isinstance(shape, str):
        return None if shape is None else Pickup(at=_instant(shape))
    if "date" in shape:
        return Pickup(on=datetime.fromisoformat(shape["date"]).date(), part=shape.get("part"))
    return Pickup(start=_instant(shape.get("start")), end=_instant(shape.get("end")))


def learn_moments(found: Sequence[Post]) -> Rows:
    """Weights by trait, in hundredths: of times, of deadlines, of pickups."""
    shown = [(post, post.first or post.today) for post in found]
    rows = _rows_of(shown)
    for _ in range(ROUNDS):
        weights = weights_of(rows)
        lost = [post for post in found if read(post, post.today, weights) != (post.closes, post.pickup)]
        if not lost:
            break
        shown += [(post, post.today) for post in lost] * AGAIN
        rows = _rows_of(shown)
    return rows


def _rows_of(shown: Sequence[tuple[Post, Ruled]]) -> Rows:
    closing = _learned([_traits(post, post.closings(ruled), post.closes) for post, ruled in shown])
    handed = _learned([_traits(post, post.pickups(post.closes, ruled), post.pickup) for post, ruled in shown])
    rows: Rows = {"times": {}, "closing": {}, "pickup": {}}
    for place, weights in (("closing", closing), ("pickup", handed)):
        rows[place] = {trait[1:]: (weight,) for trait, weight in weights.items() if trait[0] == "|"}
    by_column = {name: weight for name, weight in (closing | handed).items() if name[0] != "|"}
    for trait in sorted({name.partition("|")[2] for name in by_column}):
        rows["times"][trait] = tuple(by_column.get(f"{column}|{trait}", 0) for column in range(LANES.count))
    return rows


_Options: TypeAlias = tuple[list[set[str]], list[bool]]


def _traits(post: Post, options: Sequence[Moment], truth: Value) -> _Options:
    """The names of the weights of each option, and which options are right."""
    found = [
        {f"|{trait}" for trait in option.traits}
        | {f"{column}|{trait}" for at, column in option.hits for trait in post.seen[at]}
        for option in options
    ]
    return found, [option.value == truth for option in options]


def _learned(found: Sequence[_Options]) -> dict[str, int]:
    known = vocabulary(Counter(name for options, _ in found for name in set().union(*options)), SEEN_AT_LEAST)
    samples = [sample([places(one, known, 1) for one in options], right) for options, right in found if any(right)]
    weights = np.clip(np.rint(learned(samples, len(known), RECIPE) * 100).astype(int), -LARGEST, LARGEST)
    return {name: int(weights[at]) for name, at in known.items() if abs(weights[at]) >= SMALLEST}


def read(post: Post, ruled: Ruled, weights: Weights) -> Ruled:
    """Deadline and pickup of a post, as `post_weighed` finds them beside those of the rules."""
    sums = sums_of(post.seen, weights)
    closing = likeliest(post.closings(ruled), sums, weights.closing).value
    closes = closing if isinstance(closing, datetime) else None
    handed = likeliest(post.pickups(closes, ruled), sums, weights.pickup).value
    return closes, handed if isinstance(handed, Pickup) else None


def held_out(found: Sequence[Post]) -> Iterable[tuple[Post, Read]]:
    """The posts of which it is known what the rules made of them before they were mended, each read by weights that
    never saw a post by its hand."""
    hands = sorted({post.hand for post in found if post.first is not None})
    for group in (hands[at::GROUPS] for at in range(GROUPS)):
        weights = weights_of(learn_moments([post for post in found if post.hand not in group]))
        for post in found:
            if post.hand in group and post.first is not None:
                closes, pickup = read(post, post.first, weights)
                right = closes == post.closes, pickup == post.pickup
                yield post, Read(*right, post.first[0] == post.closes, post.first[1] == post.pickup)


def right_of(one: Read) -> list[str]:
    """The names of what is right."""
    return [name for name, is_right in asdict(one).items() if is_right]
