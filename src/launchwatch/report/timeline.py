"""The timeline of a case: for each partner what was known when, alone above integrated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from launchwatch.core.epochs import NS
from launchwatch.messages.warnings import Warning
from launchwatch.report.run import CHAINS, Case
from launchwatch.report.style import (
    BACKING,
    CHAIN_COLOUR,
    GREY,
    INK,
    PALE,
    WIDTH_IN,
    Mark,
    drawing,
    new_figure,
    place_labels,
    svg_of,
    text_width,
)
from launchwatch.report.words import clock

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_LEFT_IN, _RIGHT_IN = 1.0, 0.25
_LANE_IN, _ROW_IN, _GAP_IN = 0.66, 0.2, 0.24
_SIZE = 9.5


def timeline(case: Case, launch_index: int, key: str, mark: str) -> str:
    """SVG of the timeline of one launch of a case."""
    launch = case.launches[launch_index]
    end_s = _end_s(launch, case)
    partners = [one for one in case.partners if one in launch["partners"]]
    body_in = len(partners) * (2 * _LANE_IN + _GAP_IN)
    height_in = body_in + 0.95
    with drawing():
        figure = new_figure(height_in)
        axes = figure.add_axes((_LEFT_IN / WIDTH_IN, 0.62 / height_in, 1 - (_LEFT_IN + _RIGHT_IN) / WIDTH_IN,
                                body_in / height_in))  # fmt: skip
        span = (-0.01 * end_s, 1.03 * end_s)
        per_inch = (span[1] - span[0]) / (WIDTH_IN - _LEFT_IN - _RIGHT_IN)
        axes.set_xlim(*span)
        axes.set_ylim(body_in, 0)
        axes.set_yticks([])
        axes.spines["left"].set_visible(False)
        axes.grid(axis="y", visible=False)
        minute_axis(axes, end_s)
        _phases(axes, launch, span[1], per_inch)
        for index, partner in enumerate(partners):
            top = index * (2 * _LANE_IN + _GAP_IN) + _GAP_IN / 2
            entry = launch["partners"][partner]
            _partner(axes, partner, bool(entry["threatened"]), top, index)
            for lane, chain in enumerate(CHAINS):
                later = _later_versions(case, partner, chain, launch)
                _lane(axes, chain, entry[chain], launch, later, top + lane * _LANE_IN, per_inch, span)
        return svg_of(figure, key, mark, f"Timeline of {launch['id']}: {', '.join(partners)}, alone and integrated")


def minute_axis(axes: Axes, end_s: float, label: str = "minutes after lift-off") -> None:
    """Ticks at whole minutes on an axis in seconds."""
    step = next((s for s in (60, 120, 300, 600, 1200, 3600) if end_s / s <= 9), 7200)
    ticks = np.arange(0, end_s * 1.01, step)
    axes.set_xticks(ticks, [f"{tick / 60:g}" for tick in ticks])
    axes.set_xlabel(label)


def _end_s(launch: Mapping[str, Any], case: Case) -> float:
    if launch["impact_s"] is not None:
        return float(launch["impact_s"])
    times = [
        line[name]
        for entry in launch["partners"].values()
        for line in (entry["alone"], entry["integrated"])
        for name in ("first_detection_s", "first_track_s", "warning_s", "confirmed_s")
    ]
    # what flies on has no end: show what the partners came to know of it, and some more
    latest = max([time for time in times if time is not None] + [launch["burnout_s"] or 0.0])
    return float(min(1.3 * latest + 60.0, case.end_s))


def _phases(axes: Axes, launch: Mapping[str, Any], right: float, per_inch: float) -> None:
    marks = []
    axes.axvline(0.0, color=INK, lw=1.0)
    axes.text(-0.06 * per_inch, -0.12, "lift-off", va="center", ha="right", fontsize=_SIZE)
    if launch["burnout_s"] is not None:
        axes.axvspan(0, launch["burnout_s"], color=PALE, alpha=0.45, lw=0)
        marks.append(Mark(launch["burnout_s"], f"burnout {clock(launch['burnout_s'])}"))
    if launch["impact_s"] is not None:
        marks.append(Mark(launch["impact_s"], f"impact {clock(launch['impact_s'])}"))
    for one in marks:
        axes.axvline(one.x, color=INK, lw=1.0)
    place_labels(axes, marks, -0.12, per_inch, (-1e9, right), _SIZE)


def _partner(axes: Axes, partner: str, threatened: bool, top: float, index: int) -> None:
    if index:
        axes.axhline(top - _GAP_IN / 2, color=GREY, lw=0.6, clip_on=False, xmin=-0.16)
    transform = axes.get_yaxis_transform()
    axes.text(-0.155, top + 0.1, partner, transform=transform, fontsize=12, fontweight="bold", va="center")
    if threatened:
        axes.text(-0.115, top + 0.1, "threatened", transform=transform, fontsize=8.5, color=GREY, va="center")


def _later_versions(case: Case, partner: str, chain: str, launch: Mapping[str, Any]) -> list[tuple[float, str]]:
    """Seconds after lift-off and kind of the warnings after the first one."""
    start_ns = case.flights[case.launches.index(launch)].time_ns
    versions: list[tuple[float, str]] = [
        ((one.emitted_ns - start_ns) / NS, one.payload.kind)
        for one in case.warnings.get((partner, chain), ())
        if isinstance(one.payload, Warning)
    ]
    return versions[1:] if len(case.launches) == 1 else []


def _lane(
    axes: Axes,
    chain: str,
    line: Mapping[str, Any],
    launch: Mapping[str, Any],
    later: Sequence[tuple[float, str]],
    top: float,
    per_inch: float,
    span: tuple[float, float],
) -> None:
    colour = CHAIN_COLOUR[chain]
    rows = [top + _ROW_IN * (0.5 + i) for i in range(3)]
    transform = axes.get_yaxis_transform()
    axes.text(-0.155, top + 0.52 * _LANE_IN, chain, transform=transform, color=colour, va="center")
    # an open mark holds the filled one that follows it, so that both show when they coincide
    seen = [("first detection", line["first_detection_s"], "o"), ("event", line["first_track_s"], ".")]
    said = [("warning", line["warning_s"], "D"), ("confirmed", line["confirmed_s"], "*")]
    said += [("cancelled", time, "x") for time, kind in later if kind == "cancel"][:1]
    ticks = [time for time, kind in later if kind != "cancel"]
    axes.plot(ticks, [rows[2] + 0.58 * _ROW_IN] * len(ticks), "|", color=colour, ms=3, mew=1.0)
    for y, marks, never in ((rows[0], seen, "no detection"), (rows[1], said, "no warning")):
        present = [(name, time, shape) for name, time, shape in marks if time is not None]
        for _, time, shape in present:
            filled = shape in ".*"
            axes.plot(time, y, shape, ms=7.5, mfc=colour if filled else "white", mec=colour, mew=1.5 * (not filled))
        labels = [Mark(time, f"{name} {clock(time)}") for name, time, _ in present]
        place_labels(axes, labels, y, per_inch, span, _SIZE)
        if not present:
            axes.text(0.1 * per_inch, y, never, va="center", fontsize=_SIZE, color=GREY, style="italic", bbox=BACKING)
    left = line["decision_time_left_s"]
    if left is None or launch["impact_s"] is None:
        return
    decision = launch["impact_s"] - left
    axes.plot([line["warning_s"], min(decision, span[1])], [rows[2]] * 2, color=colour, lw=1.2, ls=(0, (2, 2)))
    words = f"decision {clock(decision)}, time left {clock(left)}"
    if left <= 0:
        axes.text(line["warning_s"], rows[2], words + " (after impact)  ", fontsize=_SIZE, va="center", ha="right")
        return
    axes.barh(rows[2], left, left=decision, height=0.8 * _ROW_IN, color=colour, alpha=0.25, lw=0)
    axes.plot([decision] * 2, [rows[2] - 0.42 * _ROW_IN, rows[2] + 0.42 * _ROW_IN], color=colour, lw=2.4)
    if text_width(words, _SIZE) * per_inch < left:
        axes.text(decision + 0.08 * per_inch, rows[2], words, fontsize=_SIZE, va="center")
    else:
        start = min(line["warning_s"], decision) - 0.08 * per_inch
        axes.text(start, rows[2], words, fontsize=_SIZE, va="center", ha="right")
