"""One flight for each class of booster, as height and distance against time, and where it is over the cells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, get_args

import numpy as np

from launchwatch.catalog.catalogue import Catalog
from launchwatch.catalog.records import CatalogError, nearest
from launchwatch.catalog.schema import Booster, BoosterClass
from launchwatch.core.arrays import FloatArray
from launchwatch.core.geodesy import direct, geodetic_from_itrf, itrf_from_geodetic
from launchwatch.sim.scenes.objects import Emission
from launchwatch.sim.scenes.signatures import BurningStages, Signatures
from launchwatch.sim.truth.aim import aim_apogee_range, aim_impact
from launchwatch.sim.truth.aim_orbit import aim_orbit
from launchwatch.sim.truth.flight import Trajectory, fly

BOOST_STEP_S = 1.0
"""Step of the boost phase, s."""
FLIGHT_STEP_S = 4.0
"""Step of the whole flight, s; no radar of the catalogue looks more often than each 5 s."""

_LAUNCH = (0.0, 0.0)  # northward from the equator the Earth's rotation has no part in the speed


class Flying(NamedTuple):
    """What flies for a class, and how: to a range on the least energy, to an apogee and a range, or into an orbit."""

    booster: str
    range_km: float | None = None
    apogee_km: float | None = None
    orbit_km: float | None = None


FLYING: dict[str, Flying] = {
    "icbm": Flying("generic-icbm-solid", range_km=10_000.0),
    "slbm": Flying("generic-slbm-solid", range_km=7_500.0),
    "irbm": Flying("generic-irbm-solid", range_km=4_000.0),
    "mrbm": Flying("generic-mrbm-solid", range_km=2_500.0),
    "srbm": Flying("generic-srbm-solid", range_km=500.0),
    "hgv": Flying("generic-hgv-solid", range_km=8_000.0),
    "slv": Flying("generic-slv-liquid", orbit_km=400.0),
    "sounding-rocket": Flying("generic-sounding-rocket-solid", range_km=100.0, apogee_km=300.0),
}
"""By class: rounded below the full reach of the catalogue's generic booster."""


@dataclass(frozen=True)
class Profile:
    """A flight on even steps from lift-off, (n,) each.

    Attributes
    ----------
    step_s : of the times, which begin at 0.
    height_m : over the ellipsoid.
    distance_rad : from the launch point, as the angle between the verticals.
    thrust_n, exhaust_m_s : 0 where nothing burns.
    """

    step_s: float
    height_m: FloatArray
    distance_rad: FloatArray
    thrust_n: FloatArray
    exhaust_m_s: FloatArray

    @property
    def t_s(self) -> FloatArray:
        """Times (n,), s after lift-off."""
        return np.asarray(np.arange(len(self.height_m)) * self.step_s)


@dataclass(frozen=True)
class ClassFlight:
    """The flight of a class: its booster, trajectory and plume, the boost phase and what of the whole flight counts."""

    booster: Booster
    path: Trajectory
    light: Emission
    boost: Profile
    whole: Profile


def class_flight(catalog: Catalog, booster_class: str) -> ClassFlight:
    """Fly the generic booster of a class once, northward from the equator.

    A launcher counts until its last burnout: what is in orbit is no launch any more. All others count to their impact.

    Raises
    ------
    CatalogError
        No such class.
    """
    if booster_class not in get_args(BoosterClass):
        raise CatalogError(f"--booster-class {booster_class}: unknown{nearest(booster_class, get_args(BoosterClass))}")
    flying = FLYING[booster_class]
    booster = catalog.boosters[flying.booster]
    if flying.orbit_km is not None:
        plan = aim_orbit(booster, _LAUNCH, 90.0, flying.orbit_km)
    elif flying.apogee_km is not None and flying.range_km is not None:
        plan = aim_apogee_range(booster, _LAUNCH, 0.0, flying.apogee_km, flying.range_km)
    else:
        assert flying.range_km is not None
        plan = aim_impact(booster, _LAUNCH, direct(*_LAUNCH, 0.0, flying.range_km * 1e3))
    path = fly(booster, plan)
    end_s = path.burnout_s if path.impact_s is None else path.impact_s
    boost, whole = profile(path, BOOST_STEP_S, path.burnout_s), profile(path, FLIGHT_STEP_S, end_s)
    return ClassFlight(booster, path, plume_of(catalog, booster, path), boost, whole)


def plume_of(catalog: Catalog, booster: Booster, path: Trajectory) -> BurningStages:
    """The plumes of a flight, at the nominal figures of the catalogue."""
    signatures = Signatures(catalog.plumes)
    return BurningStages(booster, path, signatures, signatures.draws(booster.id))


def profile(path: Trajectory, step_s: float, until_s: float) -> Profile:
    """A trajectory on even steps up to a time."""
    t = np.arange(0.0, until_s, step_s)
    lat, lon, height = geodetic_from_itrf(path.at(t)[0])
    there = _verticals(lat, lon)
    across = np.linalg.norm(np.cross(there[0], there), axis=1)
    thrust, exhaust = path.thrust_at(t)
    return Profile(step_s, height, np.arctan2(across, there @ there[0]), thrust, exhaust)


def placed(flight: Profile, lat_deg: FloatArray, azimuth_deg: FloatArray) -> FloatArray:
    """A flight from points of the zero meridian along azimuths, great circles of a sphere; ITRF m, (l, a, n, 3).

    The Earth's turning is left out, and so is that a degree is 0.5 % longer here than there.
    """
    lat, azimuth = np.radians(lat_deg)[:, None, None], np.radians(azimuth_deg)[None, :, None]
    away = flight.distance_rad[None, None, :]
    north = np.cos(lat) * np.cos(away) - np.sin(lat) * np.sin(away) * np.cos(azimuth)
    east = np.sin(away) * np.sin(azimuth)
    up = np.sin(lat) * np.cos(away) + np.cos(lat) * np.sin(away) * np.cos(azimuth)
    there = np.degrees(np.arctan2(up, np.hypot(north, east))), np.degrees(np.arctan2(east, north))
    return itrf_from_geodetic(*there, flight.height_m)


def _verticals(lat_deg: FloatArray, lon_deg: FloatArray) -> FloatArray:
    lat, lon = np.radians(lat_deg), np.radians(lon_deg)
    return np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], axis=-1)
