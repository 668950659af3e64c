"""Every chat command x everybody of another world, filled with leader A's ids: nothing of hers is changed or told.

The commands are those of `bot/commands.py` and are filled in by the names of their fields, so that a new one is
attacked by being there; a field that may hold an id and is not known here fails the suite.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import MISSING, Field, dataclass, fields
from datetime import UTC, datetime
from typing import Any, Literal, get_args, get_origin, get_type_hints

import pytest
from sqlalchemy import insert, update
from sqlalchemy.exc import IntegrityError

from bot import commands as c
from bot.parsing.values import ChainEntry, ChainReading, Line, Pickup, PostItem, PostReading
from bot.protocol import Inbound
from handlers import router, run
from handlers.talk import Settings, Talk
from models import Store, Work, offer, resident, round_, settlement, shelf_item
from operations import leadership, people
from tests.security.worlds import changed, rows_of
from tests.support.clock import StillClock
from tests.support.databases import opened
from tests.support.rows import minimal
from tests.web.conftest import make_world
from tests.web.world import World

LATER = datetime(2026, 5, 9, tzinfo=UTC)
# What anybody may do to any leader, and what it writes in her world.
ANYBODY_MAY = {"BindLeader": {"resident", "account_binding", "action_log"}}
ROUTES = router()
SETTLEMENT = 7  # of A
SECRET = "绝密"  # what A's neighbours, their rooms, her rounds and goods are called


def theirs(world: World) -> dict[str, Any]:
    """What a field of this name holds when it is leader A's."""
    line = Line(world.offer, 1000)
    return {
        "amount_fen": 100,
        "at": LATER,
        "code": world.codes[4],
        "codes": ((world.codes[4], ""), (world.codes[5], "草莓1")),
        "copied_from_id": world.arrived,
        "items": (PostItem("西瓜", 1000, 1),),
        "lines": (line,),
        "missing": "草莓少1",
        "name": "王姐",
        "names": ("新小区",),
        "community_id": world.community,
        "nth": None,
        "note": "x",
        "number": 1,
        "order_id": world.orders[4],
        "payment_id": 1,
        "phone": "13800000008",
        "pickup": Pickup(start=LATER),
        "place": "新地点",
        "price_fen": 1,
        "quantity_milli": 1000,
        "reason": "x",
        "resident_id": world.resident,
        "room": "3-502",
        "round_id": world.arrived,
        "said": "",
        "settlement_id": SETTLEMENT,
        "seqs": (1, 2),
        "stars": 5,
        "text": "草莓1",
        "token": world.tokens[4],
        "title": None,
        "topic": None,
        "words": "x",
        "by": None,
        "batch_first": None,
        "batch_minutes": None,
        "doubts": (),
    }


READINGS: dict[Any, Any] = {
    PostReading: PostReading("团", (PostItem("西瓜", 1000, 1),), closes_at=LATER),
    ChainReading: ChainReading("团", (ChainEntry("王姐", "王姐 草莓1", room="3-502"),)),
}


def samples(kind: type[c.Command], world: World) -> Iterator[c.Command]:
    """The command with A's ids, for every word and every yes or no it knows; in a closed round and an open one."""
    hints = get_type_hints(kind)
    for round_id in (world.arrived, world.open) if "round_id" in hints else (None,):
        known = theirs(world) | {"round_id": round_id}
        choices = [values(kind, field, hints[field.name], known) for field in fields(kind)]  # type: ignore[arg-type]
        for chosen in itertools.product(*choices):
            yield kind(*chosen)


def values(kind: type, field: Field[Any], hint: Any, known: dict[str, Any]) -> list[Any]:
    """What may stand in one field."""
    if get_origin(hint) is Literal:
        return list(get_args(hint))
    if hint is bool:
        return [False, True]
    if hint in READINGS:
        return [READINGS[hint]]
    if field.name in known:
        options = [known[field.name]]
        if field.name in {"code", "token", "order_id", "round_id"} and field.default is not MISSING:
            options.append(field.default)
        return options
    if not field.name.endswith(("_id", "_ids", "_key")):  # no id of anything: it tells how, not what
        if field.default is not MISSING:
            return [field.default]
        if hint in {str, str | None}:
            return ["x"]
    raise AssertionError(f"{kind.__name__}.{field.name}: say in `theirs` what it is when it is another leader's")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, World]]:
    """Both worlds; every attack is undone."""
    path, world = make_world(tmp_path_factory.mktemp("worlds") / "worlds.sqlite3")
    clock = StillClock()
    clock.advance(minutes=1)  # or new ids would begin where those of the worlds began
    with opened(f"sqlite:///{path}", clock) as store:
        with store.transaction() as work:
            for table, column in (
                (resident, "display_name"),
                (round_, "title"),
                (resident, "room"),
                (offer, "name"),
                (shelf_item, "name"),
            ):
                work.db.execute(update(table).where(table.c.leader_id == world.leader_a).values({column: SECRET}))
            people.recognise(work, STRANGERS["nobody"])
            work.db.execute(
                insert(settlement).values(
                    **minimal(settlement, leader_id=world.leader_a, id=SETTLEMENT, round_id=world.arrived)
                )
            )
            leadership.add_helper(
                work,
                leader_id=world.leader_b,
                account_id=people.recognise(work, "o_test_helper_b").account_id,
                name="小许",
                actor="system",
            )
        yield store, world


STRANGERS = {
    "leader_b": "o_test_leader_b",
    "helper_b": "o_test_helper_b",
    "neighbour_b": "o_test_resident_90",
    "nobody": "o_test_nobody",
}


def say(work: Work, openid: str, command: c.Command) -> str:
    """What the command is answered."""
    inbound = Inbound("m:1", openid, "gh_test", "text", "text", work.now, text="…")
    person = people.recognise(work, openid)
    talk = Talk(work, inbound, person, Settings("https://lintuan.example.com"))
    try:
        return run(talk, ROUTES, command) or ""
    except IntegrityError:  # a row of one leader cannot point at another's: the schema's own refusal, and undone
        return ""


def attempt(store: Store, world: World, openid: str, command: c.Command) -> tuple[str, set[str]]:
    """What is answered and in which of A's tables something is different; undone afterwards."""
    before = _untouched(store, world)
    with store.read() as work:
        written = _written(work)
        said = say(work, openid, command)
        after = rows_of(work, world.leader_a) if _written(work) != written else before
    return said, changed(before, after)


_AS_IT_WAS: dict[int, dict[str, str]] = {}


def _untouched(store: Store, world: World) -> dict[str, str]:
    """A's rows before any attack: every attack is undone, so they are read once."""
    if id(store) not in _AS_IT_WAS:
        with store.read() as work:
            _AS_IT_WAS[id(store)] = rows_of(work, world.leader_a)
    return _AS_IT_WAS[id(store)]


def _written(work: Work) -> int:
    """How many rows this connection has written since it was opened, what was undone included."""
    return int(work.db.connection.driver_connection.total_changes)  # type: ignore[union-attr]


@pytest.mark.parametrize("who", STRANGERS)
def test_a_command_with_another_leaders_ids_changes_and_tells_nothing(who: str, place: tuple[Store, World]) -> None:
    store, world = place
    for name, kind in c.KINDS.items():
        for command in samples(kind, world):
            said, left = attempt(store, world, STRANGERS[who], command)
            assert left <= ANYBODY_MAY.get(name, set()), f"{who}: {command}"
            if name not in ANYBODY_MAY:  # who follows her is shown what she sells
                assert SECRET not in said, f"{who}: {command}"


def test_control_the_leader_herself_changes_her_world(place: tuple[Store, World]) -> None:
    """The attack can succeed: said by leader A, the same commands change her rows."""
    store, world = place
    did = set()
    for name, kind in c.KINDS.items():
        for command in samples(kind, world):
            if attempt(store, world, "o_test_leader_a", command)[1] - {"action_log"}:
                did.add(name)
    assert {"CloseRound", "CancelRound", "SetDeadline", "Redeem", "DecideCase", "AddOffers", "SetPrice"} <= did


def test_a_field_nobody_knows_is_noticed(place: tuple[Store, World]) -> None:
    @dataclass
    class Steal:
        parcel_id: int

    with pytest.raises(AssertionError, match="parcel_id"):
        values(Steal, fields(Steal)[0], int, theirs(place[1]))
