"""Strict reader of Orbit Ephemeris Messages in key-value notation; `oem` says what a message is and which standard."""

from __future__ import annotations

import math
import re
from datetime import date, timedelta
from typing import NoReturn

import numpy as np

from launchwatch.core.arrays import FloatArray, IntArray
from launchwatch.core.epochs import EpochError, parse_utc
from launchwatch.formats.oem import Covariance, Oem, OemError, Segment

_VERSIONS = ("2.0", "3.0")
_METHODS = ("LINEAR", "HERMITE", "LAGRANGE")
_MOST_SIGNS = 254  # in a line
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
