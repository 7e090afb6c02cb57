"""Two-body motion by which tracks out of a radar's sight are told."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from launchwatch.processing.motion.ballistic import state_after
from launchwatch.processing.tracks.flying import SIGHT_M, two_body
from unit.processing.made import state_above


@given(
    speed=st.floats(2000.0, 7900.0),
    climb=st.floats(-1000.0, 3000.0),
    heading=st.floats(0.0, 6.28),
    lat=st.floats(-80.0, 80.0),
    dt_s=st.floats(-300.0, 5000.0),
)
def test_it_keeps_well_within_the_margin(speed: float, climb: float, heading: float, lat: float, dt_s: float) -> None:
    state = state_above(lat, 20.0, 600e3, speed * np.sin(heading), speed * np.cos(heading), climb)
    there = state_after(state, dt_s)[:3]
    way = [np.linalg.norm(state_after(state, part * dt_s)[:3]) for part in np.linspace(0.0, 1.0, 60)]
    if min(way) < 6450e3:
        return  # it has come down before: nothing is given to it there
    off = float(np.linalg.norm(two_body(state[None], np.array([dt_s]))[0] - there))
    # J2 turns a low orbit by 0.5 degrees a revolution and shifts it along by as much: 100 km; a third of the margin
    assert off < SIGHT_M / 3.0
