"""What every answer and every unsafe request has to keep: headers, the form token, where a form came from."""

from __future__ import annotations

import hashlib
import hmac
from urllib.parse import urlsplit

from flask import Flask, Request, Response, request

from web.settings import WebSettings

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
FORM_FIELD = "csrf_token"

# No inline script or style anywhere; pictures, styles and forms of this site only.
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
# A picture that is opened by itself: the browser's own viewer styles the page that it makes around it.
PICTURE_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; frame-ancestors 'none'; base-uri 'none'"
)
_PICTURES = frozenset({"image/png", "image/jpeg"})  # none that can hold a script
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",  # a one-time link must not travel to other sites in a Referer
    "Permissions-Policy": "camera=(self), microphone=(), geolocation=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
HSTS = "max-age=31536000"


def protect(app: Flask, settings: WebSettings) -> None:
    """Put the headers on every answer of the application, errors included."""

    @app.after_request
    def add_headers(response: Response) -> Response:
        if response.mimetype in _PICTURES:
            response.headers.setdefault("Content-Security-Policy", PICTURE_POLICY)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if settings.is_https:
            response.headers.setdefault("Strict-Transport-Security", HSTS)
        if not _is_asset():
            response.headers.setdefault("Cache-Control", "no-store")
        elif "v" in request.args:  # the address changes with the content
            response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response


def _is_asset() -> bool:
    return request.endpoint == "site.static"


def is_foreign(request: Request, settings: WebSettings) -> bool:
    """Whether a form was sent from another site. A browser that says nothing is judged by the form token alone."""
    said = request.headers.get("Origin")
    if said is None and (referer := request.headers.get("Referer")):
        parts = urlsplit(referer)
        said = f"{parts.scheme}://{parts.netloc}"
    if said is not None:
        return said.lower() not in {settings.origin, request.host_url.rstrip("/").lower()}
    return request.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}


def is_right_token(request: Request, expected: str) -> bool:
    """Whether the form (or the header of a script of ours) carries the token of this session."""
    given = request.form.get(FORM_FIELD) or request.headers.get("X-CSRF-Token") or ""
    return hmac.compare_digest(given.encode(), expected.encode())


def visitor_token(settings: WebSettings, visit: str) -> str:
    """The form token of somebody without a session: bound to his own cookie, made with our secret."""
    return hmac.new(settings.secret.encode(), f"visit:{visit}".encode(), hashlib.sha256).hexdigest()
