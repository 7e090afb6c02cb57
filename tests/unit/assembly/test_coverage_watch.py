"""Looks from every cell: the kernels against plain NumPy and the simulated sensors, and what must never happen."""

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coverage_sky import CATALOG, cells, hovering, payload, radar, stationary
from launchwatch.assembly.coverage.flights import FLYING, ClassFlight, class_flight, placed, profile
from launchwatch.assembly.coverage.watch import SKY_WAVE_TOP_M, Seen, infrared_watch, radar_watch
from launchwatch.catalog.schema import InfraredSensor, Payload, RadarSensor, Sector
from launchwatch.core.arrays import FloatArray
from launchwatch.core.epochs import NS, parse_utc
from launchwatch.core.frames import azimuth_elevation_range
from launchwatch.core.geodesy import geodetic_from_itrf, inverse, itrf_from_geodetic
from launchwatch.physics.radar import ratio, snr_at
from launchwatch.physics.radiometry import irradiance
from launchwatch.physics.transmission import transmission
from launchwatch.physics.visibility import MEAN_RADIUS, in_sectors, lowest_height, zenith_angle_deg
from launchwatch.sim.scenes.launched import payload_of
from launchwatch.sim.scenes.signatures import Signatures
from launchwatch.sim.scenes.weather import Scene
from launchwatch.sim.sensors.space import observe_infrared
from launchwatch.sim.truth.orbits import satellite_positions

DAY_NS = parse_utc("2026-08-19T00:00:00Z")
ICBM, SRBM = class_flight(CATALOG, "icbm"), class_flight(CATALOG, "srbm")
LATITUDES, LONGITUDES = np.arange(-75.0, 76.0, 30.0), np.arange(-165.0, 180.0, 30.0)


def looked(visible: Any, height_m: FloatArray, step_s: float, period_s: float) -> tuple[float, float, float]:
    """First look, third look and height where first visible, by a plain walk along the looks."""
    if not visible.any():
        return np.inf, np.inf, np.inf
    begin = int(np.argmax(visible))
    times = np.arange(begin * step_s + 0.5 * period_s, len(visible) * step_s, period_s)
    rows = (times / step_s + 0.5).astype(int)
    seen = times[rows < len(visible)][visible[rows[rows < len(visible)]]]
    if not len(seen):
        return np.inf, np.inf, np.inf
    return seen[0], seen[2] if len(seen) > 2 else np.inf, height_m[begin]


def plain_infrared(eye: Payload, flight: ClassFlight, where: FloatArray, here: FloatArray, cloud_m: float) -> Any:
    """Which steps of the boost phase are visible, by the functions of physics alone."""
    boost = flight.boost
    bright = flight.light.intensity_w_sr(boost.t_s, eye.band_um)
    clear = transmission(eye.band_um, boost.height_m, zenith_angle_deg(where, here))
    signal = irradiance(bright, np.linalg.norm(where - here, axis=1), clear)
    seen = signal / eye.noise_equivalent_irradiance_w_m2 >= eye.threshold_snr
    seen &= (boost.height_m >= cloud_m - 1.0) & (lowest_height(here, where) >= cloud_m - 1.0)
    if eye.earth_limb_margin_km is not None:
        seen &= lowest_height(here, where, beyond=True) >= eye.earth_limb_margin_km * 1e3
    return seen & (boost.thrust_n > 0.0)


@pytest.mark.parametrize(
    ("eye", "flight"),
    [
        (payload(), ICBM),
        (payload(scan="staring", period_s=1.0), SRBM),
        (payload(noise_equivalent_irradiance_w_m2=2e-11), ICBM),
        (payload(earth_limb_margin_km=30.0), ICBM),
    ],
    ids=["scanner", "starer-srbm", "blunt", "limb"],
)
def test_infrared_kernel_against_numpy(eye: Payload, flight: ClassFlight) -> None:
    here = np.concatenate([stationary(-20.0, 100.0), itrf_from_geodetic([63.0, -10.0], [10.0, 150.0], [39e6, 2e6])])
    earth = cells(LATITUDES, LONGITUDES, azimuths=3, cloud_top_m=7e3)
    seen, shares = infrared_watch(earth, flight, [(eye, here)], len(here))
    assert 0.0 < shares[0] < 1.0
    away = agree = 0
    for i, lat in enumerate(earth.lat_deg):
        there = placed(flight.boost, np.array([lat]), earth.azimuth_deg)[0]
        for j, lon in enumerate(earth.lon_deg):
            turn = np.radians(lon)
            spin = np.array([[np.cos(turn), np.sin(turn), 0.0], [-np.sin(turn), np.cos(turn), 0.0], [0.0, 0.0, 1.0]])
            for a in range(3):
                for k, satellite in enumerate(here):
                    visible = plain_infrared(eye, flight, there[a] @ spin, satellite, 7e3)
                    expected = looked(visible, flight.boost.height_m, flight.boost.step_s, eye.period_s)
                    ours = [part[i, j, a, k] for part in (seen.first_s, seen.track_s, seen.height_m)]
                    assert seen.count[i, j, a, k] == np.isfinite(ours[0])
                    away += 1
                    agree += bool(np.allclose(ours, expected, rtol=1e-12))
    # transmission is read from a table in steps of 0.05 degree of zenith: near the limb a step may tip over
    assert agree >= 0.995 * away


def plain_radar(sensor: RadarSensor, flight: ClassFlight, where: FloatArray) -> Any:
    """Which steps of the whole flight a phased array sees, as `sim.sensors.ground` has it but for the draws."""
    site = itrf_from_geodetic(sensor.lat_deg, sensor.lon_deg, sensor.alt_m)
    azimuth, elevation, distance = azimuth_elevation_range(site, sensor.lat_deg, sensor.lon_deg, where)
    booster = flight.booster
    rcs = np.where(flight.whole.t_s <= flight.path.burnout_s, booster.rcs_booster_m2, booster.rcs_payload_m2)
    reference = sensor.reference
    snr = snr_at(distance, rcs, reference.range_km * 1e3, reference.rcs_m2, reference.snr_db)
    inside = in_sectors(azimuth, [(s.from_deg, s.to_deg) for s in sensor.sectors])
    inside &= (elevation >= sensor.elevation_min_deg) & (elevation <= sensor.elevation_max_deg)
    inside &= (distance >= sensor.range_min_km * 1e3) & (distance <= sensor.range_max_km * 1e3)
    if sensor.elevation_min_deg < 0.0:
        inside &= lowest_height(site, where) >= -1.0
    return inside & (snr >= ratio(sensor.threshold_snr_db))


def plain_sky_wave(sensor: RadarSensor, flight: ClassFlight, where: FloatArray) -> Any:
    site = itrf_from_geodetic(sensor.lat_deg, sensor.lon_deg, sensor.alt_m)
    azimuth, _, _ = azimuth_elevation_range(site, sensor.lat_deg, sensor.lon_deg, where)
    cosine = where @ site / (np.linalg.norm(where, axis=1) * np.linalg.norm(site))
    ground_km = MEAN_RADIUS * np.arccos(np.clip(cosine, -1.0, 1.0)) * 1e-3
    inside = in_sectors(azimuth, [(s.from_deg, s.to_deg) for s in sensor.sectors])
    inside &= (ground_km >= sensor.range_min_km) & (ground_km <= sensor.range_max_km)
    return inside & (flight.boost.thrust_n > 0.0) & (flight.boost.height_m < SKY_WAVE_TOP_M)


SECTORS = (Sector(from_deg=300.0, to_deg=60.0), Sector(from_deg=100.0, to_deg=200.0))


@pytest.mark.parametrize(
    ("sensor", "flight"),
    [
        (radar(lat_deg=52.0, lon_deg=104.0, sectors=SECTORS), ICBM),
        (radar(lat_deg=-10.0, lon_deg=20.0, elevation_min_deg=-1.0, alt_m=300.0, range_min_km=200.0), SRBM),
        (
            radar(lat_deg=54.0, lon_deg=43.0, technique="over-the-horizon", sectors=SECTORS, range_min_km=900.0,
                  range_max_km=3_000.0, elevation_min_deg=0.0, elevation_max_deg=0.0, revisit_s=30.0),
            ICBM,
        ),
    ],
    ids=["array", "below-level", "over-the-horizon"],
)  # fmt: skip
def test_radar_kernel_against_numpy(sensor: RadarSensor, flight: ClassFlight) -> None:
    earth = cells(np.arange(-72.5, 76.0, 15.0), LONGITUDES + 1.0, azimuths=4)
    seen, shares = radar_watch(earth, flight, [sensor])
    sky_wave = sensor.technique == "over-the-horizon"
    there, plain = (flight.boost, plain_sky_wave) if sky_wave else (flight.whole, plain_radar)
    assert 0.0 < shares[0] < 1.0
    for i, lat in enumerate(earth.lat_deg):
        points = placed(there, np.array([lat]), earth.azimuth_deg)[0]
        for j, lon in enumerate(earth.lon_deg):
            turn = np.radians(lon)
            spin = np.array([[np.cos(turn), np.sin(turn), 0.0], [-np.sin(turn), np.cos(turn), 0.0], [0.0, 0.0, 1.0]])
            for a in range(4):
                visible = plain(sensor, flight, points[a] @ spin)
                expected = looked(visible, there.height_m, there.step_s, sensor.revisit_s)
                ours = [part[i, j, a, 0] for part in (seen.first_s, seen.track_s, seen.height_m)]
                np.testing.assert_allclose(ours, expected, rtol=1e-12)


def test_first_looks_are_the_mean_of_the_simulated_sensor() -> None:
    eye = payload(bias_urad=0.0)
    sensor = InfraredSensor(
        id="eye", name="eye", source="tests", confidence="none", status="synthetic", owner="us", in_service=None,
        payload="payload", orbit="orbit",
    )  # fmt: skip
    here = stationary(20.0)
    one = payload_of("launch", DAY_NS, ICBM.booster, ICBM.path, Signatures(CATALOG.plumes), CATALOG.cross_sections)

    def orbit(ns: Any) -> tuple[FloatArray, FloatArray]:
        return np.tile(here, (len(ns), 1)), np.zeros((len(ns), 3))

    firsts, thirds = [], []
    for seed in range(60):
        run = observe_infrared(
            sensor, eye, orbit, [one], Scene(cloud_top_m=7e3), seed, DAY_NS - 60 * NS, DAY_NS + 400 * NS
        )
        times = np.concatenate([d.observation.time_ns for d in run.deliveries])
        firsts.append((times[0] - DAY_NS) / NS)
        thirds.append((times[2] - DAY_NS) / NS)
    seen, _ = infrared_watch(cells(0.0, 0.0, cloud_top_m=7e3), ICBM, [(eye, here)], 1)
    # The phase of a 10 s scanner is even over 10 s: the mean of 60 phases is good to 10 / sqrt(12 * 60) = 0.37 s, three
    # of which are 1.1 s; steps of 1 s add up to 0.5 s
    assert seen.first_s[0, 0, 0, 0] == pytest.approx(np.mean(firsts), abs=1.6)
    assert seen.track_s[0, 0, 0, 0] == pytest.approx(np.mean(thirds), abs=1.6)


@pytest.mark.parametrize("booster_class", FLYING)
def test_every_class_flies_and_is_placed_where_it_flew(booster_class: str) -> None:
    flight = class_flight(CATALOG, booster_class)
    assert flight.boost.thrust_n[1] > 0.0
    assert len(flight.whole.height_m) * flight.whole.step_s >= flight.path.burnout_s
    lat, lon, height = geodetic_from_itrf(placed(flight.boost, np.array([0.0]), np.array([0.0]))[0, 0])
    np.testing.assert_allclose(height, flight.boost.height_m, atol=1e-3)  # Bowring: nanometres, and rounding
    flown = geodetic_from_itrf(flight.path.at(flight.boost.t_s[-1:])[0])
    here = (float(flown[0][0]), float(flown[1][0]))
    # the Earth turns away to the side under the flight, by 0.5 degree at most in a boost phase: a cosine's worth
    assert inverse(*here, float(lat[-1]), float(lon[-1]))[0] < 0.12 * inverse(0.0, 0.0, *here)[0] + 1e3


def test_a_flight_is_as_long_along_every_azimuth() -> None:
    whole = profile(ICBM.path, 60.0, 1_800.0)
    ends = geodetic_from_itrf(placed(whole, np.array([-37.5, 62.5]), np.arange(0.0, 360.0, 45.0))[:, :, -1])
    lengths = [
        inverse(lat, 0.0, float(ends[0][i, a]), float(ends[1][i, a]))[0]
        for i, lat in enumerate((-37.5, 62.5))
        for a in range(8)
    ]
    # along a meridian and along the equator a degree differs by 0.7 %
    np.testing.assert_allclose(lengths, whole.distance_rad[-1] * MEAN_RADIUS, rtol=0.006)


EYES = st.tuples(
    st.floats(-80.0, 80.0), st.floats(-180.0, 180.0), st.sampled_from([2e6, 1e7, 3.6e7]), st.booleans(),
    st.sampled_from([0.5e-12, 5e-12, 5e-11]),
)  # fmt: skip


def eyes(drawn: Any) -> list[tuple[Payload, FloatArray]]:
    return [
        (
            payload(noise_equivalent_irradiance_w_m2=noise, earth_limb_margin_km=30.0 if limb else None),
            itrf_from_geodetic(np.array([lat]), np.array([lon]), height),
        )
        for lat, lon, height, limb, noise in drawn
    ]


def never_less(more: Seen, less: Seen) -> None:
    assert (more.count >= less.count).all()
    assert (more.first_s <= less.first_s).all()
    assert (more.track_s <= less.track_s).all()
    assert (more.height_m <= less.height_m).all()


@settings(max_examples=25)
@given(st.lists(EYES, min_size=1, max_size=4))
def test_one_more_sensor_never_sees_less(drawn: Any) -> None:
    earth = cells(LATITUDES, LONGITUDES, azimuths=2, cloud_top_m=7e3)
    sensors = eyes(drawn)
    steps = [infrared_watch(earth, ICBM, sensors[:n], 1)[0] for n in range(len(sensors) + 1)]
    for fewer, more in pairwise(steps):
        never_less(more, fewer)
    assert (steps[0].count == 0).all()


@settings(max_examples=25)
@given(EYES, st.floats(0.0, 12e3), st.floats(0.0, 12e3))
def test_higher_cloud_and_more_noise_never_see_more(drawn: Any, one: float, other: float) -> None:
    (sensor,) = eyes([drawn])
    low, high = sorted((one, other))
    clear, cloudy = (
        infrared_watch(cells(LATITUDES, LONGITUDES, 2, cloud), ICBM, [sensor], 1)[0] for cloud in (low, high)
    )
    assert (clear.height_m <= cloudy.height_m).all()
    assert (np.isfinite(clear.height_m) >= np.isfinite(cloudy.height_m)).all()


@settings(max_examples=25)
@given(EYES, st.integers(1, 11))
def test_turning_everything_turns_the_map(drawn: Any, steps: int) -> None:
    lat, lon, *rest = drawn
    earth = cells(LATITUDES, LONGITUDES, azimuths=2, cloud_top_m=7e3)
    here, turned = (
        infrared_watch(earth, ICBM, eyes([(lat, at, *rest)]), 1)[0].first_s for at in (lon, lon + 30.0 * steps)
    )
    # sines and cosines of other longitudes round off by nanometres; one launch in a hundred may stand on an edge
    assert (np.roll(here, steps, axis=1) != turned).mean() <= 0.01


@settings(max_examples=25)
@given(
    st.floats(-80.0, 80.0).map(lambda x: round(x, 1)),
    st.floats(-180.0, 180.0).map(lambda x: round(x, 1)),
    st.floats(0.0, 20.0),
    st.floats(1_000.0, 6_000.0),
)
def test_a_longer_range_and_a_lower_horizon_never_see_less(lat: float, lon: float, low: float, far: float) -> None:
    earth = cells(LATITUDES, LONGITUDES, azimuths=3)
    site: dict[str, Any] = {"lat_deg": lat, "lon_deg": lon}
    base, longer, lower = (
        radar_watch(earth, ICBM, [radar(**site, **more)])[0]
        for more in (
            {"elevation_min_deg": low, "range_max_km": far},
            {"elevation_min_deg": low, "range_max_km": 1.3 * far},
            {"elevation_min_deg": 0.5 * low, "range_max_km": far},
        )
    )
    for more in (longer, lower):
        # what is visible sooner is looked at on another phase: a look later by a revisit, or none in a very short sight
        assert (more.first_s <= base.first_s + 5.0)[base.count <= more.count].all()
        assert (more.count < base.count).mean() <= 0.01


def test_a_track_takes_three_looks() -> None:
    eye, here = payload(), stationary(0.0)
    for lit_s, looks in ((4, 0), (6, 1), (16, 2), (26, 3)):
        seen, _ = infrared_watch(cells(0.0, 0.0), hovering(np.full(lit_s, 30e3)), [(eye, here)], 1)
        assert np.isfinite(seen.first_s[0, 0, 0, 0]) == (looks >= 1)
        assert np.isfinite(seen.track_s[0, 0, 0, 0]) == (looks >= 3)
        if looks:
            assert seen.first_s[0, 0, 0, 0] == 5.0  # half a period
    assert seen.track_s[0, 0, 0, 0] == 25.0


def test_fractions_at_ten_minutes_are_as_good_as_is_said() -> None:
    orbit = CATALOG.orbits["ru-eks-3-2026"]
    earth = cells(np.arange(-60.0, 61.0, 20.0), LONGITUDES, cloud_top_m=7e3)
    found = {}
    for step_s in (600, 60):
        epochs = DAY_NS + ((np.arange(86_400 // step_s) + 0.5) * step_s * NS).astype(np.int64)
        seen, _ = infrared_watch(earth, ICBM, [(payload(), satellite_positions(orbit, epochs)[0])], len(epochs))
        found[step_s] = seen.count[:, :, 0] > 0
    changes = (found[600][..., 1:] != found[600][..., :-1]).sum(axis=2)
    sigma = np.sqrt(changes / 12.0) / found[600].shape[2]
    error = found[600].mean(axis=2) - found[60].mean(axis=2)
    moving = changes > 0
    assert moving.sum() > 30
    # z of some 50 correlated cells: their rms is 1 give or take 0.3; the reference errs by a tenth of it
    assert 0.4 < np.sqrt(np.mean((error[moving] / sigma[moving]) ** 2)) < 1.5
    assert (error[~moving] == 0.0).all()
