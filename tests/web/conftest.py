"""The pages on a copy of a ready-made platform; a client for each kind of person."""

from __future__ import annotations

import random
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from PIL import Image
from werkzeug.test import TestResponse

from models import Store
from operations import links, operators
from tests.support.clock import StillClock
from tests.support.databases import compile_once, create_schema, opened
from tests.web.world import PASSWORD, PHOTO, World, build
from web import WebSettings, register

# Hundreds of passwords are made and tried: at argon2's least cost. The product's own: tests/web/test_login.py.
operators._hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
operators._NOBODY = operators._hasher.hash("nobody has this one")

PUBLIC_URL = "https://lintuan.example.com"
SETTINGS = WebSettings(public_url=PUBLIC_URL, account_name="邻团优选", secret="for tests only, " * 3)


class Bytecode(BytecodeCache):
    """Compiled templates in memory."""

    def __init__(self) -> None:
        self._compiled: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._compiled:
            bucket.bytecode_from_string(self._compiled[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._compiled[bucket.key] = bucket.bytecode_to_string()


BYTECODE = Bytecode()


def with_photos(folder: Path, settings: WebSettings = SETTINGS) -> WebSettings:
    """Settings with a media folder that has the one photo of the platform in it."""
    folder.mkdir(exist_ok=True)
    Image.new("RGB", (320, 240), "#b23a2e").save(folder / PHOTO, "JPEG")
    return replace(settings, media_folder=folder)


def make_app(store: Store, settings: WebSettings = SETTINGS) -> Flask:
    """An application with nothing but the pages."""
    app = Flask("lintuan_test")
    app.testing = True
    app.jinja_env.bytecode_cache = BYTECODE  # templates are compiled once per test process, not once per test
    register(app, store, settings)
    return app


@dataclass
class Visitor:
    """A browser: keeps cookies, takes the form token from the page it saw last."""

    client: FlaskClient
    token: str = ""

    def get(self, path: str, **options: Any) -> TestResponse:
        return self._seen(self.client.get(path, base_url=PUBLIC_URL, buffered=True, **options))

    def post(self, path: str, data: dict[str, Any] | None = None, **options: Any) -> TestResponse:
        filled = {"csrf_token": self.token, **(data or {})}
        return self._seen(self.client.post(path, data=filled, base_url=PUBLIC_URL, buffered=True, **options))

    def _seen(self, response: TestResponse) -> TestResponse:
        if response.mimetype == "text/html" and (
            found := re.search(r'name="csrf_token" value="([0-9a-f]+)"', response.text)
        ):
            self.token = found[1]
        return response

    def log_in(self, username: str, password: str = PASSWORD, **options: Any) -> TestResponse:
        self.get("/admin/login")
        response = self.post("/admin/login", {"username": username, "password": password}, **options)
        if response.status_code == 302:
            self.get("/admin/account")
        return response


@dataclass
class Pages:
    """The application under test and who may look at it."""

    app: Flask
    store: Store
    world: World
    clock: StillClock

    def visitor(self) -> Visitor:
        """Somebody without a session."""
        return Visitor(self.app.test_client())

    def operator(self, role: str) -> Visitor:
        """Somebody logged in with this role."""
        visitor = self.visitor()
        assert visitor.log_in(role).status_code == 302
        return visitor

    def link(self, purpose: str, account_id: int, leader_id: int, **target: Any) -> str:
        """A new one-time link."""
        with self.store.transaction() as work:
            return links.create(
                work, account_id=account_id, leader_id=leader_id, purpose=purpose, target=target or None
            )

    def member(self, who: str) -> Visitor:
        """leader_a, leader_b, or helper (of A)."""
        world = self.world
        account_id, leader_id, purpose = {
            "leader_a": (world.account_a, world.leader_a, "leader"),
            "leader_b": (world.account_b, world.leader_b, "leader"),
            "helper": (world.account_helper, world.leader_a, "helper"),
        }[who]
        token = self.link(purpose, account_id, leader_id)
        visitor = self.visitor()
        visitor.get(f"/m/enter/{token}")
        assert visitor.post(f"/m/enter/{token}").status_code == 302
        visitor.get("/m/")
        return visitor


class Shared:
    """One application per test process, lent from test to test: making it takes longer than most tests.

    What is inside its store, and where its media folder leads, is the test's that has it. Where a test opens a second
    platform, that one gets an application of its own.
    """

    def __init__(self, folder: Path) -> None:
        self._media = folder / "media"
        self._media.symlink_to(folder)
        self._store = Store.open(f"sqlite:///{folder / 'nothing.sqlite3'}", clock=StillClock())
        self._inside = self._store.__dict__
        self._app, self._is_lent = make_app(self._store, replace(SETTINGS, media_folder=self._media)), False

    def lend(self, store: Store, media: Path) -> tuple[Flask, Store]:
        """An application on this store, and the store as the application has it."""
        if self._is_lent:
            return make_app(store, with_photos(media)), store
        with_photos(media)
        self._lead_to(media)
        self._is_lent, self._store.__dict__ = True, store.__dict__
        return self._app, self._store

    def give_back(self) -> None:
        """The test is over."""
        self._is_lent, self._store.__dict__ = False, self._inside

    def _lead_to(self, media: Path) -> None:
        self._media.unlink()
        self._media.symlink_to(media)


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Shared:
    """See `Shared`."""
    return Shared(tmp_path_factory.mktemp("shared"))


@pytest.fixture(scope="session")
def ready_made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, World]:
    """The platform, made once per test process."""
    return make_world(tmp_path_factory.mktemp("web") / "world.sqlite3")


def make_world(path: Path, *, text: str = "") -> tuple[Path, World]:
    """A database file with the platform in it."""
    create_schema(f"sqlite:///{path}")
    clock = StillClock()
    with opened(f"sqlite:///{path}", clock) as store:
        return path, build(store, clock, text=text)


@pytest.fixture
def open_pages(tmp_path: Path, clock: StillClock, shared: Shared) -> Iterator[Callable[[tuple[Path, World]], Pages]]:
    """Opens a copy of a ready-made platform."""
    stores: list[Store] = []

    def open_copy(ready: tuple[Path, World]) -> Pages:
        path = tmp_path / "copy.sqlite3"
        shutil.copyfile(ready[0], path)
        store = Store.open(f"sqlite:///{path}", clock=clock, rng=random.Random(len(stores)))
        compile_once(store)
        stores.append(store)
        app, store = shared.lend(store, tmp_path / "media")
        return Pages(app, store, ready[1], clock)

    yield open_copy
    for store in stores:
        store.dispose()
    shared.give_back()


@pytest.fixture
def pages(open_pages: Callable[[tuple[Path, World]], Pages], ready_made: tuple[Path, World]) -> Pages:
    """The ready-made platform."""
    return open_pages(ready_made)
