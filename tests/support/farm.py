"""A supplier with products, and purchase orders as tests look at them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlalchemy import select

from models import Store, purchase_order, purchase_order_line, supplier
from operations import purchase_drafts, purchase_receipts, purchases, stocking, suppliers
from operations.offers import NewOffer
from operations.suppliers import ProductFacts, SupplierFacts

BERRIES = ProductFacts(name="红颜草莓", unit="盒", cost_fen=3000, spec="2斤", case_milli=6000, storage="chilled")


class Farm:
    """One supplier. `farm.sell("红颜草莓")` is a product, `farm.offer(…)` an offer of it."""

    def __init__(self, store: Store, name: str = "阳光农场", **facts: Any) -> None:
        self.store = store
        with store.transaction() as work:
            self.id = suppliers.save_supplier(
                work, supplier_id=None, facts=SupplierFacts(name, **facts), actor="system"
            )

    def sell(self, facts: ProductFacts = BERRIES, **more: Any) -> int:
        """A product; returns its id."""
        with self.store.transaction() as work:
            return suppliers.save_product(
                work, supplier_id=self.id, product_id=None, facts=replace(facts, **more), actor="system"
            )

    def offer(self, product_id: int, price_fen: int = 4500) -> NewOffer:
        """What a leader publishes of it."""
        with self.store.read() as work:
            found = next(one for one in stocking.on_sale(work) if one.id == product_id)
        return stocking.taken_over(NewOffer(found.name, price_fen, found.unit, found.spec), found)

    def gather(self) -> int:
        """What the scheduler does after a close."""
        total = 0
        while True:
            with self.store.transaction() as work:
                if not (done := purchase_drafts.gather(work)):
                    return total
            total += done

    def orders(self) -> list[Any]:
        """This supplier's purchase orders, the first of a day first."""
        found = select(purchase_order).where(purchase_order.c.supplier_id == self.id)
        with self.store.read() as work:
            return list(work.db.execute(found.order_by(purchase_order.c.needed_on, purchase_order.c.number)))

    def lines(self, nth: int = 0) -> dict[int, Any]:
        """The lines of one of them, by product."""
        mine = purchase_order_line.c.purchase_order_id == self.orders()[nth].id
        with self.store.read() as work:
            return {row.product_id: row for row in work.db.execute(select(purchase_order_line).where(mine))}

    def send(self, nth: int = 0, **rest: str) -> int:
        """Send it; `rest="cap"` or `"buy"` decides about every case that is not full."""
        purchase_id = self.orders()[nth].id
        with self.store.transaction() as work:
            for product_id in self.lines(nth) if rest else ():
                purchases.decide(
                    work, purchase_id=purchase_id, product_id=product_id, rest=rest["rest"], actor="system"
                )
            purchases.send(work, purchase_id=purchase_id, actor="system")
        return int(purchase_id)

    def receive(self, purchase_id: int, received: dict[int, int], damaged: dict[int, int] | None = None) -> None:
        """The goods are in the warehouse, by product id in thousandths."""
        with self.store.transaction() as work:
            purchase_receipts.receive(
                work, purchase_id=purchase_id, received=received, damaged=damaged or {}, actor="system"
            )


def stock(store: Store, what: str) -> None:
    """阳光农场 红颜草莓 2斤 盒 30 6 frozen: a product of a supplier, its cost in yuan, its case, how it is kept."""
    name, goods, spec, unit, cost, case, storage = what.split()
    with store.transaction() as work:
        found = work.db.execute(select(supplier.c.id).where(supplier.c.name == name)).scalar()
    made = Farm(store, name).id if found is None else found
    facts = ProductFacts(goods, unit, int(cost) * 100, spec, int(case) * 1000 or None, storage)
    with store.transaction() as work:
        suppliers.save_product(work, supplier_id=made, product_id=None, facts=facts, actor="operator:1")


def send_all(store: Store, rest: str) -> None:
    """The platform sends every draft; `rest` decides about cases nobody decided about."""
    for row in _orders(store, "draft"):
        with store.transaction() as work:
            for line in purchases.lines_of(work, row.id) if rest else ():
                purchases.decide(work, purchase_id=row.id, product_id=line.product_id, rest=rest, actor="operator:1")
            purchases.send(work, purchase_id=row.id, actor="operator:1")


def receive_all(store: Store, what: str) -> None:
    """红颜草莓 11 1: so much of it came, and so much of that is damaged; everything else as it was ordered."""
    name, came, broken = what.split() if what else ("", "0", "0")
    for row in _orders(store, "sent"):
        with store.transaction() as work:
            ids = [line.product_id for line in purchases.lines_of(work, row.id) if line.name == name]
            received, damaged = dict.fromkeys(ids, int(came) * 1000), dict.fromkeys(ids, int(broken) * 1000)
            purchase_receipts.receive(work, purchase_id=row.id, received=received, damaged=damaged, actor="operator:1")


def _orders(store: Store, state: str) -> list[Any]:
    with store.read() as work:
        return list(work.db.execute(select(purchase_order).where(purchase_order.c.state == state)))
