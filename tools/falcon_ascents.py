"""Measured ascents of Falcon 9 and the fits to them: rows and plot of the validation page, and what tests score."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from launchwatch.assembly.flight.fit import AscentFit, fit_ascent
from launchwatch.catalog.loader import load_catalog
from launchwatch.core.arrays import FloatArray

TITLE = "Falcon 9: fits to 31 measured ascents"
SOURCE = "shahar603/Telemetry-Data, read off webcasts"
SPEED_PART, ALTITUDE_KM, ENGINES_S, FAST_M_S = 0.03, 2.0, 3.0, 100.0
"""Bars: speed above `FAST_M_S`, altitude up to the end of the first burn, and times of the engines."""

_PAD = (28.6, -80.6)  # no pad is in the data; over one burn the place on the turning Earth hardly matters
_AZIMUTH_DEG = 90.0
_EVENTS = {"meco": "first_cutoff_s", "ses1": "second_ignition_s", "seco1": "second_cutoff_s"}


@dataclass(frozen=True, eq=False)
class Flight:
    """One webcast: arrays (n,), and the events that its author noted, s after lift-off."""

    name: str
    t_s: FloatArray
    speed_m_s: FloatArray
    altitude_m: FloatArray
    events_s: dict[str, float]


@dataclass(frozen=True, eq=False)
class Score:
    """Largest misses of a fit, and of the engine times that both the fit and the events have."""

    name: str
    fit: AscentFit
    speed_part: float
    altitude_km: float
    engine_errors_s: dict[str, float]


def flights(folder: Path) -> Iterator[Flight]:
    """All flights of the folder, by name."""
    for path in sorted(folder.glob("*/analysed.json")):
        columns: dict[str, Any] = json.loads(path.read_text())
        events = json.loads((path.parent / "events.json").read_text())
        t, speed, altitude = (np.array(columns[name], dtype=np.float64) for name in ("time", "velocity", "altitude"))
        known = {name: float(events[name]) for name in _EVENTS if events.get(name) is not None}
        yield Flight(path.parent.name, t, speed, 1e3 * altitude, known)


def scored(flight: Flight) -> Score:
    """A flight fitted, and how far the fit is off."""
    booster = load_catalog().blocks("boosters")["falcon-9"]
    fit = fit_ascent(booster, _PAD, _AZIMUTH_DEG, flight.t_s, flight.speed_m_s, flight.altitude_m)
    fast = fit.speed_m_s > FAST_M_S
    off = np.abs(fit.fitted_speed_m_s / fit.speed_m_s - 1.0)[fast]
    errors = {}
    for event, field in _EVENTS.items():
        found = getattr(fit.times, field)
        if found is not None and event in flight.events_s:
            errors[event] = found - flight.events_s[event]
    altitude_km = float(np.abs(fit.fitted_altitude_m - fit.altitude_m).max()) / 1e3
    return Score(flight.name, fit, float(off.max()), altitude_km, errors)


def rows_of(scores: list[Score]) -> list[tuple[str, str, str, str, str]]:
    """Rows of the validation page."""
    met = sum(score.speed_part <= SPEED_PART and score.altitude_km <= ALTITUDE_KM for score in scores)
    speeds = np.array([100.0 * score.speed_part for score in scores])
    altitudes = np.array([score.altitude_km for score in scores])
    speed = f"median {np.median(speeds):.1f} %, worst {speeds.max():.1f} %"
    altitude = f"median {np.median(altitudes):.2f} km, worst {altitudes.max():.2f} km"
    rows = [
        ("fits within 3 % of speed and 2 km", ">= 28 of 31", f"{met} of {len(scores)}", "", SOURCE),
        ("largest miss of speed above 100 m/s", "<= 3 %", speed, "", SOURCE),
        ("largest miss of altitude", "<= 2 km", altitude, "", SOURCE),
    ]
    names = {"meco": "first cutoff", "ses1": "second ignition", "seco1": "second cutoff"}
    for event, name in names.items():
        errors = np.array([score.engine_errors_s[event] for score in scores if event in score.engine_errors_s])
        away = f"median {np.median(errors):+.1f} s, worst {errors[np.argmax(np.abs(errors))]:+.1f} s"
        rows.append((f"{name}, {len(errors)} flights", "<= 3 s", away, "", SOURCE))
    return rows


def plot(scores: list[Score], file: Path) -> None:
    """Misses of all fits against time."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8.0, 6.0), layout="constrained")
    upper, lower = figure.subplots(2, 1, sharex=True)
    for score in scores:
        fit = score.fit
        fast = fit.speed_m_s > FAST_M_S
        miss = 100.0 * (fit.fitted_speed_m_s / fit.speed_m_s - 1.0)
        upper.plot(fit.t_s[fast], miss[fast], color="#20639b", alpha=0.45, linewidth=0.9)
        lower.plot(fit.t_s, (fit.fitted_altitude_m - fit.altitude_m) / 1e3, color="#20639b", alpha=0.45, linewidth=0.9)
    for axes, bar in ((upper, 100.0 * SPEED_PART), (lower, ALTITUDE_KM)):
        for side in (-bar, bar):
            axes.axhline(side, color="#c0392b", linewidth=1.2, linestyle="--")
        axes.grid(alpha=0.3)
    upper.set_ylabel("speed, fit less\ntelemetry, % (above 100 m/s)")
    lower.set_ylabel("altitude, fit less\ntelemetry, km")
    lower.set_xlabel("time after lift-off, s")
    upper.set_title(
        f"Falcon 9: {len(scores)} fitted ascents up to the end of the first burn (dashed: bars)", fontsize=11
    )
    figure.savefig(file, dpi=130, metadata={"Software": None})
