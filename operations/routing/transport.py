"""A search request as JSON, between the process that asks and the one that searches."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from operations.routing.problem import Car, Costs, Problem, Stop


@dataclass(frozen=True, slots=True)
class Request:
    """Search for `seconds` with this random `seed`, beginning with the plan `start` if there is one."""

    problem: Problem
    seconds: float
    seed: int = 0
    start: tuple[tuple[int, ...], ...] | None = None


def write(request: Request) -> str:
    """The request as one line."""
    return json.dumps(asdict(request), separators=(",", ":"))


def read(text: str) -> Request:
    """The request that `write` wrote. Raises ValueError, KeyError or TypeError for anything else."""
    stored: dict[str, Any] = json.loads(text)
    start = stored["start"]
    return Request(
        problem_of(stored["problem"]),
        stored["seconds"],
        stored["seed"],
        None if start is None else _matrix(start),
    )


def values_of(problem: Problem) -> dict[str, Any]:
    """A problem as plain values, for JSON."""
    return asdict(problem)


def problem_of(values: Mapping[str, Any]) -> Problem:
    """The problem that `values_of` took apart. Raises ValueError, KeyError or TypeError for anything else."""
    return Problem(
        tuple(Stop(**stop) for stop in values["stops"]),
        tuple(Car(**car) for car in values["cars"]),
        _matrix(values["metres"]),
        _matrix(values["seconds"]),
        Costs(**values["costs"]),
    )


def _matrix(rows: list[list[int]]) -> tuple[tuple[int, ...], ...]:
    return tuple(tuple(row) for row in rows)
