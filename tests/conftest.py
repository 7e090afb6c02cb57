"""What all tests share: one thread for BLAS, no network, reproducible examples, and the folders of real data."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

# Before a test imports numpy: sums depend on the number of threads, and replay is compared to the bit.
for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

settings.register_profile("house", derandomize=True, deadline=None, database=None)
settings.load_profile("house")


def _folder(variable: str) -> Path:
    folder = Path(os.environ.get(variable, ""))
    if variable in os.environ and folder.is_dir():
        return folder
    reason = f"{variable} names no folder; set it to the absolute path of the reference data"
    if os.environ.get("LAUNCHWATCH_REQUIRE_DATA") == "1":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def data_folder() -> Path:
    """Folder of real data; the test is skipped without it, and fails where data are required."""
    return _folder("LAUNCHWATCH_DATA")


@pytest.fixture(scope="session")
def bench_folder() -> Path:
    """Folder of the benchmark problems; the test is skipped without it, and fails where data are required."""
    return _folder("LAUNCHWATCH_BENCH")


@pytest.fixture
def measured(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Give it a line with a measured figure: it is shown at the end of the test run."""

    def show(line: str) -> None:
        request.node.user_properties.append(("measured", line))

    return show


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the measured figures, also those from other worker processes."""
    lines = [
        f"{report.nodeid.split('::')[-1]}: {value}"
        for report in terminalreporter.getreports("passed")
        for name, value in report.user_properties
        if name == "measured"
    ]
    if lines:
        terminalreporter.section("measured")
        for line in lines:
            terminalreporter.line(line)
