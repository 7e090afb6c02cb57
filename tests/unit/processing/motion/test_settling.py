"""A body met in the air that was known to tens of kilometres, seen as a light by two satellites."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from launchwatch.core.arrays import FloatArray
from launchwatch.core.frames import enu_axes
from launchwatch.core.geodesy import itrf_from_geodetic
from launchwatch.processing.motion import descent as air
from launchwatch.processing.motion.ballistic import Ballistic
from launchwatch.processing.motion.lag import Seen
from launchwatch.processing.motion.measurements import LinesOfSight, tangents_of
from launchwatch.processing.motion.settling import settle, wide
from unit.processing.motion.descending import EPOCH, S, nees

SATELLITES = {
    name: 42_164e3 * np.array([np.cos(np.radians(lon)), np.sin(np.radians(lon)), 0.0])
    for name, lon in (("west", 90.0), ("east", 160.0))
}
NOISE_RAD, BIAS_RAD = 15e-6, 10e-6
DOWN = np.concatenate(
    [itrf_from_geodetic(40.0, 128.0, 75e3), enu_axes(40.0, 128.0).T @ np.array([5500.0, 800.0, -1900.0])]
)
# Along the path 25 km, across and up a few: a last stage seen to its end by infrared alone, twenty minutes ago.
_AXES = enu_axes(40.0, 128.0)
SPREAD = np.zeros((6, 6))
SPREAD[:3, :3] = _AXES.T @ np.diag([25e3, 4e3, 9e3]) ** 2 @ _AXES
SPREAD[3:, 3:] = np.diag([30.0] * 3) ** 2


def lights(rng: np.random.Generator, times_s: FloatArray, drag: float) -> tuple[list[Seen], FloatArray]:
    """Lines of sight of both satellites in turn, and the true state at the last."""
    shared = {name: BIAS_RAD * rng.normal(size=2) for name in SATELLITES}
    seen, state = [], np.concatenate([DOWN, [np.log(drag), 0.0, 0.0]])
    for k, t in enumerate(times_s):
        name = list(SATELLITES)[k % 2]
        there = air.state_after(state, float(t))
        away = there[:3] - SATELLITES[name]
        true = away / np.linalg.norm(away)
        across = tangents_of(true[None])[0]
        line = true + (NOISE_RAD * rng.normal(size=2) + shared[name]) @ across
        line /= np.linalg.norm(line)
        data = LinesOfSight(
            np.array([t]), np.zeros(1, np.int64), SATELLITES[name][None], line[None], tangents_of(line[None]),
            np.array([NOISE_RAD]), np.array([BIAS_RAD]),
        )  # fmt: skip
        seen.append(Seen(EPOCH + round(float(t) * S), name, 0, data))
    return seen, there


def test_a_badly_known_body_is_found_and_its_errors_are_as_said(measured: Callable[[str], None]) -> None:
    times, runs = np.arange(0.0, 16.0, 1.0), 40
    errors, ratios, before = [], [], []
    for seed in range(runs):
        rng = np.random.default_rng(seed)
        start = Ballistic(EPOCH, rng.multivariate_normal(DOWN, SPREAD), SPREAD, [])
        assert wide(start)
        seen, truth = lights(rng, times, float(np.exp(np.log(air.DRAG[0]) + 0.5 * rng.normal())))
        said = settle(start, seen)
        assert said.epoch_ns == seen[-1].epoch_ns
        assert not wide(said)
        mean, covariance = air.collapsed(said)
        errors.append(np.linalg.norm(mean[:3] - truth[:3]))
        before.append(np.linalg.norm(start.mean[:3] - DOWN[:3]))
        ratios.append(nees(mean[:6] - truth[:6], covariance[:6, :6]))
        assert said.glide < 0.5
    rms_km = np.sqrt(np.mean(np.square([before, errors]), axis=1)) / 1e3
    measured(f"RMS of position {rms_km[0]:.0f} km before, {rms_km[1]:.2f} km after 15 s; NEES(6) {np.mean(ratios):.2f}")
    # two lines of sight of 18 urad from 38,000 km, 45 degrees apart: a kilometre, and the path between adds to it
    assert np.sqrt(np.mean(np.square(errors))) < 1.5e3
    # of chi-squared (6) over 40 runs five sigma; other kinds of flight have their part in what is said
    assert 3.0 < np.mean(ratios) < 6.0 + 5.0 * np.sqrt(12.0 / runs)
