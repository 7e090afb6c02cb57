"""What the commands share: options, and one way to print JSON."""

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

Json = Annotated[bool, typer.Option("--json", help="One JSON document on standard output, nothing else there.")]
Quiet = Annotated[bool, typer.Option("--quiet", help="Say nothing but errors.")]
Folder = Annotated[Path | None, typer.Option("--catalog", help="Folder of own YAML, laid over the catalogue.")]


def print_json(document: Any) -> None:
    """Write one document to standard output."""
    import msgspec

    sys.stdout.buffer.write(msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n")
