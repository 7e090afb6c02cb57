"""The folder of `launchwatch coverage --out`: the document and its maps."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from launchwatch.catalog.records import CatalogError


def refuse_full(folder: Path) -> None:
    """See that a folder is new or empty, before anything is computed for it.

    Raises
    ------
    CatalogError
        It is no folder, or holds something.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise CatalogError(f"--out {folder}: holds something already; choose a new folder or empty it")


def write_coverage(document: Mapping[str, Any], folder: Path) -> None:
    """Write ``coverage.json`` and ``coverage.html``."""
    from launchwatch.report.coverage import render_coverage

    page = render_coverage(document)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "coverage.json").write_bytes(msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n")
    (folder / "coverage.html").write_text(page, encoding="utf-8")
