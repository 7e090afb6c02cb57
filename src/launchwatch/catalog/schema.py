"""Kinds of the catalogue: frozen structs with units in their key names, and no I/O.

Keys of the YAML files are the field names here, but for ``class`` (`Booster.booster_class`) and ``from``
(`Launch.from_`, `OrbitUse.from_`). Boosters are in `launchwatch.catalog.vehicles` and scenarios in
`launchwatch.catalog.scenario`; both are handed on from here.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Annotated, ClassVar, Literal, TypeAlias

from msgspec import Meta, field

from launchwatch.catalog.records import (
    Angle,
    Block,
    Country,
    Elevation,
    Fraction,
    Id,
    Inclination,
    Latitude,
    Longitude,
    NonNegative,
    Positive,
    Problem,
    Record,
    Text,
    site_problems,
    time_problems,
)
from launchwatch.catalog.scenario import (
    Launch,
    LaunchFailure,
    Point,
    Scenario,
    SensorChoice,
    Sharing,
    SharingLevel,
    TargetOrbit,
    Trajectory,
    Weather,
)
from launchwatch.catalog.vehicles import (
    Booster,
    BoosterClass,
    Deployment,
    Flyback,
    Glide,
    ReturnBurn,
    Stage,
    Steering,
)
from launchwatch.core.epochs import parse_utc

__all__ = [
    "MAX_ELEMENT_AGE_DAYS",
    "AnyOrbit",
    "Booster",
    "BoosterClass",
    "Deployment",
    "Elements",
    "Flyback",
    "Geostationary",
    "Glide",
    "InService",
    "InfraredSensor",
    "Launch",
    "LaunchFailure",
    "Molniya",
    "Orbit",
    "OrbitUse",
    "Overflight",
    "Partner",
    "Payload",
    "Place",
    "Point",
    "Policy",
    "Procedure",
    "ProcedureBasis",
    "RadarSensor",
    "Reference",
    "Region",
    "ReturnBurn",
    "Scenario",
    "Sector",
    "Sensor",
    "SensorChoice",
    "Sharing",
    "SharingLevel",
    "Stage",
    "Steering",
    "TargetOrbit",
    "Trajectory",
    "Warn",
    "Weather",
]

MAX_ELEMENT_AGE_DAYS = 30.0
"""Orbital elements further than this from their epoch are refused."""

InService: TypeAlias = tuple[date, date | None]
"""First day and last day of service; ``null`` as the last: still in service."""


class Orbit(Block, frozen=True, kw_only=True, tag_field="kind"):
    """An orbit of one of three kinds: `Geostationary`, `Molniya`, `Elements`."""

    kind: ClassVar[str]


class Geostationary(Orbit, frozen=True, kw_only=True, tag="geostationary"):
    """Over one longitude of the equator."""

    kind: ClassVar[str] = "geostationary"
    longitude_deg: Longitude


class Molniya(Orbit, frozen=True, kw_only=True, tag="molniya"):
    """Two revolutions a sidereal day, apogee over two fixed longitudes 180 degrees apart, kept there: no drift at all.

    The place on the orbit is given by ``apogee_epoch`` (UTC of one apogee over ``apogee_longitude_deg``) or by
    ``phase_deg`` (mean anomaly at 2000-01-01T12:00:00Z; the next apogee is over that longitude); exactly one of them.
    """

    kind: ClassVar[str] = "molniya"
    apogee_longitude_deg: Longitude
    inclination_deg: Inclination
    perigee_km: Positive
    phase_deg: Angle | None = None
    apogee_epoch: str | None = None
    argument_of_perigee_deg: Angle = 270.0

    def _problems(self) -> Iterator[Problem]:
        yield from super()._problems()
        if (self.phase_deg is None) == (self.apogee_epoch is None):
            yield ("phase_deg",), "give either phase_deg or apogee_epoch"
        if self.apogee_epoch is not None:
            yield from time_problems(("apogee_epoch",), self.apogee_epoch)


class Elements(Orbit, frozen=True, kw_only=True, tag="elements"):
    """Mean elements for SGP4 in TEME at an epoch (UTC); refused more than `MAX_ELEMENT_AGE_DAYS` from it."""

    kind: ClassVar[str] = "elements"
    epoch: str
    inclination_deg: Inclination
    raan_deg: Angle
    eccentricity: Annotated[float, Meta(ge=0.0, lt=1.0)]
    argument_of_perigee_deg: Angle
    mean_anomaly_deg: Angle
    mean_motion_rev_day: Annotated[float, Meta(gt=0.0, le=18.0)]
    bstar: float = 0.0
    norad_id: int = 0

    @property
    def epoch_ns(self) -> int:
        """Epoch, ns TAI."""
        return parse_utc(self.epoch)

    def _problems(self) -> Iterator[Problem]:
        yield from super()._problems()
        yield from time_problems(("epoch",), self.epoch)


AnyOrbit: TypeAlias = Geostationary | Molniya | Elements


class Payload(Block, frozen=True, kw_only=True):
    """An infrared payload.

    Attributes
    ----------
    period_s : time between two looks at one point: the spin of a scanner, the frame of a starer.
    noise_equivalent_irradiance_w_m2 : irradiance in the band at the aperture that gives SNR 1.
    sigma_urad, bias_urad : line-of-sight noise per axis of each look, and the constant error of one payload.
    earth_limb_margin_km : null for a payload that looks down on the Earth; else it sees only against space, along lines
        that pass at least so high above the ground.
    duty : fraction of looks that are taken at all.
    """

    scan: Literal["scanning", "staring"]
    period_s: Positive
    band_um: tuple[Positive, Positive]
    noise_equivalent_irradiance_w_m2: Positive
    sigma_urad: Positive
    bias_urad: NonNegative
    threshold_snr: Positive
    false_alarms_per_look: NonNegative
    report_delay_s: NonNegative
    earth_limb_margin_km: NonNegative | None = None
    duty: Annotated[float, Meta(gt=0.0, le=1.0)] = 1.0

    def _problems(self) -> Iterator[Problem]:
        yield from super()._problems()
        if self.band_um[0] >= self.band_um[1]:
            yield ("band_um",), f"is {list(self.band_um)}; write the shorter wavelength first"


class Sensor(Block, frozen=True, kw_only=True):
    """What infrared sensors and radars share: the partner whose own it is, and its days of service.

    ``in_service`` is null where no service is established: planned, unconfirmed, or given up.
    """

    owner: Country
    in_service: InService | None

    def _problems(self) -> Iterator[Problem]:
        yield from super()._problems()
        if self.in_service is not None and self.in_service[1] is not None and self.in_service[1] < self.in_service[0]:
            yield ("in_service",), "ends before it begins"

    def serves_on(self, day: date) -> bool:
        """Whether the sensor is in service on a day (UTC)."""
        return self.in_service is not None and _covers(self.in_service[0], self.in_service[1], day)


class OrbitUse(Record, frozen=True, kw_only=True):
    """The orbit that a sensor had from a day on, to the day ``to`` (null: since)."""

    orbit: Id
    from_: date = field(name="from")
    to: date | None = None


class InfraredSensor(Sensor, frozen=True, kw_only=True):
    """An infrared payload on an orbit.

    Where it moved, or where only part of its life is known, ``orbits`` lists orbits by validity; the first that covers
    the day counts. Exactly one of ``orbit`` and ``orbits`` is given.
    """

    payload: Id
    orbit: Id | None = None
    orbits: tuple[OrbitUse, ...] = ()
    norad_id: int | None = None

    def _problems(self) -> Iterator[Problem]:
        yield from super()._problems()
        if (self.orbit is None) == (not self.orbits):
            yield ("orbit",), "give either orbit or a list of orbits"

    def orbit_on(self, day: date) -> str | None:
        """Identifier of the orbit on a day (UTC), or None where none is listed for it."""
        if self.orbit is not None:
            return self.orbit
        return next((use.orbit for use in self.orbits if _covers(use.from_, use.to, day)), None)


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


class Place(Block, frozen=True, kw_only=True):
    """A named point, rounded to 0.1 degree."""

    lat_deg: Latitude
    lon_deg: Longitude
    kind: Literal["city", "launch-area", "test-range", "space-centre", "sea"]
    country: Country | None = None

    def _problems(self) -> Iterator[Problem]:
        yield from super()._problems()
        yield from site_problems((), self.lat_deg, self.lon_deg)


class Region(Block, frozen=True, kw_only=True):
    """A partner's warning region: rings of [longitude, latitude], degrees, none of which crosses longitude 180.

    What lies across it is split into one ring on each side; a ring closes by itself. Coarse outlines for computing, no
    statement on borders.
    """

    polygons: Annotated[
        tuple[Annotated[tuple[tuple[Longitude, Latitude], ...], Meta(min_length=3, max_length=60)], ...],
        Meta(min_length=1),
    ]


class ProcedureBasis(Record, frozen=True, kw_only=True):
    """What each time of a `Procedure` rests on."""

    machine: Text
    crew: Text
    conference: Text
    transport: Text


class Procedure(Record, frozen=True, kw_only=True):
    """What passes between a message in the node and the deciding authority: machines, crew, conference, transport."""

    machine_s: NonNegative
    crew_s: NonNegative
    conference_s: NonNegative
    transport_s: NonNegative
    basis: ProcedureBasis


class Partner(Block, frozen=True, kw_only=True):
    """A country with a watch centre; its sensors are those that name it as owner."""

    id: Country
    procedure: Procedure
    policy: Id
    region: Id


class Warn(Record, frozen=True, kw_only=True):
    """What makes a warning: all conditions together."""

    impact_probability: Fraction
    missile_probability: Fraction
    min_detections: Annotated[int, Meta(ge=1)]
    needs_burnout: bool


class Overflight(Record, frozen=True, kw_only=True):
    """Whether a flight over the region below ``max_altitude_km`` is warned of like an impact in it."""

    enabled: bool
    max_altitude_km: Positive


class Policy(Block, frozen=True, kw_only=True):
    """When a centre warns, when it calls a warning confirmed, and what a partner's data may do.

    Attributes
    ----------
    trust : ``cue`` only, ``open`` an event, ``count`` as one of two phenomenologies.
    hold_time_s : how late data may be and still be refiltered.
    update_min_interval_s, update_min_shift_sigma : an update is sent no sooner, and for no smaller move.
    cancel_after_s : silence after which an unconfirmed warning is cancelled.
    """

    warn: Warn
    confirm: Literal["dual-phenomenology", "two-sensors", "any"]
    overflight: Overflight
    trust: Annotated[tuple[Literal["cue", "open", "count"], ...], Meta(min_length=1)]
    hold_time_s: NonNegative
    update_min_interval_s: NonNegative
    update_min_shift_sigma: NonNegative
    cancel_after_s: Positive


def _covers(first: date, last: date | None, day: date) -> bool:
    return first <= day and (last is None or day <= last)
