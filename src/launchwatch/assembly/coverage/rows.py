"""Cells of the Earth as rows of figures, and what they come to by launch area and over the whole Earth."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from launchwatch.assembly.coverage.watch import KINDS, Cells, Seen
from launchwatch.catalog.catalogue import Catalog
from launchwatch.core.arrays import FloatArray

CELL_DEG = 5.0
"""Cells are no finer than this: a safeguard of the design."""

_AREAS = ("launch-area", "test-range", "space-centre")
_FRACTIONS = ("infrared", "radar", "over_the_horizon", "dual", "any", "track")
_Read: TypeAlias = Callable[[int, int], Any]
"""A column: the value of a cell by its rows of latitude and longitude."""


def even_cells(azimuths: int, cloud_top_m: float) -> Cells:
    """The whole Earth, with so many azimuths all around."""
    half = 0.5 * CELL_DEG
    return Cells(
        np.arange(-90.0 + half, 90.0, CELL_DEG),
        np.arange(-180.0 + half, 180.0, CELL_DEG),
        np.arange(azimuths) * 360.0 / azimuths,
        cloud_top_m,
    )


def cell_rows(cells: Cells, seen: Mapping[str, Seen]) -> list[dict[str, Any]]:
    """One row for each cell, from the south-west to the north-east, from what each kind sees."""
    by_kind = {kind: one.count > 0 for kind, one in seen.items()}
    infrared, radar, sky_wave = (by_kind[kind] for kind in KINDS)
    track_s = np.minimum(seen["infrared"].track_s, np.minimum(seen["radar"].track_s, seen["over-the-horizon"].track_s))
    fractions = {
        "infrared_fraction": infrared,
        "radar_fraction": radar,
        "over_the_horizon_fraction": sky_wave,
        "dual_fraction": infrared & radar,
        "any_fraction": infrared | radar | sky_wave,
        "track_fraction": np.isfinite(track_s),
    }
    columns: dict[str, _Read] = {name: _reader(_mean(part), 4) for name, part in fractions.items()}
    for kind, one in seen.items():
        columns[f"{_key(kind)}_count"] = _group(
            {
                "mean": _reader(_mean(one.count), 2),
                "least": _reader(one.count.min(axis=(2, 3))),
                "most": _reader(one.count.max(axis=(2, 3))),
            }
        )
    columns["first_look_s"] = _group({_key(kind): _reader(_median(one.first_s), 1) for kind, one in seen.items()})
    columns["track_s"] = _reader(_median(track_s), 1)
    columns["visible_from_km"] = _group(
        {_key(kind): _reader(_median(one.height_m) * 1e-3, 1) for kind, one in seen.items()}
    )
    return [
        {"lat_deg": float(lat), "lon_deg": float(lon)} | {name: read(i, j) for name, read in columns.items()}
        for i, lat in enumerate(cells.lat_deg)
        for j, lon in enumerate(cells.lon_deg)
    ]


def _key(kind: str) -> str:
    return kind.replace("-", "_")


def _mean(values: NDArray[Any]) -> FloatArray:
    """Mean (l, m) over azimuths and times."""
    return np.asarray(values.mean(axis=(2, 3)))


def _median(values: FloatArray) -> FloatArray:
    """Median (l, m) over the azimuths and times with a finite value; NaN where there is none."""
    flat = np.sort(values.reshape(*values.shape[:2], -1), axis=2)
    count = np.isfinite(flat).sum(axis=2)
    low, high = (
        np.take_along_axis(flat, at[..., None], axis=2)[..., 0] for at in (np.maximum(count - 1, 0) // 2, count // 2)
    )
    return np.where(count > 0, 0.5 * (low + high), np.nan)


def _reader(values: NDArray[Any], digits: int | None = None) -> _Read:
    """A cell's value as plain number: rounded, None for NaN."""
    if digits is None:
        return lambda i, j: int(values[i, j])
    return lambda i, j: None if math.isnan(values[i, j]) else round(float(values[i, j]), digits)


def _group(columns: Mapping[str, _Read]) -> _Read:
    return lambda i, j: {name: read(i, j) for name, read in columns.items()}


def earth_row(cells: Cells, rows: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    """Means of the fractions over the Earth's surface."""
    weight = np.repeat(cells.weight, len(cells.lon_deg))
    names = [f"{name}_fraction" for name in _FRACTIONS]
    return {name: round(float(weight @ [row[name] for row in rows]), 4) for name in names}


def area_rows(catalog: Catalog, rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The launch areas, test ranges and space centres of the catalogue, each with the figures of its cell."""
    by_cell = {(row["lat_deg"], row["lon_deg"]): row for row in rows}
    return [
        {"id": place.id, "name": place.name, "kind": place.kind}
        | by_cell[_centre(place.lat_deg, 90.0), _centre(place.lon_deg, 180.0)]
        for place in catalog.places.values()
        if place.kind in _AREAS
    ]


def _centre(degrees: float, most: float) -> float:
    """Centre of the cell that holds a latitude or longitude."""
    return (min(degrees, most - 1e-9) // CELL_DEG + 0.5) * CELL_DEG
