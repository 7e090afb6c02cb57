"""Fires: hot spots of MODIS as NASA FIRMS gives them out (collection 6.1, 24 hours, comma-separated)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from launchwatch.core.arrays import FloatArray, IntArray
from launchwatch.core.epochs import EpochError, parse_utc
from launchwatch.feeds.tables import Row, rows

COLUMNS = ("latitude", "longitude", "scan", "track", "acq_date", "acq_time", "satellite", "confidence", "frp")
MOST_MW = 1e5
"""No pixel of 1 km has more: the largest of the record lie near 1e4 MW."""

_CLOCK = re.compile(r"([01]\d|2[0-3])([0-5]\d)", re.ASCII)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


@dataclass(frozen=True)
class HotSpots:
    """Hot pixels of about 1 km, in the order of the file.

    Attributes
    ----------
    time_ns : (n,) epoch of the pass, to the minute, ns TAI.
    lat_deg, lon_deg : (n,) centre of the pixel, WGS-84.
    power_w : (n,) fire radiative power, W.
    confidence : (n,) per cent, as the product states it.
    """

    time_ns: IntArray
    lat_deg: FloatArray
    lon_deg: FloatArray
    power_w: FloatArray
    confidence: FloatArray


def read_fires(path: Path) -> HotSpots:
    """Read a table of hot spots (``MODIS_C6_1_Global_24h.csv``, also gzip).

    Parameters
    ----------
    path : file.

    Returns
    -------
    HotSpots

    Raises
    ------
    FeedError
        One line that names file, line and column, what is wrong there and what to write.
    OSError
        The file cannot be opened.
    """
    times, places = [], []
    for row in rows(path, COLUMNS):
        times.append(_epoch(row))
        places.append(
            (
                row.number("latitude", -90.0, 90.0),
                row.number("longitude", -180.0, 180.0),
                row.number("frp", 0.0, MOST_MW) * 1e6,
                row.number("confidence", 0.0, 100.0),
            )
        )
    return HotSpots(np.array(times, np.int64), *np.array(places, np.float64).reshape(-1, 4).T)


def _epoch(row: Row) -> int:
    clock, day = _CLOCK.fullmatch(row.text("acq_time")), row.text("acq_date")
    if clock is None:
        raise row.error("acq_time", "write hours and minutes as HHMM")
    if _DAY.fullmatch(day) is None:
        raise row.error("acq_date", "write YYYY-MM-DD")
    try:
        return parse_utc(f"{day}T{clock[1]}:{clock[2]}:00Z")
    except EpochError as error:
        raise row.error("acq_date", str(error)) from None
