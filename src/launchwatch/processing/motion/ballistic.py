"""Ballistic flight: an extended Kalman filter whose state carries the constant errors of each radar beside the motion.

With gravity known to J2 there is next to no process noise, so the filter is a running batch fit: the radars' shared
errors, not their noise, set the floor, and carrying them keeps the covariance honest.
"""

from __future__ import annotations

import msgspec
import numpy as np

from launchwatch.core.arrays import FloatArray
from launchwatch.core.frames import OMEGA_EARTH
from launchwatch.physics.atmosphere import EDGES, TABLE
from launchwatch.processing.motion._free_kernels import coast, coast_with_slopes, kept_apart, to_ground
from launchwatch.processing.motion.measurements import Plots, plot_positions, predict_plots

ACCELERATION_NOISE = 1e-4
"""Spectral density of unmodelled acceleration, m^2/s^3: gravity beyond J2, third bodies, venting."""

POWERED_ACCELERATION, POWERED_JERK = 60.0, 1.0
"""Prior of acceleration under thrust, m/s^2, and of its change, m/s^3."""


class Ballistic(msgspec.Struct, tag="ballistic"):
    """A ballistic estimate.

    Attributes
    ----------
    epoch_ns : epoch of the estimate, ns TAI.
    mean : (6 + 3 radars,) position m, velocity m/s, ITRF; then azimuth rad, elevation rad, range m error of each radar.
    covariance : likewise.
    radars : identifiers, in the order of their errors.
    """

    epoch_ns: int
    mean: FloatArray
    covariance: FloatArray
    radars: list[str]


def from_state(epoch_ns: int, state: FloatArray, covariance: FloatArray) -> Ballistic:
    """Estimate without radars, from a state (6,) and its covariance, ITRF."""
    return Ballistic(epoch_ns, state.copy(), covariance.copy(), [])


def predict(track: Ballistic, epoch_ns: int, omega: float = OMEGA_EARTH) -> Ballistic:
    """The estimate at another epoch (ns TAI), later or earlier."""
    dt = (epoch_ns - track.epoch_ns) * 1e-9
    if dt == 0.0:
        return track
    state, phi = coast_with_slopes(track.mean[:6], dt, omega, TABLE, EDGES)
    mean, covariance = track.mean.copy(), track.covariance.copy()
    mean[:6] = state
    covariance[:6] = phi @ covariance[:6]
    covariance[:, :6] = covariance[:, :6] @ phi.T
    q, s = ACCELERATION_NOISE, abs(dt)
    for i in range(3):
        covariance[i, i] += q * s**3 / 3.0
        covariance[3 + i, 3 + i] += q * s
        covariance[i, 3 + i] += q * s * dt / 2.0
        covariance[3 + i, i] += q * s * dt / 2.0
    return Ballistic(epoch_ns, mean, covariance, track.radars)


def with_radar(track: Ballistic, radar: str, bias_sigma: FloatArray) -> tuple[Ballistic, int]:
    """The estimate with a slot for the errors (3,) of `radar`, and the index of that slot."""
    if radar in track.radars:
        return track, 6 + 3 * track.radars.index(radar)
    size = len(track.mean)
    mean = np.concatenate([track.mean, np.zeros(3)])
    covariance = np.zeros((size + 3, size + 3))
    covariance[:size, :size] = track.covariance
    covariance[range(size, size + 3), range(size, size + 3)] = bias_sigma**2
    return Ballistic(track.epoch_ns, mean, covariance, [*track.radars, radar]), size


def innovation(track: Ballistic, radar: str, data: Plots) -> tuple[Ballistic, FloatArray, FloatArray, FloatArray]:
    """What plots of one epoch say against the estimate, which must be at that epoch.

    Returns
    -------
    The estimate with the radar's slot, differences (n, 3), gain rows (3, states), innovation covariances (n, 3, 3).
    """
    track, slot = with_radar(track, radar, data.bias_sigma[0])
    predicted, gradient = predict_plots(data.site_deg_m[:1], track.mean[None, :3])
    rows = np.zeros((3, len(track.mean)))
    rows[:, :3] = gradient[0]
    rows[:, slot : slot + 3] = np.eye(3)
    difference = data.measured - predicted - track.mean[slot : slot + 3]
    difference[:, 0] = np.remainder(difference[:, 0] + np.pi, 2 * np.pi) - np.pi
    covariance = rows @ track.covariance @ rows.T + data.sigma[:, :, None] ** 2 * np.eye(3)
    return track, difference, rows, covariance


def update(track: Ballistic, difference: FloatArray, rows: FloatArray, covariance: FloatArray) -> Ballistic:
    """The estimate after one plot: its difference (3,), rows (3, states) and innovation covariance (3, 3)."""
    gain = np.linalg.solve(covariance, rows @ track.covariance).T
    mean = track.mean + gain @ difference
    new = track.covariance - gain @ covariance @ gain.T
    return Ballistic(track.epoch_ns, mean, 0.5 * (new + new.T), track.radars)


def joined(track: Ballistic, arc: Ballistic, bias_sigma: FloatArray) -> Ballistic:
    """An estimate with the arc of one radar's later plots, at the epoch of the arc: their information adds up.

    Parameters
    ----------
    arc : of `initiate`; none of its plots is in `track`.
    bias_sigma : (3,) what the arc took the radar's errors to be beforehand: counted once where both know that radar.
    """
    known = predict(track, arc.epoch_ns)
    radar = arc.radars[0]
    radars = known.radars if radar in known.radars else [*known.radars, radar]
    slot = 6 + 3 * radars.index(radar)
    both, own = 6 + 3 * len(radars), np.arange(len(known.mean))
    of_arc = np.concatenate([np.arange(6), np.arange(slot, slot + 3)])
    # Differences from the prediction: positions of 7,000 km would take the digits.
    away = arc.mean - np.concatenate([known.mean[:6], np.zeros(3)])
    information, right = np.zeros((both, both)), np.zeros(both)
    information[np.ix_(own, own)] = np.linalg.inv(known.covariance)
    right[own] = information[np.ix_(own, own)] @ np.concatenate([np.zeros(6), known.mean[6:]])
    told = np.linalg.inv(arc.covariance)
    information[np.ix_(of_arc, of_arc)] += told
    right[of_arc] += told @ away
    if radar in known.radars:
        information[range(slot, slot + 3), range(slot, slot + 3)] -= bias_sigma**-2.0
    covariance = np.linalg.inv(information)
    mean = covariance @ right
    mean[:6] += known.mean[:6]
    return Ballistic(arc.epoch_ns, mean, 0.5 * (covariance + covariance.T), list(radars))


def initiate(radar: str, data: Plots, epoch_ns: int, omega: float = OMEGA_EARTH) -> tuple[Ballistic, float, int]:
    """Fit a ballistic arc to the plots of one radar (Gauss-Newton; the radar's errors are estimated along).

    Parameters
    ----------
    data : plots with times in s after `epoch_ns`.

    Returns
    -------
    The estimate at the last plot, the chi-squared of its residuals, and their degrees of freedom.
    """
    t_end = float(data.time_s[-1])
    tau = data.time_s - t_end
    position, spread = plot_positions(data)
    weight = 1.0 / np.trace(spread, axis1=1, axis2=2)
    design = np.column_stack([np.ones_like(tau), tau])
    straight = np.linalg.solve(design.T @ (design * weight[:, None]), design.T @ (position * weight[:, None]))
    mean = np.concatenate([straight[0], straight[1], np.zeros(3)])
    information = np.zeros((9, 9))
    information[range(3, 6), range(3, 6)] = 8000.0**-2  # nothing of interest flies faster than about 8 km/s
    information[range(6, 9), range(6, 9)] = data.bias_sigma[0] ** -2.0
    centre = np.concatenate([np.zeros(6), np.zeros(3)])
    for _ in range(4):
        arcs = [coast_with_slopes(mean[:6], float(s), omega, TABLE, EDGES) for s in tau]
        predicted, gradient = predict_plots(data.site_deg_m, np.array([a[0][:3] for a in arcs]))
        rows = np.zeros((len(tau), 3, 9))
        for i, (_, phi) in enumerate(arcs):
            rows[i, :, :6] = gradient[i] @ phi[:3]
        rows[:, range(3), range(6, 9)] = 1.0
        difference = data.measured - predicted - mean[6:]
        difference[:, 0] = np.remainder(difference[:, 0] + np.pi, 2 * np.pi) - np.pi
        whitened = (difference / data.sigma).ravel()
        slopes = (rows / data.sigma[:, :, None]).reshape(-1, 9)
        normal = slopes.T @ slopes + information
        move = np.linalg.solve(normal, slopes.T @ whitened - information @ (mean - centre))
        mean = mean + move
    covariance = np.asarray(np.linalg.inv(normal), np.float64)
    remaining = whitened - slopes @ move
    estimate = Ballistic(epoch_ns + round(t_end * 1e9), mean, covariance, [radar])
    return estimate, float(remaining @ remaining), 3 * len(tau) - 6


def powered(data: Plots, epoch_ns: int) -> Ballistic:
    """State at the last of a few plots of a body under thrust: a constant acceleration through them.

    Parameters
    ----------
    data : plots with times in s after `epoch_ns`, within some tens of seconds.
    """
    tau = data.time_s - data.time_s[-1]
    position, spread = plot_positions(data)
    weight = np.linalg.inv(spread)
    design = np.column_stack([np.ones_like(tau), tau, 0.5 * tau * tau])
    normal = np.einsum("na,nb,nij->aibj", design, design, weight).reshape(9, 9)
    normal[range(6, 9), range(6, 9)] += POWERED_ACCELERATION**-2
    right = np.einsum("na,nij,nj->ai", design, weight, position - position[-1]).ravel()
    covariance = np.linalg.inv(normal)
    mean = (covariance @ right)[:6]
    mean[:3] += position[-1]
    # Thrust grows within the window: half the change of acceleration stands as error of speed.
    covariance[range(3, 6), range(3, 6)] += (0.5 * POWERED_JERK * tau[0] ** 2 / 6.0) ** 2
    return Ballistic(epoch_ns + round(float(data.time_s[-1]) * 1e9), mean, covariance[:6, :6], [])


class Fall(msgspec.Struct, frozen=True):
    """Where and when a ballistic state comes down.

    Attributes
    ----------
    position : (3,) ITRF m at the ground; velocity : (3,) there.
    seconds : until then; negative when it stays up.
    apogee_m, apogee_s : height of the highest point still ahead, and the time to it.
    """

    position: FloatArray
    velocity: FloatArray
    seconds: float
    apogee_m: float
    apogee_s: float


def fall(state: FloatArray, drag: float, max_s: float = 7200.0, omega: float = OMEGA_EARTH) -> Fall:
    """Fall of a state (6,) ITRF; `drag` is the drag area over mass, m^2/kg (one over the ballistic coefficient)."""
    end, seconds, apogee, apogee_s = to_ground(state, drag, omega, max_s, TABLE, EDGES)
    return Fall(end[:3], end[3:], seconds, apogee, apogee_s)


def state_after(state: FloatArray, dt_s: float, omega: float = OMEGA_EARTH) -> FloatArray:
    """Ballistic state (6,) after `dt_s` seconds of either sign, without air."""
    return coast(state, dt_s, omega, TABLE, EDGES)


def transition(state: FloatArray, dt_s: float, omega: float = OMEGA_EARTH) -> FloatArray:
    """Transition matrix (6, 6) of ballistic flight over `dt_s` seconds of either sign, without air."""
    return coast_with_slopes(state, dt_s, omega, TABLE, EDGES)[1]


def far_apart(
    a: FloatArray, covariance_a: FloatArray, b: FloatArray, covariance_b: FloatArray, dt_s: float, gate: float
) -> bool:
    """Whether two states in free flight (6,), the second from `dt_s` seconds before, are of two bodies for sure.

    By what flight keeps, energy and angular momentum: a bound from below of the squared distance of the states.
    """
    return not kept_apart(a, covariance_a, b, covariance_b, dt_s, OMEGA_EARTH) < gate
