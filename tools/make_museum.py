"""Plays every case of history and writes docs/explanation/museum.md: the matrix, and each story with its sources.

`python tools/make_museum.py` takes some minutes.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from launchwatch.assembly.museum import matrix
from launchwatch.catalog.catalogue import Catalog
from launchwatch.catalog.loader import load_catalog, load_scenario
from launchwatch.report.watch import WAS
from launchwatch.report.words import clock

PAGE = Path(__file__).parents[1] / "docs" / "explanation" / "museum.md"
HEAD = """\
# The museum of false alarms

A warning system is judged by its false alarms. Here are the alarms that history got wrong, each played from recorded
or simulated inputs through the whole chain, twice: with every guard, and without those that decide it. No outcome is
scripted: what people did is put in as documented where the case is about people, and what comes of it the play says.
One case is a true attack, which must be warned of.

    launchwatch run history/1983-glint
    launchwatch run history --json

The first plays one case, with its report; the second plays all of them and prints the matrix. `--set
guards_off=[NAME]` leaves out any guard in any scenario. Guards are blocks of the catalogue: `launchwatch catalog list
guards`. How people are played is told under [procedures](procedures.md).

Times are minutes and seconds after the first lift-off, or after the play began. This page is written by
`tools/make_museum.py`.

## The matrix

| case | what it was | guards | highest state | all quiet again | public told | as wrong as then |
| --- | --- | --- | --- | --- | --- | --- |
"""
TAIL = """\

## What the plays do not show

- Clock times of most cases are known to a minute at best, some from memory; the pages of the catalogue say which.
- The people of a play follow the machine. Real ones did better (1983) and worse (Hawaii); a person who doubts the
  machine is no guard that can be counted on, and is not counted here.
- A guard is left out as a whole and a case is played with one seed. It shows that the guard decides the case, not how
  often it would.
- Radars and satellites of the time are stood for by the nearest that the catalogue has; the notes of each case say
  what was assumed.
"""


def main() -> None:
    """Play, write."""
    catalog = load_catalog()
    rows = matrix(catalog)["cases"]
    lines = [HEAD]
    for row in rows:
        lines += [_line(row, "on", "all")]
        if row["off"] is not None:
            lines += [_line(row, "off", f"without {', '.join(f'`{name}`' for name in row['guards'])}")]
    lines.append("\n## The stories\n")
    lines += [_story(row, catalog) for row in rows]
    PAGE.write_text("".join(lines) + TAIL)


def _line(row: dict[str, Any], key: str, guards: str) -> str:
    found = row[key]
    first = key == "on"
    told = ", then ".join(dict.fromkeys(alert["stage"] for alert in found["alerts"])) or "nothing"
    lasted = f", for {clock(found['false_alert_s'])}" if found["false_alert_s"] else ""
    wrong = {True: "yes", False: "no", None: "-"}[found.get("wrong")]
    cells = (
        f"[{row['title']}](#{_anchor(row)})" if first else "",
        WAS[row["was"]] if first else "",
        guards,
        f"{found['highest']} ({clock(found['reached_s'])})" if found["reached_s"] is not None else found["highest"],
        clock(found["settled_s"]) if found["reached_s"] is not None else "-",
        told + lasted,
        wrong,
    )
    return f"| {' | '.join(cells)} |\n"


def _anchor(row: dict[str, Any]) -> str:
    return f"case-{row['id'].partition('/')[2]}"


def _story(row: dict[str, Any], catalog: Catalog) -> str:
    scenario = load_scenario(row["id"], catalog)
    parts = [f"\n({_anchor(row)})=\n### {row['title']}\n\n`{row['id']}`: {WAS[row['was']]}.\n\n"]
    parts += [f"- {one}\n" for one in row["timeline"]]
    if row["guards"]:
        parts.append("\n")
        for name in row["guards"]:
            guard = catalog.guards[name]
            parts.append(f"**{guard.name}** (`{name}`). {guard.does} Without it: {guard.without}\n\n")
    else:
        parts.append("\nEvery guard is on.\n\n")
    parts.append(_played(row))
    if scenario.notes:
        parts.append(f"\n{scenario.notes}\n")
    parts.append(f"\nSources: {'; '.join(scenario.sources)}.\n")
    return "".join(parts)


def _played(row: dict[str, Any]) -> str:
    """What the two plays gave, in a sentence each."""
    text = f"Played with all guards: {_outcome(row['on'])}."
    if row["off"] is not None:
        text += f" Without those that decide: {_outcome(row['off'])}."
    return f"{text}\n"


def _outcome(found: dict[str, Any]) -> str:
    words = f"{found['highest']}"
    if found["reached_s"] is not None:
        words += f" at {clock(found['reached_s'])}"
        settled = found["settled_s"]
        words += ", never settled" if settled is None else f", quiet again at {clock(settled)}"
    for reason, count in found["refused"].items():
        words += f"; {count} messages turned away ({reason})"
    for alert in found["alerts"]:
        words += f"; the public at {clock(alert['after_s'])}: {alert['headline'].rstrip('.')}"
    return words


if __name__ == "__main__":
    main()
