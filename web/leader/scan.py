"""Scanning with the phone, one neighbour after the other, also where there is no network for a while.

Inside WeChat its own scanner is used where the account may, else the camera. A service worker keeps the page, the page
keeps the list of live codes for as long as the session lasts, and decides by it when no server answers. What it decided
stays in the phone's own storage until it could be sent, each scan with its own time and nonce, as often as needed: the
server counts it once.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from flask import Response, jsonify, make_response, request, url_for

from bot.page_signature import sign_page
from bot.texts import handing
from models import Busy
from operations import page_ticket, pick_lists, pickup
from operations.errors import OrderCancelled, TriesLocked, UnderAfterSales, UnpaidOrder
from operations.pickup import Redemption
from operations.sessions import hash_token
from web.auth import allow, current
from web.handing import Clerk
from web.leader.blueprint import EVERYBODY, members, own_leader_id, page
from web.refusals import refusal
from web.security import CONTENT_SECURITY_POLICY
from web.show import first_character, person, quantity, yuan
from web.site import asset, site

# The scanner library starts its worker from a blob; the camera's picture needs nothing.
SCANNER_POLICY = f"{CONTENT_SECURITY_POLICY}; worker-src 'self' blob:"
# The JS-SDK may be had from WeChat's own host only. What it would like to report home (a picture) stays blocked.
# developers.weixin.qq.com/doc/offiaccount/OA_Web_Apps/JS-SDK.html
JS_SDK = "https://res.wx.qq.com/open/js/jweixin-1.6.0.js"
IN_WECHAT_POLICY = SCANNER_POLICY.replace("script-src 'self'", "script-src 'self' https://res.wx.qq.com")
# What the page needs besides itself: a service worker keeps these.
KEPT_FILES = (
    "mobile.css",
    "leader/leader.css",
    "icon.svg",
    "leader/scan.js",
    "leader/scan/kept.js",
    "leader/scan/lens.js",
    "leader/scan/shown.js",
    "leader/vendor/qr-scanner.min.js",
    "leader/vendor/qr-scanner-worker.min.js",
)
_IMPORTED = KEPT_FILES[4:7] + KEPT_FILES[8:]  # by other scripts, which know them without a version
MOST_AT_ONCE = 50
_LONGEST_AGO = timedelta(hours=24)
_TOKEN = re.compile(r"[0-9a-f]{32}")
# Handed out without network by the list the phone had; meanwhile something changed. The goods are gone: E17 of pretix,
# whose offline scans count although the order was cancelled in between.
_GIVEN_ANYWAY = (OrderCancelled, UnderAfterSales, UnpaidOrder)


class BadScan(ValueError):
    """What was sent is no list of scans."""


@dataclass(frozen=True, slots=True)
class Scanned:
    """One scan as a phone tells of it."""

    nonce: str
    device: str
    at: datetime
    code: str | None
    token: str | None
    was_offline: bool  # handed out by the phone's own list


@members.get("/scan")
@allow(members=EVERYBODY)
def scan() -> Response:
    """The page with the camera, or WeChat's scanner."""
    session = current()
    owner = hash_token(f"{session.leader_id}:{session.account_id}")[:16]  # whose scans wait in a phone's storage
    wechat = _wechat()
    response = make_response(page("scan", title="扫码核销", owner=owner, wechat=wechat, js_sdk=JS_SDK))
    response.headers["Content-Security-Policy"] = IN_WECHAT_POLICY if wechat else SCANNER_POLICY
    return response


def _wechat() -> dict[str, Any] | None:
    """What `wx.config` is given; None outside WeChat, and where the account has no ticket (yet)."""
    settings, now = site().settings, site().store.clock()
    if not settings.appid or "MicroMessenger" not in request.user_agent.string:
        return None
    with site().store.read() as work:
        ticket = page_ticket.current(work, appid=settings.appid)
    if ticket is None:
        return None
    nonce, timestamp = site().nonce(), int(now.timestamp())
    url = settings.url(request.full_path.rstrip("?"))  # as the browser shows it, with whatever WeChat added
    signature = sign_page(ticket, nonce, timestamp, url)
    return {"appId": settings.appid, "timestamp": timestamp, "nonceStr": nonce, "signature": signature}


@members.get("/scan/worker.js")
@allow(public=True)
def scan_worker() -> Response:
    """The service worker, which keeps the page for the time without network. Nothing in it is anybody's."""
    files = [asset(name) for name in KEPT_FILES]
    files += [url_for("site.static", filename=name) for name in KEPT_FILES if name in _IMPORTED]
    version = hash_token("\n".join(files) + _worker().read_text(encoding="utf-8"))[:12]
    head = json.dumps({"version": version, "page": url_for(".scan"), "files": files})
    body = f"const KEEP = {head};\n{_worker().read_text(encoding='utf-8')}"
    response = make_response(body, {"Content-Type": "text/javascript; charset=utf-8"})
    response.headers["Service-Worker-Allowed"] = url_for(".scan")  # that page and nothing else
    return response


def _worker() -> Path:
    return Path(__file__).parent.parent / "static" / "leader" / "scan" / "worker.js"


@members.get("/scan/list")
@allow(members=EVERYBODY)
def scan_list() -> Response:
    """What a phone keeps for the time without network: hashes of live codes, and what to hand out for them.

    It lies on the phone, so it has no whole name, and `for_ms` says how long the session still makes it good.
    """
    with site().store.read() as work:
        rows = pick_lists.scannables(work, leader_id=own_leader_id())
        ends_at = current().expires_at
        left = ends_at - work.now if ends_at else timedelta(0)
    return jsonify(
        for_ms=int(left.total_seconds() * 1000),
        rows=[
            {
                "keys": [row.token_hash, row.code_hash],
                "who": _who(row.seq, first_character(row.name), row.room),
                "waits": row.is_waiting,
                "items": [f"{name} {quantity(milli, unit)}" for name, milli, unit in row.items],
            }
            for row in rows
        ],
    )


@members.post("/scans")
@allow(members=EVERYBODY)
def deliver_scans() -> Response:
    """Scans of a phone, new ones and kept ones: JSON {device, sent_at, scans: [{nonce, code | token, at, offline}]}.

    Instants are milliseconds by the phone's own clock: only how long ago a scan was made counts. Answers by nonce;
    `retry` means that the phone has to keep the scan and send it again.
    """
    try:
        scans = _read(request.get_json(silent=True), site().store.clock())
    except (BadScan, RecursionError):  # JSON that is nested without end
        return make_response(jsonify(error="bad scans"), 400)
    clerk = Clerk.of(current(), own_leader_id())
    return jsonify(results=[_deliver(clerk, one) for one in sorted(scans, key=lambda one: one.at)])


def _deliver(clerk: Clerk, one: Scanned) -> dict[str, Any]:
    try:
        done = _redeem(clerk, one, forced=False)
        if one.was_offline and isinstance(done.refused, _GIVEN_ANYWAY) and current().role == "leader":
            done = _redeem(clerk, one, forced=True)
    except Busy:
        return {"nonce": one.nonce, "retry": True}
    if isinstance(done.refused, TriesLocked) and one.was_offline:
        return {"nonce": one.nonce, "retry": True}  # these goods are gone, whatever else was mistyped
    return {"nonce": one.nonce, "retry": False} | _told(done)


def _redeem(clerk: Clerk, one: Scanned, *, forced: bool) -> Redemption:
    return site().store.run(
        lambda work: pickup.redeem(
            work,
            leader_id=clerk.leader_id,
            by_account_id=clerk.account_id,
            operator_id=clerk.operator_id,
            device=one.device,
            nonce=one.nonce,
            code=one.code,
            token=one.token,
            at=one.at,
            forced=forced,
        )
    )


def _told(done: Redemption) -> dict[str, Any]:
    """What the phone shows. Money only to the leader."""
    is_leader, order = current().role == "leader", done.order
    told: dict[str, Any] = {
        "ok": done.ok,
        "again": done.is_repeat,
        "who": _who(order.seq, person(order.resident_name, order.host_name), order.room) if order else "",
        "why": refusal(done.refused) if done.refused else "",
        "items": [f"{line.name} {quantity(line.quantity_milli, line.unit)}" for line in done.handed],
        "marks": handing.marks(done.handed, is_late=done.is_late) if done.ok else [],
        "owed": [f"{row.name} {quantity(row.quantity_milli, row.unit)}（S{row.case_number}）" for row in done.owed],
        "note": (order.note or "") if order and done.ok else "",
        "code": order.code if order and done.ok else None,
        "collect": "",
    }
    if done.collect_fen:
        told["collect"] = f"还要收 {yuan(done.collect_fen)}" if is_leader else "还有货款没收，请团长确认"
    return told


def _who(seq: int, name: str | None, room: str | None) -> str:
    return " ".join(part for part in (f"{seq} 号", room, name) if part)


def _read(sent: Any, now: datetime) -> list[Scanned]:
    """Raises BadScan."""
    try:
        device, sent_at, scans = sent["device"], int(sent["sent_at"]), sent["scans"]
        if not _TOKEN.fullmatch(device) or len(scans) > MOST_AT_ONCE:
            raise BadScan
        return [_read_one(one, f"phone:{device}", sent_at, now) for one in scans]
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise BadScan from error


def _read_one(one: Mapping[str, Any], device: str, sent_at: int, now: datetime) -> Scanned:
    nonce, code, token = one["nonce"], one.get("code"), one.get("token")
    is_code = isinstance(code, str) and 0 < len(code) <= 64 and token is None
    is_token = isinstance(token, str) and _TOKEN.fullmatch(token) is not None and code is None
    if not _TOKEN.fullmatch(nonce) or not (is_code or is_token):
        raise BadScan
    ago = timedelta(milliseconds=max(0, sent_at - int(one["at"])))
    return Scanned(nonce, device, now - min(ago, _LONGEST_AGO), code, token, one.get("offline") is True)
