"""The walls of the house: what may import what, what may not be called where, and what is published."""

import ast
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import make_booster_table
import make_schemas
import pytest

from launchwatch.catalog.loader import load_catalog

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "launchwatch"
PURE = ("core", "physics", "processing", "control")
# Where compiled kernels are kept is decided before numba is imported, and only there.
CACHE_FOLDER = PACKAGE / "core" / "jit.py"
CLOCKS = {
    "time": {
        "time",
        "time_ns",
        "monotonic",
        "monotonic_ns",
        "perf_counter",
        "perf_counter_ns",
        "process_time",
        "sleep",
    },
    "datetime": {"now", "utcnow", "today"},
    "date": {"today"},
}
FILES = {"open", "read_text", "read_bytes", "write_text", "write_bytes", "mkdir", "unlink"}
NUMPY_FILES = {"load", "loadtxt", "save", "savetxt", "savez", "fromfile", "tofile", "memmap", "genfromtxt"}
SEEDED = {"Generator", "Philox", "SeedSequence", "BitGenerator"}
SOCKETS = {"socket", "create_connection", "urlopen"}


def trespasses(source: str) -> Iterator[str]:
    """What a module of the pure rooms may not do, as `line: what`."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute):
            owner = ast.unparse(node.value)
            last = owner.rpartition(".")[2]
            if node.attr in CLOCKS.get(last, ()):
                yield f"{node.lineno}: wall clock {owner}.{node.attr}"
            elif owner in ("np.random", "numpy.random") and node.attr not in SEEDED:
                yield f"{node.lineno}: global or unseeded randomness {owner}.{node.attr}"
            elif node.attr in FILES or (owner in ("np", "numpy") and node.attr in NUMPY_FILES):
                yield f"{node.lineno}: file access {owner}.{node.attr}"
            elif node.attr in SOCKETS:
                yield f"{node.lineno}: network {owner}.{node.attr}"
        elif isinstance(node, ast.Name) and node.id in ("open", "print", "input", "exec", "eval"):
            yield f"{node.lineno}: {node.id}()"
        elif isinstance(node, ast.ImportFrom):
            names = {alias.name for alias in node.names}
            if node.module == "numpy.random" and names - SEEDED:
                yield f"{node.lineno}: global or unseeded randomness {', '.join(sorted(names - SEEDED))}"
            if node.module in ("time", "random", "socket"):
                yield f"{node.lineno}: import from {node.module}"


@pytest.mark.parametrize("room", PURE)
def test_the_pure_rooms_open_no_file_and_ask_no_clock(room: str) -> None:
    modules = [module for module in sorted((PACKAGE / room).rglob("*.py")) if module != CACHE_FOLDER]
    assert modules
    found = [f"{m.relative_to(ROOT)}:{line}" for m in modules for line in trespasses(m.read_text(encoding="utf-8"))]
    assert found == []


def test_no_module_draws_from_a_global_generator() -> None:
    found = [
        f"{module.relative_to(ROOT)}:{line}"
        for module in sorted(PACKAGE.rglob("*.py"))
        for line in trespasses(module.read_text(encoding="utf-8"))
        if "randomness" in line
    ]
    assert found == []


@pytest.mark.parametrize(
    "source",
    [
        "open('x')",
        "Path('x').read_text()",
        "np.load('x')",
        "import time\ntime.time()",
        "import datetime\ndatetime.datetime.now()",
        "from datetime import date\ndate.today()",
        "from time import time",
        "np.random.normal()",
        "numpy.random.seed(1)",
        "np.random.default_rng()",
        "from numpy.random import rand",
        "import socket\nsocket.socket()",
        "clock = time.perf_counter",
    ],
)
def test_each_trespass_is_caught(source: str) -> None:
    assert list(trespasses(source))


def test_what_is_allowed_is_not_caught() -> None:
    allowed = (
        "from numpy.random import Generator, Philox\nGenerator(Philox(key=1)).random()\nclock.now()\nstate.time_ns"
    )
    assert list(trespasses(allowed)) == []


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    lint = Path(sys.executable).with_name("lint-imports")
    wide = {**os.environ, "COLUMNS": "200"}  # one line for each contract
    return subprocess.run([lint, "--no-cache"], cwd=folder, env=wide, capture_output=True, text=True, check=False)


@pytest.fixture
def copy_of_the_house(tmp_path: Path) -> Path:
    """The package and its contracts in a folder of their own; lint-imports reads the package from there."""
    ignore = shutil.ignore_patterns("__pycache__", "data", "templates")
    shutil.copytree(PACKAGE, tmp_path / "launchwatch", ignore=ignore)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("module", "line", "contract"),
    [
        ("processing/tracks/stage.py", "import launchwatch.sim", "3. "),
        ("processing/tracks/stage.py", "from launchwatch.messages import codec", "3. "),
        ("processing/tracks/stage.py", "import launchwatch.processing.events", "2. "),
        ("control/warnings/stage.py", "from launchwatch.messages.envelope import Envelope", "3. "),
        ("control/releases/stage.py", "from launchwatch.messages.truth import FlightTruth", "3. "),
        ("control/warnings/stage.py", "import launchwatch.control.releases", "2. "),
        ("processing/tracks/stage.py", "import time", "4. "),
        ("physics/gravity.py", "from launchwatch.catalog import loader", "4. "),
        ("evaluation/__init__.py", "import launchwatch.runtime", "5. "),
        ("messages/control.py", "import launchwatch.ports", "1. "),
        ("service/__init__.py", "import launchwatch.sim", "1. "),
    ],
)
def test_a_broken_wall_fails(copy_of_the_house: Path, module: str, line: str, contract: str) -> None:
    trespasser = copy_of_the_house / "launchwatch" / module
    trespasser.write_text(f"{trespasser.read_text(encoding='utf-8')}\n{line}\n", encoding="utf-8")
    result = lint_imports(copy_of_the_house)
    assert result.returncode == 1
    broken = [text for text in result.stdout.splitlines() if " BROKEN" in text]
    assert any(text.startswith(contract) for text in broken), result.stdout


def test_an_unknown_room_fails(copy_of_the_house: Path) -> None:
    (copy_of_the_house / "launchwatch" / "utilities.py").write_text("")
    result = lint_imports(copy_of_the_house)
    assert result.returncode == 1
    assert "utilities" in result.stdout


def test_the_walls_stand(copy_of_the_house: Path) -> None:
    result = lint_imports(copy_of_the_house)
    assert result.returncode == 0, result.stdout


def test_published_schemas_are_those_of_the_records() -> None:
    published = {path.name: path.read_text() for path in make_schemas.FOLDER.glob("*.json")}
    assert published == make_schemas.schemas(), "run `make schemas`"


def test_the_page_of_boosters_is_that_of_the_catalogue() -> None:
    assert make_booster_table.FILE.read_text() == make_booster_table.page(load_catalog()), "run `make boosters`"


def test_every_record_is_on_the_reference_page() -> None:
    page = (ROOT / "docs" / "reference" / "messages.md").read_text()
    schemas = [path.name for path in (ROOT / "docs" / "reference" / "schemas").glob("*.json")]
    assert [name for name in schemas if f"<schemas/{name}>" not in page] == []
