"""Orbit Ephemeris Messages in key-value notation, out and in.

Format: CCSDS 502.0-B-2 (2009, corrigendum 2012) and 502.0-B-3 (2023), chapters on the OEM and on syntax. A message
holds one object. Times are UTC; kilometres outside, metres inside.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, NoReturn

import numpy as np

from launchwatch.core.arrays import FloatArray, IntArray
from launchwatch.core.epochs import EpochError, format_utc, parse_utc
from launchwatch.formats.ephemeris import Ephemeris, Frame, in_frame

FRAMES: dict[Frame, str] = {"itrf": "ITRF2000", "gcrf": "GCRF", "teme": "TEME"}
"""Names of our frames in the annex of issue 2 and in the registry of issue 3."""

_VERSIONS = ("2.0", "3.0")
_METHODS = ("LINEAR", "HERMITE", "LAGRANGE")
_MOST_SIGNS = 254  # in a line
_MICROSECOND_NS = 1_000
_KM = 1e3
# Keywords in the order that the standard fixes, and whether each has to be there
_HEADER = {"CLASSIFICATION": False, "CREATION_DATE": True, "ORIGINATOR": True, "MESSAGE_ID": False}
_META = {
    "OBJECT_NAME": True, "OBJECT_ID": True, "CENTER_NAME": True, "REF_FRAME": True, "REF_FRAME_EPOCH": False,
    "TIME_SYSTEM": True, "START_TIME": True, "USEABLE_START_TIME": False, "USEABLE_STOP_TIME": False,
    "STOP_TIME": True, "INTERPOLATION": False, "INTERPOLATION_DEGREE": False,
}  # fmt: skip
_COVARIANCE = {"EPOCH": True, "COV_REF_FRAME": False}
_ONLY_IN_3 = ("CLASSIFICATION", "MESSAGE_ID")
_PAIR = re.compile(r"([A-Z_]+) *= *(\S.*)")
_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]*)?([eE][+-]?[0-9]{1,3})?")
_DAY_OF_YEAR = re.compile(r"([0-9]{4})-([0-9]{3})(T.*)")
_LOWER = np.tril_indices(6)


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


def read_oem(data: bytes, name: str = "OEM") -> Oem:
    """Read a message strictly: what the standard does not allow is refused, not guessed.

    Parameters
    ----------
    data : the text, version 2.0 or 3.0, TIME_SYSTEM UTC.
    name : of the file, for errors.

    Returns
    -------
    Oem

    Raises
    ------
    OemError
        One line that names file, line, what is wrong there and what would be right.
    """
    return _Reader(data, name).message()


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


class _Reader:
    """The lines of a message and where the reader stands; blank lines are no lines."""

    def __init__(self, data: bytes, name: str) -> None:
        self._name = name
        self._lines: list[tuple[int, str]] = []
        self._next = 0
        self._number = 1
        self._line_of: dict[str, int] = {}
        for number, raw in enumerate(re.split(b"\r\n|\r|\n", data), start=1):
            self._number = number
            if re.search(b"[^ -~]", raw):
                self._refuse("a sign that is not printable ASCII; remove it")
            if len(raw) > _MOST_SIGNS:
                self._refuse(f"{len(raw)} signs; a line has at most {_MOST_SIGNS}")
            if text := raw.decode("ascii").strip():
                self._lines.append((number, text))

    def message(self) -> Oem:
        """The whole message."""
        key, version = self._pair() if self._peek() is not None else ("", "")
        if key != "CCSDS_OEM_VERS":
            self._refuse("an OEM begins with CCSDS_OEM_VERS = 2.0")
        if version not in _VERSIONS:
            self._refuse(f"version {version!r} is not read; {' and '.join(_VERSIONS)} are")
        comments = self._take_comments()
        header = self._fields(_HEADER, "META_START")
        for keyword in _ONLY_IN_3:
            if version == "2.0" and keyword in header:
                self._refuse(f"{keyword} came with version 3.0; the message says 2.0", keyword)
        creation_ns = self._epoch(header["CREATION_DATE"], "CREATION_DATE")
        segments: list[Segment] = []
        while True:
            segment = self._segment()
            if segments:
                self._check_next(segments[-1], segment)
            segments.append(segment)
            if self._peek() is None:
                break
        return Oem(
            creation_ns=creation_ns,
            originator=header["ORIGINATOR"],
            segments=tuple(segments),
            version=version,
            comments=comments,
            classification=header.get("CLASSIFICATION"),
            message_id=header.get("MESSAGE_ID"),
        )

    def _segment(self) -> Segment:
        self._expect("META_START")
        comments = self._take_comments()
        meta = self._fields(_META, "META_STOP")
        self._expect("META_STOP")
        if meta["TIME_SYSTEM"] != "UTC":
            self._refuse(f"TIME_SYSTEM {meta['TIME_SYSTEM']} is not read; convert the message to UTC", "TIME_SYSTEM")
        span = (self._epoch(meta["START_TIME"], "START_TIME"), self._epoch(meta["STOP_TIME"], "STOP_TIME"))
        if span[0] > span[1]:
            self._refuse("START_TIME lies after STOP_TIME", "START_TIME")
        useable = self._useable(meta, span)
        interpolation = self._interpolation(meta)
        frame_epoch = meta.get("REF_FRAME_EPOCH")
        frame_epoch_ns = None if frame_epoch is None else self._epoch(frame_epoch, "REF_FRAME_EPOCH")
        comments += self._take_comments()
        epochs, states = self._take_states(span)
        return Segment(
            object_name=meta["OBJECT_NAME"],
            object_id=meta["OBJECT_ID"],
            center=meta["CENTER_NAME"],
            frame=meta["REF_FRAME"],
            epochs_ns=epochs,
            position_m=states[:, :3],
            velocity_m_s=states[:, 3:6],
            span_ns=span,
            useable_ns=useable,
            interpolation=interpolation,
            covariances=self._take_covariances(span) if self._peek() == "COVARIANCE_START" else (),
            comments=comments,
            acceleration_m_s2=states[:, 6:] if states.shape[1] == 9 else None,
            frame_epoch_ns=frame_epoch_ns,
        )

    def _useable(self, meta: dict[str, str], span: tuple[int, int]) -> tuple[int, int] | None:
        start, stop = meta.get("USEABLE_START_TIME"), meta.get("USEABLE_STOP_TIME")
        if start is None and stop is None:
            return None
        found = (
            span[0] if start is None else self._epoch(start, "USEABLE_START_TIME"),
            span[1] if stop is None else self._epoch(stop, "USEABLE_STOP_TIME"),
        )
        if not span[0] <= found[0] <= found[1] <= span[1]:
            self._refuse("the useable times do not lie in order between START_TIME and STOP_TIME", "STOP_TIME")
        return found

    def _interpolation(self, meta: dict[str, str]) -> tuple[str, int] | None:
        method, degree = meta.get("INTERPOLATION"), meta.get("INTERPOLATION_DEGREE")
        if method is None and degree is None:
            return None
        if method is None or method.upper() not in _METHODS:
            self._refuse(f"INTERPOLATION is {method}; it is one of {', '.join(_METHODS)}", "INTERPOLATION")
        if degree is None or re.fullmatch("[1-9][0-9]?", degree) is None:
            self._refuse(f"INTERPOLATION_DEGREE is {degree}; it is a whole number from 1 to 99", "INTERPOLATION_DEGREE")
        return method.upper(), int(degree)

    def _check_next(self, before: Segment, segment: Segment) -> None:
        if (segment.object_name, segment.object_id) != (before.object_name, before.object_id):
            self._refuse(f"{segment.object_id} follows {before.object_id}; a message holds one object", "OBJECT_ID")
        if (segment.useable_ns or segment.span_ns)[0] < (before.useable_ns or before.span_ns)[1]:
            self._refuse("this segment's useable time overlaps that of the segment before", "START_TIME")

    def _take_states(self, span: tuple[int, int]) -> tuple[IntArray, FloatArray]:
        epochs: list[int] = []
        states: list[list[float]] = []
        while self._peek() not in (None, "META_START", "COVARIANCE_START"):
            epoch, *numbers = self._take().split()
            if len(numbers) not in (6, 9) or (states and len(numbers) != len(states[0])):
                self._refuse(f"{len(numbers)} numbers after the epoch; a state has 6, or 9 throughout the segment")
            epochs.append(self._epoch(epoch))
            if not span[0] <= epochs[-1] <= span[1]:
                self._refuse(f"epoch {epoch} lies outside START_TIME to STOP_TIME")
            if epochs[1:] and epochs[-1] <= epochs[-2]:
                self._refuse(f"epoch {epoch} is not later than the one before")
            states.append([self._float(number) * _KM for number in numbers])
        if not epochs:
            self._refuse("the segment holds no state; give one or more after META_STOP")
        return np.array(epochs, dtype=np.int64), np.array(states)

    def _take_covariances(self, span: tuple[int, int]) -> tuple[Covariance, ...]:
        self._expect("COVARIANCE_START")
        self._take_comments()
        found: list[Covariance] = []
        while self._peek() != "COVARIANCE_STOP":
            fields = self._fields(_COVARIANCE, None)
            epoch_ns = self._epoch(fields["EPOCH"])
            if not span[0] <= epoch_ns <= span[1]:
                self._refuse(f"EPOCH {fields['EPOCH']} lies outside START_TIME to STOP_TIME")
            if found and epoch_ns <= found[-1].epoch_ns:
                self._refuse(f"EPOCH {fields['EPOCH']} is not later than the one before")
            matrix = np.zeros((6, 6))
            for row in range(6):
                numbers = self._take().split()
                if len(numbers) != row + 1:
                    self._refuse(f"{len(numbers)} numbers; row {row + 1} of the lower triangle has {row + 1}")
                matrix[row, : row + 1] = [self._float(number) * _KM**2 for number in numbers]
            matrix.T[_LOWER] = matrix[_LOWER]
            found.append(Covariance(epoch_ns, fields.get("COV_REF_FRAME"), matrix))
        self._expect("COVARIANCE_STOP")
        return tuple(found)

    def _fields(self, keywords: dict[str, bool], end: str | None) -> dict[str, str]:
        """Keywords with values, in the order of `keywords`, up to the line `end`, or to the first that is none."""
        order = list(keywords)
        found: dict[str, str] = {}
        last = -1
        while (text := self._peek()) is not None and text != end and (end is not None or "=" in text):
            key, value = self._pair()
            if key not in keywords:
                self._refuse(f"keyword {key} is unknown here; known are {', '.join(order)}")
            if order.index(key) <= last:
                self._refuse(f"{key} comes twice or too late; the order is {', '.join(order)}")
            last = order.index(key)
            found[key] = value
            self._line_of[key] = self._number
        for key, needed in keywords.items():
            if needed and key not in found:
                self._refuse(f"{key} is missing")
        return found

    def _pair(self) -> tuple[str, str]:
        text = self._take()
        match = _PAIR.fullmatch(text)
        if match is None:
            self._refuse(f"{text[:40]!r} is not KEYWORD = value")
        return match[1], match[2]

    def _take_comments(self) -> tuple[str, ...]:
        found = []
        while (text := self._peek()) is not None and re.match(r"COMMENT\b", text):
            found.append(self._take().removeprefix("COMMENT").strip())
        return tuple(found)

    def _epoch(self, text: str, key: str | None = None) -> int:
        """An epoch, ns TAI; by month and day or by the day of the year, with or without Z; of a keyword, or here."""
        written = text
        if match := _DAY_OF_YEAR.fullmatch(text):
            year, day = int(match[1]), int(match[2])
            try:
                at = date(year, 1, 1) + timedelta(days=day - 1)
            except (ValueError, OverflowError):
                at = None
            if at is None or at.year != year:
                self._refuse(f"{text!r}: there is no such day", key)
            written = f"{at.isoformat()}{match[3]}"
        try:
            return parse_utc(written if written.endswith("Z") else f"{written}Z")
        except EpochError as error:
            self._refuse(str(error), key)

    def _float(self, text: str) -> float:
        if _NUMBER.fullmatch(text) is None or not math.isfinite(value := float(text)):
            self._refuse(f"{text[:40]!r} is no number; write it like -4436.5731 or 1.5e-3")
        return value

    def _peek(self) -> str | None:
        return self._lines[self._next][1] if self._next < len(self._lines) else None

    def _take(self) -> str:
        if self._next == len(self._lines):
            self._refuse("the message ends too early")
        self._number, text = self._lines[self._next]
        self._next += 1
        return text

    def _expect(self, wanted: str) -> None:
        text = self._take()
        if text != wanted:
            self._refuse(f"{text[:40]!r} stands where {wanted} belongs")

    def _refuse(self, what: str, key: str | None = None) -> NoReturn:
        """Refuse the line where the reader stands, or that of a keyword."""
        number = self._number if key is None else self._line_of.get(key, self._number)
        raise OemError(f"{self._name}: line {number}: {what}")
