"""A sky-wave radar: what it cannot see, how coarse it is, how late, and that the night takes frequencies away."""

from typing import Any

import msgspec
import numpy as np
import pytest

from launchwatch.catalog.loader import Catalog, load_catalog
from launchwatch.catalog.schema import Confirmation, HorizonMode, RadarSensor
from launchwatch.core.arrays import FloatArray
from launchwatch.core.epochs import NS, parse_utc
from launchwatch.core.geodesy import direct, itrf_from_geodetic
from launchwatch.physics.visibility import MEAN_RADIUS
from launchwatch.sim.scenes.objects import SeenObject
from launchwatch.sim.scenes.weather import Scene
from launchwatch.sim.sensors import SensorRun
from launchwatch.sim.sensors.ground import observe_over_horizon
from launchwatch.sim.sensors.ground.over_the_horizon import working_frequency_hz

DAY, NIGHT = parse_utc("2024-06-21T09:00:00Z"), parse_utc("2024-12-21T22:00:00Z")
SCENE = Scene(7000.0)


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog()


@pytest.fixture
def radar(catalog: Catalog) -> RadarSensor:
    return msgspec.structs.replace(catalog.sensors_radar["ru-konteyner"], false_alarms_per_look=0.0)


@pytest.fixture
def mode(catalog: Catalog) -> HorizonMode:
    found = catalog.radar_modes["sky-wave"]
    assert isinstance(found, HorizonMode)
    return found


class Still:
    """A body that hangs at a place, of one cross section."""

    def __init__(self, radar: RadarSensor, azimuth_deg: float, ground_m: float, height_m: float, rcs_m2: float) -> None:
        lat, lon = direct(radar.lat_deg, radar.lon_deg, azimuth_deg, ground_m)[:2]
        self.position = itrf_from_geodetic(lat, lon, height_m)
        self.rcs = rcs_m2

    def at(self, t_s: FloatArray) -> tuple[FloatArray, FloatArray]:
        return np.tile(self.position, (len(t_s), 1)), np.zeros((len(t_s), 3))

    def swerling(self, t_s: FloatArray) -> FloatArray:
        return np.zeros(len(t_s))

    def rcs_m2(self, t_s: FloatArray, observer_m: FloatArray, frequency_hz: float) -> FloatArray:
        return np.full(len(t_s), self.rcs)

    def seen(self, epoch_ns: int) -> SeenObject:
        return SeenObject("still", "payload", "still", epoch_ns, 0.0, 3600.0, self.at, None, self)


def watch(radar: RadarSensor, mode: HorizonMode, body: Still, epoch_ns: int, **changes: Any) -> SensorRun:
    return observe_over_horizon(radar, mode, [body.seen(epoch_ns)], SCENE, 1, epoch_ns, epoch_ns + 3600 * NS)


def table(run: SensorRun) -> dict[str, FloatArray]:
    looks = [d.observation for d in run.deliveries]
    names = ("time_ns", "range_m", "azimuth_deg", "elevation_deg", "sigma_elevation_deg", "sigma_range_m", "snr_db")
    return {name: np.concatenate([getattr(look, name) for look in looks]) for name in names}


def test_a_blind_zone_a_greatest_range_and_a_ceiling(radar: RadarSensor, mode: HorizonMode) -> None:
    for ground_m, height_m, seen in (
        (800e3, 20e3, False), (1000e3, 20e3, True), (2900e3, 20e3, True), (3100e3, 20e3, False),
        (2000e3, 250e3, True), (2000e3, 350e3, False),
    ):  # fmt: skip
        run = watch(radar, mode, Still(radar, 270.0, ground_m, height_m, 1e4), DAY)
        assert (len(run.truth.sequence) > 0) is seen, (ground_m, height_m)


def test_only_within_its_sector(radar: RadarSensor, mode: HorizonMode) -> None:
    assert len(watch(radar, mode, Still(radar, 90.0, 2000e3, 20e3, 1e4), DAY).truth.sequence) == 0


def test_plots_are_cells_without_elevation(radar: RadarSensor, mode: HorizonMode) -> None:
    rows = table(watch(radar, mode, Still(radar, 271.0, 2000e3, 20e3, 1e4), DAY))
    assert len(rows["time_ns"]) > 50
    assert np.isnan(rows["elevation_deg"]).all()
    assert np.isnan(rows["sigma_elevation_deg"]).all()
    np.testing.assert_allclose(np.mod(rows["range_m"], 30e3), 15e3)  # the middles of cells of 30 km
    np.testing.assert_allclose(np.mod(rows["azimuth_deg"], 3.0), 1.5)  # and 3 degrees
    # a bias of 10 km and a sphere for the Earth; within two cells
    assert np.abs(rows["range_m"] - 2000e3).max() < 60e3


def test_it_reports_late_by_the_looks_that_confirm(radar: RadarSensor, mode: HorizonMode) -> None:
    body = Still(radar, 270.0, 2000e3, 20e3, 1e6)
    first = []
    for hits in (1, 2, 3):
        strict = msgspec.structs.replace(mode, confirm=Confirmation(hits=hits, looks=3))
        first.append(table(watch(radar, strict, body, DAY))["time_ns"][0])
    assert first[0] - DAY <= 30 * NS
    assert np.diff(first).tolist() == [30 * NS, 30 * NS]


def test_night_takes_frequencies_and_range_away(radar: RadarSensor, mode: HorizonMode) -> None:
    weak = Still(radar, 270.0, 2400e3, 20e3, 1.5)
    day, night = (len(watch(radar, mode, weak, epoch).truth.sequence) for epoch in (DAY, NIGHT))
    assert night < day
    site = itrf_from_geodetic(radar.lat_deg, radar.lon_deg, 0.0)
    near, far = Still(radar, 270.0, 950e3, 20e3, 1.0).position, Still(radar, 270.0, 2900e3, 20e3, 1.0).position
    epochs = np.array([DAY, NIGHT, DAY, NIGHT])
    ranges = np.array([950e3, 950e3, 2900e3, 2900e3])
    frequency = working_frequency_hz(mode, site, np.array([near, near, far, far]), epochs, ranges, 80.0)
    assert frequency[0] > frequency[1]
    assert frequency[2] > frequency[3] > frequency[1]  # a flat ray returns at higher frequencies
    high = msgspec.structs.replace(mode, band_mhz=(12.0, 28.0))
    alone = working_frequency_hz(high, site, np.array([near, near]), epochs[:2], ranges[:2], 80.0)
    assert np.isnan(alone[1])  # a radar without low frequencies is blind to near ranges at night


def test_false_cells_lie_in_the_field_and_are_poisson(radar: RadarSensor, mode: HorizonMode) -> None:
    noisy = msgspec.structs.replace(radar, false_alarms_per_look=0.2)
    run = observe_over_horizon(noisy, mode, [], SCENE, 3, DAY, DAY + 86_400 * NS)
    rows = table(run)
    # four standard errors of a Poisson number of 2,880 looks
    assert len(rows["time_ns"]) == pytest.approx(576, abs=4.0 * np.sqrt(576))
    assert rows["range_m"].min() >= 900e3
    assert rows["range_m"].max() <= 3015e3  # a cell may reach over the edge by half its size
    assert np.all(run.truth.source == -1)


def test_range_is_along_the_ground(radar: RadarSensor, mode: HorizonMode) -> None:
    exact = msgspec.structs.replace(radar, bias_range_m=0.0, bias_angle_mrad=0.0, sigma_range_m=1.0)
    fine = msgspec.structs.replace(mode, cell_range_km=0.01)
    body = Still(radar, 270.0, 2000e3, 200e3, 1e6)
    site = itrf_from_geodetic(radar.lat_deg, radar.lon_deg, radar.alt_m)
    angle = np.arccos(body.position @ site / np.linalg.norm(body.position) / np.linalg.norm(site))
    rows = table(watch(exact, fine, body, DAY))
    assert np.mean(rows["range_m"]) == pytest.approx(MEAN_RADIUS * angle, abs=10.0)  # cells of 10 m
