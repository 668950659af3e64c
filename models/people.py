"""Who is who: accounts behind openids, leaders, residents, helpers, places.

`account`, `leader` and `account_binding` are the directory; the rest lives in a leader's world.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
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

from models.base import Instant, metadata, of_leader, one_of, only_where, owned, ref

account = Table(
    "account",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("openid", String(64), nullable=False, unique=True),
    Column("unionid", String(64), unique=True),
    Column("nickname", String(64)),
    Column("is_subscribed", Boolean, nullable=False, server_default=text("true")),
    Column("subscription_at", Instant),  # when that came to be, as WeChat says: its events may come late
    Column("is_muted", Boolean, nullable=False, server_default=text("false")),  # 退订: no pushes, replies only
    Column("created_at", Instant, nullable=False),
)

leader = Table(
    "leader",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("number", Integer, nullable=False, unique=True),  # the 7 of the code L7 that people type and scan
    Column("account_id", BigInteger, ForeignKey("account.id"), nullable=False, unique=True),
    Column("display_name", String(64), nullable=False),
    Column("phone", String(20)),
    Column("intro", Text),
    Column("photo_media_id", BigInteger),
    Column("profile", JSON),
    Column("share_bps", Integer, nullable=False),  # default for new rounds; a round keeps the copy it was opened with
    Column("payment_mode", String(12), nullable=False, server_default="pickup"),
    Column("payment_note", String(120)),  # how to pay her, in her words: 群收款, 扫门口的收款码
    Column("cancel_unpaid_after_h", Integer),  # switched on: orders not paid so long after the close are cancelled
    Column("order_fee_fen", BigInteger, nullable=False, server_default="0"),  # for new rounds, as in `round`
    Column("fee_free_from_fen", BigInteger),
    Column("unit_fee_fen", BigInteger, nullable=False, server_default="0"),
    Column("min_order_fen", BigInteger, nullable=False, server_default="0"),
    Column("after_sales_hours", Integer, nullable=False, server_default="24"),
    Column("rest", String(8)),  # what usually happens with a case that is not full; NULL: the platform asks
    Column("quiet_from_min", Integer, nullable=False, server_default="1320"),  # minutes after midnight, Asia/Shanghai
    Column("quiet_until_min", Integer, nullable=False, server_default="450"),
    Column("timezone", String(40), nullable=False, server_default="Asia/Shanghai"),
    Column("state", String(12), nullable=False, server_default="applied"),
    Column("application_note", String(300)),
    Column("shelf_version", Integer, nullable=False, server_default="0"),  # 0: nothing was ever on the shelf
    Column("rest_until", Instant),
    Column("substitute_leader_id", BigInteger, ForeignKey("leader.id")),
    Column("created_at", Instant, nullable=False),
    Column("decided_at", Instant),
    one_of("state", "applied", "active", "suspended", "closed", "rejected"),
    one_of("payment_mode", "pickup", "transfer", "wechat"),
    one_of("rest", "extend", "cap", "buy"),
    CheckConstraint("share_bps BETWEEN 0 AND 10000", name="share"),
    CheckConstraint("cancel_unpaid_after_h IS NULL OR cancel_unpaid_after_h > 0", name="cancel_after"),
    CheckConstraint("substitute_leader_id IS NULL OR substitute_leader_id <> id", name="substitute_is_another"),
    CheckConstraint("quiet_from_min BETWEEN 0 AND 1439 AND quiet_until_min BETWEEN 0 AND 1439", name="quiet"),
)

account_binding = Table(
    "account_binding",
    metadata,
    Column("account_id", BigInteger, ForeignKey("account.id"), nullable=False),
    Column("leader_id", BigInteger, ForeignKey("leader.id"), nullable=False),
    Column("resident_id", BigInteger, nullable=False),
    Column("is_current", Boolean, nullable=False, server_default=text("false")),
    Column("via", String(12), nullable=False),
    Column("bound_at", Instant, nullable=False),
    PrimaryKeyConstraint("account_id", "leader_id"),
    ForeignKeyConstraint(["leader_id", "resident_id"], ["resident.leader_id", "resident.id"]),
    one_of("via", "scene", "link", "code", "self", "invite"),
    Index(
        "uq_account_binding_current",
        "account_id",
        unique=True,
        **only_where("is_current"),
    ),
)

community = owned(
    "community",
    Column("name", String(80), nullable=False),
    Column("note", Text),
    of_leader(),
    UniqueConstraint("leader_id", "name"),
)

pickup_point = owned(
    "pickup_point",
    Column("community_id", BigInteger),
    Column("name", String(80), nullable=False),
    Column("address", String(200)),
    Column("lat_e6", Integer),
    Column("lng_e6", Integer),
    Column("datum", String(8), nullable=False, server_default="gcj02"),  # what the coordinates are given in
    Column("hours", String(120)),
    Column("service_min", Integer, nullable=False, server_default="5"),  # unloading, in minutes
    Column("opens_min", Integer),  # when a delivery can be taken in: minutes after midnight, Asia/Shanghai
    Column("closes_min", Integer),
    Column("cold_by_min", Integer),  # chilled and frozen goods must be there by then
    Column("zone", String(40), nullable=False, server_default=""),
    Column("warehouse_id", BigInteger, ForeignKey("warehouse.id")),  # NULL: the nearest one serves it
    Column("is_active", Boolean, nullable=False, server_default=text("true")),
    of_leader(),
    ref("community_id", "community"),
    UniqueConstraint("leader_id", "name"),
    one_of("datum", "gcj02", "wgs84"),
    CheckConstraint("service_min BETWEEN 0 AND 240", name="service"),
    CheckConstraint("opens_min IS NULL OR closes_min IS NULL OR closes_min > opens_min", name="window"),
)

resident = owned(
    "resident",
    Column("account_id", BigInteger, ForeignKey("account.id")),  # NULL: a guest somebody orders for
    Column("host_resident_id", BigInteger),
    Column("guest_key", String(120)),  # name and room under which the host knows the guest
    Column("display_name", String(64)),
    Column("room", String(40)),
    Column("phone", String(20)),
    Column("note", String(120)),
    Column("default_point_id", BigInteger),
    Column("community_id", BigInteger),  # where he says he lives, of the leader's communities
    Column("state", String(12), nullable=False, server_default="active"),
    Column("wants_news", Boolean, nullable=False, server_default=text("true")),  # 公告 and 预告; 退订公告 ends them
    Column("created_at", Instant, nullable=False),
    of_leader(),
    ref("host_resident_id", "resident"),
    ref("default_point_id", "pickup_point"),
    ref("community_id", "community"),
    UniqueConstraint("leader_id", "account_id"),
    one_of("state", "active", "left", "erased"),
    CheckConstraint(
        "account_id IS NOT NULL OR host_resident_id IS NOT NULL OR state = 'erased'", name="guest_has_host"
    ),
    CheckConstraint("host_resident_id IS NULL OR guest_key IS NOT NULL OR state = 'erased'", name="guest_has_key"),
)
# Partial, so that SQLite's count of rows is that of guests: of all residents, nearly all without a host, it would guess
# that reading every one is cheaper.
Index(
    "uq_resident_guest",
    resident.c.leader_id,
    resident.c.host_resident_id,
    resident.c.guest_key,
    unique=True,
    **only_where("host_resident_id IS NOT NULL"),
)
Index("ix_resident_room", resident.c.leader_id, resident.c.room)

helper = owned(
    "helper",  # 协助核销员: may redeem, sees no money and no phone numbers
    Column("account_id", BigInteger, ForeignKey("account.id"), nullable=False),
    Column("display_name", String(64), nullable=False),
    Column("is_active", Boolean, nullable=False, server_default=text("true")),
    Column("created_at", Instant, nullable=False),
    of_leader(),
    UniqueConstraint("leader_id", "account_id"),
)
Index("ix_helper_account", helper.c.account_id)
