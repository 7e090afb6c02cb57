"""Strokes of lightning in the looks of sensors: a starer sums a flash, a scanner seldom looks there just then."""

from typing import Any

import numpy as np
import pytest

from launchwatch.core.epochs import NS
from launchwatch.core.geodesy import itrf_from_geodetic
from launchwatch.sim.scenes.non_launches import Strokes
from launchwatch.sim.scenes.weather import Scene
from launchwatch.sim.sensors.space import observe_infrared

CLEAR = Scene(cloud_top_m=0.0)


def _strokes(sky: Any, after_s: list[float], line_j_sr: float, flash: str = "one") -> Strokes:
    n = len(after_s)
    time_ns = sky.lift_off_ns + np.rint(np.array(after_s) * NS).astype(np.int64)
    ids = tuple(flash if flash != "each" else f"flash-{i}" for i in range(n))
    return Strokes(ids, time_ns, np.full(n, 10.0), np.full(n, 100.0), np.full(n, line_j_sr))


def _run(sky: Any, strokes: Strokes, seconds: float = 60.0, **options: Any) -> Any:
    payload, start = sky.payload(false_alarms_per_look=0.0, **options), sky.lift_off_ns
    return observe_infrared(
        sky.infrared_sensor("eye"), payload, sky.stationary(95.0), [], CLEAR, 1, start, start + round(seconds * NS),
        strokes=strokes,
    )  # fmt: skip


def _snr(found: Any) -> list[float]:
    return [s for d in found.deliveries for s in d.observation.snr.tolist()]


def test_a_starer_sums_the_strokes_of_one_flash_between_two_looks(sky: Any) -> None:
    bright = 1e8  # far above the threshold: noise of 1 does not matter at 2 %
    one = _snr(_run(sky, _strokes(sky, [30.25], bright)))
    four = _snr(_run(sky, _strokes(sky, [30.22, 30.24, 30.26, 30.28], bright / 4.0)))
    apart = _snr(_run(sky, _strokes(sky, [30.25, 33.25], bright)))
    assert len(one) == len(four) == 1
    assert len(apart) == 2
    assert four[0] == pytest.approx(one[0], rel=0.02)


def test_a_longer_frame_thins_a_pulse(sky: Any) -> None:
    """Signal over noise of one look: the same light over twice the time is half the mean irradiance."""
    short, long = (_snr(_run(sky, _strokes(sky, [30.25], 1e8), period_s=p))[0] for p in (1.0, 2.0))
    # where the spot falls on its pixel is drawn anew for another look: the filter answers with 0.6 to 1
    assert 1.1 < short / long < 3.6


def test_a_scanner_sees_strokes_as_often_as_it_looks_there(sky: Any) -> None:
    """A pixel is passed for a part of the turn; strokes at times spread evenly are hit that often."""
    rng = np.random.default_rng(4)
    strokes = _strokes(sky, np.sort(rng.uniform(20.0, 4000.0, 100_000)).tolist(), 1e6, "each")
    pixel = 1e-3
    found = _run(sky, strokes, 4020.0, scan="scanning", period_s=10.0, pixel_urad=pixel * 1e6)
    here = sky.stationary(95.0)(np.array([0]))[0][0]
    line = itrf_from_geodetic(10.0, 100.0, 12e3) - here
    off_nadir = float(np.arccos(-line @ here / np.linalg.norm(line) / np.linalg.norm(here)))
    expected = 100_000 * pixel / (2.0 * np.pi * np.sin(off_nadir))
    count = len(_snr(found))
    assert abs(count - expected) < 4.0 * np.sqrt(expected)  # Poisson, four standard errors


def test_faint_strokes_are_not_seen(sky: Any) -> None:
    assert _snr(_run(sky, _strokes(sky, [30.25], 1.0))) == []


def test_no_strokes_no_detections(sky: Any) -> None:
    assert _snr(_run(sky, _strokes(sky, [], 1.0))) == []
