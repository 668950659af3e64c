"""The files around the code agree with one another: dependencies with locks, `make help` with the Makefile."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parent.parent
LOCKS = ("requirements.lock", "requirements-dev.lock")
ALWAYS = "python_version >= '3'"


def read_project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


def read_pins(name: str) -> list[tuple[str, str, Marker]]:
    """Package, version and on which Python it is meant, of every pin in a lock."""
    pins = re.findall(r"^(\S+?)==([^\s;]+)(?: ; ([^\\]+))?", (ROOT / name).read_text("utf-8"), re.MULTILINE)
    return [(canonicalize_name(name), version, Marker(marker or ALWAYS)) for name, version, marker in pins]


def read_lock(name: str) -> dict[str, Version]:
    """The version of every package in a lock, as this Python takes it."""
    return {package: Version(version) for package, version, marker in read_pins(name) if marker.evaluate()}


def wanted(*, dev: bool) -> list[Requirement]:
    project = read_project()
    extras = project["project"]["optional-dependencies"].values()
    lines = [*project["project"]["dependencies"], *(line for extra in extras for line in extra)]
    return [Requirement(line) for line in lines + (project["dependency-groups"]["dev"] if dev else [])]


def unmet(wants: list[Requirement], pins: dict[str, Version]) -> list[str]:
    """What `pins` lack, or have in a version that was not asked for."""
    return [
        str(want)
        for want in wants
        if (version := pins.get(canonicalize_name(want.name))) is None or version not in want.specifier
    ]


@pytest.mark.parametrize("lock", LOCKS)
def test_the_lock_has_what_the_project_wants(lock: str) -> None:
    assert unmet(wanted(dev=lock == "requirements-dev.lock"), read_lock(lock)) == []


def test_a_stale_lock_is_noticed() -> None:
    pins = {"flask": Version("2.3")}
    assert unmet([Requirement("flask>=3.1"), Requirement("click")], pins) == ["flask>=3.1", "click"]


def test_the_two_locks_pin_the_same_versions() -> None:
    runtime, dev = map(read_lock, LOCKS)
    assert runtime.items() <= dev.items()


@pytest.mark.parametrize("lock", LOCKS)
def test_the_lock_pins_contents_and_names_no_place(lock: str) -> None:
    text = (ROOT / lock).read_text("utf-8")
    assert not re.search(r"://|^-|--(index|extra|find)|@ ", text, re.MULTILINE)
    blocks = re.split(r"\n(?=\S)", text)
    assert len(blocks) == len(read_pins(lock))
    assert [block for block in blocks if "--hash=sha256:" not in block] == []


def test_make_alone_lists_every_command() -> None:
    shown = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for command in ("setup", "run", "demo", "test", "bench", "soak", "help"):
        assert f"make {command} " in shown
