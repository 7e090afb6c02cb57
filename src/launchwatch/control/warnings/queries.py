"""Queries: the stage that asks partners about a warning that nothing confirms, and what a partner answers.

An answer is evidence that people weigh: it is shown on the watch log and, where a partner looked and saw nothing, as a
source of doubt. It cancels nothing and holds nothing back.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec
import numpy as np

from launchwatch.catalog.schema import Ask
from launchwatch.control.warnings.alerts.ground_track import ground_track
from launchwatch.control.warnings.stage import same_launch
from launchwatch.core.arrays import FloatArray, IntArray
from launchwatch.core.frames import azimuth_elevation_range
from launchwatch.core.geodesy import itrf_from_geodetic
from launchwatch.messages.assessments import Assessment
from launchwatch.messages.items import Item, Output
from launchwatch.messages.observations import InfraredLook, Observation, RadarLook
from launchwatch.messages.queries import Answer, Query
from launchwatch.messages.warnings import Warning
from launchwatch.physics.visibility import in_sectors, lowest_height

S = 1_000_000_000
LIT_M = 30e3
"""A plume this high over the launch point is above cloud and seen (assumption)."""
BURNS_S = 180.0
"""So long after lift-off a look at the launch point may see the plume (assumption)."""
NOTHING_ABOVE = 0.5
"""Probability that it is nothing, above which an assessment is no report of a launch."""


class Open(msgspec.Struct):
    """A warning that nothing has confirmed yet: its assessment, and when partners are asked, ns TAI."""

    assessment: Assessment
    ask_ns: int
    source: str


class QueriesState(msgspec.Struct):
    """State of the stage: queries made so far, warnings that wait for confirmation, events that were asked about."""

    number: int
    waiting: dict[str, Open]
    asked: list[str]


class QueriesStage:
    """Warnings in, queries out (a stage of `launchwatch.ports`).

    Parameters
    ----------
    node, region : who asks, and the warning region of which it asks.
    partners : who can be asked.
    ask : rule of the policy.
    """

    topic = "queries"
    consumes: tuple[type, ...] = (Warning,)

    def __init__(self, node: str, region: str, partners: Sequence[str], ask: Ask) -> None:
        self.node, self.region, self.ask = node, region, ask
        self.partners = tuple(partners) if ask.automatic else ()

    def start(self) -> QueriesState:
        """A stage that has asked nothing."""
        return QueriesState(0, {}, [])

    def due(self, state: QueriesState) -> int | None:
        """When partners are asked next."""
        return min((one.ask_ns for one in state.waiting.values()), default=None)

    def step(self, state: QueriesState, inputs: Sequence[Item], now: int) -> tuple[QueriesState, list[Output]]:
        """Note what is warned of and confirmed, then ask once about what has not been confirmed in time."""
        for item in inputs:
            warning: Warning = item.payload
            if warning.region == self.region and self.partners:
                self._note(state, warning, item.id, now)
        outputs = []
        for event in [event for event, one in state.waiting.items() if one.ask_ns <= now]:
            one = state.waiting.pop(event)
            state.asked.append(event)
            for partner in self.partners:
                state.number += 1
                query = Query(
                    query=f"{self.node}/queries/{state.number}",
                    asker=self.node,
                    addressee=partner,
                    event=event,
                    assessment=one.assessment,
                )
                outputs.append(Output(query, now, (one.source,)))
        return state, outputs

    def _note(self, state: QueriesState, warning: Warning, source: str, now: int) -> None:
        if warning.confirmed or warning.kind in ("final", "cancel"):
            state.waiting.pop(warning.event, None)
        elif warning.event in state.waiting:
            waiting = state.waiting[warning.event]
            waiting.assessment, waiting.source = warning.assessment, source
        elif warning.event not in state.asked:
            ask_ns = now + round(self.ask.after_s * S)
            state.waiting[warning.event] = Open(warning.assessment, ask_ns, source)


def answer_to(
    query: Query, partner: str, looks: Iterable[Observation], assessments: Iterable[Assessment], now: int
) -> Answer:
    """What a partner answers, from what its own chain has by then.

    Parameters
    ----------
    query : addressed to it.
    looks : of its own sensors, as they have arrived.
    assessments : of its own chain, oldest first.
    now : when it answers, ns TAI.
    """
    newest = {a.event: a for a in assessments}
    reports = [
        a
        for a in newest.values()
        if a.merged_into is None
        and a.typing["not-a-missile"] <= NOTHING_ABOVE
        and same_launch(a, query.assessment)
    ]
    best = max(reports, key=lambda a: (a.detections, a.event), default=None)
    looked = sorted({look.sensor for look in looks if looked_at(look, query.assessment)})
    return Answer(
        query=query.query, event=query.event, partner=partner, report=best, looked=tuple(looked), answered_ns=now
    )


def looked_at(look: Observation, assessment: Assessment) -> bool:
    """Whether a look was at the place and at the time of a launch.

    Of an infrared sensor: whether the launch point, from lift-off on and so high that a plume is above cloud, was in
    its sight, the Earth not in the way. Of a radar: whether the flight, as it is assessed, was in its field.
    """
    launch = assessment.launch_point
    if launch is None:
        return False
    if isinstance(look, InfraredLook):
        slack = round(2.0 * launch.sigma_s * S)
        if look.look_until_ns < launch.time_ns - slack or look.look_from_ns > launch.time_ns + round(BURNS_S * S):
            return False
        place = itrf_from_geodetic(launch.lat_deg, launch.lon_deg, LIT_M)
        return bool(lowest_height(look.position_m, place) > 0.0)
    path = _path(assessment)
    return path is not None and _in_field(look, *path)


def _path(assessment: Assessment) -> tuple[IntArray, FloatArray] | None:
    """Epochs (n,), ns TAI, and positions (n, 3), ITRF m, of a flight as it is assessed."""
    launch, track = assessment.launch_point, ground_track(assessment)
    if launch is None or track is None:
        return None
    radius = np.linalg.norm(track.position_m, axis=1)
    position = track.position_m * (1.0 + track.height_m / radius)[:, None]
    return launch.time_ns + np.round(track.seconds * S).astype(np.int64), position


def _in_field(look: RadarLook, time_ns: IntArray, position_m: FloatArray) -> bool:
    during = (time_ns >= look.look_from_ns) & (time_ns <= look.look_until_ns)
    if not during.any():
        # a look shorter than the steps of the path: the step next to it
        if not time_ns[0] <= look.look_until_ns <= time_ns[-1]:
            return False
        during = np.arange(len(time_ns)) == np.searchsorted(time_ns, look.look_until_ns)
    lat_deg, lon_deg, _ = look.site_deg_m
    site_m = itrf_from_geodetic(*look.site_deg_m)
    azimuth, elevation, distance = azimuth_elevation_range(site_m, lat_deg, lon_deg, position_m[during])
    sectors = [(s.from_deg, s.to_deg) for s in look.sectors]
    low, high = look.elevation_limits_deg
    near, far = look.range_limits_m
    seen = in_sectors(azimuth, sectors) & (elevation >= low) & (elevation <= high)
    return bool(np.any(seen & (distance >= near) & (distance <= far)))
