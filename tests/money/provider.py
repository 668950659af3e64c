"""WeChat Pay's side: payments, refunds and shares it tells of, once, again, late, and wrong."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule
from sqlalchemy import select

from models import Work, order, pay_order, payment, profit_share, refund
from operations import online, online_refunds, profit_sharing, refund_ways, settlements, share_returns
from tests.money.game import Game, whom

WRONG = ("less", "more", "negative", "nothing", "dollars", "unnamed", "unknown", "taken")


class Provider(Game):
    """What is heard of WeChat Pay, in whatever order."""

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

    def _said(self, row: Any) -> dict[str, Any]:
        return {
            "out_trade_no": row.out_trade_no, "transaction_id": f"42{row.id}", "amount_fen": row.amount_fen,
            "currency": "CNY", "source": "notice",
        }  # fmt: skip

    def _paid(self, row: Any) -> None:
        said = self._said(row)
        self.told.append(said)
        self._do(lambda work: online.record_paid(work, **said))

    @rule(nth=st.integers(0, 5), how=st.sampled_from(WRONG))
    def told_wrong(self, nth: int, how: str) -> None:
        """Another sum, another currency, somebody else's payment: written down for somebody to look at, not counted."""
        if not (rows := self.world.rows(pay_order)):
            return
        row = rows[nth % len(rows)]
        said = self._said(row) | {
            "less": {"amount_fen": row.amount_fen - 1}, "more": {"amount_fen": row.amount_fen + 1},
            "negative": {"amount_fen": -row.amount_fen}, "nothing": {"amount_fen": 0}, "dollars": {"currency": "USD"},
            "unnamed": {"transaction_id": ""}, "unknown": {"out_trade_no": f"{row.out_trade_no}9"},
            "taken": {"transaction_id": next((one.transaction_id for one in rows if one.state == "paid"), "")},
        }[how]  # fmt: skip
        if how == "taken" and said["transaction_id"] == row.transaction_id:
            said["transaction_id"] += "9"  # another payment of an order that is paid
        before = self.world.rows(order), self.world.rows(payment), self.world.rows(pay_order)
        heard: list[str] = []
        self._do(lambda work: heard.append(online.record_paid(work, **said)))
        assert heard == ["unknown" if how == "unknown" else "mismatch"]
        assert (self.world.rows(order), self.world.rows(payment), self.world.rows(pay_order)) == before

    @rule(nth=st.integers(0, 5), more=st.sampled_from([-1, 1, 10**9]))
    def refund_told_wrong(self, nth: int, more: int) -> None:
        """Another sum went back than was asked for: nothing is counted."""
        if self.sent:
            row = self.sent[nth % len(self.sent)]
            before = self.world.rows(refund)
            self._do(lambda work: online_refunds.record_refund(
                work, out_refund_no=row.out_refund_no, state="done", amount_fen=row.amount_fen + more, refund_id="50"
            ))  # fmt: skip
            assert self.world.rows(refund) == before

    @rule(nth=st.integers(0, 9))
    def told_again(self, nth: int) -> None:
        if self.told:
            said = self.told[nth % len(self.told)]
            self._do(lambda work: online.record_paid(work, **said))

    @rule()
    def send_refunds(self) -> None:
        """What is to go back is sent, once no part of its payment is with the leader any more."""
        self._do(refund_ways.send_promises_online)
        with self.store.transaction() as work:
            for one in online_refunds.claim_refunds(work):
                way = share_returns.before_refund(work, leader_id=one.leader_id, refund_id=one.id)
                if one.state == "created" and way == "clear":
                    assert self._out(work, one.id) == 0, "a refund is sent while a part is out"
                    online_refunds.refund_sent(work, one)
                    self.sent.append(one)
                elif one.state == "created" and way == "stuck":
                    refund_ways.finish(
                        work, leader_id=one.leader_id, refund_id=one.id, actor="system", is_done=False,
                        external_ref=None, problem="SHARED",
                    )  # fmt: skip

    @rule(nth=st.integers(0, 5), state=st.sampled_from(["done", "done", "abnormal", "closed", "processing"]))
    def refund_told(self, nth: int, state: str) -> None:
        """WeChat Pay tells of a refund, again and again, and each time the same once it is decided."""
        if self.sent:
            row = self.sent[nth % len(self.sent)]
            said = self.decided.setdefault(row.id, state) if state != "processing" else state
            self._do(lambda work: online_refunds.record_refund(
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
