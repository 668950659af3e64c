"""A rush on one round, answered by two web servers: who shares a transaction, and that nobody waits for ever."""

from __future__ import annotations

import itertools
import random
import threading
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import pytest
from sqlalchemy import select, text

from bot.inbound import Inbound
from bot.webhook import Texts, Webhook
from handlers import Crowds, Settings, create_answer, crowds
from models import Store, Work, account, offer, order, resident
from models.ids import IdSource
from models.lanes import Company, Joint
from operations import orders
from operations.orders import Change
from operations.rounds import NewOffer
from tests.bot.pushes import SAFE, opened, sealed
from tests.bot.pushes import text as written
from tests.support.clock import StillClock
from tests.support.invariants import violations
from tests.support.patience import PATIENCE_S, until
from tests.support.together import at_once, crowded
from tests.support.world import World

pytestmark = pytest.mark.postgresql
FRUIT = tuple(NewOffer(name=name, price_fen=100, unit="盒") for name in ("草莓", "鸡蛋", "牛奶", "大米"))
FEW = (NewOffer(name="草莓", price_fen=100, unit="盒", capacity_milli=5000), FRUIT[1])
NEIGHBOURS = 12
BOOKED = "合计"
_ids = itertools.count(1)


class Server:
    """A web server's process: its own connections, and its own knowledge of who speaks."""

    def __init__(self, store: Store, clock: StillClock) -> None:
        self.store, self.clock = store, clock
        known = Crowds(store)
        self.webhook = Webhook(
            credentials=SAFE,
            store=store,
            clock=clock,
            answer=create_answer(Settings("http://127.0.0.1:8000"), crowds=known),
            texts=Texts(busy=str, too_fast=str),
            log_key=b"key for tests",
            limit=None,
            ahead=known.look_ahead,
            share=known.share,
        )
        assert store._lanes is not None
        self.lanes = store._lanes

    def say(self, openid: str, words: str, number: int | None = None) -> str:
        """What the phone shows."""
        status, _, body = self.webhook.handle_push(*sealed(written(words, number or next(_ids), openid)))
        assert status == 200
        return opened(body)["Content"]

    def together(self, leader_id: int, *messages: tuple[str, str]) -> list[Any]:
        """What those are answered who stand in line, in this order, while another one of the lane is answered."""
        is_free, has_begun = threading.Event(), threading.Event()

        def block(_work: Work) -> None:
            has_begun.set()
            assert is_free.wait(PATIENCE_S)

        def when_in_line(many: int) -> None:
            assert has_begun.wait(PATIENCE_S)
            until(lambda: len(self.lanes._lines[leader_id]) >= many)

        def let_go() -> None:
            when_in_line(len(messages))
            is_free.set()

        def say(place: int, openid: str, words: str) -> str:
            when_in_line(place)
            return self.say(openid, words)

        first: Joint[None] = Joint(leader_id, "", lambda company: None, lambda work: None, block)
        jobs: list[Callable[[], Any]] = [partial(self.store.run_jointly, first), let_go]
        jobs += [*(partial(say, place, *one) for place, one in enumerate(messages))]
        return list(at_once(jobs)[2:])


@pytest.fixture
def servers(postgresql_url: str, clock: StillClock) -> Iterator[tuple[Server, Server]]:
    with (
        crowded(postgresql_url, clock, people=NEIGHBOURS + 4) as one,
        crowded(postgresql_url, clock, people=NEIGHBOURS + 4) as other,
    ):
        other.new_id = IdSource(clock, random.Random(8))
        yield Server(one, clock), Server(other, clock)
        assert violations(one) == []


def neighbours(world: World, servers: tuple[Server, ...], many: int = NEIGHBOURS) -> list[tuple[int, str]]:
    """Residents and their openids, known to all servers."""
    ids = [world.resident(f"邻居{n}", room="3-502") for n in range(many)]
    with world.store.read() as work:
        mine = select(resident.c.id, account.c.openid).join(account, account.c.id == resident.c.account_id)
        openids = {row.id: str(row.openid) for row in work.db.execute(mine)}
    for server in servers:
        for one in ids:
            server.say(openids[one], "团购")
    return [(one, openids[one]) for one in ids]


def deadlocks(store: Store) -> int:
    """Counted by PostgreSQL, a moment later, and since there is this database: other tests had it before."""
    with store.read() as work:
        work.db.execute(text("SELECT pg_stat_force_next_flush()"))
    with store.read() as work:
        found = text("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        return int(work.db.execute(found).scalar_one())


def test_a_rush_on_two_servers_is_booked_whole_and_never_waits_in_a_circle(servers: tuple[Server, Server]) -> None:
    """With pages that order in between, which go alone, and a close at the end."""
    world = World(servers[0].store, offers=FRUIT)
    crowd = neighbours(world, servers)
    chance, before = random.Random(4), deadlocks(world.store)
    expected: dict[int, dict[int, int]] = {}

    def page(server: Server, resident_id: int) -> str:
        wishes = [Change(world.offers[n], 2000) for n in (4, 1)]
        key = f"page:{next(_ids)}"
        with server.store.transaction() as work:
            orders.change(
                work,
                leader_id=world.leader_id,
                round_id=world.round_id,
                resident_id=resident_id,
                changes=wishes,
                actor="system",
                source_key=key,
            )
        return BOOKED

    for _ in range(4):
        jobs: list[Callable[[], str]] = []
        for n, (resident_id, openid) in enumerate(crowd):
            server = servers[n % 2]
            if n % 6 == 5:
                jobs.append(partial(page, server, resident_id))
                expected.setdefault(resident_id, {}).update({1: 2000, 4: 2000})
                continue
            wanted = {number: chance.randint(1, 9) for number in chance.sample(range(1, 5), k=2)}
            words = " ".join(f"{FRUIT[number - 1].name}{count}" for number, count in wanted.items())
            jobs.append(partial(server.say, openid, words))
            expected.setdefault(resident_id, {}).update({number: 1000 * count for number, count in wanted.items()})
        assert all(BOOKED in str(answer) for answer in at_once(jobs))
    for resident_id, wanted in expected.items():
        (row,) = world.rows(order, resident_id=resident_id)
        assert {line.number: line.quantity_milli for line in world.view(row.id).lines} == wanted
    assert deadlocks(world.store) == before
    assert [server.lanes.parted for server in servers] == [0, 0]


def test_those_who_wait_share_one_commit(servers: tuple[Server, Server]) -> None:
    """Control of the test above: it is true that they go together."""
    server, _ = servers
    world = World(server.store, offers=FRUIT)
    crowd = neighbours(world, (server,), 4)
    seen: list[int] = []
    together = server.store._together

    def seen_together(joints: Sequence[Joint[Any]], most_s: float) -> list[Any]:
        seen.append(len(joints))
        return together(joints, most_s)

    server.lanes._together = seen_together
    answers = server.together(world.leader_id, *((openid, "草莓1 鸡蛋2") for _, openid in crowd))
    assert all(BOOKED in answer for answer in answers)
    assert seen == [4]
    assert {row.reserved_milli for row in world.rows(offer)} == {0, 4000, 8000}


def test_control_who_does_not_hold_all_first_waits_in_a_circle(
    servers: tuple[Server, Server], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two companies that take their offers the other way round. PostgreSQL ends one of them; it is then done singly."""

    def hold_nothing(company: Company) -> None:
        for work, one in company:
            work.notes[crowds.Hint] = one.hint  # type: ignore[attr-defined]

    monkeypatch.setattr(crowds, "hold", hold_nothing)
    world = World(servers[0].store, offers=FRUIT)
    crowd = [openid for _, openid in neighbours(world, servers, 4)]
    for openid in crowd:
        servers[0].say(openid, "大米1")  # so that nobody needs a new number, which would let them pass one by one
    both_hold_one, remember, waits = threading.Barrier(2), Webhook._handled, itertools.count()

    def handled(self: Webhook, work: Work, inbound: Inbound) -> Any:
        done = remember(self, work, inbound)
        if work.is_joint and next(waits) < 2:
            work.wire.flush()
            both_hold_one.wait(PATIENCE_S)
        return done

    monkeypatch.setattr(Webhook, "_handled", handled)
    (one, other), before = servers, deadlocks(world.store)
    found = at_once(
        [
            lambda: one.together(world.leader_id, (crowd[0], "草莓1"), (crowd[1], "牛奶1")),
            lambda: other.together(world.leader_id, (crowd[2], "牛奶1"), (crowd[3], "草莓1")),
        ]
    )
    assert [[BOOKED in answer for answer in answers] for answers in found if isinstance(answers, list)] == [
        [True] * 2
    ] * 2
    until(lambda: deadlocks(world.store) == before + 1)
    assert sorted(server.lanes.parted for server in servers) == [0, 1]


def test_the_last_units_are_sold_once_in_company_too(servers: tuple[Server, Server]) -> None:
    world = World(servers[0].store, offers=FEW)
    crowd = neighbours(world, servers, 8)
    said = at_once([partial(servers[n % 2].say, openid, "草莓1 鸡蛋1") for n, (_, openid) in enumerate(crowd)])
    assert sum("草莓 1盒" in str(answer) for answer in said) == 5
    assert sorted(row.reserved_milli for row in world.rows(offer)) == [5000, 8000]


def test_a_message_that_comes_twice_at_once_is_done_once(servers: tuple[Server, Server]) -> None:
    world = World(servers[0].store, offers=FRUIT)
    crowd = neighbours(world, servers, 4)
    copies = [(server, crowd[number % 4][1], 900_000 + number % 4) for number in range(12) for server in (0, 1)]
    said = at_once([partial(servers[server].say, openid, "再加1盒草莓", number) for server, openid, number in copies])
    assert len({str(answer).split("（")[0] for answer in said}) == 1
    assert {row.reserved_milli for row in world.rows(offer)} == {0, 4000}


def test_somebody_unknown_is_looked_up_where_others_wait(servers: tuple[Server, Server]) -> None:
    one, other = servers
    world = World(one.store, offers=FRUIT)
    crowd = [openid for _, openid in neighbours(world, (one,), 3)]
    other.say(crowd[0], "团购")
    other.say(crowd[1], "团购")
    answers = other.together(world.leader_id, *((openid, "草莓1 鸡蛋2") for openid in crowd))  # the third is unknown
    assert all(BOOKED in answer for answer in answers)
    assert other.lanes.parted == 0


def test_an_answer_to_a_question_goes_alone(servers: tuple[Server, Server]) -> None:
    """取消 waits for 确认: what it then does may lock more than an order does."""
    server, _ = servers
    world = World(server.store, offers=FRUIT)
    crowd = [openid for _, openid in neighbours(world, (server,), 2)]
    for openid in crowd:
        server.say(openid, "草莓1")
    server.say(crowd[0], "取消")
    answers = server.together(world.leader_id, (crowd[0], "鸡蛋2"), (crowd[1], "鸡蛋3"))
    assert all(BOOKED in answer for answer in answers)
    assert server.lanes.parted == 1
