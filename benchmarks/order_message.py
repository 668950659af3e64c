"""The complete order message: signed push in, understanding, guarded stock, order, events, durable commit, reply out.

In process, one thread; beside it, in the same interleaved rounds, the echo of the same webhook with its dedupe row and
commit but no business. Quote the ratio: seconds differ from machine to machine and hour to hour.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from flask import Flask

from bot.protocol import Credentials
from bot.simulator import Account, Sim
from bot.texts.replies import TOO_FAST, busy
from bot.webhook import Answer, Texts, Webhook, create_blueprint
from handlers import Settings, create_answer
from models import Store, Work, system_clock
from operations.offers import NewOffer
from operations.people import apply_as_leader, approve_leader, bind, recognise
from operations.rounds import NewRound, publish

ROUNDS, MESSAGES = 5, 100
_TOKEN, _KEY = "benchmark-token-0001", "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
_LEADER = "o_benchmark_leader_000000001"
_RESIDENTS = [f"o_benchmark_resident_{i:07d}" for i in range(50)]


@dataclass(frozen=True)
class Figure:
    """Messages per second (median of rounds), latency in ms, and the median of order rate / echo rate per round."""

    per_second: float
    p50_ms: float
    p99_ms: float
    of_echo: float


def measure(store: Store, *, is_encrypted: bool) -> Figure:
    """Interleaved rounds of echo and orders on an empty, migrated database. Raises RuntimeError for a wrong answer."""
    _people(store)
    order = _phones(store, create_answer(Settings("http://127.0.0.1")), is_encrypted, _RESIDENTS)
    strangers = [openid.replace("resident", "stranger") for openid in _RESIDENTS]
    echo = _phones(store, lambda _work, inbound: inbound.text, is_encrypted, strangers)
    rates, shares, times = [], [], []
    for n in range(ROUNDS + 1):
        echo_s = [_send(echo, i, f"回声{n}-{i}", f"回声{n}-{i}") for i in range(MESSAGES)]
        order_s = [_send(order, i, f"草莓{1 + (n + i) % 3} 鸡蛋{1 + i % 2}", "合计") for i in range(MESSAGES)]
        if n:  # the first round warms up
            rates.append(MESSAGES / sum(order_s))
            shares.append(sum(echo_s) / sum(order_s))
            times += order_s
    times.sort()
    return Figure(
        statistics.median(rates),
        1000 * times[len(times) // 2],
        1000 * times[int(len(times) * 0.99)],
        statistics.median(shares),
    )


def _send(sim: Sim, who: int, text: str, expected: str) -> float:
    openids = list(sim.state.users)
    started = time.perf_counter()
    reply = sim.text(openids[who % len(openids)], text).text
    took = time.perf_counter() - started
    if expected not in reply:
        raise RuntimeError(f"expected {expected!r} in {reply!r}")
    return took


def _phones(store: Store, answer: Answer, is_encrypted: bool, openids: Sequence[str]) -> Sim:
    mode: Literal["safe", "plain"] = "safe" if is_encrypted else "plain"
    account = Account(token=_TOKEN, aes_key=_KEY, mode=mode)
    webhook = Webhook(
        credentials=Credentials(_TOKEN, account.appid, (_KEY,), mode, allow_unencrypted=not is_encrypted),
        store=store,
        clock=system_clock,
        answer=answer,
        texts=Texts(busy=busy, too_fast=lambda: TOO_FAST),
        log_key=b"benchmark",
        limit=None,
    )
    app = Flask("benchmark")
    app.register_blueprint(create_blueprint(webhook))
    sim = Sim(account=account)
    for openid in openids:
        sim.add_user(openid)
    sim.connect(app)
    return sim


def _people(store: Store) -> None:
    with store.transaction() as work:
        account_id = recognise(work, _LEADER).account_id
        leader_id = apply_as_leader(work, account_id=account_id, name="小美", note=None, share_bps=1000)
        approve_leader(work, leader_id=leader_id, actor="system")
        publish(work, leader_id=leader_id, new=_round(work), actor="system")
        for openid in _RESIDENTS:
            bind(work, account_id=recognise(work, openid).account_id, leader_id=leader_id, via="code")


def _round(work: Work) -> NewRound:
    names = ("红颜草莓", "土鸡蛋", "鲜牛奶", "五常大米", "花生油")
    offers = tuple(NewOffer(name, 1500 + 100 * n, "份", capacity_milli=10**9) for n, name in enumerate(names))
    return NewRound("测速团", offers, closes_at=work.now + timedelta(days=1))
