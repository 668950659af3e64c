"""Plain data as dataclasses: every fault is told with its place and without its value, and what is written is read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest

from bot import commands, typed
from bot.parsing.values import Pickup


def even(value: int) -> int:
    """A check."""
    if value % 2:
        raise ValueError("should be even")
    return value


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One of what there is to be read."""

    count: Annotated[int, typed.Within(1, 10), even] = 2
    share: Annotated[float, typed.Within(0, is_more=True)] = 1.0
    is_on: bool = False
    mode: Literal["safe", "plain"] = "safe"
    folder: Path | None = None
    secret: typed.Secret | None = None
    pair: tuple[str, int] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """Parts in a table."""

    name: str
    parts: Mapping[str, Part] = field(default_factory=dict)
    rows: tuple[Part, ...] = ()

    def __post_init__(self) -> None:
        if self.name == "twice" and len(self.rows) != 2:
            raise ValueError("twice needs two")


def test_what_is_well_said_is_read_and_the_rest_is_as_usual() -> None:
    part = {"count": "4", "share": 1, "is_on": "Yes", "folder": "a/b", "secret": "s", "pair": ["x", 1]}
    found = typed.read(Whole, {"name": "n", "parts": {"a": part}, "rows": [{}]}, knows_all=True)
    read = Part(count=4, share=1.0, is_on=True, folder=Path("a/b"), secret=typed.Secret("s"), pair=("x", 1))
    assert found == Whole(name="n", parts={"a": read}, rows=(Part(),))


@pytest.mark.parametrize(
    ("value", "fault"),
    [
        ({}, "name: is missing"),
        ({"name": 77007}, "name: should be text"),
        ({"name": "n", "nmae": "77007"}, "nmae: there is no such key"),
        ({"name": "n", "rows": {}}, "rows: should be a list"),
        ({"name": "n", "parts": []}, "parts: should be a table"),
        ({"name": "n", "rows": [{}, 77007]}, "rows.1: should be a table"),
        ({"name": "twice", "rows": [{}]}, ": twice needs two"),
        *(
            ({"name": "n", "parts": {"a": {key: value}}}, f"parts.a.{key}: {what}")
            for key, value, what in [
                ("count", "77007x", "should be a whole number"),
                ("count", True, "should be a whole number"),
                ("count", 4.5, "should be a whole number"),
                ("count", 77007, "should be at least 1 and at most 10"),
                ("count", 0, "should be at least 1 and at most 10"),
                ("count", 3, "should be even"),
                ("share", 0, "should be more than 0"),
                ("share", True, "should be a number"),
                ("is_on", 77007, "should be true or false"),
                ("mode", "77007", "should be one of safe, plain"),
                ("mode", ["77007"], "should be one of safe, plain"),
                ("folder", 77007, "should be a path"),
                ("secret", 77007, "should be text"),
                ("pair", ["77007"], "should be a list of 2"),
            ]
        ),
    ],
)
def test_a_fault_is_told_with_its_place_and_without_its_value(value: dict[str, Any], fault: str) -> None:
    with pytest.raises(typed.Faulty) as caught:
        typed.read(Whole, value, knows_all=True)
    assert str(caught.value) == fault
    assert "77007" not in str(caught.value)


def test_all_faults_are_told_together() -> None:
    with pytest.raises(typed.Faulty) as caught:
        typed.read(Whole, {"rows": [{"count": 0, "mode": ""}], "x": 1}, knows_all=True)
    assert [fault.place for fault in caught.value.faults] == [
        ("name",),
        ("rows", 0, "count"),
        ("rows", 0, "mode"),
        ("x",),
    ]


def test_a_secret_shows_itself_to_nobody() -> None:
    part = Part(secret=typed.Secret("hunter2"))
    assert "hunter2" not in f"{part} {part!r} {part.secret}"
    assert part.secret is not None
    assert part.secret.get_secret_value() == "hunter2"


def test_a_key_that_an_older_version_wrote_is_passed_over() -> None:
    assert commands.load({"name": "Help", "value": {"was": 1}}) == commands.Help()


EAST = timezone(timedelta(hours=8))


@pytest.mark.parametrize(
    "command",
    [
        commands.SetDeadline(at=datetime(2026, 6, 1, 20, 0, 0, 1000, EAST), nth=2),
        commands.SetDeadline(at=datetime(2026, 6, 1, 20, tzinfo=UTC)),
        commands.SetDeadline(by=timedelta(days=-1, seconds=3, microseconds=1)),
        commands.MovePickup(Pickup(on=date(2026, 6, 2), part="下午"), by=timedelta(hours=1.5)),
    ],
)
def test_a_command_is_read_as_it_was_written(command: commands.Command) -> None:
    assert commands.load(json.loads(json.dumps(commands.dump(command)))) == command


@pytest.mark.parametrize(
    ("written", "span"),
    [("PT1H", timedelta(hours=1)), ("-P1DT2M0.5S", -timedelta(days=1, minutes=2, seconds=0.5)), ("P2D", timedelta(2))],
)
def test_spans_and_instants_that_the_version_before_wrote_are_read(written: str, span: timedelta) -> None:
    stored = {"name": "SetDeadline", "value": {"at": "2026-06-01T12:00:00Z", "by": written}}
    assert commands.load(stored) == commands.SetDeadline(at=datetime(2026, 6, 1, 12, tzinfo=UTC), by=span)
