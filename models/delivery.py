"""From the warehouse to pickup points: runs, their notes, the routes cars drive, and the search for good ones.

Warehouses, cars and runs are the platform's; a note and a stop are a leader's.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    String,
    Table,
    UniqueConstraint,
    text,
)

from models.base import Instant, central, metadata, of_leader, one_of, only_where, owned, ref

warehouse = central(
    "warehouse",
    Column("name", String(80), nullable=False, unique=True),
    Column("address", String(200)),
    Column("lat_e6", Integer),
    Column("lng_e6", Integer),
    Column("datum", String(8), nullable=False, server_default="gcj02"),
    Column("is_active", Boolean, nullable=False, server_default=text("true")),
    one_of("datum", "gcj02", "wgs84"),
)

vehicle = central(
    "vehicle",
    Column("name", String(40), nullable=False, unique=True),
    Column("driver", String(40)),
    Column("phone", String(20)),
    Column("capacity", Integer, nullable=False),  # crates
    Column("works_from_min", Integer, nullable=False, server_default="300"),  # minutes after midnight, Shanghai
    Column("works_until_min", Integer, nullable=False, server_default="720"),
    Column("warehouse_id", BigInteger, ForeignKey("warehouse.id")),  # where it is loaded; NULL: at any
    Column("is_active", Boolean, nullable=False, server_default=text("true")),
    CheckConstraint("capacity > 0 AND works_from_min >= 0 AND works_until_min > works_from_min", name="numbers"),
)

delivery_run = central(
    "delivery_run",
    Column("run_on", Date, nullable=False),
    Column("warehouse_id", BigInteger, ForeignKey("warehouse.id"), nullable=False),
    Column("state", String(12), nullable=False, server_default="draft"),
    Column("crate_units", Integer, nullable=False, server_default="10"),  # units in a crate where no case size is known
    Column("frozen_at", Instant),  # papers are made from a frozen run only, so they cannot disagree
    Column("version", Integer, nullable=False, server_default="1"),  # of the routes: a form says which it was made for
    Column("created_at", Instant, nullable=False),
    UniqueConstraint("run_on", "warehouse_id"),
    one_of("state", "draft", "frozen", "on_the_way", "done", "cancelled"),
    CheckConstraint("crate_units > 0", name="crate_units"),
    CheckConstraint("state IN ('draft', 'cancelled') OR frozen_at IS NOT NULL", name="frozen"),
)

route_search = Table(
    "route_search",  # the search for a run's routes: asked for on a page, done by the scheduler
    metadata,
    Column("run_id", BigInteger, ForeignKey("delivery_run.id"), primary_key=True, autoincrement=False),
    Column("state", String(12), nullable=False),
    Column("asked_s", Integer, nullable=False),  # how long to search
    Column("searched_s", Integer, nullable=False, server_default="0"),
    Column("keeps_zones", Boolean, nullable=False, server_default=text("true")),
    Column("stop_wanted", Boolean, nullable=False, server_default=text("false")),
    Column("problem", JSON),  # who is where and how far from whom: see operations.delivery.problems
    Column("best", JSON),  # by car, the numbers of its stops in order
    Column("free", JSON),  # the best without locks, and of which problem: shows what locks cost
    Column("cost", BigInteger),
    Column("metres", BigInteger),
    Column("placed", Integer, nullable=False, server_default="0"),  # stops that a car goes to
    Column("trouble", JSON),  # why it could not be done
    Column("fence", Integer, nullable=False, server_default="0"),
    Column("lease_until", Instant),
    Column("asked_at", Instant, nullable=False),
    Column("ended_at", Instant),
    one_of("state", "wanted", "searching", "done", "stopped", "failed"),
    CheckConstraint("asked_s > 0 AND searched_s >= 0", name="seconds"),
)
Index(
    "ix_route_search_due",
    route_search.c.lease_until,
    **only_where("state IN ('wanted', 'searching')"),
)

route = central(
    "route",
    Column("run_id", BigInteger, ForeignKey("delivery_run.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("vehicle_id", BigInteger, ForeignKey("vehicle.id")),
    Column("metres", Integer),
    Column("seconds", Integer),
    Column("leaves_at", Instant),
    Column("back_at", Instant),
    Column("is_locked", Boolean, nullable=False, server_default=text("false")),  # the search leaves it as it is
    Column("link_no", Integer, nullable=False, server_default="1"),  # the driver's older links open nothing
    Column("started_at", Instant),
    UniqueConstraint("run_id", "number"),
    UniqueConstraint("run_id", "vehicle_id"),
)

delivery_note = owned(
    "delivery_note",  # what one run brings to one pickup point of one leader, for one round
    Column("run_id", BigInteger, ForeignKey("delivery_run.id"), nullable=False),
    Column("pickup_point_id", BigInteger, nullable=False),
    Column("round_id", BigInteger, nullable=False),
    Column("crates", Integer, nullable=False, server_default="0"),
    Column("cold_crates", Integer, nullable=False, server_default="0"),
    Column("signed_at", Instant),
    Column("signed_by", String(40)),
    Column("remark", String(200)),  # what was missing or broken, in the words of who signed
    Column("photo_media_id", BigInteger),
    of_leader(),
    ref("pickup_point_id", "pickup_point"),
    ref("round_id", "round"),
    ref("photo_media_id", "media"),
    UniqueConstraint("leader_id", "run_id", "pickup_point_id", "round_id"),
    CheckConstraint("crates >= 0 AND cold_crates >= 0", name="crates"),
)
Index("ix_delivery_note_run", delivery_note.c.run_id)
Index("ix_delivery_note_round", delivery_note.c.leader_id, delivery_note.c.round_id)

delivery_note_line = Table(
    "delivery_note_line",  # what the goods were called when the run was frozen
    metadata,
    Column("leader_id", BigInteger, nullable=False),
    Column("note_id", BigInteger, nullable=False),
    Column("offer_id", BigInteger, nullable=False),
    Column("name", String(80), nullable=False),
    Column("spec", String(60), nullable=False, server_default=""),
    Column("unit", String(16), nullable=False),
    Column("is_cold", Boolean, nullable=False, server_default=text("false")),
    Column("storage", String(8)),  # as the offer says
    Column("quantity_milli", BigInteger, nullable=False),
    PrimaryKeyConstraint("leader_id", "note_id", "offer_id", "name"),
    ref("note_id", "delivery_note"),
    ref("offer_id", "offer"),
    one_of("storage", "ambient", "chilled", "frozen"),
    CheckConstraint("quantity_milli > 0", name="positive"),
)

route_stop = owned(
    "route_stop",
    Column("run_id", BigInteger, ForeignKey("delivery_run.id"), nullable=False),
    Column("route_id", BigInteger, ForeignKey("route.id"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("pickup_point_id", BigInteger, nullable=False),
    Column("due_at", Instant),
    Column("arrived_at", Instant),
    Column("done_at", Instant),  # signed for, or left behind: the car drives on
    Column("is_locked", Boolean, nullable=False, server_default=text("false")),  # stays with its car
    of_leader(),
    ref("pickup_point_id", "pickup_point"),
    UniqueConstraint("leader_id", "run_id", "pickup_point_id"),
)
Index("ix_route_stop_run", route_stop.c.run_id)
Index("ix_route_stop_route", route_stop.c.route_id, route_stop.c.position, unique=True)
