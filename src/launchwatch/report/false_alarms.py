"""The plot of false-alarm rates: stated against counted."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from launchwatch.core.arrays import FloatArray, IntArray
from launchwatch.report.style import BLUE, GREY, INK, PALE, SKY, drawing, new_figure


def plot_rates(
    stated: FloatArray,
    counted: FloatArray,
    interval: FloatArray,
    events: IntArray,
    enough: int,
    factor: float,
    file: Path,
) -> None:
    """Draw counted rates over stated ones, a day, into a PNG or SVG.

    Parameters
    ----------
    stated, counted : (n,) rates of each level, a day.
    interval : (n, 2) of the counted rate.
    events : (n,) counted at each level.
    enough : levels with fewer events are drawn pale.
    factor : the band about equality.
    """
    with drawing():
        figure = new_figure(4.6)
        axes = figure.subplots()
        if len(stated):
            least, most = 0.5 * min(stated.min(), counted.min()), 2.0 * max(stated.max(), counted.max())
            line = np.array([least, most])
            axes.fill_between(
                line,
                line / factor,
                line * factor,
                color=PALE,
                alpha=0.6,
                linewidth=0,
                label=f"within a factor {factor:g}",
            )
            axes.plot(line, line, color=GREY, linewidth=0.9)
            axes.fill_between(
                stated, interval[:, 0], interval[:, 1], color=SKY, alpha=0.35, linewidth=0, label="95 % of the count"
            )
            few = events < enough
            axes.plot(stated[~few], counted[~few], color=BLUE, label=f"{enough} or more events counted")
            axes.plot(stated[few], counted[few], ".", color=INK, markersize=4, label="fewer")
            axes.set_xlim(least, most)
            axes.set_ylim(least / factor, most * factor)
            axes.legend(loc="upper left")
        axes.set_xscale("log")
        axes.set_yscale("log")
        for axis in (axes.xaxis, axes.yaxis):
            axis.set_major_formatter("{x:g}")
        axes.set_xlabel("stated: false alarms a day that rank at least so high")
        axes.set_ylabel("counted under another sky, a day")
        figure.tight_layout()
        figure.savefig(file, dpi=150, metadata={"Software": None} if file.suffix == ".png" else {"Date": None})
