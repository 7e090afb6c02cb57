import numpy as np
import pytest

from launchwatch.core.epochs import NS
from launchwatch.evaluation.matching import launch_of_assessment, launch_of_track, true_state
from launchwatch.messages.truth import FlightTruth
from unit.control.made import T0, assessment, ground_point
from unit.processing.made import state_above, track


def flight(name: str = "one", lat_deg: float = 40.0, time_ns: int = T0, falls: bool = True) -> FlightTruth:
    """A level flight eastward, 100 km high, sampled every ten seconds for ten minutes."""
    t = np.arange(0.0, 601.0, 10.0)
    states = np.array([state_above(lat_deg, 126.0 + 0.02 * s, 100e3, 1700.0, 0.0, 0.0) for s in t])
    return FlightTruth(
        launch=name,
        booster="bench-1",
        booster_class="icbm",
        time_ns=time_ns,
        launch_deg=(lat_deg, 126.0),
        impact_deg=(lat_deg, 138.0) if falls else None,
        impact_s=600.0 if falls else None,
        burnout_s=100.0,
        apogee_s=300.0,
        apogee_km=100.0,
        range_km=1000.0 if falls else None,
        azimuth_deg=90.0,
        staging_s=(),
        t_s=t,
        position_m=states[:, :3],
        velocity_m_s=states[:, 3:],
        thrust_n=np.zeros(len(t)),
    )


def test_true_state_is_the_sample_and_lies_between_samples() -> None:
    one = flight()
    found = true_state(one, T0 + 20 * NS)
    assert found is not None
    np.testing.assert_allclose(found[:3], one.position_m[2], atol=1e-3)  # an interpolation at its own node
    between = true_state(one, T0 + 25 * NS)
    assert between is not None
    np.testing.assert_allclose(between[:3], one.position_m[2:4].mean(axis=0), atol=1e-3)
    assert true_state(one, T0 - NS) is None
    assert true_state(one, T0 + 601 * NS) is None


def test_a_track_belongs_to_the_nearest_launch_or_to_none() -> None:
    flights = [flight("south", 38.0), flight("north", 42.0)]
    at = T0 + 200 * NS
    for one in flights:
        state = true_state(one, at)
        assert state is not None
        assert launch_of_track(track(epoch_ns=at, state=state), flights) is one
    assert launch_of_track(track(epoch_ns=at, state=state_above(10.0, 126.0, 1e5, 0.0, 0.0, 0.0)), flights) is None
    assert launch_of_track(track(epoch_ns=T0 + 7200 * NS), flights) is None


@pytest.mark.parametrize(
    ("changes", "matches"),
    [
        ({"launch_point": ground_point(40.0, 126.0, T0), "impact": None}, True),
        ({"launch_point": ground_point(40.0, 126.0, T0 + 100 * NS), "impact": None}, True),
        ({"launch_point": ground_point(40.0, 126.0, T0 + 3600 * NS), "impact": None}, False),
        ({"launch_point": ground_point(50.0, 126.0, T0), "impact": None}, False),
        ({"launch_point": None, "impact": ground_point(40.0, 138.0, T0 + 600 * NS)}, True),
        ({"launch_point": None, "impact": ground_point(40.0, 138.0, T0)}, False),
        ({"launch_point": None, "impact": None}, False),
    ],
)
def test_an_assessment_belongs_to_a_launch_by_place_and_time(changes: dict[str, object], matches: bool) -> None:
    one = flight()
    found = launch_of_assessment(assessment(**changes), [one])  # type: ignore[arg-type]
    assert found is (one if matches else None)


def test_of_two_launches_the_nearer_is_taken_and_orbits_have_no_impact() -> None:
    flights = [flight("south", 38.0), flight("north", 41.0), flight("orbit", 40.9, falls=False)]
    found = launch_of_assessment(assessment(launch_point=ground_point(40.8, 126.0, T0), impact=None), flights)
    assert found is flights[2]
    fall = ground_point(41.0, 138.0, T0 + 600 * NS)
    found = launch_of_assessment(assessment(launch_point=None, impact=fall), flights)
    assert found is flights[1]
