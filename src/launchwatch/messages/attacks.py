"""Attack assessment: how many launches, what they threaten, how sure that is and why, in words for those who decide."""

from __future__ import annotations

from typing import Literal

import msgspec

from launchwatch.messages.alerts import DangerKind
from launchwatch.messages.assessments import Basis
from launchwatch.messages.tracks import Phenomenology

Sureness = Literal["remote", "unlikely", "possible", "likely", "very likely", "almost certain"]
DoubtCode = Literal[
    "one-sensor", "one-kind", "sun-glint", "notice-on-file", "typing-open", "lost", "impact-open", "large-ellipse",
    "short-arc", "health-degraded", "not-calibrated", "partner-saw-nothing",
]  # fmt: skip


class Doubt(msgspec.Struct, frozen=True, kw_only=True):
    """One source of doubt: its code, the same in words, and the events that it is about; none: it is about all."""

    code: DoubtCode
    words: str
    events: tuple[str, ...]


class ThreatenedRegion(msgspec.Struct, frozen=True, kw_only=True):
    """A warning region that is threatened.

    Attributes
    ----------
    region, name : identifier, and in words.
    kind : impact in it, or flight over it.
    places : names of alert regions in the danger area, the earliest first; none where it holds no place with people,
        null where no footprint was made.
    first_ns : earliest time of an impact in it, or of a passage, ns TAI; null where that is not known.
    probability : that at least one object that is a missile does so.
    events : those that threaten it.
    """

    region: str
    name: str
    kind: DangerKind
    places: tuple[str, ...] | None
    first_ns: int | None
    probability: float
    events: tuple[str, ...]


class Ground(msgspec.Struct, frozen=True, kw_only=True):
    """What one event contributes: the figures behind `probability`, for the review.

    Attributes
    ----------
    missile : probability that it is a missile.
    threat : greatest probability that it falls in a warned region, or passes over one that is warned of that.
    confirmed : whether a warning of it is.
    """

    event: str
    missile: float
    threat: float
    confirmed: bool
    basis: Basis
    phenomenologies: tuple[Phenomenology, ...]
    sensors: tuple[str, ...]
    detections: int


class AttackAssessment(msgspec.Struct, frozen=True, tag="attack", kw_only=True):
    """One version of the assessment of all that threatens now.

    Attributes
    ----------
    number : counts from 1.
    at_ns : when it holds, ns TAI.
    lowest, probable, highest : number of launches of the raids that threaten.
    threatening : events with a standing warning.
    regions : what is threatened, the earliest first.
    probability : that at least one event is a missile and does what is warned of.
    sureness : the same in a word, by stated thresholds, and no more than the evidence bears.
    limited_by : the source of doubt that keeps `sureness` below what `probability` says, or null.
    doubts : sources of doubt, the gravest first.
    grounds : figures by event.
    statement : all that in at most 60 words, without a mark of exercise.
    """

    number: int
    at_ns: int
    lowest: int
    probable: int
    highest: int
    threatening: int
    regions: tuple[ThreatenedRegion, ...]
    probability: float
    sureness: Sureness
    limited_by: DoubtCode | None
    doubts: tuple[Doubt, ...]
    grounds: tuple[Ground, ...]
    statement: str
