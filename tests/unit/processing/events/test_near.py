"""The bounds that spare comparing tracks leave out none that the comparison would take as one launch."""

from __future__ import annotations

import msgspec
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from launchwatch.core.epochs import NS
from launchwatch.messages.tracks import LaunchFit, Track
from launchwatch.processing.events.joining import kinship
from launchwatch.processing.events.near import Near, near_tracks
from launchwatch.processing.motion import ballistic as flight
from unit.processing.made import T0, launch_fit, state_above, track

KINDS = (("infrared",), ("radar",), ("infrared", "radar"))


@st.composite
def tracks(draw: st.DrawFn) -> Track:
    """A track somewhere near the others of an example, of any kind and known well or badly."""
    east, north = draw(st.floats(-2.0, 2.0)), draw(st.floats(-2.0, 2.0))
    wide = 10.0 ** draw(st.floats(2.0, 4.5))
    state = state_above(40.0 + north, 128.0 + east, 150e3, 3500.0, draw(st.floats(-900.0, 900.0)), 2500.0)
    later_s = draw(st.floats(-120.0, 290.0))
    if draw(st.booleans()):
        state = flight.state_after(state, later_s)
    across = 10.0 ** draw(st.floats(2.5, 5.0))
    launch: LaunchFit | None = LaunchFit(
        lat_deg=40.0 + north, lon_deg=126.0 + east, time_ns=T0 + round(draw(st.floats(-300.0, 0.0)) * NS),
        azimuth_deg=draw(st.floats(0.0, 360.0)), covariance=np.diag([across, wide, 5.0, 0.05]) ** 2,
    )  # fmt: skip
    kinds = draw(st.sampled_from(KINDS))
    return track(
        epoch_ns=T0 + round(later_s * NS),
        state=state,
        covariance=np.diag([wide] * 3 + [wide / 50.0] * 3) ** 2,
        phase=draw(st.sampled_from(("boost", "ballistic"))),
        phenomenologies=kinds,
        launch=draw(st.sampled_from((launch, launch, None))),
        burnout_ns=draw(st.sampled_from((None, T0 - 5 * NS))),
    )


@given(tracks(), tracks())
def test_no_kin_is_left_out(a: Track, b: Track) -> None:
    mine, other = bool(near_tracks(a, [b])[0]), bool(near_tracks(b, [a])[0])
    if kinship(a, b) is not None:
        assert mine
        assert other


def test_what_is_hundreds_of_kilometres_apart_is_left_out() -> None:
    there = {"state": state_above(43.0, 128.0, 150e3, 3500.0, 0.0, 2500.0), "launch": launch_fit(lat_deg=43.0)}
    rising = track(phase="boost", burnout_ns=None)
    for one, other in (
        (track(), track(**there)),
        (rising, msgspec.structs.replace(rising, launch=launch_fit(lat_deg=43.0))),
        (track(), track(**there, phenomenologies=("radar",), kind_sensors=("r",), burnout_ns=None)),
    ):
        assert kinship(one, other) is None
        assert near_tracks(one, [one, other]).tolist() == [True, False]


def test_events_are_near_by_any_of_their_tracks_in_either_order() -> None:
    far = track("T0002", state=state_above(43.0, 128.0, 150e3, 3500.0, 0.0, 2500.0), launch=launch_fit(lat_deg=43.0))
    events = [{"T0001": track(), "T0002": far}, {"T0003": track("T0003")}, {"T0004": far}, {"T0005": far}]
    near = Near(events)
    assert near.of(1).tolist() == [True, True, False, False]
    assert [(x.track, y.track) for x, y in near.pairs(0, 1)] == [("T0001", "T0003")]
    assert [(x.track, y.track) for x, y in Near(events).pairs(0, 1)] == [("T0001", "T0003")]
    assert near.pairs(1, 2) == []
