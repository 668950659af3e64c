"""Who has ordered what so far in a chain, so that a later line of the same person can change it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache

from bot.parsing.chain_entry import Parts
from bot.parsing.chain_marks import HOLE
from bot.parsing.chain_message import Held
from bot.parsing.normalise import normalise
from bot.parsing.values import ChainEntry

_LONGEST = 16
_ENDS = f" ,，:：;；、|/(（{HOLE}"
_IS_CHANGE = re.compile(r"[\d+×]|我[家老媳婆妈]|[再加减退少改换取不要都全各]")


@lru_cache(maxsize=4096)
def plain_name(name: str) -> str:
    """A nickname for comparison: folded, without blanks."""
    return re.sub(r"[\s@]", "", normalise(name, keep_quote=True, limit=200).text)


@dataclass(slots=True)
class People:
    """Orders by name and room. A name without a room means the same name with the one room it has."""

    _orders: dict[str, dict[str | None, Held]] = field(default_factory=dict)
    _entries: dict[str, ChainEntry | None] = field(default_factory=dict)  # None: several lines of one name
    _open: dict[str, ChainEntry] = field(default_factory=dict)

    def before(self, parts: Parts) -> Held | None:
        """What the person of `parts` has so far; None for somebody new."""
        if not parts.name and parts.room is None:
            return None
        if not parts.name:  # 3-201 带鱼减一斤
            held = [rooms[parts.room] for rooms in self._orders.values() if parts.room in rooms]
            return held[0] if len(held) == 1 else None
        name = plain_name(parts.name)
        rooms = self._orders.get(name) or self._of_longer(name)
        if parts.room in rooms:
            return rooms.get(parts.room)
        return next(iter(rooms.values())) if len(rooms) == 1 and (parts.room is None or None in rooms) else None

    def _of_longer(self, name: str) -> dict[str | None, Held]:
        """The orders of 木工班二狗 for 二狗, when nobody else above is called so."""
        longer = [rooms for each, rooms in self._orders.items() if each.endswith(name)] if len(name) > 1 else []
        return longer[0] if len(longer) == 1 else {}

    def entry_of(self, name: str) -> ChainEntry | None:
        """The only line of a person called `name`; None for nobody and for several lines."""
        return self._entries.get(plain_name(name))

    def left_open(self, name: str) -> ChainEntry | None:
        """The last line of a person when that is one to ask about."""
        return self._open.get(plain_name(name)) if name else None

    def end_of_known(self, text: str, start: int) -> int:
        """Where the longest name ends that somebody above has and that stands at `text[start:]`; `start` for none."""
        end, said = start, ""
        for position in range(start, min(len(text), start + _LONGEST)):
            if text[position] in " @":
                continue
            said += text[position]
            if said in self._entries and len(said) > 1:
                end = position + 1
        is_apart = end == len(text) or text[end] in _ENDS
        return end if is_apart or (end - start > 2 and _IS_CHANGE.match(text, end) is not None) else start

    def remember(self, parts: Parts, entry: ChainEntry) -> None:
        """Add an entry to its person's order."""
        name = plain_name(parts.name)
        self._entries[name] = None if name in self._entries else entry
        self._open.pop(name, None)
        if entry.status == "ambiguous":
            self._open[name] = entry
        held = self.before(parts)
        if held is None:
            held = self._orders.setdefault(name, {}).setdefault(parts.room, {})
        if entry.status == "cancelled":
            held.clear()
        for line in entry.lines:
            if line.op == "sub":
                held[line.key] = held.get(line.key, 0) - line.quantity_milli
            elif line.op == "set" and line.quantity_milli == 0:
                held.pop(line.key, None)
            elif entry.replaces and line.op == "set":
                held[line.key] = line.quantity_milli
            else:
                held[line.key] = held.get(line.key, 0) + line.quantity_milli
