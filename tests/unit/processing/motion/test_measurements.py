"""Measurements as arrays: gradients, inverses, order."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from launchwatch.core.arrays import FloatArray
from launchwatch.core.frames import azimuth_elevation_range, enu_axes
from launchwatch.core.geodesy import itrf_from_geodetic
from launchwatch.messages.observations import InfraredLook
from launchwatch.processing.motion.measurements import (
    LinesOfSight,
    Plots,
    bias_sigmas,
    bias_slopes,
    combine,
    plot_positions,
    plot_residuals,
    predict_plots,
    row,
    select,
    sight_residuals,
    stack,
    tangents_of,
)

sites = st.tuples(st.floats(-75.0, 75.0), st.floats(-180.0, 180.0), st.floats(0.0, 3000.0))
looks = st.tuples(st.floats(0.0, 2 * np.pi), st.floats(0.02, 1.4), st.floats(50e3, 4e6))


def position_of(site: tuple[float, float, float], look: tuple[float, float, float]) -> FloatArray:
    """ITRF position (3,) at azimuth rad, elevation rad, range m from a site."""
    az, el, distance = look
    local = distance * np.array([np.sin(az) * np.cos(el), np.cos(az) * np.cos(el), np.sin(el)])
    return np.asarray(itrf_from_geodetic(*site) + local @ enu_axes(*site[:2]))


def plots_of(site: tuple[float, float, float], measured: FloatArray) -> Plots:
    """Plots of one radar without much noise."""
    n = len(measured)
    return Plots(
        time_s=np.arange(float(n)),
        sensor=np.zeros(n, np.int64),
        site_deg_m=np.tile(site, (n, 1)),
        measured=measured,
        sigma=np.tile([1e-3, 2e-3, 50.0], (n, 1)),
        bias_sigma=np.array([[3e-4, 3e-4, 30.0]]),
    )


def sights_of(times: list[float], seed: int, sigma: float = 1e-5, bias: float = 2e-5) -> LinesOfSight:
    """Lines of sight of one satellite in random directions."""
    direction = np.random.default_rng(seed).normal(size=(len(times), 3))
    direction /= np.linalg.norm(direction, axis=1)[:, None]
    return LinesOfSight(
        time_s=np.array(times),
        sensor=np.zeros(len(times), np.int64),
        position=np.full((len(times), 3), float(seed)),
        direction=direction,
        tangents=tangents_of(direction),
        sigma=np.full(len(times), sigma),
        bias_sigma=np.array([bias]),
    )


@settings(max_examples=60)
@given(site=sites, look=looks)
def test_predicted_plots_and_their_gradients(
    site: tuple[float, float, float], look: tuple[float, float, float]
) -> None:
    """Angles are those of `core.frames`, gradients those of central differences."""
    position = position_of(site, look)
    predicted, gradient = predict_plots(np.array([site]), position[None])
    az, el, distance = azimuth_elevation_range(itrf_from_geodetic(*site), *site[:2], position[None])
    # Positions of 1e7 m in doubles leave 1e-9 m, at the nearest 50 km 1e-13 rad over the cosine of 80 degrees.
    assert abs(np.remainder(predicted[0, 0] - np.radians(az[0]) + np.pi, 2 * np.pi) - np.pi) < 1e-10
    np.testing.assert_allclose(predicted[0, 1:], [np.radians(el[0]), distance[0]], rtol=1e-10)
    step = look[2] * 1e-5
    for j in range(3):
        move = np.zeros(3)
        move[j] = step
        ahead, behind = (predict_plots(np.array([site]), (position + s * move)[None])[0][0] for s in (1.0, -1.0))
        difference = ahead - behind
        difference[0] = np.remainder(difference[0] + np.pi, 2 * np.pi) - np.pi
        # Third-order terms: (1e-5 / cos el)^2, and rounding 1e-9 m over the step; angles by range to compare in m/m.
        scale = np.array([look[2], look[2], 1.0])
        np.testing.assert_allclose(gradient[0, :, j] * scale, difference / (2 * step) * scale, atol=2e-7)


@settings(max_examples=60)
@given(site=sites, look=looks)
def test_positions_of_plots_invert_their_prediction(
    site: tuple[float, float, float], look: tuple[float, float, float]
) -> None:
    """There and back to rounding; the covariance is that of the plot's axes, biases included."""
    data = plots_of(site, np.array([look]))
    position, covariance = plot_positions(data)
    np.testing.assert_allclose(position[0], position_of(site, look), atol=1e-6)  # doubles at 1e7 m, a few operations
    predicted, gradient = predict_plots(data.site_deg_m, position)
    away = predicted[0] - np.array(look)
    away[0] = np.remainder(away[0] + np.pi, 2 * np.pi) - np.pi
    np.testing.assert_allclose(away, 0.0, atol=1e-7)  # 1e-8 m of range at 4,000 km, 1e-13 rad; rounding only
    back = gradient[0] @ covariance[0] @ gradient[0].T
    expected = np.diag(data.sigma[0] ** 2 + data.bias_sigma[0] ** 2)
    unit = np.sqrt(np.outer(np.diag(expected), np.diag(expected)))
    # The inverse of gradients of 1 and 1 / range loses up to the ratio of the axes squared, some 1e9, of 1e-16.
    np.testing.assert_allclose(back / unit, expected / unit, atol=1e-5)


@given(seed=st.integers(0, 10_000), n=st.integers(1, 12))
def test_tangents_are_orthonormal(seed: int, n: int) -> None:
    """Two unit vectors, across each other and the direction, right-handed."""
    direction = sights_of([0.0] * n, seed).direction
    # One axis serves all rows: keep them in a cone about the first, as one sensor's are.
    direction = direction[0] + 0.1 * direction
    direction /= np.linalg.norm(direction, axis=1)[:, None]
    tangents = tangents_of(direction)
    frame = np.concatenate([tangents, direction[:, None]], axis=1)
    np.testing.assert_allclose(frame @ frame.transpose(0, 2, 1), np.tile(np.eye(3), (n, 1, 1)), atol=1e-14)  # rounding
    np.testing.assert_allclose(np.linalg.det(frame), 1.0, atol=1e-14)


@given(times=st.lists(st.lists(st.floats(0.0, 100.0), min_size=1, max_size=8).map(sorted), min_size=1, max_size=4))
def test_combine_sorts_by_time_and_keeps_sensors(times: list[list[float]]) -> None:
    """Each row keeps its sensor, its order in that sensor, and that sensor's bias."""
    parts = [sights_of(t, k, sigma=(k + 1) * 1e-5, bias=(k + 1) * 2e-5) for k, t in enumerate(times)]
    both = combine(parts)
    assert np.all(np.diff(both.time_s) >= 0.0)
    np.testing.assert_array_equal(both.bias_sigma, [p.bias_sigma[0] for p in parts])
    for k, part in enumerate(parts):
        own = both.sensor == k
        np.testing.assert_array_equal(both.time_s[own], part.time_s)
        np.testing.assert_array_equal(both.direction[own], part.direction)
        np.testing.assert_array_equal(both.tangents[own], part.tangents)
        np.testing.assert_array_equal(both.sigma[own], part.sigma)
        np.testing.assert_array_equal(both.position[own], part.position)


def test_stack_of_rows_is_the_whole() -> None:
    """Taken apart and put together again."""
    whole = plots_of((50.0, 10.0, 0.0), np.random.default_rng(1).uniform(0.1, 1.0, (6, 3)))
    again = stack([row(whole, i) for i in range(6)])
    for name in whole.__struct_fields__:
        np.testing.assert_array_equal(getattr(again, name), getattr(whole, name))


@given(keep=st.lists(st.booleans(), min_size=5, max_size=5))
def test_select_keeps_the_fields(keep: list[bool]) -> None:
    """Arrays of rows are cut, the rest stands; a mask and its index say the same."""
    data = sights_of([0.0, 1.0, 2.0, 3.0, 4.0], 3)
    look = InfraredLook(
        sensor="s",
        look_from_ns=0,
        look_until_ns=5,
        looks=1,
        period_s=1.0,
        position_m=np.array([4.2e7, 0.0, 0.0]),
        band_um=(2.7, 2.9),
        bias_urad=10.0,
        threshold_snr=5.0,
        false_alarms_per_look=0.1,
        sequence=np.arange(5),
        time_ns=np.arange(5),
        sensor_position_m=data.position,
        line_of_sight=data.direction,
        sigma_urad=np.full(5, 10.0),
        irradiance_w_m2=np.arange(5.0),
        snr=np.arange(5.0),
    )
    mask = np.array(keep)
    cut, again = select(look, mask), select(look, np.flatnonzero(mask))
    assert isinstance(cut, InfraredLook)
    for name in look.__struct_fields__:
        value = getattr(cut, name)
        np.testing.assert_array_equal(value, getattr(again, name))
        if name == "position_m" or not isinstance(value, np.ndarray):
            np.testing.assert_array_equal(value, getattr(look, name))
        else:
            assert value.shape == (mask.sum(), *getattr(look, name).shape[1:])
            assert value.dtype == getattr(look, name).dtype


def test_residuals_take_the_bias_of_their_own_sensor() -> None:
    """A sensor's error moves its own rows by itself over sigma, and the slopes say the same."""
    both = combine([sights_of([0.0, 2.0], 1), sights_of([1.0, 3.0], 2)])
    position = both.position + 1e7 * both.direction
    slopes = np.zeros((4, 3, 2))
    bias = np.array([1e-5, 2e-5, -3e-5, 4e-5])
    residual = sight_residuals(both, position, slopes)[0] - bias_slopes(both) @ bias
    # On the line itself only the bias is left; directions are unit vectors to 1e-16, sigma is 1e-5.
    np.testing.assert_allclose(residual.reshape(4, 2), -bias.reshape(2, 2)[both.sensor] / 1e-5, atol=1e-8)
    np.testing.assert_array_equal(bias_sigmas(both), both.bias_sigma[[0, 0, 1, 1]])


def test_residuals_of_plots_cross_north() -> None:
    """Azimuths on the two sides of north differ by little."""
    site = (60.0, 20.0, 0.0)
    data = plots_of(site, np.array([[2 * np.pi - 5e-4, 0.3, 1e6]]))
    position = position_of(site, (5e-4, 0.3, 1e6))
    residual, _ = plot_residuals(data, position[None], np.eye(3)[None])
    np.testing.assert_allclose(residual, [-1.0, 0.0, 0.0], atol=1e-6)  # a milliradian at a sigma of one
    np.testing.assert_allclose(bias_slopes(data) * data.sigma[0], np.eye(3), atol=1e-12)
