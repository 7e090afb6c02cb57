"""The plot of what guards cost: how much later a launch is warned of and confirmed, over all launches."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from launchwatch.core.arrays import FloatArray
from launchwatch.report.style import BLUE, GREEN, ORANGE, PURPLE, VERMILION, drawing, new_figure

COLOURS = (BLUE, VERMILION, GREEN, ORANGE, PURPLE)


def plot_delays(
    warning: Sequence[tuple[str, FloatArray]], confirmed: Sequence[tuple[str, FloatArray]], file: Path
) -> None:
    """Draw distributions of delays into a PNG or SVG: on the left of warnings, on the right of confirmations.

    Parameters
    ----------
    warning, confirmed : name and delays (n,) s of each curve; an empty one is left out.
    """
    with drawing():
        figure = new_figure(3.6)
        for axes, curves, title in zip(
            figure.subplots(1, 2, sharey=True), (warning, confirmed), ("warning", "confirmed"), strict=True
        ):
            for colour, (name, delays) in zip(COLOURS, curves, strict=False):
                if not len(delays):
                    continue
                ordered = np.sort(delays)
                share = np.arange(1, len(ordered) + 1) / len(ordered)
                # from no launch on, so that a curve that is all at one value shows as a step
                x, y = np.concatenate([ordered[:1], ordered]), np.concatenate([[0.0], share])
                axes.step(x, y, where="post", color=colour, label=f"{name} ({len(ordered)})")
            axes.set_xscale("symlog", linthresh=10.0)
            axes.set_xlim(left=-1.0)
            axes.xaxis.set_major_formatter("{x:g}")
            axes.set_xlabel("delay, s")
            axes.set_title(title)
            axes.legend(loc="lower right", fontsize=7.5)
        figure.axes[0].set_ylabel("part of launches")
        figure.axes[0].set_ylim(0.0, 1.02)
        figure.tight_layout()
        figure.savefig(file, dpi=150, metadata={"Software": None} if file.suffix == ".png" else {"Date": None})
