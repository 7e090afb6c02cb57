"""SIAP by cases small enough to count."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from launchwatch.core.arrays import FloatArray
from launchwatch.evaluation.siap import siap

NAN = np.nan


def path(*places: float, speed: float = 0.0) -> FloatArray:
    """States (times, 6) along x; NaN where there is none."""
    states = np.zeros((len(places), 6))
    states[:, 0], states[:, 3] = places, speed
    states[np.isnan(states[:, 0])] = NAN
    return states


def test_a_picture_counted_by_hand() -> None:
    """Two objects of ten times. The first has one track of six times, and then another of three; one was false."""
    truth = np.array([path(*[0.0] * 10), path(*[1000.0] * 10)])
    tracks = np.array(
        [
            path(*[3.0] * 6, *[NAN] * 4, speed=1.0),
            path(*[NAN] * 5, *[-1.0] * 4, NAN),
            path(*[NAN] * 4, *[500.0] * 6),
        ]
    )
    found = siap(tracks, truth, 2.0, 100.0)
    assert found.completeness == pytest.approx(9 / 20)
    assert found.ambiguity == pytest.approx(10 / 9)  # at one time it has both
    assert found.spuriousness == pytest.approx(6 / 16)
    assert found.position_m == pytest.approx((6 * 3.0 + 4 * 1.0) / 10)
    assert found.velocity_m_s == pytest.approx(6 * 1.0 / 10)
    assert found.track_changes_hz == pytest.approx(1 / (9 * 2.0))
    assert found.longest_segment == pytest.approx(6 / 20)


def test_the_fewest_changes_are_counted() -> None:
    """Three tracks in a chain, of which the first and the last cover everything."""
    truth = path(*[0.0] * 8)[None]
    middle = path(NAN, NAN, *[0.0] * 4, NAN, NAN)
    tracks = np.array([path(*[0.0] * 5, *[NAN] * 3), middle, path(*[NAN] * 4, *[0.0] * 4)])
    assert siap(tracks, truth, 1.0, 1.0).track_changes_hz == pytest.approx(1 / 8)


def test_nothing_there_has_no_figures() -> None:
    empty = np.empty((0, 3, 6))
    nothing = siap(empty, empty, 1.0, 1.0)
    assert [getattr(nothing, name) for name in nothing.__struct_fields__] == [None] * 7
    blind = siap(empty, np.zeros((1, 3, 6)), 1.0, 1.0)
    assert (blind.completeness, blind.longest_segment, blind.ambiguity) == (0.0, 0.0, None)
    assert siap(np.zeros((1, 3, 6)), empty, 1.0, 1.0).spuriousness == 1.0


@given(arrays(np.float64, (3, 5, 6), elements=st.floats(0.0, 5.0)), st.integers(1, 3))
def test_parts_lie_between_none_and_all(states: FloatArray, objects: int) -> None:
    found = siap(states, states[:objects], 1.0, 2.0)
    if objects == 1:
        assert found.completeness == 1.0  # its copy is among the tracks
    for value in (found.completeness, found.spuriousness, found.longest_segment):
        assert value is not None
        assert 0.0 <= value <= 1.0
    assert found.ambiguity is not None
    assert found.ambiguity >= 1.0


@pytest.mark.parametrize(("shape", "step"), [((1, 3, 5), 1.0), ((1, 4, 6), 1.0), ((1, 3, 6), 0.0)])
def test_what_cannot_be_measured_is_refused(shape: tuple[int, ...], step: float) -> None:
    with pytest.raises(ValueError, match="must be"):
        siap(np.zeros((1, 3, 6)), np.zeros(shape), step, 1.0)
