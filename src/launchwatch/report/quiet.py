"""What became of everything that is no launch: tables of a run that plays such things."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from launchwatch.report.run import RunView, partners_of, scenario_of, watermark

if TYPE_CHECKING:
    from rich.console import RenderableType

KINDS = {
    "fire": "fires",
    "fireball": "fireballs",
    "lightning": "flashes of lightning",
    "glint": "glints",
    "fault": "faults of sensors",
    "satellite": "satellites",
    "decaying": "decaying objects",
    "clutter": "clutter",
}
"""The kinds in words; clutter is what no object explains."""

CHAINS = ("alone", "integrated")
NOTES = (
    "Things: how many there were in the window; detections: what the partner's own sensors delivered of them, and of "
    "how many different things, by infrared and by radar.",
    "A track is of the object that most looks behind it saw, an event of the kind of most looks of its tracks. "
    "Warnings are those for the partner's own region.",
)


@dataclass(frozen=True)
class KindRow:
    """One kind and partner: cells in the order of `COLUMNS`."""

    kind: str
    cells: tuple[str, ...]


COLUMNS = (
    "things", "infrared detections", "radar detections", "tracks alone", "tracks integrated", "events alone",
    "events integrated", "warnings alone", "warnings integrated",
)  # fmt: skip


def account_of(view: RunView) -> Mapping[str, Any] | None:
    """The part `non_launches` of the summary, or None where the run played none."""
    found: Mapping[str, Any] | None = view.summary.get("non_launches")
    return found


def verdict(account: Mapping[str, Any]) -> str:
    """The outcome in one sentence."""
    lines = [chain for chains in account["chains"].values() for chain in chains.values()]
    warnings, events = (sum(line[key] for line in lines) for key in ("warnings", "events"))
    if warnings:
        return f"{warnings} false warning{'s' if warnings > 1 else ''}, over all partners and chains."
    return f"No warning by any partner, alone or integrated; {events or 'no'} false events over all chains."


def kind_rows(account: Mapping[str, Any], partner: str) -> tuple[KindRow, ...]:
    """The table of one partner."""
    found, chains = account["detections"][partner], account["chains"][partner]
    rows = []
    for kind, words in KINDS.items():
        things = account["played"].get(kind)
        counts = [chains[chain]["kinds"][kind] for chain in CHAINS]
        rows.append(
            KindRow(
                kind=words,
                cells=(
                    "\N{EN DASH}" if things is None else f"{things:,}",
                    *(_detections(found[by].get(kind), kind) for by in ("infrared", "radar")),
                    *(f"{count[key]:,}" for key in ("tracks", "events", "warnings") for count in counts),
                ),
            )
        )
    return tuple(rows)


def _detections(found: Mapping[str, int] | None, kind: str) -> str:
    if found is None:
        return "0"
    return f"{found['detections']:,}" if kind == "clutter" else f"{found['detections']:,} of {found['things']:,}"


def remarks(account: Mapping[str, Any], partner: str) -> str:
    """What was kept out of one partner's chains before a track could open."""
    alone, integrated = (account["chains"][partner][chain] for chain in CHAINS)
    return (
        f"{partner}: {account['suppressed'][partner]:,} sightings kept back by its sensors' own maps of sources that "
        f"stand still; plots matched to known objects {alone['known_plots']:,} alone, {integrated['known_plots']:,} "
        f"integrated; objects told as re-entries {alone['reentries_told']} alone, {integrated['reentries_told']} "
        "integrated."
    )


def terminal_account(view: RunView, account: Mapping[str, Any]) -> RenderableType:
    """The same for a terminal."""
    from rich import box
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

    parts: list[RenderableType] = [
        Text(f"{view.summary['scenario']}: {scenario_of(view)['title']}", style="bold"),
        Text(f"{watermark(view)}.", style="yellow"),
        Text(verdict(account), style="bold"),
    ]
    for partner in partners_of(view):
        table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0))
        table.add_column(partner, no_wrap=True)
        for name in ("things", "infrared", "radar", "tracks", "events", "warnings"):
            table.add_column(name, justify="right")
        for row in kind_rows(account, partner):
            things, infrared, radar, *counts = row.cells
            pairs = zip(counts[::2], counts[1::2], strict=True)
            table.add_row(row.kind, things, infrared, radar, *map(" / ".join, pairs))
        parts += ["", table, Text(remarks(account, partner))]
    parts += ["", Text("Tracks, events, warnings: alone / integrated."), *(Text(note) for note in NOTES)]
    return Group(*parts)
