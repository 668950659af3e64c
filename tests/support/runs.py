"""A delivery run for tests: warehouse, cars, points with places, frozen, and planned by the nearest next stop."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from sqlalchemy import insert, select, update

from models import Store, Work, leader, order, pickup_point, round_
from operations.delivery import fleet, planning, problems, runs
from operations.delivery.fleet import VehicleFacts, WarehouseFacts
from operations.delivery.gathering import Round
from operations.quiet_hours import SHANGHAI
from operations.rounds import NewOffer
from operations.routing.baseline import nearest_neighbour
from operations.routing.geo import GreatCircle
from operations.routing.plan import judge
from tests.support.world import World

HOME = (31_200_000, 121_400_000)


def make_fleet(work: Work, *, cars: int = 2, capacity: int = 60) -> tuple[int, list[int]]:
    """A warehouse and so many cars with drivers; their ids."""
    warehouse_id = fleet.save_warehouse(work, facts=WarehouseFacts("东仓", "沪东路1号", HOME), actor="system")
    vans = [
        fleet.save_vehicle(
            work,
            facts=VehicleFacts(f"{n}号车", f"司机{n}", f"1390000000{n}", capacity, 300, 720),
            actor="system",
        )
        for n in range(1, cars + 1)
    ]
    return warehouse_id, vans


def place_point(work: Work, leader_id: int, *, nth: int = 1, name: str = "3号楼大堂") -> int:
    """The leader's pickup point, some streets from the warehouse; made if she has none of this name."""
    mine = pickup_point.c.leader_id == leader_id, pickup_point.c.name == name
    point_id = work.db.execute(select(pickup_point.c.id).where(*mine)).scalar()
    if point_id is None:
        point_id = work.new_id()
        work.db.execute(insert(pickup_point).values(leader_id=leader_id, id=point_id, name=name))
    at = {"lat_e6": HOME[0] + 9_000 * nth, "lng_e6": HOME[1] + 7_000 * (nth % 3)}
    work.db.execute(
        update(pickup_point).where(pickup_point.c.leader_id == leader_id, pickup_point.c.id == point_id).values(**at)
    )
    return int(point_id)


def day_of(work: Work, one: Round) -> date:
    """When a round is to be picked up; tomorrow where it does not say."""
    mine = round_.c.leader_id == one[0], round_.c.id == one[1]
    start = work.db.execute(select(round_.c.pickup_from).where(*mine)).scalar()
    return (start or work.now).astimezone(SHANGHAI).date()


def make_run(work: Work, rounds: Sequence[Round], *, warehouse_id: int, is_frozen: bool = True) -> int:
    """The run of the first round's day, frozen with all of them; its id."""
    run_id = runs.create(work, run_on=day_of(work, rounds[0]), warehouse_id=warehouse_id, actor="system")
    if is_frozen:
        runs.freeze(work, run_id=run_id, rounds=rounds, actor="system")
    return run_id


def plan(store: Store, run_id: int) -> None:
    """Routes as the search would leave them, found without it."""
    store.run(lambda work: planning.ask(work, run_id=run_id, seconds=10, actor="system"))
    with store.transaction() as work:
        claimed = planning.claim(work)
        assert claimed is not None
        found = planning.inputs(work, run_id=run_id)
        places = [found.depot, *(one.place for one in found.points if one.place)]
        charted = problems.chart(found.points, found.fleet, *GreatCircle().between(places))
        assert planning.keep_problem(work, run_id=run_id, fence=claimed.fence, charted=charted)
        near = nearest_neighbour(charted.problem)
        orders = [
            next((list(trip.stops) for trip in near.trips if trip.car == car), []) for car in range(len(charted.vans))
        ]
        best = judge(charted.problem, orders), orders
        assert planning.tell(work, run_id=run_id, fence=claimed.fence, searched_s=1, best=best)
        assert planning.finish(work, run_id=run_id, fence=claimed.fence, outcome="done")


GOODS = (
    NewOffer(name="草莓", price_fen=4500, unit="盒", spec="2斤", is_cold=True, case_milli=6000),
    NewOffer(name="鸡蛋", price_fen=3600, unit="盒", spec="30枚"),
    NewOffer(name="青菜", price_fen=500, unit="斤"),
)


class Day:
    """Some leaders with a closed round each, all of one pickup day."""

    def __init__(self, store: Store, *, leaders: int = 2, seed: int = 1) -> None:
        self.store, rng = store, random.Random(seed)
        self.worlds: list[World] = []
        for n in range(leaders):
            wishes = [
                {number: rng.choice((1, 2, 5)) for number in rng.sample((1, 2, 3), rng.randint(1, 3))}
                for _ in range(rng.randint(2, 4))
            ]
            self.add(f"团长{n}", wishes)
        with store.transaction() as work:
            self.warehouse_id, self.vans = make_fleet(work)

    def add(self, name: str, wishes: Sequence[Mapping[int, float]]) -> World:
        """A leader with a round that closes with these orders (by offer number)."""
        world = World(self.store, name=name, offers=GOODS, pickup_from=self.store.clock() + timedelta(hours=30))
        self.worlds.append(world)
        with self.store.transaction() as work:
            place_point(work, world.leader_id, nth=len(self.worlds))
        for n, wish in enumerate(wishes):
            world.order(world.resident(f"邻居{n}"), wish)
        world.close()
        return world

    @property
    def rounds(self) -> list[Round]:
        return [(world.leader_id, world.round_id) for world in self.worlds]

    def run(self, *, is_frozen: bool = True) -> int:
        with self.store.transaction() as work:
            return make_run(work, self.rounds, warehouse_id=self.warehouse_id, is_frozen=is_frozen)


def nobody_paid(day: Day) -> None:
    """All orders are overdue for leaders who have such orders cancelled: `unpaid.cancel_unpaid` takes them back."""
    with day.store.transaction() as work:
        work.db.execute(update(leader).values(payment_mode="transfer", cancel_unpaid_after_h=1))
        work.db.execute(update(round_).values(closed_at=work.now - timedelta(hours=5)))
        work.db.execute(update(order).values(unpaid_reminded_at=work.now - timedelta(hours=2)))
