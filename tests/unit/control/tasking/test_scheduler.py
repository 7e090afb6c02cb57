"""Plans of looks: no task twice, no time that there is not, nothing left out without a word."""

import itertools
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from launchwatch.control.tasking.scheduler import looks_at_tracks, not_looked_at, plan, value_of_look
from launchwatch.core.arrays import FloatArray


@st.composite
def periods(draw: st.DrawFn, beams: int = 3, tasks: int = 30, equal: bool | None = None) -> dict[str, Any]:
    """Values, costs, budgets and fields of a period."""
    n, m = draw(st.integers(0, tasks)), draw(st.integers(1, beams))
    alike = draw(st.booleans()) if equal is None else equal
    generator = np.random.default_rng(draw(st.integers(0, 2**32)))
    values = generator.exponential(1.0, n) * (generator.random(n) < 0.9)
    costs = np.full(n, 0.25) if alike else generator.uniform(0.05, 1.0, n)
    return {
        "value": values,
        "cost_s": costs,
        "budget_s": generator.uniform(0.0, 3.0, m),
        "allowed": generator.random((m, n)) < draw(st.floats(0.0, 1.0)),
    }


@settings(max_examples=300)
@given(periods())
def test_a_plan_keeps_to_its_time_and_to_its_fields(period: dict[str, Any]) -> None:
    made = plan(**period)
    # one beam number a task: a task cannot stand with two beams; time is added up here again
    assert made.beam.shape == period["value"].shape
    spent = np.zeros(len(period["budget_s"]))
    for task, beam in enumerate(made.beam.tolist()):
        if beam >= 0:
            spent[beam] += period["cost_s"][task]
            assert period["allowed"][beam, task]
    assert np.all(spent <= period["budget_s"] * (1.0 + 1e-8))
    assert np.allclose(spent, made.spent_s)
    assert 0.0 <= made.value <= made.bound + 1e-12
    assert made.value == pytest.approx(period["value"][made.beam >= 0].sum())


@settings(max_examples=300)
@given(periods())
def test_what_is_looked_at_and_what_is_not_are_all_there_is(period: dict[str, Any]) -> None:
    made = plan(**period)
    left = not_looked_at(period["value"], made, period["allowed"])
    looked = set(np.flatnonzero(made.beam >= 0).tolist())
    assert looked.isdisjoint(one.task for one in left)
    assert looked | {one.task for one in left} == set(range(len(period["value"])))
    assert len(left) == len({one.task for one in left})
    for one in left:
        seen = bool(period["allowed"][:, one.task].any())
        if one.reason == "out of field":
            assert not seen
        elif one.reason == "nothing to learn":
            assert seen
            assert period["value"][one.task] == 0.0
        else:
            # time is short: no beam that may look at it has time left for it
            left_s = period["budget_s"] - made.spent_s
            worth = period["value"][one.task]
            assert worth > 0.0
            fits = left_s[period["allowed"][:, one.task]] >= period["cost_s"][one.task] * (1.0 + 1e-6)
            assert not fits.any() or made.value >= worth


def best(period: dict[str, Any]) -> float:
    """The most that any plan is worth, by trying all."""
    beams, n = len(period["budget_s"]), len(period["value"])
    most = 0.0
    for choice in itertools.product(range(-1, beams), repeat=n):
        spent = np.zeros(beams)
        worth = 0.0
        for task, beam in enumerate(choice):
            if beam >= 0:
                if not period["allowed"][beam, task]:
                    break
                spent[beam] += period["cost_s"][task]
                worth += period["value"][task]
        else:
            if np.all(spent <= period["budget_s"] * (1.0 + 1e-9)):
                most = max(most, worth)
    return most


@settings(max_examples=60, deadline=None)
@given(periods(beams=2, tasks=6, equal=True))
def test_looks_of_equal_length_are_planned_as_well_as_can_be(period: dict[str, Any]) -> None:
    assert plan(**period).value == pytest.approx(best(period))


@settings(max_examples=60, deadline=None)
@given(periods(beams=1, tasks=8, equal=False))
def test_one_beam_gets_at_least_half_of_what_is_best(period: dict[str, Any]) -> None:
    most, made = best(period), plan(**period)
    assert most <= made.bound + 1e-9
    assert made.value >= 0.5 * most - 1e-12


@settings(max_examples=40, deadline=None)
@given(periods(beams=2, tasks=6, equal=False))
def test_the_bound_holds_for_several_beams(period: dict[str, Any]) -> None:
    assert best(period) <= plan(**period).bound + 1e-9


def covariance(generator: np.random.Generator, scale: float) -> FloatArray:
    root = generator.normal(0.0, scale, (3, 3))
    return root @ root.T + 1e-3 * np.eye(3)


@given(st.integers(0, 10_000), st.floats(0.0, 1.0), st.floats(0.0, 10.0))
def test_a_value_is_never_negative_and_is_what_a_filter_gains(seed: int, probability: float, weight: float) -> None:
    generator = np.random.default_rng(seed)
    p, r = covariance(generator, 300.0), covariance(generator, 50.0)
    value = float(value_of_look(p[None], r[None], probability, weight)[0])
    assert value >= 0.0
    after = p - p @ np.linalg.solve(p + r, p)  # the filter's covariance after the look
    gained = 0.5 * (np.linalg.slogdet(p)[1] - np.linalg.slogdet(after)[1])
    assert value == pytest.approx(probability * weight * gained, rel=1e-5, abs=1e-6)


def test_what_is_known_less_well_is_worth_more_and_a_threat_weighs() -> None:
    near = np.diag([1e4, 1e4, 1e4])
    values = value_of_look(np.stack([near, 4.0 * near, near]), np.tile(near, (3, 1, 1)), 1.0, [1.0, 1.0, 3.0])
    assert values[1] > values[0]
    assert values[2] == pytest.approx(3.0 * values[0])
    assert value_of_look(np.zeros((1, 3, 3)), near[None])[0] == pytest.approx(0.0, abs=1e-12)


@pytest.mark.parametrize(
    ("value", "cost_s", "budget_s"), [([-1.0], [1.0], [1.0]), ([1.0], [0.0], [1.0]), ([1.0], [1.0], [-1.0])]
)
def test_what_cannot_be_is_refused(value: list[float], cost_s: list[float], budget_s: list[float]) -> None:
    with pytest.raises(ValueError, match="tasks: "):
        plan(value, cost_s, budget_s)


def test_a_radar_looks_at_its_least_certain_tracks() -> None:
    predicted = np.outer(np.array([1.0, 100.0, 10.0, 1000.0]), np.ones(3))
    looked = looks_at_tracks(predicted, np.ones((4, 3)), np.array([1.0, 1.0, 1.0, 0.0]), 0.5, 1.0)
    assert looked.tolist() == [False, True, True, False]  # the last gives no echo: nothing to learn
