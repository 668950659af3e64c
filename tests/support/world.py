"""A small neighbourhood for tests: a leader, residents, a round with offers, orders — made by the real operations.

world = World(store)                              # leader L1 with a pickup-paying round: 草莓 45.00/盒, 鸡蛋 36.00/盒
li = world.resident("李姐", room="3-502")
order_id = world.order(li, {1: 2, 2: 1})          # by offer number, in whole units
world.arrive()                                    # closed, goods there, codes issued
world.code(order_id)
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import Row, Table, func, select, update

from models import leader, order
from models.base import Store
from models.outcomes import Arrival
from models.views import OrderView, RoundView
from operations import (
    codes,
    goods,
    leadership,
    order_views,
    orders,
    payments,
    people,
    pickup,
    rounds,
    shelf,
    shelf_orders,
)
from operations.batches import Wish
from operations.orders import Change
from operations.rounds import NewOffer, NewRound

STRAWBERRIES = NewOffer(name="草莓", price_fen=4500, unit="盒", spec="2斤", is_cold=True)
EGGS = NewOffer(name="鸡蛋", price_fen=3600, unit="盒", spec="30枚")

RICE = shelf.Goods(name="大米", price_fen=3500, unit="袋", stock_milli=5000, spec="5kg")

_openids = itertools.count(1)


class World:
    """One leader with one round. `store` may hold several worlds."""

    def __init__(
        self,
        store: Store,
        *,
        name: str = "王团长",
        offers: tuple[NewOffer, ...] = (STRAWBERRIES, EGGS),
        payment_mode: str = "pickup",
        **round_facts: Any,
    ) -> None:
        self.store = store
        self.clock = store.clock
        self.offers_sold = offers
        with store.transaction() as work:
            self.owner = people.recognise(work, self._openid()).account_id
            self.leader_id = leadership.apply_as_leader(
                work, account_id=self.owner, name=name, note=None, share_bps=1000
            )
            leadership.approve_leader(work, leader_id=self.leader_id, actor="system")
            work.db.execute(update(leader).where(leader.c.id == self.leader_id).values(payment_mode=payment_mode))
        self.actor = f"account:{self.owner}"
        self.round_id = self.publish(offers=offers, **round_facts).id

    # ---- people

    def account(self) -> int:
        """Somebody who follows the official account, and no more."""
        with self.store.transaction() as work:
            return people.recognise(work, self._openid()).account_id

    def resident(self, name: str = "李姐", *, room: str | None = None, account_id: int | None = None) -> int:
        """A resident with an account of his own; returns the resident id."""
        account_id = account_id or self.account()
        with self.store.transaction() as work:
            resident_id = people.bind(work, account_id=account_id, leader_id=self.leader_id, via="code")
            people.introduce(work, leader_id=self.leader_id, resident_id=resident_id, name=name, room=room)
            return resident_id

    def guest(self, host_resident_id: int, name: str, *, room: str | None = None) -> int:
        """A neighbour without WeChat, whom a resident orders for."""
        with self.store.transaction() as work:
            return people.guest_of(
                work, leader_id=self.leader_id, host_resident_id=host_resident_id, name=name, room=room
            )

    def helper(self, name: str = "小周") -> int:
        """协助核销员; returns the account id."""
        account_id = self.account()
        with self.store.transaction() as work:
            leadership.add_helper(work, leader_id=self.leader_id, account_id=account_id, name=name, actor=self.actor)
        return account_id

    # ---- round and orders

    def publish(self, *, offers: tuple[NewOffer, ...] | None = None, **facts: Any) -> RoundView:
        """Open a round that closes in ten hours; later calls of the world are about the newest one."""
        new = NewRound(
            title="周六水果团",
            offers=offers or self.offers_sold,
            closes_at=self.clock() + timedelta(hours=10),
            pickup_place="3号楼大堂",
        )
        with self.store.transaction() as work:
            view = rounds.publish(work, leader_id=self.leader_id, new=replace(new, **facts), actor=self.actor)
        self.round_id = view.id
        self.offers = {offer.number: offer.id for offer in view.offers}
        return view

    def order(self, resident_id: int, wanted: Mapping[int, float], *, key: str | None = None) -> int:
        """Set these quantities, by offer number in whole units; returns the order id."""
        changes = [Change(self.offers[number], round(quantity * 1000)) for number, quantity in wanted.items()]
        with self.store.transaction() as work:
            changed = orders.change(
                work,
                leader_id=self.leader_id,
                round_id=self.round_id,
                resident_id=resident_id,
                changes=changes,
                actor="system",
                source_key=key or f"order:{work.new_id()}",
            )
        return changed.order.id

    def close(self) -> None:
        """Close the round now."""
        with self.store.transaction() as work:
            rounds.close(work, leader_id=self.leader_id, round_id=self.round_id, actor=self.actor)

    def arrive(self, *, batches: Wish | None = None, **goods_facts: Mapping[int, int]) -> Arrival:
        """Close the round if need be and enter its goods (`short={1: 3000}` by offer number)."""
        by_offer = {
            name: {self.offers[number]: quantity for number, quantity in found.items()}
            for name, found in goods_facts.items()
        }
        with self.store.transaction() as work:
            if rounds.view(work, self.leader_id, self.round_id).state == "open":
                rounds.close(work, leader_id=self.leader_id, round_id=self.round_id, actor=self.actor)
            return goods.mark_arrived(
                work,
                leader_id=self.leader_id,
                round_id=self.round_id,
                actor=self.actor,
                source_key=f"arrive:{work.new_id()}",
                batches=batches,
                **by_offer,
            )

    def hand_out(self, order_id: int, wanted: Mapping[int, int] | None = None, *, forced: bool = False) -> None:
        """The leader hands out by code all that an order has waiting, or `wanted` (thousandths by offer number)."""
        code = self.code(order_id)
        with self.store.transaction() as work:
            done = pickup.redeem(
                work,
                leader_id=self.leader_id,
                device="chat",
                nonce=f"scan:{work.new_id()}",
                by_account_id=self.owner,
                code=code,
                wanted=wanted,
                forced=forced,
            )
        assert done.ok, done.refused

    def pay(self, *order_ids: int) -> None:
        """The leader has got the money of these orders, or of all of the round."""
        named = order_ids or tuple(row.id for row in self.rows(order, round_id=self.round_id))
        with self.store.transaction() as work:
            for order_id in named:
                payments.mark_paid(
                    work, leader_id=self.leader_id, order_ids=[order_id], actor=self.actor,
                    source_key=f"pay:{work.new_id()}",
                )  # fmt: skip

    # ---- shelf

    def shelve(self, *goods: shelf.Goods) -> dict[str, int]:
        """Put these on the shelf (大米 35.00/袋, 5 of them, if nothing is named); item ids by name."""
        with self.store.transaction() as work:
            found = shelf.put(work, leader_id=self.leader_id, goods=goods or (RICE,), actor=self.actor)
        self.shelf = {item.name: item.id for item in found}
        return self.shelf

    def take(self, resident_id: int, wanted: Mapping[str, float], *, key: str | None = None) -> OrderView:
        """Order these quantities from the shelf, by name in whole units."""
        changes = [Change(self.shelf[name], round(quantity * 1000)) for name, quantity in wanted.items()]
        with self.store.transaction() as work:
            return shelf_orders.change(
                work,
                leader_id=self.leader_id,
                resident_id=resident_id,
                changes=changes,
                actor="system",
                source_key=key or f"shelf:{work.new_id()}",
            ).order

    # ---- looking

    def view(self, order_id: int) -> OrderView:
        """An order as it stands."""
        with self.store.read() as work:
            return order_views.view(work, leader_id=self.leader_id, order_id=order_id)

    def code(self, order_id: int) -> str:
        """An order's pickup code."""
        with self.store.transaction() as work:
            return codes.ensure_code(work, leader_id=self.leader_id, order_id=order_id)

    def rows(self, table: Table, **where: Any) -> list[Row[Any]]:
        """This leader's rows of a table, oldest first."""
        mine = [table.c.leader_id == self.leader_id, *(table.c[column] == value for column, value in where.items())]
        by = [table.c.id] if "id" in table.c else []
        with self.store.read() as work:
            return list(work.db.execute(select(table).where(*mine).order_by(*by)))

    def count(self, table: Table, **where: Any) -> int:
        """How many rows of this leader a table has."""
        mine = [table.c.leader_id == self.leader_id, *(table.c[column] == value for column, value in where.items())]
        with self.store.read() as work:
            return int(work.db.execute(select(func.count()).select_from(table).where(*mine)).scalar_one())

    @staticmethod
    def _openid() -> str:
        return f"o_test_person_{next(_openids)}"
