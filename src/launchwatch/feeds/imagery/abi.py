"""Reader of GOES-R ABI level 1b radiances (netCDF-4), one band of one scene to a file.

Format: GOES-R Product Definition and Users' Guide, volume 3 (level 1b products).
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from launchwatch.core.arrays import FloatArray, IntArray
from launchwatch.core.epochs import NS, EpochError, parse_utc
from launchwatch.core.geodesy import itrf_from_geodetic
from launchwatch.feeds.imagery.navigation import FixedGrid

BANDS_UM = {
    1: (0.45, 0.49), 2: (0.59, 0.69), 3: (0.846, 0.885), 4: (1.371, 1.386), 5: (1.58, 1.64), 6: (2.225, 2.275),
    7: (3.80, 4.00), 8: (5.77, 6.6), 9: (6.75, 7.15), 10: (7.24, 7.44), 11: (8.3, 8.7), 12: (9.42, 9.8),
    13: (10.1, 10.6), 14: (10.8, 11.6), 15: (11.8, 12.8), 16: (13.0, 13.6),
}  # fmt: skip
"""Limits of each band, um (Schmit et al., 2017)."""
THERMAL = range(7, 17)
"""Bands with a brightness temperature."""

_MOST_PIXELS = 5_424  # along a side: the full disk at 2 km
_USABLE = (0, 1, 2)  # good; usable under conditions; out of range, as a source that saturates its pixel is
# The library tells damage in many ways, by where it strikes.
_DAMAGE = (OSError, RuntimeError, LookupError, ValueError, TypeError, AttributeError, ArithmeticError, MemoryError)
_NAME = re.compile(r"OR_ABI-L1b-Rad(F|C|M1|M2)-M[0-9]+C([0-9]{2})_(G[0-9]{2})_s([0-9]{14})_.*", re.ASCII)


class ImageryError(ValueError):
    """A file that is not what it should be: one line that names it, what is wrong, and what to do."""


@dataclass(frozen=True)
class FileName:
    """What the name of a file says: kind of scene (F, C, M1, M2), band, satellite like G16, start as written there."""

    scene: str
    band: int
    platform: str
    start: str


def name_of(path: Path) -> FileName:
    """Take the name of a file apart; ImageryError where it is none of ABI L1b."""
    match = _NAME.fullmatch(path.name)
    if match is None:
        raise ImageryError(f"{path}: is not named like OR_ABI-L1b-RadC-M6C07_G16_s..._e..._c....nc; keep NOAA's names")
    return FileName(match[1], int(match[2]), match[3], match[4])


@dataclass(frozen=True)
class Planck:
    """Coefficients between radiance and brightness temperature of one band."""

    fk1: float
    fk2: float
    bc1: float
    bc2: float

    def sound(self) -> bool:
        """Whether they are near those of any of the thermal bands."""
        return 1e3 < self.fk1 < 1e6 and 5e2 < self.fk2 < 1e4 and abs(self.bc1) < 5.0 and 0.95 < self.bc2 < 1.05

    def temperature(self, radiance: Any) -> NDArray[Any]:
        """Brightness temperature, K, of radiances, mW m^-2 sr^-1 (cm^-1)^-1; not a number where these are not positive.

        Inverted Planck function with the band's correction (Product Definition and Users' Guide, volume 3).
        """
        with np.errstate(all="ignore"):
            value = (self.fk2 / np.log(self.fk1 / np.asarray(radiance) + 1.0) - self.bc1) / self.bc2
        return np.asarray(np.where(np.asarray(radiance) > 0.0, value, np.nan))

    def radiance(self, temperature_k: Any) -> NDArray[Any]:
        """Radiance, mW m^-2 sr^-1 (cm^-1)^-1, of brightness temperatures."""
        return np.asarray(self.fk1 / np.expm1(self.fk2 / (self.bc1 + self.bc2 * np.asarray(temperature_k))))


@dataclass(frozen=True)
class Band:
    """One band of one scene.

    Attributes
    ----------
    file : name, for messages.
    platform, scene, number : like G16, C (F full disk, C CONUS, M1 and M2 mesoscale), 7.
    grid : where the pixels look.
    satellite_m : (3,) nominal position of the satellite, ITRF m.
    start_ns, end_ns : first and last look of the scene, ns TAI.
    radiance : (rows, columns) float32, mW m^-2 sr^-1 (cm^-1)^-1 in bands 7 to 16, W m^-2 sr^-1 um^-1 in 1 to 6.
    valid : (rows, columns) whether a pixel holds a measurement.
    step : radiance of one count.
    planck : coefficients of a thermal band, or None.
    """

    file: str
    platform: str
    scene: str
    number: int
    grid: FixedGrid
    satellite_m: FloatArray
    start_ns: int
    end_ns: int
    radiance: NDArray[np.float32]
    valid: NDArray[np.bool_]
    step: float
    planck: Planck | None

    def row_times(self, row: FloatArray) -> IntArray:
        """Epochs, ns TAI, at which rows were looked at.

        The scan goes from north to south in swaths, other scenes between them, and the file does not say when each one
        began. Time is taken as even over the rows, which is good to about one swath: 30 s of a full disk, 26 s of
        CONUS, a few seconds of a mesoscale scene.
        """
        part = np.clip((np.asarray(row) + 0.5) / self.grid.rows, 0.0, 1.0)
        return np.asarray(self.start_ns + part * (self.end_ns - self.start_ns), dtype=np.int64) // 1000 * 1000


def read_band(path: Path) -> Band:
    """Read one file.

    Raises
    ------
    ImageryError
        A file that is truncated, of another kind, or whose contents contradict the format.
    OSError
        A file that cannot be opened.
    """
    with path.open("rb") as stream:
        head = stream.read(8)
    if head != b"\x89HDF\r\n\x1a\n":
        raise ImageryError(f"{path}: is no netCDF-4 file; give GOES-R ABI L1b files as NOAA publishes them")
    import h5py

    try:
        with np.errstate(all="raise"), h5py.File(path, "r") as file:
            return _band(file, path)
    except ImageryError:
        raise
    except _DAMAGE as error:
        why = " ".join(str(error).split())[:120]
        raise ImageryError(f"{path}: is damaged or truncated ({why}); fetch it again") from None


def _band(file: Any, path: Path) -> Band:
    title = _text(file.attrs.get("title"))
    if "Rad" not in file or not title.startswith("ABI L1b"):
        raise ImageryError(f"{path}: holds {title[:60] or 'no ABI product'!r}; detect reads ABI L1b Radiances")
    name = name_of(path)
    number = int(_number(file, "band_id", path))
    if number != name.band or number not in BANDS_UM:
        raise ImageryError(f"{path}: holds band {number}, not {name.band} as its name says; fetch it again")
    platform = _text(file.attrs.get("platform_ID"))
    if platform != name.platform:
        raise ImageryError(f"{path}: is of {platform[:8]!r}, not {name.platform} as its name says; fetch it again")
    radiance, valid, step = _pixels(file, path)
    grid = _grid(file, radiance.shape, path)
    names = [f"planck_{key}" for key in ("fk1", "fk2", "bc1", "bc2")]
    planck = Planck(*(_number(file, name, path) for name in names)) if number in THERMAL else None
    if planck is not None and not planck.sound():
        raise ImageryError(f"{path}: its Planck coefficients {planck} make no temperature; fetch it again")
    start, end = _span(file, path)
    lat = _number(file, "nominal_satellite_subpoint_lat", path)
    lon = _number(file, "nominal_satellite_subpoint_lon", path)
    height_km = _number(file, "nominal_satellite_height", path)
    if not (abs(lat) <= 10.0 and abs(lon) <= 180.0 and 35e3 < height_km < 37e3):
        raise ImageryError(f"{path}: satellite at {lat}, {lon}, {height_km} km; it is none of the GOES-R series")
    return Band(
        file=path.name,
        platform=platform,
        scene=name.scene,
        number=number,
        grid=grid,
        satellite_m=itrf_from_geodetic(lat, lon, 1e3 * height_km),
        start_ns=start,
        end_ns=end,
        radiance=radiance,
        valid=valid,
        step=step,
        planck=planck,
    )


def _pixels(file: Any, path: Path) -> tuple[NDArray[np.float32], NDArray[np.bool_], float]:
    packed, quality = file["Rad"], file["DQF"]
    if packed.ndim != 2 or not all(1 <= side <= _MOST_PIXELS for side in packed.shape):
        raise ImageryError(f"{path}: Rad has shape {packed.shape}; rows and columns are 1 to {_MOST_PIXELS}")
    if packed.dtype != np.int16 or quality.dtype not in (np.int8, np.uint8):
        raise ImageryError(f"{path}: Rad is {packed.dtype} and DQF {quality.dtype}; they are int16 and int8 in L1b")
    if quality.shape != packed.shape:
        raise ImageryError(f"{path}: DQF has shape {quality.shape}, Rad {packed.shape}; fetch the file again")
    # Written as signed, meant as unsigned (attribute _Unsigned).
    counts = packed[()].view(np.uint16)
    fill = int(np.asarray(packed.attrs["_FillValue"]).ravel()[0]) & 0xFFFF
    scale, offset = (_attribute(packed, name, path) for name in ("scale_factor", "add_offset"))
    if not 0.0 < scale < 1e3:
        raise ImageryError(f"{path}: scale_factor of Rad is {scale}; fetch the file again")
    flags = quality[()].view(np.uint8)
    valid = (counts != fill) & (flags <= _USABLE[-1])
    radiance = counts.astype(np.float32)
    radiance *= np.float32(scale)
    radiance += np.float32(offset)
    return radiance, valid, scale


def _grid(file: Any, shape: tuple[int, ...], path: Path) -> FixedGrid:
    projection = file["goes_imager_projection"]
    sweep = _text(projection.attrs.get("sweep_angle_axis"))
    if sweep != "x":
        raise ImageryError(f"{path}: sweep_angle_axis is {sweep!r}; that of ABI is x")
    starts, steps = [], []
    for axis, size in (("y", shape[0]), ("x", shape[1])):
        variable = file[axis]
        if variable.shape != (size,):
            raise ImageryError(f"{path}: {axis} has shape {variable.shape}, Rad {shape}; fetch the file again")
        ends = np.asarray(variable[[0, -1]] if size > 1 else variable[[0]], dtype=np.float64)
        if np.issubdtype(variable.dtype, np.integer):
            ends = ends * _attribute(variable, "scale_factor", path) + _attribute(variable, "add_offset", path)
        step = (ends[-1] - ends[0]) / (size - 1) if size > 1 else math.copysign(56e-6, 1.0 if axis == "x" else -1.0)
        if not (np.all(np.abs(ends) < 0.2) and 5e-6 < abs(step) < 2e-3):
            raise ImageryError(f"{path}: {axis} runs from {ends[0]} by {step} rad; no fixed grid does; fetch it again")
        starts.append(float(ends[0]))
        steps.append(float(step))
    lon, height, major, minor = (
        _attribute(projection, name, path)
        for name in ("longitude_of_projection_origin", "perspective_point_height", "semi_major_axis", "semi_minor_axis")
    )
    if not (abs(lon) <= 180.0 and 35e6 < height < 37e6 and 6.37e6 < major < 6.39e6 and 6.34e6 < minor <= major):
        raise ImageryError(f"{path}: projection from {lon} deg, {height} m over {major}, {minor} m; fetch it again")
    return FixedGrid(starts[1], starts[0], steps[1], steps[0], shape[0], shape[1], lon, height, major, minor)


def _span(file: Any, path: Path) -> tuple[int, int]:
    try:
        start, end = (parse_utc(_text(file.attrs.get(f"time_coverage_{which}"))) for which in ("start", "end"))
    except EpochError as error:
        raise ImageryError(f"{path}: time_coverage: {error}") from None
    if not 0 <= end - start <= 3600 * NS:
        raise ImageryError(f"{path}: the scene takes {(end - start) / NS:.0f} s; one takes minutes; fetch it again")
    return start, end


def _number(file: Any, name: str, path: Path) -> float:
    value = np.asarray(file[name][()], dtype=np.float64).ravel()
    if value.shape != (1,) or not math.isfinite(value[0]):
        raise ImageryError(f"{path}: {name} is {value.tolist()}; it is one number; fetch the file again")
    return float(value[0])


def _attribute(variable: Any, name: str, path: Path) -> float:
    value = np.asarray(variable.attrs[name], dtype=np.float64).ravel()
    if value.shape != (1,) or not math.isfinite(value[0]):
        raise ImageryError(f"{path}: attribute {name} is {value.tolist()}; it is one number; fetch the file again")
    return float(value[0])


def _text(value: Any) -> str:
    if isinstance(value, bytes):
        return value.decode("ascii", "replace")
    return value if isinstance(value, str) else ""
