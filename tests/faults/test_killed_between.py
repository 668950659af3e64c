"""kill -9 at exactly one line: after the commit and before what should follow it. Elsewhere the moments are random."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import select, update

from app import create_app
from config import load
from models import notice, round_, system_clock
from operations import rounds
from tests.faults.neighbourhood import ONE, WORDS, Neighbourhood, looking_at, order_one, settle
from tests.faults.phones import Phones
from tests.faults.product import ACCOUNT, ROOT, write_config
from tests.support.invariants import violations

DIES = """
import os, signal, sys
from pathlib import Path

from app import create_app
from config import load
from models import Store, notice, round_, system_clock
from operations import rounds

def dying(way):
    def dies(self, *args, **options):
        way(self, *args, **options)
        os.kill(os.getpid(), signal.SIGKILL)
    return dies

config = load(Path(sys.argv[1]))
if sys.argv[2] == "reply":
    Store.run_together = dying(Store.run_together)
    push = dict(line.split("=", 1) for line in sys.argv[3].split("&"))
    create_app(config).test_client().post("/wechat", query_string=push, data=sys.stdin.buffer.read())
else:
    Store.run = dying(Store.run)
    Store.open(config.database.url).run(rounds.close_due)
print("it lived on")
"""


@pytest.fixture
def config(database_url: str, tmp_path: Path) -> Path:
    return write_config(tmp_path, database_url, port=9, api_base="http://127.0.0.1:9")


def die(config: Path, *what: str, body: bytes = b"") -> None:
    """Another process does it and is killed as soon as it is committed."""
    command = [sys.executable, "-c", DIES, str(config), *what]
    ended = subprocess.run(command, cwd=ROOT, input=body, capture_output=True, check=False)
    assert (ended.returncode, ended.stdout) == (-9, b""), ended.stderr.decode()


def told(place: Neighbourhood) -> Counter[str]:
    with place.store.read() as work:
        return Counter(work.db.execute(select(notice.c.kind).where(notice.c.leader_id == place.leader_id)).scalars())


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # on PostgreSQL: test_commit_lost.py
def test_between_commit_and_reply_the_repeat_is_answered_and_counts_nothing(config: Path, database_url: str) -> None:
    phones = Phones(9, ACCOUNT, system_clock)
    with looking_at(database_url) as store:
        place = settle(store, residents=1)
        message = phones.write(place.openids[0], WORDS)
        sealed = phones.seal(message)
        die(config, "reply", "&".join(f"{key}={value}" for key, value in sealed.query.items()), body=sealed.body)
        assert place.booked() == {message.openid: ONE}, "recorded, though nobody was told"
        http = create_app(load(config), system_clock, store).test_client()
        for again in (phones.seal(message), phones.seal(message)):
            answer = http.post("/wechat", query_string=again.query, data=again.body)
            assert "合计" in phones.read(again, answer.data)
        assert place.booked() == {message.openid: ONE}
        assert place.sources() == Counter([message.key])
        assert violations(store) == []


@pytest.mark.postgresql
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_between_close_and_push_everybody_is_told_once_by_the_next(config: Path, database_url: str) -> None:
    with looking_at(database_url) as store:
        place = settle(store, residents=3)
        for n, account_id in enumerate(place.accounts):
            order_one(place, account_id, key=f"m:{n}")
        with store.transaction() as work:
            mine = round_.c.leader_id == place.leader_id, round_.c.id == place.round_id
            work.db.execute(update(round_).where(*mine).values(closes_at=work.now))
        die(config, "push")
        assert place.state() == "closed"
        after = told(place)
        assert after["order_closed"] == 3, "the notices are of the same transaction"
        assert not store.run(rounds.close_due)
        assert told(place) == after
        assert violations(store) == []
