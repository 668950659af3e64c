"""Everything that moves money, in any order: after every step the books must agree. Played by Hypothesis."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule

from models import pay_order, round_, settlement
from operations import goods, late_shortage, offers, order_fees, pickup_days, rounds, settlements, terms, unpaid
from operations.closing import cancel_round
from operations.shortage import Goods
from tests.money.game import OFFERS, PEOPLE
from tests.money.game import offers as which
from tests.money.people import People
from tests.money.provider import Provider

LIFE = ("pay", "close", "arrive", "finish", "over", "confirm", "share", "complain", "back", "refund")
stages = st.integers(0, len(LIFE))


class Money(People, Provider):
    """The life of the round, around all that people and WeChat Pay do."""

    @rule(
        bought=st.lists(st.integers(0, 3), min_size=PEOPLE, max_size=PEOPLE),
        how=st.sampled_from(["hand", "online", "bill"]),
        stage=stages,
    )
    def life(self, bought: list[int], how: str, stage: int) -> None:
        """What usually happens, up to some stage: by chance alone a round hardly ever gets as far as its settlement."""
        self.next_round()
        for who, quantity in enumerate(bought):
            self.order(who, 1 + (who + quantity) % len(OFFERS), quantity)
        for step in LIFE[:stage]:
            match step:
                case "pay":
                    self._all_pay(how)
                case "over":
                    self.clock.advance(hours=25)
                    self._do(settlements.settle_due)
                case "confirm":
                    self.settlement("confirm")
                case "close" | "finish":
                    getattr(self, step)()
                case "share":
                    self.clock.advance(minutes=2)
                    self.share("done")
                case "complain":
                    self.complain(0, 0, 1000, None)
                case "back":
                    self.send_refunds()
                    self.share_back("done")
                case "refund":
                    self.clock.advance(minutes=2)
                    self.send_refunds()
                    self.refund_told(len(self.sent) - 1, "done")
                case _:
                    self.arrive(1, 0)

    def _all_pay(self, how: str) -> None:
        for who in range(PEOPLE):
            match how:
                case "online":
                    self.open_online(who)
                case "bill":
                    self.bill(who, 1, named=True)
                    self.match(0, who)
                case _ if not who:
                    self.pay(who, None)
        for row in [row for row in self.world.rows(pay_order) if row.state == "created"]:
            self._paid(row)

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

    @rule(offer=which, missing=st.integers(0, 3))
    def arrive(self, offer: int, missing: int) -> None:
        short = {self.world.offers[offer]: missing * 1000} if missing else None
        self._do(lambda work: goods.mark_arrived(work, **self._round(), short=short, source_key=self._key(work)))

    @rule(offer=which, missing=st.integers(1, 2))
    def short_late(self, offer: int, missing: int) -> None:
        """Found at the counter: less is there than was announced."""
        gone = Goods(short={self.world.offers[offer]: missing * 1000})
        self._do(lambda work: late_shortage.report(work, **self._round(), missing=gone, source_key=self._key(work)))

    @rule(offer=which, fen=st.sampled_from([1, 2499, 5001]))
    def reprice(self, offer: int, fen: int) -> None:
        self._do(lambda work: offers.set_price(work, **self._round(), number=offer, price_fen=fen))

    @rule(offer=which, share=st.sampled_from([None, 0, 1234, 10_000]), per_unit=st.sampled_from([None, 250, 9_999]))
    def agree(self, offer: int, share: int | None, per_unit: int | None) -> None:
        """Other terms for one item."""
        its: dict[str, Any] = {"offer_id": self.world.offers[offer], "share_bps": share}
        its["per_unit_fen"] = per_unit if share is None else None
        self._do(lambda work: terms.set_offer_terms(work, **self._round(), **its))

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
