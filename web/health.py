"""`/healthz`: whether the service as a whole does its work; `/readyz`: whether this instance can answer people.

For machines; neither says anything about anybody. A load balancer asks `/readyz`: no instance is taken out because a
scheduler somewhere is late.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, jsonify
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Response

from models import Busy
from operations.listings.dashboard import heartbeat
from web.auth import allow
from web.site import log, site

health = Blueprint("site", __name__, static_folder="static", static_url_path="/assets", template_folder="templates")


@health.get("/favicon.ico")
@allow(public=True)
def favicon() -> Response:
    """Browsers ask for it where they show a picture or a PDF, which cannot name an icon."""
    return health.send_static_file("icon.svg")


@health.get("/readyz")
@allow(public=True)
def readyz() -> tuple[Response, int]:
    """200 when this instance gets at the database, else 503."""
    try:
        with site().store.read() as work:
            heartbeat(work)
    except (SQLAlchemyError, Busy) as error:
        log.warning("health.no_database", error=type(error).__name__)
        return jsonify(ok=False, database="down"), 503
    return jsonify(ok=True, database="up"), 200


@health.get("/healthz")
@allow(public=True)
def healthz() -> tuple[Response, int]:
    """200 when all is well, else 503; `heartbeat_age_s` is the age of the last scheduled job in seconds."""
    try:
        with site().store.read() as work:
            last, now = heartbeat(work), work.now
    except (SQLAlchemyError, Busy) as error:
        log.warning("health.no_database", error=type(error).__name__)
        return jsonify(ok=False, database="down"), 503
    age = None if last is None else max(0, int((now - last).total_seconds()))
    is_ticking = age is not None and age <= site().settings.heartbeat_limit_s
    state: dict[str, Any] = {
        "ok": is_ticking,
        "database": "up",
        "scheduler": "up" if is_ticking else "late" if last else "never",
        "heartbeat_age_s": age,
    }
    return jsonify(state), 200 if is_ticking else 503
