"""Cues in a whole run: a radar confirms sooner, nothing before a cue depends on it, and a run is played again alike."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from launchwatch.assembly.again import replay_run
from launchwatch.assembly.rundir import events_of, run_to
from launchwatch.assembly.stopwatch import Stopwatch
from launchwatch.catalog.loader import Catalog, CatalogError, load_scenario
from launchwatch.evaluation.summary import CaseRecord
from launchwatch.messages import codec
from launchwatch.messages.control import Cue, Tasking
from launchwatch.messages.envelope import Envelope
from launchwatch.messages.observations import InfraredLook, RadarLook
from launchwatch.runtime.journal import SqliteJournal

CASE = """
id: ocean-to-inland
title: One launch that satellites see long before a radar
sources: ['A case of joint-warning']
partners: [cn, ru]
launches:
  - id: philippine-sea-to-irkutsk
    booster: trident-d5
    time: 2026-08-20T17:00:00Z
    from: {lat_deg: 15.0, lon_deg: 140.0}
    trajectory: {to: {lat_deg: 52.0, lon_deg: 104.0}}
"""
CUES = "tasking.cues=true"
CHAINS = [(partner, chain) for partner in ("cn", "ru") for chain in ("alone", "integrated")]


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("tasking") / "case.yaml"
    path.write_text(CASE)
    return path


def case_of(run: Any) -> CaseRecord:
    case: CaseRecord = run.cases[0]
    return case


def of_kind(envelopes: Iterable[Envelope], kind: type) -> list[Envelope]:
    return [e for e in envelopes if isinstance(e.payload, kind)]


def first_dual(run: Any, partner: str, chain: str) -> float:
    """First emitted version of an event that rests on both kinds of evidence, ns TAI."""
    return min(
        e.emitted_ns
        for e in case_of(run).chains[partner, chain].outputs
        if {"infrared", "radar"} <= set(getattr(e.payload, "phenomenologies", ()))
    )


def test_a_cued_radar_confirms_sooner_and_the_look_names_its_cue(file: Path, played: Any) -> None:
    without, told = played(file), played(file, CUES)
    assert first_dual(told, "cn", "alone") < first_dual(without, "cn", "alone") - 20e9
    inputs = case_of(told).chains["cn", "alone"].inputs
    cues = {e.id: e for e in of_kind(inputs, Cue)}
    plot = next(e for e in of_kind(inputs, RadarLook) if len(e.payload.time_ns))
    behind = [cues[name] for name in plot.lineage]
    assert behind
    assert all(e.payload.sensor == plot.payload.sensor for e in behind)
    assert all(e.received_ns <= plot.payload.look_until_ns for e in behind)


def test_cues_go_to_radars_of_the_case_after_machine_and_link(catalog: Catalog, file: Path, played: Any) -> None:
    run = played(file, CUES)
    for partner, chain in CHAINS:
        for envelope in of_kind(case_of(run).chains[partner, chain].inputs, Cue):
            sender = envelope.id.partition("/")[0]
            assert catalog.sensors_radar[envelope.payload.sensor].owner == partner
            late_s = catalog.partners[sender].procedure.machine_s + (2.0 if sender != partner else 0.0)
            assert envelope.received_ns == envelope.emitted_ns + round(late_s * 1e9)
            assert chain == "integrated" or sender == partner
    foreign = of_kind(case_of(run).chains["ru", "integrated"].inputs, Cue)
    assert any(e.id.startswith("cn/") for e in foreign)  # from partner to partner


@pytest.mark.parametrize(("partner", "chain"), CHAINS)
def test_a_look_before_the_first_cue_is_the_same_bytes_with_and_without(
    partner: str, chain: str, file: Path, played: Any
) -> None:
    without, told = (case_of(played(file, *settings)).chains[partner, chain].inputs for settings in ((), (CUES,)))
    cues = of_kind(told, Cue)
    first_ns = min((e.received_ns for e in cues), default=told[-1].received_ns)

    def before(envelopes: Iterable[Envelope]) -> list[bytes]:
        own = [e for e in envelopes if isinstance(e.payload, InfraredLook | RadarLook)]
        return [codec.pack(e.payload) for e in own if e.payload.look_until_ns < first_ns]

    assert len(before(told)) > 100
    assert before(told) == before(without)
    infrared = [[codec.pack(e) for e in of_kind(inputs, InfraredLook)] for inputs in (without, told)]
    assert infrared[0] == infrared[1]  # no infrared look depends on a cue, early or late


def test_with_a_link_delay_beyond_the_run_integrated_equals_alone_with_cues_too(file: Path, played: Any) -> None:
    run = played(file, CUES, "sharing.delay_s=1e6")
    events = events_of(run)
    for partner in run.scenario.partners:
        alone, integrated = (
            [{**e, "chain": ""} for e in events if (e["node"], e["chain"]) == (partner, chain)]
            for chain in ("alone", "integrated")
        )
        assert integrated == alone
    for launch in run.summary["launches"]:
        for line in launch["partners"].values():
            assert line["integrated"] == line["alone"]


def test_what_was_not_looked_at_is_in_the_journal_and_the_run_replays(
    catalog: Catalog, file: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "run"
    run_to(folder, catalog, load_scenario(file, catalog, (CUES,)), 1, False, Stopwatch())
    with SqliteJournal.open(folder / "journal.sqlite") as journal:
        made = list(journal.read("philippine-sea-to-irkutsk/cn/cueing", role="output", topic="cues"))
    told = [e.payload for e in made if isinstance(e.payload, Tasking)]
    asked = [(e.emitted_ns, e.payload.sensor, e.payload.event) for e in made if isinstance(e.payload, Cue)]
    assert sorted(asked) == sorted((t.from_ns, t.sensor, name) for t in told for name in t.looked)
    for one in told:
        assert not set(one.looked) & {left.task for left in one.not_looked}
        assert one.spent_s <= one.budget_s
    replayed = replay_run(folder, catalog)
    assert replayed["lanes"] == 6
    assert replayed["differences"] == []


def test_cues_are_off_unless_asked_for_and_no_cue_is_heard_then(file: Path, played: Any) -> None:
    run = played(file)
    assert not run.scenario.tasking.cues
    assert not run.scenario.tasking.scheduler
    for record in case_of(run).chains.values():
        assert of_kind(record.inputs, Cue) == []


def test_cues_do_not_go_with_a_sky_of_other_things(catalog: Catalog) -> None:
    with pytest.raises(CatalogError, match="cues"):
        load_scenario("quiet-day", catalog, (CUES,))
