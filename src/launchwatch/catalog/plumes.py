"""Plumes of burning stages, by what burns."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Annotated, TypeAlias

from msgspec import Meta

from launchwatch.catalog.records import Block, Positive, Problem

Bounded: TypeAlias = tuple[Positive, Positive, Positive]
"""Low bound, nominal value, high bound."""


class Plume(Block, frozen=True, kw_only=True):
    """How bright the plume of a stage is, over its height, each figure as [low, nominal, high].

    Intensity is the same to all sides: ``efficiency * thrust * exhaust speed / 2 / (4 pi)`` times a factor of height.
    The factor is 1 while the exhaust burns on in the air, falls as that dies out, is least in the trough, and comes
    back where the plume is thin and wide; its logarithm is linear between these heights.

    Attributes
    ----------
    efficiency : fraction of the jet power that leaves in 2.65-2.95 um low in the air.
    afterburning_gain : how many times brighter the exhaust is that burns on.
    afterburning_km : heights between which that dies out.
    trough : factor in the trough.
    trough_km : heights of the trough.
    high_level, high_km : factor from a height on.
    temperature_k : of the grey body that other bands follow from.
    """

    efficiency: Bounded
    afterburning_gain: Bounded
    afterburning_km: tuple[Positive, Positive]
    trough: Bounded
    trough_km: tuple[Positive, Positive]
    high_level: Bounded
    high_km: Positive
    temperature_k: tuple[
        Annotated[float, Meta(ge=300.0)], Annotated[float, Meta(ge=300.0)], Annotated[float, Meta(le=6000.0)]
    ]

    @property
    def heights_km(self) -> tuple[float, ...]:
        """Heights of the knots of the factor, ascending."""
        return (*self.afterburning_km, *self.trough_km, self.high_km)

    def _problems(self) -> Iterator[Problem]:
        yield from super()._problems()
        for name in ("efficiency", "afterburning_gain", "trough", "high_level", "temperature_k"):
            low, nominal, high = getattr(self, name)
            if not low <= nominal <= high:
                yield (name,), f"is [{low:g}, {nominal:g}, {high:g}]; write low bound, nominal value, high bound"
        if self.efficiency[2] > 1.0:
            yield ("efficiency", 2), f"is {self.efficiency[2]:g}; no more than the whole jet power is radiated"
        heights = self.heights_km
        if any(b <= a for a, b in pairwise(heights)):
            yield (
                ("trough_km",),
                f"heights {', '.join(f'{h:g}' for h in heights)} km do not ascend from afterburning_km to high_km",
            )
