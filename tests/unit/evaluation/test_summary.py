from typing import Any

import pytest

from launchwatch.evaluation.summary import GAINS, _difference, _medians


def launch(alone: float | None, integrated: float | None, gains: dict[str, float | None]) -> dict[str, Any]:
    line = {
        "alone": {"first_detection_s": alone},
        "integrated": {"first_detection_s": integrated},
        "gain_s": dict.fromkeys(GAINS) | gains,
        "threatened": integrated is not None,
        "missed": {"alone": alone is None and integrated is not None, "integrated": False},
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
    assert found["threatening"] == 4
    assert found["missed"] == {"alone": 1, "integrated": 0}


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
