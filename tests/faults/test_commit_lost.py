"""The connection is lost at COMMIT: the server has committed and nobody hears of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import make_url

from app import create_app
from config import Config, checked
from models import Store
from tests.bot import pushes
from tests.faults.neighbourhood import ONE, WORDS, settle
from tests.faults.proxy import Proxy, between
from tests.support.clock import StillClock
from tests.support.databases import opened
from tests.support.invariants import violations
from tests.support.postgres import PostgresServer

pytestmark = pytest.mark.postgresql


@pytest.fixture
def proxied(postgresql_server: PostgresServer, postgresql_url: str, clock: StillClock) -> Iterator[tuple[Proxy, Store]]:
    """The database through a proxy, as the product has it."""
    with between(str(next(Path(postgresql_server.folder).glob(".s.PGSQL.*[0-9]")))) as proxy:
        name = make_url(postgresql_url).database
        url = f"postgresql+psycopg://postgres@127.0.0.1:{proxy.port}/{name}?sslmode=disable&gssencmode=disable"
        store = Store.open(url, clock=clock)
        yield proxy, store
        store.dispose()


def test_an_order_whose_commit_went_unanswered_is_there_once(
    proxied: tuple[Proxy, Store], postgresql_url: str, clock: StillClock
) -> None:
    """Each message whose commit is lost is repeated by the product or by WeChat, and counts once; what was answered as
    recorded is recorded, and what was not is recorded at the latest when WeChat or the person repeats it.
    """
    proxy, store = proxied
    with opened(postgresql_url, clock) as own:
        place = settle(own, residents=12)
        client = create_app(_config(), clock, store).test_client()
        said = Counter[str]()
        for n, openid in enumerate(place.openids):
            proxy.loses_commits = n % 3  # none, one, or the repeat's too
            query, body = pushes.sealed(pushes.text(WORDS, 1000 + n, openid=openid), now=clock())
            told = ""
            for _ in range(3):  # WeChat's attempts, under one MsgId
                answer = client.post("/wechat", query_string=query, data=body)
                assert answer.status_code == 200
                told = pushes.opened(answer.data)["Content"]
                said["booked" if "合计" in told else "refused"] += 1
                if "合计" in told:
                    break
                proxy.loses_commits = 0
            assert "合计" in told, told
        assert proxy.lost >= 8, "no commit was lost: the test tested nothing"
        assert place.booked() == dict.fromkeys(place.openids, ONE)
        assert violations(own) == []


def test_control_without_the_key_a_lost_commit_would_count_twice(
    proxied: tuple[Proxy, Store], postgresql_url: str, clock: StillClock
) -> None:
    """The check above can fail: the same words repeated under another MsgId count again."""
    proxy, store = proxied
    with opened(postgresql_url, clock) as own:
        place = settle(own, residents=1)
        push = partial(create_app(_config(), clock, store).test_client().post, "/wechat")
        for number in (1, 2):
            proxy.loses_commits = 0
            query, body = pushes.sealed(pushes.text(WORDS, number, openid=place.openids[0]), now=clock())
            push(query_string=query, data=body)
        assert place.booked() == {place.openids[0]: 2 * ONE}


def _config() -> Config:
    wechat = {"appid": pushes.APPID, "secret": "s" * 32, "token": pushes.TOKEN, "aes_key": pushes.KEY}
    server = {"public_url": "https://lintuan.example.com", "secret": "for tests only, " * 3}
    return checked({"server": server, "wechat": wechat})
