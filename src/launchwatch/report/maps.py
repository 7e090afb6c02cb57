"""The map of a case: where it flew, who watched, and how well launch and impact were known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from launchwatch.core.arrays import FloatArray
from launchwatch.core.geodesy import geodetic_from_itrf, inverse
from launchwatch.messages.truth import FlightTruth
from launchwatch.report.land import EARTH_RADIUS_KM, Disc, Scale, rings
from launchwatch.report.run import CHAINS, Case, RunView, histories
from launchwatch.report.sightings import Sightings
from launchwatch.report.style import (
    CHAIN_COLOUR,
    GREY,
    INK,
    KIND_COLOUR,
    LAND,
    PURPLE,
    SEA,
    WIDTH_IN,
    drawing,
    new_figure,
    svg_of,
    text_width,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Points = dict[str, tuple[float, float]]
_REGIONAL_CAP_DEG = 26.0  # a smaller map needs the finer coast
_WIDEST_CAP_DEG = 110.0
_MAP_IN = 4.75
_SIDE_IN = 1.68
_NUMBER_PT = 9.5


def ground_track(flight: FlightTruth, count: int = 240) -> tuple[FloatArray, FloatArray]:
    """Longitude and latitude below a flight, deg, evenly thinned; breaks are the reader's."""
    rows = np.unique(np.linspace(0, len(flight.t_s) - 1, count).astype(np.int64))
    lat, lon, _ = geodetic_from_itrf(flight.position_m[rows])
    return lon, lat


def ground_reach_deg(slant_km: ArrayLike, elevation_deg: float) -> FloatArray:
    """Angle at the Earth's centre between a radar and a target at a slant range and elevation (sphere)."""
    slant, elevation = np.asarray(slant_km, np.float64), np.radians(elevation_deg)
    return np.asarray(
        np.degrees(np.arctan2(slant * np.cos(elevation), EARTH_RADIUS_KM + slant * np.sin(elevation))), np.float64
    )


def sector_outline(sensor: Mapping[str, Any], from_deg: float, to_deg: float) -> tuple[FloatArray, FloatArray]:
    """Longitude and latitude of the outline of a radar face's reach on the ground, deg, beginning at the radar."""
    reach = np.radians(float(ground_reach_deg(sensor["range_max_km"], max(sensor.get("elevation_min_deg", 0.0), 0.0))))
    width = (to_deg - from_deg) % 360.0 or 360.0
    azimuth = np.radians(from_deg + np.linspace(0.0, width, max(int(width / 4), 2)))
    lat0, lon0 = np.radians(sensor["lat_deg"]), np.radians(sensor["lon_deg"])
    lon, lat = _great_circle(lon0, lat0, azimuth, reach)
    if width < 360.0:  # sides along great circles, so that they bend on the map as they do on the Earth
        share = np.linspace(0.0, 1.0, 12)[:-1]
        out_lon, out_lat = _great_circle(lon0, lat0, azimuth[0], reach * share)
        back_lon, back_lat = _great_circle(lon0, lat0, azimuth[-1], reach * share[::-1])
        lon, lat = np.concatenate([out_lon, lon, back_lon]), np.concatenate([out_lat, lat, back_lat])
    return lon, lat


def ellipse_km(ellipse: Mapping[str, float], count: int = 73) -> FloatArray:
    """Outline (n, 2) of an ellipse about its centre, km east and north."""
    turn, angle = np.linspace(0.0, 2.0 * np.pi, count), np.radians(ellipse["azimuth_deg"])
    along, across = ellipse["semi_major_km"] * np.cos(turn), ellipse["semi_minor_km"] * np.sin(turn)
    return np.stack(
        [along * np.sin(angle) + across * np.cos(angle), along * np.cos(angle) - across * np.sin(angle)], axis=1
    )


def ellipse_lon_lat(
    centre: Mapping[str, Any], ellipse: Mapping[str, float], count: int = 73
) -> tuple[FloatArray, FloatArray]:
    """Longitude and latitude of an ellipse's outline on the sphere, deg; distances from the centre are kept."""
    east, north = ellipse_km(ellipse, count).T
    reach, azimuth = np.hypot(east, north) / EARTH_RADIUS_KM, np.arctan2(east, north)
    return _great_circle(np.radians(centre["lon_deg"]), np.radians(centre["lat_deg"]), azimuth, reach)


def offset_km(origin_deg: tuple[float, float], point: Mapping[str, Any]) -> tuple[float, float]:
    """(east, north) of a point from an origin (lat, lon) in km, along the geodesic between them."""
    distance_m, azimuth_deg, _ = inverse(*origin_deg, point["lat_deg"], point["lon_deg"])
    azimuth = np.radians(azimuth_deg)
    return float(distance_m * np.sin(azimuth) / 1e3), float(distance_m * np.cos(azimuth) / 1e3)


def map_figure(view: RunView, case: Case, sensors: Sequence[Sightings], key: str, mark: str) -> str:
    """SVG: the map at the left; the first partner's estimates of launch and impact at the right."""
    disc = _disc(view, case, sensors)
    height_in = _MAP_IN + 0.95
    with drawing():
        figure = new_figure(height_in)
        axes = figure.add_axes((0.005, 0.78 / height_in, _MAP_IN / WIDTH_IN, _MAP_IN / height_in))
        _map(axes, disc, view, case, sensors)
        partner = case.partners[0]
        for what, bottom_in in (("launch_point", 1.25 + _SIDE_IN + 0.75), ("impact", 1.25)):
            left, bottom = 1 - (_SIDE_IN + 0.12) / WIDTH_IN, bottom_in / height_in
            detail = figure.add_axes((left, bottom, _SIDE_IN / WIDTH_IN, _SIDE_IN / height_in))
            _detail(detail, case, partner, what)
        _key(figure.add_axes((0.0, 0.02 / height_in, 1.0, 0.72 / height_in)), height_in)
        return svg_of(figure, key, mark, f"Map of case {case.name} with sensors, and its launch and impact estimates")


def _great_circle(
    lon0: float, lat0: float, azimuth: float | FloatArray, reach: float | FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Longitude and latitude, deg, at an angle `reach` along an azimuth from a point; all given in rad."""
    lat = np.arcsin(np.sin(lat0) * np.cos(reach) + np.cos(lat0) * np.sin(reach) * np.cos(azimuth))
    east, north = np.sin(azimuth) * np.sin(reach) * np.cos(lat0), np.cos(reach) - np.sin(lat0) * np.sin(lat)
    return np.asarray(np.degrees(lon0 + np.arctan2(east, north))), np.asarray(np.degrees(lat))


def _disc(view: RunView, case: Case, sensors: Sequence[Sightings]) -> Disc:
    """The smallest cap about the middle of the flights that shows them and the ground sensors that saw them."""
    tracks = [np.stack(ground_track(flight), axis=1) for flight in case.flights]
    points = np.vstack(tracks)
    known = {one["id"]: one for one in view.sensors}
    sites = [
        (known[one.sensor]["lon_deg"], known[one.sensor]["lat_deg"])
        for one in sensors
        if one.kind == "radar" and len(one.time_s) and one.sensor in known
    ]
    middle = _mean_direction(np.vstack([points[:: max(len(points) // 40, 1)], *(np.array([site]) for site in sites)]))
    trial = Disc(middle[1], middle[0], 180.0)
    everything = np.vstack([points, *(np.array([site]) for site in sites)])
    furthest = float(trial.polar(everything[:, 0], everything[:, 1])[0].max())
    return Disc(middle[1], middle[0], float(np.clip(furthest * 1.12 + 1.5, 6.0, _WIDEST_CAP_DEG)))


def _mean_direction(lon_lat: FloatArray) -> tuple[float, float]:
    lon, lat = np.radians(lon_lat.T)
    x, y, z = np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)
    middle = np.array([x.mean(), y.mean(), z.mean()])
    return float(np.degrees(np.arctan2(middle[1], middle[0]))), float(
        np.degrees(np.arctan2(middle[2], np.hypot(middle[0], middle[1])))
    )


def _map(axes: Axes, disc: Disc, view: RunView, case: Case, sensors: Sequence[Sightings]) -> None:
    from matplotlib.patches import Circle

    axes.set_aspect("equal")
    axes.axis("off")
    limit = disc.radius_km * 1.015
    axes.set_xlim(-limit, limit)
    axes.set_ylim(-limit, limit)
    rim = Circle((0, 0), disc.radius_km, fc=SEA, ec=GREY, lw=0.8, zorder=0)
    axes.add_patch(rim)
    _graticule(axes, disc)
    # lakes are rings like the land, so its path is filled even-odd
    scale: Scale = "50" if disc.cap_deg < _REGIONAL_CAP_DEG else "110"
    _areas(axes, disc, rings(scale), zorder=1, fc=LAND, ec="#b9b6aa", lw=0.5, gid="evenodd")
    tracks = [disc(*ground_track(flight)) for flight in case.flights]
    seeing = {one.sensor: one for one in sensors}
    faces = sum(len(sensor.get("sectors", ())) for sensor in view.sensors if _detects(seeing.get(sensor["id"])))
    numbers: list[tuple[float, float, str, str]] = []
    for sensor in view.sensors:
        _sensor(axes, disc, sensor, seeing.get(sensor["id"]), min(0.07, 0.35 / max(faces, 1)), numbers)
    _write_numbers(axes, disc, numbers)
    busy = np.vstack([np.array([(x, y) for x, y, _, _ in numbers]).reshape(-1, 2), *tracks])
    for partner, polygons in view.regions.items():
        _region(axes, disc, partner, [_counter_clockwise(np.asarray(ring, np.float64)) for ring in polygons], busy)
    for flight, track in zip(case.flights, tracks, strict=True):
        axes.plot(*track.T, color=INK, lw=2.0, zorder=6, solid_capstyle="round")
        for place, shape in ((flight.launch_deg, "o"), (flight.impact_deg, "X")):
            if place is not None:
                axes.plot(*disc(place[1], place[0]), shape, color=INK, mfc="white", ms=8, mew=1.4, zorder=8)
    _map_ellipses(axes, disc, case)
    step = _round_step(disc.radius_km * 0.5)
    x0, y0 = -disc.radius_km, -disc.radius_km * 0.985
    axes.plot([x0, x0 + step], [y0, y0], color=INK, lw=2, solid_capstyle="butt")
    axes.text(x0, y0 + 0.02 * limit, f"{step:,.0f} km at the centre", fontsize=8.5, va="bottom")


def _graticule(axes: Axes, disc: Disc) -> None:
    step = 30 if disc.cap_deg > 50 else 10 if disc.cap_deg > 14 else 5
    fine = np.linspace(-180.0, 180.0, 361)
    lines = [disc(fine, np.full_like(fine, lat)) for lat in range(-90 + step, 90, step)]
    half = np.linspace(-90.0 + step, 90.0 - step, 121)
    lines += [disc(np.full_like(half, lon), half) for lon in range(-180, 180, step)]
    joined = np.vstack([np.vstack([line, [[np.nan, np.nan]]]) for line in lines if np.isfinite(line).any()])
    keep = np.isfinite(joined[:, 0]) | np.append(True, np.isfinite(joined[:-1, 0]))
    axes.plot(*joined[keep].T, color="#dfe3e8", lw=0.6, zorder=0.5)


def _areas(axes: Axes, disc: Disc, outlines: Sequence[FloatArray], zorder: float, **style: Any) -> None:
    """Rings of (lon, lat), counter-clockwise, filled as one path."""
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    closed = [part for ring in outlines for part in disc.fill(_dense(ring)[:, 0], _dense(ring)[:, 1])]
    if not closed:
        return
    codes = [np.concatenate([[Path.MOVETO], np.full(len(part) - 2, Path.LINETO), [Path.CLOSEPOLY]]) for part in closed]
    axes.add_patch(PathPatch(Path(np.vstack(closed), np.concatenate(codes)), zorder=zorder, **style))


def _region(axes: Axes, disc: Disc, partner: str, outlines: Sequence[FloatArray], busy: FloatArray) -> None:
    """A partner's warning region, with its name where the map is emptiest, away from what is `busy` (n, 2)."""
    _areas(axes, disc, outlines, zorder=2, fc=PURPLE, ec=PURPLE, lw=0.8, alpha=0.22)
    inside = [points[np.isfinite(points[:, 0])] for points in (disc(*_dense(ring).T) for ring in outlines)]
    largest = max(inside, key=len, default=np.zeros((0, 2)))
    if len(largest) < 3:
        return
    spots = np.vstack([largest.mean(axis=0), 0.85 * largest + 0.15 * largest.mean(axis=0)])
    room = np.hypot(*(spots[:, None, :] - busy[None, :, :]).transpose(2, 0, 1))
    room = np.where(np.isfinite(room), room, np.inf).min(axis=1)
    room[0] *= 3.0  # the middle is the natural place, unless something lies there
    x, y = spots[int(np.argmax(room))]
    axes.text(x, y, partner, color="#8a3d68", fontsize=10, fontweight="bold", ha="center", va="center", zorder=4)


def _counter_clockwise(ring: FloatArray) -> FloatArray:
    """The ring, turned around where it runs clockwise around its smaller side."""
    lon, lat = _mean_direction(ring)
    x, y = Disc(lat, lon, 180.0)(ring[:, 0], ring[:, 1]).T
    clockwise = float(np.sum(x * np.roll(y, -1) - np.roll(x, -1) * y)) < 0.0
    return np.flip(ring, axis=0) if clockwise else ring


def _dense(ring: FloatArray) -> FloatArray:
    """The ring with long sides cut into pieces of 3 degrees at most, straight in longitude and latitude."""
    following = np.roll(ring, -1, axis=0)
    step = following - ring
    step[:, 0] = (step[:, 0] + 180.0) % 360.0 - 180.0
    counts = np.maximum(np.ceil(np.abs(step).max(axis=1) / 3.0).astype(np.int64), 1)
    if counts.max() == 1:
        return ring
    part = np.concatenate([np.arange(count) / count for count in counts])
    dense: FloatArray = np.repeat(ring, counts, axis=0) + np.repeat(step, counts, axis=0) * part[:, None]
    return dense


def _detects(seen: Sightings | None) -> bool:
    return seen is not None and len(seen.time_s) > 0


def _sensor(
    axes: Axes,
    disc: Disc,
    sensor: Mapping[str, Any],
    seen: Sightings | None,
    alpha: float,
    numbers: list[tuple[float, float, str, str]],
) -> None:
    """Mark and reach of a sensor; what is to be numbered is added to `numbers`."""
    detects = _detects(seen)
    colour = KIND_COLOUR[sensor["kind"]] if detects else GREY
    if detects and sensor["kind"] == "radar":
        for sector in sensor.get("sectors", ()):
            lon, lat = sector_outline(sensor, sector["from_deg"], sector["to_deg"])
            outline = _counter_clockwise(np.stack([lon, lat], axis=1))
            _areas(axes, disc, [outline], zorder=3, fc=colour, ec=colour, lw=0.7, alpha=alpha)
            edge = disc(np.append(lon, lon[0]), np.append(lat, lat[0]))
            axes.plot(*edge.T, color=colour, lw=0.7, alpha=0.8, zorder=3.5)
    x, y = disc(sensor["lon_deg"], sensor["lat_deg"])
    shape = "^" if sensor["kind"] == "infrared" else "s"
    if not np.isfinite(x):
        if not detects:
            return
        x, y = disc.on_the_edge(sensor["lon_deg"], sensor["lat_deg"])
    axes.plot(x, y, shape, ms=6.5 if detects else 4, color=colour, mec="white", mew=0.6, zorder=7, clip_on=False)
    if detects and seen is not None:
        numbers.append((float(x), float(y), str(seen.number), colour))


def _write_numbers(axes: Axes, disc: Disc, numbers: Sequence[tuple[float, float, str, str]]) -> None:
    """The sensors' numbers beside their marks: at the first of eight places that is free."""
    km_per_inch = 2.03 * disc.radius_km / _MAP_IN
    high, near = 0.13 * km_per_inch, 0.07 * km_per_inch
    taken = [(x, y, 0.6 * near, 0.6 * near) for x, y, _, _ in numbers]  # centre and half sizes
    for x, y, number, colour in numbers:
        half = 0.5 * text_width(number, _NUMBER_PT) * km_per_inch
        spots = [
            (x + dx * (half + near), y + dy * (0.5 * high + near))
            for dx, dy in ((1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (-1, 1), (1, -1), (-1, -1))
        ]
        at = next((spot for spot in spots if not _overlaps((*spot, half, 0.5 * high), taken)), spots[0])
        taken.append((*at, half, 0.5 * high))
        axes.text(*at, number, fontsize=_NUMBER_PT, fontweight="bold", color=colour, ha="center", va="center", zorder=9)


def _overlaps(box: tuple[float, float, float, float], others: Sequence[tuple[float, float, float, float]]) -> bool:
    x, y, wide, high = box
    return any(abs(x - x2) < wide + wide2 and abs(y - y2) < high + high2 for x2, y2, wide2, high2 in others)


def _map_ellipses(axes: Axes, disc: Disc, case: Case) -> None:
    """First and last impact ellipse of the first partner, integrated, where the map is fine enough to show them."""
    for index in range(len(case.flights)):
        shown = _known(case, case.partners[0], "integrated", index, "impact")
        for at in (shown[0], shown[-1]) if shown else ():
            if at["ellipse_95"]["semi_major_km"] > 0.008 * disc.radius_km:
                outline = disc(*ellipse_lon_lat(at, at["ellipse_95"]))
                axes.plot(*outline.T, color=CHAIN_COLOUR["integrated"], lw=1.2, zorder=7.5)


def _known(case: Case, partner: str, chain: str, index: int, what: str) -> list[Mapping[str, Any]]:
    """What the best fed event of a launch said of its launch point or impact, version by version."""
    found = histories(case, partner, chain, index)
    return [event[what] for event in found[0] if event.get(what) is not None] if found else []


def _detail(axes: Axes, case: Case, partner: str, what: str) -> None:
    """Last ellipses, alone and integrated, around the true point of the first flight."""
    flight = case.flights[0]
    truth = flight.launch_deg if what == "launch_point" else flight.impact_deg
    words = "launch point" if what == "launch_point" else "impact point"
    axes.set_title(f"{words}, {partner}", fontsize=10)
    axes.set_aspect("equal")
    if truth is None:
        axes.set_axis_off()
        axes.text(0.5, 0.5, "does not fall back", transform=axes.transAxes, ha="center", color=GREY, style="italic")
        return
    estimates = {chain: _known(case, partner, chain, 0, what) for chain in CHAINS}
    last = [
        np.abs(ellipse_km(known[-1]["ellipse_95"]) + offset_km(truth, known[-1]))
        for known in estimates.values()
        if known
    ]
    reach = max((float(outline.max()) for outline in last), default=1.0)
    unit, scale = ("km", 1.0) if reach >= 1.0 else ("m", 1e3)
    for chain, known in estimates.items():
        for place, style in ((known[0], (0, (2, 2))), (known[-1], "-")) if known else ():
            centre = scale * np.array(offset_km(truth, place))
            outline = scale * ellipse_km(place["ellipse_95"]) + centre
            width, above = (1.3, 3) if chain == "alone" else (2.2, 2)
            axes.plot(*outline.T, color=CHAIN_COLOUR[chain], lw=width, ls=style, zorder=above)
            if style == "-":
                axes.plot(*centre, ".", color=CHAIN_COLOUR[chain], ms=5)
    axes.plot(0, 0, "x", color=INK, ms=9, mew=2.0, zorder=5)
    if not last:
        axes.text(0.5, 0.62, "no estimate", transform=axes.transAxes, ha="center", color=GREY, style="italic")
    axes.set_xlim(-1.15 * scale * reach, 1.15 * scale * reach)
    axes.set_ylim(-1.15 * scale * reach, 1.15 * scale * reach)
    axes.set_xlabel(f"{unit} east of truth", labelpad=1)
    axes.set_ylabel(f"{unit} north of truth", labelpad=0)
    axes.spines[["top", "right"]].set_visible(True)
    axes.locator_params(nbins=4)


def _key(axes: Axes, height_in: float) -> None:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    axes.set_axis_off()
    blue, orange = CHAIN_COLOUR["integrated"], CHAIN_COLOUR["alone"]
    entries = [
        (Line2D([], [], color=INK, lw=2, marker="o", mfc="white"), "ground track from launch"),
        (Line2D([], [], color=INK, lw=0, marker="X", mfc="white", ms=8), "impact"),
        (Line2D([], [], color=KIND_COLOUR["infrared"], lw=0, marker="^"), "infrared (below it)"),
        (Line2D([], [], color=KIND_COLOUR["radar"], lw=0, marker="s"), "radar, its reach"),
        (Line2D([], [], color=GREY, lw=0, marker="s", ms=4), "saw nothing"),
        (Patch(color=PURPLE, alpha=0.3), "warning regions"),
        (Line2D([], [], color=orange), "95 % ellipse alone"),
        (Line2D([], [], color=blue), "integrated"),
        (Line2D([], [], color=GREY, ls=(0, (2, 2))), "the first one"),
        (Line2D([], [], color=INK, lw=0, marker="x", ms=8, mew=2), "truth"),
    ]
    axes.legend(
        [handle for handle, _ in entries], [words for _, words in entries], loc="upper left", ncols=5, fontsize=8.8,
        handlelength=1.4, handletextpad=0.4, columnspacing=1.0, borderaxespad=0.0, bbox_to_anchor=(0.005, 1.0),
    )  # fmt: skip


def _round_step(length: float) -> float:
    power = 10.0 ** np.floor(np.log10(length))
    return float(max(step for step in (1.0, 2.0, 5.0) if step * power <= length) * power)
