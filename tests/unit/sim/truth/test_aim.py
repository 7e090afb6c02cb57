import math

import numpy as np
import pytest
from msgspec.structs import replace as altered

from launchwatch.catalog.loader import load_catalog
from launchwatch.core.geodesy import direct, inverse
from launchwatch.physics.gravity import MU, OMEGA, A
from launchwatch.sim.truth import aim
from launchwatch.sim.truth import aim_orbit as orbits
from launchwatch.sim.truth.aim import AimError, aim_apogee_range, aim_impact
from launchwatch.sim.truth.aim_orbit import aim_injection, aim_orbit
from launchwatch.sim.truth.bodies import bodies
from launchwatch.sim.truth.flight import Trajectory, fly
from launchwatch.sim.truth.plan import FlightPlan

BOOSTERS = load_catalog().blocks("boosters")
HIT_KM = 0.002  # the bar of the search is 1 m beyond and 1 m across

# launch, impact; the cases of the joint-warning study, at 1 degree
ICBM = [((48.0, -101.0), (42.0, 93.0)), ((48.0, -111.0), (39.9, 116.4)), ((48.0, -111.0), (55.8, 37.6))]
SLBM = [((50.0, -35.0), (42.0, 93.0)), ((-25.0, 80.0), (55.0, 83.0)), ((15.0, 140.0), (52.0, 104.0))]
SHORT = [((15.0, 140.0), (43.0, 132.0)), ((68.0, 0.0), (56.0, 38.0))]


def miss_km(path: Trajectory, impact: tuple[float, float]) -> float:
    assert path.impact_deg is not None
    return inverse(*path.impact_deg, *impact)[0] / 1e3


@pytest.mark.parametrize(
    ("name", "launch", "impact"),
    [("minuteman-3", *case) for case in ICBM] + [("trident-d5", *case) for case in SLBM + SHORT],
)
def test_minimum_energy_hits(name: str, launch: tuple[float, float], impact: tuple[float, float]) -> None:
    plan = aim_impact(BOOSTERS[name], launch, impact)
    path = fly(BOOSTERS[name], plan)
    assert miss_km(path, impact) < HIT_KM
    for pitch in (-4.0, 4.0):  # no other pitch gets there with less
        other = fly(
            BOOSTERS[name], FlightPlan(*launch, plan.azimuth_deg, plan.final_pitch_deg + pitch, 0.0, plan.cutoff)
        )
        assert other.range_km < path.range_km


@pytest.mark.parametrize(("launch", "impact"), SHORT)
def test_depressed_and_lofted(launch: tuple[float, float], impact: tuple[float, float]) -> None:
    booster = BOOSTERS["trident-d5"]
    least = fly(booster, aim_impact(booster, launch, impact))
    flat = fly(booster, aim_impact(booster, launch, impact, "depressed"))
    steep = fly(booster, aim_impact(booster, launch, impact, "lofted"))
    assert max(miss_km(path, impact) for path in (flat, least, steep)) < HIT_KM
    assert flat.apogee_km == pytest.approx(aim.DEPRESSED_APOGEE * least.apogee_km, rel=1e-4)  # coarse bounds of a grid
    assert steep.apogee_km == pytest.approx(aim.LOFTED_APOGEE * least.apogee_km, rel=1e-4)
    assert flat.impact_s < least.impact_s < steep.impact_s


def test_depressed_goes_as_flat_as_a_full_burn_allows() -> None:
    booster, launch = BOOSTERS["minuteman-3"], (48.0, -101.0)
    impact = direct(*launch, 0.0, 11_000e3)
    least = fly(booster, aim_impact(booster, launch, impact))
    flat = fly(booster, aim_impact(booster, launch, impact, "depressed"))
    assert miss_km(flat, impact) < HIT_KM
    assert aim.DEPRESSED_APOGEE * least.apogee_km < flat.apogee_km < least.apogee_km


def test_apogee_and_range() -> None:
    booster = BOOSTERS["hwasong-12"]
    path = fly(booster, aim_apogee_range(booster, (39.2, 125.7), 72.0, 770.0, 3_700.0))
    assert path.apogee_km == pytest.approx(770.0, abs=0.002)
    assert path.range_km == pytest.approx(3_700.0, abs=HIT_KM)
    assert inverse(39.2, 125.7, *path.impact_deg)[1] == pytest.approx(72.0, abs=1e-4)


@pytest.mark.parametrize("name", ["falcon-9", "generic-slv-liquid", "generic-slv-solid"])
@pytest.mark.parametrize("altitude_km", [200.0, 300.0, 400.0])
def test_orbit(name: str, altitude_km: float) -> None:
    booster = BOOSTERS[name]
    path = fly(booster, aim_orbit(booster, (28.6, -80.6), 51.6, altitude_km))
    assert path.impact_s is None
    r, v = path.position_m[-1], path.velocity_m_s[-1]
    v = v + OMEGA * np.array([-r[1], r[0], 0.0])
    momentum = np.cross(r, v)
    assert math.degrees(math.acos(momentum[2] / np.linalg.norm(momentum))) == pytest.approx(51.6, abs=0.5)
    size = 1.0 / (2.0 / np.linalg.norm(r) - v @ v / MU)
    perigee = size * (1.0 - math.sqrt(max(0.0, 1.0 - momentum @ momentum / (MU * size))))
    # J2 moves the osculating elements by some kilometres within a turn
    assert perigee - A > (orbits.LOWEST_ORBIT_KM - 15.0) * 1e3
    assert size - A == pytest.approx(altitude_km * 1e3, abs=15e3)


def test_the_number_of_flights_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    flown = []
    real = aim.fly_ends

    def counted(booster, lat, lon, alt, lanes, *rest, **options):
        flown.append(len(lanes))
        return real(booster, lat, lon, alt, lanes, *rest, **options)

    monkeypatch.setattr(aim, "fly_ends", counted)
    monkeypatch.setattr(orbits, "fly_ends", counted)
    for mode in ("minimum-energy", "depressed", "lofted"):
        flown.clear()
        aim_impact(BOOSTERS["trident-d5"], *SHORT[0], mode)
        assert sum(flown) <= aim.MOST_FLIGHTS
    flown.clear()
    aim_orbit(BOOSTERS["falcon-9"], (28.6, -80.6), 51.6, 300.0)
    assert sum(flown) <= aim.MOST_FLIGHTS


@pytest.mark.parametrize(
    ("call", "why"),
    [
        (lambda: aim_impact(BOOSTERS["hwasong-12"], (39.2, 125.7), (48.0, -100.0)), "flies at most about"),
        (lambda: aim_impact(BOOSTERS["bench-1"], (48.0, 0.0), (48.0, 0.1)), "aiming begins at 20 km"),
        (lambda: aim_apogee_range(BOOSTERS["hwasong-12"], (39.2, 125.7), 72.0, 4_000.0, 900.0), "apogees of about"),
        (lambda: aim_orbit(BOOSTERS["falcon-9"], (51.6, 0.0), 28.6, 300.0), "cannot be reached from latitude 51.6"),
        (lambda: aim_orbit(BOOSTERS["hwasong-12"], (39.2, 125.7), 60.0, 300.0), "no orbit of that size"),
    ],
)
def test_refusals_say_how_far_it_gets(call, why: str) -> None:
    with pytest.raises(AimError, match=why) as caught:
        call()
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("flight_time_s", [1_700.0, 2_400.0])
def test_a_given_flight_time_is_met(flight_time_s: float) -> None:
    booster = BOOSTERS["minuteman-3"]
    path = fly(booster, aim_impact(booster, *ICBM[0], flight_time_s=flight_time_s))
    assert path.impact_s == pytest.approx(flight_time_s, abs=0.002)  # the search holds it within 1 ms
    assert miss_km(path, ICBM[0][1]) < HIT_KM
    with pytest.raises(AimError, match="flight times of about"):
        aim_impact(booster, *ICBM[0], flight_time_s=900.0)
    with pytest.raises(AimError, match="each fixes the other"):
        aim_impact(booster, *ICBM[0], apogee_km=1_200.0, flight_time_s=flight_time_s)


@pytest.mark.parametrize("mode", ["minimum-energy", "depressed", "lofted"])
def test_a_gravity_turn_is_aimed_like_a_programme(mode: str) -> None:
    plain = BOOSTERS["minuteman-3"]
    turned = altered(plain, pitch_tau_s=3.0, stages=tuple(altered(s, steering="gravity-turn") for s in plain.stages))
    path = fly(turned, aim_impact(turned, *ICBM[0], mode))
    assert miss_km(path, ICBM[0][1]) < HIT_KM


def test_injection_reaches_its_apogee() -> None:
    booster = altered(BOOSTERS["falcon-9"], payload_kg=5_000.0)
    parking = aim_orbit(booster, (28.6, -80.6), 28.7, 200.0)
    path = fly(booster, aim_injection(booster, parking, 35_786.0))
    # the plan counts two-body; J2 is worth 3e4 m^2/s^2 over the equator at 200 km, which is 170 km of apogee
    assert path.apogee_km == pytest.approx(35_786.0, abs=250.0)
    assert path.at(path.burns_s[-1][0])[0][2] == pytest.approx(0.0, abs=15e3)  # at the node, to a second or two
    with pytest.raises(AimError, match="at most"):
        aim_injection(BOOSTERS["falcon-9"], aim_orbit(BOOSTERS["falcon-9"], (28.6, -80.6), 28.7, 200.0), 35_786.0)


def test_southward_is_the_other_way_to_the_same_orbit() -> None:
    booster = altered(BOOSTERS["falcon-9"], payload_kg=5_000.0)
    plan = aim_orbit(booster, (34.7, -120.6), 97.4, 400.0, southward=True)
    assert 180.0 < plan.azimuth_deg < 200.0
    path = fly(booster, plan)
    assert path.impact_s is None
    assert path.at(path.burnout_s)[1][2] < 0.0


def test_the_first_stage_of_an_orbital_flight_comes_home() -> None:
    booster = BOOSTERS["falcon-9-return"]
    path = fly(booster, aim_orbit(booster, (28.6, -80.6), 51.6, 200.0))
    first = bodies(booster, path)[1]
    assert first.kind == "returning-stage"
    assert first.trajectory.range_km < 40.0
    assert np.linalg.norm(first.trajectory.velocity_m_s[-1]) < 3.0
