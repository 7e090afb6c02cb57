from dataclasses import replace

import numpy as np
import pytest
from msgspec.structs import replace as altered

from launchwatch.catalog.loader import load_catalog
from launchwatch.catalog.vehicles import Booster, Deployment, Flyback, ReturnBurn
from launchwatch.core.geodesy import geodetic_from_itrf
from launchwatch.sim.truth.bodies import SEPARATION_M_S, bodies, fragments
from launchwatch.sim.truth.flight import Trajectory, fly
from launchwatch.sim.truth.plan import Failure, FlightPlan

BOOSTERS = load_catalog().blocks("boosters")
MINUTEMAN = BOOSTERS["minuteman-3"]
PLAN = FlightPlan(48.0, -101.0, azimuth_deg=350.0, final_pitch_deg=14.0)
BACK = Flyback(
    propellant_kg=66_000.0,
    burns=(
        ReturnBurn(start_s=14.0, burn_s=48.0, throttle=3 / 9, direction="back"),
        ReturnBurn(start_s=225.0, burn_s=22.0, throttle=3 / 9, direction="retrograde"),
        ReturnBurn(start_s=250.0, burn_s=None, throttle=1 / 9, direction="retrograde"),
    ),
)


def returning(flyback: Flyback = BACK) -> Booster:
    """A Falcon 9 that keeps propellant for the way back."""
    falcon = BOOSTERS["falcon-9"]
    first = altered(
        falcon.stages[0], inert_kg=24e3 + flyback.propellant_kg, propellant_kg=345e3, burn_s=135.0, flyback=flyback
    )
    return altered(falcon, stages=(first, falcon.stages[1]))


@pytest.fixture(scope="module")
def home() -> Trajectory:
    booster = returning()
    path = fly(booster, FlightPlan(28.6, -80.6, azimuth_deg=42.8, final_pitch_deg=-5.0, cutoff=0.98))
    return bodies(booster, path)[1].trajectory


def test_spent_stages_begin_where_the_flight_leaves_them() -> None:
    path = fly(MINUTEMAN, PLAN)
    payload, *stages = bodies(MINUTEMAN, path)
    assert payload.trajectory is path
    assert [body.kind for body in stages] == ["spent-stage"] * 3
    for body, at_s in zip(stages, (*path.staging_s, path.burnout_s), strict=True):
        one = body.trajectory
        assert one.start_s == at_s
        position, velocity = path.at(at_s)
        np.testing.assert_allclose(one.position_m[0], position, rtol=0)
        pushed = np.linalg.norm(one.velocity_m_s[0] - velocity)
        assert pushed == pytest.approx(SEPARATION_M_S if at_s == path.burnout_s else 0.0, abs=1e-9)
        assert one.burns_s == ()
        assert one.range_km < path.range_km
    ranges = [body.trajectory.range_km for body in stages]
    assert ranges == sorted(ranges)
    # drop zones of first stages of this class lie at one to three hundred kilometres
    assert 100.0 < ranges[0] < 300.0


def test_an_early_cutoff_leaves_the_spent_stage_heavier() -> None:
    whole = bodies(MINUTEMAN, fly(MINUTEMAN, PLAN))[-1].trajectory
    early = bodies(MINUTEMAN, fly(MINUTEMAN, replace(PLAN, cutoff=0.5)))[-1].trajectory
    stage = MINUTEMAN.stages[2]
    heavier = (stage.inert_kg + 0.5 * stage.propellant_kg) / stage.inert_kg
    assert early.phases[0, 7] / whole.phases[0, 7] == pytest.approx(heavier, rel=1e-6)


def test_a_failed_flight_is_one_body_more_and_none_twice() -> None:
    path = fly(MINUTEMAN, replace(PLAN, failure=Failure("break-up", 80.0)))
    found = bodies(MINUTEMAN, path)
    assert [body.id for body in found] == ["minuteman-3", "stage-1"]
    pieces = fragments(path, 80.0, np.random.default_rng(3).standard_normal((20, 4)))
    assert len({p.id for p in pieces}) == 20
    times = [p.trajectory.impact_s for p in pieces]
    assert min(times) < path.impact_s < max(times)
    for piece in pieces:
        assert piece.trajectory.start_s == 80.0
        np.testing.assert_allclose(piece.trajectory.position_m[0], path.at(80.0)[0], rtol=0)


def test_deployed_objects_part_by_their_velocities() -> None:
    kick = dict.fromkeys(("along_m_s", "up_m_s", "right_m_s"), 0.0)
    deployments = tuple(
        Deployment(name=name, after_s=30.0, ballistic_coefficient_kg_m2=1e4, **(kick | {name: 10.0})) for name in kick
    )
    booster = altered(MINUTEMAN, deployments=deployments, reentry_ballistic_coefficient_kg_m2=1e4)
    path = fly(booster, PLAN)
    at_s = path.burnout_s + 30.0
    position, velocity = path.at(at_s)
    east_of_path = np.cross(velocity, position)
    for body in bodies(booster, path)[4:]:
        one = body.trajectory
        pushed = one.velocity_m_s[0] - velocity
        assert np.linalg.norm(pushed) == pytest.approx(10.0, rel=1e-9)
        axis = {"along_m_s": velocity, "up_m_s": position, "right_m_s": east_of_path}[body.name]
        assert pushed @ axis > 0.0
        assert body.kind == "deployed"
    along = next(b for b in bodies(booster, path) if b.name == "along_m_s").trajectory
    # 10 m/s along the path move the impact of a 12,000 km flight by some tens of kilometres (Wheelon, 1959: dR/dv)
    assert 20.0 < along.range_km - path.range_km < 120.0


def test_a_stage_flies_home_and_lands(home: Trajectory) -> None:
    assert len(home.burns_s) == 3
    assert home.range_km < 40.0  # from some 60 km downrange and 1.6 km/s outward; the pad is where ranges begin
    assert np.linalg.norm(home.velocity_m_s[-1]) < 3.0
    assert 350.0 < home.impact_s < 560.0  # published returns touch down after 7 to 9 minutes
    landing = home.burns_s[-1]
    assert landing[0] < home.end_s <= landing[1]
    # what it burns is what it has: never lighter than dry
    assert home.mass_at(home.end_s - 1e-6) >= returning().stages[0].inert_kg - BACK.propellant_kg - 1.0


def test_the_burns_point_back_and_against_the_path(home: Trajectory) -> None:
    begin, end = home.burns_s[0]
    before, after = (home.at(t)[1] for t in (begin, end))
    up = home.at(begin)[0] / np.linalg.norm(home.at(begin)[0])
    level = [v - (v @ up) * up for v in (before, after)]
    assert level[0] @ level[1] < 0.0  # it turned around
    begin, end = home.burns_s[1]
    speeds = [float(np.linalg.norm(home.at(t)[1])) for t in (begin, end)]
    assert speeds[1] < speeds[0] - 200.0


def test_a_stage_without_enough_propellant_strikes() -> None:
    booster = returning(altered(BACK, propellant_kg=45_000.0))
    path = fly(booster, FlightPlan(28.6, -80.6, azimuth_deg=42.8, final_pitch_deg=-5.0, cutoff=0.98))
    struck = bodies(booster, path)[1].trajectory
    assert np.linalg.norm(struck.velocity_m_s[-1]) > 20.0
    flow = booster.stages[0].propellant_kg / booster.stages[0].burn_s
    used = sum(
        (end - begin) * flow * burn.throttle for (begin, end), burn in zip(struck.burns_s, BACK.burns, strict=False)
    )
    assert used <= 45_000.0 * (1.0 + 1e-9)
    assert geodetic_from_itrf(struck.position_m[-1])[2] == pytest.approx(0.0, abs=50.0)
