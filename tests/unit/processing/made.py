"""Tracks and looks made by hand."""

from collections.abc import Sequence
from typing import Any

import msgspec
import numpy as np

from launchwatch.core.arrays import FloatArray
from launchwatch.core.epochs import NS
from launchwatch.core.frames import enu_axes
from launchwatch.core.geodesy import itrf_from_geodetic
from launchwatch.messages.observations import InfraredLook, RadarLook
from launchwatch.messages.tracks import LaunchFit, Track

T0 = 1_700_000_000 * NS


def state_above(lat_deg: float, lon_deg: float, height_m: float, east: float, north: float, up: float) -> FloatArray:
    """ITRF state (6,) above a point, with its velocity in m/s east, north and up."""
    velocity = np.array([east, north, up]) @ enu_axes(lat_deg, lon_deg)
    return np.concatenate([itrf_from_geodetic(lat_deg, lon_deg, height_m), velocity])


def launch_fit(lat_deg: float = 40.0, lon_deg: float = 126.0, time_ns: int = T0 - 120 * NS) -> LaunchFit:
    """A launch known to a kilometre, a second and a degree."""
    covariance = np.diag([1e3, 1e3, 1.0, 0.02]) ** 2
    return LaunchFit(lat_deg=lat_deg, lon_deg=lon_deg, time_ns=time_ns, azimuth_deg=90.0, covariance=covariance)


def track(name: str = "T0001", **changes: Any) -> Track:
    """A confirmed track in free flight eastward from 40 N 126 E, rising."""
    base = Track(
        track=name,
        version=1,
        status="confirmed",
        phase="ballistic",
        epoch_ns=T0,
        state=state_above(40.0, 128.0, 150e3, 3500.0, 0.0, 2500.0),
        covariance=np.diag([300.0, 300.0, 300.0, 5.0, 5.0, 5.0]) ** 2,
        first_detection_ns=T0 - 80 * NS,
        last_detection_ns=T0,
        detections=20,
        sensors=("ir-1",),
        phenomenologies=("infrared",),
        kind_sensors=("ir-1",),
        launch=launch_fit(),
        burnout_ns=T0 - 5 * NS,
        burnout_sigma_s=1.0,
        staging_ns=(),
        free_from_ns=T0 - 5 * NS,
        chi2_per_degree=1.0,
    )
    return msgspec.structs.replace(base, **changes)


def infrared(
    sequence: Sequence[int], until_ns: int = T0, sensor: str = "ir-1", snr: Sequence[float] | None = None
) -> InfraredLook:
    """A look of an infrared sensor with one detection for each sequence number."""
    n = len(sequence)
    return InfraredLook(
        sensor=sensor,
        look_from_ns=until_ns - NS,
        look_until_ns=until_ns,
        looks=1,
        period_s=1.0,
        position_m=np.array([42e6, 0.0, 0.0]),
        band_um=(2.7, 2.95),
        bias_urad=10.0,
        threshold_snr=6.0,
        false_alarms_per_look=0.01,
        sequence=np.array(sequence, np.int64),
        time_ns=np.full(n, until_ns, np.int64),
        sensor_position_m=np.tile([42e6, 0.0, 0.0], (n, 1)),
        line_of_sight=np.tile([-1.0, 0.0, 0.0], (n, 1)),
        sigma_urad=np.full(n, 20.0),
        irradiance_w_m2=np.full(n, 1e-9),
        snr=np.full(n, 12.0) if snr is None else np.array(snr, float),
    )


def radar(sequence: Sequence[int], snr_db: Sequence[float], until_ns: int = T0) -> RadarLook:
    """A look of a radar with one plot for each sequence number."""
    n = len(sequence)
    return RadarLook(
        sensor="radar-1",
        look_from_ns=until_ns - NS,
        look_until_ns=until_ns,
        looks=1,
        period_s=1.0,
        site_deg_m=(50.0, 30.0, 0.0),
        sectors=(),
        elevation_limits_deg=(2.0, 80.0),
        range_limits_m=(1e5, 6e6),
        bias_range_m=10.0,
        bias_angle_deg=0.02,
        threshold_snr_db=13.0,
        false_alarms_per_look=0.01,
        sequence=np.array(sequence, np.int64),
        time_ns=np.full(n, until_ns, np.int64),
        range_m=np.full(n, 2e6),
        azimuth_deg=np.full(n, 10.0),
        elevation_deg=np.full(n, 5.0),
        sigma_range_m=np.full(n, 50.0),
        sigma_azimuth_deg=np.full(n, 0.1),
        sigma_elevation_deg=np.full(n, 0.1),
        snr_db=np.array(snr_db, float),
    )
