"""Tracks: the maintained estimate of one object."""

from __future__ import annotations

from typing import Literal

import msgspec

from launchwatch.core.arrays import FloatArray

TrackStatus = Literal["tentative", "confirmed", "coasting", "dropped"]
Phase = Literal["boost", "ballistic"]
Phenomenology = Literal["infrared", "radar"]


class LaunchFit(msgspec.Struct, frozen=True, kw_only=True):
    """What a track says about its launch.

    Attributes
    ----------
    lat_deg, lon_deg : launch point, WGS-84.
    time_ns : lift-off, ns TAI.
    azimuth_deg : initial azimuth of the flight, clockwise from true north.
    covariance : (4, 4) of (east m, north m, lift-off time s, azimuth rad).
    """

    lat_deg: float
    lon_deg: float
    time_ns: int
    azimuth_deg: float
    covariance: FloatArray


class Track(msgspec.Struct, frozen=True, tag="track", kw_only=True):
    """One version of a track.

    Attributes
    ----------
    track : identifier within the node and chain.
    version : counts from 1.
    phase : what the motion model of the estimate is.
    epoch_ns : epoch of the state, ns TAI.
    state : (6,) position m and velocity m/s, ITRF.
    covariance : (6, 6), m and m/s, ITRF.
    first_detection_ns, last_detection_ns : epochs of the first and the last detection used.
    detections : number of detections used.
    sensors : identifiers of the contributing sensors, in the order in which each first contributed.
    phenomenologies : kinds of evidence used, and kind_sensors : the sensor that first gave each.
    launch : what is known of the launch, or null.
    burnout_ns : epoch of burnout, or null while thrusting or unknown.
    burnout_sigma_s : its standard deviation.
    free_from_ns : epoch from which it is known to fly freely, or null while thrusting.
    staging_ns : epochs at which the estimate sees a stage burn out and the next follow, at once or after a coast.
    chi2_per_degree : weighted sum of squared residuals of the last fit over its degrees of freedom.
    """

    track: str
    version: int
    status: TrackStatus
    phase: Phase
    epoch_ns: int
    state: FloatArray
    covariance: FloatArray
    first_detection_ns: int
    last_detection_ns: int
    detections: int
    sensors: tuple[str, ...]
    phenomenologies: tuple[Phenomenology, ...]
    kind_sensors: tuple[str, ...]
    launch: LaunchFit | None
    burnout_ns: int | None
    burnout_sigma_s: float
    free_from_ns: int | None
    staging_ns: tuple[int, ...]
    chi2_per_degree: float
