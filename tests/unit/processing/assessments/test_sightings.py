"""What stands for the systems of 1960 and 1983: seen often enough, it is a launch."""

import msgspec
import numpy as np

from launchwatch.core.epochs import NS
from launchwatch.messages import codec
from launchwatch.messages.assessments import Assessment
from launchwatch.messages.detections import Detections
from launchwatch.messages.items import Item
from launchwatch.processing.assessments.sightings import SIGHTINGS, SightingsStage, SightingsState
from unit.processing.made import T0, infrared


def seen(stage: SightingsStage, directions: list[tuple[float, float, float]], every_s: float) -> list[Assessment]:
    state, made = stage.start(), []
    for k, direction in enumerate(directions):
        at = T0 + round(k * every_s * NS)
        unit = np.array([direction]) / np.linalg.norm(direction)
        look = msgspec.structs.replace(infrared([k + 1]), time_ns=np.array([at]), line_of_sight=unit)
        item = Item(f"detections/{k}", at, Detections(look=look, false_alarm_probability=np.zeros(1)))
        state = codec.unpack(codec.pack(state), SightingsState)
        state, outputs = stage.step(state, [item], at)
        made += [output.payload for output in outputs]
    return made


def test_four_sightings_of_one_place_within_two_minutes_are_a_launch() -> None:
    stage = SightingsStage("ru", "ru")
    told = seen(stage, [(1.0, 0.0, 0.0)] * (SIGHTINGS + 1), 10.0)
    assert [one.status for one in told] == ["new", "update"]
    assert {one.event for one in told} == {"ru-sighting-001"}
    assert told[0].threats[0].impact_probability == 1.0
    assert told[0].typing["icbm"] == 1.0


def test_too_seldom_or_too_far_apart_they_are_none() -> None:
    stage = SightingsStage("ru", "ru")
    assert seen(stage, [(1.0, 0.0, 0.0)] * 10, 60.0) == []
    apart = [(1.0, 0.01 * k, 0.0) for k in range(10)]  # more than half a degree from one to the next
    assert seen(stage, apart, 10.0) == []
