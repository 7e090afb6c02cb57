"""The study of what guards cost: draws, pairs that are one where no guard acts, intervals and tables."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from launchwatch.assembly.calibration import CalibrationError
from launchwatch.assembly.chain import make_lane
from launchwatch.assembly.observe import observe
from launchwatch.assembly.run import Driven
from launchwatch.catalog.catalogue import Catalog
from launchwatch.catalog.loader import load_catalog
from launchwatch.catalog.regions import region_contains
from launchwatch.cli.main import app
from launchwatch.core.epochs import NS
from launchwatch.evaluation.matching import launch_of_assessment
from launchwatch.messages.assessments import Assessment
from launchwatch.messages.warnings import Warning
from launchwatch.processing.assessments.far import Calibration
from launchwatch.study.guards import Plan, pairs_of
from launchwatch.study.guards_account import (
    bars,
    by_burn,
    clopper_pearson,
    loss,
    quantiles,
    second_kind,
    table,
    verdict,
)
from launchwatch.study.guards_history import lost, slower
from launchwatch.study.guards_text import markdown
from launchwatch.study.pairs import (
    OFF,
    ON,
    POSSIBLE,
    UNBARRED,
    UNTYPED,
    Pair,
    Times,
    calibrated,
    play_pair,
    scenario_of_pair,
    with_strict_bar,
    without_bars,
)
from launchwatch.study.threats import CELL_DEG, CLASSES, Drawn, draw

SEED, PARTNER = 1, "cn"
PLAYED = (9, 8, 1, 3, 17, 52)
"""Launches of several classes: some that no guard touches, some that a bar of the false-alarm rate holds."""


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog()


@pytest.fixture(scope="module")
def drawn(catalog: Catalog) -> dict[int, Drawn]:
    region = catalog.regions[catalog.partners[PARTNER].region]
    return {n: draw(catalog, region, SEED, n) for n in PLAYED}


@pytest.fixture(scope="module")
def calibration(catalog: Catalog, drawn: dict[int, Drawn]) -> Calibration:
    return calibrated(catalog, drawn[PLAYED[0]], PARTNER)


@pytest.fixture(scope="module")
def pairs(catalog: Catalog, drawn: dict[int, Drawn], calibration: Calibration) -> dict[int, Pair]:
    return {n: play_pair(catalog, one, PARTNER, n, SEED, calibration) for n, one in drawn.items()}


def whole_chain(catalog: Catalog, drawn: Drawn, number: int, moon: bool) -> list[Any]:
    """Records that the whole chain makes of a launch from its sensors, to the end of the flight."""
    scenario = scenario_of_pair(drawn, PARTNER, number, moon)
    observed = observe(catalog, scenario, SEED, [(drawn.launch, drawn.path)], None)
    lane = make_lane(catalog, scenario, drawn.launch.id, PARTNER, "alone", None)
    driven = Driven(lane, observed.own[PARTNER], observed.stop_ns)
    driven.drive(observed.stop_ns)
    return driven.outputs


def told(outputs: list[Any], drawn: Drawn, pair: Pair) -> Times:
    """First warning and first confirmed one of the launch in a whole chain's outputs."""
    from launchwatch.assembly.flight.launch import truth_of

    truth = truth_of(drawn.launch, load_catalog().boosters[pair.booster], drawn.path)
    of_launch = [
        ((e.emitted_ns - truth.time_ns) / NS, e.payload.confirmed)
        for e in outputs
        if isinstance(e.payload, Warning)
        and e.payload.region == "cn"
        and e.payload.kind != "cancel"
        and launch_of_assessment(e.payload.assessment, [truth]) is not None
    ]
    return Times(next((at for at, _ in of_launch), None), next((at for at, confirmed in of_launch if confirmed), None))


def test_launches_are_drawn_over_all_classes_from_coarse_cells_into_the_region(
    catalog: Catalog, drawn: dict[int, Drawn]
) -> None:
    region = catalog.regions[catalog.partners[PARTNER].region]
    for n, one in drawn.items():
        assert catalog.boosters[one.launch.booster].booster_class == CLASSES[(n - 1) % len(CLASSES)]
        launch = np.array([one.launch.from_.lat_deg, one.launch.from_.lon_deg])
        assert np.array_equal((launch - 0.5 * CELL_DEG) % CELL_DEG, [0.0, 0.0])
        assert one.path.impact_deg is not None
        assert region_contains(region, *one.path.impact_deg)
        assert not region_contains(region, *launch)
    again = draw(catalog, region, SEED, PLAYED[0])
    assert again.launch == drawn[PLAYED[0]].launch
    assert draw(catalog, region, SEED + 1, PLAYED[0]).launch != again.launch


@pytest.mark.parametrize("number", PLAYED)
def test_a_pair_says_what_two_whole_chains_say(
    number: int, catalog: Catalog, drawn: dict[int, Drawn], pairs: dict[int, Pair]
) -> None:
    one, pair = drawn[number], pairs[number]
    for arm, policies, moon in (
        (ON, with_strict_bar(catalog, [PARTNER]), True),
        (UNBARRED, without_bars(catalog, [PARTNER], low=False), True),
        (OFF, without_bars(catalog, [PARTNER]), False),
    ):
        assert pair.times[arm] == told(whole_chain(policies, one, number, moon), one, pair), arm


def test_where_no_guard_acts_both_chains_are_one_to_the_last_record(
    catalog: Catalog, drawn: dict[int, Drawn], pairs: dict[int, Pair]
) -> None:
    same = [n for n, pair in pairs.items() if not pair.moon_plots and not pair.held]
    other = [n for n, pair in pairs.items() if pair.times[ON] != pair.times[OFF]]
    assert same
    assert other
    for n in [*same, *other]:
        barred = whole_chain(with_strict_bar(catalog, [PARTNER]), drawn[n], n, moon=True)
        bare = whole_chain(without_bars(catalog, [PARTNER]), drawn[n], n, moon=False)
        processed = [[e for e in outputs if isinstance(e.payload, Assessment)] for outputs in (barred, bare)]
        if n in same:
            assert repr(processed[0]) == repr(processed[1])
        if n in same and pairs[n].times[ON] == pairs[n].times[OFF]:
            assert repr(barred) == repr(bare)
        if n in other:
            assert repr(barred) != repr(bare)


def test_the_strict_bar_holds_a_short_burn_that_nothing_else_holds(pairs: dict[int, Pair]) -> None:
    held = pairs[9].times
    assert held[ON].warning_s is None
    assert held[UNBARRED] == held[OFF]
    assert held[OFF].warning_s is not None
    assert held[POSSIBLE].warning_s is not None
    assert held[POSSIBLE].warning_s < held[OFF].warning_s


@pytest.mark.parametrize(
    ("count", "of", "low", "high"),
    [
        # the last four: Newcombe (1998), Statistics in Medicine 17, table I, method 5
        (0, 10, 0.0, 0.3085),
        (1, 10, 0.0025, 0.4450),
        (5, 10, 0.1871, 0.8129),
        (10, 10, 0.6915, 1.0),
        (81, 263, 0.2527, 0.3676),
        (15, 148, 0.0578, 0.1617),
        (0, 20, 0.0, 0.1684),
        (1, 29, 0.0009, 0.1776),
    ],
)
def test_intervals_are_those_published(count: int, of: int, low: float, high: float) -> None:
    found = clopper_pearson(count, of)
    assert found.low == pytest.approx(low, abs=6e-5)
    assert found.high == pytest.approx(high, abs=6e-5)


def test_with_nothing_counted_nothing_is_known() -> None:
    assert clopper_pearson(0, 0)[2:] == (0.0, 1.0)


def made(number: int, **times: tuple[float | None, float | None]) -> Pair:
    return Pair(
        number=number,
        booster_class="srbm" if number % 2 else "slv",
        booster="b",
        time="2026-08-01T00:00:00Z",
        launch_deg=(2.5, 2.5),
        range_km=500.0,
        burnout_s=60.0,
        impact_s=400.0,
        announced=False,
        moon_plots=0,
        held=0,
        ranking=float(number),
        times={arm: Times(*times.get(arm, (None, None))) for arm in (ON, UNBARRED, OFF, POSSIBLE, UNTYPED)},
    )


MADE = [
    made(1, on=(80.0, 300.0), unbarred=(70.0, 300.0), off=(70.0, 290.0), possible=(40.0, None), untyped=(70.0, None)),
    made(2, unbarred=(90.0, None), off=(90.0, None), possible=(50.0, None), untyped=(60.0, None)),
    made(3, possible=(50.0, None)),
    made(4, on=(60.0, None), unbarred=(60.0, None), possible=(60.0, None)),
]


def test_a_loss_is_what_was_warned_of_without_guards_and_never_with_them() -> None:
    assert loss(MADE)[:2] == (1, 2)
    assert loss(MADE, OFF, UNBARRED)[:2] == (0, 2)
    *_, missiles, everything = table(MADE)
    assert everything["launches"] == 4
    assert everything["warned"] == {ON: 2, UNBARRED: 3, OFF: 2, POSSIBLE: 4, UNTYPED: 2}
    assert everything["warned_only_with_guards"] == 1
    assert everything["delay_s"]["max"] == 10.0
    assert everything["confirmed_delay_s"]["median"] == 10.0
    assert everything["impact_probability_s"]["of"] == 2
    assert everything["typing_s"]["max"] == 30.0
    assert second_kind(MADE) == [220.0]
    assert missiles["lost"]["of"] == 1
    assert missiles["launches"] == 2


def test_guards_pass_by_the_whole_interval_and_by_the_delay() -> None:
    none = clopper_pearson(0, 1000)._asdict()
    assert verdict(none, {"p95": 10.0})
    assert not verdict(none, {"p95": 11.0})
    assert not verdict(none, None)
    assert not verdict(clopper_pearson(0, 500)._asdict(), {"p95": 0.0})


def test_quantiles_are_values_that_were_seen() -> None:
    found = quantiles([3.0, 1.0, 2.0, 50.0])
    assert found is not None
    assert (found["of"], found["median"], found["p95"]) == (4, 2.0, 50.0)
    assert quantiles([]) is None


def test_a_bar_saves_false_warnings_and_costs_launches() -> None:
    rows = bars(MADE, [-5.0, 1.0, 3.0], Calibration("c", np.array([-5.0, 1.0, 3.0, 3.0]), 2.0 * 86_400.0))
    at = {row["ranking"]: row for row in rows}
    assert [at[bar]["false_warnings_a_day"] for bar in (None, 0.0, 2.0, 4.0)] == [1.5, 1.0, 0.5, 0.0]
    assert [at[bar]["lost"]["all"]["lost"] for bar in (None, 0.0, 2.0, 4.0)] == [0, 0, 0, 2]
    assert [at[bar]["stated_a_day"] for bar in (None, 0.0, 2.0, 4.0)] == [2.5, 2.0, 1.5, None]
    assert at[4.0]["lost"]["missiles"]["lost"] == 1
    assert at[4.0]["lost"]["missiles"]["of"] == 2


def test_losses_by_burn_count_each_launch_once() -> None:
    rows = by_burn(MADE)
    assert [row["lost"]["of"] for row in rows] == [0, 0, 2, 0, 0]
    assert rows[2]["burn_s"] == [50.0, 70.0]
    assert rows[2]["lost"]["lost"] == 1
    assert rows[-1]["burn_s"] == [100.0, None]


def line(threatened: bool, on: float | None, off: float | None) -> dict[str, Any]:
    times = {arm: {"warning_s": at, "confirmed_s": None} for arm, at in ((ON, on), (OFF, off), (POSSIBLE, off))}
    return {
        "scenario": "s", "launch": "l", "class": "icbm", "partner": "p", "chain": "alone", "threatened": threatened,
        "times": times,
    }  # fmt: skip


def test_lines_of_scenarios_count_where_the_partner_is_threatened() -> None:
    lines = [line(True, 70.0, 60.0), line(True, None, 60.0), line(False, None, 60.0), line(True, 5.0, None)]
    assert lost(lines) == [lines[1]]
    assert slower(lines) == [10.0]
    assert slower(lines, "confirmed_s") == []


def test_what_is_played_is_kept_and_the_command_writes_its_figures(tmp_path: Path) -> None:
    arguments = ["study", "guards", "--runs", "6", "--scenario", "orbital-launch", "--out", str(tmp_path), "--json"]
    done = CliRunner().invoke(app, [*arguments, "--quiet"], catch_exceptions=False)
    assert done.exit_code == 0
    assert '"launches":6' in done.stdout.replace(" ", "")
    assert (tmp_path / "guards-cost.png").read_bytes().startswith(b"\x89PNG")
    text = (tmp_path / "guards.md").read_text()
    assert "| all | 6 |" in text
    assert "orbital-launch" in text
    (file,) = tmp_path.glob("cn-*/launches-00001.json")
    before = file.read_bytes()
    calls: list[int] = []
    again = pairs_of(Plan("cn", 6), tmp_path, progress=lambda done, of: calls.append(done))
    assert calls == []
    assert [pair.number for pair in again] == [1, 2, 3, 4, 5, 6]
    assert file.read_bytes() == before
    file.write_bytes(before[:-20])
    with pytest.raises(CalibrationError, match="delete it, and it is played again"):
        pairs_of(Plan("cn", 6), tmp_path)


def test_what_makes_no_study_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CalibrationError, match="runs"):
        pairs_of(Plan("cn", 0), tmp_path)
    with pytest.raises(CalibrationError, match="no calibration, so no bar can act"):
        pairs_of(Plan("jp", 1), tmp_path)


def test_tables_say_never_and_nothing_where_there_is_nothing() -> None:
    document = {
        "launches": 4, "partner": "cn", "table": table(MADE),
        "by_burn": by_burn(MADE),
        "bars": bars(MADE, [1.0], Calibration("c", np.array([1.0]), 86_400.0)),
        "bars_hz": {"low": None, "strict": 1e-6},
        "calibration": {"sensors": ["a"], "events": 3, "days": 1.0},
        "acted": {"moon-in-beam": 0, "low-bar": 0, "notices": 2},
        "within": {"all_guards": False, "without_strict_bar": True},
        "scenarios": {"lines": [line(True, None, 60.0)]},
    }  # fmt: skip
    text = markdown(document)
    assert "never, 60" in text
    assert "| srbm | 2 | 1 | 1 | 0 | 0.00 to 97.50 % | 10, 10, 10 |" in text
    assert "All guards, with the strict bar: not a loss below 0.5 %" in text
