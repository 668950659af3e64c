"""Operators and their sessions, one-time links, the action log, job runs and settings."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    text,
)

from models.base import Instant, metadata, one_of

operator = Table(
    "operator",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("username", String(40), nullable=False, unique=True),
    Column("display_name", String(40), nullable=False),
    Column("password_hash", String(200), nullable=False),
    Column("role", String(12), nullable=False),
    Column("is_active", Boolean, nullable=False, server_default=text("true")),
    Column("created_at", Instant, nullable=False),
    Column("last_login_at", Instant),
    one_of("role", "owner", "operator", "service", "viewer"),
)

web_session = Table(
    "web_session",  # the cookie holds a random token, the table only its hash: a logout really ends it
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("operator_id", BigInteger, ForeignKey("operator.id")),
    Column("account_id", BigInteger, ForeignKey("account.id")),
    Column("leader_id", BigInteger, ForeignKey("leader.id")),
    Column("role", String(12), nullable=False),
    Column("csrf", String(64), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("seen_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    one_of("role", "operator", "leader", "helper", "resident"),
    CheckConstraint("(operator_id IS NOT NULL) = (role = 'operator')", name="operator_has_role"),
    CheckConstraint(
        "role = 'operator' OR (account_id IS NOT NULL AND leader_id IS NOT NULL)", name="member_has_leader"
    ),
)
Index("ix_web_session_expires", web_session.c.expires_at)

login_link = Table(
    "login_link",  # 「后台」 and other links sent in chat: signed by being random, one use, short-lived
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("account_id", BigInteger, ForeignKey("account.id"), nullable=False),
    Column("leader_id", BigInteger, ForeignKey("leader.id"), nullable=False),
    Column("purpose", String(12), nullable=False),
    Column("target", JSON),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("used_at", Instant),
    one_of("purpose", "leader", "helper", "resident", "export"),
)
Index("ix_login_link_expires", login_link.c.expires_at)

action_log = Table(
    "action_log",  # 操作流水: who changed what, from what, to what; leader 0 is the platform itself
    metadata,
    Column("leader_id", BigInteger, nullable=False),
    Column("id", BigInteger, nullable=False),
    Column("actor", String(40), nullable=False),
    Column("action", String(40), nullable=False),
    Column("entity", String(24), nullable=False),
    Column("entity_id", BigInteger, nullable=False),
    Column("before", JSON),
    Column("after", JSON),
    Column("is_forced", Boolean, nullable=False, server_default=text("false")),
    Column("at", Instant, nullable=False),
    PrimaryKeyConstraint("leader_id", "id"),
)
Index("ix_action_log_entity", action_log.c.leader_id, action_log.c.entity, action_log.c.entity_id)
Index("ix_action_log_at", action_log.c.at)

job_run = Table(
    "job_run",  # the last run of each job, and of each slot of a job that may run once only
    metadata,
    Column("job", String(40), nullable=False),
    Column("slot", String(40), nullable=False),
    Column("state", String(12), nullable=False),
    Column("worker", String(60), nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("finished_at", Instant),
    Column("detail", Text),
    PrimaryKeyConstraint("job", "slot"),
    one_of("state", "running", "ok", "failed"),
)

counter = Table(
    "counter",  # gapless small numbers people say aloud: leader numbers, case numbers
    metadata,
    Column("scope", String(40), primary_key=True),
    Column("value", BigInteger, nullable=False),
)
