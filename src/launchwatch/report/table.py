"""The key table: what each partner knows and when, alone and integrated."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from launchwatch.report.run import QUANTITIES, RunView, partners_of, scenario_of, watermark
from launchwatch.report.words import NEVER, NONE, NOTES, clock, kilometres, point, signed_clock

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table

COLUMNS = (
    "first detection", "warning", "confirmed", "first sensor", "confirming sensor", "to impact at warning",
    "decision time left",
)  # fmt: skip
"""Columns of a row, left to right; the figure that matters stands last."""

ONLY_INTEGRATED = "only integrated"
ONLY_ALONE = "only alone"
"""Stand for a gain where one of the two chains never reached the state."""

_WIDEST = 124  # on a wider terminal the columns would drift apart


@dataclass(frozen=True)
class Row:
    """One line of the table: `kind` is "alone", "integrated" or "gain"."""

    kind: str
    cells: tuple[str, ...]


@dataclass(frozen=True)
class PartnerRows:
    """The lines of one partner and launch."""

    partner: str
    threatened: bool
    rows: tuple[Row, Row, Row]


@dataclass(frozen=True)
class LaunchRows:
    """A launch in words, and its partners."""

    launch: str
    flight: str
    partners: tuple[PartnerRows, ...]


@dataclass(frozen=True)
class Median:
    """Median gain of one partner in one quantity, in words, with the launches that it rests on."""

    quantity: str
    value: str
    launches: int


@dataclass(frozen=True)
class PartnerMedians:
    """What the run says of one partner over all launches."""

    partner: str
    launches: int
    threatened: int
    warned_alone: int
    warned_integrated: int
    only_integrated: int
    only_alone: int
    detected_only_integrated: int
    medians: tuple[Median, ...]


def launch_rows(view: RunView) -> tuple[LaunchRows, ...]:
    """The table, launch by launch in the order of the scenario."""
    return tuple(
        LaunchRows(
            launch=launch["id"],
            flight=flight_words(launch),
            partners=tuple(_partner_rows(partner, launch) for partner in partners_of(view)),
        )
        for launch in view.summary["launches"]
    )


def partner_medians(view: RunView) -> tuple[PartnerMedians, ...]:
    """Medians with counts, partner by partner."""
    found = []
    for partner in partners_of(view):
        entries = [launch["partners"][partner] for launch in view.summary["launches"]]
        summed = view.summary["partners"][partner]
        values = {name: [entry["gain_s"][name] for entry in entries] for name in QUANTITIES}
        medians = [
            Median(name.replace("_", " "), signed_clock(summed["median_gain_s"][name]), _count(values[name]))
            for name in QUANTITIES
        ]
        left = [gain for entry in entries if (gain := _decision_gain(entry)) is not None]
        medians.append(Median("decision time left", signed_clock(statistics.median(left) if left else None), len(left)))
        found.append(
            PartnerMedians(
                partner=partner,
                launches=len(entries),
                threatened=sum(bool(entry["threatened"]) for entry in entries),
                warned_alone=_count(entry["alone"]["warning_s"] for entry in entries),
                warned_integrated=_count(entry["integrated"]["warning_s"] for entry in entries),
                only_integrated=sum(_warned(entry) == (False, True) for entry in entries),
                only_alone=sum(_warned(entry) == (True, False) for entry in entries),
                detected_only_integrated=summed["launches_only_integrated"],
                medians=tuple(medians),
            )
        )
    return tuple(found)


def flight_words(launch: Mapping[str, Any]) -> str:
    """The true flight in one line."""
    end = "orbit" if launch["impact"] is None else point(**launch["impact"])
    reach = "" if launch["range_km"] is None else f", range {kilometres(launch['range_km'])} km"
    flight = "does not fall back" if launch["impact_s"] is None else f"flight time {clock(launch['impact_s'])}"
    return (
        f"{launch['booster']} ({launch['class']}), {point(**launch['launch'])} to {end}, {flight}, "
        f"apogee {kilometres(launch['apogee_km'])} km{reach}"
    )


def terminal_table(view: RunView) -> RenderableType:
    """The key table for a terminal of 100 columns or more."""
    from rich.console import Group
    from rich.constrain import Constrain
    from rich.text import Text

    account = view.summary.get("non_launches")
    if account is not None and not view.summary["launches"]:
        from launchwatch.report.quiet import terminal_account  # for runs without launches only

        return terminal_account(view, account)
    parts: list[RenderableType] = [
        Text(f"{view.summary['scenario']}: {scenario_of(view)['title']}", style="bold"),
        Text(f"{watermark(view)}. {conditions(view)}", style="yellow"),
    ]
    for number, launch in enumerate(launch_rows(view), start=1):
        parts.append(Text.assemble("\n", (f"{number} {launch.launch}: ", "bold"), launch.flight))
        parts.append(_terminal_rows(launch, show_header=number == 1))
    parts.append(Text("\nMedian gains, with the number of launches that each rests on", style="bold"))
    parts.append(_terminal_medians(view))
    parts += [Text(line) for line in (counts(view), "", *NOTES)]
    if account is not None:
        from launchwatch.report.quiet import verdict

        parts.append(Text(verdict(account), style="bold"))
    return Constrain(Group(*parts), _WIDEST)


def _terminal_rows(launch: LaunchRows, show_header: bool) -> RenderableType:
    from rich.text import Text

    table = _plain_table(show_header)
    table.add_column("", width=10)
    table.add_column("", width=10)
    for name in COLUMNS:
        if "sensor" in name:
            table.add_column(name, ratio=1, overflow="fold")
        else:
            table.add_column(name, justify="right", width=10)
    for one in launch.partners:
        labels = (one.partner, "threatened" if one.threatened else "", "")
        for label, row in zip(labels, one.rows, strict=True):
            style = "bold" if row.kind == "gain" else ""
            cells = (Text(cell.replace(ONLY_INTEGRATED, "only int."), style=style) for cell in row.cells)
            table.add_row(Text(label, style="bold" if label == one.partner else ""), row.kind, *cells)
    return table


def _terminal_medians(view: RunView) -> RenderableType:
    """Gains above the counts of launches: side by side they do not fit into 80 columns."""
    from rich.console import Group

    rows = partner_medians(view)
    gains, counted = _plain_table(show_header=True), _plain_table(show_header=True)
    gains.add_column("", width=10)
    for median in rows[0].medians:
        gains.add_column(median.quantity, justify="right", ratio=1)
    counted.add_column("", ratio=1)
    widths = {"launches": 8, "threatening": 11, "warned alone": 6, "warned integrated": 10, "only integrated": 10}
    for name, width in (widths | {"only alone": 5}).items():
        counted.add_column(name, justify="right", width=width)
    for one in rows:
        gains.add_row(one.partner, *(f"{median.value} ({median.launches})" for median in one.medians))
        counts = (
            one.launches,
            one.threatened,
            one.warned_alone,
            one.warned_integrated,
            one.only_integrated,
            one.only_alone,
        )
        counted.add_row(one.partner, *map(str, counts))
    return Group(gains, "", counted)


def latency_table(latencies: Mapping[str, Mapping[str, float]]) -> RenderableType:
    """Machine time of the steps by stage, ms, beside the latency budget."""
    table = _plain_table(show_header=True)
    table.title, table.title_justify = "Machine time of a step, ms", "left"
    table.add_column("stage")
    for name in ("steps", "p50", "p95", "p99", "longest", "budget", "slips"):
        table.add_column(name, justify="right")
    for stage, said in latencies.items():
        times = (f"{said[name]:.2f}" for name in ("p50_ms", "p95_ms", "p99_ms", "longest_ms"))
        budget, slips = (f"{said[name]:.0f}" if name in said else NONE for name in ("budget_ms", "slips"))
        table.add_row(stage, f"{said['steps']:.0f}", *times, budget, slips)
    return table


def _plain_table(show_header: bool) -> Table:
    from rich import box
    from rich.table import Table

    return Table(
        box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0), expand=True,
        show_header=show_header,
    )  # fmt: skip


def counts(view: RunView) -> str:
    """What the medians leave out: launches that are detected only integrated, and events that match no launch."""
    only = ", ".join(f"{one.partner} {one.detected_only_integrated}" for one in partner_medians(view))
    false = f"Events that match no launch ({partners_of(view)[0]}, integrated): {view.summary['false_events']}."
    return f"Launches detected only integrated: {only}. {false}"


def conditions(view: RunView) -> str:
    """Seed, version and sharing of the run in one line."""
    scenario = scenario_of(view)
    level = view.summary.get("sharing_level", scenario.get("sharing", {}).get("level"))
    delay = scenario.get("sharing", {}).get("delay_s")
    link = "" if delay is None else f" over links of {delay:g} s"
    return f"Seed {view.summary['seed']}, version {view.summary['version']}, partners share {level}{link}."


def _partner_rows(partner: str, launch: Mapping[str, Any]) -> PartnerRows:
    entry = launch["partners"][partner]
    falls = launch["impact_s"] is not None
    alone, integrated = entry["alone"], entry["integrated"]
    gains = tuple(_gain(entry["gain_s"][name], alone[f"{name}_s"], integrated[f"{name}_s"]) for name in QUANTITIES)
    to_impact, left = (
        _gain(_difference(integrated[name], alone[name]), alone[name], integrated[name])
        for name in ("time_to_impact_at_warning_s", "decision_time_left_s")
    )
    return PartnerRows(
        partner=partner,
        threatened=bool(entry["threatened"]),
        rows=(
            Row("alone", _cells(alone, falls)),
            Row("integrated", _cells(integrated, falls)),
            Row("gain", (*gains, "", "", to_impact, left)),
        ),
    )


def _cells(line: Mapping[str, Any], falls: bool) -> tuple[str, ...]:
    no_impact = NEVER if falls else NONE
    return (
        clock(line["first_detection_s"]),
        clock(line["warning_s"]),
        clock(line["confirmed_s"]),
        line["first_sensor"] or NONE,
        line["confirming_sensor"] or NONE,
        clock(line["time_to_impact_at_warning_s"], no_impact),
        clock(line["decision_time_left_s"], no_impact),
    )


def _gain(gain: float | None, alone: float | None, integrated: float | None) -> str:
    if gain is None and (alone is None) != (integrated is None):
        return ONLY_INTEGRATED if alone is None else ONLY_ALONE
    return signed_clock(gain)


def _warned(entry: Mapping[str, Any]) -> tuple[bool, bool]:
    return entry["alone"]["warning_s"] is not None, entry["integrated"]["warning_s"] is not None


def _decision_gain(entry: Mapping[str, Any]) -> float | None:
    return _difference(entry["integrated"]["decision_time_left_s"], entry["alone"]["decision_time_left_s"])


def _difference(one: float | None, other: float | None) -> float | None:
    return None if one is None or other is None else one - other


def _count(values: Iterable[Any]) -> int:
    return sum(value is not None for value in values)
