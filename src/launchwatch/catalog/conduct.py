"""How a watch centre conducts itself: its procedure's rules, and the guards that stand between a fault and an alarm."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from launchwatch.catalog.records import Block, NonNegative, Positive, Record, Text


class Limits(Record, frozen=True, kw_only=True):
    """So long, s, a state may last before it is told as overdue and the next role is called."""

    event_conference_s: Positive
    threat_assessment_s: Positive


class Conduct(Block, frozen=True, kw_only=True):
    """Rules of a procedure: who agrees, who ends it, and how long people take about the partner's own times.

    Attributes
    ----------
    release_persons : different people who must agree before a warning goes to the authority.
    cancel_s : time that one person takes to cancel once told, the median.
    spread : standard deviation of the logarithm of a reaction time about its median.
    limits : of the states.
    """

    release_persons: Annotated[int, Meta(ge=1)]
    cancel_s: NonNegative
    spread: NonNegative
    limits: Limits


class Guard(Block, frozen=True, kw_only=True):
    """Something that stands between a fault and a false alarm, and can be left out of a play to show what it does.

    Attributes
    ----------
    does : what it does.
    without : what the system does without it.
    """

    does: Text
    without: Text
