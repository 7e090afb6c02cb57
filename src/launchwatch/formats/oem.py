"""Orbit Ephemeris Messages in key-value notation: the message and its writer; the reader is `oem_reader`.

Format: CCSDS 502.0-B-2 (2009, corrigendum 2012) and 502.0-B-3 (2023), chapters on the OEM and on syntax. A message
holds one object. Times are UTC; kilometres outside, metres inside.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from launchwatch.core.arrays import FloatArray, IntArray
from launchwatch.core.epochs import format_utc
from launchwatch.formats.ephemeris import Ephemeris, Frame, in_frame

FRAMES: dict[Frame, str] = {"itrf": "ITRF2000", "gcrf": "GCRF", "teme": "TEME"}
"""Names of our frames in the annex of issue 2 and in the registry of issue 3."""

_MICROSECOND_NS = 1_000
_KM = 1e3


class OemError(ValueError):
    """A text that is no OEM, or an OEM that cannot be written; the message names the line or the field."""


@dataclass(frozen=True, eq=False)
class Covariance:
    """Covariance (6, 6) of position and velocity, m and m/s, at an epoch ns TAI; `frame` None: that of the segment."""

    epoch_ns: int
    frame: str | None
    matrix: FloatArray


@dataclass(frozen=True, eq=False)
class Segment:
    """A stretch of states that may be interpolated.

    Attributes
    ----------
    object_name, object_id, center, frame : as written.
    epochs_ns : (n,) ns TAI, increasing.
    position_m, velocity_m_s : (n, 3) in the frame; acceleration_m_s2 : the same, or None.
    span_ns, useable_ns : from and until, ns TAI; the second None where it is not said.
    interpolation : method and degree; None where it is not said.
    covariances, comments : maybe none.
    frame_epoch_ns : epoch of the frame, ns TAI, where it has one.
    """

    object_name: str
    object_id: str
    center: str
    frame: str
    epochs_ns: IntArray
    position_m: FloatArray
    velocity_m_s: FloatArray
    span_ns: tuple[int, int]
    useable_ns: tuple[int, int] | None = None
    interpolation: tuple[str, int] | None = None
    covariances: tuple[Covariance, ...] = ()
    comments: tuple[str, ...] = ()
    acceleration_m_s2: FloatArray | None = None
    frame_epoch_ns: int | None = None


@dataclass(frozen=True, eq=False)
class Oem:
    """A message: one object, one segment or more; `creation_ns` ns TAI."""

    creation_ns: int
    originator: str
    segments: tuple[Segment, ...]
    version: str = "2.0"
    comments: tuple[str, ...] = ()
    classification: str | None = None
    message_id: str | None = None


def oem_of(
    ephemeris: Ephemeris,
    originator: str,
    frame: Frame = "itrf",
    creation_ns: int | None = None,
    comments: Sequence[str] = (),
    version: Literal["2.0", "3.0"] = "2.0",
) -> Oem:
    """An ephemeris as a message: a segment for each stretch between two breaks.

    Parameters
    ----------
    ephemeris : the object. Its states are moved along their velocity to whole microseconds, which is what is written.
    originator : who made it.
    frame : itrf (written ITRF2000), gcrf or teme.
    creation_ns : of the message, ns TAI; the epoch of the ephemeris by default, so that a file does not tell when it
        was written.
    comments : of the header; what simulated data touched says so here.

    Returns
    -------
    Oem
    """
    exact_ns = ephemeris.epochs_ns
    epochs = (exact_ns + _MICROSECOND_NS // 2) // _MICROSECOND_NS * _MICROSECOND_NS
    moved = ephemeris.position_m + ephemeris.velocity_m_s * ((epochs - exact_ns) * 1e-9)[:, None]
    position, velocity = in_frame(moved, ephemeris.velocity_m_s, epochs, frame)
    covariance = None if ephemeris.covariance is None else _turned(ephemeris.covariance, epochs, frame)
    segments = []
    for rows in ephemeris.stretches():
        span = (int(epochs[rows][0]), int(epochs[rows][-1]))
        found: tuple[Covariance, ...] = ()
        if covariance is not None:
            found = tuple(Covariance(int(at), None, c) for at, c in zip(epochs[rows], covariance[rows], strict=True))
        segments.append(
            Segment(
                object_name=ephemeris.name,
                object_id=ephemeris.id,
                center="EARTH",
                frame=FRAMES[frame],
                epochs_ns=epochs[rows],
                position_m=position[rows],
                velocity_m_s=velocity[rows],
                span_ns=span,
                useable_ns=span,
                interpolation=("HERMITE", 3),
                covariances=found,
            )
        )
    return Oem(
        creation_ns=ephemeris.time_ns if creation_ns is None else creation_ns,
        originator=originator,
        segments=tuple(segments),
        version=version,
        comments=tuple(comments),
    )


def write_oem(message: Oem) -> bytes:
    """A message as text.

    Returns
    -------
    bytes
        ASCII; times to 1 us, positions to 0.1 mm, velocities to 0.1 um/s, covariances to 13 digits. A value in mixed
        case is written in capitals, as the standard wants it; signs outside of ASCII become question marks, and a text
        ends after 200 signs.

    Raises
    ------
    OemError
        No segment, or several objects.
    """
    if not message.segments:
        raise OemError("an OEM has one segment or more; this one has none")
    if len({(one.object_name, one.object_id) for one in message.segments}) > 1:
        raise OemError("an OEM holds one object; write one file for each")
    lines = [f"CCSDS_OEM_VERS = {message.version}", *_comments(message.comments)]
    if message.classification is not None:
        lines.append(f"CLASSIFICATION = {_value(message.classification)}")
    lines += [f"CREATION_DATE = {_utc(message.creation_ns)}", f"ORIGINATOR = {_value(message.originator)}"]
    if message.message_id is not None:
        lines.append(f"MESSAGE_ID = {_value(message.message_id)}")
    for segment in message.segments:
        lines += ["", *_meta(segment), "", *_states(segment), *_covariances(segment)]
    return "\n".join([*lines, ""]).encode("ascii")


def _turned(covariance: FloatArray, epochs_ns: IntArray, frame: Frame) -> FloatArray:
    """Covariances (n, 6, 6) of ITRF in another frame; the change of frame is linear in the state."""
    count = len(epochs_ns)
    columns = []
    for axis in np.eye(6):
        r, v = (np.broadcast_to(part, (count, 3)) for part in (axis[:3], axis[3:]))
        columns.append(np.concatenate(in_frame(r, v, epochs_ns, frame), axis=-1))
    turn = np.stack(columns, axis=-1)
    return np.asarray(turn @ covariance @ np.swapaxes(turn, -1, -2))


def _meta(segment: Segment) -> list[str]:
    start, stop = segment.span_ns
    lines = [
        "META_START",
        *_comments(segment.comments),
        f"OBJECT_NAME = {_value(segment.object_name)}",
        f"OBJECT_ID = {_value(segment.object_id)}",
        f"CENTER_NAME = {_value(segment.center)}",
        f"REF_FRAME = {_value(segment.frame)}",
    ]
    if segment.frame_epoch_ns is not None:
        lines.append(f"REF_FRAME_EPOCH = {_utc(segment.frame_epoch_ns)}")
    lines += ["TIME_SYSTEM = UTC", f"START_TIME = {_utc(start)}"]
    if segment.useable_ns is not None:
        begin, end = segment.useable_ns
        lines += [f"USEABLE_START_TIME = {_utc(begin)}", f"USEABLE_STOP_TIME = {_utc(end)}"]
    lines.append(f"STOP_TIME = {_utc(stop)}")
    if segment.interpolation is not None:
        method, degree = segment.interpolation
        lines += [f"INTERPOLATION = {method}", f"INTERPOLATION_DEGREE = {degree}"]
    return [*lines, "META_STOP"]


def _states(segment: Segment) -> list[str]:
    parts = [(segment.position_m, 7), (segment.velocity_m_s, 10)]
    if segment.acceleration_m_s2 is not None:
        parts.append((segment.acceleration_m_s2, 10))
    lines = []
    for row, epoch in enumerate(segment.epochs_ns.tolist()):
        numbers = [f"{x / _KM:z.{digits}f}" for values, digits in parts for x in values[row].tolist()]
        lines.append(" ".join([_utc(epoch), *numbers]))
    return lines


def _covariances(segment: Segment) -> list[str]:
    if not segment.covariances:
        return []
    lines = ["COVARIANCE_START"]
    for one in segment.covariances:
        lines.append(f"EPOCH = {_utc(one.epoch_ns)}")
        if one.frame is not None:
            lines.append(f"COV_REF_FRAME = {_value(one.frame)}")
        lines += [" ".join(f"{x:.12e}" for x in one.matrix[row, : row + 1] / _KM**2) for row in range(6)]
    return [*lines, "COVARIANCE_STOP"]


def _comments(comments: Sequence[str]) -> list[str]:
    return [f"COMMENT {_plain(comment)}" for comment in comments]


def _value(text: str) -> str:
    """A value all in one case, as the standard wants it."""
    plain = _plain(text)
    return plain if plain in (plain.lower(), plain.upper()) else plain.upper()


def _plain(text: str) -> str:
    """Printable ASCII in one line."""
    return re.sub("[^ -~]", "?", " ".join(text.split()))[:200]


def _utc(ns: int) -> str:
    return format_utc(ns, 6).removesuffix("Z")
