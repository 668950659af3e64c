"""Coupons, invites, reviews and announcements."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Index,
    Integer,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from models.base import Instant, metadata, of_leader, one_of, owned, ref

coupon = owned(
    "coupon",
    Column("code", String(20), nullable=False),
    Column("kind", String(12), nullable=False),
    Column("value", BigInteger, nullable=False),  # fen, or basis points for a percentage
    Column("min_spend_fen", BigInteger, nullable=False, server_default="0"),
    Column("max_uses", Integer),
    Column("used", Integer, nullable=False, server_default="0"),
    Column("per_resident", Integer, nullable=False, server_default="1"),
    Column("owner_resident_id", BigInteger),  # a personal coupon
    Column("valid_from", Instant),
    Column("valid_until", Instant),
    Column("created_at", Instant, nullable=False),
    of_leader(),
    ref("owner_resident_id", "resident"),
    UniqueConstraint("leader_id", "code"),
    one_of("kind", "amount", "percent"),
    CheckConstraint("used >= 0 AND (max_uses IS NULL OR used <= max_uses)", name="uses"),
    CheckConstraint("value > 0 AND (kind <> 'percent' OR value <= 10000)", name="value"),
)

coupon_use = owned(
    "coupon_use",
    Column("coupon_id", BigInteger, nullable=False),
    Column("order_id", BigInteger, nullable=False),
    Column("resident_id", BigInteger, nullable=False),
    Column("amount_fen", BigInteger, nullable=False),
    Column("used_at", Instant, nullable=False),
    Column("released_at", Instant),
    ref("coupon_id", "coupon"),
    ref("order_id", "orders"),
    ref("resident_id", "resident"),
    CheckConstraint("amount_fen >= 0", name="amount"),
)
Index(
    "uq_coupon_use_live",
    coupon_use.c.leader_id,
    coupon_use.c.coupon_id,
    coupon_use.c.order_id,
    unique=True,
    postgresql_where=text("released_at IS NULL"),
    sqlite_where=text("released_at IS NULL"),
)

invite = owned(
    "invite",
    Column("inviter_id", BigInteger, nullable=False),
    Column("token", String(24), nullable=False, unique=True),
    Column("invitee_id", BigInteger),
    Column("state", String(12), nullable=False, server_default="open"),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant),
    Column("rewarded_order_id", BigInteger),
    ref("inviter_id", "resident"),
    ref("invitee_id", "resident"),
    ref("rewarded_order_id", "orders"),
    UniqueConstraint("leader_id", "invitee_id"),  # an invitee counts once
    CheckConstraint("invitee_id IS NULL OR invitee_id <> inviter_id", name="not_self"),
    one_of("state", "open", "joined", "rewarded", "expired"),
)

reward = owned(
    "reward",
    Column("invite_id", BigInteger, nullable=False),
    Column("resident_id", BigInteger, nullable=False),
    Column("coupon_id", BigInteger, nullable=False),
    Column("at", Instant, nullable=False),
    ref("invite_id", "invite"),
    ref("resident_id", "resident"),
    ref("coupon_id", "coupon"),
    UniqueConstraint("leader_id", "invite_id", "resident_id"),
)

review = owned(
    "review",
    Column("order_id", BigInteger, nullable=False),
    Column("resident_id", BigInteger, nullable=False),
    Column("stars", Integer, nullable=False),
    Column("words", Text),
    Column("answer", Text),
    Column("media_id", BigInteger),
    Column("is_anonymous", Boolean, nullable=False, server_default=text("true")),
    Column("hidden_at", Instant),
    Column("hidden_reason", String(200)),
    Column("at", Instant, nullable=False),
    ref("order_id", "orders"),
    ref("resident_id", "resident"),
    ref("media_id", "media"),
    UniqueConstraint("leader_id", "order_id"),
    CheckConstraint("stars BETWEEN 1 AND 5", name="stars"),
    CheckConstraint("(hidden_at IS NULL) = (hidden_reason IS NULL)", name="hidden_has_reason"),
)

announcement = owned(
    "announcement",
    Column("kind", String(12), nullable=False),
    Column("audience", String(12), nullable=False),
    Column("round_id", BigInteger),
    Column("community_id", BigInteger),
    Column("words", Text, nullable=False),
    Column("state", String(12), nullable=False, server_default="draft"),
    Column("reach", Integer, nullable=False, server_default="0"),
    Column("created_at", Instant, nullable=False),
    Column("sent_at", Instant),
    of_leader(),
    ref("round_id", "round"),
    ref("community_id", "community"),
    one_of("kind", "event", "preview"),
    one_of("audience", "all", "round", "community"),
    one_of("state", "draft", "queued", "sent", "cancelled"),
)

announcement_read = Table(
    "announcement_read",
    metadata,
    Column("leader_id", BigInteger, nullable=False),
    Column("announcement_id", BigInteger, nullable=False),
    Column("resident_id", BigInteger, nullable=False),
    Column("at", Instant, nullable=False),
    PrimaryKeyConstraint("leader_id", "announcement_id", "resident_id"),
    ref("announcement_id", "announcement"),
    ref("resident_id", "resident"),
)
