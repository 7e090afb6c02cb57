"""Errors of the line of sight: noise of each look, and what looks share, a bias and a drift between star updates."""

from __future__ import annotations

import math

import numpy as np

from launchwatch.catalog.schema import Payload
from launchwatch.core.arrays import FloatArray, IntArray
from launchwatch.core.draws import look_uniforms, normals
from launchwatch.core.epochs import NS
from launchwatch.physics.radiometry import direction_sigma
from launchwatch.sim.sensors.looks import GRID_ORIGIN_NS
from launchwatch.sim.sensors.space.geometry import across_line
from launchwatch.sim.sensors.space.pixels import spread_rad

NODES = 8
"""Points of the drift between two star updates; straight between them."""


def bias_rad(payload: Payload, seed: int, sensor: str) -> FloatArray:
    """The constant error (2,) of one sensor, rad along and across its motion."""
    return normals(look_uniforms(seed, sensor, "bias", 0, 1, 2)[0]) * payload.bias_urad * 1e-6


def drift_rad(payload: Payload, seed: int, sensor: str, ns: IntArray) -> FloatArray:
    """Slow drift (n, 2) at epochs (n,), rad: a Gauss-Markov process that each star update takes back to its residual.

    What it is at an epoch depends on no other epoch that is asked for.
    """
    if payload.star_update_s is None or not len(ns):
        return np.zeros((len(ns), 2))
    span = round(payload.star_update_s * NS)
    interval, into = np.divmod(ns - GRID_ORIGIN_NS, span)
    first, last = int(interval.min()), int(interval.max())
    z = normals(look_uniforms(seed, sensor, "drift", first, last - first + 1, 2 * (NODES + 1)))
    z = z.reshape(-1, NODES + 1, 2)
    keep = math.exp(-payload.star_update_s / NODES / payload.drift_s)
    values = np.empty_like(z)
    values[:, 0] = payload.star_residual_urad * z[:, 0]
    for k in range(NODES):
        values[:, k + 1] = keep * values[:, k] + payload.drift_urad * math.sqrt(1.0 - keep**2) * z[:, k + 1]
    node, part = np.divmod(into / span * NODES, 1.0)
    at = np.minimum(node.astype(np.int64), NODES - 1)
    before, after = values[interval - first, at], values[interval - first, at + 1]
    return np.asarray((before + part[:, None] * (after - before)) * 1e-6)


def stated_bias_urad(payload: Payload) -> float:
    """Standard deviation per axis of all that a payload's looks share, as it states it: bias and mean drift."""
    if payload.star_update_s is None:
        return payload.bias_urad
    fade = payload.star_update_s / payload.drift_s
    kept = -math.expm1(-2.0 * fade) / (2.0 * fade)  # mean of exp(-2 t / drift_s) between two updates
    drift = payload.star_residual_urad**2 * kept + payload.drift_urad**2 * (1.0 - kept)
    return math.sqrt(payload.bias_urad**2 + drift)


def pointed(
    payload: Payload,
    seed: int,
    sensor: str,
    direction: FloatArray,
    mean_snr: FloatArray,
    noise: FloatArray,
    here: FloatArray,
    velocity: FloatArray,
    ns: IntArray,
) -> FloatArray:
    """Directions (n, 3) as measured: true ones with bias, drift and noise; `noise` (n, 2) is standard normal."""
    sigma = direction_sigma(payload.sigma_urad * 1e-6, np.maximum(mean_snr, 1.0), spread_rad(payload))
    first, second = across_line(direction, here, velocity)
    off = bias_rad(payload, seed, sensor) + drift_rad(payload, seed, sensor, ns) + sigma[:, None] * noise
    measured = direction + off[:, :1] * first + off[:, 1:] * second
    return np.asarray(measured / np.linalg.norm(measured, axis=1)[:, None])
