"""What the second reader is asked of a message: for each item, which of the amounts it may come to, and what is seen.

What is seen is told by `surroundings`; `second` adds up the weights.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from bot.parsing.draft import Draft
from bot.parsing.quantity import to_sale_units
from bot.parsing.segments import Segment
from bot.parsing.sums import MAX_GROUPS, counted, products, said_of, sums
from bot.parsing.surroundings import Scene, Sight, around, beside_kin, pairing, scene_of
from bot.parsing.tokens import Token
from bot.parsing.values import Item

KEEP, DROP, ONE, SET, ADD, SUB, SUM, TIMES, DOUBLE, HALF, OTHER, ANY = range(12)
"""Columns of the weights: ways an amount comes about, and any of them."""
_MAX_ITEMS: Final = 8


@dataclass(slots=True)
class Answer:
    """One amount an item may come to, the way to it (a column), and what speaks for this way."""

    amount: int
    column: int
    traits: list[Sight]


@dataclass(slots=True)
class Choice:
    """What is seen of the message (`whole`, for all its items one list) and around the names of one item (`near`), and
    the amounts it may come to."""

    key: int
    had: int
    whole: list[Sight]
    near: list[Sight]
    answers: list[Answer]

    @property
    def context(self) -> list[Sight]:
        return [*self.whole, *self.near]


@dataclass(slots=True)
class _Message:
    """What is looked at for every item: `said` are the numbers said of each, `groups` what else is counted."""

    scene: Scene
    found: Sequence[Segment]
    draft: Draft
    said: dict[int, list[int]]
    groups: list[tuple[int, str]]


def choices(found: Sequence[Segment], draft: Draft) -> list[Choice]:
    """One choice for each item that is named, ordered before, or booked by the first reader's `draft`."""
    scene = scene_of(found)
    message = _Message(scene, found, draft, said_of(scene), counted(scene))
    keys = dict.fromkeys([*scene.named, *draft.entries, *draft.prior]) or _sold_by_their_units(scene, draft)
    return [_choice(message, key) for key in list(keys)[:_MAX_ITEMS]]


def _sold_by_their_units(scene: Scene, draft: Draft) -> dict[int, None]:
    """来四盒吧 names nothing: what alone is sold by the unit of a number."""
    owners = [draft.catalogue.by_unit.get(scene.tokens[at].unit or "", ()) for at in scene.numbers]
    return dict.fromkeys([keys[0] for keys in owners if len(keys) == 1])


def _choice(message: _Message, key: int) -> Choice:
    scene, draft = message.scene, message.draft
    had, places = draft.prior.get(key, 0), scene.named.get(key, [])
    shape = f"{min(len(places), 3)} {min(len(scene.numbers), 3)} {min(len(scene.named), 3)} {had > 0}"
    near: list[Sight] = [("m", (shape, "before" if draft.prior else "new"))]
    if places:
        near += around(scene, message.found, places[:3])
        near += beside_kin(scene, draft, key, places)
    else:
        near.append(("un", {*scene.words, ""}))
    return Choice(key, had, scene.whole, near, _answers(message, key, had, places))


def _answers(message: _Message, key: int, had: int, places: Sequence[int]) -> list[Answer]:
    """Every amount that may be meant; some come about in several ways. What the first reader came to is among them,
    but unmarked where it comes about in another way too: it is not to be copied."""
    answers = list(_as_it_was(had))
    # 柿儿五花肉各来五斤 says nothing of what else was ordered.
    if places or not message.scene.named or key in message.draft.entries:
        answers += _by_numbers(message, key, had, places)
    ruled = message.draft.current(key)
    if all(answer.amount != ruled for answer in answers):
        answers.append(Answer(ruled, OTHER, [("ruled", ("",))]))
    return answers


def _as_it_was(had: int) -> Iterator[Answer]:
    """What no number has to be said for."""
    yield Answer(had, KEEP, [])
    yield Answer(1000, ONE, [])
    if had:
        yield Answer(0, DROP, [])
        yield Answer(had + 1000, ADD, [("one", ("",))])
        if had >= 1000:
            yield Answer(had - 1000, SUB, [("one", ("",))])
        yield Answer(had * 2, DOUBLE, [])
        yield Answer(had * 3, DOUBLE, [("three", ("",))])
        yield Answer(had // 2, HALF, [])


def _by_numbers(message: _Message, key: int, had: int, places: Sequence[int]) -> Iterator[Answer]:
    scene, sold = message.scene, message.draft.catalogue.by_key[key]
    paired = {at: pairing(scene, message.found, message.draft, key, places, at) for at in scene.numbers}
    for at, traits in paired.items():
        token = scene.tokens[at]
        milli = token.milli
        yield Answer(milli, SET, traits)
        if had:
            yield Answer(had + milli, ADD, traits)
            if had >= milli:
                yield Answer(had - milli, SUB, traits)
        if (converted := _converted(milli, token, sold)) is not None:
            yield Answer(converted, SET, [("conv", ("",)), *traits])
    own = message.said.get(key, [])
    for column, amounts in ((SUM, sums(scene, key, own)), (TIMES, products(scene, sold.unit, own))):
        for milli, sights in amounts:
            yield Answer(milli, column, sights)
            if had:
                yield Answer(had + milli, column, [("more", ("",)), *sights])
    yield from _by_heads(message, sold, paired)


def _by_heads(message: _Message, sold: Item, paired: Mapping[int, list[Sight]]) -> Iterator[Answer]:
    """一人一盒，九个人; 一天一袋，管四天: as many as are counted, once or as often as is said."""
    groups, scene = message.groups, message.scene
    for size, of in groups:
        yield Answer(size * 1000, TIMES, [("heads", ("one", f"one {of}", f"one {len(groups)}"))])
        for at in scene.numbers[:MAX_GROUPS]:
            times: Sight = ("heads", ("times", f"times {of}", f"times {len(groups)}"))
            token, own = scene.tokens[at], paired[at]
            yield Answer(size * token.milli, TIMES, [times, *own])
            if (converted := _converted(size * token.milli, token, sold)) is not None:
                yield Answer(converted, TIMES, [times, ("conv", ("",)), *own])


def _converted(milli: int, said: Token, sold: Item) -> int | None:
    """An amount in units of sale, where that is another figure than what was said."""
    if said.unit in ("", sold.unit):
        return None
    found = to_sale_units(milli, said.unit, sold).milli
    return found if found != milli else None
