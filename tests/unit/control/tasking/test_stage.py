"""The tasking stage: whom it cues, when, and what it says of those it does not."""

from dataclasses import replace
from typing import Any

import msgspec
import numpy as np
import pytest

from launchwatch.control.tasking.cues import STEP_S, THRUST_AHEAD_S, RadarField, paths_of, stay_in
from launchwatch.control.tasking.stage import LEAD_S, RENEW_S, THREAT_WEIGHT, TaskingStage, TaskingState
from launchwatch.core.frames import azimuth_elevation_range
from launchwatch.core.geodesy import itrf_from_geodetic
from launchwatch.messages.codec import pack, unpack
from launchwatch.messages.control import Cue, Tasking
from launchwatch.messages.events import Event
from launchwatch.messages.items import Item, Output
from launchwatch.messages.tracks import Track
from launchwatch.processing.motion.ballistic import state_after
from unit.control.made import assessment
from unit.processing.made import T0, track

S = 1_000_000_000
WEST = RadarField(
    sensor="west",
    lat_deg=38.0,
    lon_deg=140.0,
    site_m=itrf_from_geodetic(38.0, 140.0, 0.0),
    sectors_deg=((200.0, 340.0),),
    elevation_deg=(2.0, 85.0),
    range_m=(100e3, 4000e3),
    beamwidth_deg=2.0,
    sigma_range_m=50.0,
    look_s=0.1,
    spare=0.5,
)
FAR = replace(WEST, sensor="far", lat_deg=-40.0, site_m=itrf_from_geodetic(-40.0, 140.0, 0.0))
NEAR = replace(WEST, sensor="near", range_m=(100e3, 800e3))


def event(name: str = "e1", status: Any = "new", **changes: Any) -> Event:
    return Event(
        event=name, aliases=(), version=1, status=status, tracks=("T0001",), preferred=track(**changes), partners=()
    )


def step(
    stage: TaskingStage, state: TaskingState, payloads: list[Any], now_s: float
) -> tuple[TaskingState, list[Output]]:
    now = T0 + round(now_s * S)
    return stage.step(state, [Item(f"in/{now_s:g}/{k}", now, one) for k, one in enumerate(payloads)], now)


def cues(outputs: list[Output]) -> list[Cue]:
    return [one.payload for one in outputs if isinstance(one.payload, Cue)]


def taskings(outputs: list[Output]) -> list[Tasking]:
    return [one.payload for one in outputs if isinstance(one.payload, Tasking)]


def test_only_a_radar_whose_field_the_flight_enters_is_cued_and_it_is_told_where() -> None:
    stage = TaskingStage([WEST, FAR])
    _, outputs = step(stage, stage.start(), [event()], 1.0)
    (cue,) = cues(outputs)
    assert cue.sensor == "west"
    assert cue.acceleration_m_s2 == 0.0
    assert np.array_equal(cue.state, track().state)
    assert np.array_equal(cue.covariance, track().covariance)
    assert cue.from_ns <= T0 + S < cue.until_ns
    assert outputs[0].lineage == ("in/1/0",)
    # where it says that it leaves, the flight does leave
    inside, outside = (
        azimuth_elevation_range(WEST.site_m, 38.0, 140.0, state_after(cue.state, (cue.until_ns - T0) / S - away)[:3])
        for away in (2.0 * STEP_S, -STEP_S)
    )
    assert inside[1] >= 2.0
    assert 200.0 <= inside[0] <= 340.0
    assert outside[1] < 2.0 or not 200.0 <= outside[0] <= 340.0 or outside[2] < 100e3
    (told,) = taskings(outputs)
    assert (told.sensor, told.looked, told.not_looked) == ("west", ("e1",), ())
    assert 0.0 < told.spent_s <= told.budget_s
    assert 0.0 < told.value <= told.bound


def test_what_comes_near_later_is_cued_then_by_a_timer() -> None:
    stage = TaskingStage([NEAR])
    state, outputs = step(stage, stage.start(), [event()], 1.0)
    assert outputs == []
    due = stage.due(state)
    assert due is not None
    (path,) = paths_of([track()])
    stay = stay_in(NEAR, T0, path, T0)
    assert stay is not None
    assert due == stay.from_ns - round(LEAD_S * S)
    state, outputs = step(stage, state, [], (due - T0) / S - 1.0)
    assert outputs == []
    state, outputs = step(stage, state, [], (due - T0) / S)
    (cue,) = cues(outputs)
    assert cue.from_ns == stay.from_ns
    assert stage.due(state) is None  # nothing is to come but news


def test_a_better_estimate_is_a_new_cue_and_not_before_the_period_is_over() -> None:
    stage = TaskingStage([WEST])
    state, _ = step(stage, stage.start(), [event()], 1.0)
    later = state_after(track().state, 4.0)
    state, outputs = step(stage, state, [event(status="update", epoch_ns=T0 + 4 * S, state=later)], 5.0)
    assert outputs == []
    assert stage.due(state) == T0 + round((1.0 + RENEW_S) * S)
    state, outputs = step(stage, state, [], 1.0 + RENEW_S)
    (cue,) = cues(outputs)
    assert cue.epoch_ns == T0 + 4 * S
    # the same estimate once more is no news
    same = event(status="update", epoch_ns=T0 + 4 * S, state=later)
    state, outputs = step(stage, state, [same], 1.0 + 3.0 * RENEW_S)
    assert outputs == []


def test_under_thrust_a_cue_is_wide_and_does_not_look_far_ahead() -> None:
    stage = TaskingStage([WEST])
    _, outputs = step(stage, stage.start(), [event(phase="boost", free_from_ns=None, burnout_ns=None)], 1.0)
    (cue,) = cues(outputs)
    assert cue.acceleration_m_s2 > 0.0
    assert cue.until_ns <= T0 + round((THRUST_AHEAD_S + 2.0 * STEP_S) * S)


@pytest.mark.parametrize(
    "payloads",
    [
        [event(sensors=("ir-1", "west"))],
        [event(status="final")],
        [event(status="cancel")],
        [msgspec.structs.replace(event(), merged_into="e0")],
        [event(), assessment(event="e1", typing={"icbm": 0.3, "not-a-missile": 0.7})],
    ],
    ids=["seen already", "final", "cancelled", "merged", "no missile"],
)
def test_who_is_not_cued(payloads: list[Any]) -> None:
    stage = TaskingStage([WEST])
    _, outputs = step(stage, stage.start(), payloads, 1.0)
    assert cues(outputs) == []


def many(count: int) -> list[Any]:
    """Events side by side, the later ones known less well; the last threatens a region."""
    found: list[Any] = []
    for k in range(count):
        away = state_after(track().state, 0.0)
        away[:3] += 20e3 * k * np.array([0.0, 0.0, 1.0])
        found.append(event(f"e{k:03d}", state=away))
        found.append(assessment(1.0 if k == count - 1 else 0.0, event=f"e{k:03d}"))
    return found


def test_more_flights_than_time_are_cued_by_value_and_the_others_are_told_and_come_again() -> None:
    busy = replace(WEST, spare=0.02)  # 0.2 s of the period: two beams
    stage = TaskingStage([busy])
    state, outputs = step(stage, stage.start(), many(5), 1.0)
    (told,) = taskings(outputs)
    assert {cue.event for cue in cues(outputs)} == set(told.looked)
    assert set(told.looked) | {one.task for one in told.not_looked} == {f"e{k:03d}" for k in range(5)}
    assert len(told.looked) + len(told.not_looked) == 5
    assert "e004" in told.looked  # it threatens
    assert {one.reason for one in told.not_looked} == {"time budget"}
    assert told.spent_s <= told.budget_s + 1e-9
    weights = {cue.event: cue.weight for cue in cues(outputs)}
    assert weights["e004"] == THREAT_WEIGHT
    # those left out are planned again after the period, and in the end all are cued
    cued = set(told.looked)
    for k in range(1, 8):
        state, outputs = step(stage, state, [], 1.0 + k * RENEW_S)
        cued |= {cue.event for cue in cues(outputs)}
    assert cued == {f"e{k:03d}" for k in range(5)}


def test_the_state_survives_its_codec_and_goes_on_alike() -> None:
    stage = TaskingStage([WEST, NEAR])
    state, _ = step(stage, stage.start(), many(3), 1.0)
    again = unpack(pack(state), TaskingState)
    due = stage.due(state)
    assert due == stage.due(again)
    assert due is not None
    now_s = (due - T0) / S
    _, one = step(stage, state, [], now_s)
    _, other = step(stage, again, [], now_s)
    assert pack([x.payload for x in one]) == pack([x.payload for x in other])
    assert one


def test_a_flight_that_has_come_down_is_followed_no_further() -> None:
    steep: Track = track(state=np.concatenate([track().state[:3], -0.5 * track().state[:3] / 1e3]))
    (path, other) = paths_of([steep, track()])
    assert len(path) * STEP_S < 120.0
    assert len(other) > len(path)
