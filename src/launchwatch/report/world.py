"""Maps of the whole Earth by cells, on the plate carree: one square for each cell, north up."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from launchwatch.core.arrays import FloatArray
from launchwatch.report.land import rings
from launchwatch.report.style import GREY, INK, PALE, drawing, new_figure, svg_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_MAP_IN = 3.42  # height of one map with its title


@dataclass(frozen=True)
class WorldMap:
    """One map.

    Attributes
    ----------
    title, unit : words above it and beside its scale.
    values : (l, m) from the south-west to the north-east; NaN where there is nothing to tell.
    steps : edges of the classes, ascending; a class ends below its upper edge, the last one with it.
    labels : of the classes.
    points : lat_deg, lon_deg of what stands on it.
    nothing : what the pale cells mean.
    """

    title: str
    unit: str
    values: FloatArray
    steps: tuple[float, ...]
    labels: tuple[str, ...]
    nothing: str
    points: tuple[tuple[float, float], ...] = ()


def world_figure(maps: Sequence[WorldMap], key: str, mark: str, label: str) -> str:
    """Maps one below the other as an `<svg>` element (`style.svg_of`)."""
    with drawing():
        figure = new_figure(_MAP_IN * len(maps) + 0.2)
        rows = figure.subplots(
            len(maps), 1, squeeze=False,
            gridspec_kw={"left": 0.055, "right": 0.80, "top": 1.0 - 0.24 / figure.get_figheight(),
                         "bottom": 0.42 / figure.get_figheight(), "hspace": 0.2},
        )  # fmt: skip
        for axes, one in zip(rows[:, 0], maps, strict=True):
            _draw(figure, axes, one)
        return svg_of(figure, key, mark, label)


def _draw(figure: Figure, axes: Axes, one: WorldMap) -> None:
    from matplotlib import colormaps
    from matplotlib.colors import BoundaryNorm, ListedColormap
    from matplotlib.patches import Patch

    count = len(one.labels)
    # from light to dark in one order of lightness, for eyes that see no hue as well
    colours = colormaps["viridis_r"](np.linspace(0.06, 0.94, count))
    shades = ListedColormap(colours).with_extremes(bad=PALE)
    axes.imshow(
        np.ma.masked_invalid(one.values),
        origin="lower",
        extent=(-180.0, 180.0, -90.0, 90.0),
        cmap=shades,
        norm=BoundaryNorm(one.steps, count),
        interpolation="none",
        aspect="auto",
    )
    for line in _coast():
        axes.plot(*line.T, color=INK, lw=0.7)
    if one.points:
        lat, lon = np.array(one.points).T
        axes.plot(lon, lat, "^", color="white", mec=INK, ms=5.5, mew=0.9, lw=0)
    axes.set_xlim(-180.0, 180.0)
    axes.set_ylim(-90.0, 90.0)
    axes.set_xticks(range(-180, 181, 60), [_degrees(x, "W", "E") for x in range(-180, 181, 60)], fontsize=8.5)
    axes.set_yticks(range(-60, 61, 30), [_degrees(y, "S", "N") for y in range(-60, 61, 30)], fontsize=8.5)
    axes.tick_params(length=2.5, pad=2.0)
    axes.grid(visible=True, color=GREY, lw=0.35, alpha=0.6)
    axes.spines[["top", "right"]].set_visible(True)
    axes.set_title(one.title, fontsize=10.5)
    handles = [Patch(facecolor=colour, edgecolor=GREY, lw=0.4) for colour in colours[::-1]]
    handles.append(Patch(facecolor=PALE, edgecolor=GREY, lw=0.4))
    axes.legend(
        handles, [*one.labels[::-1], one.nothing], title=one.unit, loc="upper left", bbox_to_anchor=(1.01, 1.02),
        fontsize=9, title_fontsize=9, alignment="left", handlelength=1.4, borderaxespad=0.0,
    )  # fmt: skip


def _coast() -> Iterator[FloatArray]:
    """Lines of the coast, closed and cut where they cross longitude 180."""
    for ring in rings("110"):
        closed = np.concatenate([ring, ring[:1]])
        yield from np.split(closed, np.flatnonzero(np.abs(np.diff(closed[:, 0])) > 180.0) + 1)


def _degrees(value: int, minus: str, plus: str) -> str:
    return f"{abs(value)}°{'' if value in (0, 180, -180) else minus if value < 0 else plus}"
