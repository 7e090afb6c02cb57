"""The tracks stage on a recorded flight: cut anywhere, and with sensors in another order."""

from __future__ import annotations

from functools import lru_cache
from itertools import groupby
from operator import attrgetter

from hypothesis import given, settings
from hypothesis import strategies as st

from launchwatch.assembly.run import play
from launchwatch.assembly.stopwatch import Stopwatch
from launchwatch.catalog.loader import load_catalog, load_scenario
from launchwatch.messages.codec import pack, unpack
from launchwatch.messages.detections import Detections
from launchwatch.messages.items import Item, Output
from launchwatch.messages.tracks import Track
from launchwatch.processing.tracks.record import TracksState
from launchwatch.processing.tracks.stage import TracksStage

S = 1_000_000_000
CUT_S = 400.0

Ticks = list[tuple[int, list[Item]]]


@lru_cache(maxsize=1)
def recorded() -> Ticks:
    """Detections of the flight of 28 November 2017 as one partner alone had them, by tick, to 400 s after lift-off."""
    catalog = load_catalog()
    scenario = load_scenario("hwasong-15-2017", catalog, ["partners=[us]"])
    run = play(catalog, scenario, 1, None, Stopwatch())
    until = scenario.launches[0].time_ns + round(CUT_S * S)
    heard = [
        e
        for e in run.cases[0].chains["us", "alone"].outputs
        if isinstance(e.payload, Detections) and e.emitted_ns <= until
    ]
    return [
        (now, [Item(e.id, e.received_ns, e.payload) for e in group])
        for now, group in groupby(heard, attrgetter("emitted_ns"))
    ]


def drive(ticks: Ticks, cut: int | None = None) -> tuple[list[Output], TracksState]:
    """Step a stage through the ticks and its own timers; before tick `cut` its state goes through the codec."""
    stage = TracksStage()
    state = stage.start()
    outputs: list[Output] = []
    for k, (now, items) in enumerate(ticks):
        if k == cut:
            state = unpack(pack(state), TracksState)
        while (due := stage.due(state)) is not None and due < now:
            state, said = stage.step(state, [], -(-due // S) * S)
            outputs += said
        state, said = stage.step(state, items, now)
        outputs += said
    return outputs, state


@lru_cache(maxsize=1)
def uncut() -> tuple[list[bytes], bytes]:
    """What the stage says without a cut, and its last state, packed."""
    outputs, state = drive(recorded())
    return [pack(o) for o in outputs], pack(state)


def test_the_flight_becomes_one_track() -> None:
    """One confirmed track, first under thrust, seen by infrared sensors; versions count without a gap."""
    outputs, state = drive(recorded())
    tracks = [o.payload for o in outputs]
    assert all(isinstance(t, Track) for t in tracks)
    assert {t.track for t in tracks} == {state.tracks[0].track}
    assert [t.version for t in tracks] == list(range(1, len(tracks) + 1))
    assert tracks[0].phase == "boost"
    assert "infrared" in tracks[0].phenomenologies


@settings(max_examples=10)
@given(data=st.data())
def test_a_snapshot_goes_on_the_same(data: st.DataObject) -> None:
    """Packed and unpacked before any tick, the stage says the same to the bit and ends in the same state."""
    cut = data.draw(st.integers(0, len(recorded()) - 1))
    outputs, state = drive(recorded(), cut)
    assert [pack(o) for o in outputs] == uncut()[0]
    assert pack(state) == uncut()[1]


def test_the_order_of_sensors_in_a_tick_does_not_change_the_tracks() -> None:
    """Looks of different sensors that arrive together, turned round, make as many tracks."""
    turned = [(now, items[::-1]) for now, items in recorded()]
    assert any(len({i.payload.look.sensor for i in items}) > 1 for _, items in turned)
    _, state = drive(turned)
    _, straight = drive(recorded())
    assert len(state.tracks) == len(straight.tracks)
    assert [t.phase for t in state.tracks] == [t.phase for t in straight.tracks]
    assert sorted(state.tracks[0].sensors) == sorted(straight.tracks[0].sensors)
