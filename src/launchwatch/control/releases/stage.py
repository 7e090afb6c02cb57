"""The releases stage: each warning to its addressee, and to the deciding authority what people have agreed to.

The machine tells the watch centre and, of threats to a partner's region, the partner. The authority hears only what the
procedure released, and the public the alert that goes with it; the cancel is prepared with that release, so that it is
as ready as the alarm. While a person holds an event, the authority is told no newer version of it; when the hold ends
it is told the newest. It is the one stage that reads purpose and origin: in a lane for operations nothing that
simulated data touched leaves.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from launchwatch.messages.alerts import Alert
from launchwatch.messages.envelope import Envelope
from launchwatch.messages.items import Item, Output
from launchwatch.messages.procedures import Procedure
from launchwatch.messages.releases import Release, authority_of, public_of
from launchwatch.messages.warnings import Warning

S = 1_000_000_000


class ReleasesState(msgspec.Struct):
    """State of the stage.

    Attributes
    ----------
    number : releases made so far; `withheld` warnings held back because simulated data touched them.
    latest : newest warning for the own region by event, and the id of its envelope.
    prepared : of each event that the authority was warned of, the cancel that is ready to go.
    held : events that a person holds.
    told : of each event, the number of what the authority was told last, and the machine's number of that version.
    """

    number: int
    withheld: int
    latest: dict[str, tuple[Warning, str]]
    prepared: dict[str, Warning]
    held: list[str]
    told: dict[str, tuple[int, int]]


class ReleasesStage:
    """Warnings, procedures and alerts in, releases out (a stage of `launchwatch.ports`).

    Parameters
    ----------
    node : the sender.
    addressees : for each region, who is told of a threat to it: the own watch centre, or the partner; the own region is
        the first.
    machine_s : time from a warning to its way out.
    """

    topic = "releases"
    consumes: tuple[type, ...] = (Warning, Procedure, Alert)
    labelled = True

    def __init__(self, node: str, addressees: dict[str, str], machine_s: float) -> None:
        self.node, self.addressees, self.machine_ns = node, addressees, round(machine_s * S)
        self.own = next(iter(addressees), "")

    def start(self) -> ReleasesState:
        """A stage that has released nothing."""
        return ReleasesState(0, 0, {}, {}, [], {})

    def due(self, state: ReleasesState) -> int | None:
        """It has no timers."""
        return None

    def step(self, state: ReleasesState, inputs: Sequence[Item], now: int) -> tuple[ReleasesState, list[Output]]:
        """Release each warning to the addressee of its region, and to the authority what people have agreed to."""
        outputs = []
        for item in inputs:
            envelope: Envelope = item.payload
            payload = envelope.payload
            if envelope.purpose == "operations" and "simulated" in envelope.origin:
                state.withheld += isinstance(payload, Warning)
                continue
            if isinstance(payload, Warning):
                addressee = self.addressees[payload.region]
                outputs.append(self._release(state, payload, addressee, now + self.machine_ns, item.id))
                if payload.region == self.own:
                    state.latest[payload.event] = payload, item.id
                    if payload.event not in state.held:
                        outputs += self._corrected(state, payload.event, now, item.id)
            elif isinstance(payload, Procedure):
                outputs += self._conducted(state, payload, now, item.id)
            elif isinstance(payload, Alert):
                outputs.append(self._release(state, payload, public_of(self.node), now, item.id))
        return state, outputs

    def _corrected(self, state: ReleasesState, event: str, now: int, *lineage: str) -> list[Output]:
        """The newest version to the authority that was warned: what corrects a figure, or says that it is over.

        It needs no new word of two people.
        """
        if event not in state.prepared:
            return []
        newest, behind = state.latest[event]
        if newest.kind not in ("update", "final") or newest.number <= state.told[event][1]:
            return []
        return [self._to_authority(state, newest, now, *dict.fromkeys((*lineage, behind)))]

    def _conducted(self, state: ReleasesState, entry: Procedure, now: int, source: str) -> list[Output]:
        thawed = entry.event in state.held and not entry.held
        state.held = [event for event in state.held if event != entry.event]
        if entry.held:
            state.held.append(entry.event)
        if entry.state == "warning" and entry.before != "warning" and entry.event in state.latest:
            warning, behind = state.latest[entry.event]
            return [self._to_authority(state, warning, now, source, behind)]
        if entry.state == "cancelled" and entry.event in state.prepared:
            ready, (latest, behind) = state.prepared.pop(entry.event), state.latest[entry.event]
            cancel = latest if latest.kind == "cancel" else msgspec.structs.replace(ready, reason=entry.reason)
            cancel = self._numbered(state, cancel)
            return [self._release(state, cancel, authority_of(self.node), now, source, behind)]
        return self._corrected(state, entry.event, now, source) if thawed else []

    def _to_authority(self, state: ReleasesState, warning: Warning, now: int, *lineage: str) -> Output:
        said = self._numbered(state, warning)
        state.prepared[warning.event] = msgspec.structs.replace(
            said, number=said.number + 1, supersedes=said.number, kind="cancel", confirmed=False,
            confirming_sensor=None, reason="prepared", next_update_ns=None
        )  # fmt: skip
        if warning.kind == "final":
            del state.prepared[warning.event]
        return self._release(state, said, authority_of(self.node), now, *lineage)

    def _numbered(self, state: ReleasesState, warning: Warning) -> Warning:
        """A version under a number above all that the authority was told of the event.

        The cancel of a person counts as a version, of which the machine's numbers know nothing.
        """
        told, _ = state.told.get(warning.event, (0, 0))
        state.told[warning.event] = max(warning.number, told + 1), warning.number
        if warning.number > told:
            return warning
        return msgspec.structs.replace(warning, number=told + 1, supersedes=told)

    def _release(
        self, state: ReleasesState, item: Warning | Alert, addressee: str, at_ns: int, *lineage: str
    ) -> Output:
        state.number += 1
        release = Release(
            release=f"{self.node}/warnings/{state.number}",
            sender=self.node,
            addressee=addressee,
            level="warnings",
            released_ns=at_ns,
            first_detection_ns=item.sent_ns if isinstance(item, Alert) else item.assessment.first_detection_ns,
            item=item,
        )
        return Output(release, at_ns, lineage)
