"""Free flight of many states, the spread of a Gaussian, and the search of an ellipse in the sky."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from launchwatch.core.frames import itrf_from_azimuth_elevation_range
from launchwatch.core.geodesy import itrf_from_geodetic
from launchwatch.physics.free_flight import free_flight, sigma_points
from launchwatch.physics.search import SIGMAS, beams_of, places_in, predicted_patch
from launchwatch.processing.motion.ballistic import state_after, transition

SITE = itrf_from_geodetic(60.0, 30.0, 0.0)
STATE = np.array([*itrf_from_geodetic(70.0, 40.0, 600e3), 1500.0, -3000.0, 4500.0])
LOCAL = np.diag([2e3, 3e3, 1e3, 20.0, 30.0, 10.0]) ** 2


@pytest.mark.parametrize("dt_s", [-40.0, 5.0, 300.0, 900.0])
def test_free_flight_is_that_of_the_filters(dt_s: float) -> None:
    flown = free_flight(np.stack([STATE, STATE]), dt_s)
    assert np.allclose(flown[0], state_after(STATE, dt_s), rtol=0.0, atol=10.0)
    assert np.array_equal(flown[0], flown[1])


def test_sigma_points_have_the_mean_and_covariance_and_spread_as_the_filters_say() -> None:
    points = sigma_points(STATE, LOCAL)
    assert np.allclose(points.mean(axis=0), STATE)
    away = points - STATE
    assert np.allclose(away.T @ away / len(points), LOCAL, atol=1e-3)
    later = free_flight(points, 120.0)
    off = later - later.mean(axis=0)
    phi = transition(STATE, 120.0)
    assert np.allclose(off.T @ off / len(points), phi @ LOCAL @ phi.T, rtol=1e-2, atol=100.0)


def test_a_patch_holds_what_it_should_and_thrust_widens_it() -> None:
    patch = predicted_patch(SITE, 60.0, 30.0, STATE, LOCAL, 60.0)
    assert np.allclose(patch.axes @ patch.axes.T, np.eye(3))
    generator = np.random.default_rng(1)
    drawn = free_flight(generator.multivariate_normal(STATE, LOCAL, 20_000), 60.0)[:, :3]
    places = places_in(patch, SITE, drawn, beams_of(patch, 1e-3), 1e-3)
    # a plane Gaussian within three standard deviations, and four of the count of those without
    outside = np.exp(-0.5 * SIGMAS**2)
    assert abs(np.mean(places < 0) - outside) < 4.0 * np.sqrt(outside / 20_000)
    wider = predicted_patch(SITE, 60.0, 30.0, STATE, LOCAL, 60.0, 30.0)
    assert beams_of(wider, 1.0) > beams_of(patch, 1.0)
    assert np.allclose(wider.position_m, patch.position_m)


@given(st.floats(0.2, 5.0), st.floats(1.0, 300.0))
def test_beams_are_counted_from_the_middle_outward(beam_deg: float, dt_s: float) -> None:
    patch = predicted_patch(SITE, 60.0, 30.0, STATE, 100.0 * LOCAL, dt_s)
    beams = beams_of(patch, beam_deg)
    assert beams >= 1
    values, vectors = np.linalg.eigh(patch.covariance_m2[1:, 1:])
    arm = vectors[:, 1] * np.sqrt(values[1])
    steps = np.linspace(0.0, 2.9, 30)
    bodies = patch.position_m + steps[:, None] * (arm @ patch.axes[1:])
    places = places_in(patch, SITE, bodies, beams, beam_deg)
    assert places[0] == 0
    assert np.all(np.diff(places) >= 0)
    assert places.max() < beams
    behind = SITE - (patch.position_m - SITE)
    assert places_in(patch, SITE, behind[None], beams, beam_deg)[0] == -1


def test_one_beam_is_enough_for_what_is_known_well() -> None:
    state = np.array([*itrf_from_azimuth_elevation_range(SITE, 60.0, 30.0, 40.0, 20.0, 2e6), 0.0, 0.0, 0.0])
    patch = predicted_patch(SITE, 60.0, 30.0, state, np.diag([1.0] * 6), 0.0)
    assert beams_of(patch, 2.0) == 1
    assert np.allclose(patch.axes[0], (state[:3] - SITE) / 2e6)
