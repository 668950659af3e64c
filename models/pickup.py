"""Pickup codes and redemptions (核销). What was tried is kept, refused or not."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    PrimaryKeyConstraint,
    String,
    Table,
    text,
)

from models.base import Instant, metadata, one_of, only_where, owned, ref

pickup_code = owned(
    "pickup_code",
    Column("order_id", BigInteger, nullable=False),
    Column("code", String(12), nullable=False),  # five random digits and a Damm check digit
    Column("token", String(32), nullable=False, unique=True),  # 128 random bits, in the QR's URL
    Column("state", String(12), nullable=False, server_default="active"),
    Column("valid_until", Instant),
    Column("issued_at", Instant, nullable=False),
    Column("used_at", Instant),
    ref("order_id", "orders"),
    one_of("state", "active", "used", "revoked", "expired"),
    CheckConstraint("(state = 'used') = (used_at IS NOT NULL)", name="used_has_time"),
)
Index(
    "uq_pickup_code_active",
    pickup_code.c.leader_id,
    pickup_code.c.code,
    unique=True,
    **only_where("state = 'active'"),
)
Index(
    "uq_pickup_code_order_active",
    pickup_code.c.leader_id,
    pickup_code.c.order_id,
    unique=True,
    **only_where("state IN ('active', 'used')"),
)
Index("ix_pickup_code_code", pickup_code.c.leader_id, pickup_code.c.code)
Index("ix_pickup_code_order", pickup_code.c.leader_id, pickup_code.c.order_id)

redemption = owned(
    "redemption",
    Column("code_id", BigInteger),
    Column("order_id", BigInteger),
    Column("typed", String(64), nullable=False),  # what was scanned or typed, cut
    Column("device", String(40), nullable=False),  # where from: chat, web session, phone
    Column("nonce", String(160), nullable=False),  # the same scan sent again is the same scan
    Column("redeemed_by", BigInteger, ForeignKey("account.id")),
    Column("operator_id", BigInteger, ForeignKey("operator.id")),
    Column("ok", Boolean, nullable=False),
    Column("reason", String(20)),
    Column("completes", Boolean, nullable=False, server_default=text("false")),  # nothing is left to hand out
    Column("forced", Boolean, nullable=False, server_default=text("false")),
    Column("annulled_at", Instant),
    Column("annul_reason", String(80)),
    Column("at", Instant, nullable=False),  # when it happened on the phone
    Column("recorded_at", Instant, nullable=False),
    ref("code_id", "pickup_code"),
    ref("order_id", "orders"),
    CheckConstraint("ok = (reason IS NULL)", name="reason_iff_denied"),
    CheckConstraint("NOT ok OR order_id IS NOT NULL", name="ok_has_order"),
    one_of(
        "reason",
        "unknown",
        "already_used",
        "unpaid",
        "cancelled",
        "revoked",
        "other_leader",
        "other_point",
        "not_arrived",
        "too_late",
        "blocked",
        "locked",
        "nothing_left",
        "under_after_sales",
        name="reason_known",
    ),
)
Index(
    "uq_redemption_nonce_ok",  # a refused scan may be repeated with its nonce, a successful one may not
    redemption.c.leader_id,
    redemption.c.device,
    redemption.c.nonce,
    redemption.c.code_id,
    unique=True,
    **only_where("ok"),
)
Index(
    "uq_redemption_once",
    redemption.c.leader_id,
    redemption.c.code_id,
    unique=True,
    **only_where("ok AND completes AND annulled_at IS NULL AND NOT forced"),
)
Index("ix_redemption_order", redemption.c.leader_id, redemption.c.order_id)

redemption_line = Table(
    "redemption_line",
    metadata,
    Column("leader_id", BigInteger, nullable=False),
    Column("redemption_id", BigInteger, nullable=False),
    Column("order_line_id", BigInteger, nullable=False),
    Column("quantity_milli", BigInteger, nullable=False),
    PrimaryKeyConstraint("leader_id", "redemption_id", "order_line_id"),
    ref("redemption_id", "redemption"),
    ref("order_line_id", "order_line"),
    CheckConstraint("quantity_milli > 0", name="positive"),
)

attempt = Table(
    "attempt",  # wrong tries, counted before the check: pickup codes, log-ins
    metadata,
    Column("scope", String(20), nullable=False),
    Column("subject", String(80), nullable=False),
    Column("window_from", Instant, nullable=False),
    Column("failures", BigInteger, nullable=False),
    Column("locked_until", Instant),
    PrimaryKeyConstraint("scope", "subject"),
)
