"""A run directory again: replayed, or written in another format."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from launchwatch.assembly.chain import lane_name, make_lane
from launchwatch.assembly.run import RunError
from launchwatch.assembly.rundir import JOURNAL, chains_of
from launchwatch.catalog.catalogue import Catalog
from launchwatch.catalog.schema import Scenario
from launchwatch.messages.control import Start
from launchwatch.runtime.journal import SqliteJournal
from launchwatch.runtime.replay import replay_lane


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
        The run was made with another catalogue.
    """
    with SqliteJournal.open(journal_of(folder)) as journal:
        start = next(journal.read("run")).payload
        assert isinstance(start, Start)
        if start.catalog_hash != catalog.hash:
            raise RunError(f"{folder}: was made with another catalogue; give the one of that run with --catalog")
        scenario = msgspec.json.decode(start.scenario, type=Scenario)
        differences: list[str] = []
        messages = 0
        lanes = chains_of(scenario)
        for case, partner, chain in lanes:
            name = lane_name(case, partner, chain)
            messages += sum(1 for _ in journal.read(name, role="output"))
            fresh = partial(make_lane, catalog, scenario, case, partner, chain, None)
            found = replay_lane(journal, name, fresh)
            differences += [f"{name}: {difference}" for difference in found]
    return {"run": str(folder), "lanes": len(lanes), "messages": messages, "differences": differences}


def export_run(folder: Path, form: str, file: Path) -> None:
    """Write a run as CZML (its globe) or as Parquet (every event version, one row each)."""
    journal_of(folder)
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
    else:
        raise RunError(f"--format {form}: is not written yet; use czml or parquet")
