"""Sun and Moon against published positions and eclipses."""

import numpy as np
import pytest

from launchwatch.core.arrays import FloatArray
from launchwatch.core.epochs import gmst_rad, parse_utc
from launchwatch.core.frames import azimuth_elevation_range
from launchwatch.core.geodesy import itrf_from_geodetic
from launchwatch.physics.sun import ASTRONOMICAL_UNIT, in_shadow, moon_position, sun_position


def right_ascension_declination(position: FloatArray, ns: int) -> tuple[float, float]:
    """Degrees, of the mean equator and equinox of date."""
    x, y, z = position
    return (
        float(np.degrees(np.arctan2(y, x) + gmst_rad(ns)) % 360.0),
        float(np.degrees(np.arctan2(z, np.hypot(x, y)))),
    )


def test_sun_of_an_almanac() -> None:
    # Meeus, Astronomical Algorithms (1998), example 25: 1992 October 13.0 TD; 59 s before 0h UTC
    ns = parse_utc("1992-10-12T23:59:01Z")
    position = sun_position(ns)
    # 0.01 degrees is the series' own accuracy; aberration and nutation are in the published place, 0.006 degrees
    assert right_ascension_declination(position, ns) == pytest.approx((198.3817, -7.7853), abs=0.016)
    assert np.linalg.norm(position) / ASTRONOMICAL_UNIT == pytest.approx(0.99766, rel=3e-4)


def test_moon_of_an_almanac() -> None:
    # Meeus (1998), example 47.a: 1992 April 12.0 TD: 134.688 and 13.768 degrees, 368,409.7 km
    ns = parse_utc("1992-04-11T23:59:01Z")
    position = moon_position(ns)
    assert right_ascension_declination(position, ns) == pytest.approx((134.688, 13.768), abs=0.3)
    assert np.linalg.norm(position) == pytest.approx(368_409.7e3, rel=5e-3)


@pytest.mark.parametrize(
    ("time", "lat_deg", "lon_deg", "elevation_deg", "azimuth_deg"),
    [
        # places of greatest eclipse with the Sun's altitude and azimuth (Espenak, NASA eclipse pages)
        ("2017-08-21T18:25:30Z", 36.97, -87.67, 63.9, 197.9),
        ("2024-04-08T18:17:20Z", 25.29, -104.14, 69.8, 149.4),
        ("2009-07-22T02:35:18Z", 24.21, 144.12, 85.9, 197.6),
    ],
)
def test_moon_covers_sun_at_greatest_eclipse(
    time: str, lat_deg: float, lon_deg: float, elevation_deg: float, azimuth_deg: float
) -> None:
    ns = parse_utc(time)
    site = itrf_from_geodetic(lat_deg, lon_deg)
    sun, moon = sun_position(ns), moon_position(ns)
    azimuth, elevation, _ = azimuth_elevation_range(site, lat_deg, lon_deg, sun)
    assert float(elevation) == pytest.approx(elevation_deg, abs=0.15)  # altitudes are printed to a degree or a tenth
    # near the zenith azimuth says little
    assert float(azimuth - azimuth_deg) * np.cos(np.radians(elevation_deg)) == pytest.approx(0.0, abs=0.3)
    to_sun, to_moon = ((body - site) / np.linalg.norm(body - site) for body in (sun, moon))
    # they stand together to the Moon's accuracy, 0.3 degrees, seen from there
    assert np.degrees(np.arccos(to_sun @ to_moon)) < 0.35


def test_equinoxes_and_solstices() -> None:
    # Times of the Astronomical Almanac for 2024; the declination moves 0.4 degrees a day at an equinox
    for time, declination in (
        ("2024-03-20T03:06:00Z", 0.0), ("2024-06-20T20:51:00Z", 23.44), ("2024-09-22T12:44:00Z", 0.0),
        ("2024-12-21T09:20:00Z", -23.44),
    ):  # fmt: skip
        ns = parse_utc(time)
        assert right_ascension_declination(sun_position(ns), ns)[1] == pytest.approx(declination, abs=0.012)


def test_a_geostationary_satellite_has_its_eclipses_about_the_equinoxes() -> None:
    def minutes(day: str) -> int:
        ns = parse_utc(f"{day}T00:00:00Z") + 60_000_000_000 * np.arange(1440)
        place = np.tile(itrf_from_geodetic(0.0, 20.0, 35_786e3), (1440, 1))
        return int(in_shadow(place, sun_position(ns)).sum())

    # 69.4 minutes for the middle of the Sun: 2 asin(6378/42164) of 360.99 degrees a day
    assert minutes("2024-03-20") == pytest.approx(69, abs=1)
    assert minutes("2024-06-20") == 0
    # the season lasts while the Sun is within asin(6378/42164) = 8.7 degrees of the equator: 22 days either way
    assert minutes("2024-04-09") > 0
    assert minutes("2024-04-14") == 0
