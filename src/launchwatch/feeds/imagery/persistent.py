"""Places that shine again and again: gas flares, fires, volcanoes, furnaces."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from launchwatch.core.arrays import FloatArray
from launchwatch.core.epochs import NS, EpochError, format_utc, parse_utc
from launchwatch.feeds.imagery.abi import ImageryError

CELL_DEG = 0.05
"""Side of a cell: two to three pixels of 2 km, so that a spot and its neighbours hold what one source scatters over."""
AGE_S = 600.0
"""A spot seen again after so long is no launch: a booster burns for minutes and leaves its cell in one."""

_SCHEMA = "launchwatch/persistent/1"
_AROUND = round(360.0 / CELL_DEG)
_POLE = round(90.0 / CELL_DEG)


class Cell(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One cell: its south-west corner, in how many scenes it shone, and when first and last (UTC)."""

    lat_deg: float
    lon_deg: float
    scenes: int
    first: str
    last: str


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    schema: str
    cell_deg: float
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class PersistentMap:
    """Where sources were seen: (scenes, first ns TAI, last ns TAI) by cell, south and east indices."""

    cells: dict[tuple[int, int], tuple[int, int, int]] = field(default_factory=dict)

    def holds(self, lat_deg: FloatArray, lon_deg: FloatArray, time_ns: int) -> NDArray[np.bool_]:
        """Whether places, or cells beside theirs, shone at least `AGE_S` before or after an epoch."""
        return np.array([self._shone(*cell, time_ns) for cell in _cells(lat_deg, lon_deg)], dtype=np.bool_)

    def seen(self, lat_deg: FloatArray, lon_deg: FloatArray, time_ns: int) -> PersistentMap:
        """The map with the spots of one more scene; a scene that it has already changes nothing."""
        cells = dict(self.cells)
        for key in sorted(set(_cells(lat_deg, lon_deg))):
            count, first, last = cells.get(key, (0, time_ns, time_ns))
            if count == 0 or not first <= time_ns <= last:
                cells[key] = (count + 1, min(first, time_ns), max(last, time_ns))
        return PersistentMap(cells)

    def _shone(self, south: int, east: int, time_ns: int) -> bool:
        for i in (south - 1, south, south + 1):
            for j in (east - 1, east, east + 1):
                _, first, last = self.cells.get((i, j % _AROUND), (0, time_ns, time_ns))
                if max(abs(time_ns - first), abs(time_ns - last)) >= AGE_S * NS:
                    return True
        return False


def load_map(path: Path) -> PersistentMap:
    """Read a map; ImageryError where the file holds none."""
    try:
        content = msgspec.json.decode(path.read_bytes(), type=_File)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ImageryError(f"{path}: is no map of persistent sources ({error}); name a new file") from None
    if content.schema != _SCHEMA or content.cell_deg != CELL_DEG:
        raise ImageryError(f"{path}: is {content.schema} with cells of {content.cell_deg} deg; name a new file")
    cells = {}
    for number, cell in enumerate(content.cells):
        try:
            first, last = parse_utc(cell.first), parse_utc(cell.last)
        except EpochError as error:
            raise ImageryError(f"{path}: cells[{number}]: {error}") from None
        key = (round(cell.lat_deg / CELL_DEG), round(cell.lon_deg / CELL_DEG) % _AROUND)
        if cell.scenes < 1 or first > last or not -_POLE <= key[0] < _POLE or key in cells:
            raise ImageryError(f"{path}: cells[{number}]: no cell, one twice, or times out of order; name a new file")
        cells[key] = (cell.scenes, first, last)
    return PersistentMap(cells)


def save_map(path: Path, persistent: PersistentMap) -> None:
    """Write a map, cells in order."""
    cells = tuple(
        Cell(
            lat_deg=round(south * CELL_DEG, 2),
            lon_deg=round((east if 2 * east < _AROUND else east - _AROUND) * CELL_DEG, 2),
            scenes=count,
            first=format_utc(first, 9),
            last=format_utc(last, 9),
        )
        for (south, east), (count, first, last) in sorted(persistent.cells.items())
    )
    path.write_bytes(msgspec.json.format(msgspec.json.encode(_File(_SCHEMA, CELL_DEG, cells)), indent=1) + b"\n")


def _cells(lat_deg: FloatArray, lon_deg: FloatArray) -> list[tuple[int, int]]:
    south = np.clip(np.floor(np.asarray(lat_deg) / CELL_DEG), -_POLE, _POLE - 1)
    east = np.mod(np.floor(np.asarray(lon_deg) / CELL_DEG), _AROUND)
    return [(int(i), int(j)) for i, j in zip(south, east, strict=True)]
