from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from launchwatch.processing.assessments.ranking import MISFIT, ranking_of
from unit.processing.made import state_above, track

SLOW = state_above(40.0, 127.0, 12e3, 100.0, 50.0, 50.0)
FAST = state_above(40.0, 127.0, 200e3, 3000.0, 2000.0, 4500.0)
SURE = np.diag([1e3, 1e3, 1e3, 50.0, 50.0, 50.0]) ** 2
UNSURE = np.diag([1e5, 1e5, 1e5, 3e3, 3e3, 3e3]) ** 2
BASE: dict[str, Any] = {
    "detections": 20, "sensors": ("ir-1",), "phenomenologies": ("infrared",), "chi2_per_degree": 1.0, "state": FAST,
    "covariance": SURE,
}  # fmt: skip


def ranked(none: float = 0.1, **changes: Any) -> float:
    return ranking_of({"icbm": 1.0 - none, "not-a-missile": none}, track(**BASE | changes))


def test_what_two_satellites_and_a_radar_saw_of_a_missile_ranks_above_all_that_is_less() -> None:
    order = [
        ranked(0.7, detections=3, state=SLOW, covariance=UNSURE),  # three looks at anything
        ranked(0.1, state=SLOW),  # a glint that one satellite saw move for a minute
        ranked(1e-4, detections=60, sensors=("ir-1", "ir-2"), state=SLOW, chi2_per_degree=4.0),  # two fires as one
        ranked(1e-3, detections=30),  # a missile, one satellite
        ranked(1e-5, detections=60, sensors=("ir-1", "ir-2")),
        ranked(1e-6, detections=80, sensors=("ir-1", "ir-2", "radar-1"), phenomenologies=("infrared", "radar")),
    ]
    assert order[0] == min(order)
    assert order == sorted(order[:3]) + sorted(order[3:])


@given(
    st.floats(0.0, 1.0), st.integers(0, 300), st.integers(1, 6), st.integers(1, 2), st.floats(0.0, 1e9),
    st.floats(0.0, 1e4),
)  # fmt: skip
def test_it_rises_and_falls_with_each_of_its_parts(
    none: float, looks: int, sensors: int, kinds: int, misfit: float, error: float
) -> None:
    names, evidence = tuple(f"s{i}" for i in range(sensors + 1)), ("infrared", "radar", "radar")
    here: dict[str, Any] = {
        "detections": looks, "sensors": names[:sensors], "phenomenologies": evidence[:kinds],
        "chi2_per_degree": misfit, "covariance": np.diag([1.0, 1.0, 1.0, error, error, error]) ** 2,
    }  # fmt: skip
    at = ranked(none, **here)
    assert np.isfinite(at)
    assert ranked(min(none + 0.1, 1.0), **here) <= at
    assert ranked(none, **here | {"detections": looks + 5}) >= at
    assert ranked(none, **here | {"sensors": names}) >= at
    assert ranked(none, **here | {"phenomenologies": evidence[: kinds + 1]}) > at
    assert ranked(none, **here | {"chi2_per_degree": misfit + 1.0}) <= at
    assert ranked(none, **here | {"covariance": 2.0 * here["covariance"]}) <= at
    assert ranked(none, **here | {"state": SLOW}) <= at


@pytest.mark.parametrize("chi2", [float("inf"), float("nan"), 1.0 + 2.0 * MISFIT])
def test_a_fit_without_measure_is_as_bad_as_the_worst(chi2: float) -> None:
    assert ranked(chi2_per_degree=chi2) == pytest.approx(ranked(chi2_per_degree=1.0 + MISFIT))


def test_a_speed_without_covariance_counts_as_none() -> None:
    assert ranked(covariance=np.full((6, 6), np.nan)) == pytest.approx(ranked(state=SLOW))
