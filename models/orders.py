"""Orders: one per resident and round (of the shelf: one at a time). Never deleted; states cache `order_event`."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Index,
    Integer,
    String,
    UniqueConstraint,
    text,
)

from models.base import Instant, one_of, owned, ref

order = owned(
    "orders",  # "order" is a reserved word
    Column("round_id", BigInteger, nullable=False),
    Column("resident_id", BigInteger, nullable=False),
    Column("seq", Integer, nullable=False),  # the 接龙 number in the round
    Column("pickup_point_id", BigInteger),
    Column("state", String(12), nullable=False, server_default="placed"),
    Column("room", String(40)),
    Column("note", String(200)),
    Column("total_fen", BigInteger, nullable=False, server_default="0"),
    Column("discount_fen", BigInteger, nullable=False, server_default="0"),
    Column("fee_fen", BigInteger, nullable=False, server_default="0"),  # in the total, beside the lines
    Column(
        "transport_fen", BigInteger, nullable=False, server_default="0"
    ),  # its share, from the close on; in the total
    Column("paid_fen", BigInteger, nullable=False, server_default="0"),
    Column("refunded_fen", BigInteger, nullable=False, server_default="0"),
    Column("pay_claimed_at", Instant),  # the resident says it is paid: 待核
    Column("unpaid_reminded_at", Instant),  # asked once to pay
    Column("placed_at", Instant, nullable=False),
    Column("changed_at", Instant, nullable=False),
    Column("ready_at", Instant),
    Column("picked_up_at", Instant),
    Column("reminded_at", Instant),  # not collected yet: reminded once
    Column("version", Integer, nullable=False, server_default="1"),
    Column(
        "is_current", Boolean, nullable=False, server_default=text("true")
    ),  # not: a shelf order followed by a newer
    ref("round_id", "round"),
    ref("resident_id", "resident"),
    ref("pickup_point_id", "pickup_point"),
    UniqueConstraint("leader_id", "round_id", "seq"),
    one_of("state", "placed", "confirmed", "ready", "partly", "picked_up", "no_show", "cancelled"),
    CheckConstraint("total_fen >= 0 AND discount_fen >= 0 AND discount_fen <= total_fen", name="totals"),
    CheckConstraint(
        "fee_fen >= 0 AND transport_fen >= 0 AND discount_fen + fee_fen + transport_fen <= total_fen", name="fees"
    ),
    CheckConstraint("paid_fen >= 0 AND refunded_fen >= 0 AND refunded_fen <= paid_fen", name="refund_le_paid"),
)
Index(
    "uq_orders_current",
    order.c.leader_id,
    order.c.round_id,
    order.c.resident_id,
    unique=True,
    postgresql_where=text("is_current"),
    sqlite_where=text("is_current = 1"),
)
Index("ix_orders_resident", order.c.leader_id, order.c.resident_id, order.c.id)
Index("ix_orders_ready", order.c.state, order.c.ready_at)

order_line = owned(
    "order_line",
    Column("order_id", BigInteger, nullable=False),
    Column("offer_id", BigInteger, nullable=False),
    Column("name", String(80), nullable=False),  # name, unit, price and tiers as they were when the line was placed
    Column("unit", String(16), nullable=False),
    Column("unit_price_fen", BigInteger, nullable=False),
    Column("tiers", JSON),
    Column("quantity_milli", BigInteger, nullable=False),
    Column("allocated_milli", BigInteger),  # after goods-in, when less came than was ordered
    Column("picked_milli", BigInteger, nullable=False, server_default="0"),
    Column("line_fen", BigInteger, nullable=False),
    ref("order_id", "orders"),
    ref("offer_id", "offer"),
    UniqueConstraint("leader_id", "order_id", "offer_id"),
    CheckConstraint("quantity_milli >= 0 AND picked_milli >= 0", name="nonneg"),
    CheckConstraint("picked_milli <= COALESCE(allocated_milli, quantity_milli)", name="picked_le_allocated"),
    CheckConstraint("allocated_milli IS NULL OR allocated_milli BETWEEN 0 AND quantity_milli", name="allocated"),
)
Index("ix_order_line_offer", order_line.c.leader_id, order_line.c.offer_id)

order_event = owned(
    "order_event",
    Column("order_id", BigInteger, nullable=False),
    Column("offer_id", BigInteger, nullable=False, server_default="0"),
    Column("kind", String(12), nullable=False),
    Column("delta_milli", BigInteger, nullable=False, server_default="0"),
    Column("delta_fen", BigInteger, nullable=False, server_default="0"),
    Column("source_key", String(160), nullable=False),
    Column("actor", String(40), nullable=False),
    Column("detail", JSON),
    Column("at", Instant, nullable=False),
    ref("order_id", "orders"),
    UniqueConstraint("leader_id", "order_id", "source_key", "offer_id", "kind"),
    one_of(
        "kind",
        "place",
        "change",
        "cancel",
        "restore",
        "close",
        "ready",
        "redeem",
        "annul",
        "no_show",
        "allocate",
        "pay",
        "refund",
        "move",
        "discount",
    ),
)
Index("ix_order_event_order", order_event.c.leader_id, order_event.c.order_id, order_event.c.at)
