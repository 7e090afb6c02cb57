"""The look of every figure: sizes, colours that colour-blind readers can tell apart, and bytes that never vary."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Okabe and Ito (2008): eight colours that stay apart for every common kind of colour blindness
INK, GREY, PALE = "#1a1a1a", "#6b6b6b", "#d9d9d9"
ORANGE, SKY, GREEN, BLUE, VERMILION, PURPLE = "#e69f00", "#56b4e9", "#009e73", "#0072b2", "#d55e00", "#cc79a7"
LAND, SEA = "#e4e2da", "#f7f9fb"

CHAIN_COLOUR = {"alone": VERMILION, "integrated": BLUE}
KIND_COLOUR = {"infrared": VERMILION, "radar": BLUE}
WIDTH_IN = 7.4
BACKING: dict[str, Any] = {"facecolor": "white", "alpha": 0.75, "linewidth": 0, "pad": 0.6}
"""What keeps words apart from the lines that they stand on."""

_RC: dict[str, Any] = {
    "axes.edgecolor": GREY,
    "axes.grid": True,
    "axes.labelsize": 10.5,
    "axes.labelcolor": INK,
    "axes.linewidth": 0.8,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlelocation": "left",
    "axes.titlesize": 10.5,
    "axes.titleweight": "bold",
    "figure.dpi": 72,
    "font.family": ["DejaVu Sans"],
    "font.size": 10,
    "grid.color": PALE,
    "grid.linewidth": 0.6,
    "legend.fontsize": 9.5,
    "legend.frameon": False,
    "lines.linewidth": 1.6,
    "svg.fonttype": "none",
    "svg.hashsalt": "launchwatch",
    "text.color": INK,
    "text.parse_math": False,
    "xtick.color": GREY,
    "xtick.labelcolor": INK,
    "xtick.labelsize": 10,
    "ytick.color": GREY,
    "ytick.labelcolor": INK,
    "ytick.labelsize": 10,
}
_FONTS = "font-family: 'DejaVu Sans', Verdana, 'Noto Sans', sans-serif"
_GEOMETRY = re.compile(r'\s(?:d|x|y|x1|x2|y1|y2|transform|points)="[^"]*"')
_LONG_NUMBER = re.compile(r"-?\d+\.\d{3,}(?:e-?\d+)?")


def new_figure(height_in: float) -> Figure:
    """An empty figure of the report's width; draw it inside `drawing()`."""
    from matplotlib.figure import Figure

    return Figure(figsize=(WIDTH_IN, height_in))


def drawing() -> AbstractContextManager[None]:
    """Context in which figures are made and saved, so that no setting of the user's changes them."""
    import matplotlib

    settings: Any = dict(matplotlib.rcParamsDefault) | _RC
    return matplotlib.rc_context(settings)


def svg_of(figure: Figure, key: str, mark: str, label: str) -> str:
    """The figure as an `<svg>` element for use inside HTML or alone.

    Parameters
    ----------
    key : prefix of every id, unique in the document.
    mark : the watermark, written into the lower right corner, where it stays when the figure is copied.
    label : what the figure shows, for those who cannot see it.
    """
    figure.text(0.995, 0.004, mark, ha="right", va="bottom", fontsize=8, color=GREY, gid="mark")
    out = io.StringIO()
    figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    text = out.getvalue()
    text = text[text.index("<svg") :]
    # matplotlib styles every element of the page that it lands in; on the root alone it says the same
    text = re.sub(r"<defs>\s*<style type=\"text/css\">.*?</style>\s*</defs>", "", text, count=1, flags=re.S)
    text = re.sub(r"<metadata>.*?</metadata>", "", text, count=1, flags=re.S)
    text = text.replace('<g id="evenodd">', '<g fill-rule="evenodd">')
    text = re.sub(r'\sid="', f' id="{key}-', text)
    text = re.sub(r'(xlink:href="#|url\(#)', rf"\1{key}-", text)
    text = _GEOMETRY.sub(lambda match: _LONG_NUMBER.sub(_two_digits, match[0]), text)
    text = re.sub(r"font-family: [^;\"]+|(font: [\w. ]*px) [^;\"]+", _font, text)
    text = re.sub(r"[ \t]*\n[ \t]*", "\n", text)
    return text.replace(
        "<svg ", f'<svg role="img" aria-label="{_attribute(label)}" stroke-linejoin="round" stroke-linecap="butt" ', 1
    ).strip()


def _two_digits(match: re.Match[str]) -> str:
    return f"{float(match[0]):.2f}".rstrip("0").rstrip(".")


def _font(match: re.Match[str]) -> str:
    if match[1] is None:
        return _FONTS
    return f"{match[1]} 'DejaVu Sans', Verdana, 'Noto Sans', sans-serif"


def _attribute(text: str) -> str:
    return text.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;").replace(">", "&gt;")


@dataclass(frozen=True)
class Mark:
    """A mark on a row of a timeline: its abscissa (data units) and its words."""

    x: float
    text: str


def text_width(text: str, size_pt: float) -> float:
    """Width of a line of text in inches, a little generous: the browser may choose another font."""
    return len(text) * size_pt * 0.6 / 72.0


def place_labels(
    axes: Axes, marks: Sequence[Mark], y: float, units_per_inch: float, span: tuple[float, float], size_pt: float
) -> None:
    """Write the words of a row's marks beside them so that no two overlap.

    Marks too close to hold their own words share one label, behind the last of them, or before the first where the
    row ends.
    """
    gap = 0.1 * units_per_inch
    groups: list[list[Mark]] = []
    ordered = sorted(marks, key=lambda mark: mark.x)
    for mark in ordered:
        if groups and _end(groups[-1], units_per_inch, size_pt, gap) > mark.x - gap:
            groups[-1].append(mark)
        else:
            groups.append([mark])
    left_of = span[0]
    for group in groups:
        words = ", ".join(mark.text for mark in group)
        width = text_width(words, size_pt) * units_per_inch
        if group[-1].x + gap + width <= span[1]:
            axes.text(group[-1].x + gap, y, words, va="center", ha="left", fontsize=size_pt, bbox=BACKING)
            left_of = group[-1].x + gap + width
        else:
            start = max(group[0].x - gap, left_of + width)
            axes.text(start, y, words, va="center", ha="right", fontsize=size_pt, bbox=BACKING)


def _end(group: Sequence[Mark], units_per_inch: float, size_pt: float, gap: float) -> float:
    return group[-1].x + gap + text_width(", ".join(mark.text for mark in group), size_pt) * units_per_inch
