"""How many objects a raid has: a count with bounds, over time, from the tracks of a bank."""

from __future__ import annotations

import msgspec
import numpy as np

from launchwatch.core.arrays import FloatArray
from launchwatch.processing.tracks.bank_state import Bank
from launchwatch.processing.tracks.hypotheses import NEW

TRUST = 19.0
"""How much better the odds of a tentative track are for the upper bound of a count."""
LEAST_NEW = 0.02
"""Least odds that a track which clutter may have started is of an object that came later."""


class Count(msgspec.Struct, frozen=True, kw_only=True):
    """How many objects there are: bounds of 95 % and the likeliest number."""

    lowest: int
    likeliest: int
    highest: int


def count(bank: Bank, detected: float) -> Count:
    """How many objects the bank's radars look at, with bounds that hold with 95 %.

    A plot that no track explains is as likely a new object as there are objects left that no look has detected, among
    the tracks that this look started. The lowest number counts only tracks with a plot of their own in the last look,
    for these are objects seen at once; the highest takes all tentative tracks of the first looks for real, later ones
    at odds TRUST times better, and adds objects not detected yet.

    Parameters
    ----------
    bank : Bank
    detected : float
        Probability that a look of the radars detects an object.
    """
    if not len(bank.looks):
        return Count(lowest=0, likeliest=0, highest=0)
    looks = int(bank.looks.max())
    known = float(bank.existence[bank.confirmed].sum()) if bank.confirmed.any() else float(len(bank.serial))
    started = max(int(np.count_nonzero(bank.looks == 1)), 1)
    new = np.clip(known * (1.0 - detected) ** (looks - bank.looks) / started, LEAST_NEW, 1.0)
    existence = _with_odds(bank.existence, np.where(bank.confirmed, 1.0, new * (1.0 - NEW) / NEW))
    trusted = np.where(new == 1.0, 1.0, _with_odds(existence, np.full(len(new), TRUST)))
    trusted[bank.confirmed] = existence[bank.confirmed]
    never = (1.0 - detected) ** looks / (1.0 - (1.0 - detected) ** looks)
    return Count(
        lowest=count_quantile(existence[bank.missed == 0], 0.0, 0.025),
        likeliest=count_quantile(existence, float(existence.sum() * never), 0.5),
        highest=count_quantile(trusted, float(trusted.sum() * never), 0.975),
    )


def _with_odds(probability: FloatArray, factor: FloatArray) -> FloatArray:
    """Probabilities whose odds are so many times better."""
    return factor * probability / (1.0 - probability + factor * probability)


def count_quantile(probability: FloatArray, unseen: float, level: float) -> int:
    """Quantile of how many of independent objects exist, plus a Poisson number of others.

    Parameters
    ----------
    probability : FloatArray, shape (n,)
        That each one exists.
    unseen : float
        Mean of the Poisson number.
    level : float
        Cumulative probability between 0 and 1.
    """
    longest = len(probability) + int(unseen + 10.0 * np.sqrt(unseen)) + 20
    mass = np.zeros(longest + 1)
    mass[0] = 1.0
    if unseen > 0.0:
        mass = np.exp(np.append(0.0, np.cumsum(np.log(unseen / np.arange(1, longest + 1)))) - unseen)
    for p in probability:
        mass[1:] = (1.0 - p) * mass[1:] + p * mass[:-1]
        mass[0] *= 1.0 - p
    cumulative = np.cumsum(mass)
    return int(np.searchsorted(cumulative, level * cumulative[-1]))
