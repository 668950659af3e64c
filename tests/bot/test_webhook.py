"""The webhook as the platform sees it: status, body and what is in the database afterwards."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from typing import Any, cast

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Column, Integer, MetaData, Table, event, func, insert, select
from structlog.testing import capture_logs

from bot.flow import FlowLimit
from bot.front import Front
from bot.inbound import Inbound
from bot.incidents import new_incident
from bot.protocol import BODY_LIMIT, BadCredentials, Image, Reply
from bot.webhook import Answered, Texts, Webhook, create_blueprint
from models.base import Store, Work
from models.messages import inbound_message
from tests.bot import pushes
from tests.bot.pushes import PLAIN, RESIDENT, SAFE, TOKEN, sealed, signed
from tests.support.clock import START, StillClock
from tests.support.patience import PATIENCE_S
from tests.support.slow import Slow

Handler = Callable[[Work, Inbound], Reply]
BUSY = "系统忙，这条没有记下，请稍后再发一次（编号 {}）"


class Bot:
    """A webhook whose handler counts, and keeps what the webhook counted."""

    def __init__(self, store: Store, clock: StillClock, handler: Handler | None = None, **options: Any) -> None:
        self.store, self.handled, self._lock = store, 0, threading.Lock()
        self._handler = handler or (lambda work, inbound: f"收到：{inbound.text}")
        self.words: list[str] = []
        self.webhook = Webhook(
            credentials=options.pop("credentials", SAFE),
            store=store,
            clock=clock,
            answer=self.answer,
            texts=Texts(busy=BUSY.format, too_fast=lambda: "慢一点"),
            log_key=b"key for tests",
            limit=options.pop("limit", None),
            count=self.words.append,
            incident=lambda: "K7Q2MD",
        )

    def answer(self, work: Work, inbound: Inbound) -> Reply:
        with self._lock:
            self.handled += 1
        return self._handler(work, inbound)

    def push(self, message: str | bytes, **options: Any) -> dict[str, str]:
        """What the phone shows after one delivery; {} for "success"."""
        status, content_type, body = self.webhook.handle_push(*sealed(message, **options))
        assert status == 200
        if body == b"success":
            assert content_type == "text/plain; charset=utf-8"
            return {}
        assert content_type == "application/xml; charset=utf-8"
        return pushes.opened(body)

    def rows(self) -> int:
        with self.store.read() as work:
            return work.db.scalar(select(func.count()).select_from(inbound_message)) or 0


@pytest.fixture
def bot(store: Store, clock: StillClock) -> Bot:
    return Bot(store, clock)


# --- checking the address ------------------------------------------------------------------------------------------


@pytest.fixture(params=["flask", "front"])
def http(request: pytest.FixtureRequest, sqlite_store: Store, clock: StillClock) -> FlaskClient:
    """Both ways in: what passes one and what it answers must be what passes the other."""
    app, webhook = Flask(__name__), Bot(sqlite_store, clock).webhook
    app.register_blueprint(create_blueprint(webhook))
    if request.param == "front":
        app.wsgi_app = Front(webhook, app.wsgi_app)  # type: ignore[method-assign]
    app.testing = True
    return app.test_client()


def test_the_console_gets_the_echo_as_it_came(http: FlaskClient) -> None:
    answer = http.get("/wechat", query_string={**signed(), "echostr": "4375120948345356249"})
    assert (answer.status_code, answer.data) == (200, b"4375120948345356249")
    assert answer.content_type == "text/plain; charset=utf-8"


@pytest.mark.parametrize("args", [{}, {"echostr": "1"}, {**signed(), "nonce": "n2", "echostr": "1"}])
def test_others_do_not(http: FlaskClient, args: dict[str, str]) -> None:
    answer = http.get("/wechat", query_string=args)
    assert (answer.status_code, answer.data) == (403, b"")


def test_an_unsafe_account_does_not_start(sqlite_store: Store, clock: StillClock) -> None:
    for credentials in (replace(SAFE, token=""), replace(PLAIN, allow_unencrypted=False)):
        with pytest.raises(BadCredentials):
            Bot(sqlite_store, clock, credentials=credentials)


# --- over HTTP -----------------------------------------------------------------------------------------------------


def test_a_push_over_http(http: FlaskClient) -> None:
    query, body = sealed(pushes.text("西红柿2斤"))
    answer = http.post("/wechat", query_string=query, data=body, content_type="text/xml")
    assert (answer.status_code, answer.content_type) == (200, "application/xml; charset=utf-8")
    assert pushes.opened(answer.data)["Content"] == "收到：西红柿2斤"


@pytest.mark.parametrize("sign", [True, False])
def test_a_long_body_is_not_read(http: FlaskClient, sign: bool) -> None:
    query = signed() if sign else {}
    answer = http.post("/wechat", query_string=query, data=b"x" * (BODY_LIMIT + 1))
    assert (answer.status_code, answer.data) == (403, b"")


def test_nobody_waits_for_the_body_of_a_stranger(http: FlaskClient) -> None:
    """A few hundred who send theirs byte by byte would hold every thread; only a signed query is worth waiting for."""
    query, body = sealed(pushes.text("x"))[0], Slow()
    push: dict[str, Any] = {"environ_overrides": {"wsgi.input": body, "CONTENT_LENGTH": "900"}}
    assert http.post("/wechat", query_string={**query, "signature": "0" * 40}, **push).status_code == 403
    assert body.waiting == 0
    with suppress(TimeoutError):  # Flask makes an answer of it
        http.post("/wechat", query_string=query, **push)
    assert body.waiting == 1


@pytest.mark.parametrize("length", ["", "-1", "x", "٣", "9" * 30])
def test_a_body_of_odd_length_does_no_harm(http: FlaskClient, length: str) -> None:
    query, body = sealed(pushes.text("x"))
    answer = http.post("/wechat", query_string=query, data=body, environ_overrides={"CONTENT_LENGTH": length})
    assert answer.status_code in {200, 400, 403, 413}


def test_a_signature_given_twice_counts_once(http: FlaskClient) -> None:
    query, body = sealed(pushes.text("x"))
    twice = [("signature", "0" * 40), *query.items()]
    assert http.post("/wechat", query_string=twice, data=body).status_code == 403


# --- threats: nothing of a refused push is left ---------------------------------------------------------------------


def refused_pushes() -> dict[str, tuple[Mapping[str, str], bytes | None]]:
    query, body = sealed(pushes.text("x"))
    clear = pushes.text("x").encode()
    without = {k: v for k, v in query.items() if k != "signature"}
    return {
        "no signature": (without, body),
        "no query": ({}, body),
        "wrong": ({**query, "signature": "0" * 40}, body),
        "non-ASCII": ({**query, "signature": "签名"}, body),
        "swapped nonce": ({**query, "nonce": "n2"}, body),
        "clear": (signed(), clear),
        "clear, says encrypted": ({**signed(), "encrypt_type": "aes"}, clear),
        "no body signature": ({**query, "msg_signature": ""}, body),
        "tampered": (query, body.replace(b"<Encrypt>", b"<Encrypt>A")),
        "wrong appid": sealed(pushes.text("x"), appid="wxother"),
        "wrong key": sealed(pushes.text("x"), key="Z" * 43),
        "too long": (query, None),
        "bomb": (query, b'<!DOCTYPE x [<!ENTITY a "b">]><xml><Encrypt>&a;</Encrypt></xml>'),
    }


def test_refused_pushes_leave_nothing(bot: Bot) -> None:
    for name, push in refused_pushes().items():
        assert bot.webhook.handle_push(*push) == (403, "text/plain; charset=utf-8", b""), name
    assert (bot.rows(), bot.handled, set(bot.words)) == (0, 0, {"refused"})


def test_a_captured_push_replays_its_reply_and_then_goes_stale(bot: Bot, clock: StillClock) -> None:
    push = sealed(pushes.text("西红柿2斤"))
    first = bot.webhook.handle_push(*push)
    again = bot.webhook.handle_push(*push)
    assert pushes.opened(first[2]) == pushes.opened(again[2])
    clock.advance(seconds=301)
    assert bot.webhook.handle_push(*push)[0] == 403
    assert (bot.rows(), bot.handled, bot.words) == (1, 1, ["handled", "repeated", "refused"])


# --- once -----------------------------------------------------------------------------------------------------------


def test_three_deliveries_in_a_row(bot: Bot, clock: StillClock) -> None:
    replies = []
    for number in range(3):
        replies.append(bot.push(pushes.text("西红柿2斤"), now=clock(), nonce=f"n{number}")["Content"])
        clock.advance(seconds=5)
    assert replies == ["收到：西红柿2斤"] * 3
    assert (bot.handled, bot.rows()) == (1, 1)


def test_the_first_reply_stands_whatever_the_repeat_says(bot: Bot) -> None:
    assert bot.push(pushes.text("西红柿2斤", 5))["Content"] == "收到：西红柿2斤"
    assert bot.push(pushes.text("别的", 5))["Content"] == "收到：西红柿2斤"
    assert bot.push(pushes.text("别的", 5, openid="o_test_resident_2"))["Content"] == "收到：别的"


@pytest.mark.parametrize("reply", [None, "", Image("MEDIA-1")])
def test_silence_and_pictures_are_repeated_too(store: Store, clock: StillClock, reply: Reply) -> None:
    bot = Bot(store, clock, lambda work, inbound: reply)
    assert bot.push(pushes.text("x")) == bot.push(pushes.text("x"))
    assert bot.handled == 1


@pytest.mark.parametrize("name", ["subscribe", "SCAN", "CLICK", "unsubscribe"])
def test_events_are_handled_once_too(bot: Bot, name: str) -> None:
    for _ in range(3):
        bot.push(pushes.event(name, EventKey="L1"))
    assert bot.handled == 1


counter = Table("test_webhook_counter", MetaData(), Column("one", Integer, nullable=False))


@pytest.fixture
def counting_bot(store: Store, clock: StillClock) -> Iterator[Bot]:
    """Its handler writes a row, so that what was done twice can be seen in the database."""
    counter.create(store.engine, checkfirst=True)

    def handler(work: Work, inbound: Inbound) -> Reply:
        work.db.execute(insert(counter), {"one": 1})
        return f"记下了：{inbound.text}"

    yield Bot(store, clock, handler)
    counter.drop(store.engine)


def counted(bot: Bot) -> int:
    with bot.store.read() as work:
        return work.db.scalar(select(func.count()).select_from(counter)) or 0


def in_parallel(bot: Bot, messages: int, copies: int = 3) -> list[list[str]]:
    """Deliver each message `copies` times at the same moment; the replies by message."""

    def deliver(number: int, copy: int, barrier: threading.Barrier) -> str:
        barrier.wait(PATIENCE_S)
        return bot.push(pushes.text(f"第{number}条", number), nonce=f"n{copy}")["Content"]

    replies = []
    with ThreadPoolExecutor(copies) as pool:
        for number in range(1, messages + 1):
            barrier = threading.Barrier(copies)
            jobs = [pool.submit(deliver, number, copy, barrier) for copy in range(copies)]
            replies.append([job.result() for job in jobs])
    return replies


def test_deliveries_at_the_same_moment_count_once_and_get_one_reply(counting_bot: Bot) -> None:
    replies = in_parallel(counting_bot, 30)
    assert replies == [[f"记下了：第{number}条"] * 3 for number in range(1, 31)]
    assert (counted(counting_bot), counting_bot.handled) == (30, 30)
    assert Counter(counting_bot.words) == {"handled": 30, "repeated": 60}


def test_without_the_key_they_would_count_three_times(counting_bot: Bot, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: the test above must be able to fail."""
    monkeypatch.setattr("bot.webhook.inbox.recall", lambda work, inbound: None)
    in_parallel(counting_bot, 5)
    assert counted(counting_bot) == 15


# --- failures -------------------------------------------------------------------------------------------------------


def failing_once(error: Exception) -> Handler:
    left = [error]

    def handler(work: Work, inbound: Inbound) -> Reply:
        work.db.execute(
            insert(inbound_message),
            {
                "dedupe_key": "half done",
                "openid": "o",
                "kind": "text",
                "state": "done",
                "received_at": work.now,
            },
        )
        if left:
            raise left.pop()
        return "记下了"

    return handler


def test_a_failure_is_told_and_undone_and_sending_again_works(store: Store, clock: StillClock) -> None:
    bot = Bot(store, clock, failing_once(RuntimeError("门牌 3-201 张三")))
    assert bot.push(pushes.text("西红柿2斤"))["Content"] == BUSY.format("K7Q2MD")
    assert bot.rows() == 0
    assert bot.push(pushes.text("西红柿2斤"))["Content"] == "记下了"
    assert bot.words == ["failed", "handled"]


def test_the_log_of_a_failure_names_nobody(sqlite_store: Store, clock: StillClock) -> None:
    bot = Bot(sqlite_store, clock, failing_once(RuntimeError("门牌 3-201 张三 13800000000")))
    with capture_logs() as logs:
        bot.push(pushes.text("我是张三"))
    [entry] = logs
    assert (entry["event"], entry["incident"], entry["error"]) == ("webhook.failed", "K7Q2MD", "RuntimeError")
    assert any("failing_once" in frame or "handler" in frame for frame in entry["where"])
    for private in ("张三", "13800000000", "3-201", RESIDENT, TOKEN):
        assert private not in repr(logs)
    with capture_logs() as other:
        Bot(sqlite_store, clock, failing_once(ValueError())).push(pushes.text("x", 2))
    assert other[0]["person"] == entry["person"]  # the same person's troubles can be put together


def test_a_reply_that_cannot_be_written_undoes_the_work(store: Store, clock: StillClock) -> None:
    bot = Bot(store, clock, lambda work, inbound: cast("Reply", 42))
    assert bot.push(pushes.text("x"))["Content"] == BUSY.format("K7Q2MD")
    assert bot.rows() == 0


def test_a_database_that_is_not_there(sqlite_store: Store, clock: StillClock) -> None:
    bot = Bot(sqlite_store, clock)
    inbound_message.drop(sqlite_store.engine)
    assert bot.push(pushes.text("x"))["Content"] == BUSY.format("K7Q2MD")


def test_a_database_that_is_busy_is_told_in_time(database_url: str, clock: StillClock) -> None:
    """The wait is the store's; 5 s is the platform's limit, 2.5 s is what the product gives the store."""
    holder, store = (Store.open(database_url, clock=clock, wait_s=wait) for wait in (2.5, 0.2))
    bot, held, done = Bot(store, clock), threading.Event(), threading.Event()

    def hold() -> None:
        with holder.transaction() as work:
            work.db.execute(
                insert(inbound_message),
                {
                    "dedupe_key": f"m:1:{RESIDENT}",
                    "openid": "o",
                    "kind": "text",
                    "state": "done",
                    "received_at": START,
                },
            )
            held.set()
            done.wait(PATIENCE_S)

    with ThreadPoolExecutor(1) as pool, capture_logs() as logs:
        holding = pool.submit(hold)
        assert held.wait(PATIENCE_S)
        try:
            assert bot.push(pushes.text("x"))["Content"] == BUSY.format("K7Q2MD")
        finally:
            done.set()
        holding.result()
    assert [(e["error"], e["log_level"]) for e in logs] == [("Busy", "warning")]
    for each in (holder, store):
        each.dispose()


@pytest.mark.postgresql
def test_a_deadlock_is_run_again_whole(postgresql_store: Store, clock: StillClock) -> None:
    tries = []

    def handler(work: Work, inbound: Inbound) -> Reply:
        tries.append(inbound.key)
        if len(tries) == 1:  # as the server reports it to the loser of a deadlock
            work.db.exec_driver_sql("DO $$ BEGIN RAISE EXCEPTION 'deadlock' USING ERRCODE = '40P01'; END $$")
        return "记下了"

    bot = Bot(postgresql_store, clock, handler)
    assert bot.push(pushes.text("x"))["Content"] == "记下了"
    assert (len(tries), bot.rows(), bot.words) == (2, 1, ["handled"])


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        ("<xml><FromUserName>张三</FromUserName></xml>".encode(), "addresses"),
        ("<xml><Content>张三</Content>".encode(), "not_well_formed"),
        ("<xml><Content>张三</Content></xml>".encode("gbk"), "not_utf8"),
    ],
)
def test_unreadable_but_authentic_gets_success_and_one_word_in_the_log(bot: Bot, message: bytes, reason: str) -> None:
    with capture_logs() as logs:
        assert bot.push(message) == {}
    assert [(e["event"], e["reason"]) for e in logs] == [("webhook.unreadable", reason)]
    assert "张三" not in repr(logs)
    assert (bot.rows(), bot.words) == (0, ["ignored"])


def test_unknown_types_reach_the_handler(bot: Bot) -> None:
    bot.push(pushes.xml(MsgType="hologram", MsgId="1"))
    bot.push(pushes.event("brand_new"))
    assert bot.handled == 2


def test_too_fast_is_told_once_and_spares_the_database(store: Store, clock: StillClock) -> None:
    bot = Bot(store, clock, limit=FlowLimit(most=2))
    shown = [bot.push(pushes.text("x", number)).get("Content") for number in range(1, 6)]
    assert shown == ["收到：x", "收到：x", "慢一点", None, None]
    assert (bot.rows(), bot.words) == (2, ["handled"] * 2 + ["slowed"] * 3)


def test_incident_numbers_can_be_read_out() -> None:
    numbers = {new_incident() for _ in range(500)}
    assert len(numbers) > 490
    assert not set("".join(numbers)) & set("01OIL")


# --- any body -------------------------------------------------------------------------------------------------------

SEEDS = [v["xml"].encode() for v in pushes.vectors()["inbound_xml"]] + [
    b"",
    b"<xml></xml>",
    b"{}",
    b"<!DOCTYPE x><xml/>",
]


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """A published push with a few bytes, pieces or tags changed."""
    body = bytearray(draw(st.sampled_from(SEEDS)))
    for _ in range(draw(st.integers(0, 6))):
        start = draw(st.integers(0, len(body)))
        end = draw(st.integers(start, min(len(body), start + 40)))
        other = draw(st.sampled_from(SEEDS))
        at = draw(st.integers(0, max(0, len(other) - 30)))
        piece = draw(
            st.one_of(
                st.binary(max_size=8),
                st.just(bytes(body[start:end]) * 2),
                st.sampled_from(
                    [b"]]>", b"<xml>", b"<", b"&a;", b"&#0;", b"\x00", b"<MsgType>event</MsgType>", b"<List/>"]
                ),
                st.just(other[at : at + 30]),
            )
        )
        body[start:end] = piece
    return bytes(body)


@pytest.fixture(scope="module")
def fuzzed(sqlite_template: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Bot]]:
    path = tmp_path_factory.mktemp("fuzz") / "fuzz.sqlite3"
    path.write_bytes(sqlite_template.read_bytes())
    clock = StillClock()
    store = Store.open(f"sqlite:///{path}", clock=clock)
    # No fsync: hundreds of commits whose durability nobody asks for.
    event.listen(store.engine, "connect", lambda dbapi, _: dbapi.execute("PRAGMA synchronous=OFF").close())
    yield {"plain": Bot(store, clock, credentials=PLAIN), "safe": Bot(store, clock, credentials=SAFE)}
    store.dispose()


def check_answer(answered: Answered) -> None:
    status, content_type, body = answered
    if status == 403:
        assert body == b""
    elif content_type.startswith("text/plain"):
        assert (status, body) == (200, b"success")
    else:
        assert status == 200
        assert pushes.reply_fields(body)


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(mutated())
def test_no_body_with_a_valid_signature_makes_it_fail(fuzzed: dict[str, Bot], body: bytes) -> None:
    check_answer(fuzzed["plain"].webhook.handle_push(signed(), body))
    answered = fuzzed["safe"].webhook.handle_push(*sealed(body))
    check_answer(answered)
    query, envelope = sealed(b"<xml/>")
    assert fuzzed["safe"].webhook.handle_push(query, body + envelope)[0] in (200, 403)
    assert "failed" not in fuzzed["plain"].words + fuzzed["safe"].words


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.dictionaries(st.sampled_from(["signature", "timestamp", "nonce", "encrypt_type", "msg_signature"]), st.text())
)
def test_no_query_makes_it_fail(fuzzed: dict[str, Bot], changes: dict[str, str]) -> None:
    query, body = sealed(pushes.text("x"))
    check_answer(fuzzed["safe"].webhook.handle_push({**query, **changes}, body))
    assert fuzzed["safe"].webhook.verify({**query, **changes})[0] in (200, 403)
