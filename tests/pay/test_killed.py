"""kill -9 between WeChat Pay's answer and our commit: a payment, a refund, a share and its way back count once."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import pytest

from bot.simulator.pay import PaySim
from models import Store, payment
from tests.pay.conftest import merchant_of
from tests.pay.shop import Shop, open_shop
from tests.pay.test_sharing import arrived, balance_of_leader, complain, enter, first_order, settled, shares
from tests.support.clock import StillClock

ROOT = Path(__file__).parents[2]


def die(shop: Shop, folder: Path, *, job: str, after: str) -> None:
    """The job runs in its own process, which is dead as soon as WeChat Pay has answered this call."""
    said = {
        "database": shop.store.engine.url.render_as_string(hide_password=False),
        "now": shop.clock().isoformat(),
        "merchant": asdict(merchant_of(shop.sim)),
        "api_base": shop.sim.base_url,
        "job": job,
        "dies_after": after,
    }
    (folder / "job.json").write_text(json.dumps(said), "utf-8")
    ended = subprocess.run([sys.executable, "-m", "tests.pay.dying", folder], cwd=ROOT, check=False)
    assert ended.returncode == -signal.SIGKILL
    shop.clock.advance(minutes=2)  # what the dead process had claimed is free again


def played(store: Store, sim: PaySim, clock: StillClock, folder: Path) -> None:
    """One life of a payment; its process dies at each of the four answers, and everything still counts once."""
    with open_shop(store, sim, clock) as shop:
        shop.may_share = True
        enter(shop)
        shop.share()
        order_id = shop.world.order(shop.world.resident(), {1: 2})
        sim.fault("notify", "lost")
        sim.pay(shop.put_in(order_id))
        clock.advance(seconds=30)
        die(shop, folder, job="ask", after="query")
        assert shop.world.view(order_id).paid_fen == 0, "nobody wrote it down"
        shop.ask()
        assert (shop.world.view(order_id).paid_fen, shop.world.count(payment)) == (9000, 1)
        settled(shop)
        die(shop, folder, job="share", after="give")
        assert [len(share.receivers) for share in sim.book.shares.values()] == [1], "given, and nobody wrote it down"
        assert shares(shop)[0][0] == "created"
        shop.share()
        arrived(shop)
        assert [share.receivers[0]["amount"] for share in sim.book.shares.values() if share.receivers] == [2610]
        assert (shares(shop)[0], balance_of_leader(shop)) == (("done", 2610), 0)
        complain(shop, first_order(shop))
        shop.send_refunds()
        die(shop, folder, job="share", after="take_back")
        assert balance_of_leader(shop) == 0, "back, and nobody wrote it down"
        shop.share()
        assert balance_of_leader(shop) == 2610
        die(shop, folder, job="refund", after="refund")
        assert [refund.amount for refund in sim.book.refunds.values()] == [4500], "sent, and nobody wrote it down"
        assert shop.refunds() == [("created", 4500)]
        shop.send_refunds()
        (number,) = sim.book.refunds
        sim.refund_done(number, notify=False)
        clock.advance(minutes=2)
        shop.send_refunds()
        assert shop.refunds() == [("done", 4500)]
        assert [len(share.returned) for share in sim.book.shares.values() if share.receivers] == [1]
        shop.check_books()


@pytest.mark.timeout(90)
def test_killed_after_every_answer(store: Store, sim: PaySim, clock: StillClock, tmp_path: Path) -> None:
    played(store, sim, clock, tmp_path)
