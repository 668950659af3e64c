"""The control API under /__sim__: what the phones page and black-box tests use to act and to look."""

from __future__ import annotations

import hmac
import math
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, abort, jsonify, request

from . import scanning
from .api.media import png
from .core import UnknownUser
from .faults import kinds
from .gestures import NotFollowing
from .push import PushResult
from .sim import Sim

SHOWABLE = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp", "audio/amr", "video/mp4"})
# Pictures, which a browser fetches by itself, without our header. Media ids cannot be guessed.
OPEN_ENDPOINTS = frozenset({"simulator_control.show_media", "simulator_control.show_code"})


def blueprint(sim: Sim) -> Blueprint:
    """Routes under /__sim__; with a control token all but pictures and links need `Authorization: Bearer …`."""
    routes = Blueprint("simulator_control", __name__, url_prefix="/__sim__")

    @routes.before_request
    def check_token() -> Response | None:
        if sim.control_token is None or request.endpoint in OPEN_ENDPOINTS:
            return None
        given = request.headers.get("Authorization", "")
        if hmac.compare_digest(given.encode(), f"Bearer {sim.control_token}".encode()):
            return None
        return _problem(401, "a bearer token is needed")

    _errors(routes)
    _looking(routes, sim)
    _acting(routes, sim)
    _breaking(routes, sim)
    _pictures(routes, sim)
    return routes


def _errors(routes: Blueprint) -> None:
    @routes.errorhandler(UnknownUser)
    def unknown(error: UnknownUser) -> Response:
        return _problem(404, str(error))

    @routes.errorhandler(NotFollowing)
    def stranger(error: NotFollowing) -> Response:
        return _problem(409, str(error))

    @routes.errorhandler(ValueError)
    def bad(error: ValueError) -> Response:
        return _problem(400, str(error))

    @routes.errorhandler(RuntimeError)
    def not_ready(error: RuntimeError) -> Response:
        return _problem(409, str(error))


def _looking(routes: Blueprint, sim: Sim) -> None:
    @routes.get("/state")
    def state() -> Response:
        return jsonify(_state(sim))

    @routes.get("/users/<openid>/inbox")
    def inbox(openid: str) -> Response:
        return jsonify([bubble.to_json() for bubble in sim.inbox(openid)])

    @routes.get("/log")
    def log() -> Response:
        since = request.args.get("since", 0, type=int)
        return jsonify([entry.to_json() for entry in list(sim.state.log) if entry.n > since])

    @routes.get("/failures")
    def failures() -> Response:
        return jsonify([failure.to_json() for failure in list(sim.failures)])

    @routes.get("/fault")
    def standing() -> Response:
        return jsonify({"standing": [fault.to_json() for fault in sim.faults.standing()], "kinds": kinds()})

    @routes.get("/feed")
    def feed() -> Response:
        return jsonify(_feed(sim, request.args.get("since", 0, type=int)))


def _acting(routes: Blueprint, sim: Sim) -> None:
    @routes.post("/reset")
    def reset() -> Response:
        sim.reset()
        return jsonify({"ok": True})

    @routes.post("/clock")
    def clock() -> Response:
        advance = getattr(sim.clock, "advance", None)
        if advance is None:
            return _problem(409, "this simulation runs on real time")
        seconds = float(_body()["advance"])
        if not math.isfinite(seconds) or abs(seconds) > timedelta(days=366).total_seconds():
            raise ValueError("advance is a number of seconds, at most a year")
        advance(seconds=seconds)
        return jsonify({"now": sim.now().isoformat()})

    @routes.post("/users")
    def add_user() -> Response:
        data = _body()
        user = sim.add_user(
            str(data["openid"]) if data.get("openid") else None,
            name=str(data.get("name", "")),
            role=str(data.get("role", "resident")),
            subscribed=bool(data.get("subscribed", True)),
        )
        return jsonify({"openid": user.openid, "name": user.name, "role": user.role})

    @routes.post("/push")
    def push() -> Response:
        data = _form_or_json()
        return jsonify(_result(_push(sim, data)))

    @routes.post("/scan")
    def scan() -> Response:
        data = _form_or_json()
        file = request.files.get("file")
        if file is None:
            return jsonify(scanning.scan(sim, data, None))
        with closing(file):
            return jsonify(scanning.scan(sim, data, file.read()))

    @routes.post("/deliver")
    def deliver() -> Response:
        return jsonify([_result(result) for result in sim.deliver_events()])


def _breaking(routes: Blueprint, sim: Sim) -> None:
    @routes.post("/fault")
    def add_fault() -> Response:
        data = _body()
        times = data.pop("times", 1)
        fault = sim.fault(
            str(data.pop("path")),
            str(data.pop("kind")),
            math.inf if times == "always" else float(times),
            openid=data.pop("openid", None),
            after=int(data.pop("after", 0)),
            **data,
        )
        return jsonify(fault.to_json())

    @routes.delete("/fault")
    def clear_faults() -> Response:
        sim.clear_faults()
        return jsonify({"ok": True})


def _pictures(routes: Blueprint, sim: Sim) -> None:
    @routes.get("/media/<media_id>")
    def show_media(media_id: str) -> Response:
        media = sim.state.media.get(media_id)
        if media is None:
            abort(404)
        # Uploaded bytes are hostile: only picture types keep their type, the rest is offered as a file.
        mime = media.mime if media.mime in SHOWABLE else "application/octet-stream"
        answer = Response(media.content, content_type=mime)
        answer.headers["X-Content-Type-Options"] = "nosniff"
        answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
        answer.headers["Cache-Control"] = "private, max-age=86400"
        return answer

    @routes.get("/code.png")
    def show_code() -> Response:
        return Response(png(request.args.get("text", "")[:1000]), content_type="image/png")


# --- pushes by name -------------------------------------------------------------------------------------------------

Gesture = Callable[[Sim, str, dict[str, Any]], PushResult]

GESTURES: dict[str, Gesture] = {
    "text": lambda sim, who, data: sim.text(who, str(data["content"])),
    "menu_item": lambda sim, who, data: sim.menu_item(who, str(data["id"]), str(data["content"])),
    "voice": lambda sim, who, data: sim.voice(who, data.get("recognition")),
    "video": lambda sim, who, data: sim.video(who),
    "location": lambda sim, who, data: sim.location(
        who, float(data["latitude"]), float(data["longitude"]), str(data.get("label", ""))
    ),
    "link": lambda sim, who, data: sim.link(
        who, str(data["title"]), str(data.get("description", "")), str(data["url"])
    ),
    "subscribe": lambda sim, who, data: sim.subscribe(who, str(data["scene"]) if data.get("scene") else None),
    "scan": lambda sim, who, data: sim.scan(who, str(data["scene"])),
    "unsubscribe": lambda sim, who, data: sim.unsubscribe(who),
    "click": lambda sim, who, data: sim.click(who, str(data["key"])),
    "view": lambda sim, who, data: sim.view(who, str(data["url"])),
    "scancode_waitmsg": lambda sim, who, data: sim.scancode_waitmsg(who, str(data["key"]), str(data["result"])),
    "scancode_push": lambda sim, who, data: sim.scancode_push(who, str(data["key"]), str(data["result"])),
    "popup": lambda sim, who, data: sim.popup(who, str(data["template"]), bool(data.get("accept", True))),
    "raw": lambda sim, who, data: sim.raw(who, str(data["xml"])),
}


def _push(sim: Sim, data: dict[str, Any]) -> PushResult:
    openid, kind = str(data.get("openid", "")), str(data.get("kind", ""))
    if kind == "image":
        file = request.files.get("file")
        if file is None:
            raise ValueError("an image push is a form upload with `file`")
        with closing(file):
            content = file.read()
        return sim.image(openid, content, mime=file.mimetype, filename=file.filename or "photo.jpg")
    if kind not in GESTURES:
        raise ValueError(f"unknown kind {kind!r}; known: image, {', '.join(GESTURES)}")
    try:
        return GESTURES[kind](sim, openid, data)
    except KeyError as error:
        raise ValueError(f"{kind} needs {error}") from error


def _result(result: PushResult) -> dict[str, Any]:
    reply = result.reply
    return {
        "ok": result.ok,
        "reply": {"kind": reply.kind, "text": reply.text, **reply.data} if reply else None,
        "attempts": [
            {"number": one.number, "status": one.status, "error": one.error, "reason": one.reason}
            for one in result.attempts
        ],
        "also": [_result(one) for one in result.also],
    }


# --- views of the state ----------------------------------------------------------------------------------------------


def _user(sim: Sim, openid: str) -> dict[str, Any]:
    user = sim.user(openid)
    names = ("openid", "name", "role", "subscribed", "scene", "blocked", "refuses_template")
    return {name: getattr(user, name) for name in names}


def _state(sim: Sim) -> dict[str, Any]:
    state, account = sim.state, sim.account
    return {
        "now": sim.now().isoformat(),
        "account": {"name": account.name, "kind": account.kind, "mode": account.mode, "appid": account.appid},
        "users": [_user(sim, openid) for openid in list(state.users)],
        "menu": state.menu,
        "templates": [template.template_id for template in state.templates.values()],
        "media": len(state.media),
        "qr": [{"scene": qr.scene, "url": qr.url, "permanent": qr.permanent} for qr in state.qrs.values()],
        "pending_events": len(sim.pending),
        "failures": len(state.failures),
        "log": state.log_count,
    }


def _feed(sim: Sim, since: int) -> dict[str, Any]:
    """Everything the phones page shows that is newer than `since`; `epoch` changes after a reset."""
    with sim.lock:
        fresh = [bubble.to_json() for bubble in _newer(sim, since)]
        return {
            "epoch": sim.epoch,
            "seq": sim.state.seq,
            "items": fresh,
            "users": [_user(sim, openid) for openid in sim.state.users],
            "menu": sim.state.menu,
            "scenes": sorted({qr.scene for qr in sim.state.qrs.values()}),
            "now": sim.now().isoformat(),
            "failures": len(sim.failures),
        }


def _newer(sim: Sim, since: int) -> list[Any]:
    """Sequence numbers run without gaps from 1, so the index is known."""
    return sim.state.timeline[max(since, 0) :]


def _body() -> dict[str, Any]:
    data = request.get_json(force=True, silent=True)
    if not isinstance(data, dict):
        raise ValueError("the body must be a JSON object")  # noqa: TRY004 - one error class for bad requests
    return data


def _form_or_json() -> dict[str, Any]:
    return dict(request.form) if request.mimetype == "multipart/form-data" else _body()


def _problem(status: int, message: str) -> Response:
    answer = jsonify({"error": message})
    answer.status_code = status
    return answer
