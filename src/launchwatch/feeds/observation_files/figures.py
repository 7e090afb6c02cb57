"""What is known of a sensor whose lines are read: by its own looks, by the catalogue, by its lines, or by default."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

import numpy as np

from launchwatch.catalog.catalogue import Catalog
from launchwatch.core.epochs import NS
from launchwatch.formats import observations as lines

Kind: TypeAlias = Literal["infrared", "radar"]
Basis: TypeAlias = Literal["look", "catalogue", "estimated", "default"]

DEFAULTS: dict[Kind, dict[str, Any]] = {
    "infrared": {"period_s": 10.0, "bias_urad": 20.0, "threshold_snr": 0.0, "false_alarms_per_look": 1.0},
    "radar": {
        "site": None,
        "period_s": 10.0,
        "sectors": (lines.Sector(0.0, 360.0),),
        "elevation_limits_deg": (0.0, 90.0),
        "range_limits_m": (0.0, 1e7),
        "bias_range_m": 50.0,
        "bias_angle_deg": 0.05,
        "threshold_snr_db": -lines.SNR_DB,
        "false_alarms_per_look": 1.0,
    },
}
"""Assumptions on a sensor that nobody knows: a slow scanner or a search radar of ordinary registration, whose lines are
all above its threshold."""

OFF, SHARE = 0.2, 0.9
"""Looks are regular where such a share of the times between them is a multiple of their median, to so much of it."""

FEWEST, KEPT = 4, 32
"""Times between looks before their median is a period, and how many are kept."""


@dataclass
class Figures:
    """Figures of one sensor, each with what it rests on.

    Attributes
    ----------
    kind : of its detections.
    values, basis : by name.
    gaps_s : times between its last looks, while no period is known.
    counted_ns, last_ns : its last look that was counted as one, and its last of all.
    """

    kind: Kind
    values: dict[str, Any]
    basis: dict[str, Basis]
    gaps_s: deque[float] = field(default_factory=lambda: deque(maxlen=KEPT))
    counted_ns: int | None = None
    last_ns: int | None = None

    def told(self, field_: lines.Field) -> dict[str, Any]:
        """The figures of a look, what it says itself first; it is remembered for the lines that come without a look."""
        for name in self.values:
            value = getattr(field_, name)
            if value is not None:
                self.values[name], self.basis[name] = value, "look"
        return self.values

    def solitary(self, time_ns: int) -> int:
        """Note a look that no line announced; 1 where a period has passed since the last that counted, else 0.

        A scanner gives each detection a time of its own: what comes within one turn is one look.
        """
        if self.last_ns is not None and time_ns > self.last_ns and self.basis["period_s"] in ("default", "estimated"):
            self.gaps_s.append((time_ns - self.last_ns) / NS)
            self._estimate()
        self.last_ns = max(time_ns, self.last_ns or time_ns)
        if self.counted_ns is None or time_ns - self.counted_ns > 0.9 * self.values["period_s"] * NS:
            self.counted_ns = time_ns
            return 1
        return 0

    def _estimate(self) -> None:
        if len(self.gaps_s) < FEWEST:
            return
        middle = float(np.median(self.gaps_s))
        turns = np.array(self.gaps_s) / middle
        regular = (abs(turns - np.round(turns)) < OFF) & (turns > 0.5)
        if np.mean(regular) >= SHARE and middle <= lines.LONGEST_LOOK_S:
            self.values["period_s"], self.basis["period_s"] = middle, "estimated"
        else:
            self.values["period_s"], self.basis["period_s"] = DEFAULTS[self.kind]["period_s"], "default"


def assumed(kind: Kind) -> Figures:
    """Figures of a sensor that nobody knows."""
    return Figures(kind, dict(DEFAULTS[kind]), dict.fromkeys(DEFAULTS[kind], "default"))


def figures_of(catalog: Catalog, sensor: str, kind: Kind) -> Figures:
    """Figures of a sensor, as the catalogue has them or by default."""
    figures = assumed(kind)
    known: dict[str, Any] = {}
    if kind == "infrared" and sensor in catalog.sensors_infrared:
        payload = catalog.payloads[catalog.sensors_infrared[sensor].payload]
        known = {name: getattr(payload, name) for name in figures.values}
    elif kind == "radar" and sensor in catalog.sensors_radar:
        radar = catalog.sensors_radar[sensor]
        known = {
            "site": lines.Site(radar.lat_deg, radar.lon_deg, radar.alt_m),
            "period_s": radar.revisit_s,
            "sectors": tuple(lines.Sector(s.from_deg, s.to_deg) for s in radar.sectors),
            "elevation_limits_deg": (radar.elevation_min_deg, radar.elevation_max_deg),
            "range_limits_m": (radar.range_min_km * 1e3, radar.range_max_km * 1e3),
            "bias_range_m": radar.bias_range_m,
            "bias_angle_deg": math.degrees(radar.bias_angle_mrad * 1e-3),
            "threshold_snr_db": radar.threshold_snr_db,
            "false_alarms_per_look": radar.false_alarms_per_look,
        }
    for name, value in known.items():
        figures.values[name], figures.basis[name] = value, "catalogue"
    return figures


def kind_of(catalog: Catalog, sensor: str, said: lines.Field) -> Kind | None:
    """Kind of a sensor of which only a look is there."""
    if said.site is not None or said.threshold_snr_db is not None or sensor in catalog.sensors_radar:
        return "radar"
    if said.position_m is not None or said.threshold_snr is not None or sensor in catalog.sensors_infrared:
        return "infrared"
    return None
