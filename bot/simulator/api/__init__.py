"""The API half: every endpoint of the platform the bot may call, by exact path."""

from __future__ import annotations

import json
from contextlib import closing
from typing import Any

from flask import Blueprint, Request, Response, request
from werkzeug.datastructures import FileStorage

from bot.simulator.core import Core
from bot.simulator.faults import Fault

from . import media, menu, messages, misc, oauth, templates, tokens, users
from .call import Answer, ApiError, Call, Endpoint, Upload
from .quotas import count
from .transport import Dropped, after, before, drop, token_faults

METHODS = ("GET", "POST", "PUT", "DELETE", "PATCH")


def _table() -> dict[str, Endpoint]:
    families = (tokens, messages, templates, media, menu, users, misc, oauth)
    every = [endpoint for family in families for endpoint in family.ENDPOINTS]
    table = {endpoint.path: endpoint for endpoint in every}
    if len(table) != len(every):
        raise RuntimeError("two endpoints share a path")
    return table


ENDPOINTS = _table()


def blueprint(core: Core) -> Blueprint:
    """Routes for /cgi-bin, /sns, /connect and /wxaapi; an unknown path gets an errcode, never a 404 page."""
    routes = Blueprint("simulator_api", __name__)

    def answer(rest: str) -> Response:
        result = handle(core, request)
        core.after_call()
        return result

    for prefix in ("cgi-bin", "sns", "connect", "wxaapi"):
        rule = f"/{prefix}/<path:rest>"
        routes.add_url_rule(rule, endpoint=prefix, view_func=answer, methods=METHODS, provide_automatic_options=False)
    return routes


def handle(core: Core, incoming: Request) -> Response:
    """Answer one request: standing faults, token, quota, the endpoint itself, the log."""
    call = _read(core, incoming)
    faults = core.faults.take(call.path, _openid(call))
    try:
        early = before(core, faults)
        if early is not None:
            return _logged(call, faults, early, "(not carried out)")
        answer, shown, rid = _carry_out(call, faults)
        return _logged(call, faults, after(faults, answer), shown, rid)
    except ApiError as error:
        answer, shown, rid = _error(call, error)
        return _logged(call, faults, answer, shown, rid)
    except Dropped:
        _logged(call, faults, Response(status=500), "(connection cut)")
        return drop(incoming.environ)


def _carry_out(call: Call, faults: list[Fault]) -> tuple[Response, Any, str]:
    try:
        with call.core.lock:
            value = _run(call)
    except ApiError as error:
        return _error(call, error)
    if isinstance(value, Response):
        return value, f"({value.content_type}, {len(value.get_data())} bytes)", ""
    value = token_faults(call, faults, value)
    return _json(value), value, ""


def _run(call: Call) -> Answer:
    endpoint = ENDPOINTS.get(call.path)
    if endpoint is None:
        raise ApiError(40066, "invalid url")
    if call.method not in endpoint.methods:
        raise ApiError(
            *((43001, "require GET method") if "GET" in endpoint.methods else (43002, "require POST method"))
        )
    if endpoint.token:
        tokens.check(call.core, call.query.get("access_token", ""))
    if endpoint.feature is not None:
        call.require(endpoint.feature)
    count(call.core, call.path)
    return endpoint.handler(call)


def _read(core: Core, incoming: Request) -> Call:
    # The form parser must see the stream before get_data() empties it.
    multipart = incoming.mimetype == "multipart/form-data"
    files = {name: _upload(file) for name, file in (incoming.files.items() if multipart else ())}
    return Call(
        core,
        incoming.method,
        incoming.path,
        incoming.args.to_dict(),
        b"" if multipart else incoming.get_data(),
        incoming.remote_addr or "",
        files,
        incoming.cookies,
    )


def _upload(file: FileStorage) -> Upload:
    with closing(file):
        return Upload(file.filename or "", file.mimetype, file.read())


def _openid(call: Call) -> str:
    """Whom the call is about, for faults that wait for one openid."""
    try:
        return str(call.data.get("touser") or call.data.get("openid") or "")
    except ApiError:
        return call.query.get("openid", "")


def _error(call: Call, error: ApiError) -> tuple[Response, Any, str]:
    rid = call.core.rid()
    value = {"errcode": error.code, "errmsg": f"{error.message} rid: {rid}"}
    return _json(value), value, rid


def _json(value: dict[str, Any]) -> Response:
    return Response(json.dumps(value, ensure_ascii=False), content_type="application/json; encoding=utf-8")


def _logged(call: Call, faults: list[Fault], answer: Response, shown: Any, rid: str = "") -> Response:
    call.core.record(
        "api",
        call.method,
        call.path,
        call.query,
        call.log_body(),
        answer.status_code,
        shown,
        fault=",".join(fault.kind for fault in faults),
        openid=_openid(call),
        rid=rid,
    )
    return answer
