"""Study `calibrate`: what non-launches alone make of events in a partner's chain, as a calibration."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from launchwatch import __version__
from launchwatch.assembly.calibration import Day, chain_digest, read_calibration, write_calibration
from launchwatch.assembly.sensors import sensors_of
from launchwatch.assembly.target_free import target_free
from launchwatch.catalog.catalogue import Catalog
from launchwatch.catalog.loader import load_catalog
from launchwatch.study.ensemble import Ensemble, days_of

DAY_S = 86_400.0


def calibrate(
    ensemble: Ensemble, out: Path, workers: int = 1, progress: Callable[[Day, int], None] | None = None
) -> dict[str, Any]:
    """Play an ensemble's days and write ``calibration-<key>.parquet`` into `out`.

    Returns
    -------
    dict
        The document of the command: `schema`, `file`, `key`, `days`, `live_days`, `events`, `warned`, by `kinds`.
    """
    days = days_of(ensemble, out, workers, progress)
    catalog = load_catalog(ensemble.extra)
    scenario = target_free(ensemble.partner, ensemble.sky, 1, ensemble.hours, ensemble.only)
    sensors = sensors_of(catalog, scenario, ensemble.partner, scenario.begin_ns)
    told = {
        "version": __version__, "partner": ensemble.partner, "chain": "alone", "hours": ensemble.hours,
        "only": ensemble.only, "sensors": [sensor.id for sensor in sensors],
    }  # fmt: skip
    file = out / f"calibration-{days[0].key}.parquet"
    file.write_bytes(write_calibration(days, told))
    return {"schema": "launchwatch/calibrate/1", "file": str(file), **account(days)}


def calibrations_of(catalog: Catalog) -> list[dict[str, Any]]:
    """The calibrations of a catalogue: what each is of, and whether processing has changed since it was made."""
    found = []
    for name, content in sorted(catalog.calibrations.items()):
        told, events = read_calibration(content, name)
        found.append(
            {
                "id": name,
                **{key: told.get(key) for key in ("partner", "chain", "sky", "sensors")},
                "live_days": told["live_s"] / DAY_S,
                "events": len(events),
                "changed_since": told["chain_digest"] != chain_digest(),
            }
        )
    return found


def account(days: Sequence[Day]) -> dict[str, Any]:
    """What a set of days made, in figures."""
    events = [event for day in days for event in day.events]
    kinds = sorted({event.kind for event in events})
    rankings = np.sort([event.ranking for event in events])
    return {
        "key": days[0].key,
        "sky": days[0].sky,
        "days": len(days),
        "live_days": sum(day.live_s for day in days) / DAY_S,
        "events": len(events),
        "warned": sum(event.warned for event in events),
        "highest_ranking": float(rankings[-1]) if len(rankings) else None,
        "kinds": {
            kind: {
                "events": sum(event.kind == kind for event in events),
                "warned": sum(event.warned for event in events if event.kind == kind),
            }
            for kind in kinds
        },
    }
