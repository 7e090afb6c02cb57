"""Ground radars."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from msgspec import Meta

from launchwatch.catalog.records import (
    Angle,
    Country,
    Elevation,
    Latitude,
    Longitude,
    NonNegative,
    Positive,
    Problem,
    Record,
    Text,
    site_problems,
)
from launchwatch.catalog.sensors import Sensor


class Sector(Record, frozen=True, kw_only=True):
    """Azimuths from ``from_deg`` clockwise to ``to_deg``; 0 to 360 is the full circle."""

    from_deg: Angle
    to_deg: Angle

    def _problems(self) -> Iterator[Problem]:
        if self.from_deg == self.to_deg:
            yield ("to_deg",), "equals from_deg; write 0 to 360 for the full circle"


class Reference(Record, frozen=True, kw_only=True):
    """One look at a target of ``rcs_m2`` at ``range_km`` broadside gives ``snr_db``."""

    rcs_m2: Positive
    range_km: Positive
    snr_db: float


class RadarSensor(Sensor, frozen=True, kw_only=True):
    """A ground radar; the site is rounded to 0.1 degree.

    Attributes
    ----------
    sectors : azimuth sectors of its faces, clockwise from true north.
    sigma_range_m : range noise of one look at an SNR of 13 dB.
    bias_range_m, bias_angle_mrad : standard deviation of the constant error of the site.
    revisit_s : looks are taken at whole multiples of it, UTC.
    """

    host_country: Country
    lat_deg: Latitude
    lon_deg: Longitude
    alt_m: float
    system: Text
    band: Text
    frequency_mhz: Positive
    technique: Literal["phased-array", "over-the-horizon"]
    sectors: Annotated[tuple[Sector, ...], Meta(min_length=1)]
    elevation_min_deg: Elevation
    elevation_max_deg: Elevation
    range_min_km: NonNegative
    range_max_km: Positive
    reference: Reference
    beamwidth_deg: Positive
    sigma_range_m: Positive
    bias_range_m: NonNegative
    bias_angle_mrad: NonNegative
    revisit_s: Positive
    report_delay_s: NonNegative
    threshold_snr_db: float
    false_alarms_per_look: NonNegative

    def _problems(self) -> Iterator[Problem]:
        yield from super()._problems()
        yield from site_problems((), self.lat_deg, self.lon_deg)
        for i, sector in enumerate(self.sectors):
            yield from ((("sectors", i, *path), text) for path, text in sector.problems())
        if self.elevation_min_deg > self.elevation_max_deg:
            yield ("elevation_min_deg",), "is above elevation_max_deg"
        if self.range_min_km >= self.range_max_km:
            yield ("range_min_km",), "is not below range_max_km"
