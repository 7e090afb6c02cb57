"""A file of observation lines of any length: ``python -m benchmarks.process.made LINES FILE [ELEMENTS]``.

What a watch sees all day: fires that begin, shine for the looks until a sensor's map has them, and false alarms; plots
of satellites; a launch every three hours, as the simulator's sensors see that of 28 November 2017. The satellites'
elements go into a second file. Seeded: the same call writes the same bytes.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from launchwatch.assembly.run import play
from launchwatch.assembly.stopwatch import Stopwatch
from launchwatch.catalog.loader import load_catalog, load_scenario
from launchwatch.core.arrays import FloatArray, IntArray
from launchwatch.core.epochs import NS, format_utc, parse_utc
from launchwatch.core.frames import enu_axes
from launchwatch.core.geodesy import itrf_from_geodetic
from launchwatch.formats.observation_lines import observation_lines
from launchwatch.formats.observations import Record, row_of
from launchwatch.formats.tle import parse_elements
from launchwatch.physics.satellites import ephemeris

BEGIN_NS = parse_utc("2017-11-28T00:00:00Z")
STRETCH_S = 60
LAUNCH_EVERY_S = 10_800
SHOWN_LOOKS = 20  # of a fire until the sensor keeps it back
SIGMA_RAD, BIAS_URAD = 20e-6, 10.0
ENCODER = msgspec.json.Encoder()


@dataclass(frozen=True)
class Eye:
    """A satellite that looks at one side of the Earth: new fires a look, and false alarms a look."""

    name: str
    lon_deg: float
    period_s: int
    new_fires: float
    false_alarms: float


EYES = (
    *(Eye(f"starer-{k}", lon, 1, 2.0, 4.0) for k, lon in enumerate((-100.0, 20.0, 110.0), 1)),
    *(Eye(f"scanner-{k}", lon, 10, 20.0, 40.0) for k, lon in enumerate((-140.0, -60.0, 10.0, 70.0, 150.0), 1)),
)
RADARS = (("north", 64.3, -149.2), ("east", 41.8, -70.5), ("west", 39.1, -121.4), ("island", 54.4, -0.7))
RADAR_PERIOD_S = 10
SATELLITES = 1500


def lines(count: int, seed: int = 1) -> Iterator[bytes]:
    """So many lines of NDJSON, in order of time."""
    rng = np.random.Generator(np.random.Philox(key=seed))
    launch = _launch()
    sky = _Sky(seed)
    numbers = dict.fromkeys([eye.name for eye in EYES] + [radar[0] for radar in RADARS], 0)
    fires = {eye.name: (np.empty((0, 3)), np.empty(0, np.int64)) for eye in EYES}
    done, at_s = 0, 0
    while True:
        found: list[tuple[int, bytes]] = []
        for second in range(at_s, at_s + STRETCH_S):
            for eye in EYES:
                if second % eye.period_s == 0:
                    _look(eye, second, rng, fires, numbers, found)
            if second % RADAR_PERIOD_S == 0:
                for radar in RADARS:
                    _plots(radar, second, rng, sky, numbers, found)
        if at_s % LAUNCH_EVERY_S == 0:
            launches = at_s // LAUNCH_EVERY_S
            shifted = [(when + at_s * NS, row) for when, row in launch]
            waiting = [(when, _line(row, when, launches)) for when, row in shifted]
        here = BEGIN_NS + (at_s + STRETCH_S) * NS
        found += [item for item in waiting if item[0] < here]
        waiting = [item for item in waiting if item[0] >= here]
        found.sort(key=lambda item: item[0])
        for _, text in found:
            yield text
            done += 1
            if done == count:
                return
        at_s += STRETCH_S


def _launch() -> list[tuple[int, Record]]:
    """What the United States' sensors deliver of the flight, from the begin of the file on, and when they looked."""
    catalog = load_catalog()
    run = play(catalog, load_scenario("hwasong-15-2017", catalog), 1, None, Stopwatch())
    records = observation_lines(run.cases[0].chains["us", "alone"].inputs)
    first = min(record.time_ns for record in records)
    return [(record.time_ns - first + BEGIN_NS, record) for record in records]


def _line(record: Record, time_ns: int, launch: int) -> bytes:
    moved = msgspec.structs.replace(
        record,
        time_ns=time_ns,
        received_ns=None,
        purpose="test",
        sequence=record.sequence + launch * 1_000_000,
    )
    row = row_of(moved)
    if "field" in row:
        length = parse_utc(row["field"]["until"]) - record.time_ns
        row["field"] = row["field"] | {"until": format_utc(time_ns + length, 9)}
    return ENCODER.encode(row) + b"\n"


def _look(
    eye: Eye,
    second: int,
    rng: np.random.Generator,
    fires: dict[str, tuple[FloatArray, IntArray]],
    numbers: dict[str, int],
    found: list[tuple[int, bytes]],
) -> None:
    here = itrf_from_geodetic(0.0, eye.lon_deg, 35_786e3)
    place, left = fires[eye.name]
    new = rng.poisson(eye.new_fires)
    place = np.concatenate([place, _ground(eye, rng, new)])
    left = np.concatenate([left, np.full(new, SHOWN_LOOKS)])
    seen = rng.random(len(left)) < 0.95
    points = np.concatenate([place[seen], _ground(eye, rng, rng.poisson(eye.false_alarms))])
    left = left - 1
    fires[eye.name] = place[left > 0], left[left > 0]
    sight = points - here
    sight /= np.linalg.norm(sight, axis=1)[:, None]
    sight += SIGMA_RAD * rng.standard_normal(sight.shape)
    sight /= np.linalg.norm(sight, axis=1)[:, None]
    snr = 5.5 + rng.exponential(4.0, len(points))
    time_ns = BEGIN_NS + second * NS
    at = time_ns + (np.arange(len(points)) * (eye.period_s * NS // 2 // max(len(points), 1)) if eye.period_s > 1 else 0)
    at = np.broadcast_to(at, len(points))
    number = numbers[eye.name]
    numbers[eye.name] += 1 + len(points)
    common = {"sensor": eye.name, "purpose": "test", "origin": "simulated"}
    head = {
        "type": "look", **common, "sequence": number, "time": format_utc(time_ns),
        "field": {
            "until": format_utc(time_ns + eye.period_s * NS - NS // 2), "looks": 1, "period_s": float(eye.period_s),
            "position_m": here.tolist(), "bias_urad": BIAS_URAD, "threshold_snr": 5.0,
            "false_alarms_per_look": eye.false_alarms,
        },
        "false_alarm_density": eye.false_alarms / 0.24, "detections": len(points),
    }  # fmt: skip
    found.append((time_ns, ENCODER.encode(head) + b"\n"))
    position, rows, strength = here.tolist(), sight.tolist(), snr.tolist()
    for k, when in enumerate(at.tolist()):
        row: dict[str, Any] = {
            "type": "infrared", **common, "sequence": number + 1 + k, "time": format_utc(when),
            "sensor_position_m": position, "line_of_sight": rows[k], "sigma_urad": 20.0,
            "irradiance_w_m2": 1e-12 * strength[k], "band_um": [2.65, 2.95], "snr": strength[k],
        }  # fmt: skip
        found.append((when, ENCODER.encode(row) + b"\n"))


def _ground(eye: Eye, rng: np.random.Generator, count: int) -> FloatArray:
    """Places on the ground that a satellite sees."""
    lat = np.degrees(np.arcsin(rng.uniform(-0.8, 0.8, count)))
    lon = eye.lon_deg + rng.uniform(-50.0, 50.0, count)
    return itrf_from_geodetic(lat, lon, np.zeros(count)).reshape(-1, 3)


class _Sky:
    """Satellites on round orbits, half an hour at a time."""

    def __init__(self, seed: int) -> None:
        self.sets = parse_elements(elements(seed))
        self._from_ns, self._path = 0, None

    def at(self, time_ns: int) -> FloatArray:
        """Positions (n, 3) ITRF m."""
        if self._path is None or time_ns >= self._from_ns + 1800 * NS:
            self._from_ns = time_ns
            self._path = ephemeris(self.sets, time_ns, time_ns + 1801 * NS)
        rows = np.arange(len(self.sets))
        return self._path.at(rows, np.full(len(rows), time_ns))[0]


def _plots(
    radar: tuple[str, float, float],
    second: int,
    rng: np.random.Generator,
    sky: _Sky,
    numbers: dict[str, int],
    found: list[tuple[int, bytes]],
) -> None:
    name, lat, lon = radar
    time_ns = BEGIN_NS + second * NS
    local = (sky.at(time_ns) - itrf_from_geodetic(lat, lon, 0.0)) @ enu_axes(lat, lon).T
    distance = np.linalg.norm(local, axis=1)
    elevation = np.degrees(np.arcsin(local[:, 2] / distance))
    azimuth = np.degrees(np.arctan2(local[:, 0], local[:, 1])) % 360.0
    seen = np.flatnonzero((elevation > 4.0) & (distance < 5e6))
    n = len(seen)
    values = np.column_stack([
        distance[seen] + 30.0 * rng.standard_normal(n),
        (azimuth[seen] + 0.03 * rng.standard_normal(n)) % 360.0,
        elevation[seen] + 0.03 * rng.standard_normal(n),
        18.0 + 3.0 * rng.standard_normal(n),
    ]).tolist()  # fmt: skip
    number = numbers[name]
    numbers[name] += 1 + n
    common = {"sensor": name, "purpose": "test", "origin": "simulated"}
    site = {"lat_deg": lat, "lon_deg": lon, "alt_m": 0.0}
    head = {
        "type": "look", **common, "sequence": number, "time": format_utc(time_ns),
        "field": {
            "looks": 1, "period_s": float(RADAR_PERIOD_S), "site": site, "elevation_limits_deg": [3.0, 85.0],
            "range_limits_m": [2e5, 5e6], "bias_range_m": 30.0, "bias_angle_deg": 0.02, "threshold_snr_db": 5.0,
            "false_alarms_per_look": 0.1,
        },
        "false_alarm_density": 0.1, "detections": n,
    }  # fmt: skip
    found.append((time_ns, ENCODER.encode(head) + b"\n"))
    for k, (far, az, el, snr) in enumerate(values):
        row = {
            "type": "radar", **common, "sequence": number + 1 + k, "time": format_utc(time_ns), "site": site,
            "range_m": far, "azimuth_deg": az, "elevation_deg": el, "sigma_range_m": 30.0, "sigma_azimuth_deg": 0.03,
            "sigma_elevation_deg": 0.03, "snr_db": snr,
        }  # fmt: skip
        found.append((time_ns, ENCODER.encode(row) + b"\n"))


def elements(seed: int = 1) -> bytes:
    """Two-line elements of satellites on nearly round orbits of 500 to 1,500 km."""
    rng = np.random.Generator(np.random.Philox(key=seed + 1))
    text = []
    for k in range(SATELLITES):
        node, perigee, anomaly = rng.uniform(0.0, 360.0, 3)
        tilt, motion = rng.uniform(40.0, 100.0), rng.uniform(12.4, 15.2)
        pair = (
            f"1 {10000 + k:5d}U 98067A   17332.00000000  .00000000  00000-0  10000-4 0  999",
            f"2 {10000 + k:5d} {tilt:8.4f} {node:8.4f} 0010000 {perigee:8.4f} {anomaly:8.4f} {motion:11.8f}    1",
        )
        for line in pair:
            line = f"{line:68.68s}"
            text.append(line + str(sum(int(c) if c.isdigit() else c == "-" for c in line) % 10))
    return ("\n".join(text) + "\n").encode()


def main() -> None:
    """Entry point."""
    count, path = int(sys.argv[1]), Path(sys.argv[2])
    with path.open("wb") as stream:
        stream.writelines(lines(count))
    if len(sys.argv) > 3:
        Path(sys.argv[3]).write_bytes(elements())


if __name__ == "__main__":
    main()
