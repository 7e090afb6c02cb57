"""Lightning: optical pulses at 777.4 nm from the Geostationary Lightning Mapper (GLM L2 LCFA, netCDF-4)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from launchwatch.core.arrays import FloatArray, IntArray
from launchwatch.core.epochs import EpochError, parse_utc
from launchwatch.feeds.tables import FeedError

if TYPE_CHECKING:
    import h5py

MOST_GROUPS = 2**24
"""A file that claims more groups is refused; one of 20 s has some thousands."""

_UNITS = re.compile(r"(seconds|milliseconds) since (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{1,6})?)", re.ASCII)
_STEP_NS = {"seconds": 1e9, "milliseconds": 1e6}
_GOOD = 0  # group_quality_flag


@dataclass(frozen=True)
class Pulses:
    """Groups of one file: the light of one pulse in neighbouring pixels within one frame of 2 ms.

    Attributes
    ----------
    time_ns : (n,) ns TAI.
    lat_deg, lon_deg : (n,) on the product's ellipsoid of cloud tops, degrees.
    energy_j : (n,) at the aperture of the mapper, J.
    flash : (n,) number of the flash that each belongs to, counts from 0 within the file.
    satellite_lon_deg, satellite_height_m : nominal place of the mapper above the equator.
    rejected : groups left out because the product marks them as doubtful.
    """

    time_ns: IntArray
    lat_deg: FloatArray
    lon_deg: FloatArray
    energy_j: FloatArray
    flash: IntArray
    satellite_lon_deg: float
    satellite_height_m: float
    rejected: int


def read_lightning(path: Path) -> Pulses:
    """Read one file of the lightning mapper.

    Parameters
    ----------
    path : netCDF-4 file of 20 s.

    Returns
    -------
    Pulses
        None at all where the mapper saw none.

    Raises
    ------
    FeedError
        One line that names file and variable, what is wrong there and what to give.
    OSError
        The file cannot be opened.
    """
    import h5py  # slow to import, and no run without lightning needs it

    with path.open("rb") as opened:
        if opened.read(8) != b"\x89HDF\r\n\x1a\n":
            raise FeedError(f"{path.name}: is no netCDF-4 file; give a GLM L2 LCFA file (*.nc)")
    try:
        with h5py.File(path, "r") as file:
            return _read(path.name, file)
    except FeedError:
        raise
    except (OSError, KeyError, RuntimeError, TypeError, ValueError, OverflowError) as error:
        raise FeedError(f"{path.name}: {error}; the file is damaged or cut short") from None


def _read(name: str, file: h5py.File) -> Pulses:
    origin_ns, step_ns = _time_scale(name, file)
    offset = _values(name, file, "group_time_offset")
    lat, lon = _values(name, file, "group_lat"), _values(name, file, "group_lon")
    energy = _values(name, file, "group_energy")
    flag = _values(name, file, "group_quality_flag")
    parent = _values(name, file, "group_parent_flash_id")
    others = {"lat": lat, "lon": lon, "energy": energy, "quality_flag": flag, "parent_flash_id": parent}
    for variable, values in others.items():
        if len(values) != len(offset):
            raise FeedError(f"{name}: group_{variable} has {len(values)} values, group_time_offset {len(offset)}")
    good = flag == _GOOD
    for variable, values, low, high in (
        ("group_time_offset", offset, -1e6, 1e6),
        ("group_lat", lat, -90.0, 90.0),
        ("group_lon", lon, -180.0, 180.0),
        ("group_energy", energy, 0.0, 1e-6),
    ):
        bad = np.flatnonzero(good & ~((values >= low) & (values <= high)))
        if len(bad):
            raise FeedError(f"{name}: {variable}[{bad[0]}] is {values[bad[0]]:g}; it lies between {low:g} and {high:g}")
    _, flash = np.unique(parent[good], return_inverse=True)
    return Pulses(
        time_ns=origin_ns + np.rint(offset[good] * step_ns).astype(np.int64),
        lat_deg=lat[good],
        lon_deg=lon[good],
        energy_j=energy[good],
        flash=flash.astype(np.int64),
        satellite_lon_deg=_scalar(name, file, "nominal_satellite_subpoint_lon", -180.0, 180.0),
        satellite_height_m=_scalar(name, file, "nominal_satellite_height", 3e4, 5e4) * 1e3,
        rejected=int((~good).sum()),
    )


def _time_scale(name: str, file: h5py.File) -> tuple[int, float]:
    """Epoch that times are counted from, ns TAI, and the step of the count, ns."""
    units = _variable(name, file, "group_time_offset").attrs.get("units", b"")
    text = units.decode("ascii", "replace") if isinstance(units, bytes) else str(units)
    found = _UNITS.fullmatch(text.strip())
    if found is None:
        raise FeedError(f"{name}: group_time_offset: its units are {text[:60]!r}; they read 'seconds since <date>'")
    try:
        return parse_utc(f"{found[2]}Z"), _STEP_NS[found[1]]
    except EpochError as error:
        raise FeedError(f"{name}: group_time_offset: {error}") from None


def _variable(name: str, file: h5py.File, variable: str) -> h5py.Dataset:
    import h5py

    found = file.get(variable)
    if not isinstance(found, h5py.Dataset):
        raise FeedError(f"{name}: {variable} is not there; give a GLM L2 LCFA file")
    if found.dtype.kind not in "iuf" or found.size is None or found.size > MOST_GROUPS:
        raise FeedError(f"{name}: {variable} is no array of at most {MOST_GROUPS} numbers; give a GLM L2 LCFA file")
    return found


def _values(name: str, file: h5py.File, variable: str) -> FloatArray:
    """A packed variable (n,) as numbers: what is marked unsigned is, then scale and offset."""
    data = _variable(name, file, variable)
    if data.ndim != 1:
        raise FeedError(f"{name}: {variable} has {data.ndim} dimensions; give a GLM L2 LCFA file")
    raw = data[()]
    if "_Unsigned" in data.attrs and raw.dtype.kind == "i":
        raw = raw.view(f"u{raw.dtype.itemsize}")
    return np.asarray(raw, np.float64) * _attribute(data, "scale_factor", 1.0) + _attribute(data, "add_offset", 0.0)


def _attribute(data: h5py.Dataset, key: str, missing: float) -> float:
    value: Any = data.attrs.get(key, missing)
    return float(np.asarray(value, np.float64).reshape(-1)[0])


def _scalar(name: str, file: h5py.File, variable: str, low: float, high: float) -> float:
    values = np.asarray(_variable(name, file, variable)[()], np.float64).reshape(-1)
    if len(values) != 1 or not low <= values[0] <= high:
        raise FeedError(f"{name}: {variable} is {values[:3].tolist()}; it is one number from {low:g} to {high:g}")
    return float(values[0])
