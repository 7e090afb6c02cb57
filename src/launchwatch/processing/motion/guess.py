"""Where a launch may have been, from its first measurements alone: where a fit begins to search."""

from __future__ import annotations

import numpy as np

from launchwatch.core.geodesy import geodetic_from_itrf
from launchwatch.processing.motion.measurements import LinesOfSight, Plots, plot_positions

SEEN_M = 10e3  # where a plume is first seen, over the ground
NEAREST_M, FARTHEST_M = 400e3, 1500e3  # between the two places at that height that are told apart


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
        reach = along**2 - origin @ origin + (6371e3 + SEEN_M) ** 2
        lat, lon, _ = geodetic_from_itrf(origin + direction * (-along - np.sqrt(max(reach, 0.0))))
        return float(lat), float(lon)
    if radar is None or not len(radar.time_s):
        raise ValueError("no measurement to fit; give at least one line of sight or plot")
    lat, lon, _ = geodetic_from_itrf(plot_positions(radar)[0][0])
    return float(lat), float(lon)


def beyond_limb(sights: LinesOfSight | None) -> tuple[float, float] | None:
    """Ground point below the other place where a line of sight near the limb has the height of what is first seen.

    Null where several sensors see it, or where the sight goes down so steeply that there is none in reach.
    """
    if sights is None or not len(sights.time_s) or len(np.unique(sights.sensor)) > 1:
        return None
    origin, direction = sights.position[0], sights.direction[0]
    along = origin @ direction
    lowest = np.sqrt(origin @ origin - along**2)
    half = np.sqrt(max((6371e3 + SEEN_M) ** 2 - lowest**2, 0.0))
    if half > FARTHEST_M / 2.0:
        return None
    # of a sight that stays above that height, as far behind the limb as it would be of one that is a little lower
    lat, lon, _ = geodetic_from_itrf(origin + direction * (-along + max(half, NEAREST_M / 2.0)))
    return float(lat), float(lon)
