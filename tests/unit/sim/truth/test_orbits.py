import numpy as np
import pytest
from msgspec.structs import replace

from launchwatch.catalog.schema import Elements, Geostationary, Molniya
from launchwatch.core.epochs import NS, parse_utc
from launchwatch.core.geodesy import A, geodetic_from_itrf
from launchwatch.sim.truth.orbits import GEOSTATIONARY_M, OrbitError, satellite_positions

BLOCK = {"id": "an-orbit", "name": "an orbit", "source": "a test", "confidence": "none", "status": "synthetic"}
SLOT = Geostationary(longitude_deg=-70.0, **BLOCK)
LOOP = Molniya(apogee_longitude_deg=15.0, inclination_deg=63.4, perigee_km=600.0, phase_deg=40.0, **BLOCK)
MEAN = Elements(
    epoch="2026-08-20T00:00:00Z",
    inclination_deg=51.6,
    raan_deg=30.0,
    eccentricity=0.001,
    argument_of_perigee_deg=0.0,
    mean_anomaly_deg=0.0,
    mean_motion_rev_day=15.5,
    **BLOCK,
)
NOW = parse_utc("2017-11-28T18:18:00Z")
DAY = 86_164_090_530_833  # one sidereal day, ns


def times(count: int, step_s: float, start: int = NOW) -> np.ndarray:
    return start + np.arange(count) * round(step_s * NS)


def test_geostationary_stands_still() -> None:
    position, velocity = satellite_positions(SLOT, times(3, 3_600.0))
    lat, lon, alt = geodetic_from_itrf(position)
    np.testing.assert_allclose(lat, 0.0, atol=1e-12)
    np.testing.assert_allclose(lon, -70.0, atol=1e-12)
    np.testing.assert_allclose(alt, GEOSTATIONARY_M - A, atol=1e-6)
    assert (velocity == 0.0).all()


@pytest.mark.parametrize("orbit", [LOOP, replace(MEAN, eccentricity=0.01, mean_motion_rev_day=2.0)])
def test_velocity_is_the_slope_of_position(orbit: Molniya | Elements) -> None:
    start = parse_utc("2026-08-20T03:00:00Z")
    position, velocity = satellite_positions(orbit, times(3, 0.5, start))
    slope = position[2] - position[0]
    # SGP4's velocity leaves out small periodic terms: centimetres a second
    np.testing.assert_allclose(velocity[1], slope, atol=0.1)


def test_molniya_has_its_apogees_over_its_longitudes() -> None:
    """Also on other days and in other years."""
    for start in (NOW, parse_utc("2026-08-01T00:00:00Z")):
        t = times(1_441, 60.0, start)
        position, _ = satellite_positions(LOOP, t)
        radius = np.linalg.norm(position, axis=1)
        tops = [i for i in range(1, len(t) - 1) if radius[i - 1] < radius[i] >= radius[i + 1]]
        assert len(tops) == 2
        lat, lon, alt = geodetic_from_itrf(position[tops])
        # samples are up to half a minute from the apogee, where the ground moves by 0.1 deg
        np.testing.assert_allclose(sorted(lon), [-165.0, 15.0], atol=0.3)
        np.testing.assert_allclose(lat, 63.4, atol=0.3)
        np.testing.assert_allclose(radius.min() - A, 600e3, atol=20e3)  # the perigee itself passes in a minute
        np.testing.assert_allclose(alt, 39_750e3, atol=50e3)  # 26,562 km of semi-major axis


def test_molniya_phase_and_apogee_epoch_say_the_same() -> None:
    by_epoch = replace(LOOP, phase_deg=None, apogee_epoch="2000-01-01T12:00:00Z")
    by_phase = replace(LOOP, phase_deg=180.0)
    np.testing.assert_allclose(
        satellite_positions(by_epoch, times(5, 4_000.0))[0],
        satellite_positions(by_phase, times(5, 4_000.0))[0],
        rtol=0,
        atol=1e-3,
    )


def test_old_elements_are_refused() -> None:
    inside = parse_utc("2026-09-18T23:59:59Z")
    assert np.isfinite(satellite_positions(MEAN, np.array([inside]))[0]).all()
    with pytest.raises(OrbitError, match=r"an-orbit: 2026-09-20T00:00:00Z is 31 days from the elements' epoch"):
        satellite_positions(MEAN, np.array([inside, parse_utc("2026-09-20T00:00:00Z")]))


def test_elements_that_fall_are_refused() -> None:
    with pytest.raises(OrbitError, match="SGP4 gives no position"):
        satellite_positions(
            replace(MEAN, mean_motion_rev_day=18.0, bstar=0.1), np.array([parse_utc("2026-08-21T00:00:00Z")])
        )
