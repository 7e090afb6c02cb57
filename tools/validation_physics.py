"""Rows of the validation page that need no ensemble: air, arcs, frames, published flights, infrared."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from launchwatch.assembly.flight.reported import Report
from launchwatch.assembly.flight.testflight import check_report
from launchwatch.catalog.catalogue import Catalog
from launchwatch.core.epochs import NS, julian_date, parse_utc
from launchwatch.core.frames import itrf_from_teme
from launchwatch.physics.arcs import RADIUS_M, minimum_energy
from launchwatch.physics.atmosphere import EDGES, TABLE, density, pressure, speed_of_sound
from launchwatch.physics.gravity import MU
from launchwatch.physics.transmission import transmission
from launchwatch.sim.scenes.launched import payload_of
from launchwatch.sim.scenes.objects import SeenObject
from launchwatch.sim.scenes.signatures import Signatures
from launchwatch.sim.scenes.weather import Scene
from launchwatch.sim.sensors.space import observe_infrared
from launchwatch.sim.truth import _dop853 as dop853
from launchwatch.sim.truth import _kernels as kernels
from launchwatch.sim.truth.aim import aim_apogee_range
from launchwatch.sim.truth.flight import fly, fly_ends
from launchwatch.sim.truth.orbits import satellite_positions

Row = tuple[str, str, str, str, str]
"""Case, published, ours, difference, source."""

US1976 = [
    ("pressure, 11,019 m", "Pa", pressure, 11_019.0, 22_632.0),
    ("pressure, 32,162 m", "Pa", pressure, 32_162.0, 868.0),
    ("pressure, 86,000 m", "Pa", pressure, 86_000.0, 0.3734),
    ("density, 0 m", "kg/m^3", density, 0.0, 1.2250),
    ("density, 20 km", "kg/m^3", density, 20e3, 0.088910),
    ("density, 70 km", "kg/m^3", density, 70e3, 8.2829e-5),
    ("density, 150 km", "kg/m^3", density, 150e3, 2.076e-9),
    ("density, 500 km", "kg/m^3", density, 500e3, 5.215e-13),
    ("speed of sound, 11,019 m", "m/s", speed_of_sound, 11_019.0, 295.07),
    ("speed of sound, 30 km", "m/s", speed_of_sound, 30e3, 301.71),
]
# range km, speed m/s, elevation deg, apogee km, minutes
ARCS = [
    (1_000.0, 3_016.1, 42.75, 239.9, 7.91),
    (3_000.0, 4_865.0, 38.26, 655.2, 14.92),
    (5_500.0, 6_075.2, 32.63, 1_040.5, 21.93),
    (10_000.0, 7_198.1, 22.52, 1_319.5, 32.18),
    (12_000.0, 7_479.6, 18.02, 1_264.5, 35.72),
]
# day, missile, apogee km, range km, flight time s, estimates of range on a standard trajectory
REPORTS = [
    ("2017-05-14", "Hwasong-12", 2_111.5, 787.0, 1_800.0, "4,500 (D. Wright; J. Schilling)"),
    ("2017-07-04", "Hwasong-14", 2_802.0, 933.0, 2_340.0, "6,700 (D. Wright); up to 7,000 (CSIS)"),
    ("2017-07-28", "Hwasong-14", 3_724.9, 998.0, 2_832.0, "10,400 (D. Wright); 10,000 (Janes)"),
    ("2017-11-28", "Hwasong-15", 4_475.0, 950.0, 3_180.0, "over 13,000 (D. Wright); up to 13,000 (ROK)"),
    ("2022-01-29", "Hwasong-12", 2_000.0, 800.0, 1_800.0, "-"),
    ("2022-03-24", "claimed Hwasong-17", 6_248.5, 1_090.0, 4_052.0, "over 15,000 (Japan)"),
    ("2022-03-24", "the same, 71 min (Japan)", 6_248.5, 1_090.0, 4_260.0, "over 15,000 (Japan)"),
    ("2022-11-18", "Hwasong-17", 6_040.9, 999.2, 4_135.0, "over 15,000 (Japan)"),
    ("2023-02-18", "Hwasong-15", 5_768.5, 989.0, 4_015.0, "over 14,000 (Japan)"),
    ("2023-07-12", "Hwasong-18", 6_648.4, 1_001.2, 4_491.0, "over 15,000 (Japan)"),
    ("2023-12-17", "Hwasong-18", 6_518.2, 1_002.3, 4_415.0, "over 15,000 (Japan)"),
    ("2024-10-30", "Hwasong-19", 7_687.5, 1_001.2, 5_156.0, "over 15,000 (Japan)"),
]
REPORT_HEADS = ["report", "time, s", "bounds, s", "consistent", "range without the time, km", "published estimates, km"]
NARROW, WIDE = (2.65, 2.80), (2.65, 2.95)
TRANSMITTED = [(0, 0.000, 0.036), (5, 0.010, 0.244), (7, 0.090, 0.371), (10, 0.364, 0.596), (12, 0.504, 0.692),
               (15, 0.654, 0.789), (20, 0.820, 0.892), (30, 0.956, 0.974)]  # fmt: skip
CLOUD_TOPS_KM = (0.0, 7.0, 12.0)


def percent(ours: float, published: float) -> str:
    """Relative difference as text."""
    return f"{100.0 * (ours / published - 1.0):+.2f} %"


def us1976() -> list[Row]:
    """The air against the printed tables."""
    rows: list[Row] = []
    for name, unit, function, height, table in US1976:
        ours = float(function(height))
        rows.append((f"{name}, {unit}", f"{table:.5g}", f"{ours:.5g}", percent(ours, table), "US-1976"))
    return rows


def arcs() -> list[Row]:
    """Minimum-energy arcs through the flight kernel, over a still, airless sphere, against the printed table."""
    rows: list[Row] = []
    vacuum = TABLE.copy()
    vacuum[:, 3:5] = 0.0
    phases = np.array([[math.inf, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1e4, 0.0, 0.0]])
    limits = np.array([1e-4, 1e-7, 1e9, 0.0, 1e5])
    tables = ((MU, 0.0, 0.0, RADIUS_M, RADIUS_M), vacuum, EDGES, dop853.A, dop853.C, dop853.E, dop853.D)
    for range_km, speed, elevation, apogee, minutes in ARCS:
        psi = range_km * 1e3 / RADIUS_M
        v = math.sqrt(2.0 * math.sin(psi / 2.0) / (1.0 + math.sin(psi / 2.0)) * MU / RADIUS_M)
        gamma = (math.pi - psi) / 4.0
        start = np.array([RADIUS_M, 0.0, 0.0, v * math.sin(gamma), v * math.cos(gamma), 0.0, 0.0])
        ideal = minimum_energy(range_km * 1e3)
        v, gamma = ideal.speed_m_s, ideal.elevation_rad
        start = np.array([RADIUS_M, 0.0, 0.0, v * math.sin(gamma), v * math.cos(gamma), 0.0])
        end = np.empty(10)
        kernels.fly(phases, start, (0.0,) * 9, limits, *tables, end, np.empty((0, 14)))
        flown = RADIUS_M * math.atan2(end[1], end[0]) / 1e3
        ours = f"{v:,.1f} m/s, {math.degrees(gamma):.2f} deg, {end[8] / 1e3:,.1f} km, {end[6] / 60.0:.2f} min"
        published = f"{speed:,.1f} m/s, {elevation:.2f} deg, {apogee:,.1f} km, {minutes:.2f} min"
        away = f"apogee {end[8] / 1e3 - apogee:+.2f} km, range {1e6 * (flown - range_km):+.1f} mm"
        rows.append((f"{range_km:,.0f} km", published, ours, away, "Wheelon 1959; Bate, Mueller, White 1971"))
    return rows


def frames() -> list[Row]:
    """TEME to ITRF by GMST against skyfield's whole chain, at geostationary height."""
    from skyfield import framelib, sgp4lib
    from skyfield.api import load

    scale = load.timescale(builtin=True)
    rows: list[Row] = []
    for text in ("1995-01-25T06:24:00Z", "2017-11-28T18:18:00Z", "2026-08-22T00:00:00Z"):
        ns = parse_utc(text)
        day, part = (float(x) for x in julian_date(ns))
        at = scale.tt_jd(day, part + scale.tt_jd(day, part).delta_t / 86_400.0)
        turn = framelib.itrs.rotation_at(at) @ sgp4lib.TEME.rotation_at(at).T
        point = np.array([4.2164e7, 0.0, 0.0])
        miss = float(np.linalg.norm(itrf_from_teme(point, np.zeros(3), ns)[0] - turn @ point))
        rows.append((f"geostationary point, {text[:10]}", "0 m", f"{miss:.3f} m", f"{miss:.3f} m", "skyfield"))
    return rows


def bench_1(catalog: Catalog, build: Path) -> list[Row]:
    """A hundred dispersed flights of BENCH-1 against Taylor integration at 1e-18."""
    folder, kept = os.environ.get("LAUNCHWATCH_BENCH"), build / "flight.json"
    if folder:
        reference = np.load(Path(folder) / "flight" / "reference_100.npy")
        z = np.random.default_rng(1).standard_normal((100, 6))
        thrust, isp, pitch, azimuth, beta, drag = (z * np.array([0.01, 0.002, 1.5e-3, 2e-3, 0.05, 0.05])).T
        columns = [15.0 + np.degrees(azimuth), 2.0 + np.degrees(pitch), np.ones(100)]
        lanes = np.stack([*columns, 1.0 + thrust, 1.0 + isp, 1.0 + beta, 1.0 + drag], axis=1)
        ends = fly_ends(catalog.boosters["bench-1"], 48.0, 110.0, 0.0, lanes)
        miss = np.linalg.norm(ends.position_m - reference[:, :3], axis=1)
        median, worst = float(np.median(miss)), float(miss.max())
    elif kept.is_file():
        ours = json.loads(kept.read_text())["engines"][0]
        median, worst = ours["miss_median_m"], ours["miss_max_m"]
    else:
        return [("BENCH-1, 100 flights of 10,000 km", "0 m", "not run", "", "needs `LAUNCHWATCH_BENCH`")]
    said = f"median {1e3 * median:.2f} mm, worst {1e3 * worst:.2f} mm"
    return [("BENCH-1, 100 flights of 10,000 km: impact point", "0 m", said, said, "heyoka, Taylor, 1e-18")]


def reports(catalog: Catalog) -> list[list[str]]:
    """Reported lofted tests: is the time consistent, and the band of ranges beside what others published."""
    rows = []
    for day, name, apogee, distance, published, estimates in REPORTS:
        timed = check_report(catalog, Report(apogee, distance, published))
        time, reach = timed["flight_time_s"], check_report(catalog, Report(apogee, distance))["max_range_km"]
        band = f"{reach['low']:,.0f} to " + ("not bounded" if reach["high"] is None else f"{reach['high']:,.0f}")
        bounds = f"{time['low']:,.0f} to {time['high']:,.0f}"
        verdict = "yes" if timed["consistent"] else f"no: {', '.join(timed['doubtful'])}"
        case = f"{day}, {name}: {apogee:,g} km high, {distance:,g} km far"
        rows.append([case, f"{published:,.0f}", bounds, verdict, band, estimates])
    return rows


def transmitted() -> list[Row]:
    """Vertical transmission of the two bands from the plume to space."""
    rows: list[Row] = []
    for height, narrow, wide in TRANSMITTED:
        for band, table in ((NARROW, narrow), (WIDE, wide)):
            ours = float(transmission(band, height * 1e3, 0.0))
            case = f"{height} km, {band[0]:.2f}-{band[1]:.2f} um"
            rows.append((case, f"{table:.3f}", f"{ours:.3f}", f"{ours - table:+.3f}", "LOWTRAN7, US-1976, clear"))
    return rows


def first_detections(catalog: Catalog, seeds: int = 20) -> list[Row]:
    """First detection of a plume by a starer and by a scanner under three cloud tops, as it reaches the node."""
    at_ns = parse_utc("2017-11-28T18:18:00Z")
    orbit = next(o for o in catalog.orbits.values() if type(o).__name__ == "Geostationary")
    rows: list[Row] = []
    for payload in (catalog.payloads["sbirs-staring"], catalog.payloads["dsp-scanning"]):
        for name, launch, azimuth, apogee, distance in (
            ("hwasong-15", (39.3, 125.9), 76.0, 4_475.0, 950.0),
            ("bench-1", (39.3, 125.9), 15.0, 1_300.0, 10_000.0),
        ):
            booster = catalog.boosters[name]
            path = fly(booster, aim_apogee_range(booster, launch, azimuth, apogee, distance))
            objects = [payload_of("one", at_ns, booster, path, Signatures(catalog.plumes), catalog.cross_sections)]
            for top in CLOUD_TOPS_KM:
                times = sorted(_first(payload, orbit, objects, at_ns, top, seed) for seed in range(1, seeds + 1))
                bar = {("sbirs-staring", 7.0): "<= 65 s", ("dsp-scanning", 12.0): "<= 85 s"}.get((payload.id, top), "")
                ours = f"{times[len(times) // 2]:.0f} s ({times[0]:.0f} to {times[-1]:.0f})"
                case = f"{name}, {payload.scan} every {payload.period_s:g} s, cloud tops {top:g} km"
                rows.append((case, bar, ours, "", f"{seeds} seeds; bars of the design"))
    return rows


def _first(payload: Any, orbit: Any, objects: list[SeenObject], at_ns: int, cloud_top_km: float, seed: int) -> float:
    """Arrival of the first true detection, s after lift-off, at a satellite over 120 E."""
    from launchwatch.catalog.schema import InfraredSensor

    place = msgspec.structs.replace(orbit, longitude_deg=120.0)
    sensor = InfraredSensor(
        id="over-120-e", name="over 120 E", source="validation", confidence="low", status="assumption",
        owner="us", in_service=None, payload=payload.id, orbit=orbit.id,
    )  # fmt: skip
    run = observe_infrared(
        sensor,
        payload,
        lambda epochs: satellite_positions(place, epochs),
        objects,
        Scene(cloud_top_m=cloud_top_km * 1e3),
        seed,
        at_ns - 30 * NS,
        at_ns + 200 * NS,
    )
    true = set(run.truth.sequence[run.truth.source == 0].tolist())
    return min(
        (d.received_ns - at_ns) / NS for d in run.deliveries if true.intersection(d.observation.sequence.tolist())
    )


def timings(root: Path) -> list[Row]:
    """Whole processes, warm, the best of three."""
    launchwatch = str(Path(sys.executable).with_name("launchwatch"))
    commands: list[tuple[str, list[str], float]] = [
        ("`launchwatch --help`", ["--help"], 0.3),
        (
            "`launchwatch fly --booster minuteman-3 --from 48,-101 --to 42,93 --json`",
            ["fly", "--booster", "minuteman-3", "--from", "48,-101", "--to", "42,93", "--json"],
            1.0,
        ),
        (
            "`launchwatch testflight --apogee-km 4475 --range-km 950 --json`",
            ["testflight", "--apogee-km", "4475", "--range-km", "950", "--json"],
            1.0,
        ),
        ("`launchwatch run hwasong-15-2017 --json`", ["run", "hwasong-15-2017", "--json"], 2.0),
    ]
    rows: list[Row] = []
    for name, arguments, bar in commands:
        spent = min(_timed([launchwatch, *arguments], root) for _ in range(3))
        rows.append((name, f"<= {bar:g} s", f"{spent:.1f} s", "met" if spent <= bar else "missed", "bar of the design"))
    return rows


def _timed(command: list[str], root: Path) -> float:
    begun = time.perf_counter()
    subprocess.run(command, cwd=root, check=True, capture_output=True)  # noqa: S603
    return time.perf_counter() - begun


def benchmarks(build: Path) -> Iterator[tuple[str, list[str], list[list[str]]]]:
    """Tables of the benchmarks as last run: title, heads, rows."""
    flight, imaging = build / "flight.json", build / "imaging.json"
    if flight.is_file():
        engines = json.loads(flight.read_text())["engines"]
        ours = engines[0]["ms_per_flight_10000"]
        rows = [
            [
                e["engine"],
                f"{e['ms_per_flight_1']:.2f}",
                f"{e['ms_per_flight_10000']:.2f}",
                f"{1e3 * e['miss_median_m']:.2f}",
                f"{e['ms_per_flight_10000'] / ours:.1f}",
            ]
            for e in engines
        ]
        heads = ["engine", "ms a flight, one", "ms a flight, 10,000", "median miss, mm", "time over ours"]
        yield "Flight, as last run by `make bench`: BENCH-1, three stages, 10,000 km, one thread", heads, rows
    if imaging.is_file():
        rows = [
            [
                str(row["window_px"]),
                f"{row['launchwatch_mpixel_s']:.0f}",
                f"{row['scipy_mpixel_s']:.1f}",
                f"{row['ratio']:.1f}",
                "yes" if row["same_sources"] else "no",
            ]
            for row in json.loads(imaging.read_text())["windows"]
        ]
        heads = ["window, px", "LaunchWatch, Mpixel/s", "scipy.ndimage, Mpixel/s", "ratio", "same sources"]
        yield "Focal plane, as last run by `make bench`: noise with point sources, one thread, bar 50", heads, rows
