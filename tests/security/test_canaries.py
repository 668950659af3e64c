"""A day with canaries: a phone number, a room, a name, openids and secrets that must be in no log and no error column.

Everything logs at DEBUG, the database breaks in between, WeChat answers with faults, a page fails. What the product
writes on standard error is what `cli.py` would have written.
"""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import structlog
from sqlalchemy import String, select

from models import Store, action_log, job_run, metadata, pickup_code
from operating.logs import places, set_up_logging
from scheduler.runner import Runner
from scheduler.schedule import SCHEDULE
from tests.support.chat import AES_KEY, LEADER, SECRET, TOKEN, World, world
from tests.support.clock import StillClock
from tests.web.conftest import SETTINGS, make_app

NAME, ROOM, PHONE = "金丝雀", "77-7707", "13812345670"
POST = "#开团 金丝雀果园\n1) 金丝雀草莓 2斤/盒 45元\n截单:今天20:00 自提:明天16:00-19:00 地点:金丝雀亭"
FAULTS = ("html", "500", "40001", "reset_after", "truncated_json", "45009", "48001")


@pytest.fixture
def logged(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], str]]:
    """The product's own logging, as loud as it gets: what it has written so far. Afterwards as it was."""
    root = logging.getLogger()
    before, level, config = list(root.handlers), root.level, structlog.get_config()
    written = io.StringIO()
    monkeypatch.setattr("sys.stderr", written)
    set_up_logging("debug", json_lines=True)
    root.setLevel(logging.DEBUG)
    yield written.getvalue
    root.handlers[:] = before
    root.setLevel(level)
    structlog.configure(**config)


def live_a_day(place: World, clock: StillClock) -> None:
    """Orders, notices and after-sales, with every kind of fault in between."""
    place.say(LEADER, POST)
    place.say(LEADER, "确认")
    place.say(NAME, f"草莓2 {ROOM} {NAME} {PHONE}")
    place.act("数据库坏了")
    assert "没有记下" in place.say(NAME, f"草莓3 {ROOM} {PHONE}")
    place.act("数据库好了")
    for fault in FAULTS:
        place.sim.fault("*", fault, 3)
        place.say(NAME, f"联系团长 我是{ROOM}的{NAME}，电话{PHONE}")
        place.run_jobs()
        clock.advance(hours=2)
        place.sim.clear_faults()
    place.say(LEADER, "截单")
    place.say(LEADER, "确认")
    place.say(LEADER, "到货")
    place.say(LEADER, "确认")
    place.run_jobs()
    place.say(NAME, f"售后 草莓 坏了一个 {PHONE}")
    place.send(NAME, "照片")
    place.run_jobs()


def break_a_job_and_a_page(place: World) -> None:
    """Both meet a database without a table; a ticket's address is a secret too."""
    with place.store.read() as work:
        token = work.db.execute(select(pickup_code.c.token)).scalar_one()
    app = make_app(place.store, SETTINGS)
    app.testing = False
    runner = Runner(place.jobs, SCHEDULE, wall=place.clock)
    place.act("数据库坏了")
    for job in SCHEDULE:
        runner.tick(job)
    shown = app.test_client().get(f"/p/{token}", base_url="https://lintuan.example.com")
    place.act("数据库好了")
    assert shown.status_code == 500
    logging.getLogger("a.library").error("cannot do %s for %s", f"access_token={TOKEN}", PHONE)
    try:
        raise ValueError(f"{NAME} {ROOM}") from KeyError(PHONE)
    except ValueError:
        logging.getLogger("a.library").exception("failed")


def test_no_canary_is_in_any_log_or_error_column(
    sqlite_store: Store, clock: StillClock, tmp_path: Path, logged: Callable[[], str]
) -> None:
    with world(sqlite_store, clock, tmp_path) as place:
        live_a_day(place, clock)
        break_a_job_and_a_page(place)
        people = list(place.sim.state.users)
        tokens = [token.value for token in place.sim.state.tokens]
        with sqlite_store.read() as work:
            secret_links = list(work.db.execute(select(pickup_code.c.token)).scalars())
            errors = [str(row) for row in work.db.execute(select(job_run)).all()]
        place.sim.failures.clear()
    said = logged()
    assert said.count("\n") > 15, "the day was quiet: nothing was tested"
    for event in ("webhook.failed", "page.failed", "send_failed", "channel_paused", "a.library"):
        assert event in said, f"{event} did not happen"
    for canary in (NAME, ROOM, PHONE, TOKEN, SECRET, AES_KEY, *people, *tokens, *secret_links):
        lines = [line for line in said.splitlines() if canary in line]
        assert lines == [], f"{canary} is in the log"
        assert not any(canary in error for error in errors), canary


def test_the_search_would_find_a_canary(logged: Callable[[], str]) -> None:
    """A line that names somebody outright is caught: the capture works, and Chinese stands in it as it is."""
    structlog.get_logger("x").warning("oops", person=NAME)
    logging.getLogger("y").warning("oops %s", ROOM)
    said = logged()
    assert NAME in said
    assert ROOM in said


def test_every_line_is_json_with_the_same_fields(logged: Callable[[], str]) -> None:
    """Lines of libraries and of pages too."""
    structlog.get_logger("x").error("ours", incident="K7Q2MD")
    logging.getLogger("werkzeug").warning("theirs")
    lines = [json.loads(line) for line in logged().splitlines()]
    assert [line["event"] for line in lines] == ["ours", "theirs"]
    assert all({"level", "timestamp"} <= line.keys() for line in lines)


def test_places_tell_where_and_what_led_there() -> None:
    found: list[str] = []
    try:
        try:
            int("王姐")
        except ValueError as error:
            raise KeyError("13800000000") from error
    except KeyError as error:
        found += places(error)
    assert "led to KeyError" in found
    assert all("test_canaries.py" in one or one == "led to KeyError" for one in found)


def test_no_table_keeps_the_text_of_an_error() -> None:
    """Columns that keep what went wrong hold codes, words of ours or numbers of incidents, never a text."""
    named = {
        f"{table.name}.{column.name}"
        for table in metadata.sorted_tables
        for column in table.c
        if isinstance(column.type, String) and ("error" in column.name or column.name == "detail")
    }
    assert named == {"job_run.detail"}, "say in operating/logs.py what stands in the new column and try it above"
    assert "detail" not in action_log.c
