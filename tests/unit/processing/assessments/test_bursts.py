"""Where a path ahead may pass at the heights of a high-altitude burst, against falls that are drawn."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest

from launchwatch.catalog.loader import load_catalog
from launchwatch.catalog.regions import region_contains, region_distance_m
from launchwatch.catalog.schema import BurstBand, Region
from launchwatch.core.epochs import NS
from launchwatch.core.geodesy import direct, geodetic_from_itrf
from launchwatch.messages.assessments import RegionThreat
from launchwatch.messages.tracks import Track
from launchwatch.processing.assessments.impact import descend, spared, threats
from launchwatch.processing.motion import ballistic
from unit.processing.made import state_above, track

BAND = BurstBand()


def square(lat_deg: float, lon_deg: float, half_deg: float = 1.0) -> Region:
    """A region about a point."""
    south, north, west, east = lat_deg - half_deg, lat_deg + half_deg, lon_deg - half_deg, lon_deg + half_deg
    head = {"id": "x", "name": "X", "source": "own", "confidence": "none", "status": "synthetic"}
    return Region(**head, polygons=(((west, south), (east, south), (east, north), (west, north)),))  # type: ignore[arg-type]


def threat_of(found: Track, region: Region, band: BurstBand = BAND) -> RegionThreat:
    (threat,) = threats(found, descend(found).impact, {"x": region}, 1e6, band)
    return threat


def flown_near(found: Track, region: Region, band: BurstBand) -> float:
    """Share of drawn flights that come within reach of the region at such heights."""
    rng = np.random.default_rng(11)
    near = 0
    for _ in range(200):
        state = found.state + rng.multivariate_normal(np.zeros(6), found.covariance)
        places = []
        for _ in range(200):
            lat, lon, height = geodetic_from_itrf(state[:3])
            if height < 0.0:
                break
            if 1e3 * band.min_altitude_km <= height <= 1e3 * band.max_altitude_km:
                places.append((float(lat), float(lon)))
            state = ballistic.state_after(state, 10.0)
        lat, lon = np.array(places).T
        near += bool((region_distance_m(region, lat, lon) <= 1e3 * band.reach_km).any())
    return near / 200


@pytest.mark.parametrize("north_km", [0.0, 250.0, 400.0, 450.0, 500.0, 600.0, 800.0])
def test_the_share_of_paths_is_that_of_flights_drawn(north_km: float) -> None:
    """A flight to the east whose azimuth is known to five degrees, and a region beside its path."""
    found = track(covariance=np.diag([3e3, 3e3, 3e3, 100.0, 300.0, 100.0]) ** 2)
    impact = descend(found).impact
    assert impact is not None
    lat, lon = direct(impact.lat_deg, impact.lon_deg, 0.0, 1e3 * north_km)
    region = square(lat, lon, 0.5)
    assert threat_of(found, region).burst_probability == pytest.approx(flown_near(found, region, BAND), abs=0.12)


def test_distance_is_that_of_the_mean_path_and_null_where_it_is_never_so_high() -> None:
    found = track()
    below = square(40.0, 131.0)
    assert threat_of(found, below).burst_distance_km == 0.0
    assert threat_of(found, below).burst_probability == 1.0
    lat, lon = direct(40.0, 131.0, 0.0, 900e3)
    away = threat_of(found, square(lat, lon))
    assert away.burst_probability == 0.0
    assert away.burst_distance_km == pytest.approx(900.0 - 111.0, abs=30.0)
    high = BurstBand(min_altitude_km=2000.0, max_altitude_km=3000.0)
    never = threat_of(found, below, high)
    assert (never.burst_probability, never.burst_distance_km) == (0.0, None)


def test_a_path_that_has_left_a_region_behind_is_no_burst_over_it() -> None:
    """It counts where it goes, and no longer where it came from."""
    behind = square(40.0, 126.0)
    rising, later = track(), track()
    state = rising.state
    for _ in range(24):
        state = ballistic.state_after(state, 10.0)
    later = track(state=state, epoch_ns=rising.epoch_ns + 240 * NS)
    assert threat_of(rising, behind).burst_probability == 1.0
    assert threat_of(later, behind).burst_probability == 0.0


def test_a_steep_flight_that_falls_back_stays_over_its_region() -> None:
    up = track(state=state_above(40.0, 128.0, 150e3, 100.0, 0.0, 3500.0))
    assert threat_of(up, square(40.0, 128.0)).burst_probability == 1.0


def test_what_stays_in_orbit_falls_on_nobody_and_its_path_is_not_said() -> None:
    (one,) = spared({"x": square(0.0, 0.0)})
    assert (one.impact_probability, one.burst_probability, one.burst_distance_km) == (0.0, None, None)


@pytest.mark.parametrize("lat", [-40.0, 0.0, 65.0])
def test_distance_to_a_region(lat: float) -> None:
    region = square(lat, 179.0, 1.0)
    assert bool(region_contains(region, lat, 179.5))
    assert float(region_distance_m(region, lat, 179.5)) == 0.0
    for azimuth in range(0, 360, 30):
        for far_m in (400e3, 1000e3):
            there = direct(lat, 179.0, float(azimuth), far_m)
            edge = np.array([(lat + a, 179.0 + b) for a in np.linspace(-1, 1, 41) for b in (-1, 1)]
                            + [(lat + a, 179.0 + b) for b in np.linspace(-1, 1, 41) for a in (-1, 1)])  # fmt: skip
            cos = np.sin(np.radians(edge[:, 0])) * np.sin(np.radians(there[0])) + np.cos(
                np.radians(edge[:, 0])
            ) * np.cos(np.radians(there[0])) * np.cos(np.radians(edge[:, 1] - there[1]))
            true_m = 6371e3 * float(np.arccos(np.clip(cos, -1.0, 1.0)).min())
            assert float(region_distance_m(region, *there)) == pytest.approx(true_m, rel=0.05, abs=3e3)


@pytest.mark.parametrize("name", ["ru", "us", "jp"])
def test_rings_that_are_left_out_are_not_the_nearest(name: str) -> None:
    """A region of several rings, some across longitude 180: as near as the nearest ring alone."""
    region = load_catalog().regions[name]
    rng = np.random.default_rng(5)
    for _ in range(40):
        lat, lon = rng.uniform(-75.0, 85.0), rng.uniform(-180.0, 180.0)
        lats, lons = lat + rng.normal(0.0, 2.0, 20), lon + rng.normal(0.0, 4.0, 20)
        whole = region_distance_m(region, lats, lons)
        alone = [msgspec.structs.replace(region, polygons=(ring,)) for ring in region.polygons]
        np.testing.assert_array_equal(whole, np.min([region_distance_m(one, lats, lons) for one in alone], axis=0))
