"""Measurements as arrays, and their whitened residuals against predicted positions.

A measurement set keeps, for each row, which sensor made it, so that every sensor's own slowly varying error can be
estimated along with the motion: it is the bias, not the noise, that sets the launch point (Danis 1993).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TypeVar

import msgspec
import numpy as np

from launchwatch.core.arrays import FloatArray, IntArray
from launchwatch.core.frames import enu_axes
from launchwatch.core.geodesy import itrf_from_geodetic
from launchwatch.messages.observations import InfraredLook, Observation, RadarLook
from launchwatch.processing.motion._kernels import line_of_sight_rows


class LinesOfSight(msgspec.Struct, tag="lines-of-sight"):
    """Lines of sight of several sensors, ordered by time.

    Attributes
    ----------
    time_s : (n,) seconds after the caller's epoch.
    sensor : (n,) index of the sensor.
    position : (n, 3) of the sensor; direction : (n, 3) measured unit vectors; tangents : (n, 2, 3) across them, ITRF.
    sigma : (n,) rad per axis.
    bias_sigma : (sensors,) rad per axis.
    """

    time_s: FloatArray
    sensor: IntArray
    position: FloatArray
    direction: FloatArray
    tangents: FloatArray
    sigma: FloatArray
    bias_sigma: FloatArray


class Plots(msgspec.Struct, tag="plots"):
    """Radar plots of several radars, ordered by time.

    Attributes
    ----------
    time_s : (n,); sensor : (n,) index of the radar.
    site_deg_m : (n, 3) lat_deg, lon_deg, alt_m of the radar.
    measured : (n, 3) azimuth rad, elevation rad, range m; sigma : (n, 3) likewise.
    bias_sigma : (sensors, 3) likewise.
    """

    time_s: FloatArray
    sensor: IntArray
    site_deg_m: FloatArray
    measured: FloatArray
    sigma: FloatArray
    bias_sigma: FloatArray


M = TypeVar("M", LinesOfSight, Plots)


def axis_across(direction: FloatArray) -> int:
    """The axis, 0 to 2, that is least along the first of directions (n, 3)."""
    return int(np.argmin(np.abs(direction[0])))


def tangents_of(direction: FloatArray, axis: IntArray | None = None) -> FloatArray:
    """Two unit vectors across each direction.

    The axis that is least along the first direction serves all rows, so that the tangents of one sensor turn slowly and
    a constant pointing error stays constant in them.

    Parameters
    ----------
    direction : (n, 3) unit vectors.
    axis : (n,) the axis by which each row's tangents lie, where they have been chosen already.

    Returns
    -------
    (n, 2, 3)
    """
    by = np.eye(3)[[axis_across(direction)] if axis is None else axis]
    tangents = np.empty((len(direction), 2, 3))
    first = _cross(by, direction)
    tangents[:, 0] = first / np.sqrt(np.einsum("ni,ni->n", first, first))[:, None]
    tangents[:, 1] = _cross(direction, tangents[:, 0])
    return tangents


def _cross(a: FloatArray, b: FloatArray) -> FloatArray:
    """Cross products (n, 3); a fifth of the time of numpy's for a few rows."""
    out = np.empty((len(b), 3))
    out[:, 0] = a[:, 1] * b[:, 2] - a[:, 2] * b[:, 1]
    out[:, 1] = a[:, 2] * b[:, 0] - a[:, 0] * b[:, 2]
    out[:, 2] = a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]
    return out


def lines_of_sight(look: InfraredLook, epoch_ns: int) -> LinesOfSight:
    """The detections of one delivered look as measurements of one sensor."""
    direction = look.line_of_sight
    return LinesOfSight(
        time_s=np.asarray((look.time_ns - epoch_ns) * 1e-9, np.float64),
        sensor=np.zeros(len(direction), np.int64),
        position=look.sensor_position_m,
        direction=direction,
        tangents=tangents_of(direction),
        sigma=look.sigma_urad * 1e-6,
        bias_sigma=np.array([look.bias_urad * 1e-6]),
    )


def plots(look: RadarLook, epoch_ns: int) -> Plots:
    """The plots of one delivered look as measurements of one radar."""
    n = len(look.range_m)
    angle = np.radians(look.bias_angle_deg)
    return Plots(
        time_s=np.asarray((look.time_ns - epoch_ns) * 1e-9, np.float64),
        sensor=np.zeros(n, np.int64),
        site_deg_m=np.tile(np.asarray(look.site_deg_m), (n, 1)),
        measured=np.column_stack([np.radians(look.azimuth_deg), np.radians(look.elevation_deg), look.range_m]),
        sigma=np.column_stack(
            [np.radians(look.sigma_azimuth_deg), np.radians(look.sigma_elevation_deg), look.sigma_range_m]
        ),
        bias_sigma=np.array([[angle, angle, look.bias_range_m]]),
    )


def epochs_of(look: Observation) -> list[int]:
    """Epochs of the rows of a look, ns TAI, ascending; mostly there is only one."""
    first = int(look.time_ns[0])
    return [first] if bool((look.time_ns == first).all()) else np.unique(look.time_ns).tolist()


def bias_sigmas(data: LinesOfSight | Plots) -> FloatArray:
    """Standard deviations of the errors of the sensors, in the order of `bias_slopes`."""
    return data.bias_sigma.repeat(2) if isinstance(data, LinesOfSight) else data.bias_sigma.ravel()


def bias_slopes(data: LinesOfSight | Plots) -> FloatArray:
    """Slopes of whitened residuals by the errors of the sensors: (2n, 2 sensors) of lines of sight, (3n, 3 radars)."""
    inverse = 1.0 / (data.sigma[:, None].repeat(2, axis=1) if isinstance(data, LinesOfSight) else data.sigma)
    n, axes = inverse.shape
    slopes = np.zeros((n, axes, len(data.bias_sigma), axes))
    for c in range(axes):
        slopes[np.arange(n), c, data.sensor, c] = inverse[:, c]
    return slopes.reshape(n * axes, -1)


def sight_residuals(data: LinesOfSight, position: FloatArray, slopes: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Whitened residuals (2n,) of sensors without error, and their slopes (2n, p) by the motion parameters."""
    return line_of_sight_rows(position, slopes, data.position, data.tangents, data.direction, data.sigma)


def plot_residuals(data: Plots, position: FloatArray, slopes: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Whitened residuals (3n,) of radars without error, and their slopes (3n, p) by the motion parameters."""
    predicted, gradient = predict_plots(data.site_deg_m, position)
    difference = data.measured - predicted
    difference[:, 0] = np.remainder(difference[:, 0] + np.pi, 2 * np.pi) - np.pi
    jacobian = (gradient @ slopes) / data.sigma[:, :, None]
    return (difference / data.sigma).ravel(), jacobian.reshape(difference.size, -1)


def predict_plots(site_deg_m: FloatArray, position: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Azimuth rad, elevation rad, range m (n, 3) of positions (n, 3) from sites, and their gradients (n, 3, 3)."""
    site, axes = _sites(site_deg_m)
    local = np.einsum("nij,nj->ni", axes, position - site)
    east, north, up = local.T
    flat2 = east * east + north * north
    flat = np.sqrt(flat2)
    range2 = flat2 + up * up
    distance = np.sqrt(range2)
    predicted, gradient = np.empty((len(position), 3)), np.empty((len(position), 3, 3))
    predicted[:, 0], predicted[:, 1], predicted[:, 2] = np.arctan2(east, north), np.arctan2(up, flat), distance
    lever = up / (flat * range2)
    gradient[:, 0, 0], gradient[:, 0, 1], gradient[:, 0, 2] = north / flat2, -east / flat2, 0.0
    gradient[:, 1, 0], gradient[:, 1, 1], gradient[:, 1, 2] = -east * lever, -north * lever, flat / range2
    gradient[:, 2] = local / distance[:, None]
    return predicted, gradient @ axes


@lru_cache(maxsize=256)
def _site(lat_deg: float, lon_deg: float, alt_m: float) -> tuple[FloatArray, FloatArray]:
    """ITRF position (3,) and east, north, up (3, 3) of one site; radars stand still, so each is computed once."""
    return itrf_from_geodetic(lat_deg, lon_deg, alt_m), enu_axes(lat_deg, lon_deg)


def _sites(site_deg_m: FloatArray) -> tuple[FloatArray, FloatArray]:
    """ITRF positions (n, 3) and axes (n, 3, 3) of the sites of n plots."""
    found = [_site(*row) for row in site_deg_m.tolist()]
    return np.array([site for site, _ in found]), np.array([axes for _, axes in found])


def plot_positions(data: Plots) -> tuple[FloatArray, FloatArray]:
    """Positions (n, 3) of plots, ITRF m, and their covariances (n, 3, 3), biases included."""
    az, el, distance = data.measured.T
    local = np.column_stack([np.sin(az) * np.cos(el), np.cos(az) * np.cos(el), np.sin(el)]) * distance[:, None]
    site, axes = _sites(data.site_deg_m)
    position = site + np.einsum("nji,nj->ni", axes, local)
    _, gradient = predict_plots(data.site_deg_m, position)
    inverse = np.linalg.inv(gradient)
    variance = data.sigma**2 + data.bias_sigma[data.sensor] ** 2
    return position, np.einsum("nij,nj,nkj->nik", inverse, variance, inverse)


def row(data: LinesOfSight | Plots, i: int) -> LinesOfSight | Plots:
    """One row of a measurement set of one sensor."""
    fields = {
        name: value if name == "bias_sigma" else value[i : i + 1]
        for name, value in msgspec.structs.asdict(data).items()
    }
    return type(data)(**fields)


def stack(parts: list[LinesOfSight | Plots]) -> LinesOfSight | Plots:
    """Measurement sets of one sensor, one after the other."""
    first = parts[0]
    fields = {
        name: value if name == "bias_sigma" else np.concatenate([getattr(p, name) for p in parts])
        for name, value in msgspec.structs.asdict(first).items()
    }
    return type(first)(**fields)


def combine(parts: Sequence[M]) -> M:
    """Measurement sets of several sensors as one, ordered by time; the sensors keep the order of `parts`."""
    order = np.argsort(np.concatenate([p.time_s for p in parts]), kind="stable")
    fields = {}
    for name in parts[0].__struct_fields__:
        if name == "sensor":
            value = np.concatenate([np.full(len(p.time_s), k, np.int64) for k, p in enumerate(parts)])[order]
        elif name == "bias_sigma":
            value = np.concatenate([p.bias_sigma for p in parts])
        else:
            value = np.concatenate([getattr(p, name) for p in parts])[order]
        fields[name] = value
    return type(parts[0])(**fields)


def select(look: Observation, keep: np.ndarray) -> Observation:
    """The look with some of its detections: `keep` is a mask or an index (n,)."""
    rows = {
        name: getattr(look, name)[keep]
        for name in look.__struct_fields__
        if name != "position_m" and isinstance(getattr(look, name), np.ndarray)
    }
    return msgspec.structs.replace(look, **rows)
