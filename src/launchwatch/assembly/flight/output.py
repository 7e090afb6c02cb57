"""Flights as files: Parquet, CCSDS OEM, STK ephemeris, CZML, KML."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TypeAlias

import msgspec
import numpy as np

from launchwatch import __version__
from launchwatch.assembly.flight.table import flight_table
from launchwatch.core.epochs import EpochError, format_utc, parse_utc
from launchwatch.formats.ephemeris import BOUND_M, Ephemeris, EphemerisError, Frame, Marker, sample_times
from launchwatch.messages.truth import FlightTruth
from launchwatch.sim.truth.bodies import Body

LIFT_OFF = "2000-01-01T12:00:00Z"
"""Lift-off of a flight that was given no time, UTC."""
FLIGHT_SCHEMA = "launchwatch/flight/1"
TABLE = ".parquet"
_FRAMES: tuple[Frame, ...] = ("itrf", "gcrf", "teme")
_ORIGINATOR = "LAUNCHWATCH"
_FRAME_NOTE = "UT1 is taken as UTC and polar motion is left out: a point on the ground is off by less than 0.44 km"

Writer: TypeAlias = Callable[[str, Sequence[Ephemeris], Frame, Sequence[str]], bytes]


def _checked(file: Path, frame: str) -> Frame:
    """See that a file has an ending that is written, in a frame that this format can hold; returns the frame."""
    endings = (TABLE, *_WRITERS)
    if file.suffix not in endings:
        raise EphemerisError(
            f"--out {file}: the ending {file.suffix!r} names no format; use one of {', '.join(endings)}"
        )
    found = next((known for known in _FRAMES if known == frame), None)
    if found is None:
        raise EphemerisError(f"--frame {frame}: is unknown; use one of {', '.join(_FRAMES)}")
    if found != "itrf" and file.suffix not in _ONE_OBJECT:
        raise EphemerisError(f"--frame {frame}: {file.suffix} is fixed to the Earth; give {' or '.join(_ONE_OBJECT)}")
    return found


def write_flight(bodies: Sequence[Body], file: Path, at: str = LIFT_OFF, frame: str = "itrf") -> list[Path]:
    """Write what one launch put into the air; the ending of the file chooses the format.

    Parameters
    ----------
    bodies : what flies, at least one.
    file : .parquet .oem .e .czml .kml; the formats that hold one object each get a file for every body.
    at : lift-off, UTC.
    frame : itrf, or for .oem and .e also gcrf and teme.

    Returns
    -------
    list of Path
        The files written.

    Raises
    ------
    EphemerisError
        Another ending, a frame that the format does not have, a time that is none.
    """
    known = _checked(file, frame)
    try:
        time_ns = parse_utc(at)
    except EpochError as error:
        raise EphemerisError(f"--at {error}") from None
    if file.suffix == TABLE:
        _write_table(bodies, file, time_ns)
        return [file]
    title = f"Simulated data: {bodies[0].name}"
    note = f"Simulated by LaunchWatch {__version__}; no observation. Interpolation errs by about {BOUND_M * 1e3:g} mm"
    objects = [ephemeris_of(body, time_ns) for body in bodies]
    return write_objects(title, objects, file, file.suffix, (note,), known)


def write_objects(
    title: str,
    objects: Sequence[Ephemeris],
    file: Path,
    ending: str,
    comments: Sequence[str] = (),
    frame: Frame = "itrf",
) -> list[Path]:
    """Write ephemerides in the format of an ending: .oem .e .czml .kml.

    Returns
    -------
    list of Path
        The file; or where the format holds one object and there are several, one beside it for each, with its id.

    Raises
    ------
    EphemerisError
        Two objects of the same id.
    """
    for number, one in enumerate(objects):
        if one.id in {other.id for other in objects[:number]}:
            raise EphemerisError(f"two objects are called {one.id}; give each its own id")
    writer = _WRITERS[ending]
    if frame != "itrf":
        comments = (*comments, _FRAME_NOTE)
    if ending in _ONE_OBJECT and len(objects) > 1:
        documents = {
            file.with_name(f"{file.stem}-{one.id}{file.suffix}"): writer(title, [one], frame, comments)
            for one in objects
        }
    else:
        documents = {file: writer(title, objects, frame, comments)}
    for path, document in documents.items():
        path.write_bytes(document)
    return list(documents)


def ephemeris_of(body: Body, time_ns: int) -> Ephemeris:
    """A flight sampled as densely as its interpolation needs, with lift-off at `time_ns`, ns TAI."""
    path = body.trajectory
    t = sample_times(path.at, path.start_s, path.end_s, path.kinks_s)
    position, velocity = path.at(t)
    return Ephemeris(
        id=body.id,
        name=body.name,
        time_ns=time_ns,
        t_s=t,
        position_m=position,
        velocity_m_s=velocity,
        breaks_s=tuple(at_s for at_s in path.kinks_s if at_s in t),
        markers=_markers(path.start_s, path.staging_s, path.burnout_s, path.apogee_s, path.impact_s, path.end_s),
    )


def ephemeris_of_truth(truth: FlightTruth) -> Ephemeris:
    """A true flight of a run as its journal holds it; it breaks where a sample is the first with or without thrust."""
    burns = truth.thrust_n > 0.0
    turned = truth.t_s[1:][burns[1:] != burns[:-1]]
    staged = truth.t_s[np.isin(truth.t_s, truth.staging_s)]
    return Ephemeris(
        id=truth.launch,
        name=f"{truth.booster} ({truth.launch})",
        time_ns=truth.time_ns,
        t_s=truth.t_s,
        position_m=truth.position_m,
        velocity_m_s=truth.velocity_m_s,
        breaks_s=tuple(np.union1d(turned, staged).tolist()),
        markers=_markers(0.0, truth.staging_s, truth.burnout_s, truth.apogee_s, truth.impact_s, float(truth.t_s[-1])),
    )


def _markers(
    start_s: float,
    staging_s: Sequence[float],
    burnout_s: float,
    apogee_s: float,
    impact_s: float | None,
    end_s: float,
) -> tuple[Marker, ...]:
    found = [Marker("separation" if start_s > 0.0 else "launch", start_s)]
    found += [Marker(f"burnout of stage {number}", at_s) for number, at_s in enumerate(staging_s, start=1)]
    found += [Marker(name, at_s) for name, at_s in (("burnout", burnout_s), ("apogee", apogee_s)) if at_s > start_s]
    if impact_s is not None:
        found.append(Marker("impact", impact_s))
    return tuple(marker for marker in found if start_s <= marker.t_s <= end_s)


def _write_table(bodies: Sequence[Body], file: Path, time_ns: int) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    tables = []
    for body in bodies:
        columns = {name: pa.array(values, from_pandas=True) for name, values in flight_table(body.trajectory).items()}
        names = pa.array([body.id] * len(columns["t_s"])).dictionary_encode()
        tables.append(pa.table({"object": names} | columns))
    about = {
        "schema": FLIGHT_SCHEMA,
        "version": __version__,
        "epoch": format_utc(time_ns, 6),
        "frame": "ITRF",
        "origin": "simulated",
        "objects": [
            {"id": body.id, "name": body.name, "plan": asdict(body.trajectory.plan)} for body in bodies
        ],
    }  # fmt: skip
    table = pa.concat_tables(tables).unify_dictionaries()
    pq.write_table(table.replace_schema_metadata({"launchwatch": msgspec.json.encode(about)}), file)


def _oem(title: str, objects: Sequence[Ephemeris], frame: Frame, comments: Sequence[str]) -> bytes:
    from launchwatch.formats.oem import oem_of, write_oem

    return write_oem(oem_of(objects[0], _ORIGINATOR, frame, comments=(title, *comments)))


def _stk(title: str, objects: Sequence[Ephemeris], frame: Frame, comments: Sequence[str]) -> bytes:
    from launchwatch.formats.stk import stk_ephemeris

    return stk_ephemeris(objects[0], frame, (title, *comments))


def _czml(title: str, objects: Sequence[Ephemeris], frame: Frame, comments: Sequence[str]) -> bytes:
    from launchwatch.formats.czml import czml_flights

    return czml_flights(title, objects)


def _kml(title: str, objects: Sequence[Ephemeris], frame: Frame, comments: Sequence[str]) -> bytes:
    from launchwatch.formats.kml import kml_document

    return kml_document(title, objects, comments)


_WRITERS: dict[str, Writer] = {".oem": _oem, ".e": _stk, ".czml": _czml, ".kml": _kml}
_ONE_OBJECT = (".oem", ".e")
