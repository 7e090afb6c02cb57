"""The chain of a partner, and the folder that a run is written to."""

import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from launchwatch.assembly import rundir
from launchwatch.assembly.chain import lane_name, make_lane, stages
from launchwatch.assembly.run import RunError
from launchwatch.assembly.sensors import sensors_of
from launchwatch.assembly.stopwatch import Stopwatch
from launchwatch.catalog.loader import Catalog, load_catalog, load_scenario
from launchwatch.catalog.schema import RadarSensor, Scenario
from launchwatch.messages.items import Item, Output

NOUNS = [
    "observations", "detections", "tracks", "events", "assessments", "warnings", "queries", "procedures", "attacks",
    "alerts", "releases", "outgoing", "health", "findings",
]  # fmt: skip


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog()


@pytest.fixture(scope="module")
def scenario(catalog: Catalog) -> Scenario:
    return load_scenario("joint-warning", catalog)


def test_stages_in_the_order_of_the_flow(catalog: Catalog, scenario: Scenario) -> None:
    assert [stage.topic for stage in stages(catalog, scenario, "ru", 0)] == NOUNS


def test_serials_of_events_go_on_from_case_to_case(catalog: Catalog, scenario: Scenario) -> None:
    first = [stages(catalog, scenario, "ru", index)[3].start().serial for index in range(3)]
    assert first == [1, 101, 201]


def test_a_lane_is_named_after_case_partner_and_chain(catalog: Catalog, scenario: Scenario) -> None:
    case = next(iter(scenario.cases))
    lane = make_lane(catalog, scenario, case, "cn", "integrated", None)
    assert lane.name == lane_name(case, "cn", "integrated") == f"{case}/cn/integrated"
    assert (lane.node, lane.purpose) == ("cn", "exercise")
    assert lane.tick(scenario.launches[0].time_ns) == []


def test_only_own_sensors_in_service_and_chosen_play(catalog: Catalog, scenario: Scenario) -> None:
    at = scenario.launches[0].time_ns
    every = {sensor.id for sensor in sensors_of(catalog, scenario, "ru", at)}
    assert every
    assert all(catalog.sensors_in_service(at, "ru")[name].owner == "ru" for name in every)
    chosen = load_scenario("joint-warning", catalog, ["sensors.only=[ru-eks-5, ru-barnaul]"])
    assert {s.id for s in sensors_of(catalog, chosen, "ru", at)} == {"ru-eks-5", "ru-barnaul"}
    without = load_scenario("joint-warning", catalog, ["sensors.exclude=[ru-eks-5]"])
    assert {s.id for s in sensors_of(catalog, without, "ru", at)} == every - {"ru-eks-5"}
    radars = [s for s in sensors_of(catalog, scenario, "ru", at) if isinstance(s, RadarSensor)]
    assert {radar.technique for radar in radars} == {"phased-array", "over-the-horizon"}


def test_a_run_that_fails_leaves_neither_folder_nor_parents(tmp_path: Path) -> None:
    target = tmp_path / "a" / "b" / "run"

    def fail() -> None:
        with rundir.beside(target) as partial:
            (partial / "half").write_text("written")
            raise RunError("half way")

    with pytest.raises(RunError, match="half way"):
        fail()
    assert list(tmp_path.iterdir()) == []


def test_a_run_that_ends_well_takes_the_place_of_an_empty_folder(tmp_path: Path) -> None:
    target = tmp_path / "run"
    target.mkdir()
    with rundir.beside(target) as partial:
        (partial / "whole").write_text("written")
        assert list(target.iterdir()) == []
    assert [path.name for path in tmp_path.iterdir()] == ["run"]
    assert (target / "whole").read_text() == "written"


def test_stopwatch_adds_up_the_parts() -> None:
    watch = Stopwatch()
    for _ in range(2):
        with watch.part("one"):
            pass
    assert list(watch.seconds) == ["one"]
    assert watch.seconds["one"] >= 0.0


def test_steps_are_timed_against_the_budget_and_change_nothing() -> None:
    class Slow:
        topic, consumes = "tracks", ()

        def start(self) -> int:
            return 0

        def due(self, state: int) -> int:
            return state

        def step(self, state: int, inputs: Sequence[Item], now: int) -> tuple[int, list[Output]]:
            time.sleep(0.15 if now == 3 else 0.0)
            return state + now, []

    watch = Stopwatch()
    stage = watch.timed(Slow())
    assert (stage.topic, stage.start(), stage.due(7)) == ("tracks", 0, 7)
    state = stage.start()
    for now in range(1, 5):
        state, _ = stage.step(state, [], now)
    said = watch.latencies()["tracks"]
    assert state == 10
    assert (said["steps"], said["slips"], said["budget_ms"]) == (4, 1, 100.0)
    assert said["p50_ms"] < 50.0 < 150.0 <= said["longest_ms"]
    assert watch.document()["steps"]["tracks"] == said
