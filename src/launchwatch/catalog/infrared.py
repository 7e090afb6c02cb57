"""Infrared sensors in space: orbits, payloads, and who flies them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Annotated, ClassVar, Literal, TypeAlias

from msgspec import Meta, field

from launchwatch.catalog.records import (
    Angle,
    Block,
    Fraction,
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
    """An orbit of one of four kinds: `Geostationary`, `Molniya`, `Elements`, `Walker`."""

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


class Walker(Orbit, frozen=True, kw_only=True, tag="walker"):
    """A layer of satellites on circular orbits, evenly spread over planes and along each (Walker, 1984).

    At ``epoch`` (UTC) satellite 1 is over its ascending node at right ascension 0. Nodes drift as the Earth's
    flattening makes them. A sensor on it names its ``satellite``, from 1; those of one plane follow each other.

    Attributes
    ----------
    phasing : lead of a satellite over its neighbour of the plane before, in parts of 360 degrees / all satellites.
    node_span_deg : over which the nodes are spread: 360, or 180 for planes near the poles.
    """

    kind: ClassVar[str] = "walker"
    epoch: str
    altitude_km: Annotated[float, Meta(ge=200.0, le=36_000.0)]
    inclination_deg: Inclination
    planes: Annotated[int, Meta(ge=1, le=100)]
    satellites_per_plane: Annotated[int, Meta(ge=1, le=100)]
    phasing: Annotated[int, Meta(ge=0)] = 0
    node_span_deg: Annotated[float, Meta(gt=0.0, le=360.0)] = 360.0

    @property
    def epoch_ns(self) -> int:
        """Epoch, ns TAI."""
        return parse_utc(self.epoch)

    def _problems(self) -> Iterator[Problem]:
        yield from super()._problems()
        yield from time_problems(("epoch",), self.epoch)


AnyOrbit: TypeAlias = Geostationary | Molniya | Elements | Walker


class Payload(Block, frozen=True, kw_only=True):
    """An infrared payload. No noise figure of a real one is public: these are assumptions, for studies to sweep.

    Attributes
    ----------
    scan : ``scanning``: it spins, and a look is one turn; ``step-scan``: a look is a mosaic of ``steps`` fields, each
        stared at in turn; ``staring``: a look is an instant.
    period_s : time between two looks at one point: the spin of a scanner, the frame of a starer.
    noise_equivalent_irradiance_w_m2 : irradiance in the band at the aperture that gives SNR 1, for a spot on the middle
        of a pixel.
    saturation_irradiance_w_m2 : what is brighter reads as this; null: never.
    pixel_urad, psf_pixels : width of a pixel, and standard deviation of the Gaussian point spread in pixels.
    background_suppression : part of the structure of the background that is left after frames have been compared.
    sigma_urad, bias_urad : line-of-sight noise per axis of each look, and the constant error of one payload.
    drift_urad, drift_s : standard deviation and correlation time of a slow drift of the line of sight.
    star_update_s, star_residual_urad : every so long a look at the stars leaves only so much of the drift.
    second_band_um, second_noise_equivalent_irradiance_w_m2 : a second colour, which tells sunlight from what is hot.
    sun_exclusion_deg, moon_exclusion_deg : lines of sight so near to the Sun or Moon see nothing.
    earth_limb_margin_km : null for a payload that looks down on the Earth; else it sees only against space, along lines
        that pass at least so high above the ground.
    persistent_after : sightings after which a source that does not move is on the sensor's map of those and no more
        reported; null: it keeps no map.
    duty : fraction of looks that are taken at all.
    """

    scan: Literal["scanning", "step-scan", "staring"]
    period_s: Positive
    band_um: tuple[Positive, Positive]
    noise_equivalent_irradiance_w_m2: Positive
    saturation_irradiance_w_m2: Positive | None = None
    pixel_urad: Positive = 60.0
    psf_pixels: Annotated[float, Meta(ge=0.1, le=10.0)] = 0.5
    background_suppression: Fraction = 0.02
    sigma_urad: Positive
    bias_urad: NonNegative
    threshold_snr: Positive
    false_alarms_per_look: NonNegative
    report_delay_s: NonNegative
    steps: Annotated[int, Meta(ge=1)] = 1
    drift_urad: NonNegative = 0.0
    drift_s: Positive = 1200.0
    star_update_s: Positive | None = None
    star_residual_urad: NonNegative = 0.0
    second_band_um: tuple[Positive, Positive] | None = None
    second_noise_equivalent_irradiance_w_m2: Positive | None = None
    sun_exclusion_deg: Annotated[float, Meta(ge=0.0, le=90.0)] = 0.0
    moon_exclusion_deg: Annotated[float, Meta(ge=0.0, le=90.0)] = 0.0
    persistent_after: Annotated[int, Meta(ge=1)] | None = None
    earth_limb_margin_km: NonNegative | None = None
    duty: Annotated[float, Meta(gt=0.0, le=1.0)] = 1.0

    def _problems(self) -> Iterator[Problem]:
        yield from super()._problems()
        for name in ("band_um", "second_band_um"):
            band = getattr(self, name)
            if band is not None and band[0] >= band[1]:
                yield (name,), f"is {list(band)}; write the shorter wavelength first"
        if (self.second_band_um is None) != (self.second_noise_equivalent_irradiance_w_m2 is None):
            yield ("second_band_um",), "goes with second_noise_equivalent_irradiance_w_m2"
        if self.star_update_s is None and (self.drift_urad or self.star_residual_urad):
            yield ("star_update_s",), "missing; a drift needs looks at the stars that end it"
        if (self.scan == "step-scan") != (self.steps > 1):
            yield ("steps",), f"is {self.steps}; a step-scan has more than one step, the others have one"


class OrbitUse(Record, frozen=True, kw_only=True):
    """The orbit that a sensor had from a day on, to the day ``to`` (null: since)."""

    orbit: Id
    from_: date = field(name="from")
    to: date | None = None


class InfraredSensor(Sensor, frozen=True, kw_only=True):
    """An infrared payload on an orbit.

    Where it moved, or where only part of its life is known, ``orbits`` lists orbits by validity; the first that covers
    the day counts. Exactly one of ``orbit`` and ``orbits`` is given. On a `Walker` layer ``satellite`` is its number.
    """

    payload: Id
    orbit: Id | None = None
    satellite: Annotated[int, Meta(ge=1)] | None = None
    orbits: tuple[OrbitUse, ...] = ()
    norad_id: int | None = None

    def _problems(self) -> Iterator[Problem]:
        yield from super()._problems()
        if (self.orbit is None) == (not self.orbits):
            yield ("orbit",), "give either orbit or a list of orbits"

    @property
    def orbit_ids(self) -> tuple[str, ...]:
        """Identifiers of all its orbits."""
        return (self.orbit,) if self.orbit is not None else tuple(use.orbit for use in self.orbits)

    def orbit_on(self, day: date) -> str | None:
        """Identifier of the orbit on a day (UTC), or None where none is listed for it."""
        if self.orbit is not None:
            return self.orbit
        return next((use.orbit for use in self.orbits if covers(use.from_, use.to, day)), None)
