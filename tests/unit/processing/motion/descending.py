"""Bodies that come down through air, and a radar that sees them."""

from __future__ import annotations

import math

import numpy as np

from launchwatch.core.arrays import FloatArray
from launchwatch.core.frames import OMEGA_EARTH, enu_axes
from launchwatch.core.geodesy import itrf_from_geodetic
from launchwatch.physics.atmosphere import EDGES, TABLE
from launchwatch.processing.motion import descent as air
from launchwatch.processing.motion._descent_kernels import advance
from launchwatch.processing.motion.ballistic import Ballistic
from launchwatch.processing.motion.lag import Seen
from launchwatch.processing.motion.measurements import Plots, predict_plots

S = 1_000_000_000
EPOCH = 1_700_000_000 * S
LAT, LON = 36.0, 140.0
SITE = np.array([[LAT, LON, 0.0]])
STEP_S = 0.25  # of the random walks of the truth; those of the filter are exact between steps
KNOWN = np.diag([1000.0] * 3 + [20.0] * 3) ** 2


def farina(rng: np.random.Generator, times_s: FloatArray) -> FloatArray:
    """True states (n, 9) of the target of Farina, Ristic and Benvenuti (2002), with drag drawn from the filter's prior.

    232 km from the radar, 88 km high, 2,290 m/s, 10 degrees down: towards the radar and past it. Drag and velocity walk
    as the filter takes what falls to do.
    """
    axes, base = enu_axes(LAT, LON), itrf_from_geodetic(LAT, LON, 0.0)
    y = np.zeros(9)
    y[:3] = base + axes.T @ np.array([232e3, 0.0, 88e3 - 232e3**2 / 2.0 / 6371e3])
    slope = math.radians(10.0)
    y[3:6] = axes.T @ (2290.0 * np.array([-math.cos(slope), 0.05, -math.sin(slope)]))
    y[6] = np.log(air.DRAG[0]) + air.LOG_DRAG_SIGMA[0] * rng.normal()
    states = [y]
    for until in np.diff(times_s):
        for _ in range(round(until / STEP_S)):
            y = advance(y, STEP_S, OMEGA_EARTH, TABLE, EDGES)
            y[6] += math.sqrt(air.NOISE[0, 1] * STEP_S) * rng.normal()
            y[3:6] += math.sqrt(air.NOISE[0, 0] * STEP_S) * rng.normal(size=3)
        states.append(y)
    return np.array(states)


def started(rng: np.random.Generator, state: FloatArray, covariance: FloatArray = KNOWN) -> Ballistic:
    """An estimate of a state, wrong by what it says."""
    return Ballistic(EPOCH, rng.multivariate_normal(state[:6], covariance), covariance, [])


def plots(
    rng: np.random.Generator, times_s: FloatArray, positions: FloatArray, sigma: FloatArray, bias: FloatArray,
    site: FloatArray = SITE, name: str = "radar",
) -> list[Seen]:  # fmt: skip
    """One plot of each position, with noise and with errors that all share."""
    shared = bias * rng.normal(size=3)
    seen = []
    for t, position in zip(times_s, positions, strict=True):
        measured = predict_plots(site, position[None, :3])[0] + shared + rng.normal(size=(1, 3)) * sigma
        data = Plots(np.array([t]), np.zeros(1, np.int64), site, measured, sigma[None], bias[None])
        seen.append(Seen(EPOCH + round(float(t) * S), name, 0, data))
    return seen


def followed(start: Ballistic | air.Descent, seen: list[Seen]) -> list[air.Descent]:
    """Estimates after each measurement."""
    track = air.enter(start) if isinstance(start, Ballistic) else start
    estimates = []
    for one in seen:
        there = air.predict(track, one.epoch_ns)
        track = air.update(air.innovation(there, one.sensor, one.data), 0)
        estimates.append(track)
    return estimates


def nees(error: FloatArray, covariance: FloatArray) -> float:
    """Normalised squared error."""
    return float(error @ np.linalg.solve(covariance, error))
