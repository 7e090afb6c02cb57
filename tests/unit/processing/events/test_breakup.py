"""Break-ups: told by pieces that fly apart from where the plume went out, and by nothing else."""

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from launchwatch.core.arrays import FloatArray
from launchwatch.core.epochs import NS
from launchwatch.core.geodesy import geodetic_from_itrf
from launchwatch.messages.tracks import Track
from launchwatch.processing.events.breakup import SPREAD_DEGREES, SPREAD_M_S, among_debris, break_up_of
from launchwatch.processing.motion import ballistic as flight
from unit.processing.made import T0, launch_fit, state_above, track

BURNOUT = T0 - 60 * NS
OUT = state_above(40.0, 127.0, 60e3, 2000.0, 0.0, 1500.0)
"""State of the vehicle at its burnout, a minute before T0."""
KNOWN = np.diag([200.0, 200.0, 200.0, 2.0, 2.0, 2.0]) ** 2


def vehicle() -> Track:
    return track(state=flight.state_after(OUT, 60.0), covariance=KNOWN, burnout_ns=BURNOUT, free_from_ns=BURNOUT)


def piece(push_m_s: FloatArray, name: str = "T0002", late_s: float = 0.0) -> Track:
    """What left the vehicle `late_s` after its burnout with another velocity, as radar sees it a minute after that."""
    let_go = flight.state_after(OUT, late_s) + np.concatenate([np.zeros(3), push_m_s])
    return track(
        name,
        state=flight.state_after(let_go, 60.0 - late_s),
        covariance=KNOWN,
        phenomenologies=("radar",),
        burnout_ns=None,
        free_from_ns=T0 - 20 * NS,
    )


def test_pieces_thrown_from_the_burnout_are_a_break_up() -> None:
    pushes = [np.array([80.0, 0.0, 0.0]), np.array([0.0, -120.0, 40.0])]
    broken = break_up_of([vehicle(), *(piece(push, f"T000{k}") for k, push in enumerate(pushes, 2))])
    assert broken is not None
    assert broken.epoch_ns == BURNOUT
    assert broken.pieces == 3
    # the mean of the three, at one place; a metre and a millimetre per second for the way there and back
    np.testing.assert_allclose(broken.state[:3], OUT[:3], atol=1.0)
    np.testing.assert_allclose(broken.state[3:], OUT[3:] + sum(pushes) / 3.0, atol=1e-3)
    thrown = np.array([np.zeros(3), *pushes])
    squares = float(np.sum((thrown - thrown.mean(axis=0)) ** 2))
    expected = np.sqrt((SPREAD_DEGREES * SPREAD_M_S**2 + squares) / (SPREAD_DEGREES + 6))
    assert broken.spread_m_s == pytest.approx(expected, rel=1e-4)


@given(st.floats(0.0, 20.0), st.floats(0.0, 2.0 * np.pi))
def test_what_is_let_go_on_purpose_breaks_nothing(push_m_s: float, turn: float) -> None:
    """Springs and retro-rockets: up to 20 m/s."""
    push = push_m_s * np.array([np.cos(turn), np.sin(turn), 0.0])
    assert break_up_of([vehicle(), piece(push)]) is None


def test_what_burned_on_unseen_or_fell_behind_breaks_nothing() -> None:
    # a stage that ignited unseen and reached another speed half a minute later was elsewhere at the burnout
    assert break_up_of([vehicle(), piece(np.array([300.0, 0.0, 100.0]), late_s=40.0)]) is None
    # a first stage that flies freely since before the plume went out
    behind = piece(np.array([90.0, 0.0, 0.0]))
    assert break_up_of([vehicle(), msgspec.structs.replace(behind, free_from_ns=BURNOUT - 60 * NS)]) is None


def test_the_stage_before_a_short_burn_is_no_piece() -> None:
    """Twelve seconds after a staging what was left there may be slower by 300 m/s; after a minute, by more."""
    slow = piece(np.array([300.0, 0.0, 0.0]))
    assert break_up_of([vehicle(), slow]) is not None
    for seconds, told in ((12, False), (60, True)):
        staged = msgspec.structs.replace(vehicle(), staging_ns=(BURNOUT - seconds * NS,))
        assert (break_up_of([staged, slow]) is not None) is told


def test_a_place_that_is_hardly_known_shows_no_piece() -> None:
    vague = msgspec.structs.replace(
        piece(np.array([90.0, 0.0, 0.0])), covariance=np.diag([3e3, 3e3, 3e3, 2.0, 2.0, 2.0]) ** 2
    )
    assert break_up_of([vehicle(), vague]) is None


def test_no_plume_seen_no_break_up_told() -> None:
    assert break_up_of([piece(np.zeros(3), "T0001"), piece(np.array([90.0, 0.0, 0.0]))]) is None
    assert break_up_of([vehicle()]) is None
    rising = track(phase="boost", burnout_ns=None, free_from_ns=None)
    assert break_up_of([rising, piece(np.array([90.0, 0.0, 0.0]))]) is None


def test_a_velocity_that_is_hardly_known_shows_no_piece() -> None:
    vague = msgspec.structs.replace(
        piece(np.array([90.0, 0.0, 0.0])), covariance=np.diag([300.0, 300.0, 300.0, 40.0, 40.0, 40.0]) ** 2
    )
    assert break_up_of([vehicle(), vague]) is None


def test_what_falls_braked_among_the_pieces_is_one_of_them() -> None:
    """A track that radar takes for thrust, low and on the way; the same elsewhere, high up or with a plume is none."""
    broken = break_up_of([vehicle(), piece(np.array([80.0, 0.0, 0.0]))])
    assert broken is not None
    fall = flight.fall(OUT, 1.0 / 300.0)
    later = BURNOUT + round(0.9 * fall.seconds * NS)
    _, lon, _ = geodetic_from_itrf(fall.position)
    changes = {"phase": "boost", "launch": None, "burnout_ns": None, "free_from_ns": None, "epoch_ns": later}
    low = piece(np.zeros(3))
    braked = msgspec.structs.replace(low, state=state_above(40.0, float(lon), 20e3, 100.0, 0.0, 0.0), **changes)
    assert among_debris(braked, broken)
    aside = msgspec.structs.replace(braked, state=state_above(46.0, float(lon), 20e3, 100.0, 0.0, 0.0))
    high = msgspec.structs.replace(braked, state=state_above(40.0, float(lon), 150e3, 100.0, 0.0, 0.0))
    long_after = msgspec.structs.replace(braked, epoch_ns=BURNOUT + 7200 * NS)
    burning = msgspec.structs.replace(braked, phenomenologies=("infrared",))
    risen = msgspec.structs.replace(braked, launch=launch_fit())
    for other in (aside, high, long_after, burning, risen):
        assert not among_debris(other, broken)
