"""Stone Soup, both ways: detections keep what they say, and the chain tracks as it does without Stone Soup between."""

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest

pytest.importorskip("stonesoup", reason="needs the extra stonesoup; .ci/run has an environment with it")

from stonesoup.models.measurement.nonlinear import (
    CartesianToBearingRange,
    CartesianToElevationBearing,
    CartesianToElevationBearingRange,
    CartesianToElevationBearingRangeRate,
)
from stonesoup.types.array import StateVector
from stonesoup.types.detection import Detection
from stonesoup.types.state import GaussianState, State

from launchwatch.assembly.process import lane_of, processing_stages
from launchwatch.assembly.run import play
from launchwatch.assembly.stonesoup import ITRF, ChainTracker, Frame, east_north_up, epoch_ns, observations_of
from launchwatch.assembly.stopwatch import Stopwatch
from launchwatch.catalog.loader import Catalog, load_catalog, load_scenario
from launchwatch.core.epochs import NS, format_utc, parse_utc
from launchwatch.core.frames import enu_axes, itrf_from_azimuth_elevation_range
from launchwatch.core.geodesy import itrf_from_geodetic
from launchwatch.feeds.observation_files.figures import figures_of
from launchwatch.formats.observations import Infrared, Radar, record_of, row_of
from launchwatch.messages.observations import InfraredLook, RadarLook
from launchwatch.messages.tracks import Track

BODO = (67.3, 14.4, 20.0)
T0 = datetime(2026, 8, 20, 12, 0, 0)
SPREAD = np.diag([1e-3, 2e-3, 30.0]) ** 2


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog()


def model(frame_offset: np.ndarray, kind: type, noise: np.ndarray, **more: object) -> object:
    return kind(
        ndim_state=6,
        mapping=(0, 2, 4),
        noise_covar=noise,
        translation_offset=StateVector(frame_offset.reshape(3, 1)),
        **more,
    )


def test_times_without_a_zone_are_utc() -> None:
    assert epoch_ns(T0) == parse_utc("2026-08-20T12:00:00Z")
    assert epoch_ns(T0.replace(tzinfo=UTC) + timedelta(microseconds=7)) == parse_utc("2026-08-20T12:00:00.000007Z")


def test_a_radar_at_the_origin_of_east_north_up() -> None:
    frame = east_north_up(*BODO)
    radar = model(np.zeros(3), CartesianToElevationBearingRange, SPREAD)
    # 30 degrees to the left of east is 60 degrees from north
    seen = Detection([np.radians(20.0), np.radians(30.0), 9e5], timestamp=T0, measurement_model=radar)
    (line,) = observations_of([seen], frame)
    assert isinstance(line, Radar)
    assert line.azimuth_deg == pytest.approx(60.0, abs=1e-9)  # rounding of a few operations on angles
    assert line.elevation_deg == pytest.approx(20.0, abs=1e-9)
    assert line.range_m == 9e5
    assert (line.site.lat_deg, line.site.lon_deg) == pytest.approx(BODO[:2], abs=1e-9)
    assert line.site.alt_m == pytest.approx(BODO[2], abs=1e-3)  # closed form of the geodetic height
    assert line.sigma_elevation_deg == pytest.approx(np.degrees(1e-3), rel=1e-9)
    assert line.sigma_azimuth_deg == pytest.approx(np.degrees(2e-3), rel=1e-9)
    assert line.sigma_range_m == pytest.approx(30.0)
    assert record_of(row_of(line)) == line  # a reader of observation files takes it


@pytest.mark.parametrize("frame", [ITRF, east_north_up(50.0, 10.0), Frame(np.zeros(3), np.eye(3)[[1, 2, 0]])])
def test_a_target_stays_where_it_is_in_any_coordinates(frame: Frame) -> None:
    target = itrf_from_geodetic(68.0, 16.0, 200e3)
    site = itrf_from_geodetic(*BODO)
    state = np.zeros((6, 1))
    state[[0, 2, 4], 0] = frame.axes @ (target - frame.origin_m)
    offset = frame.axes @ (site - frame.origin_m)
    turned = StateVector([[0.2], [-0.3], [1.0]])
    for kind, noise in ((CartesianToElevationBearingRange, SPREAD), (CartesianToElevationBearing, SPREAD[:2, :2])):
        for more in ({}, {"rotation_offset": turned}):
            sensor = model(offset, kind, noise, **more)
            measured = sensor.function(State(state, timestamp=T0), noise=False)
            (line,) = observations_of([Detection(measured, timestamp=T0, measurement_model=sensor)], frame)
            if isinstance(line, Radar):
                there = itrf_from_azimuth_elevation_range(
                    site, *BODO[:2], np.array([line.azimuth_deg]), np.array([line.elevation_deg]),
                    np.array([line.range_m]),
                )[0]  # fmt: skip
                assert there == pytest.approx(target, abs=1e-2)  # 1e-9 rad at 250 km, and the height of the site
            else:
                sight = (target - site) / np.linalg.norm(target - site)
                assert np.array(line.line_of_sight) == pytest.approx(sight, abs=1e-9)


def test_range_rate_is_kept_and_strength_is_told() -> None:
    noise = np.diag([1e-3, 1e-3, 30.0, 2.0]) ** 2
    sensor = CartesianToElevationBearingRangeRate(ndim_state=6, mapping=(0, 2, 4), noise_covar=noise)
    seen = Detection([0.3, 1.0, 9e5, -1500.0], timestamp=T0, measurement_model=sensor, metadata={"snr_db": 21.0})
    (line,) = observations_of([seen], east_north_up(*BODO))
    assert isinstance(line, Radar)
    assert (line.range_rate_m_s, line.sigma_range_rate_m_s, line.snr_db) == (-1500.0, pytest.approx(2.0), 21.0)


def test_another_model_is_refused() -> None:
    sensor = CartesianToBearingRange(ndim_state=6, mapping=(0, 2), noise_covar=np.eye(2))
    with pytest.raises(ValueError, match="CartesianToBearingRange is not taken"):
        observations_of([Detection([0.1, 1.0], timestamp=T0, measurement_model=sensor)], ITRF)


def soup_of(look: InfraredLook | RadarLook, frame: Frame) -> set[Detection]:
    """The detections of a look as Stone Soup has them: the test's own conversion, by sensors in its coordinates."""
    found = set()
    for k in range(len(look.sequence)):
        if isinstance(look, RadarLook):
            lat, lon, alt = look.site_deg_m
            site = itrf_from_geodetic(lat, lon, alt)
            target = itrf_from_azimuth_elevation_range(
                site, lat, lon, look.azimuth_deg[k : k + 1], look.elevation_deg[k : k + 1], look.range_m[k : k + 1]
            )[0]
            el, az = look.sigma_elevation_deg[k], look.sigma_azimuth_deg[k]
            noise = np.diag([np.radians(el), np.radians(az), look.sigma_range_m[k]]) ** 2
            kind: type = CartesianToElevationBearingRange
            # The sensor's own axes are east, north and up of its site.
            turn = enu_axes(lat, lon) @ frame.axes.T
        else:
            site = look.sensor_position_m[k]
            target = site + 1e7 * look.line_of_sight[k]
            noise = np.diag([look.sigma_urad[k] * 1e-6] * 2) ** 2
            kind, turn = CartesianToElevationBearing, np.eye(3)
        offset = frame.axes @ (site - frame.origin_m)
        sensor = model(offset, kind, noise, rotation_offset=StateVector(_angles(turn).reshape(3, 1)))
        state = np.zeros((6, 1))
        state[[0, 2, 4], 0] = frame.axes @ (target - frame.origin_m)
        measured = sensor.function(State(state), noise=False)
        if kind is CartesianToElevationBearing:
            # sigma is per axis across the line: in bearing it is larger by the cosine of elevation
            sensor.noise_covar[1, 1] /= np.cos(float(measured[0, 0])) ** 2
        when = datetime.strptime(format_utc(int(look.time_ns[k]), 6), "%Y-%m-%dT%H:%M:%S.%fZ")
        metadata = {"sensor": look.sensor}
        if isinstance(look, RadarLook):
            metadata["snr_db"] = float(look.snr_db[k])
        else:
            metadata |= {"snr": float(look.snr[k]), "irradiance_w_m2": float(look.irradiance_w_m2[k])}
        found.add(Detection(measured, timestamp=when, measurement_model=sensor, metadata=metadata))
    return found


def figures(catalog: Catalog) -> dict[str, dict[str, Any]]:
    """What the catalogue has of the radars."""
    return {name: figures_of(catalog, name, "radar").values for name in catalog.sensors_radar}


def _angles(turn: np.ndarray) -> np.ndarray:
    """Rotation offset of Stone Soup whose rotation matrix is `turn`."""
    from scipy.spatial.transform import Rotation

    x, y, z = Rotation.from_matrix(turn.T).as_euler("xyz")
    return np.array([x, -y, z])


def test_the_chain_as_a_tracker_follows_a_flight_to_where_it_falls(catalog: Catalog) -> None:
    scenario = load_scenario("hwasong-15-2017", catalog)
    run = play(catalog, scenario, 1, None, Stopwatch())
    flight = run.cases[0].flights[0]
    frame = east_north_up(40.0, 135.0)
    steps: dict[int, set[Detection]] = {}
    for envelope in run.cases[0].chains["jp", "alone"].inputs:
        look = envelope.payload
        if isinstance(look, InfraredLook | RadarLook):
            steps.setdefault(-(-envelope.received_ns // NS) * NS, set()).update(soup_of(look, frame))
    detector = [
        (datetime.strptime(format_utc(ns, 6), "%Y-%m-%dT%H:%M:%S.%fZ"), found) for ns, found in sorted(steps.items())
    ]
    tracker = ChainTracker(detector, processing_stages(catalog), frame, sensors=figures(catalog))
    times, states = [], {}
    for time, tracks in tracker:
        times.append(time)
        for track in tracks:
            states[track.id] = list(track.states)
    assert times == [time for time, _ in detector]
    followed = max(states.values(), key=lambda told: told[-1].timestamp)
    assert len(followed) > 5
    assert all(isinstance(state, GaussianState) for state in followed)
    last = followed[-1]
    at = epoch_ns(last.timestamp)
    mean = np.asarray(last.state_vector, float)[[0, 2, 4], 0]
    t_s = (at - flight.time_ns) / NS
    true = np.array([np.interp(t_s, flight.t_s, flight.position_m[:, axis]) for axis in range(3)])
    off = frame.axes @ (true - frame.origin_m) - mean
    spread = np.asarray(last.covar, float)[np.ix_([0, 2, 4], [0, 2, 4])]
    assert float(off @ np.linalg.solve(spread, off)) < 30.0  # chi-squared of three: one in 700,000 beyond


def test_the_tracker_says_what_the_stages_say(catalog: Catalog) -> None:
    """One radar: the same states as of a lane that is given the same looks without Stone Soup between."""
    scenario = load_scenario("hwasong-15-2017", catalog)
    run = play(catalog, scenario, 1, None, Stopwatch())
    radar = "jp-fps5-sado"
    looks = [e for e in run.cases[0].chains["jp", "alone"].inputs if getattr(e.payload, "sensor", "") == radar]
    frame = east_north_up(38.0, 138.0)
    detector = []
    for envelope in looks:
        when = datetime.strptime(format_utc(envelope.received_ns, 6), "%Y-%m-%dT%H:%M:%S.%fZ")
        detector.append((when, soup_of(envelope.payload, frame)))
    found: dict[str, list[GaussianState]] = {}
    for _, tracks in ChainTracker(detector, processing_stages(catalog), frame, sensors=figures(catalog)):
        for track in tracks:
            found[track.id] = list(track.states)
    lane = lane_of(processing_stages(catalog), scenario.purpose)
    said: dict[str, list[Track]] = {}
    for envelope in looks:
        lane.receive(envelope)
        for message in lane.tick(envelope.received_ns):
            if isinstance(message.payload, Track) and message.payload.status != "dropped":
                said.setdefault(message.payload.track, []).append(message.payload)
    assert found.keys() == said.keys()
    for name, states in found.items():
        assert [epoch_ns(state.timestamp) for state in states] == [track.epoch_ns for track in said[name]]
        # What goes through Stone Soup is the same to some 1e-10, and a fit makes 1e-6 m of it; only where a window of
        # plots begins on one of them may rounding choose, which the last states are clear of.
        here = frame.axes @ (said[name][-1].state[:3] - frame.origin_m)
        assert np.asarray(states[-1].state_vector, float)[[0, 2, 4], 0] == pytest.approx(here, abs=1e-3)


def test_lines_of_sight_carry_their_sigma_in_any_direction() -> None:
    frame = east_north_up(*BODO)
    for elevation in (0.0, 0.9, 1.4):
        noise = np.diag([20e-6, 20e-6 / np.cos(elevation)]) ** 2
        sensor = model(np.zeros(3), CartesianToElevationBearing, noise)
        (line,) = observations_of([Detection([elevation, 1.0], timestamp=T0, measurement_model=sensor)], frame)
        assert isinstance(line, Infrared)
        assert line.sigma_urad == pytest.approx(20.0, rel=1e-9)
