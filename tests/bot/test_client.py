"""The API client against the simulator and, for answers that no platform gives, a small broken server."""

from __future__ import annotations

import logging
import math
import threading
import traceback
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import requests

from bot import wechat
from bot.messenger import Messenger, QrTicket
from bot.page_signature import sign_page
from bot.redaction import redact
from bot.simulator import Account, FakeClock, Sim, serve
from bot.wechat import WeChatMessenger
from bot.wechat_errors import CATEGORIES, Category, SendError, category_of
from tests.bot import pushes
from tests.support.patience import PATIENCE_S

APPID, SECRET = "wxtest00000000test", "canary-secret-0123456789"
RESIDENT = "o_test_resident_1"
SEND, TEMPLATE = "message/custom/send", "message/template/send"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(100)


class Ticking:
    """The simulator's clock and the client's monotonic seconds, moved together."""

    def __init__(self) -> None:
        self.clock, self.seconds = FakeClock(), 0.0

    def __call__(self) -> float:
        return self.seconds

    def advance(self, seconds: float) -> None:
        self.seconds += seconds
        self.clock.advance(seconds)


@pytest.fixture
def ticking() -> Ticking:
    return Ticking()


@pytest.fixture
def sim(ticking: Ticking) -> Sim:
    account = Account(appid=APPID, secret=SECRET, token=pushes.TOKEN, aes_key=pushes.KEY, mode="safe")
    sim = Sim(clock=ticking.clock, account=account)
    sim.connect(lambda environ, start: (start("200 OK", []), [b"success"])[1])
    sim.add_user(RESIDENT)
    sim.add_template("T", "到货通知", {"thing1": "thing", "character_string2": "character_string"})
    sim.add_template("S", "取货提醒", {"thing1": "thing"}, kind="subscribe")
    return sim


@pytest.fixture
def messenger(sim: Sim, ticking: Ticking) -> Iterator[WeChatMessenger]:
    with serve(sim.wsgi) as url:
        messenger = WeChatMessenger(APPID, SECRET, api_base=f"{url}/cgi-bin/", simulator=True, monotonic=ticking)
        yield messenger
        messenger.close()


def refused(call: Any, *args: Any, **options: Any) -> SendError:
    with pytest.raises(SendError) as caught:
        call(*args, **options)
    return caught.value


def together(job: Any, threads: int = 20) -> list[Any]:
    barrier = threading.Barrier(threads)

    def one() -> Any:
        barrier.wait(PATIENCE_S)
        return job()

    with ThreadPoolExecutor(threads) as pool:
        return [each.result() for each in [pool.submit(one) for _ in range(threads)]]


# --- where the secret may go ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    [
        "http://api.weixin.qq.com/cgi-bin/",
        "https://api.weixin.qq.com.evil.example/cgi-bin/",
        "https://api.weixin.qq.com@evil.example/",
        "https://evil.example/api.weixin.qq.com/",
        "https://api.weixin.qq.com:8443/cgi-bin/",
        "http://127.0.0.1:8000/cgi-bin/",
        "",
    ],
)
def test_only_the_platform_gets_the_secret(address: str) -> None:
    with pytest.raises(ValueError, match="simulator"):
        WeChatMessenger(APPID, SECRET, api_base=address)


def test_the_default_is_the_platform() -> None:
    messenger: Messenger = WeChatMessenger(APPID, SECRET)
    assert SECRET not in repr(messenger)


# --- what arrives ---------------------------------------------------------------------------------------------------


def test_text_arrives_as_written(sim: Sim, messenger: WeChatMessenger) -> None:
    sim.text(RESIDENT, "你好")
    words = "已到货：西红柿 2斤👍\n取货码 8F3K2 <a href='https://x.invalid'>看订单</a>]]>"
    messenger.send_text(RESIDENT, words + "\x00\x0b")
    assert sim.last_text(RESIDENT) == words
    messenger.send_text(RESIDENT, "长" * 3000)
    assert sim.last_text(RESIDENT) == "长" * 666


def test_a_question_with_choices(sim: Sim, messenger: WeChatMessenger) -> None:
    sim.text(RESIDENT, "你好")
    messenger.send_menu(RESIDENT, "取到了吗？", {"101": "已取", "102": "有问题"}, "也可直接回复文字")
    [call] = sim.calls(SEND)
    assert call.body["msgmenu"] == {
        "head_content": "取到了吗？",
        "list": [{"id": "101", "content": "已取"}, {"id": "102", "content": "有问题"}],
        "tail_content": "也可直接回复文字",
    }


def test_template_messages_and_their_number(sim: Sim, messenger: WeChatMessenger) -> None:
    data = {"thing1": "阳光西红柿", "character_string2": "8F3K2"}
    first = messenger.send_template(RESIDENT, "T", data, url="https://x.invalid/o/1", client_msg_id="notice-1")
    again = messenger.send_template(RESIDENT, "T", data, url="https://x.invalid/o/1", client_msg_id="notice-1")
    assert first == again
    assert first.isdigit()
    assert len(sim.inbox(RESIDENT)) == 1
    body = sim.calls(TEMPLATE)[0].body
    assert (body["url"], body["client_msg_id"]) == ("https://x.invalid/o/1", "notice-1")
    messenger.send_template(RESIDENT, "T", data)
    assert not {"url", "client_msg_id"} & set(sim.calls(TEMPLATE)[-1].body)


def test_subscription_notices_use_up_an_opt_in(sim: Sim, messenger: WeChatMessenger) -> None:
    sim.opt_in(RESIDENT, "S")
    messenger.send_subscribe(RESIDENT, "S", {"thing1": "明早到货"}, page="https://x.invalid/p")
    assert len(sim.inbox(RESIDENT)) == 1
    error = refused(messenger.send_subscribe, RESIDENT, "S", {"thing1": "明早到货"})
    assert (error.category, error.code) == (Category.RECIPIENT, 43101)


def test_pictures_go_up_and_come_down(sim: Sim, messenger: WeChatMessenger) -> None:
    media_id = messenger.upload_image(PNG)
    assert messenger.download_media(media_id) == PNG
    sim.text(RESIDENT, "你好")
    messenger.send_image(RESIDENT, PNG)
    assert sim.inbox(RESIDENT)[-1].kind == "image"
    assert refused(messenger.download_media, "no-such-medium").code == 40007


def test_an_upload_repeated_for_a_new_token_still_has_its_bytes(sim: Sim, messenger: WeChatMessenger) -> None:
    messenger.jsapi_ticket()  # a token is held
    sim.fault("*", "rotate_token")
    assert messenger.download_media(messenger.upload_image(PNG)) == PNG
    assert len(sim.calls("media/upload")) == 2


def test_a_video_is_not_a_file(sim: Sim, messenger: WeChatMessenger) -> None:
    media = sim.add_media("video", b"\x00\x00\x00\x18ftypmp42", "video/mp4", "v.mp4")
    assert refused(messenger.download_media, media.media_id).category is Category.PAYLOAD


@pytest.mark.parametrize("image", [b"", bytes(wechat.LARGEST_IMAGE + 1)])
def test_images_have_a_size(messenger: WeChatMessenger, image: bytes) -> None:
    with pytest.raises(ValueError, match="10 MiB"):
        messenger.upload_image(image)


def test_qr_codes_permanent_and_temporary(sim: Sim, messenger: WeChatMessenger) -> None:
    permanent = messenger.create_qr("L7")
    temporary = messenger.create_qr("R20260105.L7", expires_in=604_800)
    assert (permanent.expires_in, temporary.expires_in) == (None, 604_800)
    assert [sim.state.qrs[qr.ticket].scene for qr in (permanent, temporary)] == ["L7", "R20260105.L7"]
    assert permanent.url.startswith("http")
    assert QrTicket("a b/c=", "").image_url.endswith("ticket=a%20b%2Fc%3D")


@pytest.mark.parametrize(("scene", "expires_in"), [("", None), ("x" * 65, None), ("x", 0), ("x", 2_592_001)])
def test_qr_codes_have_limits(messenger: WeChatMessenger, scene: str, expires_in: int | None) -> None:
    with pytest.raises(ValueError, match=r"scene|30 days"):
        messenger.create_qr(scene, expires_in=expires_in)


def test_the_menu(sim: Sim, messenger: WeChatMessenger) -> None:
    tree = {
        "button": [
            {"name": "接龙", "sub_button": [{"type": "click", "name": "当前团购", "key": "ROUNDS"}]},
            {"type": "scancode_waitmsg", "name": "核销", "key": "VERIFY"},
        ]
    }
    messenger.create_menu(tree)
    assert sim.calls("menu/create")[0].body == tree
    assert refused(messenger.create_menu, {"button": []}).category is Category.PAYLOAD


def test_the_ticket_for_pages_and_how_long_it_lives(sim: Sim, messenger: WeChatMessenger) -> None:
    first, second = messenger.jsapi_ticket(), messenger.jsapi_ticket()
    assert first.ticket == second.ticket
    assert 0 < first.seconds <= 7200
    assert len(sim.calls("ticket/getticket")) == 2, "keeping it is the database's business"


@pytest.mark.parametrize("vector", pushes.vectors()["jssdk"], ids=lambda v: str(v["origin"]))
def test_published_page_signatures(vector: dict[str, Any]) -> None:
    given = (vector["jsapi_ticket"], vector["noncestr"], vector["timestamp"])
    assert sign_page(*given, vector["url"]) == vector["signature"]
    assert sign_page(*given, vector["url"] + "#anchor") == vector["signature"]


# --- the access token -----------------------------------------------------------------------------------------------


def send_template(messenger: WeChatMessenger) -> str:
    return messenger.send_template(RESIDENT, "T", {"thing1": "x", "character_string2": "1"})


def forced(sim: Sim) -> int:
    return sum(bool(call.body["force_refresh"]) for call in sim.calls("stable_token"))


def test_twenty_cold_threads_fetch_one_token(sim: Sim, messenger: WeChatMessenger) -> None:
    together(lambda: send_template(messenger))
    assert (len(sim.calls("stable_token")), len(sim.calls(TEMPLATE)), len(sim.inbox(RESIDENT))) == (1, 20, 20)


def test_a_token_rotated_elsewhere_costs_one_fetch(sim: Sim, messenger: WeChatMessenger) -> None:
    send_template(messenger)
    sim.fault("*", "rotate_token")
    together(lambda: send_template(messenger))
    assert (len(sim.calls("stable_token")), forced(sim)) == (2, 0)
    assert len(sim.inbox(RESIDENT)) == 21
    assert len(sim.calls(TEMPLATE)) <= 1 + 40


@pytest.mark.parametrize("code", [40001, 40014, 42001])
def test_a_token_refused_once_is_renewed(sim: Sim, messenger: WeChatMessenger, code: int) -> None:
    """The platform still thinks the token good, so asking is not enough: it is forced."""
    sim.fault(TEMPLATE, str(code))
    send_template(messenger)
    assert (len(sim.calls(TEMPLATE)), len(sim.calls("stable_token")), forced(sim)) == (2, 3, 1)
    assert len(sim.inbox(RESIDENT)) == 1


def test_a_token_refused_for_ever_is_bounded(sim: Sim, messenger: WeChatMessenger, ticking: Ticking) -> None:
    sim.fault(TEMPLATE, "40001", math.inf)
    assert refused(send_template, messenger).category is Category.TOKEN
    assert (len(sim.calls(TEMPLATE)), len(sim.calls("stable_token")), forced(sim)) == (2, 3, 1)
    for _ in range(5):
        assert refused(send_template, messenger).category is Category.TOKEN
    # While a forced renewal is not allowed again: one request and one question each.
    assert (len(sim.calls(TEMPLATE)), len(sim.calls("stable_token")), forced(sim)) == (2 + 5, 3 + 5, 1)
    ticking.advance(31)
    sim.clear_faults()
    send_template(messenger)


@pytest.mark.parametrize("kind", ["dead_token", "expires_in_30"])
def test_a_bad_token_answer_is_bounded(sim: Sim, messenger: WeChatMessenger, ticking: Ticking, kind: str) -> None:
    sim.fault("stable_token", kind)
    send_template(messenger)
    assert len(sim.calls("stable_token")) <= 2
    ticking.advance(20)
    send_template(messenger)
    assert len(sim.calls("stable_token")) <= 3
    assert len(sim.inbox(RESIDENT)) == 2


@pytest.mark.parametrize(
    ("code", "category"),
    [
        (40013, Category.CONFIGURATION),
        (40125, Category.CONFIGURATION),
        (40164, Category.CONFIGURATION),
        (45009, Category.QUOTA),
        (45011, Category.SLOW_DOWN),
        (-1, Category.RETRY),
    ],
)
def test_no_token_no_call(sim: Sim, messenger: WeChatMessenger, code: int, category: Category) -> None:
    sim.fault("stable_token", str(code))
    error = refused(send_template, messenger)
    assert (error.code, error.category, error.maybe_done) == (code, category, False)
    assert sim.calls(TEMPLATE) == []
    send_template(messenger)


# --- refusals -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("code", "category"), CATEGORIES.items())
def test_every_code_has_its_category(sim: Sim, messenger: WeChatMessenger, code: int, category: Category) -> None:
    sim.fault(TEMPLATE, str(code), math.inf)
    error = refused(send_template, messenger)
    assert (error.category, error.maybe_done) == (category, False)
    assert len(sim.calls(TEMPLATE)) == (2 if category is Category.TOKEN else 1)


@pytest.mark.parametrize("code", [40037, 47001, 47003, 45002, 40007, 40016, 40033, 44001, 41030, 43116, 99999])
def test_other_refusals_are_of_this_message(code: int) -> None:
    assert category_of(code) is Category.PAYLOAD


def test_a_refusal_names_its_number_for_support(sim: Sim, messenger: WeChatMessenger) -> None:
    sim.fault("stable_token", "40164")
    error = refused(send_template, messenger)
    assert error.rid
    assert error.rid in str(error)
    assert "127.0.0.1" in error.detail
    assert "rid" not in error.detail


def test_nobody_to_talk_to(sim: Sim, messenger: WeChatMessenger) -> None:
    assert refused(messenger.send_text, RESIDENT, "x").code == 45015
    assert refused(messenger.send_text, "o_nobody", "x").category is Category.RECIPIENT


# --- broken connections and answers ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "category", "maybe_done"),
    [
        ("reset_before", Category.UNKNOWN, True),
        ("reset_after", Category.UNKNOWN, True),
        ("truncated_json", Category.UNKNOWN, True),
        ("gzip_garbage", Category.UNKNOWN, True),
        ("wrong_charset", Category.UNKNOWN, True),
        ("html", Category.RETRY, True),
        ("500", Category.RETRY, True),
        ("502", Category.RETRY, True),
        ("503", Category.RETRY, True),
    ],
)
def test_broken_answers(sim: Sim, messenger: WeChatMessenger, kind: str, category: Category, maybe_done: bool) -> None:
    send_template(messenger)
    sim.fault(TEMPLATE, kind)
    error = refused(send_template, messenger)
    assert (error.category, error.code, error.maybe_done) == (category, None, maybe_done)
    send_template(messenger)


@pytest.mark.parametrize("kind", ["string_errcode", "missing_errmsg", "extra_fields"])
def test_odd_answers_are_still_answers(sim: Sim, messenger: WeChatMessenger, kind: str) -> None:
    sim.fault(TEMPLATE, kind)
    assert send_template(messenger).isdigit()


@pytest.mark.parametrize(
    ("path", "category"), [("stable_token", Category.RETRY), (TEMPLATE, Category.UNKNOWN)], ids=["token", "message"]
)
def test_a_platform_that_does_not_answer(
    sim: Sim, messenger: WeChatMessenger, monkeypatch: pytest.MonkeyPatch, path: str, category: Category
) -> None:
    """While only the token was asked for, the message was surely not sent."""
    monkeypatch.setattr(messenger._api, "timeout", (0.2, 0.2))
    sim.fault(path, "never_answer")
    error = refused(send_template, messenger)
    assert (error.category, error.maybe_done) == (category, path == TEMPLATE)
    sim.release()


def test_a_picture_whose_upload_is_lost_was_not_sent(sim: Sim, messenger: WeChatMessenger) -> None:
    sim.text(RESIDENT, "你好")
    sim.fault("media/upload", "reset_after")
    error = refused(messenger.send_image, RESIDENT, PNG)
    assert (error.category, error.maybe_done) == (Category.RETRY, False)


def test_the_timeouts_are_set() -> None:
    assert WeChatMessenger(APPID, SECRET)._api.timeout == (3.0, 6.0)


class Broken(BaseHTTPRequestHandler):
    """Gives a token, and to everything else what the test asked for."""

    protocol_version = "HTTP/1.1"
    status: int = 200
    body: bytes = b""
    kind: str = "application/json"
    seen: list[str]

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.seen.append(self.path)
        if "stable_token" in self.path and self.status != 299:
            return self._answer(200, b'{"access_token":"canary-token-012345","expires_in":7200}')
        return self._answer(self.status, self.body)

    do_GET = do_POST  # noqa: N815 - the base class names it

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(200 if status == 299 else status)
        self.send_header("Content-Type", self.kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Location", "/elsewhere")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Quiet."""


@contextmanager
def broken(status: int, body: bytes, kind: str = "application/json") -> Iterator[tuple[WeChatMessenger, list[str]]]:
    """`status` 299 stands for 200 from the token endpoint too."""
    seen: list[str] = []
    handler = type("Handler", (Broken,), {"status": status, "body": body, "kind": kind, "seen": seen})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    messenger = WeChatMessenger(
        APPID, SECRET, api_base=f"http://127.0.0.1:{server.server_port}/cgi-bin", simulator=True
    )
    try:
        yield messenger, seen
    finally:
        messenger.close()
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.parametrize(
    ("status", "body", "category"),
    [
        (302, b"", Category.RETRY),
        (404, b"not here", Category.CONFIGURATION),
        (429, b"", Category.SLOW_DOWN),
        (504, b"", Category.RETRY),
        (200, b"", Category.UNKNOWN),
        (200, b"[]", Category.UNKNOWN),
        (200, b"0", Category.UNKNOWN),
        (200, b"null", Category.UNKNOWN),
        (200, b'{"errcode":"what"}', Category.UNKNOWN),
        (200, b'{"errcode":null}', Category.UNKNOWN),
        (200, b'{"errcode":"40001x"}', Category.UNKNOWN),
        (200, b'{"base_resp":7}', Category.UNKNOWN),
        (200, b'{"errcode":43004}', Category.RECIPIENT),
        (200, b'{"errcode":43004,"errmsg":{"a":1}}', Category.RECIPIENT),
        (200, b"\xef\xbb\xbf<!DOCTYPE html>", Category.UNKNOWN),
        (200, b"\xff\xfe\x00", Category.UNKNOWN),
        (299, b"{}", Category.RETRY),
        (299, b'{"access_token":"","expires_in":7200}', Category.RETRY),
        (299, b'{"access_token":7,"expires_in":"soon"}', Category.RETRY),
    ],
)
def test_answers_that_are_none(status: int, body: bytes, category: Category) -> None:
    with broken(status, body) as (messenger, seen):
        assert refused(messenger.send_text, RESIDENT, "x").category is category
    assert len(seen) <= 2
    assert "/elsewhere" not in seen  # a redirected call could take the token along


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b'{"errcode":40007,"err', "text/plain"),
        (b'{"errcode":40007,', "application/json"),
        (b"<html>", "image/png"),
        (b"", "image/png"),
    ],
)
def test_damaged_answers_are_not_taken_for_a_file(body: bytes, kind: str) -> None:
    with broken(200, body, kind) as (messenger, _):
        assert refused(messenger.download_media, "m").category is Category.RETRY


@pytest.mark.parametrize("field", ["ticket", "media_id"])
def test_success_without_what_was_asked_for_is_unknown(field: str) -> None:
    with broken(200, b'{"errcode":0}') as (messenger, _):
        call = (lambda: messenger.create_qr("L1")) if field == "ticket" else (lambda: messenger.upload_image(PNG))
        assert field in str(refused(call))


# --- secrets --------------------------------------------------------------------------------------------------------


def everything_of(error: BaseException) -> str:
    """All that a logger could print of an error, its causes and contexts included."""
    texts: list[str] = []
    each: BaseException | None = error
    while each is not None:
        texts += [str(each), repr(each), repr(vars(each)), *map(repr, each.args)]
        each = each.__cause__ or each.__context__
    return "".join(texts + traceback.format_exception(error))


def test_nothing_secret_in_errors_or_logs(
    sim: Sim, messenger: WeChatMessenger, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    for name in ("urllib3", "urllib3.connectionpool", "requests", "wechatpy"):
        caplog.set_level(logging.DEBUG, name)
    send_template(messenger)
    token = sim.state.tokens[-1].value
    errors = []
    for kind in ("reset_after", "500", "html", "truncated_json", "gzip_garbage", "40001", "43004", "45009"):
        for path in (TEMPLATE, "stable_token"):
            sim.fault("*", "rotate_token")
            sim.fault(path, kind, math.inf)
            errors.append(refused(send_template, messenger))
            sim.clear_faults()
    gone = WeChatMessenger(APPID, SECRET, api_base="http://127.0.0.1:9/cgi-bin/", simulator=True)
    errors.append(refused(send_template, gone))
    assert errors[-1].category is Category.RETRY
    assert errors[-1].maybe_done is False
    secrets = {SECRET, token, *(each.value for each in sim.state.tokens)}
    assert "connectionpool" in caplog.text.lower()  # the log of the transport was really on
    shown = caplog.text + "".join(map(everything_of, errors))
    assert [secret for secret in secrets if secret in shown] == []


def test_the_control_requests_itself_does_leak() -> None:
    """What the client guards against: without it the secret is in the text of the error."""
    with pytest.raises(requests.ConnectionError, match=SECRET):
        requests.get("http://127.0.0.1:9/", params={"secret": SECRET}, timeout=1)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("GET /x?access_token=abc&y=1 200", "GET /x?access_token=***&y=1 200"),
        ('{"secret":"abc","appid":"wx"}', '{"secret":"***","appid":"wx"}'),
        ("secret='abc'", "secret='***'"),
        ("/t?type=jsapi&APPSECRET=abc", "/t?type=jsapi&APPSECRET=***"),
        ("no such thing", "no such thing"),
    ],
)
def test_redaction(text: str, shown: str) -> None:
    assert redact(text) == shown
