"""The change a message asks for, while it is being read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.parsing.catalogue import MAX_CANDIDATES, Catalogue
from bot.parsing.quantity import is_weight, to_sale_units
from bot.parsing.values import Doubt, DoubtReason, Line


@dataclass(slots=True)
class Entry:
    """`op` is set, add, sub or drop. `changed` marks what a plain order would not say (改, 换, 加, 减)."""

    op: str
    milli: int
    changed: bool = False

    def twin(self) -> Entry:
        """A copy."""
        return Entry(self.op, self.milli, self.changed)


@dataclass(slots=True)
class Draft:
    """Lines so far, in the order they were named, and what must be asked."""

    catalogue: Catalogue
    prior: dict[int, int]
    entries: dict[int, Entry] = field(default_factory=dict)
    doubts: list[Doubt] = field(default_factory=list)
    cancels_all: bool = False
    withdrawn: bool = False  # the message took back what it had asked for
    amends: bool = False
    last: int | None = None
    notes: list[tuple[int, int]] = field(default_factory=list)

    def doubt(
        self, fragment: str, reason: DoubtReason, candidates: Sequence[int] = (), milli: int | None = None
    ) -> None:
        """Remember something to ask; the same fragment and reason once."""
        found = Doubt(fragment, reason, tuple(candidates)[:MAX_CANDIDATES], milli)
        if found not in self.doubts:
            self.doubts.append(found)

    def without_doubts(self, entries: dict[int, Entry], *, cancels_all: bool) -> Draft:
        """The same message read as these entries, with nothing to ask (`dataclasses.replace` is slow)."""
        return Draft(
            self.catalogue, self.prior, entries, [], cancels_all, self.withdrawn, self.amends, self.last, self.notes
        )

    def current(self, key: int) -> int:
        """What the person would have of an item if the message ended here."""
        entry = self.entries.get(key)
        had = self.prior.get(key, 0)
        if entry is None:
            return had
        if entry.op == "set":
            return entry.milli
        return {"add": had + entry.milli, "sub": had - entry.milli, "drop": 0}[entry.op]

    def put(self, key: int, op: str, milli: int, *, changed: bool = False) -> None:
        """Replace the entry of an item."""
        self.entries[key] = Entry(op, milli, changed)
        self.last = key

    def drop(self, key: int) -> None:
        """The person no longer wants the item."""
        self.entries.pop(key, None)
        if key in self.prior or not self.prior:
            self.entries[key] = Entry("drop", 0, changed=True)
        self.last = key

    def scale(self, key: int, numerator: int, denominator: int, fragment: str) -> None:
        """Halve or double; asks when it does not come out even."""
        base = self.current(key)
        milli, rest = divmod(base * numerator, denominator)
        item = self.catalogue.by_key[key]
        fits = to_sale_units(milli, None, item).milli is not None or (is_weight(item.unit) and milli > 0)
        if rest or not fits:
            self.doubt(fragment, "how_many", (key,))
        else:
            self.put(key, "set", milli, changed=True)

    def lines(self) -> tuple[Line, ...]:
        """Entries as lines; adding to nothing is setting."""
        found: list[Line] = []
        for key, entry in self.entries.items():
            if entry.op == "drop":
                found.append(Line(key, 0, "set"))
            elif entry.op == "add" and not self.prior:
                found.append(Line(key, entry.milli, "set"))
            else:
                found.append(
                    Line(key, entry.milli, "add" if entry.op == "add" else "sub" if entry.op == "sub" else "set")
                )
        return tuple(found)
