"""Ensembles of target-free days: each day a file, so that what was played once is not played again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import msgspec

from launchwatch.assembly.calibration import CalibrationError, Day, key_of
from launchwatch.assembly.target_free import play_day, target_free
from launchwatch.catalog.loader import load_catalog
from launchwatch.catalog.schema import Scenario

CALIBRATION_SKY, COUNTING_SKY = "calibration", "counting"


@dataclass(frozen=True)
class Ensemble:
    """Which days are played.

    Attributes
    ----------
    partner : whose chain, alone.
    sky : what is drawn.
    runs : number of days, from 1.
    hours : length of a day, h.
    only : sensors that play; None: all in service.
    fires : files of real fires in place of drawn ones, day by day in turn, below the folder of real data.
    extra : a user's folder laid over the catalogue.
    """

    partner: str
    sky: str
    runs: int
    hours: float = 24.0
    only: tuple[str, ...] | None = None
    fires: tuple[str, ...] = ()
    extra: Path | None = None


def days_of(
    ensemble: Ensemble, out: Path, workers: int = 1, progress: Callable[[Day, int], None] | None = None
) -> list[Day]:
    """Play the days of an ensemble that are not in its folder yet; all of them in order.

    Their folder below `out` bears the sky and the key of the chain: days of another chain are never taken for its own.

    Parameters
    ----------
    progress : told of each day as it is done, and how many are left.

    Raises
    ------
    CalibrationError
        A file of the folder is no day, or the numbers make no ensemble.
    """
    for name, value in (("runs", ensemble.runs), ("workers", workers), ("hours", ensemble.hours)):
        if value <= 0:
            raise CalibrationError(f"{name}: is {value}; give more than 0")
    if ensemble.hours > 24.0:
        raise CalibrationError(f"hours: is {ensemble.hours:g}; give 24 or less, and more runs")
    folder = out / folder_of(ensemble)
    folder.mkdir(parents=True, exist_ok=True)
    files = {day: folder / f"day-{day:04}.json" for day in range(1, ensemble.runs + 1)}
    missing = [day for day, file in files.items() if not file.exists()]
    left = len(missing)
    for day, played in _played(ensemble, missing, workers):
        partial = files[day].with_suffix(".part")
        partial.write_bytes(msgspec.json.encode(played) + b"\n")
        partial.rename(files[day])
        left -= 1
        if progress is not None:
            progress(played, left)
    return [_read(file) for file in files.values()]


def folder_of(ensemble: Ensemble) -> str:
    """Name of the folder of an ensemble's days: what is drawn, how long, and of which chain."""
    catalog = load_catalog(ensemble.extra)
    scenario = _scenario(ensemble, 1)
    key = key_of(catalog, scenario, scenario.id, ensemble.partner, "alone")
    length = "" if ensemble.hours == 24.0 else f"-{ensemble.hours:g}h"
    return f"{ensemble.sky}{'-files' if ensemble.fires else ''}{length}-{key}"


def _scenario(ensemble: Ensemble, day: int) -> Scenario:
    fires = ensemble.fires[(day - 1) % len(ensemble.fires)] if ensemble.fires else None
    return target_free(ensemble.partner, ensemble.sky, day, ensemble.hours, ensemble.only, fires)


def _played(ensemble: Ensemble, days: Sequence[int], workers: int) -> Iterator[tuple[int, Day]]:
    """Days as they are done."""
    if workers == 1:
        yield from ((day, play_one(ensemble, day)) for day in days)
        return
    with ProcessPoolExecutor(min(workers, max(len(days), 1)), mp_context=get_context("spawn")) as pool:
        running = {pool.submit(play_one, ensemble, day): day for day in days}
        for done in as_completed(running):
            yield running[done], done.result()


def play_one(ensemble: Ensemble, day: int) -> Day:
    """Play one day of an ensemble."""
    return play_day(load_catalog(ensemble.extra), _scenario(ensemble, day), day)


def _read(file: Path) -> Day:
    try:
        return msgspec.json.decode(file.read_bytes(), type=Day)
    except msgspec.DecodeError as error:
        raise CalibrationError(f"{file}: is no day of a study ({error}); delete it, and it is played again") from None
