"""A search request as JSON, between the process that asks and the one that searches."""

from __future__ import annotations

import json
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
    problem = stored["problem"]
    start = stored["start"]
    return Request(
        Problem(
            tuple(Stop(**stop) for stop in problem["stops"]),
            tuple(Car(**car) for car in problem["cars"]),
            _matrix(problem["metres"]),
            _matrix(problem["seconds"]),
            Costs(**problem["costs"]),
        ),
        stored["seconds"],
        stored["seed"],
        None if start is None else _matrix(start),
    )


def _matrix(rows: list[list[int]]) -> tuple[tuple[int, ...], ...]:
    return tuple(tuple(row) for row in rows)
