import os
import subprocess
import sys
from pathlib import Path

import pytest

from launchwatch.core import jit

PROBE = (
    "import launchwatch.core.jit as jit, os; print(os.environ['NUMBA_CACHE_DIR']); print(jit.numba.config.CACHE_DIR)"
)


def probe(**environment: str) -> Path:
    """The cache folder of a fresh process."""
    ran = subprocess.run(
        [sys.executable, "-c", PROBE], env=os.environ | environment, capture_output=True, text=True, check=True
    )
    first, second = ran.stdout.split()
    assert first == second
    return Path(first)


def test_cache_lies_in_the_users_folder_under_the_hash(tmp_path: Path) -> None:
    folder = probe(XDG_CACHE_HOME=str(tmp_path))
    package = Path(jit.__file__).parents[1]
    assert folder == tmp_path / "launchwatch" / jit.kernels_hash(package, jit.numba.__version__)
    assert folder.is_dir()


def test_cache_goes_to_a_temporary_folder_where_the_users_cannot_be_written(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.touch()  # a file in the way refuses even root
    folder = probe(XDG_CACHE_HOME=str(blocked))
    assert tmp_path not in folder.parents
    assert not folder.exists()  # cleaned up at the end of that process


def test_hash_follows_every_kernel_source_and_the_version(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    kernels = tmp_path / "a" / "_kernels.py"
    kernels.write_text("x = 1\n")
    before = jit.kernels_hash(tmp_path, "1")
    assert jit.kernels_hash(tmp_path, "2") != before
    (tmp_path / "a" / "other.py").write_text("y = 1\n")
    assert jit.kernels_hash(tmp_path, "1") == before
    kernels.write_text("x = 2\n")
    assert jit.kernels_hash(tmp_path, "1") != before


def test_njit_compiles() -> None:
    @jit.njit()
    def double(x: float) -> float:
        return 2.0 * x

    assert double(2.0) == 4.0


@pytest.mark.skipif(sys.platform != "linux", reason="the folder is another elsewhere")
def test_default_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    assert jit.user_cache_folder() == Path.home() / ".cache"
