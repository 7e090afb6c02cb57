import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from launchwatch.assembly.flight.reported import Report, TestflightError, rounding, usual_class
from launchwatch.physics.arcs import minimum_energy


@pytest.mark.parametrize(
    ("figure", "half_a_digit"),
    [(6_248.5, 0.05), (4_475.0, 0.5), (950.0, 5.0), (787.0, 0.5), (2_000.0, 50.0), (1_090.0, 5.0), (0.25, 0.005)],
)
def test_rounding_is_half_of_the_last_digit_given(figure: float, half_a_digit: float) -> None:
    assert rounding(figure) == pytest.approx(half_a_digit)


@pytest.mark.parametrize(("seconds", "half"), [(3_180.0, 30.0), (4_260.0, 30.0), (4_052.0, 0.5), (2_832.0, 0.5)])
def test_whole_minutes_were_rounded_to_the_minute(seconds: float, half: float) -> None:
    # 2,832 s is 47 min 12 s
    assert rounding(seconds, minutes=True) == pytest.approx(half)


@given(st.floats(1e-3, 1e7))
def test_rounding_never_swallows_a_figure(figure: float) -> None:
    assert 0.0 < rounding(figure) <= 0.5 * figure


@pytest.mark.parametrize(
    ("range_km", "name"), [(900.0, "srbm"), (2_900.0, "mrbm"), (5_400.0, "irbm"), (5_600.0, "icbm"), (15_000.0, "icbm")]
)
def test_the_class_follows_from_the_speed(range_km: float, name: str) -> None:
    assert usual_class(minimum_energy(range_km * 1e3)) == name


@pytest.mark.parametrize(
    ("figures", "named", "possible"),
    [
        ({"apogee_km": math.nan}, "--apogee-km", "above 0"),
        ({"apogee_km": 0.0}, "--apogee-km", "above 0"),
        ({"apogee_km": math.inf}, "--apogee-km", "above 0"),
        ({"range_km": -1.0}, "--range-km", "above 0"),
        ({"range_km": 30_000.0}, "--range-km", "20,015 km"),
        ({"flight_time_s": -10.0}, "--flight-time-s", "above 0"),
        ({"booster_class": "icmb"}, "--booster-class", "icbm"),
        ({"booster_class": "hgv"}, "--booster-class", "slbm"),
        ({"azimuth_deg": 76.0}, "--azimuth", "--from"),
        ({"launch_deg": (39.0, 126.0)}, "--from", "--azimuth"),
        ({"launch_deg": (39.0, 126.0), "azimuth_deg": 400.0}, "--azimuth", "0 to 360"),
    ],
)
def test_nonsense_is_refused_in_one_line_that_says_what_is_possible(
    figures: dict[str, float], named: str, possible: str
) -> None:
    with pytest.raises(TestflightError) as caught:
        Report(**({"apogee_km": 4_475.0, "range_km": 950.0} | figures))  # type: ignore[arg-type]
    text = str(caught.value)
    assert named in text
    assert possible in text
    assert "\n" not in text
