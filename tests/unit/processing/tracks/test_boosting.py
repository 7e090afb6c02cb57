"""A track under thrust goes on as long as what is seen of it can be an ascent."""

from __future__ import annotations

import numpy as np
import pytest

from launchwatch.core.arrays import FloatArray
from launchwatch.core.frames import enu_axes
from launchwatch.core.geodesy import itrf_from_geodetic
from launchwatch.processing.motion.measurements import LinesOfSight, tangents_of
from launchwatch.processing.motion.vehicles import Timeline
from launchwatch.processing.tracks.boosting import follow_boost
from launchwatch.processing.tracks.record import TrackRecord, TracksState
from launchwatch.processing.tracks.stage import TracksStage
from launchwatch.processing.tracks.tracklets import Tracklet

S = 1_000_000_000
EPOCH = 1_700_000_000 * S
GEO = itrf_from_geodetic(0.0, 110.0, 35_786e3)
LAT, LON = 40.0, 126.0
SIGMA = 20e-6


def seen(places: FloatArray, times_s: FloatArray, rng: np.random.Generator) -> Tracklet:
    """Places (n, 3) as a geostationary sensor sees them."""
    sights = places - GEO
    direction = sights / np.linalg.norm(sights, axis=1)[:, None]
    direction += np.einsum("nk,nki->ni", rng.normal(0.0, SIGMA, (len(places), 2)), tangents_of(direction))
    direction /= np.linalg.norm(direction, axis=1)[:, None]
    n = len(places)
    rows = LinesOfSight(
        time_s=times_s,
        sensor=np.zeros(n, np.int64),
        position=np.tile(GEO, (n, 1)),
        direction=direction,
        tangents=tangents_of(direction),
        sigma=np.full(n, SIGMA),
        bias_sigma=np.array([10e-6]),
    )
    return Tracklet(
        serial=1, sensor="geo", epoch_ns=EPOCH, period_s=2.0, rows=rows, position=np.empty((0, 3)),
        irradiance=np.full(n, 1e-9), snr=np.full(n, 20.0), looks=n, silent_looks=0, silent_ns=0, track="T0001",
        tried=(0, 0, 0), refused_s=-np.inf, aside=False, fresh=[],
    )  # fmt: skip


def followed(tracklet: Tracklet) -> TrackRecord:
    """A track of one tracklet, fitted once."""
    state: TracksState = TracksStage().start()
    state.epoch_ns = EPOCH
    newest_s = float(tracklet.rows.time_s[-1])
    track = TrackRecord(
        track="T0001", version=1, status="confirmed", phase="boost", profile=None, timeline=Timeline(),
        reignitions=[], ballistic=None, ballistic_since_ns=0, free_from_ns=None, arc=False, company=0, launch=None,
        impact_ns=None, first_detection_ns=EPOCH, last_detection_ns=tracklet.newest_ns, plots=0, sensors=["geo"],
        phenomenologies=["infrared"], kind_sensors=["geo"], chi2_per_degree=1.0, fitted_s=newest_s, next_fit_ns=0,
        next_say_ns=0, fresh=[],
    )  # fmt: skip
    state.tracks.append(track)
    state.tracklets.append(tracklet)
    follow_boost(state, track, [tracklet], tracklet.newest_ns, set())
    return track


def ascent(times_s: FloatArray) -> FloatArray:
    """Places (n, 3) of a climb of 25 m/s^2, 50 degrees over the horizon, that began 30 s before the first time."""
    gone = 12.5 * (times_s + 30.0) ** 2
    east, _, up = enu_axes(LAT, LON)
    return itrf_from_geodetic(LAT, LON, 0.0) + np.outer(gone, 0.64 * east + 0.77 * up)


@pytest.mark.parametrize("looks", [12, 30])
def test_lights_of_fires_in_turn_are_no_ascent(looks: int) -> None:
    """Fires 130 km apart, one and the other: 3,500 urad from look to look, with 20 urad of noise."""
    rng = np.random.default_rng(looks)
    times = 2.0 * np.arange(looks)
    fires = itrf_from_geodetic(np.full(looks, LAT), LON + 1.5 * (np.arange(looks) % 2), np.zeros(looks))
    assert followed(seen(fires, times, rng)).no_launch


@pytest.mark.parametrize("looks", [3, 12, 30])
def test_an_ascent_is_followed(looks: int) -> None:
    rng = np.random.default_rng(looks)
    times = 2.0 * np.arange(looks)
    track = followed(seen(ascent(times), times, rng))
    assert not track.no_launch
    assert track.launch is not None
