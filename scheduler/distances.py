"""Metres and seconds by road from a map service of the operator's choice: each is a `Matrix` as the great circle is.

OSRM: project-osrm.org/docs/v5.24.0/api/#table-service (WGS-84).
AMap: lbs.amap.com/api/webservice/guide/api/direction, 距离测量 (GCJ-02, at most 100 origins to one destination).
Tencent: lbs.qq.com/service/webService/webServiceGuide/webServiceMatrix (GCJ-02, at most 625 pairs in one call).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import requests

from operations.delivery.problems import NEVER_S
from operations.routing.geo import GreatCircle, Matrix, Place, to_gcj02, to_wgs84

TIMEOUT_S = (3.0, 10.0)
_NEVER_M = 10**7

Cell = tuple[int, int]  # metres, seconds
Grid = tuple[list[list[int]], list[list[int]]]


class MapFailed(Exception):
    """The map service did not answer, or refused; the message names no key."""


@dataclass(frozen=True, slots=True)
class Osrm:
    """An OSRM server at `url`, asked for blocks of at most `block` sources and destinations."""

    url: str
    block: int = 50
    session: requests.Session = field(default_factory=requests.Session, repr=False)

    def between(self, places: Sequence[Place]) -> Grid:
        """As `Matrix.between`. Raises MapFailed."""
        at = [to_wgs84(place) for place in places]
        return _in_blocks(len(at), self.block, self.block, lambda rows, columns: self._block(at, rows, columns))

    def _block(self, at: Sequence[Place], rows: range, columns: range) -> Iterator[list[Cell]]:
        asked = [*rows, *columns]
        coordinates = ";".join(f"{at[n].longitude:.6f},{at[n].latitude:.6f}" for n in asked)
        said = _get(
            self.session,
            f"{self.url.rstrip('/')}/table/v1/driving/{coordinates}",
            {
                "annotations": "duration,distance",
                "sources": ";".join(map(str, range(len(rows)))),
                "destinations": ";".join(str(len(rows) + n) for n in range(len(columns))),
            },
        )
        if said.get("code") != "Ok":
            raise MapFailed(f"OSRM said {said.get('code')}")
        for metres, seconds in zip(said["distances"], said["durations"], strict=True):
            yield [_cell(m, s) for m, s in zip(metres, seconds, strict=True)]


@dataclass(frozen=True, slots=True)
class Amap:
    """AMap's distances by car."""

    key: str = field(repr=False)
    url: str = "https://restapi.amap.com"
    session: requests.Session = field(default_factory=requests.Session, repr=False)

    def between(self, places: Sequence[Place]) -> Grid:
        """As `Matrix.between`. Raises MapFailed."""
        at = [to_gcj02(place) for place in places]
        return _in_blocks(len(at), 100, 1, lambda rows, columns: self._block(at, rows, columns[0]))

    def _block(self, at: Sequence[Place], rows: range, column: int) -> Iterator[list[Cell]]:
        said = _get(
            self.session,
            f"{self.url.rstrip('/')}/v3/distance",
            {
                "key": self.key,
                "type": "1",
                "origins": "|".join(f"{at[n].longitude:.6f},{at[n].latitude:.6f}" for n in rows),
                "destination": f"{at[column].longitude:.6f},{at[column].latitude:.6f}",
            },
        )
        if said.get("status") != "1":
            raise MapFailed(f"AMap said {said.get('infocode')}")
        by_origin = {int(one["origin_id"]): one for one in said["results"]}
        for n in range(len(rows)):
            one = by_origin.get(n + 1, {})
            yield [_cell(one.get("distance"), one.get("duration")) if "code" not in one else (_NEVER_M, NEVER_S)]


@dataclass(frozen=True, slots=True)
class Tencent:
    """Tencent's distance matrix by car."""

    key: str = field(repr=False)
    url: str = "https://apis.map.qq.com"
    session: requests.Session = field(default_factory=requests.Session, repr=False)

    def between(self, places: Sequence[Place]) -> Grid:
        """As `Matrix.between`. Raises MapFailed."""
        at = [to_gcj02(place) for place in places]
        return _in_blocks(len(at), 25, 25, lambda rows, columns: self._block(at, rows, columns))

    def _block(self, at: Sequence[Place], rows: range, columns: range) -> Iterator[list[Cell]]:
        def listed(numbers: range) -> str:
            return ";".join(f"{at[n].latitude:.6f},{at[n].longitude:.6f}" for n in numbers)

        said = _get(
            self.session,
            f"{self.url.rstrip('/')}/ws/distance/v1/matrix",
            {"key": self.key, "mode": "driving", "from": listed(rows), "to": listed(columns)},
        )
        if said.get("status") != 0:
            raise MapFailed(f"Tencent said {said.get('status')}")
        for row in said["result"]["rows"]:
            yield [_cell(one.get("distance"), one.get("duration")) for one in row["elements"]]


def matrix_of(kind: str, *, url: str = "", key: str = "", detour: float = 1.33, kmh: float = 22.0) -> Matrix:
    """The source of distances that the configuration names: great_circle, osrm, amap or tencent."""
    if kind == "osrm":
        return Osrm(url)
    if kind == "amap":
        return Amap(key, url or "https://restapi.amap.com")
    if kind == "tencent":
        return Tencent(key, url or "https://apis.map.qq.com")
    return GreatCircle(detour, kmh)


def _in_blocks(
    size: int, tall: int, wide: int, ask: Callable[[range, range], Iterator[list[Cell]]]
) -> tuple[list[list[int]], list[list[int]]]:
    """A whole matrix from calls for parts of it."""
    metres, seconds = ([[0] * size for _ in range(size)] for _ in range(2))
    for top in range(0, size, tall):
        for left in range(0, size, wide):
            rows, columns = range(top, min(size, top + tall)), range(left, min(size, left + wide))
            try:
                found = list(ask(rows, columns))
            except (KeyError, TypeError, ValueError, IndexError) as error:
                raise MapFailed("an answer that is not as documented") from error
            for a, cells in zip(rows, found, strict=True):
                for b, (m, s) in zip(columns, cells, strict=True):
                    metres[a][b], seconds[a][b] = (m, s) if a != b else (0, 0)
    return metres, seconds


def _cell(metres: Any, seconds: Any) -> Cell:
    """One pair; where no road leads there, a way that nobody drives."""
    if metres is None or seconds is None or float(metres) < 0:
        return _NEVER_M, NEVER_S
    return round(float(metres)), round(float(seconds))


def _get(session: requests.Session, url: str, query: dict[str, str]) -> dict[str, Any]:
    try:
        answer = session.get(url, params=query, timeout=TIMEOUT_S)
        said = answer.json()
    except (requests.RequestException, ValueError) as error:
        raise MapFailed(type(error).__name__) from None  # its text has the address, and that the key
    if not isinstance(said, dict):
        raise MapFailed("an answer that is not as documented")
    return said
