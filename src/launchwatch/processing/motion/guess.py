"""Where a launch may have been, from its first measurements alone: where a fit begins to search."""

from __future__ import annotations

import numpy as np

from launchwatch.core.geodesy import geodetic_from_itrf
from launchwatch.processing.motion.measurements import LinesOfSight, Plots, plot_positions


def ground_below(sights: LinesOfSight | None, radar: Plots | None) -> tuple[float, float]:
    """Ground point below the first detections.

    Where lines of sight of several sensors pass closest, or where one pierces a height of 10 km, or where a radar
    saw it.
    """
    if sights is not None and len(sights.time_s):
        early = sights.time_s <= sights.time_s[0] + 15.0
        position, tangents = sights.position[early], sights.tangents[early]
        depth = np.linalg.norm(position[0]) - 6371e3
        if len(np.unique(sights.sensor[early])) > 1:
            # Straight-line motion through the first looks; a speed prior of 800 m/s holds what they do not show.
            rows = np.concatenate(
                [tangents, tangents * (sights.time_s[early] - sights.time_s[0])[:, None, None]], axis=2
            )
            a = rows.reshape(-1, 6) / (depth * 20e-6)
            b = np.einsum("ncj,nj->nc", tangents, position).ravel() / (depth * 20e-6)
            hold = np.diag([0, 0, 0] + [800.0**-2] * 3)
            point = np.linalg.solve(a.T @ a + hold, a.T @ b)[:3]
            lat, lon, _ = geodetic_from_itrf(point)
            return float(lat), float(lon)
        origin, direction = sights.position[0], sights.direction[0]
        along = origin @ direction
        reach = along**2 - origin @ origin + (6371e3 + 10e3) ** 2
        point = origin + direction * (-along - np.sqrt(max(reach, 0.0)))
        lat, lon, _ = geodetic_from_itrf(point)
        return float(lat), float(lon)
    if radar is None or not len(radar.time_s):
        raise ValueError("no measurement to fit; give at least one line of sight or plot")
    lat, lon, _ = geodetic_from_itrf(plot_positions(radar)[0][0])
    return float(lat), float(lon)
