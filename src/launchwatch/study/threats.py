"""Launches that threaten a region, drawn over all classes of boosters: any of them, and none that was looked for.

Launch points are the centres of cells of five degrees. Of each booster a coarse grid of pitches and cutoffs is flown
toward a point of the region, and one of the flights that fall inside is taken by lot: lofted, usual and flat alike.
"""

from __future__ import annotations

from functools import cache
from hashlib import blake2b
from typing import NamedTuple

import numpy as np

from launchwatch.catalog.catalogue import Catalog
from launchwatch.catalog.land import land_mask
from launchwatch.catalog.regions import region_contains
from launchwatch.catalog.scenario import Launch, Point, Trajectory
from launchwatch.catalog.schema import Booster, Region
from launchwatch.core.arrays import FloatArray
from launchwatch.core.epochs import NS, format_utc, parse_utc
from launchwatch.core.geodesy import inverse
from launchwatch.sim.truth.flight import COARSE_BOUNDS, Ends, fly, fly_ends
from launchwatch.sim.truth.flight import Trajectory as Flown
from launchwatch.sim.truth.phases import least_cutoff
from launchwatch.sim.truth.plan import FlightError, FlightPlan

CLASSES = ("srbm", "mrbm", "irbm", "icbm", "slbm", "hgv", "slv", "sounding-rocket")
"""Launches go round these in turn; launchers and sounding rockets fly short of an orbit, into the region."""
CELL_DEG = 5.0
"""Launch points are no finer than this."""
FIRST, DAYS = "2026-08-01T00:00:00Z", 31
"""Lift-offs are drawn over so many days, in which the Moon goes round once."""
FLATTEST = 0.05
"""Least apogee as a part of the range; a glide body may fly flatter."""
MOST_DRAWS = 400

_PITCHES_DEG = np.arange(-30.0, 86.0, 5.0)
_KICKS_DEG = 90.0 - np.geomspace(45.0, 0.05, 20)  # a gravity turn hangs on small angles of its tip-over
_CUTOFFS = 10
_ROOM = 0.02
_RADIUS_KM = 6371.0


class Drawn(NamedTuple):
    """A launch and its flight."""

    launch: Launch
    path: Flown


class DrawError(ValueError):
    """A class none of whose boosters reaches the region; one line says so."""


def draw(catalog: Catalog, region: Region, seed: int, number: int) -> Drawn:
    """The launch of a number, from 1; the same for the same seed, whatever else is drawn.

    Raises
    ------
    DrawError
        None of `MOST_DRAWS` flights fell into the region.
    """
    booster_class = CLASSES[(number - 1) % len(CLASSES)]
    digest = blake2b(f"{seed}\x1fthreat\x1f{number}".encode(), digest_size=16).digest()
    rng = np.random.Generator(np.random.Philox(key=int.from_bytes(digest, "little")))
    boosters = [one for one in catalog.boosters.values() if one.booster_class == booster_class]
    for _ in range(MOST_DRAWS):
        booster = boosters[int(rng.integers(len(boosters)))]
        path = _one(booster, region, rng)
        if path is not None:
            break
    else:
        raise DrawError(f"class {booster_class}: none of {MOST_DRAWS} flights falls into region {region.id}")
    lift_off_ns = parse_utc(FIRST) + int(rng.integers(DAYS * 86_400)) * NS
    assert path.impact_deg is not None
    launch = Launch(
        id=f"launch-{number}",
        booster=booster.id,
        time=format_utc(lift_off_ns, 0),
        from_=Point(lat_deg=path.plan.lat_deg, lon_deg=path.plan.lon_deg),
        trajectory=Trajectory(to=Point(lat_deg=path.impact_deg[0], lon_deg=path.impact_deg[1])),
    )
    return Drawn(launch, path)


def _one(booster: Booster, region: Region, rng: np.random.Generator) -> Flown | None:
    """A flight toward a point of the region from a cell that may be near enough; None where it falls elsewhere."""
    at_sea = booster.booster_class == "slbm"
    cells = _cells(region, at_sea, _reach_km(booster))
    targets = _inside(region)
    if not len(cells):
        return None
    lat, lon = cells[int(rng.integers(len(cells)))].tolist()
    target = targets[int(rng.integers(len(targets)))].tolist()
    _, azimuth_deg, _ = inverse(lat, lon, *target)
    pitch, cutoff = (grid.ravel() for grid in np.meshgrid(_pitches(booster), _cutoffs(booster)))
    ends = _ends(booster, lat, lon, azimuth_deg, pitch, cutoff)
    if ends is None:
        return None
    fallen = ends.landed & (ends.position_m @ _up(*target) > 0.0)
    rows = np.flatnonzero(fallen)
    if not len(rows):
        return None
    position = ends.position_m[rows]
    lat_end = np.degrees(np.arctan2(position[:, 2], 0.99330562 * np.hypot(position[:, 0], position[:, 1])))
    lon_end = np.degrees(np.arctan2(position[:, 1], position[:, 0]))
    range_m = np.arccos(np.clip(position @ _up(lat, lon) / np.linalg.norm(position, axis=1), -1.0, 1.0)) * 6371e3
    high = ends.apogee_m[rows] >= FLATTEST * range_m
    rows = rows[region_contains(region, lat_end, lon_end) & (high | (booster.booster_class == "hgv"))]
    if not len(rows):
        return None
    row = int(rows[int(rng.integers(len(rows)))])
    plan = FlightPlan(lat, lon, azimuth_deg, float(pitch[row]), cutoff=float(cutoff[row]))
    try:
        path = fly(booster, plan)
    except FlightError:
        return None
    if path.impact_deg is None or not region_contains(region, *path.impact_deg):
        return None
    return path


def _pitches(booster: Booster) -> FloatArray:
    return _KICKS_DEG if booster.stages[0].steering == "gravity-turn" else _PITCHES_DEG


def _cutoffs(booster: Booster) -> FloatArray:
    return np.linspace(least_cutoff(booster) + _ROOM, 1.0, _CUTOFFS)


def _ends(
    booster: Booster, lat: float, lon: float, azimuth_deg: float, pitch: FloatArray, cutoff: FloatArray
) -> Ends | None:
    """Ends of flights with these pitches and cutoffs; None of a booster that does not lift off."""
    lanes = np.ones((len(pitch), 7))
    lanes[:, 0], lanes[:, 1], lanes[:, 2] = azimuth_deg, pitch, cutoff
    try:
        return fly_ends(booster, lat, lon, 0.0, lanes, COARSE_BOUNDS)
    except FlightError:
        return None


@cache
def _reach_km(booster: Booster) -> float:
    """How far the full burn takes it northward, km; half the Earth's circumference where it reaches an orbit."""
    pitch = _pitches(booster)
    ends = _ends(booster, 30.0, 0.0, 0.0, pitch, np.ones(len(pitch)))
    if ends is None:
        return 0.0
    if not ends.landed.all():
        return np.pi * _RADIUS_KM
    away = ends.position_m @ _up(30.0, 0.0) / np.linalg.norm(ends.position_m, axis=1)
    return float(np.max(np.arccos(np.clip(away, -1.0, 1.0)))) * _RADIUS_KM


@cache
def _cells(region: Region, at_sea: bool, reach_km: float) -> FloatArray:
    """Centres (n, 2) of cells outside of the region, on land or at sea, from which some of it is within reach."""
    lat, lon = _grid(CELL_DEG)
    wet = ~land_mask()[np.floor(lat + 90.0).astype(int), np.floor(lon + 180.0).astype(int)]
    kept = (wet == at_sea) & ~region_contains(region, lat, lon)
    lat, lon = lat[kept], lon[kept]
    inside = _inside(region)
    away = _up(lat, lon) @ _up(inside[:, 0], inside[:, 1]).T
    near = np.arccos(np.clip(away.max(axis=1), -1.0, 1.0)) * _RADIUS_KM < reach_km
    return np.stack([lat[near], lon[near]], axis=1)


@cache
def _inside(region: Region) -> FloatArray:
    """Points (n, 2) of a grid of one degree inside of a region."""
    lat, lon = _grid(1.0)
    kept = region_contains(region, lat, lon)
    return np.stack([lat[kept], lon[kept]], axis=1)


def _grid(step_deg: float) -> tuple[FloatArray, FloatArray]:
    lat, lon = np.meshgrid(
        np.arange(-90.0 + 0.5 * step_deg, 90.0, step_deg), np.arange(-180.0 + 0.5 * step_deg, 180.0, step_deg)
    )
    return lat.ravel(), lon.ravel()


def _up(lat_deg: FloatArray | float, lon_deg: FloatArray | float) -> FloatArray:
    """Unit vectors (..., 3) from the Earth's centre, of a sphere."""
    lat, lon = np.radians(lat_deg), np.radians(lon_deg)
    return np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], axis=-1)
