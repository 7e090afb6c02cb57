"""What acceptance tests share: the catalogue, small scenarios, and a run directory that several tests read."""

from collections.abc import Callable
from pathlib import Path

import pytest

from launchwatch.assembly.run import Run, play
from launchwatch.assembly.rundir import run_to
from launchwatch.assembly.stopwatch import Stopwatch
from launchwatch.catalog.loader import Catalog, load_catalog, load_scenario
from scenarios.small import ONE_CASE

Play = Callable[..., Run]


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    return load_catalog()


@pytest.fixture(scope="session")
def one_case(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A scenario file with one short flight and two partners."""
    file = tmp_path_factory.mktemp("scenario") / "one-case.yaml"
    file.write_text(ONE_CASE)
    return file


@pytest.fixture(scope="session")
def played(catalog: Catalog) -> Play:
    """Plays a scenario with overrides, seed 1, without a journal; the same call is played once."""
    known: dict[tuple[str, ...], Run] = {}

    def once(scenario: str | Path, *settings: str) -> Run:
        key = (str(scenario), *settings)
        if key not in known:
            known[key] = play(catalog, load_scenario(scenario, catalog, settings), 1, None, Stopwatch())
        return known[key]

    return once


@pytest.fixture(scope="session")
def run_folder(catalog: Catalog, one_case: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The run directory of the one case, seed 3; tests read it and never write to it."""
    folder = tmp_path_factory.mktemp("runs") / "one-case"
    run_to(folder, catalog, load_scenario(one_case, catalog), 3, True, Stopwatch())
    return folder
