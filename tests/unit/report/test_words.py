"""How values are written."""

import pytest

from launchwatch.report.words import clock, kilometres, point, signed_clock


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "00:00"), (59.4, "00:59"), (59.6, "01:00"), (-17, "-00:17"), (6000, "100:00"), (None, "never")],
)
def test_clock(seconds, text):
    assert clock(seconds) == text


@pytest.mark.parametrize(
    ("seconds", "text"), [(68, "+01:08"), (-68, "-01:08"), (0.0, "00:00"), (0.3, "00:00"), (-0.3, "00:00"), (None, "–")]
)
def test_a_gain_carries_its_sign_and_zero_has_none(seconds, text):
    assert signed_clock(seconds) == text


@pytest.mark.parametrize(
    ("lat", "lon", "text"), [(39.28, 125.87, "39.3N 125.9E"), (-25, -80.04, "25.0S 80.0W"), (-0.01, 0, "0.0N 0.0E")]
)
def test_point(lat, lon, text):
    assert point(lat, lon) == text


@pytest.mark.parametrize(("value", "text"), [(4475.2, "4,475"), (41.03, "41.0"), (0.042, "0.04"), (None, "–")])
def test_kilometres(value, text):
    assert kilometres(value) == text
