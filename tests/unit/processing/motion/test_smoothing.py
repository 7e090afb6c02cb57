"""The smoother: no worse than the filter anywhere, and as good as it says."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from scipy.stats import chi2

from launchwatch.processing.motion.smoothing import smooth
from unit.processing.motion.descending import EPOCH, farina, nees, plots, started

TIMES, RUNS = np.arange(0.0, 100.0, 4.0), 60
SIGMA, BIAS = np.array([3e-3, 3e-3, 50.0]), np.array([1e-3, 1e-3, 20.0])


def test_smoothed_errors_are_smaller_and_as_said(measured: Callable[[str], None]) -> None:
    filtered, smoothed, ratios = [], [], []
    for seed in range(RUNS):
        rng = np.random.default_rng(seed)
        truth = farina(rng, TIMES)
        start = started(rng, truth[0])
        said = smooth(start, plots(rng, TIMES, truth, SIGMA, BIAS)[::-1])  # in any order
        assert not said.glides
        assert (np.diff(said.epoch_ns) >= 0).all()
        off, before = said.means[1:, :6] - truth[:, :6], said.filtered[1:, :6] - truth[:, :6]
        smoothed.append(np.linalg.norm(off[:, :3], axis=1))
        filtered.append(np.linalg.norm(before[:, :3], axis=1))
        ratios.append([nees(e, c[:6, :6]) for e, c in zip(off, said.covariances[1:], strict=True)])
        # What was smoothed is known at least as well as before; corrections of the drag itself, not of its logarithm,
        # leave a per cent.
        known, then = (np.trace(c[:, :3, :3], axis1=1, axis2=2) for c in (said.covariances, said.filtered_covariances))
        assert (known < 1.01 * then).all()
        np.testing.assert_allclose(said.means[-1], said.filtered[-1], rtol=1e-12)
    rms = np.sqrt(np.mean(np.square([smoothed, filtered]), axis=1))
    mean = np.mean(ratios, axis=0)
    low, high = chi2.ppf([0.025, 0.975], 6 * RUNS) / RUNS
    inside = float(np.mean((mean > low) & (mean < high)))
    line = f"NEES(6) {mean.mean():.2f}, inside its 95 % interval {inside:.2f} of the time"
    measured(f"RMS of position {rms[0].mean():.0f} m, filtered {rms[1].mean():.0f} m; {line}")
    # sixty draws: where smoothing gains nothing, at the end, both are the same
    assert (rms[0] <= 1.02 * rms[1]).all()
    assert rms[0].mean() < 0.7 * rms[1].mean()
    # neighbouring times share their draws, and the drag is no straight line: a few may lie outside
    assert inside > 0.8
    assert mean.mean() == pytest.approx(6.0, abs=0.6)


def test_a_start_later_than_what_was_seen_is_refused() -> None:
    rng = np.random.default_rng(0)
    truth = farina(rng, TIMES[:2])
    seen = plots(rng, TIMES[:2], truth, SIGMA, BIAS)
    start = started(rng, truth[0])
    start.epoch_ns = EPOCH + 1
    with pytest.raises(ValueError, match="older than the start"):
        smooth(start, seen)
