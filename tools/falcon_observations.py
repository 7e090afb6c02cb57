"""Measured ascents of Falcon 9 as observation files: laid on pad and azimuth, seen by two geostationary sensors."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from falcon_ascents import SOURCE, Flight
from numpy.typing import NDArray

from launchwatch.assembly.process import process_files
from launchwatch.catalog.land import land_mask
from launchwatch.catalog.loader import load_catalog
from launchwatch.core.arrays import FloatArray
from launchwatch.core.epochs import NS, parse_utc
from launchwatch.core.frames import enu_axes
from launchwatch.core.geodesy import A, geodetic_from_itrf, itrf_from_geodetic
from launchwatch.formats.observations import Infrared, Look, Record, write_observations
from launchwatch.physics.radiometry import band_share, plume_height_factor, plume_intensity

CAPE, KENNEDY, VANDENBERG = (28.6, -80.6), (28.6, -80.6), (34.6, -120.6)
LAID: dict[str, tuple[tuple[float, float], float, bool]] = {
    "ABS-2A": (CAPE, 28.0, False),
    "BulgariaSat-1": (KENNEDY, 28.0, False),
    "DM-1": (KENNEDY, 51.6, False),
    "FormoSat-5": (VANDENBERG, 98.3, True),
    "GPS III SV01": (CAPE, 55.0, False),
    "GovSat-1": (CAPE, 28.0, False),
    "Intelsat 35e": (KENNEDY, 28.0, False),
    "Iridium NEXT 1": (VANDENBERG, 86.7, True),
    "Iridium NEXT 3": (VANDENBERG, 86.7, True),
    "Iridium NEXT 4": (VANDENBERG, 86.7, True),
    "Iridium NEXT 5": (VANDENBERG, 86.7, True),
    "Iridium NEXT 6": (VANDENBERG, 86.7, True),
    "Iridium NEXT 7": (VANDENBERG, 86.7, True),
    "Iridium NEXT 8": (VANDENBERG, 86.7, True),
    "JCSAT-16": (CAPE, 28.0, False),
    "JCSAT-2B": (CAPE, 28.0, False),
    "Jason-3": (VANDENBERG, 66.0, True),
    "KoreaSat 5A": (KENNEDY, 28.0, False),
    "Orbcomm OG2": (CAPE, 47.0, False),
    "Paz": (VANDENBERG, 97.4, True),
    "SES-10": (KENNEDY, 28.0, False),
    "SES-11": (KENNEDY, 28.0, False),
    "SES-12": (CAPE, 28.0, False),
    "SSO-A": (VANDENBERG, 97.8, True),
    "SpaceX CRS-10": (KENNEDY, 51.6, False),
    "SpaceX CRS-16": (CAPE, 51.6, False),
    "SpaceX CRS-8": (CAPE, 51.6, False),
    "SpaceX CRS-9": (CAPE, 51.6, False),
    "TelStar v19": (CAPE, 28.0, False),
    "Thaicom 8": (CAPE, 28.0, False),
    "ZUMA": (CAPE, 50.0, False),
}
"""Pad (lat, lon), inclination of the target orbit in degrees, and whether the flight goes south.

Pads and orbits are public; the telemetry holds neither. Transfers to geostationary orbit leave due east.
"""

LIFTOFF = parse_utc("2020-01-01T12:00:00Z")
SENSORS = {"geo-west": -110.0, "geo-east": -40.0}
SIGMA_URAD, BIAS_URAD = 20.0, 5.0
NOISE_W_M2 = 5e-13
THRESHOLD_SNR = 5.0
CLOUD_BREAK_M = 7e3
DARK_S = 90.0
SURE = 0.9
RELIT_S = 20.0
"""After the second ignition: the burn has to show for a few looks before the fit takes it up."""
TITLE = "Falcon 9: measured ascents as observation files"
NOTE = """\
Each of 31 webcast records laid on its pad and azimuth, seen by two geostationary sensors once a second (20 urad of
noise, 5 urad of constant bias, the plume of the catalogue), through `launchwatch process`. Records of 16 flights end
while the second stage burns, six follow the first stage: those say nothing of how the typing ends.
"""
BAND_UM = (2.6, 2.9)
_GEO_M = 42_164e3


def azimuth_deg(name: str) -> float:
    """Launch azimuth over the turning Earth: that of the orbit's plane, less what the Earth's turn gives."""
    (lat, _), inclination, south = LAID[name]
    sine = min(math.cos(math.radians(inclination)) / math.cos(math.radians(lat)), 1.0)
    inertial = math.asin(sine)
    if south:
        inertial = math.pi - inertial
    east = 7800.0 * math.sin(inertial) - 465.1 * math.cos(math.radians(lat))
    return math.degrees(math.atan2(east, 7800.0 * math.cos(inertial))) % 360.0


def laid(flight: Flight) -> FloatArray:
    """Positions (n, 3) ITRF m at the seconds of a flight: its speed and height along a great circle from the pad."""
    lat, lon = LAID[flight.name][0]
    climb = np.gradient(flight.altitude_m, flight.t_s)
    level = np.sqrt(np.maximum(flight.speed_m_s**2 - climb**2, 0.0))
    rate = level / (A + flight.altitude_m)
    angle = np.concatenate([[0.0], np.cumsum(0.5 * (rate[1:] + rate[:-1]) * np.diff(flight.t_s))])
    azimuth = math.radians(azimuth_deg(flight.name))
    start = itrf_from_geodetic(lat, lon, 0.0)
    up = start / np.linalg.norm(start)
    axes = enu_axes(lat, lon)
    ahead = math.sin(azimuth) * axes[0] + math.cos(azimuth) * axes[1]
    ahead -= up * (up @ ahead)
    ahead /= np.linalg.norm(ahead)
    way = np.cos(angle)[:, None] * up + np.sin(angle)[:, None] * ahead
    lat_n, lon_n, _ = geodetic_from_itrf(A * way)
    return itrf_from_geodetic(lat_n, lon_n, flight.altitude_m)


def second_stage(flight: Flight) -> bool:
    """Whether the record follows the second stage; otherwise it is of the first, which flies back."""
    return "ses1" in flight.events_s


def whole(flight: Flight) -> bool:
    """Whether the record holds the cutoff of the second stage; the others end while it burns."""
    return second_stage(flight) and "seco1" in flight.events_s


def cut_off(flight: Flight) -> bool:
    """Whether the record ends while the second stage burns."""
    return second_stage(flight) and not whole(flight)


def burning(flight: Flight) -> NDArray[np.int64]:
    """Stage that burns at each second (n,), 0 for none."""
    stage = np.where(flight.t_s <= flight.events_s["meco"], 1, 0).astype(np.int64)
    if second_stage(flight):
        end = flight.events_s.get("seco1", float(flight.t_s[-1]))
        stage[(flight.t_s >= flight.events_s["ses1"]) & (flight.t_s <= end)] = 2
    return stage


def records(flight: Flight, seed: int) -> list[Record]:
    """What two geostationary sensors say of a flight, a look a second.

    Until `DARK_S` after its record ends; a record that ends while the stage burns is not followed by darkness.
    """
    position, stage = laid(flight), burning(flight)
    intensity = _intensity(flight, stage)
    rng = np.random.default_rng([seed, len(flight.t_s)])
    said: list[Record] = []
    for sensor, lon in SENSORS.items():
        angle = math.radians(lon)
        place = (_GEO_M * math.cos(angle), _GEO_M * math.sin(angle), 0.0)
        sights = position - np.array(place)
        distance = np.linalg.norm(sights, axis=1)
        sights /= distance[:, None]
        across = np.linalg.svd(sights[:1])[2][1:]
        bias = rng.normal(0.0, BIAS_URAD * 1e-6, 2) @ across
        noise = rng.normal(0.0, SIGMA_URAD * 1e-6, (len(sights), 2)) @ across
        seen = sights + bias + noise
        seen /= np.linalg.norm(seen, axis=1)[:, None]
        irradiance = intensity / distance**2
        shines = (stage > 0) & (flight.altitude_m > CLOUD_BREAK_M) & (irradiance > THRESHOLD_SNR * NOISE_W_M2)
        field = {
            "position_m": place,
            "band_um": BAND_UM,
            "looks": 1,
            "period_s": 1.0,
            "bias_urad": BIAS_URAD,
            "threshold_snr": THRESHOLD_SNR,
            "false_alarms_per_look": 1e-6,
        }
        for i in range(len(flight.t_s) + (0 if cut_off(flight) else round(DARK_S))):
            time_ns = LIFTOFF + i * NS
            common = {"sensor": sensor, "time_ns": time_ns, "purpose": "test", "origin": "recorded"}
            found = i < len(shines) and bool(shines[i])
            said.append(Look(**common, sequence=2 * i, field=field, false_alarm_density=1e-6, detections=int(found)))
            if found:
                said.append(
                    Infrared(
                        **common,
                        sequence=2 * i + 1,
                        sensor_position_m=place,
                        line_of_sight=tuple(seen[i].tolist()),
                        irradiance_w_m2=float(irradiance[i]),
                        band_um=BAND_UM,
                        snr=float(irradiance[i] / NOISE_W_M2),
                        sigma_urad=SIGMA_URAD,
                    )
                )
    return sorted(said, key=lambda record: record.time_ns)


def write(flight: Flight, seed: int, path: Path) -> Path:
    """The observation file of a flight."""
    write_observations(records(flight, seed), path)
    return path


@dataclass(frozen=True)
class Heard:
    """What the chain said of a flight.

    Attributes
    ----------
    events : how many it opened.
    burnout_s : end of the first burn as last said, after lift-off; NaN for none.
    launcher : probability of a space launcher in the last version.
    land_s : when the last impact point on land was said, after lift-off; NaN for none.
    """

    name: str
    whole: bool
    events: int
    burnout_s: float
    launcher: float
    land_s: float


def heard(flight: Flight, seed: int, path: Path) -> Heard:
    """A flight as an observation file, through `launchwatch process`."""
    found = process_files([write(flight, seed, path)], load_catalog()).events
    by_event: dict[str, list[dict[str, Any]]] = {}
    for event in found:
        by_event.setdefault(event["id"], []).append(event)
    said = max(by_event.values(), key=lambda versions: versions[-1]["detections"])
    last = said[-1]
    first_end = [*last["staging_times"], last["burnout_time"]][0]
    land = [
        (parse_utc(one["emitted"]) - LIFTOFF) / NS
        for one in said
        if one["impact"] is not None and _on_land(one["impact"]["lat_deg"], one["impact"]["lon_deg"])
    ]
    return Heard(
        flight.name,
        whole(flight),
        len(by_event),
        float("nan") if first_end is None else (parse_utc(first_end) - LIFTOFF) / NS,
        last["typing"]["slv"],
        land[-1] if land else float("nan"),
    )


def _on_land(lat_deg: float, lon_deg: float) -> bool:
    return bool(land_mask()[int(lat_deg + 90.0), int((lon_deg + 180.0) % 360.0)])


def rows_of(said: Sequence[tuple[Flight, Heard]]) -> list[tuple[str, str, str, str, str]]:
    """Rows of the validation page."""
    errors = np.array([one.burnout_s - flight.events_s["meco"] for flight, one in said])
    ended = [one for _, one in said if one.whole]
    sure = [one for one in ended if one.launcher > SURE]
    least = min(ended, key=lambda one: one.launcher)
    late = [
        one.land_s - flight.events_s["ses1"]
        for flight, one in said
        if second_stage(flight) and np.isfinite(one.land_s)
    ]
    outlived = sum(seconds > RELIT_S for seconds in late)
    return [
        ("first burnout", "<= 3 s", f"{np.abs(errors).max():.1f} s at most", f"{len(said)} flights", SOURCE),
        (
            f"ends as slv above {SURE}",
            f"{len(ended)} of {len(ended)}",
            f"{len(sure)} of {len(ended)}",
            f"least {least.launcher:.2f} ({least.name})",
            SOURCE,
        ),
        (
            f"impact points on land later than {RELIT_S:.0f} s after the second ignition",
            "0",
            f"{outlived}",
            f"{sum(second_stage(flight) for flight, _ in said)} flights",
            SOURCE,
        ),
        ("events of a flight", "1", f"{max(one.events for _, one in said)} at most", "", SOURCE),
    ]


def _intensity(flight: Flight, stage: NDArray[np.int64]) -> FloatArray:
    """Radiant intensity (n,) W/sr: nominal plume of the catalogue's stage, by height; nothing while none burns."""
    catalog = load_catalog()
    booster = catalog.boosters["falcon-9"]
    out = np.zeros(len(stage))
    for number, one in enumerate(booster.stages, 1):
        plume = catalog.plumes[one.plume_of]
        exhaust_m_s = one.isp_vac_s * 9.80665
        thrust_n = one.propellant_kg / one.burn_s * exhaust_m_s
        factors = (1.0, 1.0 / plume.afterburning_gain[1], plume.trough[1], plume.trough[1], plume.high_level[1])
        efficiency = plume.efficiency[1] * float(band_share(BAND_UM, plume.temperature_k[1]))
        here = stage == number
        height = plume_height_factor(flight.altitude_m[here], plume.heights_km, factors)
        out[here] = plume_intensity(efficiency, thrust_n, exhaust_m_s) * height
    return out
