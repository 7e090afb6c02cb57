"""Infrared sensors in space: orbits, payloads, and who flies them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Annotated, ClassVar, Literal, TypeAlias

from msgspec import Meta, field

from launchwatch.catalog.records import (
    Angle,
    Block,
    Id,
    Inclination,
    Longitude,
    NonNegative,
    Positive,
    Problem,
    Record,
    time_problems,
)
from launchwatch.catalog.sensors import Sensor, covers
from launchwatch.core.epochs import parse_utc

MAX_ELEMENT_AGE_DAYS = 30.0
"""Orbital elements further than this from their epoch are refused."""


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
        return next((use.orbit for use in self.orbits if covers(use.from_, use.to, day)), None)
