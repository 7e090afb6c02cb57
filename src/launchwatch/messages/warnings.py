"""Warnings: immutable numbered versions of what the centre says."""

from __future__ import annotations

import msgspec

from launchwatch.messages.assessments import Assessment
from launchwatch.messages.events import EventStatus


class Warning(msgspec.Struct, frozen=True, tag="warning", kw_only=True):
    """One version of a warning.

    Attributes
    ----------
    event : the event it speaks of.
    number : version number, counts from 1; `supersedes` is the one before it.
    kind : new, update, final or cancel.
    confirmed : whether the policy's rule of confirmation is met.
    confirming_sensor : the sensor whose detection met it, or null.
    reason : the rule of the policy that made this version.
    region : the warning region that is threatened.
    valid_until_ns : when the statement ends unless it is renewed, ns TAI.
    assessment : what the warning rests on.
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
