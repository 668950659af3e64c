"""What runs here is what the lock says, everything that is imported is asked for, and every licence is known.

Works without a network. It does not look up known holes: see docs/security.md.
"""

from __future__ import annotations

import ast
import sys
from functools import cache
from importlib import metadata
from pathlib import Path

import pytest
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from tests.test_architecture import MODULES, PACKAGES
from tests.test_project_files import read_lock, read_project

ROOT = Path(__file__).parent.parent
# What is imported under another name than the package's.
IMPORTED_AS = {"PIL": "pillow", "zxingcpp": "zxing-cpp", "argon2": "argon2-cffi"}
# Part of another that is asked for: an extra of it, or what it always brings along.
COMES_WITH = {"werkzeug": "flask", "jinja2": "flask", "itsdangerous": "flask", "urllib3": "requests", "numpy": "pyvrp"}
COMES_WITH |= {"pillow": "qrcode", "cryptography": "wechatpy"}
BY_NAME = {"tzdata", "psycopg"}  # loaded by the standard library and by SQLAlchemy
# Licences that allow what we do: use, unchanged, beside our own code.
ZLIB = "Permission is granted to anyone to use this software for any purpose"  # in its own words
KNOWN = (
    "MIT", "BSD", "Apache", "PSF", "Python Software Foundation", "ISC", "MPL", "Mozilla", "HPND", "LGPL", "CC0", ZLIB,
)  # fmt: skip


def licence(name: str) -> str:
    """What a package says about itself, in whichever of three places, else in its licence."""
    about = metadata.metadata(name)
    said = [*(about.get_all("License-Expression") or []), *(one[:200] for one in about.get_all("License") or [])]
    said += [line for line in about.get_all("Classifier") or [] if line.startswith("License")]
    files = [] if said else [file for file in metadata.files(name) or () if "licenses" in file.parts]
    return " ".join(said + [" ".join(file.read_text("utf-8").split()) for file in files])


@cache
def imported() -> set[str]:
    """Top names of every package that the product imports, also inside functions."""
    local = {*PACKAGES, *(module.removesuffix(".py") for module in MODULES), "migrations", "tests", "benchmarks"}
    files = [file for package in (*PACKAGES, "migrations") for file in (ROOT / package).rglob("*.py")]
    found: set[str] = set()
    for file in [*files, *(ROOT / module for module in MODULES)]:
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                found |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found.add(node.module.split(".")[0])
    return {name for name in found - local - sys.stdlib_module_names if not name.startswith("_")}


def package_of(module: str) -> str:
    return canonicalize_name(IMPORTED_AS.get(module, module))


def unasked(modules: set[str], asked: set[str]) -> set[str]:
    """What is imported and neither asked for nor part of what is."""
    packages = {package_of(module) for module in modules}
    return {name for name in packages - asked if COMES_WITH.get(name) not in asked}


def asked() -> set[str]:
    """Everything pyproject.toml asks for to run, with every extra."""
    project = read_project()["project"]
    lines = project["dependencies"] + [line for extra in project["optional-dependencies"].values() for line in extra]
    return {str(canonicalize_name(Requirement(line).name)) for line in lines}


def test_what_is_imported_is_asked_for() -> None:
    assert unasked(imported(), asked()) == set()


def test_what_is_asked_for_is_imported() -> None:
    assert asked() - {package_of(module) for module in imported()} - BY_NAME == set()


def test_an_import_nobody_asked_for_is_noticed() -> None:
    assert unasked({"numpy", "flask"}, {"flask"}) == {"numpy"}


def test_what_is_installed_is_what_is_pinned() -> None:
    """Every package of the runtime lock that belongs on this machine is here, in exactly that version."""
    different = {}
    for name, version in read_lock("requirements.lock").items():
        try:
            installed = Version(metadata.version(name))
        except metadata.PackageNotFoundError:
            if not is_for_elsewhere(name):
                different[name] = "missing"
            continue
        if installed != version:
            different[name] = f"{installed}, pinned is {version}"
    assert different == {}


def is_for_elsewhere(name: str) -> bool:
    """Whether the lock asks for it on another system or Python only."""
    for line in (ROOT / "requirements.lock").read_text("utf-8").splitlines():
        if line.startswith(f"{name}==") and ";" in line:
            return not Marker(line.partition(";")[2].strip(" \\")).evaluate()
    return False


@pytest.mark.parametrize("name", sorted(read_lock("requirements.lock")))
def test_its_licence_is_known(name: str) -> None:
    if is_for_elsewhere(name):
        return
    assert any(known in licence(name) for known in KNOWN), licence(name)


def test_a_licence_nobody_knows_is_noticed() -> None:
    assert not any(known in "Commercial, all rights reserved" for known in KNOWN)


def test_security_rules_of_the_linter_are_on() -> None:
    """`ruff` runs bandit's rules (S) over the product in `make test`; only the made-up platform is left out."""
    lint = read_project()["tool"]["ruff"]["lint"]
    assert "S" in lint["select"]
    relaxed = {
        place for place, rules in lint["per-file-ignores"].items() if any(rule.startswith("S") for rule in rules)
    }
    assert {place for place in relaxed if not place.startswith(("tests", "bench", "scripts", "bot/simulator"))} == set()
