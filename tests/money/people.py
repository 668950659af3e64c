"""What residents, the leader and somebody who means harm do about money."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule
from sqlalchemy import select

from models import Work, order, payment, transfer_in
from operations import aftersales, coupon_uses, payments, transfers
from operations.errors import Refused
from operations.orders import Change, change
from operations.transfers import Incoming
from tests.money.game import STEP_MILLI, Game, offers, sums, whom

NONSENSE = (-(10**18), -1, 0, payments.MOST_FEN + 1, 10**18)


class People(Game):
    """Orders, coupons, money from hand to hand, complaints."""

    @rule(who=whom, offer=offers, quantity=st.integers(0, 4))
    def order(self, who: int, offer: int, quantity: int) -> None:
        changes = [Change(self.world.offers[offer], quantity * STEP_MILLI.get(offer, 1000))]
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

    @rule(who=whom, fen=st.sampled_from(NONSENSE))
    def nonsense(self, who: int, fen: int) -> None:
        """Sums nobody can mean are refused at every door, and change nothing."""
        if (one := self._order(who)) is None:
            return
        mine: dict[str, Any] = {"leader_id": one.leader_id, "actor": "system", "amount_fen": fen}
        for door in (
            lambda work: payments.mark_paid(work, order_ids=[one.id], source_key=self._key(work), **mine),
            lambda work: payments.pay_back(work, order_id=one.id, source_key=self._key(work), **mine),
        ):
            before = self.world.rows(order, id=one.id)
            try:
                with self.store.transaction() as work:
                    door(work)
            except Refused:
                assert self.world.rows(order, id=one.id) == before
            else:
                raise AssertionError(f"{fen} fen was taken")

    @rule(who=whom, fen=st.integers(1, 20_000), named=st.booleans())
    def bill(self, who: int, fen: int, *, named: bool) -> None:
        """A line of the leader's WeChat bill: the sum of an order or any other, uploaded twice."""
        one = self._order(who)
        fen = one.due_fen if named and one is not None and one.due_fen > 0 else fen
        line = Incoming(f"T{self.clock():%d%H%M}{len(self.world.rows(transfer_in))}", self.clock(), "微信昵称", "", fen)
        for _ in range(2):
            self._do(lambda work: transfers.upload(work, leader_id=self.world.leader_id, lines=[line], actor="system"))

    @rule(nth=st.integers(0, 3), who=whom)
    def match(self, nth: int, who: int) -> None:
        """It is said to be somebody's, whosever it is; the same line may have been somebody else's before."""
        if rows := self.world.rows(transfer_in):
            line = rows[-1 - nth % len(rows)]
            self._on(who, lambda work, one: transfers.confirm(
                work, leader_id=one.leader_id, transfer_id=line.id, order_id=one.id, actor="system"
            ))  # fmt: skip
            with self.store.read() as work:
                mine = (payment.c.leader_id == line.leader_id, payment.c.external_ref == line.transaction_no)
                assert len(work.db.execute(select(payment.c.id).where(*mine)).all()) <= 1

    @rule()
    def match_sure(self) -> None:
        self._do(lambda work: transfers.confirm_sure(work, leader_id=self.world.leader_id, actor="system"))

    @rule(who=whom, fen=sums)
    def pay_back(self, who: int, fen: int | None) -> None:
        self._on(who, lambda work, one: payments.pay_back(
            work, leader_id=one.leader_id, order_id=one.id, amount_fen=fen, actor="system", source_key=self._key(work)
        ))  # fmt: skip

    @rule(nth=st.integers(0, 9), line=st.integers(0, 3), part=st.sampled_from([500, 1000, 2000]), fen=sums)
    def complain(self, nth: int, line: int, part: int, fen: int | None) -> None:
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
                work, leader_id=one.leader_id, order_id=one.id, lines={offer_id: part}, reason="damaged",
                opened_by="leader", actor="system", source_key=self._key(work),
            )  # fmt: skip
            aftersales.decide(
                work, leader_id=one.leader_id, case_number=case.number, decision="refund", amount_fen=fen,
                actor="system", source_key=self._key(work),
            )  # fmt: skip

        self._do(claim)
