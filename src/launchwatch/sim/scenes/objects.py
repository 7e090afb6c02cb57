"""What there is to be seen: objects with their motion, and what sensors of either kind get from them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from launchwatch.core.arrays import FloatArray
from launchwatch.messages.truth import ObjectKind

Motion: TypeAlias = Callable[[FloatArray], tuple[FloatArray, FloatArray]]
"""Times (n,) s after an object's epoch to position (n, 3) m and velocity (n, 3) m/s, ITRF."""


class Emission(Protocol):
    """Infrared light of an object."""

    @property
    def spans_s(self) -> tuple[tuple[float, float], ...]:
        """Times, s after the object's epoch, outside of which it is dark; in order, none overlaps another."""
        ...

    def intensity_w_sr(self, t_s: FloatArray, band_um: tuple[float, float]) -> FloatArray:
        """Radiant intensity (n,) W/sr in a band at times (n,), before any air; 0 where it is dark."""
        ...


class Echo(Protocol):
    """Radar echo of an object."""

    def swerling(self, t_s: FloatArray) -> FloatArray:
        """Swerling's case (n,) of its fluctuation from look to look at times (n,): 0 (steady), 1 or 3."""
        ...

    def rcs_m2(self, t_s: FloatArray, observer_m: FloatArray, frequency_hz: float) -> FloatArray:
        """Mean cross section (n,) m^2 at times (n,) for a radar at (3,) ITRF m."""
        ...


@dataclass(frozen=True, eq=False)
class SeenObject:
    """Something that sensors may see.

    Attributes
    ----------
    id : names its draws; a launch's payload has the id of the launch, its other bodies `<launch>/<body>`.
    kind : what it is.
    launch : the launch that it comes from, or None.
    epoch_ns : ns TAI of its time 0: lift-off, for what a launch put into the sky.
    begin_s, end_s : when it is there by itself.
    motion : where it is.
    emission, echo : None where it is dark, or gives no echo.
    """

    id: str
    kind: ObjectKind
    launch: str | None
    epoch_ns: int
    begin_s: float
    end_s: float
    motion: Motion
    emission: Emission | None
    echo: Echo | None
