"""Flight through air without thrust: extended Kalman filters that interact, two that fall and one that glides.

The state is position, velocity, the logarithm of the drag area over mass and two lift areas over mass (per dynamic
pressure, in the vertical plane of the path and to its right), and beside them the constant errors of each sensor. What
falls has drag alone, that of a payload or that of a spent stage and of debris. What glides has drag and lift that
wander: pull-up, equilibrium glide and turn are walks of the lift. Probability goes between the kinds as in Blom and
Bar-Shalom (IEEE TAC 33(8), 1988); lift, which not all of them have, starts from its prior where probability flows into
the kind that has it (Granstroem, Willett and Bar-Shalom, 2015).
"""

from __future__ import annotations

import math

import msgspec
import numpy as np

from launchwatch.core.arrays import FloatArray
from launchwatch.core.frames import OMEGA_EARTH
from launchwatch.core.geodesy import geodetic_from_itrf
from launchwatch.physics.atmosphere import EDGES, TABLE
from launchwatch.processing.motion._descent_kernels import SIZE, advance, descend, land
from launchwatch.processing.motion.ballistic import ACCELERATION_NOISE, Ballistic
from launchwatch.processing.motion.measurements import LinesOfSight, Plots, predict_plots

FALLS, TUMBLES, GLIDES = 0, 1, 2
LOG_DRAG, UP, RIGHT = 6, 7, 8
DRAG = np.array([1.0 / 8000.0, 1.0 / 500.0, 1.0 / 8000.0])
"""Priors of the drag area over mass by kind, m^2/kg; of payloads those of `assessments.impact`."""
LOG_DRAG_SIGMA = np.array([0.5, 0.7, 0.5])
"""Their deviations: payloads and glide bodies of 3 to 22 t/m^2, stages and debris of 0.1 to 2, within two sigma."""
LIFT_SIGMA = 3e-4
"""Prior of each lift area over mass, m^2/kg: a lift over drag of 2.4 at the drag of the prior."""
_ACCELERATION = np.full(3, ACCELERATION_NOISE)
NOISE = np.column_stack([_ACCELERATION, [1e-3, 1e-3, 1e-2], [0.0, 0.0, 4e-5**2], [0.0, 0.0, 4e-5**2]])
"""Spectral densities by kind, of acceleration m^2/s^3, log drag 1/s and the two of lift (m^2/kg)^2/s.

Drag coefficients change by a third while a body slows down; that of a glide body doubles within the seconds of a
pull-up, and its lift then changes by the whole of itself.
"""
LEAST_FACTOR, LEAST_SHARE, LITTLE = 0.2, 1e-13, 0.1
"""Least factor on the drag in one correction, least probability kept of a kind, and least that is spoken of."""
SHARES, EXCHANGE_S = np.array([0.9, 0.05, 0.05]), 1e6
"""Probability of each kind where nothing tells, and the time within which one would turn into another: what a body is
does not change, and a glide body that has let go of its lift for a minute is one still."""
ANYWHERE_M, BELOW_M = 1000e3, 5e3
"""Deviation of a position that tells nothing, and depth below the ground at which a flight is over."""


class Descent(msgspec.Struct, tag="descent"):
    """An estimate of a body in the air.

    Attributes
    ----------
    epoch_ns : epoch of the estimate, ns TAI.
    means : (3, 9 + 3 sensors) of each kind of flight: position m, velocity m/s, ITRF; log drag, lift up and right in
        m^2/kg; then three errors of each sensor: azimuth rad, elevation rad, range m of a radar, two angles rad and
        nothing of an infrared sensor.
    covariances : (3, n, n) likewise.
    shares : (3,) probabilities of the kinds.
    sensors : identifiers, in the order of their errors.
    """

    epoch_ns: int
    means: FloatArray
    covariances: FloatArray
    shares: FloatArray
    sensors: list[str]

    @property
    def glide(self) -> float:
        """Probability that it glides."""
        return float(self.shares[-1])


class Innovation(msgspec.Struct):
    """What measurements of one epoch say against an estimate at that epoch.

    Attributes
    ----------
    estimate : with a slot for the errors of the sensor.
    difference : (3, m, k) measured less predicted, by kind of flight; rows : (3, m, k, n) their slopes.
    spread : (3, m, k, k) their covariances; distance2 : (m,) squared distance of each to the nearest kind.
    """

    estimate: Descent
    difference: FloatArray
    rows: FloatArray
    spread: FloatArray
    distance2: FloatArray


def enter(track: Ballistic) -> Descent:
    """The estimate of a body in free flight, with what is known of drag and lift before the air is felt."""
    n = len(track.mean)
    means, covariances = np.zeros((3, n + 3)), np.zeros((3, n + 3, n + 3))
    at = np.r_[0:6, SIZE : n + 3]
    means[:, at] = track.mean
    covariances[:, at[:, None], at] = track.covariance
    # mean and relative spread of the drag itself, in which the filter is linear
    means[:, LOG_DRAG] = np.log(DRAG) + 0.5 * LOG_DRAG_SIGMA**2
    covariances[:, LOG_DRAG, LOG_DRAG] = np.expm1(LOG_DRAG_SIGMA**2)
    covariances[GLIDES, [UP, RIGHT], [UP, RIGHT]] = LIFT_SIGMA**2
    return Descent(track.epoch_ns, means, covariances, SHARES.copy(), list(track.radars))


def collapsed(track: Descent) -> tuple[FloatArray, FloatArray]:
    """Mean (n,) and covariance (n, n) of all kinds of flight together."""
    return _together(track.means, track.covariances, track.shares)


def likely(track: Descent) -> Descent:
    """The estimate without kinds of flight that have little share in it: they would bend what is said of the others."""
    shares = np.where(track.shares < LITTLE, 0.0, track.shares)
    return Descent(track.epoch_ns, track.means, track.covariances, shares / shares.sum(), track.sensors)


def _together(means: FloatArray, covariances: FloatArray, shares: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Mean (n,) and covariance (n, n) of a mixture."""
    mean = shares @ means
    apart = means - mean
    return mean, np.tensordot(shares, covariances, 1) + (shares[:, None] * apart).T @ apart


def bounded(track: Descent) -> bool:
    """Whether an estimate says where the body is: not run ahead for so long that it may be anywhere, or has landed."""
    if not np.isfinite(track.covariances).all():
        return False
    mean, covariance = collapsed(track)
    return float(np.trace(covariance[:3, :3])) < ANYWHERE_M**2 and float(geodetic_from_itrf(mean[:3])[2]) > -BELOW_M


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
    for kind, (mean, covariance) in enumerate(zip(mixed.means, mixed.covariances, strict=True)):
        means[kind], covariances[kind], _ = descend(mean, covariance, dt, NOISE[kind], omega, TABLE, EDGES)
    return Descent(epoch_ns, means, covariances, mixed.shares, track.sensors)


def _mix(track: Descent, dt_s: float) -> Descent:
    """Interaction: each kind starts from a mixture of all by the odds of where it came from."""
    changed = 1.0 - math.exp(-dt_s / EXCHANGE_S)
    flows = track.shares[:, None] * (changed * SHARES + (1.0 - changed) * np.eye(len(SHARES)))
    shares = flows.sum(axis=0)
    means, covariances = np.empty_like(track.means), np.empty_like(track.covariances)
    for kind in range(len(shares)):
        came, spread = track.means.copy(), track.covariances.copy()
        for other in range(len(shares)):
            if (kind == GLIDES) != (other == GLIDES):  # no lift is known, or none is left
                came[other, [UP, RIGHT]], spread[other, [UP, RIGHT]], spread[other, :, [UP, RIGHT]] = 0.0, 0.0, 0.0
                spread[other, [UP, RIGHT], [UP, RIGHT]] = LIFT_SIGMA**2 if kind == GLIDES else 0.0
        means[kind], covariances[kind] = _together(came, spread, flows[:, kind] / shares[kind])
    return Descent(track.epoch_ns, means, covariances, shares, track.sensors)


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
    return Descent(track.epoch_ns, means, covariances, track.shares, [*track.sensors, sensor]), n


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
    scores = np.empty(len(means))
    for kind in range(len(means)):
        means[kind], covariances[kind], scores[kind] = correct(said, kind, i)
    return Descent(track.epoch_ns, means, covariances, weighed(track.shares, scores), track.sensors)


def weighed(shares: FloatArray, scores: FloatArray) -> FloatArray:
    """Probabilities (n,) after log likelihoods (n,)."""
    likely = np.maximum(shares * np.exp(scores - scores.max()), LEAST_SHARE)
    return np.asarray(likely / likely.sum())


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
