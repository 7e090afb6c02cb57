"""Tracklets: what confirms, what does not, how silence is counted."""

from __future__ import annotations

import numpy as np

from launchwatch.core.arrays import FloatArray
from launchwatch.core.frames import azimuth_elevation_range
from launchwatch.core.geodesy import itrf_from_geodetic
from launchwatch.messages.codec import pack, unpack
from launchwatch.messages.detections import Detections
from launchwatch.messages.observations import InfraredLook, RadarLook, Sector
from launchwatch.processing.tracks.tracklets import CLOSED_S, DROP_SIGHTS, KEPT_ROWS, Tracklet, Unplaced, extend

S = 1_000_000_000
EPOCH = 1_700_000_000 * S
SATELLITE = itrf_from_geodetic(0.0, 100.0, 35_786e3)
PAD = itrf_from_geodetic(39.0, 126.0, 12e3)
SITE = (40.0, 140.0, 0.0)
PERIOD_S = 5.0


def rising(seconds: float) -> FloatArray:
    """A vehicle that climbs and turns east under 12 m/s^2."""
    up = PAD / np.linalg.norm(PAD)
    east = np.cross([0.0, 0.0, 1.0], up)
    return np.asarray(PAD + up * (400.0 * seconds + 3.0 * seconds**2) + east * 6.0 * seconds**2)


def infrared(seconds: float, points: list[FloatArray], sensor: str = "eye") -> Detections:
    """One look of a satellite at points in ITRF."""
    n = len(points)
    now = EPOCH + round(seconds * S)
    away = np.array(points).reshape(n, 3) - SATELLITE
    look = InfraredLook(
        sensor=sensor,
        look_from_ns=now,
        look_until_ns=now,
        looks=1,
        period_s=PERIOD_S,
        position_m=SATELLITE,
        band_um=(2.6, 2.9),
        bias_urad=20.0,
        threshold_snr=5.0,
        false_alarms_per_look=0.1,
        sequence=np.arange(n),
        time_ns=np.full(n, now),
        sensor_position_m=np.tile(SATELLITE, (n, 1)),
        line_of_sight=away / np.linalg.norm(away, axis=1)[:, None],
        sigma_urad=np.full(n, 10.0),
        irradiance_w_m2=np.full(n, 1e-9),
        snr=np.full(n, 20.0),
    )
    return Detections(look=look, false_alarm_probability=np.full(n, 1e-9))


def radar(seconds: float, points: list[FloatArray]) -> Detections:
    """One revisit of a radar at points in ITRF."""
    n = len(points)
    now = EPOCH + round(seconds * S)
    az, el, distance = azimuth_elevation_range(
        itrf_from_geodetic(*SITE), SITE[0], SITE[1], np.array(points).reshape(n, 3)
    )
    look = RadarLook(
        sensor="dish",
        look_from_ns=now,
        look_until_ns=now,
        looks=1,
        period_s=PERIOD_S,
        site_deg_m=SITE,
        sectors=(Sector(200.0, 320.0),),
        elevation_limits_deg=(1.0, 80.0),
        range_limits_m=(0.0, 4e6),
        bias_range_m=20.0,
        bias_angle_deg=0.02,
        threshold_snr_db=13.0,
        false_alarms_per_look=0.1,
        sequence=np.arange(n),
        time_ns=np.full(n, now),
        range_m=distance,
        azimuth_deg=az,
        elevation_deg=el,
        sigma_range_m=np.full(n, 30.0),
        sigma_azimuth_deg=np.full(n, 0.05),
        sigma_elevation_deg=np.full(n, 0.05),
        snr_db=np.full(n, 20.0),
    )
    return Detections(look=look, false_alarm_probability=np.full(n, 1e-9))


def kept(
    sequence: list[Detections], unplaced: dict[str, Unplaced] | None = None, first: int = 0
) -> dict[str, Unplaced]:
    """Looks one after the other; record names count from `first`."""
    living, serial = {} if unplaced is None else unplaced, 1 + first
    for k, detections in enumerate(sequence, first):
        serial = extend([], living, f"r{k}", detections, EPOCH, serial)
    return living


def records(unplaced: dict[str, Unplaced]) -> list[Tracklet]:
    """The tracklets of all sensors."""
    return [pool.tracklet(k) for pool in unplaced.values() for k in range(len(pool))]


def play(sequence: list[Detections]) -> list[Tracklet]:
    """The tracklets after looks, one after the other."""
    return records(kept(sequence))


def test_three_detections_confirm() -> None:
    """Two of a vehicle do not, three do; every record is named."""
    looks = [infrared(PERIOD_S * k, [rising(PERIOD_S * k)]) for k in range(6)]
    two = play(looks[:2])
    assert [t.hits for t in two] == [2]
    assert len(kept(looks[:2])["eye"].waiting(0)) == 0
    three = play(looks[:3])
    assert [(t.hits, t.serial) for t in three] == [(3, 1)]
    assert list(kept(looks[:3])["eye"].waiting(0)) == [0]
    six = play(looks)
    assert [(t.hits, t.looks, t.silent_looks, t.fresh) for t in six] == [(6, 6, 0, [f"r{k}" for k in range(6)])]
    np.testing.assert_allclose(six[0].rows.time_s, PERIOD_S * np.arange(6), atol=1e-6)  # ns into s


def test_radar_plots_make_a_tracklet_with_positions() -> None:
    """A radar's rows carry where they are."""
    path = [itrf_from_geodetic(39.0, 129.0, 250e3) + np.array([0.0, 0.0, 3000.0]) * PERIOD_S * k for k in range(4)]
    living = play([radar(PERIOD_S * k, [r]) for k, r in enumerate(path)])
    assert [t.hits for t in living] == [4]
    np.testing.assert_allclose(living[0].position, path, atol=1e-3)  # angles in degrees at 1,000 km, rounding
    assert len(living[0].irradiance) == 0


def test_jumping_clutter_is_not_confirmed() -> None:
    """False detections 300 km apart, look by look, never make three in a row."""
    rng = np.random.default_rng(5)
    living: dict[str, Unplaced] = {}
    serial = 1
    for k in range(30):
        lat, lon = 20.0 + 35.0 * rng.uniform(), 90.0 + 40.0 * rng.uniform()
        serial = extend(
            [], living, f"r{k}", infrared(PERIOD_S * k, [itrf_from_geodetic(lat, lon, 0.0)]), EPOCH, serial
        )
        assert len(living["eye"].waiting(0)) == 0
    assert serial > 25  # each began anew but for chance neighbours


def test_two_vehicles_keep_to_themselves() -> None:
    """Detections of two vehicles 60 km apart, in changing order, make two tracklets."""
    looks = []
    for k in range(8):
        pair = [rising(PERIOD_S * k), rising(PERIOD_S * k) + np.array([0.0, 0.0, 60e3])]
        looks.append(infrared(PERIOD_S * k, pair[:: 1 if k % 2 else -1]))
    living = play(looks)
    assert [t.hits for t in living] == [8, 8]
    first, second = (t.rows.direction for t in living)
    # 60 km along the Earth's axis as seen from 38,000 km, all the way: 1.6 mrad.
    assert np.linalg.norm(first - second, axis=1).min() > 1.4e-3


def test_a_tentative_tracklet_ends_in_silence() -> None:
    """Two silent looks end what two detections began."""
    looks = [infrared(PERIOD_S * k, [rising(PERIOD_S * k)]) for k in range(2)]
    silent = [infrared(PERIOD_S * (2 + k), []) for k in range(DROP_SIGHTS)]
    assert len(play(looks + silent[:-1])) == 1
    assert play(looks + silent) == []


def test_silent_looks_are_counted_and_forgotten() -> None:
    """A confirmed tracklet counts them from one period after it was seen, and forgets them when seen again."""
    looks = [infrared(PERIOD_S * k, [rising(PERIOD_S * k)]) for k in range(4)]
    silent = [infrared(PERIOD_S * k, []) for k in (4, 5)]
    living = kept(looks + silent)
    (seen,) = records(living)
    assert (seen.hits, seen.silent_looks) == (4, 2)
    assert seen.silent_ns == EPOCH + round(4 * PERIOD_S * S)
    again = records(kept([infrared(6 * PERIOD_S, [rising(6 * PERIOD_S)])], living, first=6))
    assert [(t.hits, t.silent_looks, t.silent_ns) for t in again] == [(5, 0, 0)]


def test_a_long_silent_tracklet_is_closed() -> None:
    """After the silence that closes it, a detection on its path begins a new one."""
    looks = [infrared(PERIOD_S * k, [rising(PERIOD_S * k)]) for k in range(4)]
    late = 3 * PERIOD_S + CLOSED_S + 1.0
    living = play([*looks, infrared(late, [rising(late)])])
    assert [t.hits for t in living] == [4, 1]


def test_another_sensor_is_no_silence() -> None:
    """Looks of one sensor leave the tracklets of another as they are."""
    looks = [infrared(PERIOD_S * k, [rising(PERIOD_S * k)]) for k in range(3)]
    other = [infrared(PERIOD_S * (3 + k), [], sensor="other") for k in range(5)]
    living = play(looks + other)
    assert [(t.sensor, t.hits, t.silent_looks) for t in living] == [("eye", 3, 0)]


def test_two_detections_of_one_time_are_never_one_object() -> None:
    """The same instant twice, in one look or in two, adds one detection at most."""
    looks = [infrared(PERIOD_S * k, [rising(PERIOD_S * k)]) for k in range(3)]
    twin = infrared(2 * PERIOD_S, [rising(2 * PERIOD_S)])
    living = play([*looks, twin])
    assert sorted(t.hits for t in living) == [1, 3]
    pair = infrared(3 * PERIOD_S, [rising(3 * PERIOD_S)] * 2)
    living = play([*looks, pair])
    assert sorted(t.hits for t in living) == [1, 4]
    for t in living:
        assert np.all(np.diff(t.rows.time_s) > 0.0)


def test_tracklets_survive_the_codec() -> None:
    """Packed and unpacked between two looks, they go on the same."""
    looks = [infrared(PERIOD_S * k, [rising(PERIOD_S * k)]) for k in range(6)]
    half = unpack(pack(kept(looks[:3])), dict[str, Unplaced])
    assert pack(kept(looks[3:], half, first=3)) == pack(kept(looks))


def test_a_tracklet_of_a_track_goes_on_as_the_others_do() -> None:
    """Half way made a record of its own, as a track's are, it takes the same detections and counts the same silence."""
    path = [[rising(PERIOD_S * k)] if k not in (5, 6) else [] for k in range(9)]
    for sense in (infrared, radar):
        looks = [sense(PERIOD_S * k, points) for k, points in enumerate(path)]
        for cut in (3, 6):
            living = kept(looks[:cut])
            (pool,) = living.values()
            (record,) = records(living)
            record.track = "T0001"
            pool.keep(np.zeros(1, bool))
            serial = 2
            for k, look in enumerate(looks[cut:], cut):
                serial = extend([record], living, f"r{k}", look, EPOCH, serial)
            (whole,) = play(looks)
            record.track = None
            assert serial == 2
            assert pack(record) == pack(whole)


def test_of_many_detections_the_newest_are_kept() -> None:
    """What stands for hours does not grow; what is left goes on as before, and is at least a minute long."""
    looks = [infrared(PERIOD_S * k, [PAD]) for k in range(3 * KEPT_ROWS)]
    (t,) = play(looks)
    assert KEPT_ROWS <= t.hits <= 2 * KEPT_ROWS
    assert len(t.fresh) == t.hits
    np.testing.assert_allclose(t.rows.time_s, PERIOD_S * np.arange(3 * KEPT_ROWS - t.hits, 3 * KEPT_ROWS), atol=1e-6)
    assert t.span_s > 60.0
