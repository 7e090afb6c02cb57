"""Many steady sources: the law of exceedances against every look drawn, and what depends on what."""

from typing import Any

import numpy as np
import pytest
from scipy import stats

from launchwatch.core.arrays import FloatArray
from launchwatch.core.epochs import NS
from launchwatch.sim.scenes.weather import Scene
from launchwatch.sim.sensors import SensorRun
from launchwatch.sim.sensors.space import SteadySources, observe_infrared
from launchwatch.sim.sensors.space.crowd import binomial

SKY = Scene(cloud_top_m=0.0)


def sources(sky: Any, intensity: FloatArray, seconds: float = 2000.0, name: str = "lamp") -> SteadySources:
    n = len(intensity)
    start = sky.lift_off_ns - 10 * NS
    return SteadySources(
        ids=tuple(f"{name}-{i}" for i in range(n)),
        kind="fire",
        lat_deg=np.linspace(20.0, 40.0, n),
        lon_deg=np.linspace(90.0, 100.0, n),
        height_m=np.full(n, 15e3),
        begin_ns=np.full(n, start),
        end_ns=np.full(n, start + round(seconds * NS)),
        intensity_w_sr=intensity,
        band_um=(2.65, 2.95),
        temperature_k=np.full(n, 1000.0),
    )


def run(sky: Any, crowd: SteadySources, each: bool = False, name: str = "eye", **options: Any) -> SensorRun:
    start_s, stop_s = options.pop("window_s", (0.0, 1900.0))
    scene, seed = options.pop("scene", SKY), options.pop("seed", 1)
    start, stop = (sky.lift_off_ns + round(s * NS) for s in (start_s, stop_s))
    objects = crowd.objects() if each else []
    return observe_infrared(
        sky.infrared_sensor(name), sky.payload(**options), sky.stationary(95.0), objects, scene, seed, start, stop,
        crowd=None if each else crowd,
    )  # fmt: skip


def columns(found: SensorRun) -> dict[str, Any]:
    looks = [d.observation for d in found.deliveries if len(d.observation.sequence)]
    names = ("time_ns", "snr", "irradiance_w_m2", "line_of_sight", "sensor_position_m")
    table = {name: np.concatenate([getattr(look, name) for look in looks]) for name in names}
    return table | {"source": found.truth.source}


# mean SNR of the middle of these is near the threshold of 6 at 2e-12 W/m^2
INTENSITY = np.array([1.6e4, 1.9e4, 2.2e4, 2.5e4, 2.9e4])


@pytest.mark.parametrize("options", [{}, {"scan": "scanning", "period_s": 10.0}, {"duty": 0.7}], ids=str)
def test_the_law_is_that_of_every_look_drawn(sky: Any, options: dict[str, Any]) -> None:
    names = [f"eye-{k}" for k in range(8 if "scan" in options else 2)]
    crowd = sources(sky, INTENSITY)
    fast = [columns(run(sky, crowd, name=n, **options)) for n in names]
    slow = [columns(run(sky, crowd, each=True, name=n, **options)) for n in names]
    looks = len(names) * 1900.0 / options.get("period_s", 1.0) * options.get("duty", 1.0)
    for i in range(len(INTENSITY)):
        mine, theirs = (np.concatenate([t["snr"][t["source"] == i] for t in tables]) for tables in (fast, slow))
        part = len(theirs) / looks
        assert 0.005 < part < 0.999  # chance decides
        # four standard errors of the difference of two binomials, and 0.3 % of the table of chances
        spread = np.sqrt(2.0 * looks * part * (1.0 - part))
        assert len(mine) == pytest.approx(len(theirs), abs=4.0 * spread + 0.003 * len(theirs))
        # Kolmogorov and Smirnov at 1e-4: ten such tests are made
        assert stats.ks_2samp(mine, theirs).pvalue > 1e-4
    # a source dims nobody: each look of a block is as likely
    t = np.concatenate([(table["time_ns"] - sky.lift_off_ns) / NS for table in fast])
    counts = np.histogram(t, bins=10, range=(0.0, 1900.0))[0]
    assert stats.chisquare(counts).pvalue > 1e-4


def test_directions_have_the_law_of_every_look_drawn(sky: Any) -> None:
    crowd = sources(sky, np.full(1, 3e4))

    def errors(each: bool) -> FloatArray:
        table = columns(run(sky, crowd, each=each))
        true = crowd.position_m[0] - table["sensor_position_m"]
        true /= np.linalg.norm(true, axis=1)[:, None]
        return np.linalg.norm(table["line_of_sight"] - true, axis=1)

    assert stats.ks_2samp(errors(False), errors(True)).pvalue > 1e-4


def test_what_a_source_shows_depends_on_no_other_and_on_no_window(sky: Any) -> None:
    crowd, alone = sources(sky, INTENSITY), sources(sky, INTENSITY[:1])
    whole, part = columns(run(sky, crowd)), columns(run(sky, alone, window_s=(450.0, 1200.0)))
    inside = whole["source"] == 0
    inside &= (whole["time_ns"] >= sky.lift_off_ns + 450 * NS) & (whole["time_ns"] <= sky.lift_off_ns + 1200 * NS)
    assert np.array_equal(whole["time_ns"][inside], part["time_ns"])
    # the Sun's place is straight between points of the window's own grid, so noise may differ in the last digits
    np.testing.assert_allclose(whole["snr"][inside], part["snr"], rtol=1e-9)


def test_nothing_is_seen_below_cloud_or_behind_the_earth(sky: Any) -> None:
    crowd = sources(sky, np.full(3, 1e7))
    assert len(run(sky, crowd).truth.sequence) == 3 * 1900
    assert not len(run(sky, crowd, scene=Scene(cloud_top_m=16e3)).truth.sequence)
    far = SteadySources(**{**{k: v for k, v in vars(crowd).items() if k in crowd.__dataclass_fields__},
                           "lon_deg": crowd.lon_deg + 180.0})  # fmt: skip
    assert not len(run(sky, far).truth.sequence)


def test_a_persistent_source_is_told_so_often_and_then_counted(sky: Any) -> None:
    crowd = sources(sky, INTENSITY)
    everything, known = run(sky, crowd), run(sky, crowd, persistent_after=7)
    counts = np.bincount(known.truth.source, minlength=5)
    assert np.array_equal(counts, np.minimum(np.bincount(everything.truth.source, minlength=5), 7))
    assert known.suppressed + counts.sum() == len(everything.truth.sequence)
    first = columns(everything)
    for i in range(5):
        mine = columns(known)["time_ns"][known.truth.source == i]
        assert np.array_equal(mine, first["time_ns"][first["source"] == i][: len(mine)])


def test_sources_shine_only_in_their_time(sky: Any) -> None:
    found = columns(run(sky, sources(sky, np.full(1, 1e6), seconds=333.0)))
    t_s = (found["time_ns"] - sky.lift_off_ns) / NS
    assert (t_s.min(), t_s.max()) == pytest.approx((0.6, 322.6), abs=0.5)


@pytest.mark.parametrize("n", [1, 7, 300])
def test_binomial_numbers_are_those_of_the_inverse_distribution(n: int) -> None:
    generator = np.random.default_rng(3)
    p, u = generator.random(2000) ** 4, generator.random(2000)
    p[1000:] = 1.0 - p[1000:]
    ours = binomial(n, p, u)
    flipped = p > 0.5
    theirs = np.where(flipped, n - stats.binom.ppf(u, n, 1.0 - p), stats.binom.ppf(u, n, p))
    # where the running sum meets the number to rounding, either neighbour is right
    assert np.mean(ours == theirs) > 0.999
    assert np.abs(ours - theirs).max() <= 1
