import math
from dataclasses import replace

import numpy as np
import pytest
from msgspec.structs import replace as altered
from numpy.testing import assert_allclose
from scipy.integrate import solve_ivp

from launchwatch.catalog.loader import load_catalog
from launchwatch.catalog.schema import Booster
from launchwatch.core.frames import OMEGA_EARTH, enu_axes
from launchwatch.core.geodesy import geodetic_from_itrf, itrf_from_geodetic
from launchwatch.physics import _kernels as facts
from launchwatch.physics.atmosphere import EDGES, G0, TABLE, density, pressure, speed_of_sound
from launchwatch.physics.gravity import J2, MU, A, gravity_j2
from launchwatch.sim.truth import _dop853 as dop853
from launchwatch.sim.truth import _kernels as kernels
from launchwatch.sim.truth import flight
from launchwatch.sim.truth.flight import Trajectory, fly, fly_ends
from launchwatch.sim.truth.phases import least_cutoff, stage_table
from launchwatch.sim.truth.plan import FlightError, FlightPlan

BOOSTERS = load_catalog().blocks("boosters")
BENCH = BOOSTERS["bench-1"]
PLAN = FlightPlan(lat_deg=48.0, lon_deg=110.0, azimuth_deg=15.0, final_pitch_deg=2.0)
TABLES = (facts.EARTH, TABLE, EDGES, dop853.A, dop853.C, dop853.E, dop853.D)


@pytest.fixture(scope="module")
def bench() -> Trajectory:
    return fly(BENCH, PLAN)


def twin(t: float, y: np.ndarray, path: Trajectory, booster: Booster) -> np.ndarray:
    """The right-hand side in plain NumPy, from the catalogue's figures and by vectors."""
    r, v = y[:3], y[3:]
    omega = np.array([0.0, 0.0, OMEGA_EARTH])
    total = gravity_j2(r) - 2.0 * np.cross(omega, v) - np.cross(omega, np.cross(omega, r))
    # the kernel takes heights along the radius, as BENCH-1 does
    h = facts.height(*r)
    speed = np.linalg.norm(v)
    begin = 0.0
    for i, stage in enumerate(booster.stages):
        begin += stage.ignition_delay_s
        if t < begin + stage.burn_s:
            above = booster.payload_kg + sum(s.propellant_kg + s.inert_kg for s in booster.stages[i:])
            flow = stage.propellant_kg / stage.burn_s
            mass = above - flow * max(t - begin, 0.0)
            if t >= begin:
                _, north, up = enu_axes(path.plan.lat_deg, path.plan.lon_deg)
                east = enu_axes(path.plan.lat_deg, path.plan.lon_deg)[0]
                azimuth, final = math.radians(path.plan.azimuth_deg), math.radians(path.plan.final_pitch_deg)
                lag = math.exp(-(t - booster.vertical_s) / booster.pitch_tau_s) if t > booster.vertical_s else 1.0
                pitch = final + (0.5 * math.pi - final) * lag
                ahead = math.sin(azimuth) * east + math.cos(azimuth) * north
                push = flow * stage.isp_vac_s * G0 - float(pressure(h)) * stage.exit_area_m2
                total = total + push / mass * (math.sin(pitch) * up + math.cos(pitch) * ahead)
            mach = speed / float(speed_of_sound(h))
            curve = 0.18 + 0.27 * math.exp(-(((mach - 1.15) / 0.45) ** 2)) + 0.06 / (1.0 + 0.1 * mach**2)
            area = 0.25 * math.pi * stage.diameter_m**2 * booster.cd_scale
            return np.concatenate([v, total - 0.5 * float(density(h)) * speed * curve * area / mass * v])
        begin += stage.burn_s
    ballistic = booster.reentry_ballistic_coefficient_kg_m2
    return np.concatenate([v, total - 0.5 * float(density(h)) * speed / ballistic * v])


@pytest.mark.parametrize("name", ["bench-1", "hwasong-15", "black-brant-12"])
def test_kernel_agrees_with_its_twin(name: str) -> None:
    booster = BOOSTERS[name]
    path = fly(booster, replace(PLAN, final_pitch_deg=60.0))
    for i in range(0, len(path.t_s) - 1, 3):
        y = np.concatenate([path.position_m[i], path.velocity_m_s[i]])
        ours = path.acceleration_m_s2[i, 0]
        # a node on a layer's edge belongs to both layers: the air differs there by up to 8e-6
        assert_allclose(ours, twin(path.t_s[i] + 1e-9, y, path, booster)[3:], rtol=1e-5, atol=1e-6)
        assert_allclose(path.position_m[i], path.at(path.t_s[i])[0], atol=1e-8)


def test_whole_flight_agrees_with_scipy(bench: Trajectory) -> None:
    y = np.concatenate([bench.position_m[0], bench.velocity_m_s[0]])
    ends = [BENCH.vertical_s, 60.0, 122.0, 180.0, 600.0]
    t = 0.0
    for end in ends:
        solved = solve_ivp(lambda t, y: twin(t, y, bench, BENCH), (t, end - 1e-9), y, "DOP853", rtol=1e-9, atol=1e-6)
        t, y = end, solved.y[:, -1]
    # scipy steps across the layers' edges and is itself off by decimetres (DOP853 1e-9: 0.9 m at impact)
    assert np.linalg.norm(bench.at(600.0)[0] - y[:3]) < 2.0


def test_bench_1_is_the_specified_one() -> None:
    table = stage_table(BENCH)
    assert_allclose(table[:, 0], [34_700.0, 11_700.0, 4_500.0], rtol=0)
    assert_allclose(table[:, 1], [20_800.0, 6_300.0, 3_300.0], rtol=0)
    assert_allclose(table[:, 5], math.pi * 0.84**2, rtol=1e-15)


def test_profile_of_bench_1(bench: Trajectory) -> None:
    # published with the problem, to their printed digits
    assert bench.burnout_s == pytest.approx(180.0, abs=1e-9)
    assert bench.burnout_altitude_km == pytest.approx(202.0, abs=0.6)
    assert bench.burnout_speed_m_s == pytest.approx(6_980.0, abs=6.0)
    assert bench.impact_s == pytest.approx(1_874.0, abs=0.6)
    assert bench.range_km == pytest.approx(10_057.0, abs=0.6)
    assert bench.staging_s == (60.0, 122.0)
    assert bench.ignition_s == (0.0, 60.0, 122.0)
    assert np.linalg.norm(bench.at(bench.end_s)[1]) == pytest.approx(1_270.0, abs=6.0)


def test_interpolation_is_good_to_a_metre(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, pitch in [
        ("bench-1", 2.0),
        ("hwasong-15", 81.0),
        ("generic-srbm-liquid", 25.0),
        ("black-brant-12", 76.0),
    ]:
        coarse = fly(BOOSTERS[name], replace(PLAN, final_pitch_deg=pitch))
        monkeypatch.setattr(flight, "_LONGEST_STEP_S", 2.0)
        monkeypatch.setattr(flight, "_MOST_NODES", 20_000)
        fine = fly(BOOSTERS[name], replace(PLAN, final_pitch_deg=pitch))
        monkeypatch.undo()
        inside = fine.t_s < min(coarse.end_s, fine.end_s)
        position, velocity = coarse.at(fine.t_s[inside])
        assert np.linalg.norm(position - fine.position_m[inside], axis=1).max() < 1.0
        assert np.linalg.norm(velocity - fine.velocity_m_s[inside], axis=1).max() < 1.0


def test_velocity_is_the_slope_of_position(bench: Trajectory) -> None:
    t, step = np.linspace(1.0, bench.end_s - 1.0, 200), 1e-3
    slope = (bench.at(t + step)[0] - bench.at(t - step)[0]) / (2.0 * step)
    # float64 at 7,000 km over 2 ms: 1e-6; where a stage ends within the 2 ms, 100 m/s^2 times 1 ms
    assert_allclose(bench.at(t)[1], slope, atol=0.1)


def test_times_outside_the_flight_are_refused(bench: Trajectory) -> None:
    for t in (-1.0, bench.end_s + 1.0, math.nan):
        with pytest.raises(FlightError, match="flight lasts"):
            bench.at([t])


def test_thrust_and_mass() -> None:
    path = fly(BOOSTERS["black-brant-12"], replace(PLAN, final_pitch_deg=80.0))
    stages = BOOSTERS["black-brant-12"].stages
    for i, (stage, ignition) in enumerate(zip(stages, path.ignition_s, strict=True)):
        middle = ignition + 0.5 * stage.burn_s
        thrust, exhaust = path.thrust_at(middle)
        height_m = geodetic_from_itrf(path.at(middle)[0])[2]
        vacuum = stage.propellant_kg / stage.burn_s * stage.isp_vac_s * G0
        assert thrust == pytest.approx(vacuum - stage.exit_area_m2 * float(pressure(height_m)), rel=1e-12)
        assert exhaust == pytest.approx(stage.isp_vac_s * G0, rel=1e-12)
        assert path.stage_at(middle) == i + 1
    coasting = np.array([path.ignition_s[1] - 1.0, path.burnout_s + 1.0, path.end_s])
    assert (path.thrust_at(coasting)[0] == 0.0).all()
    assert (path.thrust_at(coasting)[1] == 0.0).all()
    assert (path.stage_at(coasting) == 0).all()
    full = BOOSTERS["black-brant-12"].payload_kg + sum(s.propellant_kg + s.inert_kg for s in stages)
    assert path.mass_at(0.0) == pytest.approx(full, rel=1e-15)
    assert np.isnan(path.mass_at(path.end_s))


def test_cutoff_reaches_into_the_burn_before_the_last() -> None:
    whole = fly(BENCH, replace(PLAN, cutoff=1e-6))
    early = fly(BENCH, replace(PLAN, cutoff=-1e-6))
    assert whole.range_km == pytest.approx(early.range_km, abs=0.1)  # 1e-6 of a burn is some metres a second at most
    assert early.burnout_s == pytest.approx(122.0, abs=1e-3)
    assert early.staging_s == (60.0,)
    assert fly(BENCH, replace(PLAN, cutoff=-0.5)).burnout_s == pytest.approx(91.0, abs=1e-9)
    assert least_cutoff(BENCH) == pytest.approx(-2.0 + 8.0 / 60.0, rel=1e-15)


def test_lanes_end_where_single_flights_do() -> None:
    lanes = np.array([[15.0, 2.0, 1.0, 1.0, 1.0, 1.0, 1.0], [300.0, 30.0, 0.4, 1.02, 0.99, 1.1, 0.9]])
    ends = fly_ends(BENCH, 48.0, 110.0, 0.0, lanes)
    for i, (azimuth, pitch, cutoff, thrust, isp, beta, drag) in enumerate(lanes):
        plan = FlightPlan(48.0, 110.0, azimuth, pitch, 0.0, cutoff, thrust, isp, beta=beta, drag=drag)
        path = fly(BENCH, plan)
        assert np.linalg.norm(path.position_m[-1] - ends.position_m[i]) < 0.01  # both are good to 1 mm
        assert ends.t_s[i] == pytest.approx(path.end_s, abs=1e-5)
        assert ends.apogee_m[i] / 1e3 == pytest.approx(path.apogee_km, abs=1e-4)
        assert ends.landed[i]


def test_offsets_are_errors_of_the_plan() -> None:
    off = fly(BENCH, replace(PLAN, pitch_offset_deg=0.5, azimuth_offset_deg=-1.0))
    meant = fly(BENCH, replace(PLAN, final_pitch_deg=2.5, azimuth_deg=14.0))
    assert_allclose(off.position_m, meant.position_m, rtol=0)


def test_apogee_is_the_highest_point(bench: Trajectory) -> None:
    heights = geodetic_from_itrf(bench.at(np.linspace(0.0, bench.end_s, 4000))[0])[2] / 1e3
    # the apogee is taken along the radius: up to 0.2 degrees from the vertical, 6e-6 of it
    assert bench.apogee_km == pytest.approx(heights.max(), rel=1e-5)
    assert geodetic_from_itrf(bench.at(bench.apogee_s)[0])[2] / 1e3 == pytest.approx(bench.apogee_km, rel=1e-5)


@pytest.mark.parametrize("j2", [J2, 0.0])
def test_free_flight_keeps_energy_and_angular_momentum(j2: float) -> None:
    """In vacuum the Jacobi integral and the angular momentum about the axis stand still; without J2, all of it."""
    vacuum = TABLE.copy()
    vacuum[:, 3:5] = 0.0
    start = np.concatenate([itrf_from_geodetic(40.0, 20.0, 0.0), [2_000.0, 3_000.0, 5_500.0, 0.0]])
    phases = np.array([[math.inf, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1e4, 0.0, 0.0]])
    result, nodes = np.empty(10), np.empty((500, 14))
    limits = np.array([1e-4, 1e-7, 1e9, 0.0, 1e5])
    world = ((MU, j2, *facts.EARTH[2:]), vacuum, *TABLES[2:])
    rows = kernels.fly(phases, start, (0.0,) * 9, limits, *world, result, nodes)
    assert result[7] == kernels.IMPACT
    r, v = nodes[:rows, 1:4], nodes[:rows, 4:7]
    radius = np.linalg.norm(r, axis=1)
    potential = MU / radius * (1.0 - j2 * (A / radius) ** 2 * (1.5 * (r[:, 2] / radius) ** 2 - 0.5))
    jacobi = 0.5 * np.sum(v**2, axis=1) - potential - 0.5 * OMEGA_EARTH**2 * (r[:, 0] ** 2 + r[:, 1] ** 2)
    momentum = r[:, 0] * v[:, 1] - r[:, 1] * v[:, 0] + OMEGA_EARTH * (r[:, 0] ** 2 + r[:, 1] ** 2)
    # some twenty steps, each within 1e-4 m and 1e-7 m/s of 7,000 km and 7 km/s
    assert_allclose(jacobi, jacobi[0], rtol=1e-10)
    assert_allclose(momentum, momentum[0], rtol=1e-10)
    if j2 == 0.0:
        omega = np.array([0.0, 0.0, OMEGA_EARTH])
        turned = np.cross(r, v + np.cross(omega, r))
        whole = np.linalg.norm(turned, axis=1)
        assert_allclose(whole, whole[0], rtol=1e-10)
        energy = 0.5 * np.sum((v + np.cross(omega, r)) ** 2, axis=1) - MU / radius
        assert_allclose(energy, energy[0], rtol=1e-10)


def test_a_launcher_stays_in_orbit_until_its_time_ends() -> None:
    plan = FlightPlan(28.6, -80.6, azimuth_deg=42.8, final_pitch_deg=-9.0, cutoff=0.9075, max_time_s=4_000.0)
    path = fly(BOOSTERS["falcon-9"], plan)
    assert path.end_s == 4_000.0
    assert (path.impact_s, path.impact_deg, path.range_km) == (None, None, None)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"cutoff": 1.5}, "cutoff is 1.5"),
        ({"cutoff": -3.0}, "cutoff is -3"),
        ({"thrust": 0.0}, "factors above 0"),
        ({"final_pitch_deg": -80.0}, "under power"),
    ],
)
def test_plans_that_cannot_be_flown(change: dict[str, float], why: str) -> None:
    with pytest.raises(FlightError, match=why):
        fly(BENCH, replace(PLAN, **change))


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"payload_kg": 1e5}, "does not lift"),
        ({"vertical_s": 60.0}, "vertical_s"),
        ({"stages": (altered(BENCH.stages[0], ignition_delay_s=1.0),)}, "ignition_delay_s"),
    ],
)
def test_boosters_that_cannot_fly(change: dict[str, object], why: str) -> None:
    with pytest.raises(FlightError, match=why):
        fly(altered(BENCH, **change), PLAN)


def test_every_booster_of_the_catalogue_flies() -> None:
    for booster in BOOSTERS.values():
        path = fly(booster, replace(PLAN, final_pitch_deg=60.0))
        assert path.apogee_km > 50.0, booster.id
        assert np.isfinite(path.position_m).all()
