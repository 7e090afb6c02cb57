"""What a sensor delivers: one batch per delivered look, with the detections its own signal processing passed on.

A batch covers `looks` looks between `look_from_ns` and `look_until_ns`. A batch without detections is evidence too:
the sensor looked and saw nothing. All arrays of a batch share their first axis, one row per detection.
"""

from __future__ import annotations

import msgspec

from launchwatch.core.arrays import FloatArray, IntArray


class InfraredLook(msgspec.Struct, frozen=True, tag="infrared", kw_only=True):
    """One delivery of a passive infrared sensor.

    Attributes
    ----------
    sensor : identifier of the sensor.
    look_from_ns, look_until_ns : first and last epoch looked at, int64 ns TAI.
    looks : number of looks in that span.
    period_s : time between two looks.
    sensor_position_m : (n, 3) position of the sensor at each detection, ITRF m.
    position_m : (3,) position of the sensor at `look_until_ns`, ITRF m.
    line_of_sight : (n, 3) unit vectors from the sensor to the source, ITRF.
    sigma_urad : (n,) standard deviation of the direction per axis.
    bias_urad : standard deviation per axis of the sensor's slowly varying pointing error (its registration).
    irradiance_w_m2 : (n,) irradiance in `band_um` at the sensor.
    snr : (n,) signal over noise-equivalent irradiance.
    threshold_snr : threshold at which the sensor declared its detections.
    false_alarms_per_look : mean number of false detections of one look, as the sensor states it.
    """

    sensor: str
    look_from_ns: int
    look_until_ns: int
    looks: int
    period_s: float
    position_m: FloatArray
    band_um: tuple[float, float]
    bias_urad: float
    threshold_snr: float
    false_alarms_per_look: float
    sequence: IntArray
    time_ns: IntArray
    sensor_position_m: FloatArray
    line_of_sight: FloatArray
    sigma_urad: FloatArray
    irradiance_w_m2: FloatArray
    snr: FloatArray


class Sector(msgspec.Struct, frozen=True):
    """Azimuth sector of a radar face, clockwise from true north; `from_deg` > `to_deg` crosses north."""

    from_deg: float
    to_deg: float


class TimeUse(msgspec.Struct, frozen=True):
    """How a phased array spent its time.

    Attributes
    ----------
    search, confirm, track : parts of its time, for its fences, for looks that confirm, and for tracks.
    fence_period_s, track_period_s : longest time between two looks at one place of the lowest fence, and at one track.
    cues : part of its time for what it was cued to.
    waiting : looks that were due and not taken for want of time: at tracks, to confirm, and where it was cued to.
    """

    search: float
    confirm: float
    track: float
    fence_period_s: float
    track_period_s: float
    cues: float = 0.0
    waiting: int = 0


class RadarLook(msgspec.Struct, frozen=True, tag="radar", kw_only=True):
    """One delivery of a radar: the plots of `looks` revisits of its field.

    Attributes
    ----------
    site_deg_m : (lat_deg, lon_deg, alt_m) of the radar, WGS-84.
    sectors, elevation_limits_deg, range_limits_m : the field looked at (azimuth sectors; lower and upper limits).
    range_m, azimuth_deg, elevation_deg : (n,) the plots: slant range, azimuth clockwise from true north, elevation
        above the WGS-84 horizon corrected for refraction. A radar over the horizon gives cells: `range_m` along the
        ground, and NaN for the elevation and its standard deviation.
    sigma_range_m, sigma_azimuth_deg, sigma_elevation_deg : (n,) standard deviations of each plot.
    bias_range_m, bias_angle_deg : standard deviations of the errors that all plots of this radar share.
    snr_db : (n,) signal-to-noise ratio.
    time_use : how the radar spent its time over these looks, where it says.
    """

    sensor: str
    look_from_ns: int
    look_until_ns: int
    looks: int
    period_s: float
    site_deg_m: tuple[float, float, float]
    sectors: tuple[Sector, ...]
    elevation_limits_deg: tuple[float, float]
    range_limits_m: tuple[float, float]
    bias_range_m: float
    bias_angle_deg: float
    threshold_snr_db: float
    false_alarms_per_look: float
    sequence: IntArray
    time_ns: IntArray
    range_m: FloatArray
    azimuth_deg: FloatArray
    elevation_deg: FloatArray
    sigma_range_m: FloatArray
    sigma_azimuth_deg: FloatArray
    sigma_elevation_deg: FloatArray
    snr_db: FloatArray
    time_use: TimeUse | None = None


Observation = InfraredLook | RadarLook


class Admitted(msgspec.Struct, frozen=True, tag="admitted", kw_only=True):
    """An observation that is new and in time: what the rest of the chain works on.

    Attributes
    ----------
    look : the observation, without the rows that were known already.
    sender : the partner that released it, or null for an own sensor.
    """

    look: Observation
    sender: str | None
