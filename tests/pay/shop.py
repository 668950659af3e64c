"""A leader whose neighbours pay by the simulated WeChat Pay: the product's own pieces, over real HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from app import note_payment
from bot.pay.webhook import PATH, create_blueprint
from bot.pay.wechat import WeChatPayGateway
from bot.simulator.pay import PaySim
from bot.simulator.server import serve
from models import Store, pay_order, refund
from operations import online
from scheduler import paying, sharing
from tests.pay.conftest import gateway_to
from tests.support.clock import StillClock
from tests.support.invariants import violations
from tests.support.world import World


@dataclass
class Shop:
    """A round with orders, the gateway, and the address WeChat Pay writes to."""

    world: World
    sim: PaySim
    gateway: WeChatPayGateway
    clock: StillClock
    http: FlaskClient  # the same address, without a server between
    may_share: bool = False

    @property
    def store(self) -> Store:
        return self.world.store

    def put_in(self, order_id: int) -> str:
        """The order is put in at WeChat Pay as the page does it; returns its number there."""
        mine: dict[str, Any] = {"leader_id": self.world.leader_id, "order_id": order_id}
        with self.store.transaction() as work:
            asked = online.prepare(work, **mine, trade_type="jsapi", openid="o" + "x" * 27, may_share=self.may_share)
        prepay = self.gateway.place(
            trade_type="jsapi", out_trade_no=asked.out_trade_no, amount_fen=asked.amount_fen, description="团",
            openid=asked.openid, expires_at=asked.expires_at, is_shared=asked.is_shared,
        )  # fmt: skip
        with self.store.transaction() as work:
            online.placed(work, leader_id=self.world.leader_id, pay_order_id=asked.id, prepay=prepay)
        return asked.out_trade_no

    def ask(self) -> int:
        return paying.ask_about_payments(self.store, self.gateway)

    def send_refunds(self) -> int:
        return paying.send_refunds(self.store, self.gateway)

    def share(self) -> int:
        return sharing.share_profits(self.store, self.gateway.sharing)

    def refunds(self) -> list[tuple[str, int]]:
        return [(row.state, row.amount_fen) for row in self.world.rows(refund)]

    def states(self) -> list[str]:
        return [row.state for row in self.world.rows(pay_order)]

    def check_books(self) -> None:
        assert violations(self.store) == []


@contextmanager
def open_shop(store: Store, sim: PaySim, clock: StillClock) -> Iterator[Shop]:
    """Its webhook listens on this machine; signatures are judged by the machine's own clock, as they are made by it."""
    gateway = gateway_to(sim)
    app = Flask("notified")
    app.register_blueprint(create_blueprint(gateway, lambda: datetime.now(UTC), partial(note_payment, store)))
    with serve(app) as base:
        gateway = gateway_to(sim, f"{base}{PATH}")
        yield Shop(World(store, payment_mode="wechat"), sim, gateway, clock, app.test_client())
