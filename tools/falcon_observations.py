"""Measured ascents of Falcon 9 as observation files: laid on pad and azimuth, seen by two geostationary sensors."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from falcon_ascents import Flight
from numpy.typing import NDArray

from launchwatch.assembly.run import Driven
from launchwatch.catalog.land import land_mask
from launchwatch.catalog.loader import load_catalog
from launchwatch.core.arrays import FloatArray
from launchwatch.core.epochs import NS, parse_utc
from launchwatch.core.frames import enu_axes
from launchwatch.core.geodesy import A, geodetic_from_itrf, itrf_from_geodetic
from launchwatch.formats.observations import Infrared, Look, Record, write_observations
from launchwatch.messages.assessments import Assessment
from launchwatch.messages.envelope import Envelope
from launchwatch.messages.observations import InfraredLook
from launchwatch.physics.radiometry import band_share, plume_height_factor, plume_intensity
from launchwatch.processing.assessments.stage import AssessmentsStage
from launchwatch.processing.detections.stage import DetectionsStage
from launchwatch.processing.events.stage import EventsStage
from launchwatch.processing.observations.stage import ObservationsStage
from launchwatch.processing.tracks.stage import TracksStage
from launchwatch.runtime.lane import Lane

TITLE = "Falcon 9: 31 measured ascents as observation files"
NOTE = """\
Speed and height of each webcast laid along a great circle from its pad, toward its orbit, with the plumes of the
catalogue; two geostationary sensors, a look a second, 20 urad of noise and 5 urad of bias. Where the record follows the
first stage after separation the file shows no second burn; where it ends under thrust the file ends too. *On land*:
versions of the event with an impact point on land that were said after the coast between the stages.
"""
HEADS = ("flight", "stages seen", "first cutoff, error, s", "`slv` in the end", "on land")
SEEN_AGAIN_S = 10.0
"""So soon after the second ignition the chain must have taken back what it said of the coast."""
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


def burning(flight: Flight) -> NDArray[np.int64]:
    """Stage that burns at each second (n,), 0 for none."""
    stage = np.where(flight.t_s <= flight.events_s["meco"], 1, 0).astype(np.int64)
    if second_stage(flight):
        end = flight.events_s.get("seco1", float(flight.t_s[-1]))
        stage[(flight.t_s >= flight.events_s["ses1"]) & (flight.t_s <= end)] = 2
    return stage


def records(flight: Flight, seed: int) -> list[Record]:
    """What two geostationary sensors say of a flight, a look a second, until `DARK_S` after its record ends.

    A record that ends while the second stage burns is followed by nothing: the sensors would have seen it burn on.
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
        for i in range(len(flight.t_s) + (0 if stage[-1] == 2 else round(DARK_S))):
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
class Typed:
    """What the chain says of a flight.

    Attributes
    ----------
    cutoff_error_s : first cutoff as the chain has it, less the one that the author of the data noted; null for none.
    slv : probability of a space launcher, in the end.
    on_land : versions with an impact point on land that were said after the coast between the stages; where no second
        stage was seen, after the record.
    """

    name: str
    second_stage: bool
    cutoff_error_s: float | None
    slv: float
    on_land: int


def typed(flight: Flight, seed: int) -> Typed:
    """A flight through the processing chain: that of a centre that knows the boosters of the catalogue."""
    catalog = load_catalog()
    policy = catalog.policies["default"]
    land = land_mask()
    stages = [
        ObservationsStage(policy.hold_time_s),
        DetectionsStage(None),
        TracksStage(),
        EventsStage("falcon", policy.trust),
        AssessmentsStage({}, policy.overflight.max_altitude_km * 1e3, land, list(catalog.boosters.values())),
    ]
    seen = _envelopes(records(flight, seed))
    last_ns = seen[-1].received_ns
    driven = Driven(Lane("falcon", "falcon", "test", stages, None), seen, last_ns)
    driven.drive(last_ns)
    told = [(e.emitted_ns, e.payload) for e in driven.outputs if isinstance(e.payload, Assessment)]
    final = max({a.event: a for _, a in told}.values(), key=lambda a: a.detections)
    first = (*final.staging_ns, final.burnout_ns)[0]  # the last of them is null while it thrusts
    coast_s = flight.events_s["ses1"] if second_stage(flight) else float(flight.t_s[-1])
    after_ns = LIFTOFF + round((coast_s + SEEN_AGAIN_S) * NS)
    impacts = [a.impact for now, a in told if now > after_ns and a.impact is not None]
    on_land = sum(bool(land[int(p.lat_deg + 90.0), int((p.lon_deg + 180.0) % 360.0)]) for p in impacts)
    cutoff_s = None if first is None else (first - LIFTOFF) / NS
    error_s = None if cutoff_s is None else cutoff_s - flight.events_s["meco"]
    return Typed(flight.name, second_stage(flight), error_s, final.typing["slv"], on_land)


def rows_of(flights: Sequence[Typed]) -> list[list[str]]:
    """Rows of the validation page."""
    return [
        [
            one.name,
            "both" if one.second_stage else "first",
            "-" if one.cutoff_error_s is None else f"{one.cutoff_error_s:+.1f}",
            f"{one.slv:.3f}",
            str(one.on_land),
        ]
        for one in flights
    ]


def _envelopes(lines: Sequence[Record]) -> list[Envelope]:
    """Looks as a chain takes them, in order of arrival."""
    seen: dict[tuple[str, int], list[Infrared]] = {}
    for line in lines:
        if isinstance(line, Infrared):
            seen.setdefault((line.sensor, line.time_ns), []).append(line)
    made = []
    for number, look in enumerate(line for line in lines if isinstance(line, Look)):
        own = seen.get((look.sensor, look.time_ns), [])
        field = {name: value for name, value in look.field.items() if name != "position_m"}
        columns = {
            name: np.array([getattr(line, name) for line in own], np.float64)
            for name in ("sigma_urad", "irradiance_w_m2", "snr")
        }
        payload = InfraredLook(
            sensor=look.sensor,
            look_from_ns=look.time_ns,
            look_until_ns=look.time_ns,
            position_m=np.array(look.field["position_m"]),
            sequence=np.array([line.sequence for line in own], np.int64),
            time_ns=np.array([line.time_ns for line in own], np.int64),
            sensor_position_m=np.array([line.sensor_position_m for line in own]).reshape(len(own), 3),
            line_of_sight=np.array([line.line_of_sight for line in own]).reshape(len(own), 3),
            **columns,
            **field,
        )
        at = dict.fromkeys(("valid_ns", "observed_ns", "received_ns", "emitted_ns"), look.time_ns)
        made.append(
            Envelope(
                id=f"{look.sensor}/{number}",
                topic="observations",
                sequence=number,
                purpose="test",
                origin=("recorded",),
                lineage=(),
                payload=payload,
                **at,
            )
        )
    return made


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
