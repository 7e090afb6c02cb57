"""Flight through air: kernels against a plain twin, the filter against its Cramer-Rao bound and flown bodies."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.stats import chi2

from launchwatch.catalog.loader import load_catalog
from launchwatch.core.arrays import FloatArray
from launchwatch.core.frames import OMEGA_EARTH, enu_axes
from launchwatch.core.geodesy import geodetic_from_itrf, itrf_from_geodetic
from launchwatch.physics.atmosphere import EDGES, TABLE, density
from launchwatch.physics.entry import peak_deceleration
from launchwatch.physics.gravity import gravity_j2
from launchwatch.processing.motion import ballistic as flight
from launchwatch.processing.motion import descent as air
from launchwatch.processing.motion._descent_kernels import advance, descend, land, rates
from launchwatch.processing.motion.measurements import predict_plots
from launchwatch.sim.truth.flight import Trajectory, fly
from launchwatch.sim.truth.plan import BankTurn, FlightPlan
from unit.processing.motion.descending import EPOCH, KNOWN, SITE, S, farina, followed, nees, plots, started

LIFTING = np.concatenate(
    [
        itrf_from_geodetic(40.0, 130.0, 60e3),
        enu_axes(40.0, 130.0).T @ np.array([5000.0, 1500.0, -600.0]),
        [math.log(1.0 / 9000.0), 2.5e-4, -1.2e-4],
    ]
)


def radial_height(position: FloatArray) -> float:
    a, b = 6378137.0, 6356752.314245
    rho2 = float(position @ position)
    sin2 = float(position[2]) ** 2 / rho2
    return math.sqrt(rho2) - a * b / math.sqrt(b * b * (1.0 - sin2) + a * a * sin2)


def plain(_: float, y: FloatArray) -> FloatArray:
    """Derivative (9,) in plain NumPy."""
    spin = np.array([0.0, 0.0, OMEGA_EARTH])
    r, v = y[:3], y[3:6]
    speed = np.linalg.norm(v)
    rho = float(density(max(radial_height(r), 0.0)))
    ahead = v / speed
    up = r / np.linalg.norm(r)
    up = up - (up @ ahead) * ahead
    up /= np.linalg.norm(up)
    lift = y[7] * up + y[8] * np.cross(ahead, up)
    turning = -2.0 * np.cross(spin, v) - np.cross(spin, np.cross(spin, r))
    bent = 0.5 * rho * speed**2 * (lift - math.exp(y[6]) * ahead)
    return np.concatenate([v, gravity_j2(r) + turning + bent, np.zeros(3)])


def flown(y: FloatArray, seconds: float) -> FloatArray:
    said = solve_ivp(plain, (0.0, seconds), y, method="DOP853", rtol=1e-11, atol=1e-7)
    return np.asarray(said.y[:, -1])


def test_kernels_fly_as_the_plain_twin() -> None:
    out = np.empty(9)
    rates(LIFTING, OMEGA_EARTH, TABLE, EDGES, out)
    # heights by different roundings: 1e-8 m over a scale height of 7 km
    np.testing.assert_allclose(out[:6], plain(0.0, LIFTING)[:6], rtol=1e-10)
    ahead, there = advance(LIFTING, 60.0, OMEGA_EARTH, TABLE, EDGES), flown(LIFTING, 60.0)
    # steps of a third of a scale height: centimetres in 300 km, where the air's layers meet with a kink
    np.testing.assert_allclose(ahead[:3], there[:3], atol=0.3)
    np.testing.assert_allclose(ahead[3:6], there[3:6], atol=0.01)
    back = advance(ahead, -60.0, OMEGA_EARTH, TABLE, EDGES)
    np.testing.assert_allclose(back[:3], LIFTING[:3], atol=1.0)


def test_the_transition_is_that_of_moved_states() -> None:
    mean, covariance, phi = descend(LIFTING, np.zeros((9, 9)), 30.0, np.zeros(4), OMEGA_EARTH, TABLE, EDGES)
    np.testing.assert_array_equal(mean, advance(LIFTING, 30.0, OMEGA_EARTH, TABLE, EDGES))
    assert not covariance.any()
    steps = np.array([50.0, 50.0, 50.0, 1.0, 1.0, 1.0, 0.01, 1e-6, 1e-6])
    for j, step in enumerate(steps):
        moved = LIFTING + step * np.eye(9)[j]
        behind = LIFTING - step * np.eye(9)[j]
        slope = (flown(moved, 30.0) - flown(behind, 30.0)) / (2.0 * step)
        # the middle of a step stands for it: per mille of the largest
        np.testing.assert_allclose(phi[:, j], slope, atol=3e-3 * np.abs(slope).max())


def test_walks_of_drag_and_lift_spread_as_drawn_ones() -> None:
    """Covariance of the kernel against 4,000 draws, each of which walks in steps of a quarter of a second."""
    rng = np.random.default_rng(3)
    noise, seconds, runs, step = air.NOISE[air.GLIDES], 10.0, 4000, 0.25
    _, said, _ = descend(LIFTING, np.zeros((9, 9)), seconds, noise, OMEGA_EARTH, TABLE, EDGES)
    sigma = np.sqrt(step * np.concatenate([np.zeros(3), np.full(3, noise[0]), noise[1:]]))
    ends = np.empty((runs, 9))
    for k in range(runs):
        y = LIFTING
        for _ in range(round(seconds / step)):
            y = advance(y + 0.5**0.5 * sigma * rng.normal(size=9), step, OMEGA_EARTH, TABLE, EDGES)
            y = y + 0.5**0.5 * sigma * rng.normal(size=9)  # half before and half after, for the middle of the step
        ends[k] = y
    drawn = np.cov(ends.T)
    # a variance of 4,000 draws is known to 2.2 %: four sigma
    np.testing.assert_allclose(np.diag(said), np.diag(drawn), rtol=0.09)


def test_allen_eggers() -> None:
    """The peak of deceleration of a steep entry into exponential air is the closed form's."""
    scale, ground, speed, path, beta = 7_160.0, 1.225, 7_000.0, 60.0, 5_000.0
    table, edges = TABLE.copy(), np.array([1e9])
    table[0] = (0.0, 250.0, 0.0, 1e5, ground, 0.0, 0.0, 1.0 / scale)
    axes = enu_axes(0.0, 0.0)
    down = axes.T @ (speed * np.array([0.0, math.cos(math.radians(path)), -math.sin(math.radians(path))]))
    y = np.concatenate([itrf_from_geodetic(0.0, 0.0, 120e3), down, [math.log(1.0 / beta), 0.0, 0.0]])
    braked = []
    while radial_height(y[:3]) > 1e3:
        y = advance(y, 0.05, 0.0, table, edges)
        # the kernel enters this layer with geopotential height
        above = radial_height(y[:3])
        rho = ground * math.exp(-6356766.0 * above / (6356766.0 + above) / scale)
        v = float(np.linalg.norm(y[3:6]))
        braked.append((0.5 * rho * v * v / beta, v, above))
    most, there, height = max(braked)
    # the closed form has no gravity: its speed of entry is that of a fall without air to the height of the peak
    faster = math.sqrt(speed**2 + 2.0 * 9.7 * (120e3 - height))
    expected, speed_there, height_there = peak_deceleration(faster, path, beta, scale, ground)
    # Gravity turns the path by half a degree and pulls on; geopotential height shortens the scale by 0.3 %: 2 %.
    assert most == pytest.approx(expected, rel=0.02)
    assert there == pytest.approx(speed_there, rel=0.02)
    assert height == pytest.approx(height_there, abs=300.0)


RUNS, TIMES = 100, np.arange(0.0, 110.0, 2.0)
COARSE = np.array([0.017, 0.017, 100.0])  # of Farina, Ristic and Benvenuti: one degree, 100 m
FINE = np.array([1e-3, 1e-3, 30.0])
NO_BIAS = np.full(3, 1e-9)


def bound(truth: FloatArray, sigma: FloatArray) -> FloatArray:
    """Posterior Cramer-Rao bounds (n, 7, 7) along a true flight (Tichavsky et al., 1998), drag unknown."""
    spread = np.zeros((7, 7))
    spread[:6, :6], spread[6, 6] = KNOWN, air.LOG_DRAG_SIGMA[0] ** 2
    bounds = []
    for k, state in enumerate(truth):
        if k:
            whole = np.zeros((9, 9))
            whole[:7, :7] = spread
            noise = air.NOISE[air.FALLS]
            _, whole, _ = descend(truth[k - 1], whole, TIMES[k] - TIMES[k - 1], noise, OMEGA_EARTH, TABLE, EDGES)
            spread = whole[:7, :7]
        rows = np.zeros((3, 7))
        rows[:, :3] = predict_plots(SITE, state[None, :3])[1][0]
        spread = np.linalg.inv(np.linalg.inv(spread) + rows.T @ np.diag(sigma**-2.0) @ rows)
        bounds.append(spread)
    return np.array(bounds)


@cache
def tracked(fine: bool) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Errors (runs, n, 7), bounds, NEES (runs, n, 2) of what falls and of all kinds, and odds of a glide, of 100 runs.

    The error of drag is relative, as the filter's covariance is; of NEES the first is of seven, the second of six.
    """
    sigma = FINE if fine else COARSE
    errors, bounds, ratios, odds = [], [], [], []
    for seed in range(RUNS):
        rng = np.random.default_rng(seed)
        truth = farina(rng, TIMES)
        estimates = followed(started(rng, truth[0]), plots(rng, TIMES, truth, sigma, NO_BIAS))
        bounds.append(bound(truth, sigma))
        for k, estimate in enumerate(estimates):
            mean, covariance = air.collapsed(estimate)
            falls = estimate.means[air.FALLS][:7] - truth[k, :7]
            falls[6] = -np.expm1(-falls[6])
            off = mean[:6] - truth[k, :6]
            errors.append([*off, falls[6]])
            ratios.append([nees(falls, estimate.covariances[air.FALLS][:7, :7]), nees(off, covariance[:6, :6])])
            odds.append(estimate.glide)
    n = len(TIMES)
    shape = (RUNS, n)
    return np.reshape(errors, (*shape, 7)), np.array(bounds), np.reshape(ratios, (*shape, 2)), np.reshape(odds, shape)


@pytest.mark.parametrize("fine", [False, True])
def test_errors_of_an_unknown_drag_are_near_the_bound(fine: bool, measured: Callable[[str], None]) -> None:
    errors, bounds, _, _ = tracked(fine)
    for name, part in (("position", slice(0, 3)), ("velocity", slice(3, 6)), ("drag", slice(6, 7))):
        rms = np.sqrt(np.mean(np.sum(errors[:, :, part] ** 2, axis=2), axis=0))
        least = np.sqrt(np.mean(np.trace(bounds[:, :, part, part], axis1=2, axis2=3), axis=0))
        ratio = rms / least
        line = f"median {np.median(ratio):.2f}, most {ratio.max():.2f}, last {ratio[-1]:.2f}"
        measured(f"{'fine' if fine else 'coarse'} radar, RMS error of {name} over its bound: {line}")
        assert np.median(ratio) < 1.2
        assert ratio[-1] < 1.2
        if name == "position":
            assert ratio.max() < 1.2
        # While the drag is first felt, the kinds of flight compete: in one or two runs of a hundred the wrong one holds
        # for a plot or two, which a mean of squares shows and the bound, of one kind, does not know.
        assert np.mean(ratio < 1.25) > 0.8


@pytest.mark.parametrize("fine", [False, True])
def test_errors_are_as_large_as_said(fine: bool, measured: Callable[[str], None]) -> None:
    _, _, ratios, _ = tracked(fine)
    mean = ratios.mean(axis=0)
    low, high = chi2.ppf([0.025, 0.975], 7 * RUNS) / RUNS
    inside = float(np.mean((mean[:, 0] > low) & (mean[:, 0] < high)))
    line = f"{mean[:, 0].mean():.2f}, inside its 95 % interval {inside:.2f} of the time"
    measured(f"{'fine' if fine else 'coarse'} radar: NEES(7) of what falls {line}")
    assert low < mean[:, 0].mean() < high
    # neighbouring times share their draws, and where drag is first felt its law is skewed, of which a covariance knows
    # nothing: with the coarse radar that takes twenty seconds of 110
    assert inside > 0.7
    # all kinds together allow for a glide, and say more than falls do: only the upper limit binds
    assert mean[:, 1].max() < chi2.ppf(0.9999, 6 * RUNS) / RUNS
    assert mean[:, 1].min() > 0.6 * 6.0


@pytest.mark.parametrize("fine", [False, True])
def test_what_falls_is_not_taken_for_a_glider(fine: bool) -> None:
    odds = tracked(fine)[3]
    assert odds.mean(axis=0).max() < 0.1
    assert odds[:, -1].max() < 0.01


BOOSTERS = load_catalog().boosters
RADAR_SIGMA, RADAR_BIAS = np.array([1e-3, 1e-3, 30.0]), np.array([3e-4, 3e-4, 20.0])
FROM_M = 130e3


@cache
def glided(name: str, turns: tuple[BankTurn, ...]) -> Trajectory:
    return fly(BOOSTERS[name], FlightPlan(38.0, 125.0, azimuth_deg=80.0, final_pitch_deg=10.0, cutoff=1.0, turns=turns))


def descends(path: Trajectory, seconds: float, ahead_m: float) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Times (n,) from 130 km on while a radar sees it, states (n, 6) then, and the radar's site, ahead and beside."""
    t = np.arange(path.burnout_s, path.end_s, 1.0)
    position, velocity = path.at(t)
    falling = (geodetic_from_itrf(position)[2] < FROM_M) & (np.sum(position * velocity, axis=1) < 0.0)
    first = int(np.flatnonzero(falling)[0])
    below = min(first + int(ahead_m / np.linalg.norm(velocity[first])), len(t) - 1)
    lat, lon, _ = (float(x) for x in geodetic_from_itrf(position[below]))
    site = np.array([[lat + 0.7, lon + 1.0, 0.0]])
    times = np.arange(t[first], min(t[first] + seconds, path.end_s), 5.0)
    states = np.hstack(path.at(times))
    high = predict_plots(np.repeat(site, len(times), axis=0), states[:, :3])[0][:, 1] > np.radians(1.0)
    return times[high], states[high], site


TURN = BankTurn(1330.0, 1480.0, 45.0)


@pytest.mark.parametrize(
    ("name", "turns"), [("generic-hgv-solid", ()), ("generic-hgv-solid", (TURN,)), ("df-17", ())]
)
def test_a_glide_body_is_known_as_one_and_followed(
    name: str, turns: tuple[BankTurn, ...], measured: Callable[[str], None]
) -> None:
    path = glided(name, turns)
    times, states, site = descends(path, 250.0, 500e3)
    climb = np.sum(states[:, :3] * states[:, 3:], axis=1) / np.linalg.norm(states[:, :3], axis=1)
    pull_up = times[np.argmin(climb)]  # where it falls fastest, lift begins to win
    runs, ratios, odds = 20, [], []
    for seed in range(runs):
        rng = np.random.default_rng(seed)
        known = np.diag([300.0] * 3 + [5.0] * 3) ** 2
        seen = plots(rng, times - times[0], states, RADAR_SIGMA, RADAR_BIAS, site)
        estimates = followed(started(rng, states[0], known), seen)
        both = [air.collapsed(e) for e in estimates]
        ratios.append([nees(m[:3] - y[:3], c[:3, :3]) for (m, c), y in zip(both, states, strict=True)])
        odds.append([e.glide for e in estimates])
    mean, glide = np.mean(ratios, axis=0), np.mean(odds, axis=0)
    within = (times > pull_up) & (times <= pull_up + 60.0)
    sure = times[np.flatnonzero((times > pull_up - 30.0) & (glide > 0.9))[0]] - pull_up
    measured(f"{name}{' turning' if turns else ''}: glide > 0.9 {sure:.0f} s after pull-up, NEES(3) {mean.mean():.2f}")
    assert glide[within].max() > 0.9
    assert glide[-1] > 0.9
    low, high = chi2.ppf([0.025, 0.975], 3 * runs) / runs
    # a pull-up is no walk: for a plot or two the lift is there that what falls, still the likelier, has not
    assert np.mean((mean > low) & (mean < high)) > 0.85
    assert 2.25 < mean.mean() < 3.75
    assert np.sort(mean)[-3] < 6.0


def test_the_same_radar_does_not_take_a_falling_body_for_a_glider(measured: Callable[[str], None]) -> None:
    """And the impact point is known from 60 km on, where without drag it is not."""
    path = fly(
        BOOSTERS["hwasong-12"], FlightPlan(39.0, 126.0, azimuth_deg=90.0, final_pitch_deg=30.0, cutoff=1.0)
    )
    times, states, site = descends(path, 200.0, 200e3)
    heights = geodetic_from_itrf(states[:, :3])[2]
    low = int(np.flatnonzero(heights < 60e3)[0])
    truth = path.at(np.array([path.end_s]))[0][0]
    odds, with_drag, without = [], [], []
    for seed in range(20):
        rng = np.random.default_rng(seed)
        known = np.diag([300.0] * 3 + [5.0] * 3) ** 2
        seen = plots(rng, times - times[0], states, RADAR_SIGMA, RADAR_BIAS, site)
        start = started(rng, states[0], known)
        estimates = followed(start, seen)
        odds.append([e.glide for e in estimates])
        mean, _ = air.log_normal(*air.collapsed(air.likely(estimates[low])))
        mean[7:] = 0.0
        with_drag.append(np.linalg.norm(air.landing(mean)[0][:3] - truth))
        free = start
        for one in seen[: low + 1]:
            free = flight.predict(free, one.epoch_ns)
            free, difference, rows, spread = flight.innovation(free, one.sensor, one.data)  # type: ignore[arg-type]
            free = flight.update(free, difference[0], rows, spread[0])
        without.append(np.linalg.norm(flight.fall(free.mean[:6], 0.0).position - truth))
    rms = np.sqrt(np.mean(np.square([with_drag, without]), axis=1))
    measured(f"impact error at 60 km: {rms[0]:.0f} m, {rms[1]:.0f} m with no drag in the filter")
    assert np.mean(odds, axis=0).max() < 0.1
    assert rms[0] < rms[1]


def test_entering_the_air_keeps_what_was_known() -> None:
    rng = np.random.default_rng(8)
    start = flight.Ballistic(EPOCH, rng.normal(size=9), np.diag(rng.uniform(1.0, 2.0, 9)), ["radar"])
    entered = air.enter(start)
    back = air.as_ballistic(entered)
    np.testing.assert_allclose(back.mean, start.mean, rtol=1e-12)
    np.testing.assert_allclose(back.covariance, start.covariance, rtol=1e-9, atol=1e-12)
    assert back.radars == ["radar"]
    assert entered.shares.sum() == pytest.approx(1.0)
    mean, covariance = air.log_normal(entered.means[air.FALLS], entered.covariances[air.FALLS])
    assert mean[air.LOG_DRAG] == pytest.approx(np.log(air.DRAG[air.FALLS]))
    assert covariance[air.LOG_DRAG, air.LOG_DRAG] == pytest.approx(air.LOG_DRAG_SIGMA[air.FALLS] ** 2)
    assert air.predict(entered, EPOCH) is entered


def test_what_has_landed_is_nowhere() -> None:
    y = np.concatenate([itrf_from_geodetic(40.0, 130.0, 5e3), enu_axes(40.0, 130.0).T @ np.array([100.0, 0.0, -900.0])])
    track = air.enter(flight.from_state(EPOCH, y, np.diag([100.0] * 3 + [5.0] * 3) ** 2))
    assert air.bounded(track)
    assert not air.bounded(air.predict(track, EPOCH + 60 * S))
    end, seconds = land(np.concatenate([y, [math.log(1e-4), 0.0, 0.0]]), OMEGA_EARTH, 100.0, TABLE, EDGES)
    assert 4.0 < seconds < 10.0
    assert abs(radial_height(end[:3])) < 1.0  # the last step is cut in a straight line
