"""Warnings: immutable numbered versions of what the centre says; findings: what it holds of an event beside them."""

from __future__ import annotations

from typing import Literal

import msgspec

from launchwatch.messages.assessments import Assessment, Confidence, Ellipse
from launchwatch.messages.events import EventStatus

Match = Literal["none", "possible", "full"]
BurstState = Literal["open", "excluded"]


class Burst(msgspec.Struct, frozen=True, kw_only=True):
    """The hypothesis that a flight is to burst high over a region: open until it is excluded.

    Attributes
    ----------
    probability : that the path ahead passes where such a burst would be; null while there is no path to compute it of.
    reason : why it is open, or what excludes it.
    since_ns : from when on it is as it is, ns TAI.
    """

    state: BurstState
    probability: float | None
    reason: str
    since_ns: int


class Criterion(msgspec.Struct, frozen=True, kw_only=True):
    """One comparison of an event with a notice.

    Attributes
    ----------
    name : time, place, class, direction or impact.
    fits : null where the event does not say yet.
    reason : the comparison in words.
    log_odds : natural logarithm of how much more likely what is seen is of the announced launch than of another one.
    """

    name: Literal["time", "place", "class", "direction", "impact"]
    fits: bool | None
    reason: str
    log_odds: float


class Warning(msgspec.Struct, frozen=True, tag="warning", kw_only=True):
    """One version of a warning.

    Attributes
    ----------
    event : the event it speaks of.
    number : version number, counts from 1; `supersedes` is the one before it.
    kind : new, update, final or cancel. An update that supersedes a cancel reopens the warning.
    confirmed : whether the policy's rule of confirmation is met.
    confirming_sensor : the sensor whose detection met it, or null.
    reason : the rule of the policy that made this version.
    region : the warning region that is threatened.
    valid_until_ns : when the statement ends unless it is renewed, ns TAI.
    assessment : what the warning rests on.
    confidence : that the region is threatened by a missile, by the rule of the policy; not a probability.
    notice : the pre-launch notice on file that the launch comes nearest to, or null.
    notice_match : whether it is the launch of that notice. A match is shown; it never holds a warning back.
    burst : the hypothesis of a high-altitude burst; null in journals of before.
    next_update_ns : from when on the next update may come, ns TAI; null of a version that ends the warning. One that
        confirms, or that ends it, does not wait for it.
    """

    event: str
    number: int
    supersedes: int | None
    kind: EventStatus
    confirmed: bool
    confirming_sensor: str | None
    reason: str
    region: str
    valid_until_ns: int
    assessment: Assessment
    confidence: Confidence = "none"
    notice: str | None = None
    notice_match: Match = "none"
    burst: Burst | None = None
    next_update_ns: int | None = None


class Finding(msgspec.Struct, frozen=True, tag="finding", kw_only=True):
    """What a centre holds of an event, warned of or not; told anew whenever it changes.

    Attributes
    ----------
    event : the event that it is of; `version` : that of the assessment that it rests on.
    region : the warning region that it speaks of.
    number : counts from 1 for each event.
    notice, notice_match : as in `Warning`; `criteria` are the comparisons that the match rests on.
    confidence : as in `Warning`.
    burst : the hypothesis of a high-altitude burst.
    impact_probability : that the object falls inside the region; null while no impact point is known.
    settled : nothing is left of a threat: neither an impact in the region nor a burst over it.
    arc_s : from the first detection to the last; null where not known.
    launch_ellipse, impact_ellipse : how well that arc tells the two points; null where it does not.
    """

    event: str
    version: int
    region: str
    number: int
    notice: str | None
    notice_match: Match
    criteria: tuple[Criterion, ...]
    confidence: Confidence
    burst: Burst
    impact_probability: float | None
    settled: bool
    arc_s: float | None
    launch_ellipse: Ellipse | None
    impact_ellipse: Ellipse | None
