"""A compiled catalogue in the user's cache folder: reading YAML takes a hundred times as long."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path
from typing import TypeVar

import msgspec

T = TypeVar("T")

_DIGEST_SIZE = 16
_KEPT = 8  # compiled catalogues that stay: one for each folder that its user works with


def files_hash(files: Mapping[str, bytes]) -> str:
    """Hex digest (BLAKE2b) of file names and contents, whatever their order."""
    digest = blake2b(digest_size=_DIGEST_SIZE)
    for name, content in sorted(files.items()):
        for part in (name.encode(), content):
            digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()


def cache_folder() -> Path:
    """Where this platform keeps a user's caches, and in it what is ours; ``XDG_CACHE_HOME`` goes first."""
    if folder := os.environ.get("XDG_CACHE_HOME"):
        return Path(folder) / "launchwatch"
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData" / "Local")) / "launchwatch"
    return Path.home() / ("Library/Caches" if sys.platform == "darwin" else ".cache") / "launchwatch"


def load(key: str, kind: type[T]) -> T | None:
    """What was stored under a key, or None where there is nothing that can be read whole."""
    try:
        content = (cache_folder() / _name(key)).read_bytes()
        digest, payload = content[:_DIGEST_SIZE], content[_DIGEST_SIZE:]
        if digest == _digest(payload):
            return msgspec.msgpack.decode(payload, type=kind)
    except (OSError, RuntimeError, msgspec.DecodeError):
        return None
    return None


def store(key: str, value: object) -> None:
    """Store a value under a key, whole or not at all; a folder that cannot be written is left alone."""
    payload = msgspec.msgpack.encode(value)
    with suppress(OSError, RuntimeError):
        folder = cache_folder()
        folder.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=folder)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(_digest(payload) + payload)
            os.replace(temporary, folder / _name(key))
        except OSError:
            os.unlink(temporary)
            raise
        compiled = sorted(folder.glob(_name("*")), key=lambda path: path.stat().st_mtime_ns)
        for path in compiled[:-_KEPT]:
            path.unlink(missing_ok=True)


def _name(key: str) -> str:
    return f"catalog-{key}.msgpack"


def _digest(payload: bytes) -> bytes:
    return blake2b(payload, digest_size=_DIGEST_SIZE).digest()
