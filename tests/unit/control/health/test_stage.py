"""Silence is a fault within three heartbeats, told once; a heartbeat ends it; order and repetition change nothing."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from launchwatch.control.health.stage import SILENT_BEATS, HealthStage, HealthState
from launchwatch.messages.codec import pack, unpack
from launchwatch.messages.control import Heartbeat
from launchwatch.messages.health import Health
from launchwatch.messages.items import Item

S = 1_000_000_000
T0 = 1_700_000_000 * S
EVERY_S = 30.0


def beat(sequence: int, component: str = "radar", status: str = "ready") -> Heartbeat:
    return Heartbeat(component=component, sequence=sequence, status=status, latency_s=0.1, interval_s=EVERY_S)


def heard(
    beats: list[tuple[float, Heartbeat]], until_s: float, awaited: dict[str, float]
) -> list[tuple[float, Health]]:
    """What the stage says, and when, s, of beats at their times; stepped where one comes or a timer is due."""
    stage = HealthStage(awaited)
    state = stage.start()
    said: list[tuple[float, Health]] = []
    at = sorted(beats, key=lambda one: one[0])
    state, _ = stage.step(state, [], T0)
    while True:
        due = stage.due(state)
        times = [T0 + round(at[0][0] * S)] if at else []
        times += [due] if due is not None else []
        now = min(times, default=None)
        if now is None or now > T0 + round(until_s * S):
            return said
        items = []
        while at and T0 + round(at[0][0] * S) <= now:
            items.append(Item(f"in/{len(items)}", now, at.pop(0)[1]))
        state = unpack(pack(state), HealthState)
        state, outputs = stage.step(state, items, now)
        said += [((now - T0) / S, output.payload) for output in outputs]


def test_who_is_heard_is_not_spoken_of() -> None:
    beats = [(EVERY_S * k, beat(k)) for k in range(1, 40)]
    assert heard(beats, EVERY_S * 39, {"radar": EVERY_S}) == []


def test_silence_is_told_once_after_three_heartbeats_and_the_next_one_ends_it() -> None:
    beats = [(EVERY_S * k, beat(k)) for k in range(1, 20) if not 5 <= k < 12]
    said = heard(beats, EVERY_S * 19, {"radar": EVERY_S})
    assert [(at, one.status, one.before) for at, one in said] == [
        (EVERY_S * (4 + SILENT_BEATS), "silent", "ready"),
        (EVERY_S * 12, "ready", "silent"),
    ]
    assert said[0][1].heard_ns == T0 + round(4 * EVERY_S * S)
    assert said[1][1].lost == 7


def test_who_never_begins_is_silent() -> None:
    assert [(at, one.component) for at, one in heard([], 1e3, {"radar": EVERY_S})] == [(90.0, "radar")]


def test_who_says_that_it_stops_is_not_awaited() -> None:
    beats = [(EVERY_S, beat(1)), (2 * EVERY_S, beat(2, status="stopping"))]
    assert [one.status for _, one in heard(beats, 1e4, {"radar": EVERY_S})] == ["stopping"]


@given(st.lists(st.tuples(st.floats(0.0, 900.0), st.integers(1, 30), st.sampled_from(["a", "b"])), max_size=25))
def test_changes_alternate_and_silence_is_as_long_as_it_says(beats: list[tuple[float, int, str]]) -> None:
    """Any beats at any times: a component is told silent three intervals after its last new beat, and never twice."""
    said = heard([(at, beat(n, name)) for at, n, name in beats], 1500.0, {"a": EVERY_S, "b": EVERY_S})
    for name in ("a", "b"):
        mine = [(at, one) for at, one in said if one.component == name]
        assert [one.status for _, one in mine] == ["silent" if k % 2 == 0 else "ready" for k in range(len(mine))]
        for at, one in mine:
            if one.status == "silent":
                assert abs((at - (one.heard_ns - T0) / S) - SILENT_BEATS * EVERY_S) < 1e-6
    assert pack(HealthStage({}).start())
