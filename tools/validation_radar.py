"""Rows of the validation page on radars: ranges, detection, bent beams, time to a track, raids, history, the Moon."""

from __future__ import annotations

import json
import statistics
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from validation_physics import Row, percent

from launchwatch.assembly.flight.launch import flown
from launchwatch.catalog.catalogue import Catalog
from launchwatch.catalog.loader import load_scenario
from launchwatch.catalog.schema import ArrayMode, Launch, Point, RadarSensor, Trajectory
from launchwatch.core.arrays import FloatArray
from launchwatch.core.epochs import NS, parse_utc
from launchwatch.core.geodesy import direct, geodetic_from_itrf, itrf_from_geodetic
from launchwatch.messages.items import Item
from launchwatch.messages.tracks import Track
from launchwatch.physics.ionosphere import ionospheric_delay
from launchwatch.physics.radar import SPEED_OF_LIGHT, decibels, ratio, search_range, track_range
from launchwatch.physics.refraction import air, elevation_error_deg, plasma
from launchwatch.physics.swerling import Case, required_snr
from launchwatch.physics.visibility import horizon_height
from launchwatch.processing.detections.stage import DetectionsStage
from launchwatch.processing.observations.stage import ObservationsStage
from launchwatch.processing.tracks.stage import TracksStage
from launchwatch.sim.scenes.launched import launched, payload_of
from launchwatch.sim.scenes.moon import moon
from launchwatch.sim.scenes.signatures import Signatures
from launchwatch.sim.scenes.weather import Scene
from launchwatch.sim.sensors import SensorRun
from launchwatch.sim.sensors.ground import observe_radar
from launchwatch.sim.sensors.ground.plots import faces_of, place
from launchwatch.sim.truth import flight

ARRAY = "NRC 2005; 450 K, losses 6 and 8 dB assumed"
CLEAR = Scene(cloud_top_m=7000.0)
ARRIVAL = "generic-icbm-solid"
ARRIVAL_KM = 8_000.0
TRACK_HEADS = (
    "radar", "mode", "payload enters the field at, km", "s before impact", "first plot, s later", "track, s later",
    "not tracked",
)  # fmt: skip
TRACK_NOTE = f"""\
A payload of `{ARRIVAL}` from {ARRIVAL_KM:,.0f} km away comes down on the radar along the middle of its first face. From
the moment that it stands in the published field: to the first plot (fence, then two of three looks) and to the first
confirmed track of a chain that only this radar feeds, as it leaves the node. Median of ten seeds, in brackets least and
most. Cross section, modes and most figures of every radar are notional. What limits is power, not geometry: at the edge
of the field the echo of a cone is weak, and the low fence leaves it to the slow search above. Cues from other sensors
are not modelled: radars with narrow beams, which search only low, never find what comes down on them from above.
"""
RAID_HEADS = (
    "objects",
    "fences",
    "confirmation",
    "tracks",
    "fence period, s",
    "revisit of a track, s",
    "plots of each",
)
RAID_NOTE = """\
Parts of the time of a Voronezh of decimetre waves at Armavir at its busiest delivery, when so many payloads come down
through its field together, a tenth of a second apart. Tracks leave 40 % of the time to the fences; beyond that each is
looked at less often, and the fences slow down.
"""
ARC_HEADS = ("flight", "radar", "in its field, s after lift-off", "height, km", "tracked, s after lift-off (seed 1)")
ARC_NOTE = """\
Spans of the assumed flights of `andoya-1995` and `mediterranean-2013` within the published fields; the notes of both
scenarios say what stays unknown.
"""


def ranges() -> list[Row]:
    """Ranges of a radar with the published figures of PAVE PAWS, and its horizon."""
    noise, snr, rows = 450.0, float(ratio(13.0)), list[Row]()
    areas = [0.01, 0.1, 1.0, 10.0]
    pulse = track_range(582e3 * 16e-3, float(ratio(38.6)), SPEED_OF_LIGHT / 435e6, areas, noise, float(ratio(6.0)), snr)
    for area, published, ours in zip(areas, (1240, 2210, 3930, 6980), pulse / 1e3, strict=True):
        rows.append(_km(f"one pulse, {area:g} m^2", published, float(ours)))
    fence = float(np.radians(120.0) * np.radians(3.0))
    search = search_range(146e3, np.pi / 4.0 * 22.1**2, areas[1:], fence, 2.0, noise, float(ratio(8.0)), snr)
    for area, published, ours in zip(areas[1:], (1790, 3190, 5670), search / 1e3, strict=True):
        rows.append(_km(f"fence 120 x 3 deg in 2 s, {area:g} m^2", published, float(ours)))
    for distance, published in ((1000, 130), (2000, 406), (3000, 812), (4000, 1327), (5000, 1931)):
        height = float(horizon_height(distance * 1e3, 3.0)) / 1e3
        rows.append(_km(f"lowest height seen at {distance:,} km, 3 deg", published, height, "round Earth"))
    return rows


def _km(case: str, published: float, ours: float, source: str = ARRAY) -> Row:
    return case, f"{published:,} km", f"{ours:,.0f} km", percent(ours, published), source


def detection() -> list[Row]:
    """SNR that gives a probability of detection, against printed tables, a closed form and Albersheim's formula."""
    rows = list[Row]()
    tables: list[tuple[Case, float, float, str]] = [
        (0, 0.9, 13.2, "Meyer and Mayer 1973"),
        (1, 0.9, 21.1, "Meyer and Mayer 1973"),
        (3, 0.9, 17.3, "Meyer and Mayer 1973"),
        (1, 0.5, float(decibels(np.log(1e-6) / np.log(0.5) - 1.0)), "ln Pfa / ln Pd - 1"),
    ]
    for case, pd, published, source in tables:
        ours = float(decibels(required_snr(pd, 1e-6, 1, case)))
        what = f"Swerling {case}, one pulse, Pd {pd:g}, Pfa 1e-6"
        rows.append((what, f"{published:.1f} dB", f"{ours:.2f} dB", f"{ours - published:+.2f} dB", source))
    for pulses in (1, 10, 100):
        for pd in (0.5, 0.9):
            a, b = np.log(0.62e6), np.log(pd / (1.0 - pd))
            fit = -5.0 * np.log10(pulses) + (6.2 + 4.54 / np.sqrt(pulses + 0.44)) * np.log10(a + 0.12 * a * b + 1.7 * b)
            ours = float(decibels(required_snr(pd, 1e-6, pulses, 0)))
            what = f"steady target, {pulses} pulses, Pd {pd:g}, Pfa 1e-6"
            source = "Albersheim 1981: 0.2 dB, linear detector"
            rows.append((what, f"{fit:.2f} dB", f"{ours:.2f} dB", f"{ours - fit:+.2f} dB", source))
    return rows


def propagation() -> list[Row]:
    """Bending by the air against ITU-R P.834, delay and bending in the ionosphere at 150 MHz."""
    rows = list[Row]()
    for elevation in (0.0, 1.0, 3.0, 5.0):
        published = 1.0 / (1.728 + 0.5411 * elevation + 0.03723 * elevation**2)
        ours = float(elevation_error_deg(elevation, 1e8, air()))
        case = f"elevation error before correction, {elevation:g} deg, far outside"
        rows.append((case, f"{published:.3f} deg", f"{ours:.3f} deg", percent(ours, published), "ITU-R P.834, a fit"))
    for height in (100e3, 300e3, 1000e3):
        raw = float(elevation_error_deg(3.0, height, air()))
        left = float(elevation_error_deg(3.0, height, air(340.0))) - raw
        ours_text = f"{raw:.3f} deg; {left:.3f} left"
        rows.append((f"the same at {height / 1e3:g} km, 3 deg; left after it if N is 340", "", ours_text, "", "N 315"))
    for content, published in ((22e16, 400.0), (100e16, 1800.0)):
        ours = float(ionospheric_delay(150e6, content, 90.0, 2000e3))
        case = f"delay at 150 MHz straight up, {content / 1e16:g} TECU"
        rows.append((case, f"{published:g} m", f"{ours:.0f} m", percent(ours, published), "0.4 to 1.8 km"))
    mrad = 1e3 * float(np.radians(elevation_error_deg(5.0, 1000e3, plasma(150e6, 30e16))))
    rows.append(("bending at 150 MHz, 5 deg, 30 TECU, before correction", "", f"{mrad:.1f} mrad", "", "Chapman layer"))
    return rows


def moon_1960(catalog: Catalog) -> list[Row]:
    """Plots of the Moon in a day of a radar like BMEWS, with and without the check of late echoes."""
    begin = parse_utc("1960-10-05T00:00:00Z")
    stop = begin + 86_400 * NS
    one = moon(catalog.cross_sections["moon"], begin, stop)
    radar = msgspec.structs.replace(catalog.sensors_radar["us-pituffik"], false_alarms_per_look=0.0)
    rows = list[Row]()
    for gate, bar in ((False, "some: NORAD took them for missiles"), (True, "none")):
        mode = msgspec.structs.replace(_mode(catalog, radar), range_gate=gate)
        run = observe_radar(radar, mode, [one], CLEAR, 1, begin, stop)
        count = len(run.truth.sequence)
        nearest = min(
            (float(d.observation.range_m.min()) for d in run.deliveries if len(d.observation.range_m)), default=0
        )
        ours = f"{count} plots" + (f", from {nearest / 1e3:,.0f} km on" if count else "")
        case = f"range gate {'on' if gate else 'off'}, 5 October 1960, Thule"
        rows.append((case, bar, ours, "", "the Moon by the radar equation, 6.6e11 m^2"))
    return rows


def times_to_track(catalog: Catalog, seeds: int = 10) -> list[list[str]]:
    """Every phased array: from a payload's entry into its field to the first plot and to a confirmed track."""
    rows = []
    for radar in sorted(catalog.sensors_radar.values(), key=lambda one: one.id):
        if radar.technique != "phased-array":
            continue
        launch, path = _arrival(catalog, radar)
        mode = _mode(catalog, radar)
        t = np.arange(0.0, path.end_s, 1.0)
        placed = place(radar, mode, path.at(t)[0])
        if not placed.inside.any():
            rows.append([radar.id, radar.mode, "never", *["-"] * 4])
            continue
        entry = float(t[placed.inside][0])
        light, echo = Signatures(catalog.plumes), catalog.cross_sections
        thing = payload_of("one", launch.time_ns, catalog.boosters[ARRIVAL], path, light, echo)
        first, track = [], []
        for seed in range(1, seeds + 1):
            begin = launch.time_ns + round((entry - 60.0) * NS)
            run = observe_radar(radar, mode, [thing], CLEAR, seed, begin, launch.time_ns + round(path.end_s * NS))
            plots = _true_times_s(run, launch.time_ns)
            first += [float(plots[0]) - entry] if len(plots) else []
            said = _first_track_s(run, launch.time_ns)
            track += [said - entry] if said is not None else []
        rows.append(
            [
                radar.id,
                radar.mode,
                f"{placed.range_m[placed.inside][0] / 1e3:,.0f}",
                f"{path.end_s - entry:,.0f}",
                _spread(first),
                _spread(track),
                f"{seeds - len(track)} of {seeds}",
            ]
        )
    return rows


def raid(catalog: Catalog) -> list[list[str]]:
    """Time budget of one radar against the number of objects in its field."""
    radar = catalog.sensors_radar["ru-armavir"]
    launch, path = _arrival(catalog, radar)
    booster = catalog.boosters[ARRIVAL]
    one = payload_of("one", launch.time_ns, booster, path, Signatures(catalog.plumes), catalog.cross_sections)
    begin = launch.time_ns + round((path.end_s - 900.0) * NS)
    rows = []
    for count in (1, 10, 50, 100, 200, 300):
        # a tenth of a second apart
        many = [replace(one, id=f"one-{k}", epoch_ns=one.epoch_ns + k * NS // 10) for k in range(count)]
        run = observe_radar(
            radar, _mode(catalog, radar), many, CLEAR, 1, begin, launch.time_ns + round(path.end_s * NS)
        )
        uses = [d.observation.time_use for d in run.deliveries]
        busiest = max(uses, key=lambda use: use.track)
        rows.append(
            [
                str(count),
                *(f"{100 * part:.0f} %" for part in (busiest.search, busiest.confirm, busiest.track)),
                f"{max(use.fence_period_s for use in uses):g}",
                f"{max(use.track_period_s for use in uses):g}",
                f"{np.sum(run.truth.source >= 0) / count:.0f}",
            ]
        )
    return rows


def history(catalog: Catalog) -> list[list[str]]:
    """Arcs of the flights of 1995 and 2013 within the fields of radars."""
    rows = []
    for scenario, radars in (
        ("andoya-1995", ("ru-olenegorsk-d", "ru-pechora")),
        ("mediterranean-2013", ("ru-armavir", "ru-gantsevichi")),
    ):
        (launch,) = load_scenario(scenario, catalog).launches
        booster = catalog.boosters[launch.booster]
        path = flown(launch, booster)
        things = launched(launch.id, launch.time_ns, booster, path, Signatures(catalog.plumes), catalog.cross_sections)
        t = np.arange(0.0, path.end_s, 1.0)
        position = path.at(t)[0]
        height = geodetic_from_itrf(position)[2] / 1e3
        for name in radars:
            radar = catalog.sensors_radar[name]
            inside = place(radar, _mode(catalog, radar), position).inside
            edges = np.flatnonzero(np.diff(np.concatenate([[0], inside.astype(int), [0]]))).reshape(-1, 2)
            stop = launch.time_ns + round(path.end_s * NS)
            run = observe_radar(radar, _mode(catalog, radar), things, CLEAR, 1, launch.time_ns - 30 * NS, stop)
            plots = _true_times_s(run, launch.time_ns)
            if not len(edges):
                rows.append([scenario, name, "never", "-", "-"])
            for a, b in edges.tolist():
                mine = plots[(plots >= t[a]) & (plots <= t[b - 1])]
                tracked = f"{mine[0]:.0f} to {mine[-1]:.0f}, {len(mine)} plots" if len(mine) else "never"
                span = f"{t[a]:.0f} to {t[b - 1]:.0f} ({t[b - 1] - t[a]:.0f} s)"
                rows.append([scenario, name, span, f"{height[a]:,.0f} to {height[b - 1]:,.0f}", tracked])
    return rows


def armavir_horizon(catalog: Catalog) -> list[Row]:
    """Least height over the Mediterranean that stands in the field of Armavir."""
    radar = catalog.sensors_radar["ru-armavir"]
    heights = np.arange(100e3, 700e3, 1e3)
    rows = list[Row]()
    for lat, lon, published in ((34.0, 30.0, 250.0), (35.0, 20.0, 445.0)):
        inside = place(radar, _mode(catalog, radar), itrf_from_geodetic(lat, lon, heights)).inside
        ours = float(heights[inside][0]) / 1e3
        case = f"over {lat:g} N {lon:g} E, from Armavir above 2 deg"
        source = "issue's figure, by launch point known to a degree"
        rows.append((case, f"about {published:.0f} km", f"{ours:.0f} km", percent(ours, published), source))
    return rows


def benchmark(build: Path) -> list[Row]:
    """The detection core as last measured by `make bench`."""
    kept = build / "radar.json"
    if not kept.is_file():
        return []
    bar = 200_000
    return [
        (one["case"], f">= {bar:,}/s", f"{one['looks_per_s']:,.0f}/s", "met" if one["looks_per_s"] >= bar else "missed",
         "one thread")
        for one in json.loads(kept.read_text())["rows"]
    ]  # fmt: skip


def _mode(catalog: Catalog, radar: RadarSensor) -> ArrayMode:
    mode = catalog.radar_modes[radar.mode]
    assert isinstance(mode, ArrayMode)
    return mode


def _arrival(catalog: Catalog, radar: RadarSensor) -> tuple[Launch, flight.Trajectory]:
    """A flight that comes down on a radar along the boresight of its first face."""
    lat, lon = direct(radar.lat_deg, radar.lon_deg, float(faces_of(radar)[0]), ARRIVAL_KM * 1e3)
    start = Point(lat_deg=round(lat), lon_deg=round(lon))
    target = Point(lat_deg=radar.lat_deg, lon_deg=radar.lon_deg)
    launch = Launch(
        id="one", booster=ARRIVAL, time="2026-08-20T00:00:00Z", from_=start, trajectory=Trajectory(to=target)
    )
    return launch, flown(launch, catalog.boosters[ARRIVAL])


def _true_times_s(run: SensorRun, lift_off_ns: int) -> FloatArray:
    """Times of the plots of the first object, s after lift-off."""
    times = [d.observation.time_ns for d in run.deliveries]
    every = np.concatenate(times) if times else np.empty(0, np.int64)
    return np.asarray((every[run.truth.source == 0] - lift_off_ns) / NS)


def _first_track_s(run: SensorRun, lift_off_ns: int) -> float | None:
    """When the first confirmed track leaves a chain that only this radar feeds, s after lift-off."""
    stages: list[Any] = [ObservationsStage(30.0), DetectionsStage(), TracksStage()]
    states = [stage.start() for stage in stages]
    for number, delivery in enumerate(run.deliveries):
        now = -(-delivery.received_ns // NS) * NS
        items = [Item(f"look-{number}", delivery.received_ns, delivery.observation)]
        for k, stage in enumerate(stages):
            states[k], outputs = stage.step(states[k], items, now)
            items = [Item(f"{stage.topic}-{number}-{i}", now, out.payload) for i, out in enumerate(outputs)]
        if any(isinstance(item.payload, Track) and item.payload.status == "confirmed" for item in items):
            return (now - lift_off_ns) / NS
    return None


def _spread(values: list[float]) -> str:
    if not values:
        return "-"
    return f"{statistics.median(values):.0f} ({min(values):.0f} to {max(values):.0f})"
