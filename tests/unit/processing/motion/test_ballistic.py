"""Ballistic flight: consistency of the filter, of its start, and the fall to the ground."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.stats import chi2

from launchwatch.core.arrays import FloatArray
from launchwatch.core.frames import OMEGA_EARTH, enu_axes
from launchwatch.core.geodesy import geodetic_from_itrf, inverse, itrf_from_geodetic
from launchwatch.physics.gravity import gravity_j2
from launchwatch.processing.motion import ballistic as flight
from launchwatch.processing.motion.measurements import Plots, predict_plots, row

EPOCH = 1_700_000_000_000_000_000
S = 1_000_000_000
SITES = {"north": (45.0, 140.0, 100.0), "south": (35.0, 133.0, 300.0)}
SIGMA, BIAS = np.array([1.5e-3, 1.5e-3, 40.0]), np.array([5e-4, 5e-4, 30.0])
LAUNCHED = np.concatenate(
    [itrf_from_geodetic(40.0, 129.0, 250e3), enu_axes(40.0, 129.0).T @ np.array([2500.0, 300.0, 2800.0])]
)


def truth_at(seconds: FloatArray, state: FloatArray = LAUNCHED) -> FloatArray:
    """States (n, 6) of a flight without air, integrated apart from the kernels."""
    spin = np.array([0.0, 0.0, OMEGA_EARTH])

    def derivative(_: float, y: FloatArray) -> FloatArray:
        turning = -2.0 * np.cross(spin, y[3:]) - np.cross(spin, np.cross(spin, y[:3]))
        return np.concatenate([y[3:], gravity_j2(y[:3]) + turning])

    span = (0.0, float(seconds[-1]) + 1.0)
    said = solve_ivp(derivative, span, state, method="DOP853", t_eval=seconds, rtol=1e-10, atol=1e-5)
    return np.asarray(said.y.T)


TIMES = np.arange(0.0, 240.0, 6.0)
TRUTH = truth_at(TIMES)


def seen(
    site: tuple[float, float, float],
    times: FloatArray,
    position: FloatArray,
    rng: np.random.Generator,
) -> Plots:
    """Plots of positions with noise and with errors that all of them share."""
    n = len(times)
    at = np.tile(site, (n, 1))
    measured = predict_plots(at, position)[0] + rng.normal(size=(n, 3)) * SIGMA + rng.normal(size=3) * BIAS
    return Plots(times, np.zeros(n, np.int64), at, measured, np.tile(SIGMA, (n, 1)), BIAS[None])


def nees(error: FloatArray, covariance: FloatArray) -> float:
    """Normalised squared error."""
    return float(error @ np.linalg.solve(covariance, error))


def flown(rng: np.random.Generator) -> flight.Ballistic:
    """One radar starts the track on its first eight plots; then both update it in turn."""
    north = seen(SITES["north"], TIMES[::2], TRUTH[::2, :3], rng)
    south = seen(SITES["south"], TIMES[1::2], TRUTH[1::2, :3], rng)
    first = Plots(*(getattr(north, f)[:8] for f in north.__struct_fields__[:-1]), north.bias_sigma)
    track, _, _ = flight.initiate("north", first, EPOCH)
    for i in range(16, len(TIMES)):
        name, data = ("north", north) if i % 2 == 0 else ("south", south)
        plot = row(data, i // 2)
        assert isinstance(plot, Plots)
        track = flight.predict(track, EPOCH + round(float(TIMES[i]) * S))
        track, difference, rows, covariance = flight.innovation(track, name, plot)
        track = flight.update(track, difference[0], rows, covariance[0])
    return track


def test_two_radars_are_consistent() -> None:
    """Errors of position and velocity are as large as the filter says, over 30 draws."""
    runs = 30
    total = 0.0
    for seed in range(runs):
        track = flown(np.random.default_rng(seed))
        assert track.radars == ["north", "south"]
        total += nees(track.mean[:6] - TRUTH[-1], track.covariance[:6, :6])
    low, high = chi2.ppf([0.005, 0.995], 6 * runs)  # two-sided 99 %: one honest filter in a hundred fails
    assert low < total < high, total / runs


def test_the_second_radar_helps_and_shows_the_errors_of_both() -> None:
    """Position is better than one radar's shared error alone allows; covariance stays symmetric and positive."""
    track = flown(np.random.default_rng(1))
    alone = float(np.hypot(SIGMA[0] / np.sqrt(40), BIAS[0])) * 1.1e6  # angle times the range of the farther radar
    assert np.sqrt(np.trace(track.covariance[:3, :3])) < alone
    np.testing.assert_array_equal(track.covariance, track.covariance.T)
    assert np.linalg.eigvalsh(track.covariance / np.sqrt(np.outer(*[np.diag(track.covariance)] * 2)))[0] > 0.0


def test_initiate_gives_the_state() -> None:
    """A few plots of one radar: errors as stated over 30 draws, each below the 3-sigma ellipsoid."""
    runs, total, fits = 30, 0.0, 0.0
    for seed in range(runs):
        data = seen(SITES["north"], TIMES[:10], TRUTH[:10, :3], np.random.default_rng(100 + seed))
        track, residual, degrees = flight.initiate("north", data, EPOCH)
        assert track.epoch_ns == EPOCH + round(float(TIMES[9]) * S)
        error = nees(track.mean[:6] - TRUTH[9], track.covariance[:6, :6])
        assert error < chi2.ppf(1.0 - 2.7e-3 / runs, 6)  # 3 sigma, shared among the draws
        total += error
        fits += residual / degrees
    low, high = chi2.ppf([0.005, 0.995], 6 * runs)  # two-sided 99 %
    # The prior of 8 km/s about rest weighs 0.003 of a sigma and is part of what is stated.
    assert low < total < high, total / runs
    assert abs(fits / runs - 1.0) < 3.0 * np.sqrt(2.0 / (runs * 24))  # mean chi-squared per degree, 3 sigma


@pytest.mark.parametrize("second", ["north", "south"])
def test_arcs_join_to_what_all_their_plots_say(second: str) -> None:
    """Two arcs two minutes apart, of two radars or of one whose error both share: as good as stated, and better."""
    runs, total = 30, 0.0
    for seed in range(runs):
        rng = np.random.default_rng(300 + seed)
        first, later = slice(0, 8), slice(28, 36)
        if second == "north":
            both = seen(SITES["north"], TIMES[:36], TRUTH[:36, :3], rng)
            arcs = [
                Plots(*(getattr(both, f)[part] for f in both.__struct_fields__[:-1]), both.bias_sigma)
                for part in (first, later)
            ]
        else:
            arcs = [seen(SITES[name], TIMES[part], TRUTH[part, :3], rng)
                    for name, part in (("north", first), ("south", later))]  # fmt: skip
        old, new = (flight.initiate(name, arc, EPOCH)[0] for name, arc in zip(("north", second), arcs, strict=True))
        one = flight.joined(old, new, BIAS)
        assert one.radars == (["north"] if second == "north" else ["north", "south"])
        total += nees(one.mean[:6] - TRUTH[35], one.covariance[:6, :6])
        assert np.sqrt(np.trace(one.covariance[3:6, 3:6])) < 0.3 * np.sqrt(np.trace(new.covariance[3:6, 3:6]))
    low, high = chi2.ppf([0.005, 0.995], 6 * runs)  # two-sided 99 %
    assert low < total < high, total / runs


def test_initiate_refuses_by_chi_squared_what_thrusts() -> None:
    """A path under 30 m/s^2 is no arc."""
    times = np.arange(0.0, 60.0, 6.0)
    path = LAUNCHED[:3] + np.outer(times, LAUNCHED[3:]) + 0.5 * 30.0 * np.outer(times**2, LAUNCHED[3:] / 3800.0)
    data = seen(SITES["south"], times, path, np.random.default_rng(4))
    _, residual, degrees = flight.initiate("south", data, EPOCH)
    assert residual > 6.0 * degrees  # the limit from which the stage takes plots for thrust


def test_powered_is_consistent() -> None:
    """On a constantly accelerated path errors stay within what is said, which allows for jerk besides."""
    times = np.arange(0.0, 36.0, 6.0)
    push = enu_axes(40.0, 129.0).T @ np.array([15.0, 5.0, 12.0])
    path = LAUNCHED[:3] + np.outer(times, LAUNCHED[3:]) + 0.5 * np.outer(times**2, push)
    end = np.concatenate([path[-1], LAUNCHED[3:] + times[-1] * push])
    runs = 30
    errors = []
    for seed in range(runs):
        data = seen(SITES["north"], times, path, np.random.default_rng(200 + seed))
        track = flight.powered(data, EPOCH)
        assert track.epoch_ns == EPOCH + round(float(times[-1]) * S)
        errors.append(nees(track.mean - end, track.covariance))
    # Shared errors are counted as noise and jerk is absent here: conservative, so only the upper bound binds.
    assert sum(errors) < chi2.ppf(0.995, 6 * runs), np.mean(errors)


def test_fall_of_a_high_arc() -> None:
    """The impact of a lofted arc is that of an integration of the same forces in a vacuum."""
    lofted = LAUNCHED.copy()
    lofted[3:] = enu_axes(40.0, 129.0).T @ np.array([900.0, 100.0, 6500.0])
    said = flight.fall(lofted, 0.0)
    there = truth_at(np.array([said.seconds]), lofted)[0]
    # Both at the same time: Runge-Kutta at 20 s above 600 km leaves decimetres after 2,700 s.
    np.testing.assert_allclose(said.position, there[:3], atol=2.0)
    np.testing.assert_allclose(said.velocity, there[3:], atol=0.01)
    # The last step is cut linearly; on the ground the height along the radius is the geodetic one.
    assert abs(float(geodetic_from_itrf(said.position)[2])) < 1.0
    heights = geodetic_from_itrf(truth_at(np.arange(0.0, said.seconds, 1.0), lofted)[:, :3])[2]
    # Steps of 20 s: at most half a step from the top, where g / 2 t^2 is 190 m at 4,000 km; and height is radial.
    assert abs(said.apogee_m - heights.max()) < 400.0
    assert abs(said.apogee_s - heights.argmax()) < 11.0


def test_drag_shortens_and_slows_the_fall() -> None:
    """With air the body lands later than without, and nearer."""
    free, slow = flight.fall(LAUNCHED, 0.0), flight.fall(LAUNCHED, 1.0 / 3000.0)
    lat, lon, _ = geodetic_from_itrf(np.array([LAUNCHED[:3], free.position, slow.position]))
    far = inverse(lat[0], lon[0], lat[1], lon[1])[0]
    near = inverse(lat[0], lon[0], lat[2], lon[2])[0]
    assert slow.seconds > free.seconds
    assert near < far
    assert np.linalg.norm(slow.velocity) < np.linalg.norm(free.velocity)


def test_transitions_undo_each_other() -> None:
    """Forward and back is the identity, and the determinant of a flow without friction is one."""
    forward = flight.transition(LAUNCHED, 300.0)
    ahead = flight.state_after(LAUNCHED, 300.0)
    unit = np.array([1.0, 1.0, 1.0, 1e-3, 1e-3, 1e-3])
    round_trip = flight.transition(ahead, -300.0) @ forward / unit[:, None] * unit
    # Central differences of 10 m and 0.01 m/s in positions of 1e7 m: rounding of 1e-10, times 300 s.
    np.testing.assert_allclose(round_trip, np.eye(6), atol=1e-6)
    assert abs(np.linalg.det(forward) - 1.0) < 1e-6  # Liouville; same rounding


def test_predict_there_and_back_only_adds_noise() -> None:
    """The mean returns and the covariance grows, by little."""
    start = flight.from_state(EPOCH, LAUNCHED, np.diag([100.0**2] * 3 + [1.0] * 3))
    back = flight.predict(flight.predict(start, EPOCH + 200 * S), EPOCH)
    np.testing.assert_allclose(back.mean, LAUNCHED, atol=0.01)  # truncation of the 10 s steps, twice
    grown = back.covariance - start.covariance
    assert np.all(np.diag(grown) > 0.0)
    # White acceleration over 200 s each way: q s^3 / 3 of position and q s of speed, twice; gravity bends it by 1 %.
    q, s = flight.ACCELERATION_NOISE, 200.0
    np.testing.assert_allclose(np.diag(grown)[:3], 2.0 * q * s**3 / 3.0, rtol=0.03)
    np.testing.assert_allclose(np.diag(grown)[3:], 2.0 * q * s, rtol=0.03)
    assert flight.predict(start, EPOCH) is start
