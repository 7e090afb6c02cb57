"""A run directory again: replayed, or written in another format."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from launchwatch.assembly.chain import lane_name, make_lane
from launchwatch.assembly.run import RunError
from launchwatch.assembly.rundir import JOURNAL, chains_of
from launchwatch.assembly.testlaunch import each_test, lane_of_test
from launchwatch.catalog.catalogue import Catalog
from launchwatch.catalog.schema import Scenario
from launchwatch.messages.control import Start
from launchwatch.messages.truth import FlightTruth
from launchwatch.runtime.journal import SqliteJournal
from launchwatch.runtime.replay import replay_lane

if TYPE_CHECKING:
    from launchwatch.processing.detections.known import KnownObjects


def journal_of(folder: Path) -> Path:
    """The journal in a run directory; raises RunError where there is none."""
    path = folder / JOURNAL
    if not path.is_file():
        raise RunError(f"{folder}: is no run directory, it holds no {JOURNAL}; give the folder that --out named")
    return path


def replay_run(folder: Path, catalog: Catalog) -> dict[str, Any]:
    """Play every lane of a run again from its journal.

    Returns
    -------
    dict
        Number of lanes and of recorded outputs, and a line for each output that differs.

    Raises
    ------
    RunError
        The run was made with another catalogue, or with other elements of satellites.
    """
    with SqliteJournal.open(journal_of(folder)) as journal:
        start = next(journal.read("run")).payload
        assert isinstance(start, Start)
        if start.catalog_hash != catalog.hash:
            raise RunError(f"{folder}: was made with another catalogue; give the one of that run with --catalog")
        scenario = msgspec.json.decode(start.scenario, type=Scenario)
        differences: list[str] = []
        messages = 0
        known = _known(folder, catalog, scenario, start)
        lanes = chains_of(scenario)
        for case, partner, chain in lanes:
            name = lane_name(case, partner, chain)
            messages += sum(1 for _ in journal.read(name, role="output"))
            fresh = partial(make_lane, catalog, scenario, case, partner, chain, None, known)
            found = replay_lane(journal, name, fresh)
            differences += [f"{name}: {difference}" for difference in found]
        tests = each_test(scenario)
        for test in tests:
            name = lane_name(test.id, test.partners[0], "alone")
            messages += sum(1 for _ in journal.read(name, role="output"))
            found = replay_lane(journal, name, partial(lane_of_test, catalog, test, None))
            differences += [f"{name}: {difference}" for difference in found]
    return {"run": str(folder), "lanes": len(lanes) + len(tests), "messages": messages, "differences": differences}


def _known(folder: Path, catalog: Catalog, scenario: Scenario, start: Start) -> KnownObjects | None:
    """What the chains of a run knew to be in orbit, from the same files of elements."""
    if start.elements_hash is None:
        return None
    from launchwatch.assembly.non_launches import gather

    scenery = gather(catalog, scenario, start.seed)
    if scenery.elements_hash != start.elements_hash:
        raise RunError(f"{folder}: was made with other elements of satellites; give the folder of data of that run")
    return scenery.known


def export_run(folder: Path, form: str, file: Path, catalog: Path | None = None) -> list[Path]:
    """Write a run: its globe (czml), event versions, one row each (parquet), true flights (kml, oem), alerts (cap).

    Flights are written as the journal holds them; an OEM holds one, so that several get a file each. So does every
    alert; `catalog` is the user's folder that the run was made with, for its regions and texts. Returns the files.

    Raises
    ------
    RunError
        No run directory, no globe in it, or another format.
    """
    journal = journal_of(folder)
    if form == "czml":
        globe = folder / "globe.czml"
        if not globe.is_file():
            raise RunError(f"{folder}: holds no globe.czml, for it was run with --no-report; run it again without")
        file.write_bytes(globe.read_bytes())
    elif form == "parquet":
        import pyarrow as pa
        import pyarrow.parquet as pq

        events = msgspec.json.decode((folder / "events.json").read_bytes())
        pq.write_table(pa.Table.from_pylist(events), file)
    elif form in ("kml", "oem"):
        return _export_flights(journal, form, file)
    elif form == "cap":
        from launchwatch.assembly.alerts import write_alerts
        from launchwatch.catalog.loader import load_catalog

        return write_alerts(journal, load_catalog(catalog), file)
    else:
        raise RunError(f"--format {form}: is not written yet; use cap, czml, kml, oem or parquet")
    return [file]


def _export_flights(path: Path, form: str, file: Path) -> list[Path]:
    from launchwatch.assembly.flight.launch import TRUTH_BOUND_M
    from launchwatch.assembly.flight.output import ephemeris_of_truth, write_objects

    with SqliteJournal.open(path) as journal:
        start = next(journal.read("run"))
        assert isinstance(start.payload, Start)
        scenario = msgspec.json.decode(start.payload.scenario, type=Scenario)
        flights = [
            ephemeris_of_truth(envelope.payload)
            for case in scenario.cases
            for envelope in journal.read(f"{case}/truth")
            if isinstance(envelope.payload, FlightTruth)
        ]
    title = f"{start.purpose.upper()} - simulated data: {scenario.title}"
    note = f"Samples are those of the journal; interpolation between them errs by about {TRUTH_BOUND_M:g} m"
    return write_objects(title, flights, file, f".{form}", (note,))
