"""The Cramer-Rao bound on a straight line, where it is known in closed form."""

import numpy as np
import pytest

from launchwatch.evaluation import bounds

TIMES = np.arange(5.0)
SIGMA = 0.3
NONE = np.zeros((2, 2))


def line(theta: np.ndarray) -> np.ndarray:
    return np.asarray(theta[0] + theta[1] * TIMES)


def test_slopes_of_a_line_are_exact() -> None:
    got = bounds.slopes(line, np.array([1.0, 2.0]), np.array([0.1, 0.1]))
    np.testing.assert_allclose(got, np.column_stack([np.ones(5), TIMES]), atol=1e-12)  # rounding


def test_slopes_refuse_what_is_no_number() -> None:
    with np.errstate(invalid="ignore"), pytest.raises(ValueError, match="smaller steps"):
        bounds.slopes(np.sqrt, np.array([-1.0]), np.array([0.1]))


def test_bound_of_a_line_is_that_of_least_squares() -> None:
    rows = np.column_stack([np.ones(5), TIMES])
    got = bounds.crlb(rows, np.full(5, SIGMA), NONE)
    np.testing.assert_allclose(got, SIGMA**2 * np.linalg.inv(rows.T @ rows), rtol=1e-10)  # rounding


def test_a_shared_error_adds_to_the_offset_alone() -> None:
    rows = np.column_stack([np.ones(5), TIMES])
    alone = bounds.crlb(rows, np.full(5, SIGMA), NONE)
    both = bounds.crlb(rows, np.full(5, SIGMA), NONE, np.full((5, 1), 0.7))
    np.testing.assert_allclose(both - alone, [[0.49, 0.0], [0.0, 0.0]], atol=1e-10)  # rounding


def test_an_efficient_estimate_has_ratio_one() -> None:
    rng = np.random.default_rng(4)
    errors = rng.normal(size=(4000, 2)) * [2.0, 0.5]
    # 4,000 draws give the ratio to about 1 %; four of that
    assert bounds.rms_ratio(errors, np.diag([4.0, 0.25])) == pytest.approx(1.0, abs=0.04)
