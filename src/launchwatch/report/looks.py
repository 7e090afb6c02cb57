"""What the sensors saw of a case: height and signals against time, and a raster of every look."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from launchwatch.core.arrays import FloatArray
from launchwatch.core.epochs import NS
from launchwatch.core.geodesy import geodetic_from_itrf
from launchwatch.report.run import Case
from launchwatch.report.sightings import Sightings, merged, truth_at
from launchwatch.report.style import GREY, INK, KIND_COLOUR, PALE, drawing, new_figure, svg_of, text_width
from launchwatch.report.timeline import minute_axis

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST_ROWS = 14
"""Sensors that get a row of the raster; the caption names the others."""

_ROW_IN = 0.21
_BINS = 100
_NUMBER_PT = 9.0
_POINTS_PER_INCH = 72.0  # the resolution of figures as SVG


def looks_figure(case: Case, sensors: Sequence[Sightings], key: str, mark: str) -> str:
    """SVG: the boost phase at the left, the whole flight at the right; heights, signals, looks from top to bottom."""
    shown = sensors[:MOST_ROWS]
    raster_in = max(len(shown), 1) * _ROW_IN + 0.1
    rows_in = [1.75, 1.55, raster_in]
    height_in = sum(rows_in) + 1.65
    end_s = min(case.end_s, max((float(one.looked[-1, 1]) for one in sensors if len(one.looked)), default=case.end_s))
    boost_s = max((f.time_ns - case.start_ns) / NS + f.burnout_s for f in case.flights) * 1.15 + 10.0
    with drawing():
        figure = new_figure(height_in)
        grid = figure.add_gridspec(
            3, 2, height_ratios=rows_in, width_ratios=[1, 1.25], left=0.235, right=0.985, top=1 - 0.32 / height_in,
            bottom=0.68 / height_in, hspace=0.32 * 3 / sum(rows_in), wspace=0.2,
        )  # fmt: skip
        boost, whole = figure.add_subplot(grid[0, 0]), figure.add_subplot(grid[0, 1])
        infrared, radar = figure.add_subplot(grid[1, 0]), figure.add_subplot(grid[1, 1])
        boost_raster, raster = figure.add_subplot(grid[2, 0]), figure.add_subplot(grid[2, 1])
        for axes, until_s in ((boost, boost_s), (whole, end_s)):
            _heights(axes, case, shown, until_s)
        boost.set_title("boost phase")
        whole.set_title("whole flight")
        boost.set_ylabel("height (km)")
        _signals(infrared, [one for one in shown if one.kind == "infrared"], boost_s, "infrared")
        infrared.set_ylabel("irradiance (nW/m²)")
        _signals(radar, [one for one in shown if one.kind == "radar"], end_s, "radar")
        radar.set_ylabel("radar SNR (dB)", labelpad=1)
        _raster(boost_raster, shown, boost_s)
        _raster(raster, shown, end_s)
        boost_raster.set_yticks(range(len(shown)), [_label(one) for one in shown], fontsize=9)
        raster.set_yticks([])
        boost_raster.set_title("looks", pad=4)
        _raster_key(raster)
        for column in ((boost, infrared, boost_raster), (whole, radar, raster)):
            until_s = boost_s if column[0] is boost else end_s
            for axes in column:
                axes.set_xlim(-0.01 * until_s, until_s * 1.01)
                if until_s > 900:
                    minute_axis(axes, until_s)
                else:
                    axes.set_xlabel("seconds after lift-off")
            for axes in column[:2]:
                axes.tick_params(labelbottom=False)
                axes.set_xlabel("")
        return svg_of(figure, key, mark, f"Height, signals and looks of {len(sensors)} sensors in case {case.name}")


def _raster_key(axes: Axes) -> None:
    from matplotlib.patches import Patch

    spans = [Patch(color=colour) for colour in (KIND_COLOUR["infrared"], KIND_COLOUR["radar"], PALE)]
    handles = [*spans, *axes.plot([], [], "|", color=INK, ms=6)]
    axes.legend(
        handles, ["infrared", "radar", "silent", "other"], loc="lower right", bbox_to_anchor=(1.02, 0.985), ncols=4,
        handlelength=0.9, handletextpad=0.4, columnspacing=0.9, borderaxespad=0.1, fontsize=9,
    )  # fmt: skip


def _label(one: Sightings) -> str:
    name = one.name if len(one.name) <= 21 else one.name[:20] + "\N{HORIZONTAL ELLIPSIS}"
    return f"{name} {one.number}"


def _heights(axes: Axes, case: Case, sensors: Sequence[Sightings], end_s: float) -> None:
    top = 0.0
    for index, flight in enumerate(case.flights):
        offset = (flight.time_ns - case.start_ns) / NS
        thin = max(len(flight.t_s) // 400, 1)
        seconds = np.append(flight.t_s[::thin], flight.t_s[-1])
        if end_s < seconds[-1]:
            seconds = np.linspace(0.0, min(end_s, float(flight.t_s[-1])), 200)
        height = geodetic_from_itrf(truth_at(flight, seconds))[2] / 1e3
        axes.plot(seconds + offset, height, color=INK, lw=1.2, zorder=1)
        top = max(top, float(height.max()))
        # a band per kind along the curve, where any sensor of that kind detects the flight
        for kind, width in (("infrared", 6.0), ("radar", 2.4)):
            of_kind = [one for one in sensors if one.kind == kind]
            seen = np.zeros(len(seconds), bool)
            for one in of_kind:
                times = one.time_s[one.flight == index]
                for start, end in merged(np.stack([times, times + one.period_s], axis=1), 4 * one.period_s):
                    seen |= (seconds + offset >= start) & (seconds + offset <= end)
            if seen.any():
                axes.plot(
                    seconds + offset, np.where(seen, height, np.nan), color=KIND_COLOUR[kind], lw=width,
                    solid_capstyle="butt", alpha=0.6 if kind == "infrared" else 1.0, zorder=2 + (kind == "radar"),
                    label=f"seen by {kind}" if index == 0 else None,
                )  # fmt: skip
    axes.set_ylim(-0.02 * top, 1.08 * top)
    if axes.get_legend_handles_labels()[0]:
        axes.legend(loc="best", handletextpad=0.2, borderaxespad=0.2)


def _signals(axes: Axes, sensors: Sequence[Sightings], end_s: float, kind: str) -> None:
    from matplotlib.ticker import LogLocator, NullLocator

    tops = []
    for one in sensors:
        times, values = _medians(one, end_s)
        if len(times):
            values = values * (1e9 if one.kind == "infrared" else 1.0)
            breaks = np.flatnonzero(np.diff(times) > 3 * max(end_s / _BINS, one.period_s)) + 1
            axes.plot(
                np.insert(times, breaks, np.nan), np.insert(values, breaks, np.nan), color=KIND_COLOUR[one.kind],
                lw=1.2, alpha=0.8, marker=".", ms=3, mew=0,
            )  # fmt: skip
            top = int(np.argmax(values))
            tops.append((float(times[top]), float(values[top]), str(one.number)))
    if not tops:
        axes.set_yticks([])
        axes.text(0.5, 0.5, f"no {kind} detection", transform=axes.transAxes, ha="center", color=GREY, style="italic")
        return
    if kind == "infrared":
        axes.set_yscale("log")
        axes.yaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
        axes.yaxis.set_major_formatter(lambda value, _: f"{value:g}")
        axes.yaxis.set_minor_locator(NullLocator())
    low, high = axes.get_ylim()
    if kind == "infrared" and high < 3 * low:  # room for at least two labelled ticks
        axes.set_ylim(low / 1.6, high * 1.6)
    _number_tops(axes, tops)


def _medians(one: Sightings, end_s: float) -> tuple[FloatArray, FloatArray]:
    """Median time and value of a sensor's detections in each of the axis's bins that has any."""
    inside = one.time_s <= end_s
    times, values = one.time_s[inside], one.value[inside]
    order = np.argsort(times, kind="stable")
    times, values = times[order], values[order]
    parts = np.split(np.arange(len(times)), np.flatnonzero(np.diff(np.floor(times * _BINS / end_s))) + 1)
    parts = [part for part in parts if len(part)]
    return (
        np.array([np.median(times[part]) for part in parts]),
        np.array([np.median(values[part]) for part in parts]),
    )


def _number_tops(axes: Axes, tops: Sequence[tuple[float, float, str]]) -> None:
    """Each curve's number above its highest point; those that would overlap stand side by side."""
    from matplotlib.transforms import Affine2D

    to_inches = axes.transData + Affine2D().scale(1.0 / _POINTS_PER_INCH)
    left, right = (axes.transAxes.transform((edge, 0.0))[0] / _POINTS_PER_INCH for edge in (0.0, 1.0))
    placed: list[tuple[float, float]] = []
    for time, value, number in sorted(tops):
        x, y = to_inches.transform((time, value))
        y += 0.09
        width = text_width(number, _NUMBER_PT)
        steps = (x + sign * 0.04 * step for step in range(40) for sign in (1, -1))
        inside = [at for at in steps if left < at - 0.5 * width and at + 0.5 * width < right]
        beside = [(x2, width) for x2, y2 in placed if abs(y - y2) < 0.13]
        x = next((at for at in inside if all(abs(at - x2) > wide + 0.02 for x2, wide in beside)), x)
        placed.append((x, y))
        at = to_inches.inverted().transform((x, y))
        axes.text(at[0], at[1], number, fontsize=_NUMBER_PT, ha="center", va="center", fontweight="bold")


def _raster(axes: Axes, sensors: Sequence[Sightings], end_s: float) -> None:
    for row, one in enumerate(sensors):
        for spans, colour, height in ((one.looked, PALE, 0.62), (one.detected, KIND_COLOUR[one.kind], 0.62)):
            inside = spans[spans[:, 0] < end_s]
            if len(inside):
                # nothing thinner than a reader can see at half size
                widths = np.maximum(np.minimum(inside[:, 1], end_s) - inside[:, 0], end_s / 500)
                axes.broken_barh(
                    list(zip(inside[:, 0], widths, strict=True)), (row - height / 2, height), color=colour, lw=0
                )
        others = one.other_s[(one.other_s >= 0) & (one.other_s < end_s)]
        axes.plot(others, np.full(len(others), row), "|", color=INK, ms=5, mew=0.9)
    axes.set_ylim(max(len(sensors), 1) - 0.4, -0.6)
    axes.grid(axis="y", visible=False)
    axes.tick_params(axis="y", length=0)
    if not sensors:
        axes.set_yticks([])
