"""What all pages share: the store, the guard, how a form's work is done and answered, and what a fault looks like."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Any, TypeVar

import structlog
from flask import Blueprint, Flask, Response, current_app, g, render_template, request, url_for
from werkzeug.exceptions import HTTPException, InternalServerError
from werkzeug.routing import IntegerConverter, Map
from werkzeug.wrappers import Response as AnyResponse

from bot.messenger import PageLogin
from bot.texts import growth
from bot.texts.wording import building, cold
from models import Busy, Store, Work
from models.buildings import building_of
from operations import pay_links
from operations.errors import NotFound, Refused
from operations.operators import may
from operations.pick_lists import is_waiting
from web import route_words, show, words
from web.auth import NEIGHBOUR, Guard
from web.changes import changes
from web.flash import Flash
from web.forms import BadInput
from web.refusals import refusal
from web.settings import WebSettings

T = TypeVar("T")
log = structlog.get_logger(__name__)

_KEY = "lintuan_web"
_STATIC = Path(__file__).parent / "static"


@dataclass(frozen=True, slots=True)
class Site:
    """Handed to every page."""

    store: Store
    settings: WebSettings
    guard: Guard
    flash: Flash
    login: PageLogin | None = None

    def act(self, job: Callable[[Work], T], *, done: str | Callable[[T], str]) -> bool:
        """Run what a form asks for in one transaction; the next page says how it went. False: nothing was done."""
        try:
            result = self.store.run(job)
        except Refused as error:
            self.flash.say("bad", refusal(error))
            return False
        except BadInput as error:
            self.flash.say("bad", str(error))
            return False
        self.flash.say("good", done if isinstance(done, str) else done(result))
        return True

    def nonce(self) -> str:
        """A random word for a form: the same form sent twice does nothing twice."""
        return f"{self.store.rng.getrandbits(128):032x}"


def site() -> Site:
    """The site the current request belongs to."""
    found: Site = current_app.extensions[_KEY]
    return found


class KeyConverter(IntegerConverter):
    """`<key:order_id>`: an id as the database stores it; longer numbers are no address."""

    def __init__(self, url_map: Map) -> None:
        super().__init__(url_map, max=2**63 - 1)


def install(app: Flask, store: Store, settings: WebSettings, login: PageLogin | None = None) -> Site:
    """Put what pages share into the application."""
    flash = Flash(settings)
    made = Site(store, settings, Guard(store, settings, flash), flash, login)
    app.extensions[_KEY] = made
    app.url_map.converters["key"] = KeyConverter
    _add_filters(app, store)
    app.jinja_env.tests["waiting"] = is_waiting
    app.jinja_env.globals.update(
        csrf_token=made.guard.csrf_token,
        nonce=made.nonce,
        said=made.flash.take,
        may=_may,
        person=show.person,
        asset=asset,
        account_name=settings.account_name,
        clock=store.clock,
        has_login=login is not None,
        words=words.TABLES,
        pay_path=lambda one: url_for(
            "public.pay", token=pay_links.token_of(settings.secret, leader_id=one.leader_id, order_id=one.id)
        ),
    )
    return made


def _add_filters(app: Flask, store: Store) -> None:
    app.jinja_env.filters.update(
        yuan=show.yuan,
        quantity=show.quantity,
        percent=show.percent,
        full_time=show.shown_time,
        weekday=show.weekday,
        masked_phone=show.masked_phone,
        masked_openid=show.masked_openid,
        without_secrets=show.without_secrets,
        first_character=show.first_character,
        coupon_words=lambda one: growth.coupon(
            one.title, one.kind, one.value, one.min_spend_fen, one.code, one.valid_until
        ),
        refusal=refusal,
        changes=lambda row: list(changes(row)),
        word=lambda key, table: words.word(table, key),
        tone=lambda key, table: words.tone(table, key),
        when=lambda instant: show.short_time(instant, store.clock()),
        until=lambda start, end: show.time_span(start, end, store.clock()),
        building=building,
        building_key=building_of,
        storage=_storage,
        left=lambda instant: show.time_left(instant, store.clock()),
        clock_time=route_words.clock,
        day_clock=show.day_clock,
        minutes=show.minutes,
        km=route_words.km,
        hours=route_words.span,
        route_fault=route_words.said,
        extra_cost=lambda found: route_words.dearer(found.now, found.best),
        lock_cost=lambda found: route_words.dearer(found.best, found.free) if found.free else "",
    )


def _storage(row: Any) -> str:
    """冷藏 or 冷冻, of an offer or a line: a value of the business or a row of a list."""
    facts = row if isinstance(row, Mapping) else {key: getattr(row, key) for key in ("name", "spec", "storage")}
    return cold(facts["name"], facts["spec"], facts["storage"])


def _may(permission: str) -> bool:
    session = g.get("session")
    return session is not None and may(session.operator_role, permission)


def asset(name: str) -> str:
    """The address of a static file; it changes with the content."""
    return url_for("site.static", filename=name, v=_digest(name))


@cache
def _digest(name: str) -> str:
    return hashlib.sha256((_STATIC / name).read_bytes()).hexdigest()[:10]


def guarded(name: str, *, prefix: str, kind: str) -> Blueprint:
    """A blueprint whose every page stands behind the guard and whose faults are pages too."""
    blueprint = Blueprint(name, __name__, url_prefix=prefix or None)
    blueprint.before_request(lambda: site().guard.check(kind))
    blueprint.after_request(lambda response: site().guard.remember_visit(site().flash.write(response)))
    blueprint.register_error_handler(HTTPException, show_fault)
    blueprint.register_error_handler(NotFound, lambda _error: show_problem(404))
    blueprint.register_error_handler(Refused, _show_refusal)
    blueprint.register_error_handler(BadInput, lambda error: show_problem(400, str(error)))
    blueprint.register_error_handler(Busy, _show_busy)
    return blueprint


_PROBLEMS = {
    400: ("没有提交成功", "页面放得太久，或者不是从这里打开的。请返回上一页，刷新后再试一次。"),
    401: ("请从公众号进来", "这个页面要从公众号打开：在公众号里发送「后台」，点收到的链接。"),
    403: ("没有权限", "你的账号不能打开这个页面。需要的话，请联系平台负责人。"),
    404: ("没有找到", "地址不对，或者内容已经不在了。"),
    405: ("不能这样打开", "请返回上一页，用页面上的按钮操作。"),
    413: ("内容太大", "提交的内容太大了。"),
    429: ("试得太多", "请过几分钟再试。"),
    500: ("系统出错了", "这一步没有保存，请稍后再试。"),
    503: ("系统正忙", "这一步没有保存，请过几秒再试一次。"),
}


NEIGHBOUR_UNKNOWN = "这里要知道您是谁：在公众号里发送「下单」，点收到的链接。"


def show_problem(status: int, text: str = "") -> AnyResponse:
    """A page that says what is wrong, in the look of the place it happened in."""
    title, usual = _PROBLEMS.get(status, ("没有成功", "请返回上一页再试一次。"))
    look = "admin" if g.get("session_kind") == "console" else "mobile"
    if status == HTTPStatus.UNAUTHORIZED and g.get("session_kind") == NEIGHBOUR:
        usual = NEIGHBOUR_UNKNOWN
    body = render_template("site/problem.html", look=look, status=status, title=title, text=text or usual)
    return Response(body, status=status)


def show_fault(error: HTTPException) -> AnyResponse:
    """The page for an HTTP error; a defect gets a number that is in the log too."""
    if isinstance(error, InternalServerError):
        number = f"{site().store.rng.getrandbits(24):06x}"
        log.error("page.failed", incident=number, page=request.endpoint, exc_info=error.original_exception)
        return show_problem(500, f"这一步没有保存，请稍后再试。还不行的话，把编号 {number} 告诉平台。")
    if isinstance(error.response, AnyResponse):
        return error.response
    return show_problem(error.code or 500)


def _show_refusal(error: Refused) -> AnyResponse:
    return show_problem(403 if error.code == "not_allowed" else 409, refusal(error))


def _show_busy(error: Exception) -> AnyResponse:
    log.warning("page.busy", page=request.endpoint, error=type(error).__name__)
    return show_problem(503)


def render(template: str, **values: Any) -> str:
    """A page."""
    return render_template(template, **values)
