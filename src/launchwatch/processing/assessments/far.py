"""False-alarm rates: how often non-launches alone make an event that ranks at least so high.

The rankings of target-free days and their live time come in as arrays; a rate is never stated below what they support.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from launchwatch.core.arrays import FloatArray
from launchwatch.messages.tracks import Track

NOT_CALIBRATED = "not calibrated"
DAY_S = 86_400.0
NONE_SEEN = 3.0
"""No event in a time T bounds the rate below 3 / T, at 95 % (Poisson)."""


@dataclass(frozen=True, eq=False)
class Calibration:
    """What non-launches alone made of events.

    Attributes
    ----------
    id : its name and the key of the chain that it is of.
    rankings : (n,) highest ranking that each event of a non-launch ever had, ascending.
    live_s : time in which they came about, s.
    sensors : it speaks of events that these alone saw; None: of all that the chain makes.
    """

    id: str
    rankings: FloatArray
    live_s: float
    sensors: frozenset[str] | None = None


class Rate(NamedTuple):
    """A false-alarm rate, Hz, or None, and what it rests on."""

    far_hz: float | None
    basis: str


def rate_of(ranking: float, calibration: Calibration, trials: int = 1) -> Rate:
    """Rate of non-launches that rank at least so high.

    With n such events in a live time T it is ``trials (n + 1) / T``: the event in question counts as one of them, so
    that the rate errs to the high side (Usman et al., 2016, do so for gravitational waves). Beyond the highest ranking
    of a non-launch none is stated.

    Parameters
    ----------
    ranking : as `ranking.ranking_of` gives it.
    calibration : of the chain that made the event.
    trials : searches whose events one desk hears; each may raise a false alarm.
    """
    days = calibration.live_s / DAY_S
    basis = f"{calibration.id}: {len(calibration.rankings)} events of non-launches in {days:.4g} days, trials {trials}"
    above = len(calibration.rankings) - int(np.searchsorted(calibration.rankings, ranking, side="left"))
    if above == 0:
        return Rate(None, f"beyond the calibrated range, less than {trials * NONE_SEEN / days:.2g} a day; {basis}")
    return Rate(trials * (above + 1) / calibration.live_s, basis)


def far_of(ranking: float, track: Track, calibration: Calibration | None, trials: int = 1) -> Rate:
    """The same for an event, where there is a calibration that speaks of such events.

    Target-free days are played without satellites, which only radars see: of events without infrared they say nothing.
    """
    if calibration is None:
        return Rate(None, NOT_CALIBRATED)
    if "infrared" not in track.phenomenologies:
        return Rate(None, f"{NOT_CALIBRATED} for events without infrared")
    if calibration.sensors is not None and not calibration.sensors.issuperset(track.sensors):
        return Rate(None, f"{NOT_CALIBRATED} for events that partners' sensors saw")
    return rate_of(ranking, calibration, trials)
