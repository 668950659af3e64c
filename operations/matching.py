"""Whose money is it? Transfers against orders that are open, scored by what speaks for each pair. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

SURE = 65  # and well ahead of the next
AHEAD = 25
LIKELY = 30  # what is below is not proposed
_WINDOW = timedelta(days=10)
_POINTS = {"note": 60, "amount": 30, "room": 30, "alias": 35, "name": 20, "time": 5}
_AGAINST = {"amount": -25, "early": -60}


@dataclass(frozen=True, slots=True)
class Transfer:
    """Money that came in."""

    id: int
    payer: str
    note: str
    amount_fen: int
    paid_at: datetime


@dataclass(frozen=True, slots=True)
class Owing:
    """An order with something open. `pay_note` is what its resident was told to write."""

    order_id: int
    resident_id: int
    name: str
    room: str
    pay_note: str
    due_fen: int
    placed_at: datetime


@dataclass(frozen=True, slots=True)
class Match:
    """How well they fit; `reasons` are keys of what speaks for it (note, amount, room, alias, name)."""

    order_id: int
    score: int
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Proposal:
    """A transfer with the orders it may be for, best first. `is_sure`: the first one, without looking."""

    transfer: Transfer
    matches: tuple[Match, ...]
    is_sure: bool


def propose(
    transfers: Sequence[Transfer], orders: Sequence[Owing], aliases: Mapping[str, Sequence[int]]
) -> list[Proposal]:
    """Each transfer with its likely orders. `aliases`: who paid under this name before, by resident id.

    Sure is only what has the amount and somebody's mark, is well ahead, and is nobody else's best too.
    """
    found = []
    for transfer in transfers:
        scored = [score(transfer, order, aliases.get(transfer.payer, ())) for order in orders]
        likely = sorted((one for one in scored if one.score >= LIKELY), key=lambda one: (-one.score, one.order_id))
        found.append((transfer, likely[:5]))
    firsts = [matches[0].order_id for _, matches in found if matches and _stands_out(matches)]
    return [Proposal(transfer, tuple(matches), _is_sure(matches, firsts)) for transfer, matches in found]


def score(transfer: Transfer, order: Owing, known: Sequence[int]) -> Match:
    """What speaks for this pair, and what against."""
    reasons = []
    written = _folded(transfer.note)
    if order.pay_note and re.search(rf"(?<![0-9a-z]){re.escape(_folded(order.pay_note))}(?!\d)", written):
        reasons.append("note")
    if transfer.amount_fen == order.due_fen:
        reasons.append("amount")
    if order.room and _room_in(order.room, transfer.note):
        reasons.append("room")
    if order.resident_id in known:
        reasons.append("alias")
    if len(order.name) >= 2 and (order.name in transfer.payer or order.name in transfer.note):
        reasons.append("name")
    age = transfer.paid_at - order.placed_at
    points = sum(_POINTS[reason] for reason in reasons)
    points += _POINTS["time"] if timedelta(0) <= age <= _WINDOW else _AGAINST["early"] if age < timedelta(0) else 0
    if "amount" not in reasons:
        points += _AGAINST["amount"]
    return Match(order.order_id, points, tuple(reasons))


def _is_sure(matches: Sequence[Match], firsts: Sequence[int]) -> bool:
    return bool(matches) and _stands_out(matches) and firsts.count(matches[0].order_id) == 1


def _stands_out(matches: Sequence[Match]) -> bool:
    first = matches[0]
    has_mark = "amount" in first.reasons and bool({"note", "alias", "room"} & set(first.reasons))
    next_best = matches[1].score if len(matches) > 1 else 0
    return has_mark and first.score >= SURE and first.score - next_best >= AHEAD


def _folded(text: str) -> str:
    return re.sub(r"[\s\-_]", "", text).lower()


def _room_in(room: str, note: str) -> bool:
    """3-502 beside 3-502, 3栋502, 3 502; never inside a longer number."""
    digits = re.findall(r"\d+", room)
    return len(digits) >= 2 and re.search(r"(?<!\d)" + r"\D{1,3}".join(digits) + r"(?!\d)", note) is not None
