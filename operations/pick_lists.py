"""Reading for the counter: who is meant by what somebody says, what one household has waiting, what phones keep.

A building and a room make a household («3-502», «3号楼502»); a room number alone does not: every building has a 502.
Guests belong to the household of the neighbour who ordered for them; whom the leader wrote down herself lives alone.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, and_, bindparam, func, or_, select

from models import Work, leader, offer, order, pickup_code, resident, round_
from models.joins import HOST_OF, host, points_to
from models.prepared import Prepared
from models.views import OrderView
from operations.errors import NotFound
from operations.order_views import of_ids

MOST_FOUND = 30
TO_HAND_OUT = ("ready", "partly", "no_show")


@dataclass(frozen=True, slots=True)
class Household:
    """Orders that are likely collected together, by round and 接龙 number."""

    orders: tuple[OrderView, ...]

    @property
    def waiting(self) -> tuple[OrderView, ...]:
        """Those with something to hand out now."""
        return tuple(one for one in self.orders if is_waiting(one))


@dataclass(frozen=True, slots=True)
class Scannable:
    """What a phone without network has to know of one order: enough to say yes or no, too little to make a code of."""

    order_id: int
    token_hash: str
    code_hash: str
    seq: int
    name: str | None
    room: str | None
    title: str
    is_waiting: bool
    items: tuple[tuple[str, int, str], ...]  # name, thousandths that are left, unit


def is_waiting(one: OrderView) -> bool:
    """Whether there is something to hand out."""
    return one.state in TO_HAND_OUT and any(line.left_milli > 0 for line in one.lines)


def find(work: Work, *, leader_id: int, text: str, also_fetched: bool = False) -> list[Household]:
    """Households with an order that fits: last four digits of a phone, a room, a name, or a 接龙 number.

    Looks at rounds that people still ask about, arrived or not; at most `MOST_FOUND` orders. "" finds nothing.
    `also_fetched`: of rounds whose pickup is over, those who came too.
    """
    said = _plain(text)
    if not said:
        return []
    rows = [row for row in _asked_about(work, leader_id, also_fetched) if _fits(row, said)][:MOST_FOUND]
    orders = {one.id: one for one in of_ids(work, leader_id, [row.id for row in rows])}
    groups: list[tuple[set[Any], list[OrderView]]] = []
    for row in rows:
        keys, mine = _keys(row), [orders[row.id]]
        for group in [group for group in groups if group[0] & keys]:
            groups.remove(group)
            keys, mine = keys | group[0], group[1] + mine
        groups.append((keys, mine))
    return [Household(tuple(mine)) for _, mine in groups]


def household(work: Work, *, leader_id: int, order_id: int) -> Household:
    """The orders of the household that one order belongs to. Raises NotFound."""
    rows = _asked_about(work, leader_id)
    keys: set[Any] = next((_keys(row) for row in rows if row.id == order_id), set())
    if not keys:
        raise NotFound(what="order")
    found = of_ids(work, leader_id, [row.id for row in rows if _keys(row) & keys])
    return Household(tuple(sorted(found, key=lambda one: (one.id != order_id, one.round_id, one.seq))))


def scannables(work: Work, *, leader_id: int) -> list[Scannable]:
    """Every live code of orders whose goods are there; collected ones too until their round is over."""
    here = select(order.c.id).where(
        order.c.leader_id == leader_id,
        order.c.round_id.in_(_rounds(leader_id, "open", "arrived", "completed")),
        order.c.state.in_((*TO_HAND_OUT, "picked_up")),
    )
    # In two steps: joined, SQLite reads all codes that the leader ever gave out.
    ids = list(work.db.execute(here).scalars())
    codes = select(pickup_code.c.order_id, pickup_code.c.token, pickup_code.c.code).where(
        pickup_code.c.leader_id == leader_id,
        pickup_code.c.order_id.in_(ids),
        pickup_code.c.state.in_(("active", "used")),
    )
    found = {row.order_id: row for row in work.db.execute(codes)}
    return [
        Scannable(
            order_id=one.id,
            token_hash=hashed(found[one.id].token),
            code_hash=hashed(found[one.id].code),
            seq=one.seq,
            name=one.resident_name,
            room=one.room,
            title=one.round_title,
            is_waiting=is_waiting(one),
            items=tuple((line.name, line.left_milli, line.unit) for line in one.lines if line.left_milli > 0),
        )
        for one in of_ids(work, leader_id, list(found))
    ]


def reminded_at(work: Work, *, leader_id: int, round_id: int) -> dict[int, datetime]:
    """Order id -> when its holder was reminded last, for orders of a round that were."""
    rows = work.db.execute(
        select(order.c.id, order.c.reminded_at).where(
            order.c.leader_id == leader_id, order.c.round_id == round_id, order.c.reminded_at.is_not(None)
        )
    )
    return {row.id: row.reminded_at for row in rows}


def hashed(text: str) -> str:
    """SHA-256 in hexadecimal, as a phone computes it from what it scans."""
    return hashlib.sha256(text.encode()).hexdigest()


def look_alikes(offers: Iterable[Any]) -> dict[int, tuple[str, ...]]:
    """By offer id, what it is easily confused with: the same beginning of a name (500 g and 1 kg of one thing).

    Takes anything with `id`, `name`, `spec`.
    """
    rows = list(offers)
    alike: dict[int, tuple[str, ...]] = {}
    for one in rows:
        others = [two for two in rows if two.id != one.id and _is_alike(one.name, two.name)]
        if others:
            alike[one.id] = tuple(f"{two.name} {two.spec}".strip() for two in others)
    return alike


_NAMES = Prepared(
    select(offer.c.id, offer.c.name, offer.c.spec)
    .where(offer.c.leader_id == bindparam("leader_id"), offer.c.round_id == bindparam("round_id"))
    .order_by(offer.c.number)
)


def alike_ahead(work: Work, *, leader_id: int, round_id: int) -> None:
    """`alike_in` will be asked for this round."""
    _NAMES.ahead(work, leader_id=leader_id, round_id=round_id)


def alike_in(work: Work, *, leader_id: int, round_id: int) -> dict[int, tuple[str, ...]]:
    """`look_alikes` of a round's offers."""
    return look_alikes(_NAMES.rows(work, leader_id=leader_id, round_id=round_id))


def numbers_in(room: str | None) -> tuple[int, ...]:
    """3号楼502 and 3-502 -> (3, 502): sorts rooms as people walk."""
    return tuple(int(digits) for digits in re.findall(r"\d{1,9}", _plain(room or "")))


def _is_alike(one: str, two: str) -> bool:
    one, two = _core(one), _core(two)
    same = next(
        (at for at, pair in enumerate(zip(one, two, strict=False)) if pair[0] != pair[1]), min(len(one), len(two))
    )
    return same >= 2 and same * 2 > min(len(one), len(two))


def _core(name: str) -> str:
    """A name without sizes and brackets."""
    return re.sub(r"[\W\d_]+", "", _plain(name).lower())


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip()


def _rounds(leader_id: int, *states: str) -> Select[Any]:
    """Their orders are found by the index that begins with the round: not all that a leader ever had is read."""
    return select(round_.c.id).where(round_.c.leader_id == leader_id, round_.c.state.in_(states))


def _asked_about(work: Work, leader_id: int, also_fetched: bool = False) -> Sequence[Row[Any]]:
    """Who ordered in rounds that are not over, and who still has goods waiting from those that are."""
    waits = or_(round_.c.state != "completed", order.c.state.in_(TO_HAND_OUT))
    statement = (
        select(
            order.c.id,
            order.c.seq,
            func.coalesce(order.c.room, resident.c.room).label("room"),
            resident.c.phone,
            resident.c.display_name,
            host.c.display_name.label("host_name"),
            host.c.phone.label("host_phone"),
            func.coalesce(host.c.id, resident.c.id).label("owner_id"),
        )
        .join(round_, points_to(order.c.round_id, round_))
        .join(resident, points_to(order.c.resident_id, resident))
        .outerjoin(
            host,
            and_(
                HOST_OF,
                host.c.account_id != select(leader.c.account_id).where(leader.c.id == leader_id).scalar_subquery(),
            ),
        )
        .where(
            order.c.leader_id == leader_id,
            order.c.round_id.in_(_rounds(leader_id, "open", "closed", "arrived", "completed")),
            order.c.state != "cancelled",
            *([] if also_fetched else [waits]),
        )
    )
    return sorted(work.db.execute(statement), key=lambda row: int(row.id))


def _keys(row: Row[Any]) -> set[Any]:
    """Two orders that share one of these belong to one household."""
    place = numbers_in(row.room)
    return {row.owner_id, place} if len(place) > 1 else {row.owner_id}


def _fits(row: Row[Any], said: str) -> bool:
    if said.isascii() and said.isdigit():
        place = numbers_in(row.room)
        phones = [phone for phone in (row.phone, row.host_phone) if phone]
        is_phone = len(said) in {4, 11} and any(phone.endswith(said) for phone in phones)
        return is_phone or bool(place and place[-1] == int(said)) or (len(said) < 4 and row.seq == int(said))
    place = numbers_in(said)
    if len(place) > 1 and numbers_in(row.room) == place:
        return True
    return any(said in _plain(value) for value in (row.display_name, row.host_name, row.room) if value)
