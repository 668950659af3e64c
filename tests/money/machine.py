"""Everything that moves money, in any order: after every step the books must agree. Played by Hypothesis."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from sqlalchemy import select, update

from models import Store, Work, order, pay_order, refund, round_, settlement
from operations import (
    aftersales,
    goods,
    ledger,
    ledger_check,
    online,
    payments,
    pickup_days,
    rounds,
    settlements,
)
from operations.closing import cancel_round
from operations.errors import Refused
from operations.orders import Change, change
from tests.support.clock import StillClock
from tests.support.world import World

PEOPLE = 3
whom = st.integers(0, PEOPLE - 1)
offers = st.integers(1, 2)
sums = st.one_of(st.none(), st.integers(1, 20_000))


class Money(RuleBasedStateMachine):
    """One leader, three residents, round after round. What is refused has not happened; nothing else may go wrong."""

    store: Store
    clock: StillClock
    steps = 0  # of all runs together

    def __init__(self) -> None:
        super().__init__()
        self.clock.advance(days=1)
        self.world = World(self.store, payment_mode="wechat")
        self.people = [self.world.resident(f"邻居{n}") for n in range(PEOPLE)]
        self.told: list[dict[str, Any]] = []  # payments WeChat Pay has told us of: it may tell again

    # ---- what people do

    @rule(who=whom, offer=offers, quantity=st.integers(0, 4))
    def order(self, who: int, offer: int, quantity: int) -> None:
        changes = [Change(self.world.offers[offer], quantity * 1000)]
        self._do(lambda work: change(
            work, **self._round(), resident_id=self.people[who], changes=changes, source_key=self._key(work)
        ))  # fmt: skip

    @rule(who=whom, percent=st.integers(0, 100))
    def coupon(self, who: int, percent: int) -> None:
        """What a coupon leaves behind: a discount, while the round is open."""
        if (one := self._order(who)) is None or one.round_state != "open":
            return
        with self.store.transaction() as work:
            mine = update(order).where(order.c.leader_id == one.leader_id, order.c.id == one.id)
            work.db.execute(mine.values(discount_fen=one.total_fen * percent // 100))

    @rule(who=whom, fen=sums)
    def pay(self, who: int, fen: int | None) -> None:
        self._on(who, lambda work, one: payments.mark_paid(
            work, leader_id=one.leader_id, order_ids=[one.id], amount_fen=fen, actor="system",
            source_key=self._key(work),
        ))  # fmt: skip

    @rule(who=whom)
    def undo(self, who: int) -> None:
        self._on(who, lambda work, one: payments.undo_payment(
            work, leader_id=one.leader_id, order_id=one.id, actor="system", source_key=self._key(work)
        ))  # fmt: skip

    @rule(who=whom)
    def open_online(self, who: int) -> None:
        self._on(who, lambda work, one: online.prepare(
            work, leader_id=one.leader_id, order_id=one.id, trade_type="native", openid=None
        ))  # fmt: skip

    @rule(nth=st.integers(0, 5))
    def paid_online(self, nth: int) -> None:
        """WeChat Pay tells of a payment: of an order that is open there, or has been closed or paid meanwhile."""
        rows = self.world.rows(pay_order)
        if not rows:
            return
        row = rows[nth % len(rows)]
        said = {
            "out_trade_no": row.out_trade_no, "transaction_id": f"42{row.id}", "amount_fen": row.amount_fen,
            "currency": "CNY", "source": "notice",
        }  # fmt: skip
        self.told.append(said)
        self._do(lambda work: online.record_paid(work, **said))

    @rule(nth=st.integers(0, 9))
    def told_again(self, nth: int) -> None:
        if self.told:
            said = self.told[nth % len(self.told)]
            self._do(lambda work: online.record_paid(work, **said))

    @rule(nth=st.integers(0, 5), state=st.sampled_from(["done", "abnormal", "closed", "processing"]))
    def refund_told(self, nth: int, state: str) -> None:
        rows = [row for row in self.world.rows(refund) if row.payment_id]
        if rows:
            row = rows[nth % len(rows)]
            self._do(lambda work: online.record_refund(
                work, out_refund_no=online.refund_number(row.id), state=state, amount_fen=row.amount_fen, refund_id="50"
            ))  # fmt: skip

    @rule(who=whom, fen=sums)
    def pay_back(self, who: int, fen: int | None) -> None:
        self._on(who, lambda work, one: payments.pay_back(
            work, leader_id=one.leader_id, order_id=one.id, amount_fen=fen, actor="system", source_key=self._key(work)
        ))  # fmt: skip

    @rule(who=whom, offer=offers, fen=sums)
    def complain(self, who: int, offer: int, fen: int | None) -> None:
        def claim(work: Work, one: Any) -> None:
            case = aftersales.open_case(
                work, leader_id=one.leader_id, order_id=one.id, lines={self.world.offers[offer]: 1000},
                reason="damaged", opened_by="leader", actor="system", source_key=self._key(work),
            )  # fmt: skip
            aftersales.decide(
                work, leader_id=one.leader_id, case_number=case.number, decision="refund", amount_fen=fen,
                actor="system", source_key=self._key(work),
            )  # fmt: skip

        self._on(who, claim)

    # ---- the life of the round

    @rule()
    def close(self) -> None:
        self._do(lambda work: rounds.close(work, **self._round()))

    @rule()
    def reopen(self) -> None:
        later = self.clock() + timedelta(hours=1)
        self._do(lambda work: rounds.set_deadline(work, **self._round(), closes_at=later))

    @rule(offer=offers, missing=st.integers(0, 3))
    def arrive(self, offer: int, missing: int) -> None:
        short = {self.world.offers[offer]: missing * 1000} if missing else None
        self._do(lambda work: goods.mark_arrived(work, **self._round(), short=short, source_key=self._key(work)))

    @rule()
    def cancel(self) -> None:
        self._do(lambda work: cancel_round(work, **self._round(), reason=None))

    @rule()
    def finish(self) -> None:
        self._do(lambda work: pickup_days.no_shows(work, **self._round()))

    @rule(hours=st.integers(1, 30))
    def wait(self, hours: int) -> None:
        self.clock.advance(hours=hours)
        self._do(lambda work: (rounds.close_due(work, limit=5), settlements.settle_due(work)))

    @rule()
    def next_round(self) -> None:
        if self.world.rows(round_, id=self.world.round_id)[0].state not in {"open", "closed"}:
            self.world.publish()

    @rule(step=st.sampled_from(["confirm", "mark_paid", "void"]))
    def settlement(self, step: str) -> None:
        for row in self.world.rows(settlement)[-1:]:
            mine: dict[str, Any] = {"leader_id": row.leader_id, "settlement_id": row.id, "actor": "system"}
            extra = {"reason": "错了"} if step == "void" else {}
            self._do(lambda work, mine=mine, extra=extra: getattr(settlements, step)(work, **mine, **extra))  # type: ignore[misc]

    # ---- what must be true

    @invariant()
    def the_books_agree(self) -> None:
        type(self).steps += 1
        with self.store.read() as work:
            assert ledger_check.check(work) == []
            rows = work.db.execute(select(order).where(order.c.leader_id == self.world.leader_id)).all()
            assert all(row.refunded_fen <= row.paid_fen for row in rows)
            for resident_id in self.people:
                self._check_statement(work, resident_id, [row for row in rows if row.resident_id == resident_id])

    def _check_statement(self, work: Work, resident_id: int, rows: list[Any]) -> None:
        """All a resident paid, less what came back, less what he bought, is what his book says."""
        mine = {"leader_id": self.world.leader_id}
        sales = [ledger.balance(work, **mine, book=ledger.SALES, order_id=row.id) for row in rows]
        given = [row.discount_fen * self._is_sold(work, row) for row in rows]
        paid = sum(row.paid_fen - row.refunded_fen for row in rows)
        assert ledger.balance(work, **mine, book=ledger.of(resident_id)) == paid - sum(sales) + sum(given)

    def _is_sold(self, work: Work, row: Any) -> int:
        state = work.db.execute(select(round_.c.state).where(round_.c.id == row.round_id)).scalar()
        return int(state in ledger_check.SOLD and row.state != "cancelled")

    # ---- how it is done

    def _do(self, job: Callable[[Work], object]) -> None:
        try:
            with self.store.transaction() as work:
                job(work)
        except Refused:
            return

    def _on(self, who: int, job: Callable[[Work, Any], object]) -> None:
        if (one := self._order(who)) is not None:
            self._do(lambda work: job(work, one))

    def _order(self, who: int) -> Any:
        rows = self.world.rows(order, round_id=self.world.round_id, resident_id=self.people[who])
        return self.world.view(rows[0].id) if rows else None

    def _round(self) -> dict[str, Any]:
        return {"leader_id": self.world.leader_id, "round_id": self.world.round_id, "actor": "system"}

    def _key(self, work: Work) -> str:
        return f"step:{work.new_id()}"
