"""From supplier to pickup point. Suppliers, products and runs are the platform's; a delivery note is a leader's."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.schema import SchemaItem

from models.base import Instant, metadata, of_leader, one_of, owned, ref


def _central(name: str, *columns: SchemaItem) -> Table:
    """A table of the platform's own, outside every leader's world."""
    return Table(name, metadata, Column("id", BigInteger, primary_key=True, autoincrement=False), *columns)


warehouse = _central(
    "warehouse",
    Column("name", String(80), nullable=False, unique=True),
    Column("address", String(200)),
    Column("lat_e6", Integer),
    Column("lng_e6", Integer),
)

supplier = _central(
    "supplier",
    Column("name", String(80), nullable=False, unique=True),
    Column("phone", String(20)),
    Column("origin", String(120)),
    Column("story", Text),
    Column("is_farmer", Boolean, nullable=False, server_default=text("false")),
    Column("is_active", Boolean, nullable=False, server_default=text("true")),
    Column("min_order_fen", BigInteger),
    Column("created_at", Instant, nullable=False),
)

product = _central(
    "product",
    Column("supplier_id", BigInteger, ForeignKey("supplier.id"), nullable=False),
    Column("name", String(80), nullable=False),
    Column("spec", String(60), nullable=False, server_default=""),
    Column("unit", String(16), nullable=False),
    Column("cost_fen", BigInteger, nullable=False),
    Column("case_milli", BigInteger),
    Column("storage", String(8), nullable=False, server_default="ambient"),
    Column("documents", JSON),
    Column("is_active", Boolean, nullable=False, server_default=text("true")),
    UniqueConstraint("supplier_id", "name", "spec"),
    one_of("storage", "ambient", "chilled", "frozen"),
    CheckConstraint("cost_fen >= 0 AND (case_milli IS NULL OR case_milli > 0)", name="numbers"),
)

purchase_order = _central(
    "purchase_order",
    Column("supplier_id", BigInteger, ForeignKey("supplier.id"), nullable=False),
    Column("needed_on", Date, nullable=False),
    Column("state", String(12), nullable=False, server_default="draft"),
    Column("total_fen", BigInteger, nullable=False, server_default="0"),
    Column("created_at", Instant, nullable=False),
    Column("sent_at", Instant),
    Column("confirmed_at", Instant),
    Column("received_at", Instant),
    UniqueConstraint("supplier_id", "needed_on"),
    one_of("state", "draft", "sent", "confirmed", "received", "cancelled"),
)

purchase_order_line = Table(
    "purchase_order_line",
    metadata,
    Column("purchase_order_id", BigInteger, ForeignKey("purchase_order.id"), nullable=False),
    Column("product_id", BigInteger, ForeignKey("product.id"), nullable=False),
    Column("ordered_milli", BigInteger, nullable=False),
    Column("promised_milli", BigInteger),
    Column("received_milli", BigInteger),
    Column("damaged_milli", BigInteger, nullable=False, server_default="0"),
    Column("cost_fen", BigInteger, nullable=False),
    PrimaryKeyConstraint("purchase_order_id", "product_id"),
    CheckConstraint("ordered_milli >= 0 AND damaged_milli >= 0 AND cost_fen >= 0", name="numbers"),
)

vehicle = _central(
    "vehicle",
    Column("name", String(40), nullable=False, unique=True),
    Column("driver", String(40)),
    Column("phone", String(20)),
    Column("capacity", Integer, nullable=False),  # crates
    Column("works_from_min", Integer, nullable=False, server_default="300"),
    Column("works_until_min", Integer, nullable=False, server_default="720"),
    CheckConstraint("capacity > 0 AND works_until_min > works_from_min", name="numbers"),
)

delivery_run = _central(
    "delivery_run",
    Column("run_on", Date, nullable=False),
    Column("warehouse_id", BigInteger, ForeignKey("warehouse.id"), nullable=False),
    Column("state", String(12), nullable=False, server_default="draft"),
    Column("frozen_at", Instant),  # papers are made from a frozen run only, so they cannot disagree
    Column("created_at", Instant, nullable=False),
    UniqueConstraint("run_on", "warehouse_id"),
    one_of("state", "draft", "frozen", "on_the_way", "done", "cancelled"),
)

route = _central(
    "route",
    Column("run_id", BigInteger, ForeignKey("delivery_run.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("vehicle_id", BigInteger, ForeignKey("vehicle.id")),
    Column("metres", Integer),
    Column("seconds", Integer),
    UniqueConstraint("run_id", "number"),
)

delivery_note = owned(
    "delivery_note",  # what one run brings to one pickup point of one leader
    Column("run_id", BigInteger, ForeignKey("delivery_run.id"), nullable=False),
    Column("pickup_point_id", BigInteger, nullable=False),
    Column("round_id", BigInteger, nullable=False),
    Column("signed_at", Instant),
    Column("signed_by", String(40)),
    of_leader(),
    ref("pickup_point_id", "pickup_point"),
    ref("round_id", "round"),
    UniqueConstraint("leader_id", "run_id", "pickup_point_id", "round_id"),
)

delivery_note_line = Table(
    "delivery_note_line",
    metadata,
    Column("leader_id", BigInteger, nullable=False),
    Column("note_id", BigInteger, nullable=False),
    Column("offer_id", BigInteger, nullable=False),
    Column("quantity_milli", BigInteger, nullable=False),
    PrimaryKeyConstraint("leader_id", "note_id", "offer_id"),
    ref("note_id", "delivery_note"),
    ref("offer_id", "offer"),
    CheckConstraint("quantity_milli > 0", name="positive"),
)

route_stop = owned(
    "route_stop",
    Column("route_id", BigInteger, ForeignKey("route.id"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("pickup_point_id", BigInteger, nullable=False),
    Column("due_at", Instant),
    Column("arrived_at", Instant),
    Column("is_locked", Boolean, nullable=False, server_default=text("false")),
    of_leader(),
    ref("pickup_point_id", "pickup_point"),
)
Index("ix_route_stop_route", route_stop.c.route_id, route_stop.c.position, unique=True)
