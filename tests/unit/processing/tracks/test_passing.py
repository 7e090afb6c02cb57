"""A track that may explain a light is never left out; most others are."""

from __future__ import annotations

import numpy as np
import pytest

from launchwatch.core.frames import enu_axes
from launchwatch.core.geodesy import itrf_from_geodetic
from launchwatch.processing.motion import ascents
from launchwatch.processing.motion.measurements import LinesOfSight, tangents_of
from launchwatch.processing.tracks.boosting import may_explain
from launchwatch.processing.tracks.passing import FEW, Passing, near
from unit.processing.tracks.test_boosting import GEO, LAT, LON, SIGMA, ascent, followed, seen

TIMES_S = np.arange(0.0, 40.0, 2.0)


def sights(times_s: np.ndarray, places: np.ndarray) -> LinesOfSight:
    """Exact lines of sight of places (n, 3)."""
    direction = (places - GEO) / np.linalg.norm(places - GEO, axis=1)[:, None]
    n = len(places)
    return LinesOfSight(
        time_s=times_s, sensor=np.zeros(n, np.int64), position=np.tile(GEO, (n, 1)), direction=direction,
        tangents=tangents_of(direction), sigma=np.full(n, SIGMA), bias_sigma=np.array([10e-6]),
    )  # fmt: skip


@pytest.mark.parametrize("later_s", [-20.0, 0.0, 7.3, 15.0, 45.0])
def test_no_track_that_explains_a_light_is_left_out(later_s: float) -> None:
    track = followed(seen(ascent(TIMES_S), TIMES_S, np.random.default_rng(1)))
    assert track.profile is not None
    at = float(TIMES_S[-1]) + later_s
    centre = ascents.mean_at(track.profile, at)[:3]
    _, north, _ = enu_axes(LAT, LON)
    off = np.concatenate([[0.0], 10.0 ** np.linspace(3.0, 6.5, 60)])
    lights = sights(np.full(len(off), at), centre + off[:, None] * north)
    assert near([track], lights).all()  # one alone is asked, which takes less time
    tried, explained = near([track] * FEW, lights)[0], may_explain(track, lights, Passing())
    assert explained[0]
    assert not (explained & ~tried).any()
    # one satellite alone, 45 s ahead of its last look: still nothing so far off is tried
    assert off[tried].max() < 500e3


def test_states_are_those_of_the_profile_whatever_was_asked_before() -> None:
    track = followed(seen(ascent(TIMES_S), TIMES_S, np.random.default_rng(2)))
    assert track.profile is not None
    times = np.array([20.0, 31.0, 44.0])
    passing = Passing()
    passing.states_at(track.profile, times[1:2])
    states, covariances = passing.states_at(track.profile, times)
    for k, time in enumerate(times.tolist()):
        state, covariance = ascents.state_at(track.profile, time)
        np.testing.assert_allclose(states[k], state, rtol=0.0, atol=1e-6)
        np.testing.assert_allclose(covariances[k], covariance, rtol=1e-6, atol=1e-6 * np.abs(covariance).max())
    np.testing.assert_array_equal(passing.mean_at(track.profile, 31.0), ascents.mean_at(track.profile, 31.0))
    place = itrf_from_geodetic(LAT, LON, 0.0)
    assert np.linalg.norm(states[0, :3] - place) < 300e3
