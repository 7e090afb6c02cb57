"""The warnings stage: the life cycle new, update, final, cancel of the warnings for each region.

A warning opens when all conditions of the policy hold together and is cancelled when the threat has all but gone; the
two bars lie apart, so that a statement does not flicker. A cancelled one reopens as an update that supersedes the
cancel, when the conditions hold again and the interval of updates has passed. What a partner warns of enters as a
report, never as a detection, and the newest version of it counts, in whatever order they arrive. Pre-launch notices are
filed; what they match is shown on warnings, and holds none back.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import msgspec
import numpy as np

from launchwatch.catalog.schema import Policy
from launchwatch.control.warnings.findings.confidence import GONE_BELOW
from launchwatch.control.warnings.findings.findings import Known, file_notice, follow, nothing_known, shown
from launchwatch.control.warnings.receiving import Rank, key_of, rank
from launchwatch.core.arrays import FloatArray
from launchwatch.core.frames import enu_axes
from launchwatch.core.geodesy import itrf_from_geodetic
from launchwatch.messages.assessments import Assessment, GroundPoint, missile_probability
from launchwatch.messages.control import Notice
from launchwatch.messages.events import EventStatus
from launchwatch.messages.items import Item, Output
from launchwatch.messages.releases import Release
from launchwatch.messages.warnings import Warning

S = 1_000_000_000
VALID_S = 300.0  # a statement ends so long after its next update would have been due
SAME_LAUNCH_S = 120.0
PROBABILITY, SILENCE = "impact-probability", "silence-ends"
EXCLUDED_BELOW = 1e-3
SAME_LAUNCH_M = 150e3
OVERFLIGHT = "flight over the region"
ENDED: tuple[EventStatus, ...] = ("final", "cancel")


class Standing(msgspec.Struct):
    """What stands for one event and region.

    Attributes
    ----------
    number : versions said so far; `said_ns` when the last was.
    confirmed : whether a version was; a confirmation is not taken back but by a cancel.
    kind : of the last version.
    said : the assessment that the last version rests on.
    """

    event: str
    region: str
    number: int
    confirmed: bool
    kind: EventStatus
    said_ns: int
    said: Assessment


class WarningsState(msgspec.Struct):
    """State of the stage: what stands, what is known beside it, and the newest version of each partner's warnings."""

    standing: list[Standing]
    known: Known = msgspec.field(default_factory=nothing_known)
    reports: dict[str, Rank] = msgspec.field(default_factory=dict)


class WarningsStage:
    """Assessments, partners' warnings and notices in, warnings out (a stage of `launchwatch.ports`).

    Parameters
    ----------
    policies : policy of the centre of each region that this node warns; its own region is the first.
    trust : what a partner's warning may do here: `open` one, or nothing.
    without : guards that are left out.
    """

    topic = "warnings"
    consumes: tuple[type, ...] = (Notice, Assessment, Release)

    def __init__(self, policies: dict[str, Policy], trust: Sequence[str], without: Collection[str] = ()) -> None:
        self.policies, self.trust = policies, tuple(trust)
        self.possible, self.stands = PROBABILITY in without, SILENCE in without
        self.own = next(iter(policies))

    def start(self) -> WarningsState:
        """A stage that has seen nothing."""
        return WarningsState([])

    def due(self, state: WarningsState) -> int | None:
        """It has no timers."""
        return None

    def step(self, state: WarningsState, inputs: Sequence[Item], now: int) -> tuple[WarningsState, list[Output]]:
        """Apply each region's policy to each assessment."""
        outputs = []
        for item in inputs:
            payload = item.payload
            if isinstance(payload, Notice):
                file_notice(state.known, payload)
            elif isinstance(payload, Assessment):
                found = follow(state.known, payload, self.policies, now)
                for region, policy in self.policies.items():
                    made = self._judge(state, payload, region, policy, now, "")
                    if made is not None:
                        outputs.append(Output(shown(made, found[region]), now, (item.id,)))
            elif isinstance(payload.item, Warning) and "open" in self.trust and payload.item.region == self.own:
                made = self._report(state, payload, now)
                if made is not None:
                    own = {self.own: self.policies[self.own]}
                    found = follow(state.known, made.assessment, own, now, own=False)
                    outputs.append(Output(shown(made, found[self.own]), now, (item.id,)))
        return state, outputs

    def _report(self, state: WarningsState, release: Release, now: int) -> Warning | None:
        """A partner's warning: it opens or follows one of its own here, unless own assessments speak of that launch."""
        told = release.item
        assert isinstance(told, Warning)
        name, newest = "/".join(key_of(release)), rank(release)
        if name in state.reports and newest <= state.reports[name]:
            return None  # repeated, or superseded before it came
        state.reports[name] = newest
        for standing in state.standing:
            if standing.region == self.own and standing.event != told.event and same_launch(
                standing.said, told.assessment
            ):
                return None
        policy = self.policies[self.own]
        return self._judge(state, told.assessment, self.own, policy, now, f"reported by {release.sender}")

    def _judge(
        self, state: WarningsState, assessment: Assessment, region: str, policy: Policy, now: int, source: str
    ) -> Warning | None:
        """The next version for one event and region, or None when there is nothing new to say."""
        standing = next((s for s in state.standing if s.event == assessment.event and s.region == region), None)
        threat, why = threat_to(assessment, region, policy)
        if self.possible:
            threat, why = possible_threat(assessment, threat), "not certain to fall outside of the region"
        sensor = confirming_sensor(assessment, policy)
        if standing is None:
            if assessment.merged_into is not None or not conditions_met(assessment, policy, threat):
                return None
            standing = Standing(assessment.event, region, 0, False, "new", now, assessment)
            state.standing.append(standing)
            return self._speak(standing, assessment, "new", sensor, _reason(why, source), now, policy)
        waited = now - standing.said_ns >= policy.update_min_interval_s * S
        if standing.kind == "cancel" and waited and assessment.status in ("new", "update"):
            if conditions_met(assessment, policy, threat):
                told = _reason(f"reopened: {why}", source)
                return self._speak(standing, assessment, "update", sensor, told, now, policy)
            return None
        if standing.kind in ENDED:
            return None
        if assessment.merged_into is not None:
            told = f"one launch with {assessment.merged_into}"
            return self._speak(standing, assessment, "final", sensor, told, now, policy)
        # without an impact point the threat is unknown, not gone: it thrusts again, or was seen too briefly
        known = any(one.region == region for one in assessment.threats)
        gone = known and threat < GONE_BELOW * policy.warn.impact_probability
        harmless = missile_probability(assessment.typing) < GONE_BELOW * policy.warn.missile_probability
        if (gone or harmless) and not self.stands:
            return self._speak(standing, assessment, "cancel", None, "threat to the region has gone", now, policy)
        if assessment.status == "final":
            return self._speak(standing, assessment, "final", sensor, _reason(why, source), now, policy)
        confirms = sensor is not None and not standing.confirmed
        if confirms or (waited and moved(standing.said, assessment, policy.update_min_shift_sigma)):
            return self._speak(standing, assessment, "update", sensor, _reason(why, source), now, policy)
        return None

    def _speak(
        self,
        standing: Standing,
        assessment: Assessment,
        kind: EventStatus,
        sensor: str | None,
        reason: str,
        now: int,
        policy: Policy,
    ) -> Warning:
        standing.number += 1
        standing.confirmed = kind != "cancel" and (standing.confirmed or sensor is not None)
        standing.kind, standing.said_ns, standing.said = kind, now, assessment
        next_ns = now + round(policy.update_min_interval_s * S)
        return Warning(
            event=standing.event,
            number=standing.number,
            supersedes=standing.number - 1 or None,
            kind=kind,
            confirmed=standing.confirmed,
            confirming_sensor=sensor,
            reason=reason,
            region=standing.region,
            valid_until_ns=next_ns + round(VALID_S * S),
            assessment=assessment,
            next_update_ns=None if kind in ENDED else next_ns,
        )


def _reason(why: str, source: str) -> str:
    return f"{why}; {source}" if source else why


def possible_threat(assessment: Assessment, threat: float) -> float:
    """What a threat counts for where the guard `impact-probability` is left out: all, unless it has been excluded."""
    if assessment.impact is None:
        return 1.0 if assessment.basis == "observed" else 0.0
    return 1.0 if threat >= EXCLUDED_BELOW else 0.0


def threat_to(assessment: Assessment, region: str, policy: Policy) -> tuple[float, str]:
    """Probability that the region is hit, or flown over where the policy counts that, and which of the two it is."""
    found = next((t for t in assessment.threats if t.region == region), None)
    if found is None:
        return 0.0, "no impact point is known"
    if policy.overflight.enabled and found.overflight_probability > found.impact_probability:
        return found.overflight_probability, OVERFLIGHT
    return found.impact_probability, "impact in the region"


def conditions_met(assessment: Assessment, policy: Policy, threat: float) -> bool:
    """Whether all conditions of the policy to warn hold together."""
    warn = policy.warn
    return (
        threat >= warn.impact_probability
        and missile_probability(assessment.typing) >= warn.missile_probability
        and assessment.detections >= warn.min_detections
        and (assessment.burnout_ns is not None or "radar" in assessment.phenomenologies or not warn.needs_burnout)
        and rare_enough(assessment, warn.far_hz)
    )


def rare_enough(assessment: Assessment, bar_hz: float | None) -> bool:
    """Whether the stated false-alarm rate is at or below a bar; one that is not stated stands in no warning's way."""
    return bar_hz is None or assessment.far_hz is None or assessment.far_hz <= bar_hz


def confirming_sensor(assessment: Assessment, policy: Policy) -> str | None:
    """The sensor whose evidence meets the policy's rule of confirmation, or None while it is not met."""
    if policy.confirm == "any":
        return assessment.sensors[0]
    if policy.confirm == "two-sensors":
        return assessment.sensors[1] if len(assessment.sensors) > 1 else None
    return assessment.kind_sensors[1] if len(assessment.phenomenologies) > 1 else None


def moved(before: Assessment, now: Assessment, sigmas: float) -> bool:
    """Whether the impact point moved by more than `sigmas` of what was said, or its ellipse shrank to half."""
    if now.impact is None or before.impact is None:
        return (now.impact is None) != (before.impact is None)
    if now.impact.ellipse_95.semi_major_km < 0.5 * before.impact.ellipse_95.semi_major_km:
        return True
    away = _apart(before.impact, now.impact)
    return float(away @ np.linalg.solve(before.impact.covariance_m2, away)) > sigmas**2


def same_launch(a: Assessment, b: Assessment) -> bool:
    """Whether two assessments can speak of one launch: by where and when it rose, else by where and when it falls."""
    for mine, other in ((a.launch_point, b.launch_point), (a.impact, b.impact)):
        if mine is not None and other is not None:
            reach = SAME_LAUNCH_M + 1e3 * (mine.ellipse_95.semi_major_km + other.ellipse_95.semi_major_km)
            wait = SAME_LAUNCH_S + 3.0 * (mine.sigma_s + other.sigma_s)
            return bool(
                np.linalg.norm(_apart(mine, other)) < reach and abs(mine.time_ns - other.time_ns) < wait * S
            )
    return False


def _apart(a: GroundPoint, b: GroundPoint) -> FloatArray:
    """East and north (2,) from `a` to `b`, m."""
    axes = enu_axes(a.lat_deg, a.lon_deg)
    away: FloatArray = axes[:2] @ (
        itrf_from_geodetic(b.lat_deg, b.lon_deg, 0.0) - itrf_from_geodetic(a.lat_deg, a.lon_deg, 0.0)
    )
    return away
