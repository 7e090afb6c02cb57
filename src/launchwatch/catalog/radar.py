"""Ground radars, how a type of them spends its time, and cross sections of what they see."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal, TypeAlias

from msgspec import Meta

from launchwatch.catalog.records import (
    Angle,
    Block,
    Country,
    Elevation,
    Id,
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
    mode : how it spends its time.
    sectors : azimuth sectors of its faces, clockwise from true north.
    sigma_range_m : range noise of one look at an SNR of 13 dB.
    bias_range_m, bias_angle_mrad : standard deviation of the constant error of the site.
    revisit_s : what is tracked is looked at once in so long, at whole multiples of it, UTC.
    """

    host_country: Country
    lat_deg: Latitude
    lon_deg: Longitude
    alt_m: float
    system: Text
    band: Text
    frequency_mhz: Positive
    technique: Literal["phased-array", "over-the-horizon"]
    mode: Id
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


class Confirmation(Record, frozen=True, kw_only=True):
    """A detection is believed when ``hits`` of ``looks`` looks agree.

    A phased array looks so many times more within seconds; a radar over the horizon counts its last ones.
    """

    hits: Annotated[int, Meta(ge=1)]
    looks: Annotated[int, Meta(ge=1, le=9)]

    def _problems(self) -> Iterator[Problem]:
        if self.hits > self.looks:
            yield ("hits",), f"is {self.hits}, more than the {self.looks} looks"


class Fence(Record, frozen=True, kw_only=True):
    """Elevations that are searched once in ``period_s``, if time allows: from the fence below up to ``height_deg``.

    Counted from the lowest elevation of the field; null: up to its highest, by a fan if it is the only fence.
    """

    height_deg: Positive | None
    period_s: Positive


class Mode(Block, frozen=True, kw_only=True, tag_field="kind"):
    """How a type of radar works, of one of two kinds: `ArrayMode`, `HorizonMode`."""

    kind: ClassVar[str]
    confirm: Confirmation

    def _problems(self) -> Iterator[Problem]:
        yield from super()._problems()
        yield from ((("confirm", *path), text) for path, text in self.confirm.problems())


class ArrayMode(Mode, frozen=True, kw_only=True, tag="phased-array"):
    """How a type of phased array spends its time.

    Attributes
    ----------
    dwell_s : time of one beam, pulse and listening.
    pulse_repetition_s : between two pulses; an echo from beyond half of it times the speed of light comes after the
        next pulse.
    range_gate : whether such late echoes are told from near ones and left out.
    boresight_elevation_deg : of the faces.
    scan_loss_exponent : of the cosine off boresight, both ways.
    beams_at_once : beams formed together on reception.
    fences : what is searched, from the lowest up; their periods are whole multiples of ``revisit_s``.
    confirm : looks after a detection in a fence.
    drop_misses : looks in a row without an echo that end a track.
    search_share : part of the time that tracks leave to the fences at least.
    cued_dwells : dwells that one beam of a cued search lasts; their echoes add up in phase.
    """

    kind: ClassVar[str] = "phased-array"
    dwell_s: Positive
    pulse_repetition_s: Positive
    range_gate: bool
    boresight_elevation_deg: Elevation
    scan_loss_exponent: NonNegative
    beams_at_once: Annotated[int, Meta(ge=1)]
    fences: Annotated[tuple[Fence, ...], Meta(min_length=1)]
    drop_misses: Annotated[int, Meta(ge=1)]
    search_share: Annotated[float, Meta(gt=0.0, lt=1.0)]
    cued_dwells: Annotated[int, Meta(ge=1)] = 1

    def _problems(self) -> Iterator[Problem]:
        yield from super()._problems()
        for i, (below, above) in enumerate(zip(self.fences, self.fences[1:], strict=False), 1):
            if below.height_deg is None or (above.height_deg is not None and above.height_deg <= below.height_deg):
                yield ("fences", i, "height_deg"), "is not above that of the fence before it"


class HorizonMode(Mode, frozen=True, kw_only=True, tag="over-the-horizon"):
    """How a type of sky-wave radar works: cells of range and azimuth, no elevation.

    Attributes
    ----------
    band_mhz : frequencies that it can use.
    cell_range_km, cell_azimuth_deg : size of a cell.
    height_max_km : what flies above is not seen: the beam comes down from the layer.
    confirm : detections among the last looks, after which they are reported.
    """

    kind: ClassVar[str] = "over-the-horizon"
    band_mhz: tuple[Positive, Positive]
    cell_range_km: Positive
    cell_azimuth_deg: Positive
    height_max_km: Positive

    def _problems(self) -> Iterator[Problem]:
        yield from super()._problems()
        if self.band_mhz[0] >= self.band_mhz[1]:
            yield ("band_mhz",), f"is {list(self.band_mhz)}; write the lower frequency first"


AnyMode: TypeAlias = ArrayMode | HorizonMode


class Aspects(Record, frozen=True, kw_only=True):
    """Cross section over the level by the side that is seen, dB."""

    nose_db: float
    side_db: float
    tail_db: float


class CrossSection(Block, frozen=True, kw_only=True):
    """Mean radar cross section of a kind of object by band and aspect.

    Attributes
    ----------
    swerling : Swerling's case of its fluctuation from look to look; 0 is steady.
    level_m2 : what the decibels are over; null where the block of a booster says it.
    low_db, high_db : bounds of the level.
    hf, vhf, uhf, l, s, x : by band.
    """

    swerling: Literal[0, 1, 3]
    level_m2: Positive | None = None
    low_db: float
    high_db: float
    hf: Aspects
    vhf: Aspects
    uhf: Aspects
    l: Aspects  # noqa: E741 # the name of the band
    s: Aspects
    x: Aspects

    def _problems(self) -> Iterator[Problem]:
        yield from super()._problems()
        if not self.low_db <= 0.0 <= self.high_db:
            yield ("low_db",), f"is {self.low_db:g} and high_db {self.high_db:g}; the level, 0, must lie between them"
