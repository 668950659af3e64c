"""Carries out the faults of the API half: error codes, broken answers, broken connections, token trouble."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from flask import Response

from bot.simulator.core import Core
from bot.simulator.faults import ERRCODES, TOKEN_NOW, TRANSPORT_AFTER, Fault, is_errcode

from .call import ApiError, Call
from .tokens import revoke_all, rotate

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

DROP = "simulator.drop"


class Dropped(Exception):
    """The connection is to be cut without an answer."""


def strike_now(core: Core, fault: Fault) -> bool:
    """Carry out the faults that happen once, when ordered, and not at a call. True when that was all."""
    if fault.kind == "clock_skew":
        core.skew = timedelta(seconds=float(fault.options.get("seconds", 600)))
    elif fault.kind == "revoke_token":
        revoke_all(core)
    elif fault.kind == "rotate_token":
        rotate(core)
    return fault.kind in TOKEN_NOW | {"clock_skew"}


def before(core: Core, faults: list[Fault]) -> Response | None:
    """Faults that strike before the call is carried out. Raises ApiError or Dropped."""
    for fault in faults:
        if is_errcode(fault.kind):
            raise ApiError(int(fault.kind), ERRCODES.get(int(fault.kind), "simulated error"))
        if fault.kind in ("refuse", "reset_before"):
            raise Dropped
        if fault.kind == "never_answer":
            core.released.wait(core.settings.never_answer_seconds)
            raise Dropped
        if fault.kind == "delay":
            core.released.wait(float(fault.options.get("seconds", 1.0)))
        elif fault.kind == "html":
            return Response("<html><body>系统维护中</body></html>", content_type="text/html; charset=utf-8")
        elif fault.kind in ("500", "502", "503"):
            return Response("<html>gateway</html>", status=int(fault.kind), content_type="text/html")
    return None


def token_faults(call: Call, faults: list[Fault], answer: dict[str, Any]) -> dict[str, Any]:
    """Faults of the answer that carries a token."""
    if "access_token" not in answer:
        return answer
    for fault in faults:
        if fault.kind == "dead_token":
            answer = answer | {"access_token": f"{call.core.digits(2)}_{call.core.letters(133)}"}
        elif fault.kind == "expires_in_30":
            answer = answer | {"expires_in": 30}
            _shorten(call, answer["access_token"])
    return answer


def _shorten(call: Call, value: str) -> None:
    soon = call.core.now() + timedelta(seconds=30)
    for token in call.core.state.tokens:
        if token.value == value:
            token.expires = min(token.expires, soon)


def after(faults: list[Fault], answer: Response) -> Response:
    """Faults of the answer on its way back; the call was carried out. Raises Dropped."""
    for fault in faults:
        if fault.kind == "reset_after":
            raise Dropped
        if fault.kind in TRANSPORT_AFTER:
            answer = _SPOILERS[fault.kind](answer)
    return answer


def _truncate(answer: Response) -> Response:
    body = answer.get_data()
    return Response(body[: len(body) * 2 // 3], content_type=answer.content_type)


def _gzip_garbage(answer: Response) -> Response:
    spoiled = Response(b"\x1f\x8bgarbage that was never compressed", content_type=answer.content_type)
    spoiled.headers["Content-Encoding"] = "gzip"
    return spoiled


def _wrong_charset(answer: Response) -> Response:
    """GBK bytes under a header that promises UTF-8."""
    text = answer.get_data().decode("utf-8") + ' {"说明":"编码错误"}'
    return Response(text.encode("gbk"), content_type="application/json; charset=utf-8")


def _edited(edit: Callable[[dict[str, Any]], dict[str, Any]]) -> Callable[[Response], Response]:
    def spoil(answer: Response) -> Response:
        value = json.loads(answer.get_data())
        return Response(json.dumps(edit(value), ensure_ascii=False), content_type=answer.content_type)

    return spoil


_SPOILERS: dict[str, Callable[[Response], Response]] = {
    "truncated_json": _truncate,
    "gzip_garbage": _gzip_garbage,
    "wrong_charset": _wrong_charset,
    "string_errcode": _edited(lambda value: value | {"errcode": str(value.get("errcode", 0))}),
    "missing_errmsg": _edited(lambda value: {key: part for key, part in value.items() if key != "errmsg"}),
    "extra_fields": _edited(lambda value: value | {"resultcode": 0, "ext_info": {"new": [1, None, "字段"]}}),
}


def drop(environ: WSGIEnvironment) -> Response:
    """Marks the request for `Cutting`; the content is never seen by the client."""
    environ[DROP] = True
    return Response("", status=500)


class Cutting:
    """WSGI layer that cuts the connection where a fault asks for it.

    The development server exposes its socket and drops the connection on ConnectionResetError. Under a server that
    does neither the client sees a plain HTTP 500; called in the same process, the exception reaches the caller.
    """

    def __init__(self, app: WSGIApplication) -> None:
        self._app = app

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        body = self._app(environ, start_response)
        if not environ.get(DROP):
            return body
        connection = environ.get("werkzeug.socket")
        if isinstance(connection, socket.socket):
            connection.shutdown(socket.SHUT_RDWR)
        raise ConnectionResetError("cut by a simulated fault")
