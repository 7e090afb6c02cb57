"""What the public is told of a warning: which stage, which regions, when, and the prepared text filled in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from launchwatch.catalog.texts import PublicText, filled
from launchwatch.control.warnings.alerts.footprint import Footprint
from launchwatch.control.warnings.stage import OVERFLIGHT
from launchwatch.core.epochs import format_utc
from launchwatch.messages.alerts import Alert, AlertStage, DangerKind, RegionAtRisk
from launchwatch.messages.warnings import Warning

S = 1_000_000_000
MINUTE_NS = 60 * S
UNBOUND_NS = 20 * MINUTE_NS
"""So long an alert holds that no warning of the machine gives times to."""
HEADLINE_REGIONS = 4
"""More regions than these are counted, not named, in a headline."""


def stage_of(warning: Warning, regions: Sequence[RegionAtRisk], now_ns: int, before: AlertStage | None) -> AlertStage:
    """The stage of a flight that a warning version tells of.

    Parameters
    ----------
    warning : the version.
    regions : those that it endangers.
    now_ns : when it is told, ns TAI.
    before : the stage that was told last, or None.

    Returns
    -------
    AlertStage
        `passed` where it is observed after the last time at which it may be over any of them; `fell` where it is
        observed after the last time at which it may come down. What is not observed has not passed: it is `lost` once
        the tracking of it ended. Once it was seen to pass or fall it stays so when it is out of sight.
    """
    assessment = warning.assessment
    if warning.kind == "cancel":
        return "cancelled"
    if assessment.basis != "observed":
        if before in ("passed", "fell"):
            return before
        return "lost" if assessment.basis == "lost" or warning.kind == "final" else "launch"
    falling = [entry for entry in regions if entry.kind == "impact"]
    impact = assessment.impact
    if impact is not None and now_ns > impact.time_ns + round(2.0 * impact.sigma_s * S):
        return "fell"
    if regions and not falling and now_ns > max(entry.latest_ns for entry in regions):
        return "passed"
    return "launch"


def alert_of(
    warning: Warning,
    found: Footprint,
    stage: AlertStage,
    texts: Mapping[str, PublicText],
    whole: str,
    number: int,
    now_ns: int,
) -> Alert:
    """The alert for one version of a warning.

    Parameters
    ----------
    warning : the version; its region is the warning region of a partner.
    found : footprint of its assessment.
    stage : from `stage_of`.
    texts : prepared texts by stage.
    whole : name of the partner: what is named where no region of it is in the footprint.
    number : of the alert, counts from 1.
    now_ns : when it is told, ns TAI.

    Raises
    ------
    KeyError
        There is no text for the stage.
    """
    assessment = warning.assessment
    launched = assessment.first_detection_ns if assessment.launch_point is None else assessment.launch_point.time_ns
    alert = _composed(
        warning.event,
        warning.region,
        stage,
        found.regions or (_whole(warning, whole, now_ns),),
        texts,
        number,
        launched + MINUTE_NS // 2,
        now_ns,
    )
    return msgspec.structs.replace(
        alert,
        warning=warning.number,
        basis=assessment.basis,
        outlines=found.outlines,
        expires_ns=max(warning.valid_until_ns, alert.expires_ns),
    )


def unbound_alert(
    event: str,
    region: str,
    whole: str,
    stage: AlertStage,
    named: tuple[RegionAtRisk, ...],
    texts: Mapping[str, PublicText],
    number: int,
    now_ns: int,
) -> Alert:
    """An alert that rests on no warning of the machine: what goes out where the guard `event-bound` is left out.

    Parameters
    ----------
    event : what a person called an event.
    region, whole : the warning region, and the name of the country.
    named : regions that are warned; the whole country where there are none.
    """
    regions = named or (
        RegionAtRisk(
            region=region, name=whole, kind="impact", probability=1.0, earliest_ns=now_ns,
            latest_ns=now_ns + UNBOUND_NS,
        ),
    )  # fmt: skip
    return _composed(event, region, stage, regions, texts, number, now_ns, now_ns)


def _composed(
    event: str,
    region: str,
    stage: AlertStage,
    regions: tuple[RegionAtRisk, ...],
    texts: Mapping[str, PublicText],
    number: int,
    launched_ns: int,
    now_ns: int,
) -> Alert:
    """The alert of a stage in its prepared words; it rests on no warning yet."""
    text = texts[stage]
    sentences = []
    for kind, sentence in (("impact", text.impact), ("overflight", text.overflight)):
        members = [entry for entry in regions if entry.kind == kind]
        if sentence and members:
            sentences.append(filled(sentence, {"regions": listed(members), **_times(members)}))
    values = {"regions": listed(regions), "launched": clock(launched_ns), "expected": " ".join(sentences)}
    return Alert(
        alert=f"{event}/{region}",
        event=event,
        number=number,
        supersedes=number - 1 or None,
        warning=0,
        stage=stage,
        basis="predicted",
        regions=regions,
        outlines=(),
        language=text.language,
        headline=filled(text.headline, {"regions": listed(regions, HEADLINE_REGIONS)}),
        description=filled(text.description, values),
        instruction=text.instruction,
        sent_ns=now_ns,
        expires_ns=max(entry.latest_ns for entry in regions),
    )


def warned_of(warning: Warning) -> DangerKind:
    """What a warning is about: an impact in its region, or a flight over it."""
    return "overflight" if warning.reason.startswith(OVERFLIGHT) else "impact"


def _whole(warning: Warning, name: str, now_ns: int) -> RegionAtRisk:
    """The whole warning region, where the danger area holds no place of it: far out at sea, or in empty country."""
    assessment = warning.assessment
    threat = next((t for t in assessment.threats if t.region == warning.region), None)
    falls = threat.impact_probability if threat is not None else 0.0
    passes = threat.overflight_probability if threat is not None else 0.0
    kind = warned_of(warning)
    begin = assessment.first_detection_ns if assessment.launch_point is None else assessment.launch_point.time_ns
    impact = assessment.impact
    if impact is None:
        earliest, latest = min(begin, now_ns), max(warning.valid_until_ns, now_ns)
    else:
        spread = round(2.0 * impact.sigma_s * S)
        earliest = impact.time_ns - spread if kind == "impact" else begin
        latest = impact.time_ns + spread
    return RegionAtRisk(
        region=warning.region,
        name=name,
        kind=kind,
        probability=passes if kind == "overflight" else falls,
        earliest_ns=earliest,
        latest_ns=latest,
    )


def listed(regions: Sequence[RegionAtRisk], most: int | None = None) -> str:
    """Names in order of time, like `Aomori, Iwate and Hokkaido`; beyond `most` of them the rest is counted."""
    names = list(dict.fromkeys(entry.name for entry in regions))
    if most is not None and len(names) > most:
        rest = len(names) - most
        names = [*names[:most], f"{rest} other region{'s' if rest > 1 else ''}"]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _times(regions: Sequence[RegionAtRisk]) -> dict[str, str]:
    """From when until when, in whole minutes that hold the times."""
    latest = max(entry.latest_ns for entry in regions)
    return {
        "earliest": clock(min(entry.earliest_ns for entry in regions)),
        "latest": clock(latest + MINUTE_NS - 1),
    }


def clock(ns: int) -> str:
    """The minute that an epoch lies in, UTC, like `21:07`."""
    return format_utc(ns - ns % S, 0)[11:16]
