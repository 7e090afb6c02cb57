"""Drift of the line of sight: its law, its resets, and what a payload states of it."""

from typing import Any

import numpy as np
import pytest

from launchwatch.core.epochs import NS
from launchwatch.sim.sensors.looks import GRID_ORIGIN_NS
from launchwatch.sim.sensors.space.pointing import bias_rad, drift_rad, stated_bias_urad

DRIFT = {"drift_urad": 8.0, "drift_s": 400.0, "star_update_s": 600.0, "star_residual_urad": 2.0, "bias_urad": 10.0}


def test_drift_has_its_law_between_two_star_updates(sky: Any) -> None:
    payload = sky.payload(**DRIFT)
    intervals = 4000
    start = GRID_ORIGIN_NS + 10_000 * 600 * NS + 600 * NS * np.arange(intervals)
    for part in (0.0, 0.25, 0.5, 1.0 - 1e-9):
        since = part * 600.0
        values = drift_rad(payload, 1, "eye", start + round(since * NS)) * 1e6
        fade = np.exp(-2.0 * since / 400.0)
        expected = np.sqrt(4.0 * fade + 64.0 * (1.0 - fade))
        # four standard errors of a standard deviation from 8,000 numbers
        assert values.std() == pytest.approx(expected, rel=4.0 / np.sqrt(2.0 * 2 * intervals))
    # from one interval to the next nothing is left
    ends = [drift_rad(payload, 1, "eye", start + s * NS)[:-1, 0] for s in (599, 600)]
    assert abs(np.corrcoef(*ends)[0, 1]) < 4.0 / np.sqrt(intervals)


def test_drift_is_continuous_and_depends_on_no_other_epoch(sky: Any) -> None:
    payload = sky.payload(**DRIFT)
    ns = GRID_ORIGIN_NS + 5_000 * NS + np.arange(0, 500 * NS, NS)
    whole = drift_rad(payload, 1, "eye", ns)
    assert np.array_equal(drift_rad(payload, 1, "eye", ns[77:80]), whole[77:80])
    inside = np.abs(np.diff(whole, axis=0))[:100]
    assert inside.max() < 1e-6  # 8 urad in 75 s at most some times over
    assert not np.array_equal(whole, drift_rad(payload, 2, "eye", ns))
    assert not np.array_equal(whole, drift_rad(payload, 1, "ear", ns))


def test_the_stated_bias_is_what_looks_share(sky: Any) -> None:
    payload = sky.payload(**DRIFT)
    ns = GRID_ORIGIN_NS + np.arange(0, 40_000 * 60, 60) * NS
    # names are sensors: each has a bias of its own
    shared = [bias_rad(payload, 1, f"eye-{k}") + drift_rad(payload, 1, f"eye-{k}", ns[:1000]) for k in range(300)]
    rms = np.sqrt(np.mean(np.square(shared))) * 1e6
    # 600 free numbers of the constant part; 1 % more for nodes that are joined by straight lines
    assert rms == pytest.approx(stated_bias_urad(payload), rel=4.0 / np.sqrt(2.0 * 600) + 0.01)
    assert stated_bias_urad(sky.payload(bias_urad=10.0)) == 10.0
