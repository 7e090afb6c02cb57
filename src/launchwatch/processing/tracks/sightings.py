"""Detections of one sensor as rows of numbers, which tracklets keep, and as measurements again."""

from __future__ import annotations

import numpy as np

from launchwatch.core.arrays import FloatArray, IntArray
from launchwatch.messages.observations import InfraredLook, RadarLook
from launchwatch.processing.motion.measurements import (
    LinesOfSight,
    Plots,
    axis_across,
    plot_positions,
    plots,
    tangents_of,
)
from launchwatch.processing.tracks._tracklet_kernels import (
    AXIS,
    COLUMNS,
    DIRECTION,
    IRRADIANCE,
    MEASURED,
    PLACE,
    POSITION,
    SIGMA,
    SIGMAS,
    SNR,
    TIME,
)


def rows_of_look(look: InfraredLook | RadarLook, epoch_ns: int) -> FloatArray:
    """The detections of a look as rows (n, columns) of `_tracklet_kernels`."""
    rows = np.zeros((len(look.sequence), COLUMNS))
    rows[:, TIME] = (look.time_ns - epoch_ns) * 1e-9
    if isinstance(look, InfraredLook):
        rows[:, POSITION : POSITION + 3] = look.sensor_position_m
        rows[:, DIRECTION : DIRECTION + 3] = look.line_of_sight
        rows[:, SIGMA] = look.sigma_urad * 1e-6
        rows[:, IRRADIANCE], rows[:, SNR] = look.irradiance_w_m2, look.snr
        rows[:, AXIS] = axis_across(look.line_of_sight)
        return rows
    data = plots(look, epoch_ns)
    rows[:, MEASURED : MEASURED + 3], rows[:, SIGMAS : SIGMAS + 3] = data.measured, data.sigma
    rows[:, PLACE : PLACE + 3] = plot_positions(data)[0]
    return rows


def spread_of(rows: FloatArray, infrared: bool) -> FloatArray:
    """Standard deviation (n,) of each row as far as a gate is concerned: rad across the line, or m."""
    if infrared:
        return rows[:, SIGMA]
    angles = np.sqrt(rows[:, SIGMAS] ** 2 + rows[:, SIGMAS + 1] ** 2)
    return np.asarray(angles * rows[:, MEASURED + 2] + rows[:, SIGMAS + 2])


def off_line(rows: FloatArray, point: FloatArray) -> FloatArray:
    """By how much lines of sight of rows (n, columns) pass points (n, 3) or (3,) by, m (n,)."""
    away = point - rows[:, POSITION : POSITION + 3]
    direction = rows[:, DIRECTION : DIRECTION + 3]
    along = np.einsum("ni,ni->n", away, direction)
    return np.asarray(np.linalg.norm(away - along[:, None] * direction, axis=1))


def sights_of(rows: FloatArray, bias_sigma: FloatArray) -> LinesOfSight:
    """Rows of an infrared sensor as measurements; `bias_sigma` (1,) rad."""
    direction = rows[:, DIRECTION : DIRECTION + 3].copy()
    return LinesOfSight(
        time_s=rows[:, TIME].copy(),
        sensor=np.zeros(len(rows), np.int64),
        position=rows[:, POSITION : POSITION + 3].copy(),
        direction=direction,
        tangents=tangents_of(direction, rows[:, AXIS].astype(np.int64)),
        sigma=rows[:, SIGMA].copy(),
        bias_sigma=bias_sigma,
    )


def rows_of_sights(data: LinesOfSight, rows: IntArray) -> LinesOfSight:
    """Some lines of sight of one sensor."""
    return LinesOfSight(
        time_s=data.time_s[rows],
        sensor=data.sensor[rows],
        position=data.position[rows],
        direction=data.direction[rows],
        tangents=data.tangents[rows],
        sigma=data.sigma[rows],
        bias_sigma=data.bias_sigma,
    )


def plots_of(rows: FloatArray, site_deg_m: tuple[float, float, float], bias_sigma: FloatArray) -> Plots:
    """Rows of a radar as measurements; `bias_sigma` (1, 3) rad, rad, m."""
    return Plots(
        time_s=rows[:, TIME].copy(),
        sensor=np.zeros(len(rows), np.int64),
        site_deg_m=np.tile(np.asarray(site_deg_m), (len(rows), 1)),
        measured=rows[:, MEASURED : MEASURED + 3].copy(),
        sigma=rows[:, SIGMAS : SIGMAS + 3].copy(),
        bias_sigma=bias_sigma,
    )
