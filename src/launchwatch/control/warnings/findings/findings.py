"""What a centre holds of each event beside its warnings: notice matched, confidence, burst feared, what is settled.

The findings stage tells it, whether or not a warning is due; the warnings stage shows it on what it says.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import msgspec

from launchwatch.catalog.schema import Policy
from launchwatch.control.warnings.findings.burst import burst_of
from launchwatch.control.warnings.findings.confidence import (
    GONE_BELOW,
    arc_s,
    confidence_of,
    impact_probability,
)
from launchwatch.control.warnings.findings.notices import Matched, nearest, on_file
from launchwatch.messages.assessments import Assessment, Confidence, missile_probability
from launchwatch.messages.control import Notice
from launchwatch.messages.items import Item, Output
from launchwatch.messages.warnings import Burst, Finding, Match, Warning


class Held(msgspec.Struct):
    """What is held of one event that goes on: the newest assessment, and the hypothesis of a burst by region."""

    assessment: Assessment
    bursts: dict[str, Burst]


class Known(msgspec.Struct):
    """Notices on file, the events that each answers for, and what is held of events that go on."""

    notices: list[Notice]
    answered: dict[str, list[str]]
    held: dict[str, Held]


class Found(NamedTuple):
    """What the policy of a region makes of an event."""

    matched: Matched | None
    confidence: Confidence
    burst: Burst

    @property
    def match(self) -> Match:
        """Whether it is the launch of a notice."""
        return "none" if self.matched is None else self.matched.match

    @property
    def notice(self) -> str | None:
        """The notice that it comes nearest to."""
        return None if self.matched is None else self.matched.notice


def nothing_known() -> Known:
    """No notice on file, no event."""
    return Known([], {}, {})


def file_notice(known: Known, notice: Notice) -> None:
    """Put a notice on file."""
    known.notices = on_file(known.notices, notice)
    names = {one.notice for one in known.notices}
    known.answered = {name: events for name, events in known.answered.items() if name in names}


def follow(
    known: Known, assessment: Assessment, policies: Mapping[str, Policy], now: int, own: bool = True
) -> dict[str, Found]:
    """What the policies of regions make of an event; the first policy is that by which notices are matched.

    A notice that is matched in full answers for the event from now on. An event that has ended is held no longer. What
    is not the `own` event but a partner's may be an own one under another name: it takes no notice from others.
    """
    rule = next(iter(policies.values())).notices
    matched = nearest(assessment, known.notices, known.answered, rule)
    match: Match = "none" if matched is None else matched.match
    if own:
        _answer(known, assessment, matched)
    held = known.held.setdefault(assessment.event, Held(assessment, {}))
    held.assessment = assessment
    found = {}
    for region, policy in policies.items():
        burst = held.bursts[region] = burst_of(assessment, region, policy.burst, held.bursts.get(region), now)
        found[region] = Found(matched, confidence_of(assessment, region, policy, match), burst)
    if assessment.status in ("final", "cancel"):
        del known.held[assessment.event]
    return found


def shown(warning: Warning, found: Found) -> Warning:
    """A warning that shows what is found of its event."""
    return msgspec.structs.replace(
        warning,
        confidence=found.confidence,
        notice=found.notice,
        notice_match=found.match,
        burst=found.burst,
    )


def _answer(known: Known, assessment: Assessment, matched: Matched | None) -> None:
    """Keep the events that each notice answers for: of one that merged, the event that goes on for both."""
    event, merged = assessment.event, assessment.merged_into
    full = matched.notice if matched is not None and matched.match == "full" else None
    over = assessment.status == "cancel" or merged is not None
    for name, events in known.answered.items():
        if event in events and (name != full or over):
            events.remove(event)
            if merged is not None and merged not in events:
                events.append(merged)
    if full is not None and not over:
        events = known.answered.setdefault(full, [])
        if event not in events:
            events.append(event)


class FindingsState(msgspec.Struct):
    """State of the stage: what is known, and by event the last finding that was told."""

    known: Known
    told: dict[str, Finding]


class FindingsStage:
    """Assessments and notices in, findings for the own region out (a stage of `launchwatch.ports`).

    Parameters
    ----------
    region, policy : the own warning region, and the policy of the centre.
    """

    topic = "findings"
    consumes: tuple[type, ...] = (Notice, Assessment)

    def __init__(self, region: str, policy: Policy) -> None:
        self.region, self.policy = region, policy

    def start(self) -> FindingsState:
        """A stage that has heard nothing."""
        return FindingsState(nothing_known(), {})

    def due(self, state: FindingsState) -> int | None:
        """It has no timers."""
        return None

    def step(self, state: FindingsState, inputs: Sequence[Item], now: int) -> tuple[FindingsState, list[Output]]:
        """Judge each assessment, and with a new notice all events that go on."""
        outputs = []
        for item in inputs:
            judged = [item.payload]
            if isinstance(item.payload, Notice):
                file_notice(state.known, item.payload)
                judged = [held.assessment for held in state.known.held.values()]
            for assessment in judged:
                finding = self._tell(state, assessment, now)
                if finding is not None:
                    outputs.append(Output(finding, now, (item.id,)))
        return state, outputs

    def _tell(self, state: FindingsState, assessment: Assessment, now: int) -> Finding | None:
        """The finding of an event where it says something new.

        The first one is told of what may be a missile or matches a notice; others whenever match, confidence,
        hypothesis or what is settled change, or the impact ellipse has shrunk to half.
        """
        policy, region = self.policy, self.region
        found = follow(state.known, assessment, {region: policy}, now)[region]
        threat = impact_probability(assessment, region)
        gone = threat is not None and threat < GONE_BELOW * policy.warn.impact_probability
        before = state.told.get(assessment.event)
        finding = Finding(
            event=assessment.event,
            version=assessment.version,
            region=region,
            number=1 if before is None else before.number + 1,
            notice=found.notice,
            notice_match=found.match,
            criteria=() if found.matched is None else found.matched.criteria,
            confidence=found.confidence,
            burst=found.burst,
            impact_probability=threat,
            settled=gone and found.burst.state == "excluded",
            arc_s=arc_s(assessment),
            launch_ellipse=None if assessment.launch_point is None else assessment.launch_point.ellipse_95,
            impact_ellipse=None if assessment.impact is None else assessment.impact.ellipse_95,
        )
        if assessment.status in ("final", "cancel"):
            state.told.pop(assessment.event, None)
        if before is None:
            if missile_probability(assessment.typing) < policy.warn.missile_probability and found.match == "none":
                return None
        elif _said(before) == _said(finding) and not _sharper(before, finding):
            return None
        if assessment.status not in ("final", "cancel"):
            state.told[assessment.event] = finding
        return finding


def _sharper(before: Finding, now: Finding) -> bool:
    """Whether the impact ellipse has shrunk to half, or is known at last."""
    if now.impact_ellipse is None or before.impact_ellipse is None:
        return now.impact_ellipse is not None
    return now.impact_ellipse.semi_major_km < 0.5 * before.impact_ellipse.semi_major_km


def _said(finding: Finding) -> Sequence[object]:
    """What of a finding is worth telling when it changes."""
    return finding.notice, finding.notice_match, finding.confidence, finding.burst.state, finding.settled
