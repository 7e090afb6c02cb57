"""Boosters as templates: times of burnout tell classes apart, and what fits none is unknown."""

from __future__ import annotations

import math

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from launchwatch.catalog.loader import load_catalog
from launchwatch.core.epochs import NS
from launchwatch.messages.tracks import LaunchFit, Track
from launchwatch.processing.assessments.templates import UNKNOWN, class_factors, templates
from unit.processing.made import T0, track

BOOSTERS = load_catalog().boosters
G0 = 9.80665


def seen(staging_s: list[float], burnout_s: float | None) -> Track:
    """A track whose lift-off is known to a second."""
    lift_off = LaunchFit(
        lat_deg=40.0, lon_deg=60.0, time_ns=T0, azimuth_deg=10.0, covariance=np.diag([1e4, 1e4, 1.0, 1e-4])
    )
    return msgspec.structs.replace(
        track(phenomenologies=("infrared",)),
        phase="boost" if burnout_s is None else "ballistic",
        launch=lift_off,
        staging_ns=tuple(T0 + round(s * NS) for s in staging_s),
        burnout_ns=None if burnout_s is None else T0 + round(burnout_s * NS),
        last_detection_ns=T0 + round((burnout_s or 150.0) * NS),
    )


def test_speed_is_that_of_the_rocket_equation() -> None:
    booster = BOOSTERS["scud-b"]
    (stage,) = booster.stages
    begin = booster.payload_kg + stage.inert_kg + stage.propellant_kg
    known = templates([booster])
    assert known.speed_m_s[0] == pytest.approx(stage.isp_vac_s * G0 * math.log(begin / (begin - stage.propellant_kg)))
    assert known.burnout_s.tolist() == [[stage.burn_s]]


@pytest.mark.parametrize("name", ["topol-m", "hwasong-15", "falcon-9", "scud-b"])
def test_a_booster_explains_its_own_times(name: str) -> None:
    known = templates(list(BOOSTERS.values()))
    row = list(BOOSTERS).index(name)
    ends = known.burnout_s[row, : known.stages[row]].tolist()
    factors = class_factors(known, seen(ends[:-1], ends[-1]), 0.75 * float(known.speed_m_s[row]))
    assert factors[BOOSTERS[name].booster_class] > 1.0
    alone = class_factors(templates([BOOSTERS[name]]), seen(ends[:-1], ends[-1]), 0.75 * float(known.speed_m_s[row]))
    wrong = class_factors(
        templates([BOOSTERS[name]]), seen([1.4 * e for e in ends[:-1]], 1.4 * ends[-1]), 0.75 * known.speed_m_s[row]
    )
    assert wrong[BOOSTERS[name].booster_class] < 0.1 * alone[BOOSTERS[name].booster_class]


def test_times_that_no_booster_has_are_unknown() -> None:
    known = templates([BOOSTERS["scud-b"], BOOSTERS["falcon-9"]])
    factors = class_factors(known, seen([], 300.0), 3000.0)
    assert factors == {"srbm": pytest.approx(UNKNOWN), "slv": pytest.approx(UNKNOWN), "other": 1.0}


def test_a_track_without_times_says_nothing() -> None:
    assert set(class_factors(templates(list(BOOSTERS.values())), seen([], None), 2000.0).values()) == {1.0}


@given(
    st.lists(st.floats(5.0, 600.0), max_size=4), st.none() | st.floats(5.0, 900.0), st.floats(0.0, 9000.0)
)
def test_factors_are_positive_and_finite(staging_s: list[float], burnout_s: float | None, speed_m_s: float) -> None:
    factors = class_factors(templates(list(BOOSTERS.values())), seen(sorted(staging_s), burnout_s), speed_m_s)
    assert all(0.0 < value < math.inf for value in factors.values())
