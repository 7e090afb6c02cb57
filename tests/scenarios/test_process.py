"""Observations as a file: `process` says of them what the chain of a run says, in whatever order they come."""

import random
from pathlib import Path
from typing import Any

import msgspec
import pytest

from launchwatch.assembly.process import process_files
from launchwatch.assembly.rundir import event_of
from launchwatch.catalog.loader import Catalog
from launchwatch.core.epochs import NS
from launchwatch.formats.observation_lines import observation_lines
from launchwatch.formats.observations import Record, write_observations
from launchwatch.messages.assessments import Assessment
from scenarios.conftest import Play

OTHERS = ("id", "node", "chain", "case")
"""What a file does not say of events: whose they are, and in which chain."""


def without(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{key: value for key, value in event.items() if key not in OTHERS} for event in events]


@pytest.mark.parametrize(("scenario", "partner"), [("hwasong-15-2017", "us"), ("joint-warning", "ru")])
def test_a_run_as_a_file_gives_the_same_events(
    played: Play, catalog: Catalog, tmp_path: Path, scenario: str, partner: str
) -> None:
    case = played(scenario).cases[0]
    chain = case.chains[partner, "alone"]
    path = tmp_path / "seen.ndjson"
    write_observations(observation_lines(chain.inputs), path)
    done = process_files([path], catalog)
    last_ns = -(-max(envelope.received_ns for envelope in chain.inputs) // NS) * NS
    # A run plays on after its last look, a file ends with it.
    own = [
        event_of(e, case.case, partner, "alone")
        for e in chain.outputs
        if isinstance(e.payload, Assessment) and e.emitted_ns <= last_ns
    ]
    assert len(own) > 10
    assert without(done.events) == without(own)


@pytest.mark.parametrize("stamped", [True, False])
def test_any_order_within_the_hold_time_gives_the_same_bytes(
    played: Play, catalog: Catalog, tmp_path: Path, stamped: bool
) -> None:
    records: list[Record] = observation_lines(played("hwasong-15-2017").cases[0].chains["us", "alone"].inputs)
    if not stamped:
        records = [msgspec.structs.replace(record, received_ns=None) for record in records]
        records.sort(key=lambda record: record.time_ns)
    written = {}
    for seed in (None, 1, 2):
        order = records
        if seed is not None:
            rng = random.Random(seed)  # noqa: S311
            late = [rng.uniform(0.0, 29.9e9) for _ in records]
            arrived = [(r.received_ns or r.time_ns) + d for r, d in zip(records, late, strict=True)]
            order = [records[k] for k in sorted(range(len(records)), key=arrived.__getitem__)]
            order += rng.sample(order[-20:], 3)  # a repeat changes nothing
            assert order[: len(records)] != records
        path, out = tmp_path / f"{seed}.ndjson", tmp_path / f"out-{seed}"
        write_observations(order, path)
        done = process_files([path], catalog, out)
        assert (done.document["late"], done.document["rejects"]) == (0, 0)
        written[seed] = (out / "events.json").read_bytes(), (out / "tracks.parquet").read_bytes()
    assert len(msgspec.json.decode(written[None][0])) > 10
    assert written[1] == written[2] == written[None]
