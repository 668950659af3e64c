"""Everything that moves money, in any order: after every step the books must agree. Played by Hypothesis."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from sqlalchemy import delete, select

from models import (
    Store,
    Work,
    metadata,
    order,
    pay_order,
    payment,
    profit_share,
    refund,
    round_,
    settlement,
)
from operations import (
    aftersales,
    coupon_uses,
    coupons,
    goods,
    ledger_check,
    online,
    order_fees,
    paying_terms,
    payments,
    pickup_days,
    profit_sharing,
    refunds,
    rounds,
    settlements,
    share_receivers,
    share_returns,
    unpaid,
)
from operations.closing import cancel_round
from operations.coupons import NewCoupon
from operations.errors import Refused
from operations.orders import Change, change
from tests.money import checks
from tests.support.clock import StillClock
from tests.support.invariants import violations
from tests.support.world import World

PEOPLE = 3
COUPONS = (
    NewCoupon(title="八折", kind="percent", value=2000, code="PERCENT", per_resident=2),
    NewCoupon(title="减二十", kind="amount", value=2000, min_spend_fen=5000, max_uses=2, code="TWENTY"),
)
whom = st.integers(0, PEOPLE - 1)
offers = st.integers(1, 2)
LIFE = ("pay", "close", "arrive", "finish", "over", "confirm")
stages = st.integers(0, len(LIFE))
sums = st.one_of(st.none(), st.integers(1, 20_000))


class Money(RuleBasedStateMachine):
    """One leader, three residents, round after round. What is refused has not happened; nothing else may go wrong."""

    store: Store
    clock: StillClock
    steps = 0  # of all runs together
    done: ClassVar[Counter[str]] = Counter()  # what was not refused, by rule

    def __init__(self) -> None:
        super().__init__()
        self.clock.advance(days=1)
        self.world = World(self.store, payment_mode="wechat")
        self.people = [self.world.resident(f"邻居{n}") for n in range(PEOPLE)]
        self.told: list[dict[str, Any]] = []  # payments WeChat Pay has told us of: it may tell again
        self.sent: list[online.OutgoingRefund] = []  # refunds it was asked for
        self.decided: dict[int, str] = {}  # what became of them
        with self.store.transaction() as work:
            mine: dict[str, Any] = {"leader_id": self.world.leader_id, "actor": "system"}
            paying_terms.set_auto_cancel(work, hours=3, **mine)
            for new in COUPONS:
                coupons.create(work, new=new, **mine)
            fees: dict[str, Any] = {
                "order_fee_fen": 300,
                "fee_free_from_fen": 15_000,
                "unit_fee_fen": 50,
                "min_order_fen": 3600,
            }
            order_fees.set_terms(work, **mine, **fees)
            share_receivers.enter(work, merchant_id="1900000009", name="便利店", **mine)
            share_receivers.note(work, share_receivers.claim(work)[0])

    def teardown(self) -> None:
        """The next life begins with an empty database: the checks look at everything there is."""
        with self.store.transaction() as work:
            for table in reversed(metadata.sorted_tables):
                work.db.execute(delete(table))

    # ---- what people do

    @rule(who=whom, offer=offers, quantity=st.integers(0, 4))
    def order(self, who: int, offer: int, quantity: int) -> None:
        changes = [Change(self.world.offers[offer], quantity * 1000)]
        self._do(lambda work: change(
            work, **self._round(), resident_id=self.people[who], changes=changes, source_key=self._key(work)
        ))  # fmt: skip

    @rule(who=whom, code=st.sampled_from(["PERCENT", "TWENTY"]), off=st.booleans())
    def coupon(self, who: int, code: str, off: bool) -> None:
        mine: dict[str, Any] = {"resident_id": self.people[who]}
        if off:
            self._do(lambda work: coupon_uses.leave_out(work, **self._round(), **mine, source_key=self._key(work)))
        else:
            self._do(lambda work: coupon_uses.use(
                work, **self._round(), **mine, code=code, source_key=self._key(work)
            ))  # fmt: skip

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
            work, leader_id=one.leader_id, order_id=one.id, trade_type="native", openid=None, may_share=True
        ))  # fmt: skip

    @rule(nth=st.integers(0, 5))
    def paid_online(self, nth: int) -> None:
        """WeChat Pay tells of a payment: of an order that is open there, or has been closed or paid meanwhile."""
        rows = self.world.rows(pay_order)
        if not rows:
            return
        self._paid(rows[nth % len(rows)])

    def _paid(self, row: Any) -> None:
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

    @rule()
    def send_refunds(self) -> None:
        """What is to go back is sent, once no part of its payment is with the leader any more."""
        self._do(refunds.send_promises_online)
        with self.store.transaction() as work:
            for one in online.claim_refunds(work):
                way = share_returns.before_refund(work, leader_id=one.leader_id, refund_id=one.id)
                if one.state == "created" and way == "clear":
                    assert self._out(work, one.id) == 0, "a refund is sent while a part is out"
                    online.refund_sent(work, one)
                    self.sent.append(one)
                elif one.state == "created" and way == "stuck":
                    refunds.finish(
                        work, leader_id=one.leader_id, refund_id=one.id, actor="system", is_done=False,
                        external_ref=None, problem="SHARED",
                    )  # fmt: skip

    @rule(nth=st.integers(0, 5), state=st.sampled_from(["done", "done", "abnormal", "closed", "processing"]))
    def refund_told(self, nth: int, state: str) -> None:
        """WeChat Pay tells of a refund, again and again, and each time the same once it is decided."""
        if self.sent:
            row = self.sent[nth % len(self.sent)]
            said = self.decided.setdefault(row.id, state) if state != "processing" else state
            self._do(lambda work: online.record_refund(
                work, out_refund_no=row.out_refund_no, state=said, amount_fen=row.amount_fen, refund_id="50"
            ))  # fmt: skip

    @rule(state=st.sampled_from(["done", "done", "processing", "failed", "refused"]))
    def share(self, state: str) -> None:
        """WeChat Pay is asked for the shares that are due, and says what it makes of them."""
        with self.store.transaction() as work:
            claimed = profit_sharing.claim(work)
        for one in claimed:
            self._do(lambda work, one=one: self._shared(work, one, state))  # type: ignore[misc]

    def _shared(self, work: Work, one: profit_sharing.Share, state: str) -> None:
        if state == "refused":
            profit_sharing.refused(work, one, code="RULE_LIMIT")
            return
        for _ in range(2):  # heard twice
            profit_sharing.note(work, one, state=state, amount_fen=one.amount_fen, problem=None)
        settlements.close_shared(work, leader_id=one.leader_id, settlement_id=one.settlement_id)

    @rule(state=st.sampled_from(["done", "done", "processing", "failed"]))
    def share_back(self, state: str) -> None:
        with self.store.transaction() as work:
            claimed = share_returns.claim(work)
        for one in claimed:
            for _ in range(2):
                self._do(lambda work, one=one: share_returns.note(  # type: ignore[misc]
                    work, one, state=state, amount_fen=one.amount_fen, problem=None
                ))  # fmt: skip

    @rule(who=whom, fen=sums)
    def pay_back(self, who: int, fen: int | None) -> None:
        self._on(who, lambda work, one: payments.pay_back(
            work, leader_id=one.leader_id, order_id=one.id, amount_fen=fen, actor="system", source_key=self._key(work)
        ))  # fmt: skip

    @rule(nth=st.integers(0, 9), line=st.integers(0, 1), fen=sums)
    def complain(self, nth: int, line: int, fen: int | None) -> None:
        """After-sales, of this round or of one that was settled long ago."""
        rows = self.world.rows(order)
        if not rows:
            return
        one = self.world.view(rows[-1 - nth % len(rows)].id)
        if not one.lines:
            return
        offer_id = one.lines[line % len(one.lines)].offer_id

        def claim(work: Work) -> None:
            case = aftersales.open_case(
                work, leader_id=one.leader_id, order_id=one.id, lines={offer_id: 1000}, reason="damaged",
                opened_by="leader", actor="system", source_key=self._key(work),
            )  # fmt: skip
            aftersales.decide(
                work, leader_id=one.leader_id, case_number=case.number, decision="refund", amount_fen=fen,
                actor="system", source_key=self._key(work),
            )  # fmt: skip

        self._do(claim)

    # ---- the life of the round

    @rule(bought=st.lists(st.integers(0, 3), min_size=PEOPLE, max_size=PEOPLE), online=st.booleans(), stage=stages)
    def life(self, bought: list[int], online: bool, stage: int) -> None:
        """What usually happens, up to some stage: by chance alone a round hardly ever gets as far as its settlement."""
        self.next_round()
        for who, quantity in enumerate(bought):
            self.order(who, 1 + quantity % 2, quantity)
        for step in LIFE[:stage]:
            match step:
                case "pay" if online:
                    for who in range(PEOPLE):
                        self.open_online(who)
                    for row in [row for row in self.world.rows(pay_order) if row.state == "created"]:
                        self._paid(row)
                case "pay":
                    self.pay(0, None)
                case "over":
                    self.clock.advance(hours=25)
                    self._do(settlements.settle_due)
                case "confirm":
                    self.settlement("confirm")
                case "close" | "finish":
                    getattr(self, step)()
                case _:
                    self.arrive(1, 0)

    @rule(fen=st.sampled_from([0, 1000, 1001]))
    def transport(self, fen: int) -> None:
        self._do(lambda work: order_fees.set_transport(work, **self._round(), fen=fen))

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
        """Time passes, and the scheduler's jobs run; orders nobody paid for are reminded of and then cancelled."""
        self.clock.advance(hours=hours)
        for job in (rounds.close_due, unpaid.remind_unpaid, unpaid.cancel_unpaid, settlements.settle_due):
            self._do(lambda work, job=job: job(work, limit=5))  # type: ignore[misc]

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
        """After every step; what is not about money only now and then, because it costs as much as all the rest."""
        type(self).steps += 1
        if self.steps % 8 == 0:
            assert violations(self.store) == []
        with self.store.read() as work:
            assert ledger_check.check(work) == []
            checks.check(work, self.world.leader_id)

    def _out(self, work: Work, refund_id: int) -> int:
        """What of the payment behind a refund is with the leader."""
        row = work.db.execute(
            select(profit_share.c.state, profit_share.c.amount_fen, profit_share.c.returned_fen)
            .join(pay_order, pay_order.c.id == profit_share.c.pay_order_id)
            .join(payment, payment.c.external_ref == pay_order.c.transaction_id)
            .join(refund, refund.c.payment_id == payment.c.id)
            .where(refund.c.id == refund_id)
        ).first()
        return 0 if row is None or row.state == "failed" else int(row.amount_fen - row.returned_fen)

    # ---- how it is done

    def _do(self, job: Callable[[Work], object]) -> None:
        try:
            with self.store.transaction() as work:
                job(work)
        except Refused:
            return
        frame = sys._getframe(1)  # by the name of the rule
        while frame.f_code.co_name.startswith("_") and frame.f_back is not None:
            frame = frame.f_back
        type(self).done[frame.f_code.co_name] += 1

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
