"""`/metrics`: what it counts, and who may look."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import insert

from app import create_app
from config import checked
from models import Store, job_run
from tests.bot import pushes
from tests.scheduler.neighbours import open_round, settle, tell
from tests.support.clock import StillClock

Open = Callable[..., FlaskClient]


@pytest.fixture
def served(sqlite_store: Store) -> Open:
    """Opens the application with some `[metrics]` and `[server]` configuration."""

    def open_app(*, proxies: int = 0, **metrics: Any) -> FlaskClient:
        config = checked(
            {
                "server": {
                    "public_url": "https://lintuan.example.com",
                    "secret": "for tests only, " * 3,
                    "proxies": proxies,
                },
                "wechat": {
                    "appid": pushes.APPID,
                    "secret": "s" * 32,
                    "token": pushes.TOKEN,
                    "aes_key": pushes.KEY,
                },
                "metrics": metrics,
            }
        )
        return create_app(config, sqlite_store.clock, sqlite_store).test_client()

    return open_app


def values(client: FlaskClient) -> dict[str, float]:
    """Every sample by its name and labels."""
    text = client.get("/metrics").text
    return {name: float(value) for name, value in re.findall(r"^(lintuan_[^ ]+) (\S+)$", text, re.MULTILINE)}


def push(client: FlaskClient, text: str, msg_id: int = 1, openid: str = pushes.RESIDENT) -> None:
    query, body = pushes.sealed(pushes.text(text, msg_id, openid=openid))
    assert client.post("/wechat", query_string=query, data=body).status_code == 200


def test_messages_are_counted_by_kind_outcome_and_reading(served: Open) -> None:
    client = served(enabled=True)
    push(client, "帮助")
    push(client, "帮助")
    push(client, "汪汪汪喵喵", 2)
    client.post("/wechat", data=b"forged")
    client.get("/admin/login")
    found = values(client)
    assert found['lintuan_messages_total{kind="text",outcome="handled"}'] == 2
    assert found['lintuan_messages_total{kind="text",outcome="repeated"}'] == 1
    assert found['lintuan_messages_total{kind="none",outcome="refused"}'] == 1
    assert found['lintuan_readings_total{reading="Help"}'] == 1
    assert found['lintuan_readings_total{reading="unknown"}'] == 1
    assert found["lintuan_message_seconds_count"] == 4
    assert found['lintuan_pages_total{area="admin",status="200"}'] == 1


def test_the_outbox_and_the_jobs_are_asked_of_the_database(
    served: Open, sqlite_store: Store, clock: StillClock
) -> None:
    settle(sqlite_store)
    tell(sqlite_store, 1, 2)
    with sqlite_store.transaction() as work:
        open_round(work, closes_at=work.now + timedelta(seconds=30))
        ran = {"state": "failed", "worker": "w", "started_at": work.now, "finished_at": work.now}
        work.db.execute(insert(job_run).values(job="close_due", slot="last", **ran))
    clock.advance(seconds=90)
    found = values(served(enabled=True))
    assert found["lintuan_outbox_due"] == 2
    assert found["lintuan_outbox_oldest_seconds"] == 90
    assert found["lintuan_close_lag_seconds"] == 60
    assert found['lintuan_job_age_seconds{job="close_due"}'] == 90
    assert found['lintuan_job_failed{job="close_due"}'] == 1
    assert found["lintuan_database_up"] == 1


def test_without_a_database_the_rest_is_still_told(served: Open, sqlite_store: Store) -> None:
    client = served(enabled=True)
    push(client, "帮助")
    job_run.drop(sqlite_store.engine)
    found = values(client)
    assert found["lintuan_database_up"] == 0
    assert found['lintuan_messages_total{kind="text",outcome="handled"}'] == 1
    assert "lintuan_outbox_due" not in found


def test_a_failure_and_a_busy_database_are_different_outcomes(served: Open, sqlite_store: Store) -> None:
    client = served(enabled=True)
    with sqlite_store.transaction():  # holds the one write lock
        push(client, "帮助")
    assert values(client)['lintuan_messages_total{kind="text",outcome="busy"}'] == 1


def test_nobody_looks_where_it_is_not_switched_on(served: Open) -> None:
    assert served().get("/metrics").status_code == 404


def test_without_a_token_only_this_machine_may_look(served: Open) -> None:
    client = served(enabled=True, proxies=1)
    assert client.get("/metrics").status_code == 200
    far: list[dict[str, Any]] = [
        {"environ_base": {"REMOTE_ADDR": "203.0.113.9"}},
        {"headers": {"X-Forwarded-For": "203.0.113.9"}},
        {"headers": {"X-Forwarded-For": "127.0.0.1"}},  # whoever says so himself
        {"headers": {"Forwarded": "for=127.0.0.1"}},
    ]
    for options in far:
        assert client.get("/metrics", **options).status_code == 404, options


def test_with_a_token_only_who_brings_it(served: Open) -> None:
    client = served(enabled=True, token="a long token of the monitoring")
    right = {"Authorization": "Bearer a long token of the monitoring"}
    assert client.get("/metrics", headers=right, environ_base={"REMOTE_ADDR": "203.0.113.9"}).status_code == 200
    for wrong in ({}, {"Authorization": "Bearer x"}, {"Authorization": "Bearer 令牌"}):
        assert client.get("/metrics", headers=wrong).status_code == 404


def test_no_label_names_a_person(served: Open) -> None:
    client = served(enabled=True)
    push(client, "我是 3-502 王姐 13800000001", openid="o_test_canary_of_the_metrics")
    text = client.get("/metrics").text
    assert not any(word in text for word in ("canary", "王姐", "13800000001", "3-502"))
