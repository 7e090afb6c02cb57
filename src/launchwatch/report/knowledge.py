"""When each chain knew what, and what its picture was worth: one table and one figure for a run."""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from launchwatch.report.run import CHAINS, RunView, partners_of
from launchwatch.report.style import BLUE, GREEN, GREY, INK, ORANGE, PURPLE, drawing, new_figure, svg_of
from launchwatch.report.words import NONE, clock

if TYPE_CHECKING:
    from matplotlib.axes import Axes

KNOWN = {
    "first_detection_s": "first detection",
    "class_right_s": "class right",
    "impact_within_200_km_s": "impact within 200 km",
    "impact_within_20_km_s": "impact within 20 km",
}
COLUMNS = (
    *KNOWN.values(), "GOSPA, T-GOSPA (km)", "complete", "spurious", "switches", "NEES(6)", "states in 95 %",
    "launch, impact in 95 %", "NIS",
)  # fmt: skip
"""Columns of a row, left to right."""

_LOOK = {
    "first_detection_s": (GREEN, "o"),
    "class_right_s": (ORANGE, "s"),
    "impact_within_200_km_s": (PURPLE, "^"),
    "impact_within_20_km_s": (BLUE, "D"),
}
_ROW_IN, _MARGIN_IN = 0.38, 1.15


def knowledge_rows(view: RunView) -> tuple[tuple[str, ...], ...]:
    """Rows of partner, chain and cells in the order of `COLUMNS`; medians over the launches that reached the state."""
    evaluation = view.summary["evaluation"]
    rows = []
    for partner in partners_of(view):
        for chain in CHAINS:
            known = [one["partners"][partner][chain] for one in evaluation["knowledge"]]
            pictures = [one["partners"][partner][chain] for one in evaluation["pictures"]]
            stated = [one["partners"][partner][chain] for one in evaluation["consistency"]]
            rows.append(
                (partner, chain, *(_median(known, name) for name in KNOWN), *_worth(pictures), *_sureness(stated))
            )
    return tuple(rows)


def raid_words(view: RunView) -> tuple[str, ...]:
    """A sentence for each raid, as the first partner's integrated chain knew it in the end."""
    return tuple(
        f"Raid {raid['id']}, as {partners_of(view)[0]}, integrated, knew it in the end: {raid['count']['probable']} "
        f"launches (at least {raid['count']['lowest']}, at most {raid['count']['highest']}) between "
        f"{raid['first_launch']} and {raid['last_launch']}."
        for raid in view.summary["raids"]
    )


def _median(known: Sequence[Mapping[str, Any]], name: str) -> str:
    reached = [line[name] for line in known if line[name] is not None]
    if not reached:
        return NONE
    return f"{clock(statistics.median(reached))} (n={len(reached)})"


def _worth(pictures: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    distance = math.sqrt(statistics.fmean(one["t_gospa_km"] ** 2 for one in pictures))
    single = statistics.fmean(one["gospa_km"] for one in pictures)
    parts = []
    for name in ("completeness", "spuriousness"):
        values = [one["siap"][name] for one in pictures if one["siap"][name] is not None]
        parts.append(f"{100.0 * statistics.fmean(values):.0f} %" if values else NONE)
    return (f"{single:.2f}, {distance:.2f}", *parts, f"{sum(one['switches'] for one in pictures):g}")


def _sureness(stated: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    states = [one["nees_6"] for one in stated if one["nees_6"]["of"]]
    count = sum(one["of"] for one in states)
    nees, inside = (_share(states, name) for name in ("mean", "inside_95"))
    points = []
    for point in ("launch_point", "impact_point"):
        known = [one[point] for one in stated if one[point]["of"]]
        share = _share(known, "inside_95")
        points.append(NONE if share is None else f"{share * sum(one['of'] for one in known):.0f} of "
                      f"{sum(one['of'] for one in known)}")  # fmt: skip
    fits = [one["nis_per_degree"] for one in stated if one["nis_per_degree"] is not None]
    return (
        NONE if nees is None else f"{nees:.1f}",
        NONE if inside is None else f"{100.0 * inside:.0f} % (n={count})",
        ", ".join(points),
        f"{statistics.fmean(fits):.2f}" if fits else NONE,
    )


def _share(found: Sequence[Mapping[str, Any]], name: str) -> float | None:
    """Mean over all that was counted."""
    count = sum(one["of"] for one in found)
    return sum(one[name] * one["of"] for one in found) / count if count else None


def knowledge_figure(view: RunView, key: str, mark: str) -> str:
    """SVG: when each chain knew what, a row per partner and chain; each launch a pale mark, the median a full one."""
    from matplotlib.lines import Line2D
    from matplotlib.ticker import LogLocator

    partners = partners_of(view)
    known = view.summary["evaluation"]["knowledge"]
    height_in = _MARGIN_IN + _ROW_IN * len(CHAINS) * len(partners)
    with drawing():
        figure = new_figure(height_in)
        axes = figure.subplots(
            gridspec_kw={"left": 0.17, "right": 0.985, "top": 1 - 0.5 / height_in, "bottom": 0.6 / height_in}
        )
        labels: list[str] = []
        for partner in partners:
            for chain in CHAINS:
                _draw(axes, [one["partners"][partner][chain] for one in known], len(labels))
                labels.append(f"{partner}, {chain}")
        axes.set_ylim(len(labels) - 0.5, -0.5)
        axes.set_yticks(range(len(labels)), labels)
        axes.set_xscale("log")
        axes.xaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
        axes.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
        axes.xaxis.minorticks_off()
        axes.set_xlabel("minutes after lift-off")
        handles = [
            Line2D([], [], color=colour, marker=marker, ls="", ms=7, mec=INK, mew=0.5)
            for colour, marker in _LOOK.values()
        ]
        figure.legend(
            handles, list(KNOWN.values()), loc="upper left", ncols=4, bbox_to_anchor=(0.0, 1.0), fontsize=9,
            columnspacing=1.2, handletextpad=0.3, borderaxespad=0.1,
        )  # fmt: skip
        return svg_of(figure, key, mark, "When each chain knew what of the launches")


def _draw(axes: Axes, known: Sequence[Mapping[str, Any]], row: int) -> None:
    for place, (name, (colour, marker)) in enumerate(_LOOK.items()):
        minutes = [max(line[name], 1.0) / 60.0 for line in known if line[name] is not None]
        if not minutes:
            continue
        y = row + 0.18 * (place - 1.5)  # beside each other where they fall together
        if len(minutes) > 1:
            axes.plot(minutes, [y] * len(minutes), marker, color=colour, ms=4, alpha=0.35, mew=0)
        axes.plot(statistics.median(minutes), y, marker, color=colour, ms=7, mec=INK, mew=0.5, zorder=3)
    if not any(line[name] is not None for line in known for name in KNOWN):
        axes.text(0.5, row, "nothing", transform=axes.get_yaxis_transform(), ha="center", va="center", color=GREY,
                  style="italic")  # fmt: skip
