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

from models.base import Instant, metadata, of_leader, one_of, only_where, owned, ref

coupon = owned(
    "coupon",
    Column("code", String(20), nullable=False),
    Column("title", String(40), nullable=False),
    Column("kind", String(12), nullable=False),
    Column("value", BigInteger, nullable=False),  # fen, or basis points for a percentage
    Column("min_spend_fen", BigInteger, nullable=False, server_default="0"),
    Column("max_uses", Integer),
    Column("used", Integer, nullable=False, server_default="0"),
    Column("per_resident", Integer, nullable=False, server_default="1"),
    Column("owner_resident_id", BigInteger),  # a personal coupon
    Column("valid_from", Instant),
    Column("valid_until", Instant),
    Column("stopped_at", Instant),  # no more uses; those that stand in an order stay
    Column("created_by", String(40), nullable=False),
    Column("created_at", Instant, nullable=False),
    of_leader(),
    ref("owner_resident_id", "resident"),
    UniqueConstraint("leader_id", "code"),
    one_of("kind", "amount", "percent"),
    CheckConstraint("used >= 0 AND (max_uses IS NULL OR used <= max_uses)", name="uses"),
    CheckConstraint("min_spend_fen >= 0 AND per_resident >= 1 AND (max_uses IS NULL OR max_uses >= 1)", name="limits"),
    CheckConstraint("valid_until IS NULL OR valid_from IS NULL OR valid_until > valid_from", name="validity"),
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
    "uq_coupon_use_live",  # one coupon an order
    coupon_use.c.leader_id,
    coupon_use.c.order_id,
    unique=True,
    **only_where("released_at IS NULL"),
)

Index("ix_coupon_use_resident", coupon_use.c.leader_id, coupon_use.c.resident_id, coupon_use.c.coupon_id)
Index("ix_coupon_owner", coupon.c.leader_id, coupon.c.owner_resident_id)

invite_code = Table(
    "invite_code",  # the word in a resident's own link: whoever comes by it was invited by him
    metadata,
    Column("code", String(12), primary_key=True),
    Column("leader_id", BigInteger, nullable=False),
    Column("resident_id", BigInteger, nullable=False),
    Column("created_at", Instant, nullable=False),
    ref("resident_id", "resident"),
    UniqueConstraint("leader_id", "resident_id"),
)

invite = owned(
    "invite",
    Column("inviter_id", BigInteger, nullable=False),
    Column("invitee_id", BigInteger, nullable=False),
    Column("state", String(12), nullable=False, server_default="joined"),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("rewarded_at", Instant),
    Column("rewarded_order_id", BigInteger),
    Column("why_not", String(20)),  # of a refused one
    ref("inviter_id", "resident"),
    ref("invitee_id", "resident"),
    ref("rewarded_order_id", "orders"),
    UniqueConstraint("leader_id", "invitee_id"),  # an invitee counts once
    # Ids are given in the order in which people come. An inviter was there first: nobody invites himself, and no chain
    # of invitations, however long, leads back to where it began.
    CheckConstraint("inviter_id < invitee_id", name="inviter_came_first"),
    CheckConstraint("state NOT IN ('rewarded', 'reversed') OR rewarded_order_id IS NOT NULL", name="reward_has_order"),
    one_of("state", "joined", "rewarded", "refused", "expired", "reversed"),
)
Index("ix_invite_state", invite.c.state, invite.c.leader_id, invite.c.id)
Index("ix_invite_inviter", invite.c.leader_id, invite.c.inviter_id)

reward = owned(
    "reward",
    Column("invite_id", BigInteger, nullable=False),
    Column("resident_id", BigInteger, nullable=False),
    Column("coupon_id", BigInteger, nullable=False),
    Column("at", Instant, nullable=False),
    Column("reversed_at", Instant),
    ref("invite_id", "invite"),
    ref("resident_id", "resident"),
    ref("coupon_id", "coupon"),
    UniqueConstraint("leader_id", "coupon_id"),
    UniqueConstraint("leader_id", "invite_id", "resident_id"),
)

review = owned(
    "review",
    Column("number", Integer, nullable=False),  # by which the leader answers: 回评 3
    Column("order_id", BigInteger, nullable=False),
    Column("resident_id", BigInteger, nullable=False),
    Column("stars", Integer, nullable=False),
    Column("words", Text),
    Column("answer", Text),
    Column("answered_at", Instant),
    Column("shows_name", Boolean, nullable=False, server_default=text("false")),  # only who agrees is named
    Column("hidden_at", Instant),
    Column("hidden_by", String(40)),
    Column("hidden_reason", String(200)),
    Column("at", Instant, nullable=False),
    Column("changed_at", Instant, nullable=False),
    ref("order_id", "orders"),
    ref("resident_id", "resident"),
    UniqueConstraint("leader_id", "order_id"),
    UniqueConstraint("leader_id", "number"),
    CheckConstraint("stars BETWEEN 1 AND 5", name="stars"),
    CheckConstraint("(hidden_at IS NULL) = (hidden_reason IS NULL)", name="hidden_has_reason"),
)

review_photo = Table(
    "review_photo",
    metadata,
    Column("leader_id", BigInteger, nullable=False),
    Column("review_id", BigInteger, nullable=False),
    Column("media_id", BigInteger, nullable=False),
    PrimaryKeyConstraint("leader_id", "review_id", "media_id"),
    ref("review_id", "review"),
    ref("media_id", "media"),
)

announcement = owned(
    "announcement",
    Column("number", Integer, nullable=False),
    Column("kind", String(12), nullable=False),
    Column("audience", String(12), nullable=False),
    Column("round_id", BigInteger),
    Column("community_id", BigInteger),
    Column("words", Text, nullable=False),
    Column("state", String(12), nullable=False, server_default="sent"),
    Column("reach", Integer, nullable=False, server_default="0"),  # to how many it was sent
    Column("created_by", String(40), nullable=False),
    Column("source_key", String(160), nullable=False),
    Column("sent_at", Instant, nullable=False),
    Column("shown_until", Instant, nullable=False),  # on the leader's page
    of_leader(),
    ref("round_id", "round"),
    ref("community_id", "community"),
    UniqueConstraint("leader_id", "source_key"),
    UniqueConstraint("leader_id", "number"),
    one_of("kind", "event", "preview"),
    one_of("audience", "all", "round", "community"),
    one_of("state", "sent", "withdrawn"),
)
Index("ix_announcement_sent", announcement.c.leader_id, announcement.c.sent_at)
