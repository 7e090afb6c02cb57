"""Looks of phased arrays a second, one thread: ``python -m benchmarks.radar [--out FILE]``.

The detection core alone, on rows of any bodies and looks, many and few at a time; and a whole radar with a raid, each
row a look at a body in the field. Set OMP_NUM_THREADS=1.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from launchwatch.assembly.flight.launch import flown
from launchwatch.catalog.catalogue import Catalog
from launchwatch.catalog.loader import load_catalog, load_scenario
from launchwatch.catalog.schema import ArrayMode
from launchwatch.core.epochs import NS
from launchwatch.core.frames import itrf_from_azimuth_elevation_range
from launchwatch.core.geodesy import itrf_from_geodetic
from launchwatch.sim.scenes.launched import payload_of
from launchwatch.sim.scenes.signatures import Signatures
from launchwatch.sim.scenes.weather import Scene
from launchwatch.sim.sensors.ground import observe_radar
from launchwatch.sim.sensors.ground.plots import DRAWS, echoes, place

ROOT = Path(__file__).resolve().parents[2]
ROWS = 200_000
REPEATS = 5
RADAR = "us-capecod"


def best(work: Callable[[], object]) -> float:
    """Least wall seconds of some repeats."""
    spent = []
    for _ in range(REPEATS):
        begun = time.perf_counter()
        work()
        spent.append(time.perf_counter() - begun)
    return min(spent)


def core(catalog: Catalog, chunk: int) -> dict[str, Any]:
    """The detection core on rows spread over the field, `chunk` at a time, of all cases of fluctuation."""
    radar = catalog.sensors_radar[RADAR]
    mode = catalog.radar_modes[radar.mode]
    assert isinstance(mode, ArrayMode)
    generator = np.random.default_rng(1)
    site = itrf_from_geodetic(radar.lat_deg, radar.lon_deg, radar.alt_m)
    position = itrf_from_azimuth_elevation_range(
        site, radar.lat_deg, radar.lon_deg, generator.uniform(347.0, 587.0, ROWS) % 360.0,
        generator.uniform(3.0, 85.0, ROWS), generator.uniform(2e5, 5.5e6, ROWS),
    )  # fmt: skip
    rcs, case = generator.uniform(0.05, 5.0, ROWS), generator.choice([0, 1, 3], ROWS)
    uniforms = generator.random((ROWS, DRAWS))

    def work() -> None:
        for a in range(0, ROWS, chunk):
            rows = slice(a, a + chunk)
            echoes(radar, mode, place(radar, mode, position[rows]), rcs[rows], case[rows], uniforms[rows])

    return {"case": f"detection core, {chunk:,} rows at a time", "looks_per_s": ROWS / best(work)}


def whole(catalog: Catalog, count: int) -> dict[str, Any]:
    """A radar with a raid in its field: motion, cross sections, draws, fences, confirmation, tracks, records."""
    launch = next(one for one in load_scenario("joint-warning", catalog).launches if one.id == "plains-to-moscow")
    booster = catalog.boosters[launch.booster]
    path = flown(launch, booster)
    light, echo = Signatures(catalog.plumes), catalog.cross_sections
    things = [
        payload_of(f"one-{k}", launch.time_ns + k * NS // 10, booster, path, light, echo)
        for k in range(count)
    ]
    radar = catalog.sensors_radar["ru-olenegorsk-d"]
    mode = catalog.radar_modes[radar.mode]
    assert isinstance(mode, ArrayMode)
    start, stop = launch.time_ns, launch.time_ns + round(path.end_s * NS)
    t = np.arange(0.0, path.end_s, radar.revisit_s)
    looks = count * int(place(radar, mode, path.at(t)[0]).inside.sum())
    spent = best(lambda: observe_radar(radar, mode, things, Scene(7000.0), 1, start, stop))
    return {"case": f"whole radar, {count} payloads, looks at bodies in the field", "looks_per_s": looks / spent}


def main() -> None:
    """Measure, print and write the JSON."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.radar", description="looks of radars a second")
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "benchmarks" / "radar.json")
    options = parser.parse_args()
    catalog = load_catalog()
    rows = [core(catalog, ROWS), core(catalog, 1_000), whole(catalog, 300)]
    for row in rows:
        print(f"{row['case']:60s} {row['looks_per_s']:12,.0f} looks/s")
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(json.dumps({"schema": "launchwatch/benchmark-radar/1", "rows": rows}, indent=1) + "\n")
    print(f"written to {options.out}")


if __name__ == "__main__":
    main()
