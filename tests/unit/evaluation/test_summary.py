import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from launchwatch.evaluation.summary import GAINS, _difference, _ground_error, _medians
from unit.control.made import T0, ground_point


def launch(alone: float | None, integrated: float | None, gains: dict[str, float | None]) -> dict[str, Any]:
    line = {
        "alone": {"first_detection_s": alone},
        "integrated": {"first_detection_s": integrated},
        "gain_s": dict.fromkeys(GAINS) | gains,
    }
    return {"partners": {"ru": line}}


def test_medians_are_over_the_launches_that_have_a_gain_and_say_how_many() -> None:
    launches = [
        launch(50.0, 40.0, {"first_detection": 10.0, "warning": 0.0}),
        launch(60.0, 60.0, {"first_detection": 0.0, "warning": 100.0, "confirmed": -3.0}),
        launch(70.0, 40.0, {"first_detection": 30.0}),
        launch(None, 80.0, {}),
        launch(None, None, {}),
    ]
    found = _medians(launches, "ru")
    assert found["median_gain_s"] == {"first_detection": 10.0, "warning": 50.0, "confirmed": -3.0}
    assert found["gains_counted"] == {"first_detection": 3, "warning": 2, "confirmed": 1}
    assert found["launches_only_integrated"] == 1


def test_no_gain_no_median() -> None:
    found = _medians([launch(None, None, {})], "ru")
    assert found["median_gain_s"] == dict.fromkeys(GAINS)
    assert set(found["gains_counted"].values()) == {0}


@pytest.mark.parametrize(
    ("alone", "integrated", "gain"), [(50.0, 40.0, 10.0), (40.0, 50.0, -10.0), (None, 40.0, None), (40.0, None, None)]
)
def test_gain_is_alone_minus_integrated_and_null_where_one_never_was(
    alone: float | None, integrated: float | None, gain: float | None
) -> None:
    assert _difference(alone, integrated) == gain


@given(north=st.floats(-0.5, 0.5), east=st.floats(-0.5, 0.5))
def test_errors_agree_with_each_other(north: float, east: float) -> None:
    point = ground_point(40.0, 126.0, T0, sigma_m=20e3)
    found = _ground_error(point, (40.0 + north, 126.0 + east))
    # A round ellipse: distance over sigma squared is the NEES, but for the Earth's bulge over some 70 km.
    assert found["nees"] == pytest.approx((found["km"] / 20.0) ** 2, rel=1e-3, abs=1e-3)
    if not math.isclose(found["nees"], 5.991, abs_tol=1e-3):
        assert found["inside"] is (found["nees"] < 5.991)


def test_no_point_no_error() -> None:
    nothing = {"km": None, "inside": None, "nees": None, "major": None}
    assert _ground_error(None, (40.0, 126.0)) == nothing
    assert _ground_error(ground_point(40.0, 126.0, T0), None) == nothing
