"""Cells of radars that look over the horizon: range over ground and azimuth, no height.

A cell says that something was there, too coarsely to place it: it backs a track under thrust that passes through it,
and opens none. It counts as no phenomenology of its own, so it confirms nothing.
"""

from __future__ import annotations

import math

import numpy as np

from launchwatch.core.arrays import FloatArray
from launchwatch.core.geodesy import itrf_from_geodetic
from launchwatch.messages.detections import Detections
from launchwatch.messages.observations import RadarLook
from launchwatch.physics.visibility import MEAN_RADIUS
from launchwatch.processing.motion import ascents
from launchwatch.processing.motion.measurements import predict_plots
from launchwatch.processing.tracks.record import S, TrackRecord, TracksState

GATE_SIGMAS = 3.0
KNOWN_S = 60.0  # a profile is not run on further than this


def of_cells(detections: Detections) -> bool:
    """Whether detections are cells without elevation."""
    look = detections.look
    return isinstance(look, RadarLook) and len(look.elevation_deg) > 0 and bool(np.isnan(look.elevation_deg).all())


def give_cells(state: TracksState, record: str, detections: Detections, touched: set[str]) -> None:
    """Note cells as evidence of the tracks under thrust that pass through them; count those of none."""
    look = detections.look
    assert isinstance(look, RadarLook)
    for i in range(len(look.sequence)):
        backed = [t for t in state.tracks if _passes(t, look, i, state.epoch_ns)]
        for track in backed:
            if look.sensor not in track.sensors:
                track.sensors.append(look.sensor)
            track.fresh.append(record)
            touched.add(track.track)
        state.unplaced_cells += not backed


def _passes(track: TrackRecord, look: RadarLook, i: int, epoch_ns: int) -> bool:
    """Whether a track under thrust passes through a cell at its time."""
    if track.phase != "boost" or track.profile is None:
        return False
    at = (int(look.time_ns[i]) - epoch_ns) / S
    if abs(at - track.fitted_s) > KNOWN_S:
        return False
    mean, covariance = ascents.state_at(track.profile, at)
    site = np.asarray(look.site_deg_m)[None]
    azimuth = float(predict_plots(site, mean[None, :3])[0][0, 0])
    off_rad = math.remainder(math.radians(float(look.azimuth_deg[i])) - azimuth, 2.0 * math.pi)
    ground_m = _ground_range(look, mean[:3])
    spread_m = float(np.sqrt(np.trace(covariance[:3, :3])))
    sigma_rad = math.radians(math.hypot(float(look.sigma_azimuth_deg[i]), look.bias_angle_deg))
    sigma_m = math.hypot(float(look.sigma_range_m[i]), look.bias_range_m, spread_m)
    across_m = math.hypot(sigma_rad * ground_m, spread_m)
    return abs(off_rad) * ground_m < GATE_SIGMAS * across_m and (
        abs(float(look.range_m[i]) - ground_m) < GATE_SIGMAS * sigma_m
    )


def _ground_range(look: RadarLook, position: FloatArray) -> float:
    site = itrf_from_geodetic(*look.site_deg_m)
    cosine = float(position @ site / (np.linalg.norm(position) * np.linalg.norm(site)))
    return MEAN_RADIUS * math.acos(min(1.0, max(-1.0, cosine)))
