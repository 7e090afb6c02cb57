"""The packaged catalogue holds what it promises, and keeps the safeguards."""

from __future__ import annotations

import re

import numpy as np
import pytest

from launchwatch.catalog.catalogue import KINDS
from launchwatch.catalog.loader import DATA, Catalog, load_scenario
from launchwatch.catalog.schema import BoosterClass, Elements, Molniya, Walker
from launchwatch.core.epochs import parse_utc

DAYS = {
    year: parse_utc(f"{day}T00:00:00Z")
    for year, day in ((1995, "1995-01-25"), (2017, "2017-11-28"), (2026, "2026-08-20"))
}
PARTNERS = {"ru", "cn", "us", "gb", "fr", "jp", "kr", "iq"}
SCENARIOS = {
    "hwasong-15-2017", "andoya-1995", "mediterranean-2013", "joint-warning", "allied-warning", "northeast-asia",
    "orbital-launch", "norwegian-sea-1995",
}  # fmt: skip


def serving(catalog: Catalog, year: int) -> set[str]:
    return set(catalog.sensors_in_service(DAYS[year]))


def test_partners_and_scenarios_are_there(catalog: Catalog) -> None:
    assert set(catalog.partners) == PARTNERS
    assert set(catalog.scenarios) >= SCENARIOS


def test_every_class_of_booster_is_there_solid_and_liquid(catalog: Catalog) -> None:
    for name in BoosterClass.__args__:  # type: ignore[attr-defined]
        for propellant in ("solid", "liquid"):
            assert catalog.boosters[f"generic-{name}-{propellant}"].booster_class == name


@pytest.mark.parametrize("name", sorted(SCENARIOS))
def test_every_scenario_loads_and_its_sensors_have_orbits(name: str, catalog: Catalog) -> None:
    scenario = load_scenario(name, catalog)
    assert scenario.purpose == "exercise"
    for launch in scenario.launches:
        for partner in scenario.partners:
            for sensor in catalog.sensors_in_service(launch.time_ns, partner).values():
                if sensor.id in catalog.sensors_infrared:
                    catalog.orbit_of(catalog.sensors_infrared[sensor.id], launch.time_ns)


def test_joint_warning_is_the_list_of_the_study(catalog: Catalog) -> None:
    flown = []
    for launch in load_scenario("joint-warning", catalog).launches:
        start, target = launch.from_, launch.trajectory.to
        assert target
        flown.append((start.lat_deg, start.lon_deg, (target.lat_deg, target.lon_deg), launch.trajectory.depressed))
    assert flown == [
        (48, -101, (42, 93), False), (48, -111, (40, 116), False), (48, -111, (56, 38), False),
        (50, -35, (42, 93), False), (-25, 80, (55, 83), False), (15, 140, (52, 104), False),
        (15, 140, (43, 132), True), (68, 0, (56, 38), True),
    ]  # fmt: skip


def test_sensors_of_1995_2017_and_2026_differ(catalog: Catalog) -> None:
    old, middle, new = (serving(catalog, year) for year in DAYS)
    assert {"ru-oko-1", "ru-olenegorsk-d", "us-dsp-16"} <= old
    assert not any("eks" in name or "sbirs" in name or "voronezh" in name for name in old)
    assert {"us-sbirs-geo-3", "cn-tjs-2", "us-tpy2-shariki", "ru-lekhtusi"} <= middle
    assert not {"us-sbirs-geo-4", "ru-oko-1", "ru-barnaul", "kr-greenpine-busan"} & middle
    assert {"us-sbirs-geo-6", "ru-eks-5", "ru-barnaul", "kr-greenpine-busan"} <= new
    assert not {"us-dsp-21", "ru-eks-1", "ru-balkhash", "ru-vorkuta", "ru-sevastopol"} & new


def test_service_by_owner(catalog: Catalog) -> None:
    assert set(catalog.sensors_in_service(DAYS[2026], "gb")) == {"gb-fylingdales"}
    everything = catalog.sensors_in_service(DAYS[2026])
    assert list(everything) == sorted(everything)
    assert {"jp", "kr", "cn", "ru", "us", "gb"} <= {sensor.owner for sensor in everything.values()}


def test_infrared_sensors_always_have_an_orbit(catalog: Catalog) -> None:
    for sensor in catalog.sensors_infrared.values():
        if isinstance(layer := catalog.orbits.get(sensor.orbit or ""), Walker):
            assert (layer.status, sensor.in_service) == ("synthetic", None)
            continue
        first, last = sensor.in_service or pytest.fail(f"{sensor.id} never serves")
        for year in range(first.year + 1, (last.year if last else 2030)):
            for month in (1, 7, 8, 9):
                catalog.orbit_of(sensor, parse_utc(f"{year}-{month:02d}-20T00:00:00Z"))


def test_sectors_lie_on_the_circle(catalog: Catalog) -> None:
    for radar in catalog.sensors_radar.values():
        for sector in radar.sectors:
            width = (sector.to_deg - sector.from_deg) % 360 or 360
            assert 0 <= sector.from_deg <= 360
            assert 0 <= sector.to_deg <= 360
            assert 55 <= width <= 360, radar.id  # none is narrower than the 60 degrees of a Dnepr


def test_every_radar_looks_on_the_common_grid(catalog: Catalog) -> None:
    arrays = [radar for radar in catalog.sensors_radar.values() if radar.technique == "phased-array"]
    assert {radar.revisit_s for radar in arrays} == {5.0}


def test_performance_of_radars_and_payloads_is_marked_as_assumed(catalog: Catalog) -> None:
    for radar in catalog.sensors_radar.values():
        assert {"reference", "beamwidth_deg", "sigma_range_m", "bias_range_m"} <= set(radar.assumed)
        assert radar.in_service is None or radar.source
    for payload in catalog.payloads.values():
        assert "noise_equivalent_irradiance_w_m2" in payload.assumed
        assert "No public noise-equivalent figure exists" in str(payload.notes)
        if payload.id.startswith("leo"):
            continue
        # a plume of 1e5 W/sr at 38,000 km, before transmission; an upper stage is a tenth of that and must stay above
        # a threshold of 5 to 6
        assert 100 <= 6.9e-11 / payload.noise_equivalent_irradiance_w_m2 <= 240


def test_reference_follows_the_radar_equation(catalog: Catalog) -> None:
    # PAVE-PAWS-like: 9.3 kJ, 38.6 dB, 435 MHz, 450 K, losses 6 dB (NRC 2005; NAP 11205), 1 m2 at 13 dB
    gain, wavelength = 10**3.86, 2.998e8 / 435e6
    noise = 1.380649e-23 * 450 * 10**0.6 * 10**1.3
    range_m = (9.3e3 * gain**2 * wavelength**2 / ((4 * np.pi) ** 3 * noise)) ** 0.25
    # inputs have two to three digits, the fourth root leaves one per cent
    assert range_m == pytest.approx(catalog.sensors_radar["us-beale"].reference.range_km * 1e3, rel=0.01)


def test_synthetic_orbits_are_marked(catalog: Catalog) -> None:
    for orbit in catalog.orbits.values():
        if isinstance(orbit, Molniya) or orbit.id.startswith("slot-us"):
            assert (orbit.status, orbit.confidence) == ("synthetic", "none")
        if isinstance(orbit, Elements):
            assert orbit.norad_id
            assert orbit.epoch.startswith("2026-0")


def test_the_slots_of_2026_are_those_of_the_elements(catalog: Catalog) -> None:
    from sgp4.api import WGS72, Satrec

    from launchwatch.core.epochs import julian_date
    from launchwatch.core.frames import itrf_from_teme

    known = {"us-sbirs-geo-1": 52, "us-sbirs-geo-2": -50, "us-sbirs-geo-3": 22, "us-sbirs-geo-4": -159,
             "us-sbirs-geo-5": 94, "us-sbirs-geo-6": 139, "cn-tjs-2": 67, "cn-tjs-5": 108, "cn-tjs-6": 178}  # fmt: skip
    for name, longitude in known.items():
        orbit = catalog.orbit_of(catalog.sensors_infrared[name], DAYS[2026])
        assert isinstance(orbit, Elements)
        satellite = Satrec()
        jd, fr = julian_date(orbit.epoch_ns)
        rad = np.radians
        satellite.sgp4init(
            WGS72, "i", orbit.norad_id, float(jd) + float(fr) - 2433281.5, orbit.bstar, 0.0, 0.0, orbit.eccentricity,
            rad(orbit.argument_of_perigee_deg), rad(orbit.inclination_deg), rad(orbit.mean_anomaly_deg),
            orbit.mean_motion_rev_day * 2 * np.pi / 1440, rad(orbit.raan_deg),
        )  # fmt: skip
        error, r, v = satellite.sgp4(*map(float, julian_date(DAYS[2026])))
        assert error == 0
        place, _ = itrf_from_teme(np.array([r]) * 1e3, np.array([v]) * 1e3, np.array([DAYS[2026]]))
        found = np.degrees(np.arctan2(place[0, 1], place[0, 0]))
        # slots are quoted to a degree, and inclined orbits swing by a fraction of one
        assert (found - longitude + 180) % 360 - 180 == pytest.approx(0, abs=0.7), name


def test_sites_are_no_finer_than_a_tenth_of_a_degree_and_launch_points_than_one(catalog: Catalog) -> None:
    for place in catalog.places.values():
        assert not list(place.problems())
        if place.kind in ("launch-area", "sea") and place.status != "published":
            assert place.lat_deg == round(place.lat_deg)
            assert place.lon_deg == round(place.lon_deg)
    for name in SCENARIOS:
        for launch in load_scenario(name, catalog).launches:
            if launch.from_.place is None:
                assert launch.from_.lat_deg == round(launch.from_.lat_deg)
                assert launch.from_.lon_deg == round(launch.from_.lon_deg)


def test_procedures_are_worded_alike(catalog: Catalog) -> None:
    unsourced = [p for p in catalog.partners.values() if p.status == "assumption"]
    assert len({p.procedure for p in unsourced}) == 1
    assert {p.policy for p in catalog.partners.values()} <= set(catalog.policies)


def test_no_address_of_a_working_machine_is_in_the_data() -> None:
    for path in DATA.rglob("*.yaml"):
        assert not re.search(r"\.\./shared|\bfacts\b", path.read_text()), path.name


def test_every_kind_has_blocks(catalog: Catalog) -> None:
    assert all(catalog.blocks(kind) for kind in KINDS)
