"""Sources that stand still are told from those that move: false moves as rare as stated, moves found when they show."""

import numpy as np
import pytest
from msgspec.structs import replace

from launchwatch.core.frames import enu_axes
from launchwatch.core.geodesy import itrf_from_geodetic
from launchwatch.processing.motion.measurements import LinesOfSight, tangents_of
from launchwatch.processing.tracks.still import MOVES_CHI2, ground_distance, stands_still

GEO = itrf_from_geodetic(0.0, 100.0, 35_786e3)
SIGMA = 15e-6


def _rows(
    speed_m_s: float, looks: int, rng: np.random.Generator, height_m: float = 0.0, lat: float = 40.0
) -> LinesOfSight:
    """One look a second from the geostationary belt at a place, moving east."""
    time_s = np.arange(float(looks))
    place = itrf_from_geodetic(lat, 110.0, height_m)
    target = place + np.outer(time_s * speed_m_s, enu_axes(lat, 110.0)[0])
    line = target - GEO
    direction = line / np.linalg.norm(line, axis=1)[:, None]
    tangents = tangents_of(direction)
    noise = rng.normal(0.0, SIGMA, (looks, 2))
    direction = direction + np.einsum("nk,nki->ni", noise, tangents)
    direction /= np.linalg.norm(direction, axis=1)[:, None]
    return LinesOfSight(
        time_s=time_s,
        sensor=np.zeros(looks, np.int64),
        position=np.tile(GEO, (looks, 1)),
        direction=direction,
        tangents=tangents_of(direction),
        sigma=np.full(looks, SIGMA),
        bias_sigma=np.array([10e-6]),
    )


@pytest.mark.parametrize("looks", [3, 10, 40])
def test_what_stands_seldom_moves(looks):
    """Chance exp(-15) = 3e-7 of a test; one in 2,000 would mean that the noise is misjudged by a quarter."""
    rng = np.random.default_rng(looks)
    assert all(stands_still(_rows(0.0, looks, rng)) for _ in range(2000))


def test_the_statistic_has_two_degrees_of_freedom(monkeypatch):
    """With a threshold of 4.605 one standing source in ten moves: 10 % of 4,000, within four standard errors."""
    monkeypatch.setattr("launchwatch.processing.tracks.still.MOVES_CHI2", 4.605)
    monkeypatch.setattr("launchwatch.processing.tracks.still.DRIFT_RAD_S", 0.0)
    monkeypatch.setattr("launchwatch.processing.tracks.still._two_places", lambda across, weight: np.inf)
    rng = np.random.default_rng(5)
    moved = sum(not stands_still(_rows(0.0, 8, rng)) for _ in range(4000))
    assert abs(moved / 4000 - 0.1) < 4.0 * np.sqrt(0.1 * 0.9 / 4000)


def test_a_slow_booster_moves_within_fifteen_looks():
    """400 m/s is 11 urad a second: after ten looks a slope of 6.4 standard errors; after 15 no step does as well."""
    rng = np.random.default_rng(2)
    assert not any(stands_still(_rows(400.0, 15, rng)) for _ in range(300))
    assert MOVES_CHI2 < 6.4**2


def test_a_fast_booster_moves_within_eight_looks():
    rng = np.random.default_rng(3)
    assert not any(stands_still(_rows(1200.0, 8, rng)) for _ in range(300))


@pytest.mark.parametrize("change", [3, 10, 18])
def test_two_fires_in_turn_are_no_motion(change):
    """Four kilometres apart, the one after the other: a slope of many standard errors, and yet nothing moves."""
    rng = np.random.default_rng(change)
    moved = 0
    for _ in range(300):
        here, there = _rows(0.0, 20, rng), _rows(0.0, 20, rng, lat=40.035)
        later = np.arange(20) >= change
        rows = replace(
            here,
            direction=np.where(later[:, None], there.direction, here.direction),
            tangents=np.where(later[:, None, None], there.tangents, here.tangents),
        )
        moved += not stands_still(rows)
    # nearer than three looks to an end a line can explain as much as the step
    assert moved == 0


def test_what_passes_the_earth_by_does_not_stand():
    assert not stands_still(_rows(0.0, 5, np.random.default_rng(1), height_m=300e3, lat=81.5))


def test_ground_distance_is_that_of_the_place():
    place = itrf_from_geodetic([10.0, -35.0], [95.0, 120.0], [0.0, 0.0])
    line = place - GEO
    away = np.linalg.norm(line, axis=1)
    found = ground_distance(np.tile(GEO, (2, 1)), line / away[:, None])
    np.testing.assert_allclose(found, away, atol=1e-3)  # rounding of a quadratic at 4e7 m
