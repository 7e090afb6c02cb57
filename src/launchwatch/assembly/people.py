"""People in a play: they read the watch log, and do what it calls them to after the time that people take.

Their times are log-normal about the medians of the partner's procedure. Each draw belongs to an event, a role and an
act, so that two chains whose events have the same name are served by people who are equally quick. They follow the
machine: whether a person would have known better is not simulated, only how long it takes.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

from launchwatch.assembly.posting import posted
from launchwatch.catalog.catalogue import Catalog
from launchwatch.core.draws import look_uniforms, normals
from launchwatch.core.epochs import NS
from launchwatch.messages.control import Act
from launchwatch.messages.envelope import Envelope, Purpose
from launchwatch.messages.procedures import Call, Procedure


class People:
    """The crew of one partner's post in one chain.

    Parameters
    ----------
    seed : of the reaction times.
    """

    def __init__(self, catalog: Catalog, partner: str, purpose: Purpose, seed: int) -> None:
        times = catalog.partners[partner].procedure
        conduct = catalog.procedures[times.conduct]
        self._partner, self._purpose, self._seed, self._spread = partner, purpose, seed, conduct.spread
        self._median_s = {
            Call("watch-officer", "confirm"): times.machine_s + times.crew_s,
            Call("commander", "release"): times.conference_s,
            Call("watch-officer", "cancel"): times.machine_s + conduct.cancel_s,
        }
        self._called: dict[str, Call] = {}
        self._acts = 0

    def react(self, made: Iterable[Envelope]) -> list[Envelope]:
        """Acts that entries of the watch log call for, each with the epoch at which it reaches the node."""
        acts = []
        for envelope in made:
            entry = envelope.payload
            if not isinstance(entry, Procedure):
                continue
            call = next(iter(entry.calls), None)
            if call is None:
                self._called.pop(entry.event, None)
            elif self._called.get(entry.event) != call:
                self._called[entry.event] = call
                acts.append(self._act(envelope, entry.event, call))
        return acts

    def _act(self, envelope: Envelope, event: str, call: Call) -> Envelope:
        self._acts += 1
        person = f"{self._partner}-{call.role}"
        draw = normals(look_uniforms(self._seed, person, f"{event}/{call.verb}", 0, 1, 1))[0, 0]
        at_ns = envelope.emitted_ns + round(self._median_s[call] * math.exp(self._spread * float(draw)) * NS)
        return posted(
            f"{self._partner}/act/{self._acts}",
            "act",
            self._acts,
            at_ns,
            self._purpose,
            Act(person=person, role=call.role, verb=call.verb, subject=event),
            observed_ns=envelope.observed_ns,
            lineage=(envelope.id,),
        )
