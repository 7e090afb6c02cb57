"""From where and how a booster flies, and what goes wrong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

FailureKind: TypeAlias = Literal["thrust-end", "break-up", "failed-staging"]


class FlightError(ValueError):
    """A flight that cannot be flown; one line names the field, what is wrong and what to do."""


@dataclass(frozen=True)
class Restart:
    """The last stage lit again, along its inertial velocity.

    Attributes
    ----------
    coast_s : since the burn before.
    cutoff : part of the stage's whole burn that is flown when this one ends.
    """

    coast_s: float
    cutoff: float


@dataclass(frozen=True)
class Failure:
    """How a flight fails, at a time in s after lift-off.

    ``thrust-end``: the burn ends early, the stack falls whole. ``break-up``: it falls as debris. ``failed-staging``:
    the stage that burns then is the last to burn; the next one stays where it is.
    """

    kind: FailureKind
    time_s: float


@dataclass(frozen=True)
class BankTurn:
    """A glide body's bank, to the right, from one time after lift-off to another."""

    start_s: float
    end_s: float
    bank_deg: float


@dataclass(frozen=True)
class FlightPlan:
    """From where and how a booster flies.

    Attributes
    ----------
    lat_deg, lon_deg, alt_m : launch point, geodetic.
    azimuth_deg : of the pitch plane, clockwise from north, seen from the turning Earth.
    final_pitch_deg : elevation over the launch point's horizon that the thrust tends to; in a gravity turn, its
        elevation over the tip-over.
    cutoff : part of the last stage's burn that is flown, 1 for all; each whole 1 lower leaves one stage more unused, so
        that -0.3 flies 0.7 of the burn before the last.
    restarts : later burns of the last stage.
    turns : of a glide body, in order of time.
    dive_s : when a glide body gives up its lift, s after lift-off; null for never.
    failure : null where all goes well.
    thrust, isp, beta, drag : factors on thrust and mass flow at the same impulse, on the specific impulse, on the
        payload's ballistic coefficient and on the drag under power.
    pitch_offset_deg, azimuth_offset_deg : errors of the final pitch and the azimuth.
    max_time_s : end of a flight that reaches an orbit, seconds after lift-off.
    """

    lat_deg: float
    lon_deg: float
    azimuth_deg: float
    final_pitch_deg: float
    alt_m: float = 0.0
    cutoff: float = 1.0
    thrust: float = 1.0
    isp: float = 1.0
    pitch_offset_deg: float = 0.0
    azimuth_offset_deg: float = 0.0
    beta: float = 1.0
    drag: float = 1.0
    max_time_s: float = 5_400.0
    restarts: tuple[Restart, ...] = ()
    turns: tuple[BankTurn, ...] = ()
    dive_s: float | None = None
    failure: Failure | None = None
