"""Annotated messages as the second reader and the judge see them, with what is right."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import Final

from benchmarks.learn.second import Sample, learn_second
from bot.parsing import judge, second
from bot.parsing.candidates import Take, Taken, outcome
from bot.parsing.choices import Choice, choices
from bot.parsing.judge import Option
from bot.parsing.lexer import tokenize
from bot.parsing.listed import read_listed
from bot.parsing.normalise import normalise
from bot.parsing.orders import Ruled, read_by_rules
from bot.parsing.plain import read_plain
from bot.parsing.segments import Segment
from bot.parsing.traits import clauses, named
from bot.parsing.weighing import Row
from tests.parsing.corpus import STATE, Case, truth_of
from tests.parsing.made_lists import lists_of_goods, lists_read_at_sight
from tests.parsing.strangers import Annotated

SETTLED: Final = ("rulings", "words", "amounts", "normal", "plain")
"""Messages whose reading is settled, and those as most people write,"""
IMPORTANCE: Final = 6
"""count so often: what is easy must not be doubted for all that is difficult."""
PLAIN_LISTS: Final = 2500
"""So many of each kind are made; a part of them is read at sight."""
WAYS: Final = 30
"""Ways of turning clauses that are looked at while learning; the reader itself tries fewer."""
GROUPS: Final = 6
"""Groups of hands about whose lists second readers are asked who did not see them."""


@dataclass(slots=True)
class Example:
    """A message as the judge sees it: the traits of its clauses and of its options, by name. `right` says which of the
    options are the truth."""

    source: str
    action: str
    found: list[Segment]
    clauses: list[set[str]]
    options: list[Option]
    traits: list[set[str]]
    right: list[bool]


@dataclass(slots=True)
class Read:
    """A message as the rules take it, and what the second reader is asked about it."""

    message: Annotated
    ruled: Ruled
    taken: Taken
    take: Take
    asked: list[Choice]

    def samples(self) -> Iterator[Sample]:
        """What the second reader can learn of it: nothing where the leader, too, would ask."""
        case = self.message.case
        if case.action != "ambiguous":
            truth = truth_of(case) if case.action in STATE else self.taken.draft.prior
            yield from (Sample(choice, truth.get(choice.key, 0)) for choice in self.asked)


def hand_of(source: str) -> str:
    """Who wrote a list: daily_03_7 is the seventh of daily_03. Of older lists each counts as a hand of its own."""
    head, _, number = source.rpartition("_")
    return head if "_" in head and number.isdecimal() else source


def group_of(sources: Iterable[str], size: int) -> dict[str, int]:
    """Source -> one of `size` groups that are held out together; never one hand in two of them."""
    hands = sorted({hand_of(source) for source in sources})
    groups = {hand: at % size for at, hand in enumerate(hands)}
    return {source: groups[hand_of(source)] for source in sources}


def plain_lists() -> Iterator[Annotated]:
    """Lists of goods and numbers, which the product does not judge, with what they say: a judge who is shown only
    difficult messages doubts them, too."""
    for goods, text in chain(islice(lists_read_at_sight(), PLAIN_LISTS), islice(lists_of_goods(), PLAIN_LISTS)):
        said = normalise(text).text
        reading = read_plain(said, goods, has_order=False) or read_listed(tokenize(said, goods), goods, {})
        if reading is not None:
            lines = tuple((line.key, line.op, line.quantity_milli / 1000) for line in reading.lines)
            yield Annotated("plain", Case("", "", "resident", (), text, reading.action, lines, None, None), goods)


def ruled_of(message: Annotated) -> Ruled:
    """What the rules make of a message."""
    case = message.case
    return read_by_rules(case.text, message.goods, role=case.role, prior=case.prior, steps=[])


def read_of(message: Annotated, ruled: Ruled) -> Read | None:
    """None when the rules leave nothing to judge."""
    if ruled.taken is None or ruled.take is None:
        return None
    asked = choices(ruled.taken.found, ruled.taken.draft)
    return Read(message, ruled, ruled.taken, ruled.take, asked)


def opinions(reads: Sequence[Read]) -> list[second.Opinion]:
    """What a second reader thinks who never saw a list by the hand a message is from."""
    groups = group_of([one.message.source for one in reads], GROUPS)
    found: list[second.Opinion] = [{} for _ in reads]
    for group in range(GROUPS):
        seen = [s for one in reads if groups[one.message.source] != group for s in one.samples()]
        weights = second.tables(learn_second(seen))
        for at, one in enumerate(reads):
            if groups[one.message.source] == group:
                found[at] = second.opinion(one.asked, weights)
    return found


def example_of(read: Read, held: second.Opinion) -> Example:
    """The message as the judge sees it."""
    case, found = read.message.case, read.taken.found
    seen = clauses(found)
    none: list[Row] = [(0, 0, 0, 0)] * len(seen)
    options = judge.options(read.taken, read.ruled.reading.action, none, read.take, WAYS, held)
    right = [is_right(option, case) for option in options]
    if not any(right):
        right[-1] = True  # none of the readings is the truth: ask
    traits = [named(option.traits) for option in options]
    return Example(read.message.source, case.action, found, [*map(named, seen)], options, traits, right)


def is_right(option: Option, case: Case) -> bool:
    """Is this what the truth says?"""
    if option.draft is None:
        return (case.action == "ambiguous") if option.kind == "ask" else case.action in ("query", "unknown", "help")
    if case.action not in STATE:
        return False
    return dict(outcome(option.draft)) == truth_of(case)


def weighed(examples: Sequence[Example]) -> list[Example]:
    """The examples, each as often as it counts."""
    return [one for one in examples for _ in range(IMPORTANCE if one.source.startswith(SETTLED) else 1)]
