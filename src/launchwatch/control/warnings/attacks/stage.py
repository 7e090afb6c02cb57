"""The attacks stage: the statement on all that threatens now, renewed with every warning and with every new doubt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec
import numpy as np

from launchwatch.catalog.alert_regions import PlaceTable
from launchwatch.control.warnings.alerts.footprint import footprint
from launchwatch.control.warnings.attacks.attack import assess_attack
from launchwatch.control.warnings.attacks.doubts import Surroundings
from launchwatch.messages.assessments import Assessment
from launchwatch.messages.attacks import AttackAssessment
from launchwatch.messages.control import Notice
from launchwatch.messages.events import Raid
from launchwatch.messages.health import Health, HealthStatus
from launchwatch.messages.items import Item, Output
from launchwatch.messages.observations import Admitted, InfraredLook
from launchwatch.messages.queries import Answer
from launchwatch.messages.warnings import Warning

NAMED_EVENTS = 8
"""Of more events than these at a time towns are not named: it takes the machine a second, and people longer."""


class AttacksState(msgspec.Struct):
    """State of the stage: newest versions, by event and region, by event, by raid; and the surroundings."""

    number: int
    warnings: dict[str, Warning]
    assessments: dict[str, Assessment]
    raids: dict[str, Raid]
    health: dict[str, HealthStatus]
    notices: dict[str, Notice]
    infrared_m: dict[str, tuple[float, float, float]]
    unseen: list[str]


class AttacksStage:
    """Warnings and what bears on them in, attack assessments out (a stage of `launchwatch.ports`).

    Parameters
    ----------
    names : of warning regions, in words; the own one is the first.
    places : of the own alert regions.
    overflight_below_m : height below which a flight over a region is warned of, m; None: it is not.
    """

    topic = "attacks"
    consumes: tuple[type, ...] = (Admitted, Raid, Assessment, Health, Notice, Answer, Warning)

    def __init__(self, names: Mapping[str, str], places: PlaceTable, overflight_below_m: float | None) -> None:
        self.names, self.places, self.below_m = dict(names), places, overflight_below_m
        self.own = next(iter(self.names), "")

    def start(self) -> AttacksState:
        """A stage that knows of no attack."""
        return AttacksState(0, {}, {}, {}, {}, {}, {}, [])

    def due(self, state: AttacksState) -> int | None:
        """It has no timers."""
        return None

    def step(self, state: AttacksState, inputs: Sequence[Item], now: int) -> tuple[AttacksState, list[Output]]:
        """Note what is new; where a warning is, or a partner saw nothing, say what threatens."""
        warned = []
        for item in inputs:
            heard = item.payload
            if isinstance(heard, Warning):
                warned.append(item.id)
                state.warnings[f"{heard.event}/{heard.region}"] = heard
            elif isinstance(heard, Answer):
                if heard.report is None and heard.looked and heard.event not in state.unseen:
                    state.unseen.append(heard.event)
                    warned.append(item.id)
            elif isinstance(heard, Assessment):
                state.assessments[heard.event] = heard
            elif isinstance(heard, Raid):
                state.raids[heard.raid] = heard
            elif isinstance(heard, Health):
                state.health[heard.component] = heard.status
            elif isinstance(heard, Notice):
                state.notices[heard.notice] = heard
            elif isinstance(heard.look, InfraredLook):
                x, y, z = heard.look.position_m.tolist()
                state.infrared_m[heard.look.sensor] = (x, y, z)
        if not warned:
            return state, []
        made = self._assess(state, now)
        if made is None:
            return state, []
        state.number = made.number
        return state, [Output(made, now, tuple(warned))]

    def _assess(self, state: AttacksState, now: int) -> AttackAssessment | None:
        standing = [w for w in state.warnings.values() if w.kind in ("new", "update")]
        mine = [w for w in standing if w.region == self.own]
        footprints = {}
        if len(mine) <= NAMED_EVENTS:
            newest = state.assessments
            footprints = {
                (w.event, w.region): footprint(newest.get(w.event, w.assessment), self.places, self.below_m).regions
                for w in mine
            }
        surroundings = Surroundings(
            notices=list(state.notices.values()),
            health=state.health,
            infrared_m={name: np.array(at) for name, at in state.infrared_m.items()},
            unseen=state.unseen,
        )
        return assess_attack(
            list(state.raids.values()),
            list(state.assessments.values()),
            standing,
            now,
            state.number + 1,
            self.names,
            surroundings,
            footprints,
        )
