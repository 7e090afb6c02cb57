"""LaunchWatch's engine of BENCH-1."""

from __future__ import annotations

import numpy as np

from launchwatch.catalog.loader import load_catalog
from launchwatch.core.arrays import FloatArray
from launchwatch.sim.truth.flight import fly_ends

LAUNCH = (48.0, 110.0)
AZIMUTH_DEG, FINAL_PITCH_DEG = 15.0, 2.0
BOOSTER = load_catalog().blocks("boosters")["bench-1"]


def fly_lanes(lanes: FloatArray) -> FloatArray:
    """Impacts (n, 4), x y z ITRF m and time s, of lanes (n, 6).

    A lane holds the factors on thrust and specific impulse, the offsets of final pitch and azimuth in rad, and the
    factors on ballistic coefficient and drag.
    """
    plans = np.empty((len(lanes), 7))
    plans[:, 0] = AZIMUTH_DEG + np.degrees(lanes[:, 3])
    plans[:, 1] = FINAL_PITCH_DEG + np.degrees(lanes[:, 2])
    plans[:, 2] = 1.0
    plans[:, 3:] = lanes[:, [0, 1, 4, 5]]
    ends = fly_ends(BOOSTER, *LAUNCH, 0.0, plans)
    return np.column_stack([ends.position_m, ends.t_s])
