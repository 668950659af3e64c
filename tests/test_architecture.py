"""Rules about the sources that import-linter cannot say; who may import whom is in pyproject.toml.

Every rule is shown twice: the product keeps it, and it complains about a small piece of code that does not.
"""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("bot", "demo", "handlers", "models", "operating", "operations", "scheduler", "web")
MODULES = ("app.py", "cli.py", "config.py", "serving.py")

CHINESE = re.compile(r"[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]")


@dataclass(frozen=True)
class Source:
    """One file of the product; `path` is relative to the project."""

    path: str
    tree: ast.Module

    @cached_property
    def nodes(self) -> list[ast.AST]:
        """Of the whole tree, walked once for all rules."""
        return list(ast.walk(self.tree))

    def is_in(self, *places: str) -> bool:
        """Whether this file is one of `places`: a file, or a folder written with a slash at its end."""
        return any(self.path.startswith(place) if place.endswith("/") else self.path == place for place in places)


@dataclass(frozen=True)
class Complaint:
    """What breaks a rule, and where."""

    path: str
    line: int
    what: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.what}"


Rule = Callable[[Source], Iterator[Complaint]]


def product() -> list[Source]:
    """Every source file that runs in production."""
    files = [file for package in PACKAGES for file in sorted((ROOT / package).rglob("*.py"))]
    files += sorted(ROOT.glob("*.py"))
    return [read(file.relative_to(ROOT).as_posix(), file.read_text("utf-8")) for file in files]


def read(path: str, text: str) -> Source:
    return Source(path, ast.parse(text, path))


def imports(source: Source) -> Iterator[tuple[str, int]]:
    """Every imported name in full (`from a.b import c` is `a.b.c`) with its line; also inside functions."""
    for node in source.nodes:
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            package = source.path.split("/")[: -node.level] if node.level else []
            origin = [*package, node.module] if node.module else package
            yield from ((".".join([*origin, alias.name]), node.lineno) for alias in node.names)


def is_below(name: str, *packages: str) -> bool:
    return any(name == package or name.startswith(f"{package}.") for package in packages)


def imported_only_by(package: str, *places: str) -> Rule:
    """Only files in `places` import `package`."""

    def rule(source: Source) -> Iterator[Complaint]:
        if not source.is_in(*places):
            for name, line in imports(source):
                if is_below(name, package):
                    yield Complaint(source.path, line, f"imports {package}; only {', '.join(places)} may")

    return rule


def imports_only(place: str, *packages: str) -> Rule:
    """Files in `place` import the standard library and `packages`, nothing else."""

    def rule(source: Source) -> Iterator[Complaint]:
        if source.is_in(place):
            for name, line in imports(source):
                if name.split(".")[0] not in sys.stdlib_module_names and not is_below(name, *packages):
                    yield Complaint(source.path, line, f"imports {name}; here only {', '.join(packages)}")

    return rule


def one_place_commits(source: Source) -> Iterator[Complaint]:
    """`commit()`, and `begin()`, which commits at its end, are called in models/base.py only."""
    if not source.is_in("models/base.py"):
        for node in source.nodes:
            if isinstance(node, ast.Attribute) and node.attr in ("commit", "begin"):
                yield Complaint(source.path, node.lineno, f".{node.attr}: models/base.py alone opens and commits")


CLOCKS = {
    "datetime": {"now", "utcnow", "today"},
    "date": {"today"},
    "time": {"time", "time_ns"},
    "func": {"now", "current_timestamp"},
}


def time_is_given(source: Source) -> Iterator[Complaint]:
    """The machine's clock is read in one place, for the product, and in the simulator's own clock."""
    if source.is_in("models/base.py", "bot/simulator/clock.py"):
        return
    for node in source.nodes:
        if isinstance(node, ast.Attribute) and node.attr in CLOCKS.get(last_name(node.value), ()):
            yield Complaint(
                source.path, node.lineno, f"{ast.unparse(node)}: take the time from the clock you are given"
            )
    for name, line in imports(source):
        if name in ("time.time", "time.time_ns"):
            yield Complaint(source.path, line, f"imports {name}: take the time from the clock you are given")


def last_name(node: ast.expr) -> str:
    """`datetime` for both `datetime` and `datetime.datetime`; nothing for what is no name."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def no_words_here(source: Source) -> Iterator[Complaint]:
    """What people read is in bot/texts.py and the templates: no Chinese in the business and in the handlers."""
    if not source.is_in("operations/", "handlers/", "scheduler/"):
        return
    docstrings = {id(text) for text in find_docstrings(source.tree)}
    for node in source.nodes:
        match node:
            case ast.Constant(value=str() as text) if id(node) not in docstrings and CHINESE.search(text):
                yield Complaint(source.path, node.lineno, f"{text[:20]!r}: words for people are in bot/texts.py")


def find_docstrings(tree: ast.Module) -> Iterator[ast.Constant]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            match node.body:
                case [ast.Expr(value=ast.Constant(value=str()) as text), *_]:
                    yield text


RULES: dict[str, Rule] = {
    "wechatpy has one adapter": imported_only_by("wechatpy", "bot/client.py", "bot/protocol.py"),
    "the network has one way out": imported_only_by(
        "requests",
        "bot/client.py",
        "bot/picture_urls.py",
        "bot/pay/calling.py",
        "bot/simulator/",
        "demo/day.py",
        "operating/doctor/probes.py",
        "scheduler/distances.py",
    ),
    "wechatpayv3 has one adapter": imported_only_by("wechatpayv3", "bot/pay/library.py"),
    "config is handed down": imported_only_by(
        "config", "app.py", "cli.py", "config.py", "serving.py", "demo/", "operating/"
    ),
    "the simulator is no part of the service": imported_only_by(
        "bot.simulator", "serving.py", "operating/clocks.py", "demo/", "bot/simulator/"
    ),
    "parsing is pure": imports_only("bot/parsing/", "bot.parsing"),
    "models are tables": imports_only("models/", "models", "sqlalchemy", "psycopg", "pysqlite3"),
    "there is one SQLite": imported_only_by("sqlite3", "models/sqlite.py"),
    "psycopg has one adapter": imported_only_by("psycopg", "models/pipeline.py"),
    "one place commits": one_place_commits,
    "metrics have one home": imported_only_by("prometheus_client", "web/metrics.py"),
    "time is given": time_is_given,
    "no words in the business": no_words_here,
}

# (rule, where, code that breaks it)
BROKEN = [
    ("there is one SQLite", "operating/backup.py", "import sqlite3"),
    ("wechatpy has one adapter", "handlers/leader.py", "from wechatpy.utils import check_signature"),
    ("wechatpy has one adapter", "bot/webhook.py", "def f():\n    import wechatpy"),
    ("wechatpayv3 has one adapter", "scheduler/paying.py", "from wechatpayv3 import WeChatPay"),
    ("the network has one way out", "web/leader.py", "import requests"),
    ("the network has one way out", "bot/webhook.py", "from requests import get"),
    ("config is handed down", "web/leader.py", "import config"),
    ("config is handed down", "bot/client.py", "from config import load"),
    ("the simulator is no part of the service", "app.py", "from bot.simulator import server"),
    ("the simulator is no part of the service", "bot/client.py", "from bot import simulator"),
    ("the simulator is no part of the service", "bot/client.py", "from . import simulator"),
    ("parsing is pure", "bot/parsing/orders.py", "from bot.texts import ERRORS"),
    ("parsing is pure", "bot/parsing/orders.py", "import sqlalchemy"),
    ("parsing is pure", "bot/parsing/orders.py", "from ..texts import ERRORS"),
    ("metrics have one home", "bot/webhook.py", "from prometheus_client import Counter"),
    ("models are tables", "models/orders.py", "import flask"),
    ("psycopg has one adapter", "models/base.py", "from psycopg import errors"),
    ("one place commits", "operations/orders.py", "session.commit()"),
    ("one place commits", "cli.py", "with store.engine.begin() as db: pass"),
    ("time is given", "operations/orders.py", "now = datetime.now(UTC)"),
    ("time is given", "operations/orders.py", "now = datetime.datetime.utcnow()"),
    ("time is given", "models/orders.py", "Column(default=datetime.utcnow)"),
    ("time is given", "scheduler/jobs.py", "started = time.time()"),
    ("time is given", "scheduler/jobs.py", "from time import time"),
    ("time is given", "web/admin.py", "date.today()"),
    ("time is given", "operations/orders.py", "select(func.now())"),
    ("no words in the business", "operations/orders.py", "raise ValueError('已截单')"),
    ("no words in the business", "handlers/leader.py", "reply = f'还差{n}盒'"),
    ("no words in the business", "handlers/leader.py", "def f():\n    x = 1\n    '这不是说明'"),
    ("no words in the business", "scheduler/jobs.py", "SEPARATOR = '、'"),
]

# (rule, where, code that looks alike and is right)
SOUND = [
    ("wechatpy has one adapter", "bot/client.py", "import wechatpy"),
    ("wechatpayv3 has one adapter", "bot/pay/library.py", "def f():\n    from wechatpayv3 import WeChatPay"),
    ("the network has one way out", "web/leader.py", "from flask import request as requests_like"),
    ("the network has one way out", "bot/simulator/people.py", "import requests"),
    ("config is handed down", "cli.py", "import config"),
    ("config is handed down", "migrations/env.py", "from alembic import config"),
    ("the simulator is no part of the service", "serving.py", "from bot.simulator import server"),
    (
        "parsing is pure",
        "bot/parsing/orders.py",
        "import re\nfrom bot.parsing import values",
    ),
    ("parsing is pure", "bot/parsing/orders.py", "from . import values\nfrom .values import Quantity"),
    ("parsing is pure", "bot/router.py", "import flask"),
    ("metrics have one home", "web/metrics.py", "import prometheus_client"),
    ("models are tables", "models/orders.py", "import enum\nfrom sqlalchemy.types import Text"),
    ("there is one SQLite", "operating/backup.py", "from models.sqlite import sqlite3"),
    ("psycopg has one adapter", "models/pipeline.py", "from psycopg import errors"),
    ("one place commits", "models/base.py", "session.commit()"),
    ("one place commits", "operations/orders.py", "with work.db.begin_nested(): commitment = 1"),
    ("time is given", "models/base.py", "datetime.now(UTC)"),
    ("time is given", "operations/orders.py", "now = work.now\nt = time.monotonic()\nclock.now()"),
    ("no words in the business", "operations/orders.py", "'''截单 closes.'''\ndef f():\n    '''接龙'''  # 注"),
    ("no words in the business", "bot/texts.py", "CLOSED = '已截单'"),
]


@pytest.fixture(scope="module")
def sources() -> list[Source]:
    return product()


@pytest.mark.parametrize("name", RULES)
def test_the_product_keeps_the_rule(name: str, sources: list[Source]) -> None:
    complaints = [str(complaint) for source in sources for complaint in RULES[name](source)]
    assert not complaints, "\n" + "\n".join(complaints)


@pytest.mark.parametrize(("name", "path", "code"), BROKEN)
def test_the_rule_complains(name: str, path: str, code: str) -> None:
    assert list(RULES[name](read(path, code)))


@pytest.mark.parametrize(("name", "path", "code"), SOUND)
def test_the_rule_lets_pass_what_is_right(name: str, path: str, code: str) -> None:
    assert not list(RULES[name](read(path, code)))


def test_every_rule_has_its_counter_example() -> None:
    assert {name for name, _, _ in BROKEN} == {name for name, _, _ in SOUND} == set(RULES)


def test_every_package_is_looked_at(sources: list[Source]) -> None:
    seen = {source.path.split("/")[0] for source in sources}
    assert seen == {*PACKAGES, *MODULES}


# What import-linter has to refuse (its contracts are in pyproject.toml): a module of the first imports the second.
REFUSED = [
    ("models", "operations"),
    ("models", "bot"),
    ("models", "requests"),
    ("operations", "bot"),
    ("operations", "handlers"),
    ("operations", "flask"),
    ("operations", "wechatpy"),
    ("operations", "apscheduler"),
    ("bot", "operations"),
    ("bot", "web"),
    ("bot", "app"),
    ("handlers", "scheduler"),
    ("handlers", "cli"),
    ("scheduler", "web"),
    ("web", "handlers"),
    ("web", "config"),
]


def test_import_linter_refuses_what_it_should(tmp_path: Path) -> None:
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for package in PACKAGES:
        (tmp_path / package).mkdir()
        (tmp_path / package / "__init__.py").touch()
    assert lint_imports(tmp_path).returncode == 0
    for importer, imported in REFUSED:
        (tmp_path / importer / f"takes_{imported}.py").write_text(f"import {imported}\n")
    said = lint_imports(tmp_path).stdout
    missed = [pair for pair in REFUSED if f"{pair[0]}.takes_{pair[1]} -> {pair[1]} (l.1)" not in said]
    assert not missed, said


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    command = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    return subprocess.run(
        [sys.executable, "-c", command, "--no-cache"], cwd=folder, capture_output=True, text=True, check=False
    )
