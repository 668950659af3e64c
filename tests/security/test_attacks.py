"""Attacks that belong to no single module: what a stranger, a neighbour or a leader might try."""

from __future__ import annotations

import math
import socket
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.simulator.inbound import body, image, render
from models import Store, media
from tests.support.chat import LEADER, World, world
from tests.support.clock import StillClock
from tests.support.patience import until
from tests.web.conftest import Pages, open_pages, ready_made, shared
from tests.web.doors import DOORS
from tests.web.people import enter, fingerprint

__all__ = ["open_pages", "ready_made", "shared"]


@pytest.fixture
def place(sqlite_store: Store, clock: StillClock, tmp_path: Path) -> Iterator[World]:
    with world(sqlite_store, clock, tmp_path) as place:
        yield place


class Trap:
    """Somebody's server inside the network; counts who connects."""

    def __init__(self) -> None:
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.socket.settimeout(0.1)
        self.visits, self._stop = 0, threading.Event()
        self._thread = threading.Thread(target=self._count, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.socket.getsockname()[1]}/latest/meta-data"

    def _count(self) -> None:
        while not self._stop.is_set():
            try:
                connection, _ = self.socket.accept()
            except OSError:
                continue
            self.visits += 1
            connection.close()

    def close(self) -> None:
        self._stop.set()
        self._thread.join()
        self.socket.close()


def send_picture(place: World, who: str, url: str) -> None:
    """A picture whose PicUrl is somebody else's choice."""
    openid = place.openid(who)
    push = image(openid, url, "no-such-media")
    fields = body(place.sim.account.origin_id, push, place.sim.stamp(), place.sim.message_id())
    place.sim.raw(openid, render(fields))


@pytest.mark.parametrize("code", ["40007", "48001"], ids=["asked by its id", "the account may not ask"])
def test_an_address_in_a_picture_is_never_visited(place: World, code: str) -> None:
    """Neither on the way in nor by the job that fetches pictures: by their id, or from WeChat's own hosts alone."""
    place.sim.fault("media/get", code, math.inf)
    place.say(LEADER, "#开团 水果团\n1) 草莓 45元/盒\n截单:今天20:00")
    place.say(LEADER, "确认")
    place.say("王姐", "草莓1 3-502")
    place.say(LEADER, "截单")
    place.say(LEADER, "确认")
    place.say(LEADER, "到货")
    place.say(LEADER, "确认")
    place.say("王姐", "售后 草莓 坏了")
    with closing(Trap()) as trap:
        for who in ("王姐", LEADER):
            send_picture(place, who, trap.url)
        place.run_jobs()
        with place.store.read() as work:
            assert set(work.db.execute(select(media.c.state)).scalars()) == {"failed"}
        assert trap.visits == 0
        with socket.create_connection(trap.socket.getsockname()):  # the control: a visit would have been counted
            pass
        until(lambda: trap.visits == 1)


@pytest.fixture
def pages(request: pytest.FixtureRequest) -> Pages:
    made: Pages = request.getfixturevalue("open_pages")(request.getfixturevalue("ready_made"))
    return made


def test_nobody_becomes_somebody_by_an_address(pages: Pages) -> None:
    """`?openid=…`, `?account_id=…`, headers that name a person: every page treats the visitor as the stranger he is."""
    world_, visitor = pages.world, enter(pages, "anonymous")
    claims = {"openid": "o_test_leader_a", "account_id": str(world_.account_a), "leader_id": str(world_.leader_a)}
    headers = {"X-Openid": "o_test_leader_a", "X-WX-OPENID": "o_test_leader_a", "X-Account": str(world_.account_a)}
    doors = [door for door in DOORS if door.method == "GET" and "anonymous" not in door.admits]
    paths = {door.endpoint: door.make(pages)[0].partition("?")[0] for door in doors}
    before = fingerprint(pages.store)
    for endpoint, path in paths.items():
        response = visitor.get(path, query_string=claims, headers=headers)
        assert response.status_code in {302, 401, 403, 404}, endpoint
    assert fingerprint(pages.store) == before


def test_a_session_cookie_of_ones_own_making_opens_nothing(pages: Pages) -> None:
    """Session fixation: a value that was set before, guessed or made up is no session, before and after a log-in."""
    visitor = pages.visitor()
    for name in ("__Host-lintuan_console", "lintuan_console", "session"):
        visitor.client.set_cookie(name, "f" * 64, domain="lintuan.example.com", secure=True)
    assert visitor.get("/admin/").status_code == 302
    assert visitor.log_in("owner").status_code == 302
    cookie = visitor.client.get_cookie("__Host-lintuan_console", domain="lintuan.example.com")
    assert cookie is not None
    assert cookie.value != "f" * 64


def test_a_leader_who_says_the_same_again_and_again_does_not_ring_everybody_each_time(place: World) -> None:
    """Ten changes of the deadline within a minute: a neighbour's telephone rings once, with what holds now."""
    place.say(LEADER, "#开团 水果团\n1) 草莓 45元/盒\n截单:今天14:00")
    place.say(LEADER, "确认")
    place.say("王姐", "草莓1 3-502")
    place.run_jobs()
    place.hear("王姐")
    for _ in range(10):
        place.say(LEADER, "延长10分钟")
        place.say(LEADER, "确认")
    place.run_jobs()
    assert len(place.hear("王姐")) <= 1
