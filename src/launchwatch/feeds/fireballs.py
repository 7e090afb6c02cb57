"""Fireballs: the table of JPL/CNEOS of what sensors of the US government saw (comma-separated)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from launchwatch.core.arrays import FloatArray, IntArray
from launchwatch.core.epochs import EpochError, parse_utc
from launchwatch.feeds.tables import FeedError, Row, rows

_TIME = "Peak Brightness Date/Time (UT)"
_LAT, _LON = "Latitude (deg.)", "Longitude (deg.)"
_ALTITUDE, _SPEED = "Altitude (km)", "Velocity (km/s)"
_VELOCITY = ("vx", "vy", "vz")
_RADIATED, _IMPACT = "Total Radiated Energy (J)", "Calculated Total Impact Energy (kt)"
COLUMNS = (_TIME, _LAT, _LON, _ALTITUDE, _SPEED, *_VELOCITY, _RADIATED, _IMPACT)

_HEMISPHERE = re.compile(r"(\d{1,3}(?:\.\d*)?)\s*([NSEW])", re.ASCII)
_STAMP = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", re.ASCII)


@dataclass(frozen=True)
class Fireballs:
    """Fireballs in the order of the file; nan where the table has no value.

    Attributes
    ----------
    time_ns : (n,) peak brightness, to the second, ns TAI.
    lat_deg, lon_deg : (n,) WGS-84, to 0.1 degree.
    altitude_m : (n,) of the peak.
    velocity_m_s : (n, 3) before the air slowed it, ITRF axes: vx, vy, vz as they stand. In some rows their length is
        not the speed that stands beside them; the components are taken.
    radiated_j : (n,) total light given off.
    impact_kt : (n,) kinetic energy before it entered, kt of TNT.
    """

    time_ns: IntArray
    lat_deg: FloatArray
    lon_deg: FloatArray
    altitude_m: FloatArray
    velocity_m_s: FloatArray
    radiated_j: FloatArray
    impact_kt: FloatArray


def read_fireballs(path: Path) -> Fireballs:
    """Read the table of fireballs.

    Parameters
    ----------
    path : file, as the site exports it.

    Returns
    -------
    Fireballs

    Raises
    ------
    FeedError
        One line that names file, line and column, what is wrong there and what to write.
    OSError
        The file cannot be opened.
    """
    times, values = [], []
    for row in rows(path, COLUMNS):
        times.append(_epoch(row))
        altitude, speed = _maybe(row, _ALTITUDE, 0.0, 200.0), _maybe(row, _SPEED, 0.0, 100.0)
        velocity = [_maybe(row, axis, -100.0, 100.0) for axis in _VELOCITY]
        given = np.isfinite([speed, *velocity])
        if given.any() and not given.all():
            raise FeedError(f"{row.where}: {_SPEED} and vx, vy, vz go together; give all four or none")
        place = [_angle(row, _LAT, "NS", 90.0), _angle(row, _LON, "EW", 180.0)]
        if np.isnan(place[0]) != np.isnan(place[1]):
            raise FeedError(f"{row.where}: {_LAT} and {_LON} go together; give both or none")
        energies = [row.number(_RADIATED, 0.0, 1e20), row.number(_IMPACT, 0.0, 1e6)]
        values.append([*place, altitude * 1e3, *(v * 1e3 for v in velocity), *energies])
    table = np.array(values, np.float64).reshape(-1, 8)
    return Fireballs(
        time_ns=np.array(times, np.int64),
        lat_deg=table[:, 0],
        lon_deg=table[:, 1],
        altitude_m=table[:, 2],
        velocity_m_s=table[:, 3:6],
        radiated_j=table[:, 6],
        impact_kt=table[:, 7],
    )


def _epoch(row: Row) -> int:
    text = row.text(_TIME)
    if _STAMP.fullmatch(text) is None:
        raise row.error(_TIME, "write YYYY-MM-DD hh:mm:ss")
    try:
        return parse_utc(f"{text}Z")
    except EpochError as error:
        raise row.error(_TIME, str(error)) from None


def _maybe(row: Row, column: str, low: float, high: float) -> float:
    """A number within bounds, nan where nothing stands."""
    return row.number(column, low, high) if row.text(column) else float("nan")


def _angle(row: Row, column: str, letters: str, most: float) -> float:
    """Degrees with the letter of a hemisphere; nan where nothing stands."""
    text = row.text(column)
    if not text:
        return float("nan")
    found = _HEMISPHERE.fullmatch(text)
    if found is None or found[2] not in letters or float(found[1]) > most:
        raise row.error(column, f"write degrees up to {most:g} and the letter {letters[0]} or {letters[1]}")
    return float(found[1]) if found[2] == letters[0] else -float(found[1])
