"""The celestial frame GCRF, for exports: precession of IAU 2006, the largest terms of the nutation of IAU 2000.

UT1 is taken as UTC and polar motion is left out, as everywhere here; that moves a point on the ground by less than
0.42 km and 20 m in GCRF, which decides how true an absolute position is. The matrix itself is good to 0.4 m at a radius
of 7000 km between 1970 and 2050.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from launchwatch.core.arrays import FloatArray
from launchwatch.core.epochs import NS, julian_date
from launchwatch.core.frames import OMEGA_EARTH

_ARCSEC = np.pi / 648_000.0
_J2000_TAI_NS = 946_727_967_816_000_000  # 2000-01-01T12:00:00 TT, 32.184 s ahead of TAI
_CENTURY_NS = 36_525 * 86_400 * NS

# Angles of Fukushima and Williams, arcsec, by powers of centuries TT (Hilton et al., 2006; Capitaine et al., 2003)
_GAMMA = (-0.052928, 10.556378, 0.4932044, -0.00031238, -0.000002788, 0.0000000260)
_PHI = (84381.412819, -46.811016, 0.0511268, 0.00053289, -0.000000440, -0.0000000176)
_PSI = (-0.041775, 5038.481484, 1.5584175, -0.00018522, -0.000026452, -0.0000000148)
_EPSILON = (84381.406, -46.836769, -0.0001831, 0.00200340, -0.000000576, -0.0000000434)
# Greenwich mean sidereal time less the Earth rotation angle, arcsec (Capitaine et al., 2003)
_SIDEREAL = (0.014506, 4612.156534, 1.3915817, -0.00000044, -0.000029956, -0.0000000368)
# Anomalies of Moon and Sun, argument of latitude, elongation, node of the Moon: arcsec at J2000, and per century TT
_ARGUMENTS = (
    (485868.249036, 1717915923.2178),
    (1287104.79305, 129596581.0481),
    (335779.526232, 1739527262.8478),
    (1072260.70369, 1602961601.2090),
    (450160.398036, -6962890.5431),
)
# Multiples of the arguments, then sin, t sin, cos in longitude and cos, t cos, sin in obliquity, 0.1 microarcsec, for
# the largest of 678 terms (Mathews et al., 2002)
_NUTATION = (
    (0, 0, 0, 0, 1, -172064161, -174666, 33386, 92052331, 9086, 15377),
    (0, 0, 2, -2, 2, -13170906, -1675, -13696, 5730336, -3015, -4587),
    (0, 0, 2, 0, 2, -2276413, -234, 2796, 978459, -485, 1374),
    (0, 0, 0, 0, 2, 2074554, 207, -698, -897492, 470, -291),
    (0, 1, 0, 0, 0, 1475877, -3633, 11817, 73871, -184, -1924),
    (0, 1, 2, -2, 2, -516821, 1226, -524, 224386, -677, -174),
    (0, 0, 2, 0, 1, -387298, -367, 380, 200728, 18, 318),
    (1, 0, 0, 0, 0, 711159, 73, -872, -6750, 0, 358),
    (1, 0, 2, 0, 2, -301461, -36, 816, 129025, -63, 367),
    (0, -1, 2, -2, 2, 215829, -494, 111, -95929, 299, 132),
    (0, 0, 2, -2, 1, 128227, 137, 181, -68982, -9, 39),
    (-1, 0, 2, 0, 2, 123457, 11, 19, -53311, 32, -4),
    (-1, 0, 0, 2, 0, 156994, 10, -168, -1235, 0, 82),
    (1, 0, 0, 0, 1, 63110, 63, 27, -33228, 0, -9),
    (-1, 0, 0, 0, 1, -57976, -63, -189, 31429, 0, -75),
    (-1, 0, 2, 2, 2, -59641, -11, 149, 25543, -11, 66),
    (1, 0, 2, 0, 1, -51613, -42, 129, 26366, 0, 78),
    (-2, 0, 2, 0, 1, 45893, 50, 31, -24236, -10, 20),
    (0, 0, 2, 2, 2, -38571, -1, 158, 16452, -11, 68),
    (0, -2, 2, -2, 2, 32481, 0, 0, -13870, 0, 0),
)


def gcrf_from_itrf(r: ArrayLike, v: ArrayLike, ns: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """ITRF to GCRF (Wallace and Capitaine, 2006, by the equinox).

    Parameters
    ----------
    r, v : array_like, shape (..., 3)
        Position and velocity in ITRF, m and m/s; the velocity as seen from the turning Earth.
    ns : array_like of int64, shape (...)
        Epochs, nanoseconds TAI since 1970 TAI.

    Returns
    -------
    r, v : FloatArray, shape (..., 3)
        In GCRF; the velocity leaves out the rate of precession and nutation, 0.1 mm/s at 7000 km.
    """
    position = np.asarray(r, dtype=np.float64)
    spun = np.stack([-position[..., 1], position[..., 0], np.zeros_like(position[..., 2])], axis=-1)
    turn = np.swapaxes(itrf_turn(ns), -1, -2)
    return _apply(turn, position), _apply(turn, np.asarray(v) + OMEGA_EARTH * spun)


def itrf_turn(ns: ArrayLike) -> FloatArray:
    """Matrix from GCRF to ITRF.

    Parameters
    ----------
    ns : array_like of int64, shape (...)
        Epochs, nanoseconds TAI since 1970 TAI.

    Returns
    -------
    FloatArray, shape (..., 3, 3)
        ``itrf_turn(ns) @ r_gcrf`` is r in ITRF.
    """
    t = (np.asarray(ns, dtype=np.int64) - _J2000_TAI_NS) / _CENTURY_NS
    longitude, obliquity, node = _nutation(t)
    mean = _polynomial(_EPSILON, t)
    sidereal = _rotation_angle(ns) + _polynomial(_SIDEREAL, t) + longitude * np.cos(mean)
    sidereal += (0.00264096 * np.sin(node) + 0.00006352 * np.sin(2.0 * node)) * _ARCSEC
    to_equator = _turn_x(-(mean + obliquity)) @ _turn_z(-(_polynomial(_PSI, t) + longitude))
    return np.asarray(_turn_z(sidereal) @ to_equator @ _turn_x(_polynomial(_PHI, t)) @ _turn_z(_polynomial(_GAMMA, t)))


def _rotation_angle(ns: ArrayLike) -> FloatArray:
    """Earth rotation angle, rad (Capitaine et al., 2000)."""
    jd, fr = julian_date(ns)
    days = jd - 2_451_545.0
    turns = np.mod(days, 1.0) + fr + 0.7790572732640 + 0.00273781191135448 * (days + fr)
    return np.asarray(2.0 * np.pi * np.mod(turns, 1.0))


def _nutation(t: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Nutation in longitude and in obliquity, and the node of the Moon, rad."""
    arguments = [np.mod(start + rate * t, 1_296_000.0) * _ARCSEC for start, rate in _ARGUMENTS]
    longitude, obliquity = np.zeros_like(t), np.zeros_like(t)
    for *multiples, a, b, c, d, e, f in _NUTATION:
        angle = sum(m * argument for m, argument in zip(multiples, arguments, strict=True))
        sine, cosine = np.sin(angle), np.cos(angle)
        longitude += (a + b * t) * sine + c * cosine
        obliquity += (d + e * t) * cosine + f * sine
    return longitude * 1e-7 * _ARCSEC, obliquity * 1e-7 * _ARCSEC, arguments[4]


def _polynomial(coefficients: tuple[float, ...], t: FloatArray) -> FloatArray:
    return np.asarray(np.polynomial.polynomial.polyval(t, coefficients) * _ARCSEC)


def _turn_x(angle: FloatArray) -> FloatArray:
    """Matrices (..., 3, 3) to axes turned about x by the angle."""
    c, s, zero, one = np.cos(angle), np.sin(angle), np.zeros_like(angle), np.ones_like(angle)
    return np.moveaxis(np.array([[one, zero, zero], [zero, c, s], [zero, -s, c]]), (0, 1), (-2, -1))


def _turn_z(angle: FloatArray) -> FloatArray:
    """Matrices (..., 3, 3) to axes turned about z by the angle."""
    c, s, zero, one = np.cos(angle), np.sin(angle), np.zeros_like(angle), np.ones_like(angle)
    return np.moveaxis(np.array([[c, s, zero], [-s, c, zero], [zero, zero, one]]), (0, 1), (-2, -1))


def _apply(turn: FloatArray, vector: FloatArray) -> FloatArray:
    return np.asarray((turn @ vector[..., None])[..., 0])
