"""One launch, watched with guards and without: where no guard has acted upstream, both runs are one and the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby

import msgspec

from launchwatch.assembly.calibration import CalibrationError, calibration_of
from launchwatch.assembly.chain import CUEING_STAGES, MOON, lane_name, stages
from launchwatch.assembly.flight.launch import truth_of
from launchwatch.assembly.observe import observe
from launchwatch.assembly.run import Driven
from launchwatch.catalog.catalogue import Catalog
from launchwatch.catalog.scenario import Scenario, Signature, Weather, Window
from launchwatch.catalog.schema import Policy
from launchwatch.control.warnings.stage import PROBABILITY, WarningsStage, conditions_met, threat_to
from launchwatch.core.epochs import NS, format_utc
from launchwatch.evaluation.matching import launch_of_assessment
from launchwatch.messages.assessments import Assessment
from launchwatch.messages.control import Notice, NoticeArea
from launchwatch.messages.envelope import Envelope
from launchwatch.messages.observations import RadarLook
from launchwatch.messages.truth import FlightTruth
from launchwatch.messages.warnings import Warning
from launchwatch.processing.assessments.far import Calibration
from launchwatch.processing.assessments.stage import AssessmentsState, opened
from launchwatch.processing.detections.moon import from_the_moon
from launchwatch.processing.detections.stage import above_threshold
from launchwatch.processing.motion.measurements import select
from launchwatch.runtime.lane import Lane
from launchwatch.study.threats import Drawn

ON, UNBARRED, OFF, POSSIBLE, UNTYPED = "on", "unbarred", "off", "possible", "untyped"
ARMS = (ON, UNBARRED, OFF, POSSIBLE, UNTYPED)
"""All guards, the strict bar among them; all but that; without the technical filters; besides these without
`impact-probability`, or without doubts of typing."""
BEFORE_S = 30.0
SLICE_NS = 30 * NS
STRICT_HZ = 1.65e-6
"""The strict bar that is judged where the policy has none: once a week."""
WARNINGS = "warnings"
NOTICE_DAY_NS, NOTICE_KM, NOTICE_DEG = 43_200 * NS, 300.0, 20.0
"""A notice announces half a day about the lift-off, circles so wide, and a sector so wide to both sides."""


class Times(msgspec.Struct, frozen=True):
    """First warning of a launch for the own region, and the first that is confirmed, s after lift-off; null: never."""

    warning_s: float | None = None
    confirmed_s: float | None = None


class Pair(msgspec.Struct, frozen=True, kw_only=True):
    """One launch with guards and without.

    Attributes
    ----------
    number, booster_class, booster, time : which it is.
    launch_deg : centre of the cell that it rose from.
    range_km, burnout_s, impact_s : of its flight.
    announced : whether a notice that it matches was on file, in the run with guards.
    moon_plots : plots in the direction of the Moon; where there are any, processing ran twice.
    held : assessments above the low bar of the false-alarm rate.
    ranking : the highest that an assessment had by which the own region would be warned without a bar; null: none.
    times : by arm.
    """

    number: int
    booster_class: str
    booster: str
    time: str
    launch_deg: tuple[float, float]
    range_km: float
    burnout_s: float
    impact_s: float
    announced: bool
    moon_plots: int
    held: int
    ranking: float | None
    times: dict[str, Times]


def scenario_of_pair(drawn: Drawn, partner: str, number: int, moon: bool = True) -> Scenario:
    """The scenario of a launch: one partner, clouds as usual, brightness drawn, radars that can see the Moon.

    Parameters
    ----------
    moon : whether the guard `moon-in-beam` is on.
    """
    assert drawn.path.impact_s is not None
    begin_ns = drawn.launch.time_ns - round(BEFORE_S * NS)
    end_ns = drawn.launch.time_ns + round(drawn.path.impact_s * NS)
    return Scenario(
        id=f"guards-{number}",
        title="A launch that threatens a region, drawn",
        sources=("drawn",),
        partners=(partner,),
        launches=(drawn.launch,),
        window=Window(from_=format_utc(begin_ns, 0), until=format_utc(end_ns, 0)),
        purpose="test",
        weather=Weather(clouds="climatology"),
        signature=Signature(sampled=True),
        moon=True,
        guards_off=() if moon else (MOON,),
    )


def without_bars(catalog: Catalog, partners: Sequence[str], low: bool = True) -> Catalog:
    """A catalogue in which partners' policies hold nothing to a false-alarm rate; rates are stated as before.

    Parameters
    ----------
    low : whether the low bar, by which events are assessed, is taken away as well as the strict one.
    """
    changed = {}
    for policy in _policies(catalog, partners):
        warn = msgspec.structs.replace(policy.warn, far_hz=None)
        bar = msgspec.structs.replace(policy.open, far_hz=None if low else policy.open.far_hz)
        changed[policy.id] = msgspec.structs.replace(policy, warn=warn, open=bar)
    return msgspec.structs.replace(catalog, policies={**catalog.policies, **changed})


def with_strict_bar(catalog: Catalog, partners: Sequence[str]) -> Catalog:
    """A catalogue in which partners' policies have a strict bar of the false-alarm rate."""
    changed = {}
    for policy in _policies(catalog, partners):
        warn = msgspec.structs.replace(policy.warn, far_hz=policy.warn.far_hz or STRICT_HZ)
        changed[policy.id] = msgspec.structs.replace(policy, warn=warn)
    return msgspec.structs.replace(catalog, policies={**catalog.policies, **changed})


def without_typing(catalog: Catalog, partners: Sequence[str]) -> Catalog:
    """A catalogue in which partners' policies warn of whatever threatens, missile or not."""
    changed = {}
    for policy in _policies(catalog, partners):
        warn = msgspec.structs.replace(policy.warn, missile_probability=0.0)
        changed[policy.id] = msgspec.structs.replace(policy, warn=warn)
    return msgspec.structs.replace(catalog, policies={**catalog.policies, **changed})


def bars_hz(catalog: Catalog, partner: str) -> dict[str, float | None]:
    """The low and the strict bar that are judged, Hz; None: the policy has no low one."""
    policy = catalog.policies[catalog.partners[partner].policy]
    return {"low": policy.open.far_hz, "strict": policy.warn.far_hz or STRICT_HZ}


def _policies(catalog: Catalog, partners: Sequence[str]) -> list[Policy]:
    return [catalog.policies[name] for name in sorted({catalog.partners[partner].policy for partner in partners})]


def calibrated(catalog: Catalog, drawn: Drawn, partner: str) -> Calibration:
    """The calibration of the partner's chain alone.

    Raises
    ------
    CalibrationError
        There is none: the bars of the false-alarm rate could hold nothing back, and a study of them would show nothing.
    """
    scenario = scenario_of_pair(drawn, partner, 1)
    found = calibration_of(catalog, scenario, drawn.launch.id, partner, "alone")
    if found is None:
        raise CalibrationError(
            f"partner {partner}: its chain has no calibration, so no bar can act; make one with `study calibrate`"
        )
    return found


def play_pair(catalog: Catalog, drawn: Drawn, partner: str, number: int, seed: int, calibration: Calibration) -> Pair:
    """Play a launch once, through the chain without guards, and again with them where one has acted.

    Parameters
    ----------
    number : of the launch, from 1; a notice is on file for those of even number.
    seed : of the draws of sensors.
    """
    launch, path = drawn
    booster = catalog.boosters[launch.booster]
    assert path.impact_s is not None
    assert path.range_km is not None
    truth = truth_of(launch, booster, path)
    bare, guarded = scenario_of_pair(drawn, partner, number, moon=False), scenario_of_pair(drawn, partner, number)
    open_catalog = without_bars(catalog, [partner])
    observed = observe(catalog, guarded, seed, [(launch, path)], None)
    inputs = observed.own[partner]
    announced = number % 2 == 0
    filed = [_filed(notice_of(truth, observed.start_ns), observed.start_ns)] if announced else []
    bar_hz = catalog.policies[catalog.partners[partner].policy].open.far_hz
    possible = msgspec.structs.replace(bare, guards_off=(MOON, PROBABILITY))
    with_guards = {
        ON: Arm(with_strict_bar(catalog, [partner]), guarded, partner, bar_hz, filed),
        UNBARRED: Arm(open_catalog, guarded, partner, bar_hz, filed),
    }
    arms = {
        **with_guards,
        OFF: Arm(open_catalog, bare, partner),
        POSSIBLE: Arm(open_catalog, possible, partner),
        UNTYPED: Arm(without_typing(open_catalog, [partner]), bare, partner),
    }
    lane = processing(open_catalog, bare, partner, calibration)
    told, until_ns = drive(lane, inputs, observed.stop_ns, list(arms.values()), truth)
    moon_plots = _moon_plots(inputs, until_ns)
    if moon_plots:
        with_guards = {name: arm.again() for name, arm in with_guards.items()}
        lane = processing(open_catalog, guarded, partner, calibration)
        drive(lane, inputs, observed.stop_ns, list(with_guards.values()), truth)
    return Pair(
        number=number,
        booster_class=booster.booster_class,
        booster=booster.id,
        time=launch.time,
        launch_deg=truth.launch_deg,
        range_km=round(path.range_km, 1),
        burnout_s=round(path.burnout_s, 1),
        impact_s=round(path.impact_s, 1),
        announced=announced,
        moon_plots=moon_plots,
        held=sum(bar_hz is not None and one.far_hz is not None and one.far_hz > bar_hz for one in told),
        ranking=arms[OFF].ranking,
        times={name: arm.times for name, arm in (arms | with_guards).items()},
    )


def processing(catalog: Catalog, scenario: Scenario, partner: str, calibration: Calibration) -> Lane:
    """A partner's chain from observations to assessments."""
    chain = stages(catalog, scenario, partner, 0, calibration=calibration)
    name = lane_name(next(iter(scenario.cases)), partner, "alone")
    return Lane(name, partner, scenario.purpose, [one for one in chain if one.topic in CUEING_STAGES], None)


def notice_of(truth: FlightTruth, sent_ns: int) -> Notice:
    """A notice that announces a flight in all that a form can say."""
    azimuth = truth.azimuth_deg
    assert truth.impact_deg is not None
    return Notice(
        notice="announced",
        agreement="hcoc",
        sender="zz",
        classes=(truth.booster_class,),
        window_from_ns=sent_ns - NOTICE_DAY_NS,
        window_until_ns=sent_ns + NOTICE_DAY_NS,
        launch_area=NoticeArea(lat_deg=truth.launch_deg[0], lon_deg=truth.launch_deg[1], radius_km=NOTICE_KM),
        azimuths_deg=((azimuth - NOTICE_DEG) % 360.0, (azimuth + NOTICE_DEG) % 360.0),
        impact_area=NoticeArea(lat_deg=truth.impact_deg[0], lon_deg=truth.impact_deg[1], radius_km=NOTICE_KM),
    )


class Arm:
    """The warnings stage of one arm, in a lane of its own over assessments that another lane made.

    Parameters
    ----------
    bar_hz : the low bar, to which the assessments, made without it, are held here; None: to none.
    filed : notices on file from the beginning.
    """

    def __init__(
        self,
        catalog: Catalog,
        scenario: Scenario,
        partner: str,
        bar_hz: float | None = None,
        filed: Sequence[Envelope] = (),
    ) -> None:
        self._made_of = catalog, scenario, partner, bar_hz, filed
        stage = next(one for one in stages(catalog, scenario, partner, 0) if one.topic == WARNINGS)
        assert isinstance(stage, WarningsStage)
        self.region, self.policy, self.bar_hz = stage.own, stage.policies[stage.own], bar_hz
        self.lane = Lane(WARNINGS, partner, scenario.purpose, [stage], None)
        self.times = Times()
        self.ranking: float | None = None
        self._opened = AssessmentsState(0, [])
        for notice in filed:
            self.lane.receive(notice)

    def again(self) -> Arm:
        """The same arm, which has heard nothing."""
        return Arm(*self._made_of)

    @property
    def over(self) -> bool:
        """Whether there is nothing more to be timed."""
        return self.times.confirmed_s is not None

    def hear(self, now: int, assessed: Sequence[Envelope], truth: FlightTruth) -> list[Envelope]:
        """Step it over what was assessed at a tick; keep when the launch was first warned of, and confirmed."""
        told: list[Assessment] = []
        for one in assessed:
            assert isinstance(one.payload, Assessment)
            told.append(one.payload)
            if opened(self._opened, one.payload, self.bar_hz):
                self.lane.receive(one)
        made = self.lane.tick(now)
        for envelope in made:
            warning = envelope.payload
            assert isinstance(warning, Warning)
            if warning.region != self.region or warning.kind == "cancel":
                continue
            if launch_of_assessment(warning.assessment, [truth]) is None:
                continue
            at_s = (now - truth.time_ns) / NS
            first = self.times.warning_s if self.times.warning_s is not None else at_s
            confirmed = self.times.confirmed_s
            self.times = Times(first, at_s if confirmed is None and warning.confirmed else confirmed)
        self._rank(told, truth)
        return made

    def _rank(self, assessed: Sequence[Assessment], truth: FlightTruth) -> None:
        for one in assessed:
            threat, _ = threat_to(one, self.region, self.policy)
            if one.ranking is None or not conditions_met(one, self.policy, threat):
                continue
            if launch_of_assessment(one, [truth]) is not None:
                self.ranking = one.ranking if self.ranking is None else max(self.ranking, one.ranking)


def drive(
    lane: Lane, inputs: Sequence[Envelope], stop_ns: int, arms: Sequence[Arm], truth: FlightTruth
) -> tuple[list[Assessment], int]:
    """Drive a chain until every arm has confirmed, or to the end; its assessments, and until when it went."""
    driven = Driven(lane, inputs, stop_ns)
    told: list[Assessment] = []
    done, until_ns = 0, truth.time_ns
    while until_ns < stop_ns and not all(arm.over for arm in arms):
        until_ns = min(until_ns + SLICE_NS, stop_ns)
        driven.drive(until_ns)
        fresh = [e for e in driven.outputs[done:] if isinstance(e.payload, Assessment)]
        done = len(driven.outputs)
        told += [e.payload for e in fresh if isinstance(e.payload, Assessment)]
        for now, group in groupby(fresh, key=lambda e: e.emitted_ns):
            assessed = list(group)
            for arm in arms:
                arm.hear(now, assessed, truth)
    return told, until_ns


def _moon_plots(inputs: Sequence[Envelope], until_ns: int) -> int:
    """Plots that the guard `moon-in-beam` puts aside among what arrived by an epoch."""
    found = 0
    for envelope in inputs:
        look = envelope.payload
        if envelope.received_ns <= until_ns and isinstance(look, RadarLook) and len(look.sequence):
            strong = select(look, above_threshold(look))
            assert isinstance(strong, RadarLook)
            found += int(from_the_moon(strong).sum())
    return found


def _filed(notice: Notice, at_ns: int) -> Envelope:
    return Envelope(
        id="notice/1",
        topic="notices",
        sequence=1,
        valid_ns=at_ns,
        observed_ns=at_ns,
        received_ns=at_ns,
        emitted_ns=at_ns,
        purpose="test",
        origin=("simulated",),
        lineage=(),
        payload=notice,
    )


def delays(pairs: Sequence[Pair], before: str, after: str, key: str) -> Mapping[int, float]:
    """How much later the arm `after` says something than `before`, s, by number of the launch, where both do."""
    found = {}
    for one in pairs:
        first, second = getattr(one.times[before], key), getattr(one.times[after], key)
        if first is not None and second is not None:
            found[one.number] = second - first
    return found
