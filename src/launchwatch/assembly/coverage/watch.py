"""What the sensors of one kind see of a launch from every cell: how many, from which height, after which time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from launchwatch.assembly.coverage._kernels import infrared_looks, radar_looks
from launchwatch.assembly.coverage.flights import ClassFlight, Profile, placed
from launchwatch.catalog.schema import Payload, RadarSensor
from launchwatch.core.arrays import FloatArray, IntArray
from launchwatch.core.frames import enu_axes
from launchwatch.core.geodesy import A, B, itrf_from_geodetic
from launchwatch.physics.radar import ratio
from launchwatch.physics.transmission import transmission
from launchwatch.physics.visibility import MEAN_RADIUS, sector_widths

KINDS = ("infrared", "radar", "over-the-horizon")
"""Kinds of sensor; `radar` are the phased arrays."""
SKY_WAVE_TOP_M = 300e3
"""Over-the-horizon radar sees a burning stage below this height, where the ionosphere bends its wave back to."""

_ZENITH_STEP_RAD = np.radians(0.05)  # the air's transmission falls off within a degree at the limb
_ZENITHS = 2601  # up to 130 degrees: a line down from 700 km that still clears the Earth has 116
_SPARE_RAD = 0.01  # geocentric for geodetic latitude and a radius for an ellipsoid: 0.0034 and less
_VERTICAL = np.array([1.0, 1.0, (A / B) ** 2])  # gradient of the ellipsoid (physics.visibility)
_ROUNDING_M = 1.0  # heights of a launcher on the ground come out at 0 give or take less than this


@dataclass(frozen=True)
class Cells:
    """Cells of the Earth by latitude and longitude of their centres, the azimuths flown and the top of the cloud."""

    lat_deg: FloatArray
    lon_deg: FloatArray
    azimuth_deg: FloatArray
    cloud_top_m: float

    @property
    def weight(self) -> FloatArray:
        """Share (l,) of the Earth's surface of one cell (sphere)."""
        cosine = np.cos(np.radians(self.lat_deg))
        return np.asarray(cosine / (cosine.sum() * len(self.lon_deg)))


@dataclass(frozen=True)
class Seen:
    """What sensors of a kind see together, by latitude, longitude, azimuth and time: (l, m, a, k) each.

    Attributes
    ----------
    count : sensors that look at the launch and see it.
    first_s, track_s : first look, and third look of one sensor, s after lift-off; infinite where there is none.
    height_m : where it first could be seen; infinite where it cannot.
    """

    count: IntArray
    first_s: FloatArray
    track_s: FloatArray
    height_m: FloatArray

    def over(self, times: int) -> Seen:
        """The same at so many times, for what does not change."""
        shape = (*self.count.shape[:3], times)
        return Seen(
            np.broadcast_to(self.count, shape),
            np.broadcast_to(self.first_s, shape),
            np.broadcast_to(self.track_s, shape),
            np.broadcast_to(self.height_m, shape),
        )

    def with_(self, other: Seen) -> Seen:
        """What both see together."""
        return Seen(
            self.count + other.count,
            np.minimum(self.first_s, other.first_s),
            np.minimum(self.track_s, other.track_s),
            np.minimum(self.height_m, other.height_m),
        )


def infrared_watch(
    cells: Cells, flight: ClassFlight, sensors: Sequence[tuple[Payload, FloatArray]], times: int
) -> tuple[Seen, list[float]]:
    """What infrared sensors see of the boost phase.

    A plume is visible above the cloud, with nothing of the Earth before it (and, for a payload that looks past the
    limb, behind it), where its mean SNR meets the threshold: the functions of the simulated sensors, without draws. The
    first look falls half a period after it becomes visible, as it does on average; where only part of the looks is
    taken, the period is that much longer.

    Parameters
    ----------
    cells : Cells
    flight : ClassFlight
    sensors : sequence of (Payload, FloatArray)
        With positions at the times, (k, 3) ITRF m.
    times : int
        k.

    Returns
    -------
    seen : Seen
    shares : list of float
        Of each sensor: the part of the Earth, of the azimuths and of the times from which it sees a launch.
    """
    boost = flight.boost
    count, least = _nothing(cells, times)
    points = placed(boost, cells.lat_deg, cells.azimuth_deg)
    ups = points * _VERTICAL
    ups /= np.linalg.norm(ups, axis=-1, keepdims=True)
    shares = []
    for payload, here in sensors:
        signal = signal_m2(payload, flight, cells.cloud_top_m)
        zenith_deg = np.degrees(_ZENITH_STEP_RAD * np.arange(_ZENITHS))
        clear = transmission(payload.band_um, boost.height_m[:, None], zenith_deg)
        margin_km = payload.earth_limb_margin_km
        seen = infrared_looks(
            points,
            ups,
            boost.height_m,
            boost.step_s,
            (cells.lat_deg, cells.lon_deg),
            here,
            _farthest_cosine(boost, here),
            signal,
            clear,
            (_ZENITH_STEP_RAD, cells.cloud_top_m - _ROUNDING_M, -np.inf if margin_km is None else margin_km * 1e3),
            payload.period_s / payload.duty,
            count,
            least,
        )
        shares.append(float(seen @ cells.weight) / (len(cells.azimuth_deg) * times))
    return Seen(count, *least), shares


def radar_watch(cells: Cells, flight: ClassFlight, sensors: Sequence[RadarSensor]) -> tuple[Seen, list[float]]:
    """What radars see, of one technique or of both: of the whole flight, over the horizon only of the boost phase.

    A phased array sees within sectors, elevations and ranges where the mean SNR of booster or payload meets the
    threshold. Over the horizon a burning stage is seen within sectors and ranges along the ground, up to
    `SKY_WAVE_TOP_M`; neither SNR nor the state of the ionosphere counts there.

    Returns
    -------
    seen : Seen
        At one time, for all times.
    shares : list of float
        As of `infrared_watch`.
    """
    count, least = _nothing(cells, 1)
    shares = []
    points = {part: placed(getattr(flight, part), cells.lat_deg, cells.azimuth_deg) for part in ("boost", "whole")}
    for sensor in sensors:
        sky_wave = sensor.technique == "over-the-horizon"
        part = "boost" if sky_wave else "whole"
        there: Profile = getattr(flight, part)
        start, width = sector_widths([(s.from_deg, s.to_deg) for s in sensor.sectors])
        low, high = np.sin(np.radians([sensor.elevation_min_deg, sensor.elevation_max_deg]))
        near, reach2 = (_along_ground if sky_wave else _by_snr)(sensor, flight)
        seen = radar_looks(
            points[part],
            there.height_m,
            there.step_s,
            (cells.lat_deg, cells.lon_deg),
            itrf_from_geodetic(sensor.lat_deg, sensor.lon_deg, sensor.alt_m),
            enu_axes(sensor.lat_deg, sensor.lon_deg),
            reach2,
            (near**2, float(low), float(high), float(sky_wave)),
            np.stack([start, width], axis=1),
            sensor.revisit_s,
            count,
            least,
        )
        shares.append(float(seen @ cells.weight) / len(cells.azimuth_deg))
    return Seen(count, *least), shares


def signal_m2(payload: Payload, flight: ClassFlight, cloud_top_m: float) -> FloatArray:
    """Squared range (n,), m^2, at which the plume's mean SNR meets the threshold without air; 0 below the cloud."""
    boost = flight.boost
    intensity = flight.light.intensity_w_sr(boost.t_s, payload.band_um)
    least = payload.noise_equivalent_irradiance_w_m2 * payload.threshold_snr
    bright = intensity / least
    return np.where((boost.thrust_n > 0.0) & (boost.height_m >= cloud_top_m - _ROUNDING_M), bright, 0.0)


def _by_snr(sensor: RadarSensor, flight: ClassFlight) -> tuple[float, FloatArray]:
    """Nearest range m, and farthest ones squared (n,): by the limit, and by the SNR of booster, then payload."""
    reference = sensor.reference
    rcs = np.where(
        flight.whole.t_s <= flight.path.burnout_s, flight.booster.rcs_booster_m2, flight.booster.rcs_payload_m2
    )
    over = ratio(reference.snr_db - sensor.threshold_snr_db) * rcs / reference.rcs_m2
    by_snr2 = (reference.range_km * 1e3) ** 2 * np.sqrt(over)
    return sensor.range_min_km * 1e3, np.minimum(by_snr2, (sensor.range_max_km * 1e3) ** 2)


def _along_ground(sensor: RadarSensor, flight: ClassFlight) -> tuple[float, FloatArray]:
    """Nearest chord of the unit sphere, and farthest ones squared (n,), negative where nothing burns low enough."""
    near, far = 2.0 * np.sin(0.5e3 * np.array([sensor.range_min_km, sensor.range_max_km]) / MEAN_RADIUS)
    low = (flight.boost.thrust_n > 0.0) & (flight.boost.height_m < SKY_WAVE_TOP_M)
    return float(near), np.where(low, far**2, -1.0)


def _farthest_cosine(boost: Profile, here: FloatArray) -> FloatArray:
    """Cosine (k,) of the angle at the Earth's centre, from the launch point, beyond which the Earth hides all of it."""
    horizons = np.arccos(B / np.linalg.norm(here, axis=1)) + np.arccos(B / (B + boost.height_m.max()))
    return np.asarray(np.cos(np.minimum(horizons + boost.distance_rad.max() + _SPARE_RAD, np.pi)))


def _nothing(cells: Cells, times: int) -> tuple[IntArray, FloatArray]:
    shape = (len(cells.lat_deg), len(cells.lon_deg), len(cells.azimuth_deg), times)
    return np.zeros(shape, np.int64), np.full((3, *shape), np.inf)
