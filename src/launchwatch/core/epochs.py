"""Epochs: int64 nanoseconds TAI since 1970-01-01T00:00:00 TAI inside, UTC with Z at the edges.

Before 1972 TAI - UTC is taken as 10 s. UT1 is taken as UTC, which moves a point on the equator by less than 0.42 km.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
from numpy.typing import ArrayLike, NDArray

from launchwatch.core.arrays import FloatArray, IntArray

NS = 1_000_000_000
"""Nanoseconds in a second."""

_DAY_S = 86_400
_EPOCH_ORDINAL = date(1970, 1, 1).toordinal()
_YEARS = range(1700, 2262)  # what int64 nanoseconds hold, in whole years

# UTC days that began with one second more between TAI and UTC (IERS Bulletin C); the first brings it to 11 s
_LEAP_DAYS = (
    (1972, 7), (1973, 1), (1974, 1), (1975, 1), (1976, 1), (1977, 1), (1978, 1), (1979, 1), (1980, 1),
    (1981, 7), (1982, 7), (1983, 7), (1985, 7), (1988, 1), (1990, 1), (1991, 1), (1992, 7), (1993, 7),
    (1994, 7), (1996, 1), (1997, 7), (1999, 1), (2006, 1), (2009, 1), (2012, 7), (2015, 7), (2017, 1),
)  # fmt: skip
_FIRST_OFFSET_S = 10
_LEAP_UTC_S = [(date(y, m, 1).toordinal() - _EPOCH_ORDINAL) * _DAY_S for y, m in _LEAP_DAYS]
_LEAP_UTC_S_ARRAY = np.array(_LEAP_UTC_S, dtype=np.int64)
_LEAP_TAI_NS = [(utc + _FIRST_OFFSET_S + i + 1) * NS for i, utc in enumerate(_LEAP_UTC_S)]
_LEAP_TAI_NS_ARRAY = np.array(_LEAP_TAI_NS, dtype=np.int64)
_LEAP_SECONDS_TAI = {ns // NS - 1 for ns in _LEAP_TAI_NS}

_TEXT = re.compile(r"(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?(Z|[+-]\d\d:?\d\d)?", re.ASCII)

_BARE, _LONGEST = 20, 30  # signs of a time without decimals and with nine
_SIGNS = ((4, "-"), (7, "-"), (10, "T"), (13, ":"), (16, ":"))
_DIGITS = (0, 1, 2, 3, 5, 6, 8, 9, 11, 12, 14, 15, 17, 18)


class EpochError(ValueError):
    """A text or number that is not an epoch; the message says why and what to write."""


def parse_utc(text: str) -> int:
    """Read a UTC time.

    Parameters
    ----------
    text : str
        ISO 8601 date and time that ends in ``Z`` or ``+00:00``; up to nine decimals; ``:60`` in a leap second.

    Returns
    -------
    int
        Epoch, nanoseconds TAI since 1970-01-01T00:00:00 TAI.

    Raises
    ------
    EpochError
        No zone, another zone than UTC, no such day or second, or a year outside 1700 to 2261.
    """
    match = _TEXT.fullmatch(text)
    if match is None:
        raise EpochError(f"{text!r} is not a time; write it like 2017-11-28T18:18:00Z")
    year, month, day, hour, minute, second = (int(g or 0) for g in match.groups()[:6])
    fraction, zone = match[7] or "", match[8]
    if zone is None:
        raise EpochError(f"{text!r} has no zone; end it with Z for UTC")
    if zone not in ("Z", "+00:00"):
        raise EpochError(f"{text!r} is in zone {zone}; convert it to UTC and end it with Z")
    if year not in _YEARS:
        raise EpochError(f"{text!r}: year must lie in {_YEARS.start} to {_YEARS.stop - 1}")
    try:
        days = date(year, month, day).toordinal() - _EPOCH_ORDINAL
    except ValueError:
        raise EpochError(f"{text!r}: there is no such day") from None
    if hour > 23 or minute > 59 or second > 60:
        raise EpochError(f"{text!r}: there is no such time of day")
    utc_s = days * _DAY_S + hour * 3600 + minute * 60 + second
    if second == 60 and utc_s not in _LEAP_UTC_S:
        raise EpochError(f"{text!r}: there was no leap second then; the seconds end at :59")
    # a leap second belongs to the day that it ends: its offset is the one before the step
    offset_s = _FIRST_OFFSET_S + bisect_right(_LEAP_UTC_S, utc_s - (second == 60))
    return (utc_s + offset_s) * NS + int(fraction.ljust(9, "0"))


def parse_utc_array(texts: Sequence[str]) -> tuple[IntArray, NDArray[np.bool_]]:
    """Read many UTC times of the usual form, ``2017-11-28T18:18:40.25Z``, at once.

    Parameters
    ----------
    texts : sequence of str

    Returns
    -------
    IntArray, shape (n,)
        Epochs, nanoseconds TAI since 1970 TAI; 0 where the next is false.
    bool array, shape (n,)
        Which were read. What was not may still be a time (a leap second, another zone's form): ask `parse_utc`.
    """
    length = np.fromiter(map(len, texts), np.int64, len(texts))
    usual = (length == _BARE) | ((length > _BARE + 1) & (length <= _LONGEST))
    try:
        signs = np.array([text if u else "" for text, u in zip(texts, usual.tolist(), strict=True)], f"S{_LONGEST}")
    except UnicodeEncodeError:
        usual &= np.fromiter(map(str.isascii, texts), np.bool_, len(texts))
        signs = np.array([text if u else "" for text, u in zip(texts, usual.tolist(), strict=True)], f"S{_LONGEST}")
    columns = np.ascontiguousarray(signs.view(np.uint8).reshape(len(texts), _LONGEST).T)
    for place, sign in _SIGNS:
        usual &= columns[place] == ord(sign)
    decimal = np.where(length > _BARE, ord("."), ord("Z"))
    usual &= columns[_BARE - 1] == decimal
    digit = columns - np.uint8(ord("0"))  # what is no digit becomes a number above nine
    for place in _DIGITS:
        usual &= digit[place] <= 9
    fraction = np.zeros(len(texts), np.int64)
    for k in range(9):
        place = _BARE + k
        there = place < length - 1
        usual &= ~there | (digit[place] <= 9)
        fraction += np.where(there, digit[place], 0).astype(np.int64) * 10 ** (8 - k)
        usual &= (place != length - 1) | (columns[place] == ord("Z"))
    usual &= (length < _LONGEST) | (columns[_LONGEST - 1] == ord("Z"))

    def number(*places: int) -> IntArray:
        value = np.zeros(len(texts), np.int64)
        for place in places:
            value = 10 * value + digit[place]
        return value

    year, month, day = number(0, 1, 2, 3), number(5, 6), number(8, 9)
    hour, minute, second = number(11, 12), number(14, 15), number(17, 18)
    usual &= (year >= _YEARS.start) & (year < _YEARS.stop) & (month >= 1) & (month <= 12) & (day >= 1)
    usual &= (hour <= 23) & (minute <= 59) & (second <= 59)
    months = np.where(usual, 12 * (year - 1970) + month - 1, 0).astype("M8[M]")
    first = months.astype("M8[D]").astype(np.int64)
    usual &= day <= (months + 1).astype("M8[D]").astype(np.int64) - first
    utc_s = (first + day - 1) * _DAY_S + hour * 3600 + minute * 60 + second
    offset_s = _FIRST_OFFSET_S + np.searchsorted(_LEAP_UTC_S_ARRAY, utc_s, side="right")
    return np.where(usual, (utc_s + offset_s) * NS + fraction, 0), usual


def format_utc(ns: int, digits: int = 6) -> str:
    """Write an epoch as UTC.

    Parameters
    ----------
    ns : int
        Epoch, nanoseconds TAI since 1970 TAI.
    digits : int
        Decimals of the second, 0 to 9; rounded half to even.

    Returns
    -------
    str
        Like ``2016-12-31T23:59:60.500000Z``; a leap second shows as ``:60``.
    """
    if not 0 <= digits <= 9:
        raise EpochError(f"digits is {digits}; it must lie in 0 to 9")
    unit = 10 ** (9 - digits)
    quotient, rest = divmod(int(ns), unit)
    if 2 * rest > unit or (2 * rest == unit and quotient % 2):
        quotient += 1
    tai_s, fraction_ns = divmod(quotient * unit, NS)
    leap = tai_s in _LEAP_SECONDS_TAI  # then UTC already reads the next midnight: go back to :59 and write :60
    days, second = divmod(tai_s - tai_minus_utc_s(tai_s * NS) - leap, _DAY_S)
    day = date(1970, 1, 1) + timedelta(days=days)
    minutes, second = divmod(second, 60)
    clock = f"{minutes // 60:02d}:{minutes % 60:02d}:{second + leap:02d}"
    decimals = f".{fraction_ns:09d}"[: digits + 1] if digits else ""
    return f"{day.year:04d}-{day.month:02d}-{day.day:02d}T{clock}{decimals}Z"


def tai_minus_utc_s(ns: int) -> int:
    """Seconds by which TAI is ahead of UTC at an epoch (IERS Bulletin C; 10 s before July 1972)."""
    return _FIRST_OFFSET_S + bisect_right(_LEAP_TAI_NS, int(ns))


def julian_date(ns: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Julian date of UT1 = UTC in two parts, as SGP4 takes it.

    Parameters
    ----------
    ns : array_like of int64, any shape
        Epochs, nanoseconds TAI since 1970 TAI.

    Returns
    -------
    jd, fr : FloatArray
        Julian date of the midnight before, and the fraction of the day in [0, 1); their sum is the date in days.
    """
    utc_ns = _utc_ns(ns)
    day, rest = np.divmod(utc_ns, np.int64(_DAY_S * NS))
    return np.asarray(day + 2_440_587.5), np.asarray(rest / (_DAY_S * NS))


def gmst_rad(ns: ArrayLike) -> FloatArray:
    """Greenwich mean sidereal time of 1982, the angle from TEME to ITRF (Aoki et al., 1982; Vallado et al., 2006).

    Parameters
    ----------
    ns : array_like of int64, any shape
        Epochs, nanoseconds TAI since 1970 TAI.

    Returns
    -------
    FloatArray
        Angle in [0, 2 pi), rad.
    """
    jd, fr = julian_date(ns)
    days = jd - 2_451_545.0
    t = (days + fr) / 36_525.0
    # the whole turns are dropped before they cost digits: days is a multiple of one half
    seconds = 67_310.54841 + _DAY_S * (np.mod(days, 1.0) + fr)
    seconds += (8_640_184.812866 + (0.093104 - 6.2e-6 * t) * t) * t
    return np.asarray(np.mod(seconds, _DAY_S) * (2.0 * np.pi / _DAY_S))


def _utc_ns(ns: ArrayLike) -> IntArray:
    tai = np.asarray(ns, dtype=np.int64)
    offset = _FIRST_OFFSET_S + np.searchsorted(_LEAP_TAI_NS_ARRAY, tai, side="right")
    return np.asarray(tai - offset * NS, dtype=np.int64)
