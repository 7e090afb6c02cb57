"""Compiled looks of one sensor at a flight from every cell of the Earth.

All flights stand on the zero meridian; the sensor is turned about the Earth's axis instead, one longitude of cells
after the other. What comes out is laid over what other sensors of the kind saw: the least of each figure stays.
"""

from __future__ import annotations

import math
from typing import TypeAlias

import numpy as np

from launchwatch.core.arrays import FloatArray, IntArray
from launchwatch.core.geodesy import A, B
from launchwatch.core.jit import njit

Point: TypeAlias = tuple[float, float, float]
Sky: TypeAlias = tuple[float, float, float]
"""Step of the table of transmission, rad; top of the cloud, m; margin over the limb, m, -inf where it looks down."""

Field: TypeAlias = tuple[float, float, float, float]
"""Nearest range, squared; sines of the lowest and the highest elevation; 1 for over the horizon, else 0."""

DECLARED = 3
"""Looks of one sensor that declare a track."""

_STRETCH = A / B  # stretches the ellipsoid to a sphere (physics.visibility)
_ROUNDING_M = 1.0  # a line that starts at a site on the ellipsoid may come out this little below it


@njit(cache=True, error_model="numpy")
def _lowest(here: Point, p: Point, farthest: float) -> float:
    """`physics.visibility.lowest_height` up to a part of the way from here to p: 1 for between, infinity for beyond."""
    ax, ay, az = here[0], here[1], here[2] * _STRETCH
    sx, sy, sz = p[0] - ax, p[1] - ay, p[2] * _STRETCH - az
    part = -(ax * sx + ay * sy + az * sz) / (sx * sx + sy * sy + sz * sz)
    part = min(max(part, 0.0), farthest)
    x, y, z = ax + part * sx, ay + part * sy, az + part * sz
    return math.sqrt(x * x + y * y + z * z) - A


@njit(cache=True, error_model="numpy")
def _plume_seen(here: Point, p: Point, up: Point, signal: float, clear: FloatArray, row: int, sky: Sky) -> bool:
    """Whether a plume that gives `signal` / range^2 times its threshold in clear space reaches it."""
    x, y, z = here[0] - p[0], here[1] - p[1], here[2] - p[2]
    range2 = x * x + y * y + z * z
    if signal < range2:
        return False
    zenith_step_rad, cloud_m, margin_m = sky
    if margin_m > -math.inf and _lowest(here, p, math.inf) < margin_m:
        return False
    cosine = (x * up[0] + y * up[1] + z * up[2]) / math.sqrt(range2)
    at = math.acos(min(max(cosine, -1.0), 1.0)) / zenith_step_rad
    i = int(at)
    if i + 1 >= clear.shape[1]:
        return False
    transmission = clear[row, i] + (at - i) * (clear[row, i + 1] - clear[row, i])
    return signal * transmission >= range2 and _lowest(here, p, 1.0) >= cloud_m


@njit(cache=True, error_model="numpy")
def infrared_looks(
    points: FloatArray,
    ups: FloatArray,
    height_m: FloatArray,
    step_s: float,
    lat_lon_deg: tuple[FloatArray, FloatArray],
    here: FloatArray,
    farthest_cos: FloatArray,
    signal: FloatArray,
    clear: FloatArray,
    sky: Sky,
    period_s: float,
    count: IntArray,
    least: FloatArray,
) -> FloatArray:
    """Looks of an infrared sensor.

    Parameters
    ----------
    points, ups : (l, a, n, 3) ITRF m from the zero meridian, and unit verticals there.
    height_m : (n,). step_s : between its times.
    lat_lon_deg : (l,) and (m,) centres of the cells.
    here : (k, 3) of the satellite at k times, ITRF m.
    farthest_cos : (k,) cosine of the angle at the Earth's centre beyond which it sees nothing of a launch.
    signal : (n,) range m, squared, at which the mean SNR meets the threshold without air; 0 where nothing is seen.
    clear : (n, z) transmission by zenith angle.
    sky : `Sky`.
    period_s : of its looks.
    count : (l, m, a, k), raised by one where it sees a launch.
    least : (3, l, m, a, k) time of the first look s, of the declared track s, height m where first visible; lowered.

    Returns
    -------
    FloatArray, shape (l,)
        Looked at and seen, summed over longitudes, azimuths and times.
    """
    lat, lon = lat_lon_deg
    seen = np.zeros(lat.shape[0])
    n, times = height_m.shape[0], here.shape[0]
    turned, length = np.empty((times, 3)), np.empty(times)
    for j in range(lon.shape[0]):
        c, s = math.cos(math.radians(lon[j])), math.sin(math.radians(lon[j]))
        for k in range(times):
            x, y, z = here[k, 0], here[k, 1], here[k, 2]
            turned[k, 0], turned[k, 1], turned[k, 2] = c * x + s * y, c * y - s * x, z
            length[k] = math.sqrt(x * x + y * y + z * z)
        for i in range(lat.shape[0]):
            cell_x, cell_z = math.cos(math.radians(lat[i])), math.sin(math.radians(lat[i]))
            for a in range(points.shape[1]):
                for k in range(times):
                    at = (turned[k, 0], turned[k, 1], turned[k, 2])
                    if cell_x * at[0] + cell_z * at[2] < farthest_cos[k] * length[k]:
                        continue
                    visible, row, looks, t = n, 0, 0, 0.0
                    while row < n and looks < DECLARED:
                        if signal[row] > 0.0 and _plume_seen(
                            at,
                            (points[i, a, row, 0], points[i, a, row, 1], points[i, a, row, 2]),
                            (ups[i, a, row, 0], ups[i, a, row, 1], ups[i, a, row, 2]),
                            signal[row],
                            clear,
                            row,
                            sky,
                        ):
                            if visible < n:
                                looks += 1
                                if looks == 1:
                                    seen[i] += 1.0
                                    count[i, j, a, k] += 1
                                    least[0, i, j, a, k] = min(least[0, i, j, a, k], t)
                                    least[2, i, j, a, k] = min(least[2, i, j, a, k], height_m[visible])
                                elif looks == DECLARED:
                                    least[1, i, j, a, k] = min(least[1, i, j, a, k], t)
                            else:
                                visible, t = row, row * step_s - 0.5 * period_s
                        if visible < n:
                            t += period_s
                            row = int(t / step_s + 0.5)
                        else:
                            row += 1
    return seen


@njit(cache=True, error_model="numpy")
def _within(east: float, north: float, sectors: FloatArray) -> bool:
    """Whether an azimuth lies in any of the sectors (m, 2), start and width deg (physics.visibility.in_sectors)."""
    azimuth = math.degrees(math.atan2(east, north))
    inside = False
    for m in range(sectors.shape[0]):
        inside |= (azimuth - sectors[m, 0]) % 360.0 <= sectors[m, 1]
    return inside


@njit(cache=True, error_model="numpy")
def _echo_seen(site: Point, axes: FloatArray, p: Point, reach2: float, field: Field, sectors: FloatArray) -> bool:
    """Whether a body within a radar's reach lies in its field; by the sky wave ranges go along the ground."""
    near2, low, high, sky_wave = field
    x, y, z = p[0] - site[0], p[1] - site[1], p[2] - site[2]
    if sky_wave > 0.0:
        lengths2 = (p[0] ** 2 + p[1] ** 2 + p[2] ** 2) * (site[0] ** 2 + site[1] ** 2 + site[2] ** 2)
        far2 = 2.0 - 2.0 * (p[0] * site[0] + p[1] * site[1] + p[2] * site[2]) / math.sqrt(lengths2)
    else:
        far2 = x * x + y * y + z * z
    if far2 > reach2 or far2 < near2:
        return False
    if sky_wave == 0.0:
        sine = (axes[2, 0] * x + axes[2, 1] * y + axes[2, 2] * z) / math.sqrt(far2)
        if sine < low or sine > high:
            return False
    east = axes[0, 0] * x + axes[0, 1] * y + axes[0, 2] * z
    north = axes[1, 0] * x + axes[1, 1] * y + axes[1, 2] * z
    if not _within(east, north, sectors):
        return False
    return sky_wave > 0.0 or low >= 0.0 or _lowest(site, p, 1.0) >= -_ROUNDING_M


@njit(cache=True, error_model="numpy")
def radar_looks(
    points: FloatArray,
    height_m: FloatArray,
    step_s: float,
    lat_lon_deg: tuple[FloatArray, FloatArray],
    site: FloatArray,
    axes: FloatArray,
    reach2: FloatArray,
    field: Field,
    sectors: FloatArray,
    period_s: float,
    count: IntArray,
    least: FloatArray,
) -> FloatArray:
    """Looks of a radar.

    Parameters
    ----------
    points, height_m, step_s, lat_lon_deg, period_s, count, least : as of `infrared_looks`, at one time.
    site, axes : (3,) ITRF m, and (3, 3) rows east, north, up.
    reach2 : (n,) farthest range m, squared, by its limit and by SNR; negative where nothing is seen. By the sky wave
        the chord of the unit sphere, squared.
    field : `Field`.
    sectors : (m, 2) start and width deg.

    Returns
    -------
    FloatArray, shape (l,)
        Looked at and seen, summed over longitudes and azimuths.
    """
    lat, lon = lat_lon_deg
    seen = np.zeros(lat.shape[0])
    n = height_m.shape[0]
    frame = np.empty((3, 3))
    for j in range(lon.shape[0]):
        c, s = math.cos(math.radians(lon[j])), math.sin(math.radians(lon[j]))
        at = (c * site[0] + s * site[1], c * site[1] - s * site[0], site[2])
        for r in range(3):
            frame[r, 0], frame[r, 1] = c * axes[r, 0] + s * axes[r, 1], c * axes[r, 1] - s * axes[r, 0]
            frame[r, 2] = axes[r, 2]
        for i in range(lat.shape[0]):
            for a in range(points.shape[1]):
                visible, row, looks, t = n, 0, 0, 0.0
                while row < n and looks < DECLARED:
                    p = (points[i, a, row, 0], points[i, a, row, 1], points[i, a, row, 2])
                    if _echo_seen(at, frame, p, reach2[row], field, sectors):
                        if visible < n:
                            looks += 1
                            if looks == 1:
                                seen[i] += 1.0
                                count[i, j, a, 0] += 1
                                least[0, i, j, a, 0] = min(least[0, i, j, a, 0], t)
                                least[2, i, j, a, 0] = min(least[2, i, j, a, 0], height_m[visible])
                            elif looks == DECLARED:
                                least[1, i, j, a, 0] = min(least[1, i, j, a, 0], t)
                        else:
                            visible, t = row, row * step_s - 0.5 * period_s
                    if visible < n:
                        t += period_s
                        row = int(t / step_s + 0.5)
                    else:
                        row += 1
    return seen
