"""A picture of the routes, drawn here as SVG: no script and no picture from elsewhere, unless a map was configured.

Straight lines say in which order a car goes, not by which street. Each car has a colour and a pattern of its own, each
stop the number of its route and its place on it, so that it can be read in print and by who sees no colours.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from operations.delivery.problems import Point
from operations.delivery.run_views import Sketched
from operations.routing.geo import EARTH_M, Datum, Place, to_gcj02, to_wgs84
from web.settings import Tiles

WIDTH, HEIGHT, MARGIN = 960, 620, 56
KINDS = 8  # colours and patterns there are: see admin.css
TILE = 256
MARK_W, MARK_H = 38, 22
_SCALES_M = (100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000)


@dataclass(frozen=True, slots=True)
class Mark:
    """A stop: where it is, where its number stands beside it, and what it is in words."""

    x: float
    y: float
    label_x: float
    label_y: float
    label: str
    said: str
    kind: int


@dataclass(frozen=True, slots=True)
class Line:
    """A car's way."""

    points: str
    kind: int
    said: str


@dataclass(frozen=True, slots=True)
class TileImage:
    """One picture of the map behind."""

    href: str
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Picture:
    """Everything that is drawn. `scale`: (length in picture units, what it stands for)."""

    lines: tuple[Line, ...]
    marks: tuple[Mark, ...]
    depot: tuple[float, float]
    scale: tuple[float, str]
    tiles: tuple[TileImage, ...] = ()
    credit: str = ""
    width: int = WIDTH
    height: int = HEIGHT


def draw(
    depot: Place | None, routes: Sequence[Sketched], loose: Sequence[Point], tiles: Tiles | None = None
) -> Picture | None:
    """The picture, on a map where there is one; None when nothing has a place."""
    if depot is None:
        return None
    datum: Datum = tiles.datum if tiles else "wgs84"
    placed = [one.place for route in routes for one in route.points if one.place]
    placed += [one.place for one in loose if one.place]
    frame = _Frame([_mercator(place, datum) for place in (depot, *placed)], whole=tiles is not None)
    home = frame.at(_mercator(depot, datum))
    lines, marks = [], []
    for route in routes:
        kind = (route.number - 1) % KINDS
        spots = [(one, frame.at(_mercator(one.place, datum))) for one in route.points if one.place]
        way = " ".join(f"{x:.1f},{y:.1f}" for x, y in (home, *(at for _, at in spots), home))
        lines.append(Line(way, kind, f"线路 {route.number} {route.name}：{len(spots)} 站"))
        marks += [
            Mark(x, y, x, y - 20, f"{route.number}-{nth}", f"线路 {route.number} 第 {nth} 站 {_said(one)}", kind)
            for nth, (one, (x, y)) in enumerate(spots, 1)
        ]
    for one in loose:
        if one.place:
            x, y = frame.at(_mercator(one.place, datum))
            marks.append(Mark(x, y, x, y - 20, "?", f"还没有车送 {_said(one)}", KINDS))
    return Picture(
        lines=tuple(lines),
        marks=tuple(_apart(marks, home)),
        depot=home,
        scale=frame.scale(to_wgs84(depot).latitude),
        tiles=frame.tiles(tiles) if tiles else (),
        credit=tiles.credit if tiles else "",
    )


def _said(one: Point) -> str:
    return f"{one.leader_name} {one.name}，{one.crates} 箱"


def _mercator(place: Place, datum: Datum) -> tuple[float, float]:
    """0 to 1 from west to east and from north to south, as map pictures are cut (Web Mercator)."""
    at = to_gcj02(place) if datum == "gcj02" else to_wgs84(place)
    north = math.radians(max(-85.05, min(85.05, at.latitude)))
    return at.longitude / 360 + 0.5, 0.5 - math.asinh(math.tan(north)) / (2 * math.pi)


class _Frame:
    """Fits places into the picture. `whole`: by a whole zoom level, so that a map's pictures fit."""

    def __init__(self, spots: Sequence[tuple[float, float]], *, whole: bool) -> None:
        xs, ys = [x for x, _ in spots], [y for _, y in spots]
        self._middle = (min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2
        wide, tall = max(max(xs) - min(xs), 1e-7), max(max(ys) - min(ys), 1e-7)
        self._world = min((WIDTH - 2 * MARGIN) / wide, (HEIGHT - 2 * MARGIN) / tall, TILE * 2.0**18)
        self._zoom = max(3, min(18, math.floor(math.log2(self._world / TILE))))
        if whole:
            self._world = TILE * 2.0**self._zoom

    def at(self, spot: tuple[float, float]) -> tuple[float, float]:
        """Where in the picture."""
        x = (spot[0] - self._middle[0]) * self._world + WIDTH / 2
        y = (spot[1] - self._middle[1]) * self._world + HEIGHT / 2
        return round(x, 1), round(y, 1)

    def scale(self, latitude: float) -> tuple[float, str]:
        """A round length that takes about a sixth of the width."""
        per_m = self._world / (2 * math.pi * EARTH_M * math.cos(math.radians(latitude)))
        metres = max((m for m in _SCALES_M if m * per_m <= WIDTH / 5), default=_SCALES_M[0])
        return round(metres * per_m, 1), f"{metres // 1000} 公里" if metres >= 1000 else f"{metres} 米"

    def tiles(self, tiles: Tiles) -> tuple[TileImage, ...]:
        """The pictures that cover all of it."""
        left = self._middle[0] * self._world - WIDTH / 2
        top = self._middle[1] * self._world - HEIGHT / 2
        most = 2**self._zoom
        return tuple(
            TileImage(
                tiles.url.replace("{z}", str(self._zoom)).replace("{x}", str(x % most)).replace("{y}", str(y)),
                round(x * TILE - left, 1),
                round(y * TILE - top, 1),
            )
            for y in range(max(0, int(top // TILE)), min(most, int((top + HEIGHT) // TILE) + 1))
            for x in range(int(left // TILE), int((left + WIDTH) // TILE) + 1)
        )


def _apart(marks: Sequence[Mark], home: tuple[float, float]) -> list[Mark]:
    """Move labels that lie upon one another, or upon the warehouse, until they can be read."""
    at = [[mark.label_x, mark.label_y] for mark in marks]
    for _ in range(60):
        moved = False
        for a, one in enumerate(at):
            for b, two in enumerate([*at[a + 1 :], list(home)], a + 1):
                dx, dy = one[0] - two[0], one[1] - two[1]
                over_x, over_y = MARK_W + 2 - abs(dx), MARK_H + 2 - abs(dy)
                if over_x <= 0 or over_y <= 0:
                    continue
                moved = True
                is_fixed = b == len(at)
                step = (
                    (0.0, math.copysign(over_y, dy or a - b)) if over_y < over_x else (math.copysign(over_x, dx), 0.0)
                )
                share = 1.0 if is_fixed else 0.5
                one[0], one[1] = one[0] + step[0] * share, one[1] + step[1] * share
                if not is_fixed:
                    two[0], two[1] = two[0] - step[0] * share, two[1] - step[1] * share
        for one in at:
            one[0] = min(WIDTH - MARK_W / 2, max(MARK_W / 2, one[0]))
            one[1] = min(HEIGHT - MARK_H / 2, max(MARK_H / 2, one[1]))
        if not moved:
            break
    return [
        Mark(mark.x, mark.y, round(x, 1), round(y, 1), mark.label, mark.said, mark.kind)
        for mark, (x, y) in zip(marks, at, strict=True)
    ]
