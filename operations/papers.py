"""What papers of the pickup and of the delivery say: one source for all of them, so that their sums agree.

It takes the rounds whose goods go out together. What a paper counts is what is to be handed out: ordered, less what is
short and what was refunded before it was handed out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from models import Work
from models.views import LineView, OrderView
from operations import exports, order_views, pick_lists
from operations.listings import leaders
from operations.listings import rounds as listing


@dataclass(frozen=True, slots=True)
class Stop:
    """One round's goods for one pickup point of its leader."""

    leader_id: int
    leader_number: int
    leader_name: str
    leader_phone: str | None
    round_id: int
    round_title: str
    place: str
    route: str  # the route's number; "" as long as none is planned
    orders: tuple[OrderView, ...]  # of a frozen run: none, its notes know sums only
    driver: str = ""
    driver_phone: str = ""
    crates: int = 0
    signed_by: str = ""
    signed_at: datetime | None = None
    remark: str = ""  # what was missing or broken when it was signed for


@dataclass(frozen=True, slots=True)
class Share:
    """How much of an item is for one stop, and where it comes from orders, for one order there."""

    stop: Stop
    milli: int
    order: OrderView | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """One kind of goods over all stops; offers of the same name, spec and unit are one item.

    `number` is the offer's own when there is one round, else counted over all.
    """

    number: int
    name: str
    spec: str
    unit: str
    is_cold: bool
    storage: str | None  # as in views.OfferView
    alike: tuple[str, ...]  # what it is easily confused with
    shares: tuple[Share, ...]

    @property
    def due_milli(self) -> int:
        return sum(share.milli for share in self.shares)

    def by_stop(self) -> list[tuple[Stop, int]]:
        """Thousandths for each stop that gets any, in the order of the stops."""
        sums: dict[int, tuple[Stop, int]] = {}
        for share in self.shares:
            _, so_far = sums.get(id(share.stop), (share.stop, 0))
            sums[id(share.stop)] = (share.stop, so_far + share.milli)
        return list(sums.values())


@dataclass(frozen=True, slots=True)
class Papers:
    """Everything that a set of rounds hands out."""

    stops: tuple[Stop, ...]
    items: tuple[Item, ...]

    def at(self, stops: Iterable[Stop]) -> Papers:
        """The part that concerns these stops."""
        chosen = {id(stop): stop for stop in stops}
        cut = (
            replace(one, shares=tuple(share for share in one.shares if id(share.stop) in chosen)) for one in self.items
        )
        return Papers(tuple(chosen.values()), tuple(item for item in cut if item.shares))

    def routes(self) -> list[tuple[str, Papers]]:
        """By route, in the order of their numbers; what has no route comes last, as ""."""
        numbers = sorted({stop.route for stop in self.stops}, key=lambda number: (not number, len(number), number))
        return [(number, self.at([stop for stop in self.stops if stop.route == number])) for number in numbers]


Kept = tuple[bool, str | None]  # whether goods are cold, and how their product is to be stored
_Known = tuple[int, Kept, tuple[str, ...]]  # of an offer: its number, how it is kept, what it looks like


def coldest(kept: Iterable[Kept]) -> Kept:
    """How the same goods of several leaders are kept: as what must stay coldest of them."""
    cold = [storage for is_cold, storage in kept if is_cold]
    return bool(cold), "frozen" if "frozen" in cold else next(filter(None, cold), None)


def due_lines(one: OrderView) -> list[LineView]:
    """What an order is to be given in all."""
    return [line for line in one.lines if line.due_milli > 0]


def collect(work: Work, *, rounds: Sequence[tuple[int, int]]) -> Papers:
    """The papers of these rounds, given as (leader id, round id). Raises NotFound."""
    stops: list[Stop] = []
    known: dict[tuple[str, str, str], _Known] = {}
    for leader_id, round_id in rounds:
        stops += _stops(work, leader_id, round_id)
        offers = listing.offers(work, leader_id=leader_id, round_id=round_id)
        alike = pick_lists.look_alikes(offers)
        for row in offers:
            key = row["name"], row["spec"], row["unit"]
            kept = coldest([(row["is_cold"], row["storage"]), *([known[key][1]] if key in known else ())])
            known[key] = row["number"], kept, alike.get(row["id"], ())
    return Papers(tuple(stops), tuple(_items(stops, known, is_one=len(rounds) == 1)))


def _stops(work: Work, leader_id: int, round_id: int) -> list[Stop]:
    head = listing.detail(work, leader_id=leader_id, round_id=round_id)
    owner = leaders.detail(work, leader_id=leader_id)
    points = exports.points_of(work, leader_id, round_id, head["pickup_point_id"])
    routes = exports.routes_of(work, leader_id, round_id)
    groups: dict[tuple[int, str], list[OrderView]] = {}
    for one in order_views.of_round(work, leader_id, round_id):
        if due_lines(one):
            groups.setdefault(points.get(one.id, (0, head["pickup_place"] or "")), []).append(one)
    return [
        Stop(
            leader_id=leader_id,
            leader_number=owner["number"],
            leader_name=owner["display_name"],
            leader_phone=owner["phone"],
            round_id=round_id,
            round_title=head["title"],
            place=place,
            route=routes.get(point_id, ""),
            orders=tuple(sorted(orders, key=lambda one: (pick_lists.numbers_in(one.room) or (10**9,), one.seq))),
        )
        for (point_id, place), orders in sorted(groups.items())
    ]


def _items(stops: Sequence[Stop], known: Mapping[tuple[str, str, str], _Known], *, is_one: bool) -> Iterable[Item]:
    shares: dict[tuple[str, str, str], list[Share]] = {key: [] for key in known}
    for stop in stops:
        for one in stop.orders:
            for line in due_lines(one):
                # A line keeps the name it was ordered under; what the leader renamed since is an item of its own.
                shares.setdefault((line.name, line.spec, line.unit), []).append(Share(stop, line.due_milli, one))
    for at, (key, found) in enumerate(((key, found) for key, found in shares.items() if found), 1):
        number, kept, alike = known.get(key, (at, (False, None), ()))
        yield Item(number if is_one else at, *key, *kept, alike, tuple(found))
