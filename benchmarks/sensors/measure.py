"""Times the infrared sensors and prints a JSON line."""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable
from typing import Any

import msgspec
import numpy as np

from launchwatch.catalog.loader import load_catalog
from launchwatch.core.arrays import FloatArray, IntArray
from launchwatch.core.epochs import NS, parse_utc
from launchwatch.core.geodesy import itrf_from_geodetic
from launchwatch.sim.scenes.launched import payload_of
from launchwatch.sim.scenes.signatures import Signatures
from launchwatch.sim.scenes.weather import Scene
from launchwatch.sim.sensors.space import SteadySources, observe_infrared
from launchwatch.sim.truth.aim import aim_apogee_range
from launchwatch.sim.truth.flight import fly

REPEATS = 3
DAY, NIGHT = parse_utc("2020-03-21T05:00:00Z"), parse_utc("2020-03-21T17:00:00Z")
HERE = itrf_from_geodetic(0.0, 105.0, 35_786e3)


def stationary(ns: IntArray) -> tuple[FloatArray, FloatArray]:
    """Over 105 E."""
    return np.tile(HERE, (len(ns), 1)), np.zeros((len(ns), 3))


def lamps(start_ns: int, count: int, seconds: float) -> SteadySources:
    """Steady sources of very different brightness."""
    generator = np.random.default_rng(1)
    return SteadySources(
        ids=tuple(f"lamp-{i}" for i in range(count)),
        kind="fire",
        lat_deg=generator.uniform(10.0, 50.0, count),
        lon_deg=generator.uniform(75.0, 135.0, count),
        height_m=np.full(count, 20e3),
        begin_ns=np.full(count, start_ns - NS),
        end_ns=np.full(count, start_ns + round((seconds + 10.0) * NS)),
        intensity_w_sr=10.0 ** generator.uniform(2.0, 4.0, count),
        band_um=(2.65, 2.95),
        temperature_k=np.full(count, 1000.0),
    )


def best(work: Callable[[], Any]) -> float:
    """Median seconds of the processor, which other work on the machine does not lengthen."""
    work()
    spent = []
    for _ in range(REPEATS):
        begin = time.process_time()
        work()
        spent.append(time.process_time() - begin)
    return statistics.median(spent)


def rows() -> list[dict[str, Any]]:
    """Looks a second by case."""
    catalog = load_catalog()
    sensor = next(iter(catalog.sensors_infrared.values()))
    booster = catalog.boosters["bench-1"]
    path = fly(booster, aim_apogee_range(booster, (39.3, 105.9), 15.0, 1_300.0, 10_000.0))
    signatures = Signatures(catalog.plumes)
    found = []

    def add(case: str, payload: Any, objects: Any, scene: Scene, start: int, seconds: float, looks: float) -> None:
        stop = start + round(seconds * NS)
        spent = best(lambda: observe_infrared(sensor, payload, stationary, objects, scene, 1, start, stop))
        found.append({"case": case, "looks_per_s": looks / spent, "looks": looks})

    starer = catalog.payloads["sbirs-staring"]
    burning = sum(end - begin for begin, end in path.burns_s)
    for name, start in (("by night", NIGHT), ("by day", DAY)):
        raid = [payload_of(f"one-{k}", start, booster, path, signatures, catalog.cross_sections) for k in range(50)]
        add(f"50 flights, starer, {name}", starer, raid, Scene(7e3), start, 400.0, 50 * burning)
    for name, scene in (("closed deck", Scene(7e3)), ("broken cloud", Scene(7e3, cover=0.5))):
        many = lamps(DAY, 20, 20_000.0).objects()
        add(f"20 lamps, starer, by day, {name}", starer, many, scene, DAY, 20_000.0, 20 * 20_000.0)
    scanner = catalog.payloads["dsp-scanning"]
    add("200 lamps, scanner, by day", scanner, lamps(DAY, 200, 20_000.0).objects(), Scene(7e3), DAY, 20_000.0, 4e5)
    crowd = lamps(DAY, 2_000, 86_400.0)
    stop = DAY + 86_399 * NS
    known = msgspec.structs.replace(starer, persistent_after=3)
    spent = best(lambda: observe_infrared(sensor, known, stationary, [], Scene(7e3), 1, DAY, stop, crowd))
    looks = 2_000 * 86_400.0
    found.append({"case": "2,000 lamps for a day, as a crowd", "looks_per_s": looks / spent, "looks": looks})
    return found


if __name__ == "__main__":
    print(json.dumps(rows()))
