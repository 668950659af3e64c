"""Suppliers, what they sell, and what is bought from them: all the platform's."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from models.base import Instant, central, metadata, of_leader, one_of, only_where, ref

supplier = central(
    "supplier",
    Column("name", String(80), nullable=False, unique=True),
    Column("phone", String(20)),
    Column("origin", String(120)),
    Column("story", Text),
    Column("is_farmer", Boolean, nullable=False, server_default=text("false")),
    Column("is_active", Boolean, nullable=False, server_default=text("true")),
    Column("min_order_fen", BigInteger),
    Column("link_version", Integer, nullable=False, server_default="1"),  # raised: links given out before open nothing
    Column("created_at", Instant, nullable=False),
    CheckConstraint("min_order_fen IS NULL OR min_order_fen >= 0", name="least"),
)

product = central(
    "product",
    Column("supplier_id", BigInteger, ForeignKey("supplier.id"), nullable=False),
    Column("name", String(80), nullable=False),
    Column("spec", String(60), nullable=False, server_default=""),
    Column("unit", String(16), nullable=False),
    Column("cost_fen", BigInteger, nullable=False),
    Column("case_milli", BigInteger),
    Column("storage", String(8), nullable=False, server_default="ambient"),
    Column("is_active", Boolean, nullable=False, server_default=text("true")),
    UniqueConstraint("supplier_id", "name", "spec"),
    one_of("storage", "ambient", "chilled", "frozen"),
    CheckConstraint("cost_fen >= 0 AND (case_milli IS NULL OR case_milli > 0)", name="numbers"),
)

supplier_photo = central(
    "supplier_photo",  # the farm and the goods, for everybody; quality documents, for the platform
    Column("supplier_id", BigInteger, ForeignKey("supplier.id"), nullable=False),
    Column("product_id", BigInteger, ForeignKey("product.id")),
    Column("kind", String(12), nullable=False),
    Column("path", String(200), nullable=False),  # relative to the media folder
    Column("sha256", String(64), nullable=False),
    Column("source_key", String(160), nullable=False, unique=True),
    Column("created_at", Instant, nullable=False),
    one_of("kind", "story", "document"),
)
Index("ix_supplier_photo_of", supplier_photo.c.supplier_id, supplier_photo.c.id)

learned_product = Table(
    "learned_product",  # what a leader's wording was said to be: the same words mean the same product ever after
    metadata,
    Column("leader_id", BigInteger, nullable=False),
    Column("name", String(80), nullable=False),
    Column("spec", String(60), nullable=False),
    Column("unit", String(16), nullable=False),
    Column("product_id", BigInteger, ForeignKey("product.id")),  # NULL: the leader's own goods, bought from nobody here
    Column("taught_at", Instant, nullable=False),
    Column("taught_by", String(40), nullable=False),
    PrimaryKeyConstraint("leader_id", "name", "spec", "unit"),
    of_leader(),
)

purchase_order = central(
    "purchase_order",
    Column("supplier_id", BigInteger, ForeignKey("supplier.id"), nullable=False),
    Column("needed_on", Date, nullable=False),
    Column("number", Integer, nullable=False, server_default="1"),  # 2 and more: what was ordered after the first went
    Column("state", String(12), nullable=False, server_default="draft"),
    Column("total_fen", BigInteger, nullable=False, server_default="0"),
    Column("supplier_note", String(300)),  # what the supplier wrote with the promise
    Column("created_at", Instant, nullable=False),
    Column("sent_at", Instant),
    Column("confirmed_at", Instant),
    Column("received_at", Instant),
    UniqueConstraint("supplier_id", "needed_on", "number"),
    one_of("state", "draft", "sent", "confirmed", "received", "cancelled"),
)
Index(
    "ix_purchase_order_draft",  # one draft: whoever makes a second one at the same time finds the first
    purchase_order.c.supplier_id,
    purchase_order.c.needed_on,
    unique=True,
    **only_where("state = 'draft'"),
)

Index("ix_purchase_order_state", purchase_order.c.state, purchase_order.c.needed_on)

purchase_order_line = Table(
    "purchase_order_line",
    metadata,
    Column("purchase_order_id", BigInteger, ForeignKey("purchase_order.id"), nullable=False),
    Column("product_id", BigInteger, ForeignKey("product.id"), nullable=False),
    Column("needed_milli", BigInteger, nullable=False),  # the sum of its shares
    Column("ordered_milli", BigInteger, nullable=False),  # with what fills the last case
    Column("case_milli", BigInteger),
    Column("rest", String(8)),  # what the platform decided about a case that is not full; NULL: as the leaders wish
    Column("promised_milli", BigInteger),
    Column("received_milli", BigInteger),
    Column("damaged_milli", BigInteger, nullable=False, server_default="0"),
    Column("cost_fen", BigInteger, nullable=False),
    PrimaryKeyConstraint("purchase_order_id", "product_id"),
    one_of("rest", "cap", "buy"),
    CheckConstraint("needed_milli >= 0 AND ordered_milli >= needed_milli", name="ordered"),
    CheckConstraint("damaged_milli >= 0 AND cost_fen >= 0", name="numbers"),
    CheckConstraint("damaged_milli <= coalesce(received_milli, 0)", name="damaged_of_received"),
)

purchase_share = Table(
    "purchase_share",  # how much of a line is for one offer of one leader
    metadata,
    Column("leader_id", BigInteger, nullable=False),
    Column("purchase_order_id", BigInteger, nullable=False),
    Column("offer_id", BigInteger, nullable=False),
    Column("product_id", BigInteger, nullable=False),
    Column("needed_milli", BigInteger, nullable=False),
    Column("surplus_milli", BigInteger, nullable=False, server_default="0"),  # what this leader buys beyond it
    Column("cut_milli", BigInteger, nullable=False, server_default="0"),  # ordered, and taken off to end at full cases
    Column("received_milli", BigInteger),  # sound goods that came for this leader
    PrimaryKeyConstraint("leader_id", "offer_id", "purchase_order_id"),
    ref("offer_id", "offer"),
    ForeignKeyConstraint(
        ["purchase_order_id", "product_id"],
        ["purchase_order_line.purchase_order_id", "purchase_order_line.product_id"],
        name="fk_purchase_share_line",
    ),
    CheckConstraint("needed_milli >= 0 AND surplus_milli >= 0 AND cut_milli >= 0", name="numbers"),
    Index("ix_purchase_share_order", "purchase_order_id", "leader_id"),
)
