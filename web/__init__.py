"""Flask pages: operator console, leader's phone pages, pages a link opens. `register` puts them into an application."""

from __future__ import annotations

from flask import Flask, g

from bot.messenger import PageLogin
from models import Store
from web import security
from web.admin import admin
from web.health import health
from web.leader import members
from web.resident import mall, public
from web.settings import WebSettings
from web.site import install, show_problem


def register(app: Flask, store: Store, settings: WebSettings, login: PageLogin | None = None) -> None:
    """Add every page: /admin, /m, /l/…, /r/…, /p/…, /x/…, /healthz, /assets/…; headers go on every answer of `app`.

    `login` asks WeChat who opens a page; without one neighbours come in by links the bot sends.
    """
    install(app, store, settings, login)
    security.protect(app, settings)
    for blueprint in (health, admin, members, public, mall):
        app.register_blueprint(blueprint)
    for status in (404, 405):  # an address or method that belongs to no page
        app.register_error_handler(status, lambda error: show_problem(error.code))
    app.context_processor(lambda: {"session": g.get("session")})


__all__ = ["WebSettings", "register"]
