"""Coordinates and distances.

Chinese maps use GCJ-02, which shifts WGS-84 (what GPS and OpenStreetMap use) by up to 700 m inside mainland China. A
place says which of the two it is in; distances are taken in WGS-84. Formulas of the shift: published in many
open-source projects, for example https://github.com/googollee/eviltransform (checked against its test points).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

Datum = Literal["wgs84", "gcj02"]

EARTH_M = 6_371_008.8  # mean radius (IUGG)
_AXIS_M = 6_378_245.0  # Krasovsky 1940, on which GCJ-02 is defined
_ECCENTRICITY_SQUARED = 0.006_693_421_622_965_943
MAINLAND = (0.8293, 55.8271, 72.004, 137.8347)  # latitude from, to, longitude from, to: outside nothing is shifted


@dataclass(frozen=True, slots=True)
class Place:
    """Degrees north and east, and the datum they are given in."""

    latitude: float
    longitude: float
    datum: Datum = "wgs84"

    def __post_init__(self) -> None:
        if not (-90 <= self.latitude <= 90 and -180 <= self.longitude <= 180):
            raise ValueError("latitude or longitude out of range")


class Matrix(Protocol):
    """Where metres and seconds between places come from: the great circle here, or a map service of the operator's."""

    def between(self, places: Sequence[Place]) -> tuple[list[list[int]], list[list[int]]]:
        """Metres and seconds from each place (row) to each place (column), whole numbers, zeros in the diagonal."""
        ...


@dataclass(frozen=True, slots=True)
class GreatCircle:
    """Distance as the crow flies times a detour factor, at one speed.

    Streets of cities are about 1.3 to 1.4 times as long as the straight line (Ballou et al. 2002,
    doi:10.1016/S0965-8564(01)00044-1, gives 1.33 for China); 22 km/h is a delivery van between traffic lights.
    """

    detour: float = 1.33
    kmh: float = 22.0

    def between(self, places: Sequence[Place]) -> tuple[list[list[int]], list[list[int]]]:
        """As `Matrix.between`."""
        at = [to_wgs84(place) for place in places]
        metres = [[round(great_circle_m(a, b) * self.detour) for b in at] for a in at]
        seconds = [[round(one * 3.6 / self.kmh) for one in row] for row in metres]
        return metres, seconds


def great_circle_m(a: Place, b: Place) -> float:
    """Metres between two places of the same datum (haversine)."""
    south, north = math.radians(a.latitude), math.radians(b.latitude)
    half_chord = (
        math.sin((north - south) / 2) ** 2
        + math.cos(south) * math.cos(north) * math.sin(math.radians(b.longitude - a.longitude) / 2) ** 2
    )
    return 2 * EARTH_M * math.asin(math.sqrt(min(1.0, half_chord)))


def to_gcj02(place: Place) -> Place:
    """The same place as Chinese maps draw it."""
    if place.datum == "gcj02" or not _in_mainland(place):
        return Place(place.latitude, place.longitude, "gcj02")
    north, east = _shift(place.latitude, place.longitude)
    return Place(place.latitude + north, place.longitude + east, "gcj02")


def to_wgs84(place: Place) -> Place:
    """The same place as GPS gives it, to within a centimetre: the shift is undone by trying."""
    if place.datum == "wgs84" or not _in_mainland(place):
        return Place(place.latitude, place.longitude, "wgs84")
    latitude, longitude = place.latitude, place.longitude
    for _ in range(5):  # each round divides what is wrong by more than 100
        north, east = _shift(latitude, longitude)
        latitude, longitude = place.latitude - north, place.longitude - east
    return Place(latitude, longitude, "wgs84")


def _in_mainland(place: Place) -> bool:
    south, north, west, east = MAINLAND
    return south <= place.latitude <= north and west <= place.longitude <= east


def _shift(latitude: float, longitude: float) -> tuple[float, float]:
    """Degrees north and east that GCJ-02 adds at a WGS-84 position."""
    x, y = longitude - 105.0, latitude - 35.0
    waves = 20 * math.sin(6 * x * math.pi) + 20 * math.sin(2 * x * math.pi)
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * math.sqrt(abs(x))
    north += (waves + _swell(y, 20, 40, 160, 320, 12, 30)) * 2 / 3
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * math.sqrt(abs(x))
    east += (waves + _swell(x, 20, 40, 150, 300, 12, 30)) * 2 / 3
    sine = math.sin(math.radians(latitude))
    bend = 1 - _ECCENTRICITY_SQUARED * sine * sine
    meridian = _AXIS_M * (1 - _ECCENTRICITY_SQUARED) / (bend * math.sqrt(bend))
    parallel = _AXIS_M / math.sqrt(bend) * math.cos(math.radians(latitude))
    return math.degrees(north / meridian), math.degrees(east / parallel)


def _swell(t: float, a: float, b: float, c: float, d: float, slow: float, slower: float) -> float:
    pi = math.pi
    return a * math.sin(t * pi) + b * math.sin(t / 3 * pi) + c * math.sin(t / slow * pi) + d * math.sin(t * pi / slower)
