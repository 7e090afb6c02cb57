"""Boosters of the catalogue fly as far, as high and into the orbits that are published of them."""

from collections.abc import Callable

import pytest
from make_booster_table import reach

from launchwatch.catalog.loader import load_catalog
from launchwatch.sim.truth.aim_orbit import LOWEST_ORBIT_KM, aim_orbit
from launchwatch.sim.truth.flight import FlightPlan, fly

BOOSTERS = load_catalog().boosters
# a published range is rounded to 5 or 10 %, seldom names its payload, and never the winds, the reserves or the steering
BAND = 0.10


@pytest.mark.parametrize(
    "name",
    # the published range of a glide body includes the glide
    [b.id for b in BOOSTERS.values() if b.published_range_km is not None and b.booster_class != "hgv"],
)
def test_the_published_range(name: str, measured: Callable[[str], None]) -> None:
    booster = BOOSTERS[name]
    assert booster.published_range_km is not None
    low, high = booster.published_range_km
    found = reach(booster)
    measured(f"{name}: {found.range_km:.0f} km{' and orbit' if found.orbits else ''}, published {low:.0f} to {high}")
    assert found.orbits or found.range_km > low * (1.0 - BAND)
    if high is not None:
        assert not found.orbits
        assert found.range_km < high * (1.0 + BAND)


def test_most_missiles_have_a_published_range() -> None:
    missiles = [b for b in BOOSTERS.values() if b.country and b.booster_class not in ("slv", "sounding-rocket", "hgv")]
    assert len(missiles) >= 40
    assert {b.id for b in missiles if not b.published_range_km} == {"silver-sparrow"}  # a target, of no stated range


@pytest.mark.parametrize(
    ("name", "launch", "inclination_deg", "altitude_km"),
    [
        # launch sites and typical orbits, to a degree: user's guides; 97.5 deg is sun-synchronous
        ("falcon-9", (28.6, -80.6), 51.6, 300.0),
        ("falcon-9-return", (28.6, -80.6), 51.6, 200.0),
        ("electron", (-39.3, 177.9), 45.0, 300.0),
        ("soyuz-2-1b", (46.0, 63.6), 51.8, 300.0),
        ("long-march-2c", (28.2, 102.0), 63.0, 250.0),
        ("long-march-3b", (28.2, 102.0), 28.5, 300.0),
        ("pslv-ca", (13.7, 80.2), 97.5, 500.0),
        ("h-iia-202", (30.4, 131.0), 30.5, 300.0),
        ("ariane-5-eca", (5.2, -52.8), 6.0, 300.0),
        ("nuri", (34.4, 127.5), 98.0, 700.0),
        ("unha-3", (39.7, 124.7), 97.5, 500.0),
        ("chollima-1", (39.7, 124.7), 97.5, 500.0),
    ],
)
def test_launchers_carry_their_payload_into_orbit(
    name: str, launch: tuple[float, float], inclination_deg: float, altitude_km: float
) -> None:
    plan = aim_orbit(BOOSTERS[name], launch, inclination_deg, altitude_km)
    path = fly(BOOSTERS[name], plan)
    assert path.impact_s is None
    # aiming gives the orbit its size over the equatorial radius; heights over the ellipsoid are up to 22 km more
    assert altitude_km - 1.0 < path.apogee_km < 2.0 * altitude_km - LOWEST_ORBIT_KM + 23.0


def test_every_launcher_is_flown_into_orbit() -> None:
    (mark,) = (m for m in test_launchers_carry_their_payload_into_orbit.pytestmark if m.name == "parametrize")
    launchers = {b.id for b in BOOSTERS.values() if b.booster_class == "slv" and b.country}
    assert launchers == {row[0] for row in mark.args[1]}


@pytest.mark.parametrize(
    ("name", "latitude_deg", "elevation_deg", "low_km", "high_km"),
    [
        # NASA Sounding Rockets User Handbook 2015, performance curves at the payload of the block, 85 degrees
        ("black-brant-9", 32.4, 85.0, 250.0, 350.0),
        ("terrier-improved-orion", 37.9, 85.0, 130.0, 200.0),
        # DLR MORABA: 240 to 280 km with 400 kg; MAXUS 1B to 3 706, 713, 717 km, all nearly straight up
        ("vsb-30", 67.9, 87.0, 240.0, 280.0),
        ("maxus", 67.9, 88.0, 706.0, 717.0),
        # JAXA: 300 km and more with 150 kg
        ("s-520", 31.3, 82.0, 300.0, 350.0),
    ],
)
def test_sounding_rockets_rise_as_high_as_published(
    name: str, latitude_deg: float, elevation_deg: float, low_km: float, high_km: float
) -> None:
    plan = FlightPlan(lat_deg=latitude_deg, lon_deg=0.0, azimuth_deg=0.0, final_pitch_deg=elevation_deg)
    apogee_km = fly(BOOSTERS[name], plan).apogee_km
    # two degrees of elevation move an apogee by one per cent, ten kilograms of payload by two
    assert 0.95 * low_km < apogee_km < 1.05 * high_km
