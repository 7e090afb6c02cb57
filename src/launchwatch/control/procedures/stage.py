"""The procedures stage: from the machine's warning to the word of two people, event by event.

What looks like a launch opens an event conference: the watch officer says whether it is real. The machine's
warning for the own region opens a threat assessment, and the commander releases. Two persons release, one cancels.
While nobody has spoken the machine's word moves the state; once a person has, the machine only calls people.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import msgspec

from launchwatch.catalog.conduct import Conduct
from launchwatch.catalog.schema import Policy
from launchwatch.messages.assessments import Assessment, missile_probability
from launchwatch.messages.control import Act, Role, Verb
from launchwatch.messages.items import Item, Output
from launchwatch.messages.procedures import Call, Procedure, ProcedureState
from launchwatch.messages.queries import Answer, Query
from launchwatch.messages.warnings import Warning

S = 1_000_000_000
MAY: dict[Role, frozenset[Verb]] = {
    "watch-officer": frozenset({"confirm", "hold", "cancel"}),
    "commander": frozenset({"confirm", "hold", "release", "cancel"}),
}
"""What a role may do; the others may nothing."""
CLOSE_BELOW = 0.25  # share of the policy's bars below which an event is nothing to confer about
NOTHING_ABOVE = 0.5  # probability that it is nothing, above which no conference is opened
CLOSED = ("quiet", "cancelled")
TWO_PERSONS, BOUND, ONE_CANCELS, SILENCE = "two-persons", "event-bound", "one-cancels", "silence-ends"


class Matter(msgspec.Struct):
    """The procedure of one event.

    Attributes
    ----------
    agreed, cancelling : people who have agreed, and who have said cancel; `spoken` whether any person has spoken.
    held : a person holds the release.
    warning, confirmed, withdrawn : the machine's warning in hand, and whether the machine has taken it back.
    cleared : the machine holds that the event is no threat.
    overdue_ns : when the state is overdue, null once that was told or where it has no limit.
    """

    event: str
    state: ProcedureState
    agreed: list[str]
    cancelling: list[str]
    spoken: bool
    held: bool
    warning: int | None
    confirmed: bool
    withdrawn: bool
    cleared: bool
    overdue_ns: int | None


class ProceduresState(msgspec.Struct):
    """State of the stage: the matters by event, in the order in which they were opened."""

    matters: dict[str, Matter]


class ProceduresStage:
    """Assessments, warnings and acts of people in, entries of the watch log out (a stage of `launchwatch.ports`).

    Parameters
    ----------
    region : the own warning region.
    policy : of the own centre.
    conduct : rules of its procedure.
    without : guards that are left out of the play.
    """

    topic = "procedures"
    consumes: tuple[type, ...] = (Assessment, Warning, Query, Answer, Act)

    def __init__(self, region: str, policy: Policy, conduct: Conduct, without: Collection[str] = ()) -> None:
        self.region, self.policy, self.conduct = region, policy, conduct
        self.needed = 1 if TWO_PERSONS in without else conduct.release_persons
        self.cancelled_by = 1 if ONE_CANCELS not in without else conduct.release_persons
        self.stands = SILENCE in without
        self.any_role, self.bound = TWO_PERSONS in without, BOUND not in without

    def start(self) -> ProceduresState:
        """A stage in which all is quiet."""
        return ProceduresState({})

    def due(self, state: ProceduresState) -> int | None:
        """When the next state is overdue."""
        return min((m.overdue_ns for m in state.matters.values() if m.overdue_ns is not None), default=None)

    def step(
        self, state: ProceduresState, inputs: Sequence[Item], now: int
    ) -> tuple[ProceduresState, list[Output]]:
        """Hear the machine and the people in order of arrival, then see what is overdue."""
        outputs = []
        for item in inputs:
            heard = item.payload
            if isinstance(heard, Assessment):
                said = self._assessed(state, heard, now)
            elif isinstance(heard, Act):
                said = self._act(state, heard, now)
            elif isinstance(heard, Query | Answer):
                said = self._asked(state, heard)
            else:
                said = self._warned(state, heard, now) if heard.region == self.region else None
            if said is not None:
                outputs.append(Output(said, now, (item.id,)))
        for matter in state.matters.values():
            if matter.overdue_ns is not None and matter.overdue_ns <= now:
                matter.overdue_ns = None
                outputs.append(Output(self._entry(matter, matter.state, "overdue: nobody has spoken in time"), now, ()))
        return state, outputs

    def _assessed(self, state: ProceduresState, a: Assessment, now: int) -> Procedure | None:
        matter = state.matters.get(a.event)
        if matter is None:
            if a.merged_into is not None or a.status == "final" or a.typing["not-a-missile"] > NOTHING_ABOVE:
                return None
            if a.detections < self.policy.warn.min_detections:
                return None
            matter = Matter(a.event, "quiet", [], [], False, False, None, False, False, False, None)
            state.matters[a.event] = matter
            return self._go(matter, "event-conference", "a launch, as it seems", now)
        if matter.state != "event-conference":
            return None
        why = self._clears(a)
        if why is None:
            return None
        if not matter.spoken or a.merged_into is not None or a.status == "final":
            return self._go(matter, "quiet", why, now)
        if matter.cleared:
            return None
        matter.cleared = True
        return self._entry(matter, matter.state, f"the machine says: {why}")

    def _clears(self, a: Assessment) -> str | None:
        """Why an event is nothing to confer about any more, or None while it may be a threat."""
        if a.merged_into is not None:
            return f"one launch with {a.merged_into}"
        if missile_probability(a.typing) < CLOSE_BELOW * self.policy.warn.missile_probability:
            return "no missile"
        if a.status == "final":
            return "the flight has ended"
        if a.impact is None:
            return None
        bar = CLOSE_BELOW * self.policy.warn.impact_probability
        mine = next((t for t in a.threats if t.region == self.region), None)
        over = mine is not None and self.policy.overflight.enabled and mine.overflight_probability >= bar
        if mine is not None and (mine.impact_probability >= bar or over):
            return None
        feared = None if mine is None else mine.burst_probability
        if feared is not None and feared >= self.policy.burst.exclude_below:
            return None
        return "it falls outside of the region, and no burst over it is left to fear"

    def _warned(self, state: ProceduresState, warning: Warning, now: int) -> Procedure | None:
        matter = state.matters.get(warning.event)
        if matter is None:
            matter = Matter(warning.event, "quiet", [], [], False, False, None, False, False, False, None)
            state.matters[warning.event] = matter
        reopened = matter.state == "cancelled" and matter.withdrawn
        matter.warning, matter.confirmed = warning.number, warning.confirmed
        matter.withdrawn = warning.kind == "cancel"
        if warning.kind in ("new", "update"):
            matter.cleared = False
            if matter.state in ("quiet", "event-conference") or reopened:
                return self._go(matter, "threat-assessment", f"the machine warns: {warning.reason}", now)
            return self._entry(matter, matter.state, f"version {warning.number}: {warning.reason}")
        if matter.state in CLOSED:
            return None
        if warning.kind == "final" and self.stands and matter.state == "warning":
            return self._entry(matter, matter.state, "the machine follows it no more; the warning stands")
        if warning.kind == "final":
            return self._go(matter, "quiet", f"the warning has ended: {warning.reason}", now)
        if matter.spoken:
            return self._entry(matter, matter.state, f"the machine takes its warning back: {warning.reason}")
        return self._go(matter, "cancelled", f"taken back by the machine: {warning.reason}", now)

    def _asked(self, state: ProceduresState, heard: Query | Answer) -> Procedure | None:
        """What a partner was asked and what it says stands in the log; it changes nothing."""
        matter = state.matters.get(heard.event)
        if matter is None:
            return None
        if isinstance(heard, Query):
            return self._entry(matter, matter.state, f"{heard.addressee} is asked")
        if heard.report is not None:
            what = f"sees the launch too, as {heard.report.event} by {', '.join(heard.report.sensors)}"
        elif heard.looked:
            what = f"no launch seen; looked there then: {', '.join(heard.looked)}"
        else:
            what = "no launch seen; none of its sensors looked there then"
        return self._entry(matter, matter.state, f"{heard.partner} answers: {what}")

    def _act(self, state: ProceduresState, act: Act, now: int) -> Procedure:
        latest = next((m.event for m in reversed(state.matters.values()) if m.state not in CLOSED), "")
        subject = act.subject or latest
        matter = state.matters.get(subject)
        if matter is None:
            matter = Matter(subject, "quiet", [], [], False, False, None, False, False, False, None)
            if self.bound:
                return self._entry(matter, "quiet", f"refused: {act.person}: the machine knows no event {subject}")
            state.matters[subject] = matter
        why = self._refusal(matter, act)
        if why is not None:
            return self._entry(matter, matter.state, f"refused: {act.person}: {why}")
        matter.spoken = True
        said = f"{act.verb} by {act.person}"
        if act.verb == "cancel":
            matter.cancelling = [*(one for one in matter.cancelling if one != act.person), act.person]
            if len(matter.cancelling) < self.cancelled_by:
                return self._entry(matter, matter.state, f"{said}: another person is needed")
            return self._go(matter, "cancelled" if matter.state == "warning" else "quiet", said, now)
        if act.verb == "hold":
            matter.held, matter.agreed = True, [one for one in matter.agreed if one != act.person]
            return self._entry(matter, matter.state, said)
        matter.held = False
        if matter.state == "event-conference":
            matter.overdue_ns = None
        if act.person not in matter.agreed:
            matter.agreed.append(act.person)
        if act.verb == "release" and len(matter.agreed) >= self.needed:
            return self._go(matter, "warning", said, now)
        return self._entry(matter, matter.state, said)

    def _refusal(self, matter: Matter, act: Act) -> str | None:
        """Why an act is not taken, or None."""
        if act.verb not in MAY.get(act.role, frozenset()) and not (self.any_role and act.role in MAY):
            return f"a {act.role} may not {act.verb}"
        if act.verb == "cancel" or not self.bound:
            return "nothing stands to be cancelled" if act.verb == "cancel" and matter.state in CLOSED else None
        if matter.state in CLOSED:
            return f"the procedure is {matter.state}"
        if act.verb != "release":
            return None
        if matter.state == "warning":
            return "it has been released"
        if matter.warning is None or matter.withdrawn:
            return "no warning of the machine stands"
        return "a person holds it" if matter.held else None

    def _go(self, matter: Matter, state: ProcedureState, reason: str, now: int) -> Procedure:
        before, matter.state = matter.state, state
        limits = self.conduct.limits
        limit_s = {"event-conference": limits.event_conference_s, "threat-assessment": limits.threat_assessment_s}
        matter.overdue_ns = now + round(limit_s[state] * S) if state in limit_s else None
        if state in CLOSED:
            matter.agreed, matter.cancelling, matter.spoken, matter.held = [], [], False, False
        return self._entry(matter, before, reason)

    def _entry(self, matter: Matter, before: ProcedureState, reason: str) -> Procedure:
        return Procedure(
            event=matter.event,
            state=matter.state,
            before=before,
            reason=reason,
            calls=self._calls(matter),
            agreed=tuple(matter.agreed),
            warning=matter.warning,
            confirmed=matter.confirmed,
            overdue_ns=matter.overdue_ns,
            held=matter.held,
        )

    def _calls(self, matter: Matter) -> tuple[Call, ...]:
        """Whom the next step waits for: one who knows whether it is real, then one who releases, or one who ends it."""
        if matter.state in CLOSED or matter.held:
            return ()
        if matter.withdrawn or (matter.cleared and matter.state == "event-conference"):
            return (Call("watch-officer", "cancel"),)
        if matter.state == "warning":
            return ()
        if len(matter.agreed) < self.needed - 1:
            return (Call("watch-officer", "confirm"),)
        return (Call("commander", "release"),) if matter.state == "threat-assessment" else ()
