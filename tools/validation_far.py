"""The packaged false-alarm calibration, and the page's table and plot of stated against counted rates.

`python tools/validation_far.py FOLDER [--runs N] [--workers N]` plays the days that are not in the folder yet, lays the
calibration into the catalogue, and writes the figures into docs/explanation/false-alarm-rate.md.
"""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path
from typing import Any

from launchwatch.assembly.calibration import read_calibration
from launchwatch.catalog.loader import load_catalog
from launchwatch.study.calibrate import calibrate
from launchwatch.study.ensemble import CALIBRATION_SKY, COUNTING_SKY, Ensemble
from launchwatch.study.far_check import FACTOR, LEAST_COUNTED, check

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "explanation" / "false-alarm-rate.md"
PLOT = ROOT / "docs" / "_static" / "stated-against-counted.png"
NAME, PARTNER = "drawn-skies", "cn"
PACKAGED = ROOT / "src" / "launchwatch" / "catalog" / "data" / "calibrations" / NAME
BEGIN, END = "<!-- figures: tools/validation_far.py -->\n", "<!-- end of figures -->\n"


def main() -> None:
    """Play, calibrate, check, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--runs", type=int, default=30, help="days under each sky")
    parser.add_argument("--counted", type=int, help="days under the counting sky, if not as many")
    parser.add_argument("--fires", nargs="*", default=[], help="files of real fires, a day each")
    parser.add_argument("--workers", type=int, default=1)
    given = parser.parse_args()
    made = calibrate(Ensemble(PARTNER, CALIBRATION_SKY, given.runs), given.folder, given.workers)
    file = Path(made["file"])
    found = check(file, given.counted or given.runs, given.folder, COUNTING_SKY, workers=given.workers)
    text = figures(made, found, held_back(file))
    if given.fires:
        real = check(
            file, len(given.fires), given.folder / "real", COUNTING_SKY, tuple(given.fires), workers=given.workers
        )
        text += of_real(real)
    shutil.rmtree(PACKAGED, ignore_errors=True)
    PACKAGED.mkdir(parents=True)
    (PACKAGED / f"{made['key']}.parquet").write_bytes(file.read_bytes())
    shutil.copyfile(given.folder / PLOT.name, PLOT)
    before, _, rest = PAGE.read_text().partition(BEGIN)
    PAGE.write_text(before + BEGIN + text + END + rest.partition(END)[2])


def held_back(file: Path) -> tuple[int, int, float]:
    """Events that the chain warned of without a bar; how many of these ever rank so that the bar lets them; the bar."""
    told, events = read_calibration(file.read_bytes(), file.stem)
    policy = load_catalog().policies[load_catalog().partners[PARTNER].policy]
    bar = policy.warn.far_hz or 0.0
    rankings = sorted(event.ranking for event in events if event.infrared)
    let = [
        event
        for event in events
        if event.warned and (sum(r >= event.ranking for r in rankings) + 1) / told["live_s"] <= bar
    ]
    return sum(event.warned for event in events), len(let), bar


def figures(made: dict[str, Any], found: dict[str, Any], held: tuple[int, int, float]) -> str:
    """The text between the marks of the page."""
    counted = found["counted"]
    return f"""
Chain of `{PARTNER}` alone. Calibrated on {made["live_days"]:g} days: {made["events"]} events of non-launches
({_kinds(made)}). Counted on {counted["live_days"]:g} other days with other seeds, under the other sky:
{counted["events"]} events ({_kinds(counted)}).

![Counted over stated false alarms a day, with the band of a factor of 2](../_static/{PLOT.name})

{_table(found)}
Counted events that ranked beyond the calibrated range: {found["beyond_range"]}.

Without a bar the chain warned its own region of {held[0]} of the non-launches of the calibration, and of
{counted["warned"]} of those counted: fires and glints whose impact points, hundreds of kilometres wide, reach into it.
Of the {held[0]}, the bar to warn lets {held[1]} pass.

"""


def of_real(found: dict[str, Any]) -> str:
    """The same for days with real fires."""
    counted = found["counted"]
    return f"""With real fires in place of drawn ones (MODIS, the first UTC day of each of {counted["days"]} files)
and the rest as it was counted: {counted["events"]} events ({_kinds(counted)}) in {counted["live_days"]:g} days;
{counted["warned"]} of them warned of without a bar.

{_table(found)}
"""


def _kinds(account: dict[str, Any]) -> str:
    return ", ".join(f"{of['events']} of kind {kind}" for kind, of in account["kinds"].items())


def _table(found: dict[str, Any]) -> str:
    """Rows at stated rates, and at how many levels the two agree."""
    rows = "".join(
        f"| {row['stated_a_day']:g} | {row['stated']:.2f} | {row['counted']} | {row['rate']:.2f} | "
        f"{row['low']:.2f} to {row['high']:.2f} | {row['rate'] / row['stated']:.2f} |\n"
        for row in found["table"]
    )
    return f"""| at most so many stated a day | stated | counted | counted a day | 95 % | counted over stated |
| --- | --- | --- | --- | --- | --- |
{rows}
Levels at which {LEAST_COUNTED} or more events were counted: {found["levels"]}. Stated and counted rates agree within a
factor {FACTOR:g} at {found["within_factor"]} of them.
"""


if __name__ == "__main__":
    main()
