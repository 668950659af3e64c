"""What is seen of a clause and of a reading when it is judged: short strings, each with its weights.

A trait says what kind of thing stands there, never which goods: items, numbers, rooms and names are written as their
class, everything else as it is. `judge` adds up the weights of the traits; `benchmarks/learn.py` finds them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

from bot.parsing.draft import Draft
from bot.parsing.segments import Segment
from bot.parsing.tokens import Token
from bot.parsing.values import Doubt

_BY_CLASS: Final = {
    "item": "I", "goods": "G", "qty": "Q", "room": "R", "phone": "P", "price": "M", "number": "N", "time": "T",
    "people": "H", "locker": "L", "pair": "D", "name": "W",
}  # fmt: skip
"""Kinds whose words say nothing about the way of talking."""
_MAX_UNREAD: Final = 6
_SHORT: Final = 8
_COARSE: Final = 2
"""Blanks in a trait of a doubt that says its kind and no more."""


def clause_traits(segment: Segment, place: str) -> set[str]:
    """What is seen of one clause. `place` is first, mid, last or only."""
    kinds = segment.kinds
    shape = ("Q" if "qty" in kinds else "-") + ("I" if "item" in kinds else "G" if "goods" in kinds else "-")
    solid = [token for token in segment.tokens if token.kind != "space"]
    found = {
        f"v {segment.verdict}",
        f"v {segment.verdict} {shape}",
        f"v {segment.verdict} {segment.lead}",
        f"p {place} {shape}",
        f"? {segment.asked} {shape}",
        f"u {_unread(segment)} {shape}",
    }
    for kind in kinds:
        found.add(f"k {kind} {shape}")
        found.add(f"k {kind} v {segment.verdict}")
    found.update(_word_traits(solid))
    found.update(_spelling_traits(segment.tokens))
    return found


def _word_traits(solid: Sequence[Token]) -> Iterator[str]:
    words = ["<", *(_BY_CLASS.get(token.kind) or token.word for token in solid), ">"]
    kinds = ["<", *(token.kind for token in solid), ">"]
    yield from (f"w {word}" for word in words)
    yield from (f"w {first} {second}" for first, second in pairwise(words))
    yield from (f"c {first} {second}" for first, second in pairwise(kinds))
    yield from (f"c {a} {b} {c}" for a, b, c in zip(kinds, kinds[1:], kinds[2:], strict=False))


def _spelling_traits(tokens: Sequence[Token]) -> Iterator[str]:
    text = "<" + "".join(_BY_CLASS.get(token.kind) or token.word for token in tokens) + ">"
    yield from (f"1 {char}" for char in text)
    yield from (f"2 {first}{second}" for first, second in pairwise(text))


def draft_traits(draft: Draft, found: Sequence[Segment], turned: int, agrees: bool, action: str) -> set[str]:
    """What is seen of a reading: how it changes what there was, what of the message it leaves unused, how many clauses
    were turned round for it, and whether the rules came to the same (`agrees`, and the rules' own `action`)."""
    prior = draft.prior
    seen = {
        f"n {min(len(draft.entries), 4)}", f"t {turned}", f"r {action} {agrees}", f"r {action} {agrees} t {turned}",
        f"b {bool(prior)}",
    }  # fmt: skip
    if draft.cancels_all:
        seen.add("o all")
    for key, entry in draft.entries.items():
        had, has = prior.get(key, 0), draft.current(key)
        seen.add(f"o {entry.op} " + ("new" if not had else "same" if had == has else "less" if has < had else "more"))
        if entry.milli >= 10_000:
            seen.add("o many")
        if entry.milli % 1000:
            seen.add("o part")
    seen.update(_use_traits(draft, found))
    seen.update(f"s {first.verdict} {second.verdict}" for first, second in pairwise(found))
    return seen


def _use_traits(draft: Draft, found: Sequence[Segment]) -> Iterator[str]:
    """How much of what was said is used: goods nobody gets, numbers that count nothing, amounts nobody said."""
    for where, tokens in (
        ("in", [token for segment in found if segment.verdict == "order" for token in segment.tokens]),
        ("out", [token for segment in found if segment.verdict != "order" for token in segment.tokens]),
    ):
        named = {token.keys[0] for token in tokens if token.kind == "item" and len(token.keys) == 1}
        numbers = [token.milli for token in tokens if token.kind == "qty"]
        yield f"g {where} {min(len(named - set(draft.entries)), 3)}"
        yield f"m {where} {min(len(numbers), 4)} {min(len(draft.entries), 4)}"
        if where == "in":
            booked = [entry.milli for entry in draft.entries.values() if entry.op != "drop"]
            yield f"m lost {min(sum(number not in booked for number in numbers), 3)}"
            yield f"m unsaid {min(sum(milli not in numbers and milli != 1000 for milli in booked), 3)}"
            yield f"m one {min(sum(milli not in numbers and milli == 1000 for milli in booked), 3)}"
            people = sum(token.kind in ("person", "name", "people") for token in tokens)
            yield f"h {min(people, 3)} {min(len(numbers), 4)} {min(len(booked), 4)}"


def doubt_traits(doubts: Sequence[Doubt], source: str) -> set[str]:
    """What is seen of doubts; `source` is read (while reading) or look (by the last look)."""
    found = {f"d {source} {min(len(doubts), 3)}"}
    for doubt in doubts:
        start = f"d {source} {doubt.reason}"
        size = len(doubt.fragment)
        found.update((start, f"{start} {min(size, _SHORT)}", f"{start} c {min(len(doubt.candidates), 2)}"))
        if size <= _SHORT:
            found.update(f"{start} {a}{b}" for a, b in pairwise(f"<{doubt.fragment}>"))
    return found


def trust_traits(chosen: set[str], found: Sequence[Segment], margins: Sequence[float | None]) -> dict[str, float]:
    """What is seen of a reading that is about to be booked, beyond single words: its own traits, the rules' verdicts on
    the clauses (`found`), how much of them is unread, and by how much (in nats) it is likelier than another reading,
    than asking and than leaving the message alone."""
    seen = {trait: 1.0 for trait in chosen if not trait.startswith("d ") or trait.count(" ") <= _COARSE}
    verdicts = Counter(segment.verdict for segment in found)
    seen |= {f"V {verdict} {min(times, 3)}": 1.0 for verdict, times in verdicts.items()}
    seen |= {f"U {min(sum(map(_unread, found)), 10)}": 1.0, f"N {min(len(found), 6)}": 1.0, "+": 1.0}
    for name, margin in zip(("other", "ask", "nothing"), margins, strict=True):
        seen[f"by {name}"] = 2.0 if margin is None else min(margin, 12.0) / 6
    return seen


def _unread(segment: Segment) -> int:
    return min(sum(len(token.word) for token in segment.tokens if token.kind == "text"), _MAX_UNREAD)
