"""Rounds and what is offered in them. The counter `reserved_milli` is the scarce thing: see the write rules."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
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

from models.base import Instant, metadata, of_leader, one_of, only_where, owned, ref

round_ = owned(
    "round",
    Column("code", String(16), nullable=False, unique=True),  # in links and scenes: unique over all leaders
    Column("kind", String(8), nullable=False, server_default="presale"),  # shelf: what was sold of the shelf on a day
    Column("shelf_day", String(10)),  # 2026-05-01, Asia/Shanghai
    Column("title", String(120), nullable=False),
    Column("state", String(12), nullable=False, server_default="draft"),
    Column("opens_at", Instant),
    Column("closes_at", Instant),
    Column("opened_at", Instant),
    Column("closed_at", Instant),
    Column("arrived_at", Instant),
    Column("finished_at", Instant),  # pickup over, no-shows counted
    Column("pickup_from", Instant),
    Column("pickup_until", Instant),
    Column("pickup_text", String(120)),  # as the leader wrote it, when it is no clear window
    Column("pickup_place", String(120)),
    Column("pickup_point_id", BigInteger),
    Column("note", String(500)),
    Column("post", Text),  # the leader's own words
    Column("min_total_fen", BigInteger),
    # Charged on top of the goods: copies of the leader's terms, except for the transport, which is this round's own.
    Column("order_fee_fen", BigInteger, nullable=False, server_default="0"),
    Column("fee_free_from_fen", BigInteger),  # from this much of goods on, no fee for the order
    Column("unit_fee_fen", BigInteger, nullable=False, server_default="0"),
    Column("min_order_fen", BigInteger, nullable=False, server_default="0"),
    Column("transport_fen", BigInteger, nullable=False, server_default="0"),  # shared by all orders at the close
    Column("share_bps", Integer, nullable=False),  # frozen copy: later changes never touch this round
    Column("after_sales_hours", Integer, nullable=False, server_default="24"),
    Column("last_seq", Integer, nullable=False, server_default="0"),
    Column("closed_orders", Integer),
    Column("closed_total_fen", BigInteger),
    Column("closed_version", Integer),  # the version that was closed: names its sales and notices
    Column(
        "booked_seq", Integer
    ),  # closed, and its orders booked up to this 接龙 number; NULL: nothing is left to book
    Column("reminded_for", Instant),  # the closes_at that the last reminder was about: an extension reminds again
    Column("copied_from_id", BigInteger),
    Column("gathered_version", Integer),  # the version whose goods are in the purchase orders
    Column("stretched_at", Instant),  # extended by itself to fill a case; once
    Column("version", Integer, nullable=False, server_default="1"),
    Column("created_at", Instant, nullable=False),
    of_leader(),
    ref("pickup_point_id", "pickup_point"),
    ref("copied_from_id", "round"),
    one_of("state", "draft", "open", "closed", "arrived", "completed", "settled", "cancelled"),
    one_of("kind", "presale", "shelf"),
    UniqueConstraint("leader_id", "shelf_day"),
    CheckConstraint("(kind = 'shelf') = (shelf_day IS NOT NULL)", name="shelf_day"),
    CheckConstraint("closes_at IS NULL OR opens_at IS NULL OR closes_at > opens_at", name="window"),
    CheckConstraint("pickup_until IS NULL OR pickup_from IS NULL OR pickup_until > pickup_from", name="pickup_window"),
    CheckConstraint("state = 'draft' OR (opens_at IS NOT NULL AND closes_at IS NOT NULL)", name="dated"),
    CheckConstraint("share_bps BETWEEN 0 AND 10000", name="share"),
    CheckConstraint(
        "order_fee_fen >= 0 AND unit_fee_fen >= 0 AND min_order_fen >= 0 AND transport_fen >= 0", name="fees"
    ),
)
Index(
    "ix_round_due_close",
    round_.c.closes_at,
    **only_where("state = 'open'"),
)
Index(
    "ix_round_to_book",
    round_.c.closed_at,
    **only_where("booked_seq IS NOT NULL"),
)
Index("ix_round_state", round_.c.leader_id, round_.c.state, round_.c.id)
Index(
    "ix_round_gathered",  # those that were opened again or cancelled after the purchase order was drafted
    round_.c.state,
    round_.c.leader_id,
    round_.c.id,
    **only_where("gathered_version IS NOT NULL"),
)
Index("ix_round_everywhere", round_.c.state, round_.c.leader_id, round_.c.id)  # the scheduler asks for all leaders

round_move = owned(
    "round_move",  # 改自提: what pickup was before, each time it was moved
    Column("round_id", BigInteger, nullable=False),
    Column("source_key", String(160), nullable=False),
    Column("was_from", Instant),
    Column("was_until", Instant),
    Column("was_text", String(120)),
    Column("was_place", String(120)),
    Column("orders", Integer, nullable=False),  # that stood then: whom the old time had been promised
    Column("actor", String(40), nullable=False),
    Column("at", Instant, nullable=False),
    of_leader(),
    ref("round_id", "round"),
    UniqueConstraint("leader_id", "source_key"),
    CheckConstraint("orders >= 0", name="orders"),
)
Index("ix_round_move_round", round_move.c.leader_id, round_move.c.round_id, round_move.c.id)

shelf_item = owned(
    "shelf_item",  # 现货: goods that lie at the leader's and can be taken at once, between rounds
    Column("number", Integer, nullable=False),  # never given to other goods
    Column("name", String(80), nullable=False),
    Column("spec", String(60), nullable=False, server_default=""),
    Column("unit", String(16), nullable=False, server_default="份"),
    Column("price_fen", BigInteger, nullable=False),
    Column("put_milli", BigInteger, nullable=False),  # all that was ever put there
    Column("taken_milli", BigInteger, nullable=False, server_default="0"),  # of it, what stands in orders
    Column("is_on", Boolean, nullable=False, server_default=text("true")),
    Column("is_cold", Boolean, nullable=False, server_default=text("false")),
    Column("words", String(300)),
    Column("photo_media_id", BigInteger),
    Column("created_at", Instant, nullable=False),
    of_leader(),
    ref("photo_media_id", "media"),
    UniqueConstraint("leader_id", "number"),
    UniqueConstraint("leader_id", "name", "spec"),
    CheckConstraint("price_fen >= 0", name="price"),
    CheckConstraint("taken_milli BETWEEN 0 AND put_milli", name="not_oversold"),
)

offer = owned(
    "offer",
    Column("round_id", BigInteger, nullable=False),
    Column("number", Integer, nullable=False),
    Column("name", String(80), nullable=False),
    Column("spec", String(60), nullable=False, server_default=""),
    Column("unit", String(16), nullable=False, server_default="份"),
    Column("price_fen", BigInteger, nullable=False),
    Column("capacity_milli", BigInteger),
    Column("limit_milli", BigInteger),  # per resident
    Column("min_milli", BigInteger),
    Column("case_milli", BigInteger),  # units in a full case
    Column("reserved_milli", BigInteger, nullable=False, server_default="0"),
    Column("received_milli", BigInteger),
    Column("damaged_milli", BigInteger, nullable=False, server_default="0"),
    Column("is_cold", Boolean, nullable=False, server_default=text("false")),
    Column("is_open", Boolean, nullable=False, server_default=text("false")),
    Column("is_withdrawn", Boolean, nullable=False, server_default=text("false")),  # 下架
    Column("closes_at", Instant),  # copy of the round's: the order's own statement holds the deadline
    Column("product_id", BigInteger, ForeignKey("product.id")),
    Column("cost_fen", BigInteger),
    Column("share_bps", Integer),  # overrides the round's
    Column("commission_fen", BigInteger),  # per unit, instead of a share
    Column("version", Integer, nullable=False, server_default="1"),
    Column("words", String(300)),  # why the leader recommends it, in his own words
    Column("photo_media_id", BigInteger),
    Column("storage", String(8)),  # as the product says; NULL: only what the leader's words say is known
    Column("rest", String(8)),  # what is to happen with a case that is not full; NULL: as the leader usually wishes
    Column("shelf_item_id", BigInteger),  # sold from the shelf: its stock is counted there
    ref("round_id", "round"),
    ref("photo_media_id", "media"),
    ref("shelf_item_id", "shelf_item"),
    UniqueConstraint("leader_id", "round_id", "number"),
    CheckConstraint("price_fen >= 0", name="price"),
    CheckConstraint("reserved_milli >= 0", name="reserved_nonneg"),
    CheckConstraint("capacity_milli IS NULL OR reserved_milli <= capacity_milli", name="not_oversold"),
    CheckConstraint("case_milli IS NULL OR case_milli > 0", name="case"),
    CheckConstraint("damaged_milli >= 0 AND (received_milli IS NULL OR received_milli >= 0)", name="received"),
    CheckConstraint("share_bps IS NULL OR share_bps BETWEEN 0 AND 10000", name="share"),
    one_of("storage", "ambient", "chilled", "frozen"),
    one_of("rest", "extend", "cap", "buy"),
    CheckConstraint("shelf_item_id IS NULL OR capacity_milli IS NULL", name="stock_on_the_shelf"),
)
Index(
    "ix_offer_pooled",  # what is being ordered of a product now, over all leaders
    offer.c.product_id,
    offer.c.is_open,
    **only_where("product_id IS NOT NULL"),
)
Index(
    "ix_offer_shelf",
    offer.c.leader_id,
    offer.c.shelf_item_id,
    **only_where("shelf_item_id IS NOT NULL"),
)

offer_alias = Table(
    "offer_alias",
    metadata,
    Column("leader_id", BigInteger, nullable=False),
    Column("round_id", BigInteger, nullable=False),
    Column("alias", String(60), nullable=False),
    Column("offer_id", BigInteger, nullable=False),
    PrimaryKeyConstraint("leader_id", "round_id", "alias"),
    ref("round_id", "round"),
    ref("offer_id", "offer"),
)

offer_tier = Table(
    "offer_tier",
    metadata,
    Column("leader_id", BigInteger, nullable=False),
    Column("offer_id", BigInteger, nullable=False),
    Column("quantity_milli", BigInteger, nullable=False),
    Column("bundle_fen", BigInteger, nullable=False),
    PrimaryKeyConstraint("leader_id", "offer_id", "quantity_milli"),
    ref("offer_id", "offer"),
    CheckConstraint("quantity_milli > 0 AND bundle_fen >= 0", name="bundle"),
)

learned_alias = Table(
    "learned_alias",  # a neighbour's wording that the leader corrected: an alias of that name in later rounds
    metadata,
    Column("leader_id", BigInteger, nullable=False),
    Column("alias", String(60), nullable=False),
    Column("offer_name", String(80), nullable=False),
    Column("taught_at", Instant, nullable=False),
    Column("taught_by", String(40), nullable=False),
    PrimaryKeyConstraint("leader_id", "alias"),
    of_leader(),
)
