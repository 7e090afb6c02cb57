"""A radar that chooses among its tracks: what it knows of them, the time it keeps to, and whom it forgets: nobody."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from launchwatch.control.tasking.scheduler import looks_at_tracks
from launchwatch.core.arrays import FloatArray
from launchwatch.sim.sensors.ground.accuracy import SPEED_M_S, WANDER_M2_S3, Accuracy
from launchwatch.sim.sensors.ground.time_budget import Budget, Schedule, schedule

LOOKS = 120


def budget(**changes: Any) -> Budget:
    figures: dict[str, Any] = {
        "revisit_s": 5.0, "fence_periods_s": (5.0,), "beam_s": 0.05, "search_use": 0.4, "confirm_looks": 3,
        "search_share": 0.4,
    }  # fmt: skip
    return Budget(**(figures | changes))


def done(bodies: int, scheduler: bool, probability: float = 1.0, seed: int = 1) -> tuple[Schedule, FloatArray]:
    """Bodies that all stand in the fence all the time, and the body of each row."""
    one = budget()
    look, body = (a.ravel() for a in np.meshgrid(np.arange(LOOKS), np.arange(bodies), indexing="ij"))
    generator = np.random.default_rng(seed)
    echo = generator.random(len(look)) < probability
    noise = np.repeat(generator.uniform(50.0, 3000.0, (bodies, 3)), LOOKS, axis=0).reshape(bodies, LOOKS, 3)
    noise = noise.transpose(1, 0, 2).reshape(-1, 3) ** 2
    accuracy = None
    if scheduler:
        chances = np.full(len(look), probability)
        accuracy = Accuracy(looks_at_tracks, noise, chances, one.beam_s, (1.0 - one.search_share) * one.revisit_s)
    found = schedule(
        one, 5, np.arange(LOOKS), look, body, np.zeros(len(look), np.int64), echo, np.ones(len(look), bool), None,
        accuracy,
    )  # fmt: skip
    return found, body


@pytest.mark.parametrize("probability", [1.0, 0.8])
def test_with_time_for_all_the_scheduler_changes_nothing(probability: float) -> None:
    (plain, _), (chosen, _) = done(40, False, probability), done(40, True, probability)
    assert np.array_equal(plain.tracked, chosen.tracked)
    assert np.array_equal(plain.use, chosen.use)
    assert not chosen.waiting[30:].any()


@settings(max_examples=15, deadline=None)
@given(st.integers(70, 250), st.integers(0, 1000))
def test_with_too_many_tracks_their_time_is_kept_and_used(bodies: int, seed: int) -> None:
    chosen, body = done(bodies, True, 0.9, seed)
    use = chosen.use
    assert np.all(use[:, 2] <= 0.6 + 1e-9)
    assert np.all(use.sum(axis=1) <= 1.0 + 1e-9)
    late = slice(LOOKS // 2, None)
    assert np.all(use[late, 2] > 0.55)  # all but a beam or two of the three seconds
    # who waits is told: all that are held and not looked at
    assert np.all(chosen.waiting[late] > 0)
    tracked = np.bincount(body[chosen.tracked & (np.arange(len(body)) >= len(body) // 2)], minlength=bodies)
    assert tracked.min() >= 1  # nobody is left out for good
    assert chosen.period_s[late, 1].max() < 5.0 * LOOKS / 2


def test_more_is_learned_in_the_same_time() -> None:
    (plain, _), (chosen, _) = done(200, False), done(200, True)
    assert chosen.tracked.sum() > plain.tracked.sum()  # no rounding to whole revisits


def test_the_filter_is_that_of_constant_velocity() -> None:
    noise = np.array([[900.0, 1e4, 4e4]])
    seen: list[FloatArray] = []

    def note(predicted: FloatArray, noise_m2: FloatArray, chance: FloatArray, look_s: float, time_s: float) -> Any:
        seen.append(predicted[0])
        assert (look_s, time_s) == (0.1, 2.0)
        assert np.array_equal(noise_m2, noise)
        return np.ones(1, bool)

    accuracy = Accuracy(note, noise, np.ones(1), 0.1, 2.0)
    accuracy.begin(7, 0, 0.0)
    p = [np.diag([r, SPEED_M_S**2]) for r in noise[0]]
    now = 0.0
    for dt in (5.0, 5.0, 20.0, 5.0):
        now += dt
        assert accuracy.chosen([7], [0], now) == {7}
        assert accuracy.longest_s == dt
        f = np.array([[1.0, dt], [0.0, 1.0]])
        q = WANDER_M2_S3 * np.array([[dt**3 / 3.0, dt**2 / 2.0], [dt**2 / 2.0, dt]])
        for axis in range(3):
            p[axis] = f @ p[axis] @ f.T + q
            assert seen[-1][axis] == pytest.approx(p[axis][0, 0])
            gain = p[axis][:, :1] / (p[axis][0, 0] + noise[0, axis])
            p[axis] = p[axis] - gain @ p[axis][:1]
        accuracy.seen(7, 0, now)
