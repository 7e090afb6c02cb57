"""When a covariance has lost its meaning: it is told, whatever is in it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from launchwatch.processing.motion.launches import ANYWHERE_M, bounded

GOOD = np.diag([1e3, 2e3, 5.0, 0.02]) ** 2


def test_a_covariance_is_bounded() -> None:
    assert bounded(GOOD)


@pytest.mark.parametrize("wrong", [np.nan, np.inf, 0.0, -1.0, ANYWHERE_M**2])
def test_what_is_no_covariance_is_not(wrong: float) -> None:
    bad = GOOD.copy()
    bad[0, 0] = wrong
    assert not bounded(bad)
    bad = GOOD.copy()
    bad[0, 1] = bad[1, 0] = 4e6  # correlated by more than one
    assert not bounded(bad)


@given(arrays(np.float64, (4, 4), elements=st.floats(width=64)))
def test_any_matrix_is_answered(matrix: np.ndarray) -> None:
    with np.errstate(all="ignore"):
        assert bounded(matrix) in (True, False)
