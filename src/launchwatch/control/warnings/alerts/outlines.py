"""Closed outlines on the ground, cut where they cross longitude 180: no reader of them has to know of it."""

from __future__ import annotations

import numpy as np

from launchwatch.core.arrays import FloatArray
from launchwatch.messages.alerts import DangerKind, Outline


def split_outline(kind: DangerKind, points_deg: FloatArray) -> list[Outline]:
    """Outlines within longitudes -180 to 180 that cover together what one covers.

    Parameters
    ----------
    kind : of the danger.
    points_deg : (n, 2) latitude and longitude, closed; no point at a pole.

    Returns
    -------
    list of Outline
        One, or two on the sides of longitude 180; none where the outline goes round a pole.
    """
    if len(points_deg) < 4:
        return []
    lat = points_deg[:, 0]
    lon = np.degrees(np.unwrap(np.radians(points_deg[:, 1])))
    if abs(lon[-1] - lon[0]) > 180.0:
        return []
    found = []
    for turn in (-360.0, 0.0, 360.0):
        ring = np.column_stack([lat, lon + turn])[:-1]
        ring = _clip(_clip(ring, -180.0, 1.0), 180.0, -1.0)
        if len(ring) >= 3:
            found.append(Outline(kind=kind, points_deg=np.concatenate([ring, ring[:1]])))
    return found


def _clip(ring: FloatArray, edge_deg: float, side: float) -> FloatArray:
    """The part (m, 2) of a ring (n, 2) on one side of a meridian (Sutherland and Hodgman, 1974)."""
    points = []
    for here, there in zip(ring, np.roll(ring, -1, axis=0), strict=True):
        depth, ahead = side * (here[1] - edge_deg), side * (there[1] - edge_deg)
        if depth >= 0.0:
            points.append(here)
        if depth * ahead < 0.0:
            share = depth / (depth - ahead)
            points.append(np.array([here[0] + share * (there[0] - here[0]), edge_deg]))
    return np.array(points).reshape(-1, 2)
