"""The ground-based component: field, echoes, errors, and that draws belong to looks."""

from typing import Any

import numpy as np
import pytest

from launchwatch.catalog.schema import Sector
from launchwatch.core.arrays import FloatArray
from launchwatch.core.epochs import NS
from launchwatch.core.frames import azimuth_elevation_range
from launchwatch.core.geodesy import itrf_from_geodetic
from launchwatch.messages.observations import RadarLook
from launchwatch.physics.ionosphere import ionospheric_delay
from launchwatch.physics.radar import ratio, snr_at
from launchwatch.physics.swerling import detection_probability
from launchwatch.sim.scenes.objects import SeenObject
from launchwatch.sim.scenes.weather import Scene
from launchwatch.sim.sensors import SensorRun
from launchwatch.sim.sensors.ground import observe_radar

CLEAR = Scene(cloud_top_m=7000.0)
FIELDS = (
    "time_ns", "range_m", "azimuth_deg", "elevation_deg", "sigma_range_m", "sigma_azimuth_deg", "sigma_elevation_deg",
    "snr_db",
)  # fmt: skip


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
