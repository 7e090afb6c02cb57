"""Skies: what non-launches are drawn from, where no files of real ones are named."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from msgspec import Meta

from launchwatch.catalog.records import Block, Fraction, NonNegative, Positive, Problem, Record

Hour = Annotated[float, Meta(ge=0.0, le=24.0)]


class Spread(Record, frozen=True, kw_only=True):
    """A positive quantity that varies: ``power-law`` between bounds, N(> x) ~ x^-exponent, or ``log-normal``."""

    law: Literal["power-law", "log-normal"]
    least: Positive | None = None
    most: Positive | None = None
    exponent: Positive | None = None
    median: Positive | None = None
    sigma: Positive | None = None

    def _problems(self) -> Iterator[Problem]:
        needed = ("least", "most", "exponent") if self.law == "power-law" else ("median", "sigma")
        for name in ("least", "most", "exponent", "median", "sigma"):
            given = getattr(self, name) is not None
            if given != (name in needed):
                yield (name,), f"{'missing; goes' if not given else 'does not go'} with {self.law}"
        if self.least is not None and self.most is not None and self.most <= self.least:
            yield ("most",), "is not above least"


class Field(Record, frozen=True, kw_only=True):
    """Things that come together: ``gaussian`` about a point, evenly in a ``disk``, or along a ``front``.

    ``share`` of all things come in fields of ``mean`` on average (geometric), within ``radius_km`` and ``within_s``.
    """

    form: Literal["gaussian", "disk", "front"]
    share: Fraction
    mean: Annotated[float, Meta(ge=1.0)]
    radius_km: Positive
    within_s: Positive


class DrawnFires(Record, frozen=True, kw_only=True):
    """Fires on land: how many begin in a day, their power, fields, how long they burn, and when in the day.

    ``by_day`` is how much of the mean rate goes up and down with local solar time, highest at ``peak_h``.
    """

    per_day: Positive
    power_mw: Spread
    fields: Field
    burn_s: Spread
    by_day: Fraction
    peak_h: Hour


class DrawnLightning(Record, frozen=True, kw_only=True):
    """Flashes in storms, most over land in the tropics in the afternoon.

    ``storms_per_day`` begin, each with flashes ``each_s`` on average for ``storm_s``, within ``radius_km``; a flash is
    ``strokes`` pulses within half a second, of ``line_j_sr`` in the line at 777.4 nm together.
    """

    storms_per_day: Positive
    storm_s: Spread
    each_s: Positive
    radius_km: Positive
    strokes: Annotated[int, Meta(ge=1)]
    line_j_sr: Spread
    within_deg: Annotated[float, Meta(gt=0.0, le=90.0)]


class DrawnFireballs(Record, frozen=True, kw_only=True):
    """Bodies from space: N(> E) = ``number`` E^-``exponent`` a year on Earth, E in kt, those above ``least_kt``."""

    number: Positive
    exponent: Positive
    least_kt: Positive
    speed_km_s: Spread
    peak_km: Spread


class DrawnGlints(Record, frozen=True, kw_only=True):
    """The Sun mirrored by clouds of ice or calm water, near where a sphere mirrors it; each sensor has its own.

    ``per_day`` of each sensor; ``moves`` is the part that wander with the mirror point, the rest stand still.
    """

    per_day: NonNegative
    intensity_w_sr: Spread
    lasts_s: Spread
    off_km: Positive
    height_km: NonNegative
    moves: Fraction


class DrawnFaults(Record, frozen=True, kw_only=True):
    """Faults of a sensor: bursts of noise all over its field, and pixels that stay hot for a while.

    ``bursts_per_day`` and ``hot_per_day`` of each sensor; a burst is ``flashes`` sightings within ``burst_s``.
    """

    bursts_per_day: NonNegative
    burst_s: Spread
    flashes: Annotated[int, Meta(ge=1)]
    hot_per_day: NonNegative
    hot_s: Spread
    snr: Spread


class Sky(Block, frozen=True, kw_only=True):
    """What non-launches of a target-free day are drawn from; a kind that is null is not drawn."""

    fires: DrawnFires | None = None
    lightning: DrawnLightning | None = None
    fireballs: DrawnFireballs | None = None
    glints: DrawnGlints | None = None
    faults: DrawnFaults | None = None

    def _problems(self) -> Iterator[Problem]:
        yield from super()._problems()
        for name in ("fires", "lightning", "fireballs", "glints", "faults"):
            part = getattr(self, name)
            for key in () if part is None else part.__struct_fields__:
                value = getattr(part, key)
                if isinstance(value, Spread):
                    yield from (((name, key, *path), text) for path, text in value.problems())
