"""The assessments stage: what an event means."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from launchwatch.catalog.schema import Booster, BurstBand, Region
from launchwatch.core.gaussians import scattered
from launchwatch.core.geodesy import inverse
from launchwatch.messages.assessments import Assessment, Basis, Confidence, Estimate
from launchwatch.messages.detections import Reentry
from launchwatch.messages.events import Event
from launchwatch.messages.items import Item, Output
from launchwatch.messages.tracks import Track
from launchwatch.processing.assessments.far import Calibration, far_of
from launchwatch.processing.assessments.impact import NORMAL, descend, launch_point, scatter, spared, threats
from launchwatch.processing.assessments.ranking import ranking_of
from launchwatch.processing.assessments.templates import templates
from launchwatch.processing.assessments.typing import typing_of

S = 1_000_000_000
COAST_M = 40e3  # by so much coasts lie off in a map of cells of one degree
BROKE_UP = "broke up in flight"

REENTRY_NEAR_M, REENTRY_NEAR_S = 400e3, 60.0
"""An event whose object was there when a re-entry was seen is that re-entry."""
REENTRY_KEPT_S = 3600.0


class AssessmentsState(msgspec.Struct):
    """State of the stage: re-entries that were told of late, and events that passed the bar to be opened."""

    made: int
    reentries: list[Reentry]
    opened: list[str] = []


class AssessmentsStage:
    """Events in, assessments out (a stage of `launchwatch.ports`).

    Parameters
    ----------
    regions : warning regions by name.
    ceiling_m : height below which a flight over a region counts as overflight.
    land : (180, 360) bool, rows from latitude -90 north, columns from longitude -180 east, one degree each.
    boosters : those of the catalogue, against which events are typed.
    calibration : events of non-launches that this chain made, or None.
    trials : searches whose events one desk hears.
    open_far_hz : an event whose stated rate is higher is not assessed until it falls to this, Hz; None: each is.
    burst : where a high-altitude burst is feared; null is as in a policy that does not say.
    """

    topic = "assessments"
    consumes: tuple[type, ...] = (Event, Reentry)

    def __init__(
        self,
        regions: dict[str, Region],
        ceiling_m: float,
        land: NDArray[np.bool_],
        boosters: Sequence[Booster] = (),
        calibration: Calibration | None = None,
        trials: int = 1,
        open_far_hz: float | None = None,
        burst: BurstBand | None = None,
    ) -> None:
        self.regions, self.ceiling_m, self.land, self.burst = regions, ceiling_m, land, burst or BurstBand()
        self.calibration, self.trials, self.open_far_hz = calibration, trials, open_far_hz
        self.templates = templates(boosters)

    def start(self) -> AssessmentsState:
        """A stage that has seen nothing."""
        return AssessmentsState(0, [])

    def due(self, state: AssessmentsState) -> int | None:
        """It has no timers."""
        return None

    def step(self, state: AssessmentsState, inputs: Sequence[Item], now: int) -> tuple[AssessmentsState, list[Output]]:
        """Assess each event version; a re-entry told in the same tick counts already."""
        told = [item for item in inputs if isinstance(item.payload, Reentry)]
        if told:
            kept = [r for r in state.reentries if now - r.last_ns < REENTRY_KEPT_S * S]
            state.reentries = [*kept, *(item.payload for item in told)]
        outputs = []
        for item in inputs:
            if isinstance(item.payload, Reentry):
                continue
            state.made += 1
            reentry = reentry_of(item.payload.preferred, state.reentries)
            lineage = tuple(t.id for t in told if t.payload is reentry)
            assessed = self._assess(item.payload, reentry, now)
            if not opened(state, assessed, self.open_far_hz):
                continue
            outputs.append(Output(assessed, item.payload.preferred.epoch_ns, (item.id, *lineage)))
        return state, outputs

    def _assess(self, event: Event, reentry: Reentry | None, now: int) -> Assessment:
        track = event.preferred
        launched = launch_point(track.launch) if track.launch is not None else None
        impact, apogee, range_km, orbit = None, None, None, False
        if track.phase != "boost":
            descent = descend(track)
            impact, apogee, orbit = descent.impact, descent.apogee, descent.orbit
        if event.break_up is not None:
            impact = scatter(event.break_up)
        if impact is not None and launched is not None:
            distance, _, _ = inverse(launched.lat_deg, launched.lon_deg, impact.lat_deg, impact.lon_deg)
            spread = np.sqrt(
                0.5 * float(np.trace(impact.covariance_m2)) + 0.5 * float(np.trace(launched.covariance_m2))
            )
            range_km = Estimate(value=distance / 1e3, sigma=float(spread) / 1e3)
        kinds, boosters = typing_of(track, self._at_sea(track), self.templates, now)
        if reentry is not None:
            kinds, boosters = dict.fromkeys(kinds, 0.0) | reentry.typing, {}
        ranking = ranking_of(kinds, track)
        rate = far_of(ranking, track, self.calibration, self.trials)
        azimuth = None
        if track.launch is not None:
            azimuth = Estimate(
                value=track.launch.azimuth_deg, sigma=float(np.degrees(np.sqrt(track.launch.covariance[3, 3])))
            )
        if orbit and impact is None:
            feared = spared(self.regions)
        else:
            feared = threats(track, impact, self.regions, self.ceiling_m, self.burst)
        return Assessment(
            event=event.event,
            version=event.version,
            status=event.status,
            basis=_basis(track) if event.break_up is None else "lost",
            first_detection_ns=track.first_detection_ns,
            typing=kinds,
            boosters=boosters,
            launch_point=launched,
            azimuth_deg=azimuth,
            burnout_ns=track.burnout_ns,
            staging_ns=track.staging_ns,
            apogee_km=apogee,
            range_km=range_km,
            impact=impact,
            threats=feared,
            far_hz=rate.far_hz,
            far_basis=rate.basis,
            confidence=_confidence(track),
            phenomenologies=track.phenomenologies,
            kind_sensors=track.kind_sensors,
            sensors=track.sensors,
            detections=track.detections,
            aliases=event.aliases,
            partners=event.partners,
            reason=reentry.reason if reentry is not None else BROKE_UP if event.break_up is not None else "",
            merged_into=event.merged_into,
            split_from=event.split_from,
            ranking=ranking,
            last_detection_ns=track.last_detection_ns,
        )

    def _at_sea(self, track: Track) -> float:
        """Probability that the launch point is at sea, over its uncertainty."""
        if track.launch is None:
            return 0.0
        offsets = scattered(NORMAL, track.launch.covariance[:2, :2] + COAST_M**2 * np.eye(2))
        lat = np.clip(track.launch.lat_deg + np.degrees(offsets[:, 1] / 6371e3), -89.99, 89.99)
        lon = track.launch.lon_deg + np.degrees(offsets[:, 0] / 6371e3) / np.cos(np.radians(lat))
        row = (lat + 90.0).astype(np.int64)
        column = ((lon + 180.0) % 360.0).astype(np.int64)
        return 1.0 - float(np.mean(self.land[row, column]))


def opened(state: AssessmentsState, assessed: Assessment, bar_hz: float | None) -> bool:
    """Whether an event is or was rare enough among non-launches to be told of; one that was stays so, in `state`."""
    if bar_hz is None:
        return True
    known = not {assessed.event, *assessed.aliases}.isdisjoint(state.opened)
    if not known and assessed.far_hz is not None and assessed.far_hz > bar_hz:
        return False
    if assessed.event not in state.opened:
        state.opened.append(assessed.event)
    return True


def reentry_of(track: Track, reentries: Sequence[Reentry]) -> Reentry | None:
    """The re-entry that a track is of: one was seen where the track was, and the track did not begin before it."""
    for reentry in reentries:
        if track.first_detection_ns < reentry.first_ns - REENTRY_NEAR_S * S:
            continue
        seconds = (reentry.last_ns - track.epoch_ns) / S
        if abs(seconds) > REENTRY_NEAR_S:
            continue
        there = track.state[:3] + seconds * track.state[3:]
        if float(np.linalg.norm(there - reentry.position_m)) < REENTRY_NEAR_M:
            return reentry
    return None


def _basis(track: Track) -> Basis:
    """What the statement rests on: seen now, run ahead from what was seen, or out of sight for good."""
    if track.status == "confirmed":
        return "observed"
    return "lost" if track.status == "dropped" else "predicted"


def _confidence(track: Track) -> Confidence:
    """Confidence by the kinds of evidence: both kinds high, two sensors or a long track medium, else low."""
    if len(track.phenomenologies) > 1:
        return "high"
    if len(track.sensors) > 1 or track.detections >= 12:
        return "medium"
    return "low"
