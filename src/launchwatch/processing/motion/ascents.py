"""Fitted ascents: what a boost profile says of launch point and states."""

from __future__ import annotations

import msgspec
import numpy as np

from launchwatch.core.arrays import FloatArray
from launchwatch.core.frames import OMEGA_EARTH, enu_axes
from launchwatch.core.geodesy import geodetic_from_itrf, itrf_from_geodetic
from launchwatch.physics.atmosphere import EDGES, TABLE
from launchwatch.processing.motion._kernels import (
    AZIMUTH,
    COAST,
    EAST,
    FIRST_KNOT,
    IGNITION,
    LIFTOFF,
    LOG_DRAG,
    NORTH,
    PER_STAGE,
    boost_jacobian,
    boost_states,
    launch_frame,
)

STEP_S = 3.0  # of the integration


class Profile(msgspec.Struct):
    """A fitted boost profile.

    Attributes
    ----------
    epoch_ns : zero of the profile's times, ns TAI.
    lat_deg, lon_deg : reference launch point, from which east and north are counted.
    stages : number of stages fitted.
    steering : PROGRAMME or GRAVITY_TURN of `_kernels`.
    knots_s : pitch knots, s after lift-off.
    parameters, covariance : see `_kernels.boost_states`.
    degrees, chi2 : number of residuals, and the sum of their squares.
    evidence : minus twice the logarithm of the probability of the data under this steering (Laplace, 1774), without a
        term that all share.
    others : other fits that the data do not rule out: of the other steering, or from beyond the limb.
    way : (n, 16) times, states and covariances of position that were asked for last, or null: kept for the next.
    """

    epoch_ns: int
    lat_deg: float
    lon_deg: float
    stages: int
    steering: int
    knots_s: FloatArray
    parameters: FloatArray
    covariance: FloatArray
    degrees: int
    chi2: float
    evidence: float = 0.0
    others: tuple[Profile, ...] = ()
    way: FloatArray | None = None

    @property
    def modes(self) -> list[tuple[float, Profile]]:
        """What the data leave open: probabilities and profiles, this one first."""
        # A misfit that all share makes a difference between them worth that much less.
        worth = max(self.chi2 / max(self.degrees, 1), 1.0)
        odds = [float(np.exp(-0.5 * min((o.evidence - self.evidence) / worth, 600.0))) for o in self.others]
        every = 1.0 + sum(odds)
        return [(odd / every, mode) for odd, mode in zip((1.0, *odds), (self, *self.others), strict=True)]

    @property
    def first_stage(self) -> int:
        """Index of the first stage parameter."""
        return FIRST_KNOT + len(self.knots_s)


def mean_at(profile: Profile, time_s: float) -> FloatArray:
    """State (6,) of the likelier steering, ITRF, at `time_s` after the profile's epoch."""
    return np.asarray(means_at(profile, np.array([time_s]))[0])


def means_at(profile: Profile, times_s: FloatArray, omega: float = OMEGA_EARTH) -> FloatArray:
    """States (n, 6) of the likelier steering, ITRF, at `times_s` (n,) after the profile's epoch, ascending."""
    return np.asarray(
        boost_states(
            profile.parameters,
            profile.stages,
            profile.steering,
            profile.knots_s,
            itrf_from_geodetic(profile.lat_deg, profile.lon_deg, 0.0),
            enu_axes(profile.lat_deg, profile.lon_deg),
            omega,
            times_s,
            STEP_S,
            TABLE,
            EDGES,
        )
    )


def state_at(profile: Profile, time_s: float) -> tuple[FloatArray, FloatArray]:
    """State (6,) and covariance (6, 6), ITRF, at `time_s` after the profile's epoch, over all steering left open."""
    states, covariances = states_at(profile, np.array([time_s]))
    return states[0], covariances[0]


def states_at(
    profile: Profile, times_s: FloatArray, omega: float = OMEGA_EARTH
) -> tuple[FloatArray, FloatArray]:
    """States (n, 6) and covariances (n, 6, 6), ITRF, at `times_s` (n,) after the profile's epoch, ascending."""
    return _mixed([(weight, *_states_of(mode, times_s, omega)) for weight, mode in profile.modes])


def launch_of(profile: Profile) -> tuple[FloatArray, FloatArray]:
    """East m, north m of the reference point, lift-off s after the epoch, azimuth rad, and their covariance."""
    keep = [EAST, NORTH, LIFTOFF, AZIMUTH]
    found = []
    for weight, mode in profile.modes:
        launch = about(mode, (profile.lat_deg, profile.lon_deg)).parameters[keep]
        # both azimuths on one turn of the circle
        launch[3] -= 2.0 * np.pi * np.round((launch[3] - profile.parameters[AZIMUTH]) / (2.0 * np.pi))
        found.append((weight, launch, mode.covariance[np.ix_(keep, keep)]))
    return _mixed(found)


def _mixed(modes: list[tuple[float, FloatArray, FloatArray]]) -> tuple[FloatArray, FloatArray]:
    """Means (..., d) and covariances (..., d, d) of mixtures of Gaussians."""
    mean = np.sum([weight * m for weight, m, _ in modes], axis=0)
    apart = [m - mean for _, m, _ in modes]
    spreads = [w * (c + a[..., :, None] * a[..., None, :]) for (w, _, c), a in zip(modes, apart, strict=True)]
    return mean, np.sum(spreads, axis=0)


def _states_of(profile: Profile, times_s: FloatArray, omega: float) -> tuple[FloatArray, FloatArray]:
    problem_steps = np.full(len(profile.parameters), 1e-3)
    problem_steps[[EAST, NORTH]] = 30.0
    problem_steps[[LIFTOFF, -1]] = 0.02
    problem_steps[profile.first_stage + IGNITION : -1 : PER_STAGE] = 0.02
    problem_steps[profile.first_stage + COAST : -1 : PER_STAGE] = 0.02
    problem_steps[LOG_DRAG] = 0.02
    states, slopes = boost_jacobian(
        profile.parameters,
        problem_steps,
        profile.stages,
        profile.steering,
        profile.knots_s,
        itrf_from_geodetic(profile.lat_deg, profile.lon_deg, 0.0),
        enu_axes(profile.lat_deg, profile.lon_deg),
        omega,
        times_s,
        STEP_S,
        TABLE,
        EDGES,
    )
    return states, slopes @ profile.covariance @ slopes.transpose(0, 2, 1)


def off(profile: Profile) -> float:
    """Distance of the launch from the reference point, m."""
    return float(np.hypot(profile.parameters[EAST], profile.parameters[NORTH]))


def launch_deg(profile: Profile, east: float | None = None, north: float | None = None) -> tuple[float, float]:
    """Geodetic latitude and longitude of the launch, or of a point so far east and north of the reference point, m."""
    lat, lon, _ = geodetic_from_itrf(frame_of(profile, east, north)[0])
    return float(lat), float(lon)


def frame_of(profile: Profile, east: float | None = None, north: float | None = None) -> FloatArray:
    """Launch point and its carried axes (4, 3)."""
    at = profile.parameters
    return launch_frame(
        float(at[EAST]) if east is None else east,
        float(at[NORTH]) if north is None else north,
        itrf_from_geodetic(profile.lat_deg, profile.lon_deg, 0.0),
        enu_axes(profile.lat_deg, profile.lon_deg),
    )


def about(profile: Profile, point: tuple[float, float]) -> Profile:
    """The same launch and azimuth, told from another reference point."""
    if point == (profile.lat_deg, profile.lon_deg):
        return profile
    frame = frame_of(profile)
    origin, axes = itrf_from_geodetic(*point, 0.0), enu_axes(*point)
    radius = float(np.linalg.norm(origin))
    there = itrf_from_geodetic(*launch_deg(profile), 0.0) - origin + radius * axes[2]
    level = axes[:2] @ there
    angle = float(np.arctan2(np.hypot(*level), axes[2] @ there))
    parameters = profile.parameters.copy()
    parameters[[EAST, NORTH]] = level * (radius * angle / max(float(np.hypot(*level)), 1e-9))
    carried = launch_frame(float(parameters[EAST]), float(parameters[NORTH]), origin, axes)
    heading = np.array([np.sin(parameters[AZIMUTH]), np.cos(parameters[AZIMUTH])]) @ frame[1:3]
    azimuth = np.arctan2(heading @ carried[1], heading @ carried[2])
    parameters[AZIMUTH] += np.remainder(azimuth - parameters[AZIMUTH] + np.pi, 2.0 * np.pi) - np.pi
    return msgspec.structs.replace(profile, lat_deg=point[0], lon_deg=point[1], parameters=parameters, way=None)


def apart(a: Profile, b: Profile) -> float:
    """Distance between two launches, m."""
    return float(np.linalg.norm(frame_of(a)[0] - frame_of(b)[0]))
