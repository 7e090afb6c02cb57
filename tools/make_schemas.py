"""Write the JSON Schemas of the records to docs/reference/schemas, one file per record and one for the envelope."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, get_args

from launchwatch.messages import codec
from launchwatch.messages.envelope import Envelope, Record

FOLDER = Path(__file__).parents[1] / "docs" / "reference" / "schemas"


def schemas() -> dict[str, str]:
    """File name -> text of each schema."""
    kinds: dict[str, Any] = {str(kind.__struct_config__.tag): kind for kind in get_args(Record)}
    kinds["envelope"] = Envelope
    return {f"{name}.json": json.dumps(codec.json_schema(kind), indent=1) + "\n" for name, kind in kinds.items()}


def main() -> None:
    """Replace the files of the folder."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for old in FOLDER.glob("*.json"):
        old.unlink()
    for name, text in schemas().items():
        (FOLDER / name).write_text(text)


if __name__ == "__main__":
    main()
