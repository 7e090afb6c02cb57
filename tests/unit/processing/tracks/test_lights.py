"""A light on the path of what comes down updates its track; any other light is left alone."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest

from launchwatch.core.arrays import FloatArray
from launchwatch.core.frames import enu_axes
from launchwatch.core.geodesy import itrf_from_geodetic
from launchwatch.messages import codec
from launchwatch.messages.detections import Detections
from launchwatch.processing.motion import ballistic as flight
from launchwatch.processing.motion import descent as air
from launchwatch.processing.motion.ballistic import Ballistic
from launchwatch.processing.motion.vehicles import Timeline
from launchwatch.processing.tracks.lights import give_lights, lit
from launchwatch.processing.tracks.record import S, TrackRecord, TracksState, descent_of
from launchwatch.processing.tracks.tracklets import extend
from unit.processing.made import infrared

EPOCH = 1_700_000_000 * S
SATELLITE = np.array([42_164e3 * np.cos(np.radians(110.0)), 42_164e3 * np.sin(np.radians(110.0)), 0.0])
FALLING = np.concatenate(
    [itrf_from_geodetic(40.0, 128.0, 115e3), enu_axes(40.0, 128.0).T @ np.array([4500.0, 500.0, -1800.0])]
)


def state_with(sigma_m: float, sigma_m_s: float) -> TracksState:
    """One track that comes down, known so well."""
    covariance = np.diag([sigma_m] * 3 + [sigma_m_s] * 3) ** 2
    track = TrackRecord(
        track="T0001", version=1, status="coasting", phase="ballistic", profile=None, timeline=Timeline(),
        reignitions=[], ballistic=flight.from_state(EPOCH, FALLING, covariance), ballistic_since_ns=EPOCH,
        free_from_ns=EPOCH, arc=False, company=0, launch=None, impact_ns=EPOCH + 90 * S, first_detection_ns=EPOCH,
        last_detection_ns=EPOCH, plots=10, sensors=["one"], phenomenologies=["radar"], kind_sensors=["one"],
        chi2_per_degree=1.0, fitted_s=0.0, next_fit_ns=0, next_say_ns=0, fresh=[],
    )  # fmt: skip
    return TracksState(EPOCH, 1, 2, [], {}, [track])


def look(seconds: float, *positions: FloatArray) -> Detections:
    """What a satellite in geostationary orbit reports of lights."""
    time_ns = EPOCH + round(seconds * S)
    away = np.array(positions) - SATELLITE
    seen = infrared(range(1, len(positions) + 1), time_ns)
    seen = msgspec.structs.replace(
        seen,
        position_m=SATELLITE,
        sensor_position_m=np.tile(SATELLITE, (len(positions), 1)),
        line_of_sight=away / np.linalg.norm(away, axis=1)[:, None],
    )
    return Detections(look=seen, false_alarm_probability=np.zeros(len(positions)))


def path(seconds: float) -> FloatArray:
    return air.state_after(np.concatenate([FALLING, [np.log(1.0 / 8000.0), 0.0, 0.0]]), seconds)[:3]


FIRE = itrf_from_geodetic(38.0, 125.0, 0.0)


def test_a_known_track_takes_its_light_and_no_other() -> None:
    state, touched = state_with(300.0, 5.0), set[str]()
    for t in (20.0, 21.0, 22.0):
        left = give_lights(state, f"look/{t:.0f}", look(t, FIRE, path(t)), touched)
        assert list(left.look.sequence) == [1]
    track = state.tracks[0]
    assert touched == {"T0001"}
    assert track.plots == 13
    assert track.phenomenologies == ["radar", "infrared"]
    said = descent_of(track)
    assert said is not None
    assert said.epoch_ns == EPOCH + 22 * S
    assert track.entry is not None
    assert track.entry.epoch_ns <= EPOCH + 20 * S
    assert np.linalg.norm(air.collapsed(said)[0][:3] - path(22.0)) < 600.0  # what it was wrong by, and less


@pytest.mark.parametrize("seconds", [0.0, -400.0])
def test_above_the_air_no_light_is_expected(seconds: float) -> None:
    state = state_with(300.0, 5.0)
    left = give_lights(state, "look", look(seconds, path(seconds)), set())
    assert list(left.look.sequence) == [1]
    assert state.tracks[0].plots == 10


def tracklet_of(state: TracksState, positions: list[FloatArray]) -> None:
    for k, position in enumerate(positions):
        detections = look(24.0 + k, position)
        state.serial = extend(state.tracklets, state.unplaced, f"look/{k}", detections, EPOCH, state.serial)
    (pool,) = state.unplaced.values()
    state.tracklets = [pool.tracklet(k) for k in range(len(pool))]


def test_a_badly_known_track_takes_a_tracklet_that_moves_as_it_does() -> None:
    # off by 10 km along the path; a fire or a plume there stands still, or nearly
    along = FALLING[3:] / np.linalg.norm(FALLING[3:])
    for moves in (True, False):
        state, touched = state_with(20e3, 40.0), set[str]()
        tracklet_of(state, [(path(24.0 + k) if moves else path(24.0)) + 10e3 * along for k in range(4)])
        assert len(state.tracklets) == 1
        assert lit(state, state.tracklets[0], touched) is moves
        assert len(state.tracklets) == (0 if moves else 1)
        assert (descent_of(state.tracks[0]) is not None) is moves
        assert touched == ({"T0001"} if moves else set())


def test_late_lights_are_put_in_their_place() -> None:
    """Looks in any order leave the same estimate, to the bit."""
    looks = [look(t, path(t)) for t in (16.0, 18.0, 20.0, 22.0)]
    ends = []
    for order in ([0, 1, 2, 3], [1, 3, 0, 2]):
        state = state_with(300.0, 5.0)
        for i in order:
            give_lights(state, str(i), looks[i], set())
        said = descent_of(state.tracks[0])
        assert said is not None
        ends.append(said)
    np.testing.assert_array_equal(ends[0].means, ends[1].means)
    np.testing.assert_array_equal(ends[0].covariances, ends[1].covariances)


def test_a_new_estimate_begins_a_new_lag() -> None:
    state = state_with(300.0, 5.0)
    give_lights(state, "look", look(20.0, path(20.0)), set())
    track = state.tracks[0]
    assert descent_of(track) is not None
    again = Ballistic(EPOCH + 21 * S, np.concatenate([path(21.0), FALLING[3:]]), np.eye(6), [])
    track.ballistic, track.ballistic_since_ns = again, EPOCH + 25 * S
    assert descent_of(track) is None
    assert track.entry is None


def test_what_is_learned_keeps_the_lag_short() -> None:
    state = state_with(300.0, 5.0)
    for t in np.arange(14.0, 50.0, 2.0):
        give_lights(state, f"{t}", look(float(t), path(float(t))), set())
    lag = state.tracks[0].lag
    assert lag is not None
    assert lag.seen[-1].epoch_ns - lag.seen[0].epoch_ns <= 30 * S


def test_a_snapshot_keeps_the_lag() -> None:
    state = state_with(300.0, 5.0)
    for t in (16.0, 20.0, 24.0):
        give_lights(state, f"{t}", look(t, path(t)), set())
    again = codec.unpack(codec.pack(state), TracksState)
    for one in (state, again):
        give_lights(one, "late", look(18.0, path(18.0)), set())
    kept, restored = descent_of(state.tracks[0]), descent_of(again.tracks[0])
    assert kept is not None
    assert restored is not None
    np.testing.assert_array_equal(kept.means, restored.means)
    np.testing.assert_array_equal(kept.covariances, restored.covariances)
