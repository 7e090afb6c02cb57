"""Two partners' tracks that rest on one shared sensor: which ways to fuse them are as good as they say.

Each partner follows a body in free flight with its own radar and with one that both hear, by the chain's own filter.
The true path carries the accelerations that the filter allows for, so that each track by itself is honest, and both
partners' errors share them as well. How far the fused state is off, in its own covariance, is averaged over many draws
(Bar-Shalom, Li and Kirubarajan 2001, section 5.4).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
import pytest
from scipy.stats import chi2

from launchwatch.core.arrays import FloatArray
from launchwatch.core.frames import enu_axes
from launchwatch.core.gaussians import fuse_independent, intersect_covariances, intersect_inverse, nees
from launchwatch.core.geodesy import itrf_from_geodetic
from launchwatch.processing.motion import ballistic as flight
from launchwatch.processing.motion.ballistic import Ballistic
from launchwatch.processing.motion.measurements import Plots, predict_plots, row

Estimate: TypeAlias = tuple[FloatArray, FloatArray]

EPOCH = 1_700_000_000_000_000_000
S = 1_000_000_000
RUNS, STEP_S, STEPS = 150, 2.0, 120
FIRST = 8
SITES = {"shared": (45.0, 140.0, 100.0), "a": (35.0, 133.0, 300.0), "b": (52.0, 128.0, 300.0)}
SIGMA, BIAS = np.array([1.5e-3, 1.5e-3, 40.0]), np.array([5e-4, 5e-4, 30.0])
LAUNCHED = np.concatenate(
    [itrf_from_geodetic(40.0, 129.0, 250e3), enu_axes(40.0, 129.0).T @ np.array([2500.0, 300.0, 2800.0])]
)
WAYS: dict[str, Callable[[FloatArray, FloatArray, FloatArray, FloatArray], Estimate]] = {
    "product": fuse_independent,
    "covariance intersection": intersect_covariances,
    "inverse covariance intersection": intersect_inverse,
}


def flown(rng: np.random.Generator) -> FloatArray:
    """States (STEPS + 1, 6) of a flight that is pushed at random as much as the filter allows for."""
    t = STEP_S
    root = np.linalg.cholesky(flight.ACCELERATION_NOISE * np.array([[t**3 / 3.0, t**2 / 2.0], [t**2 / 2.0, t]]))
    states = [LAUNCHED]
    for _ in range(STEPS):
        states.append(flight.state_after(states[-1], t) + (root @ rng.normal(size=(2, 3))).ravel())
    return np.array(states)


def seen(name: str, path: FloatArray, first: int, blur: float, rng: np.random.Generator) -> Plots:
    """Plots of every third state, with noise and with errors that all of them share, both `blur` times the usual."""
    steps = np.arange(first, STEPS, 3)
    at = np.tile(SITES[name], (len(steps), 1))
    noise = blur * (rng.normal(size=(len(steps), 3)) * SIGMA + rng.normal(size=3) * BIAS)
    measured = predict_plots(at, path[steps, :3])[0] + noise
    sensor = np.zeros(len(steps), np.int64)
    return Plots(STEP_S * steps, sensor, at, measured, np.tile(blur * SIGMA, (len(steps), 1)), blur * BIAS[None])


def followed(looks: dict[str, Plots]) -> Estimate:
    """State and covariance at the end of a track that the first radar starts and all of them feed."""
    starter, data = next(iter(looks.items()))
    start = Plots(*(getattr(data, f)[:FIRST] for f in data.__struct_fields__[:-1]), data.bias_sigma)
    track: Ballistic = flight.initiate(starter, start, EPOCH)[0]
    later = [(float(s), name, i) for name, plots in looks.items() for i, s in enumerate(plots.time_s)]
    for seconds, name, i in sorted(later):
        if seconds <= start.time_s[-1]:
            continue
        plot = row(looks[name], i)
        track = flight.predict(track, EPOCH + round(seconds * S))
        track, difference, rows, covariance = flight.innovation(track, name, plot)
        track = flight.update(track, difference[0], rows, covariance[0])
    track = flight.predict(track, EPOCH + round(STEPS * STEP_S * S))
    return track.mean[:6], track.covariance[:6, :6]


def played(shared_blur: float, own_blur: float, share: bool) -> dict[str, tuple[float, float]]:
    """Mean NEES (6) and root of the mean squared error of position, m, of each way; of all radars in one track too."""
    found: dict[str, list[tuple[float, float]]] = {}
    for seed in range(RUNS):
        rng = np.random.default_rng(seed)
        path = flown(rng)
        looks = {"shared": seen("shared", path, 0, shared_blur, rng)}
        looks |= {name: seen(name, path, i, own_blur, rng) for i, name in enumerate("ab", 1)}
        first = followed({name: looks[name] for name in (("shared", "a") if share else ("a",))})
        second = followed({name: looks[name] for name in ("shared", "b")})
        said = {way: fuse(*first, *second) for way, fuse in WAYS.items()} | {"one track": followed(looks)}
        for way, (state, covariance) in said.items():
            away = state - path[-1]
            found.setdefault(way, []).append((nees(away, covariance), float(away[:3] @ away[:3])))
    return {
        way: (float(np.mean([n for n, _ in one])), float(np.sqrt(np.mean([m for _, m in one]))))
        for way, one in found.items()
    }


LOW, HIGH = chi2.ppf([0.025, 0.975], 6 * RUNS) / RUNS  # of the mean NEES of an honest estimate, two-sided 95 %


def shown(measured: Callable[[str], None], what: str, found: dict[str, tuple[float, float]]) -> None:
    ways = "; ".join(f"{way} {mean:.2f}, {rms:.0f} m" for way, (mean, rms) in found.items())
    measured(f"{what}: mean NEES(6) over {RUNS} runs (95 %: {LOW:.2f} to {HIGH:.2f}) and position error: {ways}")


@pytest.mark.parametrize(("shared_blur", "own_blur"), [(0.2, 2.0), (1.0, 1.0)])
def test_two_tracks_that_share_a_radar(
    shared_blur: float, own_blur: float, measured: Callable[[str], None]
) -> None:
    found = played(shared_blur, own_blur, share=True)
    shown(measured, f"shared radar's errors {shared_blur / own_blur:g} of the own ones", found)
    assert LOW < found["one track"][0] < HIGH  # else the draws are not what the filter takes them for
    assert found["product"][0] > HIGH
    assert LOW < found["inverse covariance intersection"][0] < HIGH
    # Intersection guards against any correlation: where little is shared it is too cautious, and never too sure.
    assert found["covariance intersection"][0] < HIGH
    if shared_blur < own_blur:
        assert found["covariance intersection"][0] > LOW


def test_two_tracks_without_a_common_radar_are_worth_their_product(measured: Callable[[str], None]) -> None:
    found = played(1.0, 1.0, share=False)
    shown(measured, "no radar shared", found)
    assert LOW < found["product"][0] < HIGH
    assert found["product"][1] < 1.05 * found["one track"][1]  # it is the same evidence; 5 % for rms over the draws
