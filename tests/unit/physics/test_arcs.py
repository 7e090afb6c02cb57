import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from launchwatch.physics.arcs import (
    HALF_ROUND_M,
    RADIUS_M,
    arc_at_elevation,
    arc_through,
    longest_range,
    minimum_energy,
)
from launchwatch.physics.gravity import MU

ranges_m = st.floats(1e3, 0.99 * HALF_ROUND_M)


@given(ranges_m, st.floats(0.02, 0.98))
def test_an_arc_is_found_again_through_its_apogee(range_m: float, part: float) -> None:
    steepest = 0.5 * (math.pi - 0.5 * range_m / RADIUS_M)
    arc = arc_at_elevation(range_m, part * steepest)
    again = arc_through(arc.apogee_m, range_m)
    # An apogee of some metres over a radius of 6.4e6 m keeps 1e-10 of itself in a double; the way back costs digits.
    assert again == pytest.approx(arc, rel=1e-7)


@given(ranges_m)
def test_no_speed_reaches_farther_than_that_of_least_energy(range_m: float) -> None:
    least = minimum_energy(range_m)
    # The arcsine at its steep end, near half the circumference, takes half of the digits.
    assert longest_range(least.speed_m_s) == pytest.approx(range_m, rel=1e-6)
    for elevation in (0.9 * least.elevation_rad, 1.1 * least.elevation_rad):
        assert arc_at_elevation(range_m, elevation).speed_m_s > least.speed_m_s


def test_from_circular_speed_on_no_distance_bounds_the_range() -> None:
    circular = math.sqrt(MU / RADIUS_M)
    assert longest_range(1.000001 * circular) == math.inf
    assert longest_range(0.999 * circular) < HALF_ROUND_M


def test_low_and_short_arcs_are_parabolas() -> None:
    # Flat Earth: time sqrt(8 h / g), speed upward sqrt(2 g h); the curvature enters at h / radius, 2e-5.
    g, apogee = MU / RADIUS_M**2, 100.0
    arc = arc_through(apogee, 50.0)
    assert arc.time_s == pytest.approx(math.sqrt(8.0 * apogee / g), rel=1e-4)
    assert arc.speed_m_s * math.sin(arc.elevation_rad) == pytest.approx(math.sqrt(2.0 * g * apogee), rel=1e-4)


def test_higher_apogees_take_longer() -> None:
    times = [arc_through(apogee, 1e6).time_s for apogee in (1e4, 1e5, 1e6, 1e7)]
    assert times == sorted(times)
