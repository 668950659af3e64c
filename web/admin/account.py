"""Log in and out, one's own password, and the list of operators."""

from __future__ import annotations

from flask import g, redirect, request, url_for
from werkzeug.wrappers import Response

from models import Work
from operations import operators as people
from operations import sessions
from operations.errors import NotAllowed
from operations.listings import operators as listing
from web.admin.blueprint import admin, page
from web.auth import CONSOLE, allow, current
from web.forms import BadInput, read_choice, read_page, read_text, require_text
from web.site import render, site

WRONG = "用户名或密码不对。"
TOO_MANY = "试得太多了，请过几分钟再试。"


@admin.get("/login")
@allow(public=True)
def login() -> Response | str:
    """The log-in form."""
    return redirect(url_for(".dashboard")) if g.session else _login_page()


@admin.post("/login")
@allow(public=True)
def enter() -> Response | tuple[str, int]:
    """Check a password. The try is counted before it is looked at; unknown names take as long and sound the same."""
    username = read_text(request.form, "username", most=40)
    password, address = request.form.get("password", ""), request.remote_addr or "unknown"
    store = site().store
    with store.transaction() as work:
        may_try = people.begin_login(work, username=username, address=address)
        operator_id, password_hash = people.password_hash_of(work, username)
    if not may_try:
        return _login_page(TOO_MANY, username), 429
    is_right = people.is_right_password(password_hash, password)
    if operator_id is None or not is_right:
        return _login_page(WRONG, username), 401
    with store.transaction() as work:
        if brought := site().guard.token(CONSOLE):
            sessions.close(work, brought)
        token = people.enter(work, operator_id=operator_id, username=username, address=address)
    return site().guard.let_in(redirect(_next_page()), CONSOLE, token)


@admin.post("/logout")
@allow(permission="view")
def logout() -> Response:
    """End this session."""
    return site().guard.end(redirect(url_for(".login")), CONSOLE)


@admin.get("/account")
@allow(permission="view")
def account() -> str:
    """One's own account."""
    return page("account", here="", title="我的账号", least=people.MIN_PASSWORD)


@admin.post("/account/password")
@allow(permission="view")
def change_password() -> Response:
    """A new password of one's own; every session ends, this one too."""
    operator_id, actor = current().operator_id or 0, current().actor
    store = site().store
    with store.transaction() as work:
        row, may_try = people.get(work, operator_id), people.begin_change(work, operator_id=operator_id)
    if not may_try:
        site().flash.say("bad", TOO_MANY)
        return redirect(url_for(".account"))
    if not people.is_right_password(row.password_hash, request.form.get("current", "")):
        site().flash.say("bad", "现在的密码不对。")
        return redirect(url_for(".account"))
    changed = site().act(
        lambda work: people.set_password(work, operator_id=operator_id, password=_new_password(), actor=actor),
        done="密码已经换好，请用新密码登录。",
    )
    return redirect(url_for(".login" if changed else ".account"))


@admin.get("/operators")
@allow(permission="operators")
def operators() -> str:
    """Who may enter the console."""
    with site().store.read() as work:
        found = listing.search(
            work,
            text=read_text(request.args, "q", most=40),
            role=read_choice(request.args, "role", people.ROLES),
            sort=read_choice(request.args, "sort", listing.SORTS, "name"),
            number=read_page(request.args),
        )
    return page("operators", here="operators", title="账号与权限", found=found, roles=people.ROLES)


@admin.post("/operators")
@allow(permission="operators")
def create_operator() -> Response:
    """Let somebody in."""
    form = request.form
    site().act(
        lambda work: people.create_operator(
            work,
            username=require_text(form, "username", "用户名", most=40),
            display_name=require_text(form, "display_name", "姓名", most=40),
            password=_new_password(),
            role=read_choice(form, "role", people.ROLES, "viewer"),
            actor=current().actor,
        ),
        done="账号已经建好，请把用户名和密码当面告诉对方。",
    )
    return redirect(url_for(".operators"))


@admin.post("/operators/<key:operator_id>")
@allow(permission="operators")
def change_operator(operator_id: int) -> Response:
    """Another role, or in and out; nobody changes his own, so that an owner is always left."""
    form, actor = request.form, current().actor

    def change(work: Work) -> None:
        if operator_id == current().operator_id:
            raise NotAllowed
        if "active" in form:
            people.set_active(work, operator_id=operator_id, is_active=form["active"] == "1", actor=actor)
        if role := read_choice(form, "role", people.ROLES):
            people.set_role(work, operator_id=operator_id, role=role, actor=actor)

    site().act(change, done="已经改好；对方需要重新登录。")
    return redirect(url_for(".operators"))


def _new_password() -> str:
    password = request.form.get("password", "")
    if password != request.form.get("again", password):
        raise BadInput("两次输入的新密码不一样。")
    return password


def _login_page(problem: str = "", username: str = "") -> str:
    return render(
        "admin/login.html", title="登录", problem=problem, username=username, next=request.values.get("next", "")
    )


def _next_page() -> str:
    """Where the operator was going: a page of the console, never another site."""
    asked = request.form.get("next", "")
    is_ours = asked.startswith("/admin/") and "//" not in asked and "\\" not in asked
    return asked if is_ours else url_for(".dashboard")
