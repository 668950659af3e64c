"""What a message may mean: as the rules read it, and with a clause or two taken the other way.

A clause that the rules book may be talk, and one that they leave alone may be an order. Each such way of taking the
message is read whole; `judge` decides between them, leaving the message alone, and asking.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from bot.parsing.draft import Draft, Entry
from bot.parsing.segments import Segment
from bot.parsing.values import Doubt

Outcome: TypeAlias = tuple[tuple[int, int], ...]
"""(item key, thousandths) a person would have after the message."""


@dataclass(slots=True)
class Taken:
    """One way to take a message: its clauses with their verdicts, and what came of them.

    `before` are the entries before the last look, `raised` the doubts of reading and `looked` those of the last look;
    the draft has both.
    """

    found: list[Segment]
    draft: Draft
    before: dict[int, Entry] = field(default_factory=dict)
    raised: tuple[Doubt, ...] = ()
    looked: tuple[Doubt, ...] = ()


Take: TypeAlias = Callable[[list[Segment]], Taken]
"""Reads clauses whose verdicts stand."""


def outcome(draft: Draft) -> Outcome:
    """What there would be, for comparing drafts."""
    if draft.cancels_all and not draft.entries:
        return ()
    keys = set(draft.prior) | set(draft.entries)
    return tuple(sorted((key, has) for key in keys if (has := draft.current(key))))


def turned(found: Sequence[Segment], which: Sequence[int]) -> list[Segment]:
    """Copies of the clauses (reading changes tokens), those at `which` with the other verdict."""
    copies = [segment.twin() for segment in found]
    for index in which:
        copies[index].verdict = "chat" if copies[index].verdict == "order" else "order"
    return copies


_IDLE: Final = frozenset({"space", "filler"})
_TELLING: Final = frozenset({"note", "fix", "think", "ask", "praise", "person", "time", "past", "done", "have"})


def books_nothing(found: Sequence[Segment]) -> bool:
    """Is every clause that would be an order without a word that can book something for somebody who has ordered
    nothing yet (不对, 明天下午来拿)? Such a way is not read at all."""
    kinds = {token.kind for segment in found if segment.verdict == "order" for token in segment.tokens}
    return kinds <= _IDLE | _TELLING and not kinds <= _IDLE


def drafts(taken: Taken) -> dict[Outcome, Draft]:
    """What one way of taking the message comes to when its doubts are set aside: with the entries before the last
    look, and with those after it where that is something else. Empty when nothing would change."""
    found: dict[Outcome, Draft] = {}
    after = taken.draft
    for entries in (taken.before, after.entries):
        if entries or (after.cancels_all and after.prior):
            draft = after.without_doubts(entries, cancels_all=after.cancels_all)
            found.setdefault(outcome(draft), draft)
        if after.entries == taken.before:
            break  # the last look took nothing away
    return found
