"""Weather over the launch: cloud for the infrared, air and ionosphere for radar."""

from __future__ import annotations

import math
from dataclasses import dataclass

from launchwatch.physics.refraction import MEAN_REFRACTIVITY

MEAN_ELECTRON_CONTENT_M2 = 3.0e17
"""Vertical electron content that radars correct their ranges for, electrons / m^2 (30 TECU; 5 to 100 occur)."""
MEAN_SUNSPOTS = 80.0
"""Smoothed number of sunspots halfway through a cycle (0 to 200 occur)."""


@dataclass(frozen=True)
class Scene:
    """The state of sky and air, the same everywhere.

    Attributes
    ----------
    cloud_top_m : height of a closed deck of cloud; infrared sees nothing below it, nor through it. 0: clear.
    electron_content_m2 : true vertical electron content of the ionosphere, electrons / m^2.
    surface_refractivity : of the air, (n - 1) 1e6; 250 in cold and dry air to 400 in the tropics.
    auroral_activity : planetary index Kp, 0 (no aurora that echoes) to 9.
    sunspots : smoothed number.
    """

    cloud_top_m: float
    electron_content_m2: float = MEAN_ELECTRON_CONTENT_M2
    surface_refractivity: float = MEAN_REFRACTIVITY
    auroral_activity: float = 0.0
    sunspots: float = MEAN_SUNSPOTS

    def __post_init__(self) -> None:
        for name in ("cloud_top_m", "electron_content_m2", "surface_refractivity", "auroral_activity", "sunspots"):
            value = getattr(self, name)
            if not (math.isfinite(value) and value >= 0.0):
                raise ValueError(f"{name} is {value}; it must be a number not below 0")
