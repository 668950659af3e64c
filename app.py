"""Composition: the only place that knows every package. Values go in here and nobody below reads the configuration."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable
from dataclasses import asdict
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from bot.flow import FlowLimit
from bot.front import Front
from bot.late import Latecomers
from bot.pay.gateway import Gateway, RefundResult, Trade
from bot.pay.webhook import PATH as PAY_PATH
from bot.pay.webhook import create_blueprint as create_pay_blueprint
from bot.protocol import Credentials
from bot.texts.growth import INVITEE_COUPON, INVITER_COUPON
from bot.texts.notices import NoticeTexts
from bot.texts.replies import RECEIVED, TOO_FAST, busy
from bot.webhook import Texts, Webhook, create_blueprint
from bot.wechat import WeChatMessenger, WeChatPageLogin
from config import Config, TemplateMessage
from handlers import Crowds, create_answer, tell_later
from handlers import Settings as HandlerSettings
from models import Clock, Store, system_clock
from models.clocks import follow_server
from operations import online, online_refunds
from operations.invites import Terms
from operations.keeping import Kept
from operations.routing.geo import Matrix
from scheduler import runner
from scheduler.channels import Channels, Template
from scheduler.distances import matrix_of
from scheduler.jobs import Settings as JobSettings
from web import WebSettings, metrics, register
from web.metrics import Meter
from web.settings import Tiles

if TYPE_CHECKING:
    from bot.pay.wechat import WeChatPayGateway

__all__ = ["create_app", "create_messenger", "open_store", "run_scheduler"]


def create_app(
    config: Config,
    clock: Clock = system_clock,
    store: Store | None = None,
    *,
    line: Callable[[], float] = lambda: 0.0,
) -> Flask:
    """The web application: webhook and pages. The scheduler is another process: see `run_scheduler`.

    `line` tells how much of the line in front of the server is taken, from 0 to 1.
    """
    app = Flask("lintuan", static_folder=None)
    store = store or open_store(config, clock)
    gateway = create_gateway(config)
    register(app, store, web_settings(config, gateway), create_page_login(config))
    meter = Meter()
    crowds = Crowds(store)
    answer = create_answer(handler_settings(config), meter.read_as, crowds)
    late = Latecomers(store, answer, tell_later, busy)
    webhook = Webhook(
        credentials=credentials(config),
        store=store,
        clock=clock,
        answer=answer,
        count=meter.count,
        seen=meter.seen,
        texts=Texts(busy=busy, too_fast=lambda: TOO_FAST, received=lambda: RECEIVED),
        log_key=hashlib.sha256(config.server.secret.get_secret_value().encode()).digest(),
        limit=FlowLimit(),
        late=late,
        line=line,
        ahead=crowds.look_ahead,
        share=crowds.share,
    )
    app.register_blueprint(create_blueprint(webhook))
    if config.metrics.enabled:
        meter.watch(app)
        token = config.metrics.token
        app.register_blueprint(metrics.create_blueprint(meter, store, token.get_secret_value() if token else None))
    if gateway:
        app.register_blueprint(create_pay_blueprint(gateway, clock, partial(note_payment, store)))
    app.extensions["lintuan_late"] = late
    app.wsgi_app = Front(webhook, app.wsgi_app, timed=meter.timed)  # type: ignore[method-assign]
    if config.server.proxies:  # else whoever calls could name any address as his own
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=config.server.proxies, x_proto=config.server.proxies)  # type: ignore[method-assign]
    return app


def create_gateway(config: Config) -> WeChatPayGateway | None:
    """WeChat Pay, where the configuration has a merchant account."""
    pay = config.wechatpay
    if pay is None:
        return None
    from bot.pay.wechat import Merchant, WeChatPayGateway

    merchant = Merchant(
        appid=config.wechat.appid,
        mchid=pay.mchid,
        private_key=pay.private_key.read_text("utf-8"),
        serial=pay.serial,
        apiv3_key=pay.apiv3_key.get_secret_value(),
        notify_url=f"{public_url(config)}{PAY_PATH}",
        public_key=pay.public_key.read_text("utf-8") if pay.public_key else None,
        public_key_id=pay.public_key_id,
        certificates=pay.certificates,
        keys_folder=pay.keys_folder,
    )
    return WeChatPayGateway(merchant, api_base=pay.api_base, simulator=config.wechat.simulator)


def note_payment(store: Store, said: Trade | RefundResult) -> str:
    """Write down what WeChat Pay told us: in one transaction, once."""
    if isinstance(said, RefundResult):
        back = said
        return store.run(
            lambda work: online_refunds.record_refund(
                work, out_refund_no=back.out_refund_no, state=back.state, amount_fen=back.amount_fen,
                refund_id=back.refund_id,
            )
        )  # fmt: skip
    trade = said
    if trade.state not in {"paid", "refunded"}:
        return "repeat"
    return store.run(
        lambda work: online.record_paid(
            work, out_trade_no=trade.out_trade_no, transaction_id=trade.transaction_id, amount_fen=trade.amount_fen,
            currency=trade.currency, source="notice",
        )
    )  # fmt: skip


def open_store(config: Config, clock: Clock = system_clock, *, wait_s: float = 2.5) -> Store:
    """The database of the configuration. `wait_s` bounds the wait for a lock, in seconds."""
    store = Store.open(config.database.url, clock=clock, wait_s=wait_s, pool_size=config.database.pool_size)
    if clock is system_clock:  # the try-out's is put forward by hand, on one machine
        follow_server(store)
    return store


def handler_settings(config: Config) -> HandlerSettings:
    """What the chat is told."""
    secret = config.server.secret.get_secret_value() if config.wechatpay else None
    return HandlerSettings(
        public_url(config),
        config.platform.default_share_bps,
        secret,
        knows_visitors=config.wechat.page_login,
        invites=invite_terms(config),
        kept=kept(config),
    )


def kept(config: Config) -> Kept:
    """How long what people wrote and sent is kept."""
    days = asdict(config.retention)
    return Kept(**{name.removesuffix("_days"): timedelta(days=count) for name, count in days.items()})


def invite_terms(config: Config) -> Terms:
    """What an invitation is worth."""
    invites = config.invites
    return Terms(
        inviter_fen=invites.inviter_fen,
        invitee_fen=invites.invitee_fen,
        min_spend_fen=invites.min_spend_fen,
        coupon_life=timedelta(days=invites.coupon_days),
        join_within=timedelta(days=invites.join_days),
        most_per_month=invites.most_per_month,
        most_share_bps=invites.most_share_bps,
        inviter_title=INVITER_COUPON,
        invitee_title=INVITEE_COUPON,
    )


def credentials(config: Config) -> Credentials:
    """What the webhook checks pushes against."""
    wechat = config.wechat
    keys = [key.get_secret_value() for key in (wechat.aes_key, wechat.previous_aes_key) if key]
    return Credentials(
        token=wechat.token.get_secret_value(),
        appid=wechat.appid,
        aes_keys=tuple(keys),
        mode=wechat.mode,
        account_id=wechat.account_id,
        allow_unencrypted=wechat.allow_unencrypted,
    )


def create_messenger(config: Config) -> WeChatMessenger:
    """The client of WeChat's API, or of the simulator's where the configuration says so."""
    wechat = config.wechat
    return WeChatMessenger(
        wechat.appid,
        wechat.secret.get_secret_value(),
        api_base=f"{wechat.api_base.rstrip('/')}/cgi-bin/",
        simulator=wechat.simulator,
    )


def create_page_login(config: Config) -> WeChatPageLogin | None:
    """What asks WeChat who opens a page, where the account may; else pages are opened by links from the chat."""
    wechat = config.wechat
    if not wechat.page_login:
        return None
    simulator = wechat.api_base if wechat.simulator else ""
    return WeChatPageLogin(wechat.appid, wechat.secret.get_secret_value(), simulator=simulator)


def run_scheduler(config: Config, store: Store, stop: threading.Event) -> bool:
    """Run all jobs until `stop` is set; False when one of them would not finish in time."""
    return runner.run(store, create_messenger(config), NoticeTexts(public_url(config)), job_settings(config), stop)


def job_settings(config: Config) -> JobSettings:
    """What the jobs are told."""
    notices = config.notices
    channels = Channels(
        customer=notices.customer,
        templates={kind: _template(one) for kind, one in notices.templates.items()},
        subscriptions={kind: _template(one) for kind, one in notices.subscriptions.items()},
    )
    return JobSettings(
        media_folder=Path(config.storage.media),
        channels=channels,
        sends_per_second=notices.per_second,
        remind_before=timedelta(hours=1),
        gateway=create_gateway(config),
        appid=config.wechat.appid,
        invites=invite_terms(config),
        kept=kept(config),
        matrix=create_matrix(config),
    )


def create_matrix(config: Config) -> Matrix:
    """How far it is between pickup points: from whom the configuration says."""
    routes = config.routes
    return matrix_of(
        routes.distances,
        url=routes.url,
        key=routes.key.get_secret_value() if routes.key else "",
        detour=routes.detour,
        kmh=routes.kmh,
    )


def create_tiles(config: Config) -> Tiles | None:
    """The map behind routes, where there is one."""
    routes = config.routes
    return Tiles(routes.tiles, routes.tiles_datum, routes.tiles_credit) if routes.tiles else None


def web_settings(config: Config, gateway: Gateway | None = None) -> WebSettings:
    """What the pages are told; with a `gateway` they offer WeChat Pay."""
    return WebSettings(
        public_url=public_url(config),
        account_name=config.platform.name,
        secret=config.server.secret.get_secret_value(),
        media_folder=Path(config.storage.media),
        gateway=gateway,
        shares_profits=config.wechatpay is not None and config.wechatpay.profit_sharing,
        appid=config.wechat.appid,
        invites=invite_terms(config),
        kept=kept(config),
        phones_url="/__sim__/phones" if config.demo else "",
        tiles=create_tiles(config),
        cashier_url="/__sim__/cashier/" if config.demo else "",
    )


def public_url(config: Config) -> str:
    """Without a slash at its end."""
    return config.server.public_url.rstrip("/")


def _template(one: TemplateMessage) -> Template:
    return Template(one.id, dict(one.fields), one.url)
