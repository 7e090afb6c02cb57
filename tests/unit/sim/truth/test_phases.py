import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace as altered
from numpy.testing import assert_allclose

from launchwatch.catalog.loader import load_catalog
from launchwatch.catalog.vehicles import Booster, Glide
from launchwatch.core.frames import OMEGA_EARTH
from launchwatch.core.geodesy import geodetic_from_itrf, inverse
from launchwatch.physics import _kernels as facts
from launchwatch.physics.atmosphere import G0, density
from launchwatch.physics.gravity import MU, gravity_j2
from launchwatch.sim.truth import _dynamics_kernels as dynamics
from launchwatch.sim.truth.flight import fly, fly_ends
from launchwatch.sim.truth.phases import least_cutoff, phase_table, segment_table, tumbling_beta
from launchwatch.sim.truth.plan import BankTurn, Failure, FlightError, FlightPlan, Restart

BOOSTERS = load_catalog().blocks("boosters")
BENCH, FALCON = BOOSTERS["bench-1"], BOOSTERS["falcon-9"]
PLAN = FlightPlan(lat_deg=48.0, lon_deg=110.0, azimuth_deg=15.0, final_pitch_deg=20.0)
ORBIT = FlightPlan(28.6, -80.6, azimuth_deg=42.8, final_pitch_deg=-9.0, cutoff=0.9075, max_time_s=4_000.0)


def throttled(*steps: tuple[float, float]) -> Booster:
    return altered(BENCH, stages=(altered(BENCH.stages[0], throttle=steps), *BENCH.stages[1:]))


def turning() -> Booster:
    """BENCH-1 by gravity turn, tipped over for 4 s."""
    return altered(BENCH, pitch_tau_s=4.0, stages=tuple(altered(s, steering="gravity-turn") for s in BENCH.stages))


def gliding(manner: str = "equilibrium") -> Booster:
    return altered(BOOSTERS["generic-hgv-solid"], glide=Glide(lift_to_drag=2.6, manner=manner))


def impulse(phases: np.ndarray, stage: int) -> tuple[float, float]:
    """Propellant kg and vacuum impulse N s of one stage."""
    ends = phases[:, 0]
    spans = np.diff(np.concatenate([[0.0], ends[:-1]]))
    rows = phases[:-1, 9] == stage
    return float(spans[rows] @ phases[:-1][rows, 4]), float(spans[rows] @ phases[:-1][rows, 5])


@given(
    first=st.floats(9.0, 30.0),
    second=st.floats(31.0, 59.0),
    factors=st.tuples(st.floats(0.3, 1.2), st.floats(0.3, 1.2)),
    thrust=st.floats(0.8, 1.2),
)
def test_a_throttled_burn_uses_its_propellant_in_its_time(
    first: float, second: float, factors: tuple[float, float], thrust: float
) -> None:
    booster = throttled((first, factors[0]), (second, factors[1]))
    phases = phase_table(booster, replace(PLAN, thrust=thrust))
    stage = BENCH.stages[0]
    used, total = impulse(phases, 1)
    assert used == pytest.approx(stage.propellant_kg, rel=1e-12)
    assert total == pytest.approx(stage.propellant_kg * stage.isp_vac_s * G0, rel=1e-12)
    burning = phases[phases[:, 9] == 1]
    assert burning[-1, 0] == pytest.approx(stage.burn_s / thrust, rel=1e-12)
    # the flow of a step is to the flow before it as their factors are
    assert burning[-1, 4] / burning[0, 4] == pytest.approx(factors[1], rel=1e-12)
    # mass is continuous from row to row
    mass_at_ends = burning[:, 3] - burning[:, 4] * (burning[:, 0] - burning[:, 2])
    next_begin = burning[1:, 3] - burning[1:, 4] * (burning[:-1, 0] - burning[1:, 2])
    assert_allclose(mass_at_ends[:-1], next_begin, rtol=1e-12)


def test_segments_of_a_plain_booster_are_its_stages() -> None:
    assert_allclose(segment_table(BENCH), [[i, 1.0, 1.0, 0.0] for i in range(3)], rtol=0)


def test_a_gravity_turn_keeps_thrust_along_the_air() -> None:
    path = fly(turning(), replace(PLAN, final_pitch_deg=80.0))
    rows = path.phases
    assert [row[1] for row in rows[:3]] == [dynamics.VERTICAL, dynamics.HELD, dynamics.ALONG_AIR]
    assert rows[1, 8] == pytest.approx(math.radians(80.0))
    assert rows[1, 0] == pytest.approx(BENCH.vertical_s + 4.0)
    # what the engine and the air do to the velocity then lies along it: square to the path there is gravity alone
    omega = np.array([0.0, 0.0, OMEGA_EARTH])
    nodes = np.flatnonzero((path.t_s > rows[1, 0]) & (path.t_s < path.burnout_s))[:-1]
    for i in nodes[::5]:
        r, v = path.position_m[i], path.velocity_m_s[i]
        own = path.acceleration_m_s2[i, 0] - gravity_j2(r) + 2 * np.cross(omega, v)
        own += np.cross(omega, np.cross(omega, r))
        across = own - (own @ v) / (v @ v) * v
        # the heights of layers' edges are hit within 1e-7 m; J2 and the turn of the Earth leave rounding
        assert np.linalg.norm(across) < 1e-7 * np.linalg.norm(own)


def test_single_flights_and_lanes_share_their_phases() -> None:
    for booster in (turning(), throttled((20.0, 0.6), (40.0, 1.0)), gliding()):
        plan = replace(PLAN, final_pitch_deg=75.0 if booster.stages[0].steering == "gravity-turn" else 20.0)
        path = fly(booster, plan)
        lanes = np.array([[plan.azimuth_deg, plan.final_pitch_deg, 1.0, 1.0, 1.0, 1.0, 1.0]])
        ends = fly_ends(booster, plan.lat_deg, plan.lon_deg, 0.0, lanes)
        # a glide of an hour gathers what two sequences of steps differ by, each within 1e-4 m and 1e-7 m/s per step
        assert np.linalg.norm(ends.position_m[0] - path.position_m[-1]) < 0.05


def test_restarts_burn_what_is_left_along_the_inertial_velocity() -> None:
    plan = replace(ORBIT, restarts=(Restart(500.0, 0.94), Restart(100.0, 0.95)))
    path = fly(FALCON, plan)
    burn = FALCON.stages[1].burn_s
    assert len(path.burns_s) == 4
    for (begin, end), (before, after) in zip(path.burns_s[2:], [(0.9075, 0.94), (0.94, 0.95)], strict=True):
        assert end - begin == pytest.approx((after - before) * burn, rel=1e-9)
    assert path.burns_s[2][0] - path.burns_s[1][1] == pytest.approx(500.0)
    assert path.burnout_s == path.burns_s[-1][1]
    mass = path.mass_at(path.burnout_s - 1e-9)
    stage = FALCON.stages[1]
    left = FALCON.payload_kg + stage.inert_kg + 0.05 * stage.propellant_kg
    assert mass == pytest.approx(left, rel=1e-9)

    def energy(t: float) -> float:
        r, v = path.at(t)
        u = v + OMEGA_EARTH * np.array([-r[1], r[0], 0.0])
        return float(0.5 * u @ u - MU / np.linalg.norm(r))

    begin, end = path.burns_s[2]
    gained = FALCON.stages[1].isp_vac_s * G0 * math.log(float(path.mass_at(begin + 1e-9) / path.mass_at(end - 1e-9)))
    r, v = path.at(begin)
    speed = float(np.linalg.norm(v + OMEGA_EARTH * np.array([-r[1], r[0], 0.0])))
    # impulsive: the speed grows by the rocket equation; over 13 s gravity turns with the path
    assert energy(end) - energy(begin) == pytest.approx(speed * gained + 0.5 * gained**2, rel=5e-3)


@pytest.mark.parametrize(
    ("failure", "burnout_s", "stages"),
    [
        (Failure("thrust-end", 100.0), 100.0, 2),
        (Failure("break-up", 30.0), 30.0, 1),
        (Failure("failed-staging", 30.0), 60.0, 1),
        (Failure("failed-staging", 100.0), 122.0, 2),
    ],
)
def test_failures_end_the_burns(failure: Failure, burnout_s: float, stages: int) -> None:
    path = fly(BENCH, replace(PLAN, failure=failure))
    whole = fly(BENCH, PLAN)
    assert path.burnout_s == pytest.approx(burnout_s, rel=1e-12)
    assert int(path.stage.max()) == stages
    assert path.range_km < whole.range_km
    # up to then it is the same flight: 1e-4 m a step
    t = np.linspace(0.0, burnout_s, 50)
    assert np.abs(path.at(t)[0] - whole.at(t)[0]).max() < 0.01
    assert path.phases[-1, 7] < BENCH.reentry_ballistic_coefficient_kg_m2


def test_a_coast_is_where_a_staging_fails() -> None:
    booster = BOOSTERS["black-brant-12"]
    path = fly(booster, replace(PLAN, final_pitch_deg=75.0, failure=Failure("failed-staging", 8.0)))
    assert path.burns_s == ((0.0, 6.4),)


def test_the_bank_turns_a_glide() -> None:
    straight = fly(gliding(), PLAN)
    t = np.arange(straight.apogee_s, straight.end_s, 1.0)
    begin = float(t[np.argmax(geodetic_from_itrf(straight.at(t)[0])[2] < 50e3)])
    ranges, headings = [], []
    for bank in (-30.0, 0.0, 30.0):
        path = fly(gliding(), replace(PLAN, turns=(BankTurn(begin, begin + 900.0, bank),)))
        assert path.impact_deg is not None
        headings.append(inverse(PLAN.lat_deg, PLAN.lon_deg, *path.impact_deg)[1])
        ranges.append(path.range_km)
    assert straight.range_km == pytest.approx(ranges[1], rel=1e-9)
    assert ranges[0] < ranges[1] > ranges[2]  # lift across is lift lost
    assert (headings[2] - headings[1] + 180.0) % 360.0 - 180.0 > 2.0  # to the right is clockwise
    assert (headings[0] - headings[1] + 180.0) % 360.0 - 180.0 < -2.0


def test_a_dive_ends_a_glide() -> None:
    long = fly(gliding(), PLAN)
    short = fly(gliding(), replace(PLAN, dive_s=0.5 * (long.apogee_s + long.end_s)))
    assert short.range_km < long.range_km - 500.0
    speed = np.linalg.norm(short.velocity_m_s[-1])
    assert speed > np.linalg.norm(long.velocity_m_s[-1])


@pytest.mark.parametrize(
    ("booster", "change", "why"),
    [
        (BENCH, {"restarts": (Restart(10.0, 0.5),)}, "restart after"),
        (BENCH, {"restarts": (Restart(0.0, 1.0),), "cutoff": 0.5}, "restart after"),
        (BENCH, {"restarts": (Restart(1.0, 1.0),), "cutoff": -0.5}, "cutoff above 0"),
        (BENCH, {"failure": Failure("thrust-end", 400.0)}, "within the powered flight"),
        (BENCH, {"turns": (BankTurn(300.0, 400.0, 10.0),)}, "no glide body"),
        (gliding(), {"turns": (BankTurn(300.0, 290.0, 10.0),)}, "turn from 300"),
        (gliding(), {"turns": (BankTurn(300.0, 400.0, 10.0),), "dive_s": 350.0}, "before the dive"),
    ],
)
def test_plans_that_make_no_table(booster: Booster, change: dict[str, object], why: str) -> None:
    with pytest.raises(FlightError, match=why) as caught:
        phase_table(booster, replace(PLAN, **change))
    assert "\n" not in str(caught.value)


def test_a_tip_over_ends_within_the_first_burn() -> None:
    with pytest.raises(FlightError, match="pitch_tau_s"):
        phase_table(altered(turning(), pitch_tau_s=60.0), PLAN)
    assert least_cutoff(turning()) == pytest.approx(-2.0 + 12.0 / 60.0)


def test_a_tumbling_cylinder_shows_a_quarter_of_its_surface() -> None:
    # diameter 2, length 8: mantle 16 pi, ends 2 pi; a quarter is 4.5 pi
    assert tumbling_beta(1_000.0, 2.0) == pytest.approx(1_000.0 / (0.8 * 4.5 * math.pi))


def lifted(r: np.ndarray, v: np.ndarray, row: np.ndarray) -> np.ndarray:
    """Drag and lift of an unpowered body, by vectors: the plain twin of the kernel."""
    up, speed = r / np.linalg.norm(r), float(np.linalg.norm(v))
    along = v / speed
    normal = up - (up @ along) * along
    normal /= np.linalg.norm(normal)
    ratio = 1.0
    if row[6] > 1.0:
        inertial = v + np.cross([0.0, 0.0, OMEGA_EARTH], r)
        excess = MU / (r @ r) - inertial @ inertial / np.linalg.norm(r)
        wanted = -2.0 * G0 * 7_000.0 / (speed**2 * row[2])
        gain = 2.0 * 0.7 * speed / math.sqrt(7_000.0 * max(excess, 0.5)) * row[6] / (row[6] - 1.0)
        ratio = row[6] / (1.0 + (row[6] - 1.0) * math.exp(-gain * (wanted - up @ along)))
    pressure = 0.5 * float(density(facts.height(*r))) * speed**2 / row[7]
    side = math.cos(row[8]) * normal + math.sin(row[8]) * np.cross(along, normal)
    return pressure * (row[2] * ratio * side - 0.5 * (1.0 + ratio**2) * along)


@pytest.mark.parametrize("manner", ["equilibrium", "skip"])
@pytest.mark.parametrize("bank_deg", [0.0, -25.0])
def test_lift_agrees_with_its_twin(manner: str, bank_deg: float) -> None:
    path = fly(gliding(manner), PLAN)
    path = fly(gliding(manner), replace(PLAN, turns=(BankTurn(path.apogee_s, path.end_s - 60.0, bank_deg),)))
    omega = np.array([0.0, 0.0, OMEGA_EARTH])
    nodes = np.flatnonzero((path.t_s > path.apogee_s) & (path.t_s < path.phases[-2, 0]))[:-1:7]
    assert len(nodes) > 10
    for i in nodes:
        r, v = path.position_m[i], path.velocity_m_s[i]
        row = path.phases[int(np.searchsorted(path.phases[:-1, 0], path.t_s[i], side="right"))]
        total = gravity_j2(r) - 2.0 * np.cross(omega, v) - np.cross(omega, np.cross(omega, r)) + lifted(r, v, row)
        # a node on a layer's edge belongs to both layers: the air differs there by up to 8e-6
        assert_allclose(path.acceleration_m_s2[i, 0], total, rtol=2e-5, atol=2e-5)
