"""Study `far-check`: false-alarm rates as a calibration states them, against those counted under another sky."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import numpy as np
from scipy.stats import chi2

from launchwatch.assembly.calibration import CalibrationError, Day, read_calibration
from launchwatch.core.arrays import FloatArray
from launchwatch.processing.assessments.far import DAY_S, Calibration, rate_of
from launchwatch.study.calibrate import account
from launchwatch.study.ensemble import Ensemble, days_of, folder_of

FACTOR, LEAST_COUNTED = 2.0, 10
"""Stated and counted rates have to agree within this factor wherever so many events were counted."""
LEVELS_A_DAY = (20.0, 10.0, 5.0, 2.0, 1.0, 0.5, 0.2, 0.1)
"""Stated rates, a day, at which the table looks."""


class Level(NamedTuple):
    """A level of ranking: rates a day of events that rank at least so high, with a 95 % interval of the count."""

    ranking: float
    stated: float
    counted: int
    rate: float
    low: float
    high: float


def levels(calibration: Calibration, counted: FloatArray, live_s: float) -> list[Level]:
    """Every level at which a rate is stated and an event was counted, from the lowest ranking to the highest.

    Parameters
    ----------
    counted : (n,) highest ranking of each event counted.
    live_s : time in which they were.
    """
    found = []
    days = live_s / DAY_S
    for ranking in np.unique(counted).tolist():
        far_hz = rate_of(ranking, calibration).far_hz
        if far_hz is None:
            continue
        n = int(np.count_nonzero(counted >= ranking))
        low, high = float(chi2.ppf(0.025, 2 * n)) / 2.0 / days, float(chi2.ppf(0.975, 2 * n + 2)) / 2.0 / days
        found.append(Level(ranking, far_hz * DAY_S, n, n / days, low, high))
    return found


def within(found: Sequence[Level]) -> tuple[int, int]:
    """Levels with enough events counted, and of these how many agree within `FACTOR`."""
    enough = [level for level in found if level.counted >= LEAST_COUNTED]
    return len(enough), sum(1.0 / FACTOR <= level.rate / level.stated <= FACTOR for level in enough)


def at_stated(found: Sequence[Level], stated_a_day: float) -> Level | None:
    """The lowest level whose stated rate is no more than a rate; None where no event is counted so low."""
    return next((level for level in found if level.stated <= stated_a_day), None)


def check(
    file: Path,
    runs: int,
    out: Path,
    sky: str,
    fires: tuple[str, ...] = (),
    extra: Path | None = None,
    workers: int = 1,
    progress: Callable[[Day, int], None] | None = None,
) -> dict[str, Any]:
    """Play days under another sky through the chain of a calibration, and hold its rates against what is counted.

    Writes ``far-check.json`` and ``stated-against-counted.png`` into `out`.

    Parameters
    ----------
    file : the calibration.
    sky, fires : see `Ensemble`.

    Raises
    ------
    CalibrationError
        The calibration is of another chain than the one in play, or its own sky is to be counted.
    """
    told, events = read_calibration(file.read_bytes(), file.stem)
    if told["sky"] == sky and not fires:
        raise CalibrationError(f"--sky {sky}: is what {file.name} was calibrated under; count under another")
    only = None if told["only"] is None else tuple(told["only"])
    ensemble = Ensemble(told["partner"], sky, runs, told["hours"], only, fires, extra)
    if not folder_of(ensemble).endswith(told["key"]):
        raise CalibrationError(f"{file.name}: is of another chain than the one in play; calibrate again")
    days = days_of(ensemble, out, workers, progress)
    calibration = Calibration(file.stem, ranked(events), told["live_s"])
    counted = ranked([event for day in days for event in day.events])
    found = levels(calibration, counted, sum(day.live_s for day in days))
    judged, agree = within(found)
    highest = calibration.rankings[-1] if len(calibration.rankings) else -np.inf
    document = {
        "schema": "launchwatch/far-check/1",
        "calibration": {
            "file": file.name, "key": told["key"], "sky": told["sky"], "live_days": told["live_s"] / DAY_S,
            "events": len(calibration.rankings), "warned": sum(event.warned for event in events),
        },
        "counted": account(days),
        "levels": judged,
        "within_factor": agree,
        "beyond_range": int(np.count_nonzero(counted > highest)),
        "table": [
            {"stated_a_day": stated, **level._asdict()}
            for stated in LEVELS_A_DAY
            if (level := at_stated(found, stated)) is not None
        ],
    }  # fmt: skip
    out.mkdir(parents=True, exist_ok=True)
    (out / "far-check.json").write_bytes(msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n")
    from launchwatch.report.false_alarms import plot_rates

    plot_rates(
        np.array([level.stated for level in found]), np.array([level.rate for level in found]),
        np.array([[level.low, level.high] for level in found]).reshape(-1, 2),
        np.array([level.counted for level in found]), LEAST_COUNTED, FACTOR, out / "stated-against-counted.png",
    )  # fmt: skip
    return document


def ranked(events: Sequence[Any]) -> FloatArray:
    """Rankings, ascending, of events that infrared is part of: of others a calibration says nothing."""
    return np.sort(np.array([event.ranking for event in events if event.infrared], dtype=np.float64))
