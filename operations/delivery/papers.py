"""What the papers of frozen runs say: the same `Papers` as those of rounds, made from delivery notes alone.

Goods and quantities are what was frozen. Names and phones of leaders and drivers are today's: they are for calling.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, and_, select, tuple_

from models import (
    Work,
    delivery_note,
    delivery_note_line,
    delivery_run,
    leader,
    offer,
    pickup_point,
    round_,
    route,
    route_stop,
    vehicle,
)
from models.joins import points_to
from operations import papers as by_order
from operations import pick_lists
from operations.delivery.gathering import Round
from operations.papers import Item, Kept, Papers, Share, Stop, coldest

Key = tuple[str, str, str]  # name, spec, unit


def of_run(work: Work, *, run_id: int) -> Papers:
    """The papers of one frozen run; empty while it is a draft."""
    return _made(work, delivery_note.c.run_id == run_id)


def to_deliver(work: Work, *, rounds: Sequence[Round]) -> Papers:
    """What is brought for these rounds: as frozen where a run has them, else as their orders are now. Raises NotFound.

    Papers for sorting, driving and signing ask here, so that none disagrees with its run's.
    """
    frozen = _made(work, tuple_(delivery_note.c.leader_id, delivery_note.c.round_id).in_(sorted(rounds)))
    known = {(stop.leader_id, stop.round_id) for stop in frozen.stops}
    rest = by_order.collect(work, rounds=[one for one in rounds if one not in known])
    return joined(frozen, rest) if frozen.stops else rest


def joined(one: Papers, two: Papers) -> Papers:
    """Both together; the same goods are one item."""
    items: dict[Key, list[Item]] = {}
    for item in (*one.items, *two.items):
        items.setdefault((item.name, item.spec, item.unit), []).append(item)
    shares = {key: tuple(share for item in same for share in item.shares) for key, same in items.items()}
    made = tuple(
        Item(number, *key, *coldest((one.is_cold, one.storage) for one in same), same[0].alike, shares[key])
        for number, (key, same) in enumerate(items.items(), 1)
    )
    return Papers((*one.stops, *two.stops), made)


def _made(work: Work, wanted: ColumnElement[bool]) -> Papers:
    notes = work.db.execute(_NOTES.where(wanted)).mappings().all()
    stops = {(note["leader_id"], note["id"]): _stop(note) for note in notes}
    lines = work.db.execute(_LINES.where(wanted)).mappings().all()
    return Papers(tuple(stops.values()), tuple(_items(lines, stops)))


_LIVE = delivery_run.c.state.in_(("frozen", "on_the_way", "done"))
_NOTES = (
    select(
        delivery_note,
        leader.c.number.label("leader_number"),
        leader.c.display_name.label("leader_name"),
        leader.c.phone.label("leader_phone"),
        round_.c.title,
        pickup_point.c.name.label("place"),
        route.c.number.label("route_number"),
        vehicle.c.driver,
        vehicle.c.phone.label("driver_phone"),
    )
    .join(delivery_run, and_(delivery_run.c.id == delivery_note.c.run_id, _LIVE))
    .join(leader, leader.c.id == delivery_note.c.leader_id)
    .join(round_, points_to(delivery_note.c.round_id, round_))
    .join(pickup_point, points_to(delivery_note.c.pickup_point_id, pickup_point))
    .outerjoin(
        route_stop,
        and_(
            route_stop.c.leader_id == delivery_note.c.leader_id,
            route_stop.c.run_id == delivery_note.c.run_id,
            route_stop.c.pickup_point_id == delivery_note.c.pickup_point_id,
        ),
    )
    .outerjoin(route, route.c.id == route_stop.c.route_id)
    .outerjoin(vehicle, vehicle.c.id == route.c.vehicle_id)
    .order_by(
        route.c.number.is_(None), route.c.number, route_stop.c.position, leader.c.number, delivery_note.c.round_id
    )
)
_LINES = (
    select(delivery_note_line, offer.c.number)
    .join(delivery_note, points_to(delivery_note_line.c.note_id, delivery_note))
    .join(delivery_run, and_(delivery_run.c.id == delivery_note.c.run_id, _LIVE))
    .join(offer, points_to(delivery_note_line.c.offer_id, offer))
    .order_by(delivery_note.c.leader_id, delivery_note.c.round_id, offer.c.number, delivery_note_line.c.name)
)


def _stop(note: RowMapping) -> Stop:
    return Stop(
        leader_id=note["leader_id"],
        leader_number=note["leader_number"],
        leader_name=note["leader_name"],
        leader_phone=note["leader_phone"],
        round_id=note["round_id"],
        round_title=note["title"],
        place=note["place"],
        route="" if note["route_number"] is None else str(note["route_number"]),
        orders=(),
        driver=note["driver"] or "",
        driver_phone=note["driver_phone"] or "",
        crates=note["crates"],
        signed_by=note["signed_by"] or "",
        signed_at=note["signed_at"],
        remark=note["remark"] or "",
    )


def _items(lines: Sequence[RowMapping], stops: Mapping[tuple[int, int], Stop]) -> Iterable[Item]:
    alike = _alike(lines)
    order = {id(stop): at for at, stop in enumerate(stops.values())}
    shares: dict[Key, list[Share]] = {}
    for line in lines:
        stop = stops[line["leader_id"], line["note_id"]]
        shares.setdefault(_key(line), []).append(Share(stop, line["quantity_milli"]))
    kept: dict[Key, list[Kept]] = {}
    for line in lines:
        kept.setdefault(_key(line), []).append((line["is_cold"], line["storage"]))
    is_one = len({(stop.leader_id, stop.round_id) for stop in stops.values()}) == 1
    numbers = {_key(line): line["number"] for line in lines}
    for at, (key, found) in enumerate(shares.items(), 1):
        found.sort(key=lambda share: order[id(share.stop)])
        yield Item(numbers[key] if is_one else at, *key, *coldest(kept[key]), alike.get(key, ()), tuple(found))


def _key(line: RowMapping) -> Key:
    return line["name"], line["spec"], line["unit"]


def _alike(lines: Sequence[RowMapping]) -> dict[Key, tuple[str, ...]]:
    """Within each round, as its own papers have it."""
    by_round: dict[int, list[Any]] = {}
    for line in lines:
        by_round.setdefault(line["leader_id"], []).append(_Named(line))
    found: dict[Key, tuple[str, ...]] = {}
    for named in by_round.values():
        alike = pick_lists.look_alikes({one.id: one for one in named}.values())
        found |= {one.key: alike[one.id] for one in named if one.id in alike}
    return found


class _Named:
    """What `look_alikes` takes."""

    def __init__(self, line: RowMapping) -> None:
        self.key, self.id, self.name, self.spec = _key(line), line["offer_id"], line["name"], line["spec"]
