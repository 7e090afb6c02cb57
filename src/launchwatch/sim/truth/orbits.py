"""Satellites: positions of the sensors in orbit."""

from __future__ import annotations

import numpy as np

from launchwatch.catalog.schema import AnyOrbit, Elements, Geostationary, Molniya
from launchwatch.core.arrays import FloatArray, IntArray
from launchwatch.core.epochs import NS, format_utc, gmst_rad, julian_date, parse_utc
from launchwatch.core.frames import OMEGA_EARTH, itrf_from_teme
from launchwatch.physics.gravity import MU

GEOSTATIONARY_M = 42_164_172.0
EARTH_M = 6_378_137.0
J2000 = parse_utc("2000-01-01T12:00:00Z")


class OrbitError(ValueError):
    """Elements that give no position; one line says why."""


def satellite_positions(orbit: AnyOrbit, epochs_ns: IntArray) -> tuple[FloatArray, FloatArray]:
    """Position and velocity (n, 3) of a satellite at epochs (n,) ns TAI, ITRF, m and m/s."""
    if isinstance(orbit, Geostationary):
        return _geostationary(orbit, len(epochs_ns))
    if isinstance(orbit, Molniya):
        return _molniya(orbit, epochs_ns)
    return _sgp4(orbit, epochs_ns)


def _geostationary(orbit: Geostationary, count: int) -> tuple[FloatArray, FloatArray]:
    angle = np.radians(orbit.longitude_deg)
    position = GEOSTATIONARY_M * np.array([np.cos(angle), np.sin(angle), 0.0])
    return np.tile(position, (count, 1)), np.zeros((count, 3))


def _sgp4(orbit: Elements, epochs_ns: IntArray) -> tuple[FloatArray, FloatArray]:
    from sgp4.api import SGP4_ERRORS, WGS72, Satrec

    jd, fraction = julian_date(np.array([orbit.epoch_ns]))
    satellite = Satrec()
    rad_min = 2 * np.pi / 1440.0
    satellite.sgp4init(
        WGS72,
        "i",
        orbit.norad_id,
        float(jd[0] - 2433281.5 + fraction[0]),
        orbit.bstar,
        0.0,
        0.0,
        orbit.eccentricity,
        np.radians(orbit.argument_of_perigee_deg),
        np.radians(orbit.inclination_deg),
        np.radians(orbit.mean_anomaly_deg),
        orbit.mean_motion_rev_day * rad_min,
        np.radians(orbit.raan_deg),
    )
    days, fractions = julian_date(epochs_ns)
    error, position, velocity = satellite.sgp4_array(days, fractions)
    if error.any():
        first = int(np.flatnonzero(error)[0])
        raise OrbitError(
            f"{orbit.id}: SGP4 says '{SGP4_ERRORS[int(error[first])]}' at {format_utc(int(epochs_ns[first]), 0)}"
        )
    return itrf_from_teme(position * 1e3, velocity * 1e3, epochs_ns)


def _molniya(orbit: Molniya, epochs_ns: IntArray) -> tuple[FloatArray, FloatArray]:
    """Kepler motion of half a sidereal day whose plane keeps its apogee over the given longitude."""
    rate = 2.0 * OMEGA_EARTH
    a = (MU / rate**2) ** (1.0 / 3.0)
    e = 1.0 - (EARTH_M + orbit.perigee_km * 1e3) / a
    t = (np.asarray(epochs_ns) - J2000) / NS
    if orbit.apogee_epoch is not None:
        apogee_s = (parse_utc(orbit.apogee_epoch) - J2000) / NS
    else:
        assert orbit.phase_deg is not None
        apogee_s = (np.pi - np.radians(orbit.phase_deg)) / rate
    mean = np.remainder(rate * (t - apogee_s) + np.pi, 2 * np.pi)
    anomaly = mean + e * np.sin(mean)
    for _ in range(12):
        anomaly -= (anomaly - e * np.sin(anomaly) - mean) / (1.0 - e * np.cos(anomaly))
    along = np.column_stack([np.cos(anomaly) - e, np.sqrt(1 - e * e) * np.sin(anomaly)]) * a
    speed = rate * a / (1.0 - e * np.cos(anomaly))
    rates = np.column_stack([-np.sin(anomaly), np.sqrt(1 - e * e) * np.cos(anomaly)]) * speed[:, None]
    w, i = np.radians(orbit.argument_of_perigee_deg), np.radians(orbit.inclination_deg)
    # In the node's axes; the node stands so that the apogee is over its longitude at the apogee epoch.
    p = np.array([np.cos(w), np.sin(w) * np.cos(i), np.sin(w) * np.sin(i)])
    q = np.array([-np.sin(w), np.cos(w) * np.cos(i), np.cos(w) * np.sin(i)])
    apogee_epoch = J2000 + round(apogee_s * NS)
    stand = float(np.asarray(gmst_rad(np.array([apogee_epoch])))[0]) + np.radians(orbit.apogee_longitude_deg)
    node = stand - np.arctan2(-p[1], -p[0])
    c, s = np.cos(node), np.sin(node)
    turn = np.array([[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]])
    frame = np.stack([p, q]) @ turn.T
    return itrf_from_teme(along @ frame, rates @ frame, np.asarray(epochs_ns))
