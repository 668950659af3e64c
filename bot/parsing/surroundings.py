"""What the second reader sees around the names and numbers of a message.

Traits say what kind of thing stands where, never which goods (see `traits`): a family (what stands right behind the
name) and keys (一共). Each place is told twice: by its word, and by the kind of word it is, which is also known of
words that stand in no annotated message. `second` adds up the weights.
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Collection, Sequence
from dataclasses import dataclass
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
    """The message without its blanks: tokens, the clause each is in, how each is written in a trait, and its kind."""

    tokens: list[Token]
    clause: list[int]
    words: list[str]
    kinds: list[str]
    named: dict[int, list[int]]
    numbers: list[int]
    whole: list[Sight]


def scene_of(found: Sequence[Segment]) -> Scene:
    """The message as it is looked at for every item."""
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
    return Scene(tokens, clause, words, kinds, named, numbers, whole)


def around(scene: Scene, found: Sequence[Segment], places: Sequence[int]) -> list[Sight]:
    """What stands before and behind the names of an item, in its clauses and in those next to them."""
    clause = scene.clause
    near: dict[str, set[str]] = {family: set() for family in _FAMILIES}
    for at in places:
        here = clause[at]
        near["v"].add(found[here].verdict)
        _beside(scene.words, at, near, ("l", "r", "ll", "rr", "lr"))
        _beside(scene.kinds, at, near, ("kl", "kr", "kll", "krr", "klr"))
        near["l2"].add(_at(scene.words, at - 2))
        near["r2"].add(_at(scene.words, at + 2))
        near["r3"].add(_at(scene.words, at + 3))
        _in_clauses(scene, at, near)
        following = [word for word, where in zip(scene.words, clause, strict=True) if where == here + 1][:2]
        near["n2"].add(" ".join(following))
        near["at"].add(f"{at == places[-1]} {here == len(found) - 1} {here == 0}")
    return list(near.items())


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


_FAMILIES: Final = (
    "v l r ll rr lr l2 r2 r3 kl kr kll krr klr cb ca n b later kcb kca kn kb n2 at".split()
)  # fmt: skip


def _beside(row: Sequence[str], at: int, near: dict[str, set[str]], families: Sequence[str]) -> None:
    """One and two places before and behind, and both sides together."""
    before, behind = _at(row, at - 1), _at(row, at + 1)
    seen = (before, behind, f"{_at(row, at - 2)} {before}", f"{behind} {_at(row, at + 2)}", f"{before} {behind}")
    for family, key in zip(families, seen, strict=True):
        near[family].add(key)


def _in_clauses(scene: Scene, at: int, near: dict[str, set[str]]) -> None:
    """In the clause of the name (before and behind it), in the next, in the one before, and later on."""
    here = scene.clause[at]
    for other, (word, kind, where) in enumerate(zip(scene.words, scene.kinds, scene.clause, strict=True)):
        if where == here:
            if other != at:
                near["cb" if other < at else "ca"].add(word)
                near["kcb" if other < at else "kca"].add(kind)
        elif where == here + 1:
            near["n"].add(word)
            near["kn"].add(kind)
        elif where == here - 1:
            near["b"].add(word)
            near["kb"].add(kind)
        elif where > here:
            near["later"].add(word)


def _at(row: Sequence[str], at: int) -> str:
    return row[at] if 0 <= at < len(row) else "<" if at < 0 else ">"


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
    beside = [
        at
        for at, token in enumerate(scene.tokens)
        if token.keys and key not in token.keys and clause[at] == clause[number]
    ]
    flanks = f"{any(at < number for at in beside)} {any(at > number for at in beside)}"
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
    words, kinds, token = scene.words, scene.kinds, scene.tokens[number]
    unit, milli, had = token.unit, token.milli, draft.prior.get(key, 0)
    size = "one" if milli == 1000 else "few" if milli < 10_000 else "many"
    large = f"{bisect(_SIZES, milli)} {milli % 1000 > 0}"
    before = "none" if not had else "same" if milli == had else "less" if milli < had else "more"
    return [
        ("qa", (_at(words, number - 1),)),
        ("qb", (_at(words, number + 1),)),
        ("qaa", (f"{_at(words, number - 2)} {_at(words, number - 1)}",)),
        ("qbb", (f"{_at(words, number + 1)} {_at(words, number + 2)}",)),
        ("kqa", (_at(kinds, number - 1),)),
        ("kqb", (_at(kinds, number + 1),)),
        ("kqaa", (f"{_at(kinds, number - 2)} {_at(kinds, number - 1)}",)),
        ("kqbb", (f"{_at(kinds, number + 1)} {_at(kinds, number + 2)}",)),
        ("qs", (token.sign, size, f"{number == scene.numbers[-1]} {number == scene.numbers[0]}")),
        ("qv", (found[scene.clause[number]].verdict,)),
        ("qu", (fit(unit, draft.catalogue.by_key[key].unit),)),
        ("qh", (before, f"all {sum(draft.prior.values()) == milli}")),
        ("sz", (large, f"{large} {token.value}", f"unit {unit}")),
    ]


def fit(unit: str | None, sold: str) -> str:
    """How the unit of a number goes with the one an item is sold by."""
    return "none" if not unit else "same" if unit == sold else "other"
