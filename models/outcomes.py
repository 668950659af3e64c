"""What became of goods, pickups and after-sales: frozen read models beside `models.views`, for chat texts and pages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Handed:
    """One line's share of a redemption."""

    order_line_id: int
    number: int
    name: str
    unit: str
    quantity_milli: int
    left_milli: int  # what is still to be handed out afterwards
    is_cold: bool = False
    spec: str = ""
    alike: tuple[str, ...] = ()  # what else in the round it is easily confused with
    storage: str | None = None  # as in views.OfferView


@dataclass(frozen=True, slots=True)
class Owed:
    """补货: goods a decided case promised, not handed out yet."""

    case_number: int
    order_id: int
    name: str
    unit: str
    quantity_milli: int


@dataclass(frozen=True, slots=True)
class PickupCounts:
    """How far pickup is; cancelled orders and orders with nothing to hand out do not count."""

    orders: int
    picked_up: int
    partly: int
    waiting: int
    no_show: int


@dataclass(frozen=True, slots=True)
class ShortLine:
    """What a shortage takes from one line. `delta_fen` is zero or negative: the order is worth that much less, net."""

    order_id: int
    seq: int
    resident_id: int
    resident_name: str | None
    room: str | None
    offer_id: int
    number: int
    name: str
    unit: str
    ordered_milli: int
    allocated_milli: int
    delta_fen: int


@dataclass(frozen=True, slots=True)
class ShortOffer:
    """One offer of which less can be handed out than was ordered."""

    offer_id: int
    number: int
    name: str
    unit: str
    ordered_milli: int
    received_milli: int
    damaged_milli: int
    missing_milli: int


@dataclass(frozen=True, slots=True)
class ShortagePlan:
    """Who gets less when goods are short: offers in number order, lines by 接龙 number."""

    offers: tuple[ShortOffer, ...]
    lines: tuple[ShortLine, ...]

    @property
    def orders(self) -> int:
        return len({line.order_id for line in self.lines})

    @property
    def delta_fen(self) -> int:
        """What all orders together are worth less; zero or negative."""
        return sum(line.delta_fen for line in self.lines)


@dataclass(frozen=True, slots=True)
class Arrival:
    """到货. `is_repeat`: it was entered before and nothing was changed now; the counts are those of today."""

    round_id: int
    is_repeat: bool
    ready_orders: int
    codes: int
    notices: int
    plan: ShortagePlan
    owed_back_fen: int = 0  # paid too much by those who get less


@dataclass(frozen=True, slots=True)
class CaseLineView:
    """One claimed line of a case."""

    order_line_id: int
    offer_id: int
    number: int
    name: str
    unit: str
    quantity_milli: int
    spec: str | None = None


@dataclass(frozen=True, slots=True)
class CaseView:
    """One after-sales case, S12."""

    leader_id: int
    id: int
    number: int
    order_id: int
    round_id: int
    round_title: str
    seq: int
    resident_id: int
    resident_name: str | None
    room: str | None
    account_id: int | None  # who is told: the resident, or the host of a guest
    state: str
    wish: str
    reason: str
    opened_by: str
    requested_fen: int
    approved_fen: int | None
    outcome: str | None
    note: str | None
    decision_note: str | None
    due_at: datetime | None
    opened_at: datetime
    closed_at: datetime | None
    lines: tuple[CaseLineView, ...]
    photos: int = 0
    paid_back_fen: int = 0  # of approved_fen, what was given back in money; the rest was not paid yet

    @property
    def is_open(self) -> bool:
        return self.state in {"open", "escalated"}


@dataclass(frozen=True, slots=True)
class LateShortage:
    """A shortage entered after arrival. `owed_back_fen`: what these orders have been paid too much, together."""

    plan: ShortagePlan
    owed_back_fen: int
    is_repeat: bool = False


@dataclass(frozen=True, slots=True)
class Turn:
    """A building's turn to collect: from when its people should come, and how many are told."""

    building: str
    at: datetime
    people: int
