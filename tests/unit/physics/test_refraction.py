"""Bending of radar beams against the formulas of ITU-R P.834, an integrated ray, and what must hold."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

from launchwatch.physics.refraction import (
    MEAN_REFRACTIVITY,
    SCALE_HEIGHT_M,
    air,
    bent_elevation_deg,
    elevation_error_deg,
    plasma,
    range_error_m,
)
from launchwatch.physics.visibility import MEAN_RADIUS

OUTSIDE_M = 1e8


def test_elevation_error_far_outside_against_itu_r_p_834() -> None:
    elevation = np.array([0.0, 0.5, 1.0, 2.0, 3.0, 5.0])
    published = 1.0 / (1.728 + 0.5411 * elevation + 0.03723 * elevation**2)  # from the ground, by geometric elevation
    # 4 %: the published formula is itself a fit
    np.testing.assert_allclose(elevation_error_deg(elevation, OUTSIDE_M, air()), published, rtol=0.04)


def test_elevation_error_high_up_is_refractivity_over_the_tangent() -> None:
    elevation = np.array([20.0, 45.0, 70.0])
    flat = np.degrees(1e-6 * MEAN_REFRACTIVITY / np.tan(np.radians(elevation)))
    # 1.5 %: the Earth is not flat
    np.testing.assert_allclose(elevation_error_deg(elevation, OUTSIDE_M, air()), flat, rtol=0.015)


@pytest.mark.parametrize(("elevation", "height"), [(0.5, 100e3), (3.0, 200e3), (3.0, 1000e3), (10.0, 400e3)])
def test_against_an_integrated_ray(elevation: float, height: float) -> None:
    """The ray equation in polar coordinates, stepped with the curvature that the gradient gives."""
    seen = np.radians(float(bent_elevation_deg(elevation, height, air())))

    def along(_: float, y: np.ndarray) -> list[float]:
        h, angle, _phi = y
        n = 1.0 + 1e-6 * MEAN_REFRACTIVITY * np.exp(-h / SCALE_HEIGHT_M)
        slope = -(n - 1.0) / SCALE_HEIGHT_M
        r = MEAN_RADIUS + h
        return [np.sin(angle), np.cos(angle) * (1.0 / r + slope / n), np.cos(angle) / r]

    def up(_: float, y: np.ndarray) -> float:
        return float(y[0] - height)

    up.terminal = True  # type: ignore[attr-defined]
    ray = solve_ivp(along, (0.0, 1e7), [0.0, seen, 0.0], rtol=1e-11, atol=1e-9, events=up)
    goal = np.arccos(np.cos(np.radians(elevation)) * MEAN_RADIUS / (MEAN_RADIUS + height)) - np.radians(elevation)
    assert ray.y[2, -1] == pytest.approx(goal, abs=1e-8)  # rad at the Earth's centre: 6 cm on the ground


@given(elevation=st.floats(0.5, 85.0), height=st.floats(50e3, 5e6), surface=st.floats(250.0, 400.0))
def test_air_lifts_a_target_and_more_air_lifts_it_more(elevation: float, height: float, surface: float) -> None:
    error = float(elevation_error_deg(elevation, height, air(surface)))
    assert 0.0 < error < float(elevation_error_deg(elevation, height, air(1.1 * surface)))
    assert error < 0.9  # no target is lifted by more than a ray that leaves level is bent


def test_vacuum_bends_nothing() -> None:
    # 1e-10 of the bisection
    assert float(elevation_error_deg(3.0, 500e3, air(0.0))) == pytest.approx(0.0, abs=1e-9)


def test_range_error_straight_up_is_refractivity_times_scale_height() -> None:
    expected = 1e-6 * MEAN_REFRACTIVITY * SCALE_HEIGHT_M
    assert float(range_error_m(90.0, 1e6, air())) == pytest.approx(expected, rel=1e-6)  # of the quadrature


def test_the_ionosphere_bends_vhf_more_than_uhf() -> None:
    low, high = (float(elevation_error_deg(5.0, 1000e3, plasma(f, 3e17))) for f in (150e6, 450e6))
    assert low / high == pytest.approx(9.0, rel=0.02)  # by the square of the frequency, but for the bend itself
    assert 0.5e-3 < np.radians(low) < 5e-3  # one to a few mrad at 150 MHz
