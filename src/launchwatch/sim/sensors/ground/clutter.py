"""Plots of nothing that flies: noise above the threshold, and the aurora."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from launchwatch.catalog.radar import RadarSensor
from launchwatch.core.arrays import FloatArray, IntArray
from launchwatch.core.draws import look_uniforms
from launchwatch.core.frames import itrf_from_azimuth_elevation_range
from launchwatch.core.geodesy import itrf_from_geodetic
from launchwatch.physics.ionosphere import AURORA_HEIGHT_M, auroral_echo, auroral_strength
from launchwatch.physics.radar import ratio
from launchwatch.physics.visibility import MEAN_RADIUS, in_sectors, sector_widths
from launchwatch.sim.scenes.weather import Scene
from launchwatch.sim.sensors.looks import Looks, clutter_rows, poisson, uniforms_of

AURORAL_PLOTS = 20.0
"""Plots that a look at 150 MHz would have of an oval that is perpendicular everywhere in the field, at Kp 5; an
assumption: no rate of a warning radar is public."""

_STEP_DEG = 3.0, 0.5  # cells of azimuth and elevation
_HIGHEST_DEG = 20.0  # aurora higher up is near, and seen along the field


class FalsePlots(NamedTuple):
    """Plots: look (n,), azimuth elevation range (n, 3) deg deg m, power (n,) over noise power."""

    look: IntArray
    plot: FloatArray
    power: FloatArray


def false_plots(sensor: RadarSensor, seed: int, looks: Looks) -> FalsePlots:
    """Noise above the threshold, anywhere in the field."""
    rows, u = clutter_rows(looks, sensor.false_alarms_per_look, seed, sensor.id, 4)
    start, width = sector_widths([(s.from_deg, s.to_deg) for s in sensor.sectors])
    along = u[:, 0] * width.sum()
    before = np.cumsum(width) - width
    sector = np.searchsorted(before, along, side="right") - 1
    low, high = np.sin(np.radians([sensor.elevation_min_deg, sensor.elevation_max_deg]))
    near, far = sensor.range_min_km * 1e3, sensor.range_max_km * 1e3
    plot = np.column_stack(
        [
            np.mod(start[sector] + along - before[sector], 360.0),
            np.degrees(np.arcsin(low + (high - low) * u[:, 1])),
            near + (far - near) * u[:, 2],
        ]
    )
    return FalsePlots(rows, plot, ratio(sensor.threshold_snr_db) - np.log(u[:, 3]))


def auroral_plots(sensor: RadarSensor, scene: Scene, seed: int, looks: Looks) -> FalsePlots:
    """Echoes of the aurora: where the line of sight crosses the Earth's field at a right angle within the oval.

    Their number goes with the activity, and falls steeply with frequency; they are strong, and stay where they are.
    """
    none = FalsePlots(np.empty(0, np.int64), np.empty((0, 3)), np.empty(0))
    if scene.auroral_activity == 0.0:
        return none
    cells = _cells(sensor)
    site = itrf_from_geodetic(sensor.lat_deg, sensor.lon_deg, sensor.alt_m)
    point = itrf_from_azimuth_elevation_range(site, sensor.lat_deg, sensor.lon_deg, *cells.T)
    weight = auroral_echo(site, point, scene.auroral_activity)
    if not weight.sum() > 0.0:
        return none
    strength = auroral_strength(sensor.frequency_mhz * 1e6) * scene.auroral_activity / 5.0
    everywhere = np.arange(len(looks.index))
    mean = AURORAL_PLOTS * strength * float(weight.mean())
    counts = poisson(mean, uniforms_of(looks, everywhere, seed, sensor.id, "aurora", 1)[:, 0])
    rows = np.repeat(everywhere, counts)
    u = np.empty((len(rows), 4))
    for row in np.unique(rows):
        here = rows == row
        u[here] = look_uniforms(
            seed, sensor.id, "auroral plots", int(looks.index[row]), 1, 4 * int(here.sum())
        ).reshape(-1, 4)
    chosen = np.searchsorted(np.cumsum(weight) / weight.sum(), u[:, 0])
    plot = cells[np.minimum(chosen, len(cells) - 1)].copy()
    plot[:, 0] = np.mod(plot[:, 0] + (u[:, 1] - 0.5) * _STEP_DEG[0], 360.0)
    plot[:, 2] *= 1.0 + 0.1 * (u[:, 2] - 0.5)
    return FalsePlots(rows, plot, ratio(sensor.threshold_snr_db) * (1.0 - np.log(u[:, 3])))


def _cells(sensor: RadarSensor) -> FloatArray:
    """Azimuth deg, elevation deg, range m (n, 3) of the middles of cells of the field at the height of the aurora."""
    azimuth = np.arange(0.5 * _STEP_DEG[0], 360.0, _STEP_DEG[0])
    azimuth = azimuth[in_sectors(azimuth, [(s.from_deg, s.to_deg) for s in sensor.sectors])]
    high = min(sensor.elevation_max_deg, _HIGHEST_DEG)
    elevation = np.arange(max(sensor.elevation_min_deg, 0.0) + 0.5 * _STEP_DEG[1], high, _STEP_DEG[1])
    sine = MEAN_RADIUS * np.sin(np.radians(elevation))
    distance = np.sqrt(sine**2 + 2.0 * MEAN_RADIUS * AURORA_HEIGHT_M + AURORA_HEIGHT_M**2) - sine
    az, row = np.meshgrid(azimuth, np.arange(len(elevation)))
    cells = np.column_stack([az.ravel(), elevation[row.ravel()], distance[row.ravel()]])
    near, far = sensor.range_min_km * 1e3, sensor.range_max_km * 1e3
    return np.asarray(cells[(cells[:, 2] >= near) & (cells[:, 2] <= far)])
