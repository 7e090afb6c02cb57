"""The plot of what guards cost: how much later a launch is warned of and confirmed, over all launches."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from launchwatch.core.arrays import FloatArray
from launchwatch.report.style import BLUE, GREEN, VERMILION, drawing, new_figure

COLOURS = (BLUE, VERMILION, GREEN)
LONGEST_S = 7200.0


class Curve(NamedTuple):
    """Delays (n,) s of the launches in which both runs say it, of all those in which it is looked for."""

    name: str
    delays: FloatArray
    of: int


def plot_delays(warning: Sequence[Curve], confirmed: Sequence[Curve], file: Path) -> None:
    """Draw distributions of delays into a PNG or SVG: on the left of warnings, on the right of confirmations.

    A curve ends below 1 by the part of the launches that are never told; one without a launch is left out.
    """
    with drawing():
        figure = new_figure(4.2)
        for axes, curves, title in zip(
            figure.subplots(1, 2, sharey=True), (warning, confirmed), ("warning", "confirmed"), strict=True
        ):
            for colour, style, curve in zip(COLOURS, ("-", "--", "-"), curves, strict=False):
                if not len(curve.delays):
                    continue
                ordered = np.sort(curve.delays)
                share = np.arange(1, len(ordered) + 1) / curve.of
                # from no launch on, so that a curve that is all at one value shows as a step, and on to the right
                x = np.concatenate([ordered[:1], ordered, [LONGEST_S]])
                y = np.concatenate([[0.0], share, share[-1:]])
                name = f"{curve.name} ({len(ordered)} of {curve.of})"
                axes.step(x, y, where="post", color=colour, linestyle=style, label=name)
            axes.set_xscale("symlog", linthresh=10.0)
            axes.set_xlim(-1.0, LONGEST_S)
            axes.xaxis.set_major_formatter("{x:g}")
            axes.set_xlabel("delay, s")
            axes.set_title(title)
            axes.legend(loc="upper left", bbox_to_anchor=(-0.1, -0.2), fontsize=8)
        figure.axes[0].set_ylabel("part of launches")
        figure.axes[0].set_ylim(0.0, 1.02)
        figure.tight_layout()
        figure.savefig(file, dpi=150, metadata={"Software": None} if file.suffix == ".png" else {"Date": None})
