"""Flight through air without thrust: two extended Kalman filters that interact, one that falls and one that glides.

The state is position, velocity, the logarithm of the drag area over mass and two lift areas over mass (per dynamic
pressure, in the vertical plane of the path and to its right), and beside them the constant errors of each sensor. What
falls has drag alone. What glides has drag and lift that wander: pull-up, equilibrium glide and turn are walks of the
lift. Probability goes between them as in Blom and Bar-Shalom (IEEE TAC 33(8), 1988); lift, which one of them has not,
starts from its prior where probability flows into the other (Granstroem, Willett and Bar-Shalom, 2015).
"""

from __future__ import annotations

import math

import msgspec
import numpy as np

from launchwatch.core.arrays import FloatArray
from launchwatch.core.frames import OMEGA_EARTH
from launchwatch.physics.atmosphere import EDGES, TABLE
from launchwatch.processing.motion._descent_kernels import SIZE, advance, descend, land
from launchwatch.processing.motion.ballistic import ACCELERATION_NOISE, Ballistic
from launchwatch.processing.motion.measurements import LinesOfSight, Plots, predict_plots

FALLS, GLIDES = 0, 1
LOG_DRAG, UP, RIGHT = 6, 7, 8
DRAG, LOG_DRAG_SIGMA = 1.0 / 8000.0, 0.5
"""Prior of the drag area over mass, m^2/kg: bodies of 3 to 22 t/m^2 within two sigma."""
LIFT_SIGMA = 3e-4
"""Prior of each lift area over mass, m^2/kg: a lift over drag of 2.4 at the drag of the prior."""
NOISE = np.array([[ACCELERATION_NOISE, 1e-3, 0.0, 0.0], [ACCELERATION_NOISE, 1e-2, 4e-5**2, 4e-5**2]])
"""Spectral densities of acceleration m^2/s^3, log drag 1/s and lift (m^2/kg)^2/s, of what falls and what glides.

Drag coefficients change by a third while a body slows down; that of a glide body doubles within the seconds of a
pull-up, and its lift then changes by the whole of itself.
"""
LEAST_FACTOR, MOST_ODDS = 0.2, 30.0
"""Least factor on the drag in one correction, and logarithm of the longest odds kept."""
GLIDE_PRIOR, EXCHANGE_S = 0.05, 1e6
"""Share of bodies that glide where nothing tells, and the time within which one kind would turn into the other: what a
body is does not change, and a glide body that has let go of its lift for a minute is one still."""


class Descent(msgspec.Struct, tag="descent"):
    """An estimate of a body in the air.

    Attributes
    ----------
    epoch_ns : epoch of the estimate, ns TAI.
    means : (2, 9 + 3 sensors) of what falls and of what glides: position m, velocity m/s, ITRF; log drag, lift up and
        right in m^2/kg; then three errors of each sensor: azimuth rad, elevation rad, range m of a radar, two angles
        rad and nothing of an infrared sensor.
    covariances : (2, n, n) likewise.
    glide : probability that it glides.
    sensors : identifiers, in the order of their errors.
    """

    epoch_ns: int
    means: FloatArray
    covariances: FloatArray
    glide: float
    sensors: list[str]


class Innovation(msgspec.Struct):
    """What measurements of one epoch say against an estimate at that epoch.

    Attributes
    ----------
    estimate : with a slot for the errors of the sensor.
    difference : (2, m, k) measured less predicted, by kind of flight; rows : (2, m, k, n) their slopes.
    spread : (2, m, k, k) their covariances; distance2 : (m,) squared distance of each to the nearer kind.
    """

    estimate: Descent
    difference: FloatArray
    rows: FloatArray
    spread: FloatArray
    distance2: FloatArray


def enter(track: Ballistic) -> Descent:
    """The estimate of a body in free flight, with what is known of drag and lift before the air is felt."""
    n = len(track.mean)
    mean, covariance = np.zeros(n + 3), np.zeros((n + 3, n + 3))
    at = np.r_[0:6, SIZE : n + 3]
    mean[at], mean[LOG_DRAG] = track.mean, math.log(DRAG) + 0.5 * LOG_DRAG_SIGMA**2
    # mean and relative spread of the drag itself, in which the filter is linear
    covariance[np.ix_(at, at)], covariance[LOG_DRAG, LOG_DRAG] = track.covariance, math.expm1(LOG_DRAG_SIGMA**2)
    both = np.stack([covariance, covariance])
    both[GLIDES, [UP, RIGHT], [UP, RIGHT]] = LIFT_SIGMA**2
    return Descent(track.epoch_ns, np.stack([mean, mean]), both, GLIDE_PRIOR, list(track.radars))


def collapsed(track: Descent) -> tuple[FloatArray, FloatArray]:
    """Mean (n,) and covariance (n, n) of both kinds of flight together."""
    p = track.glide
    apart = track.means[GLIDES] - track.means[FALLS]
    mean = track.means[FALLS] + p * apart
    covariance = (1.0 - p) * track.covariances[FALLS] + p * track.covariances[GLIDES]
    return mean, covariance + p * (1.0 - p) * np.outer(apart, apart)


def log_normal(mean: FloatArray, covariance: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Mean (9,) and covariance (9, 9) with the logarithm of the drag itself.

    The filter keeps the logarithm of the mean drag and its relative spread; this is the log-normal law that has both.
    """
    mean, covariance = mean[:SIZE].copy(), covariance[:SIZE, :SIZE].copy()
    relative = float(covariance[LOG_DRAG, LOG_DRAG])
    of_log = math.log1p(relative)
    mean[LOG_DRAG] -= 0.5 * of_log
    shrink = math.sqrt(of_log / relative)
    covariance[LOG_DRAG] *= shrink
    covariance[:, LOG_DRAG] *= shrink
    return mean, covariance


def as_ballistic(track: Descent) -> Ballistic:
    """Position, velocity and errors of sensors alone."""
    mean, covariance = collapsed(track)
    at = np.r_[0:6, SIZE : len(mean)]
    return Ballistic(track.epoch_ns, mean[at], covariance[np.ix_(at, at)], list(track.sensors))


def predict(track: Descent, epoch_ns: int, omega: float = OMEGA_EARTH) -> Descent:
    """The estimate at a later epoch, ns TAI: the kinds of flight mix, and each flies on."""
    dt = (epoch_ns - track.epoch_ns) * 1e-9
    if dt == 0.0:
        return track
    mixed = _mix(track, abs(dt))
    means, covariances = np.empty_like(mixed.means), np.empty_like(mixed.covariances)
    for kind in (FALLS, GLIDES):
        means[kind], covariances[kind], _ = descend(
            mixed.means[kind], mixed.covariances[kind], dt, NOISE[kind], omega, TABLE, EDGES
        )
    return Descent(epoch_ns, means, covariances, mixed.glide, track.sensors)


def _mix(track: Descent, dt_s: float) -> Descent:
    """Interaction of the two: each starts from a mixture of both by the odds of where it came from."""
    changed = 1.0 - math.exp(-dt_s / EXCHANGE_S)
    p = track.glide
    to_glide, to_fall = changed * GLIDE_PRIOR * (1.0 - p), changed * (1.0 - GLIDE_PRIOR) * p
    glide = p - to_fall + to_glide
    means, covariances = track.means.copy(), track.covariances.copy()
    lift = slice(UP, RIGHT + 1)
    # what fell has the lift of the prior once it glides, and what glided none once it falls
    fell, fell_spread = track.means[FALLS].copy(), track.covariances[FALLS].copy()
    fell_spread[[UP, RIGHT], [UP, RIGHT]] = LIFT_SIGMA**2
    glided, glided_spread = track.means[GLIDES].copy(), track.covariances[GLIDES].copy()
    glided[lift], glided_spread[lift], glided_spread[:, lift] = 0.0, 0.0, 0.0
    for kind, came, came_spread, share in (
        (GLIDES, fell, fell_spread, to_glide / max(glide, 1e-12)),
        (FALLS, glided, glided_spread, to_fall / max(1.0 - glide, 1e-12)),
    ):
        apart = came - means[kind]
        means[kind] += share * apart
        covariances[kind] += share * (came_spread - covariances[kind]) + share * (1.0 - share) * np.outer(apart, apart)
    return Descent(track.epoch_ns, means, covariances, glide, track.sensors)


def with_sensor(track: Descent, sensor: str, data: Plots | LinesOfSight) -> tuple[Descent, int]:
    """The estimate with a slot for the errors (3,) of the sensor of some measurements, and the index of that slot."""
    if sensor in track.sensors:
        return track, SIZE + 3 * track.sensors.index(sensor)
    bias = data.bias_sigma[0]
    sigma = bias if isinstance(data, Plots) else np.array([bias, bias, 0.0])
    kinds, n = track.means.shape
    means, covariances = np.zeros((kinds, n + 3)), np.zeros((kinds, n + 3, n + 3))
    means[:, :n], covariances[:, :n, :n] = track.means, track.covariances
    covariances[:, range(n, n + 3), range(n, n + 3)] = sigma**2
    return Descent(track.epoch_ns, means, covariances, track.glide, [*track.sensors, sensor]), n


def innovation(track: Descent, sensor: str, data: Plots | LinesOfSight) -> Innovation:
    """What plots or lines of sight (m) of one sensor and epoch say against the estimate, which must be of that epoch.

    The estimate may hold one kind of flight alone.
    """
    track, slot = with_sensor(track, sensor, data)
    kinds, n = track.means.shape
    m, width = len(data.time_s), 3 if isinstance(data, Plots) else 2
    difference, rows = np.empty((kinds, m, width)), np.zeros((kinds, m, width, n))
    for kind, mean in enumerate(track.means):
        difference[kind], gradient = against(mean[:3], data)
        difference[kind] -= mean[slot : slot + width]
        rows[kind, :, :, :3] = gradient
        rows[kind, :, range(width), slot + np.arange(width)] = 1.0
    noise = data.sigma[:, :, None] ** 2 * np.eye(3) if isinstance(data, Plots) else _square(data.sigma)
    spread = rows @ track.covariances[:, None] @ rows.swapaxes(-1, -2) + noise
    distance2 = np.einsum("kmi,kmi->km", difference, np.linalg.solve(spread, difference[..., None])[..., 0])
    return Innovation(track, difference, rows, spread, distance2.min(axis=0))


def _square(sigma: FloatArray) -> FloatArray:
    return np.asarray(sigma[:, None, None] ** 2 * np.eye(2))


def against(position: FloatArray, data: Plots | LinesOfSight) -> tuple[FloatArray, FloatArray]:
    """Measured less predicted (m, k) of a position (3,), by sensors without error, and the slopes (m, k, 3)."""
    if isinstance(data, Plots):
        predicted, gradient = predict_plots(data.site_deg_m, np.repeat(position[None], len(data.time_s), axis=0))
        difference = data.measured - predicted
        difference[:, 0] = np.remainder(difference[:, 0] + np.pi, 2 * np.pi) - np.pi
        return difference, gradient
    away = position - data.position
    depth = np.einsum("mi,mi->m", away, data.direction)
    across = np.einsum("mci,mi->mc", data.tangents, away) / depth[:, None]
    slopes = (data.tangents - across[:, :, None] * data.direction[:, None]) / depth[:, None, None]
    return -across, slopes


def update(said: Innovation, i: int) -> Descent:
    """The estimate after measurement `i` of an innovation."""
    track = said.estimate
    means, covariances = np.empty_like(track.means), np.empty_like(track.covariances)
    score = np.empty(2)
    for kind in (FALLS, GLIDES):
        means[kind], covariances[kind], score[kind] = correct(said, kind, i)
    odds = math.log(track.glide) - math.log1p(-track.glide) + score[GLIDES] - score[FALLS]
    glide = 1.0 / (1.0 + math.exp(-min(max(odds, -MOST_ODDS), MOST_ODDS)))
    return Descent(track.epoch_ns, means, covariances, glide, track.sensors)


def correct(said: Innovation, kind: int, i: int) -> tuple[FloatArray, FloatArray, float]:
    """Mean, covariance and log likelihood of one kind of flight after measurement `i` of an innovation."""
    mean, covariance = said.estimate.means[kind], said.estimate.covariances[kind]
    rows, spread, difference = said.rows[kind, i], said.spread[kind, i], said.difference[kind, i]
    gain = np.linalg.solve(spread, rows @ covariance).T
    correction = gain @ difference
    new = covariance - gain @ spread @ gain.T
    # the path bends in proportion to the drag, not to its logarithm: the correction is one of the drag
    factor = max(1.0 + float(correction[LOG_DRAG]), LEAST_FACTOR)
    correction[LOG_DRAG] = math.log(factor)
    new[LOG_DRAG] /= factor
    new[:, LOG_DRAG] /= factor
    score = -0.5 * float(difference @ np.linalg.solve(spread, difference) + np.linalg.slogdet(spread)[1])
    return mean + correction, 0.5 * (new + new.T), score


def landing(state: FloatArray, max_s: float = 7200.0, omega: float = OMEGA_EARTH) -> tuple[FloatArray, float]:
    """State (9,) at the ground of one in the air that keeps its drag and lift, and the seconds until then, or -1."""
    return land(state, omega, max_s, TABLE, EDGES)


def state_after(state: FloatArray, dt_s: float, omega: float = OMEGA_EARTH) -> FloatArray:
    """State (9,) after `dt_s` seconds of either sign, with drag and lift as they are."""
    return advance(state, dt_s, omega, TABLE, EDGES)


def transition(state: FloatArray, dt_s: float, omega: float = OMEGA_EARTH) -> FloatArray:
    """Transition matrix (9, 9) over `dt_s` seconds of either sign."""
    return descend(state, np.zeros((SIZE, SIZE)), dt_s, np.zeros(4), omega, TABLE, EDGES)[2]
