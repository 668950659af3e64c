"""How good are the routes? Against the best plans known, and against always driving to the nearest next stop.

Usage: python -m benchmarks.routing [FOLDER] [--seconds 10 30] [--only-print]

FOLDER has instances of CVRPLIB (http://vrp.galgos.inf.puc-rio.br, set X of Uchoa et al. 2017,
doi:10.1016/j.ejor.2016.08.012) as NAME.vrp, with the best known plan in NAME.sol. Without one, instances made here
with a fixed seed are planned: nobody knows their best, so only the nearest neighbour stands beside them.
"""

from __future__ import annotations

import argparse
import random
import re
import statistics
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks import documents, machine
from operations.routing.baseline import nearest_neighbour
from operations.routing.geo import GreatCircle, Place
from operations.routing.problem import Car, Costs, Problem, Stop
from operations.routing.search import better_plans

METRES_ONLY = Costs(second=0, car=0, zone=0)
SPARE = 1.1  # more cars than the best plan needs, as the instances leave their number open
SEED = 20_260_101
STARTS_S = 1.0  # the interpreters of a search, within the seconds that are promised


@dataclass(frozen=True, slots=True)
class Instance:
    """A problem with the cost of the best plan known, if somebody knows it."""

    name: str
    problem: Problem
    best: int | None


def instances(folder: Path) -> Iterator[Instance]:
    """The CVRPLIB instances of a folder."""
    for path in sorted(folder.glob("*.vrp")):
        known = re.search(r"Cost\s+(\d+)", path.with_suffix(".sol").read_text(encoding="utf-8"))
        yield Instance(path.stem, read_cvrplib(path.read_text(encoding="utf-8")), int(known[1]) if known else None)


def read_cvrplib(text: str) -> Problem:
    """One instance with Euclidean distances, rounded to whole numbers as CVRPLIB prescribes; node 1 is the depot.

    Raises ValueError for other kinds.
    """
    if "EUC_2D" not in text:
        raise ValueError("only EDGE_WEIGHT_TYPE EUC_2D is read")
    head, _, rest = text.partition("NODE_COORD_SECTION")
    coordinates, _, rest = rest.partition("DEMAND_SECTION")
    demands, _, _ = rest.partition("DEPOT_SECTION")
    capacity = int(re.findall(r"CAPACITY\s*:\s*(\d+)", head)[0])
    at = [(float(x), float(y)) for _, x, y in (line.split() for line in coordinates.strip().splitlines())]
    crates = [int(line.split()[1]) for line in demands.strip().splitlines()]
    metres = tuple(tuple(int(((a - x) ** 2 + (b - y) ** 2) ** 0.5 + 0.5) for x, y in at) for a, b in at)
    nothing = tuple((0,) * len(at) for _ in at)
    cars = (Car(capacity),) * (int(sum(crates) / capacity * SPARE) + 2)
    return Problem(tuple(Stop(one, 0) for one in crates[1:]), cars, metres, nothing, METRES_ONLY)


def generated(stops: int, cars: int, *, seed: int = SEED) -> Problem:
    """Pickup points around a warehouse with opening hours, cold goods and zones, and vans that just hold it all."""
    rng = random.Random(seed)
    centre = Place(31.2, 121.4)
    places = [centre, *(Place(31.2 + rng.gauss(0, 0.05), 121.4 + rng.gauss(0, 0.06)) for _ in range(stops))]
    metres, seconds = GreatCircle().between(places)
    points = tuple(
        Stop(
            crates=rng.randint(3, 12),
            opens=rng.choice((5 * 3600, 5 * 3600 + 1800)),
            closes=rng.choice((8, 9, 10)) * 3600,
            must_before=rng.choice((None, None, 8 * 3600)),
            zone=rng.choice(("east", "north", "west")),
        )
        for _ in range(stops)
    )
    room = int(sum(point.crates for point in points) / cars * 1.15) + 1
    vans = (Car(room, leaves=4 * 3600 + 1800, back_by=11 * 3600),) * cars
    return Problem(points, vans, tuple(map(tuple, metres)), tuple(map(tuple, seconds)))


def costs_at(problem: Problem, marks: list[float]) -> list[tuple[int, bool]]:
    """One search as long as the last mark; cost and soundness of the best plan at each mark (seconds)."""
    began = time.monotonic()
    plans = better_plans(problem, seconds=max(marks))
    found = [(time.monotonic() - began, plan.cost, plan.is_sound) for plan in plans]
    at_marks = []
    for mark in marks:
        in_time = [one for one in found if one[0] <= mark] or found[:1]
        at_marks.append((in_time[-1][1], in_time[-1][2]))
    return at_marks


@dataclass(frozen=True, slots=True)
class Known:
    """How far above the best plan known, in percent: at each mark, and the nearest neighbour."""

    name: str
    gaps: tuple[float, ...]
    nearest: float


@dataclass(frozen=True, slots=True)
class Windowed:
    """Points with hours planned in 5 s: costs, and whether everybody is served in time."""

    stops: int
    cars: int
    cost: int
    is_sound: bool
    first_sound_s: float | None
    nearest_cost: int
    nearest_left_out: int


def against_the_best(found: Iterable[Instance], marks: list[float]) -> Iterator[Known]:
    """Each instance whose best is known."""
    for one in found:
        if one.best is None:
            continue
        naive = nearest_neighbour(one.problem)
        costs = costs_at(one.problem, marks)
        gaps = tuple(100 * (cost / one.best - 1) for cost, _ in costs)
        yield Known(one.name, gaps, 100 * (naive.metres / one.best - 1))


def against_the_nearest(seconds: float = 5.0) -> Iterator[Windowed]:
    """Generated points with hours, cold goods and zones."""
    for stops, cars in ((40, 3), (120, 8)):
        problem = generated(stops, cars)
        naive = nearest_neighbour(problem)
        began, sound_after, plan = time.monotonic(), None, naive
        for plan in better_plans(problem, seconds=seconds - STARTS_S):
            if plan.is_sound and sound_after is None:
                sound_after = time.monotonic() - began
        yield Windowed(stops, cars, plan.cost, plan.is_sound, sound_after, naive.cost, len(naive.left_out))


def report(folder: Path | None, marks: list[float]) -> Iterator[str]:
    """Lines for people, as they are found."""
    if folder:
        yield "Gap to the best plan known (CVRPLIB, set X), two searches at once, interpreters' start included:"
        yield ""
        yield f"| instance | {' | '.join(f'in {mark:g} s' for mark in marks)} | nearest neighbour |"
        yield f"|---|{'---|' * len(marks)}---|"
        known = []
        for one in against_the_best(instances(folder), marks):
            known.append(one)
            yield f"| {one.name} | {' | '.join(f'{gap:.2f} %' for gap in one.gaps)} | {one.nearest:.0f} % |"
        means = [statistics.mean(one.gaps[at] for one in known) for at in range(len(marks))]
        nearest = statistics.mean(one.nearest for one in known)
        yield f"| **mean** | {' | '.join(f'**{mean:.2f} %**' for mean in means)} | {nearest:.0f} % |"
        yield ""
    yield "Generated pickup points with hours, cold goods and zones, 5 s in all:"
    yield ""
    for plan in against_the_nearest():
        soon = "never" if plan.first_sound_s is None else f"after {plan.first_sound_s:.1f} s"
        left_out = f", {plan.nearest_left_out} left out" if plan.nearest_left_out else ""
        yield (
            f"- {plan.stops} points, {plan.cars} vans: cost {plan.cost:,}, "
            f"{'everybody in time' if plan.is_sound else 'NOT everybody in time'} (first such plan {soon}); "
            f"nearest neighbour {plan.nearest_cost:,}{left_out}."
        )


def main() -> None:
    """Plan, print, and write the section of docs/benchmarks.md."""
    parser = argparse.ArgumentParser(description="how good the planned routes are")
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("--seconds", nargs="+", type=float, default=[10.0, 30.0])
    parser.add_argument("--only-print", action="store_true", help="leave docs/benchmarks.md as it is")
    asked = parser.parse_args()
    load = machine.load()
    print(f"{machine.describe()}; others wanted {load:.1f} processors", flush=True)
    lines = []
    for line in report(asked.folder, asked.seconds):
        print(line, flush=True)
        lines.append(line)
    if not asked.only_print:
        documents.write("routing", documents.dated(load, lines))


if __name__ == "__main__":
    main()
