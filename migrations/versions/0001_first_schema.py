"""First schema.

Revision 0001, the first.
"""

# ruff: noqa: E501 - a constraint is one string

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "account",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("openid", sa.String(length=64), nullable=False),
        sa.Column("unionid", sa.String(length=64), nullable=True),
        sa.Column("nickname", sa.String(length=64), nullable=True),
        sa.Column("is_subscribed", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("subscription_at", sa.BigInteger(), nullable=True),
        sa.Column("is_muted", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("openid", name=op.f("uq_account_openid")),
        sa.UniqueConstraint("unionid", name=op.f("uq_account_unionid")),
    )
    op.create_table(
        "action_log",
        sa.Column("leader_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.String(length=40), nullable=False),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("entity", sa.String(length=24), nullable=False),
        sa.Column("entity_id", sa.BigInteger(), nullable=False),
        sa.Column("before", sa.JSON(), nullable=True),
        sa.Column("after", sa.JSON(), nullable=True),
        sa.Column("is_forced", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("leader_id", "id", name=op.f("pk_action_log")),
    )
    op.create_index("ix_action_log_at", "action_log", ["at"], unique=False)
    op.create_index("ix_action_log_entity", "action_log", ["leader_id", "entity", "entity_id"], unique=False)
    op.create_table(
        "attempt",
        sa.Column("scope", sa.String(length=20), nullable=False),
        sa.Column("subject", sa.String(length=80), nullable=False),
        sa.Column("window_from", sa.BigInteger(), nullable=False),
        sa.Column("failures", sa.BigInteger(), nullable=False),
        sa.Column("locked_until", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("scope", "subject", name=op.f("pk_attempt")),
    )
    op.create_table(
        "channel_pause",
        sa.Column("channel", sa.String(length=12), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.Integer(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("channel", name=op.f("pk_channel_pause")),
    )
    op.create_table(
        "counter",
        sa.Column("scope", sa.String(length=40), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("scope", name=op.f("pk_counter")),
    )
    op.create_table(
        "inbound_message",
        sa.Column("dedupe_key", sa.String(length=160), nullable=False),
        sa.Column("openid", sa.String(length=64), nullable=False),
        sa.Column("leader_id", sa.BigInteger(), nullable=True),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("content", sa.Text(), nullable=True),
        sa.Column("reading", sa.String(length=32), nullable=True),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("reply", sa.Text(), nullable=True),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "state IN ('received', 'deferred', 'done', 'failed', 'ignored')",
            name=op.f("ck_inbound_message_state_known"),
        ),
        sa.PrimaryKeyConstraint("dedupe_key", name=op.f("pk_inbound_message")),
    )
    op.create_index(
        "ix_inbound_message_deferred",
        "inbound_message",
        ["openid", "received_at"],
        unique=False,
        postgresql_where=sa.text("state = 'deferred'"),
        sqlite_where=sa.text("state = 'deferred'"),
    )
    op.create_index(
        "ix_inbound_message_leader",
        "inbound_message",
        ["leader_id", "received_at"],
        unique=False,
        postgresql_where=sa.text("leader_id IS NOT NULL"),
        sqlite_where=sa.text("leader_id IS NOT NULL"),
    )
    op.create_index("ix_inbound_message_received", "inbound_message", ["received_at"], unique=False)
    op.create_index(
        "ix_inbound_message_waiting",
        "inbound_message",
        ["received_at", "dedupe_key"],
        unique=False,
        postgresql_where=sa.text("state = 'deferred'"),
        sqlite_where=sa.text("state = 'deferred'"),
    )
    op.create_table(
        "job_run",
        sa.Column("job", sa.String(length=40), nullable=False),
        sa.Column("slot", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("worker", sa.String(length=60), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("finished_at", sa.BigInteger(), nullable=True),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.CheckConstraint("state IN ('running', 'ok', 'failed')", name=op.f("ck_job_run_state_known")),
        sa.PrimaryKeyConstraint("job", "slot", name=op.f("pk_job_run")),
    )
    op.create_table(
        "operator",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("username", sa.String(length=40), nullable=False),
        sa.Column("display_name", sa.String(length=40), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("role", sa.String(length=12), nullable=False),
        sa.Column("is_active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("last_login_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("role IN ('owner', 'operator', 'service', 'viewer')", name=op.f("ck_operator_role_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_operator")),
        sa.UniqueConstraint("username", name=op.f("uq_operator_username")),
    )
    op.create_table(
        "page_ticket",
        sa.Column("appid", sa.String(length=32), nullable=False),
        sa.Column("ticket", sa.String(length=512), nullable=True),
        sa.Column("expires_at", sa.BigInteger(), nullable=True),
        sa.Column("next_at", sa.BigInteger(), nullable=False),
        sa.Column("fence", sa.Integer(), server_default="0", nullable=False),
        sa.CheckConstraint("(ticket IS NULL) = (expires_at IS NULL)", name=op.f("ck_page_ticket_whole")),
        sa.PrimaryKeyConstraint("appid", name=op.f("pk_page_ticket")),
    )
    op.create_table(
        "pay_difference",
        sa.Column("bill_on", sa.String(length=10), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("reference", sa.String(length=64), nullable=False),
        sa.Column("ours_fen", sa.BigInteger(), nullable=True),
        sa.Column("theirs_fen", sa.BigInteger(), nullable=True),
        sa.Column("found_at", sa.BigInteger(), nullable=False),
        sa.Column("settled_at", sa.BigInteger(), nullable=True),
        sa.Column("settled_by", sa.String(length=40), nullable=True),
        sa.Column("note", sa.String(length=200), nullable=True),
        sa.CheckConstraint(
            "kind IN ('unknown_payment', 'missing_payment', 'payment_amount', 'unknown_refund', 'missing_refund', 'refund_amount', 'missing_share', 'share_amount', 'missing_return', 'return_amount')",
            name=op.f("ck_pay_difference_kind_known"),
        ),
        sa.PrimaryKeyConstraint("bill_on", "kind", "reference", name=op.f("pk_pay_difference")),
    )
    op.create_table(
        "supplier",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("phone", sa.String(length=20), nullable=True),
        sa.Column("origin", sa.String(length=120), nullable=True),
        sa.Column("story", sa.Text(), nullable=True),
        sa.Column("is_farmer", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("is_active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("min_order_fen", sa.BigInteger(), nullable=True),
        sa.Column("link_version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("min_order_fen IS NULL OR min_order_fen >= 0", name=op.f("ck_supplier_least")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supplier")),
        sa.UniqueConstraint("name", name=op.f("uq_supplier_name")),
    )
    op.create_table(
        "warehouse",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("address", sa.String(length=200), nullable=True),
        sa.Column("lat_e6", sa.Integer(), nullable=True),
        sa.Column("lng_e6", sa.Integer(), nullable=True),
        sa.Column("datum", sa.String(length=8), server_default="gcj02", nullable=False),
        sa.Column("is_active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.CheckConstraint("datum IN ('gcj02', 'wgs84')", name=op.f("ck_warehouse_datum_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_warehouse")),
        sa.UniqueConstraint("name", name=op.f("uq_warehouse_name")),
    )
    op.create_table(
        "conversation",
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("pending_kind", sa.String(length=24), nullable=True),
        sa.Column("pending", sa.JSON(), nullable=True),
        sa.Column("pending_until", sa.BigInteger(), nullable=True),
        sa.Column("rest", sa.Text(), nullable=True),
        sa.Column("rest_until", sa.BigInteger(), nullable=True),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_conversation_account_id")),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_conversation")),
    )
    op.create_index(
        "ix_conversation_pending_until",
        "conversation",
        ["pending_until"],
        unique=False,
        postgresql_where=sa.text("pending_until IS NOT NULL"),
        sqlite_where=sa.text("pending_until IS NOT NULL"),
    )
    op.create_table(
        "delivery_run",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("run_on", sa.Date(), nullable=False),
        sa.Column("warehouse_id", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=12), server_default="draft", nullable=False),
        sa.Column("crate_units", sa.Integer(), server_default="10", nullable=False),
        sa.Column("frozen_at", sa.BigInteger(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "state IN ('draft', 'cancelled') OR frozen_at IS NOT NULL", name=op.f("ck_delivery_run_frozen")
        ),
        sa.CheckConstraint(
            "state IN ('draft', 'frozen', 'on_the_way', 'done', 'cancelled')", name=op.f("ck_delivery_run_state_known")
        ),
        sa.CheckConstraint("crate_units > 0", name=op.f("ck_delivery_run_crate_units")),
        sa.ForeignKeyConstraint(["warehouse_id"], ["warehouse.id"], name=op.f("fk_delivery_run_warehouse_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery_run")),
        sa.UniqueConstraint("run_on", "warehouse_id", name=op.f("uq_delivery_run_run_on_warehouse_id")),
    )
    op.create_table(
        "leader",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("display_name", sa.String(length=64), nullable=False),
        sa.Column("phone", sa.String(length=20), nullable=True),
        sa.Column("intro", sa.Text(), nullable=True),
        sa.Column("photo_media_id", sa.BigInteger(), nullable=True),
        sa.Column("profile", sa.JSON(), nullable=True),
        sa.Column("share_bps", sa.Integer(), nullable=False),
        sa.Column("payment_mode", sa.String(length=12), server_default="pickup", nullable=False),
        sa.Column("payment_note", sa.String(length=120), nullable=True),
        sa.Column("cancel_unpaid_after_h", sa.Integer(), nullable=True),
        sa.Column("order_fee_fen", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("fee_free_from_fen", sa.BigInteger(), nullable=True),
        sa.Column("unit_fee_fen", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("min_order_fen", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("after_sales_hours", sa.Integer(), server_default="24", nullable=False),
        sa.Column("rest", sa.String(length=8), nullable=True),
        sa.Column("quiet_from_min", sa.Integer(), server_default="1320", nullable=False),
        sa.Column("quiet_until_min", sa.Integer(), server_default="450", nullable=False),
        sa.Column("timezone", sa.String(length=40), server_default="Asia/Shanghai", nullable=False),
        sa.Column("state", sa.String(length=12), server_default="applied", nullable=False),
        sa.Column("application_note", sa.String(length=300), nullable=True),
        sa.Column("shelf_version", sa.Integer(), server_default="0", nullable=False),
        sa.Column("rest_until", sa.BigInteger(), nullable=True),
        sa.Column("substitute_leader_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("decided_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "payment_mode IN ('pickup', 'transfer', 'wechat')", name=op.f("ck_leader_payment_mode_known")
        ),
        sa.CheckConstraint("rest IN ('extend', 'cap', 'buy')", name=op.f("ck_leader_rest_known")),
        sa.CheckConstraint(
            "state IN ('applied', 'active', 'suspended', 'closed', 'rejected')", name=op.f("ck_leader_state_known")
        ),
        sa.CheckConstraint(
            "cancel_unpaid_after_h IS NULL OR cancel_unpaid_after_h > 0", name=op.f("ck_leader_cancel_after")
        ),
        sa.CheckConstraint(
            "quiet_from_min BETWEEN 0 AND 1439 AND quiet_until_min BETWEEN 0 AND 1439", name=op.f("ck_leader_quiet")
        ),
        sa.CheckConstraint("share_bps BETWEEN 0 AND 10000", name=op.f("ck_leader_share")),
        sa.CheckConstraint(
            "substitute_leader_id IS NULL OR substitute_leader_id <> id", name=op.f("ck_leader_substitute_is_another")
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_leader_account_id")),
        sa.ForeignKeyConstraint(["substitute_leader_id"], ["leader.id"], name=op.f("fk_leader_substitute_leader_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_leader")),
        sa.UniqueConstraint("account_id", name=op.f("uq_leader_account_id")),
        sa.UniqueConstraint("number", name=op.f("uq_leader_number")),
    )
    op.create_table(
        "message_window",
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("remaining", sa.Integer(), nullable=False),
        sa.Column("closes_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("kind IN ('message', 'click', 'follow', 'scan')", name=op.f("ck_message_window_kind_known")),
        sa.CheckConstraint("remaining >= 0", name=op.f("ck_message_window_remaining")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_message_window_account_id")),
        sa.PrimaryKeyConstraint("account_id", "kind", name=op.f("pk_message_window")),
    )
    op.create_table(
        "opt_in",
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("template_id", sa.String(length=64), nullable=False),
        sa.Column("remaining", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("remaining >= 0", name=op.f("ck_opt_in_remaining")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_opt_in_account_id")),
        sa.PrimaryKeyConstraint("account_id", "template_id", name=op.f("pk_opt_in")),
    )
    op.create_table(
        "product",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("supplier_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("spec", sa.String(length=60), server_default="", nullable=False),
        sa.Column("unit", sa.String(length=16), nullable=False),
        sa.Column("cost_fen", sa.BigInteger(), nullable=False),
        sa.Column("case_milli", sa.BigInteger(), nullable=True),
        sa.Column("storage", sa.String(length=8), server_default="ambient", nullable=False),
        sa.Column("is_active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.CheckConstraint("storage IN ('ambient', 'chilled', 'frozen')", name=op.f("ck_product_storage_known")),
        sa.CheckConstraint("cost_fen >= 0 AND (case_milli IS NULL OR case_milli > 0)", name=op.f("ck_product_numbers")),
        sa.ForeignKeyConstraint(["supplier_id"], ["supplier.id"], name=op.f("fk_product_supplier_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_product")),
        sa.UniqueConstraint("supplier_id", "name", "spec", name=op.f("uq_product_supplier_id_name_spec")),
    )
    op.create_table(
        "purchase_order",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("supplier_id", sa.BigInteger(), nullable=False),
        sa.Column("needed_on", sa.Date(), nullable=False),
        sa.Column("number", sa.Integer(), server_default="1", nullable=False),
        sa.Column("state", sa.String(length=12), server_default="draft", nullable=False),
        sa.Column("total_fen", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("supplier_note", sa.String(length=300), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("sent_at", sa.BigInteger(), nullable=True),
        sa.Column("confirmed_at", sa.BigInteger(), nullable=True),
        sa.Column("received_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "state IN ('draft', 'sent', 'confirmed', 'received', 'cancelled')",
            name=op.f("ck_purchase_order_state_known"),
        ),
        sa.ForeignKeyConstraint(["supplier_id"], ["supplier.id"], name=op.f("fk_purchase_order_supplier_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_purchase_order")),
        sa.UniqueConstraint(
            "supplier_id", "needed_on", "number", name=op.f("uq_purchase_order_supplier_id_needed_on_number")
        ),
    )
    op.create_index(
        "ix_purchase_order_draft",
        "purchase_order",
        ["supplier_id", "needed_on"],
        unique=True,
        postgresql_where=sa.text("state = 'draft'"),
        sqlite_where=sa.text("state = 'draft'"),
    )
    op.create_index("ix_purchase_order_state", "purchase_order", ["state", "needed_on"], unique=False)
    op.create_table(
        "vehicle",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("driver", sa.String(length=40), nullable=True),
        sa.Column("phone", sa.String(length=20), nullable=True),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("works_from_min", sa.Integer(), server_default="300", nullable=False),
        sa.Column("works_until_min", sa.Integer(), server_default="720", nullable=False),
        sa.Column("warehouse_id", sa.BigInteger(), nullable=True),
        sa.Column("is_active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.CheckConstraint(
            "capacity > 0 AND works_from_min >= 0 AND works_until_min > works_from_min", name=op.f("ck_vehicle_numbers")
        ),
        sa.ForeignKeyConstraint(["warehouse_id"], ["warehouse.id"], name=op.f("fk_vehicle_warehouse_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vehicle")),
        sa.UniqueConstraint("name", name=op.f("uq_vehicle_name")),
    )
    op.create_table(
        "community",
        sa.Column("leader_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["leader_id"], ["leader.id"], name=op.f("fk_community_leader_id")),
        sa.PrimaryKeyConstraint("leader_id", "id", name=op.f("pk_community")),
        sa.UniqueConstraint("leader_id", "name", name=op.f("uq_community_leader_id_name")),
    )
    op.create_table(
        "helper",
        sa.Column("leader_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("display_name", sa.String(length=64), nullable=False),
        sa.Column("is_active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_helper_account_id")),
        sa.ForeignKeyConstraint(["leader_id"], ["leader.id"], name=op.f("fk_helper_leader_id")),
        sa.PrimaryKeyConstraint("leader_id", "id", name=op.f("pk_helper")),
        sa.UniqueConstraint("leader_id", "account_id", name=op.f("uq_helper_leader_id_account_id")),
    )
    op.create_index("ix_helper_account", "helper", ["account_id"], unique=False)
    op.create_table(
        "learned_alias",
        sa.Column("leader_id", sa.BigInteger(), nullable=False),
        sa.Column("alias", sa.String(length=60), nullable=False),
        sa.Column("offer_name", sa.String(length=80), nullable=False),
        sa.Column("taught_at", sa.BigInteger(), nullable=False),
        sa.Column("taught_by", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["leader_id"], ["leader.id"], name=op.f("fk_learned_alias_leader_id")),
        sa.PrimaryKeyConstraint("leader_id", "alias", name=op.f("pk_learned_alias")),
    )
    op.create_table(
        "learned_product",
        sa.Column("leader_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("spec", sa.String(length=60), nullable=False),
        sa.Column("unit", sa.String(length=16), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=True),
        sa.Column("taught_at", sa.BigInteger(), nullable=False),
        sa.Column("taught_by", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["leader_id"], ["leader.id"], name=op.f("fk_learned_product_leader_id")),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_learned_product_product_id")),
        sa.PrimaryKeyConstraint("leader_id", "name", "spec", "unit", name=op.f("pk_learned_product")),
    )
    op.create_table(
        "login_link",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("leader_id", sa.BigInteger(), nullable=False),
        sa.Column("purpose", sa.String(length=12), nullable=False),
        sa.Column("target", sa.JSON(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("used_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "purpose IN ('leader', 'helper', 'resident', 'export')", name=op.f("ck_login_link_purpose_known")
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_login_link_account_id")),
        sa.ForeignKeyConstraint(["leader_id"], ["leader.id"], name=op.f("fk_login_link_leader_id")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_login_link")),
    )
    op.create_index("ix_login_link_expires", "login_link", ["expires_at"], unique=False)
    op.create_table(
        "media",
        sa.Column("leader_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("wechat_media_id", sa.String(length=128), nullable=True),
        sa.Column("pic_url", sa.String(length=500), nullable=True),
        sa.Column("path", sa.String(length=200), nullable=True),
        sa.Column("content_type", sa.String(length=40), nullable=True),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("size", sa.Integer(), nullable=True),
        sa.Column("purpose", sa.String(length=12), server_default="case", nullable=False),
        sa.Column("taken_at", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.String(length=12), server_default="wanted", nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("next_at", sa.BigInteger(), nullable=False),
        sa.Column("fence", sa.Integer(), server_default="0", nullable=False),
        sa.Column("lease_until", sa.BigInteger(), nullable=True),
        sa.Column("source_key", sa.String(length=160), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "purpose IN ('case', 'code', 'case_code', 'shop', 'review', 'payment', 'delivery')",
            name=op.f("ck_media_purpose_known"),
        ),
        sa.CheckConstraint(
            "state IN ('wanted', 'fetching', 'stored', 'failed', 'expired')", name=op.f("ck_media_state_known")
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_media_account_id")),
        sa.ForeignKeyConstraint(["leader_id"], ["leader.id"], name=op.f("fk_media_leader_id")),
        sa.PrimaryKeyConstraint("leader_id", "id", name=op.f("pk_media")),
        sa.UniqueConstraint("leader_id", "source_key", name=op.f("uq_media_leader_id_source_key")),
    )
    op.create_index("ix_media_wanted", "media", ["state", "next_at"], unique=False)
    op.create_table(
        "purchase_order_line",
        sa.Column("purchase_order_id", sa.BigInteger(), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("needed_milli", sa.BigInteger(), nullable=False),
        sa.Column("ordered_milli", sa.BigInteger(), nullable=False),
        sa.Column("case_milli", sa.BigInteger(), nullable=True),
        sa.Column("rest", sa.String(length=8), nullable=True),
        sa.Column("promised_milli", sa.BigInteger(), nullable=True),
        sa.Column("received_milli", sa.BigInteger(), nullable=True),
        sa.Column("damaged_milli", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("cost_fen", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("rest IN ('cap', 'buy')", name=op.f("ck_purchase_order_line_rest_known")),
        sa.CheckConstraint(
            "damaged_milli <= coalesce(received_milli, 0)", name=op.f("ck_purchase_order_line_damaged_of_received")
        ),
        sa.CheckConstraint("damaged_milli >= 0 AND cost_fen >= 0", name=op.f("ck_purchase_order_line_numbers")),
        sa.CheckConstraint(
            "needed_milli >= 0 AND ordered_milli >= needed_milli", name=op.f("ck_purchase_order_line_ordered")
        ),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_purchase_order_line_product_id")),
        sa.ForeignKeyConstraint(
            ["purchase_order_id"], ["purchase_order.id"], name=op.f("fk_purchase_order_line_purchase_order_id")
        ),
        sa.PrimaryKeyConstraint("purchase_order_id", "product_id", name=op.f("pk_purchase_order_line")),
    )
    op.create_table(
        "route",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("vehicle_id", sa.BigInteger(), nullable=True),
        sa.Column("metres", sa.Integer(), nullable=True),
        sa.Column("seconds", sa.Integer(), nullable=True),
        sa.Column("leaves_at", sa.BigInteger(), nullable=True),
        sa.Column("back_at", sa.BigInteger(), nullable=True),
        sa.Column("is_locked", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("link_no", sa.Integer(), server_default="1", nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["run_id"], ["delivery_run.id"], name=op.f("fk_route_run_id")),
        sa.ForeignKeyConstraint(["vehicle_id"], ["vehicle.id"], name=op.f("fk_route_vehicle_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_route")),
        sa.UniqueConstraint("run_id", "number", name=op.f("uq_route_run_id_number")),
        sa.UniqueConstraint("run_id", "vehicle_id", name=op.f("uq_route_run_id_vehicle_id")),
    )
    op.create_table(
        "route_search",
        sa.Column("run_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("asked_s", sa.Integer(), nullable=False),
        sa.Column("searched_s", sa.Integer(), server_default="0", nullable=False),
        sa.Column("keeps_zones", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("stop_wanted", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("problem", sa.JSON(), nullable=True),
        sa.Column("best", sa.JSON(), nullable=True),
        sa.Column("free", sa.JSON(), nullable=True),
        sa.Column("cost", sa.BigInteger(), nullable=True),
        sa.Column("metres", sa.BigInteger(), nullable=True),
        sa.Column("placed", sa.Integer(), server_default="0", nullable=False),
        sa.Column("trouble", sa.JSON(), nullable=True),
        sa.Column("fence", sa.Integer(), server_default="0", nullable=False),
        sa.Column("lease_until", sa.BigInteger(), nullable=True),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "state IN ('wanted', 'searching', 'done', 'stopped', 'failed')", name=op.f("ck_route_search_state_known")
        ),
        sa.CheckConstraint("asked_s > 0 AND searched_s >= 0", name=op.f("ck_route_search_seconds")),
        sa.ForeignKeyConstraint(["run_id"], ["delivery_run.id"], name=op.f("fk_route_search_run_id")),
        sa.PrimaryKeyConstraint("run_id", name=op.f("pk_route_search")),
    )
    op.create_index(
        "ix_route_search_due",
        "route_search",
        ["lease_until"],
        unique=False,
        postgresql_where=sa.text("state IN ('wanted', 'searching')"),
        sqlite_where=sa.text("state IN ('wanted', 'searching')"),
    )
    op.create_table(
        "share_receiver",
        sa.Column("leader_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("merchant_id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("state", sa.String(length=12), server_default="wanted", nullable=False),
        sa.Column("problem", sa.String(length=120), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("next_at", sa.BigInteger(), nullable=True),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("state IN ('wanted', 'ready', 'failed')", name=op.f("ck_share_receiver_state_known")),
        sa.ForeignKeyConstraint(["leader_id"], ["leader.id"], name=op.f("fk_share_receiver_leader_id")),
        sa.PrimaryKeyConstraint("leader_id", "id", name=op.f("pk_share_receiver")),
        sa.UniqueConstraint("leader_id", name=op.f("uq_share_receiver_leader_id")),
    )
    op.create_index("ix_share_receiver_due", "share_receiver", ["state", "next_at"], unique=False)
    op.create_table(
        "supplier_photo",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("supplier_id", sa.BigInteger(), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=True),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("path", sa.String(length=200), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("source_key", sa.String(length=160), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("kind IN ('story', 'document')", name=op.f("ck_supplier_photo_kind_known")),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_supplier_photo_product_id")),
        sa.ForeignKeyConstraint(["supplier_id"], ["supplier.id"], name=op.f("fk_supplier_photo_supplier_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supplier_photo")),
        sa.UniqueConstraint("source_key", name=op.f("uq_supplier_photo_source_key")),
    )
    op.create_index("ix_supplier_photo_of", "supplier_photo", ["supplier_id", "id"], unique=False)
    op.create_table(
        "web_session",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("operator_id", sa.BigInteger(), nullable=True),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("leader_id", sa.BigInteger(), nullable=True),
        sa.Column("role", sa.String(length=12), nullable=False),
        sa.Column("csrf", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "(operator_id IS NOT NULL) = (role = 'operator')", name=op.f("ck_web_session_operator_has_role")
        ),
        sa.CheckConstraint(
            "role = 'operator' OR (account_id IS NOT NULL AND leader_id IS NOT NULL)",
            name=op.f("ck_web_session_member_has_leader"),
        ),
        sa.CheckConstraint(
            "role IN ('operator', 'leader', 'helper', 'resident')", name=op.f("ck_web_session_role_known")
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_web_session_account_id")),
        sa.ForeignKeyConstraint(["leader_id"], ["leader.id"], name=op.f("fk_web_session_leader_id")),
        sa.ForeignKeyConstraint(["operator_id"], ["operator.id"], name=op.f("fk_web_session_operator_id")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_web_session")),
    )
    op.create_index("ix_web_session_expires", "web_session", ["expires_at"], unique=False)
    op.create_table(
        "pickup_point",
        sa.Column("leader_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("community_id", sa.BigInteger(), nullable=True),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("address", sa.String(length=200), nullable=True),
        sa.Column("lat_e6", sa.Integer(), nullable=True),
        sa.Column("lng_e6", sa.Integer(), nullable=True),
        sa.Column("datum", sa.String(length=8), server_default="gcj02", nullable=False),
        sa.Column("hours", sa.String(length=120), nullable=True),
        sa.Column("service_min", sa.Integer(), server_default="5", nullable=False),
        sa.Column("opens_min", sa.Integer(), nullable=True),
        sa.Column("closes_min", sa.Integer(), nullable=True),
        sa.Column("cold_by_min", sa.Integer(), nullable=True),
        sa.Column("zone", sa.String(length=40), server_default="", nullable=False),
        sa.Column("warehouse_id", sa.BigInteger(), nullable=True),
        sa.Column("is_active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.CheckConstraint("datum IN ('gcj02', 'wgs84')", name=op.f("ck_pickup_point_datum_known")),
        sa.CheckConstraint(
            "opens_min IS NULL OR closes_min IS NULL OR closes_min > opens_min", name=op.f("ck_pickup_point_window")
        ),
        sa.CheckConstraint("service_min BETWEEN 0 AND 240", name=op.f("ck_pickup_point_service")),
        sa.ForeignKeyConstraint(
            ["leader_id", "community_id"],
            ["community.leader_id", "community.id"],
            name=op.f("fk_pickup_point_leader_id_community_id"),
        ),
        sa.ForeignKeyConstraint(["leader_id"], ["leader.id"], name=op.f("fk_pickup_point_leader_id")),
        sa.ForeignKeyConstraint(["warehouse_id"], ["warehouse.id"], name=op.f("fk_pickup_point_warehouse_id")),
        sa.PrimaryKeyConstraint("leader_id", "id", name=op.f("pk_pickup_point")),
        sa.UniqueConstraint("leader_id", "name", name=op.f("uq_pickup_point_leader_id_name")),
    )
    op.create_table(
        "shelf_item",
        sa.Column("leader_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("spec", sa.String(length=60), server_default="", nullable=False),
        sa.Column("unit", sa.String(length=16), server_default="份", nullable=False),
        sa.Column("price_fen", sa.BigInteger(), nullable=False),
        sa.Column("put_milli", sa.BigInteger(), nullable=False),
        sa.Column("taken_milli", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("is_on", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("is_cold", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("words", sa.String(length=300), nullable=True),
        sa.Column("photo_media_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("price_fen >= 0", name=op.f("ck_shelf_item_price")),
        sa.CheckConstraint("taken_milli BETWEEN 0 AND put_milli", name=op.f("ck_shelf_item_not_oversold")),
        sa.ForeignKeyConstraint(
            ["leader_id", "photo_media_id"],
            ["media.leader_id", "media.id"],
            name=op.f("fk_shelf_item_leader_id_photo_media_id"),
        ),
        sa.ForeignKeyConstraint(["leader_id"], ["leader.id"], name=op.f("fk_shelf_item_leader_id")),
        sa.PrimaryKeyConstraint("leader_id", "id", name=op.f("pk_shelf_item")),
        sa.UniqueConstraint("leader_id", "name", "spec", name=op.f("uq_shelf_item_leader_id_name_spec")),
        sa.UniqueConstraint("leader_id", "number", name=op.f("uq_shelf_item_leader_id_number")),
    )
    op.create_table(
        "resident",
        sa.Column("leader_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("host_resident_id", sa.BigInteger(), nullable=True),
        sa.Column("guest_key", sa.String(length=120), nullable=True),
        sa.Column("display_name", sa.String(length=64), nullable=True),
        sa.Column("room", sa.String(length=40), nullable=True),
        sa.Column("phone", sa.String(length=20), nullable=True),
        sa.Column("note", sa.String(length=120), nullable=True),
        sa.Column("default_point_id", sa.BigInteger(), nullable=True),
        sa.Column("community_id", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.String(length=12), server_default="active", nullable=False),
        sa.Column("wants_news", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "account_id IS NOT NULL OR host_resident_id IS NOT NULL OR state = 'erased'",
            name=op.f("ck_resident_guest_has_host"),
        ),
        sa.CheckConstraint(
            "host_resident_id IS NULL OR guest_key IS NOT NULL OR state = 'erased'",
            name=op.f("ck_resident_guest_has_key"),
        ),
        sa.CheckConstraint("state IN ('active', 'left', 'erased')", name=op.f("ck_resident_state_known")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_resident_account_id")),
        sa.ForeignKeyConstraint(
            ["leader_id", "community_id"],
            ["community.leader_id", "community.id"],
            name=op.f("fk_resident_leader_id_community_id"),
        ),
        sa.ForeignKeyConstraint(
            ["leader_id", "default_point_id"],
            ["pickup_point.leader_id", "pickup_point.id"],
            name=op.f("fk_resident_leader_id_default_point_id"),
        ),
        sa.ForeignKeyConstraint(
            ["leader_id", "host_resident_id"],
            ["resident.leader_id", "resident.id"],
            name=op.f("fk_resident_leader_id_host_resident_id"),
        ),
        sa.ForeignKeyConstraint(["leader_id"], ["leader.id"], name=op.f("fk_resident_leader_id")),
        sa.PrimaryKeyConstraint("leader_id", "id", name=op.f("pk_resident")),
        sa.UniqueConstraint("leader_id", "account_id", name=op.f("uq_resident_leader_id_account_id")),
    )
    op.create_index("ix_resident_room", "resident", ["leader_id", "room"], unique=False)
    op.create_index(
        "uq_resident_guest",
        "resident",
        ["leader_id", "host_resident_id", "guest_key"],
        unique=True,
        sqlite_where=sa.text("host_resident_id IS NOT NULL"),
        postgresql_where=sa.text("host_resident_id IS NOT NULL"),
    )
    op.create_table(
        "round",
        sa.Column("leader_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("kind", sa.String(length=8), server_default="presale", nullable=False),
        sa.Column("shelf_day", sa.String(length=10), nullable=True),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("state", sa.String(length=12), server_default="draft", nullable=False),
        sa.Column("opens_at", sa.BigInteger(), nullable=True),
        sa.Column("closes_at", sa.BigInteger(), nullable=True),
        sa.Column("opened_at", sa.BigInteger(), nullable=True),
        sa.Column("closed_at", sa.BigInteger(), nullable=True),
        sa.Column("arrived_at", sa.BigInteger(), nullable=True),
        sa.Column("finished_at", sa.BigInteger(), nullable=True),
        sa.Column("pickup_from", sa.BigInteger(), nullable=True),
        sa.Column("pickup_until", sa.BigInteger(), nullable=True),
        sa.Column("pickup_text", sa.String(length=120), nullable=True),
        sa.Column("pickup_place", sa.String(length=120), nullable=True),
        sa.Column("pickup_point_id", sa.BigInteger(), nullable=True),
        sa.Column("note", sa.String(length=500), nullable=True),
        sa.Column("post", sa.Text(), nullable=True),
        sa.Column("min_total_fen", sa.BigInteger(), nullable=True),
        sa.Column("order_fee_fen", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("fee_free_from_fen", sa.BigInteger(), nullable=True),
        sa.Column("unit_fee_fen", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("min_order_fen", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("transport_fen", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("share_bps", sa.Integer(), nullable=False),
        sa.Column("after_sales_hours", sa.Integer(), server_default="24", nullable=False),
        sa.Column("last_seq", sa.Integer(), server_default="0", nullable=False),
        sa.Column("closed_orders", sa.Integer(), nullable=True),
        sa.Column("closed_total_fen", sa.BigInteger(), nullable=True),
        sa.Column("closed_version", sa.Integer(), nullable=True),
        sa.Column("booked_seq", sa.Integer(), nullable=True),
        sa.Column("reminded_for", sa.BigInteger(), nullable=True),
        sa.Column("copied_from_id", sa.BigInteger(), nullable=True),
        sa.Column("gathered_version", sa.Integer(), nullable=True),
        sa.Column("stretched_at", sa.BigInteger(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("(kind = 'shelf') = (shelf_day IS NOT NULL)", name=op.f("ck_round_shelf_day")),
        sa.CheckConstraint("kind IN ('presale', 'shelf')", name=op.f("ck_round_kind_known")),
        sa.CheckConstraint(
            "state = 'draft' OR (opens_at IS NOT NULL AND closes_at IS NOT NULL)", name=op.f("ck_round_dated")
        ),
        sa.CheckConstraint(
            "state IN ('draft', 'open', 'closed', 'arrived', 'completed', 'settled', 'cancelled')",
            name=op.f("ck_round_state_known"),
        ),
        sa.CheckConstraint(
            "closes_at IS NULL OR opens_at IS NULL OR closes_at > opens_at", name=op.f("ck_round_window")
        ),
        sa.CheckConstraint(
            "order_fee_fen >= 0 AND unit_fee_fen >= 0 AND min_order_fen >= 0 AND transport_fen >= 0",
            name=op.f("ck_round_fees"),
        ),
        sa.CheckConstraint(
            "pickup_until IS NULL OR pickup_from IS NULL OR pickup_until > pickup_from",
            name=op.f("ck_round_pickup_window"),
        ),
        sa.CheckConstraint("share_bps BETWEEN 0 AND 10000", name=op.f("ck_round_share")),
        sa.ForeignKeyConstraint(
            ["leader_id", "copied_from_id"],
            ["round.leader_id", "round.id"],
            name=op.f("fk_round_leader_id_copied_from_id"),
        ),
        sa.ForeignKeyConstraint(
            ["leader_id", "pickup_point_id"],
            ["pickup_point.leader_id", "pickup_point.id"],
            name=op.f("fk_round_leader_id_pickup_point_id"),
        ),
        sa.ForeignKeyConstraint(["leader_id"], ["leader.id"], name=op.f("fk_round_leader_id")),
        sa.PrimaryKeyConstraint("leader_id", "id", name=op.f("pk_round")),
        sa.UniqueConstraint("code", name=op.f("uq_round_code")),
        sa.UniqueConstraint("leader_id", "shelf_day", name=op.f("uq_round_leader_id_shelf_day")),
    )
    op.create_index(
        "ix_round_due_close",
        "round",
        ["closes_at"],
        unique=False,
        postgresql_where=sa.text("state = 'open'"),
        sqlite_where=sa.text("state = 'open'"),
    )
    op.create_index("ix_round_everywhere", "round", ["state", "leader_id", "id"], unique=False)
    op.create_index(
        "ix_round_gathered",
        "round",
        ["state", "leader_id", "id"],
        unique=False,
        postgresql_where=sa.text("gathered_version IS NOT NULL"),
        sqlite_where=sa.text("gathered_version IS NOT NULL"),
    )
    op.create_index("ix_round_state", "round", ["leader_id", "state", "id"], unique=False)
    op.create_index(
        "ix_round_to_book",
        "round",
        ["closed_at"],
        unique=False,
        postgresql_where=sa.text("booked_seq IS NOT NULL"),
        sqlite_where=sa.text("booked_seq IS NOT NULL"),
    )
    op.create_table(
        "route_stop",
        sa.Column("leader_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("route_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("pickup_point_id", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=True),
        sa.Column("arrived_at", sa.BigInteger(), nullable=True),
        sa.Column("done_at", sa.BigInteger(), nullable=True),
        sa.Column("is_locked", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.ForeignKeyConstraint(
            ["leader_id", "pickup_point_id"],
            ["pickup_point.leader_id", "pickup_point.id"],
            name=op.f("fk_route_stop_leader_id_pickup_point_id"),
        ),
        sa.ForeignKeyConstraint(["leader_id"], ["leader.id"], name=op.f("fk_route_stop_leader_id")),
        sa.ForeignKeyConstraint(["route_id"], ["route.id"], name=op.f("fk_route_stop_route_id")),
        sa.ForeignKeyConstraint(["run_id"], ["delivery_run.id"], name=op.f("fk_route_stop_run_id")),
        sa.PrimaryKeyConstraint("leader_id", "id", name=op.f("pk_route_stop")),
        sa.UniqueConstraint(
            "leader_id", "run_id", "pickup_point_id", name=op.f("uq_route_stop_leader_id_run_id_pickup_point_id")
        ),
    )
    op.create_index("ix_route_stop_route", "route_stop", ["route_id", "position"], unique=True)
    op.create_index("ix_route_stop_run", "route_stop", ["run_id"], unique=False)
    op.create_table(
        "account_binding",
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("leader_id", sa.BigInteger(), nullable=False),
        sa.Column("resident_id", sa.BigInteger(), nullable=False),
        sa.Column("is_current", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("via", sa.String(length=12), nullable=False),
        sa.Column("bound_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "via IN ('scene', 'link', 'code', 'self', 'invite')", name=op.f("ck_account_binding_via_known")
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_account_binding_account_id")),
        sa.ForeignKeyConstraint(
            ["leader_id", "resident_id"],
            ["resident.leader_id", "resident.id"],
            name=op.f("fk_account_binding_leader_id_resident_id"),
        ),
        sa.ForeignKeyConstraint(["leader_id"], ["leader.id"], name=op.f("fk_account_binding_leader_id")),
        sa.PrimaryKeyConstraint("account_id", "leader_id", name=op.f("pk_account_binding")),
    )
    op.create_index(
        "uq_account_binding_current",
        "account_binding",
        ["account_id"],
        unique=True,
        postgresql_where=sa.text("is_current"),
        sqlite_where=sa.text("is_current"),
    )
    op.create_table(
        "announcement",
        sa.Column("leader_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("audience", sa.String(length=12), nullable=False),
        sa.Column("round_id", sa.BigInteger(), nullable=True),
        sa.Column("community_id", sa.BigInteger(), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=12), server_default="sent", nullable=False),
        sa.Column("reach", sa.Integer(), server_default="0", nullable=False),
        sa.Column("created_by", sa.String(length=40), nullable=False),
        sa.Column("source_key", sa.String(length=160), nullable=False),
        sa.Column("sent_at", sa.BigInteger(), nullable=False),
        sa.Column("shown_until", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("audience IN ('all', 'round', 'community')", name=op.f("ck_announcement_audience_known")),
        sa.CheckConstraint("kind IN ('event', 'preview')", name=op.f("ck_announcement_kind_known")),
        sa.CheckConstraint("state IN ('sent', 'withdrawn')", name=op.f("ck_announcement_state_known")),
        sa.ForeignKeyConstraint(
            ["leader_id", "community_id"],
            ["community.leader_id", "community.id"],
            name=op.f("fk_announcement_leader_id_community_id"),
        ),
        sa.ForeignKeyConstraint(
            ["leader_id", "round_id"], ["round.leader_id", "round.id"], name=op.f("fk_announcement_leader_id_round_id")
        ),
        sa.ForeignKeyConstraint(["leader_id"], ["leader.id"], name=op.f("fk_announcement_leader_id")),
        sa.PrimaryKeyConstraint("leader_id", "id", name=op.f("pk_announcement")),
        sa.UniqueConstraint("leader_id", "number", name=op.f("uq_announcement_leader_id_number")),
        sa.UniqueConstraint("leader_id", "source_key", name=op.f("uq_announcement_leader_id_source_key")),
    )
    op.create_index("ix_announcement_sent", "announcement", ["leader_id", "sent_at"], unique=False)
    op.create_table(
        "coupon",
        sa.Column("leader_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("title", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.Column("min_spend_fen", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("max_uses", sa.Integer(), nullable=True),
        sa.Column("used", sa.Integer(), server_default="0", nullable=False),
        sa.Column("per_resident", sa.Integer(), server_default="1", nullable=False),
        sa.Column("owner_resident_id", sa.BigInteger(), nullable=True),
        sa.Column("valid_from", sa.BigInteger(), nullable=True),
        sa.Column("valid_until", sa.BigInteger(), nullable=True),
        sa.Column("stopped_at", sa.BigInteger(), nullable=True),
        sa.Column("created_by", sa.String(length=40), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("kind IN ('amount', 'percent')", name=op.f("ck_coupon_kind_known")),
        sa.CheckConstraint("value > 0 AND (kind <> 'percent' OR value <= 10000)", name=op.f("ck_coupon_value")),
        sa.CheckConstraint(
            "min_spend_fen >= 0 AND per_resident >= 1 AND (max_uses IS NULL OR max_uses >= 1)",
            name=op.f("ck_coupon_limits"),
        ),
        sa.CheckConstraint("used >= 0 AND (max_uses IS NULL OR used <= max_uses)", name=op.f("ck_coupon_uses")),
        sa.CheckConstraint(
            "valid_until IS NULL OR valid_from IS NULL OR valid_until > valid_from", name=op.f("ck_coupon_validity")
        ),
        sa.ForeignKeyConstraint(
            ["leader_id", "owner_resident_id"],
            ["resident.leader_id", "resident.id"],
            name=op.f("fk_coupon_leader_id_owner_resident_id"),
        ),
        sa.ForeignKeyConstraint(["leader_id"], ["leader.id"], name=op.f("fk_coupon_leader_id")),
        sa.PrimaryKeyConstraint("leader_id", "id", name=op.f("pk_coupon")),
        sa.UniqueConstraint("leader_id", "code", name=op.f("uq_coupon_leader_id_code")),
    )
    op.create_index("ix_coupon_owner", "coupon", ["leader_id", "owner_resident_id"], unique=False)
    op.create_table(
        "delivery_note",
        sa.Column("leader_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("pickup_point_id", sa.BigInteger(), nullable=False),
        sa.Column("round_id", sa.BigInteger(), nullable=False),
        sa.Column("crates", sa.Integer(), server_default="0", nullable=False),
        sa.Column("cold_crates", sa.Integer(), server_default="0", nullable=False),
        sa.Column("signed_at", sa.BigInteger(), nullable=True),
        sa.Column("signed_by", sa.String(length=40), nullable=True),
        sa.Column("remark", sa.String(length=200), nullable=True),
        sa.Column("photo_media_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("crates >= 0 AND cold_crates >= 0", name=op.f("ck_delivery_note_crates")),
        sa.ForeignKeyConstraint(
            ["leader_id", "photo_media_id"],
            ["media.leader_id", "media.id"],
            name=op.f("fk_delivery_note_leader_id_photo_media_id"),
        ),
        sa.ForeignKeyConstraint(
            ["leader_id", "pickup_point_id"],
            ["pickup_point.leader_id", "pickup_point.id"],
            name=op.f("fk_delivery_note_leader_id_pickup_point_id"),
        ),
        sa.ForeignKeyConstraint(
            ["leader_id", "round_id"], ["round.leader_id", "round.id"], name=op.f("fk_delivery_note_leader_id_round_id")
        ),
        sa.ForeignKeyConstraint(["leader_id"], ["leader.id"], name=op.f("fk_delivery_note_leader_id")),
        sa.ForeignKeyConstraint(["run_id"], ["delivery_run.id"], name=op.f("fk_delivery_note_run_id")),
        sa.PrimaryKeyConstraint("leader_id", "id", name=op.f("pk_delivery_note")),
        sa.UniqueConstraint(
            "leader_id",
            "run_id",
            "pickup_point_id",
            "round_id",
            name=op.f("uq_delivery_note_leader_id_run_id_pickup_point_id_round_id"),
        ),
    )
    op.create_index("ix_delivery_note_round", "delivery_note", ["leader_id", "round_id"], unique=False)
    op.create_index("ix_delivery_note_run", "delivery_note", ["run_id"], unique=False)
    op.create_table(
        "invite_code",
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("leader_id", sa.BigInteger(), nullable=False),
        sa.Column("resident_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["leader_id", "resident_id"],
            ["resident.leader_id", "resident.id"],
            name=op.f("fk_invite_code_leader_id_resident_id"),
        ),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_invite_code")),
        sa.UniqueConstraint("leader_id", "resident_id", name=op.f("uq_invite_code_leader_id_resident_id")),
    )
    op.create_table(
        "offer",
        sa.Column("leader_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("round_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("spec", sa.String(length=60), server_default="", nullable=False),
        sa.Column("unit", sa.String(length=16), server_default="份", nullable=False),
        sa.Column("price_fen", sa.BigInteger(), nullable=False),
        sa.Column("capacity_milli", sa.BigInteger(), nullable=True),
        sa.Column("limit_milli", sa.BigInteger(), nullable=True),
        sa.Column("min_milli", sa.BigInteger(), nullable=True),
        sa.Column("case_milli", sa.BigInteger(), nullable=True),
        sa.Column("reserved_milli", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("received_milli", sa.BigInteger(), nullable=True),
        sa.Column("damaged_milli", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("is_cold", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("is_open", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("is_withdrawn", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("closes_at", sa.BigInteger(), nullable=True),
        sa.Column("product_id", sa.BigInteger(), nullable=True),
        sa.Column("cost_fen", sa.BigInteger(), nullable=True),
        sa.Column("share_bps", sa.Integer(), nullable=True),
        sa.Column("commission_fen", sa.BigInteger(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("words", sa.String(length=300), nullable=True),
        sa.Column("photo_media_id", sa.BigInteger(), nullable=True),
        sa.Column("storage", sa.String(length=8), nullable=True),
        sa.Column("rest", sa.String(length=8), nullable=True),
        sa.Column("shelf_item_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("rest IN ('extend', 'cap', 'buy')", name=op.f("ck_offer_rest_known")),
        sa.CheckConstraint("storage IN ('ambient', 'chilled', 'frozen')", name=op.f("ck_offer_storage_known")),
        sa.CheckConstraint(
            "capacity_milli IS NULL OR reserved_milli <= capacity_milli", name=op.f("ck_offer_not_oversold")
        ),
        sa.CheckConstraint("case_milli IS NULL OR case_milli > 0", name=op.f("ck_offer_case")),
        sa.CheckConstraint(
            "damaged_milli >= 0 AND (received_milli IS NULL OR received_milli >= 0)", name=op.f("ck_offer_received")
        ),
        sa.CheckConstraint("price_fen >= 0", name=op.f("ck_offer_price")),
        sa.CheckConstraint("reserved_milli >= 0", name=op.f("ck_offer_reserved_nonneg")),
        sa.CheckConstraint("share_bps IS NULL OR share_bps BETWEEN 0 AND 10000", name=op.f("ck_offer_share")),
        sa.CheckConstraint("shelf_item_id IS NULL OR capacity_milli IS NULL", name=op.f("ck_offer_stock_on_the_shelf")),
        sa.ForeignKeyConstraint(
            ["leader_id", "photo_media_id"],
            ["media.leader_id", "media.id"],
            name=op.f("fk_offer_leader_id_photo_media_id"),
        ),
        sa.ForeignKeyConstraint(
            ["leader_id", "round_id"], ["round.leader_id", "round.id"], name=op.f("fk_offer_leader_id_round_id")
        ),
        sa.ForeignKeyConstraint(
            ["leader_id", "shelf_item_id"],
            ["shelf_item.leader_id", "shelf_item.id"],
            name=op.f("fk_offer_leader_id_shelf_item_id"),
        ),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_offer_product_id")),
        sa.PrimaryKeyConstraint("leader_id", "id", name=op.f("pk_offer")),
        sa.UniqueConstraint("leader_id", "round_id", "number", name=op.f("uq_offer_leader_id_round_id_number")),
    )
    op.create_index(
        "ix_offer_pooled",
        "offer",
        ["product_id", "is_open"],
        unique=False,
        postgresql_where=sa.text("product_id IS NOT NULL"),
        sqlite_where=sa.text("product_id IS NOT NULL"),
    )
    op.create_index(
        "ix_offer_shelf",
        "offer",
        ["leader_id", "shelf_item_id"],
        unique=False,
        postgresql_where=sa.text("shelf_item_id IS NOT NULL"),
        sqlite_where=sa.text("shelf_item_id IS NOT NULL"),
    )
    op.create_table(
        "orders",
        sa.Column("leader_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("round_id", sa.BigInteger(), nullable=False),
        sa.Column("resident_id", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("pickup_point_id", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.String(length=12), server_default="placed", nullable=False),
        sa.Column("room", sa.String(length=40), nullable=True),
        sa.Column("note", sa.String(length=200), nullable=True),
        sa.Column("total_fen", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("discount_fen", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("fee_fen", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("transport_fen", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("paid_fen", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("refunded_fen", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("pay_claimed_at", sa.BigInteger(), nullable=True),
        sa.Column("unpaid_reminded_at", sa.BigInteger(), nullable=True),
        sa.Column("placed_at", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("ready_at", sa.BigInteger(), nullable=True),
        sa.Column("picked_up_at", sa.BigInteger(), nullable=True),
        sa.Column("reminded_at", sa.BigInteger(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("is_current", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.CheckConstraint(
            "state IN ('placed', 'confirmed', 'ready', 'partly', 'picked_up', 'no_show', 'cancelled')",
            name=op.f("ck_orders_state_known"),
        ),
        sa.CheckConstraint(
            "fee_fen >= 0 AND transport_fen >= 0 AND discount_fen + fee_fen + transport_fen <= total_fen",
            name=op.f("ck_orders_fees"),
        ),
        sa.CheckConstraint(
            "paid_fen >= 0 AND refunded_fen >= 0 AND refunded_fen <= paid_fen", name=op.f("ck_orders_refund_le_paid")
        ),
        sa.CheckConstraint(
            "total_fen >= 0 AND discount_fen >= 0 AND discount_fen <= total_fen", name=op.f("ck_orders_totals")
        ),
        sa.ForeignKeyConstraint(
            ["leader_id", "pickup_point_id"],
            ["pickup_point.leader_id", "pickup_point.id"],
            name=op.f("fk_orders_leader_id_pickup_point_id"),
        ),
        sa.ForeignKeyConstraint(
            ["leader_id", "resident_id"],
            ["resident.leader_id", "resident.id"],
            name=op.f("fk_orders_leader_id_resident_id"),
        ),
        sa.ForeignKeyConstraint(
            ["leader_id", "round_id"], ["round.leader_id", "round.id"], name=op.f("fk_orders_leader_id_round_id")
        ),
        sa.PrimaryKeyConstraint("leader_id", "id", name=op.f("pk_orders")),
        sa.UniqueConstraint("leader_id", "round_id", "seq", name=op.f("uq_orders_leader_id_round_id_seq")),
    )
    op.create_index("ix_orders_ready", "orders", ["state", "ready_at"], unique=False)
    op.create_index("ix_orders_resident", "orders", ["leader_id", "resident_id", "id"], unique=False)
    op.create_index(
        "uq_orders_current",
        "orders",
        ["leader_id", "round_id", "resident_id"],
        unique=True,
        postgresql_where=sa.text("is_current"),
        sqlite_where=sa.text("is_current = 1"),
    )
    op.create_table(
        "payer_alias",
        sa.Column("leader_id", sa.BigInteger(), nullable=False),
        sa.Column("payer", sa.String(length=64), nullable=False),
        sa.Column("resident_id", sa.BigInteger(), nullable=False),
        sa.Column("times", sa.Integer(), server_default="1", nullable=False),
        sa.Column("last_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["leader_id", "resident_id"],
            ["resident.leader_id", "resident.id"],
            name=op.f("fk_payer_alias_leader_id_resident_id"),
        ),
        sa.PrimaryKeyConstraint("leader_id", "payer", "resident_id", name=op.f("pk_payer_alias")),
    )
    op.create_table(
        "round_move",
        sa.Column("leader_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("round_id", sa.BigInteger(), nullable=False),
        sa.Column("source_key", sa.String(length=160), nullable=False),
        sa.Column("was_from", sa.BigInteger(), nullable=True),
        sa.Column("was_until", sa.BigInteger(), nullable=True),
        sa.Column("was_text", sa.String(length=120), nullable=True),
        sa.Column("was_place", sa.String(length=120), nullable=True),
        sa.Column("orders", sa.Integer(), nullable=False),
        sa.Column("actor", sa.String(length=40), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("orders >= 0", name=op.f("ck_round_move_orders")),
        sa.ForeignKeyConstraint(
            ["leader_id", "round_id"], ["round.leader_id", "round.id"], name=op.f("fk_round_move_leader_id_round_id")
        ),
        sa.ForeignKeyConstraint(["leader_id"], ["leader.id"], name=op.f("fk_round_move_leader_id")),
        sa.PrimaryKeyConstraint("leader_id", "id", name=op.f("pk_round_move")),
        sa.UniqueConstraint("leader_id", "source_key", name=op.f("uq_round_move_leader_id_source_key")),
    )
    op.create_index("ix_round_move_round", "round_move", ["leader_id", "round_id", "id"], unique=False)
    op.create_table(
        "settlement",
        sa.Column("leader_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("round_id", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=12), server_default="computed", nullable=False),
        sa.Column("gross_fen", sa.BigInteger(), nullable=False),
        sa.Column("discount_fen", sa.BigInteger(), nullable=False),
        sa.Column("refund_fen", sa.BigInteger(), nullable=False),
        sa.Column("net_fen", sa.BigInteger(), nullable=False),
        sa.Column("share_bps", sa.Integer(), nullable=False),
        sa.Column("commission_fen", sa.BigInteger(), nullable=False),
        sa.Column("supplier_fen", sa.BigInteger(), nullable=False),
        sa.Column("platform_fen", sa.BigInteger(), nullable=False),
        sa.Column("correction_fen", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("correction_net_fen", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("correction_supplier_fen", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("collected_fen", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("fee_fen", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("unpaid_fen", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("returned_fen", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("shared_fen", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("computed_at", sa.BigInteger(), nullable=False),
        sa.Column("confirmed_at", sa.BigInteger(), nullable=True),
        sa.Column("paid_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "state IN ('computed', 'confirmed', 'paid', 'void')", name=op.f("ck_settlement_state_known")
        ),
        sa.CheckConstraint(
            "commission_fen + supplier_fen + platform_fen = net_fen", name=op.f("ck_settlement_adds_up")
        ),
        sa.CheckConstraint("net_fen = gross_fen - discount_fen - refund_fen", name=op.f("ck_settlement_net")),
        sa.CheckConstraint(
            "shared_fen = 0 OR shared_fen BETWEEN 0 AND commission_fen + correction_fen + fee_fen + returned_fen - collected_fen",
            name=op.f("ck_settlement_shared_is_due"),
        ),
        sa.CheckConstraint("unpaid_fen >= 0", name=op.f("ck_settlement_unpaid_nonneg")),
        sa.ForeignKeyConstraint(
            ["leader_id", "round_id"], ["round.leader_id", "round.id"], name=op.f("fk_settlement_leader_id_round_id")
        ),
        sa.PrimaryKeyConstraint("leader_id", "id", name=op.f("pk_settlement")),
    )
    op.create_index("ix_settlement_state", "settlement", ["state", "leader_id", "id"], unique=False)
    op.create_index(
        "uq_settlement_live",
        "settlement",
        ["leader_id", "round_id"],
        unique=True,
        postgresql_where=sa.text("state <> 'void'"),
        sqlite_where=sa.text("state <> 'void'"),
    )
    op.create_table(
        "after_sales_case",
        sa.Column("leader_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("wish", sa.String(length=12), nullable=False),
        sa.Column("reason", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=12), server_default="open", nullable=False),
        sa.Column("opened_by", sa.String(length=12), nullable=False),
        sa.Column("requested_fen", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("approved_fen", sa.BigInteger(), nullable=True),
        sa.Column("outcome", sa.String(length=12), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("decision_note", sa.Text(), nullable=True),
        sa.Column("due_at", sa.BigInteger(), nullable=True),
        sa.Column("escalated_at", sa.BigInteger(), nullable=True),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("closed_at", sa.BigInteger(), nullable=True),
        sa.Column("request_key", sa.String(length=160), nullable=False),
        sa.CheckConstraint(
            "opened_by IN ('leader', 'resident', 'platform')", name=op.f("ck_after_sales_case_opened_by_known")
        ),
        sa.CheckConstraint(
            "outcome IN ('refund', 'replacement', 'none')", name=op.f("ck_after_sales_case_outcome_known")
        ),
        sa.CheckConstraint(
            "reason IN ('missing', 'wrong_item', 'damaged', 'quality', 'late', 'other')",
            name=op.f("ck_after_sales_case_reason_known"),
        ),
        sa.CheckConstraint(
            "state IN ('open', 'escalated', 'resolved', 'rejected', 'cancelled')",
            name=op.f("ck_after_sales_case_state_known"),
        ),
        sa.CheckConstraint("wish IN ('refund', 'replace', 'unsure')", name=op.f("ck_after_sales_case_wish_known")),
        sa.CheckConstraint(
            "approved_fen IS NULL OR approved_fen >= 0", name=op.f("ck_after_sales_case_approved_nonneg")
        ),
        sa.ForeignKeyConstraint(
            ["leader_id", "order_id"],
            ["orders.leader_id", "orders.id"],
            name=op.f("fk_after_sales_case_leader_id_order_id"),
        ),
        sa.PrimaryKeyConstraint("leader_id", "id", name=op.f("pk_after_sales_case")),
        sa.UniqueConstraint("leader_id", "number", name=op.f("uq_after_sales_case_leader_id_number")),
        sa.UniqueConstraint("leader_id", "request_key", name=op.f("uq_after_sales_case_leader_id_request_key")),
    )
    op.create_index("ix_case_due", "after_sales_case", ["state", "due_at"], unique=False)
    op.create_index("ix_case_order", "after_sales_case", ["leader_id", "order_id"], unique=False)
    op.create_table(
        "coupon_use",
        sa.Column("leader_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("coupon_id", sa.BigInteger(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("resident_id", sa.BigInteger(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("used_at", sa.BigInteger(), nullable=False),
        sa.Column("released_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("amount_fen >= 0", name=op.f("ck_coupon_use_amount")),
        sa.ForeignKeyConstraint(
            ["leader_id", "coupon_id"],
            ["coupon.leader_id", "coupon.id"],
            name=op.f("fk_coupon_use_leader_id_coupon_id"),
        ),
        sa.ForeignKeyConstraint(
            ["leader_id", "order_id"], ["orders.leader_id", "orders.id"], name=op.f("fk_coupon_use_leader_id_order_id")
        ),
        sa.ForeignKeyConstraint(
            ["leader_id", "resident_id"],
            ["resident.leader_id", "resident.id"],
            name=op.f("fk_coupon_use_leader_id_resident_id"),
        ),
        sa.PrimaryKeyConstraint("leader_id", "id", name=op.f("pk_coupon_use")),
    )
    op.create_index("ix_coupon_use_resident", "coupon_use", ["leader_id", "resident_id", "coupon_id"], unique=False)
    op.create_index(
        "uq_coupon_use_live",
        "coupon_use",
        ["leader_id", "order_id"],
        unique=True,
        postgresql_where=sa.text("released_at IS NULL"),
        sqlite_where=sa.text("released_at IS NULL"),
    )
    op.create_table(
        "delivery_note_line",
        sa.Column("leader_id", sa.BigInteger(), nullable=False),
        sa.Column("note_id", sa.BigInteger(), nullable=False),
        sa.Column("offer_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("spec", sa.String(length=60), server_default="", nullable=False),
        sa.Column("unit", sa.String(length=16), nullable=False),
        sa.Column("is_cold", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("storage", sa.String(length=8), nullable=True),
        sa.Column("quantity_milli", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "storage IN ('ambient', 'chilled', 'frozen')", name=op.f("ck_delivery_note_line_storage_known")
        ),
        sa.CheckConstraint("quantity_milli > 0", name=op.f("ck_delivery_note_line_positive")),
        sa.ForeignKeyConstraint(
            ["leader_id", "note_id"],
            ["delivery_note.leader_id", "delivery_note.id"],
            name=op.f("fk_delivery_note_line_leader_id_note_id"),
        ),
        sa.ForeignKeyConstraint(
            ["leader_id", "offer_id"],
            ["offer.leader_id", "offer.id"],
            name=op.f("fk_delivery_note_line_leader_id_offer_id"),
        ),
        sa.PrimaryKeyConstraint("leader_id", "note_id", "offer_id", "name", name=op.f("pk_delivery_note_line")),
    )
    op.create_table(
        "invite",
        sa.Column("leader_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("inviter_id", sa.BigInteger(), nullable=False),
        sa.Column("invitee_id", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=12), server_default="joined", nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("rewarded_at", sa.BigInteger(), nullable=True),
        sa.Column("rewarded_order_id", sa.BigInteger(), nullable=True),
        sa.Column("why_not", sa.String(length=20), nullable=True),
        sa.CheckConstraint(
            "state IN ('joined', 'rewarded', 'refused', 'expired', 'reversed')", name=op.f("ck_invite_state_known")
        ),
        sa.CheckConstraint(
            "state NOT IN ('rewarded', 'reversed') OR rewarded_order_id IS NOT NULL",
            name=op.f("ck_invite_reward_has_order"),
        ),
        sa.CheckConstraint("inviter_id < invitee_id", name=op.f("ck_invite_inviter_came_first")),
        sa.ForeignKeyConstraint(
            ["leader_id", "invitee_id"],
            ["resident.leader_id", "resident.id"],
            name=op.f("fk_invite_leader_id_invitee_id"),
        ),
        sa.ForeignKeyConstraint(
            ["leader_id", "inviter_id"],
            ["resident.leader_id", "resident.id"],
            name=op.f("fk_invite_leader_id_inviter_id"),
        ),
        sa.ForeignKeyConstraint(
            ["leader_id", "rewarded_order_id"],
            ["orders.leader_id", "orders.id"],
            name=op.f("fk_invite_leader_id_rewarded_order_id"),
        ),
        sa.PrimaryKeyConstraint("leader_id", "id", name=op.f("pk_invite")),
        sa.UniqueConstraint("leader_id", "invitee_id", name=op.f("uq_invite_leader_id_invitee_id")),
    )
    op.create_index("ix_invite_inviter", "invite", ["leader_id", "inviter_id"], unique=False)
    op.create_index("ix_invite_state", "invite", ["state", "leader_id", "id"], unique=False)
    op.create_table(
        "ledger_transfer",
        sa.Column("leader_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("reference", sa.String(length=160), nullable=False),
        sa.Column("round_id", sa.BigInteger(), nullable=True),
        sa.Column("order_id", sa.BigInteger(), nullable=True),
        sa.Column("from_book", sa.String(length=16), nullable=False),
        sa.Column("from_party", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("to_book", sa.String(length=16), nullable=False),
        sa.Column("to_party", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "from_book IN ('cash', 'resident', 'sales', 'supplier', 'leader', 'platform', 'promotion')",
            name=op.f("ck_ledger_transfer_from_book_known"),
        ),
        sa.CheckConstraint(
            "kind IN ('sale', 'sale_change', 'payment', 'refund', 'coupon', 'settle', 'payout', 'reversal')",
            name=op.f("ck_ledger_transfer_kind_known"),
        ),
        sa.CheckConstraint(
            "to_book IN ('cash', 'resident', 'sales', 'supplier', 'leader', 'platform', 'promotion')",
            name=op.f("ck_ledger_transfer_to_book_known"),
        ),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_ledger_transfer_positive")),
        sa.CheckConstraint("from_book <> to_book OR from_party <> to_party", name=op.f("ck_ledger_transfer_moves")),
        sa.ForeignKeyConstraint(
            ["leader_id", "order_id"],
            ["orders.leader_id", "orders.id"],
            name=op.f("fk_ledger_transfer_leader_id_order_id"),
        ),
        sa.ForeignKeyConstraint(
            ["leader_id", "round_id"],
            ["round.leader_id", "round.id"],
            name=op.f("fk_ledger_transfer_leader_id_round_id"),
        ),
        sa.ForeignKeyConstraint(["leader_id"], ["leader.id"], name=op.f("fk_ledger_transfer_leader_id")),
        sa.PrimaryKeyConstraint("leader_id", "id", name=op.f("pk_ledger_transfer")),
        sa.UniqueConstraint("leader_id", "kind", "reference", name=op.f("uq_ledger_transfer_leader_id_kind_reference")),
    )
    op.create_index("ix_ledger_order", "ledger_transfer", ["leader_id", "order_id"], unique=False)
    op.create_table(
        "notice",
        sa.Column("leader_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("dedupe_key", sa.String(length=160), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("round_id", sa.BigInteger(), nullable=True),
        sa.Column("order_id", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.String(length=12), server_default="queued", nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("fence", sa.Integer(), server_default="0", nullable=False),
        sa.Column("next_at", sa.BigInteger(), nullable=False),
        sa.Column("lease_until", sa.BigInteger(), nullable=True),
        sa.Column("first_sent_at", sa.BigInteger(), nullable=True),
        sa.Column("sent_at", sa.BigInteger(), nullable=True),
        sa.Column("expires_at", sa.BigInteger(), nullable=True),
        sa.Column("channel", sa.String(length=12), nullable=True),
        sa.Column("last_code", sa.Integer(), nullable=True),
        sa.Column("wx_msgid", sa.String(length=32), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "channel IN ('customer', 'template', 'subscribe', 'reply')", name=op.f("ck_notice_channel_known")
        ),
        sa.CheckConstraint(
            "state IN ('queued', 'sending', 'sent', 'waiting', 'shown', 'expired', 'failed', 'held')",
            name=op.f("ck_notice_state_known"),
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_notice_account_id")),
        sa.ForeignKeyConstraint(
            ["leader_id", "order_id"], ["orders.leader_id", "orders.id"], name=op.f("fk_notice_leader_id_order_id")
        ),
        sa.ForeignKeyConstraint(
            ["leader_id", "round_id"], ["round.leader_id", "round.id"], name=op.f("fk_notice_leader_id_round_id")
        ),
        sa.ForeignKeyConstraint(["leader_id"], ["leader.id"], name=op.f("fk_notice_leader_id")),
        sa.PrimaryKeyConstraint("leader_id", "id", name=op.f("pk_notice")),
        sa.UniqueConstraint("leader_id", "dedupe_key", name=op.f("uq_notice_leader_id_dedupe_key")),
    )
    op.create_index("ix_notice_due", "notice", ["state", "next_at", "id"], unique=False)
    op.create_index("ix_notice_round", "notice", ["leader_id", "round_id", "kind"], unique=False)
    op.create_index("ix_notice_waiting", "notice", ["account_id", "state", "id"], unique=False)
    op.create_index("ix_notice_wx_msgid", "notice", ["wx_msgid"], unique=False)
    op.create_table(
        "offer_alias",
        sa.Column("leader_id", sa.BigInteger(), nullable=False),
        sa.Column("round_id", sa.BigInteger(), nullable=False),
        sa.Column("alias", sa.String(length=60), nullable=False),
        sa.Column("offer_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["leader_id", "offer_id"], ["offer.leader_id", "offer.id"], name=op.f("fk_offer_alias_leader_id_offer_id")
        ),
        sa.ForeignKeyConstraint(
            ["leader_id", "round_id"], ["round.leader_id", "round.id"], name=op.f("fk_offer_alias_leader_id_round_id")
        ),
        sa.PrimaryKeyConstraint("leader_id", "round_id", "alias", name=op.f("pk_offer_alias")),
    )
    op.create_table(
        "offer_tier",
        sa.Column("leader_id", sa.BigInteger(), nullable=False),
        sa.Column("offer_id", sa.BigInteger(), nullable=False),
        sa.Column("quantity_milli", sa.BigInteger(), nullable=False),
        sa.Column("bundle_fen", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("quantity_milli > 0 AND bundle_fen >= 0", name=op.f("ck_offer_tier_bundle")),
        sa.ForeignKeyConstraint(
            ["leader_id", "offer_id"], ["offer.leader_id", "offer.id"], name=op.f("fk_offer_tier_leader_id_offer_id")
        ),
        sa.PrimaryKeyConstraint("leader_id", "offer_id", "quantity_milli", name=op.f("pk_offer_tier")),
    )
    op.create_table(
        "order_event",
        sa.Column("leader_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("offer_id", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("delta_milli", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("delta_fen", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("source_key", sa.String(length=160), nullable=False),
        sa.Column("actor", sa.String(length=40), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('place', 'change', 'cancel', 'restore', 'close', 'ready', 'redeem', 'annul', 'no_show', 'allocate', 'pay', 'refund', 'move', 'discount')",
            name=op.f("ck_order_event_kind_known"),
        ),
        sa.ForeignKeyConstraint(
            ["leader_id", "order_id"], ["orders.leader_id", "orders.id"], name=op.f("fk_order_event_leader_id_order_id")
        ),
        sa.PrimaryKeyConstraint("leader_id", "id", name=op.f("pk_order_event")),
        sa.UniqueConstraint(
            "leader_id",
            "order_id",
            "source_key",
            "offer_id",
            "kind",
            name=op.f("uq_order_event_leader_id_order_id_source_key_offer_id_kind"),
        ),
    )
    op.create_index("ix_order_event_order", "order_event", ["leader_id", "order_id", "at"], unique=False)
    op.create_table(
        "order_line",
        sa.Column("leader_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("offer_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("unit", sa.String(length=16), nullable=False),
        sa.Column("unit_price_fen", sa.BigInteger(), nullable=False),
        sa.Column("tiers", sa.JSON(), nullable=True),
        sa.Column("quantity_milli", sa.BigInteger(), nullable=False),
        sa.Column("allocated_milli", sa.BigInteger(), nullable=True),
        sa.Column("picked_milli", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("line_fen", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "allocated_milli IS NULL OR allocated_milli BETWEEN 0 AND quantity_milli",
            name=op.f("ck_order_line_allocated"),
        ),
        sa.CheckConstraint(
            "picked_milli <= COALESCE(allocated_milli, quantity_milli)", name=op.f("ck_order_line_picked_le_allocated")
        ),
        sa.CheckConstraint("quantity_milli >= 0 AND picked_milli >= 0", name=op.f("ck_order_line_nonneg")),
        sa.ForeignKeyConstraint(
            ["leader_id", "offer_id"], ["offer.leader_id", "offer.id"], name=op.f("fk_order_line_leader_id_offer_id")
        ),
        sa.ForeignKeyConstraint(
            ["leader_id", "order_id"], ["orders.leader_id", "orders.id"], name=op.f("fk_order_line_leader_id_order_id")
        ),
        sa.PrimaryKeyConstraint("leader_id", "id", name=op.f("pk_order_line")),
        sa.UniqueConstraint(
            "leader_id", "order_id", "offer_id", name=op.f("uq_order_line_leader_id_order_id_offer_id")
        ),
    )
    op.create_index("ix_order_line_offer", "order_line", ["leader_id", "offer_id"], unique=False)
    op.create_table(
        "pay_order",
        sa.Column("leader_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("out_trade_no", sa.String(length=32), nullable=False),
        sa.Column("trade_type", sa.String(length=8), nullable=False),
        sa.Column("openid", sa.String(length=64), nullable=True),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=12), server_default="created", nullable=False),
        sa.Column("prepay", sa.String(length=256), nullable=True),
        sa.Column("prepay_until", sa.BigInteger(), nullable=True),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("transaction_id", sa.String(length=40), nullable=True),
        sa.Column("paid_at", sa.BigInteger(), nullable=True),
        sa.Column("is_shared", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("next_at", sa.BigInteger(), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("problem", sa.String(length=120), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "(state = 'paid') = (transaction_id IS NOT NULL)", name=op.f("ck_pay_order_paid_has_transaction")
        ),
        sa.CheckConstraint("state IN ('created', 'paid', 'closed')", name=op.f("ck_pay_order_state_known")),
        sa.CheckConstraint("trade_type IN ('jsapi', 'native')", name=op.f("ck_pay_order_trade_type_known")),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_pay_order_positive")),
        sa.ForeignKeyConstraint(
            ["leader_id", "order_id"], ["orders.leader_id", "orders.id"], name=op.f("fk_pay_order_leader_id_order_id")
        ),
        sa.PrimaryKeyConstraint("leader_id", "id", name=op.f("pk_pay_order")),
        sa.UniqueConstraint("out_trade_no", name=op.f("uq_pay_order_out_trade_no")),
        sa.UniqueConstraint("transaction_id", name=op.f("uq_pay_order_transaction_id")),
    )
    op.create_index("ix_pay_order_due", "pay_order", ["state", "next_at"], unique=False)
    op.create_index("ix_pay_order_order", "pay_order", ["leader_id", "order_id"], unique=False)
    op.create_table(
        "payment",
        sa.Column("leader_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("method", sa.String(length=16), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("external_ref", sa.String(length=64), nullable=True),
        sa.Column("request_key", sa.String(length=160), nullable=False),
        sa.Column("actor", sa.String(length=40), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("method IN ('cash', 'transfer', 'wechat', 'offset')", name=op.f("ck_payment_method_known")),
        sa.CheckConstraint(
            "state IN ('created', 'pending', 'confirmed', 'failed', 'cancelled')", name=op.f("ck_payment_state_known")
        ),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_payment_positive")),
        sa.ForeignKeyConstraint(
            ["leader_id", "order_id"], ["orders.leader_id", "orders.id"], name=op.f("fk_payment_leader_id_order_id")
        ),
        sa.PrimaryKeyConstraint("leader_id", "id", name=op.f("pk_payment")),
        sa.UniqueConstraint(
            "leader_id", "method", "external_ref", name=op.f("uq_payment_leader_id_method_external_ref")
        ),
        sa.UniqueConstraint("leader_id", "request_key", name=op.f("uq_payment_leader_id_request_key")),
    )
    op.create_index("ix_payment_order", "payment", ["leader_id", "order_id"], unique=False)
    op.create_table(
        "payment_proof",
        sa.Column("leader_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("media_id", sa.BigInteger(), nullable=False),
        sa.Column("mark", sa.String(length=8), server_default="yellow", nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("looks", sa.String(length=16), nullable=True),
        sa.Column("sent_at", sa.BigInteger(), nullable=False),
        sa.Column("checked_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("mark IN ('green', 'yellow', 'red')", name=op.f("ck_payment_proof_mark_known")),
        sa.ForeignKeyConstraint(
            ["leader_id", "media_id"], ["media.leader_id", "media.id"], name=op.f("fk_payment_proof_leader_id_media_id")
        ),
        sa.ForeignKeyConstraint(
            ["leader_id", "order_id"],
            ["orders.leader_id", "orders.id"],
            name=op.f("fk_payment_proof_leader_id_order_id"),
        ),
        sa.PrimaryKeyConstraint("leader_id", "id", name=op.f("pk_payment_proof")),
        sa.UniqueConstraint("leader_id", "media_id", name=op.f("uq_payment_proof_leader_id_media_id")),
    )
    op.create_index("ix_payment_proof_order", "payment_proof", ["leader_id", "order_id"], unique=False)
    op.create_table(
        "pickup_code",
        sa.Column("leader_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("token", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=12), server_default="active", nullable=False),
        sa.Column("valid_until", sa.BigInteger(), nullable=True),
        sa.Column("issued_at", sa.BigInteger(), nullable=False),
        sa.Column("used_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("(state = 'used') = (used_at IS NOT NULL)", name=op.f("ck_pickup_code_used_has_time")),
        sa.CheckConstraint(
            "state IN ('active', 'used', 'revoked', 'expired')", name=op.f("ck_pickup_code_state_known")
        ),
        sa.ForeignKeyConstraint(
            ["leader_id", "order_id"], ["orders.leader_id", "orders.id"], name=op.f("fk_pickup_code_leader_id_order_id")
        ),
        sa.PrimaryKeyConstraint("leader_id", "id", name=op.f("pk_pickup_code")),
        sa.UniqueConstraint("token", name=op.f("uq_pickup_code_token")),
    )
    op.create_index("ix_pickup_code_code", "pickup_code", ["leader_id", "code"], unique=False)
    op.create_index("ix_pickup_code_order", "pickup_code", ["leader_id", "order_id"], unique=False)
    op.create_index(
        "uq_pickup_code_active",
        "pickup_code",
        ["leader_id", "code"],
        unique=True,
        postgresql_where=sa.text("state = 'active'"),
        sqlite_where=sa.text("state = 'active'"),
    )
    op.create_index(
        "uq_pickup_code_order_active",
        "pickup_code",
        ["leader_id", "order_id"],
        unique=True,
        postgresql_where=sa.text("state IN ('active', 'used')"),
        sqlite_where=sa.text("state IN ('active', 'used')"),
    )
    op.create_table(
        "purchase_share",
        sa.Column("leader_id", sa.BigInteger(), nullable=False),
        sa.Column("purchase_order_id", sa.BigInteger(), nullable=False),
        sa.Column("offer_id", sa.BigInteger(), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("needed_milli", sa.BigInteger(), nullable=False),
        sa.Column("surplus_milli", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("cut_milli", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("received_milli", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "needed_milli >= 0 AND surplus_milli >= 0 AND cut_milli >= 0", name=op.f("ck_purchase_share_numbers")
        ),
        sa.ForeignKeyConstraint(
            ["leader_id", "offer_id"],
            ["offer.leader_id", "offer.id"],
            name=op.f("fk_purchase_share_leader_id_offer_id"),
        ),
        sa.ForeignKeyConstraint(
            ["purchase_order_id", "product_id"],
            ["purchase_order_line.purchase_order_id", "purchase_order_line.product_id"],
            name="fk_purchase_share_line",
        ),
        sa.PrimaryKeyConstraint("leader_id", "offer_id", "purchase_order_id", name=op.f("pk_purchase_share")),
    )
    op.create_index("ix_purchase_share_order", "purchase_share", ["purchase_order_id", "leader_id"], unique=False)
    op.create_table(
        "relay",
        sa.Column("leader_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("resident_id", sa.BigInteger(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=True),
        sa.Column("source_key", sa.String(length=160), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("answered_at", sa.BigInteger(), nullable=True),
        sa.Column("escalated_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["leader_id", "order_id"], ["orders.leader_id", "orders.id"], name=op.f("fk_relay_leader_id_order_id")
        ),
        sa.ForeignKeyConstraint(
            ["leader_id", "resident_id"],
            ["resident.leader_id", "resident.id"],
            name=op.f("fk_relay_leader_id_resident_id"),
        ),
        sa.PrimaryKeyConstraint("leader_id", "id", name=op.f("pk_relay")),
        sa.UniqueConstraint("leader_id", "number", name=op.f("uq_relay_leader_id_number")),
        sa.UniqueConstraint("leader_id", "source_key", name=op.f("uq_relay_leader_id_source_key")),
    )
    op.create_index(
        "ix_relay_open",
        "relay",
        ["asked_at"],
        unique=False,
        postgresql_where=sa.text("answered_at IS NULL"),
        sqlite_where=sa.text("answered_at IS NULL"),
    )
    op.create_table(
        "review",
        sa.Column("leader_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("resident_id", sa.BigInteger(), nullable=False),
        sa.Column("stars", sa.Integer(), nullable=False),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("answered_at", sa.BigInteger(), nullable=True),
        sa.Column("shows_name", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("hidden_at", sa.BigInteger(), nullable=True),
        sa.Column("hidden_by", sa.String(length=40), nullable=True),
        sa.Column("hidden_reason", sa.String(length=200), nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("(hidden_at IS NULL) = (hidden_reason IS NULL)", name=op.f("ck_review_hidden_has_reason")),
        sa.CheckConstraint("stars BETWEEN 1 AND 5", name=op.f("ck_review_stars")),
        sa.ForeignKeyConstraint(
            ["leader_id", "order_id"], ["orders.leader_id", "orders.id"], name=op.f("fk_review_leader_id_order_id")
        ),
        sa.ForeignKeyConstraint(
            ["leader_id", "resident_id"],
            ["resident.leader_id", "resident.id"],
            name=op.f("fk_review_leader_id_resident_id"),
        ),
        sa.PrimaryKeyConstraint("leader_id", "id", name=op.f("pk_review")),
        sa.UniqueConstraint("leader_id", "number", name=op.f("uq_review_leader_id_number")),
        sa.UniqueConstraint("leader_id", "order_id", name=op.f("uq_review_leader_id_order_id")),
    )
    op.create_table(
        "settlement_order",
        sa.Column("leader_id", sa.BigInteger(), nullable=False),
        sa.Column("settlement_id", sa.BigInteger(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("is_correction", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("fee_fen", sa.BigInteger(), nullable=False),
        sa.Column("collected_fen", sa.BigInteger(), nullable=False),
        sa.Column("unpaid_fen", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["leader_id", "order_id"],
            ["orders.leader_id", "orders.id"],
            name=op.f("fk_settlement_order_leader_id_order_id"),
        ),
        sa.ForeignKeyConstraint(
            ["leader_id", "settlement_id"],
            ["settlement.leader_id", "settlement.id"],
            name=op.f("fk_settlement_order_leader_id_settlement_id"),
        ),
        sa.PrimaryKeyConstraint("leader_id", "settlement_id", "order_id", name=op.f("pk_settlement_order")),
    )
    op.create_index("ix_settlement_order_order", "settlement_order", ["leader_id", "order_id"], unique=False)
    op.create_table(
        "transfer_in",
        sa.Column("leader_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("transaction_no", sa.String(length=64), nullable=False),
        sa.Column("paid_at", sa.BigInteger(), nullable=False),
        sa.Column("payer", sa.String(length=64), nullable=False),
        sa.Column("note", sa.String(length=120), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=12), server_default="open", nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=True),
        sa.Column("uploaded_at", sa.BigInteger(), nullable=False),
        sa.Column("decided_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "(state = 'matched') = (order_id IS NOT NULL)", name=op.f("ck_transfer_in_matched_has_order")
        ),
        sa.CheckConstraint("state IN ('open', 'matched', 'ignored')", name=op.f("ck_transfer_in_state_known")),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_transfer_in_positive")),
        sa.ForeignKeyConstraint(
            ["leader_id", "order_id"], ["orders.leader_id", "orders.id"], name=op.f("fk_transfer_in_leader_id_order_id")
        ),
        sa.ForeignKeyConstraint(["leader_id"], ["leader.id"], name=op.f("fk_transfer_in_leader_id")),
        sa.PrimaryKeyConstraint("leader_id", "id", name=op.f("pk_transfer_in")),
        sa.UniqueConstraint("leader_id", "transaction_no", name=op.f("uq_transfer_in_leader_id_transaction_no")),
    )
    op.create_index("ix_transfer_in_state", "transfer_in", ["leader_id", "state", "paid_at"], unique=False)
    op.create_table(
        "case_event",
        sa.Column("leader_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("actor", sa.String(length=40), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("media_id", sa.BigInteger(), nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('opened', 'photo', 'message', 'decided', 'escalated', 'cancelled')",
            name=op.f("ck_case_event_kind_known"),
        ),
        sa.ForeignKeyConstraint(
            ["leader_id", "case_id"],
            ["after_sales_case.leader_id", "after_sales_case.id"],
            name=op.f("fk_case_event_leader_id_case_id"),
        ),
        sa.PrimaryKeyConstraint("leader_id", "id", name=op.f("pk_case_event")),
    )
    op.create_index("ix_case_event_case", "case_event", ["leader_id", "case_id", "at"], unique=False)
    op.create_table(
        "case_line",
        sa.Column("leader_id", sa.BigInteger(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("order_line_id", sa.BigInteger(), nullable=False),
        sa.Column("quantity_milli", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("quantity_milli > 0", name=op.f("ck_case_line_positive")),
        sa.ForeignKeyConstraint(
            ["leader_id", "case_id"],
            ["after_sales_case.leader_id", "after_sales_case.id"],
            name=op.f("fk_case_line_leader_id_case_id"),
        ),
        sa.ForeignKeyConstraint(
            ["leader_id", "order_line_id"],
            ["order_line.leader_id", "order_line.id"],
            name=op.f("fk_case_line_leader_id_order_line_id"),
        ),
        sa.PrimaryKeyConstraint("leader_id", "case_id", "order_line_id", name=op.f("pk_case_line")),
    )
    op.create_table(
        "profit_share",
        sa.Column("leader_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("pay_order_id", sa.BigInteger(), nullable=False),
        sa.Column("settlement_id", sa.BigInteger(), nullable=False),
        sa.Column("receiver", sa.String(length=32), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("returned_fen", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("state", sa.String(length=12), server_default="created", nullable=False),
        sa.Column("problem", sa.String(length=120), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("next_at", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("done_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("returned_fen = 0 OR state = 'done'", name=op.f("ck_profit_share_returned_was_done")),
        sa.CheckConstraint(
            "state IN ('created', 'processing', 'done', 'failed')", name=op.f("ck_profit_share_state_known")
        ),
        sa.CheckConstraint(
            "amount_fen >= 0 AND returned_fen BETWEEN 0 AND amount_fen", name=op.f("ck_profit_share_amounts")
        ),
        sa.ForeignKeyConstraint(
            ["leader_id", "pay_order_id"],
            ["pay_order.leader_id", "pay_order.id"],
            name=op.f("fk_profit_share_leader_id_pay_order_id"),
        ),
        sa.ForeignKeyConstraint(
            ["leader_id", "settlement_id"],
            ["settlement.leader_id", "settlement.id"],
            name=op.f("fk_profit_share_leader_id_settlement_id"),
        ),
        sa.PrimaryKeyConstraint("leader_id", "id", name=op.f("pk_profit_share")),
        sa.UniqueConstraint("leader_id", "pay_order_id", name=op.f("uq_profit_share_leader_id_pay_order_id")),
    )
    op.create_index("ix_profit_share_due", "profit_share", ["state", "next_at"], unique=False)
    op.create_index("ix_profit_share_settlement", "profit_share", ["leader_id", "settlement_id"], unique=False)
    op.create_table(
        "redemption",
        sa.Column("leader_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("code_id", sa.BigInteger(), nullable=True),
        sa.Column("order_id", sa.BigInteger(), nullable=True),
        sa.Column("typed", sa.String(length=64), nullable=False),
        sa.Column("device", sa.String(length=40), nullable=False),
        sa.Column("nonce", sa.String(length=160), nullable=False),
        sa.Column("redeemed_by", sa.BigInteger(), nullable=True),
        sa.Column("operator_id", sa.BigInteger(), nullable=True),
        sa.Column("ok", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(length=20), nullable=True),
        sa.Column("completes", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("forced", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("annulled_at", sa.BigInteger(), nullable=True),
        sa.Column("annul_reason", sa.String(length=80), nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "reason IN ('unknown', 'already_used', 'unpaid', 'cancelled', 'revoked', 'other_leader', 'other_point', 'not_arrived', 'too_late', 'blocked', 'locked', 'nothing_left', 'under_after_sales')",
            name=op.f("ck_redemption_reason_known"),
        ),
        sa.CheckConstraint("NOT ok OR order_id IS NOT NULL", name=op.f("ck_redemption_ok_has_order")),
        sa.CheckConstraint("ok = (reason IS NULL)", name=op.f("ck_redemption_reason_iff_denied")),
        sa.ForeignKeyConstraint(
            ["leader_id", "code_id"],
            ["pickup_code.leader_id", "pickup_code.id"],
            name=op.f("fk_redemption_leader_id_code_id"),
        ),
        sa.ForeignKeyConstraint(
            ["leader_id", "order_id"], ["orders.leader_id", "orders.id"], name=op.f("fk_redemption_leader_id_order_id")
        ),
        sa.ForeignKeyConstraint(["operator_id"], ["operator.id"], name=op.f("fk_redemption_operator_id")),
        sa.ForeignKeyConstraint(["redeemed_by"], ["account.id"], name=op.f("fk_redemption_redeemed_by")),
        sa.PrimaryKeyConstraint("leader_id", "id", name=op.f("pk_redemption")),
    )
    op.create_index("ix_redemption_order", "redemption", ["leader_id", "order_id"], unique=False)
    op.create_index(
        "uq_redemption_nonce_ok",
        "redemption",
        ["leader_id", "device", "nonce", "code_id"],
        unique=True,
        postgresql_where=sa.text("ok"),
        sqlite_where=sa.text("ok"),
    )
    op.create_index(
        "uq_redemption_once",
        "redemption",
        ["leader_id", "code_id"],
        unique=True,
        postgresql_where=sa.text("ok AND completes AND annulled_at IS NULL AND NOT forced"),
        sqlite_where=sa.text("ok AND completes AND annulled_at IS NULL AND NOT forced"),
    )
    op.create_table(
        "refund",
        sa.Column("leader_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("payment_id", sa.BigInteger(), nullable=True),
        sa.Column("case_id", sa.BigInteger(), nullable=True),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("request_key", sa.String(length=160), nullable=False),
        sa.Column("external_ref", sa.String(length=64), nullable=True),
        sa.Column("actor", sa.String(length=40), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("next_at", sa.BigInteger(), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("problem", sa.String(length=120), nullable=True),
        sa.CheckConstraint(
            "state IN ('created', 'transit', 'done', 'failed', 'cancelled')", name=op.f("ck_refund_state_known")
        ),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_refund_positive")),
        sa.ForeignKeyConstraint(
            ["leader_id", "case_id"],
            ["after_sales_case.leader_id", "after_sales_case.id"],
            name=op.f("fk_refund_leader_id_case_id"),
        ),
        sa.ForeignKeyConstraint(
            ["leader_id", "order_id"], ["orders.leader_id", "orders.id"], name=op.f("fk_refund_leader_id_order_id")
        ),
        sa.ForeignKeyConstraint(
            ["leader_id", "payment_id"],
            ["payment.leader_id", "payment.id"],
            name=op.f("fk_refund_leader_id_payment_id"),
        ),
        sa.PrimaryKeyConstraint("leader_id", "id", name=op.f("pk_refund")),
        sa.UniqueConstraint("leader_id", "request_key", name=op.f("uq_refund_leader_id_request_key")),
    )
    op.create_index("ix_refund_due", "refund", ["state", "next_at"], unique=False)
    op.create_index("ix_refund_order", "refund", ["leader_id", "order_id"], unique=False)
    op.create_table(
        "replacement",
        sa.Column("leader_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("order_line_id", sa.BigInteger(), nullable=False),
        sa.Column("quantity_milli", sa.BigInteger(), nullable=False),
        sa.Column("handed_out_at", sa.BigInteger(), nullable=True),
        sa.Column("is_cancelled", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("quantity_milli > 0", name=op.f("ck_replacement_positive")),
        sa.ForeignKeyConstraint(
            ["leader_id", "case_id"],
            ["after_sales_case.leader_id", "after_sales_case.id"],
            name=op.f("fk_replacement_leader_id_case_id"),
        ),
        sa.ForeignKeyConstraint(
            ["leader_id", "order_line_id"],
            ["order_line.leader_id", "order_line.id"],
            name=op.f("fk_replacement_leader_id_order_line_id"),
        ),
        sa.PrimaryKeyConstraint("leader_id", "id", name=op.f("pk_replacement")),
        sa.UniqueConstraint(
            "leader_id", "case_id", "order_line_id", name=op.f("uq_replacement_leader_id_case_id_order_line_id")
        ),
    )
    op.create_table(
        "review_photo",
        sa.Column("leader_id", sa.BigInteger(), nullable=False),
        sa.Column("review_id", sa.BigInteger(), nullable=False),
        sa.Column("media_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["leader_id", "media_id"], ["media.leader_id", "media.id"], name=op.f("fk_review_photo_leader_id_media_id")
        ),
        sa.ForeignKeyConstraint(
            ["leader_id", "review_id"],
            ["review.leader_id", "review.id"],
            name=op.f("fk_review_photo_leader_id_review_id"),
        ),
        sa.PrimaryKeyConstraint("leader_id", "review_id", "media_id", name=op.f("pk_review_photo")),
    )
    op.create_table(
        "reward",
        sa.Column("leader_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("invite_id", sa.BigInteger(), nullable=False),
        sa.Column("resident_id", sa.BigInteger(), nullable=False),
        sa.Column("coupon_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("reversed_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["leader_id", "coupon_id"], ["coupon.leader_id", "coupon.id"], name=op.f("fk_reward_leader_id_coupon_id")
        ),
        sa.ForeignKeyConstraint(
            ["leader_id", "invite_id"], ["invite.leader_id", "invite.id"], name=op.f("fk_reward_leader_id_invite_id")
        ),
        sa.ForeignKeyConstraint(
            ["leader_id", "resident_id"],
            ["resident.leader_id", "resident.id"],
            name=op.f("fk_reward_leader_id_resident_id"),
        ),
        sa.PrimaryKeyConstraint("leader_id", "id", name=op.f("pk_reward")),
        sa.UniqueConstraint("leader_id", "coupon_id", name=op.f("uq_reward_leader_id_coupon_id")),
        sa.UniqueConstraint(
            "leader_id", "invite_id", "resident_id", name=op.f("uq_reward_leader_id_invite_id_resident_id")
        ),
    )
    op.create_table(
        "settlement_line",
        sa.Column("leader_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("settlement_id", sa.BigInteger(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("order_line_id", sa.BigInteger(), nullable=False),
        sa.Column("is_correction", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("kept_milli", sa.BigInteger(), nullable=False),
        sa.Column("gross_fen", sa.BigInteger(), nullable=False),
        sa.Column("discount_fen", sa.BigInteger(), nullable=False),
        sa.Column("refund_fen", sa.BigInteger(), nullable=False),
        sa.Column("unpaid_fen", sa.BigInteger(), nullable=False),
        sa.Column("commission_fen", sa.BigInteger(), nullable=False),
        sa.Column("supplier_fen", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["leader_id", "order_id"],
            ["orders.leader_id", "orders.id"],
            name=op.f("fk_settlement_line_leader_id_order_id"),
        ),
        sa.ForeignKeyConstraint(
            ["leader_id", "order_line_id"],
            ["order_line.leader_id", "order_line.id"],
            name=op.f("fk_settlement_line_leader_id_order_line_id"),
        ),
        sa.ForeignKeyConstraint(
            ["leader_id", "settlement_id"],
            ["settlement.leader_id", "settlement.id"],
            name=op.f("fk_settlement_line_leader_id_settlement_id"),
        ),
        sa.PrimaryKeyConstraint("leader_id", "id", name=op.f("pk_settlement_line")),
        sa.UniqueConstraint(
            "leader_id",
            "settlement_id",
            "order_line_id",
            name=op.f("uq_settlement_line_leader_id_settlement_id_order_line_id"),
        ),
    )
    op.create_index("ix_settlement_line_line", "settlement_line", ["leader_id", "order_line_id"], unique=False)
    op.create_table(
        "redemption_line",
        sa.Column("leader_id", sa.BigInteger(), nullable=False),
        sa.Column("redemption_id", sa.BigInteger(), nullable=False),
        sa.Column("order_line_id", sa.BigInteger(), nullable=False),
        sa.Column("quantity_milli", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("quantity_milli > 0", name=op.f("ck_redemption_line_positive")),
        sa.ForeignKeyConstraint(
            ["leader_id", "order_line_id"],
            ["order_line.leader_id", "order_line.id"],
            name=op.f("fk_redemption_line_leader_id_order_line_id"),
        ),
        sa.ForeignKeyConstraint(
            ["leader_id", "redemption_id"],
            ["redemption.leader_id", "redemption.id"],
            name=op.f("fk_redemption_line_leader_id_redemption_id"),
        ),
        sa.PrimaryKeyConstraint("leader_id", "redemption_id", "order_line_id", name=op.f("pk_redemption_line")),
    )
    op.create_table(
        "share_return",
        sa.Column("leader_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("share_id", sa.BigInteger(), nullable=False),
        sa.Column("refund_id", sa.BigInteger(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=12), server_default="created", nullable=False),
        sa.Column("made_good_in", sa.BigInteger(), nullable=True),
        sa.Column("problem", sa.String(length=120), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("next_at", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("done_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("state IN ('created', 'done', 'failed')", name=op.f("ck_share_return_state_known")),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_share_return_positive")),
        sa.ForeignKeyConstraint(
            ["leader_id", "made_good_in"],
            ["settlement.leader_id", "settlement.id"],
            name=op.f("fk_share_return_leader_id_made_good_in"),
        ),
        sa.ForeignKeyConstraint(
            ["leader_id", "refund_id"],
            ["refund.leader_id", "refund.id"],
            name=op.f("fk_share_return_leader_id_refund_id"),
        ),
        sa.ForeignKeyConstraint(
            ["leader_id", "share_id"],
            ["profit_share.leader_id", "profit_share.id"],
            name=op.f("fk_share_return_leader_id_share_id"),
        ),
        sa.PrimaryKeyConstraint("leader_id", "id", name=op.f("pk_share_return")),
        sa.UniqueConstraint("leader_id", "refund_id", name=op.f("uq_share_return_leader_id_refund_id")),
    )
    op.create_index("ix_share_return_due", "share_return", ["state", "next_at"], unique=False)


def downgrade() -> None:
    op.drop_table("share_return")
    op.drop_table("redemption_line")
    op.drop_table("settlement_line")
    op.drop_table("reward")
    op.drop_table("review_photo")
    op.drop_table("replacement")
    op.drop_table("refund")
    op.drop_table("redemption")
    op.drop_table("profit_share")
    op.drop_table("case_line")
    op.drop_table("case_event")
    op.drop_table("transfer_in")
    op.drop_table("settlement_order")
    op.drop_table("review")
    op.drop_table("relay")
    op.drop_table("purchase_share")
    op.drop_table("pickup_code")
    op.drop_table("payment_proof")
    op.drop_table("payment")
    op.drop_table("pay_order")
    op.drop_table("order_line")
    op.drop_table("order_event")
    op.drop_table("offer_tier")
    op.drop_table("offer_alias")
    op.drop_table("notice")
    op.drop_table("ledger_transfer")
    op.drop_table("invite")
    op.drop_table("delivery_note_line")
    op.drop_table("coupon_use")
    op.drop_table("after_sales_case")
    op.drop_table("settlement")
    op.drop_table("round_move")
    op.drop_table("payer_alias")
    op.drop_table("orders")
    op.drop_table("offer")
    op.drop_table("invite_code")
    op.drop_table("delivery_note")
    op.drop_table("coupon")
    op.drop_table("announcement")
    op.drop_table("account_binding")
    op.drop_table("route_stop")
    op.drop_table("round")
    op.drop_table("resident")
    op.drop_table("shelf_item")
    op.drop_table("pickup_point")
    op.drop_table("web_session")
    op.drop_table("supplier_photo")
    op.drop_table("share_receiver")
    op.drop_table("route_search")
    op.drop_table("route")
    op.drop_table("purchase_order_line")
    op.drop_table("media")
    op.drop_table("login_link")
    op.drop_table("learned_product")
    op.drop_table("learned_alias")
    op.drop_table("helper")
    op.drop_table("community")
    op.drop_table("vehicle")
    op.drop_table("purchase_order")
    op.drop_table("product")
    op.drop_table("opt_in")
    op.drop_table("message_window")
    op.drop_table("leader")
    op.drop_table("delivery_run")
    op.drop_table("conversation")
    op.drop_table("warehouse")
    op.drop_table("supplier")
    op.drop_table("pay_difference")
    op.drop_table("page_ticket")
    op.drop_table("operator")
    op.drop_table("job_run")
    op.drop_table("inbound_message")
    op.drop_table("counter")
    op.drop_table("channel_pause")
    op.drop_table("attempt")
    op.drop_table("action_log")
    op.drop_table("account")
