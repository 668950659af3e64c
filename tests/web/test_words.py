"""Nothing that the business writes into the action log is shown as a raw key."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot import commands
from models.admin import action_log
from tests.web.conftest import Pages
from tests.web.people import enter
from web import words
from web.changes import changes, is_shown_in_words

ROOT = Path(__file__).parents[2]
_ACTION = re.compile(r"[a-z]+\.[a-z_]+")
_LOGGERS = {"record", "_log", "_record", "log"}


def calls() -> Iterator[tuple[str, ast.Call]]:
    """Calls of `record` and of what stands before it in a module."""
    for path in [*sorted((ROOT / "operations").rglob("*.py")), *sorted((ROOT / "web").rglob("*.py"))]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _LOGGERS:
                yield path.name, node


def constants(call: ast.Call) -> Iterator[str]:
    for node in ast.walk(call):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def actions() -> set[str]:
    found = {text for _, call in calls() for text in constants(call) if _ACTION.fullmatch(text)}
    return found | {
        f"case.{decision}" for decision in ("refund", "replacement", "handed", "reject", "escalate", "cancel")
    }


def keys() -> set[str]:
    """What stands in the `before` and `after` of those calls, as far as it stands there in letters."""
    dicts = [node for _, call in calls() for node in ast.walk(call) if isinstance(node, ast.Dict)]
    return {str(key.value) for one in dicts for key in one.keys if isinstance(key, ast.Constant)}


def test_every_action_has_a_word() -> None:
    assert len(actions()) > 30
    assert {action for action in actions() if action not in words.ACTIONS} == set()


def test_every_change_has_a_word() -> None:
    assert len(keys()) > 15
    assert {key for key in keys() if not is_shown_in_words(key)} == set()


def test_everything_a_message_is_read_as_has_a_word() -> None:
    read = {name for name, one in vars(commands).items() if inspect.isclass(one) and issubclass(one, commands.Command)}
    assert len(read) > 60
    assert read - {"Command", "LeaderCommand"} - words.READINGS.keys() == set()


def test_every_entity_has_a_word() -> None:
    found = {
        keyword.value.value
        for _, call in calls()
        for keyword in call.keywords
        if keyword.arg == "entity" and isinstance(keyword.value, ast.Constant)
    }
    assert {entity for entity in found if entity not in words.ENTITIES} == set()


def test_the_log_of_a_busy_day_reads_as_words(pages: Pages) -> None:
    with pages.store.read() as work:
        rows = work.db.execute(action_log.select()).mappings().all()
    said = [part for row in rows for change in changes(dict(row)) for part in change]
    assert len(said) > 30
    raw = [
        part
        for part in said
        if re.fullmatch(r"[a-z_]+", part) and part not in {"owner", "operator", "service", "viewer"}
    ]
    assert raw == []
    table = re.findall(r"<tbody>.*</tbody>", enter(pages, "owner").get("/admin/actions").text, re.DOTALL)[0]
    assert not re.search(r">\s*[a-z]+\.[a-z_]+\s*<", table)


@pytest.mark.parametrize(
    ("key", "before", "after", "shown"),
    [
        ("closes_at", None, "2026-05-02T10:00:00+00:00", ("截单", "", "2026-05-02 18:00")),
        ("method", None, "transfer", ("方式", "", "转账")),
        ("price_fen", 100, 250, ("单价", "¥1", "¥2.5")),
        ("active", True, False, ("可登录", "是", "否")),
        ("active", True, None, ("可登录", "是", "—")),
    ],
)
def test_before_and_after_are_shown(key: str, before: object, after: object, shown: tuple[str, ...]) -> None:
    row = {"entity": "order", "before": {key: before} if before is not None else None, "after": {key: after}}
    assert list(changes(row)) == [shown]
