"""Tracks: the maintained estimate of one object."""

from __future__ import annotations

from typing import Literal

import msgspec

from launchwatch.core.arrays import FloatArray

TrackStatus = Literal["tentative", "confirmed", "coasting", "dropped"]
Phase = Literal["boost", "ballistic", "reentry", "glide"]
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


class Air(msgspec.Struct, frozen=True, kw_only=True):
    """What a track says about a body that has come down into the air.

    Attributes
    ----------
    drag_m2_kg : drag area over mass.
    lift_m2_kg : lift area over mass in the vertical plane of the path, and to its right.
    covariance : (9, 9) of position m, velocity m/s, ITRF, log of the drag area over mass, and the two of lift.
    glide : probability that it glides and does not fall.
    entry_ns : epoch of the last estimate before, ns TAI.
    entry_state, entry_covariance : (6,) and (6, 6), its state there as in `Track`.
    """

    drag_m2_kg: float
    lift_m2_kg: tuple[float, float]
    covariance: FloatArray
    glide: float
    entry_ns: int
    entry_state: FloatArray
    entry_covariance: FloatArray


class Track(msgspec.Struct, frozen=True, tag="track", kw_only=True):
    """One version of a track.

    Attributes
    ----------
    track : identifier within the node and chain.
    version : counts from 1.
    phase : what the motion model of the estimate is; `reentry` or `glide` of a body that has come down below 100 km.
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
    air : drag and lift, of a body that has come down into the air.
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
    air: Air | None = None


def before_air(track: Track) -> Track:
    """The track as it was when it entered the air: its energy and its orbit, which drag takes away."""
    air = track.air
    if air is None:
        return track
    state, covariance = air.entry_state, air.entry_covariance
    return msgspec.structs.replace(
        track, phase="ballistic", epoch_ns=air.entry_ns, state=state, covariance=covariance, air=None
    )
