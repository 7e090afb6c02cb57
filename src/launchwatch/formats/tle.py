"""Strict reader of two-line element sets: two or three lines a set, Alpha-5 numbers, checksums; plain or gzip."""

from __future__ import annotations

import gzip
import re
import zlib
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np

from launchwatch.core.epochs import parse_utc
from launchwatch.physics.satellites import ElementSets

MOST_BYTES = 256 << 20
"""A file holds at most so much, unpacked: a million sets are 170 MB."""

_LENGTH = 69
_MOST_NAME = 64  # names have 24 signs in catalogues, longer ones in lists of observers
_ALPHA_5 = {letter: 10 + i for i, letter in enumerate("ABCDEFGHJKLMNPQRSTUVWXYZ")}  # I and O look like 1 and 0
_GZIP = b"\x1f\x8b"
_DAY_UNIT_NS = 864_000  # the eighth decimal of a day


class ElementsError(ValueError):
    """A file that holds no element sets; one line names file, line, what is wrong, and what to do."""


class _Field(NamedTuple):
    name: str
    first: int
    """Column of its first sign, counted from 1."""
    pattern: str


_NUMBER = _Field("catalogue number", 3, r"(?:[0-9A-HJ-NP-Z ][0-9 ]{3}[0-9])")
_EXPONENT = r"[ +-][0-9]{5}[+-][0-9]"
_WHOLE_3 = "(?:  [0-9]| [0-9]{2}|[0-9]{3})"
_ANGLE = _WHOLE_3 + r"\.[0-9]{4}"
_LINES = {
    "1": (
        _Field("line number", 1, "1 "),
        _NUMBER,
        _Field("classification", 8, "[UCS ] "),
        _Field("international designator", 10, "[ 0-9]{5}[ A-Z]{3} "),
        _Field("epoch year", 19, "[0-9]{2}"),
        _Field("epoch day", 21, _WHOLE_3 + r"\.[0-9]{8} "),
        _Field("rate of the mean motion", 34, r"[ +0-][.][0-9]{8} "),
        _Field("second rate of the mean motion", 45, _EXPONENT + " "),
        _Field("drag term", 54, _EXPONENT + " "),
        _Field("ephemeris type", 63, "[ 0-9] "),
        _Field("set number", 65, "[ 0-9]{4}"),
        _Field("checksum", 69, "[0-9]"),
    ),
    "2": (
        _Field("line number", 1, "2 "),
        _NUMBER,
        _Field("inclination", 8, f" {_ANGLE} "),
        _Field("right ascension of the node", 18, f"{_ANGLE} "),
        _Field("eccentricity", 27, "[0-9]{7} "),
        _Field("argument of perigee", 35, f"{_ANGLE} "),
        _Field("mean anomaly", 44, f"{_ANGLE} "),
        _Field("mean motion", 53, r"(?: [0-9]|[0-9]{2})\.[0-9]{8}"),
        _Field("revolution number", 64, "[ 0-9]{5}"),
        _Field("checksum", 69, "[0-9]"),
    ),
}
_WHOLE = {kind: re.compile("".join(f"({f.pattern})" for f in line), re.ASCII) for kind, line in _LINES.items()}
_SUM_OF = bytes(b - 48 if 48 <= b <= 57 else b == 45 for b in range(256))  # a digit counts itself, a minus sign one


def read_elements(path: Path) -> ElementSets:
    """Element sets of a file, plain or packed by gzip (whatever its name).

    Raises
    ------
    ElementsError
        What the format does not allow: it is refused, not guessed.
    OSError
        The file cannot be read.
    """
    return parse_elements(path.read_bytes(), path.name)


def parse_elements(data: bytes, name: str = "elements") -> ElementSets:
    """Element sets in the bytes of a file; an object may have several.

    Parameters
    ----------
    data : sets of two lines, or of a name and two lines (a name may begin with ``0 ``); plain or packed by gzip.
    name : of the file, for errors.

    Raises
    ------
    ElementsError
    """
    if data[:2] == _GZIP:
        data = _unpacked(data, name)
    if len(data) > MOST_BYTES:
        raise ElementsError(f"{name}: more than {MOST_BYTES >> 20} MB; split the file")
    rows: list[tuple[float, ...]] = []
    names: list[str] = []
    epochs: list[int] = []
    title, first = "", None
    last = 1
    for line_no, raw in enumerate(re.split(b"\r\n|\r|\n", data), start=1):
        text = raw.decode("ascii", "replace").rstrip()
        if not text:
            continue
        last = line_no
        where = f"{name}:{line_no}: "
        if first is not None:
            second = _fields("2", text, where)
            rows.append(_row(first, second, where))
            epochs.append(_epoch_ns(first[4], first[5], where))
            names.append(title)
            title, first = "", None
        elif text.startswith("1 ") and len(text) > _LENGTH // 2:
            first = _fields("1", text, where)
        elif title:
            raise ElementsError(f"{where}{text[:24]!r} follows a name; line 1 of its elements must follow")
        elif text.startswith("2 ") and len(text) > _LENGTH // 2:
            raise ElementsError(f"{where}line 2 without its line 1; put both, or remove it")
        else:
            title = _title(text, where)
    if first is not None or title:
        raise ElementsError(f"{name}:{last}: the file ends within a set; give all its lines, or remove it")
    if not rows:
        raise ElementsError(f"{name}: holds no element sets; give a file of two-line elements")
    column = np.array(rows).T
    return ElementSets(
        norad_id=column[0].astype(np.int64),
        name=tuple(names),
        epoch_ns=np.array(epochs, dtype=np.int64),
        mean_motion_rate_rev_day2=column[1],
        bstar=column[2],
        inclination_deg=column[3],
        raan_deg=column[4],
        eccentricity=column[5],
        argument_of_perigee_deg=column[6],
        mean_anomaly_deg=column[7],
        mean_motion_rev_day=column[8],
    )


def _unpacked(data: bytes, name: str) -> bytes:
    """What gzip packed, one member after the other, but never more than `MOST_BYTES`."""
    parts: list[bytes] = []
    size = 0
    try:
        while data:
            member = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
            parts.append(member.decompress(data, MOST_BYTES - size + 1))
            size += len(parts[-1])
            if size > MOST_BYTES:
                raise ElementsError(f"{name}: more than {MOST_BYTES >> 20} MB unpacked; split the file")
            if not member.eof:
                raise ElementsError(f"{name}: the gzip data end early; fetch the file again")
            data = member.unused_data
    except (zlib.error, gzip.BadGzipFile) as error:
        raise ElementsError(f"{name}: broken gzip data ({error}); fetch the file again") from error
    return b"".join(parts)


def _title(text: str, where: str) -> str:
    if not text.isprintable() or "\ufffd" in text:
        raise ElementsError(f"{where}a sign that is not printable ASCII; is this a file of elements?")
    if len(text) > _MOST_NAME:
        raise ElementsError(f"{where}a name of {len(text)} signs; at most {_MOST_NAME}, or is this a broken line?")
    return text.removeprefix("0 ").strip()


def _fields(kind: str, text: str, where: str) -> tuple[str, ...]:
    """The fields of line 1 or 2 of a set, its checksum proved."""
    match = _WHOLE[kind].fullmatch(text)
    if match is None:
        raise ElementsError(where + _complaint(kind, text))
    if sum(text[:-1].encode().translate(_SUM_OF)) % 10 != int(text[-1]):
        proper = sum(text[:-1].encode().translate(_SUM_OF)) % 10
        raise ElementsError(f"{where}checksum is {text[-1]}, the line sums to {proper}; fetch the file again")
    return match.groups()


def _complaint(kind: str, text: str) -> str:
    """What is wrong with a line that is none."""
    if len(text) != _LENGTH:
        return f"line {kind} of a set has {_LENGTH} columns, this one {len(text)}; fetch the file again"
    for field, after in zip(_LINES[kind], (*_LINES[kind][1:], None), strict=True):
        found = text[field.first - 1 : after.first - 1 if after else None]
        if re.fullmatch(field.pattern, found, re.ASCII) is None:
            return f"columns {field.first} on: {found!r} is no {field.name}; give line {kind} of a set there"
    return f"no line {kind} of a set"


def _row(first: tuple[str, ...], second: tuple[str, ...], where: str) -> tuple[float, ...]:
    """Number, rate, drag, then the elements in the order of line 2."""
    number = _number(first[1], where)
    if number != _number(second[1], where):
        raise ElementsError(
            f"{where}line 2 is of object {second[1].strip()}, line 1 of {first[1].strip()}; put lines of one object"
        )
    inclination, node, argument, anomaly = (float(second[i]) for i in (2, 3, 5, 6))
    motion = float(second[7])
    for value, limit, name in (
        (inclination, 180.0, "inclination"),
        (node, 360.0, "right ascension of the node"),
        (argument, 360.0, "argument of perigee"),
        (anomaly, 360.0, "mean anomaly"),
    ):
        if value > limit:
            raise ElementsError(f"{where}{name} is {value:g} degrees; it must not exceed {limit:g}")
    if motion <= 0.0:
        raise ElementsError(f"{where}mean motion is 0 revolutions a day; it must be above 0")
    eccentricity = float("0." + second[4].strip())
    return (number, float(first[6]), _exponent(first[8]), inclination, node, eccentricity, argument, anomaly, motion)


def _number(text: str, where: str) -> int:
    """A catalogue number; its first sign may be a letter, from 100000 on."""
    if text[0] in _ALPHA_5 and text[1:].isdigit():
        return _ALPHA_5[text[0]] * 10_000 + int(text[1:])
    if text.strip().isdigit():
        return int(text)
    raise ElementsError(f"{where}{text!r} is no catalogue number; give five digits, or a letter and four")


def _exponent(text: str) -> float:
    """A number like `` 12345-3``, 0.12345e-3."""
    sign = -1.0 if text[0] == "-" else 1.0
    return sign * int(text[1:6]) * 1e-5 * 10.0 ** int(text[6:8])


def _epoch_ns(year: str, day: str, where: str) -> int:
    """Epoch, ns TAI; years 57 to 99 are of the twentieth century."""
    full = int(year) + (1900 if int(year) >= 57 else 2000)
    whole, part = day.split(".")
    begin = _day_ns(full, int(whole))
    if begin is None:
        raise ElementsError(f"{where}{full} has no day {int(whole)}; days count from 1")
    return begin + int(part) * _DAY_UNIT_NS


@lru_cache(maxsize=1024)
def _day_ns(year: int, number: int) -> int | None:
    """Midnight of a day of a year counted from 1, ns TAI; None where the year has no such day."""
    day = date(year, 1, 1) + timedelta(days=number - 1)
    return parse_utc(f"{day.isoformat()}T00:00:00Z") if day.year == year and number > 0 else None
