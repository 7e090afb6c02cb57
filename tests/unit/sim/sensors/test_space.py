"""The space-based component: geometry, detection, statistics, and that draws belong to looks."""

from typing import Any

import numpy as np
import pytest

from launchwatch.core.arrays import FloatArray
from launchwatch.core.epochs import NS
from launchwatch.core.geodesy import geodetic_from_itrf
from launchwatch.messages.observations import InfraredLook
from launchwatch.physics.radiometry import (
    direction_sigma,
    irradiance,
    plume_intensity,
)
from launchwatch.physics.sun import sun_position
from launchwatch.physics.transmission import transmission
from launchwatch.physics.visibility import lowest_height, zenith_angle_deg
from launchwatch.sim.scenes.objects import SeenObject
from launchwatch.sim.scenes.weather import Scene
from launchwatch.sim.sensors import SensorRun
from launchwatch.sim.sensors.space import observe_infrared
from launchwatch.sim.sensors.space.clutter import DAY, GLINT, NIGHT
from launchwatch.sim.sensors.space.pixels import answers, shared_noise, spread_rad

CLEAR = Scene(cloud_top_m=0.0)
FIELDS = ("time_ns", "sensor_position_m", "line_of_sight", "sigma_urad", "irradiance_w_m2", "snr")


def rows(run: SensorRun) -> dict[str, Any]:
    """All detections of a run, with their launch."""
    looks = [d.observation for d in run.deliveries if len(d.observation.sequence)]
    assert all(isinstance(look, InfraredLook) for look in looks)
    table = {name: np.concatenate([getattr(look, name) for look in looks]) for name in ("sequence", *FIELDS)}
    assert np.array_equal(table["sequence"], run.truth.sequence)
    return table | {"source": run.truth.source}


def watch(sky: Any, flights: list[SeenObject], scene: Scene = CLEAR, **options: Any) -> SensorRun:
    window = options.pop("window_s", (-60.0, 400.0))
    orbit = options.pop("orbit", sky.stationary(75.0))
    seed, name = options.pop("seed", 1), options.pop("name", "eye")
    start, stop = (sky.lift_off_ns + round(s * NS) for s in window)
    payload = sky.payload(**options)
    return observe_infrared(sky.infrared_sensor(name), payload, orbit, flights, scene, seed, start, stop)


def after_lift_off_s(sky: Any, table: dict[str, Any]) -> FloatArray:
    return np.asarray((table["time_ns"] - sky.lift_off_ns) / NS)


def across(true: FloatArray, measured: FloatArray) -> FloatArray:
    """Errors (n, 2) of directions, rad: eastward and northward as a stationary satellite sees it."""
    first = np.cross([0.0, 0.0, 1.0], true)
    first /= np.linalg.norm(first, axis=1)[:, None]
    second = np.cross(true, first)
    return np.column_stack([np.sum(measured * first, axis=1), np.sum(measured * second, axis=1)])


def test_a_plume_is_seen_from_cloud_break_to_burnout(sky: Any) -> None:
    flight = sky.flight()
    table = rows(watch(sky, [flight], Scene(cloud_top_m=7000.0), noise_equivalent_irradiance_w_m2=2e-13))
    t_s = after_lift_off_s(sky, table)
    heights = flight.emission.height(t_s)
    assert heights.min() >= 6999.0
    assert heights.min() < 7000.0 + 1.0 * np.sqrt(2.0 * 15.0 * 7000.0)  # the first look after cloud break sees it
    assert 179.0 <= t_s.max() < 180.0


def test_higher_cloud_only_hides(sky: Any) -> None:
    flight = sky.flight()
    clear, cloudy = (after_lift_off_s(sky, rows(watch(sky, [flight], Scene(c)))) for c in (0.0, 12e3))
    assert set(cloudy) < set(clear)
    assert cloudy.min() >= np.sqrt(2.0 * 12e3 / 15.0) - 0.1  # 1 m of rounding in the rule is 0.002 s


def test_nothing_is_seen_between_stages(sky: Any) -> None:
    t_s = after_lift_off_s(sky, rows(watch(sky, [sky.flight()])))
    assert not np.any((t_s >= 60.0) & (t_s < 66.0))
    assert {59.6, 66.6} <= set(np.round(t_s, 3))


def test_nothing_is_seen_behind_the_earth(sky: Any) -> None:
    assert not len(watch(sky, [sky.flight()], orbit=sky.stationary(-75.0)).truth.sequence)


def test_the_limb_hides_until_the_booster_rises_above_it(sky: Any) -> None:
    flight, orbit = sky.flight(), sky.stationary(30.5)  # 84.6 degrees of arc away
    table = rows(watch(sky, [flight], orbit=orbit, noise_equivalent_irradiance_w_m2=1e-14))
    t_s = after_lift_off_s(sky, table)
    assert np.all(lowest_height(table["sensor_position_m"], flight.motion(t_s)[0]) >= -1.0)
    early = flight.motion(np.arange(0.0, 18.0))[0]
    assert np.all(lowest_height(orbit(np.zeros(18, np.int64))[0], early) < 0.0)
    assert 18.0 < t_s.min() < 40.0  # once it clears the limb, only the air that the line grazes is in the way


def test_a_limb_payload_sees_only_against_space(sky: Any) -> None:
    margin_km = 20.0
    options = {"earth_limb_margin_km": margin_km, "noise_equivalent_irradiance_w_m2": 1e-14}
    flight = sky.flight()
    assert not len(watch(sky, [flight], **options).truth.sequence)  # against the Earth
    orbit = sky.stationary(30.5)
    table = rows(watch(sky, [flight], orbit=orbit, **options))
    target = flight.motion(after_lift_off_s(sky, table))[0]
    assert len(target) > 50
    assert np.all(lowest_height(table["sensor_position_m"], target, beyond=True) >= margin_km * 1e3)


def test_detections_follow_the_stated_probability(sky: Any) -> None:
    """Counts against the sum of probabilities, where SNR passes the threshold slowly: many sensors, one flight."""
    flight = sky.flight(gap_s=(500.0, 500.0), thrust_n=3.2e5)
    nei = 2e-12
    seen = sum(len(watch(sky, [flight], name=f"eye-{k}").truth.sequence) for k in range(40))
    t_s = 0.6 + np.arange(180.0)
    target = flight.motion(t_s)[0]
    here = sky.stationary(75.0)(np.zeros(180, np.int64))[0]
    heights = geodetic_from_itrf(target)[2]
    signal = irradiance(
        plume_intensity(1e-3, 3.2e5, 2700.0) * sky.dimming(heights),
        np.linalg.norm(target - here, axis=1),
        transmission((2.65, 2.95), heights, zenith_angle_deg(target, here)),
    )
    # the spot falls anywhere on a pixel, and passes at that one or one of its neighbours: 4000 draws of our own
    generator = np.random.default_rng(7)
    on_pixels = answers(0.5, *(generator.random((2, 4000)) - 0.5))
    noise = shared_noise(0.5, generator.standard_normal((4000, 4)))
    probability = np.array([np.mean(np.any(on_pixels * snr + noise >= 6.0, axis=1)) for snr in signal / nei])
    expected, variance = 40.0 * probability.sum(), 40.0 * (probability * (1.0 - probability)).sum()
    assert variance > 30.0  # the case is one where chance decides
    # four standard errors of the sum of binomials
    assert seen == pytest.approx(expected, abs=4.0 * np.sqrt(variance))


def many_directions(sky: Any, sensors: int, **options: Any) -> tuple[list[FloatArray], FloatArray]:
    flight = sky.flight(gap_s=(500.0, 500.0))
    errors, sigma = [], []
    for k in range(sensors):
        table = rows(watch(sky, [flight], name=f"eye-{k}", **options))
        target = flight.motion(after_lift_off_s(sky, table))[0]
        true = target - table["sensor_position_m"]
        errors.append(across(true / np.linalg.norm(true, axis=1)[:, None], table["line_of_sight"]) * 1e6)
        sigma.append(table["sigma_urad"])
    return errors, np.concatenate(sigma)


def test_direction_noise_has_the_stated_sigma(sky: Any) -> None:
    errors, sigma = many_directions(sky, 20, noise_equivalent_irradiance_w_m2=1e-13)
    white = np.concatenate(errors) / sigma[:, None]
    n = len(white)
    assert n > 3000
    # four standard errors; 1 % for sigma stated from the measured SNR, not the true one
    np.testing.assert_allclose(white.mean(axis=0), 0.0, atol=4.0 / np.sqrt(n))
    np.testing.assert_allclose(np.cov(white.T), np.eye(2), atol=4.0 * np.sqrt(2.0 / n) + 0.01)
    assert sigma.min() == pytest.approx(20.0, rel=0.01)


def test_sigma_grows_as_stated_at_low_snr(sky: Any) -> None:
    table = rows(watch(sky, [sky.flight()], noise_equivalent_irradiance_w_m2=4e-12))
    spread_urad = spread_rad(sky.payload()) * 1e6
    np.testing.assert_allclose(table["sigma_urad"], direction_sigma(20.0, table["snr"], spread_urad), rtol=1e-12)
    # the signal off the middle of a pixel loses up to a factor that the irradiance is corrected by
    least = float(answers(0.5, np.array([0.5]), np.array([0.5]))[0, 0])
    ratio = table["irradiance_w_m2"] / (table["snr"] * 4e-12)
    assert np.all(ratio >= 1.0 - 1e-9)
    assert np.quantile(ratio, 0.99) <= 1.0 / least + 1e-9  # a neighbour that noise lifts may answer less
    assert ratio.max() > 1.3


def test_bias_is_constant_in_a_run_and_has_the_stated_sigma(sky: Any) -> None:
    options = {"bias_urad": 100.0, "sigma_urad": 1.0, "noise_equivalent_irradiance_w_m2": 1e-14}
    errors, _ = many_directions(sky, 150, **options)
    # within a run only the noise of 1 urad is left, and 1 % of the bias as the axes turn with the climb
    assert max(e.std(axis=0).max() for e in errors) < 4.0
    means = np.array([e.mean(axis=0) for e in errors])
    n = len(means)
    np.testing.assert_allclose(means.mean(axis=0), 0.0, atol=4.0 * 100.0 / np.sqrt(n))
    np.testing.assert_allclose(means.var(axis=0), 100.0**2, rtol=4.0 * np.sqrt(2.0 / n))


@pytest.mark.parametrize("scan", ["staring", "scanning"])
def test_draws_belong_to_looks(sky: Any, scan: str) -> None:
    one, two = sky.flight(), sky.flight("second", delay_s=40.0, lat_deg=40.0)
    options = {
        "scan": scan, "period_s": 10.0 if scan == "scanning" else 1.0, "duty": 0.9, "bias_urad": 50.0,
        "false_alarms_per_look": 0.2, "orbit": sky.circling(30_000e3),
    }  # fmt: skip
    whole = rows(watch(sky, [one, two], **options))
    shorter = rows(watch(sky, [two, one], window_s=(33.0, 190.0), **options))
    assert len(shorter["snr"]) > 10

    def table(of: dict[str, Any]) -> dict[int, tuple[float, ...]]:
        stacked = np.column_stack([of[name] for name in FIELDS[1:]])
        return {int(t) * 1000 + k: tuple(row) for k, (t, row) in enumerate_at(of["time_ns"], stacked)}

    mine, theirs = table(whole), table(shorter)
    until = max(shorter["time_ns"])
    inside = {key: row for key, row in mine.items() if min(theirs) <= key <= int(until) * 1000 + 999}
    assert inside == theirs


def enumerate_at(time_ns: Any, stacked: FloatArray) -> list[tuple[int, tuple[int, FloatArray]]]:
    """Rows with their number among those of the same time."""
    counts: dict[int, int] = {}
    out = []
    for t, row in zip(time_ns.tolist(), stacked, strict=True):
        out.append((counts.get(t, 0), (t, row)))
        counts[t] = counts.get(t, 0) + 1
    return out


def test_seed_and_sensor_make_other_draws(sky: Any) -> None:
    flight = sky.flight()
    base, same, seed, name = (
        rows(watch(sky, [flight], **o))["snr"][-20:] for o in ({}, {}, {"seed": 2}, {"name": "ear"})
    )
    assert np.array_equal(base, same)
    assert not np.array_equal(base, seed)
    assert not np.array_equal(base, name)


def test_a_scanner_crosses_a_source_once_a_turn_at_its_own_time(sky: Any) -> None:
    one, two = sky.flight(), sky.flight("elsewhere", lat_deg=-30.0, lon_deg=60.0)
    run = watch(sky, [one, two], scan="scanning", period_s=10.0, noise_equivalent_irradiance_w_m2=1e-14)
    table = rows(run)
    for source in (0, 1):
        t_s = after_lift_off_s(sky, table)[table["source"] == source]
        np.testing.assert_allclose(np.diff(t_s)[:3], 10.0, atol=0.2)  # the booster hardly moves as seen from there
    assert abs(np.diff([after_lift_off_s(sky, table)[table["source"] == s][0] % 10.0 for s in (0, 1)])[0]) > 1.0
    for delivery in run.deliveries:
        look = delivery.observation
        assert np.all((look.time_ns >= look.look_from_ns) & (look.time_ns <= look.look_until_ns))
        assert look.look_until_ns - look.look_from_ns == look.looks * 10 * NS
        assert delivery.received_ns >= look.look_until_ns + 2 * NS


def test_scanners_have_phases_of_their_own(sky: Any) -> None:
    starts = {
        watch(sky, [], name=f"eye-{k}", scan="scanning", period_s=10.0).deliveries[0].observation.look_from_ns
        for k in range(5)
    }
    assert len(starts) == 5


def mean_density(position: FloatArray, sun: FloatArray, margin_km: float | None) -> float:
    """Density of false detections over its mean, averaged over the solid angle in view: our own quadrature."""
    distance = np.linalg.norm(position)
    if margin_km is None:
        inner, outer = 1.0, np.sqrt(1.0 - (6_356_752.3 / distance) ** 2)
    else:
        radii = 6_378_137.0 + margin_km * 1e3 + np.array([0.0, 100e3])
        inner, outer = np.sqrt(1.0 - (radii / distance) ** 2)
    first = np.cross(position, [0.0, 0.0, 1.0])
    first /= np.linalg.norm(first)
    nadir = -position / distance
    second = np.cross(nadir, first)
    total, n = 0.0, 200
    for cosine in outer + (inner - outer) * (np.arange(n) + 0.5) / n:
        turn = 2.0 * np.pi * (np.arange(4 * n) + 0.5) / (4 * n)
        sine = np.sqrt(1.0 - cosine**2)
        line = cosine * nadir + sine * (np.cos(turn)[:, None] * first + np.sin(turn)[:, None] * second)
        b = line @ position
        if margin_km is None:  # the sphere is enough: the flattening moves the vertical by 0.2 degrees
            reach = -b - np.sqrt(np.maximum(b**2 - distance**2 + 6_371e3**2, 0.0))
            up = position + reach[:, None] * line
            up /= np.linalg.norm(up, axis=1)[:, None]
            half = sun - line
            tilt = np.sum(half * up, axis=1) / np.linalg.norm(half, axis=1)
            level = np.exp(-np.maximum(tilt**-2 - 1.0, 0.0) / (0.003 + 0.00512 * 7.0))
            lit = up @ sun
            total += np.mean(NIGHT + DAY * np.maximum(lit, 0.0) + GLINT * np.where(lit > 0.0, level, 0.0)) / n
        else:
            lowest = position - b[:, None] * line
            lit = lowest @ sun / np.linalg.norm(lowest, axis=1)
            total += np.mean(NIGHT + DAY * np.maximum(lit, 0.0)) / n
    return total


@pytest.mark.parametrize("margin_km", [None, 15.0])
def test_false_detections_follow_the_sunlight_and_point_where_they_may(sky: Any, margin_km: float | None) -> None:
    orbit = sky.stationary(110.0)
    run = watch(
        sky, [], window_s=(0.0, 3000.0), false_alarms_per_look=0.1, earth_limb_margin_km=margin_km, orbit=orbit
    )
    table = rows(run)
    n = len(table["snr"])
    middle = np.array([sky.lift_off_ns + 1500 * NS])
    sun = sun_position(middle)[0]
    density = mean_density(orbit(middle)[0][0], sun / np.linalg.norm(sun), margin_km)
    # four standard errors of a Poisson number, and 1 % of the sphere
    assert n == pytest.approx(300.0 * density, abs=4.0 * np.sqrt(300.0 * density) + 3.0 * density)
    assert np.all(table["source"] == -1)
    assert np.all(table["snr"] >= 6.0)
    far = table["sensor_position_m"] + 1e8 * table["line_of_sight"]
    lowest = lowest_height(table["sensor_position_m"], far)
    if margin_km is None:
        assert density > 1.5  # it is noon below
        assert np.all(lowest < 0.0)
    else:
        assert np.all((lowest >= margin_km * 1e3 - 1.0) & (lowest < 150e3))


def test_false_detections_over_a_day_have_the_stated_mean(sky: Any) -> None:
    run = watch(sky, [], window_s=(0.0, 86_400.0), false_alarms_per_look=0.1, period_s=10.0, scan="scanning")
    # 10 %: the stated mean is one of all seasons and places
    assert len(run.truth.sequence) == pytest.approx(864.0, rel=0.1)


def test_a_silent_minute_is_one_delivery_and_the_look_after_burnout_goes_alone(sky: Any) -> None:
    run = watch(sky, [sky.flight()])
    looks = [d.observation for d in run.deliveries]
    last = max(i for i, look in enumerate(looks) if len(look.sequence))
    assert looks[last].looks == 1
    assert (looks[last + 1].looks, len(looks[last + 1].sequence)) == (1, 0)
    assert looks[last + 1].look_from_ns - looks[last].look_from_ns == NS
    assert sum(look.looks for look in looks) == 460
    assert all(look.looks == 1 for look in looks if len(look.sequence))
    received = [d.received_ns for d in run.deliveries]
    assert received == sorted(received)
    assert len(looks) < 240
    np.testing.assert_allclose(looks[0].position_m, sky.stationary(75.0)(np.zeros(1, np.int64))[0][0])


def test_records_state_the_payload(sky: Any) -> None:
    look = watch(sky, [sky.flight()], bias_urad=30.0, false_alarms_per_look=0.01).deliveries[-1].observation
    assert isinstance(look, InfraredLook)
    assert (look.bias_urad, look.threshold_snr, look.false_alarms_per_look) == (30.0, 6.0, 0.01)
    assert (look.sensor, look.period_s, look.band_um) == ("eye", 1.0, (2.65, 2.95))


def test_an_unknown_band_is_refused(sky: Any) -> None:
    with pytest.raises(ValueError, match="band_um"):
        watch(sky, [sky.flight()], band_um=(4.2, 4.4))


@pytest.mark.parametrize(("top", "content"), [(-1.0, 3e17), (np.nan, 3e17), (0.0, np.inf)])
def test_a_scene_without_sense_is_refused(top: float, content: float) -> None:
    with pytest.raises(ValueError, match=r"it must be a number not below 0"):
        Scene(cloud_top_m=top, electron_content_m2=content)
