"""What pairs of runs say of the guards: losses with their intervals, delays, and what a bar saves and costs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from scipy.stats import beta

from launchwatch.processing.assessments.far import DAY_S, Calibration, rate_of
from launchwatch.study.pairs import OFF, ON, POSSIBLE, UNBARRED, UNTYPED, Pair, delays
from launchwatch.study.threats import CLASSES

LEVEL = 0.95
QUANTILES = {"q05": 0.05, "q25": 0.25, "median": 0.5, "q75": 0.75, "p95": 0.95, "max": 1.0}
LARGEST_LOSS, LONGEST_DELAY_S = 0.005, 10.0
"""The guards are held to this: the upper end of the interval of the loss, and the delay of warnings at p95."""
PEACEFUL = ("slv", "sounding-rocket")
MISSILES, ALL = "missiles", "all"
BURNS_S = (0.0, 35.0, 50.0, 70.0, 100.0)
BARS = (None, -8.0, -6.0, -4.0, -2.0, 0.0, 2.0, 4.0, 6.0, 8.0, 10.0, 12.0, 14.0)
"""Rankings at which the table of a bar looks: none is stricter than the strict bar that is played."""


class Share(NamedTuple):
    """A part of a number, `lost` of `of`, and the interval of its probability."""

    lost: int
    of: int
    low: float
    high: float


def clopper_pearson(lost: int, of: int, level: float = LEVEL) -> Share:
    """The exact interval of a probability of which `lost` in `of` were seen (Clopper and Pearson, 1934).

    With none to count it is from 0 to 1.
    """
    tail = 0.5 * (1.0 - level)
    low = float(beta.ppf(tail, lost, of - lost + 1)) if lost else 0.0
    high = float(beta.ppf(1.0 - tail, lost + 1, of - lost)) if lost < of else 1.0
    return Share(lost, of, low, high)


def loss(pairs: Sequence[Pair], before: str = OFF, after: str = ON) -> Share:
    """Launches that arm `before` warned of and arm `after` never did, of those that `before` warned of."""
    warned = [one for one in pairs if one.times[before].warning_s is not None]
    return clopper_pearson(sum(one.times[after].warning_s is None for one in warned), len(warned))


def second_kind(pairs: Sequence[Pair], arm: str = ON) -> list[float]:
    """From the first warning to the confirmed one, s, of each launch that has both."""
    times = [one.times[arm] for one in pairs]
    return [t.confirmed_s - t.warning_s for t in times if t.confirmed_s is not None and t.warning_s is not None]


def quantiles(values: Iterable[float]) -> dict[str, float] | None:
    """Quantiles (values that were seen) of a sample; None of an empty one."""
    sample = np.array(list(values))
    if not len(sample):
        return None
    found = np.quantile(sample, list(QUANTILES.values()), method="inverted_cdf").tolist()
    return {"of": len(sample), **dict(zip(QUANTILES, found, strict=True))}


def row(name: str, pairs: Sequence[Pair]) -> dict[str, Any]:
    """A line of the table: one class, or several together."""
    warned = {
        arm: sum(one.times[arm].warning_s is not None for one in pairs)
        for arm in (ON, UNBARRED, OFF, POSSIBLE, UNTYPED)
    }
    return {
        "class": name,
        "launches": len(pairs),
        "warned": warned,
        "confirmed": {arm: sum(one.times[arm].confirmed_s is not None for one in pairs) for arm in (ON, OFF)},
        "lost": loss(pairs)._asdict(),
        "lost_without_strict_bar": loss(pairs, OFF, UNBARRED)._asdict(),
        "warned_only_with_guards": loss(pairs, ON, OFF).lost,
        "delay_s": quantiles(delays(pairs, OFF, ON, "warning_s").values()),
        "delay_without_strict_bar_s": quantiles(delays(pairs, OFF, UNBARRED, "warning_s").values()),
        "confirmed_delay_s": quantiles(delays(pairs, OFF, ON, "confirmed_s").values()),
        "second_kind_s": quantiles(second_kind(pairs)),
        "impact_probability_s": quantiles(delays(pairs, POSSIBLE, OFF, "warning_s").values()),
        "typing_s": quantiles(delays(pairs, UNTYPED, OFF, "warning_s").values()),
    }


def table(pairs: Sequence[Pair]) -> list[dict[str, Any]]:
    """A line for each class, one for all missiles, one for all launches."""
    by_class = {name: [one for one in pairs if one.booster_class == name] for name in CLASSES}
    rows = [row(name, those) for name, those in by_class.items() if those]
    missiles = [one for one in pairs if one.booster_class not in PEACEFUL]
    return [*rows, row(MISSILES, missiles), row(ALL, pairs)]


def by_burn(pairs: Sequence[Pair]) -> list[dict[str, Any]]:
    """The loss by how long a motor burns: from `BURNS_S` to the next, s, null for no end."""
    found = []
    for low, high in pairwise((*BURNS_S, None)):
        assert low is not None
        those = [one for one in pairs if low <= one.burnout_s < (high or np.inf)]
        found.append(
            {
                "burn_s": [low, high],
                "lost": loss(those)._asdict(),
                "delay_s": quantiles(delays(those, OFF, ON, "warning_s").values()),
            }
        )
    return found


def verdict(share: Mapping[str, Any], delay: Mapping[str, float] | None) -> bool:
    """Whether the loss with its interval is below what guards may cost, and the delay within it."""
    return share["high"] < LARGEST_LOSS and delay is not None and delay["p95"] <= LONGEST_DELAY_S


def bars(pairs: Sequence[Pair], false: Sequence[float], calibration: Calibration) -> list[dict[str, Any]]:
    """What a bar on the ranking would save and cost, from none to a strict one.

    Parameters
    ----------
    false : highest rankings of the non-launches of the calibration that were warned of without a bar.
    calibration : whose rates are stated.

    Returns
    -------
    Of each bar: `ranking`, the rate `stated_a_day` there (None beyond the calibrated range), `false_warnings_a_day`
    that pass it, and what is `lost` of the launches, all and missiles, that would be warned of and never rank so high.
    """
    found = []
    for bar in BARS:
        least = -np.inf if bar is None else bar
        shares = {}
        for name, those in ((ALL, pairs), (MISSILES, [p for p in pairs if p.booster_class not in PEACEFUL])):
            ranked = [one for one in those if one.ranking is not None]
            # what the strict bar lets, for its ranking or because only radars saw it, a lower bar lets as well
            held = [one for one in ranked if one.times[ON].warning_s is None]
            few = sum(one.ranking is not None and one.ranking < least for one in held)
            shares[name] = clopper_pearson(few, len(ranked))._asdict()
        passing = sum(ranking >= least for ranking in false)
        far_hz = rate_of(least, calibration).far_hz
        found.append(
            {
                "ranking": bar,
                "stated_a_day": None if far_hz is None else far_hz * DAY_S,
                "false_warnings_a_day": passing / (calibration.live_s / DAY_S),
                "lost": shares,
            }
        )
    return found
