"""Numba, with a cache that no changed kernel can poison.

Numba keys its cache by the file of a function, not by those of its callees: after a change in one file a cached caller
in another would keep the old answer. So the cache folder carries a hash of every kernel source and numba's version.
"""

from __future__ import annotations

import atexit
import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from hashlib import blake2b
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeVar, cast

_Function = TypeVar("_Function", bound=Callable[..., Any])


def kernels_hash(package: Path, numba_version: str) -> str:
    """Hex digest of every ``*_kernels.py`` below a package folder and of numba's version."""
    digest = blake2b(numba_version.encode(), digest_size=8)
    for source in sorted(package.rglob("*_kernels.py")):
        digest.update(b"\0" + source.relative_to(package).as_posix().encode() + b"\0" + source.read_bytes())
    return digest.hexdigest()


def user_cache_folder() -> Path:
    """Where this platform keeps a user's caches; ``XDG_CACHE_HOME`` goes first."""
    if folder := os.environ.get("XDG_CACHE_HOME"):
        return Path(folder)
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData" / "Local"))
    return Path.home() / ("Library/Caches" if sys.platform == "darwin" else ".cache")


def cache_folder(digest: str) -> Path:
    """The folder for compiled kernels: the user's, or a private temporary one where that cannot be written.

    The temporary folder goes at the end of the process: a name that others could foresee would let them plant code.
    """
    try:
        folder = user_cache_folder() / "launchwatch" / digest
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except (OSError, RuntimeError):
        temporary = Path(tempfile.mkdtemp(prefix="launchwatch-"))
        atexit.register(shutil.rmtree, temporary, ignore_errors=True)
        return temporary


_CACHE = cache_folder(kernels_hash(Path(__file__).resolve().parents[1], version("numba")))
os.environ["NUMBA_CACHE_DIR"] = str(_CACHE)

numba = import_module("numba")
numba.config.CACHE_DIR = str(_CACHE)  # where another package has imported numba before us


def njit(**options: Any) -> Callable[[_Function], _Function]:
    """``numba.njit`` with its options, typed so that a kernel keeps its signature."""
    return cast("Callable[[_Function], _Function]", numba.njit(**options))
