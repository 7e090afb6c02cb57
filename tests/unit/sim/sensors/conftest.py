"""A sky of known figures: a booster that climbs straight up, satellites that stand still or circle, a radar."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

from launchwatch.catalog.schema import (
    ArrayMode,
    Booster,
    Confirmation,
    Fence,
    InfraredSensor,
    Payload,
    RadarSensor,
    Reference,
    Sector,
    Stage,
)
from launchwatch.core.arrays import FloatArray, IntArray
from launchwatch.core.epochs import NS, parse_utc
from launchwatch.core.frames import OMEGA_EARTH
from launchwatch.core.geodesy import itrf_from_geodetic
from launchwatch.physics.radiometry import band_share, plume_height_factor, plume_intensity
from launchwatch.sim.scenes.objects import SeenObject

LIFT_OFF_NS = parse_utc("2020-03-01T06:00:00.400000Z")
BLOCK = {"name": "of tests", "source": "tests", "confidence": "none", "status": "synthetic"}

BOOSTER = Booster(
    id="climber",
    **BLOCK,
    booster_class="icbm",
    country=None,
    payload_kg=500.0,
    stages=(
        Stage(
            name="one", propellant_kg=2e4, inert_kg=2e3, isp_vac_s=280.0, burn_s=180.0, exit_area_m2=1.0,
            diameter_m=1.6, propellant="solid",
        ),
    ),
    reentry_ballistic_coefficient_kg_m2=1e4,
    vertical_s=8.0,
    pitch_tau_s=60.0,
    thrust_termination=False,
    rcs_booster_m2=10.0,
    rcs_payload_m2=0.1,
)  # fmt: skip


def dimming(height_m: FloatArray) -> FloatArray:
    """Factor on intensity by height: a trough, and a level above it."""
    return plume_height_factor(height_m, (45.0, 65.0, 75.0, 85.0, 120.0), (1.0, 0.35, 0.18, 0.18, 0.4))


@dataclass(frozen=True)
class Climb:
    """Straight up under constant acceleration, at constant speed after burnout; nothing burns in the gap."""

    lat_deg: float = 48.0
    lon_deg: float = 110.0
    acceleration_m_s2: float = 15.0
    burnout_s: float = 180.0
    last_s: float = 900.0
    gap_s: tuple[float, float] = (60.0, 66.0)
    thrust_n: float = 8e5
    efficiency: float = 1e-3
    booster: Booster = field(default=BOOSTER)

    def height(self, t_s: FloatArray) -> FloatArray:
        burn = np.minimum(t_s, self.burnout_s)
        return 0.5 * self.acceleration_m_s2 * burn**2 + self.acceleration_m_s2 * self.burnout_s * (t_s - burn)

    def at(self, t_s: FloatArray) -> tuple[FloatArray, FloatArray]:
        position = itrf_from_geodetic(self.lat_deg, self.lon_deg, self.height(t_s))
        later = itrf_from_geodetic(self.lat_deg, self.lon_deg, self.height(t_s + 1e-3))
        return position, (later - position) / 1e-3

    def thrust_at(self, t_s: FloatArray) -> tuple[FloatArray, FloatArray]:
        burns = (t_s >= 0.0) & (t_s < self.burnout_s) & ~((t_s >= self.gap_s[0]) & (t_s < self.gap_s[1]))
        return np.where(burns, self.thrust_n, 0.0), np.full(len(t_s), 2700.0)

    @property
    def spans_s(self) -> tuple[tuple[float, float], ...]:
        return ((0.0, self.burnout_s),)

    def intensity_w_sr(self, t_s: FloatArray, band_um: tuple[float, float]) -> FloatArray:
        plume = plume_intensity(self.efficiency, *self.thrust_at(t_s)) * dimming(self.height(t_s))
        return np.asarray(plume * band_share(band_um, 1800.0))


def stationary(longitude_deg: float) -> Callable[[IntArray], tuple[FloatArray, FloatArray]]:
    """Over one longitude of the equator."""

    def positions(ns: IntArray) -> tuple[FloatArray, FloatArray]:
        return np.tile(itrf_from_geodetic(0.0, longitude_deg, 35_786e3), (len(ns), 1)), np.zeros((len(ns), 3))

    return positions


def circling(height_m: float) -> Callable[[IntArray], tuple[FloatArray, FloatArray]]:
    """On a circle of 12 hours in a plane through 0 and 60 degrees north that turns with the Earth."""
    radius, rate = 6.378e6 + height_m, 2.0 * OMEGA_EARTH
    one, two = np.array([1.0, 0.0, 0.0]), np.array([0.0, 0.5, np.sqrt(0.75)])

    def positions(ns: IntArray) -> tuple[FloatArray, FloatArray]:
        angle = rate * ((ns - LIFT_OFF_NS) / NS)[:, None] + 1.5
        return (
            radius * (np.cos(angle) * one + np.sin(angle) * two),
            radius * rate * (np.cos(angle) * two - np.sin(angle) * one),
        )

    return positions


def payload(**changes: Any) -> Payload:
    figures: dict[str, Any] = {
        "scan": "staring",
        "period_s": 1.0,
        "band_um": (2.65, 2.95),
        "noise_equivalent_irradiance_w_m2": 2e-12,
        "sigma_urad": 20.0,
        "bias_urad": 0.0,
        "threshold_snr": 6.0,
        "false_alarms_per_look": 0.0,
        "report_delay_s": 2.0,
        "background_suppression": 0.0,
    }
    return Payload(id="payload", **BLOCK, **(figures | changes))


def infrared_sensor(name: str = "eye") -> InfraredSensor:
    return InfraredSensor(id=name, **BLOCK, owner="us", in_service=None, payload="payload", orbit="orbit")


def radar_sensor(**changes: Any) -> RadarSensor:
    figures: dict[str, Any] = {
        "id": "radar",
        "owner": "us",
        "in_service": None,
        "host_country": "us",
        "lat_deg": 52.0,
        "lon_deg": 104.0,
        "alt_m": 0.0,
        "system": "array",
        "band": "uhf",
        "frequency_mhz": 435.0,
        "technique": "phased-array",
        "mode": "mode",
        "sectors": (Sector(from_deg=0.0, to_deg=360.0),),
        "elevation_min_deg": 3.0,
        "elevation_max_deg": 85.0,
        "range_min_km": 100.0,
        "range_max_km": 5000.0,
        "reference": Reference(rcs_m2=1.0, range_km=3000.0, snr_db=13.0),
        "beamwidth_deg": 2.2,
        "sigma_range_m": 50.0,
        "bias_range_m": 0.0,
        "bias_angle_mrad": 0.0,
        "revisit_s": 1.0,
        "report_delay_s": 1.0,
        "threshold_snr_db": 13.0,
        "false_alarms_per_look": 0.0,
    }
    return RadarSensor(**BLOCK, **(figures | changes))


def radar_mode(**changes: Any) -> ArrayMode:
    """A mode that searches the whole field at each look, takes every detection for sure and has time for everything."""
    figures = {
        "id": "mode",
        "dwell_s": 1e-6,
        "pulse_repetition_s": 0.04,
        "range_gate": True,
        "boresight_elevation_deg": 20.0,
        "scan_loss_exponent": 0.0,
        "beams_at_once": 1,
        "fences": (Fence(height_deg=None, period_s=1.0),),
        "confirm": Confirmation(hits=1, looks=3),
        "drop_misses": 9,
        "search_share": 0.5,
    }
    return ArrayMode(**BLOCK, **(figures | changes))


@dataclass(frozen=True)
class SteppedEcho:
    """One cross section until a time and another after it, the same to all sides, of one of Swerling's cases."""

    until_s: float
    before_m2: float
    after_m2: float
    case: int = 1

    def swerling(self, t_s: FloatArray) -> FloatArray:
        return np.full(len(t_s), float(self.case))

    def rcs_m2(self, t_s: FloatArray, observer_m: FloatArray, frequency_hz: float) -> FloatArray:
        return np.where(t_s <= self.until_s, self.before_m2, self.after_m2)


class Sky:
    """Makers of what the tests look with and at."""

    lift_off_ns = LIFT_OFF_NS
    stationary = staticmethod(stationary)
    circling = staticmethod(circling)
    payload = staticmethod(payload)
    infrared_sensor = staticmethod(infrared_sensor)
    radar_sensor = staticmethod(radar_sensor)
    dimming = staticmethod(dimming)
    radar_mode = staticmethod(radar_mode)
    fence = Fence

    @staticmethod
    def confirmation(hits: int, looks: int) -> Confirmation:
        return Confirmation(hits=hits, looks=looks)

    @staticmethod
    def flight(launch: str = "climb", delay_s: float = 0.0, **changes: Any) -> SeenObject:
        climb = Climb(**changes)
        return SeenObject(
            id=launch,
            kind="payload",
            launch=launch,
            epoch_ns=LIFT_OFF_NS + round(delay_s * NS),
            begin_s=0.0,
            end_s=climb.last_s,
            motion=climb.at,
            emission=climb,
            echo=SteppedEcho(climb.burnout_s, climb.booster.rcs_booster_m2, climb.booster.rcs_payload_m2),
        )


@pytest.fixture(scope="session")
def sky() -> Sky:
    return Sky()
