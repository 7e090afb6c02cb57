"""Coverage as lines for a terminal and as one HTML page with maps that opens from disk."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from markupsafe import Markup

from launchwatch.core.arrays import FloatArray
from launchwatch.report.pages import asset, templates
from launchwatch.report.words import NONE, class_name
from launchwatch.report.world import WorldMap, world_figure

MARK = "COMPUTED - simulated launches"
"""The line that everything here carries."""

_KINDS = {"infrared": "infrared", "radar": "radar", "over_the_horizon": "over the horizon"}
_SHARES = ((1e-9, 0.25, 0.5, 0.75, 0.95, 0.9999, 1.0001),
           ("up to 25 %", "25 to 50 %", "50 to 75 %", "75 to 95 %", "above 95 %", "100 %"))  # fmt: skip
_COUNTS = ((1e-9, 0.5, 1.0, 2.0, 3.0, 4.0, 1e9), ("below 0.5", "0.5 to 1", "1 to 2", "2 to 3", "3 to 4", "4 and more"))
_SOON = ((0.0, 30.0, 45.0, 60.0, 90.0, 120.0, 1e9),
         ("up to 30 s", "30 to 45 s", "45 to 60 s", "60 to 90 s", "90 to 120 s", "above 120 s"))  # fmt: skip
_LATE = ((0.0, 120.0, 300.0, 600.0, 900.0, 1_200.0, 1e9),
         ("up to 2 min", "2 to 5 min", "5 to 10 min", "10 to 15 min", "15 to 20 min", "above 20 min"))  # fmt: skip
_DECLARED = ((0.0, 60.0, 90.0, 120.0, 300.0, 900.0, 1e9),
             ("up to 60 s", "60 to 90 s", "90 to 120 s", "2 to 5 min", "5 to 15 min", "above 15 min"))  # fmt: skip
_LOW = ((0.0, 8.0, 12.0, 25.0, 50.0, 100.0, 1e9),
        ("up to 8 km", "8 to 12 km", "12 to 25 km", "25 to 50 km", "50 to 100 km", "above 100 km"))  # fmt: skip
_HIGH = ((0.0, 50.0, 100.0, 200.0, 500.0, 1_000.0, 1e9),
         ("up to 50 km", "50 to 100 km", "100 to 200 km", "200 to 500 km", "500 to 1,000 km",
          "above 1,000 km"))  # fmt: skip
_NEVER, _UNSEEN = "never", "not seen"
AREA_HEADS = (
    "launch area", "cell", "infrared (%)", "radar (%)", "over the horizon (%)", "infrared and radar (%)", "any (%)",
    "infrared sensors", "radars", "first look, infrared (s)", "first look, radar (s)", "track (s)",
    "visible from, infrared (km)",
)  # fmt: skip


@dataclass(frozen=True)
class _Figure:
    number: int
    svg: Markup
    caption: str


def lines_of(document: Mapping[str, Any]) -> list[str]:
    """The document of `launchwatch coverage --json` in words, a line each."""
    earth = document["earth"]
    rows = [
        (_who(document), f"{_window(document)}; {_launched(document)}"),
        ("switched off", ", ".join(document["without"]) or NONE),
        ("Earth, mean", "; ".join(f"{name} {_percent(earth[f'{key}_fraction'])}" for key, name in _evidence())),
        ("error of sampling", _error(document)),
        *(("left out", one["why"]) for one in document["left_out"]),
    ]
    texts = [f"{name:18} {text}" for name, text in rows]
    texts += ["", _columns("launch area", ("infrared", "radar", "both", "any", "infrared at", "radar at", "track at"))]
    for one in document["regions"]:
        shares = [_percent(one[f"{key}_fraction"]) for key in ("infrared", "radar", "dual", "any")]
        times = [one["first_look_s"]["infrared"], one["first_look_s"]["radar"], one["track_s"]]
        texts.append(_columns(one["name"], (*shares, *(_seconds(time) for time in times))))
    return [*texts, "", "Assumptions", *(f"- {text}" for text in document["assumptions"])]


def render_coverage(document: Mapping[str, Any]) -> str:
    """The page of `coverage.html`.

    Parameters
    ----------
    document : mapping
        Of `launchwatch coverage --json`. Every string in it is escaped.

    Returns
    -------
    str
        An HTML document without script, the same for the same document.
    """
    return (
        templates()
        .get_template("coverage.html.j2")
        .render(
            mark=MARK,
            title=f"Coverage: {_who(document)}, {class_name(document['booster_class'])}",
            document=document,
            window=_window(document),
            launched=_launched(document),
            error=_error(document),
            earth=[(name, _percent(document["earth"][f"{key}_fraction"])) for key, name in _evidence()],
            figures=_figures(document),
            area_heads=AREA_HEADS,
            areas=[_area_row(one) for one in document["regions"]],
            sensors=[_sensor_row(one) for one in document["sensors"]],
            css=Markup(asset("report.css")),  # noqa: S704  our own file
        )
    )


def _columns(name: str, texts: Sequence[str]) -> str:
    return f"{name:34}" + "".join(f"{text:>13}" for text in texts)


def _figures(document: Mapping[str, Any]) -> list[_Figure]:
    grid = _grid(document)
    radars = tuple((one["lat_deg"], one["lon_deg"]) for one in document["sensors"] if one["kind"] == "radar")
    sky_wave = tuple(
        (one["lat_deg"], one["lon_deg"]) for one in document["sensors"] if one["kind"] == "over-the-horizon"
    )
    drawn: list[tuple[list[WorldMap], str]] = [
        (
            [
                _shares("seen by any kind", grid("any_fraction")),
                _shares("seen by infrared and by radar", grid("dual_fraction")),
            ],
            "Where a launch from a cell would be seen at all, and where by both phenomenologies: parts of the day and "
            "of the azimuths together. Both need not be at the same time of the flight.",
        ),
        (
            [
                _shares("infrared: part of the day", grid("infrared_fraction")),
                _counts("infrared: sensors that see the same launch", grid("infrared_count", "mean")),
            ],
            "Infrared in space: part of the day and of the azimuths, and how many sensors see the launch on average.",
        ),
        (
            [
                _shares("radar: part of the azimuths", grid("radar_fraction"), radars),
                _counts("radar: radars that see the same launch", grid("radar_count", "mean"), radars),
            ],
            "Phased-array radars (triangles): part of the azimuths along which the flight crosses a radar's field "
            "somewhere on its way, and how many radars see it on average. It does not depend on the time of day.",
        ),
        (
            [
                WorldMap("first look, infrared", "after lift-off", grid("first_look_s", "infrared"), *_SOON, _UNSEEN),
                WorldMap("first look, radar", "after lift-off", grid("first_look_s", "radar"), *_LATE, _UNSEEN, radars),
                WorldMap("declared track, any kind", "after lift-off", grid("track_s"), *_DECLARED, _UNSEEN),
            ],
            "How soon: medians over the times and azimuths at which the launch is seen at all. A track is declared at "
            "the third look of one sensor.",
        ),
        (
            [
                WorldMap("visible from, infrared", "height", grid("visible_from_km", "infrared"), *_LOW, _UNSEEN),
                WorldMap("visible from, radar", "height", grid("visible_from_km", "radar"), *_HIGH, _UNSEEN, radars),
            ],
            "The height of the launch when it first can be seen: medians as before.",
        ),
    ]  # fmt: skip
    if sky_wave:
        drawn.append(
            (
                [_shares("over the horizon: part of the azimuths", grid("over_the_horizon_fraction"), sky_wave)],
                "Over-the-horizon radars (triangles), by geometry alone: a burning stage within their sectors and "
                "ranges, below the height where the ionosphere bends the wave back.",
            )
        )
    return [
        _Figure(i, Markup(world_figure(maps, f"f{i}", MARK, caption)), caption)  # noqa: S704  drawn by ourselves
        for i, (maps, caption) in enumerate(drawn, start=1)
    ]


def _shares(title: str, values: FloatArray, points: tuple[tuple[float, float], ...] = ()) -> WorldMap:
    return WorldMap(title, "part", _positive(values), *_SHARES, _NEVER, points)


def _counts(title: str, values: FloatArray, points: tuple[tuple[float, float], ...] = ()) -> WorldMap:
    return WorldMap(title, "mean number", _positive(values), *_COUNTS, _NEVER, points)


def _positive(values: FloatArray) -> FloatArray:
    return np.where(values > 0.0, values, np.nan)


def _grid(document: Mapping[str, Any]) -> Callable[..., FloatArray]:
    """Reads a figure of all cells, (l, m) from the south-west to the north-east; NaN for null."""
    cells: Sequence[Mapping[str, Any]] = document["cells"]
    columns = len({cell["lon_deg"] for cell in cells})

    def read(*path: str) -> FloatArray:
        values = []
        for cell in cells:
            value: Any = cell
            for key in path:
                value = value[key]
            values.append(np.nan if value is None else value)
        return np.array(values, dtype=np.float64).reshape(-1, columns)

    return read


def _who(document: Mapping[str, Any]) -> str:
    return f"partner {document['partner']}" if document["partner"] else f"sensor {document['sensor']}"


def _window(document: Mapping[str, Any]) -> str:
    return f"{document['hours']:g} h from {document['at']}"


def _launched(document: Mapping[str, Any]) -> str:
    flight, cloud = document["flight"], document["cloud_top_km"]
    reach = "into an orbit" if flight["range_km"] is None else f"{flight['range_km']:,.0f} km"
    sky = f"cloud tops at {cloud:g} km" if cloud > 0.0 else "clear sky"
    return (
        f"{class_name(document['booster_class'])} ({flight['booster']}, {reach}, burnout at "
        f"{flight['burnout_s']:.0f} s and {flight['burnout_altitude_km']:.0f} km), {sky}"
    )


def _error(document: Mapping[str, Any]) -> str:
    sampling = document["sampling"]
    day, around = (
        f"{100.0 * sampling[f'{kind}_fraction_sigma']['mean']:.1f} (at most "
        f"{100.0 * sampling[f'{kind}_fraction_sigma']['most']:.1f}) points"
        for kind in ("infrared", "radar")
    )
    return (
        f"infrared {day} by {sampling['times']} times; radar {around} by {len(sampling['azimuths_deg'])} azimuths; "
        "one sigma of a cell's per cent"
    )


def _evidence() -> list[tuple[str, str]]:
    return [*_KINDS.items(), ("dual", "infrared and radar"), ("any", "any kind"), ("track", "declared track")]


def _percent(fraction: float) -> str:
    return f"{100.0 * fraction:.1f} %"


def _seconds(value: float | None) -> str:
    return NONE if value is None else f"{value:,.0f} s"


def _area_row(one: Mapping[str, Any]) -> tuple[str, ...]:
    lat, lon = one["lat_deg"], one["lon_deg"]
    cell = f"{abs(lat):.1f}{'N' if lat >= 0 else 'S'} {abs(lon):.1f}{'E' if lon >= 0 else 'W'}"
    shares = (f"{100.0 * one[f'{key}_fraction']:.1f}" for key in (*_KINDS, "dual", "any"))
    counts = (_count(one[f"{key}_count"]) for key in ("infrared", "radar"))
    times = (one["first_look_s"]["infrared"], one["first_look_s"]["radar"], one["track_s"])
    height = one["visible_from_km"]["infrared"]
    return (one["name"], cell, *shares, *counts, *(NONE if t is None else f"{t:,.0f}" for t in times),
            NONE if height is None else f"{height:.0f}")  # fmt: skip


def _count(count: Mapping[str, Any]) -> str:
    return f"{count['mean']:.1f} ({count['least']}{NONE}{count['most']})"


def _sensor_row(one: Mapping[str, Any]) -> tuple[str, ...]:
    where = f"orbit {one['orbit']} ({one['orbit_status']})" if "orbit" in one else f"{one['lat_deg']}, {one['lon_deg']}"
    part = f"{100.0 * one['earth_day_fraction']:.1f}"
    return (one["name"], one["owner"], one["kind"], where, part, one["confidence"], one["status"])
