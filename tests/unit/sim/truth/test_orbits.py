from typing import Any

import numpy as np
import pytest
from msgspec.structs import replace

from launchwatch.catalog.loader import load_catalog
from launchwatch.catalog.schema import Elements, Geostationary, Molniya, Walker
from launchwatch.core.epochs import NS, parse_utc
from launchwatch.core.frames import teme_from_itrf
from launchwatch.core.geodesy import A, geodetic_from_itrf
from launchwatch.sim.truth.orbits import GEOSTATIONARY_M, OrbitError, between, satellite_positions

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
LAYER = Walker(
    epoch="2026-08-20T00:00:00Z", altitude_km=1000.0, inclination_deg=81.0, planes=2, satellites_per_plane=4, phasing=1,
    node_span_deg=180.0, **BLOCK,
)  # fmt: skip
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


def test_a_layer_flies_at_its_height_and_tilt_evenly_spread() -> None:
    t = times(50, 300.0, LAYER.epoch_ns)
    tracks = [teme_from_itrf(*satellite_positions(LAYER, t, k), t) for k in range(1, 9)]
    for r, v in tracks:
        np.testing.assert_allclose(np.linalg.norm(r, axis=1), A + 1000e3, rtol=1e-12)
        normal = np.cross(r, v)
        tilt = np.degrees(np.arccos(normal[:, 2] / np.linalg.norm(normal, axis=1)))
        np.testing.assert_allclose(tilt, 81.0, atol=1e-9)
    for first in (0, 4):  # a quarter of a turn apart along a plane
        for k in range(3):
            a, b = tracks[first + k][0], tracks[first + k + 1][0]
            np.testing.assert_allclose(np.sum(a * b, axis=1) / (A + 1000e3) ** 2, 0.0, atol=1e-9)
    nodes = [np.degrees(np.arctan2(n[0], -n[1])) for n in (np.cross(r[0], v[0]) for r, v in tracks)]
    assert nodes[4] - nodes[0] == pytest.approx(90.0, abs=1e-6)


def test_a_layer_drifts_as_sgp4_has_it() -> None:
    """Two days: node and phase against mean elements of the same height, period and tilt."""
    t = times(2, 2.0 * 86_400.0, LAYER.epoch_ns)
    r, v = teme_from_itrf(*satellite_positions(LAYER, t, 1), t)
    speed = np.linalg.norm(v[0]) / np.linalg.norm(r[0])
    mean = Elements(
        epoch=LAYER.epoch, inclination_deg=81.0, raan_deg=0.0, eccentricity=1e-6, argument_of_perigee_deg=0.0,
        mean_anomaly_deg=0.0, mean_motion_rev_day=float(speed) * 86_400.0 / (2.0 * np.pi), **BLOCK,
    )  # fmt: skip
    other, other_v = teme_from_itrf(*satellite_positions(mean, t), t)
    ours, theirs = np.cross(r[1], v[1]), np.cross(other[1], other_v[1])
    node, other_node = (np.degrees(np.arctan2(n[0], -n[1])) for n in (ours, theirs))
    # about 2 degrees in two days; SGP4 adds fourth-order terms, and short-period ones of 0.02 degrees
    assert node == pytest.approx(other_node, abs=0.03)
    assert node == pytest.approx(-1.9, abs=0.4)


def test_a_layer_wants_to_know_which_satellite() -> None:
    with pytest.raises(OrbitError, match="say which satellite"):
        satellite_positions(LAYER, times(1, 1.0))
    with pytest.raises(OrbitError, match="has no satellite 9; it has 8"):
        satellite_positions(LAYER, times(1, 1.0), 9)


@pytest.mark.parametrize(("name", "off_m"), [("ru-eks-5-2026", 1.5), ("us-sbirs-geo-2-2026", 0.1)])
def test_between_points_of_the_grid_a_satellite_is_where_its_orbit_says(name: str, off_m: float) -> None:
    orbit = load_catalog().orbits[name]
    start = parse_utc("2026-08-20T00:00:00Z")

    def exact(ns: Any) -> Any:
        return satellite_positions(orbit, ns)

    placed = between(exact, start, start + 43_200 * NS)
    epochs = start + np.random.default_rng(1).integers(-600 * NS, 43_800 * NS, 2000)
    (here, speed), (true, true_speed) = placed(epochs), exact(epochs)
    assert np.abs(here - true).max() < off_m
    assert np.abs(speed - true_speed).max() < off_m
    with pytest.raises(ValueError, match="ask for a longer window"):
        placed(np.array([start + 50_000 * NS]))
