"""Kernels of tracklets: how far detections miss them, and which of them stand still.

A detection is a row of numbers. Every row begins with the time, s after the stage's epoch. Of an infrared sensor follow
where it was, ITRF m, the direction, its sigma rad, irradiance, signal over noise, and the axis by which its tangents
lie; of a radar azimuth and elevation rad and range m, their sigmas, and the position, ITRF m.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from launchwatch.core.arrays import FloatArray, IntArray
from launchwatch.core.geodesy import A, B
from launchwatch.core.jit import njit

COLUMNS = 11
TIME = 0
POSITION, DIRECTION, SIGMA, IRRADIANCE, SNR, AXIS = 1, 4, 7, 8, 9, 10
MEASURED, SIGMAS, PLACE = 1, 4, 7
"""Columns of detections, of all, of infrared sensors and of radars."""

GATE_SIGMA = 4.5
MAX_FIRST_SPEED = 4000.0  # m/s between the first two lines of sight: a plume is seen from the cloud break on
MAX_RADAR_SPEED = 9000.0  # m/s between the first two plots
SUBSURFACE_M, NEAREST_M = 6371e3, 300e3  # a source is as far from a satellite as the ground, and never nearer
FIT_ROWS = 6  # detections that predict the next

_ROUND = A / B  # stretches the ellipsoid to a sphere, lines stay lines


@njit(cache=True, error_model="numpy")
def _tangents(row: FloatArray, out: FloatArray) -> None:
    """Two unit vectors (2, 3) across the direction of a row, as of `measurements.tangents_of`."""
    x, y, z = row[DIRECTION], row[DIRECTION + 1], row[DIRECTION + 2]
    axis = int(row[AXIS])
    if axis == 0:
        out[0, 0], out[0, 1], out[0, 2] = 0.0, -z, y
    elif axis == 1:
        out[0, 0], out[0, 1], out[0, 2] = z, 0.0, -x
    else:
        out[0, 0], out[0, 1], out[0, 2] = -y, x, 0.0
    size = math.sqrt(out[0, 0] ** 2 + out[0, 1] ** 2 + out[0, 2] ** 2)
    for i in range(3):
        out[0, i] /= size
    out[1, 0] = y * out[0, 2] - z * out[0, 1]
    out[1, 1] = z * out[0, 0] - x * out[0, 2]
    out[1, 2] = x * out[0, 1] - y * out[0, 0]


@njit(cache=True, error_model="numpy")
def misses(
    rows: FloatArray,
    slot: IntArray,
    held: IntArray,
    acceleration: FloatArray,
    infrared: bool,
    look: FloatArray,
    sigma: FloatArray,
) -> FloatArray:
    """Miss distances over gate widths (n, m) of tracklets and detections; infinite outside the gate.

    A straight line through the newest detections predicts the next: in the plane across the newest line of sight, or
    in space where a radar gives positions.

    Parameters
    ----------
    rows : (slots, capacity, columns) detections of tracklets, oldest first; slot, held : (n,) where each tracklet's are
        and how many; acceleration : (n,) the most that each may have, m/s^2.
    look : (m, columns) detections; sigma : (m,) their standard deviations, rad or m.
    """
    n, m, axes = slot.shape[0], look.shape[0], 2 if infrared else 3
    out = np.full((n, m), np.inf)
    tangents, past, tau = np.empty((2, 3)), np.empty((FIT_ROWS, 3)), np.empty(FIT_ROWS)
    start, slope, here = np.zeros(3), np.zeros(3), np.empty(3)
    for k in range(n):
        own, hits = rows[slot[k]], held[k]
        last = own[hits - 1]
        count = min(hits, FIT_ROWS)
        unit, speed = 1.0, MAX_RADAR_SPEED
        if infrared:
            away = math.sqrt(last[POSITION] ** 2 + last[POSITION + 1] ** 2 + last[POSITION + 2] ** 2)
            unit, speed = 1.0 / max(away - SUBSURFACE_M, NEAREST_M), MAX_FIRST_SPEED
            _tangents(last, tangents)
        middle = 0.0
        for i in range(count):
            row = own[hits - count + i]
            tau[i] = row[TIME] - last[TIME]
            middle += tau[i] / count
            for c in range(axes):
                past[i, c] = row[PLACE + c]
                if infrared:
                    past[i, c] = 0.0
                    for j in range(3):
                        past[i, c] += row[DIRECTION + j] * tangents[c, j]
        lever2 = 0.0
        for i in range(count):
            lever2 += (tau[i] - middle) ** 2
        for c in range(axes):
            total, moment = 0.0, 0.0
            for i in range(count):
                total += past[i, c]
                moment += (tau[i] - middle) * past[i, c]
            slope[c] = moment / lever2 if count > 1 else 0.0
            start[c] = total / count - middle * slope[c]
        for i in range(m):
            dt = look[i, TIME] - last[TIME]
            if dt <= 1e-6:
                continue
            if count == 1:
                gate = GATE_SIGMA * 1.5 * sigma[i] + speed * unit * dt
            else:
                reach = dt / max(-tau[0], 1e-3)
                gate = GATE_SIGMA * sigma[i] * (1.5 + 1.5 * reach) + 0.5 * acceleration[k] * unit * (dt - tau[0]) * dt
            miss2 = 0.0
            for c in range(axes):
                here[c] = look[i, PLACE + c]
                if infrared:
                    here[c] = (
                        look[i, DIRECTION] * tangents[c, 0]
                        + look[i, DIRECTION + 1] * tangents[c, 1]
                        + look[i, DIRECTION + 2] * tangents[c, 2]
                    )
                miss2 += (here[c] - start[c] - dt * slope[c]) ** 2
                if miss2 > gate * gate:
                    break
            if miss2 <= gate * gate:
                out[k, i] = math.sqrt(miss2) / gate
    return out


@njit(cache=True, error_model="numpy")
def standing(
    rows: FloatArray, slot: IntArray, held: IntArray, recent_s: float, moves_chi2: float, drift_rad_s: float
) -> NDArray[np.bool_]:
    """Which tracklets (n,) of lines of sight can be of a source that is fixed to the ground (`still.stands_still`)."""
    out = np.zeros(slot.shape[0], np.bool_)
    across, tangents, point = np.empty((rows.shape[1], 2)), np.empty((2, 3)), np.empty((rows.shape[1], 3))
    for k in range(slot.shape[0]):
        own, hits = rows[slot[k]], held[k]
        last = own[hits - 1]
        first = hits - 1
        while first > 0 and own[first - 1, TIME] > last[TIME] - recent_s:
            first -= 1
        count = hits - first
        _tangents(last, tangents)
        met = True
        for i in range(count):
            row = own[first + i]
            a, b, c = 0.0, 0.0, -(A**2)
            for j in range(3):
                stretch = _ROUND if j == 2 else 1.0
                p, d = row[POSITION + j] * stretch, row[DIRECTION + j] * stretch
                a, b, c = a + d * d, b + p * d, c + p * p
            inside = b * b - a * c
            if not inside >= 0.0:
                met = False
                break
            across[i, 0] = (-b - math.sqrt(inside)) / a  # the distance to the ground
            for j in range(3):
                point[i, j] = row[POSITION + j] + across[i, 0] * row[DIRECTION + j]
        if not met:
            continue
        total, middle = 0.0, 0.0
        for i in range(count):
            distance = across[i, 0]
            for c2 in range(2):
                across[i, c2] = 0.0
                for j in range(3):
                    across[i, c2] += (point[i, j] - point[count - 1, j]) * tangents[c2, j]
                across[i, c2] /= distance
            weight = own[first + i, SIGMA] ** -2
            total += weight
            middle += weight * own[first + i, TIME]
        middle /= total
        information = 0.0
        for i in range(count):
            information += own[first + i, SIGMA] ** -2 * (own[first + i, TIME] - middle) ** 2
        if information <= 0.0:
            out[k] = True
            continue
        rate0, rate1, mean0, mean1 = 0.0, 0.0, 0.0, 0.0
        for i in range(count):
            weight = own[first + i, SIGMA] ** -2
            lever = weight * (own[first + i, TIME] - middle)
            rate0 += lever * across[i, 0]
            rate1 += lever * across[i, 1]
            mean0 += weight * across[i, 0]
            mean1 += weight * across[i, 1]
        rate0, rate1, mean0, mean1 = rate0 / information, rate1 / information, mean0 / total, mean1 / total
        if (rate0**2 + rate1**2) / (1.0 / information + drift_rad_s**2) < moves_chi2:
            out[k] = True
            continue
        line, spread = 0.0, 0.0
        for i in range(count):
            weight, lever = own[first + i, SIGMA] ** -2, own[first + i, TIME] - middle
            across[i, 0] -= mean0
            across[i, 1] -= mean1
            line += weight * ((across[i, 0] - lever * rate0) ** 2 + (across[i, 1] - lever * rate1) ** 2)
            spread += weight * (across[i, 0] ** 2 + across[i, 1] ** 2)
        # two places: the weighted sums about their common mean cancel, so that one of them tells the other
        explained, before, sum0, sum1 = 0.0, 0.0, 0.0, 0.0
        for i in range(count - 1):
            weight = own[first + i, SIGMA] ** -2
            before += weight
            sum0 += weight * across[i, 0]
            sum1 += weight * across[i, 1]
            explained = max(explained, (sum0**2 + sum1**2) * (1.0 / before + 1.0 / (total - before)))
        out[k] = spread - explained < line
    return out
