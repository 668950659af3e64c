"""Warehouses, cars, and what a pickup point asks of a driver. All of it is the platform's to say."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import RowMapping, Table, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from models import Work, leader, pickup_point, vehicle, warehouse
from operations.audit import PLATFORM, record
from operations.delivery.problems import place_of
from operations.errors import NameTaken, NotFound
from operations.listings.paging import Page, contains, page
from operations.routing.geo import great_circle_m, to_wgs84

POINT_SORTS = ("leader", "zone")
Position = tuple[int, int] | None  # north and east in millionths of a degree


@dataclass(frozen=True, slots=True)
class WarehouseFacts:
    """`datum`: what the coordinates are given in, gcj02 (Chinese maps) or wgs84 (GPS)."""

    name: str
    address: str | None
    position: Position
    datum: str = "gcj02"
    is_active: bool = True


@dataclass(frozen=True, slots=True)
class VehicleFacts:
    """Capacity in crates, hours in minutes after midnight in Shanghai."""

    name: str
    driver: str | None
    phone: str | None
    capacity: int
    works_from_min: int
    works_until_min: int
    is_active: bool = True
    warehouse_id: int | None = None  # where it is loaded; None: at any


@dataclass(frozen=True, slots=True)
class PointFacts:
    """What a driver has to know of a pickup point; minutes after midnight, `service_min` for unloading."""

    position: Position
    datum: str
    service_min: int
    opens_min: int | None
    closes_min: int | None
    cold_by_min: int | None
    zone: str
    warehouse_id: int | None = None  # None: the nearest one serves it


def warehouses(work: Work, *, only_active: bool = False) -> Sequence[RowMapping]:
    """All warehouses by name."""
    return _listed(work, warehouse, only_active)


def vehicles(work: Work, *, only_active: bool = False) -> Sequence[RowMapping]:
    """All cars by name."""
    return _listed(work, vehicle, only_active)


def points(work: Work, *, text: str = "", is_nowhere: bool = False, sort: str = "leader", number: int = 1) -> Page:
    """The pickup points of all leaders that are open for business, with `leader_name` and `leader_number`: found by
    leader, name or zone; `is_nowhere`: those without coordinates alone.
    """
    statement = (
        select(pickup_point, leader.c.display_name.label("leader_name"), leader.c.number.label("leader_number"))
        .join(leader, leader.c.id == pickup_point.c.leader_id)
        .where(pickup_point.c.is_active, leader.c.state == "active")
        .order_by(*((pickup_point.c.zone,) if sort == "zone" else ()), leader.c.number, pickup_point.c.id)
    )
    if text:
        said = (leader.c.display_name, pickup_point.c.name, pickup_point.c.zone)
        statement = statement.where(or_(*(contains(column, text) for column in said)))
    if is_nowhere:
        statement = statement.where(pickup_point.c.lat_e6.is_(None))
    return page(work, statement, number)


def serving(work: Work, *, leader_ids: Collection[int]) -> dict[int, int]:
    """By pickup point of these leaders, the warehouse it gets its goods from: the stated one, else the nearest in use.

    What has no place and no statement is missing.
    """
    depots = {row["id"]: place for row in warehouses(work, only_active=True) if (place := place_of(row))}
    found = {}
    for row in work.db.execute(select(pickup_point).where(pickup_point.c.leader_id.in_(leader_ids))).mappings():
        place = place_of(row)
        if row["warehouse_id"] is not None:
            found[row["id"]] = row["warehouse_id"]
        elif place is not None and depots:
            away = {key: great_circle_m(to_wgs84(place), to_wgs84(depot)) for key, depot in depots.items()}
            found[row["id"]] = min(away, key=lambda key: (away[key], key))
    return found


def save_warehouse(work: Work, *, facts: WarehouseFacts, warehouse_id: int | None = None, actor: str) -> int:
    """A new warehouse, or other facts about one; returns its id. Raises NameTaken, NotFound."""
    values = _with_position(asdict(facts))
    return _save(work, warehouse, values, warehouse_id, actor, "warehouse")


def save_vehicle(work: Work, *, facts: VehicleFacts, vehicle_id: int | None = None, actor: str) -> int:
    """A new car, or other facts about one; returns its id. Raises NameTaken, NotFound."""
    _require_warehouse(work, facts.warehouse_id)
    return _save(work, vehicle, asdict(facts), vehicle_id, actor, "vehicle")


def set_point(work: Work, *, leader_id: int, point_id: int, facts: PointFacts, actor: str) -> None:
    """What a pickup point asks of a driver. Raises NotFound."""
    _require_warehouse(work, facts.warehouse_id)
    mine = pickup_point.c.leader_id == leader_id, pickup_point.c.id == point_id
    changed = work.db.execute(update(pickup_point).where(*mine).values(**_with_position(asdict(facts))))
    if changed.rowcount != 1:
        raise NotFound(what="pickup_point")
    record(
        work,
        leader_id=leader_id,
        actor=actor,
        action="point.delivery",
        entity="pickup_point",
        entity_id=point_id,
        after={"zone": facts.zone, "service_min": facts.service_min},
    )


def _require_warehouse(work: Work, key: int | None) -> None:
    if key is not None and work.db.execute(select(warehouse.c.id).where(warehouse.c.id == key)).first() is None:
        raise NotFound(what="warehouse")


def _with_position(values: dict[str, object]) -> dict[str, object]:
    position = values.pop("position")
    lat, lng = position if isinstance(position, tuple) else (None, None)
    return values | {"lat_e6": lat, "lng_e6": lng}


def _listed(work: Work, table: Table, only_active: bool) -> Sequence[RowMapping]:
    statement = select(table).order_by(table.c.is_active.desc(), table.c.name)
    if only_active:
        statement = statement.where(table.c.is_active)
    return work.db.execute(statement).mappings().all()


def _save(work: Work, table: Table, values: dict[str, object], key: int | None, actor: str, entity: str) -> int:
    new_id = key or work.new_id()
    try:
        with work.db.begin_nested():
            if key is None:
                work.db.execute(insert(table).values(id=new_id, **values))
            elif work.db.execute(update(table).where(table.c.id == key).values(**values)).rowcount != 1:
                raise NotFound(what=entity)
    except IntegrityError as error:
        raise NameTaken(name=values["name"]) from error
    record(
        work,
        leader_id=PLATFORM,
        actor=actor,
        action=f"{entity}.save",
        entity=entity,
        entity_id=new_id,
        after={"name": values["name"]},
    )
    return new_id
