"""`launchwatch process`: files through the chain, whole or not at all; stages that may be exchanged."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pyarrow.parquet as pq
import pytest

from launchwatch.assembly.process import (
    known_objects,
    lane_of,
    played,
    process_files,
    processing_stages,
    swapped,
    tracking_of,
)
from launchwatch.catalog.loader import Catalog, load_catalog
from launchwatch.core.epochs import NS
from launchwatch.formats.observation_lines import observation_lines
from launchwatch.formats.observations import ObservationError, Record, write_observations
from launchwatch.messages.assessments import Assessment
from launchwatch.messages.envelope import Envelope
from launchwatch.messages.tracks import Track
from launchwatch.processing.events.stage import EventsStage
from launchwatch.processing.tracks.association import pairs
from launchwatch.processing.tracks.stage import TracksStage
from unit.feeds.observation_files.test_source import file_of, infrared, look, utc


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog()


@pytest.fixture(scope="module")
def seen(catalog: Catalog) -> list[Envelope]:
    """What Japan's radars deliver of one flight."""
    from launchwatch.assembly.run import play
    from launchwatch.assembly.stopwatch import Stopwatch
    from launchwatch.catalog.loader import load_scenario

    run = play(catalog, load_scenario("hwasong-15-2017", catalog), 1, None, Stopwatch())
    return list(run.cases[0].chains["jp", "alone"].inputs)


@pytest.fixture(scope="module")
def records(seen: list[Envelope]) -> list[Record]:
    return observation_lines(seen)


@pytest.fixture(scope="module")
def flight(records: list[Record], tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("flight") / "flight.ndjson"
    write_observations(records, path)
    return path


@pytest.mark.parametrize("ending", [".parquet", ".arrow"])
def test_a_table_says_what_lines_say(
    catalog: Catalog, flight: Path, records: list[Record], tmp_path: Path, ending: str
) -> None:
    path = tmp_path / f"flight{ending}"
    write_observations(records, path)
    assert process_files([path], catalog).events == process_files([flight], catalog).events


def test_the_folder_holds_events_tracks_and_rejects(catalog: Catalog, flight: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.ndjson"
    lines = flight.read_bytes().splitlines(keepends=True)
    broken.write_bytes(b"".join([*lines[:50], b"{oops\n", *lines[50:]]))
    out = tmp_path / "out" / "here"
    done = process_files([broken], catalog, out)
    assert sorted(path.name for path in out.iterdir()) == ["events.json", "rejects.ndjson", "tracks.parquet"]
    events = msgspec.json.decode((out / "events.json").read_bytes())
    whole = process_files([flight], catalog)
    assert events == msgspec.to_builtins(whole.events)
    rejects = [msgspec.json.decode(line) for line in (out / "rejects.ndjson").read_bytes().splitlines()]
    assert [(r["file"], r["line"]) for r in rejects] == [(str(broken), 51)]
    tracks = pq.read_table(out / "tracks.parquet").to_pylist()
    assert [(t["track"], t["version"], t["status"]) for t in tracks] == [
        (e.payload.track, e.payload.version, e.payload.status) for e in whole.tracks
    ]
    last = whole.tracks[-1].payload
    assert tracks[-1]["x_m"] == last.state[0]
    assert tracks[-1]["covariance"] == last.covariance.ravel().tolist()
    assert done.document["rejects"] == 1
    assert done.tracks == []


def test_the_document_says_what_became_of_the_lines(catalog: Catalog, flight: Path, records: list[Record]) -> None:
    document = process_files([flight], catalog, hold_time_s=10.0).document
    assert document["schema"] == "launchwatch/process/1"
    assert (document["purpose"], document["origin"], document["hold_time_s"]) == ("exercise", ["simulated"], 10.0)
    assert document["lines"] == len(records) == sum(document["taken"].values())
    assert {s["id"] for s in document["sensors"]} == {r.sensor for r in records}
    assert all(f["basis"] == "look" for s in document["sensors"] for f in s["figures"].values())
    assert document["stages"][2] == "launchwatch.processing.tracks.stage.TracksStage"
    whole = process_files([flight], catalog).events
    last = {event["id"]: event for event in whole}
    assert document["events"] == list(last.values())


def test_silence_is_evidence_only_where_looks_say_it(catalog: Catalog, tmp_path: Path) -> None:
    """Lines without looks: the output says that silence shows nothing, and which figures are assumed."""
    rows = [infrared("a", k, float(k)) for k in range(5)]
    document = process_files([file_of(tmp_path, rows)], catalog).document
    assert any("silence is no evidence" in line for line in document["assumptions"])
    assert any("of a; see sensors" in line for line in document["assumptions"])
    assert document["sensors"][0]["figures"]["bias_urad"] == {"value": 20.0, "basis": "default"}
    rows = [look("a", 2 * k, float(k), period_s=1.0, bias_urad=1.0, threshold_snr=5.0, false_alarms_per_look=0.1)
            for k in range(5)]  # fmt: skip
    rows += [infrared("a", 2 * k + 1, float(k)) for k in range(5)]
    path = file_of(tmp_path, sorted(rows, key=lambda r: r["time"]))
    assert process_files([path], catalog).document["assumptions"] == []


def test_what_was_received_after_the_hold_time_is_told(catalog: Catalog, tmp_path: Path) -> None:
    delays = (1.0, 29.0, 31.5, 600.0)
    rows = [infrared("a", k, float(k), received=utc(k + delay)) for k, delay in enumerate(delays)]
    document = process_files([file_of(tmp_path, rows)], catalog).document
    assert (document["looks"], document["late"], document["late_looks"]) == (4, 0, 2)


def test_simulated_lines_are_turned_away_from_operations(catalog: Catalog, tmp_path: Path) -> None:
    rows = [infrared("a", k, float(k), purpose="operations", origin="simulated") for k in range(5)]
    document = process_files([file_of(tmp_path, rows)], catalog).document
    assert document["refused"] == {"declared simulated at a lane for operations": 5}
    assert document["events"] == []


def test_an_empty_file_is_a_run_without_events(catalog: Catalog, tmp_path: Path) -> None:
    out = tmp_path / "out"
    document = process_files([file_of(tmp_path, [])], catalog, out).document
    assert (document["lines"], document["purpose"], document["events"]) == (0, None, [])
    assert msgspec.json.decode((out / "events.json").read_bytes()) == []
    assert pq.read_table(out / "tracks.parquet").num_rows == 0


def test_a_failed_run_leaves_nothing(catalog: Catalog, flight: Path, tmp_path: Path) -> None:
    other = file_of(tmp_path, [infrared("a", 1, 0.0, purpose="test")])
    out = tmp_path / "new" / "out"
    with pytest.raises(ObservationError, match="one run has one purpose"):
        process_files([flight, other], catalog, out)
    assert not (tmp_path / "new").exists()
    out.mkdir(parents=True)
    (out / "mine").touch()
    with pytest.raises(ObservationError, match="holds something already"):
        process_files([flight], catalog, out)
    with pytest.raises(ObservationError, match="--hold-time-s"):
        process_files([flight], catalog, hold_time_s=-1.0)
    assert [path.name for path in out.iterdir()] == ["mine"]


def test_stages_are_exchanged_by_topic(catalog: Catalog, seen: list[Envelope]) -> None:
    asked: list[tuple[int, ...]] = []

    def noting(cost: Any, miss: float) -> list[tuple[int, int]]:
        asked.append(cost.shape)
        return pairs(cost, miss)

    def events(*others: Any) -> list[Envelope]:
        lane = lane_of(swapped(processing_stages(catalog), *others), "exercise")
        return [e for e in played(lane, seen) if isinstance(e.payload, Assessment)]

    usual, same = events(), events(TracksStage(noting))
    assert asked
    assert [e.payload.version for e in usual] == [e.payload.version for e in same]
    named = events(EventsStage("mine", ("open", "count")))
    assert [e.payload.event.removeprefix("mine") for e in named] == [
        e.payload.event.removeprefix("process") for e in usual
    ]
    blind = events(TracksStage(lambda cost, miss: []))
    assert len(blind) < len(usual)  # without association nothing is confirmed
    with pytest.raises(ValueError, match="no stage has the topic"):
        swapped([EventsStage("a", ())], TracksStage())


def test_playing_ends_with_the_last_line(catalog: Catalog, seen: list[Envelope]) -> None:
    lane = lane_of(processing_stages(catalog), "exercise")
    emitted = [e.emitted_ns for e in played(lane, seen)]
    assert emitted == sorted(emitted)
    assert emitted[-1] <= -(-seen[-1].received_ns // NS) * NS
    assert list(played(lane_of(processing_stages(catalog), "exercise"), [])) == []
    assert any(isinstance(e.payload, Track) for e in played(lane_of(processing_stages(catalog), "exercise"), seen))


def test_words_about_messages() -> None:
    told = tracking_of(["A=1,2,3", "B=C=-54.4,359.3,-20"], "exercise", True)
    assert (told.purpose, told.round_trip) == ("exercise", True)
    assert {name: (s.lat_deg, s.lon_deg, s.alt_m) for name, s in told.sites.items()} == {
        "A": (1.0, 2.0, 3.0), "B=C": (-54.4, 359.3, -20.0),
    }  # fmt: skip
    for word in ("A", "A=1,2", "A=1,2,x", "A=99,0,0", "A=1,2,nan"):
        with pytest.raises(ObservationError, match="--site"):
            tracking_of([word], "test", False)
    with pytest.raises(ObservationError, match="--purpose fun"):
        tracking_of([], "fun", False)


def test_known_objects_come_from_a_file_of_elements(tmp_path: Path) -> None:
    from fuzz import elements_cases

    case = elements_cases(tmp_path)[0]
    path = tmp_path / case.name
    path.write_bytes(case.content)
    assert len(known_objects(path).sets) == 3


def launchwatch(*arguments: object) -> subprocess.CompletedProcess[str]:
    code = "from launchwatch.cli.main import main; main()"
    words = [sys.executable, "-c", code, *map(str, arguments)]
    return subprocess.run(words, capture_output=True, text=True, check=False)


def test_the_command(catalog: Catalog, flight: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    ran = launchwatch("process", flight, "--out", out, "--json")
    assert ran.returncode == 0, ran.stderr
    document = msgspec.json.decode(ran.stdout)
    assert document == msgspec.json.decode(msgspec.json.encode(process_files([flight], catalog).document))
    assert (out / "events.json").is_file()
    text = launchwatch("process", flight)
    assert "process-20171128-001 version" in text.stdout
    assert "442 lines: 350 look, 92 radar; 350 looks" in text.stdout
    assert launchwatch("process", flight, "--quiet").stdout == ""
    refused = launchwatch("process", flight, tmp_path / "o.csv")
    assert refused.returncode == 2
    assert refused.stderr.startswith(f"launchwatch: {tmp_path / 'o.csv'}: is named like no observation file")
    missing = launchwatch("process", tmp_path / "none.ndjson")
    assert missing.returncode == 1
    assert "No such file" in missing.stderr
