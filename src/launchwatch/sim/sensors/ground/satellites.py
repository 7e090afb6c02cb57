"""Satellites through the fields of radars: each crossing is found, confirmed, followed for a few plots and let go.

Thousands of objects cross a fence all day. What a radar reports of a crossing is a short track: once its own orbit says
that the object is up there to stay, it turns to something else (`plots_a_crossing`, a choice; no radar's is public).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from launchwatch.catalog.radar import ArrayMode, RadarSensor
from launchwatch.core.arrays import IntArray
from launchwatch.core.draws import look_uniforms
from launchwatch.core.epochs import NS
from launchwatch.core.frames import enu_axes
from launchwatch.core.geodesy import itrf_from_geodetic
from launchwatch.physics.satellites import NODE_NS, Ephemeris, ephemeris
from launchwatch.physics.visibility import sector_widths
from launchwatch.sim.scenes.satellites import Satellites
from launchwatch.sim.scenes.weather import Scene
from launchwatch.sim.sensors.ground._kernels import crossings
from launchwatch.sim.sensors.ground.fence import Crowd, Rows, site_bias, stacked
from launchwatch.sim.sensors.ground.plots import DRAWS, echoes, place, uncorrected
from launchwatch.sim.sensors.looks import Looks, looks_within

PLOTS_A_CROSSING = 6
"""Plots that a radar delivers of one crossing: to find, to confirm, and a short track (assumption)."""

_CHUNK = 500  # objects whose ephemeris is held at a time: 35 MB a day
_ROUND = 8  # looks of each crossing drawn at a time, until it has its plots or is over
SWERLING = 1
"""Case of the fluctuation of a satellite's echo: a body that turns slowly."""


def observe_satellites(
    sensors: Sequence[tuple[RadarSensor, ArrayMode]],
    satellites: Satellites,
    scene: Scene,
    seed: int,
    start_ns: int,
    stop_ns: int,
    plots_a_crossing: int = PLOTS_A_CROSSING,
) -> dict[str, Crowd]:
    """What radars see of many satellites in a window, for `ground.observe_radar` to deliver.

    Parameters
    ----------
    sensors : sequence of RadarSensor with its ArrayMode
    satellites : Satellites
    scene : Scene
    seed : int
    start_ns, stop_ns : int
        The same as of `observe_radar`, ns TAI.
    plots_a_crossing : int
        A radar lets an object go after so many plots, until it leaves the field and comes back.

    Returns
    -------
    dict of Crowd by sensor
    """
    looks = {s.id: looks_within(s.revisit_s, 0.0, False, start_ns, stop_ns) for s, _ in sensors}
    parts: dict[str, list[Rows]] = {s.id: [] for s, _ in sensors}
    for first in range(0, len(satellites.sets), _CHUNK):
        rows = np.arange(first, min(first + _CHUNK, len(satellites.sets)))
        path = ephemeris(satellites.sets.take(rows), start_ns, stop_ns)
        for sensor, mode in sensors:
            seen = _seen_by(sensor, mode, satellites, rows, path, looks[sensor.id], scene, seed, plots_a_crossing)
            parts[sensor.id].append(seen)
    return {name: _crowd(satellites, found) for name, found in parts.items()}


def _seen_by(
    sensor: RadarSensor,
    mode: ArrayMode,
    satellites: Satellites,
    rows: IntArray,
    path: Ephemeris,
    looks: Looks,
    scene: Scene,
    seed: int,
    most: int,
) -> Rows:
    """Plots of some satellites (`rows`, whose ephemeris `path` is) by one radar."""
    one, first, last = crossings_of(sensor, path, looks)
    identity = satellites.sets.norad_id[rows[one]]
    begin, left, taken = first.copy(), np.arange(len(one)), np.zeros(len(one), np.int64)
    bias = site_bias(sensor, seed)
    found: list[Rows] = []
    while len(left):
        count = np.minimum(last[left] - begin[left] + 1, _ROUND)
        crossing = np.repeat(left, count)
        look = np.concatenate([np.arange(b, b + c) for b, c in zip(begin[left].tolist(), count.tolist(), strict=True)])
        target, _ = path.at(one[crossing], looks.begin_ns[look])
        placed = place(sensor, mode, target)
        u = np.concatenate(
            [
                look_uniforms(seed, sensor.id, str(name), int(looks.index[b]), c, DRAWS)
                for name, b, c in zip(identity[left].tolist(), begin[left].tolist(), count.tolist(), strict=True)
            ]
        )
        rcs = satellites.rcs_m2[rows[one[crossing]]]
        errors = bias + uncorrected(sensor, scene, placed, target)
        echo = echoes(sensor, mode, placed, rcs, SWERLING, u, errors)
        seen = np.flatnonzero(echo.detected)
        crossing, look = crossing[seen], look[seen]
        # the first plots of each crossing, counted on from earlier rounds
        kept = taken[crossing] + _rank(crossing) < most
        seen = seen[kept]
        source = rows[one[crossing[kept]]]
        found.append(Rows(look[kept], echo.plot[seen], echo.sigma[seen], echo.power[seen], source))
        taken += np.bincount(crossing, minlength=len(taken))
        begin[left] += count
        left = left[(begin[left] <= last[left]) & (taken[left] < most)]
    return stacked(found)


def crossings_of(sensor: RadarSensor, path: Ephemeris, looks: Looks) -> tuple[IntArray, IntArray, IntArray]:
    """Row of the ephemeris, first and last look (k,) of each unbroken stay of an object in a radar's field."""
    if not len(looks.index):
        return np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.int64)
    start, width = sector_widths([(s.from_deg, s.to_deg) for s in sensor.sectors])
    return crossings(
        path.position,
        path.velocity,
        NODE_NS / NS,
        (int(looks.begin_ns[0]) - path.first_ns) / NS,
        sensor.revisit_s,
        len(looks.index),
        itrf_from_geodetic(sensor.lat_deg, sensor.lon_deg, sensor.alt_m),
        enu_axes(sensor.lat_deg, sensor.lon_deg),
        np.ascontiguousarray(start),
        np.ascontiguousarray(width),
        (sensor.elevation_min_deg, sensor.elevation_max_deg),
        (sensor.range_min_km * 1e3, sensor.range_max_km * 1e3),
    )


def _rank(group: IntArray) -> IntArray:
    """Place (n,) of each row within its group, counted from 0; equal numbers of `group` stand together."""
    new = np.append(True, group[1:] != group[:-1])[: len(group)]
    at = np.arange(len(group))
    return at - np.maximum.accumulate(np.where(new, at, 0))


def _crowd(satellites: Satellites, parts: Sequence[Rows]) -> Crowd:
    """The plots of one radar, with only those objects that it saw."""
    rows = stacked(parts)
    seen, source = np.unique(rows.source, return_inverse=True)
    objects = [satellites.true_object(row) for row in seen.tolist()]
    return Crowd(replace(rows, source=source), objects)
