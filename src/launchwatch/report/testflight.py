"""The check of a reported test, as lines for a terminal and as a figure."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from launchwatch.physics.arcs import HALF_ROUND_M
from launchwatch.report.style import BACKING, BLUE, GREY, INK, PALE, VERMILION, drawing, new_figure, svg_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

FORMS = (".png", ".svg")
"""Endings of the files that `write_figure` writes."""

_COLOUR = {"solid": VERMILION, "liquid": BLUE}
_STYLE = {0.7: ":", 1.0: "-", 1.3: "--"}
_HALF_KM = HALF_ROUND_M / 1e3
_NAMES = {"flight_time_s": "flight time", "apogee_km": "apogee", "range_km": "range"}
_UNITS = {"flight_time_s": "s", "apogee_km": "km", "range_km": "km"}
_MARK = "LaunchWatch: notional vehicles"


def lines_of(document: Mapping[str, Any]) -> list[str]:
    """The document of `launchwatch testflight --json` in words, a line each."""
    time, speed, reach = document["flight_time_s"], document["burnout_speed_m_s"], document["max_range_km"]
    burns = "; ".join(
        f"{name} {band['used']['low']:.0f} to {band['used']['high']:.0f} s"
        for name, band in document["burn_s"].items()
        if band["used"] is not None
    )
    inferred = ", inferred" if document["class_inferred"] else ""
    rows = [
        ("class", f"{document['booster_class']}{inferred}"),
        ("flight time", f"{time['low']:,.0f} to {time['high']:,.0f} s; two-body {document['two_body_time_s']:,.0f} s"),
        ("report", _verdict(document)),
        *(("", _correction(key, one)) for key, one in document["corrections"].items()),
        ("burns that count", burns),
        ("burnout speed", f"{speed['value']:,.0f} m/s ({speed['low']:,.0f} to {speed['high']:,.0f})"),
        ("longest range", _reach(reach)),
        ("", f"with the payload that was flown; impulsive {_km(document['impulsive_range_km'])}"),
        ("30 % more payload", _heavier(document)),
        ("rotation", _rotation(document["rotation"])),
    ]
    return [f"{name:18} {text}" for name, text in rows] + [
        "",
        "Assumptions",
        *(f"- {text}" for text in document["assumptions"]),
    ]


def write_figure(document: Mapping[str, Any], file: Path) -> None:
    """Draw flight time and longest range against burn time, and write PNG or SVG by the file's ending."""
    with drawing():
        figure = _figure(document)
        if file.suffix == ".svg":
            label = f"Longest range and flight time against burn time. {_title(document)}"
            file.write_text(svg_of(figure, "testflight", _MARK, label), encoding="utf-8")
        else:
            figure.text(0.995, 0.004, _MARK, ha="right", va="bottom", fontsize=8, color=GREY)
            figure.savefig(file, dpi=200, metadata={"Software": None})


def _verdict(document: Mapping[str, Any]) -> str:
    given = document["reported"]["flight_time_s"]
    if given is None:
        return "no flight time to check"
    if document["consistent"]:
        return f"consistent: {given:,.0f} s lies within the bounds"
    doubt = " and ".join(_NAMES[key] for key in document["doubtful"])
    return f"NOT consistent: {given:,.0f} s; doubt the {doubt}"


def _correction(key: str, one: Mapping[str, float] | None) -> str:
    if one is None:
        return f"no {_NAMES[key]} alone would mend it"
    return f"{_NAMES[key]} alone: {one['to']:,.1f} {_UNITS[key]} ({one['percent']:+.1f} %)"


def _reach(reach: Mapping[str, float | None]) -> str:
    if reach["high"] is None:
        return f"more than {reach['low']:,.0f} km, not bounded by these data"
    return f"{reach['low']:,.0f} to {reach['high']:,.0f} km, middle {reach['value']:,.0f} km"


def _heavier(document: Mapping[str, Any]) -> str:
    """The range with 1.3 times the payload at the usual burns."""
    parts = []
    for name, band in document["burn_s"].items():
        row = [one for one in _rows(document, name, 1.3) if one[0] == band["stated"]["high"]]
        parts += [f"{name}, burn {burn:.0f} s: {_km(reach)}" for burn, reach in row]
    return "; ".join(parts)


def _km(reach: float | None) -> str:
    return "not bounded" if reach is None else f"{reach:,.0f} km" if reach > 0.0 else "does not lift off"


def _rotation(rotation: Mapping[str, Any]) -> str:
    if rotation["included"]:
        rows = "; ".join(f"{one['azimuth_deg']:.0f} deg {_km(one['range_km'])}" for one in rotation["by_azimuth"])
        return f"{rows} ({rotation['vehicle']})"
    percents = (rotation["east_percent"], rotation["west_percent"])
    east, west = ("not bounded" if percent is None else f"{percent:+.0f} %" for percent in percents)
    return f"not included; at the equator {east} to the east, {west} to the west ({rotation['vehicle']})"


def _title(document: Mapping[str, Any]) -> str:
    reported = document["reported"]
    given = "" if reported["flight_time_s"] is None else f", {reported['flight_time_s']:,g} s"
    return f"Reported: apogee {reported['apogee_km']:,g} km, range {reported['range_km']:,g} km{given}"


def _rows(document: Mapping[str, Any], propellant: str, factor: float) -> list[tuple[float, float | None]]:
    """Burn s and range km, None where nothing bounds it, of one propellant and payload."""
    return [
        (one["burn_s"], one["range_km"])
        for one in document["grid"]
        if one["vehicle"].endswith(propellant) and one["payload_factor"] == factor
    ]


def _figure(document: Mapping[str, Any]) -> Figure:
    figure = new_figure(6.4)
    above, below = figure.subplots(
        2, 1, sharex=True,
        gridspec_kw={"left": 0.118, "right": 0.985, "top": 0.91, "bottom": 0.21, "hspace": 0.14,
                     "height_ratios": [1.9, 1.0]},
    )  # fmt: skip
    figure.text(0.012, 0.972, _title(document), fontsize=11.5, fontweight="bold", va="top")
    burns = [one["burn_s"] for one in document["family"]]
    above.set_xlim(min(burns) - 0.03 * max(burns), 1.03 * max(burns))
    _draw_ranges(above, document)
    _draw_times(below, document)
    below.set_xlabel("burn time of the notional vehicle (s)")
    figure.text(0.012, 0.125, _caption(document), fontsize=8.5, color=INK, va="top", linespacing=1.35)
    return figure


def _draw_ranges(axes: Axes, document: Mapping[str, Any]) -> None:
    from matplotlib.lines import Line2D

    tops = [0.0]
    for propellant in document["burn_s"]:
        for factor, style in _STYLE.items():
            rows = [row for row in _rows(document, propellant, factor) if row[1] != 0.0]
            bounded = [(burn, reach) for burn, reach in rows if reach is not None]
            tops += [reach for _, reach in bounded]
            burn = np.array([row[0] for row in rows])
            # straight in 1 / range, as the band is read: an unbounded range runs off the top
            inverse = np.array([0.0 if row[1] is None else 1.0 / row[1] for row in rows])
            fine = np.linspace(burn[0], burn[-1], 400) if len(burn) else burn
            curve = 1.0 / np.maximum(np.interp(fine, burn, inverse), 1e-9) if len(burn) else burn
            axes.plot(fine, curve, style, color=_COLOUR[propellant], lw=2.0 if factor == 1.0 else 1.3)
            if factor == 1.0 and bounded:
                axes.plot(*zip(*bounded, strict=True), "o", color=_COLOUR[propellant], ms=4.5)
    floor = document["max_range_km"]["low"]
    named = "impulsive range, the floor" if floor == document["impulsive_range_km"] else "floor"
    unbounded = any(one["range_km"] is None for one in document["grid"])
    top = 1.04 * _HALF_KM if unbounded else 1.15 * max(*tops, floor)
    bands = [(name, band["used"]) for name, band in document["burn_s"].items() if band["used"] is not None]
    for name, band in bands:
        axes.axvspan(band["low"], band["high"], color=_COLOUR[name], alpha=0.10, lw=0)
    if unbounded:
        axes.axhspan(_HALF_KM, top, color=PALE, lw=0)
        axes.text(0.99, _HALF_KM - 0.012 * top, "half the circumference: not bounded above", color=GREY, fontsize=8.5,
                  ha="right", va="top", transform=axes.get_yaxis_transform(),
                  bbox=BACKING)  # fmt: skip
    axes.axhline(floor, color=INK, lw=1.2, ls="-.")
    axes.text(0.99, floor - 0.012 * top, f"{named}: {floor:,.0f} km", fontsize=8.5, ha="right",
              va="top", transform=axes.get_yaxis_transform(), bbox=BACKING)  # fmt: skip
    axes.set_ylim(0.0, top)
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    axes.set_ylabel("longest range (km)")
    handles = [Line2D([], [], color=_COLOUR[name], lw=2.2) for name in document["burn_s"]]
    handles += [Line2D([], [], color=GREY, ls=style, lw=1.5) for style in _STYLE.values()]
    words = [f"{name} stages" for name in document["burn_s"]] + ["0.7 of the payload", "payload as flown", "1.3 of it"]
    axes.legend(handles, words, loc="lower left", bbox_to_anchor=(-0.03, 0.995), ncols=5, columnspacing=1.1,
                handlelength=1.9, handletextpad=0.5, borderaxespad=0.0, fontsize=9)  # fmt: skip


def _draw_times(axes: Axes, document: Mapping[str, Any]) -> None:
    time, given = document["flight_time_s"], document["reported"]["flight_time_s"]
    for propellant in document["burn_s"]:
        rows = [(one["burn_s"], one["flight_time_s"]) for one in document["family"]
                if one["vehicle"].endswith(propellant)]  # fmt: skip
        axes.plot(*zip(*rows, strict=True), "o-", color=_COLOUR[propellant], ms=4.0)
    axes.axhspan(time["low"], time["high"], color=PALE, alpha=0.6, lw=0, zorder=0)
    axes.axhline(document["two_body_time_s"], color=GREY, lw=1.1, ls=":")
    marks = [(document["two_body_time_s"], "two-body arc", GREY, 0.008, "left")]
    if given is not None:
        half = document["rounding"]["flight_time_s"]
        axes.axhspan(given - half, given + half, color=INK, alpha=0.16, lw=0)
        axes.axhline(given, color=INK, lw=1.4)
        marks.append((given, "reported", INK, 0.992, "right"))
    levels = [time["low"], time["high"], *(mark[0] for mark in marks)]
    room = 0.16 * (max(levels) - min(levels))
    axes.set_ylim(min(levels) - room, max(levels) + room)
    for level, words, colour, x, side in marks:
        axes.text(x, level + 0.1 * room, words, color=colour, fontsize=8.5, ha=side, va="bottom",
                  transform=axes.get_yaxis_transform())  # fmt: skip
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    axes.set_ylabel("flight time (s)")


def _caption(document: Mapping[str, Any]) -> str:
    reach, included = document["max_range_km"], document["rotation"]["included"]
    earth = "rotating WGS-84 Earth" if included else "round Earth without rotation"
    verdict = {None: "no flight time given", True: "report consistent", False: "report NOT consistent"}
    return (
        f"Longest range with the payload flown: {_reach(reach)}.\n"
        f"Notional vehicles of class {document['booster_class']} at full burn through the reported figures; {earth}.\n"
        "Tinted: burns that count. Grey: flight times that burns, coasts, rounding and rotation allow;\n"
        f"{verdict[document['consistent']]}. "
        "The payload flown is unknown: a vehicle tested light reaches less with its real payload."
    )
