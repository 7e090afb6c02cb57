"""How the estimates of launch and impact point closed in on the truth, version by version."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from launchwatch.core.arrays import FloatArray
from launchwatch.core.epochs import NS, parse_utc
from launchwatch.core.geodesy import inverse
from launchwatch.report.run import CHAINS, Case, histories
from launchwatch.report.style import CHAIN_COLOUR, GREY, drawing, new_figure, svg_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_WHATS = ("launch_point", "impact")
_MINUTES = np.array([60.0, 1.0, 1.0, 1.0])
_FLOOR_KM = 0.01  # a logarithmic axis needs a lowest value


def estimates_figure(case: Case, launch_index: int, key: str, mark: str) -> str:
    """SVG: error and 95 % ellipse against time; launch point above impact point, a column per partner."""
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch
    from matplotlib.ticker import LogLocator

    flight = case.flights[launch_index]
    truths = {"launch_point": flight.launch_deg, "impact": flight.impact_deg}
    rows = [what for what in _WHATS if truths[what] is not None]
    partners = case.partners
    height_in = 1.05 + 1.75 * len(rows)
    with drawing():
        figure = new_figure(height_in)
        grid = figure.subplots(
            len(rows), len(partners), sharex=True, sharey="row", squeeze=False,
            gridspec_kw={"left": 0.115, "right": 0.985, "top": 1 - 0.62 / height_in, "bottom": 0.68 / height_in,
                         "hspace": 0.16, "wspace": 0.08},
        )  # fmt: skip
        timed = True
        for column, partner in enumerate(partners):
            for row, what in enumerate(rows):
                axes = grid[row][column]
                found = False
                for chain in CHAINS:
                    for events in histories(case, partner, chain, launch_index):
                        series = estimate_series(events, what, truths[what] or (0.0, 0.0), flight.time_ns)
                        if len(series):
                            timed, found = "emitted" in events[0], True
                            _draw(axes, series / _MINUTES if timed else series, chain)
                if not found:
                    axes.text(
                        0.5, 0.5, "no estimate", transform=axes.transAxes, ha="center", color=GREY, style="italic"
                    )
                if row == 0:
                    axes.set_title(partner)
        for row, what in enumerate(rows):
            grid[row][0].set_yscale("log")
            low, high = grid[row][0].get_ylim()
            grid[row][0].yaxis.set_major_locator(LogLocator(subs=(1.0,) if high > 300 * low else (1.0, 2.0, 5.0)))
            grid[row][0].yaxis.set_major_formatter(lambda value, _: f"{value:g}")
            grid[row][0].yaxis.minorticks_off()
            grid[row][0].set_ylabel("launch point (km)" if what == "launch_point" else "impact point (km)")
        for axes in grid[-1]:
            if timed:  # much happens in the first minutes, so the axis is logarithmic
                axes.set_xscale("log")
                axes.xaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
                axes.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
                axes.xaxis.minorticks_off()
            axes.set_xlabel("minutes after lift-off" if timed else "version of the event")
        handles = [
            part
            for chain in CHAINS
            for part in (
                Line2D([], [], color=CHAIN_COLOUR[chain], lw=1.8, ls="-" if chain == "integrated" else "--"),
                Patch(color=CHAIN_COLOUR[chain], alpha=0.22),
            )
        ]
        words = [f"{chain}: {part}" for chain in CHAINS for part in ("error", "95 % semi-axes")]
        figure.legend(
            handles, words, loc="upper left", ncols=4, bbox_to_anchor=(0.0, 1.0), fontsize=9, columnspacing=1.0,
            handlelength=2.2, handletextpad=0.5, borderaxespad=0.1,
        )  # fmt: skip
        return svg_of(figure, key, mark, f"Errors and ellipses of launch and impact point of {flight.launch}")


def estimate_series(
    events: Sequence[Mapping[str, Any]], what: str, truth_deg: tuple[float, float], start_ns: int
) -> FloatArray:
    """Rows (seconds after `start_ns`, or version where no time is given; error, semi-major, semi-minor axis in km)."""
    rows = [
        (
            (parse_utc(event["emitted"]) - start_ns) / NS if "emitted" in event else float(event["version"]),
            inverse(*truth_deg, place["lat_deg"], place["lon_deg"])[0] / 1e3,
            place["ellipse_95"]["semi_major_km"],
            place["ellipse_95"]["semi_minor_km"],
        )
        for event in events
        if (place := event.get(what)) is not None
    ]
    return np.array(rows, np.float64).reshape(-1, 4)


def _draw(axes: Axes, series: FloatArray, chain: str) -> None:
    colour, style = CHAIN_COLOUR[chain], "-" if chain == "integrated" else "--"
    time, error, major, minor = np.maximum(series, np.array([-np.inf, _FLOOR_KM, _FLOOR_KM, _FLOOR_KM])).T
    if len(time) == 1:
        axes.plot([time[0]] * 2, [minor[0], major[0]], color=colour, alpha=0.4, lw=5, solid_capstyle="butt")
    else:
        axes.fill_between(time, minor, major, color=colour, alpha=0.22, lw=0, step="post")
    # alone is dashed and on top, so that both show where they coincide
    above = 3 if chain == "alone" else 2
    axes.plot(
        time,
        error,
        style,
        color=colour,
        marker="o",
        ms=3.5 if len(time) < 40 else 0,
        lw=1.6,
        mew=0,
        zorder=above,
        drawstyle="steps-post",
    )
