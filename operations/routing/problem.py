"""What is to be planned."""

from __future__ import annotations

from dataclasses import dataclass

DAY_S = 24 * 3600


@dataclass(frozen=True, slots=True)
class Stop:
    """A pickup point that gets goods. Crates are whole; times are seconds after midnight of the day.

    `must_before`: the latest arrival because of chilled or frozen goods. `zone`: stops of one zone are kept on one car
    where that costs little. `car`: the only car that may go there (index into `Problem.cars`).
    """

    crates: int
    service_s: int = 300
    opens: int = 0
    closes: int = DAY_S
    must_before: int | None = None
    zone: str = ""
    car: int | None = None

    @property
    def latest(self) -> int:
        """The latest arrival in time."""
        return self.closes if self.must_before is None else min(self.closes, self.must_before)


@dataclass(frozen=True, slots=True)
class Car:
    """A car at the warehouse: crates it holds, and from when to when (seconds after midnight) it may be away."""

    crates: int
    leaves: int = 0
    back_by: int = DAY_S


@dataclass(frozen=True, slots=True)
class Costs:
    """What a plan costs, in metres: each second on the road, each car that drives, each change of zone on the way."""

    second: int = 1
    car: int = 2_000
    zone: int = 3_000


@dataclass(frozen=True, slots=True)
class Problem:
    """Place 0 of the matrices (metres, seconds) is the warehouse, place i + 1 is stop i.

    Raises ValueError when the sizes do not fit together.
    """

    stops: tuple[Stop, ...]
    cars: tuple[Car, ...]
    metres: tuple[tuple[int, ...], ...]
    seconds: tuple[tuple[int, ...], ...]
    costs: Costs = Costs()

    def __post_init__(self) -> None:
        size = len(self.stops) + 1
        for matrix in (self.metres, self.seconds):
            if len(matrix) != size or any(len(row) != size for row in matrix):
                raise ValueError(f"a matrix of {size} by {size} is needed")
        if any(stop.car is not None and not 0 <= stop.car < len(self.cars) for stop in self.stops):
            raise ValueError("a stop names a car that is not there")
