"""What came in, what a conversation waits for, and what is to be told."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
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
)

from models.base import Instant, metadata, of_leader, one_of, only_where, owned, ref

inbound_message = Table(
    "inbound_message",  # whose key is there was handled: a repeat gets the stored reply
    metadata,
    Column("dedupe_key", String(160), primary_key=True),
    Column("openid", String(64), nullable=False),
    Column("leader_id", BigInteger),
    Column("kind", String(24), nullable=False),
    Column("content", Text),
    Column("reading", String(32)),  # the command it was read as, or unclear/unknown
    Column("state", String(12), nullable=False),
    Column("reply", Text),
    Column("received_at", Instant, nullable=False),
    one_of("state", "received", "deferred", "done", "failed", "ignored"),  # deferred: stored, to be done later
)
Index("ix_inbound_message_received", inbound_message.c.received_at)
Index(
    "ix_inbound_message_deferred",
    inbound_message.c.openid,
    inbound_message.c.received_at,
    **only_where("state = 'deferred'"),
)
Index(
    "ix_inbound_message_waiting",  # the oldest of a hundred thousand, eight at a time
    inbound_message.c.received_at,
    inbound_message.c.dedupe_key,
    **only_where("state = 'deferred'"),
)
Index(
    "ix_inbound_message_leader",  # whose it was is known when it is done
    inbound_message.c.leader_id,
    inbound_message.c.received_at,
    **only_where("leader_id IS NOT NULL"),
)

conversation = Table(
    "conversation",  # what the next short answer of this person settles, and the rest of a long reply
    metadata,
    Column("account_id", BigInteger, ForeignKey("account.id"), primary_key=True),
    Column("pending_kind", String(24)),
    Column("pending", JSON),
    Column("pending_until", Instant),
    Column("rest", Text),
    Column("rest_until", Instant),
    Column("changed_at", Instant, nullable=False),
)
Index(
    "ix_conversation_pending_until",
    conversation.c.pending_until,
    **only_where("pending_until IS NOT NULL"),
)

message_window = Table(
    "message_window",  # how many customer-service messages WeChat still lets us send to this person, and until when
    metadata,
    Column("account_id", BigInteger, ForeignKey("account.id"), nullable=False),
    Column("kind", String(12), nullable=False),
    Column("remaining", Integer, nullable=False),
    Column("closes_at", Instant, nullable=False),
    PrimaryKeyConstraint("account_id", "kind"),
    one_of("kind", "message", "click", "follow", "scan"),
    CheckConstraint("remaining >= 0", name="remaining"),
)

opt_in = Table(
    "opt_in",  # one acceptance of a subscription template is one send
    metadata,
    Column("account_id", BigInteger, ForeignKey("account.id"), nullable=False),
    Column("template_id", String(64), nullable=False),
    Column("remaining", Integer, nullable=False),
    Column("changed_at", Instant, nullable=False),
    PrimaryKeyConstraint("account_id", "template_id"),
    CheckConstraint("remaining >= 0", name="remaining"),
)

notice = owned(
    "notice",  # the outbox: written with the change it tells of, delivered by a job
    Column("dedupe_key", String(160), nullable=False),
    Column("account_id", BigInteger, ForeignKey("account.id"), nullable=False),
    Column("kind", String(24), nullable=False),
    Column("payload", JSON, nullable=False),
    Column("round_id", BigInteger),
    Column("order_id", BigInteger),
    Column("state", String(12), nullable=False, server_default="queued"),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("fence", Integer, nullable=False, server_default="0"),
    Column("next_at", Instant, nullable=False),
    Column("lease_until", Instant),
    Column("first_sent_at", Instant),
    Column("sent_at", Instant),
    Column("expires_at", Instant),
    Column("channel", String(12)),
    Column("last_code", Integer),
    Column("wx_msgid", String(32)),
    Column("created_at", Instant, nullable=False),
    of_leader(),
    ref("round_id", "round"),
    ref("order_id", "orders"),
    UniqueConstraint("leader_id", "dedupe_key"),
    # waiting: no channel may carry it; it is shown with the person's next message
    one_of("state", "queued", "sending", "sent", "waiting", "shown", "expired", "failed", "held"),
    one_of("channel", "customer", "template", "subscribe", "reply"),
)
# Not partial: SQLite uses a partial index only where the query repeats its condition word for word.
Index("ix_notice_due", notice.c.state, notice.c.next_at, notice.c.id)
Index("ix_notice_round", notice.c.leader_id, notice.c.round_id, notice.c.kind)
Index("ix_notice_wx_msgid", notice.c.wx_msgid)
Index("ix_notice_waiting", notice.c.account_id, notice.c.state, notice.c.id)

channel_pause = Table(
    "channel_pause",  # a quota is used up or a feature is not ours: leave the channel alone until then
    metadata,
    Column("channel", String(12), primary_key=True),
    Column("until", Instant, nullable=False),
    Column("code", Integer, nullable=False),
    Column("since", Instant, nullable=False),
)

page_ticket = Table(
    "page_ticket",  # what signs the JS-SDK's use on our pages: one for all processes
    metadata,
    Column("appid", String(32), primary_key=True),
    Column("ticket", String(512)),
    Column("expires_at", Instant),
    Column("next_at", Instant, nullable=False),
    Column("fence", Integer, nullable=False, server_default="0"),
    CheckConstraint("(ticket IS NULL) = (expires_at IS NULL)", name="whole"),
)

relay = owned(
    "relay",  # 联系团长: a resident's words to the leader and the answer
    Column("number", Integer, nullable=False),
    Column("resident_id", BigInteger, nullable=False),
    Column("order_id", BigInteger),
    Column("source_key", String(160), nullable=False),
    Column("question", Text, nullable=False),
    Column("answer", Text),
    Column("asked_at", Instant, nullable=False),
    Column("answered_at", Instant),
    Column("escalated_at", Instant),
    ref("resident_id", "resident"),
    ref("order_id", "orders"),
    UniqueConstraint("leader_id", "number"),
    UniqueConstraint("leader_id", "source_key"),
)
Index(
    "ix_relay_open",
    relay.c.asked_at,
    **only_where("answered_at IS NULL"),
)
