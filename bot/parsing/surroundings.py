"""What the second reader sees around the names and numbers of a message.

Traits say what kind of thing stands where, never which goods (see `traits`): a family (what stands right behind the
name) and keys (一共). Each place is told twice: by its word, and by the kind of word it is, which is also known of
words that stand in no annotated message. `second` adds up the weights.
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final, TypeAlias

from bot.parsing.draft import Draft
from bot.parsing.segments import Segment
from bot.parsing.tokens import Token
from bot.parsing.traits import BY_CLASS

MAX_NUMBERS: Final = 6
_FAR: Final = 99
_SIZES: Final = (1000, 1001, 5000, 10_000, 20_000)
"""Thousandths from which a number is larger: half of one, one, some, many, very many."""
_LONG_WAY: Final = 4
"""Between a name and a number, more kinds of words than these are no pattern."""

Sight: TypeAlias = tuple[str, Collection[str]]
"""A family of traits, and what was seen of it."""


@dataclass(slots=True)
class Scene:
    """The message without its blanks: tokens, the clause each is in, how each is written in a trait, and its kind.

    `starts` says where each clause begins, and the last ends; `row` and `kind_row` are words and kinds with two places
    more in front and three behind; `beside` is what was seen of numbers.
    """

    tokens: list[Token]
    clause: list[int]
    starts: list[int]
    words: list[str]
    kinds: list[str]
    row: list[str]
    kind_row: list[str]
    named: dict[int, list[int]]
    numbers: list[int]
    whole: list[Sight]
    beside: dict[int, list[Sight]] = field(default_factory=dict)


def scene_of(found: Sequence[Segment]) -> Scene:
    """The message as it is looked at for every item."""
    tokens: list[Token] = []
    clause: list[int] = []
    starts = [0]
    for at, segment in enumerate(found):
        tokens += [token for token in segment.tokens if token.kind != "space"]
        clause += [at] * (len(tokens) - starts[-1])
        starts.append(len(tokens))
    named: dict[int, list[int]] = {}
    for at, token in enumerate(tokens):
        for key in token.keys[:4]:
            named.setdefault(key, []).append(at)
    words = [BY_CLASS.get(token.kind) or token.word for token in tokens]
    kinds = [token.kind for token in tokens]
    numbers = [at for at, token in enumerate(tokens) if token.kind == "qty" and token.milli > 0][:MAX_NUMBERS]
    unread = {
        f"<{token.word}>"[at : at + 2] for token in tokens if token.kind == "text" for at in range(len(token.word) + 1)
    }
    sizes = f"{min(len(numbers), 4)} {min(len(named), 4)}"
    whole: list[Sight] = [
        ("g", set(words)),
        ("gk", set(kinds)),
        ("gkk", {f"{first} {second}" for first, second in pairwise(kinds)}),
        ("x", unread),
        ("q", (sizes,)),
    ]
    row, kind_row = ["<", "<", *words, ">", ">", ">"], ["<", "<", *kinds, ">", ">", ">"]
    return Scene(tokens, clause, starts, words, kinds, row, kind_row, named, numbers, whole)


def around(scene: Scene, found: Sequence[Segment], places: Sequence[int]) -> list[Sight]:
    """What stands before and behind the names of an item, in its clauses and in those next to them."""
    near = [_near(scene, found, at, is_last=at == places[-1]) for at in places]
    if len(near) == 1:
        return near[0]
    return [(sights[0][0], set().union(*[keys for _, keys in sights])) for sights in zip(*near, strict=True)]


def _near(scene: Scene, found: Sequence[Segment], at: int, *, is_last: bool) -> list[Sight]:
    """The same of one name."""
    words, kinds, here = scene.words, scene.kinds, scene.clause[at]
    last, starts = len(found) - 1, scene.starts
    first, end, later = starts[here], starts[here + 1], starts[min(here + 2, last + 1)]
    before = starts[here - 1] if here else first
    return [
        ("v", (found[here].verdict,)),
        *_beside(scene.row, at, ("l", "r", "ll", "rr", "lr")),
        *_beside(scene.kind_row, at, ("kl", "kr", "kll", "krr", "klr")),
        ("l2", (scene.row[at],)),
        ("r2", (scene.row[at + 4],)),
        ("r3", (scene.row[at + 5],)),
        ("cb", set(words[first:at])),
        ("ca", set(words[at + 1 : end])),
        ("kcb", set(kinds[first:at])),
        ("kca", set(kinds[at + 1 : end])),
        ("n", set(words[end:later])),
        ("kn", set(kinds[end:later])),
        ("b", set(words[before:first])),
        ("kb", set(kinds[before:first])),
        ("later", set(words[later:])),
        ("n2", (" ".join(words[end:later][:2]),)),
        ("at", (f"{is_last} {here == last} {here == 0}",)),
    ]


def _beside(row: Sequence[str], at: int, families: Sequence[str]) -> Iterator[Sight]:
    """One and two places before and behind, and both sides together; `row` has two places more in front."""
    earlier, before, _, behind, later = row[at : at + 5]
    seen = (before, behind, f"{earlier} {before}", f"{behind} {later}", f"{before} {behind}")
    return zip(families, [(key,) for key in seen], strict=False)


def beside_kin(scene: Scene, draft: Draft, key: int, places: Sequence[int]) -> list[Sight]:
    """What leads from one kind of goods to another of the same family: 大盒两盒 改小盒两盒."""
    own = set(draft.catalogue.by_key[key].name)
    seen: dict[str, set[str]] = {}
    for other, ats in scene.named.items():
        if other == key or len(own & set(draft.catalogue.by_key[other].name)) < _ALIKE:
            continue
        for at in ats:
            before = max((place for place in places if place < at), default=None)
            behind = min((place for place in places if place > at), default=None)
            for side, span in (("f", _between(before, at)), ("b", _between(at, behind))):
                if span is not None and len(span) <= _KIN_APART:
                    seen.setdefault(f"kin{side}", set()).update(scene.words[span.start : span.stop])
                    seen.setdefault(f"kink{side}", set()).update(scene.kinds[span.start : span.stop])
                    counts = scene.kinds[span.start : span.stop].count("qty")
                    seen.setdefault("kin", set()).add(f"{side} {counts}")
    return list(seen.items())


_ALIKE: Final = 2
"""Goods of one family share so many characters of their names."""
_KIN_APART: Final = 8


def _between(first: int | None, second: int | None) -> range | None:
    return range(first + 1, second) if first is not None and second is not None else None


def pairing(
    scene: Scene, found: Sequence[Segment], draft: Draft, key: int, places: Sequence[int], number: int
) -> list[Sight]:
    """What speaks for the number being that of the item."""
    words, kinds, clause = scene.words, scene.kinds, scene.clause
    seen = _of_number(scene, found, draft, key, number)
    if not places:
        return [*seen, ("d", ("away",))]

    def distance(at: int) -> int:
        return abs(at - number) + (2 if clause[at] != clause[number] else 0)

    name = min(places, key=distance)
    side = "a" if number > name else "b"
    span = range(min(name, number) + 1, max(name, number))
    others = min(sum(bool(scene.tokens[at].keys) and key not in scene.tokens[at].keys for at in span), 2)
    counts = min(sum(kinds[at] == "qty" for at in span), 2)
    rival = min((distance(at) for other, ats in scene.named.items() if other != key for at in ats), default=_FAR)
    nearest = (
        "no" if rival == _FAR else "near" if rival < distance(name) else "same" if rival == distance(name) else "far"
    )
    step, apart = max(-6, min(6, number - name)), max(-2, min(2, clause[name] - clause[number]))
    start, end = scene.starts[clause[number]], scene.starts[clause[number] + 1]
    in_front, behind = (
        any(token.keys and key not in token.keys for token in scene.tokens[first:stop])
        for first, stop in ((start, number), (number + 1, end))
    )
    flanks = f"{in_front} {behind}"
    seen += [
        ("d", (str(step), f"{step} {others > 0} {counts > 0}", f"{others} {counts} {side}")),
        ("ap", (f"{apart} {side}", f"{apart} {others} {counts}")),
        ("bt", {f"{side} {words[at]}" for at in span}),
        ("kbt", {f"{side} {kinds[at]}" for at in span}),
        ("rival", (nearest, f"{side} {flanks} {nearest == 'near'}")),
        ("lastname", (str(name == places[-1]),)),
    ]
    if len(span) <= _LONG_WAY:
        seen.append(("kpath", (f"{side} {' '.join(kinds[at] for at in span)}",)))
    return seen


def _of_number(scene: Scene, found: Sequence[Segment], draft: Draft, key: int, number: int) -> list[Sight]:
    """What stands beside a number, and what it is beside the unit of the item and what was ordered."""
    token, had = scene.tokens[number], draft.prior.get(key, 0)
    milli = token.milli
    before = "none" if not had else "same" if milli == had else "less" if milli < had else "more"
    if number not in scene.beside:
        scene.beside[number] = _beside_number(scene, found, number)
    return [
        *scene.beside[number],
        ("qu", (fit(token.unit, draft.catalogue.by_key[key].unit),)),
        ("qh", (before, f"all {sum(draft.prior.values()) == milli}")),
    ]


def _beside_number(scene: Scene, found: Sequence[Segment], number: int) -> list[Sight]:
    """What is seen of a number whatever item it is of."""
    token = scene.tokens[number]
    milli = token.milli
    size = "one" if milli == 1000 else "few" if milli < 10_000 else "many"
    large = f"{bisect(_SIZES, milli)} {milli % 1000 > 0}"
    return [
        *_beside(scene.row, number, ("qa", "qb", "qaa", "qbb")),
        *_beside(scene.kind_row, number, ("kqa", "kqb", "kqaa", "kqbb")),
        ("qs", (token.sign, size, f"{number == scene.numbers[-1]} {number == scene.numbers[0]}")),
        ("qv", (found[scene.clause[number]].verdict,)),
        ("sz", (large, f"{large} {token.value}", f"unit {token.unit}")),
    ]


def fit(unit: str | None, sold: str) -> str:
    """How the unit of a number goes with the one an item is sold by."""
    return "none" if not unit else "same" if unit == sold else "other"
