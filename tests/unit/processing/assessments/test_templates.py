import math

import msgspec
import numpy as np
import pytest

from launchwatch.catalog.loader import load_catalog
from launchwatch.physics.gravity import MU
from launchwatch.processing.assessments.templates import G0, Burns, likelihoods, of_none, speed_at, templates
from launchwatch.sim.truth.flight import fly
from launchwatch.sim.truth.plan import FlightPlan

CATALOG = load_catalog()
KNOWN = templates(list(CATALOG.boosters.values()))
EARTH_M = 6371e3


def burns(staging: tuple[float, ...], burnout: float | None, until: float = 0.0, silent: float = 300.0) -> Burns:
    return Burns(1.0, staging, burnout, until if burnout is None else burnout, silent)


def ends_of(name: str) -> list[float]:
    row = KNOWN.names.index(name)
    return KNOWN.burnout_s[row, : KNOWN.stages[row]].tolist()


def test_speed_is_that_of_the_rocket_equation_less_a_loss() -> None:
    booster = CATALOG.boosters["scud-b"]
    stage = booster.stages[0]
    full = stage.propellant_kg + stage.inert_kg + booster.payload_kg
    known = templates([booster])
    ideal = stage.isp_vac_s * G0 * math.log(full / (full - stage.propellant_kg))
    speed, _ = speed_at(known, np.array([[stage.burn_s, stage.burn_s + 50.0]]))
    assert ideal - speed[0, 0] == pytest.approx(74.0 * math.sqrt(stage.burn_s))
    assert speed[0, 1] < speed[0, 0]  # no more thrust, and the loss goes on


@pytest.mark.parametrize(
    ("name", "pitch_deg"),
    [("minuteman-3", 20.0), ("hwasong-15", 25.0), ("df-21", 40.0), ("shahab-3", 40.0), ("falcon-9", 0.0)],
)
def test_speed_against_flights(name: str, pitch_deg: float) -> None:
    """The simulator flies with back-pressure, drag and steering of its own; the law knows nothing of them."""
    path = fly(CATALOG.boosters[name], FlightPlan(45.0, 60.0, 0.0, pitch_deg))
    known = templates([CATALOG.boosters[name]])
    ends = np.array(ends_of(name))
    position, velocity = path.at(ends)
    energy = 0.5 * np.sum(velocity**2, axis=1) - MU / np.linalg.norm(position, axis=1) + MU / EARTH_M
    speed, off = speed_at(known, ends[None])
    # off is a standard deviation; the vertical speed of the turning Earth adds some ten m/s that the law leaves out
    assert (np.abs(np.sqrt(2.0 * energy) - speed[0]) < 2.5 * off[0]).all()


def test_a_launcher_with_half_its_payload_is_within_what_its_speed_may_be_off_by() -> None:
    booster = CATALOG.boosters["falcon-9"]
    light = msgspec.structs.replace(booster, payload_kg=0.5 * booster.payload_kg)
    end = np.array([ends_of("falcon-9")[1:]])
    (speed, off), (lighter, _) = (speed_at(templates([one]), end) for one in (booster, light))
    assert 500.0 < float(lighter[0, 0] - speed[0, 0]) < float(off[0, 0])


def test_likelihood_is_a_density_of_time_and_speed() -> None:
    known = templates([CATALOG.boosters["shahab-3"]])
    seconds, speeds = np.arange(1.0, 220.0, 2.0), np.arange(200.0, 5200.0, 50.0)
    total = sum(
        2.0 * 50.0 * float(likelihoods(known, burns((), t), v, 0.0)[0][0]) for t in seconds for v in speeds
    )
    # logistic in place of the normal distribution, and sums over steps
    assert total == pytest.approx(1.0, abs=0.03)


def test_each_booster_explains_its_own_flight() -> None:
    for row, name in enumerate(KNOWN.names):
        *staging, burnout = ends_of(name)
        seen = tuple(t for t in staging if t > 20.0)  # below the clouds nothing is seen
        speed = float(speed_at(KNOWN, KNOWN.burnout_s)[0][row, KNOWN.stages[row] - 1])
        exact, alike = likelihoods(KNOWN, burns(seen, burnout), speed, 20.0)
        # others may have the same stages; a faint last stage may have been lost from sight
        assert exact[row] > 0.2 * exact.max(), name
        assert exact[row] > alike[row], name


def test_lift_off_is_common_to_all_times() -> None:
    """Both burnouts 8 s late are likelier than one of them 8 s late: the time between burnouts is seen well."""
    first, second = ends_of("df-21")
    row = KNOWN.names.index("df-21")
    speed = float(speed_at(KNOWN, KNOWN.burnout_s)[0][row, 1])
    both, one = (
        likelihoods(KNOWN, burns((first + 8.0,), end), speed, 20.0)[0][row] for end in (second + 8.0, second)
    )
    assert both > 3.0 * one


def test_a_burn_longer_than_its_own_is_none() -> None:
    row = KNOWN.names.index("scud-b")
    shorter, longer = (
        likelihoods(KNOWN, burns((), None, until), 1500.0, 2000.0)[0][row] for until in (40.0, 120.0)
    )
    assert longer < 1e-3 * shorter


def test_a_stage_that_is_not_due_is_not_missed() -> None:
    """Chollima-1 coasts for 60 s before its third stage: until then its absence says nothing."""
    first, second, _ = ends_of("chollima-1")
    row = KNOWN.names.index("chollima-1")
    speed = float(speed_at(KNOWN, KNOWN.burnout_s)[0][row, 1])
    soon, late = (
        likelihoods(KNOWN, burns((first,), second, silent=silent), speed, 20.0)[0][row] for silent in (20.0, 200.0)
    )
    assert late < 0.8 * soon  # a weak stage: seven in ten are never seen


def test_without_leaves_a_booster_out() -> None:
    fewer = KNOWN.without("falcon-9")
    assert len(fewer.names) == len(KNOWN.names) - 1
    assert "falcon-9" not in fewer.names
    assert fewer.burnout_s.shape[0] == len(fewer.classes) == len(fewer.names)


def test_unlike_any_ends_within_its_longest() -> None:
    """Even in the logarithm of its length: the density integrates to one, and what burns for longer is none."""
    ends = np.arange(20.0, 400.0, 0.5) + 0.25
    assert sum(0.5 * of_none(burns((), float(end)), 400.0) for end in ends) == pytest.approx(1.0, abs=1e-3)
    assert of_none(burns((), 500.0), 400.0) < 1e-6
    assert of_none(burns((), None, 20.0), 400.0) == pytest.approx(1.0)
    assert of_none(None, 400.0) == 1.0
