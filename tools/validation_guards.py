"""The figures of the page on what guards cost.

`python tools/validation_guards.py FOLDER [--runs N] [--workers N]` plays the launches and scenarios that are not in the
folder yet, and writes tables and plot into docs/explanation/guards.md.
"""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path

from launchwatch.study.guards import Plan, guards

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "explanation" / "guards.md"
PLOT = ROOT / "docs" / "_static" / "guards-cost.png"
PARTNER, LAUNCHES = "cn", 5000
BEGIN, END = "<!-- figures: tools/validation_guards.py -->\n", "<!-- end of figures -->\n"
PICTURE = (
    "![Part of launches over the delay that guards add: on the left to warnings, on the right to confirmations]"
    f"(../_static/{PLOT.name})\n"
)


def main() -> None:
    """Play, compare, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--runs", type=int, default=LAUNCHES, help="launches")
    parser.add_argument("--workers", type=int, default=1)
    given = parser.parse_args()
    guards(Plan(PARTNER, given.runs), given.folder, given.workers)
    shutil.copyfile(given.folder / PLOT.name, PLOT)
    before, _, rest = PAGE.read_text().partition(BEGIN)
    found = (given.folder / "guards.md").read_text()
    PAGE.write_text(f"{before}{BEGIN}\n{found}\n{PICTURE}\n{END}{rest.partition(END)[2]}")


if __name__ == "__main__":
    main()
