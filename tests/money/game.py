"""The ground that lives of rounds are played on: a leader, three residents, and what must be true after every step."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant
from sqlalchemy import delete

from models import Store, Work, metadata, order, settlement
from models.views import Tier
from operations import coupons, ledger_check, online_refunds, order_fees, paying_terms, share_receivers
from operations.coupons import NewCoupon
from operations.errors import Refused
from operations.offers import NewOffer
from tests.money import checks
from tests.support.clock import StillClock
from tests.support.invariants import violations
from tests.support.world import EGGS, STRAWBERRIES, World

PEOPLE = 3
# By the box, two for less, and by weight: a price that does not come out even.
OFFERS = (
    STRAWBERRIES,
    EGGS,
    NewOffer(name="鲜牛奶", price_fen=2500, unit="瓶", tiers=(Tier(2000, 4701),), cost_fen=1999),
    NewOffer(name="苹果", price_fen=3333, unit="斤"),
)
STEP_MILLI = {4: 500}  # what is sold by weight is ordered by the half
COUPONS = (
    NewCoupon(title="八折", kind="percent", value=2000, code="PERCENT", per_resident=2),
    NewCoupon(title="减二十", kind="amount", value=2000, min_spend_fen=5000, max_uses=2, code="TWENTY"),
)
whom = st.integers(0, PEOPLE - 1)
offers = st.integers(1, len(OFFERS))
sums = st.one_of(st.none(), st.integers(1, 20_000))


class Game(RuleBasedStateMachine):
    """One leader, three residents, round after round. What is refused has not happened; nothing else may go wrong."""

    store: Store
    clock: StillClock
    steps = 0  # of all runs together
    done: ClassVar[Counter[str]] = Counter()  # what was not refused, by rule

    def __init__(self) -> None:
        super().__init__()
        self.clock.advance(days=1)
        self.world = World(self.store, payment_mode="wechat", offers=OFFERS)
        self.people = [self.world.resident(f"邻居{n}") for n in range(PEOPLE)]
        self.settled = 0  # settlements that were looked at
        self.told: list[dict[str, Any]] = []  # payments WeChat Pay has told us of: it may tell again
        self.sent: list[online_refunds.OutgoingRefund] = []  # refunds it was asked for
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

    # ---- what must be true

    @invariant()
    def the_books_agree(self) -> None:
        """After every step; what is not about money only now and then, because it costs as much as all the rest."""
        type(self).steps += 1
        if is_eighth := self.steps % 8 == 0:
            assert violations(self.store) == []  # the books among it
        with self.store.read() as work:
            assert is_eighth or ledger_check.check(work) == []
            checks.check(work, self.world.leader_id)
            if is_eighth:
                checks.lists_say_what_orders_say(work, self.world.leader_id)
            if (settled := self.world.count(settlement)) > self.settled:
                self.settled = settled
                checks.paid_out_of_what_came(work, self.world.leader_id)

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
