"""A phased array over time: field, fences, confirmation, tracks, a raid; errors; draws belong to looks."""

import dataclasses
from typing import Any

import msgspec
import numpy as np
import pytest

from launchwatch.catalog.loader import Catalog, load_catalog
from launchwatch.catalog.schema import Reference, Sector
from launchwatch.core.arrays import FloatArray
from launchwatch.core.epochs import NS, parse_utc
from launchwatch.core.frames import azimuth_elevation_range, itrf_from_azimuth_elevation_range
from launchwatch.core.geodesy import geodetic_from_itrf, itrf_from_geodetic
from launchwatch.messages.observations import RadarLook
from launchwatch.physics.ionosphere import ionospheric_delay
from launchwatch.physics.radar import ratio, snr_at, unambiguous_range
from launchwatch.physics.swerling import detection_probability
from launchwatch.sim.scenes.moon import moon
from launchwatch.sim.scenes.objects import SeenObject
from launchwatch.sim.scenes.weather import Scene
from launchwatch.sim.sensors import SensorRun
from launchwatch.sim.sensors.ground import observe_radar

CLEAR = Scene(cloud_top_m=7000.0)
FIELDS = (
    "time_ns", "range_m", "azimuth_deg", "elevation_deg", "sigma_range_m", "sigma_azimuth_deg", "sigma_elevation_deg",
    "snr_db",
)  # fmt: skip


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog()


def rows(run: SensorRun) -> dict[str, Any]:
    """All plots of a run, with their launch."""
    looks = [d.observation for d in run.deliveries]
    table = {name: np.concatenate([getattr(look, name) for look in looks]) for name in ("sequence", *FIELDS)}
    assert np.array_equal(table["sequence"], run.truth.sequence)
    return table | {"source": run.truth.source}


def watch(sky: Any, flights: list[SeenObject], scene: Scene = CLEAR, **options: Any) -> SensorRun:
    window, seed = options.pop("window_s", (-60.0, 1000.0)), options.pop("seed", 1)
    start, stop = (sky.lift_off_ns + round(s * NS) for s in window)
    mode = sky.radar_mode(**options.pop("mode", {}))
    return observe_radar(sky.radar_sensor(**options), mode, flights, scene, seed, start, stop)


def true_plots(sky: Any, flight: SeenObject, time_ns: Any) -> FloatArray:
    target = flight.motion((time_ns - flight.epoch_ns) / NS)[0]
    return np.column_stack(azimuth_elevation_range(itrf_from_geodetic(52.0, 104.0, 0.0), 52.0, 104.0, target))


def errors_over_sigma(sky: Any, flight: SeenObject, table: dict[str, Any]) -> FloatArray:
    true = true_plots(sky, flight, table["time_ns"])
    azimuth = np.mod(table["azimuth_deg"] - true[:, 0] + 180.0, 360.0) - 180.0
    return np.column_stack(
        [
            azimuth / table["sigma_azimuth_deg"],
            (table["elevation_deg"] - true[:, 1]) / table["sigma_elevation_deg"],
            (table["range_m"] - true[:, 2]) / table["sigma_range_m"],
        ]
    )


def test_a_flight_is_seen_only_within_elevation_and_range(sky: Any) -> None:
    flight = sky.flight()
    table = rows(watch(sky, [flight], elevation_min_deg=5.0, elevation_max_deg=60.0, range_max_km=1200.0))
    true = true_plots(sky, flight, table["time_ns"])
    assert len(true) > 50
    assert true[:, 1].min() >= 5.0
    assert true[:, 1].max() <= 60.0
    assert true[:, 2].max() <= 1200e3
    assert true[:, 1].min() < 5.5  # seen as soon as it rises into the field


def test_the_horizon_hides_even_where_the_field_goes_below_it(sky: Any) -> None:
    flight = sky.flight()
    table = rows(watch(sky, [flight], elevation_min_deg=-5.0))
    true = true_plots(sky, flight, table["time_ns"])
    # from a site on the ellipsoid, lines of sight clear the Earth at elevations above 0
    assert -0.01 <= true[:, 1].min() < 1.0


@pytest.mark.parametrize(
    ("sector", "seen"),
    [((100.0, 160.0), True), ((160.0, 100.0), False), ((300.0, 140.0), True), ((350.0, 20.0), False)],
)
def test_sectors_also_across_north(sky: Any, sector: tuple[float, float], seen: bool) -> None:
    flight = sky.flight()
    azimuth = true_plots(sky, flight, np.array([sky.lift_off_ns + 100 * NS]))[0, 0]
    assert 100.0 < azimuth < 140.0
    table = rows(watch(sky, [flight], sectors=(Sector(from_deg=sector[0], to_deg=sector[1]),)))
    assert (len(table["snr_db"]) > 0) is seen


def test_a_target_north_of_the_radar_is_seen_across_north(sky: Any) -> None:
    flight = sky.flight(lat_deg=60.0, lon_deg=104.0)
    table = rows(watch(sky, [flight], sectors=(Sector(from_deg=350.0, to_deg=10.0),)))
    assert np.all((table["azimuth_deg"] >= 0.0) & (table["azimuth_deg"] < 360.0))
    assert table["azimuth_deg"].min() < 2.0
    assert table["azimuth_deg"].max() > 358.0


def test_plots_follow_the_stated_probability(sky: Any) -> None:
    flight = sky.flight(burnout_s=100.0)
    options = {"threshold_snr_db": 11.0}
    seen = sum(len(rows(watch(sky, [flight], id=f"radar-{k}", **options))["snr_db"]) for k in range(20))
    time_ns = (-(-sky.lift_off_ns // NS) + np.arange(900)) * NS
    true = true_plots(sky, flight, time_ns)
    rcs = np.where((time_ns - sky.lift_off_ns) / NS <= 100.0, 10.0, 0.1)
    probability = detection_probability(snr_at(true[:, 2], rcs, 3000e3, 1.0, 13.0), float(ratio(11.0)))
    probability *= (true[:, 1] >= 3.0) & (true[:, 1] <= 85.0) & (true[:, 2] <= 5000e3)
    expected, variance = 20.0 * probability.sum(), 20.0 * (probability * (1.0 - probability)).sum()
    assert variance > 30.0  # the case is one where chance decides
    # four standard errors of the sum of binomials
    assert seen == pytest.approx(expected, abs=4.0 * np.sqrt(variance))


def test_errors_have_the_stated_sigma(sky: Any) -> None:
    flight = sky.flight()
    white = np.concatenate(
        [errors_over_sigma(sky, flight, rows(watch(sky, [flight], id=f"radar-{k}"))) for k in range(10)]
    )
    n = len(white)
    assert n > 3000
    # four standard errors of mean and covariance
    np.testing.assert_allclose(white.mean(axis=0), 0.0, atol=4.0 / np.sqrt(n))
    np.testing.assert_allclose(np.cov(white.T), np.eye(3), atol=4.0 * np.sqrt(2.0 / n))


def test_biases_are_constant_in_a_run_and_have_the_stated_sigma(sky: Any) -> None:
    options = {
        "bias_range_m": 200.0, "bias_angle_mrad": 2.0, "sigma_range_m": 1.0, "beamwidth_deg": 0.01, "revisit_s": 5.0,
    }  # fmt: skip
    flight = sky.flight()
    means = []
    for k in range(150):
        table = rows(watch(sky, [flight], id=f"radar-{k}", **options))
        true = true_plots(sky, flight, table["time_ns"])
        error = np.column_stack([table["azimuth_deg"], table["elevation_deg"], table["range_m"]]) - true
        # within a run only the noise is left: 0.01 degree of beam over 9 at 13 dB, 1 m at 13 dB
        assert np.all(error.std(axis=0) < [0.01, 0.003, 1.5])
        means.append(error.mean(axis=0))
    n = len(means)
    stated = np.array([np.degrees(2e-3), np.degrees(2e-3), 200.0])
    np.testing.assert_allclose(np.mean(means, axis=0), 0.0, atol=4.0 * stated.max() / np.sqrt(n))
    np.testing.assert_allclose(np.var(means, axis=0), stated**2, rtol=4.0 * np.sqrt(2.0 / n))
    look = watch(sky, [], **options).deliveries[0].observation
    assert isinstance(look, RadarLook)
    assert (look.bias_range_m, look.bias_angle_deg) == (200.0, pytest.approx(np.degrees(2e-3)))


def test_an_odd_ionosphere_lengthens_ranges_by_what_the_radar_does_not_correct(sky: Any) -> None:
    flight, options = sky.flight(), {"frequency_mhz": 150.0}
    mean, odd = (rows(watch(sky, [flight], Scene(0.0, content), **options)) for content in (3e17, 8e17))
    late = (mean["time_ns"] - sky.lift_off_ns) / NS > 600.0
    target = flight.motion((mean["time_ns"][late] - sky.lift_off_ns) / NS)[0]
    assert len(target) > 20
    elevation = true_plots(sky, flight, mean["time_ns"])[late, 1]
    heights = flight.emission.height((mean["time_ns"][late] - sky.lift_off_ns) / NS)
    extra = odd["range_m"][late] - mean["range_m"][late]
    np.testing.assert_allclose(extra, ionospheric_delay(150e6, 5e17, elevation, heights), rtol=1e-6)
    assert extra.min() > 500.0


def test_draws_belong_to_looks(sky: Any) -> None:
    one, two = sky.flight(), sky.flight("second", delay_s=40.0, lat_deg=50.0)
    options = {"false_alarms_per_look": 0.3, "bias_range_m": 100.0, "bias_angle_mrad": 1.0}
    whole = rows(watch(sky, [one, two], **options))
    shorter = rows(watch(sky, [two, one], window_s=(133.0, 400.0), **options))
    inside = (whole["time_ns"] >= shorter["time_ns"].min()) & (whole["time_ns"] <= shorter["time_ns"].max())
    assert len(shorter["snr_db"]) > 100
    for name in FIELDS:
        assert np.array_equal(whole[name][inside], shorter[name]), name
    assert np.array_equal(np.where(shorter["source"] < 0, -1, 1 - shorter["source"]), whole["source"][inside])


def test_false_plots_are_poisson_and_lie_in_the_field(sky: Any) -> None:
    sectors = (Sector(from_deg=350.0, to_deg=30.0), Sector(from_deg=100.0, to_deg=120.0))
    run = watch(sky, [], window_s=(0.0, 4000.0), false_alarms_per_look=0.1, sectors=sectors)
    table = rows(run)
    n = len(table["snr_db"])
    # four standard errors of a Poisson number, and of the share of one sector
    assert n == pytest.approx(400, abs=4.0 * np.sqrt(400.0))
    north = (table["azimuth_deg"] >= 350.0) | (table["azimuth_deg"] <= 30.0)
    assert np.all(north | ((table["azimuth_deg"] >= 100.0) & (table["azimuth_deg"] <= 120.0)))
    assert north.mean() == pytest.approx(2.0 / 3.0, abs=4.0 * np.sqrt(2.0 / 9.0 / n))
    assert np.all((table["elevation_deg"] >= 3.0) & (table["elevation_deg"] <= 85.0))
    assert np.all((table["range_m"] >= 100e3) & (table["range_m"] <= 5000e3))
    # noise beyond the threshold is exponential with unit mean
    assert np.mean(ratio(table["snr_db"]) - ratio(13.0)) == pytest.approx(1.0, abs=4.0 / np.sqrt(n))


def test_plots_are_delivered_by_look_after_the_report_delay(sky: Any) -> None:
    run = watch(sky, [sky.flight()], report_delay_s=3.0)
    received = [d.received_ns for d in run.deliveries]
    assert received == sorted(received)
    assert sum(d.observation.looks for d in run.deliveries) == 1060
    for delivery in run.deliveries:
        look = delivery.observation
        if len(look.sequence):
            assert look.looks == 1
            assert delivery.received_ns == look.look_until_ns + 3 * NS


def times_s(sky: Any, run: SensorRun) -> FloatArray:
    table = rows(run)
    return np.asarray((table["time_ns"][table["source"] == 0] - sky.lift_off_ns) / NS)


def test_what_rises_through_the_fence_is_tracked_above_it(sky: Any) -> None:
    flight = sky.flight()
    mode = {"fences": (sky.fence(height_deg=2.0, period_s=5.0),), "confirm": sky.confirmation(2, 3)}
    table = rows(watch(sky, [flight], mode=mode))
    true = true_plots(sky, flight, table["time_ns"])
    assert true[0, 1] < 6.0  # found within the fence of 3 to 5 degrees, or at the look after it
    assert true[-1, 1] > 40.0


def test_what_appears_above_the_fence_is_not_found(sky: Any) -> None:
    mode = {"fences": (sky.fence(height_deg=2.0, period_s=5.0),)}
    late = watch(sky, [sky.flight()], window_s=(300.0, 1000.0), mode=mode)
    assert len(times_s(sky, late)) == 0
    mode = {"fences": (sky.fence(height_deg=2.0, period_s=5.0), sky.fence(height_deg=None, period_s=60.0))}
    slow = times_s(sky, watch(sky, [sky.flight()], window_s=(300.0, 1000.0), mode=mode))
    assert 300.0 < slow[0] < 362.0  # found by the slow fence within its period


def test_a_body_that_comes_back_is_looked_for_where_it_should_be(sky: Any) -> None:
    mode = {"fences": (sky.fence(height_deg=2.0, period_s=5.0),)}
    flight = sky.flight(burnout_s=120.0)
    whole = times_s(sky, watch(sky, [flight], mode=mode))
    # no echo for 80 s, high above the fence: the track ends, and the radar looks on where it should be
    gone = dataclasses.replace(flight, echo=Gap(flight.echo, 250.0, 330.0))
    back = times_s(sky, watch(sky, [gone], mode=mode))
    assert not ((back > 250.0) & (back < 330.0)).any()
    assert back[-1] == whole[-1]


@dataclasses.dataclass(frozen=True)
class Gap:
    """An echo that fades for a while."""

    echo: Any
    from_s: float
    to_s: float

    def swerling(self, t_s: FloatArray) -> FloatArray:
        return np.asarray(self.echo.swerling(t_s))

    def rcs_m2(self, t_s: FloatArray, observer_m: FloatArray, frequency_hz: float) -> FloatArray:
        rcs = self.echo.rcs_m2(t_s, observer_m, frequency_hz)
        return np.where((t_s > self.from_s) & (t_s < self.to_s), 1e-12, rcs)


def test_confirmation_delays_and_a_strict_one_delays_more(sky: Any) -> None:
    flight = sky.flight()

    def first(hits: int, looks: int) -> float:
        found = []
        for k in range(40):
            mode = {"confirm": sky.confirmation(hits, looks), "fences": (sky.fence(height_deg=None, period_s=5.0),)}
            run = watch(
                sky, [flight], id=f"radar-{k}", mode=mode, reference=Reference(rcs_m2=10.0, range_km=900.0, snr_db=13.0)
            )
            found.append(times_s(sky, run)[0])
        return float(np.mean(found))

    assert first(1, 3) < first(3, 3) - 2.0  # where a look detects with some 40 %, three of three are rare


@pytest.mark.parametrize("case", [0, 1, 3])
def test_cases_of_swerling_reach_the_plots(sky: Any, case: int) -> None:
    """Tracks that nothing ends, so that every look counts."""
    flight = sky.flight(burnout_s=100.0)
    flight = dataclasses.replace(flight, echo=dataclasses.replace(flight.echo, case=case))
    options = {"threshold_snr_db": 11.0, "mode": {"drop_misses": 10_000}}
    time_ns = (-(-sky.lift_off_ns // NS) + np.arange(900)) * NS
    true = true_plots(sky, flight, time_ns)
    late = (time_ns - sky.lift_off_ns) / NS > 200.0
    seen = 0
    for k in range(20):
        table = rows(watch(sky, [flight], id=f"radar-{k}", **options))
        seen += int(((table["time_ns"] - sky.lift_off_ns) / NS > 200.0).sum())
    probability = detection_probability(snr_at(true[:, 2], 0.1, 3000e3, 1.0, 13.0), float(ratio(11.0)), 1, case)
    probability = (probability * (true[:, 1] <= 85.0) * (true[:, 2] <= 5000e3))[late]
    expected, variance = 20.0 * probability.sum(), 20.0 * (probability * (1.0 - probability)).sum()
    # four standard errors of the sum of binomials
    assert seen == pytest.approx(expected, abs=4.0 * np.sqrt(variance))


def raid(sky: Any, count: int) -> list[SeenObject]:
    return [sky.flight(f"one-{k:03d}", lat_deg=48.0 + 0.01 * k) for k in range(count)]


BUSY = {"dwell_s": 0.05, "search_share": 0.4}


def test_what_one_object_draws_does_not_depend_on_the_others(sky: Any) -> None:
    alone = rows(watch(sky, raid(sky, 1), mode=BUSY, revisit_s=5.0, window_s=(-60.0, 400.0)))
    among = rows(watch(sky, raid(sky, 10), mode=BUSY, revisit_s=5.0, window_s=(-60.0, 400.0)))
    for name in FIELDS:
        assert np.array_equal(alone[name], among[name][among["source"] == 0]), name


def test_a_raid_saturates_the_time_of_the_radar(sky: Any) -> None:
    fences = (sky.fence(height_deg=3.0, period_s=5.0),)
    mode = BUSY | {"fences": fences}
    plots_each, revisits, fence_periods = [], [], []
    for count in (1, 10, 50, 100, 300):
        run = watch(sky, raid(sky, count), mode=mode, revisit_s=5.0, window_s=(-60.0, 300.0))
        uses = [delivery.observation.time_use for delivery in run.deliveries]
        for use in uses:
            assert use.search + use.confirm + use.track <= 1.0 + 1e-9
            assert min(use.search, use.confirm, use.track) >= 0.0
            assert use.track <= 1.0 - BUSY["search_share"] + 1e-9
        plots_each.append(len(run.truth.sequence) / count)
        revisits.append(max(use.track_period_s for use in uses))
        fence_periods.append(max(use.fence_period_s for use in uses))
    assert revisits == sorted(revisits)
    assert fence_periods == sorted(fence_periods)
    assert revisits[0] == 5.0
    # 300 tracks of 0.05 s in three faces are 5 s of beams each 5 s, for which there is 0.6 of the time
    assert revisits[-1] == 10.0
    assert fence_periods[-1] > fence_periods[0]
    assert plots_each[-1] < 0.6 * plots_each[0]


def test_the_moon_folds_into_the_field_without_a_range_gate(catalog: Catalog) -> None:
    """5 October 1960: a radar at Thule takes the rising Moon for missiles."""
    begin = parse_utc("1960-10-05T00:00:00Z")
    one = moon(catalog.cross_sections["moon"], begin, begin + 86_400 * NS)
    radar = msgspec.structs.replace(catalog.sensors_radar["us-pituffik"], false_alarms_per_look=0.0)
    mode = catalog.radar_modes[radar.mode]
    gated, open_ = (
        observe_radar(
            radar, msgspec.structs.replace(mode, range_gate=gate), [one], CLEAR, 1, begin, begin + 86_400 * NS
        )
        for gate in (True, False)
    )
    assert len(gated.truth.sequence) == 0
    table = rows(open_)
    assert len(table["snr_db"]) > 50
    assert table["range_m"].max() < unambiguous_range(mode.pulse_repetition_s)
    true = np.linalg.norm(one.motion((table["time_ns"] - begin) / NS)[0], axis=1)
    assert true.min() > 3.5e8
    # 51 dB by the radar equation for 6.6e11 m2 at 384,400 km, within the scan loss and the fluctuation
    assert 35.0 < np.median(table["snr_db"]) < 53.0


def test_aurora_echoes_into_a_northern_radar_at_metre_waves(catalog: Catalog) -> None:
    begin = parse_utc("2015-03-17T18:00:00Z")
    counts = {}
    for name in ("ru-pechora", "ru-olenegorsk-d", "us-pituffik", "cn-korla"):
        radar = msgspec.structs.replace(catalog.sensors_radar[name], false_alarms_per_look=0.0)
        mode = catalog.radar_modes[radar.mode]
        for activity in (0.0, 5.0):
            scene = Scene(7000.0, auroral_activity=activity)
            run = observe_radar(radar, mode, [], scene, 1, begin, begin + 3600 * NS)
            counts[name, activity] = len(run.truth.sequence)
            assert np.all(run.truth.source == -1)
            if counts[name, activity]:
                table = rows(run)
                site = itrf_from_geodetic(radar.lat_deg, radar.lon_deg, radar.alt_m)
                point = itrf_from_azimuth_elevation_range(
                    site, radar.lat_deg, radar.lon_deg, table["azimuth_deg"], table["elevation_deg"], table["range_m"]
                )
                # the layer, but for half a cell of range (5 %) on a slope of up to 20 degrees, and the sphere
                assert np.abs(geodetic_from_itrf(point)[2] - 110e3).max() < 45e3
    assert all(count == 0 for (_, activity), count in counts.items() if activity == 0.0)
    assert counts["ru-pechora", 5.0] > 20
    assert counts["us-pituffik", 5.0] < 0.1 * counts["ru-pechora", 5.0]  # 435 MHz, and inside the oval
    assert counts["cn-korla", 5.0] == 0


def test_odd_air_shifts_elevations_by_what_the_radar_does_not_correct(sky: Any) -> None:
    flight = sky.flight()
    mean, odd = (rows(watch(sky, [flight], Scene(0.0, surface_refractivity=n))) for n in (315.0, 365.0))
    extra = odd["elevation_deg"] - mean["elevation_deg"]
    elevation = true_plots(sky, flight, mean["time_ns"])[:, 1]
    # at 3 degrees the correction is about 0.24 degrees for 315 N-units: 50 more leave a sixth of it
    assert extra[elevation < 4.0].max() == pytest.approx(0.04, abs=0.01)
    assert np.all(extra > 0.0)
