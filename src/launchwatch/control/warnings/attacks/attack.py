"""Attack assessment: raids, assessments and the warnings that stand, made into one statement with its reasons."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import msgspec

from launchwatch.control.warnings.alerts.footprint import in_order
from launchwatch.control.warnings.alerts.public import warned_of
from launchwatch.control.warnings.attacks.doubts import LIMITS, ORDER, WORDS, Surroundings, doubts_of
from launchwatch.core.epochs import format_utc
from launchwatch.messages.alerts import DangerKind, RegionAtRisk
from launchwatch.messages.assessments import Assessment, missile_probability
from launchwatch.messages.attacks import AttackAssessment, Doubt, DoubtCode, Ground, Sureness, ThreatenedRegion
from launchwatch.messages.events import Raid
from launchwatch.messages.warnings import Warning

S = 1_000_000_000
SURENESS: tuple[tuple[float, Sureness], ...] = (
    (0.05, "remote"),
    (0.25, "unlikely"),
    (0.50, "possible"),
    (0.80, "likely"),
    (0.95, "very likely"),
    (math.inf, "almost certain"),
)
"""Words for probabilities below each bar. After the yardstick of the United Kingdom's Professional Head of Intelligence
Assessment (2019), whose gaps between words are closed here at their upper ends."""
MOST_WORDS, NAME_WORDS = 60, 4
_LENGTHS = ((4, 3, 3), (3, 2, 3), (3, 1, 2), (2, 1, 2), (1, 1, 2), (1, 0, 1))
"""How many regions, places in each, and doubts a statement names; the first row that makes it short enough."""


class _Threat(NamedTuple):
    """One event and one warned region: what it does there, and with which probability."""

    warning: Warning
    kind: DangerKind
    probability: float
    entries: tuple[RegionAtRisk, ...] | None
    first_ns: int | None


def assess_attack(
    raids: Sequence[Raid],
    assessments: Sequence[Assessment],
    warnings: Sequence[Warning],
    now_ns: int,
    number: int,
    names: Mapping[str, str],
    surroundings: Surroundings,
    footprints: Mapping[tuple[str, str], Sequence[RegionAtRisk]] | None = None,
) -> AttackAssessment | None:
    """What threatens now.

    Parameters
    ----------
    raids : newest version of each.
    assessments : newest version for each event; a warning's own is taken where there is none.
    warnings : newest version for each event and region; those that ended are passed over.
    now_ns : when the statement holds, ns TAI.
    number : of this version, counts from 1.
    names : of warning regions, in words.
    surroundings : what else bears on how sure it is.
    footprints : by event and warning region, the alert regions in danger; optional. Without them the time of a flight
        over a region is open, and an impact far from towns is not told from others.

    Returns
    -------
    AttackAssessment or None
        None where no warning stands.
    """
    standing = [warning for warning in warnings if warning.kind in ("new", "update")]
    if not standing:
        return None
    newest = {warning.event: warning.assessment for warning in standing}
    newest |= {assessment.event: assessment for assessment in assessments if assessment.event in newest}
    threats = [_threat(warning, newest[warning.event], footprints or {}) for warning in standing]
    grounds = tuple(_ground(assessment, threats) for assessment in newest.values())
    probability = _any_of(grounds)
    doubts = _told(doubts_of(list(newest.values()), surroundings))
    sureness, limited_by = _bounded(probability, doubts, len(newest))
    regions = _regions(threats, grounds, names)
    lowest, probable, highest = _count(raids, list(newest))
    return AttackAssessment(
        number=number,
        at_ns=now_ns,
        lowest=lowest,
        probable=probable,
        highest=highest,
        threatening=len(newest),
        regions=regions,
        probability=probability,
        sureness=sureness,
        limited_by=limited_by,
        doubts=doubts,
        grounds=grounds,
        statement=statement((lowest, probable, highest), len(newest), regions, sureness, doubts),
    )


def sureness_of(probability: float) -> Sureness:
    """The word for a probability."""
    return next(word for bar, word in SURENESS if probability < bar)


def _threat(
    warning: Warning, assessment: Assessment, footprints: Mapping[tuple[str, str], Sequence[RegionAtRisk]]
) -> _Threat:
    """What the newest assessment says of the warned region."""
    found = next((t for t in assessment.threats if t.region == warning.region), None)
    falls = found.impact_probability if found is not None else 0.0
    passes = found.overflight_probability if found is not None else 0.0
    kind = warned_of(warning)
    seen = footprints.get((warning.event, warning.region))
    entries = None if seen is None else tuple(entry for entry in seen if entry.kind == kind)
    first = min((entry.earliest_ns for entry in entries or ()), default=None)
    impact = assessment.impact
    if kind == "impact" and first is None and impact is not None:
        first = impact.time_ns - round(2.0 * impact.sigma_s * S)
    return _Threat(warning, kind, passes if kind == "overflight" else falls, entries, first)


def _ground(assessment: Assessment, threats: Iterable[_Threat]) -> Ground:
    mine = [threat for threat in threats if threat.warning.event == assessment.event]
    return Ground(
        event=assessment.event,
        missile=min(max(missile_probability(assessment.typing), 0.0), 1.0),
        threat=max(threat.probability for threat in mine),
        confirmed=any(threat.warning.confirmed for threat in mine),
        basis=assessment.basis,
        phenomenologies=assessment.phenomenologies,
        sensors=assessment.sensors,
        detections=assessment.detections,
    )


def _any_of(grounds: Iterable[Ground]) -> float:
    """Probability that at least one event is a missile and does what is warned of.

    Events that two kinds of sensor saw count as independent. Those of one kind may share one error, a glint or a wrong
    signal: of them all the greatest counts.
    """
    shared, none = 0.0, 1.0
    for ground in grounds:
        chance = ground.missile * ground.threat
        if len(ground.phenomenologies) > 1:
            none *= 1.0 - chance
        else:
            shared = max(shared, chance)
    return 1.0 - none * (1.0 - shared)


def _told(found: Mapping[DoubtCode, tuple[str, ...]]) -> tuple[Doubt, ...]:
    """Doubts in order; that there is one kind of sensor only goes without saying where there is one sensor only."""
    if found.get("one-kind") == found.get("one-sensor"):
        found = {code: events for code, events in found.items() if code != "one-kind"}
    return tuple(Doubt(code=code, words=WORDS[code], events=found[code]) for code in ORDER if code in found)


def _bounded(probability: float, doubts: Sequence[Doubt], events: int) -> tuple[Sureness, DoubtCode | None]:
    """The word for a probability, no higher than a doubt about every event lets it be; and that doubt."""
    words = [word for _, word in SURENESS]
    level, limited_by = words.index(sureness_of(probability)), None
    for doubt in doubts:
        limit = LIMITS.get(doubt.code)
        if limit is not None and len(doubt.events) == events and words.index(limit) < level:
            level, limited_by = words.index(limit), doubt.code
    return words[level], limited_by


def _regions(
    threats: Sequence[_Threat], grounds: Sequence[Ground], names: Mapping[str, str]
) -> tuple[ThreatenedRegion, ...]:
    by_event = {ground.event: ground for ground in grounds}
    found = []
    for region in dict.fromkeys(threat.warning.region for threat in threats):
        mine = [threat for threat in threats if threat.warning.region == region]
        falling = [threat for threat in mine if threat.kind == "impact"] or mine
        times = [threat.first_ns for threat in falling if threat.first_ns is not None]
        own = [
            msgspec.structs.replace(by_event[threat.warning.event], threat=threat.probability) for threat in falling
        ]
        found.append(
            ThreatenedRegion(
                region=region,
                name=names.get(region, region),
                kind=falling[0].kind,
                places=_places(falling),
                first_ns=min(times, default=None),
                probability=_any_of(own),
                events=tuple(threat.warning.event for threat in mine),
            )
        )
    return tuple(sorted(found, key=lambda r: (r.first_ns is None, r.first_ns or 0, r.region)))


def _places(threats: Sequence[_Threat]) -> tuple[str, ...] | None:
    """Names of alert regions, the earliest first; None where the footprint of an event is not known."""
    found: list[RegionAtRisk] = []
    for threat in threats:
        if threat.entries is None:
            return None
        found += threat.entries
    return tuple(dict.fromkeys(entry.name for entry in in_order(found)))


def _count(raids: Sequence[Raid], events: Sequence[str]) -> tuple[int, int, int]:
    """Launches: of the raids that hold a threatening event, and of those events that are in none."""
    mine = [raid for raid in raids if set(raid.events) & set(events)]
    single = sum(1 for event in events if not any(event in raid.events for raid in mine))
    return (
        single + sum(raid.lowest for raid in mine),
        single + sum(raid.probable for raid in mine),
        single + sum(raid.highest for raid in mine),
    )


def statement(
    count: tuple[int, int, int],
    threatening: int,
    regions: Sequence[ThreatenedRegion],
    sureness: Sureness,
    doubts: Sequence[Doubt],
) -> str:
    """All that matters, in at most `MOST_WORDS` words.

    Parameters
    ----------
    count : lowest, probable and highest number of launches.
    threatening : how many events threaten.
    regions, sureness, doubts : as in `AttackAssessment`.
    """
    lowest, probable, highest = count
    head = f"{probable} launch{'es' if probable != 1 else ''}"
    if (lowest, highest) != (probable, probable):
        head += f" ({lowest} to {highest})"
    if threatening != probable:
        head += f", {threatening} threatening"
    for most_regions, most_places, most_doubts in _LENGTHS:
        places = "; ".join(_place(region, most_places) for region in regions[:most_regions])
        if len(regions) > most_regions:
            places += f"; {len(regions) - most_regions} more"
        reasons = "; ".join(doubt.words for doubt in doubts[:most_doubts]) or "none known"
        if len(doubts) > most_doubts:
            reasons += f"; {len(doubts) - most_doubts} more"
        text = f"{head}. Threatened: {places}. How sure: {sureness}. Doubts: {reasons}."
        if len(text.split()) <= MOST_WORDS:
            break
    return text


def _place(region: ThreatenedRegion, most: int) -> str:
    """Like `Japan (Aomori, Hokkaido), impact from 21:07 UTC`."""
    text = _short(region.name)
    if region.places:
        named = ", ".join(_short(name) for name in region.places[:most])
        rest = len(region.places) - most
        if named:
            text += f" ({named} and {rest} more)" if rest > 0 else f" ({named})"
    elif region.places is not None and region.kind == "impact":
        text += ", far from towns"
    what = "impact" if region.kind == "impact" else "flight over it"
    if region.first_ns is None:
        return f"{text}, {what}, time open"
    return f"{text}, {what} from {format_utc(region.first_ns - region.first_ns % S, 0)[11:16]} UTC"


def _short(name: str) -> str:
    return " ".join(name.split()[:NAME_WORDS])
