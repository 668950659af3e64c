"""Payments, after-sales, refunds, the ledger and settlement. 邻团 keeps the books; it never holds money."""

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

_BOOKS = ("cash", "resident", "sales", "supplier", "leader", "platform", "promotion")

payment = owned(
    "payment",
    Column("order_id", BigInteger, nullable=False),
    Column("method", String(16), nullable=False),
    Column("amount_fen", BigInteger, nullable=False),
    Column("state", String(12), nullable=False),
    Column("external_ref", String(64)),
    Column("request_key", String(160), nullable=False),
    Column("actor", String(40), nullable=False),
    Column("at", Instant, nullable=False),
    ref("order_id", "orders"),
    UniqueConstraint("leader_id", "request_key"),
    UniqueConstraint("leader_id", "method", "external_ref"),
    CheckConstraint("amount_fen > 0", name="positive"),
    one_of("method", "cash", "transfer", "wechat", "offset"),
    one_of("state", "created", "pending", "confirmed", "failed", "cancelled"),
)
Index("ix_payment_order", payment.c.leader_id, payment.c.order_id)

after_sales_case = owned(
    "after_sales_case",
    Column("number", Integer, nullable=False),  # the 12 of S12
    Column("order_id", BigInteger, nullable=False),
    Column("wish", String(12), nullable=False),
    Column("reason", String(16), nullable=False),
    Column("state", String(12), nullable=False, server_default="open"),
    Column("opened_by", String(12), nullable=False),
    Column("requested_fen", BigInteger, nullable=False, server_default="0"),
    Column("approved_fen", BigInteger),
    Column("outcome", String(12)),
    Column("note", Text),
    Column("decision_note", Text),
    Column("due_at", Instant),
    Column("escalated_at", Instant),
    Column("opened_at", Instant, nullable=False),
    Column("closed_at", Instant),
    Column("request_key", String(160), nullable=False),
    ref("order_id", "orders"),
    UniqueConstraint("leader_id", "number"),
    UniqueConstraint("leader_id", "request_key"),
    one_of("wish", "refund", "replace", "unsure"),
    one_of("reason", "missing", "wrong_item", "damaged", "quality", "late", "other"),
    one_of("state", "open", "escalated", "resolved", "rejected", "cancelled"),
    one_of("opened_by", "leader", "resident", "platform"),
    one_of("outcome", "refund", "replacement", "none"),
    CheckConstraint("approved_fen IS NULL OR approved_fen >= 0", name="approved_nonneg"),
)
Index("ix_case_order", after_sales_case.c.leader_id, after_sales_case.c.order_id)
Index("ix_case_due", after_sales_case.c.state, after_sales_case.c.due_at)

case_line = Table(
    "case_line",
    metadata,
    Column("leader_id", BigInteger, nullable=False),
    Column("case_id", BigInteger, nullable=False),
    Column("order_line_id", BigInteger, nullable=False),
    Column("quantity_milli", BigInteger, nullable=False),
    PrimaryKeyConstraint("leader_id", "case_id", "order_line_id"),
    ref("case_id", "after_sales_case"),
    ref("order_line_id", "order_line"),
    CheckConstraint("quantity_milli > 0", name="positive"),
)

case_event = owned(
    "case_event",  # who said or did what, in order
    Column("case_id", BigInteger, nullable=False),
    Column("kind", String(12), nullable=False),
    Column("actor", String(40), nullable=False),
    Column("text", Text),
    Column("media_id", BigInteger),
    Column("at", Instant, nullable=False),
    ref("case_id", "after_sales_case"),
    one_of("kind", "opened", "photo", "message", "decided", "escalated", "cancelled"),
)
Index("ix_case_event_case", case_event.c.leader_id, case_event.c.case_id, case_event.c.at)

refund = owned(
    "refund",
    Column("order_id", BigInteger, nullable=False),
    Column("payment_id", BigInteger),
    Column("case_id", BigInteger),
    Column("amount_fen", BigInteger, nullable=False),
    Column("state", String(12), nullable=False),
    Column("request_key", String(160), nullable=False),
    Column("external_ref", String(64)),
    Column("actor", String(40), nullable=False),
    Column("at", Instant, nullable=False),
    # Sent back by the provider: when to try or ask again, and what it said last.
    Column("next_at", Instant),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("problem", String(120)),
    ref("order_id", "orders"),
    ref("payment_id", "payment"),
    ref("case_id", "after_sales_case"),
    UniqueConstraint("leader_id", "request_key"),
    CheckConstraint("amount_fen > 0", name="positive"),
    one_of("state", "created", "transit", "done", "failed", "cancelled"),
)
Index("ix_refund_order", refund.c.leader_id, refund.c.order_id)
Index("ix_refund_due", refund.c.state, refund.c.next_at)

ledger_transfer = owned(
    "ledger_transfer",  # one row is one transfer between two books: it cannot be unbalanced; rows are never edited
    Column("kind", String(16), nullable=False),
    Column("reference", String(160), nullable=False),
    Column("round_id", BigInteger),
    Column("order_id", BigInteger),
    Column("from_book", String(16), nullable=False),
    Column("from_party", BigInteger, nullable=False, server_default="0"),
    Column("to_book", String(16), nullable=False),
    Column("to_party", BigInteger, nullable=False, server_default="0"),
    Column("amount_fen", BigInteger, nullable=False),
    Column("at", Instant, nullable=False),
    of_leader(),
    ref("round_id", "round"),
    ref("order_id", "orders"),
    UniqueConstraint("leader_id", "kind", "reference"),
    CheckConstraint("amount_fen > 0", name="positive"),
    CheckConstraint("from_book <> to_book OR from_party <> to_party", name="moves"),
    one_of("kind", "sale", "sale_change", "payment", "refund", "coupon", "settle", "payout", "reversal"),
    one_of("from_book", *_BOOKS),
    one_of("to_book", *_BOOKS),
)
Index("ix_ledger_order", ledger_transfer.c.leader_id, ledger_transfer.c.order_id)

settlement = owned(
    "settlement",
    Column("round_id", BigInteger, nullable=False),
    Column("state", String(12), nullable=False, server_default="computed"),
    Column("gross_fen", BigInteger, nullable=False),
    Column("discount_fen", BigInteger, nullable=False),
    Column("refund_fen", BigInteger, nullable=False),
    Column("net_fen", BigInteger, nullable=False),
    Column("share_bps", Integer, nullable=False),
    Column("commission_fen", BigInteger, nullable=False),  # the leader's part
    Column("supplier_fen", BigInteger, nullable=False),
    Column("platform_fen", BigInteger, nullable=False),
    # What refunds after earlier settlements change in the leader's part, and in the net of those rounds.
    Column("correction_fen", BigInteger, nullable=False, server_default="0"),
    Column("correction_net_fen", BigInteger, nullable=False, server_default="0"),
    Column("correction_supplier_fen", BigInteger, nullable=False, server_default="0"),
    Column("collected_fen", BigInteger, nullable=False, server_default="0"),  # of the round, in the leader's own hands
    Column(
        "fee_fen", BigInteger, nullable=False, server_default="0"
    ),  # fees and transport: the leader's, beside the net
    # Of the net and the fees, what nobody had paid: none of it is in the leader's part.
    Column("unpaid_fen", BigInteger, nullable=False, server_default="0"),
    Column("returned_fen", BigInteger, nullable=False, server_default="0"),  # 分账 of earlier ones that went back since
    Column("shared_fen", BigInteger, nullable=False, server_default="0"),  # of what is due to her, paid by 分账 already
    Column("computed_at", Instant, nullable=False),
    Column("confirmed_at", Instant),
    Column("paid_at", Instant),
    ref("round_id", "round"),
    CheckConstraint("net_fen = gross_fen - discount_fen - refund_fen", name="net"),
    CheckConstraint("commission_fen + supplier_fen + platform_fen = net_fen", name="adds_up"),
    CheckConstraint(
        "shared_fen = 0 OR shared_fen BETWEEN 0 AND "
        "commission_fen + correction_fen + fee_fen + returned_fen - collected_fen",
        name="shared_is_due",
    ),
    CheckConstraint("unpaid_fen >= 0", name="unpaid_nonneg"),
    one_of("state", "computed", "confirmed", "paid", "void"),
)
Index(
    "uq_settlement_live",
    settlement.c.leader_id,
    settlement.c.round_id,
    unique=True,
    **only_where("state <> 'void'"),
)
Index("ix_settlement_state", settlement.c.state, settlement.c.leader_id, settlement.c.id)

settlement_line = owned(
    "settlement_line",  # one order line behind a settlement's sums; a correction holds what changed since
    Column("settlement_id", BigInteger, nullable=False),
    Column("order_id", BigInteger, nullable=False),
    Column("order_line_id", BigInteger, nullable=False),
    Column("is_correction", Boolean, nullable=False, server_default=text("false")),
    Column("kept_milli", BigInteger, nullable=False),
    Column("gross_fen", BigInteger, nullable=False),
    Column("discount_fen", BigInteger, nullable=False),
    Column("refund_fen", BigInteger, nullable=False),
    Column("unpaid_fen", BigInteger, nullable=False),
    Column("commission_fen", BigInteger, nullable=False),
    Column("supplier_fen", BigInteger, nullable=False),
    ref("settlement_id", "settlement"),
    ref("order_id", "orders"),
    ref("order_line_id", "order_line"),
    UniqueConstraint("leader_id", "settlement_id", "order_line_id"),
)
Index("ix_settlement_line_line", settlement_line.c.leader_id, settlement_line.c.order_line_id)

settlement_order = Table(
    "settlement_order",  # what one order adds to a settlement's sums beside its goods; a correction: what changed since
    metadata,
    Column("leader_id", BigInteger, nullable=False),
    Column("settlement_id", BigInteger, nullable=False),
    Column("order_id", BigInteger, nullable=False),
    Column("is_correction", Boolean, nullable=False, server_default=text("false")),
    Column("fee_fen", BigInteger, nullable=False),
    Column("collected_fen", BigInteger, nullable=False),
    Column("unpaid_fen", BigInteger, nullable=False),
    PrimaryKeyConstraint("leader_id", "settlement_id", "order_id"),
    ref("settlement_id", "settlement"),
    ref("order_id", "orders"),
)
Index("ix_settlement_order_order", settlement_order.c.leader_id, settlement_order.c.order_id)

replacement = owned(
    "replacement",  # 补货: owed goods, handed out with a later order
    Column("case_id", BigInteger, nullable=False),
    Column("order_line_id", BigInteger, nullable=False),
    Column("quantity_milli", BigInteger, nullable=False),
    Column("handed_out_at", Instant),
    Column("is_cancelled", Boolean, nullable=False, server_default=text("false")),
    Column("created_at", Instant, nullable=False),
    ref("case_id", "after_sales_case"),
    ref("order_line_id", "order_line"),
    UniqueConstraint("leader_id", "case_id", "order_line_id"),
    CheckConstraint("quantity_milli > 0", name="positive"),
)

media = owned(
    "media",  # pictures people sent: checked, re-encoded, kept outside the web root, expired
    Column("account_id", BigInteger, ForeignKey("account.id")),
    Column("wechat_media_id", String(128)),
    Column("pic_url", String(500)),  # WeChat's plain address, for accounts without the media API
    Column("path", String(200)),  # relative to the media folder; NULL until fetched
    Column("content_type", String(40)),
    Column("sha256", String(64)),
    Column("size", Integer),
    Column("purpose", String(12), nullable=False, server_default="case"),
    Column("taken_at", Instant),  # as the picture itself says, where it does
    Column("state", String(12), nullable=False, server_default="wanted"),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("next_at", Instant, nullable=False),
    Column("fence", Integer, nullable=False, server_default="0"),
    Column("lease_until", Instant),
    Column("source_key", String(160), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    of_leader(),
    UniqueConstraint("leader_id", "source_key"),
    # code: looked at once for a pickup code and not kept; case_code: the same picture is with a case too
    one_of("purpose", "case", "code", "case_code", "shop", "review", "payment", "delivery"),
    one_of("state", "wanted", "fetching", "stored", "failed", "expired"),
)
Index("ix_media_wanted", media.c.state, media.c.next_at)
