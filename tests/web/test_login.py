"""Log-in, lock-out, sessions: what is counted, what a stolen or old cookie is worth."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec, module_from_spec
from pathlib import Path

import pytest
from argon2.exceptions import VerifyMismatchError
from sqlalchemy import select, update

from models import attempt, operator, web_session
from operations import operators, sessions
from operations.errors import OperatorExists, WeakPassword
from operations.listings import operators as listing
from tests.web.conftest import PUBLIC_URL, Pages, Visitor, make_app
from tests.web.people import enter
from tests.web.world import PASSWORD, World
from web.admin.account import TOO_MANY, WRONG

COOKIE = "__Host-lintuan_console"


def cookie(visitor: Visitor, name: str = COOKIE) -> str:
    found = visitor.client.get_cookie(name, domain="lintuan.example.com")
    assert found is not None
    return found.value


def test_the_right_password_opens_the_console(pages: Pages) -> None:
    visitor = pages.visitor()
    response = visitor.log_in("owner")
    assert response.headers["Location"] == "/admin/"
    assert "总览" in visitor.get("/admin/").text


def test_the_name_is_not_particular_about_case_and_blanks(pages: Pages) -> None:
    assert pages.visitor().log_in("  Owner ").status_code == 302


def test_wrong_password_and_unknown_name_sound_the_same(pages: Pages) -> None:
    wrong, unknown = pages.visitor().log_in("owner", "not it at all"), pages.visitor().log_in("nobody", "not it at all")
    assert wrong.status_code == unknown.status_code == 401
    assert WRONG in wrong.text
    assert (
        wrong.text.replace('value="owner"', "").split("csrf")[0]
        == unknown.text.replace('value="nobody"', "").split("csrf")[0]
    )


def test_an_unknown_name_is_checked_against_a_hash_that_costs_the_same(pages: Pages) -> None:
    with pages.store.read() as work:
        _, dummy = operators.password_hash_of(work, "nobody")
        operator_id, real = operators.password_hash_of(work, "owner")
    assert operator_id is not None
    assert dummy.split("$")[:4] == real.split("$")[:4]  # algorithm, version, memory, passes, lanes
    assert not operators.is_right_password(dummy, PASSWORD)


def test_a_password_costs_an_attacker_64_mb_and_three_passes() -> None:
    """In the product; the tests of the pages make cheaper ones, so this asks the module anew."""
    spec = find_spec(operators.__name__)
    assert spec is not None
    assert spec.loader is not None
    spec.loader.exec_module(anew := module_from_spec(spec))
    with pytest.raises(VerifyMismatchError):
        anew._hasher.verify(anew._NOBODY, PASSWORD)
    assert anew._hasher.hash(PASSWORD).startswith("$argon2id$v=19$m=65536,t=3,p=")


def test_an_operator_who_was_switched_off_cannot_enter(pages: Pages) -> None:
    visitor = pages.operator("service")
    with pages.store.transaction() as work:
        operators.set_active(work, operator_id=pages.world.operators["service"], is_active=False, actor="operator:1")
    assert visitor.get("/admin/").status_code == 302
    assert pages.visitor().log_in("service").status_code == 401


def test_the_eleventh_try_is_refused_even_with_the_right_password(pages: Pages) -> None:
    for _ in range(10):
        assert pages.visitor().log_in("owner", "wrong password").status_code == 401
    refused = pages.visitor().log_in("owner")
    assert refused.status_code == 429
    assert TOO_MANY in refused.text
    pages.clock.advance(minutes=5, seconds=1)
    assert pages.visitor().log_in("owner").status_code == 302


def test_two_processes_count_together(pages: Pages) -> None:
    """Two applications on one database, as two workers are."""
    other = Pages(make_app(pages.store), pages.store, pages.world, pages.clock)
    for at in range(10):
        (pages, other)[at % 2].visitor().log_in("owner", "wrong password")
    assert other.visitor().log_in("owner").status_code == 429
    assert pages.visitor().log_in("owner").status_code == 429
    assert pages.visitor().log_in("viewer").status_code == 302, "others are not locked out"


def test_the_addresses_of_one_household_are_one_caller(pages: Pages) -> None:
    """A provider gives 2^64 IPv6 addresses to everybody; an IPv4 address may come dressed as one."""
    callers = [[f"2001:db8:1:2::{n:x}" for n in range(30)], ["192.0.2.7", "::ffff:192.0.2.7"] * 15]
    with pages.store.transaction() as work:
        for addresses in callers:
            for at, address in enumerate(addresses):
                assert operators.begin_login(work, username=f"name{at}", address=address)
            assert not operators.begin_login(work, username="another", address=addresses[0])
        for other in ("2001:db8:1:3::1", "192.0.2.8", "not an address"):
            assert operators.begin_login(work, username="another", address=other)


def test_one_address_has_thirty_tries_over_all_names(pages: Pages) -> None:
    with pages.store.transaction() as work:
        for at in range(30):
            assert operators.begin_login(work, username=f"name{at}", address="127.0.0.1")
    assert pages.visitor().log_in("owner").status_code == 429
    assert pages.visitor().log_in("owner", environ_base={"REMOTE_ADDR": "127.0.0.2"}).status_code == 302


def test_a_right_password_forgets_the_wrong_ones(pages: Pages) -> None:
    for _ in range(9):
        pages.visitor().log_in("owner", "wrong password")
    assert pages.visitor().log_in("owner").status_code == 302
    with pages.store.read() as work:
        rows = {row.scope: row.failures for row in work.db.execute(select(attempt))}
    assert "login" not in rows
    assert rows["login_address"] == 9


def test_a_log_in_makes_a_new_session_and_ends_the_one_that_was_brought(pages: Pages) -> None:
    """A cookie planted before the log-in is worth nothing after it."""
    with pages.store.transaction() as work:
        planted = sessions.open_for_operator(work, operator_id=pages.world.operators["viewer"])
    visitor = pages.visitor()
    visitor.get("/admin/login")
    token = visitor.token
    visitor.client.set_cookie(COOKIE, planted, domain="lintuan.example.com", secure=True)
    visitor.get("/admin/account")
    assert visitor.token != token
    response = visitor.post("/admin/login", {"username": "owner", "password": PASSWORD})
    assert response.status_code == 302
    assert cookie(visitor) != planted
    with pages.store.read() as work:
        assert sessions.find(work, planted) is None


def test_the_cookie_of_a_session_that_was_ended_opens_nothing(pages: Pages) -> None:
    visitor = pages.operator("owner")
    stolen = cookie(visitor)
    assert visitor.post("/admin/logout").status_code == 302
    thief = pages.visitor()
    thief.client.set_cookie(COOKIE, stolen, domain="lintuan.example.com", secure=True)
    assert thief.get("/admin/").status_code == 302


def test_the_database_knows_only_the_hash_of_a_session(pages: Pages) -> None:
    visitor = pages.operator("owner")
    with pages.store.read() as work:
        rows = work.db.execute(select(web_session)).all()
    assert cookie(visitor) not in repr(rows)
    assert sessions.hash_token(cookie(visitor)) in {row.token_hash for row in rows}


def test_cookies_are_out_of_reach_for_scripts_and_other_sites(pages: Pages) -> None:
    visitor = pages.visitor()
    visitor.get("/admin/login")
    response = visitor.post("/admin/login", {"username": "owner", "password": PASSWORD})
    set_cookies = [value for value in response.headers.getlist("Set-Cookie") if value.startswith(COOKIE)]
    assert len(set_cookies) == 1
    for part in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"):
        assert part in set_cookies[0]
    assert "Domain" not in set_cookies[0]
    assert len(cookie(visitor)) == 64


def test_half_an_hour_of_silence_ends_an_operators_session(pages: Pages) -> None:
    visitor = enter(pages, "owner")
    for _ in range(3):
        pages.clock.advance(minutes=29)
        assert visitor.get("/admin/").status_code == 200
    pages.clock.advance(minutes=31)
    assert visitor.get("/admin/").status_code == 302


def test_twelve_hours_end_it_however_busy(pages: Pages) -> None:
    visitor = enter(pages, "owner")
    for _ in range(24):
        assert visitor.get("/admin/").status_code == 200
        pages.clock.advance(minutes=29, seconds=59)
    pages.clock.advance(minutes=1)
    assert visitor.get("/admin/").status_code == 302


def test_being_seen_is_all_that_looking_ever_writes(pages: Pages) -> None:
    visitor = enter(pages, "owner")
    started = pages.clock()
    visitor.get("/admin/")
    pages.clock.advance(seconds=61)
    visitor.get("/admin/")
    with pages.store.read() as work:
        seen = work.db.execute(select(web_session.c.seen_at)).scalar_one()
    assert (seen - started).total_seconds() == 61


def test_an_expired_form_says_so_and_does_nothing(pages: Pages) -> None:
    visitor = enter(pages, "owner")
    pages.clock.advance(hours=1)
    response = visitor.post(f"/admin/leaders/{pages.world.applicant}/approve")
    assert response.status_code == 302
    assert "刚才那一步没有保存" in visitor.get(response.headers["Location"]).text


def test_a_new_role_counts_at_once(pages: Pages) -> None:
    visitor = enter(pages, "operator")
    with pages.store.transaction() as work:
        work.db.execute(
            update(operator).where(operator.c.id == pages.world.operators["operator"]).values(role="viewer")
        )
    assert visitor.post(f"/admin/leaders/{pages.world.applicant}/approve").status_code == 403


def test_a_new_password_ends_every_session(pages: Pages) -> None:
    here, elsewhere = pages.operator("owner"), enter(pages, "owner")
    new = "an even better password"
    here.post("/admin/account/password", {"current": PASSWORD, "password": new, "again": new})
    assert here.get("/admin/").status_code == elsewhere.get("/admin/").status_code == 302
    assert pages.visitor().log_in("owner").status_code == 401
    assert pages.visitor().log_in("owner", new).status_code == 302


@pytest.mark.parametrize(
    ("current", "new", "again", "said"),
    [
        ("not mine", "a good long one", "a good long one", "现在的密码不对"),
        (PASSWORD, "short", "short", "至少要 10 个字"),
        (PASSWORD, "aaaaaaaaaaaa", "aaaaaaaaaaaa", "太容易猜"),
        (PASSWORD, "a good long one", "another good one", "不一样"),
    ],
)
def test_a_password_is_not_changed_by_mistake(pages: Pages, current: str, new: str, again: str, said: str) -> None:
    visitor = pages.operator("owner")
    visitor.post("/admin/account/password", {"current": current, "password": new, "again": again})
    assert said in visitor.get("/admin/account").text
    assert pages.visitor().log_in("owner").status_code == 302


def test_a_stolen_session_cannot_guess_the_password(pages: Pages) -> None:
    visitor = pages.operator("owner")
    form = {"password": "an even better password"}
    for _ in range(10):
        visitor.post("/admin/account/password", {"current": "not mine", **form})
    visitor.post("/admin/account/password", {"current": PASSWORD, **form})
    assert TOO_MANY in visitor.get("/admin/account").text
    assert pages.visitor().log_in("owner").status_code == 302, "the old one holds, and its owner may still log in"


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "//evil.example", "/\\evil.example", "/m/", "/admin//evil.example", ""]
)
def test_the_way_back_after_a_log_in_stays_in_the_console(pages: Pages, elsewhere: str) -> None:
    visitor = pages.visitor()
    visitor.get("/admin/login")
    response = visitor.post("/admin/login", {"username": "owner", "password": PASSWORD, "next": elsewhere})
    assert response.headers["Location"] == "/admin/"


def test_the_way_back_leads_where_one_was_going(pages: Pages) -> None:
    visitor = pages.visitor()
    asked = visitor.get("/admin/orders?q=3-502")
    visitor.get(asked.headers["Location"])
    response = visitor.post(
        "/admin/login", {"username": "owner", "password": PASSWORD, "next": "/admin/orders?q=3-502"}
    )
    assert response.headers["Location"] == "/admin/orders?q=3-502"


def test_there_is_no_default_account(open_pages: Callable[[tuple[Path, World]], Pages], sqlite_url: str) -> None:
    empty = open_pages((Path(sqlite_url.removeprefix("sqlite:///")), World()))
    with empty.store.read() as work:
        assert listing.search(work).total == 0
    for name in ("admin", "owner", "root"):
        assert empty.visitor().log_in(name, name).status_code == 401


def test_operators_have_different_names_and_good_passwords(pages: Pages) -> None:
    with pages.store.transaction() as work:
        with pytest.raises(OperatorExists):
            operators.create_operator(work, username="OWNER", display_name="x", password=PASSWORD, role="viewer")
        for password in ("short", "x" * 201, "xiaoming12345", "1111111111"):
            with pytest.raises(WeakPassword):
                operators.create_operator(work, username="xiaoming", display_name="x", password=password, role="viewer")
        with pytest.raises(ValueError, match="role"):
            operators.create_operator(work, username="x", display_name="x", password=PASSWORD, role="god")


def test_an_owner_cannot_lock_himself_out(pages: Pages) -> None:
    visitor = enter(pages, "owner")
    me = pages.world.operators["owner"]
    visitor.post(f"/admin/operators/{me}", {"active": "0"})
    visitor.post(f"/admin/operators/{me}", {"role": "viewer"})
    assert visitor.get("/admin/operators").status_code == 200


@pytest.mark.parametrize("path", ["/admin/login", "/m/", "/p/x", "/l/L1", "/nowhere", "/healthz", "/assets/admin.css"])
def test_every_answer_carries_the_security_headers(pages: Pages, path: str) -> None:
    headers = pages.visitor().get(path).headers
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert "base-uri 'none'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert "camera=(self)" in headers["Permissions-Policy"]
    assert headers["Strict-Transport-Security"].startswith("max-age=")
    if not path.startswith("/assets"):
        assert headers["Cache-Control"] == "no-store"


def test_a_picture_that_is_opened_by_itself_lets_the_viewer_style_its_page(pages: Pages) -> None:
    policy = pages.visitor().get(f"/r/{pages.world.round_code}/poster.png").headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "script-src" not in policy
    assert "style-src 'unsafe-inline'" in policy


def test_styles_are_kept_for_long_and_change_their_address_with_their_content(pages: Pages) -> None:
    page = pages.visitor().get("/admin/login").text
    address = page.split('rel="stylesheet" href="')[1].split('"')[0]
    assert "immutable" in pages.visitor().get(address).headers["Cache-Control"]
    assert address.startswith("/assets/admin.css?v=")
    assert PUBLIC_URL not in address
