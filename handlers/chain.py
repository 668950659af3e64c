"""A pasted 接龙 is compared with what is recorded, shown as a difference, applied on 确认. Again, it changes nothing.

Entries of the chain are guests of the leader, known by name and room; an entry that has both the name and the room of
a resident who orders by himself means that resident. Entries that vanished are shown and left alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace

from bot import commands as c
from bot.parsing.catalogue import Catalogue
from bot.parsing.chain import read_chain
from bot.parsing.values import ChainEntry, Line
from bot.router import Router
from bot.texts import books, errors
from bot.texts.wording import amount
from handlers.talk import Talk, item
from handlers.which import pick
from models.prepared import savepoint
from models.views import OrderView, RoundView
from operations import order_views, orders, people
from operations.errors import Refused
from operations.orders import Change

router = Router()


@dataclass(frozen=True, slots=True)
class _Wanted:
    """One neighbour of the chain after his lines were merged: what he should have, and what he has."""

    name: str
    room: str | None
    nth: int
    target: dict[int, int]
    order: OrderView | None
    note: str | None

    @property
    def had(self) -> dict[int, int]:
        return {x.offer_id: x.quantity_milli for x in self.order.lines} if self.order else {}

    @property
    def wanted(self) -> dict[int, int]:
        """Everything he is to have. What a resident ordered by himself beside the 接龙 stays his."""
        beside = self.had if self.order and self.order.account_id else {}
        return {key: milli for key, milli in (beside | self.target).items() if milli}

    @property
    def is_changed(self) -> bool:
        return self.wanted != self.had


@router.on(c.ApplyChain)
def apply_chain(talk: Talk, command: c.ApplyChain) -> str:
    round_ = pick(talk, _with_round(talk, command), ("open",))
    if isinstance(round_, str):
        return round_
    command = _read_for(talk, command, round_)
    recorded = order_views.of_round(talk.work, talk.leader_id, round_.id)
    wanted = _wanted(talk, command.reading.entries, round_, recorded)
    if command.confirmed:
        return _apply(talk, round_, [w for w in wanted if w.is_changed])
    changes = [w for w in wanted if w.is_changed]
    if changes:
        talk.ask_confirmation(replace(command, round_id=round_.id))
    return books.chain_preview(
        round_.title,
        new=[_shown(round_, w) for w in changes if not w.had],
        changed=[_shown(round_, w) for w in changes if w.had],
        gone=[_recorded(o) for o in _vanished(talk, wanted, recorded)],
        asked=[
            books.chain_asked(e.raw, e.doubts) for e in command.reading.entries if e.status == "ambiguous" or e.doubts
        ],
        unread=command.reading.unread,
        same=sum(not w.is_changed for w in wanted),
        alike=_alike(changes, recorded),
    )


def _with_round(talk: Talk, command: c.ApplyChain) -> c.ApplyChain:
    """Of several open rounds the one that the 接龙 names in its title, or that alone sells all that is wanted."""
    if command.round_id is not None or len(talk.rounds) < 2:
        return command
    wanted = {line.key for entry in command.reading.entries for line in entry.lines}
    named = [r for r in talk.rounds if r.title in command.reading.title]
    sold = [r for r in talk.rounds if wanted and wanted <= {o.id for o in r.offers}]
    found = named if len(named) == 1 else sold
    return replace(command, round_id=found[0].id) if len(found) == 1 else command


def _read_for(talk: Talk, command: c.ApplyChain, round_: RoundView) -> c.ApplyChain:
    """Read again with what this round sells: a word that two rounds know was in doubt."""
    if not command.text or len(talk.rounds) < 2:
        return replace(command, text="")
    reading = read_chain(command.text, Catalogue([item(o) for o in round_.offers]), leader_name=talk.leader_name)
    return replace(command, reading=reading, text="")


def _wanted(talk: Talk, entries: Iterable[ChainEntry], round_: RoundView, recorded: list[OrderView]) -> list[_Wanted]:
    """Entries in order; later lines of one person add to, or take from, his earlier ones."""
    merged: dict[tuple[str, str | None, int], tuple[dict[int, int], str | None]] = {}
    seen: Counter[str] = Counter()
    for entry in entries:
        if entry.status in {"placeholder", "ambiguous"} or entry.doubts:
            continue
        nth = _namesake(entry, seen)
        target, note = merged.setdefault((entry.name, entry.room, nth), ({}, None))
        _work_in(target, entry)
        merged[(entry.name, entry.room, nth)] = (target, entry.note or note)
    offers = {o.id for o in round_.offers}
    return [
        _Wanted(
            name, room, nth, {k: v for k, v in target.items() if k in offers}, _find(recorded, name, room, nth), note
        )
        for (name, room, nth), (target, note) in merged.items()
    ]


def _alike(changes: list[_Wanted], recorded: list[OrderView]) -> list[tuple[str, str | None, OrderView]]:
    """New entries that may be neighbours who ordered themselves without saying their name or room: the same goods."""
    unnamed = [o for o in recorded if o.account_id and not (o.resident_name and o.room)]
    found = []
    for w in changes:
        for o in unnamed if w.order is None else ():
            has_same = {x.offer_id: x.quantity_milli for x in o.lines} == w.wanted
            may_be = o.resident_name in {None, w.name} and (not w.room or o.room in {None, w.room})
            if has_same and may_be:
                found.append((w.name, w.room, o))
                break
    return found


def _namesake(entry: ChainEntry, seen: Counter[str]) -> int:
    """Two entries of one name without a room are two people, unless the later one only takes away or replaces."""
    changes = entry.replaces or entry.status == "cancelled" or any(_takes_back(x) for x in entry.lines)
    if entry.room or not entry.name or changes:
        return max(1, seen[entry.name] if not entry.room else 1)
    seen[entry.name] += 1
    return seen[entry.name]


def _takes_back(line: Line) -> bool:
    return line.op == "sub" or (line.op == "set" and line.quantity_milli == 0)


def _work_in(target: dict[int, int], entry: ChainEntry) -> None:
    if entry.status == "cancelled":
        for key in target:
            target[key] = 0
        return
    for line in entry.lines:
        now = target.get(line.key, 0)
        if line.op == "sub":
            target[line.key] = max(0, now - line.quantity_milli)
        elif line.op == "set" and (entry.replaces or line.quantity_milli == 0):
            target[line.key] = line.quantity_milli
        else:
            target[line.key] = now + line.quantity_milli


def _find(recorded: list[OrderView], name: str, room: str | None, nth: int) -> OrderView | None:
    """The recorded order of this entry: a guest's by name and room, a resident's only by both."""
    guests = [o for o in recorded if o.account_id is None and (o.resident_name or "") == name and o.room == room]
    if guests:
        return guests[nth - 1] if len(guests) >= nth else None
    if room and name:
        return next((o for o in recorded if o.account_id and o.resident_name == name and o.room == room), None)
    return None


def _vanished(talk: Talk, wanted: list[_Wanted], recorded: list[OrderView]) -> list[OrderView]:
    kept = {w.order.id for w in wanted if w.order}
    return [o for o in recorded if o.account_id is None and o.id not in kept]


def _apply(talk: Talk, round_: RoundView, changes: list[_Wanted]) -> str:
    new = changed = 0
    refused: list[str] = []
    residents = [_resident(talk, w) for w in changes]
    orders.hold(talk.work, leader_id=talk.leader_id, round_id=round_.id, resident_ids=residents)
    for w, resident_id in zip(changes, residents, strict=True):
        try:
            with savepoint(talk.work):
                _book(talk, round_, w, resident_id)
        except Refused as refusal:
            why = errors.refusal(refusal.code, refusal.facts | {"is_for_other": True})
            refused.append(books.chain_refused(books.chain_entry(w.name, w.room, _goods(round_, w.wanted)), why))
            continue
        new, changed = new + (not w.had), changed + bool(w.had)
    return books.chain_applied(round_.title, new, changed, refused)


def _resident(talk: Talk, w: _Wanted) -> int:
    """Who he is: known by his order, else a guest of the leader's."""
    if w.order:
        return w.order.resident_id
    return people.guest_of(
        talk.work,
        leader_id=talk.leader_id,
        host_resident_id=talk.resident_id,
        name=w.name,
        room=w.room,
        nth=w.nth,
    )


def _book(talk: Talk, round_: RoundView, w: _Wanted, resident_id: int) -> None:
    """One neighbour is booked whole or not at all: half a line of a 接龙 helps nobody."""
    target = dict.fromkeys(w.had, 0) | w.wanted
    orders.change(
        talk.work,
        leader_id=talk.leader_id,
        round_id=round_.id,
        resident_id=resident_id,
        changes=[Change(key, milli) for key, milli in sorted(target.items())],
        actor=talk.actor,
        source_key=talk.key,
        room=w.room,
        note=w.note,
        is_all_or_nothing=True,
    )


def _shown(round_: RoundView, w: _Wanted) -> str:
    return books.chain_entry(w.name, w.room, _goods(round_, w.wanted), _goods(round_, w.had))


def _recorded(o: OrderView) -> str:
    goods = [f"{x.name}{amount(x.quantity_milli)}" for x in o.lines]
    return books.chain_entry(o.resident_name or "", o.room, goods)


def _goods(round_: RoundView, quantities: dict[int, int]) -> list[str]:
    return [f"{o.name}{amount(quantities[o.id])}" for o in round_.offers if quantities.get(o.id)]
