"""One flight by hand: what `launchwatch fly` does."""

from __future__ import annotations

from typing import Any

from launchwatch.assembly.flight.launch import figures, mode_of
from launchwatch.catalog.catalogue import Catalog
from launchwatch.catalog.records import CatalogError, nearest
from launchwatch.sim.truth.aim import AimError, aim_apogee_range, aim_impact
from launchwatch.sim.truth.flight import Trajectory, fly


def fly_once(
    catalog: Catalog,
    booster: str,
    start: str,
    to: str | None,
    azimuth_deg: float | None,
    range_km: float | None,
    apogee_km: float | None,
    depressed: bool,
) -> tuple[Trajectory, dict[str, Any]]:
    """Aim and fly; the trajectory and its figures.

    Raises
    ------
    CatalogError, AimError
        Unknown booster, a point that is none, a combination that says too little or too much, or a target out of reach.
    """
    if booster not in catalog.boosters:
        raise CatalogError(f"--booster {booster}: unknown{nearest(booster, catalog.boosters)}")
    block = catalog.boosters[booster]
    launch = point(start, "--from")
    if (to is None) == (azimuth_deg is None or range_km is None):
        raise AimError("give either --to LAT,LON, or --azimuth DEG with --range-km R")
    if to is not None:
        plan = aim_impact(block, launch, point(to, "--to"), mode_of(depressed, apogee_km), apogee_km)
    else:
        assert azimuth_deg is not None
        assert range_km is not None
        if depressed:
            raise AimError("--depressed goes with --to LAT,LON; with --azimuth and --range-km give --apogee-km")
        if apogee_km is None:
            from launchwatch.core.geodesy import direct

            plan = aim_impact(block, launch, direct(*launch, azimuth_deg, range_km * 1e3))
        else:
            plan = aim_apogee_range(block, launch, azimuth_deg, apogee_km, range_km)
    path = fly(block, plan)
    return path, figures(path)


def point(text: str, name: str) -> tuple[float, float]:
    """A point written LAT,LON in degrees; `name` is the option that it came from."""
    try:
        lat, lon = (float(part) for part in text.split(","))
    except ValueError:
        raise AimError(f"{name} {text}: is no point; write LAT,LON in degrees, like 48.0,-101.0") from None
    if not (-90.0 <= lat <= 90.0 and -180.0 <= lon <= 180.0):
        raise AimError(f"{name} {text}: lies outside -90..90, -180..180 degrees")
    return lat, lon
