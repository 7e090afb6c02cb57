"""Write the land mask of the catalogue from Natural Earth's 110 m countries (public domain).

Say `python tools/make_land_mask.py ne_110m_admin_0_countries.geojson`.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
from matplotlib.path import Path as Outline

TARGET = Path(__file__).resolve().parents[1] / "src/launchwatch/catalog/data/land_1deg.txt"
HEAD = """\
# Land mask, one degree: a cell is land where its centre is. 180 rows from latitude 89.5 S north, each 360 cells from
# longitude 179.5 W east, four to a hexadecimal digit. Source: Natural Earth, 110 m countries (public domain).
"""


def main(source: str) -> None:
    """Rasterise the rings of all countries."""
    lon, lat = np.meshgrid(np.arange(-179.5, 180.0), np.arange(-89.5, 90.0))
    centres = np.column_stack([lon.ravel(), lat.ravel()])
    land = np.zeros(len(centres), bool)
    for feature in json.loads(Path(source).read_text())["features"]:
        geometry = feature["geometry"]
        polygons = [geometry["coordinates"]] if geometry["type"] == "Polygon" else geometry["coordinates"]
        for rings in polygons:
            inside = Outline(np.array(rings[0])).contains_points(centres)
            for hole in rings[1:]:
                inside &= ~Outline(np.array(hole)).contains_points(centres)
            land |= inside
    rows = np.packbits(land.reshape(180, 360), axis=1)
    TARGET.write_text(HEAD + "\n".join(row.tobytes().hex() for row in rows) + "\n")


if __name__ == "__main__":
    main(sys.argv[1])
