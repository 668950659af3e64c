"""One web server of a measurement, as a process: `python -m benchmarks.server KIND CONFIG`.

granian as `serving.py` has it. KIND is `orders` (the product) or `echo`: the same webhook code with
signature, decryption, understanding of the envelope and reply, and no database at all.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from flask import Blueprint, Flask, Response, request

from app import credentials
from bot.protocol import read_inbound, write_reply
from config import load
from models import Store, system_clock
from operating.web_server import open_listener, web_server
from serving import CONFIG_ENV, LINE, web


def echo() -> Flask:
    """What granian calls for the echo."""
    known = credentials(load(Path(os.environ[CONFIG_ENV])))
    routes = Blueprint("echo", __name__)

    @routes.post("/wechat")
    def receive() -> Response:
        message = read_inbound(request.args, request.get_data(), known, system_clock())
        body = write_reply(message, message.text, known, system_clock(), "1")
        return Response(body, content_type="application/xml; charset=utf-8")

    app = Flask("echo", static_folder=None)
    app.register_blueprint(routes)
    return app


def orders() -> Any:
    """What granian calls for the product; a commit for every message where the environment asks for it."""
    if os.environ.get("LINTUAN_BENCHMARK_ALONE"):
        Store.run_together = Store.run  # type: ignore[method-assign]
    return web()


def main() -> None:
    """Serve until told to stop."""
    kind, path = sys.argv[1:]
    os.environ[CONFIG_ENV] = path
    config = load(Path(path))
    with open_listener(config.server.host, config.server.port) as listener:
        web_server(config.server, listener, LINE, lambda workers: None, target=f"benchmarks.server:{kind}").serve()


if __name__ == "__main__":
    main()
