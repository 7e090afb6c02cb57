"""The control system on whole chains: taint, purposes, people, and how fast the machine follows their word."""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from launchwatch.assembly.chain import make_lane
from launchwatch.assembly.run import Driven, Run, play
from launchwatch.assembly.stopwatch import Stopwatch
from launchwatch.catalog.loader import Catalog, load_scenario
from launchwatch.catalog.schema import Scenario
from launchwatch.core.epochs import NS
from launchwatch.messages import codec
from launchwatch.messages.alerts import Alert
from launchwatch.messages.control import Act
from launchwatch.messages.envelope import Envelope
from launchwatch.messages.observations import InfraredLook
from launchwatch.messages.procedures import Procedure
from launchwatch.messages.releases import Release, authority_of, public_of
from launchwatch.messages.warnings import Warning
from launchwatch.runtime.lane import Lane

PARTNER = "ru"


@pytest.fixture(scope="module")
def scenario(catalog: Catalog, one_case: Any) -> Scenario:
    found: Scenario = load_scenario(one_case, catalog)
    return found


@pytest.fixture(scope="module")
def run(catalog: Catalog, scenario: Scenario) -> Run:
    return play(catalog, scenario, 1, None, Stopwatch())


def in_earnest(run: Run) -> list[Envelope]:
    """The inputs of a chain as if they were live and for operations: a journal of operations."""
    inputs = run.cases[0].chains[PARTNER, "integrated"].inputs
    return [msgspec.structs.replace(e, purpose="operations", origin=("live",)) for e in inputs]


def operations_lane(catalog: Catalog, scenario: Scenario) -> Lane:
    lane = make_lane(catalog, scenario, next(iter(scenario.cases)), PARTNER, "integrated", None)
    lane.purpose = "operations"
    return lane


def played(lane: Lane, inputs: Sequence[Envelope], slipped: Envelope | None = None) -> list[Envelope]:
    """What a lane makes of inputs; one item may slip past its door."""
    made = []
    for at_ns in sorted({-(-e.received_ns // NS) * NS for e in inputs}):
        for envelope in inputs:
            if at_ns - NS < envelope.received_ns <= at_ns:
                assert lane.receive(envelope)
        if slipped is not None and at_ns - NS < slipped.received_ns <= at_ns:
            lane.admit(slipped)
        made += lane.tick(at_ns)
    return made


def test_operations_release_to_the_authority_and_to_the_public(
    catalog: Catalog, scenario: Scenario, run: Run
) -> None:
    made = played(operations_lane(catalog, scenario), in_earnest(run))
    told = {e.payload.addressee for e in made if isinstance(e.payload, Release)}
    assert {PARTNER, authority_of(PARTNER), public_of(PARTNER)} <= told


@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
@given(where=st.floats(0.05, 0.95))
def test_one_simulated_detection_taints_what_it_touches_and_nothing_of_it_is_released(
    catalog: Catalog, scenario: Scenario, run: Run, where: float
) -> None:
    inputs = in_earnest(run)
    looks = [e for e in inputs if isinstance(e.payload, InfraredLook) and len(e.payload.sequence)]
    donor = looks[int(where * len(looks))]
    false = msgspec.structs.replace(
        donor,
        id="slipped",
        origin=("simulated",),
        payload=msgspec.structs.replace(donor.payload, sensor="nobody", sequence=donor.payload.sequence + 1_000_000),
    )
    clean = played(operations_lane(catalog, scenario), inputs)
    touched = played(operations_lane(catalog, scenario), inputs, false)
    known = {codec.pack(e) for e in clean}
    changed = [e for e in touched if codec.pack(e) not in known]
    assert changed
    assert all("simulated" in e.origin for e in changed)
    # not one release after it, changed or not
    after = [e for e in touched if isinstance(e.payload, Release) and e.emitted_ns >= false.received_ns]
    assert after == []
    assert any(isinstance(e.payload, Warning | Procedure | Alert) for e in touched) or where < 0.3


@pytest.mark.parametrize("purpose", ["exercise", "test"])
def test_another_purpose_is_refused_at_the_door_counted_and_kept(
    catalog: Catalog, scenario: Scenario, run: Run, purpose: Any
) -> None:
    lane = operations_lane(catalog, scenario)
    wrong = msgspec.structs.replace(in_earnest(run)[0], purpose=purpose)
    assert not lane.receive(wrong)
    assert lane.refusals == {f"purpose {purpose} at a lane for operations": 1}
    assert lane.refused[0].id == wrong.id
    assert lane.tick(wrong.received_ns + NS) == []


def test_the_machine_follows_the_last_word_of_people_within_a_tenth_of_a_second(
    catalog: Catalog, scenario: Scenario, run: Run
) -> None:
    """From the commander's release, and from a cancel, to all addressees: the wall time of the lane's step."""
    inputs = in_earnest(run)
    acts = [e for e in inputs if isinstance(e.payload, Act) and e.payload.verb == "release"]
    lane = operations_lane(catalog, scenario)
    before = [e for e in inputs if e.received_ns < acts[0].received_ns]
    played(lane, before)
    now = -(-acts[0].received_ns // NS) * NS + NS
    assert lane.receive(acts[0])
    begun = time.perf_counter()
    released = lane.tick(now)
    took_s = time.perf_counter() - begun
    told = {e.payload.addressee for e in released if isinstance(e.payload, Release)}
    assert {authority_of(PARTNER), public_of(PARTNER)} <= told
    assert took_s < 0.1

    cancel = msgspec.structs.replace(
        acts[0], id="cancel", received_ns=now + 1, payload=msgspec.structs.replace(acts[0].payload, verb="cancel")
    )
    assert lane.receive(cancel)
    begun = time.perf_counter()
    released = lane.tick(now + NS)
    took_s = time.perf_counter() - begun
    ends = {e.payload.addressee: e.payload.item for e in released if isinstance(e.payload, Release)}
    assert ends[authority_of(PARTNER)].kind == "cancel"
    assert ends[public_of(PARTNER)].stage == "cancelled"
    assert took_s < 1.0
    print(f"measured: cancel to all addressees {1e3 * took_s:.1f} ms")


LONG = """
id: long-flight
title: A flight that radars follow after the release
sources: [a case of joint-warning]
partners: [ru]
launches:
  - id: plains-to-moscow
    booster: minuteman-3
    time: 2026-08-20T08:00:00Z
    from: {lat_deg: 48.0, lon_deg: -111.0}
    trajectory: {to: {lat_deg: 56.0, lon_deg: 38.0}}
"""


def test_a_hold_freezes_what_the_authority_hears_until_it_ends(catalog: Catalog, tmp_path: Path) -> None:
    file = tmp_path / "long-flight.yaml"
    file.write_text(LONG)
    scenario = load_scenario(file, catalog)
    inputs = in_earnest(play(catalog, scenario, 1, None, Stopwatch()))
    (release,) = [e for e in inputs if isinstance(e.payload, Act) and e.payload.verb == "release"]

    def act(verb: Any, at_ns: int) -> Envelope:
        said = msgspec.structs.replace(release.payload, verb=verb)
        return msgspec.structs.replace(release, id=verb, received_ns=at_ns, payload=said)

    def told(*acts: Envelope) -> list[tuple[int, int]]:
        lane = operations_lane(catalog, scenario)
        made = played(lane, sorted([*inputs, *acts], key=lambda e: e.received_ns))
        mine = [e for e in made if isinstance(e.payload, Warning) and e.payload.region == PARTNER]
        versions.update({e.payload.number: e.emitted_ns for e in mine})
        return [
            (e.emitted_ns, e.payload.item.number)
            for e in made
            if isinstance(e.payload, Release) and e.payload.addressee == authority_of(PARTNER)
        ]

    versions: dict[int, int] = {}
    free = told()
    assert len(free) > 2
    # held from just after the release until just after the last but one version
    held_ns, free_ns = release.received_ns + NS, free[-2][0] + NS
    held = told(act("hold", held_ns), act("confirm", free_ns))
    assert [one for one in held if one[0] <= held_ns] == [one for one in free if one[0] <= held_ns]
    after = [one for one in held if one[0] > held_ns]
    newest = max(number for number, at_ns in versions.items() if at_ns <= free_ns)
    assert after[0] == (-(-free_ns // NS) * NS, newest)
    assert after[1:] == free[-1:]


def test_people_answer_in_the_play_and_their_minutes_are_seen(run: Run) -> None:
    (launch,) = run.summary["launches"]
    line = launch["partners"][PARTNER]["integrated"]
    assert line["authority_s"] > line["warning_s"]
    assert line["decision_time_left_s"] == pytest.approx(launch["impact_s"] - line["authority_s"], abs=0.01)
    logs = [one for one in run.summary["procedures"] if one["partner"] == PARTNER and one["chain"] == "integrated"]
    assert logs[0]["highest"] == "warning"
    assert logs[0]["released"] is not None


def test_a_lane_without_people_waits_for_them(catalog: Catalog, scenario: Scenario, run: Run) -> None:
    inputs = [e for e in in_earnest(run) if not isinstance(e.payload, Act)]
    lane = operations_lane(catalog, scenario)
    driven = Driven(lane, inputs, inputs[-1].received_ns)
    driven.drive(inputs[-1].received_ns)
    told = {e.payload.addressee for e in driven.outputs if isinstance(e.payload, Release)}
    assert authority_of(PARTNER) not in told
    states = [e.payload for e in driven.outputs if isinstance(e.payload, Procedure)]
    assert any(entry.reason.startswith("overdue") for entry in states)
