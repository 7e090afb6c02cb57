"""What a warning system does without looking at how a thing flies: seen often enough, it is a launch.

The systems of 1960 and 1983 worked so. The stage stands in a chain only where the guard `flight-path` is left out.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np

from launchwatch.core.arrays import FloatArray
from launchwatch.messages.assessments import Assessment, RegionThreat
from launchwatch.messages.detections import Detections
from launchwatch.messages.items import Item, Output
from launchwatch.messages.observations import InfraredLook
from launchwatch.processing.assessments.typing import CLASSES

S = 1_000_000_000
SIGHTINGS, WITHIN_S = 4, 120.0
NEAR_RAD = {"infrared": np.radians(0.1), "radar": np.radians(3.0)}
"""So many detections of one sensor, within so long and so near to each other, are a launch."""
FORGOTTEN_S = 300.0


class Sighting(msgspec.Struct):
    """A thing seen: its sensor, last direction (3,), epochs of its detections, and its event once it has one."""

    sensor: str
    direction: FloatArray
    times_ns: list[int]
    event: str


class SightingsState(msgspec.Struct):
    """State of the stage: what has been seen of late, and the events made so far."""

    seen: list[Sighting]
    made: int


class SightingsStage:
    """Detections in, assessments out (a stage of `launchwatch.ports`): each says that the own region is attacked.

    Parameters
    ----------
    node : prefix of the events.
    region : the own region.
    """

    topic = "sightings"
    consumes: tuple[type, ...] = (Detections,)

    def __init__(self, node: str, region: str) -> None:
        self.node, self.region = node, region

    def start(self) -> SightingsState:
        """A stage that has seen nothing."""
        return SightingsState([], 0)

    def due(self, state: SightingsState) -> int | None:
        """It has no timers."""
        return None

    def step(self, state: SightingsState, inputs: Sequence[Item], now: int) -> tuple[SightingsState, list[Output]]:
        """Count detections by place on the sensor's sky."""
        state.seen = [one for one in state.seen if now - one.times_ns[-1] < FORGOTTEN_S * S]
        outputs = []
        for item in inputs:
            look = item.payload.look
            phenomenology = "infrared" if isinstance(look, InfraredLook) else "radar"
            for time_ns, direction in zip(look.time_ns.tolist(), _directions(look), strict=True):
                one = self._sighting(state, look.sensor, direction, float(np.cos(NEAR_RAD[phenomenology])))
                one.direction = direction
                one.times_ns = [t for t in one.times_ns if time_ns - t <= WITHIN_S * S] + [time_ns]
                if len(one.times_ns) < SIGHTINGS:
                    continue
                status = "update" if one.event else "new"
                if not one.event:
                    state.made += 1
                    one.event = f"{self.node}-sighting-{state.made:03d}"
                outputs.append(Output(self._assess(one, status, phenomenology), time_ns, (item.id,)))
        return state, outputs

    def _sighting(self, state: SightingsState, sensor: str, direction: FloatArray, near: float) -> Sighting:
        for one in state.seen:
            if one.sensor == sensor and float(direction @ one.direction) > near:
                return one
        state.seen.append(Sighting(sensor, direction, [], ""))
        return state.seen[-1]

    def _assess(self, one: Sighting, status: str, phenomenology: str) -> Assessment:
        return Assessment(
            event=one.event,
            version=len(one.times_ns),
            status=status,  # type: ignore[arg-type]
            basis="observed",
            first_detection_ns=one.times_ns[0],
            typing=dict.fromkeys(CLASSES, 0.0) | {"icbm": 1.0},
            boosters={},
            launch_point=None,
            azimuth_deg=None,
            burnout_ns=None,
            staging_ns=(),
            apogee_km=None,
            range_km=None,
            impact=None,
            threats=(RegionThreat(region=self.region, impact_probability=1.0, overflight_probability=0.0),),
            far_hz=None,
            far_basis="not calibrated",
            confidence="high",
            phenomenologies=(phenomenology,),  # type: ignore[arg-type]
            kind_sensors=(one.sensor,),
            sensors=(one.sensor,),
            detections=len(one.times_ns),
            aliases=(),
            partners=(),
            reason="seen often enough",
        )


def _directions(look: object) -> FloatArray:
    """Unit directions (n, 3) of a look's rows, in axes that stand still for its sensor."""
    if isinstance(look, InfraredLook):
        return look.line_of_sight
    azimuth, elevation = np.radians(look.azimuth_deg), np.radians(np.nan_to_num(look.elevation_deg))  # type: ignore[attr-defined]
    flat = np.cos(elevation)
    return np.stack([flat * np.sin(azimuth), flat * np.cos(azimuth), np.sin(elevation)], axis=-1)
