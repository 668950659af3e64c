"""What it is thrown at: the webhook (before and behind the signature), the readers, the forms of the pages.

Each target takes one input and returns nothing; an exception, an answer of 500 and more or a message that was answered
with an incident is a finding.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from flask import Flask
from sqlalchemy import event

from app import create_app
from bot.parsing.catalogue import Catalogue
from bot.parsing.chain import read_chain
from bot.parsing.codes import read_codes
from bot.parsing.orders import read_order
from bot.parsing.post import looks_like_post, read_post
from bot.parsing.shortages import read_shortages
from bot.parsing.times import read_deadline, read_time
from bot.parsing.values import Item
from bot.understand import Situation, understand
from config import Config, checked
from models import Store
from operations.errors import Refused
from tests.bot import pushes
from tests.fuzz import inputs
from tests.support.clock import StillClock
from tests.web.conftest import PUBLIC_URL, Pages, Visitor, make_world
from tests.web.doors import DOORS, Door
from tests.web.people import enter

NOW = datetime(2026, 5, 2, 2, 0, tzinfo=UTC)
GOODS = Catalogue(
    [
        Item(key=11, number=1, name="红颜草莓", unit="盒", price_fen=4500, spec="2斤"),
        Item(key=12, number=2, name="土鸡蛋", unit="板", price_fen=3600, spec="30枚"),
        Item(key=13, number=3, name="鲜牛奶", unit="瓶", price_fen=1500, spec="950ml"),
        Item(key=14, number=4, name="巨峰葡萄", unit="斤", price_fen=980),
    ]
)
SITUATIONS = [
    Situation(now=NOW, catalogue=GOODS),
    Situation(now=NOW, catalogue=GOODS, is_leader=True, leader_name="小美"),
    Situation(now=NOW, catalogue=GOODS, is_helper=True),
]
FORGED = ("signature", "timestamp", "nonce", "msg_signature", "encrypt_type")
EVERY = 2_000  # inputs after which people log in anew


class Finding(Exception):
    """What must not happen."""


@dataclass(frozen=True)
class Target:
    """`throw` takes the source of chance; of a hundred inputs `share` go here."""

    name: str
    share: int
    throw: Callable[[random.Random], None]


class Program:
    """The whole application with a ready-made platform on a file without fsync."""

    def __init__(self, folder: Path) -> None:
        path, world = make_world(folder / "fuzz.sqlite3")
        self.clock = StillClock()
        self.clock.advance(minutes=5)
        self.store = Store.open(f"sqlite:///{path}", clock=self.clock, rng=random.Random(1))
        event.listen(self.store.engine, "connect", lambda dbapi, _: dbapi.execute("PRAGMA synchronous=OFF").close())
        self.app: Flask = create_app(_config(folder), self.clock, self.store)
        self.pages = Pages(self.app, self.store, world, self.clock)
        self.people = ["o_test_leader_a", "o_test_leader_b", "o_test_helper", "o_test_stranger"]
        self.people += [f"o_test_resident_{n}" for n in (0, 1, 2, 3, 90)]
        self._client = self.app.test_client()
        self._visitors: dict[str, Visitor] = {}
        self._count = 0
        self.unsafe = [door for door in DOORS if door.method == "POST" and "logout" not in door.endpoint]

    def targets(self) -> list[Target]:
        """Everything, with its share of a hundred inputs."""
        return [
            Target("a push changed after it was signed", 40, self.damaged_after_signing),
            Target("readers", 41, read),
            Target("a push that says something odd", 8, self.odd_message),
            Target("a push changed before it was sealed", 8, self.damaged_before_sealing),
            Target("forms and addresses of pages", 3, self.form),
        ]

    # ---------------------------------------------------------------- the webhook

    def damaged_after_signing(self, chance: random.Random) -> None:
        query, sealed = pushes.sealed(inputs.text(chance), now=self.clock())
        if chance.random() < 0.3:
            query[chance.choice(FORGED)] = inputs.text(chance)[:200]
        else:
            sealed = inputs.body(chance, (sealed,))
        self._push(query, sealed)

    def damaged_before_sealing(self, chance: random.Random) -> None:
        self.clock.advance(seconds=4)
        self._push(*pushes.sealed(inputs.body(chance), now=self.clock()))

    def odd_message(self, chance: random.Random) -> None:
        self.clock.advance(seconds=4)
        said = inputs.text(chance).replace("]]>", "]]]]><![CDATA[>")
        said = "".join(sign for sign in said if sign in "\t\n\r" or sign >= " ")  # what XML can carry
        message = pushes.text(said, chance.getrandbits(62), openid=chance.choice(self.people))
        self._push(*pushes.sealed(message.encode("utf-8", "ignore"), now=self.clock()))

    def _push(self, query: dict[str, str], body: bytes) -> None:
        answer = self._client.post("/wechat", query_string=query, data=body)
        if answer.status_code not in {200, 403}:
            raise Finding(f"HTTP {answer.status_code}")
        if (
            answer.status_code == 200
            and answer.data != b"success"
            and "没有记下" in pushes.opened(answer.data)["Content"]
        ):
            raise Finding("the message was answered with an incident")

    # ---------------------------------------------------------------- pages

    def form(self, chance: random.Random) -> None:
        self._count += 1
        if self._count % EVERY == 1:
            self._visitors = {who: enter(self.pages, who) for who in ("owner", "leader_a", "helper")}
        door = chance.choice(self.unsafe if chance.random() < 0.6 else DOORS)
        try:
            path, form = door.make(self.pages)
        except Refused:  # what the door needs cannot be made any more: other inputs have changed the world
            return
        visitor = self._visitors[chance.choice([who for who in self._visitors if who in door.admits] or ["owner"])]
        if chance.random() < 0.3:
            # Without its own slash at the end: two of them would begin the name of another server.
            path = path.removesuffix("/") + chance.choice(("?", "/", "%00", "?q=")) + inputs.text(chance)[:80]
        self._knock(door, visitor, path, damaged(form, chance))

    def _knock(self, door: Door, visitor: Visitor, path: str, form: dict[str, str]) -> None:
        if door.method == "GET":
            answer = visitor.client.get(
                path, query_string=None if "?" in path else form, base_url=PUBLIC_URL, buffered=True
            )
        else:
            data = {"csrf_token": visitor.token, **form}
            answer = visitor.client.post(path, data=data, base_url=PUBLIC_URL, buffered=True)
        if answer.status_code >= 500 and door.endpoint != "site.healthz":  # no scheduler runs here, and it says so
            raise Finding(f"{door.endpoint}: HTTP {answer.status_code}")


def damaged(form: dict[str, str], chance: random.Random) -> dict[str, str]:
    """Some fields changed, some left out, some more."""
    kept = {key: value for key, value in form.items() if chance.random() < 0.9}
    for key in list(kept):
        if chance.random() < 0.5:
            kept[key] = inputs.text(chance)[:300]
    for key in ("page", "sort", "show", "q", "nonce", "quantity", "amount", "next"):
        if chance.random() < 0.15:
            kept[key] = inputs.text(chance)[:80]
    return kept


def read(chance: random.Random) -> None:
    """One text for one of the readers, or for all of them as the product calls them."""
    said = inputs.text(chance)
    match chance.randrange(8):
        case 0:
            read_post(said, NOW)
            looks_like_post(said)
        case 1:
            read_chain(said, GOODS, leader_name="小美")
        case 2:
            read_time(said, NOW)
            read_deadline(said, NOW)
        case 3:
            read_codes(said)
            read_shortages(said, GOODS)
        case 4 | 5:
            read_order(said, GOODS)
        case _:
            understand(said, chance.choice(SITUATIONS))


def _config(folder: Path) -> Config:
    wechat = {"appid": pushes.APPID, "secret": "s" * 32, "token": pushes.TOKEN, "aes_key": pushes.KEY}
    return checked(
        {
            "server": {"public_url": PUBLIC_URL, "secret": "for tests only, " * 3},
            "wechat": wechat,
            "storage": {"media": folder / "media"},
        }
    )
