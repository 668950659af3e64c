"""Who may open which page. A page says it with `@allow(…)`; one that says nothing is refused to everybody."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from flask import Response, abort, current_app, g, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from models import Store
from operations import sessions
from operations.operators import may
from operations.sessions import Session
from web import security
from web.flash import Flash
from web.settings import WebSettings

View = TypeVar("View", bound=Callable[..., Any])

CONSOLE, MEMBER, NEIGHBOUR = "console", "member", "neighbour"
VISIT = "visit"
_FORM_BYTES = 1024 * 1024
_PHOTOS_BYTES = 40 * 1024 * 1024
_COOKIE_S = {  # an operator's ends with the browser
    MEMBER: int(sessions.MEMBER_LIFE.total_seconds()),
    NEIGHBOUR: int(sessions.RESIDENT_LIFE.total_seconds()),
}
_KINDS = {sessions.OPERATOR: CONSOLE, sessions.RESIDENT: NEIGHBOUR}  # every other role is a member's


@dataclass(frozen=True, slots=True)
class Access:
    """Who may open a page: everybody, operators with a permission, or people with one of these roles."""

    is_public: bool = False
    permission: str | None = None
    members: tuple[str, ...] = ()
    takes_photos: bool = False
    first: Callable[..., AnyResponse | None] | None = None

    def admits(self, session: Session | None) -> bool:
        """Whether this session may."""
        if self.is_public:
            return True
        if session is None:
            return False
        if self.permission is not None:
            return session.role == sessions.OPERATOR and may(session.operator_role, self.permission)
        return session.role in self.members


def allow(
    *,
    public: bool = False,
    permission: str | None = None,
    members: tuple[str, ...] = (),
    takes_photos: bool = False,
    first: Callable[..., AnyResponse | None] | None = None,
) -> Callable[[View], View]:
    """Mark a view with who may open it. `takes_photos`: its form may be as large as some photos are.

    `first` is given what the address says and may answer in the view's place before the form is read: nobody holds a
    thread by sending one slowly where his address opens nothing.
    """
    if sum((public, permission is not None, bool(members))) != 1:
        raise ValueError("a page is public, for a permission, or for members: one of the three")

    def mark(view: View) -> View:
        view.access = Access(public, permission, members, takes_photos, first)  # type: ignore[attr-defined]
        return view

    return mark


def access_of(view: Callable[..., Any] | None) -> Access | None:
    """What a view was marked with."""
    return getattr(view, "access", None)


class Guard:
    """Stands before every page: finds the session, checks forms, turns away who may not enter."""

    def __init__(self, store: Store, settings: WebSettings, flash: Flash) -> None:
        self.store, self.settings, self.flash = store, settings, flash

    def check(self, kind: str) -> AnyResponse | None:
        """Before a page whose sessions are of this kind: None lets the request through."""
        g.session, g.session_kind = self._session(kind), kind
        access = access_of(current_app.view_functions.get(request.endpoint or ""))
        if access is None:
            abort(403)
        if g.session is None and not access.is_public:
            return self._ask_to_log_in(kind)
        if request.method not in security.SAFE_METHODS:
            request.max_content_length = _PHOTOS_BYTES if access.takes_photos else _FORM_BYTES
            if access.first is not None and (instead := access.first(**(request.view_args or {}))) is not None:
                return instead
            self._check_form()
        if not access.admits(g.session):
            abort(403)
        return None

    def remember_visit(self, response: Response) -> Response:
        """Give a visitor who was shown a form the cookie that the form's token is bound to."""
        if visit := g.get("new_visit"):
            self._set_cookie(response, VISIT, visit)
        return response

    def csrf_token(self) -> str:
        """The token for this page's forms."""
        session: Session | None = g.get("session")
        if session is not None:
            return session.csrf
        visit = request.cookies.get(self.cookie_name(VISIT)) or g.get("new_visit")
        if not visit:
            visit = g.new_visit = f"{self.store.rng.getrandbits(128):032x}"
        return security.visitor_token(self.settings, visit)

    def cookie_name(self, kind: str) -> str:
        """`__Host-` pins a cookie to this host and to TLS; browsers take it over https only."""
        return f"{'__Host-' if self.settings.is_https else ''}lintuan_{kind}"

    def let_in(self, response: AnyResponse, kind: str, token: str) -> AnyResponse:
        """Give the browser its new session; one that it brought along has no meaning any more."""
        self._set_cookie(response, kind, token, max_age=_COOKIE_S.get(kind))
        response.delete_cookie(
            self.cookie_name(VISIT), path="/", secure=self.settings.is_https, httponly=True, samesite="Lax"
        )
        return response

    def end(self, response: AnyResponse, kind: str) -> AnyResponse:
        """Log out: the session is deleted here, the cookie in the browser."""
        if token := self.token(kind):
            with self.store.transaction() as work:
                sessions.close(work, token)
        response.delete_cookie(
            self.cookie_name(kind), path="/", secure=self.settings.is_https, httponly=True, samesite="Lax"
        )
        return response

    def token(self, kind: str) -> str | None:
        """The session token the browser sent."""
        return request.cookies.get(self.cookie_name(kind))

    def _session(self, kind: str) -> Session | None:
        token = self.token(kind)
        if not token:
            return None
        with self.store.read() as work:
            session = sessions.find(work, token)
            is_stale = session is not None and sessions.is_seen_stale(session, work.now)
        if session is None or _KINDS.get(session.role, MEMBER) != kind:
            return None
        if is_stale:
            with self.store.transaction() as work:
                sessions.touch(work, session)
        return session

    def _check_form(self) -> None:
        if security.is_foreign(request, self.settings):
            abort(400, "foreign")
        if not security.is_right_token(request, self.csrf_token()):
            abort(400, "form")

    def _ask_to_log_in(self, kind: str) -> AnyResponse:
        if kind != CONSOLE:
            abort(401)
        if request.method not in security.SAFE_METHODS:
            self.flash.say("bad", "登录已经过期，刚才那一步没有保存。请重新登录。")
            return redirect(url_for("admin.login", next=url_for("admin.dashboard")))
        return redirect(url_for("admin.login", next=request.full_path.rstrip("?")))

    def _set_cookie(self, response: AnyResponse, kind: str, value: str, *, max_age: int | None = None) -> None:
        response.set_cookie(
            self.cookie_name(kind),
            value,
            max_age=max_age,
            path="/",
            httponly=True,
            secure=self.settings.is_https,
            samesite="Lax",
        )


def current() -> Session:
    """The session of a page that is for operators or members only."""
    session: Session | None = g.session
    if session is None:
        raise RuntimeError("this page is open to everybody and has no session")
    return session
