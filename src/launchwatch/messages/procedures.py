"""Procedures: what a watch centre's people are doing about one event, and whom the next step waits for."""

from __future__ import annotations

from typing import Literal

import msgspec

from launchwatch.messages.control import Role, Verb

ProcedureState = Literal["quiet", "event-conference", "threat-assessment", "warning", "cancelled"]
STATES: tuple[ProcedureState, ...] = ("quiet", "event-conference", "threat-assessment", "warning")
"""States in rising order; what is cancelled has been at `warning` or `threat-assessment` before."""


class Call(msgspec.Struct, frozen=True):
    """That a role is asked for an act."""

    role: Role
    verb: Verb


class Procedure(msgspec.Struct, frozen=True, tag="procedure", kw_only=True):
    """One entry of the watch log: the state of one event's procedure after something happened.

    Attributes
    ----------
    event : the event; an act names it as its subject.
    state, before : states after and before; the same where something else changed.
    reason : what happened.
    calls : whom the next step waits for.
    agreed : people who have agreed so far.
    warning : version of the machine's warning in hand, or null.
    confirmed : whether that version is confirmed by the policy's rule.
    overdue_ns : when the state is told as overdue, ns TAI, or null.
    held : a person holds it: no release, and no newer version of what was released, to the authority.
    """

    event: str
    state: ProcedureState
    before: ProcedureState
    reason: str
    calls: tuple[Call, ...]
    agreed: tuple[str, ...]
    warning: int | None
    confirmed: bool
    overdue_ns: int | None
    held: bool = False
