"""The simulator as a WSGI application, and ways to serve it."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server

from .api import blueprint as api_routes
from .api.transport import Cutting
from .control import blueprint as control_routes
from .pay import PaySim
from .pay.server import create_cashier
from .phones import blueprint as phones_routes
from .sim import Sim

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

PREFIXES = ("/cgi-bin/", "/sns/", "/connect/", "/wxaapi/", "/__sim__/", "/v3/")
MAX_BODY = 24 * 1024 * 1024


def create_simulator(sim: Sim, pay: PaySim | None = None) -> Flask:
    """One application with the API, the control routes and the phones page (/__sim__/phones); with `pay` also that."""
    app = Flask(__name__, static_url_path="/__sim__/static")
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY
    app.register_blueprint(api_routes(sim))
    app.register_blueprint(control_routes(sim))
    app.register_blueprint(phones_routes(sim))
    if pay is not None:
        app.register_blueprint(create_cashier(pay))
        app.wsgi_app = _pay_beside(app.wsgi_app, pay.wsgi)  # type: ignore[method-assign,assignment]
    app.wsgi_app = Cutting(app.wsgi_app)  # type: ignore[method-assign]
    return app


def mount(main: WSGIApplication, simulator: WSGIApplication) -> WSGIApplication:
    """One application of two: the simulator's prefixes go to it, everything else to `main`. Paths stay whole."""

    def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "") + "/"
        chosen = simulator if path.startswith(PREFIXES) else main
        return chosen(environ, start_response)

    return application


def _pay_beside(main: WSGIApplication, pay: WSGIApplication) -> WSGIApplication:
    def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        return (pay if environ.get("PATH_INFO", "").startswith("/v3/") else main)(environ, start_response)

    return application


class _Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002 - the base class names it
        """Nothing: the simulator keeps its own log."""


@contextmanager
def serve(app: WSGIApplication, port: int = 0) -> Iterator[str]:
    """Serve on 127.0.0.1 (a free port by default) in a thread; yields the base URL, stops at the end."""
    server = make_server("127.0.0.1", port, app, threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join(timeout=5)
        server.server_close()
