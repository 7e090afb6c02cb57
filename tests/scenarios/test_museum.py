"""The museum of false alarms: with every guard nothing goes wrong, without those that decide it does, as it did."""

from typing import Any

import msgspec
import pytest

from launchwatch.assembly.museum import PREFIX, exhibit
from launchwatch.assembly.run import play
from launchwatch.assembly.stopwatch import Stopwatch
from launchwatch.catalog.loader import Catalog, load_catalog, load_scenario
from launchwatch.control.procedures.stage import BOUND, ONE_CANCELS, TWO_PERSONS
from launchwatch.messages.procedures import STATES

CASES = sorted(name for name in load_catalog().scenarios if name.startswith(PREFIX))
FOURTEEN_AND_A_TRUE_ONE = 15


def row_of(catalog: Catalog, name: str, *overrides: str) -> dict[str, Any]:
    scenario = load_scenario(name, catalog, overrides)
    return exhibit(play(catalog, scenario, scenario.seed, None, Stopwatch()), catalog)


def test_every_case_is_there_with_what_it_was_and_its_sources(catalog: Catalog) -> None:
    assert len(CASES) == FOURTEEN_AND_A_TRUE_ONE
    found = [load_scenario(name, catalog) for name in CASES]
    assert {one.history.was for one in found if one.history is not None} == {
        "sensor-fault", "data-fault", "launch-misread", "people", "unannounced-test", "true-attack",
    }  # fmt: skip
    for one in found:
        assert one.history is not None
        assert one.sources
        assert one.history.timeline


@pytest.mark.parametrize("name", [name for name in CASES if "al-asad" not in name])
def test_guards_decide(name: str, catalog: Catalog) -> None:
    row = row_of(catalog, name)
    assert row["on"]["wrong"] is False
    assert row["off"]["wrong"] is True
    # settled: whatever was opened was closed before the play ended
    assert row["on"]["highest"] == "quiet" or row["on"]["settled_s"] is not None


def test_the_true_attack_is_warned_of_with_every_guard(catalog: Catalog) -> None:
    row = row_of(catalog, "history/2020-al-asad")
    assert row["on"]["highest"] == "warning"
    assert any(alert["stage"] == "launch" for alert in row["on"]["alerts"])
    assert row["off"] is None


def test_glints_open_a_conference_at_most_and_are_told_as_no_missile(catalog: Catalog) -> None:
    row = row_of(catalog, "history/1983-glint")
    assert STATES.index(row["on"]["highest"]) <= STATES.index("event-conference")
    assert row["off"]["released_s"] is not None


def test_a_wrong_mark_and_a_spoilt_message_are_counted(catalog: Catalog) -> None:
    tape = row_of(catalog, "history/1979-tape")["on"]["refused"]
    (reason,) = tape
    assert reason == "purpose test at a lane for exercise"
    assert tape[reason] > 5
    line = row_of(catalog, "history/1980-06-03-chip", "guards_off=[line-test-apart]")["on"]
    assert line["highest"] == "quiet"
    (reason,) = line["refused"]
    assert reason.startswith("message: the digest does not fit")


def test_a_line_test_cannot_be_rendered_as_an_attack_even_where_digests_are_not_looked_at(catalog: Catalog) -> None:
    line = row_of(catalog, "history/1980-06-03-chip", "guards_off=[message-integrity]")["on"]
    assert line["highest"] == "quiet"
    assert line["alerts"] == []


HAWAII = "history/2018-hawaii"


def hawaii(catalog: Catalog, acts: Any, *guards_off: str) -> dict[str, Any]:
    scenario = load_scenario(HAWAII, catalog)
    scenario = msgspec.structs.replace(scenario, acts=tuple(acts(scenario.acts)), guards_off=guards_off)
    return exhibit(play(catalog, scenario, 1, None, Stopwatch()), catalog)["on"]


@pytest.mark.parametrize(
    ("path", "guards_off"),
    [
        ("the drill is taken as real by one person", ()),
        ("one person alone, of an event", (BOUND,)),
        ("two persons, of no event", (TWO_PERSONS,)),
    ],
)
def test_no_single_person_and_no_drill_script_puts_out_an_alert(
    path: str, guards_off: tuple[str, ...], catalog: Catalog
) -> None:
    found = hawaii(catalog, lambda acts: acts, *guards_off)
    assert found["alerts"] == [], path


def test_two_persons_who_both_take_the_drill_as_real_put_out_nothing_without_an_event(catalog: Catalog) -> None:
    def both(acts: Any) -> Any:
        confirm = msgspec.structs.replace(acts[0], verb="confirm", person="another-officer")
        release = msgspec.structs.replace(acts[0], role="commander", person="duty-head")
        return (confirm, release, *acts[1:])

    assert hawaii(catalog, both)["alerts"] == []


def test_a_correction_is_out_within_a_minute_of_the_decision(catalog: Catalog) -> None:
    """The alert gets out, for want of the guards before it; one person decides at 18:12:30."""
    found = hawaii(catalog, lambda acts: acts, TWO_PERSONS, BOUND)
    launch, end = found["alerts"][0], found["alerts"][-1]
    assert launch["after_s"] == 420.0
    assert end["stage"] == "cancelled"
    assert end["after_s"] - 750.0 <= 60.0
    late = hawaii(catalog, lambda acts: acts, TWO_PERSONS, BOUND, ONE_CANCELS)["alerts"][-1]
    assert late["after_s"] == 2700.0  # as it was: 38 minutes after the alert


def test_an_administrator_and_a_viewer_release_nothing_and_cancel_nothing(catalog: Catalog) -> None:
    for role in ("viewer", "administrator", "exercise-control"):
        found = hawaii(
            catalog, lambda acts, role=role: [msgspec.structs.replace(one, role=role) for one in acts], BOUND
        )
        assert found["alerts"] == []
