"""What rows mean together: frozen read models. Operations fill them; chat texts and pages only show them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from models.quick import quick


@quick
@dataclass(frozen=True, slots=True)
class Tier:
    """`quantity_milli` together cost `bundle_fen` (2瓶28元)."""

    quantity_milli: int
    bundle_fen: int


@dataclass(frozen=True, slots=True)
class FeeTerms:
    """What a round charges on top of the goods, and how little it sells to one household. Fen; 0 is nothing."""

    order_fee_fen: int = 0
    fee_free_from_fen: int | None = None
    unit_fee_fen: int = 0
    min_order_fen: int = 0
    transport_fen: int = 0  # of the whole round, shared by its orders at the close


NO_FEES = FeeTerms()


@quick
@dataclass(frozen=True, slots=True)
class OfferView:
    """One item of a round."""

    id: int
    round_id: int
    number: int
    name: str
    spec: str
    unit: str
    price_fen: int
    capacity_milli: int | None
    limit_milli: int | None
    case_milli: int | None
    reserved_milli: int
    is_open: bool
    is_withdrawn: bool
    is_cold: bool
    tiers: tuple[Tier, ...] = ()
    aliases: tuple[str, ...] = ()
    received_milli: int | None = None
    damaged_milli: int = 0
    product_id: int | None = None
    storage: str | None = None  # ambient, chilled, frozen; None: the platform's product is not known

    @property
    def remaining_milli(self) -> int | None:
        """What may still be ordered; None when there is no limit."""
        return None if self.capacity_milli is None else max(0, self.capacity_milli - self.reserved_milli)


@dataclass(frozen=True, slots=True)
class ShelfItem:
    """Goods on a leader's shelf (现货). What is left is what was put there less what stands in orders."""

    leader_id: int
    id: int
    number: int
    name: str
    spec: str
    unit: str
    price_fen: int
    put_milli: int
    taken_milli: int
    is_on: bool
    is_cold: bool
    words: str | None
    photo_id: int | None

    @property
    def left_milli(self) -> int:
        """What may still be ordered."""
        return self.put_milli - self.taken_milli


@dataclass(frozen=True, slots=True)
class RoundView:
    """A round with its offers in number order."""

    leader_id: int
    id: int
    code: str
    kind: str
    title: str
    state: str
    opens_at: datetime | None
    closes_at: datetime | None
    pickup_from: datetime | None
    pickup_until: datetime | None
    pickup_text: str | None
    pickup_place: str | None
    note: str | None
    version: int
    offers: tuple[OfferView, ...]
    closed_orders: int | None = None
    closed_total_fen: int | None = None
    arrived_at: datetime | None = None
    fees: FeeTerms = NO_FEES


@quick
@dataclass(frozen=True, slots=True)
class LineView:
    """One line of an order. `due_milli` is what is to be handed out: allocated where goods were short."""

    id: int
    offer_id: int
    number: int
    name: str
    unit: str
    spec: str
    unit_price_fen: int
    quantity_milli: int
    allocated_milli: int | None
    picked_milli: int
    line_fen: int
    is_cold: bool = False
    tiers: tuple[Tier, ...] = ()  # as they were when the line was placed
    storage: str | None = None  # as in OfferView

    @property
    def due_milli(self) -> int:
        return self.quantity_milli if self.allocated_milli is None else self.allocated_milli

    @property
    def left_milli(self) -> int:
        """Still to be handed out."""
        return self.due_milli - self.picked_milli


@quick
@dataclass(frozen=True, slots=True)
class OrderView:
    """A resident's whole order in one round. Lines with quantity 0 are left out."""

    leader_id: int
    id: int
    round_id: int
    round_title: str
    round_state: str
    resident_id: int
    account_id: int | None  # None: a guest of `host_name`
    resident_name: str | None
    room: str | None
    phone: str | None
    host_name: str | None
    seq: int
    state: str
    note: str | None
    lines: tuple[LineView, ...]
    total_fen: int
    discount_fen: int
    paid_fen: int
    refunded_fen: int
    pay_claimed_at: datetime | None
    placed_at: datetime
    changed_at: datetime
    code: str | None = None  # the live pickup code, once there is one
    is_sold: bool = False  # its sale is in the books
    round_kind: str = "presale"
    fee_fen: int = 0  # in the total
    transport_fen: int = 0  # in the total, from the close on
    fees: FeeTerms = NO_FEES  # of its round

    @property
    def goods_fen(self) -> int:
        """What its lines cost, before a coupon."""
        return self.total_fen - self.fee_fen - self.transport_fen

    @property
    def due_fen(self) -> int:
        """What the resident still owes; negative when money is owed back."""
        return self.total_fen - self.discount_fen - (self.paid_fen - self.refunded_fen)

    @property
    def pay_state(self) -> str:
        """`unpaid` 未付, `claimed` 待核, `paid` 已收, `part_refunded` 部分退, `refunded` 已退, `nothing` 无需付."""
        if self.due_fen > 0:  # also where something was paid, and even given back, before he ordered more
            return "claimed" if self.pay_claimed_at else "unpaid"
        if self.refunded_fen:
            return "refunded" if self.refunded_fen >= self.paid_fen else "part_refunded"
        return "paid" if self.paid_fen else "nothing"


@quick
@dataclass(frozen=True, slots=True)
class Person:
    """Who sent a message, with everything the handlers need to know of him, read in one round trip."""

    account_id: int
    openid: str
    is_subscribed: bool
    is_muted: bool
    own_leader_id: int | None  # set when this person is a leader (or has applied to be one)
    own_leader_state: str | None
    own_leader_number: int | None
    own_leader_name: str | None
    helps_leader_id: int | None  # 协助核销员 of that leader
    leader_id: int | None  # the leader this person is bound to as a resident
    leader_number: int | None
    leader_name: str | None
    leader_state: str | None
    resident_id: int | None
    resident_name: str | None
    room: str | None
    phone: str | None
    own_shelf_version: int | None  # of the shelf (现货) of the one leader or the other: 0 where nothing was ever put
    shelf_version: int | None
    has_waiting: bool  # notices that could not be pushed
    has_open_talk: bool  # he was asked something, or there is more to be told
    window_left: int | None  # messages that may be pushed since this person wrote the last time, and until when
    window_until: datetime | None

    @property
    def is_leader(self) -> bool:
        return self.own_leader_id is not None and self.own_leader_state == "active"


@dataclass(frozen=True, slots=True)
class OwnData:
    """Everything kept of one person in one leader's world. `questions`: (when, what he asked, the answer); `reviews`:
    (title of the round, stars, words); `complaints`: (number, what he said)."""

    leader_name: str
    name: str | None
    room: str | None
    phone: str | None
    community: str | None
    orders: tuple[OrderView, ...]
    questions: tuple[tuple[datetime, str, str | None], ...] = ()
    reviews: tuple[tuple[str, int, str | None], ...] = ()
    complaints: tuple[tuple[int, str], ...] = ()
