"""Plain values that go into and come out of reading a message.

Quantities are integers in thousandths of the offer's unit (`quantity_milli`): 一斤半 of something sold by 斤
is 1500, two boxes are 2000. Money is integer fen. Instants are timezone-aware.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

Role = Literal["resident", "leader"]
Action = Literal["order", "amend", "cancel", "query", "help", "unknown", "ambiguous"]
Op = Literal["set", "add", "sub"]
DoubtReason = Literal[
    "not_sold",  # nothing in the catalogue resembles the fragment
    "which_item",  # several items could be meant: see `candidates`
    "how_many",  # an item is named without a usable quantity
    "unit",  # the spoken unit does not fit the pack (3斤 of a 2斤 pack, 半份)
    "range",  # 两三斤, 几盒, 十来斤
    "out_of_range",  # 0, negative, or a hundred and more
    "reference",  # 同上, 老样子, 跟楼上一样
    "which_room",  # a bare number that may be a room or a quantity
    "unclear",  # about ordering, but a person would ask back
]


@dataclass(frozen=True, slots=True)
class Item:
    """One thing for sale, as the reader sees it. `key` is unique in the catalogue, `number` is what people type."""

    key: int
    number: int
    name: str
    unit: str
    price_fen: int
    spec: str = ""
    aliases: tuple[str, ...] = ()
    is_aside: bool = False  # sold beside the round (现货): meant only by its name, and where that cannot be the round's


@dataclass(frozen=True, slots=True)
class Line:
    """One change of one item. `set` 0 removes the item."""

    key: int
    quantity_milli: int
    op: Op = "set"


@dataclass(frozen=True, slots=True)
class Doubt:
    """A fragment that was not booked, why, and what could be meant (at most four `candidates`, item keys)."""

    fragment: str
    reason: DoubtReason
    candidates: tuple[int, ...] = ()
    quantity_milli: int | None = None


@dataclass(frozen=True, slots=True)
class OrderReading:
    """What one message says about an order.

    `lines` are clear and may be booked even when `doubts` is not empty. `action` is `ambiguous` when there is a
    doubt. `cancel` with no lines cancels the whole order.
    """

    action: Action
    lines: tuple[Line, ...] = ()
    room: str | None = None
    phone: str | None = None
    name: str | None = None
    note: str | None = None
    topic: str | None = None
    doubts: tuple[Doubt, ...] = ()
    likely: tuple[Line, ...] = ()  # what a message that is asked about most likely means, to be confirmed in a word
    trace: tuple[str, ...] = field(default=(), compare=False)  # why, for `python -m bot.parsing`


@dataclass(frozen=True, slots=True)
class ChainEntry:
    """One line of a pasted 接龙. `raw` is the text it was read from, kept beside it."""

    name: str
    raw: str
    room: str | None = None
    phone: str | None = None
    lines: tuple[Line, ...] = ()
    status: Literal["ok", "cancelled", "placeholder", "ambiguous"] = "ok"
    note: str | None = None
    doubts: tuple[Doubt, ...] = ()
    is_paid: bool = False
    replaces: bool = False  # 改成2: `set` lines are what the person is to have, not two more; `add` lines come beside


@dataclass(frozen=True, slots=True)
class ChainReading:
    """A pasted 接龙: its title lines, its entries in order (not merged) and the lines nothing was made of."""

    title: str
    entries: tuple[ChainEntry, ...]
    unread: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TierPrice:
    """`quantity_milli` together cost `bundle_fen` (2瓶28元)."""

    quantity_milli: int
    bundle_fen: int


@dataclass(frozen=True, slots=True)
class PostItem:
    """One item of a leader's post. `price_fen` is None when no price was found: it must be asked for."""

    name: str
    price_fen: int | None
    number: int
    unit: str | None = None
    spec: str | None = None
    tiers: tuple[TierPrice, ...] = ()
    capacity_milli: int | None = None
    limit_milli: int | None = None  # per resident
    case_milli: int | None = None  # units per full case (凑整箱)
    is_cold: bool = False


@dataclass(frozen=True, slots=True)
class Pickup:
    """When goods are handed out: an instant, a window (either end may be missing) or a day with a part of day."""

    at: datetime | None = None
    start: datetime | None = None
    end: datetime | None = None
    on: date | None = None
    part: str | None = None


@dataclass(frozen=True, slots=True)
class PostReading:
    """A leader's 开团 post. `doubts` name in plain words what must be asked before publishing."""

    title: str
    items: tuple[PostItem, ...]
    closes_at: datetime | None = None
    pickup: Pickup | None = None
    pickup_place: str | None = None
    note: str | None = None
    doubts: tuple[str, ...] = ()
