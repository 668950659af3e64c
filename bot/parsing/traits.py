"""What is seen of a clause and of a reading when it is judged: traits, each with its weights.

A trait says what kind of thing stands there, never which goods: items, numbers, rooms and names are written as their
class, everything else as it is. `judge` adds up the weights of the traits; `benchmarks/learn` finds them.

Traits have names (`w I Q`: a number behind goods), which are what is learned and stored. Spelling out fifty names for
every clause of every message would cost more than reading it, so traits come as sights: a family (`w {}`) and the keys
that were seen of it (`("I", "Q")`). `named` spells them, `place_of` says where the weights of a name are looked up.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import pairwise
from sys import intern
from typing import Final, TypeAlias

from bot.parsing.draft import Draft
from bot.parsing.segments import Segment
from bot.parsing.tokens import Token
from bot.parsing.values import Doubt

Key: TypeAlias = str | tuple[str | int, ...]
Sight: TypeAlias = tuple[str, Collection[Key]]
"""A family of traits, with a gap for the key, and what was seen of it, each once."""
Signs: TypeAlias = tuple[list[Sight], dict[Key, float]]
"""What speaks for and against a reading: what was seen, and what was measured (of the plain family)."""

BY_CLASS: Final = {
    "item": "I", "goods": "G", "qty": "Q", "room": "R", "phone": "P", "price": "M", "number": "N", "time": "T",
    "people": "H", "locker": "L", "pair": "D", "name": "W",
}  # fmt: skip
"""Kinds whose words say nothing about the way of talking."""
_PEOPLE: Final = frozenset(("person", "name", "people"))
_SHARING: Final = frozenset(("each", "people", "total", "all"))
"""Kinds of words that make one number count several times, or several as one."""
_MAX_UNREAD: Final = 6
_SHORT: Final = 8
PLAIN_TRAITS: Final = "{}"
"""The family of traits whose key is all of their name."""


def named(sights: Iterable[Sight]) -> set[str]:
    """The names of the traits."""
    return {
        family.format(key if isinstance(key, str) else " ".join(map(str, key)))
        for family, keys in sights
        for key in keys
    }


def place_of(name: str) -> list[tuple[str, Key]]:
    """Family and key of a trait; several where a blank in the name may also be one within a word."""
    head, _, rest = name.partition(" ")
    if head in _SPELT:
        return [(_SPELT[head], rest)]
    parts = [*map(intern, rest.split(" "))]  # the same few words, thousands of times
    if head == "c":
        return [("c {}", tuple(parts))]
    if head == "w":
        apart = [("w {}", (" ".join(parts[:at]), " ".join(parts[at:]))) for at in range(1, len(parts))]
        return [("w {}", rest), *apart]
    if head == "k":
        return [(f"k {{}} {' '.join(parts[1:])}", parts[0])]
    if head == "d" and len(parts) > 2:
        return [(f"d {parts[0]} {parts[1]} {{}}", " ".join(parts[2:]))]
    return [
        (PLAIN_TRAITS, tuple(int(part) if part.isdecimal() else _TRUTH.get(part, part) for part in name.split(" ")))
    ]


_SPELT: Final = {"1": "1 {}", "2": "2 {}"}
_TRUTH: Final = {"True": True, "False": False}


def clauses(found: Sequence[Segment]) -> list[list[Sight]]:
    """The traits of each clause."""
    last = len(found) - 1
    places = ["only" if not last else "first" if i == 0 else "last" if i == last else "mid" for i in range(last + 1)]
    return [clause_traits(segment, place) for segment, place in zip(found, places, strict=True)]


def clause_traits(segment: Segment, place: str) -> list[Sight]:
    """What is seen of one clause. `place` is first, mid, last or only."""
    kinds, verdict, tokens = segment.kinds, segment.verdict, segment.tokens
    shape = ("Q" if "qty" in kinds else "-") + ("I" if "item" in kinds else "G" if "goods" in kinds else "-")
    written = [BY_CLASS.get(token.kind) or token.word for token in tokens]
    words, row = ["<"], ["<"]
    for token, word in zip(tokens, written, strict=True):
        if token.kind != "space":
            words.append(word)
            row.append(token.kind)
    words.append(">")
    row.append(">")
    text = f"<{''.join(written)}>"
    plain: tuple[Key, ...] = (
        ("v", verdict), ("v", verdict, shape), ("v", verdict, segment.lead), ("p", place, shape),
        ("?", segment.asked, shape), ("u", _unread(segment), shape),
    )  # fmt: skip
    return [
        (PLAIN_TRAITS, plain),
        (f"k {{}} {shape}", kinds),
        (f"k {{}} v {verdict}", kinds),
        ("w {}", {*words, *pairwise(words)}),
        ("c {}", {*pairwise(row), *zip(row, row[1:], row[2:], strict=False)}),
        ("1 {}", set(text)),
        ("2 {}", {text[at : at + 2] for at in range(len(text) - 1)}),
    ]


def draft_traits(draft: Draft, found: Sequence[Segment], turned: int, agrees: bool, action: str) -> set[Key]:
    """What is seen of a reading: how it changes what there was, what of the message it leaves unused, how many clauses
    were turned round for it, and whether the rules came to the same (`agrees`, and the rules' own `action`)."""
    prior = draft.prior
    seen: set[Key] = {
        ("n", min(len(draft.entries), 4)), ("t", turned), ("r", action, agrees), ("r", action, agrees, "t", turned),
        ("b", bool(prior)),
    }  # fmt: skip
    if draft.cancels_all:
        seen.add(("o", "all"))
    for key, entry in draft.entries.items():
        had, has = prior.get(key, 0), draft.current(key)
        seen.add(("o", entry.op, "new" if not had else "same" if had == has else "less" if has < had else "more"))
        if entry.milli >= 10_000:
            seen.add(("o", "many"))
        if entry.milli % 1000:
            seen.add(("o", "part"))
    seen.update(_use_traits(draft, found))
    return seen


def together_traits(found: Sequence[Segment]) -> Sight:
    """What is seen of the clauses of a reading together, whatever it comes to: once for all that is made of them."""
    seen: set[Key] = {
        ("y", kind) if one.verdict == "order" else ("y", one.verdict, kind) for one in found for kind in _nameless(one)
    }
    seen.update([("ys", one.verdict) for one in found if _is_about_strangers(one)])
    seen.add(("i", min(_named_twice(found), 2), min(len(found), 4)))
    seen.update([("s", first.verdict, second.verdict) for first, second in pairwise(found)])
    return PLAIN_TRAITS, seen


_STRANGERS: Final = frozenset(("text", "goods"))


def _is_about_strangers(segment: Segment) -> bool:
    """锅包肉有没有: a clause beside the order that names what is not sold here, or what nobody understood."""
    kinds = segment.kinds
    return "ask" in kinds and "item" not in kinds and not kinds.isdisjoint(_STRANGERS)


def _is_left_beside(draft: Draft, found: Sequence[Segment]) -> bool:
    """是冻梨3斤不是五花肉3斤: what was ordered is named and stays, and as much of something else is new."""
    prior = draft.prior
    new = {entry.milli for key, entry in draft.entries.items() if entry.op != "drop" and key not in prior}
    if not new or not prior:
        return False
    staying = {key for key, milli in prior.items() if milli in new and key not in draft.entries}
    return bool(staying) and any(
        not staying.isdisjoint(token.keys) for segment in found for token in segment.tokens if token.keys
    )


def _use_traits(draft: Draft, found: Sequence[Segment]) -> list[Key]:
    """How much of what was said is used: goods nobody gets, numbers that count nothing, amounts nobody said."""
    entries, size = draft.entries, min(len(draft.entries), 4)
    asking = [token for segment in found if segment.verdict == "order" for token in segment.tokens]
    unused, numbers = _goods_and_numbers(asking, draft)
    booked = [entry.milli for entry in entries.values() if entry.op != "drop"]
    unsaid = [milli for milli in booked if milli not in numbers]
    ones = unsaid.count(1000)
    kinds = [token.kind for token in asking]
    people = len([kind for kind in kinds if kind in _PEOPLE])
    beside = [token for segment in found if segment.verdict != "order" for token in segment.tokens]
    elsewhere, others = _goods_and_numbers(beside, draft)
    return [
        ("g", "in", min(unused, 3)),
        ("m", "in", min(len(numbers), 4), size),
        ("m", "spare", min(_spare(numbers, booked), 3), not _SHARING.isdisjoint(kinds)),
        ("m", "lost", min(len([number for number in numbers if number not in booked]), 3)),
        ("m", "unsaid", min(len(unsaid) - ones, 3)),
        ("m", "one", min(ones, 3)),
        ("h", min(people, 3), min(len(numbers), 4), min(len(booked), 4)),
        ("g", "out", min(elsewhere, 3)),
        ("m", "out", min(len(others), 4), size),
        ("x", _is_left_beside(draft, found)),
    ]


def _spare(numbers: Sequence[int], booked: Sequence[int]) -> int:
    """How many numbers are read over, 红1 红1 白1 being one more than 红1 白1."""
    left = list(numbers)
    for milli in booked:
        if milli in left:
            left.remove(milli)
    return len(left)


def _named_twice(found: Sequence[Segment]) -> int:
    """How many goods are named in several clauses."""
    if len(found) < 2:
        return 0
    named = Counter([key for segment in found for key in {t.keys[0] for t in segment.tokens if len(t.keys) == 1}])
    return len([key for key, clauses in named.items() if clauses > 1])


def _nameless(segment: Segment) -> Iterator[str]:
    """Kinds of words in front of numbers that no goods go with: 可落 in 「可落一箱,皮酒一箱」 may be goods."""
    pieces: list[set[str] | None] = []  # of each number; None where goods go with it
    kinds: set[str] = set()
    named = False
    for token in segment.tokens:
        named = named or bool(token.keys)
        if token.kind != "qty":
            kinds.add(token.kind)
            continue
        pieces.append(kinds if token.unit and not named else None)
        kinds, named = set(), False
    if named and pieces:
        pieces.pop()  # 两盒鸡蛋: the name stands behind
    for piece in pieces:
        if piece is not None:
            yield from piece - _SAYING_NOTHING or {"-"}


_SAYING_NOTHING: Final = frozenset(("space", "filler"))


def _goods_and_numbers(tokens: Sequence[Token], draft: Draft) -> tuple[int, list[int]]:
    """How many goods are named that nobody gets, and every number."""
    goods: set[int] = set()
    numbers: list[int] = []
    for token in tokens:
        if token.kind == "qty":
            numbers.append(token.milli)
        elif token.kind == "item" and len(token.keys) == 1 and token.keys[0] not in draft.entries:
            goods.add(token.keys[0])
    return len(goods), numbers


def doubt_traits(doubts: Sequence[Doubt], source: str) -> list[Sight]:
    """What is seen of doubts; `source` is read (while reading) or look (by the last look). What says more than the kind
    of doubt comes in families of its own."""
    coarse: set[Key] = {("d", source, min(len(doubts), 3))}
    fine: dict[str, set[Key]] = {}
    for doubt in doubts:
        coarse.add(("d", source, doubt.reason))
        size = len(doubt.fragment)
        keys = fine.setdefault(f"d {source} {doubt.reason} {{}}", set())
        keys.update((str(min(size, _SHORT)), f"c {min(len(doubt.candidates), 2)}"))
        if size <= _SHORT:
            text = f"<{doubt.fragment}>"
            keys.update([text[at : at + 2] for at in range(size + 1)])
    return [(PLAIN_TRAITS, coarse), *fine.items()]


def trust_traits(chosen: Iterable[Sight], found: Sequence[Segment], margins: Sequence[float | None]) -> Signs:
    """What is seen of a reading that is about to be booked, beyond single words: its own traits, the rules' verdicts on
    the clauses (`found`), how much of them is unread, and by how much (in nats) it is likelier than another reading,
    than asking and than leaving the message alone."""
    verdicts = Counter([segment.verdict for segment in found])
    whole: list[Key] = [("V", verdict, min(times, 3)) for verdict, times in verdicts.items()]
    whole += (("U", min(sum(map(_unread, found)), 10)), ("N", min(len(found), 6)), ("+",))
    by: dict[Key, float] = {
        ("by", name): 2.0 if margin is None else min(margin, 12.0) / 6
        for name, margin in zip(("other", "ask", "nothing"), margins, strict=True)
    }
    return [*(sight for sight in chosen if sight[0] == PLAIN_TRAITS), (PLAIN_TRAITS, whole)], by


def _unread(segment: Segment) -> int:
    return min(sum([len(token.word) for token in segment.tokens if token.kind == "text"]), _MAX_UNREAD)
