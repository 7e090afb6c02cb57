"""Satellites: where the sensors in orbit are."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from launchwatch.catalog.schema import MAX_ELEMENT_AGE_DAYS, AnyOrbit, Elements, Geostationary, Molniya, Walker
from launchwatch.core.arrays import FloatArray, IntArray
from launchwatch.core.epochs import NS, format_utc, gmst_rad, julian_date, parse_utc
from launchwatch.core.frames import itrf_from_teme
from launchwatch.core.geodesy import A
from launchwatch.physics.gravity import J2, MU

GEOSTATIONARY_M = 42_164_172.0
"""Radius of the geostationary orbit."""

_J2000_NS = parse_utc("2000-01-01T12:00:00Z")
_TURN_S = 86_164.0905  # mean sidereal day, the period of GMST
_DAY_NS = 86_400 * NS
_SGP4_DAY_0 = 2_433_281.5  # Julian date from which SGP4 counts the days of an epoch


class OrbitError(ValueError):
    """Elements that give no position; one line says why."""


GRID_S = 20.0
"""Step of the points that `between` keeps."""


def between(
    positions: Callable[[IntArray], tuple[FloatArray, FloatArray]], start_ns: int, stop_ns: int
) -> Callable[[IntArray], tuple[FloatArray, FloatArray]]:
    """Positions from points of a grid: cubic between two of them, by their velocities.

    Off by 0.1 m in high orbits and 1.5 m at the perigee of a Molniya orbit: velocities of SGP4 are not quite the slope
    of its positions. Seen from there or to there, less than 1 microradian.

    Parameters
    ----------
    positions : epochs (n,) ns TAI to position and velocity (n, 3).
    start_ns, stop_ns : the grid reaches ten minutes beyond these; epochs outside of it raise ValueError.
    """
    step = round(GRID_S * NS)
    first = start_ns - 30 * step
    grid = np.arange(first, stop_ns + 31 * step, step, dtype=np.int64)
    point, speed = positions(grid)

    def cubic(epochs_ns: IntArray) -> tuple[FloatArray, FloatArray]:
        row = (epochs_ns - first) // step
        if len(row) and (row.min() < 0 or row.max() >= len(grid) - 1):
            raise ValueError(f"epochs_ns: reach beyond {first} to {int(grid[-1])} ns TAI; ask for a longer window")
        s = ((epochs_ns - grid[row]) / step)[:, None]
        p, q, u, w = point[row], point[row + 1], GRID_S * speed[row], GRID_S * speed[row + 1]
        two, three = 2.0 * (p - q) + u + w, 3.0 * (q - p) - 2.0 * u - w
        return p + s * (u + s * (three + s * two)), (u + s * (2.0 * three + 3.0 * s * two)) / GRID_S

    return cubic


def satellite_positions(
    orbit: AnyOrbit, epochs_ns: ArrayLike, satellite: int | None = None
) -> tuple[FloatArray, FloatArray]:
    """Position and velocity of a satellite.

    Elements go through SGP4 (Hoots and Roehrich, 1980; Vallado et al., 2006). Geostationary and Molniya orbits are
    closed forms that stand still over the ground, or come back to it, for ever: they are slots, not elements. So are
    the circular orbits of a layer, whose nodes drift (Vallado, 2013, section 9.6).

    Parameters
    ----------
    orbit : Geostationary, Molniya, Elements or Walker
    epochs_ns : array_like of int64, shape (n,)
        Nanoseconds TAI since 1970 TAI.
    satellite : int or None
        Which one of a `Walker` layer, from 1.

    Returns
    -------
    position_m, velocity_m_s : FloatArray, shape (n, 3)
        ITRF.

    Raises
    ------
    OrbitError
        Elements more than `MAX_ELEMENT_AGE_DAYS` from their epoch, or that SGP4 refuses.
    """
    epochs = np.asarray(epochs_ns, dtype=np.int64)
    if isinstance(orbit, Geostationary):
        return _geostationary(orbit, len(epochs))
    if isinstance(orbit, Molniya):
        return _molniya(orbit, epochs)
    if isinstance(orbit, Walker):
        if satellite is None:
            raise OrbitError(f"{orbit.id}: is a layer; say which satellite of it")
        return _walker(orbit, satellite, epochs)
    return _sgp4(orbit, epochs)


def _geostationary(orbit: Geostationary, count: int) -> tuple[FloatArray, FloatArray]:
    longitude = np.radians(orbit.longitude_deg)
    position = GEOSTATIONARY_M * np.array([np.cos(longitude), np.sin(longitude), 0.0])
    return np.tile(position, (count, 1)), np.zeros((count, 3))


def _molniya(orbit: Molniya, epochs_ns: IntArray) -> tuple[FloatArray, FloatArray]:
    """Two-body motion with half a sidereal day; the node stands so that the apogees are over their longitudes."""
    rate = 4.0 * np.pi / _TURN_S
    a = float(np.cbrt(MU / rate**2))
    e = 1.0 - (A + orbit.perigee_km * 1e3) / a
    if orbit.apogee_epoch is not None:
        apogee_ns = parse_utc(orbit.apogee_epoch)
    else:
        apogee_ns = _J2000_NS + round((np.pi - np.radians(orbit.phase_deg or 0.0)) / rate * NS)
    mean = np.remainder(rate / NS * (epochs_ns - apogee_ns) + np.pi, 2.0 * np.pi)
    anomaly = mean + e * np.sin(mean)
    for _ in range(12):  # Newton on Kepler's equation; six settle it at e = 0.75
        anomaly -= (anomaly - e * np.sin(anomaly) - mean) / (1.0 - e * np.cos(anomaly))
    cos, sin, flat = np.cos(anomaly), np.sin(anomaly), np.sqrt(1.0 - e * e)
    speed = a * rate / (1.0 - e * cos)
    in_plane = a * np.stack([cos - e, flat * sin], axis=1)
    in_plane_rate = np.stack([-speed * sin, speed * flat * cos], axis=1)
    argument, inclination = np.radians(orbit.argument_of_perigee_deg), np.radians(orbit.inclination_deg)
    to_perigee = np.array(
        [np.cos(argument), np.sin(argument) * np.cos(inclination), np.sin(argument) * np.sin(inclination)]
    )
    onward = np.array(
        [-np.sin(argument), np.cos(argument) * np.cos(inclination), np.cos(argument) * np.sin(inclination)]
    )
    apogee_right_ascension = float(gmst_rad(apogee_ns)) + np.radians(orbit.apogee_longitude_deg)
    node = apogee_right_ascension - np.arctan2(-to_perigee[1], -to_perigee[0])
    turn = np.array([[np.cos(node), np.sin(node), 0.0], [-np.sin(node), np.cos(node), 0.0], [0.0, 0.0, 1.0]])
    axes = np.stack([to_perigee, onward]) @ turn
    return itrf_from_teme(in_plane @ axes, in_plane_rate @ axes, epochs_ns)


def _walker(orbit: Walker, satellite: int, epochs_ns: IntArray) -> tuple[FloatArray, FloatArray]:
    """A circle whose node and phase move at their secular rates under the second zonal harmonic."""
    plane, place = divmod(satellite - 1, orbit.satellites_per_plane)
    total = orbit.planes * orbit.satellites_per_plane
    if plane >= orbit.planes:
        raise OrbitError(f"{orbit.id}: has no satellite {satellite}; it has {total}")
    a, tilt = A + orbit.altitude_km * 1e3, np.radians(orbit.inclination_deg)
    motion = float(np.sqrt(MU / a**3))
    flattening = 1.5 * J2 * (A / a) ** 2 * motion
    t_s = (epochs_ns - orbit.epoch_ns) / NS
    start = 2.0 * np.pi * (place / orbit.satellites_per_plane + orbit.phasing * plane / total)
    # mean motion and argument of perigee together (Vallado, 2013, equations 9-38 to 9-41, at eccentricity 0)
    rate = motion + flattening * (3.0 - 4.0 * np.sin(tilt) ** 2)
    phase = start + rate * t_s
    node = np.radians(orbit.node_span_deg) * plane / orbit.planes - flattening * np.cos(tilt) * t_s
    c, s = np.cos(phase)[:, None], np.sin(phase)[:, None]
    to_node = np.stack([np.cos(node), np.sin(node), np.zeros_like(node)], axis=1)
    flat, steep = np.cos(tilt), np.full_like(node, np.sin(tilt))
    ahead = np.stack([-np.sin(node) * flat, np.cos(node) * flat, steep], axis=1)
    return itrf_from_teme(a * (c * to_node + s * ahead), a * rate * (c * ahead - s * to_node), epochs_ns)


def _sgp4(orbit: Elements, epochs_ns: IntArray) -> tuple[FloatArray, FloatArray]:
    from sgp4.api import SGP4_ERRORS, WGS72, Satrec

    age_days = np.abs(epochs_ns - orbit.epoch_ns) / _DAY_NS
    if epochs_ns.size and age_days.max() > MAX_ELEMENT_AGE_DAYS:
        asked = format_utc(int(epochs_ns[np.argmax(age_days)]), 0)
        raise OrbitError(
            f"{orbit.id}: {asked} is {age_days.max():.0f} days from the elements' epoch {orbit.epoch}; "
            f"give elements within {MAX_ELEMENT_AGE_DAYS:g} days"
        )
    day, fraction = julian_date(orbit.epoch_ns)
    satellite = Satrec()
    satellite.sgp4init(
        WGS72,
        "i",
        orbit.norad_id,
        float(day - _SGP4_DAY_0 + fraction),
        orbit.bstar,
        0.0,  # the two derivatives of the mean motion are unused by SGP4
        0.0,
        orbit.eccentricity,
        np.radians(orbit.argument_of_perigee_deg),
        np.radians(orbit.inclination_deg),
        np.radians(orbit.mean_anomaly_deg),
        orbit.mean_motion_rev_day * 2.0 * np.pi / 1440.0,
        np.radians(orbit.raan_deg),
    )
    errors, position_km, velocity_km_s = satellite.sgp4_array(*julian_date(epochs_ns))
    if errors.any():
        first = int(np.flatnonzero(errors)[0])
        asked = format_utc(int(epochs_ns[first]), 0)
        raise OrbitError(f"{orbit.id}: SGP4 gives no position at {asked}: {SGP4_ERRORS[int(errors[first])]}")
    return itrf_from_teme(1e3 * position_km, 1e3 * velocity_km_s, epochs_ns)
