"""Kinds of the catalogue: frozen structs with units in their key names, and no I/O.

Keys of the YAML files are the field names here, but for ``class`` (`Booster.booster_class`) and ``from``
(`Launch.from_`, `OrbitUse.from_`). Boosters are in `vehicles`, sensors in `sensors`, `infrared` and `radar`,
scenarios in `scenario`, all of this folder; all are handed on from here.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from msgspec import Meta

from launchwatch.catalog.alert_regions import AlertRegion
from launchwatch.catalog.conduct import Conduct, Guard, Limits
from launchwatch.catalog.infrared import (
    MAX_ELEMENT_AGE_DAYS,
    AnyOrbit,
    Elements,
    Geostationary,
    InfraredSensor,
    Molniya,
    Orbit,
    OrbitUse,
    Payload,
    Walker,
)
from launchwatch.catalog.notices import DeliveredNotice, NoticeForm, PreLaunchNotice
from launchwatch.catalog.plumes import Plume
from launchwatch.catalog.radar import (
    AnyMode,
    ArrayMode,
    Aspects,
    Confirmation,
    CrossSection,
    Fence,
    HorizonMode,
    RadarSensor,
    Reference,
    Sector,
)
from launchwatch.catalog.records import (
    Block,
    Country,
    Fraction,
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
from launchwatch.catalog.scenario import (
    Fault,
    Launch,
    LaunchFailure,
    LaunchTests,
    NonLaunches,
    Point,
    Scenario,
    SensorChoice,
    Sharing,
    SharingLevel,
    Signature,
    TargetOrbit,
    Tasking,
    Trajectory,
    Weather,
    Window,
)
from launchwatch.catalog.sensors import InService, Sensor
from launchwatch.catalog.texts import PublicText
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

__all__ = [
    "MAX_ELEMENT_AGE_DAYS",
    "AlertRegion",
    "AnyMode",
    "AnyOrbit",
    "ArrayMode",
    "Ask",
    "Aspects",
    "Booster",
    "BoosterClass",
    "BurstBand",
    "Conduct",
    "ConfidenceRule",
    "Confirmation",
    "CrossSection",
    "DeliveredNotice",
    "Deployment",
    "Elements",
    "Fault",
    "Fence",
    "Flyback",
    "Geostationary",
    "Glide",
    "Guard",
    "HorizonMode",
    "InService",
    "InfraredSensor",
    "Launch",
    "LaunchFailure",
    "LaunchTests",
    "Limits",
    "Molniya",
    "NonLaunches",
    "NoticeForm",
    "NoticeMatching",
    "Open",
    "Orbit",
    "OrbitUse",
    "Overflight",
    "Partner",
    "Payload",
    "Place",
    "Plume",
    "Point",
    "Policy",
    "PreLaunchNotice",
    "Procedure",
    "ProcedureBasis",
    "PublicText",
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
    "Signature",
    "Stage",
    "Steering",
    "TargetOrbit",
    "Tasking",
    "Trajectory",
    "Walker",
    "Warn",
    "Weather",
    "Window",
]


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
    """What passes between a message in the node and the deciding authority: machines, crew, conference, transport.

    The times are medians; ``conduct`` names the rules by which people act in them.
    """

    machine_s: NonNegative
    crew_s: NonNegative
    conference_s: NonNegative
    transport_s: NonNegative
    basis: ProcedureBasis
    conduct: Id = "conferences"


class Partner(Block, frozen=True, kw_only=True):
    """A country with a watch centre; its sensors are those that name it as owner."""

    id: Country
    procedure: Procedure
    policy: Id
    region: Id


class Open(Record, frozen=True, kw_only=True):
    """The low bar: an event whose stated false-alarm rate is above ``far_hz`` is not assessed until it is below."""

    far_hz: Positive | None = None


class Warn(Record, frozen=True, kw_only=True):
    """What makes a warning: all conditions together.

    ``far_hz`` is the strict bar: no warning of what has a stated false-alarm rate above it. Where none is stated, for
    want of a calibration or because the event ranks higher than any non-launch did, the other conditions decide.
    """

    impact_probability: Fraction
    missile_probability: Fraction
    min_detections: Annotated[int, Meta(ge=1)]
    needs_burnout: bool
    far_hz: Positive | None = None


class Overflight(Record, frozen=True, kw_only=True):
    """Whether a flight over the region below ``max_altitude_km`` is warned of like an impact in it."""

    enabled: bool
    max_altitude_km: Positive


class NoticeMatching(Record, frozen=True, kw_only=True):
    """How launches are matched to pre-launch notices.

    Attributes
    ----------
    contradicted_sigma : by how many standard deviations outside of what is announced an event contradicts a notice.
    least_class_probability : typing that leaves less to the announced classes contradicts it.
    possible_odds, full_odds : how much more likely what is seen must be of the announced launch than of another one,
        for a possible and for a full match.
    other_radius_km : another launch may come from, and fall, anywhere within so far.
    other_days : another launch may come at any time within so long.
    """

    contradicted_sigma: Positive = 3.0
    least_class_probability: Fraction = 0.02
    possible_odds: Positive = 3.0
    full_odds: Positive = 100.0
    other_radius_km: Positive = 2000.0
    other_days: Positive = 30.0

    def _problems(self) -> Iterator[Problem]:
        if self.full_odds < self.possible_odds:
            yield ("full_odds",), "is below possible_odds"


class BurstBand(Record, frozen=True, kw_only=True):
    """Where a high-altitude burst is feared, and when it is excluded.

    Attributes
    ----------
    min_altitude_km, max_altitude_km : heights of such bursts.
    reach_km : so near to the region one counts as over it.
    exclude_below : probability of a path there below which it is excluded.
    """

    min_altitude_km: NonNegative = 30.0
    max_altitude_km: Positive = 500.0
    reach_km: NonNegative = 300.0
    exclude_below: Fraction = 0.01

    def _problems(self) -> Iterator[Problem]:
        if self.max_altitude_km <= self.min_altitude_km:
            yield ("max_altitude_km",), "is not above min_altitude_km"


class ConfidenceRule(Record, frozen=True, kw_only=True):
    """What confidence a centre has that its region is threatened by a missile.

    Attributes
    ----------
    short_arc_s : one kind of sensor that saw a launch for less gives no more than low.
    high_probability : impact probability from which two kinds of sensors give high.
    """

    short_arc_s: NonNegative = 120.0
    high_probability: Fraction = 0.9


class Ask(Record, frozen=True, kw_only=True):
    """When partners are asked about an event.

    Attributes
    ----------
    automatic : whether the machine asks about a warning that is not confirmed.
    after_s : so long after it opened.
    """

    automatic: bool = False
    after_s: NonNegative = 10.0


class Policy(Block, frozen=True, kw_only=True):
    """When a centre warns, when it calls a warning confirmed, and what a partner's data may do.

    Attributes
    ----------
    trust : ``cue`` only, ``open`` an event, ``count`` as one of two phenomenologies.
    hold_time_s : how late data may be and still be refiltered.
    update_min_interval_s, update_min_shift_sigma : an update is sent no sooner, and for no smaller move.
    cancel_after_s : silence after which an unconfirmed warning is cancelled.
    open : the low bar of the false-alarm rate.
    calibration : false-alarm calibrations that count, by name; the one of the chain in play is taken, if there is one.
    trials : searches whose events one desk hears; rates are multiplied by it.
    notices, burst, confidence_rule : what a centre finds of an event beside the warning.
    ask : when partners are asked about an event.
    """

    warn: Warn
    confirm: Literal["dual-phenomenology", "two-sensors", "any"]
    overflight: Overflight
    trust: Annotated[tuple[Literal["cue", "open", "count"], ...], Meta(min_length=1)]
    hold_time_s: NonNegative
    update_min_interval_s: NonNegative
    update_min_shift_sigma: NonNegative
    cancel_after_s: Positive
    open: Open = Open()
    calibration: Id | None = None
    trials: Annotated[int, Meta(ge=1)] = 1
    notices: NoticeMatching = NoticeMatching()
    burst: BurstBand = BurstBand()
    confidence_rule: ConfidenceRule = ConfidenceRule()
    ask: Ask = Ask()

    def _problems(self) -> Iterator[Problem]:
        yield from super()._problems()
        for name, part in (("notices", self.notices), ("burst", self.burst)):
            yield from (((name, *path), text) for path, text in part.problems())
