"""The bank: its kernels against plain NumPy, its rules one by one, and a raid of many."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from launchwatch.core.arrays import FloatArray
from launchwatch.core.frames import OMEGA_EARTH, enu_axes
from launchwatch.core.geodesy import itrf_from_geodetic
from launchwatch.messages.codec import pack, unpack
from launchwatch.physics.gravity import MU, gravity_j2
from launchwatch.processing.tracks._bank_kernels import place, predict, project, update
from launchwatch.processing.tracks.bank import history, step
from launchwatch.processing.tracks.bank_state import Bank, Frame, Rules, Step, empty_bank
from launchwatch.processing.tracks.raid_count import count

LAT, LON = 50.0, 40.0
ORIGIN = itrf_from_geodetic(LAT, LON, 250e3)
ENU = np.ascontiguousarray(enu_axes(LAT, LON))
RADAR = itrf_from_geodetic(55.0, 30.0, 0.0)
RADAR_AXES = np.ascontiguousarray(enu_axes(55.0, 30.0))
GEO = 42164e3 * np.array([np.cos(np.radians(75.0)), np.sin(np.radians(75.0)), 0.0])
GEO_AXES = enu_axes(0.0, 75.0)[[0, 2, 1]] * np.array([[1.0], [-1.0], [1.0]])  # east, down, north: looks down
RADAR_SIGMA, GEO_SIGMA = np.array([5e-4, 5e-4, 30.0]), np.array([2e-5, 2e-5])
VELOCITY = np.array([-3000.0, 3000.0, 3000.0]) @ ENU
RULES = Rules(
    velocity_m_s=VELOCITY,
    velocity_sigma_m_s=np.full(3, 300.0),
    noise_m2_s3=1e-6,
    omega_rad_s=0.0,
    j2=False,
)


def raid(number: int, seed: int, spacing_m: float = 60e3) -> FloatArray:
    """States (number, 6) on a square grid."""
    rng = np.random.default_rng(seed)
    side = int(np.ceil(number**0.5))
    cells = np.array([[k // side, k % side, 0] for k in range(number)]) - [side / 2, side / 2, 0]
    position = ORIGIN + spacing_m * cells @ ENU
    return np.hstack([position, VELOCITY + rng.normal(0.0, 300.0, (number, 3))])


def flown(states: FloatArray, dt: float) -> FloatArray:
    """The states after `dt` seconds, by the bank's own motion."""
    return predict(states, np.zeros((len(states), 6, 6)), dt, RULES.omega_rad_s, RULES.j2, 0.0)[0]


def angles(position: FloatArray, sensor: FloatArray, axes: FloatArray, columns: int) -> FloatArray:
    """Twin of the projection: azimuth, elevation and range of positions."""
    local = (position - sensor) @ axes.T
    flat = np.hypot(local[:, 0], local[:, 1])
    full = [np.arctan2(local[:, 0], local[:, 1]), np.arctan2(local[:, 2], flat), np.linalg.norm(local, axis=1)]
    return np.column_stack(full[:columns])


def plots(time_s: float, states: FloatArray, noise: FloatArray | float = 0.0) -> Frame:
    measured = angles(states[:, :3], RADAR, RADAR_AXES, 3) + noise * RADAR_SIGMA
    return Frame(
        time_s=time_s,
        sensor=2,
        position_m=RADAR,
        axes=RADAR_AXES,
        measured=measured,
        sigma=np.tile(RADAR_SIGMA, (len(states), 1)),
        detected=0.95,
        clutter=1e-3,
    )


def sights(time_s: float, states: FloatArray, noise: FloatArray | float = 0.0) -> Frame:
    measured = angles(states[:, :3], GEO, GEO_AXES, 2) + noise * GEO_SIGMA
    return Frame(
        time_s=time_s,
        sensor=0,
        position_m=GEO,
        axes=GEO_AXES,
        measured=measured,
        sigma=np.tile(GEO_SIGMA, (len(states), 1)),
        detected=0.95,
        clutter=1e4,
    )


def run(frames: list[Frame], rules: Rules = RULES, bank: Bank | None = None) -> tuple[Bank, list[Step]]:
    bank, steps = bank or empty_bank(), []
    for frame in frames:
        bank, now = step(bank, frame, rules)
        steps.append(now)
    return bank, steps


def covariances(number: int, seed: int) -> FloatArray:
    rng = np.random.default_rng(seed)
    root = rng.normal(size=(number, 6, 6)) * np.repeat([300.0, 30.0], 3)[:, None]
    return root @ root.transpose(0, 2, 1)


# ---- kernels and their plain twins


def plain_derivative(state: FloatArray, omega: float, j2: bool) -> FloatArray:
    r, v = state[:3], state[3:]
    gravity = gravity_j2(r) if j2 else -MU * r / np.linalg.norm(r) ** 3
    spin = np.array([0.0, 0.0, omega])
    return np.concatenate([v, gravity - 2.0 * np.cross(spin, v) - np.cross(spin, np.cross(spin, r))])


def plain_flight(state: FloatArray, dt: float, omega: float, j2: bool) -> FloatArray:
    """Runge-Kutta in steps of at most a quarter of a second."""
    steps = int(np.ceil(dt * 4))
    h = dt / steps
    for _ in range(steps):
        a = plain_derivative(state, omega, j2)
        b = plain_derivative(state + 0.5 * h * a, omega, j2)
        c = plain_derivative(state + 0.5 * h * b, omega, j2)
        d = plain_derivative(state + h * c, omega, j2)
        state = state + h / 6.0 * (a + 2.0 * b + 2.0 * c + d)
    return state


@pytest.mark.parametrize(("omega", "j2"), [(0.0, False), (OMEGA_EARTH, True)])
@pytest.mark.parametrize("dt", [1.0, 10.0, 27.0])
def test_prediction_follows_the_equations_of_motion(omega: float, j2: bool, dt: float) -> None:
    states, before = raid(3, 1), covariances(3, 2)
    noise = 0.7
    mean, after = predict(states, before, dt, omega, j2, noise)
    for k, state in enumerate(states):
        # a step of 10 s errs by h^5/120 of the fifth derivative, below a millimetre here
        np.testing.assert_allclose(mean[k], plain_flight(state, dt, omega, j2), atol=2e-3)
        phi = np.empty((6, 6))
        for j in range(6):
            moved = np.zeros(6)
            moved[j] = 10.0 if j < 3 else 0.01
            ahead, behind = plain_flight(state + moved, dt, omega, j2), plain_flight(state - moved, dt, omega, j2)
            phi[:, j] = (ahead - behind) / (2.0 * moved[j])
        # one or three steps of white noise, added up exactly for straight flight; gravity bends that by 1e-4 in 30 s
        q = np.kron(np.array([[dt**3 / 3.0, dt**2 / 2.0], [dt**2 / 2.0, dt]]), np.eye(3)) * noise
        expected = phi @ before[k] @ phi.T + q
        # J2 is left out of the transition: a thousandth of the central gradient, 1e-6 of it per second squared
        scale = np.sqrt(np.diag(expected))
        assert np.abs((after[k] - expected) / np.outer(scale, scale)).max() < (2e-6 if dt <= 10.0 else 2e-4)


def test_prediction_in_the_turning_frame_is_that_of_the_inertial_one() -> None:
    dt, angle = 30.0, OMEGA_EARTH * 30.0
    state = raid(1, 3)
    spin = np.array([0.0, 0.0, OMEGA_EARTH])
    inertial = np.hstack([state[:, :3], state[:, 3:] + np.cross(spin, state[:, :3])])
    still, _ = predict(inertial, covariances(1, 4), dt, 0.0, False, 0.0)
    turned, _ = predict(state, covariances(1, 4), dt, OMEGA_EARTH, False, 0.0)
    back = np.array([[np.cos(angle), np.sin(angle), 0.0], [-np.sin(angle), np.cos(angle), 0.0], [0.0, 0.0, 1.0]])
    expected = np.hstack([still[:, :3] @ back.T, (still[:, 3:] - np.cross(spin, still[:, :3])) @ back.T])
    # both integrations err below a millimetre in 30 s
    np.testing.assert_allclose(turned, expected, atol=2e-3)


@pytest.mark.parametrize(("sensor", "axes", "columns"), [(RADAR, RADAR_AXES, 3), (GEO, GEO_AXES, 2)])
def test_projection_and_its_gradient(sensor: FloatArray, axes: FloatArray, columns: int) -> None:
    states, before = raid(5, 5), covariances(5, 6)
    predicted, gradient, spread = project(states, before, sensor, axes, columns)
    # the same formulas
    np.testing.assert_allclose(predicted, angles(states[:, :3], sensor, axes, columns), rtol=1e-12)
    for b in range(3):
        moved = 50.0 * np.eye(3)[b]
        slope = (
            angles(states[:, :3] + moved, sensor, axes, columns) - angles(states[:, :3] - moved, sensor, axes, columns)
        ) / 100.0
        # central differences over 50 m at 1e6 m: (50 / 1e6)^2 of the slope
        np.testing.assert_allclose(gradient[:, :, b], slope, rtol=1e-5, atol=1e-8 * np.abs(gradient).max())
    expected = gradient @ before[:, :3, :3] @ gradient.transpose(0, 2, 1)
    # sums of nine products
    np.testing.assert_allclose(spread, expected, rtol=1e-9)


@pytest.mark.parametrize("columns", [2, 3])
def test_update_is_the_textbook_one(columns: int) -> None:
    states, before = raid(4, 7), covariances(4, 8)
    predicted, gradient, spread = project(states, before, RADAR, RADAR_AXES, columns)
    rng = np.random.default_rng(9)
    measured = predicted[[2, 0, 1]] + rng.normal(size=(3, columns)) * RADAR_SIGMA[:columns]
    variance = np.tile(RADAR_SIGMA[:columns] ** 2, (3, 1)) * rng.uniform(0.5, 2.0, (3, columns))
    mean, covariance = states.copy(), before.copy()
    update(mean, covariance, predicted, gradient, np.array([0, 2]), np.array([1, 0]), measured, variance)
    for k, j in ((0, 1), (2, 0)):
        rows = np.hstack([gradient[k], np.zeros((columns, 3))])
        gain = before[k] @ rows.T @ np.linalg.inv(spread[k] + np.diag(variance[j]))
        # scalar by scalar or all at once: rounding of a covariance over five decades
        np.testing.assert_allclose(mean[k], states[k] + gain @ (measured[j] - predicted[k]), rtol=1e-9)
        scale = np.sqrt(np.diag(before[k]))
        difference = covariance[k] - (before[k] - gain @ rows @ before[k])
        assert np.abs(difference / np.outer(scale, scale)).max() < 1e-9
    for k in (1, 3):
        np.testing.assert_array_equal(mean[k], states[k])
        np.testing.assert_array_equal(covariance[k], before[k])


def test_update_across_the_jump_of_azimuth() -> None:
    state = np.array([[1e6, 0.0, 0.0, 0.0, 0.0, 0.0]])
    axes = np.array([[0.0, 1.0, 0.0], [-1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])  # azimuth pi at the state
    predicted, gradient, _ = project(state, covariances(1, 10), np.zeros(3), axes, 2)
    moved, covariance, zero = state.copy(), covariances(1, 10), np.zeros(1, np.int64)
    measured = np.array([[-np.pi + 1e-4, 0.0]])
    update(moved, covariance, predicted, gradient, zero, zero, measured, np.full((1, 2), 1e-10))
    # a tenth of a milliradian at 1000 km, not a turn
    assert np.abs(moved[0, :3] - state[0, :3]).max() < 1e3


def test_placing_undoes_projection() -> None:
    states = raid(6, 11)
    predicted, gradient, _ = project(states, covariances(6, 12), RADAR, RADAR_AXES, 3)
    variance = np.tile(RADAR_SIGMA**2, (6, 1))
    position, spread = place(predicted, variance, RADAR, RADAR_AXES)
    # angles of 1e-16 at 1e6 m, and sums of earth radii
    np.testing.assert_allclose(position, states[:, :3], atol=1e-6)
    inverse = np.linalg.inv(gradient)
    # two ways through rows of length 1 and 1e-6
    np.testing.assert_allclose(spread, inverse * variance[:, None] @ inverse.transpose(0, 2, 1), rtol=1e-6, atol=1e-3)


# ---- rules


def test_three_plots_in_five_looks_confirm() -> None:
    states = raid(1, 13)
    none = states[:0]
    seen = [states, none, none, states, states]
    _, steps = run([plots(float(t), flown(states, float(t)) if len(s) else none) for t, s in enumerate(seen)])
    assert [s.confirmed.tolist() for s in steps] == [[False], [False], [False], [False], [True]]
    assert {s.serial[0] for s in steps} == {0}
    assert steps[2].detection.tolist() == [-1]


def test_too_few_plots_drop_a_tentative_track() -> None:
    states = raid(1, 14)
    _, steps = run([plots(0.0, states), *(plots(float(t), states[:0]) for t in range(1, 4))])
    assert [len(s.serial) for s in steps] == [1, 1, 1, 0]


def confirmed_bank(states: FloatArray) -> Bank:
    bank, _ = run([plots(float(t), flown(states, float(t))) for t in range(3)])
    assert (bank.hits == 3).all()
    return bank


def test_lines_of_sight_refine_but_neither_start_nor_confirm_nor_keep_a_track() -> None:
    states = raid(1, 15)
    bank, steps = run(
        [sights(0.0, states), plots(0.0, states), *(sights(float(t), flown(states, float(t))) for t in range(5))]
    )
    assert len(steps[0].serial) == 0
    assert steps[-1].detection.tolist() == [0]
    assert not steps[-1].confirmed.any()
    # velocity becomes known; position gets lost in between, for nothing measures the range
    assert np.trace(bank.covariance[0, 3:, 3:]) < 0.7 * np.trace(steps[1].covariance[0, 3:, 3:])
    bank = confirmed_bank(states)
    for t in range(3, 9):
        bank, _ = step(bank, plots(float(t), states[:0]), RULES)
        assert len(bank.serial) == (1 if t < 3 + RULES.coast_looks else 0)
        bank, _ = step(bank, sights(float(t), flown(states, float(t))), RULES)


def test_a_plot_ends_a_coast() -> None:
    states = raid(1, 16)
    bank = confirmed_bank(states)
    for t in range(3, 3 + RULES.coast_looks):
        bank, _ = step(bank, plots(float(t), states[:0]), RULES)
    assert bank.missed.tolist() == [RULES.coast_looks]
    t = 3.0 + RULES.coast_looks
    bank, now = step(bank, plots(t, flown(states, t)), RULES)
    assert (bank.missed.tolist(), now.serial.tolist(), now.detection.tolist()) == ([0], [0], [0])


def test_without_radar_looks_silence_drops_a_track() -> None:
    states = raid(1, 17)
    bank = confirmed_bank(states)
    bank, _ = step(bank, sights(2.0 + RULES.coast_s, states[:0]), RULES)
    assert len(bank.serial) == 1
    bank, _ = step(bank, sights(2.1 + RULES.coast_s, states[:0]), RULES)
    assert len(bank.serial) == 0


def test_confirmed_tracks_choose_before_tentative_ones() -> None:
    states = raid(1, 18)
    bank = confirmed_bank(states)
    beside = flown(states, 3.0)
    beside[:, :3] += 2e3 * ENU[1]
    bank, _ = step(bank, plots(3.0, np.vstack([flown(states, 3.0), beside])), RULES)
    assert bank.serial.tolist() == [0, 1]
    _, now = step(bank, plots(4.0, flown(states, 4.0)), RULES)
    assert now.detection.tolist() == [0, -1]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"time_s": -1.0}, "order frames"),
        ({"time_s": np.nan}, "order frames"),
        ({"measured": np.zeros((1, 4)), "sigma": np.ones((1, 4))}, "must both be"),
        ({"sigma": np.ones((2, 3))}, "must both be"),
        ({"measured": np.array([[np.nan, 0.0, 1.0]])}, "finite"),
        ({"sigma": np.array([[1.0, -1.0, 1.0]])}, "positive"),
        ({"detected": 1.0}, "between 0 and 1"),
        ({"clutter": 0.0}, "must be positive"),
        ({"clutter": np.nan}, "must be positive"),
    ],
)
def test_refusals(change: dict, reason: str) -> None:
    states = raid(1, 19)
    bank, _ = run([plots(0.0, states)])
    with pytest.raises(ValueError, match=reason):
        step(bank, replace(plots(0.0, states), **change), RULES)


# ---- the whole


def noisy_raid(number: int, seed: int, seconds: int, spacing_m: float) -> tuple[FloatArray, list[Frame]]:
    """States at the start, and frames of a radar and a satellite with noise, misses and clutter, radar first."""
    rng = np.random.default_rng(seed)
    states = raid(number, seed, spacing_m)
    frames = []
    for t in range(seconds):
        now = flown(states, float(t))
        low, high = now.min(axis=0), now.max(axis=0)
        for make, columns in ((plots, 3), (sights, 2)):
            seen = np.vstack([now[rng.random(number) < 0.95], rng.uniform(low, high, (3, 6))])
            seen = seen[rng.permutation(len(seen))]
            frames.append(make(float(t), seen, rng.normal(size=(len(seen), columns))))
    return states, frames


def test_a_raid_is_tracked_whole_and_honestly() -> None:
    number = 100
    states, frames = noisy_raid(number, 20, 30, 60e3)
    _, steps = run(frames)
    last = steps[-1]
    assert last.confirmed.sum() == number
    truth = flown(states, last.time_s)
    mean, covariance = last.mean[last.confirmed], last.covariance[last.confirmed]
    nearest = np.linalg.norm(mean[:, None, :3] - truth[None, :, :3], axis=2).argmin(axis=1)
    assert sorted(nearest.tolist()) == list(range(number))
    errors = mean - truth[nearest]
    values = np.einsum("ni,ni->n", errors, np.linalg.solve(covariance, errors[..., None])[..., 0])
    # mean of 100 chi-squared values of 6 degrees: standard deviation 0.35; three of them
    assert values.mean() == pytest.approx(6.0, abs=1.04)


@given(st.integers(0, 1000))
def test_steps_are_pure_and_states_survive_a_snapshot(seed: int) -> None:
    _, frames = noisy_raid(4, seed, 4, 5e3)
    bank, _ = run(frames[:5])
    before = pack(bank)
    after, now = step(bank, frames[5], RULES)
    assert pack(bank) == before
    restored, again = step(unpack(before, Bank), frames[5], RULES)
    assert pack(restored) == pack(after)
    assert pack(again) == pack(now)


@given(st.integers(0, 1000))
def test_the_order_within_a_frame_does_not_matter(seed: int) -> None:
    _, frames = noisy_raid(5, seed, 5, 4e3)
    rng = np.random.default_rng(seed)
    shuffled = []
    for frame in frames:
        order = rng.permutation(len(frame.measured))
        shuffled.append(replace(frame, measured=frame.measured[order], sigma=frame.sigma[order]))
    one, _ = run(frames)
    other, _ = run(shuffled)
    # in a crowd sums run over the detections in their order: rounding of earth radii
    np.testing.assert_allclose(np.sort(one.mean[:, 0]), np.sort(other.mean[:, 0]), atol=1e-6)


def test_history_is_every_state_of_every_track() -> None:
    _, frames = noisy_raid(6, 21, 6, 20e3)
    bank, steps = run(frames)
    told = history(steps)
    assert len(told.serial) == bank.next_serial
    assert told.first[-1] == len(told.time_s) == sum(len(s.serial) for s in steps)
    for k, serial in enumerate(told.serial):
        rows = slice(told.first[k], told.first[k + 1])
        assert (np.diff(told.time_s[rows]) >= 0.0).all()
        own = [(s, int(np.flatnonzero(s.serial == serial)[0])) for s in steps if serial in s.serial]
        np.testing.assert_array_equal(told.mean[rows], [s.mean[i] for s, i in own])
        np.testing.assert_array_equal(told.covariance[rows], [s.covariance[i] for s, i in own])
        assert told.detection[rows].tolist() == [s.detection[i] for s, i in own]
        assert told.sensor[rows].tolist() == [s.sensor for s, _ in own]
        assert told.confirmed[rows].tolist() == [s.confirmed[i] for s, i in own]


# ---- crowds


def crowded(number: int, seed: int, seconds: int) -> tuple[FloatArray, list[Frame]]:
    """States at the start within 6 km, and frames as of `noisy_raid`."""
    rng = np.random.default_rng(seed)
    states = raid(number, seed, 1.0)
    states[:, :3] = ORIGIN + rng.uniform(-3e3, 3e3, (number, 3))
    frames = []
    for t in range(seconds):
        now = flown(states, float(t))
        low, high = now.min(axis=0) - 2e4, now.max(axis=0) + 2e4
        for make, columns in ((plots, 3), (sights, 2)):
            seen = np.vstack([now[rng.random(number) < 0.95], rng.uniform(low, high, (10, 6))])
            frames.append(make(float(t), seen, rng.normal(size=(len(seen), columns))))
    return states, frames


def test_a_crowd_is_tracked_whole_honestly_and_published_after_its_looks() -> None:
    number, seconds = 40, 25
    states, frames = crowded(number, 22, seconds)
    bank, steps, prior = empty_bank(), [], None
    for frame in frames:
        older, (bank, now) = bank.next_serial, step(bank, frame, RULES)
        steps.append(now)
        prior = prior or bank.prior
        assert np.diff(bank.first).max(initial=1) <= RULES.components
        assert sum(f.measured.shape[1] == 3 for f in bank.held) <= RULES.crowd_looks
        has = now.detection[(now.detection >= 0) & (now.serial < older)]
        assert len(set(has.tolist())) == len(has)
        # by division
        np.testing.assert_allclose(np.add.reduceat(bank.weight, bank.first[:-1]), 1.0, atol=1e-9)
        bounds = count(bank, frame.detected)
        assert bounds.lowest <= number <= bounds.highest
    confirmed = [int(s.confirmed.sum()) for s in steps]
    assert max(confirmed[: 2 * (RULES.crowd_looks - 1)]) == 0
    assert confirmed[2 * (RULES.crowd_looks - 1)] >= 0.9 * number
    assert confirmed[-1] == number
    assert len({i for s in steps for i in s.serial[s.confirmed].tolist()}) <= number + 1
    last = steps[-1]
    truth = flown(states, last.time_s)
    mean, covariance = last.mean[last.confirmed], last.covariance[last.confirmed]
    # paired by position and ten seconds of velocity: neighbours pass each other within the errors of position
    scale = np.repeat([1.0, 10.0], 3)
    nearest = np.linalg.norm((mean[:, None] - truth[None]) * scale, axis=2).argmin(axis=1)
    assert sorted(nearest.tolist()) == list(range(number))
    errors = mean - truth[nearest]
    values = np.einsum("ni,ni->n", errors, np.linalg.solve(covariance, errors[..., None])[..., 0])
    # mean of 40 chi-squared values of 6 degrees has standard deviation 0.55; three, and what shared hits cost
    assert 4.0 < values.mean() < 9.0
    assert prior is not None
    then = flown(states, RULES.crowd_looks - 1.0)[:, 3:]
    # 40 velocities of 300 m/s on each axis: standard error 47 m/s, of each deviation 11 %
    np.testing.assert_allclose(prior.mean, then.mean(axis=0), atol=100.0)
    np.testing.assert_allclose(np.sqrt(np.diag(prior.covariance)), 300.0, rtol=0.4)


def test_tracks_confirmed_before_a_crowd_came_keep_their_ids() -> None:
    lone = raid(1, 23)
    lone[:, :3] += 60e3 * ENU[0]
    _, frames = crowded(30, 24, 14)
    both = []
    for t in range(17):
        frames_now = [f for f in frames if f.time_s == t - 3.0]
        own = angles(flown(lone, float(t))[:, :3], RADAR, RADAR_AXES, 3)
        plot = plots(float(t), flown(lone, float(t)))
        if not frames_now:
            both.append(plot)
            continue
        radar, sight = (replace(f, time_s=float(t)) for f in frames_now)
        both += [
            replace(
                radar, measured=np.vstack([radar.measured, own]), sigma=np.vstack([radar.sigma, RADAR_SIGMA[None]])
            ),
            sight,
        ]
    _, steps = run(both)
    assert all(0 in s.serial[s.confirmed] for s in steps[2:])
    assert steps[-1].confirmed.sum() == 31
    row = both[-2].measured.shape[0] - 1
    assert steps[-2].detection[steps[-2].serial == 0].tolist() == [row]
    # the crowd, begun anew, is told by rows of the whole frame, not of what was held of it
    again = next(s for s in steps if s.confirmed.sum() > 1)
    frame = both[steps.index(again)]
    for i in np.flatnonzero(again.confirmed & (again.detection >= 0)):
        predicted, _, spread = project(
            again.mean[i : i + 1], again.covariance[i : i + 1], frame.position_m, frame.axes, 3
        )
        off = frame.measured[again.detection[i]] - predicted[0]
        # after the update a detection lies within five standard deviations
        assert (np.abs(off) < 5.0 * np.sqrt(np.diag(spread[0]) + RADAR_SIGMA**2)).all()


def test_steps_of_a_crowd_are_pure_and_survive_a_snapshot() -> None:
    _, frames = crowded(20, 25, 11)
    bank, _ = run(frames[:16])
    before = pack(bank)
    for frame in frames[16:19]:
        after, now = step(bank, frame, RULES)
        restored, again = step(unpack(before, Bank), frame, RULES)
        assert pack(bank) == before
        assert pack(restored) == pack(after)
        assert pack(again) == pack(now)
        bank, before = after, pack(after)
    assert bank.prior is not None


def test_the_order_within_a_crowds_frames_does_not_matter() -> None:
    _, frames = crowded(20, 26, 12)
    rng = np.random.default_rng(26)
    shuffled = []
    for frame in frames:
        order = rng.permutation(len(frame.measured))
        shuffled.append(replace(frame, measured=frame.measured[order], sigma=frame.sigma[order]))
    one, _ = run(frames)
    other, _ = run(shuffled)
    # sums run over the detections in their order: rounding of earth radii
    np.testing.assert_allclose(np.sort(one.mean[:, 0]), np.sort(other.mean[:, 0]), atol=1e-6)


def test_a_numberof_nothing_is_nothing() -> None:
    bounds = count(empty_bank(), 0.9)
    assert (bounds.lowest, bounds.likeliest, bounds.highest) == (0, 0, 0)
    states = raid(9, 27)
    bank, _ = run([plots(float(t), flown(states, float(t))) for t in range(6)])
    bounds = count(bank, 0.95)
    assert (bounds.lowest, bounds.likeliest, bounds.highest) == (9, 9, 9)
