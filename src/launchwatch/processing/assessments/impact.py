"""Launch and impact points, apogee, and the threat to warning regions, each with its uncertainty."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
import numpy as np

from launchwatch.catalog.regions import region_contains, region_distance_m
from launchwatch.catalog.schema import BurstBand, Region
from launchwatch.core.arrays import FloatArray
from launchwatch.core.frames import OMEGA_EARTH, enu_axes
from launchwatch.core.gaussians import ellipse_95, normal_points, scattered
from launchwatch.core.geodesy import direct, geodetic_from_itrf, inverse, itrf_from_geodetic
from launchwatch.messages.assessments import Ellipse, Estimate, GroundPoint, RegionThreat
from launchwatch.messages.events import BreakUp
from launchwatch.messages.tracks import LaunchFit, Track, before_air
from launchwatch.physics.gravity import MU
from launchwatch.processing.assessments.reach import Landing, landing_of, state_of
from launchwatch.processing.motion import ballistic as flight
from launchwatch.processing.motion import descent

S = 1_000_000_000
DRAG, LOG_DRAG_SIGMA = 1.0 / 8000.0, 0.5  # m^2/kg; payloads of 3 to 22 t/m^2 within two sigma
IMPACT_FLOOR_M = 12.0  # steps of the fall, terrain of the ellipsoid; the simulated air has no wind
DEBRIS_DRAG, DEBRIS_LOG_SIGMA = 1.0 / 550.0, 0.85
"""Drag of pieces, m^2/kg, and the spread of its logarithm: sheets of 100 kg/m^2 to engines of 3000 within two sigma
(assumption)."""
STEPS = np.array([20.0, 20.0, 20.0, 0.02, 0.02, 0.02, 0.05])
CURVED_M = 100e3  # an ellipse larger than this is bent: the fall is no longer linear in what is known
UNBOUNDED_M = 3000e3  # an impact point worse known than this is none: the ellipse would reach round the Earth
SAMPLES, DRAG_NODES = 96, 5
PATH_STEP_S = 20.0
ORBIT_PERIGEE_M = 100e3
SURE = 0.8  # distances to a region are good to a few per cent: what is clearer than this needs no look at each path


class Descent(msgspec.Struct, frozen=True):
    """A fall with its uncertainty: impact point or null (in orbit, or not bounded by what was seen), and apogee.

    `orbit`: that it does not fall is known, by two standard deviations of its perigee.
    """

    impact: GroundPoint | None
    apogee: Estimate
    orbit: bool = False


def ground_point(position: FloatArray, time_ns: int, sigma_s: float, covariance_m2: FloatArray) -> GroundPoint:
    """Ground point of an ITRF position (3,), with the covariance (2, 2) of its east and north."""
    lat, lon, _ = geodetic_from_itrf(position)
    major, minor, azimuth = ellipse_95(covariance_m2)
    return GroundPoint(
        lat_deg=float(lat),
        lon_deg=float(lon),
        time_ns=time_ns,
        sigma_s=sigma_s,
        covariance_m2=covariance_m2,
        ellipse_95=Ellipse(semi_major_km=major / 1e3, semi_minor_km=minor / 1e3, azimuth_deg=azimuth),
    )


def launch_point(launch: LaunchFit) -> GroundPoint:
    """The launch of a track as a ground point."""
    major, minor, azimuth = ellipse_95(launch.covariance[:2, :2])
    return GroundPoint(
        lat_deg=launch.lat_deg,
        lon_deg=launch.lon_deg,
        time_ns=launch.time_ns,
        sigma_s=float(np.sqrt(launch.covariance[2, 2])),
        covariance_m2=launch.covariance[:2, :2],
        ellipse_95=Ellipse(semi_major_km=major / 1e3, semi_minor_km=minor / 1e3, azimuth_deg=azimuth),
    )


def perigee_m(state: FloatArray) -> float:
    """Perigee of the osculating orbit of a state (6,) ITRF, height above the equatorial radius, m."""
    position = state[:3]
    velocity = state[3:] + OMEGA_EARTH * np.array([-position[1], position[0], 0.0])
    r = float(np.linalg.norm(position))
    momentum = np.cross(position, velocity)
    eccentricity = np.cross(velocity, momentum) / MU - position / r
    energy = 0.5 * velocity @ velocity - MU / r
    if energy >= 0.0:
        return r - 6378137.0
    return float(-MU / (2.0 * energy) * (1.0 - np.linalg.norm(eccentricity)) - 6378137.0)


def descend(track: Track) -> Descent:
    """Fall of a track without thrust; of what glides, its footprint."""
    if track.air is not None:
        apogee = descend(before_air(track)).apogee
        landing = landing_of(track, track.air, IMPACT_FLOOR_M)
        if landing is None or float(np.trace(landing.covariance_m2)) > UNBOUNDED_M**2:
            return Descent(None, apogee)
        return Descent(ground_point(*landing), apogee)
    mean, moved = _falls(track.state)
    highest = mean.apogee_m
    if track.state[:3] @ track.state[3:] < 0.0:
        back = np.concatenate([track.state[:3], -track.state[3:]])
        highest = flight.fall(back, 0.0, 7200.0, -OMEGA_EARTH).apogee_m
    spread = _spread(track.covariance)
    apogee_slope = np.array([(f.apogee_m - mean.apogee_m) / s for f, s in zip(moved, STEPS, strict=True)])
    apogee = Estimate(value=highest / 1e3, sigma=max(float(np.sqrt(apogee_slope @ spread @ apogee_slope)) / 1e3, 0.05))
    if perigee_m(track.state) > ORBIT_PERIGEE_M:
        return Descent(None, apogee, _in_orbit(track))
    landing = free_landing(track.epoch_ns, track.state, track.covariance, (mean, moved))
    return Descent(None if landing is None else ground_point(*landing), apogee)


def _in_orbit(track: Track) -> bool:
    """Whether the perigee lies above the air by two standard deviations."""
    perigee = perigee_m(track.state)
    slope = np.array([(perigee_m(track.state + step) - perigee) / step.sum() for step in np.diag(STEPS[:6])])
    return perigee - 2.0 * float(np.sqrt(max(slope @ track.covariance @ slope, 0.0))) > ORBIT_PERIGEE_M


def free_landing(
    epoch_ns: int, state: FloatArray, covariance: FloatArray, falls: tuple[flight.Fall, list[flight.Fall]] | None = None
) -> Landing | None:
    """Where a free fall of a state (6,) known with a covariance (6, 6) comes down; null where that is not bounded.

    Linear about the mean in state and drag, whose `falls` may be given; where the ellipse is so large that the Earth
    bends under it, by the points of a cubature (Arasaratnam and Haykin, 2009).
    """
    mean, moved = falls or _falls(state)
    if mean.seconds < 0.0 or any(f.seconds < 0.0 for f in moved):
        return None
    spread = _spread(covariance)
    axes = enu_axes(*geodetic_from_itrf(mean.position)[:2])[:2]
    slope = np.array([axes @ (f.position - mean.position) / s for f, s in zip(moved, STEPS, strict=True)]).T
    ground = slope @ spread @ slope.T
    position, seconds = mean.position, mean.seconds
    time_slope = np.array([(f.seconds - mean.seconds) / s for f, s in zip(moved, STEPS, strict=True)])
    variance_s2 = float(time_slope @ spread @ time_slope)
    if float(np.trace(ground)) > CURVED_M**2:
        curved = _cubature(state, spread, mean)
        if curved is None:
            return None
        position, seconds, variance_s2, ground = curved
    if float(np.trace(ground)) > UNBOUNDED_M**2:
        return None
    ground = ground + IMPACT_FLOOR_M**2 * np.eye(2)
    return Landing(position, epoch_ns + round(seconds * S), float(np.sqrt(variance_s2)), ground)


def _cubature(
    state: FloatArray, spread: FloatArray, mean: flight.Fall
) -> tuple[FloatArray, float, float, FloatArray] | None:
    """Mean position, time, its variance and ground covariance of the falls; null where one of them stays up."""
    scale = np.sqrt(np.diag(spread))
    scale[scale == 0.0] = 1.0  # of what is known for sure: a profile that has not lifted off yet stands still
    values, vectors = np.linalg.eigh(spread / np.outer(scale, scale))
    arms = np.sqrt(len(spread) * np.maximum(values, 0.0)) * (vectors * scale[:, None])
    from_lat, from_lon, _ = geodetic_from_itrf(mean.position)
    seen = []
    for arm in (*arms.T, *-arms.T):
        fall = flight.fall(state + arm[:6], DRAG * float(np.exp(arm[6])))
        if fall.seconds < 0.0:
            return None
        lat, lon, _ = geodetic_from_itrf(fall.position)
        distance, azimuth, _ = inverse(float(from_lat), float(from_lon), float(lat), float(lon))
        away = np.radians(azimuth)
        seen.append((distance * np.sin(away), distance * np.cos(away), fall.seconds))
    points = np.array(seen)
    centre = points.mean(axis=0)
    covariance = (points - centre).T @ (points - centre) / len(points)
    azimuth = float(np.degrees(np.arctan2(centre[0], centre[1])))
    to = direct(float(from_lat), float(from_lon), azimuth, float(np.hypot(centre[0], centre[1])))
    return itrf_from_geodetic(*to, 0.0), float(centre[2]), float(covariance[2, 2]), covariance[:2, :2]


def _falls(state: FloatArray) -> tuple[flight.Fall, list[flight.Fall]]:
    """The fall of a state, and those of steps in each of its numbers and in drag."""
    moved = [flight.fall(state + step, DRAG) for step in np.diag(STEPS[:6])]
    return flight.fall(state, DRAG), [*moved, flight.fall(state, DRAG * float(np.exp(STEPS[6])))]


def _spread(covariance: FloatArray) -> FloatArray:
    """Covariance (7, 7) of a state and the logarithm of the drag."""
    spread = np.zeros((7, 7))
    spread[:6, :6] = covariance
    spread[6, 6] = LOG_DRAG_SIGMA**2
    return spread


def scatter(broken: BreakUp) -> GroundPoint | None:
    """Where the debris of a break-up falls, with the ellipse that holds 95 % of its pieces; null where that is nowhere.

    Linear in place and velocity of a piece; over its drag, which shifts the fall by more than a straight line says, by
    Gauss-Hermite points.
    """
    spread = broken.covariance + np.diag([0.0, 0.0, 0.0, 1.0, 1.0, 1.0]) * broken.spread_m_s**2
    nodes, weights = np.polynomial.hermite_e.hermegauss(DRAG_NODES)
    weights = weights / weights.sum()
    falls = [flight.fall(broken.state, DEBRIS_DRAG * float(np.exp(DEBRIS_LOG_SIGMA * node))) for node in nodes]
    mean = falls[DRAG_NODES // 2]
    moved = [flight.fall(broken.state + step, DEBRIS_DRAG) for step in np.diag(STEPS[:6])]
    if any(f.seconds < 0.0 for f in (*falls, *moved)) or perigee_m(broken.state) > ORBIT_PERIGEE_M:
        return None
    lat, lon, _ = geodetic_from_itrf(mean.position)
    axes = enu_axes(lat, lon)

    def seen(fall: flight.Fall) -> FloatArray:
        """East, north, m, and time, s, from the fall of a middling piece."""
        return np.array([*(axes[:2] @ (fall.position - mean.position)), fall.seconds - mean.seconds])

    by_drag = np.array([seen(f) for f in falls])
    centre = weights @ by_drag
    slope = np.column_stack([seen(f) / step for f, step in zip(moved, STEPS[:6], strict=True)])
    covariance = slope @ spread @ slope.T + (weights * (by_drag - centre).T) @ (by_drag - centre)
    ground = covariance[:2, :2] + IMPACT_FLOOR_M**2 * np.eye(2)
    if float(np.trace(ground)) > UNBOUNDED_M**2:
        return None
    position = mean.position + centre[:2] @ axes[:2]
    time_ns = broken.epoch_ns + round((mean.seconds + float(centre[2])) * S)
    return ground_point(position, time_ns, float(np.sqrt(covariance[2, 2])), ground)


NORMAL = normal_points(SAMPLES)


def threats(
    track: Track, impact: GroundPoint | None, regions: dict[str, Region], ceiling_m: float, burst: BurstBand
) -> tuple[RegionThreat, ...]:
    """Probabilities of impact inside, of flight below `ceiling_m` over, and of a burst over each warning region.

    The impact's Gaussian stands as `SAMPLES` points of equal probability; the ground track is that of the mean path.
    Where a burst would be, the paths spread from the position now to the impact in proportion to time.
    """
    if impact is None:
        return ()
    offsets = scattered(NORMAL, impact.covariance_m2)
    lat, lon = _displaced(np.array(impact.lat_deg), np.array(impact.lon_deg), offsets)
    path = _path_ahead(track, impact)
    low = path[path[:, 2] < ceiling_m]
    high = (path[:, 2] >= 1e3 * burst.min_altitude_km) & (path[:, 2] <= 1e3 * burst.max_altitude_km)
    here = enu_axes(*geodetic_from_itrf(track.state[:3])[:2])[:2]
    known_m = np.sqrt(np.trace(here @ track.covariance[:3, :3] @ here.T))
    share = np.maximum(
        np.linspace(0.0, 1.0, len(path)), min(float(known_m / np.sqrt(np.trace(impact.covariance_m2))), 1.0)
    )
    found = []
    for name, region in regions.items():
        inside = float(np.mean(region_contains(region, lat, lon)))
        over = float(np.any(region_contains(region, low[:, 0], low[:, 1]))) if len(low) else 0.0
        near, distance = _bursts(region, path[high], share[high], offsets, 1e3 * burst.reach_km)
        found.append(
            RegionThreat(
                region=name,
                impact_probability=inside,
                overflight_probability=over,
                burst_probability=near,
                burst_distance_km=distance,
            )
        )
    return tuple(found)


def spared(regions: Iterable[str]) -> tuple[RegionThreat, ...]:
    """The threat to each warning region of what is known to stay in orbit: nothing falls on it."""
    return tuple(RegionThreat(region=name, impact_probability=0.0, overflight_probability=0.0) for name in regions)


def _bursts(
    region: Region, path: FloatArray, share: FloatArray, offsets: FloatArray, reach_m: float
) -> tuple[float, float | None]:
    """Share of the paths that come within reach of a region, and how near the mean one comes, km."""
    if not len(path):
        return 0.0, None
    distance = region_distance_m(region, path[:, 0], path[:, 1])
    nearest = float(distance.min())
    widest = share * float(np.linalg.norm(offsets, axis=1).max())
    if np.any(distance + widest < SURE * reach_m):
        return 1.0, nearest / 1e3
    apart = np.ones(len(offsets), dtype=bool)
    # the nearest first: most paths are then told after a few points
    for k in np.argsort(distance - widest, kind="stable"):
        if distance[k] - widest[k] >= reach_m / SURE or not apart.any():
            break
        lat, lon = _displaced(path[k, 0], path[k, 1], offsets[apart] * share[k])
        apart[apart] = region_distance_m(region, lat, lon) > reach_m
    return 1.0 - float(np.mean(apart)), nearest / 1e3


def _displaced(lat_deg: FloatArray, lon_deg: FloatArray, offsets_m: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Latitudes and longitudes, degrees, of points moved by (..., 2) east and north, m."""
    lat = np.clip(lat_deg + np.degrees(offsets_m[..., 1] / 6371e3), -90.0, 90.0)
    lon = lon_deg + np.degrees(offsets_m[..., 0] / 6371e3) / np.maximum(np.cos(np.radians(lat)), 1e-3)
    return lat, (lon + 180.0) % 360.0 - 180.0


def _path_ahead(track: Track, impact: GroundPoint) -> FloatArray:
    """Points (n, 3) lat, lon, height m of the rest of the flight, `PATH_STEP_S` apart."""
    count = int((impact.time_ns - track.epoch_ns) / S / PATH_STEP_S) + 1
    positions = np.empty((max(count, 0), 3))
    state = track.state if track.air is None else state_of(track, track.air)
    after = flight.state_after if track.air is None else descent.state_after
    for i in range(len(positions)):
        positions[i] = state[:3]
        state = after(state, PATH_STEP_S)
    return np.column_stack(geodetic_from_itrf(positions))
