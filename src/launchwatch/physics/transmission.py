"""Transmission of clear air from a source to space, by band, height and slant.

Our own runs of LOWTRAN7 (US Standard 1976, clear, no aerosol, 20 cm^-1, weighted by a black body of 1800 K). A note on
hot lines: those of a gas plume coincide with the absorption lines of cold water vapour and carbon dioxide, so the true
transmission of a gas plume is lower than the table low in the air, and higher where hot lines leak past the edges of
the cold band. The plume of a solid, mostly a continuum, is closer to the table. Sunlight that comes back from a cloud
has passed the same lines before: its transmission both ways is above the product of the two (by a quarter in
2.65-2.95 um at 10 km, by 6 % at 15 km, from the spectra of the same runs).
"""

from __future__ import annotations

from functools import cache
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from launchwatch.core.arrays import FloatArray
from launchwatch.core.geodesy import A

Atmosphere = Literal[
    "us-standard", "tropical", "midlatitude-summer", "midlatitude-winter", "subarctic-summer", "subarctic-winter"
]
"""Model atmospheres of the Air Force Geophysics Laboratory (Anderson et al., AFGL-TR-86-0110, 1986)."""

HEIGHTS_KM = np.array([0.0, 1.0, 2.0, 3.0, 5.0, 7.0, 9.0, 10.0, 12.0, 15.0, 20.0, 25.0, 30.0, 40.0, 50.0])
"""(15,) source heights of the tables, km."""

ZENITHS_DEG = np.array([0.0, 60.0, 75.0])
"""(3,) zenith angles of the tables, degrees, at the source.

The column of 75 degrees follows the growth of optical depth with air mass from 60 to 75 degrees of the coarser run; in
2.10-2.30 um, which that run leaves out, the power 0.6.
"""

TRANSMISSION = {
    (2.10, 2.30): np.array([
        [0.9237, 0.8828, 0.8320],  # 0 km
        [0.9407, 0.9094, 0.8693],  # 1 km
        [0.9540, 0.9300, 0.8985],  # 2 km
        [0.9640, 0.9456, 0.9208],  # 3 km
        [0.9773, 0.9658, 0.9500],  # 5 km
        [0.9851, 0.9775, 0.9670],  # 7 km
        [0.9900, 0.9850, 0.9779],  # 9 km
        [0.9917, 0.9875, 0.9816],  # 10 km
        [0.9942, 0.9913, 0.9872],  # 12 km
        [0.9966, 0.9949, 0.9925],  # 15 km
        [0.9986, 0.9979, 0.9969],  # 20 km
        [0.9994, 0.9992, 0.9988],  # 25 km
        [0.9998, 0.9996, 0.9994],  # 30 km
        [1.0000, 0.9999, 0.9999],  # 40 km
        [1.0000, 1.0000, 1.0000],  # 50 km
    ]),
    (2.65, 2.80): np.array([
        [0.0000, 0.0000, 0.0000],  # 0 km
        [0.0000, 0.0000, 0.0000],  # 1 km
        [0.0000, 0.0000, 0.0000],  # 2 km
        [0.0001, 0.0000, 0.0000],  # 3 km
        [0.0098, 0.0012, 0.0001],  # 5 km
        [0.0904, 0.0334, 0.0094],  # 7 km
        [0.2755, 0.1663, 0.0902],  # 9 km
        [0.3641, 0.2437, 0.1542],  # 10 km
        [0.5038, 0.3774, 0.2675],  # 12 km
        [0.6540, 0.5381, 0.4205],  # 15 km
        [0.8197, 0.7429, 0.6503],  # 20 km
        [0.9108, 0.8684, 0.8134],  # 25 km
        [0.9564, 0.9346, 0.9048],  # 30 km
        [0.9889, 0.9831, 0.9750],  # 40 km
        [0.9972, 0.9957, 0.9936],  # 50 km
    ]),
    (2.65, 2.95): np.array([
        [0.0361, 0.0138, 0.0035],  # 0 km
        [0.0627, 0.0305, 0.0109],  # 1 km
        [0.0988, 0.0576, 0.0270],  # 2 km
        [0.1429, 0.0947, 0.0539],  # 3 km
        [0.2438, 0.1872, 0.1369],  # 5 km
        [0.3713, 0.2974, 0.2305],  # 7 km
        [0.5314, 0.4429, 0.3660],  # 9 km
        [0.5964, 0.5071, 0.4290],  # 10 km
        [0.6924, 0.6068, 0.5263],  # 12 km
        [0.7893, 0.7156, 0.6376],  # 15 km
        [0.8917, 0.8448, 0.7875],  # 20 km
        [0.9468, 0.9213, 0.8884],  # 25 km
        [0.9741, 0.9610, 0.9432],  # 30 km
        [0.9934, 0.9900, 0.9852],  # 40 km
        [0.9983, 0.9974, 0.9961],  # 50 km
    ]),
    (2.80, 2.95): np.array([
        [0.0795, 0.0303, 0.0077],  # 0 km
        [0.1381, 0.0673, 0.0239],  # 1 km
        [0.2176, 0.1269, 0.0587],  # 2 km
        [0.3145, 0.2084, 0.1178],  # 3 km
        [0.5249, 0.4107, 0.3022],  # 5 km
        [0.7089, 0.6147, 0.5123],  # 7 km
        [0.8389, 0.7754, 0.6995],  # 9 km
        [0.8757, 0.8237, 0.7592],  # 10 km
        [0.9191, 0.8825, 0.8357],  # 12 km
        [0.9519, 0.9288, 0.8978],  # 15 km
        [0.9782, 0.9673, 0.9522],  # 20 km
        [0.9900, 0.9848, 0.9776],  # 25 km
        [0.9953, 0.9928, 0.9893],  # 30 km
        [0.9988, 0.9982, 0.9973],  # 40 km
        [0.9997, 0.9995, 0.9993],  # 50 km
    ]),
    (3.40, 4.10): np.array([
        [0.7928, 0.6932, 0.5647],  # 0 km
        [0.8350, 0.7530, 0.6428],  # 1 km
        [0.8698, 0.8034, 0.7113],  # 2 km
        [0.8975, 0.8441, 0.7683],  # 3 km
        [0.9356, 0.9010, 0.8506],  # 5 km
        [0.9587, 0.9360, 0.9025],  # 7 km
        [0.9731, 0.9582, 0.9360],  # 9 km
        [0.9780, 0.9657, 0.9474],  # 10 km
        [0.9849, 0.9765, 0.9640],  # 12 km
        [0.9912, 0.9863, 0.9791],  # 15 km
        [0.9964, 0.9944, 0.9915],  # 20 km
        [0.9985, 0.9977, 0.9965],  # 25 km
        [0.9994, 0.9990, 0.9985],  # 30 km
        [0.9999, 0.9998, 0.9997],  # 40 km
        [1.0000, 1.0000, 1.0000],  # 50 km
    ]),
    (3.80, 4.00): np.array([
        [0.8462, 0.7559, 0.6272],  # 0 km
        [0.8772, 0.8036, 0.6954],  # 1 km
        [0.9023, 0.8429, 0.7536],  # 2 km
        [0.9223, 0.8744, 0.8014],  # 3 km
        [0.9501, 0.9189, 0.8706],  # 5 km
        [0.9677, 0.9473, 0.9155],  # 7 km
        [0.9791, 0.9658, 0.9451],  # 9 km
        [0.9831, 0.9724, 0.9557],  # 10 km
        [0.9889, 0.9820, 0.9713],  # 12 km
        [0.9940, 0.9904, 0.9848],  # 15 km
        [0.9979, 0.9967, 0.9949],  # 20 km
        [0.9992, 0.9988, 0.9982],  # 25 km
        [0.9997, 0.9995, 0.9992],  # 30 km
        [1.0000, 0.9999, 0.9999],  # 40 km
        [1.0000, 1.0000, 1.0000],  # 50 km
    ]),
    (4.17, 4.50): np.array([
        [0.0172, 0.0058, 0.0009],  # 0 km
        [0.0238, 0.0087, 0.0016],  # 1 km
        [0.0322, 0.0127, 0.0026],  # 2 km
        [0.0428, 0.0181, 0.0043],  # 3 km
        [0.0713, 0.0346, 0.0103],  # 5 km
        [0.1100, 0.0610, 0.0244],  # 7 km
        [0.1576, 0.0984, 0.0493],  # 9 km
        [0.1838, 0.1209, 0.0665],  # 10 km
        [0.2380, 0.1707, 0.1074],  # 12 km
        [0.3204, 0.2513, 0.1824],  # 15 km
        [0.4563, 0.3861, 0.3126],  # 20 km
        [0.6026, 0.5218, 0.4382],  # 25 km
        [0.7476, 0.6691, 0.5891],  # 30 km
        [0.9199, 0.8838, 0.8379],  # 40 km
        [0.9781, 0.9671, 0.9525],  # 50 km
    ]),
    (4.25, 4.35): np.array([
        [0.0000, 0.0000, 0.0000],  # 0 km
        [0.0000, 0.0000, 0.0000],  # 1 km
        [0.0000, 0.0000, 0.0000],  # 2 km
        [0.0000, 0.0000, 0.0000],  # 3 km
        [0.0000, 0.0000, 0.0000],  # 5 km
        [0.0001, 0.0000, 0.0000],  # 7 km
        [0.0006, 0.0000, 0.0000],  # 9 km
        [0.0013, 0.0001, 0.0000],  # 10 km
        [0.0054, 0.0008, 0.0000],  # 12 km
        [0.0238, 0.0069, 0.0012],  # 15 km
        [0.1160, 0.0560, 0.0235],  # 20 km
        [0.3117, 0.1937, 0.1096],  # 25 km
        [0.5516, 0.4184, 0.2966],  # 30 km
        [0.8558, 0.7910, 0.7103],  # 40 km
        [0.9604, 0.9406, 0.9139],  # 50 km
    ]),
    (4.40, 4.55): np.array([
        [0.0535, 0.0122, 0.0014],  # 0 km
        [0.0778, 0.0215, 0.0034],  # 1 km
        [0.1086, 0.0355, 0.0071],  # 2 km
        [0.1458, 0.0553, 0.0139],  # 3 km
        [0.2384, 0.1150, 0.0415],  # 5 km
        [0.3499, 0.2036, 0.0953],  # 7 km
        [0.4699, 0.3168, 0.1818],  # 9 km
        [0.5290, 0.3788, 0.2362],  # 10 km
        [0.6374, 0.5027, 0.3589],  # 12 km
        [0.7658, 0.6650, 0.5435],  # 15 km
        [0.8947, 0.8435, 0.7752],  # 20 km
        [0.9528, 0.9288, 0.8955],  # 25 km
        [0.9785, 0.9674, 0.9517],  # 30 km
        [0.9950, 0.9924, 0.9887],  # 40 km
        [0.9988, 0.9981, 0.9972],  # 50 km
    ]),
}  # fmt: skip
"""(15, 3) transmission from the source to space by band (um): rows heights, columns zenith angles."""

DEPTH_HEIGHTS_KM = np.array([0.0, 5.0, 10.0, 15.0, 20.0, 30.0, 40.0, 60.0])
"""(8,) heights of `DEPTH_RATIOS`, km."""

DEPTH_RATIOS: dict[str, dict[tuple[float, float], tuple[float, ...]]] = {
    "tropical": {
        (2.65, 2.80): (1.00, 1.45, 1.19, 1.00, 1.00, 1.05, 1.08, 1.11),
        (2.65, 2.95): (1.60, 1.22, 1.16, 1.00, 1.00, 1.05, 1.08, 1.11),
        (2.80, 2.95): (1.77, 1.45, 1.24, 1.01, 0.99, 1.04, 1.08, 1.12),
        (3.40, 4.10): (1.56, 1.22, 1.12, 1.07, 1.02, 1.05, 1.06, 1.12),
        (3.80, 4.00): (1.45, 1.15, 1.12, 1.10, 1.02, 1.03, 1.07, 1.10),
        (4.17, 4.50): (1.04, 1.05, 1.05, 1.01, 1.01, 1.04, 1.07, 1.10),
        (4.25, 4.35): (1.00, 1.02, 1.07, 1.02, 1.01, 1.04, 1.07, 1.10),
        (4.40, 4.55): (1.07, 1.06, 1.09, 1.05, 1.01, 1.05, 1.07, 1.10),
    },
    "midlatitude-summer": {
        (2.65, 2.80): (1.00, 1.28, 1.23, 1.07, 1.09, 1.15, 1.20, 1.27),
        (2.65, 2.95): (1.36, 1.14, 1.19, 1.06, 1.09, 1.15, 1.20, 1.27),
        (2.80, 2.95): (1.46, 1.27, 1.29, 1.05, 1.07, 1.14, 1.20, 1.26),
        (3.40, 4.10): (1.33, 1.12, 1.07, 1.00, 0.96, 0.96, 1.05, 1.26),
        (3.80, 4.00): (1.26, 1.08, 1.06, 0.99, 0.90, 0.91, 1.06, 1.30),
        (4.17, 4.50): (1.03, 1.03, 1.04, 1.04, 1.05, 1.12, 1.18, 1.26),
        (4.25, 4.35): (1.00, 1.02, 1.07, 1.06, 1.07, 1.13, 1.19, 1.26),
        (4.40, 4.55): (1.04, 1.03, 1.05, 1.02, 1.00, 1.08, 1.18, 1.26),
    },
    "midlatitude-winter": {
        (2.65, 2.80): (1.00, 0.76, 0.89, 0.97, 0.95, 0.89, 0.85, 0.89),
        (2.65, 2.95): (0.83, 0.87, 0.90, 0.97, 0.95, 0.89, 0.85, 0.89),
        (2.80, 2.95): (0.79, 0.76, 0.85, 0.96, 0.94, 0.88, 0.85, 0.89),
        (3.40, 4.10): (0.85, 0.89, 0.91, 0.90, 0.87, 0.79, 0.78, 0.84),
        (3.80, 4.00): (0.89, 0.92, 0.91, 0.88, 0.80, 0.75, 0.79, 0.70),
        (4.17, 4.50): (0.98, 0.98, 0.98, 0.98, 0.97, 0.91, 0.86, 0.89),
        (4.25, 4.35): (1.00, 0.97, 0.98, 0.98, 0.96, 0.90, 0.86, 0.89),
        (4.40, 4.55): (0.98, 0.97, 0.94, 0.92, 0.88, 0.85, 0.85, 0.90),
    },
    "subarctic-summer": {
        (2.65, 2.80): (1.00, 1.15, 0.96, 1.08, 1.11, 1.18, 1.24, 1.33),
        (2.65, 2.95): (1.16, 1.07, 0.96, 1.07, 1.11, 1.17, 1.24, 1.33),
        (2.80, 2.95): (1.20, 1.14, 0.92, 1.06, 1.10, 1.17, 1.24, 1.32),
        (3.40, 4.10): (1.14, 1.04, 0.94, 0.94, 0.92, 0.96, 1.03, 1.30),
        (3.80, 4.00): (1.10, 0.99, 0.92, 0.92, 0.88, 0.91, 1.05, 1.40),
        (4.17, 4.50): (0.99, 0.99, 1.01, 1.03, 1.05, 1.14, 1.23, 1.33),
        (4.25, 4.35): (1.00, 1.02, 1.04, 1.05, 1.07, 1.16, 1.23, 1.33),
        (4.40, 4.55): (0.98, 0.96, 0.96, 0.99, 1.00, 1.09, 1.21, 1.32),
    },
    "subarctic-winter": {
        (2.65, 2.80): (1.00, 0.58, 0.83, 0.91, 0.88, 0.80, 0.72, 0.77),
        (2.65, 2.95): (0.67, 0.75, 0.85, 0.91, 0.88, 0.80, 0.72, 0.77),
        (2.80, 2.95): (0.57, 0.59, 0.78, 0.90, 0.87, 0.79, 0.72, 0.76),
        (3.40, 4.10): (0.70, 0.80, 0.84, 0.83, 0.78, 0.74, 0.70, 0.72),
        (3.80, 4.00): (0.79, 0.85, 0.84, 0.80, 0.73, 0.69, 0.69, 0.50),
        (4.17, 4.50): (0.96, 0.94, 0.94, 0.94, 0.93, 0.83, 0.74, 0.76),
        (4.25, 4.35): (1.00, 0.92, 0.92, 0.93, 0.91, 0.81, 0.73, 0.76),
        (4.40, 4.55): (0.96, 0.92, 0.88, 0.85, 0.81, 0.76, 0.72, 0.77),
    },
}  # fmt: skip
"""Vertical optical depth of the other atmospheres over that of US Standard, by band and height.

At 60 degrees it is the same within 0.1 at the ground and 0.02 from 5 km on. In 2.10-2.30 um no other was run.
"""

_OPAQUE, _CLEAR = 1.0e-5, 1.0 - 2.5e-5  # what 0 and 1 of the tables stand for: they carry four decimals


def air_mass(zenith_deg: ArrayLike) -> FloatArray:
    """Path through the air over the vertical one; 38 at the horizon (Kasten and Young, 1989). Zenith angle 0 to 90."""
    z = np.asarray(zenith_deg, dtype=np.float64)
    return np.asarray(1.0 / (np.cos(np.radians(z)) + 0.50572 * (96.07995 - z) ** -1.6364))


def transmission(
    band_um: tuple[float, float],
    height_m: ArrayLike,
    zenith_deg: ArrayLike,
    atmosphere: Atmosphere = "us-standard",
) -> FloatArray:
    """Transmission of clear air in a band from a source to space.

    The logarithm of optical depth is interpolated linearly in height and in the logarithm of air mass, and goes on with
    its last slopes above 50 km and beyond 75 degrees. Beyond 90 degrees the path dips to its lowest point and rises
    again: twice the level path from there, less the part behind the source.

    Parameters
    ----------
    band_um : tuple of float
        One of the bands of `TRANSMISSION`, um.
    height_m : array_like
        Height of the source above the ellipsoid, m; below 0 counts as 0.
    zenith_deg : array_like
        Angle at the source between the vertical and the direction to the sensor, degrees.
    atmosphere : str
        One of `Atmosphere`; others than US Standard scale its optical depth by `DEPTH_RATIOS`.

    Returns
    -------
    FloatArray
        In [0, 1], broadcast shape; 0 where the path dips below the ground.

    Raises
    ------
    ValueError
        A band that is not tabulated, for the atmosphere.
    """
    band = float(band_um[0]), float(band_um[1])
    if band not in TRANSMISSION:
        known = ", ".join(f"{lo:.2f}-{hi:.2f}" for lo, hi in TRANSMISSION)
        raise ValueError(f"band_um {list(band_um)}: no transmission is tabulated for it; choose one of {known} um")
    ratios = None
    if atmosphere != "us-standard":
        ratios = DEPTH_RATIOS[atmosphere].get(band)
        if ratios is None:
            raise ValueError(f"band_um {list(band_um)}: tabulated for us-standard only, not for {atmosphere}")
    height, zenith = np.broadcast_arrays(np.maximum(height_m, 0.0), np.asarray(zenith_deg, dtype=np.float64))
    depth = _depth(band, height, np.minimum(zenith, 180.0 - zenith), ratios)
    dips = zenith > 90.0
    if np.any(dips):
        lowest = (A + height[dips]) * np.sin(np.radians(zenith[dips])) - A
        level = _depth(band, np.maximum(lowest, 0.0), np.full(lowest.shape, 90.0), ratios)
        depth[dips] = np.where(lowest < 0.0, np.inf, np.maximum(2.0 * level - depth[dips], 0.0))
    return np.asarray(np.exp(-depth))


@cache
def _log_depth(band: tuple[float, float]) -> FloatArray:
    """(3, 15) logarithm of optical depth: rows zenith angles, columns heights."""
    return np.ascontiguousarray(np.log(-np.log(np.clip(TRANSMISSION[band], _OPAQUE, _CLEAR))).T)


def _depth(
    band: tuple[float, float], height_m: FloatArray, zenith_deg: FloatArray, ratios: tuple[float, ...] | None
) -> FloatArray:
    """Optical depth to space of a path that only rises."""
    log_depth = _log_depth(band)
    km = height_m * 1e-3
    i = np.clip(np.searchsorted(HEIGHTS_KM, km, side="right") - 1, 0, len(HEIGHTS_KM) - 2)
    part = (km - HEIGHTS_KM[i]) / (HEIGHTS_KM[i + 1] - HEIGHTS_KM[i])
    at = log_depth[:, i] * (1.0 - part) + log_depth[:, i + 1] * part
    mass, knots = np.log(air_mass(zenith_deg)), np.log(air_mass(ZENITHS_DEG))
    steep = mass < knots[1]
    low, high = np.where(steep, at[0], at[1]), np.where(steep, at[1], at[2])
    from_mass, to_mass = np.where(steep, knots[0], knots[1]), np.where(steep, knots[1], knots[2])
    depth = np.exp(low + (high - low) * (mass - from_mass) / (to_mass - from_mass))
    return np.asarray(depth if ratios is None else depth * np.interp(km, DEPTH_HEIGHTS_KM, ratios))
