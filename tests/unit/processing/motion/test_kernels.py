"""Kernels of the motion models against plain NumPy twins integrated by SciPy."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import solve_ivp
from scipy.spatial.transform import Rotation

from launchwatch.core.arrays import FloatArray
from launchwatch.core.frames import OMEGA_EARTH, enu_axes
from launchwatch.core.gaussians import squared_distance
from launchwatch.core.geodesy import A, B, itrf_from_geodetic
from launchwatch.physics.atmosphere import EDGES, TABLE, density, pressure
from launchwatch.physics.gravity import J2, MU, gravity_j2
from launchwatch.processing.motion._free_kernels import coast, coast_with_slopes, kept_apart, to_ground
from launchwatch.processing.motion._kernels import (
    AZIMUTH,
    BACK_PRESSURE,
    EAST,
    FIRST_KNOT,
    LEAN,
    LIFTOFF,
    LOG_DRAG,
    MAX_ACCELERATION,
    NORTH,
    PER_STAGE,
    PROGRAMME,
    SEA_LEVEL_PA,
    VERTICAL_S,
    boost_jacobian,
    boost_states,
    launch_frame,
    line_of_sight_rows,
)

KNOTS = np.array([18.0, 30.0, 45.0, 65.0, 90.0, 120.0, 155.0, 195.0, 240.0, 300.0])
LAUNCH = itrf_from_geodetic(39.0, 126.0, 0.0)
AXES = enu_axes(39.0, 126.0)
LIFT = 7.0
STAGING, COASTED, BURNOUT = 97.0, 9.5, 218.0
PARAMETERS = np.concatenate(
    [
        [1200.0, -800.0, LIFT, 1.2, np.log(3e-5), 0.004],
        np.cumsum([0.05, 0.08, 0.1, 0.12, 0.14, 0.12, 0.1, 0.08, 0.05, 0.03]),
        [np.log(17.0), np.log(2600.0), LIFT, 0.0],
        [np.log(13.0), np.log(2900.0), LIFT + STAGING, COASTED],
        [LIFT + BURNOUT],
    ]
)
BALLISTIC = np.concatenate(
    [itrf_from_geodetic(41.0, 131.0, 400e3), enu_axes(41.0, 131.0).T @ np.array([3500.0, 800.0, 3000.0])]
)


def radial_height(r: FloatArray) -> float:
    """Height over the ellipsoid along the radius, m."""
    rho, sin2 = float(np.linalg.norm(r)), float(r[2] ** 2 / (r @ r))
    return rho - A * B / math.sqrt(B * B * (1.0 - sin2) + A * A * sin2)


def inertial_forces(y: FloatArray) -> FloatArray:
    """Gravity, Coriolis and centrifugal acceleration in ITRF, m/s^2."""
    spin = np.array([0.0, 0.0, OMEGA_EARTH])
    away = -2.0 * np.cross(spin, y[3:]) - np.cross(spin, np.cross(spin, y[:3]))
    return gravity_j2(y[:3]) + away


def falling(drag: float) -> Callable[[float, FloatArray], FloatArray]:
    """Right-hand side of a falling body."""

    def derivative(_: float, y: FloatArray) -> FloatArray:
        a = inertial_forces(y)
        h = radial_height(y[:3])
        if drag > 0.0 and h < 130e3:
            a = a - 0.5 * float(density(max(h, 0.0))) * np.linalg.norm(y[3:]) * drag * y[3:]
        return np.concatenate([y[3:], a])

    return derivative


def frame_twin(east: float, north: float) -> tuple[FloatArray, FloatArray]:
    """Place and axes after a rotation about the horizontal across the way."""
    radius = float(np.linalg.norm(LAUNCH))
    across = north * -AXES[0] + east * AXES[1]
    turn = Rotation.from_rotvec(across / max(np.linalg.norm(across), 1e-30) * np.hypot(east, north) / radius)
    axes = turn.apply(AXES)
    return LAUNCH + radius * (axes[2] - AXES[2]), axes


@given(st.floats(-2e6, 2e6), st.floats(-2e6, 2e6))
def test_the_launch_frame_is_carried_along_the_ground(east: float, north: float) -> None:
    """A rotation of the reference's own: axes stay across each other, and the way has its length."""
    frame = launch_frame(east, north, LAUNCH, AXES)
    place, axes = frame_twin(east, north)
    np.testing.assert_allclose(frame[0], place, atol=1e-6)  # rounding of 6,000 km, and the series
    np.testing.assert_allclose(frame[1:], axes, atol=1e-12)


def boosting(parameters: FloatArray, stage: int | None) -> Callable[[float, FloatArray], FloatArray]:
    """Right-hand side of a boosting body, t from lift-off; no stage is free flight."""
    first = FIRST_KNOT + len(KNOTS)
    azimuth = parameters[AZIMUTH]
    _, (east, north, up) = frame_twin(parameters[EAST], parameters[NORTH])
    along = np.sin(azimuth) * east + np.cos(azimuth) * north
    cross = np.cos(azimuth) * east - np.sin(azimuth) * north

    def derivative(t: float, y: FloatArray) -> FloatArray:
        a = inertial_forces(y)
        h = radial_height(y[:3])
        rho, p = (float(density(max(h, 0.0))), float(pressure(max(h, 0.0)))) if h < 86e3 else (0.0, 0.0)
        if stage is not None:
            at = first + PER_STAGE * stage
            a0, c = np.exp(parameters[at : at + 2])
            since = t - (0.0 if stage == 0 else STAGING)
            thrust = a0 / max(1.0 - a0 * since / c, a0 / MAX_ACCELERATION) * (1.0 - BACK_PRESSURE * p / SEA_LEVEL_PA)
            pitch = float(np.interp(t, [VERTICAL_S, *KNOTS], [0.0, *parameters[FIRST_KNOT:first]]))
            a = a + thrust * (np.cos(pitch) * up + np.sin(pitch) * along + parameters[LEAN] * np.sin(pitch) * cross)
        a = a - 0.5 * rho * np.linalg.norm(y[3:]) * np.exp(parameters[LOG_DRAG]) * y[3:]
        return np.concatenate([y[3:], a])

    return derivative


def boost_twin(parameters: FloatArray, times: FloatArray) -> FloatArray:
    """States of the boost profile at `times` s after the zero, stage by stage to a tight tolerance."""
    y = np.concatenate([frame_twin(parameters[EAST], parameters[NORTH])[0], np.zeros(3)])
    since = times - parameters[LIFTOFF]
    out = np.tile(y, (len(times), 1))
    # Knots are kinks of the pitch: the integration stops at each, so that its own order holds.
    ends = np.unique([0.0, VERTICAL_S, *KNOTS, STAGING - COASTED, STAGING, BURNOUT, 400.0])
    for begin, end in pairwise(ends):
        stage = 0 if begin < STAGING - COASTED else 1 if STAGING <= begin < BURNOUT else None
        inside = (since > begin) & (since <= end)
        asked = np.unique([*since[inside], end])
        said = solve_ivp(
            boosting(parameters, stage), (begin, end), y, t_eval=asked, method="DOP853", rtol=1e-12, atol=1e-8
        )
        out[inside] = said.y.T[np.searchsorted(asked, since[inside])]
        y = said.y[:, -1]
    return out


def run_boost(parameters: FloatArray, times: FloatArray, step_s: float) -> FloatArray:
    """The kernel with the tables of this module."""
    return boost_states(parameters, 2, PROGRAMME, KNOTS, LAUNCH, AXES, OMEGA_EARTH, times, step_s, TABLE, EDGES)


def test_boost_states_agree_with_their_twin() -> None:
    """The profile is that of an adaptive integration; before lift-off it stands at the launch point."""
    times = np.array([0.0, 7.0, 12.0, 20.3, 55.0, 94.4, 94.6, 99.0, 103.9, 104.1, 150.0, 224.9, 225.1, 300.0])
    twin = boost_twin(PARAMETERS, times)
    fine = run_boost(PARAMETERS, times, 0.05)
    # Steps straddle the edges of the layers of air; at 0.05 s this leaves a tenth of a millimetre.
    np.testing.assert_allclose(fine[:, :3], twin[:, :3], atol=1e-3)
    # Speeds between steps are linear: their error is the change of acceleration over an eighth of a step squared.
    np.testing.assert_allclose(fine[:, 3:], twin[:, 3:], atol=1e-3)
    coarse = run_boost(PARAMETERS, times, 3.0)
    # The fits' step of 3 s: a hundredth of the noise of a line of sight from geostationary height, some 200 m.
    np.testing.assert_allclose(coarse[:, :3], twin[:, :3], atol=2.0)
    np.testing.assert_allclose(coarse[:, 3:], twin[:, 3:], atol=0.5)


def test_boost_jacobian_agrees_with_central_differences() -> None:
    """Forward differences are right to their second-order term."""
    times = np.array([20.0, 60.0, 120.0, 200.0, 260.0])
    steps = np.full(len(PARAMETERS), 1e-3)
    steps[[EAST, NORTH]] = 30.0
    steps[[LIFTOFF, LOG_DRAG, -1, -2, -3]] = 0.02
    where = (KNOTS, LAUNCH, AXES, OMEGA_EARTH)
    base, slopes = boost_jacobian(PARAMETERS, steps, 2, PROGRAMME, *where, times, 3.0, TABLE, EDGES)
    np.testing.assert_array_equal(base, run_boost(PARAMETERS, times, 3.0))
    for j, step in enumerate(steps):
        ahead, behind = PARAMETERS.copy(), PARAMETERS.copy()
        ahead[j] += step
        behind[j] -= step
        central = (run_boost(ahead, times, 3.0) - run_boost(behind, times, 3.0)) / (2.0 * step)
        scale = np.abs(central).max(axis=0) + 1e-6
        # A curvature of order one in each parameter over half a step of at most 2 %, and the rounding of doubles.
        assert np.all(np.abs(slopes[:, :, j] - central) <= 0.02 * scale + 1e-3), j


@pytest.mark.parametrize("times", [np.array([-5.0, 3.0]), np.array([96.0]), np.arange(12.0, 300.0, 7.0)])
@pytest.mark.parametrize("shift", [0.0, 0.011, -0.013, 1.7])
def test_boost_jacobian_is_that_of_whole_flights(times: FloatArray, shift: float) -> None:
    """A flight taken up where its moved parameter first matters ends, bit for bit, as the one from lift-off."""
    parameters = PARAMETERS.copy()
    parameters[[LIFTOFF, -1, -2, -3]] += shift * np.array([1.0, -1.0, 0.5, 0.7])
    steps = np.full(len(parameters), 1e-3)
    steps[[EAST, NORTH]] = 30.0
    steps[[LIFTOFF, LOG_DRAG, -1, -2, -3]] = 0.02
    where = (KNOTS, LAUNCH, AXES, OMEGA_EARTH)
    base, slopes = boost_jacobian(parameters, steps, 2, PROGRAMME, *where, times, 3.0, TABLE, EDGES)
    for j, step in enumerate(steps):
        moved = parameters.copy()
        moved[j] += step
        np.testing.assert_array_equal(slopes[:, :, j], (run_boost(moved, times, 3.0) - base) / step, err_msg=str(j))


def test_a_coast_below_zero_is_none() -> None:
    """Stages do not overlap: a fit that strays below zero finds the profile of no coast."""
    none, below = PARAMETERS.copy(), PARAMETERS.copy()
    none[-2], below[-2] = 0.0, -3.0
    times = np.array([50.0, 150.0, 250.0])
    np.testing.assert_array_equal(run_boost(none, times, 3.0), run_boost(below, times, 3.0))


def test_boost_ignores_the_ignition_of_the_first_stage() -> None:
    """The first stage ignites at lift-off whatever its own entries say."""
    moved = PARAMETERS.copy()
    moved[FIRST_KNOT + len(KNOTS) + 2 : FIRST_KNOT + len(KNOTS) + 4] += 100.0
    times = np.array([50.0, 150.0])
    np.testing.assert_array_equal(run_boost(PARAMETERS, times, 3.0), run_boost(moved, times, 3.0))


def test_line_of_sight_rows_agree_with_their_twin() -> None:
    """Residuals and slopes are those of the gnomonic offset, written as arrays."""
    rng = np.random.default_rng(3)
    n, p = 7, 5
    sensor = rng.normal(size=(n, 3)) * 1e6 + np.array([4.2e7, 0.0, 0.0])
    position = rng.normal(size=(n, 3)) * 1e5 + np.array([6.4e6, 0.0, 0.0])
    slopes = rng.normal(size=(n, 3, p)) * 1e3
    los = position + rng.normal(size=(n, 3)) * 1e3 - sensor
    los /= np.linalg.norm(los, axis=1)[:, None]
    tangents = np.stack([np.linalg.svd(d[None])[2][1:] for d in los])
    sigma = rng.uniform(5e-6, 3e-5, n)
    residual, jacobian = line_of_sight_rows(position, slopes, sensor, tangents, los, sigma)

    def offset(r: FloatArray) -> FloatArray:
        depth = np.einsum("ni,ni->n", r - sensor, los)
        across = np.einsum("ni,nci->nc", r - sensor, tangents)
        return np.asarray(-(across / depth[:, None] / sigma[:, None]).ravel())

    # The same sums in another order: a few units in the last place of residuals of some hundreds.
    np.testing.assert_allclose(residual, offset(position), rtol=1e-9, atol=1e-7)
    for q in range(p):
        step = slopes[:, :, q] * 1e-2
        central = (offset(position + step) - offset(position - step)) / 2e-2
        # The kernel's slopes are of the prediction, the residual's have the other sign; differences cancel to 1e-6.
        np.testing.assert_allclose(jacobian[:, q], -central, rtol=1e-5, atol=1e-4)


@pytest.mark.parametrize("dt", [3.0, 95.0, 700.0, -250.0])
def test_coast_agrees_with_its_twin(dt: float) -> None:
    """Free flight without air, forwards and backwards."""
    twin = solve_ivp(falling(0.0), (0.0, dt), BALLISTIC, method="DOP853", rtol=1e-11, atol=1e-6).y[:, -1]
    mine = coast(BALLISTIC, dt, OMEGA_EARTH, TABLE, EDGES)
    # Fourth order at 10 s on a time scale of 900 s: (0.011)^4 / 120 of 1e7 m a step, millimetres in all.
    np.testing.assert_allclose(mine[:3], twin[:3], atol=0.01)
    np.testing.assert_allclose(mine[3:], twin[3:], atol=2e-5)


def test_coast_back_and_forth_returns() -> None:
    """Coasting forward and back by the same steps undoes itself to the truncation error."""
    there = coast(BALLISTIC, 600.0, OMEGA_EARTH, TABLE, EDGES)
    back = coast(there, -600.0, OMEGA_EARTH, TABLE, EDGES)
    np.testing.assert_allclose(back[:3], BALLISTIC[:3], atol=0.01)  # twice the truncation of one way


def jacobi(y: FloatArray) -> float:
    """Energy per mass in the turning frame, J/kg: kinetic, gravity to J2, centrifugal."""
    x, yy, z = y[:3]
    r2 = float(y[:3] @ y[:3])
    potential = -MU / math.sqrt(r2) * (1.0 - J2 * A * A / r2 * (1.5 * z * z / r2 - 0.5))
    return float(0.5 * y[3:] @ y[3:] + potential - 0.5 * OMEGA_EARTH**2 * (x * x + yy * yy))


@pytest.mark.parametrize("seed", range(8))
def test_coast_conserves_the_jacobi_integral(seed: int) -> None:
    """What the force of J2 in a turning frame must conserve is conserved."""
    rng = np.random.default_rng(seed)
    lat, lon = rng.uniform(-80.0, 80.0), rng.uniform(-180.0, 180.0)
    azimuth, climb, speed = rng.uniform(0, 2 * np.pi), rng.uniform(0.2, 1.4), rng.uniform(3000.0, 6500.0)
    local = speed * np.array([np.cos(climb) * np.sin(azimuth), np.cos(climb) * np.cos(azimuth), np.sin(climb)])
    state = np.concatenate([itrf_from_geodetic(lat, lon, 150e3), enu_axes(lat, lon).T @ local])
    after = coast(state, 400.0, OMEGA_EARTH, TABLE, EDGES)
    # One part in 1e9 of 6e7 J/kg: what a height wrong by 6 mm would do.
    assert jacobi(after) == pytest.approx(jacobi(state), abs=0.06)


def test_coast_is_keplerian_but_for_the_flattening() -> None:
    """In inertial axes a short arc is a conic: within what J2 adds, and not nearer than that."""
    dt = 300.0
    r, v = BALLISTIC[:3], BALLISTIC[3:] + np.cross([0.0, 0.0, OMEGA_EARTH], BALLISTIC[:3])

    def central(_: float, y: FloatArray) -> FloatArray:
        return np.concatenate([y[3:], -MU * y[:3] / np.linalg.norm(y[:3]) ** 3])

    conic = solve_ivp(central, (0.0, dt), np.concatenate([r, v]), method="DOP853", rtol=1e-11, atol=1e-6).y[:, -1]
    angle = OMEGA_EARTH * dt
    turn = np.array([[np.cos(angle), np.sin(angle), 0.0], [-np.sin(angle), np.cos(angle), 0.0], [0.0, 0.0, 1.0]])
    away = float(np.linalg.norm(coast(BALLISTIC, dt, OMEGA_EARTH, TABLE, EDGES)[:3] - turn @ conic[:3]))
    # J2 accelerates by 1.5 J2 g (1 - 5 sin^2), some 0.002 to 0.02 m/s^2: half of it times 300 s squared.
    assert 90.0 < away < 900.0


@pytest.mark.parametrize("dt", [-120.0, 20.0, 400.0])
def test_coast_slopes_agree_with_the_variational_twin(dt: float) -> None:
    """The transition matrix is that of differences of a tight integration."""
    state, phi = coast_with_slopes(BALLISTIC, dt, OMEGA_EARTH, TABLE, EDGES)
    np.testing.assert_array_equal(state, coast(BALLISTIC, dt, OMEGA_EARTH, TABLE, EDGES))
    for j, d in enumerate([100.0] * 3 + [0.1] * 3):
        ends = []
        for sign in (1.0, -1.0):
            moved = BALLISTIC.copy()
            moved[j] += sign * d
            ends.append(solve_ivp(falling(0.0), (0.0, dt), moved, method="DOP853", rtol=1e-12, atol=1e-8).y[:, -1])
        central = (ends[0] - ends[1]) / (2.0 * d)
        scale = np.array([1.0, 1.0, 1.0, 1e-3, 1e-3, 1e-3]) * (1.0 if j < 3 else max(abs(dt), 1.0))
        # Truncation as of the coast, 1e-10 of its size, and rounding: 1e-9 m of position over 10 m of difference.
        np.testing.assert_allclose(phi[:, j] / scale, central / scale, atol=1e-7)


def orbit(rng: np.random.Generator) -> tuple[FloatArray, float]:
    """A state (6,) outside the air, and seconds, of either sign, for which it stays there."""
    while True:
        up, ahead = rng.normal(size=(2, 3))
        position = (6.4e6 + rng.uniform(1e5, 2e6)) * up / np.linalg.norm(up)
        state = np.concatenate([position, rng.uniform(2e3, 8e3) * ahead / np.linalg.norm(ahead)])
        dt = float(rng.uniform(-6000.0, 6000.0))
        path = [coast(state, float(t), OMEGA_EARTH, TABLE, EDGES)[:3] for t in np.linspace(0.0, dt, 60)]
        if np.linalg.norm(path, axis=1).min() > 6.0e6:
            return state, dt


def test_what_a_body_keeps_is_kept() -> None:
    """Within a fraction of what the bulge turns a plane by at most."""
    rng, sure = np.random.default_rng(1), np.zeros((6, 6))
    for _ in range(100):
        state, dt = orbit(rng)
        there = coast(state, dt, OMEGA_EARTH, TABLE, EDGES)
        assert kept_apart(there, sure, state, sure, dt, OMEGA_EARTH) < 1.0


def test_what_bodies_keep_bounds_how_far_they_are_apart() -> None:
    """Of two estimates of states some sigma off, flown to one epoch; half as much again is for the curvature."""
    rng = np.random.default_rng(2)
    covariance = np.diag([1e3, 1e3, 1e3, 10.0, 10.0, 10.0]) ** 2
    told = []
    for _ in range(200):
        state, dt = orbit(rng)
        other = state + 4.0 * rng.multivariate_normal(np.zeros(6), covariance)
        there = coast(state, dt, OMEGA_EARTH, TABLE, EDGES)
        moved, phi = coast_with_slopes(other, dt, OMEGA_EARTH, TABLE, EDGES)
        whole = squared_distance(there - moved, phi @ covariance @ phi.T)
        told.append(kept_apart(there, np.zeros((6, 6)), other, covariance, dt, OMEGA_EARTH))
        assert told[-1] < 1.5 * whole + 3.0
    assert np.median(told) > 20.0  # four of the six degrees of freedom, sixteen times too large


@pytest.mark.parametrize("drag", [0.0, 1.0 / 8000.0, 1.0 / 2000.0])
def test_to_ground_agrees_with_its_twin(drag: float) -> None:
    """The fall to the ellipsoid with air, and the apogee on the way."""

    def ground(_: float, y: FloatArray) -> float:
        return radial_height(y[:3])

    def top(_: float, y: FloatArray) -> float:
        return float(y[:3] @ y[3:])

    ground.terminal = True  # type: ignore[attr-defined]
    twin = solve_ivp(
        falling(drag), (0.0, 3000.0), BALLISTIC, method="DOP853", rtol=1e-9, atol=1e-5, events=(ground, top)
    )
    end, seconds, apogee, apogee_s = to_ground(BALLISTIC, drag, OMEGA_EARTH, 7200.0, TABLE, EDGES)
    assert seconds == pytest.approx(twin.t_events[0][0], abs=0.02)  # the last step of 2 s at most is cut linearly
    np.testing.assert_allclose(end[:3], twin.y_events[0][0][:3], atol=30.0)  # 2 s steps of drag in thin air
    # The apogee is that of the steps: half a step of 20 s from the top, where g / 2 t^2 is 400 m.
    assert apogee == pytest.approx(max(radial_height(y[:3]) for y in twin.y_events[1]), abs=400.0)
    assert apogee_s == pytest.approx(twin.t_events[1][0], abs=11.0)


def test_to_ground_says_when_it_stays_up() -> None:
    """What does not come down in time has negative seconds."""
    assert to_ground(BALLISTIC, 0.0, OMEGA_EARTH, 60.0, TABLE, EDGES)[1] == -1.0
