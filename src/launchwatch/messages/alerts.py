"""Alerts: what the public is told of one warning, by region and time."""

from __future__ import annotations

from typing import Literal

import msgspec

from launchwatch.core.arrays import FloatArray
from launchwatch.messages.assessments import Basis

AlertStage = Literal["launch", "passed", "fell", "lost", "cancelled"]
DangerKind = Literal["impact", "overflight"]


class RegionAtRisk(msgspec.Struct, frozen=True, kw_only=True):
    """One region that a flight endangers.

    Attributes
    ----------
    region, name : identifier in the catalogue, and in words.
    kind : whether the object may fall there, or pass over it.
    probability : that it falls so near to a place of the region, or passes so near over one, that debris reaches it.
    earliest_ns, latest_ns : from when until when, ns TAI.
    """

    region: str
    name: str
    kind: DangerKind
    probability: float
    earliest_ns: int
    latest_ns: int


class Outline(msgspec.Struct, frozen=True, kw_only=True):
    """A closed outline on the ground: (n, 2) latitude and longitude in degrees, the last point the first again."""

    kind: DangerKind
    points_deg: FloatArray


class Alert(msgspec.Struct, frozen=True, tag="alert", kw_only=True):
    """One version of what the public is told of an event.

    Whether it is an exercise is on the envelope, as for every record; what leaves the node is marked where it is
    written (`launchwatch.formats.cap`).

    Attributes
    ----------
    alert : identifier of the alert, the same in all its versions: that of the event, and the warned region.
    event : the event it speaks of.
    number : of this version, counts from 1; `supersedes` is the one before it.
    warning : number of the warning version that it rests on.
    stage : launched, passed over, fell, lost from sight, or cancelled. `passed` and `fell` rest on what was observed.
    basis : what the statement rests on.
    regions : whom it is for, the earliest first.
    outlines : danger area on the ground, split where it crosses longitude 180; none where it holds a pole.
    language, headline, description, instruction : the texts, without a mark of exercise.
    sent_ns, expires_ns : when it was made, and when it ends unless it is renewed, ns TAI.
    """

    alert: str
    event: str
    number: int
    supersedes: int | None
    warning: int
    stage: AlertStage
    basis: Basis
    regions: tuple[RegionAtRisk, ...]
    outlines: tuple[Outline, ...]
    language: str
    headline: str
    description: str
    instruction: str
    sent_ns: int
    expires_ns: int
