import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from launchwatch.processing.assessments.far import DAY_S, Calibration, far_of, rate_of
from unit.processing.made import track

MONTH = Calibration("synthetic/0123", np.arange(60.0), 30.0 * DAY_S)
RANKINGS = st.floats(-20.0, 30.0)


@given(st.lists(RANKINGS, max_size=40), st.lists(RANKINGS, min_size=2, max_size=12), st.integers(1, 4))
def test_the_rate_never_rises_with_ranking_and_never_falls_below_what_the_time_supports(
    seen: list[float], asked: list[float], trials: int
) -> None:
    calibration = Calibration("c", np.sort(np.array(seen, dtype=float)), 5.0 * DAY_S)
    rates = [rate_of(ranking, calibration, trials).far_hz for ranking in sorted(asked)]
    stated = [rate for rate in rates if rate is not None]
    assert stated == sorted(stated, reverse=True)
    assert all(rate >= trials / calibration.live_s for rate in stated)
    # beyond the range none is stated, and nothing after it is
    assert rates == [*stated, *[None] * (len(rates) - len(stated))]
    highest = max(seen, default=-np.inf)
    assert [rate is None for rate in rates] == [ranking > highest for ranking in sorted(asked)]


@pytest.mark.parametrize(("ranking", "above"), [(-5.0, 60), (0.0, 60), (0.5, 59), (58.0, 2), (59.0, 1)])
def test_the_event_itself_counts_as_one_more(ranking: float, above: int) -> None:
    assert rate_of(ranking, MONTH).far_hz == pytest.approx((above + 1) / (30.0 * DAY_S))


def test_trials_multiply_the_rate_and_are_told() -> None:
    alone, many = rate_of(10.0, MONTH), rate_of(10.0, MONTH, 4)
    assert alone.far_hz is not None
    assert many.far_hz == pytest.approx(4.0 * alone.far_hz)
    assert "trials 4" in many.basis
    assert "synthetic/0123" in many.basis
    assert "30 days" in many.basis


def test_beyond_the_range_it_says_so_and_how_little_the_time_bounds() -> None:
    found = rate_of(59.5, MONTH)
    assert found.far_hz is None
    assert found.basis.startswith("beyond the calibrated range, less than 0.1 a day")
    none = rate_of(0.0, Calibration("empty", np.empty(0), 3.0 * DAY_S))
    assert none.far_hz is None
    assert "less than 1 a day" in none.basis


def test_what_was_not_calibrated_is_told_so() -> None:
    assert far_of(5.0, track(), None) == (None, "not calibrated")
    radar = far_of(5.0, track(phenomenologies=("radar",)), MONTH)
    assert radar.far_hz is None
    assert radar.basis == "not calibrated for events without infrared"
    assert far_of(5.0, track(phenomenologies=("infrared", "radar")), MONTH).far_hz is not None
