"""The alerts stage: what the public hears, from the release of a warning to its end.

The first alert goes with the word of two people; what follows from it - other regions, that the missile passed, fell or
is lost, that the warning is withdrawn - goes without a new one, as fast as the machine knows it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import msgspec

from launchwatch.catalog.alert_regions import PlaceTable
from launchwatch.catalog.texts import PublicText
from launchwatch.control.warnings.alerts.footprint import Footprint, footprint
from launchwatch.control.warnings.alerts.public import alert_of, stage_of, unbound_alert
from launchwatch.messages.alerts import Alert, AlertStage, RegionAtRisk
from launchwatch.messages.assessments import Assessment
from launchwatch.messages.items import Item, Output
from launchwatch.messages.procedures import Procedure
from launchwatch.messages.warnings import Warning

S = 1_000_000_000
FOOTPRINT, BASIS, SILENCE = "footprint", "basis-apart", "silence-ends"
DOWN_S, LONGEST_S = 180.0, 5400.0
"""So long after the latest time of an impact, or after the first sight where that is not known, nothing of a missile
that is out of sight is left in the air: debris falls for two minutes, the longest test flew for 70 (assumptions)."""
UPDATE_S, LOOK_S = 60.0, 10.0
"""Alerts of the same stage follow each other no faster; assessments are looked at no more often."""
BY_HAND_S = 600.0
"""So long a warning of regions by hand holds where nothing says when."""
ENDS: frozenset[AlertStage] = frozenset({"passed", "fell", "lost", "cancelled"})


class Told(msgspec.Struct):
    """What the public was told of one event.

    Attributes
    ----------
    alert : the last version.
    regions : every region that was ever named, the newest entry of each.
    ended : nothing more will be told.
    waits : the danger is not over yet: its end by the clock may change what is told.
    down_ns : when nothing of it can be in the air any more, ns TAI; null while it is followed.
    looked_ns : when the newest assessment was last looked at, ns TAI.
    """

    alert: Alert
    regions: dict[str, RegionAtRisk]
    ended: bool
    waits: bool
    looked_ns: int
    down_ns: int | None = None


class AlertsState(msgspec.Struct):
    """State of the stage: newest warning for the own region, and what the public was told, by event."""

    latest: dict[str, Warning]
    told: dict[str, Told]


class AlertsStage:
    """Assessments, warnings and procedures in, alerts out (a stage of `launchwatch.ports`).

    Parameters
    ----------
    region : the own warning region, `whole` the name of the country.
    places : of the regions that may be named.
    overflight_below_m : height below which a flight over a region is warned of, m; None: it is not.
    texts : prepared texts by stage.
    by_hand : identifiers of regions that are warned where the guard `footprint` is left out.
    without : guards that are left out.
    """

    topic = "alerts"
    consumes: tuple[type, ...] = (Assessment, Warning, Procedure)

    def __init__(
        self,
        region: str,
        whole: str,
        places: PlaceTable,
        overflight_below_m: float | None,
        texts: Mapping[str, PublicText],
        by_hand: Sequence[str] = (),
        without: Collection[str] = (),
    ) -> None:
        self.region, self.whole, self.places, self.below_m, self.texts = (
            region, whole, places, overflight_below_m, texts
        )  # fmt: skip
        self.by_hand = tuple(by_hand) if FOOTPRINT in without else None
        self.apart, self.ends = BASIS not in without, SILENCE not in without

    def start(self) -> AlertsState:
        """A stage that has told nothing."""
        return AlertsState({}, {})

    def due(self, state: AlertsState) -> int | None:
        """When the next danger should be over."""
        going = [told for told in state.told.values() if not told.ended]
        times = [over_ns(told.regions.values()) for told in going if told.waits]
        return min([*times, *(told.down_ns for told in going if told.down_ns is not None)], default=None)

    def step(self, state: AlertsState, inputs: Sequence[Item], now: int) -> tuple[AlertsState, list[Output]]:
        """Tell what people have released, and renew it with each warning and when its time is over."""
        outputs = []
        for item in inputs:
            heard = item.payload
            if isinstance(heard, Assessment):
                alert = self._assessed(state, heard, now)
            elif isinstance(heard, Warning):
                alert = self._warned(state, heard, now)
            else:
                alert = self._conducted(state, heard, now)
            if alert is not None:
                outputs.append(Output(alert, now, (item.id,)))
        for event, told in list(state.told.items()):
            alert = self._timed(state, event, told, now)
            if alert is not None:
                outputs.append(Output(alert, now, ()))
        return state, outputs

    def _timed(self, state: AlertsState, event: str, told: Told, now: int) -> Alert | None:
        """What the clock alone changes: a danger that should be over, and one that is."""
        if told.ended:
            return None
        if told.down_ns is not None and told.down_ns <= now:
            told.down_ns = None
            return self._tell(state, event, "cancelled", now)
        if told.waits and over_ns(told.regions.values()) <= now:
            told.waits = False
            return self._renewed(state, event, now)
        return None

    def _assessed(self, state: AlertsState, assessment: Assessment, now: int) -> Alert | None:
        """What is seen of a flight that the public was told of: whether it passed is for newer sight to say."""
        told, warning = state.told.get(assessment.event), state.latest.get(assessment.event)
        if told is None or told.ended or warning is None or now - told.looked_ns < LOOK_S * S:
            return None
        told.looked_ns = now
        state.latest[assessment.event] = msgspec.structs.replace(warning, assessment=assessment)
        return self._renewed(state, assessment.event, now)

    def _warned(self, state: AlertsState, warning: Warning, now: int) -> Alert | None:
        if warning.region != self.region:
            return None
        state.latest[warning.event] = warning
        told = state.told.get(warning.event)
        if told is None or told.ended or warning.kind == "cancel" or warning.assessment.merged_into is not None:
            return None  # a cancel reaches the public when a person has spoken it; another event goes on for both
        alert = self._renewed(state, warning.event, now)
        if warning.kind == "final" and self.ends:
            state.told[warning.event].down_ns = down_ns(warning.assessment)
        return alert

    def _conducted(self, state: AlertsState, entry: Procedure, now: int) -> Alert | None:
        told = state.told.get(entry.event)
        if entry.state == "warning" and entry.before != "warning":
            return self._tell(state, entry.event, "launch", now)
        if entry.state == "cancelled" and told is not None and not told.ended:
            return self._tell(state, entry.event, "cancelled", now)
        return None

    def _renewed(self, state: AlertsState, event: str, now: int) -> Alert | None:
        """The next version where there is another stage or region to tell of."""
        told, warning = state.told[event], state.latest.get(event)
        if warning is None:
            return self._tell(state, event, "lost", now)
        before = told.alert.stage
        area = self._area(warning, now)
        stage = stage_of(warning, area.regions or tuple(told.regions.values()), now, before)
        if stage == "cancelled":
            return None
        over = now >= over_ns(told.regions.values())
        if stage == "launch" and over:
            stage = "lost"
        if not self.apart and stage in ("launch", "lost"):
            falls = any(entry.kind == "impact" for entry in told.regions.values())
            stage = ("fell" if falls else "passed") if over else "launch"
        if stage == before:
            early = now - told.alert.sent_ns < UPDATE_S * S
            named = {entry.region for entry in area.regions}
            if stage in ENDS or early or named <= set(told.regions):
                return None
        return self._tell(state, event, stage, now)

    def _area(self, warning: Warning, now: int) -> Footprint:
        found = footprint(warning.assessment, self.places, self.below_m)
        if self.by_hand is None:
            return found
        impact = warning.assessment.impact
        until = now + round(BY_HAND_S * S) if impact is None else impact.time_ns
        return Footprint(self._listed(now, until), found.outlines)

    def _listed(self, from_ns: int, until_ns: int) -> tuple[RegionAtRisk, ...]:
        names = dict(zip(self.places.ids, self.places.names, strict=True))
        return tuple(
            RegionAtRisk(
                region=name,
                name=names.get(name, name),
                kind="overflight",
                probability=1.0,
                earliest_ns=from_ns,
                latest_ns=until_ns,
            )
            for name in self.by_hand or ()
        )

    def _tell(self, state: AlertsState, event: str, stage: AlertStage, now: int) -> Alert:
        told, warning = state.told.get(event), state.latest.get(event)
        number = told.alert.number + 1 if told is not None else 1
        regions = dict(told.regions) if told is not None else {}
        if warning is None:
            named = tuple(regions.values()) or self._listed(now, now + round(BY_HAND_S * S))
            alert = unbound_alert(event, self.region, self.whole, stage, named, self.texts, number, now)
        else:
            area = self._area(warning, now)
            if stage != "launch" and regions:
                area = Footprint(tuple(regions.values()), area.outlines)  # all who were warned hear how it ends
            alert = alert_of(warning, area, stage, self.texts, self.whole, number, now)
        regions |= {entry.region: entry for entry in alert.regions}
        ended = stage in ENDS and stage != "lost"
        state.told[event] = Told(alert, regions, ended, stage == "launch", now)
        return alert


def over_ns(regions: Collection[RegionAtRisk]) -> int:
    """When the danger to all of the regions should be over, ns TAI."""
    return max(entry.latest_ns for entry in regions)


def down_ns(assessment: Assessment) -> int:
    """When nothing of a missile that is out of sight can be in the air any more, ns TAI."""
    impact = assessment.impact
    if impact is None:
        return assessment.first_detection_ns + round(LONGEST_S * S)
    return impact.time_ns + round((2.0 * impact.sigma_s + DOWN_S) * S)
