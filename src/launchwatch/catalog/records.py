"""What all records of the catalogue are made of: bounded types, the frozen record, the block with its source."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from typing import Annotated, Literal, TypeAlias

import msgspec
from msgspec import Meta, field

from launchwatch.core.epochs import EpochError, parse_utc

Confidence = Literal["high", "medium", "low", "none"]
Status = Literal["published", "assumption", "synthetic"]

Id: TypeAlias = Annotated[str, Meta(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
Country: TypeAlias = Annotated[str, Meta(pattern=r"^[a-z]{2}$")]  # ISO 3166-1 alpha-2 in lower case
Text: TypeAlias = Annotated[str, Meta(pattern=r"\S")]
Positive: TypeAlias = Annotated[float, Meta(gt=0.0)]
NonNegative: TypeAlias = Annotated[float, Meta(ge=0.0)]
Fraction: TypeAlias = Annotated[float, Meta(ge=0.0, le=1.0)]
Latitude: TypeAlias = Annotated[float, Meta(ge=-90.0, le=90.0)]
Longitude: TypeAlias = Annotated[float, Meta(ge=-180.0, le=180.0)]
Elevation: TypeAlias = Annotated[float, Meta(ge=-5.0, le=90.0)]
Angle: TypeAlias = Annotated[float, Meta(ge=0.0, le=360.0)]
Inclination: TypeAlias = Annotated[float, Meta(ge=0.0, le=180.0)]
Problem: TypeAlias = tuple[tuple[str | int, ...], str]
"""Path of a field inside its record, and what is wrong there."""


class CatalogError(ValueError):
    """A catalogue or scenario that is refused; one line names file, line and field, what is wrong and what to write."""

    def __init__(self, text: str) -> None:
        super().__init__(" ".join(text.splitlines()))


def nearest(name: str, names: Iterable[str]) -> str:
    """How to go on after an unknown name: the nearest valid one, or all where they are few."""
    names = sorted(names)
    if close := get_close_matches(name, names, n=1, cutoff=0.55):
        return f"; did you mean {close[0]!r}?"
    return f"; write one of {', '.join(names)}" if 0 < len(names) <= 12 else "; no name is near it"


class Record(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A part of a block: frozen, every key known."""

    def problems(self) -> Iterator[Problem]:
        """What types and bounds cannot say: yields the path of each wrong field and why it is wrong."""
        yield from self._problems()

    def _problems(self) -> Iterator[Problem]:
        yield from ()


class Block(Record, frozen=True, kw_only=True):
    """What every block carries.

    Attributes
    ----------
    source : who published the figures; for an assumption, what they were derived from.
    confidence : ``none`` for synthetic figures.
    status : ``published``, ``assumption`` (no public figure) or ``synthetic`` (made up so that a scenario runs).
    assumed : fields of a published block whose figures are assumptions.
    """

    id: Id
    name: Text
    source: Text
    confidence: Confidence
    status: Status
    assumed: tuple[str, ...] = ()
    notes: str | None = None

    def _problems(self) -> Iterator[Problem]:
        for i, name in enumerate(self.assumed):
            if name not in self.__struct_encode_fields__:
                yield (
                    ("assumed", i),
                    f"{name!r} is no field of this block; list names of fields whose figures are assumed",
                )


def time_problems(path: tuple[str | int, ...], text: str) -> Iterator[Problem]:
    """A text that is no UTC time."""
    try:
        parse_utc(text)
    except EpochError as error:
        yield path, str(error)


def site_problems(path: tuple[str | int, ...], lat_deg: float, lon_deg: float) -> Iterator[Problem]:
    """Coordinates finer than 0.1 degree."""
    # a safeguard of the design: no site is stored finer than coverage geometry needs
    for name, value in (("lat_deg", lat_deg), ("lon_deg", lon_deg)):
        if not math.isclose(value * 10.0, round(value * 10.0), abs_tol=1e-6):
            yield (*path, name), f"is {value:g}; round it to 0.1 degree"


class Span(Record, frozen=True, kw_only=True):
    """From when to when, UTC."""

    from_: str = field(name="from")
    until: str

    @property
    def from_ns(self) -> int:
        """Its start, ns TAI."""
        return parse_utc(self.from_)

    @property
    def until_ns(self) -> int:
        """Its end, ns TAI."""
        return parse_utc(self.until)

    def _problems(self) -> Iterator[Problem]:
        wrong = [*time_problems(("from",), self.from_), *time_problems(("until",), self.until)]
        yield from wrong
        if not wrong and self.until_ns <= self.from_ns:
            yield ("until",), "is not after from"
