"""Coordinates: the shift of Chinese maps, undone; distances that agree with known ones."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from operations.routing.geo import GreatCircle, Place, great_circle_m, to_gcj02, to_wgs84

# WGS-84 and GCJ-02 of the same points, from the tests of https://github.com/googollee/eviltransform
SHIFTED = [
    ((31.1774276, 121.5272106), (31.17530398364597, 121.531541859215)),  # Shanghai
    ((22.543847, 113.912316), (22.540796131694766, 113.9171764808363)),  # Shenzhen
    ((39.911954, 116.377817), (39.91334545536069, 116.38404722455657)),  # Beijing
]


@pytest.mark.parametrize(("wgs", "gcj"), SHIFTED)
def test_the_shift_is_the_published_one(wgs: tuple[float, float], gcj: tuple[float, float]) -> None:
    shifted = to_gcj02(Place(*wgs))
    assert (shifted.latitude, shifted.longitude) == pytest.approx(gcj, abs=1e-6)
    assert great_circle_m(to_wgs84(Place(*gcj, "gcj02")), Place(*wgs)) < 0.5


@given(st.floats(18, 53), st.floats(74, 134))
def test_there_and_back_is_the_same_place(latitude: float, longitude: float) -> None:
    there = to_gcj02(Place(latitude, longitude))
    assert great_circle_m(to_wgs84(there), Place(latitude, longitude)) < 0.01


def test_outside_the_mainland_nothing_is_shifted() -> None:
    paris = Place(48.8584, 2.2945)
    assert to_gcj02(paris) == Place(48.8584, 2.2945, "gcj02")


def test_what_is_shifted_already_is_not_shifted_again() -> None:
    place = to_gcj02(Place(31.2, 121.4))
    assert to_gcj02(place) == place
    assert to_wgs84(to_wgs84(place)) == to_wgs84(place)


def test_distance_of_a_degree() -> None:
    # One degree of a great circle is 111.195 km on a sphere of the mean radius.
    assert great_circle_m(Place(0, 0), Place(0, 1)) == pytest.approx(111_195, rel=1e-4)
    assert great_circle_m(Place(30, 120), Place(30, 120)) == 0


def test_mixed_datums_give_the_true_distance() -> None:
    here = Place(31.2, 121.4)
    metres, seconds = GreatCircle(detour=1, kmh=36).between([here, to_gcj02(here), Place(31.3, 121.4)])
    assert metres[0][1] == 0
    assert metres[0][2] == pytest.approx(11_120, abs=5)
    assert seconds[0][2] == pytest.approx(1_112, abs=1)


@pytest.mark.parametrize(("latitude", "longitude"), [(91, 0), (0, 181), (float("nan"), 0)])
def test_a_place_off_the_earth_is_refused(latitude: float, longitude: float) -> None:
    with pytest.raises(ValueError, match="out of range"):
        Place(latitude, longitude)
