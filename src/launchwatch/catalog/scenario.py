"""A scenario: launches, the partners that watch them, and the conditions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from msgspec import Meta, field

from launchwatch.catalog.history import DocumentedAct, Glint, History, LineFault, Tape
from launchwatch.catalog.notices import DeliveredNotice
from launchwatch.catalog.records import (
    Angle,
    Country,
    Fraction,
    Id,
    Inclination,
    Latitude,
    Longitude,
    NonNegative,
    Positive,
    Problem,
    Record,
    Span,
    Text,
    site_problems,
    time_problems,
)
from launchwatch.core.epochs import parse_utc

_SINGLE = ("fires", "fireballs", "satellites", "earlier", "decaying")

SharingLevel = Literal["warnings", "tracks", "observations"]


class Point(Record, frozen=True, kw_only=True):
    """A point on the ground, at 0.1 degree or coarser; ``place`` names the block that it was taken from."""

    lat_deg: Latitude
    lon_deg: Longitude
    place: Id | None = None

    def _problems(self) -> Iterator[Problem]:
        yield from site_problems((), self.lat_deg, self.lon_deg)


class TargetOrbit(Record, frozen=True, kw_only=True):
    """A circular orbit to be reached, and a higher apogee by a second burn from it.

    ``southward``: toward the descending node. ``coast_s`` before the second burn; null: to the next node.
    """

    inclination_deg: Inclination
    altitude_km: Positive
    southward: bool = False
    injection_apogee_km: Positive | None = None
    coast_s: Positive | None = None

    def _problems(self) -> Iterator[Problem]:
        if self.coast_s is not None and self.injection_apogee_km is None:
            yield ("coast_s",), "goes with injection_apogee_km"
        if self.injection_apogee_km is not None and self.injection_apogee_km <= self.altitude_km:
            yield ("injection_apogee_km",), "is not above altitude_km"


class LaunchFailure(Record, frozen=True, kw_only=True):
    """How a launch fails, at a time after lift-off within its powered flight."""

    kind: Literal["thrust-end", "break-up", "failed-staging"]
    time_s: Positive


class Trajectory(Record, frozen=True, kw_only=True):
    """Where a launch goes: to a point, along an azimuth to a range and apogee, or into an orbit.

    ``to`` with ``apogee_km`` lofts the flight to that apogee, with ``flight_time_s`` it takes that time, with
    ``depressed`` it is flown low.
    """

    to: Point | None = None
    depressed: bool = False
    azimuth_deg: Angle | None = None
    range_km: Positive | None = None
    apogee_km: Positive | None = None
    flight_time_s: Positive | None = None
    orbit: TargetOrbit | None = None

    @property
    def form(self) -> Literal["to", "range", "orbit"]:
        """Which of the three forms this is."""
        return "to" if self.to else "orbit" if self.orbit else "range"

    def _problems(self) -> Iterator[Problem]:
        ranged = {"azimuth_deg": self.azimuth_deg, "range_km": self.range_km}
        given = [name for name, value in ranged.items() if value is not None]
        if (self.to is not None) + (self.orbit is not None) + bool(given) != 1:
            yield (), "give one of: to; azimuth_deg, range_km and apogee_km; orbit"
        elif given and (len(given) < 2 or self.apogee_km is None):
            missing = next(n for n, v in {**ranged, "apogee_km": self.apogee_km}.items() if v is None)
            yield (missing,), "missing; azimuth_deg, range_km and apogee_km go together"
        if self.depressed and (self.to is None or self.apogee_km is not None):
            yield ("depressed",), "goes only with a point `to`, without apogee_km"
        if self.flight_time_s is not None and (self.to is None or self.depressed or self.apogee_km is not None):
            yield ("flight_time_s",), "goes only with a point `to`, without apogee_km and depressed"
        if self.orbit is not None and self.apogee_km is not None:
            yield ("apogee_km",), "does not go with an orbit"
        if self.orbit is not None:
            yield from ((("orbit", *path), text) for path, text in self.orbit.problems())
        if self.to is not None:
            yield from ((("to", *path), text) for path, text in self.to.problems())


class Launch(Record, frozen=True, kw_only=True):
    """One launch. Launches of one ``case`` fly together; without it a launch is a case of its own."""

    id: Id
    booster: Id
    time: str
    from_: Point = field(name="from")
    trajectory: Trajectory
    case: Id | None = None
    failure: LaunchFailure | None = None

    @property
    def time_ns(self) -> int:
        """Lift-off, ns TAI."""
        return parse_utc(self.time)

    def _problems(self) -> Iterator[Problem]:
        yield from time_problems(("time",), self.time)
        yield from ((("from", *path), text) for path, text in self.from_.problems())
        yield from ((("trajectory", *path), text) for path, text in self.trajectory.problems())


class Sharing(Record, frozen=True, kw_only=True):
    """What partners release to each other, and how long a link takes."""

    level: SharingLevel = "observations"
    delay_s: NonNegative = 2.0


class Tasking(Record, frozen=True, kw_only=True):
    """How radars are tasked.

    Attributes
    ----------
    cues : whether satellites, own and the partners', cue radars.
    scheduler : whether radars that have more tracks than time choose by value of information; else all wait alike.
    """

    cues: bool = False
    scheduler: bool = False


class Weather(Record, frozen=True, kw_only=True):
    """Cloud, below whose top infrared sees nothing, and the air above it; air and ionosphere over the radars.

    Attributes
    ----------
    clouds : ``given``: tops at ``cloud_top_km`` over the part ``cover`` of the sky; ``climatology``: cover and tops as
        usual at the latitude.
    cover : part of the sky under cloud; 1 is a closed deck.
    atmosphere : the clear air that light passes.
    electron_content_tecu : vertical electron content, 1e16 electrons / m^2; radars correct for 30.
    surface_refractivity : of the air, (n - 1) 1e6; radars correct for 315.
    auroral_activity : index Kp, 0 (no aurora that echoes) to 9.
    sunspots : smoothed number; it sets the frequencies that reach over the horizon.
    """

    clouds: Literal["given", "climatology"] = "given"
    cloud_top_km: NonNegative = 7.0
    cover: Fraction = 1.0
    atmosphere: Literal[
        "us-standard", "tropical", "midlatitude-summer", "midlatitude-winter", "subarctic-summer", "subarctic-winter"
    ] = "us-standard"
    electron_content_tecu: NonNegative = 30.0
    surface_refractivity: NonNegative = 315.0
    auroral_activity: Annotated[float, Meta(ge=0.0, le=9.0)] = 0.0
    sunspots: Annotated[float, Meta(ge=0.0, le=300.0)] = 80.0


class Signature(Record, frozen=True, kw_only=True):
    """What shines of a flight.

    Attributes
    ----------
    sampled : whether brightness is drawn for each launch between the bounds of the catalogue; else it is nominal.
    entry : whether what re-enters glows as well.
    """

    sampled: bool = False
    entry: bool = False


class SensorChoice(Record, frozen=True, kw_only=True):
    """Sensors that play, out of those in service: all, or only these, and none of those excluded."""

    only: tuple[Id, ...] | None = None
    exclude: tuple[Id, ...] = ()


class Window(Span, frozen=True, kw_only=True):
    """When sensors are played; without it the launches say so."""


class Fault(Span, frozen=True, kw_only=True):
    """What fails in a play, and when, UTC: a sensor, or the link from a partner.

    Attributes
    ----------
    component : a sensor, or the partner at the other end of a link.
    kind : ``silent``: nothing of it arrives, and no heartbeat; ``blank``: a sensor that looks, and says that it is
        ready, but sees nothing; ``altered``: what a partner's node releases is changed on its outgoing channel;
        ``foreign``: at its start something is sent there that the node has not released.
    """

    component: Id
    kind: Literal["silent", "blank", "altered", "foreign"]


class NonLaunches(Record, frozen=True, kw_only=True):
    """Files of real things that are no launches, as paths below ``folder`` (null: that of ``LAUNCHWATCH_DATA``).

    ``fires`` of MODIS (csv), ``fireballs`` of CNEOS (csv), ``lightning`` of GLM (netCDF), ``satellites`` that fly and
    ``decaying`` ones (element sets); ``earlier``: an older catalogue of satellites, and what is not in it the chains do
    not know. Times of day are kept and dates shifted into the window, but for satellites. ``drawn`` names a sky of the
    catalogue, from which fires, fireballs and lightning that no file gives are drawn, and glints and faults of sensors.
    """

    folder: Text | None = None
    fires: Text | None = None
    fireballs: Text | None = None
    lightning: tuple[Text, ...] = ()
    satellites: Text | None = None
    earlier: Text | None = None
    decaying: Text | None = None
    drawn: Id | None = None

    @property
    def files(self) -> tuple[tuple[str, str], ...]:
        """Key and path of each file."""
        single = {name: getattr(self, name) for name in _SINGLE}
        return (*((n, p) for n, p in single.items() if p is not None), *(("lightning", p) for p in self.lightning))

    def _problems(self) -> Iterator[Problem]:
        if not self.files and self.drawn is None:
            yield (), "names no file; give fires, fireballs, lightning, satellites, or a sky to be drawn"
        for name in ("earlier", "decaying"):
            if self.satellites is None and getattr(self, name) is not None:
                yield (name,), "goes with satellites"


class LaunchTests(Record, frozen=True, kw_only=True):
    """Launches of purpose ``test`` by which a post tries its whole path, from an observation to a receipt and a cancel.

    Attributes
    ----------
    launch : what flies; the first one at its ``time``.
    every_s : between two of them, as long as they rise in the window.
    partner : whose post; null: the first of the scenario.
    """

    launch: Launch
    every_s: Positive = 3600.0
    partner: Country | None = None


class Scenario(Record, frozen=True, kw_only=True):
    """Launches, the partners that watch them, and the conditions.

    A scenario without launches has a ``window``, and is one case that bears its id; launches in a window are one case
    too. ``non_launches`` are played in a window.

    ``partners`` is ordered: the first is the one whose errors are scored. ``sources`` says where launches come from.
    ``objects``: whether sensors see only what carries the payload, or all that a launch puts into the sky.
    ``guards_off``: guards of the catalogue that are left out of the play, to show what they do.
    ``regions_by_hand``: a list of alert regions that is used where the guard ``footprint`` is left out.
    ``moon``: whether radars can see it. ``glints``, ``tapes``, ``line_faults``, ``acts``, ``history``: of cases of
    history, see `catalog.history`. ``test_launches``: by which a post tries its path, in a lane of its own.
    """

    id: Annotated[str, Meta(pattern=r"^(history/)?[a-z0-9]+(-[a-z0-9]+)*$")]
    title: Text
    sources: Annotated[tuple[Text, ...], Meta(min_length=1)]
    partners: Annotated[tuple[Country, ...], Meta(min_length=1)]
    launches: tuple[Launch, ...] = ()
    window: Window | None = None
    non_launches: NonLaunches | None = None
    purpose: Literal["exercise", "test"] = "exercise"
    sharing: Sharing = Sharing()
    tasking: Tasking = Tasking()
    weather: Weather = Weather()
    signature: Signature = Signature()
    objects: Literal["payload", "all"] = "payload"
    sensors: SensorChoice = SensorChoice()
    faults: tuple[Fault, ...] = ()
    guards_off: tuple[Id, ...] = ()
    regions_by_hand: tuple[Id, ...] = ()
    moon: bool = False
    glints: tuple[Glint, ...] = ()
    tapes: tuple[Tape, ...] = ()
    line_faults: tuple[LineFault, ...] = ()
    acts: tuple[DocumentedAct, ...] = ()
    history: History | None = None
    notices: tuple[DeliveredNotice, ...] = ()
    test_launches: LaunchTests | None = None
    seed: Annotated[int, Meta(ge=0)] = 1
    duration_after_impact_s: NonNegative = 60.0
    notes: str | None = None

    def _in_window(self, window: Window) -> Iterator[Problem]:
        """What is wrong with launches that share a window."""
        if len(self.cases) > 1:
            yield ("launches",), "fly in one window; give them all the same case"
        for i, launch in enumerate(self.launches):
            if not list(launch.problems()) and not window.from_ns <= launch.time_ns < window.until_ns:
                yield ("launches", i, "time"), "lies outside of the window"

    def _tests(self, tests: LaunchTests) -> Iterator[Problem]:
        """What is wrong with launches for a test."""
        wrong = list(tests.launch.problems())
        yield from ((("launch", *path), text) for path, text in wrong)
        if tests.partner is not None and tests.partner not in self.partners:
            yield ("partner",), f"{tests.partner!r} is no partner of the scenario"
        if self.window is None:
            yield (), "goes with a window, in which they rise"
        elif wrong or list(self.window.problems()):
            return
        elif not self.window.from_ns <= tests.launch.time_ns < self.window.until_ns:
            yield ("launch", "time"), "lies outside of the window"

    @property
    def cases(self) -> dict[str, tuple[Launch, ...]]:
        """Launches by case, in the order of the file."""
        cases: dict[str, tuple[Launch, ...]] = {}
        for launch in self.launches:
            name = launch.case or launch.id
            cases[name] = (*cases.get(name, ()), launch)
        return cases or {self.id.rpartition("/")[2]: ()}

    @property
    def begin_ns(self) -> int:
        """Start of the window, or the first lift-off, ns TAI."""
        return self.window.from_ns if self.window is not None else min(launch.time_ns for launch in self.launches)

    def _problems(self) -> Iterator[Problem]:
        if self.non_launches is not None and self.window is None:
            yield ("window",), "missing; non_launches are played in a window"
        elif not self.launches and self.window is None:
            yield ("launches",), "missing; give launches, or a window, or both"
        elif self.launches and self.window is not None and not list(self.window.problems()):
            yield from self._in_window(self.window)
        if self.tasking.cues and self.non_launches is not None:
            yield ("tasking", "cues"), "goes only without non_launches; set it to false"
        for name, part in (("window", self.window), ("non_launches", self.non_launches)):
            if part is not None:
                yield from (((name, *path), text) for path, text in part.problems())
        for i, launch in enumerate(self.launches):
            yield from ((("launches", i, *path), text) for path, text in launch.problems())
        for key in ("glints", "tapes", "line_faults", "acts"):
            for i, part in enumerate(getattr(self, key)):
                yield from (((key, i, *path), text) for path, text in part.problems())
        for key in ("tapes", "line_faults", "acts"):
            for i, part in enumerate(getattr(self, key)):
                if part.partner not in self.partners:
                    yield (key, i, "partner"), f"{part.partner!r} is no partner of the scenario"
        if self.test_launches is not None:
            yield from ((("test_launches", *path), text) for path, text in self._tests(self.test_launches))
        if self.history is not None:
            yield from ((("history", *path), text) for path, text in self.history.problems())
        for i, fault in enumerate(self.faults):
            yield from ((("faults", i, *path), text) for path, text in fault.problems())
            if fault.kind == "blank" and fault.component in self.partners:
                yield ("faults", i, "kind"), "is blank; a link can only be silent, altered or foreign"
            if fault.kind in ("altered", "foreign") and fault.component not in self.partners:
                yield ("faults", i, "kind"), f"is {fault.kind}; a sensor can only be silent or blank"
        for i, notice in enumerate(self.notices):
            yield from ((("notices", i, *path), text) for path, text in notice.problems())
            for partner in notice.delivered:
                if partner not in self.partners:
                    yield ("notices", i, "delivered", partner), "is no partner of the scenario; name one of them"
        for name, ids in (
            ("launches", [launch.id for launch in self.launches]),
            ("notices", [notice.id for notice in self.notices]),
            ("partners", self.partners),
        ):
            for i, one in enumerate(ids):
                if one in ids[:i]:
                    yield (name, i), f"{one!r} is there twice"
