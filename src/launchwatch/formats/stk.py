"""STK ephemeris files (.e): text, version 11.0, one object each.

Format: AGI, "Ephemeris File Format (*.e)" (STK help, 2024). A boundary is written as two points of the same time, one
for each side, and its time stands in SegmentBoundaryTimes: readers take the first as the end of a segment and the
second as the begin of the next. Unit is the metre, as by default; a covariance is not written.
"""

from __future__ import annotations

from collections.abc import Sequence

from launchwatch.core.epochs import format_utc
from launchwatch.formats.ephemeris import Ephemeris, Frame, in_frame

_SYSTEMS: dict[Frame, str] = {"itrf": "Fixed", "gcrf": "ICRF", "teme": "TEMEOfDate"}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def stk_ephemeris(ephemeris: Ephemeris, frame: Frame = "itrf", comments: Sequence[str] = ()) -> bytes:
    """An ephemeris as an STK file.

    Parameters
    ----------
    ephemeris : the object.
    frame : itrf (Fixed), gcrf (ICRF) or teme (TEMEOfDate).
    comments : lines at the top; what simulated data touched says so here.

    Returns
    -------
    bytes
        ASCII; times to 1 ns, positions to 0.1 mm, velocities to 0.1 um/s.
    """
    position, velocity = in_frame(ephemeris.position_m, ephemeris.velocity_m_s, ephemeris.epochs_ns, frame)
    rows = []
    for rows_of in ephemeris.stretches():
        for t, r, v in zip(ephemeris.t_s[rows_of], position[rows_of], velocity[rows_of], strict=True):
            rows.append(" ".join([f"{t:z.9f}", *(f"{x:z.4f}" for x in r), *(f"{x:z.7f}" for x in v)]))
    lines = ["stk.v.11.0"]
    lines += [f"# {_ascii(comment)}" for comment in (f"{ephemeris.id}: {ephemeris.name}", *comments)]
    lines += [
        "BEGIN Ephemeris",
        f"NumberOfEphemerisPoints {len(rows)}",
        f"ScenarioEpoch {_gregorian(ephemeris.time_ns)}",
        "InterpolationMethod Hermite",
        "InterpolationSamplesM1 1",
        "CentralBody Earth",
        f"CoordinateSystem {_SYSTEMS[frame]}",
    ]
    boundaries = [ephemeris.t_s[rows_of.start] for rows_of in ephemeris.stretches()[1:]]
    if boundaries:
        lines += ["BEGIN SegmentBoundaryTimes", *(f"{t:z.9f}" for t in boundaries), "END SegmentBoundaryTimes"]
    lines += ["EphemerisTimePosVel", *rows, "END Ephemeris", ""]
    return "\n".join(lines).encode("ascii")


def _gregorian(ns: int) -> str:
    """An epoch as STK's UTCG, like `28 Nov 2017 18:18:00.000000000`."""
    date, clock = format_utc(ns, 9).removesuffix("Z").split("T")
    year, month, day = date.split("-")
    return f"{int(day)} {_MONTHS[int(month) - 1]} {year} {clock}"


def _ascii(text: str) -> str:
    return " ".join(text.encode("ascii", "replace").decode("ascii").split())
