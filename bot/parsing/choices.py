"""What the second reader is asked of a message: for each item, which of the amounts it may come to, and what is seen.

Traits say what kind of thing stands where, never which goods (see `traits`): a family (what stands right behind the
name) and keys (一共). `second` adds up their weights.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, TypeAlias

from bot.parsing.draft import Draft
from bot.parsing.segments import Segment
from bot.parsing.tokens import Token
from bot.parsing.traits import BY_CLASS

KEEP, DROP, ONE, SET, ADD, SUB, SUM, SCALE, ANY = range(9)
"""Columns of the weights: ways an amount comes about, and any of them."""
_MAX_ITEMS: Final = 8
_MAX_NUMBERS: Final = 6
_FAR: Final = 99

Sight: TypeAlias = tuple[str, Collection[str]]
"""A family of traits, and what was seen of it."""


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


@dataclass(slots=True)
class _Scene:
    """The message without its blanks: tokens, the clause each is in, and how each is written in a trait."""

    tokens: list[Token]
    clause: list[int]
    words: list[str]
    named: dict[int, list[int]]
    numbers: list[int]
    whole: list[Sight]


def choices(found: Sequence[Segment], draft: Draft) -> list[Choice]:
    """One choice for each item that is named, ordered before, or booked by the first reader's `draft`."""
    scene = _scene(found)
    keys = dict.fromkeys([*scene.named, *draft.entries, *draft.prior])
    return [_choice(scene, found, draft, key) for key in list(keys)[:_MAX_ITEMS]]


def _scene(found: Sequence[Segment]) -> _Scene:
    tokens: list[Token] = []
    clause: list[int] = []
    for at, segment in enumerate(found):
        for token in segment.tokens:
            if token.kind != "space":
                tokens.append(token)
                clause.append(at)
    named: dict[int, list[int]] = {}
    for at, token in enumerate(tokens):
        for key in token.keys[:4]:
            named.setdefault(key, []).append(at)
    words = [BY_CLASS.get(token.kind) or token.word for token in tokens]
    numbers = [at for at, token in enumerate(tokens) if token.kind == "qty" and token.milli > 0][:_MAX_NUMBERS]
    unread = {
        f"<{token.word}>"[at : at + 2] for token in tokens if token.kind == "text" for at in range(len(token.word) + 1)
    }
    sizes = f"{min(len(numbers), 4)} {min(len(named), 4)}"
    return _Scene(tokens, clause, words, named, numbers, [("g", set(words)), ("x", unread), ("q", (sizes,))])


def _choice(scene: _Scene, found: Sequence[Segment], draft: Draft, key: int) -> Choice:
    had, places = draft.prior.get(key, 0), scene.named.get(key, [])
    shape = f"{min(len(places), 3)} {min(len(scene.numbers), 3)} {min(len(scene.named), 3)} {had > 0}"
    context = [*scene.whole, ("m", (shape, "before" if draft.prior else "new"))]
    if places:
        context += _around(scene, found, places[:3])
    else:
        context.append(("un", {*scene.words, ""}))
    return Choice(key, had, context, _answers(scene, found, draft, key, had, places))


def _around(scene: _Scene, found: Sequence[Segment], places: Sequence[int]) -> list[Sight]:
    """What stands before and behind the names of an item, in its clauses and in those next to them."""
    words, clause = scene.words, scene.clause
    near: dict[str, set[str]] = {family: set() for family in _FAMILIES}
    for at in places:
        here = clause[at]
        before, behind = _word(words, at - 1), _word(words, at + 1)
        near["v"].add(found[here].verdict)
        near["l"].add(before)
        near["l2"].add(_word(words, at - 2))
        near["ll"].add(f"{_word(words, at - 2)} {before}")
        near["r"].add(behind)
        near["r2"].add(_word(words, at + 2))
        near["r3"].add(_word(words, at + 3))
        near["rr"].add(f"{behind} {_word(words, at + 2)}")
        near["lr"].add(f"{before} {behind}")
        for other, (word, where) in enumerate(zip(words, clause, strict=True)):
            if where == here and other != at:
                near["cb" if other < at else "ca"].add(word)
            elif where == here + 1:
                near["n"].add(word)
            elif where == here - 1:
                near["b"].add(word)
            elif where > here:
                near["later"].add(word)
        following = [word for word, where in zip(words, clause, strict=True) if where == here + 1][:2]
        near["n2"].add(" ".join(following))
        near["at"].add(f"{at == places[-1]} {here == len(found) - 1} {here == 0}")
    return list(near.items())


_FAMILIES: Final = ("v", "l", "l2", "ll", "r", "r2", "r3", "rr", "lr", "cb", "ca", "n", "n2", "b", "later", "at")


def _word(words: Sequence[str], at: int) -> str:
    return words[at] if 0 <= at < len(words) else "<" if at < 0 else ">"


def _answers(
    scene: _Scene, found: Sequence[Segment], draft: Draft, key: int, had: int, places: Sequence[int]
) -> list[Answer]:
    """Every amount that may be meant; some come about in several ways. What the first reader came to is among them,
    but unmarked where it comes about in another way too: it is not to be copied."""
    answers = list(_own_answers(scene, found, draft, key, had, places))
    ruled = draft.current(key)
    if all(answer.amount != ruled for answer in answers):
        answers.append(Answer(ruled, SCALE, [("scale", ("ruled",))]))
    return answers


def _own_answers(
    scene: _Scene, found: Sequence[Segment], draft: Draft, key: int, had: int, places: Sequence[int]
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
        milli = scene.tokens[at].milli
        traits = _pairing(scene, found, draft, key, places, at)
        yield Answer(milli, SET, traits)
        if had:
            yield Answer(had + milli, ADD, traits)
            if had >= milli:
                yield Answer(had - milli, SUB, traits)
    yield from _sums([scene.tokens[at].milli for at in scene.numbers])


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


def _pairing(
    scene: _Scene, found: Sequence[Segment], draft: Draft, key: int, places: Sequence[int], number: int
) -> list[Sight]:
    """What speaks for the number being that of the item."""
    words, clause, token = scene.words, scene.clause, scene.tokens[number]
    unit = token.unit
    fit = "none" if not unit else "same" if unit == draft.catalogue.by_key[key].unit else "other"
    last, size = (
        number == scene.numbers[-1],
        "one" if token.milli == 1000 else "few" if token.milli < 10_000 else "many",
    )
    seen: list[Sight] = [
        ("qa", (_word(words, number - 1),)),
        ("qb", (_word(words, number + 1),)),
        ("qaa", (f"{_word(words, number - 2)} {_word(words, number - 1)}",)),
        ("qbb", (f"{_word(words, number + 1)} {_word(words, number + 2)}",)),
        ("qs", (token.sign, size, f"{last} {number == scene.numbers[0]}")),
        ("qv", (found[clause[number]].verdict,)),
        ("qu", (fit,)),
    ]
    if not places:
        return [*seen, ("d", ("away",))]

    def distance(at: int) -> int:
        return abs(at - number) + (2 if clause[at] != clause[number] else 0)

    name = min(places, key=distance)
    side = "a" if number > name else "b"
    between = scene.tokens[min(name, number) + 1 : max(name, number)]
    others = min(sum(bool(one.keys) and key not in one.keys for one in between), 2)
    counts = min(sum(one.kind == "qty" for one in between), 2)
    rival = min((distance(at) for other, ats in scene.named.items() if other != key for at in ats), default=_FAR)
    nearest = (
        "no" if rival == _FAR else "near" if rival < distance(name) else "same" if rival == distance(name) else "far"
    )
    step, apart = max(-6, min(6, number - name)), max(-2, min(2, clause[name] - clause[number]))
    flanks = [
        any(scene.tokens[at].keys and key not in scene.tokens[at].keys and clause[at] == clause[number] for at in span)
        for span in (range(number), range(number + 1, len(words)))
    ]
    seen += [
        ("d", (str(step), f"{step} {others > 0} {counts > 0}", f"{others} {counts} {side}")),
        ("ap", (f"{apart} {side}", f"{apart} {others} {counts}")),
        ("bt", {f"{side} {words[at]}" for at in range(min(name, number) + 1, max(name, number))}),
        ("rival", (nearest, f"{side} {flanks[0]} {flanks[1]} {nearest == 'near'}")),
        ("lastname", (str(name == places[-1]),)),
    ]
    return seen
