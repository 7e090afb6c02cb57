"""Make src/launchwatch/report/data/land.npz from the npm package world-atlas (Natural Earth, public domain).

    npm pack world-atlas@2.0.2 && tar xzf world-atlas-2.0.2.tgz
    python tools/land_outline.py package src/launchwatch/report/data/land.npz

Two outlines: 110m for hemispheres, 50m (thinned to 0.02 degree, islets under 0.01 square degree left out) for regional
maps. Each is a list of rings: `points_*` (n, 2) int16 of (lon, lat) in hundredths of a degree, `starts_*` the index at
which each ring begins. A ring is not closed by a repeated point, and runs counter-clockwise around its smaller side
seen from outside the Earth, lakes too: readers fill even-odd.
"""

import json
import sys
from pathlib import Path

import numpy as np

UNIT = 100  # hundredths of a degree fit int16


def rings_of(path):
    """Rings (n, 2) of lon, lat in degrees of a world-atlas topology."""
    topology = json.loads(path.read_text(encoding="utf-8"))
    scale, shift = topology["transform"]["scale"], topology["transform"]["translate"]
    arcs = [np.cumsum(arc, axis=0) * scale + shift for arc in topology["arcs"]]
    for geometry in topology["objects"]["land"]["geometries"]:
        for polygon in geometry["arcs"]:
            for ring in polygon:
                parts = [arcs[i] if i >= 0 else arcs[~i][::-1] for i in ring]
                yield np.vstack([part[:-1] for part in parts])


def thin(ring, tolerance_deg):
    """Points that Douglas and Peucker (1973) keep of a ring, longitudes shortened by the cosine of latitude."""
    lon = np.degrees(np.unwrap(np.radians(ring[:, 0])))
    flat = np.column_stack([lon * np.cos(np.radians(ring[:, 1])), ring[:, 1]])
    flat = np.vstack([flat, flat[:1]])
    keep = np.zeros(len(flat), bool)
    far = int(np.argmax(np.hypot(*(flat - flat[0]).T)))
    keep[[0, far, -1]] = True
    todo = [(0, far), (far, len(flat) - 1)]
    while todo:
        first, last = todo.pop()
        if last - first < 2:
            continue
        chord, inner = flat[last] - flat[first], flat[first + 1 : last] - flat[first]
        along = np.clip(inner @ chord / max(chord @ chord, 1e-12), 0, 1)
        distance = np.hypot(*(inner - along[:, None] * chord).T)
        worst = int(np.argmax(distance))
        if distance[worst] > tolerance_deg:
            middle = first + 1 + worst
            keep[middle] = True
            todo += [(first, middle), (middle, last)]
    return ring[keep[:-1]]


def signed_area_deg2(ring):
    """Area of a small ring in square degrees, positive when it runs counter-clockwise."""
    lon = np.degrees(np.unwrap(np.radians(np.append(ring[:, 0], ring[0, 0]))))
    sin_lat = np.degrees(np.sin(np.radians(np.append(ring[:, 1], ring[0, 1]))))
    if abs(lon[-1] - lon[0]) > 180:  # around a pole: close it there
        pole = np.degrees(np.sign(ring[:, 1].mean()))
        lon, sin_lat = np.concatenate([lon, [lon[-1], lon[0]]]), np.concatenate([sin_lat, [pole, pole]])
    return float(0.5 * np.sum(lon * np.roll(sin_lat, -1) - np.roll(lon, -1) * sin_lat))


def outline(path, tolerance_deg, least_deg2):
    """Points and starts of one outline."""
    kept = []
    for ring in rings_of(path):
        area = signed_area_deg2(ring)
        if abs(area) < least_deg2:
            continue
        ring = thin(ring, tolerance_deg) if tolerance_deg else ring
        if len(ring) > 2:
            kept.append(np.round((ring if area > 0 else ring[::-1]) * UNIT).astype(np.int16))
    starts = np.cumsum([0] + [len(ring) for ring in kept[:-1]]).astype(np.int32)
    return np.vstack(kept), starts


def main(source, target):
    """Write the file."""
    points_110, starts_110 = outline(Path(source) / "land-110m.json", 0.0, 0.0)
    points_50, starts_50 = outline(Path(source) / "land-50m.json", 0.02, 0.01)
    np.savez_compressed(target, points_110=points_110, starts_110=starts_110, points_50=points_50, starts_50=starts_50)
    print(f"{target}: {len(points_110)} and {len(points_50)} points, {len(starts_110)} and {len(starts_50)} rings")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
