"""What the second reader is asked of a message: for each item, which of the amounts it may come to, and what is seen.

What is seen is told by `surroundings`; `second` adds up the weights.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from bot.parsing.draft import Draft
from bot.parsing.numerals import chinese_value
from bot.parsing.quantity import to_sale_units
from bot.parsing.segments import Segment
from bot.parsing.surroundings import Scene, Sight, around, pairing, scene_of

KEEP, DROP, ONE, SET, ADD, SUB, SUM, SCALE, ANY = range(9)
"""Columns of the weights: ways an amount comes about, and any of them."""
_MAX_ITEMS: Final = 8
_MAX_GROUPS: Final = 3
"""Groups of people whose heads are counted, and numbers they are multiplied with."""


@dataclass(slots=True)
class Answer:
    """One amount an item may come to, the way to it (a column), and what speaks for this way."""

    amount: int
    column: int
    traits: list[Sight]


@dataclass(slots=True)
class Choice:
    """What is seen around the names of one item, and the amounts it may come to."""

    key: int
    had: int
    context: list[Sight]
    answers: list[Answer]


def choices(found: Sequence[Segment], draft: Draft) -> list[Choice]:
    """One choice for each item that is named, ordered before, or booked by the first reader's `draft`."""
    scene = scene_of(found)
    keys = dict.fromkeys([*scene.named, *draft.entries, *draft.prior])
    return [_choice(scene, found, draft, key) for key in list(keys)[:_MAX_ITEMS]]


def _choice(scene: Scene, found: Sequence[Segment], draft: Draft, key: int) -> Choice:
    had, places = draft.prior.get(key, 0), scene.named.get(key, [])
    shape = f"{min(len(places), 3)} {min(len(scene.numbers), 3)} {min(len(scene.named), 3)} {had > 0}"
    context = [*scene.whole, ("m", (shape, "before" if draft.prior else "new"))]
    if places:
        context += around(scene, found, places[:3])
    else:
        context.append(("un", {*scene.words, ""}))
    return Choice(key, had, context, _answers(scene, found, draft, key, had, places))


def _answers(
    scene: Scene, found: Sequence[Segment], draft: Draft, key: int, had: int, places: Sequence[int]
) -> list[Answer]:
    """Every amount that may be meant; some come about in several ways. What the first reader came to is among them,
    but unmarked where it comes about in another way too: it is not to be copied."""
    answers = list(_own_answers(scene, found, draft, key, had, places))
    ruled = draft.current(key)
    if all(answer.amount != ruled for answer in answers):
        answers.append(Answer(ruled, SCALE, [("scale", ("ruled",))]))
    return answers


def _own_answers(
    scene: Scene, found: Sequence[Segment], draft: Draft, key: int, had: int, places: Sequence[int]
) -> Iterator[Answer]:
    yield Answer(had, KEEP, [])
    yield Answer(1000, ONE, [])
    if had:
        yield Answer(0, DROP, [])
        yield Answer(had + 1000, ADD, [("one", ("",))])
        if had >= 1000:
            yield Answer(had - 1000, SUB, [("one", ("",))])
        yield from (Answer(had * up // down, SCALE, [("scale", (f"{up}/{down}",))]) for up, down in _FACTORS)
    for at in scene.numbers:
        token = scene.tokens[at]
        milli = token.milli
        traits = pairing(scene, found, draft, key, places, at)
        yield Answer(milli, SET, traits)
        if had:
            yield Answer(had + milli, ADD, traits)
            if had >= milli:
                yield Answer(had - milli, SUB, traits)
        sold = draft.catalogue.by_key[key]
        if token.unit not in ("", sold.unit):
            converted = to_sale_units(milli, token.unit, sold).milli
            if converted is not None and converted != milli:
                yield Answer(converted, SET, [("conv", ("",)), *traits])
    yield from _sums([scene.tokens[at].milli for at in scene.numbers])
    yield from _by_heads(scene, found, draft, key, places)


_FACTORS: Final = ((1, 2), (2, 1), (3, 1))


def _sums(numbers: Sequence[int]) -> Iterator[Answer]:
    """两盒 …… 我妈也要一盒: amounts that several numbers make together."""
    if len(numbers) < 2:
        return
    size = str(len(numbers))
    yield Answer(sum(numbers), SUM, [("sum", ("all", f"all {size}"))])
    yield Answer(sum(numbers) + 1000, SUM, [("sum", ("all and one", f"all and one {size}"))])
    for first, second in pairwise(numbers):
        yield Answer(first + second, SUM, [("sum", ("two", f"two {size}"))])
        if first * second % 1000 == 0:
            yield Answer(first * second // 1000, SUM, [("sum", ("times", f"times {size}"))])
        if first > second:
            yield Answer(first - second, SUM, [("sum", ("less", f"less {size}"))])


def _by_heads(
    scene: Scene, found: Sequence[Segment], draft: Draft, key: int, places: Sequence[int]
) -> Iterator[Answer]:
    """一人一盒，九个人: as many as there are heads, once or as often as is said."""
    groups = [heads for token in scene.tokens if token.kind == "people" if (heads := _heads(token.word)) > 1]
    for heads in groups[:_MAX_GROUPS]:
        yield Answer(heads * 1000, SUM, [("heads", ("one", f"one {len(groups)}"))])
        for at in scene.numbers[:_MAX_GROUPS]:
            times: Sight = ("heads", ("times", f"times {len(groups)}"))
            own = pairing(scene, found, draft, key, places, at)
            yield Answer(heads * scene.tokens[at].milli, SUM, [times, *own])


def _heads(words: str) -> int:
    """How many people 九个人 are; 0 where no number says so."""
    match = _HEADS.search(words)
    return chinese_value(match[0]) or 0 if match else 0


_HEADS: Final = re.compile(r"\d{1,3}|[一二两三四五六七八九十百]+")
