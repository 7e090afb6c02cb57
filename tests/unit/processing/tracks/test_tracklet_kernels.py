"""Kernels of tracklets against plain NumPy twins."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from launchwatch.core.arrays import FloatArray
from launchwatch.core.geodesy import itrf_from_geodetic
from launchwatch.processing.motion.measurements import axis_across, tangents_of
from launchwatch.processing.tracks._tracklet_kernels import (
    AXIS,
    COLUMNS,
    DIRECTION,
    FIT_ROWS,
    GATE_SIGMA,
    MAX_FIRST_SPEED,
    MAX_RADAR_SPEED,
    PLACE,
    POSITION,
    SIGMA,
    SUBSURFACE_M,
    TIME,
    misses,
    standing,
)
from launchwatch.processing.tracks.sightings import off_line, sights_of
from launchwatch.processing.tracks.still import DRIFT_RAD_S, MOVES_CHI2, RECENT_S, stands_still

GEO = itrf_from_geodetic(0.0, 100.0, 35_786e3)


def sights(points: FloatArray, times_s: FloatArray, sigma_rad: float, rng: np.random.Generator) -> FloatArray:
    """Detections of points (n, 3), ITRF m, from the geostationary belt."""
    rows = np.zeros((len(points), COLUMNS))
    line = points - GEO
    line += rng.normal(0.0, sigma_rad, line.shape) * np.linalg.norm(line, axis=1)[:, None]
    rows[:, TIME], rows[:, SIGMA] = times_s, sigma_rad
    rows[:, POSITION : POSITION + 3] = GEO
    rows[:, DIRECTION : DIRECTION + 3] = line / np.linalg.norm(line, axis=1)[:, None]
    rows[:, AXIS] = axis_across(rows[:, DIRECTION : DIRECTION + 3])
    return rows


def plain_misses(
    own: FloatArray, acceleration: float, infrared: bool, look: FloatArray, sigma: FloatArray
) -> FloatArray:
    """Miss distances over gate widths (m,) of one tracklet (n, columns)."""
    dt = look[:, TIME] - own[-1, TIME]
    recent = own[-FIT_ROWS:]
    if infrared:
        unit = 1.0 / (np.linalg.norm(own[-1, POSITION : POSITION + 3]) - SUBSURFACE_M)
        tangents = tangents_of(own[-1:, DIRECTION : DIRECTION + 3])[0]
        past, now = (rows[:, DIRECTION : DIRECTION + 3] @ tangents.T for rows in (recent, look))
        speed = MAX_FIRST_SPEED
    else:
        past, now, speed, unit = recent[:, PLACE : PLACE + 3], look[:, PLACE : PLACE + 3], MAX_RADAR_SPEED, 1.0
    if len(own) == 1:
        miss = np.linalg.norm(now - past[-1], axis=1)
        gate = GATE_SIGMA * 1.5 * sigma + speed * unit * dt
    else:
        tau = recent[:, TIME] - own[-1, TIME]
        line = np.polynomial.polynomial.polyfit(tau, past, 1)
        miss = np.linalg.norm(now - (line[0] + dt[:, None] * line[1]), axis=1)
        bend = 0.5 * acceleration * unit * (dt - tau[0]) * dt
        gate = GATE_SIGMA * sigma * (1.5 + 1.5 * dt / -tau[0]) + bend
    return np.where((dt > 1e-6) & (miss <= gate), miss / gate, np.inf)


@pytest.mark.parametrize("infrared", [True, False])
@given(seed=st.integers(0, 2**32 - 1), hits=st.integers(1, 9))
def test_misses_equal_their_plain_twin(infrared: bool, seed: int, hits: int) -> None:
    rng = np.random.default_rng(seed)
    start = itrf_from_geodetic(40.0, 110.0, 0.0) + rng.normal(0.0, 1e5, (4, 3))
    speed = rng.normal(0.0, 2e3, (4, 3))
    rows, look_s = np.zeros((6, 12, COLUMNS)), float(hits)
    for k in range(4):
        path = start[k] + np.arange(hits)[:, None] * speed[k]
        rows[k + 1, :hits] = sights(path, np.arange(float(hits)), 2e-5, rng)
        if not infrared:
            rows[k + 1, :hits, PLACE : PLACE + 3] = path
    then = np.concatenate([start + hits * speed, start + rng.normal(0.0, 5e3, (4, 3))])
    look = sights(then, np.full(8, look_s), 2e-5, rng)
    look[0, TIME] = hits - 1.0  # no later than the newest
    if not infrared:
        look[:, PLACE : PLACE + 3] = then
    sigma = rng.uniform(1e-5, 3e-5, 8) * (1.0 if infrared else 1e7)
    most = np.array([20.0, 40.0, 80.0, 120.0])
    said = misses(rows, np.arange(1, 5), np.full(4, hits), most, infrared, look, sigma)
    for k in range(4):
        plain = plain_misses(rows[k + 1, :hits], most[k], infrared, look, sigma)
        # rounding of unit vectors: 1e-16 over the narrowest gate, 1e-5, through a division by the lever
        np.testing.assert_allclose(said[k], plain, rtol=1e-6, atol=1e-8)
    assert np.isinf(said[:, 0]).all()


@given(
    seed=st.integers(0, 2**32 - 1),
    hits=st.integers(2, 90),
    speed_m_s=st.sampled_from([0.0, 30.0, 100.0, 300.0, 1000.0]),
    lat=st.floats(-78.0, 78.0),
    jump=st.booleans(),
)
def test_standing_equals_its_plain_twin(seed: int, hits: int, speed_m_s: float, lat: float, jump: bool) -> None:
    rng = np.random.default_rng(seed)
    place, east = itrf_from_geodetic(lat, 110.0, 0.0), np.array([-np.sin(1.92), np.cos(1.92), 0.0])
    times = np.cumsum(rng.uniform(0.5, 1.5, hits))
    path = place + np.outer(times * speed_m_s + (jump & (times > times.mean())) * 4e3, east)
    rows = np.zeros((2, 96, COLUMNS))
    rows[1, :hits] = sights(path, times, 1.5e-5, rng)
    said = standing(rows, np.array([1]), np.array([hits]), RECENT_S, MOVES_CHI2, DRIFT_RAD_S)
    assert said.tolist() == [stands_still(sights_of(rows[1, :hits], np.array([1e-5])))]


def test_a_line_passes_a_point_by() -> None:
    """A quarter of a degree off at 36,000 km is 156 km; what lies on the line is no distance off."""
    rows = sights(itrf_from_geodetic(0.0, 100.0, 0.0)[None], np.zeros(1), 0.0, np.random.default_rng(1))
    beside = GEO * (1.0 - 35_786e3 / np.linalg.norm(GEO)) + np.array([0.0, 0.0, 35_786e3 * np.tan(np.radians(0.25))])
    np.testing.assert_allclose(off_line(rows, beside), [156.15e3], rtol=1e-4)  # five digits of the tangent
    np.testing.assert_allclose(off_line(rows, GEO * 0.5), [0.0], atol=1e-3)
