"""docs/security.md names a defence and a test for every threat; the tests exist."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
PAGE = (ROOT / "docs" / "security.md").read_text("utf-8")
THREATS = (
    "forged push",
    "replay",
    "XML and size bombs",
    "openid spoofing",
    "leader A reads leader B",
    "guessed pickup codes",
    "guessed links",
    "spreadsheet formulas",
    "stored XSS by nickname and note",
    "CSRF",
    "session fixation and theft",
    "picture uploads",
    "SSRF through PicUrl",
    "console brute force",
    "secrets and people in logs and tracebacks",
    "payment-notify forgery",
    "broadcast abuse",
)


def rows(page: str) -> dict[str, tuple[str, list[str]]]:
    """For each threat its defence and the tests that attack."""
    table = page.partition("## Threats")[2].partition("\n## ")[0]
    cells = [re.split(r"\s*\|\s*", line.strip("| ")) for line in table.splitlines() if line.startswith("| ")]
    return {cell[0]: (cell[1], re.findall(r"`(tests/[^`]+::[^`]+)`", cell[2])) for cell in cells[1:] if len(cell) == 3}


def missing(name: str) -> bool:
    """Whether there is no such test."""
    path, _, function = name.partition("::")
    if not (ROOT / path).exists():
        return True
    tree = ast.parse((ROOT / path).read_text("utf-8"))
    return function not in {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize("threat", THREATS)
def test_a_threat_has_its_defence_and_a_test_that_attacks(threat: str) -> None:
    defence, tests = rows(PAGE)[threat]
    assert defence
    assert tests


def test_every_test_that_is_named_exists() -> None:
    named = [name for _, tests in rows(PAGE).values() for name in tests]
    assert len(named) > 50
    assert [name for name in named if missing(name)] == []


def test_a_name_that_is_not_there_is_noticed() -> None:
    assert missing("tests/security/test_threats.py::test_of_something_else")
    assert missing("tests/security/test_nothing.py::test_x")
