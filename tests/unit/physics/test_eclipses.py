"""Sun and Moon where eclipses, a solstice and distances put them."""

import numpy as np
import pytest

from launchwatch.core.epochs import parse_utc
from launchwatch.core.geodesy import geodetic_from_itrf
from launchwatch.physics.sun import ASTRONOMICAL_UNIT, moon_position, sun_position


def direction(position: np.ndarray) -> np.ndarray:
    return np.asarray(position / np.linalg.norm(position))


def apart_deg(a: np.ndarray, b: np.ndarray) -> float:
    return float(np.degrees(np.arccos(np.clip(direction(a) @ direction(b), -1.0, 1.0))))


def test_the_sun_stands_over_the_tropic_at_the_solstice_and_over_greenwich_near_noon() -> None:
    noon = sun_position(parse_utc("2024-06-20T12:00:00Z"))
    lat, lon, _ = geodetic_from_itrf(noon)
    # 0.2 degrees: geodetic latitude far out is geocentric but for the flattening's part of the radius
    assert float(lat) == pytest.approx(23.44, abs=0.2)
    assert float(lon) == pytest.approx(0.45, abs=0.2)  # the equation of time of the day: 1.8 minutes
    assert np.linalg.norm(noon) / ASTRONOMICAL_UNIT == pytest.approx(1.016, abs=1e-3)


def test_the_moon_covers_the_sun_from_where_the_eclipse_of_1999_was_total() -> None:
    # greatest eclipse 11 August 1999, 11:03 UTC, gamma 0.506: the axis passes 0.506 Earth radii from the centre, which
    # is 0.49 degrees at the Moon's distance; the series is good to 0.3 degrees
    at = parse_utc("1999-08-11T11:03:00Z")
    assert apart_deg(sun_position(at), moon_position(at)) == pytest.approx(0.49, abs=0.3)


def test_the_moon_stands_opposite_the_sun_in_the_eclipse_of_2015() -> None:
    at = parse_utc("2015-09-28T02:47:00Z")  # total; gamma -0.33: 0.35 degrees at the Moon's distance, near perigee
    assert apart_deg(-sun_position(at), moon_position(at)) == pytest.approx(0.35, abs=0.3)
    # 356,877 km a few hours before: the perigee of that month; 0.5 % of the series
    assert np.linalg.norm(moon_position(at)) == pytest.approx(3.569e8, rel=0.006)
