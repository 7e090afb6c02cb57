"""Writes docs/validation.md: ``python tools/make_validation.py [--seeds N] [--out FILE]``.

Every figure on the page is computed here or read from the last benchmark run (build/benchmarks). The slow part can be
called alone: `monte_carlo` gives one row for each seed, `consistency` what they say together.
"""

from __future__ import annotations

import argparse
import os
import statistics
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import falcon_ascents as falcon
import falcon_observations as seen
import glide_flights as glides
import published_flights as published
import validation_coverage as covered
import validation_estimators as estimators
import validation_imagery as imagery
import validation_physics as physics
import validation_quiet_day as quiet_day
import validation_radar as radar
import validation_raids as raids
import validation_space as space
import validation_typing as typed
from scipy.special import bdtr

from launchwatch.assembly.run import play
from launchwatch.assembly.stopwatch import Stopwatch
from launchwatch.catalog.loader import load_catalog, load_scenario

ROOT = Path(__file__).resolve().parents[1]
BUILD = ROOT / "build" / "benchmarks"
PICTURES = ROOT / "docs" / "_static"
SCENARIO = "hwasong-15-2017"
MOMENTS = ("first_warning", "burnout_plus_60_s", "final")
POINTS = ("launch_point", "impact_point")
WORKERS = 2
COVERED, NEES_RANGE = 0.95, (1.4, 2.8)
HEADS = ("case", "published or bar", "ours", "difference", "source")
ENSEMBLE = (
    "point",
    "at",
    "runs",
    "inside 95 % ellipse",
    "holds 95 %",
    "mean NEES(2)",
    "in 1.4-2.8",
    "median error, km",
    "median semi-major axis, km",
)
NOTE = """\
First partner, integrated. In brackets the binomial 95 % interval; an honest ellipse holds 95 % of the truths, and its
normalised squared error has mean 2. The truth flies with back-pressure, Mach-dependent drag and a steering of its own;
the fit knows a profile of constant flow. Where fewer runs are counted than played, the estimate was not given: no
warning, or no bounded impact point.
"""
GLIDE_NOTE = """\
The closed form lets the glide run along the ground to rest. Ours runs 30 to 60 km up, where the same angle is a longer
way and gravity is weaker, and its height is energy too: L/D times as far for each kilometre lost. Second row of each
speed: the closed form with both.
"""
GLIDE_FIGURE = """\
![Height against speed with limits of heating, pressure and load; height against distance](_static/glide-corridor.png)

*Two flights of `generic-hgv-solid` (L/D 2.6, 13 t/m2) with equilibrium glide after the pull-up. The limits are
notional, to show where a corridor lies: pulled up out of the high hop, the body breaks all of them; out of the low one,
heating and pressure.*
"""
FALCON_NOTE = """\
Flow, specific impulse, drag, throttle and pitch programme of the first stage fitted to speed and altitude, one sample a
second; lift-off mass is kept. Engine times are found from the telemetry alone and held against the events that the
author of the data noted. Flights whose file follows the first stage after separation have no second ignition to score.
"""
REPORTS_NOTE = """\
`testflight` without class, launch point or azimuth. Days in UTC. Figures as claimed by KCNA, times of whole minutes by
Japan's and South Korea's ministries, collected in nagix/nk-missile-tests (Apache-2.0) after the CNS/NTI North Korea
Missile Test Database. Estimates: UCS blog, 38 North, CSIS Missile Threat, Janes, statements of the ministries; some are
computed as the impulsive range, others with staged vehicles.
"""


def one_seed(seed: int, scenario: str, overrides: tuple[str, ...]) -> list[dict[str, Any]]:
    """Errors of one run, a row for each launch and moment."""
    catalog = load_catalog()
    run = play(catalog, load_scenario(scenario, catalog, overrides), seed, None, Stopwatch())
    return [
        {"seed": seed, "launch": launch["id"], "false_events": run.summary["false_events"], **error}
        for launch in run.summary["launches"]
        for error in launch["errors"]
    ]


def monte_carlo(scenario: str, seeds: Sequence[int], overrides: Sequence[str] = ()) -> list[dict[str, Any]]:
    """Play a scenario once for each seed, two at a time.

    Parameters
    ----------
    scenario : id of the catalogue, or a file.
    seeds : of the draws.
    overrides : ``KEY=VALUE`` each, as of ``--set``.

    Returns
    -------
    The ``errors`` of every summary with their seed and launch, in the order of the seeds.
    """
    work = partial(one_seed, scenario=scenario, overrides=tuple(overrides))
    with ProcessPoolExecutor(WORKERS) as pool:
        return [row for rows in pool.map(work, seeds) for row in rows]


def holds(inside: int, count: int) -> bool:
    """Whether a count of containments lies in the central 95 % of what 95 % ellipses give."""
    return bool(bdtr(inside, count, COVERED) > 0.025 and 1.0 - bdtr(inside - 1, count, COVERED) > 0.025)


def interval(inside: int, count: int) -> tuple[float, float]:
    """95 % interval of the containment (Clopper and Pearson, 1934)."""
    from scipy.special import betaincinv

    low = float(betaincinv(inside, count - inside + 1, 0.025)) if inside else 0.0
    high = float(betaincinv(inside + 1, count - inside, 0.975)) if inside < count else 1.0
    return low, high


def consistency(rows: Sequence[dict[str, Any]]) -> list[list[str]]:
    """Containment, NEES(2), errors and sizes of the ellipses by point and moment."""
    table = []
    for point in POINTS:
        for moment in MOMENTS:
            told = [r for r in rows if r["at"] == moment and r["inside_95"][point] is not None]
            if not told:
                table.append([point.replace("_", " "), moment, "0", *["-"] * 6])
                continue
            inside = sum(r["inside_95"][point] for r in told)
            low, high = interval(inside, len(told))
            nees = statistics.mean(r["nees"][point] for r in told)
            table.append(
                [
                    point.replace("_", " "),
                    moment,
                    str(len(told)),
                    f"{100 * inside / len(told):.0f} % ({100 * low:.0f} to {100 * high:.0f})",
                    "yes" if holds(inside, len(told)) else "no",
                    f"{nees:.2f}",
                    "yes" if NEES_RANGE[0] <= nees <= NEES_RANGE[1] else "no",
                    f"{statistics.median(r[f'{point}_km'] for r in told):.2f}",
                    f"{statistics.median(r['semi_major_km'][point] for r in told):.2f}",
                ]
            )
    return table


def markdown(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def page(seeds: int) -> str:
    """The whole page."""
    catalog = load_catalog()
    flown = [published.fly_published(catalog, flight) for flight in published.FLIGHTS]
    published.plot(flown, PICTURES / "lofted-flights.png")
    parts = [
        "# Validation\n",
        "Every row is computed by `make validation`; a difference is shown whatever it is.\n"
        "Times are of a machine with 2 cores.\n",
        "Three sets of figures have pages of their own, each written by a command: [the alarms that history got wrong]"
        "(explanation/museum.md)\n(`tools/make_museum.py`), [false-alarm rates, stated against counted]"
        "(explanation/false-alarm-rate.md) (`tools/validation_far.py`),\nand [what cues and plans of looks bring]"
        "(explanation/tasking.md) (`tools/cueing.py`, `benchmarks/tasking`).\n",
    ]
    sections: list[tuple[str, Callable[[], list[physics.Row]]]] = [
        ("Air: US Standard Atmosphere 1976", physics.us1976),
        ("Minimum-energy arcs on a still sphere", physics.arcs),
        ("Frames: TEME to ITRF by mean sidereal time", physics.frames),
        ("Flight: against Taylor integration", lambda: physics.bench_1(catalog, BUILD)),
        (published.TITLE, lambda: [published.table_row(one) for one in flown]),
        ("Radar: ranges and horizon of an array like PAVE PAWS", radar.ranges),
        ("Radar: SNR that a probability of detection takes", radar.detection),
        ("Radar: bent beams and late echoes", radar.propagation),
        ("Radar: the Moon of 1960", lambda: radar.moon_1960(catalog)),
        ("Radar: the Mediterranean from Armavir", lambda: radar.armavir_horizon(catalog)),
        ("Radar: looks a second, as last run by `make bench`", lambda: radar.benchmark(BUILD)),
        ("Infrared: vertical transmission from the plume to space", physics.transmitted),
        (
            "Infrared: first detection at the node after lift-off, median (least to most)",
            lambda: physics.first_detections(catalog),
        ),
        (covered.TITLE, lambda: covered.rows(catalog)),
        (covered.OKO_TITLE, lambda: covered.oko(catalog)),
        ("Infrared: sunlit cloud, the Sun and the sensor overhead", space.sunlit),
    ]
    notes = {published.TITLE: published.note(flown), covered.OKO_TITLE: f"\n{covered.OKO_NOTE}"}
    parts += [f"## {title}\n\n{markdown(HEADS, make())}{notes.get(title, '')}" for title, make in sections]
    for title, note, heads, make_rows in (
        (space.LAUNCH_TITLE, space.LAUNCH_NOTE, space.LAUNCH_HEADS, lambda: space.after_launch(catalog)),
        (space.NOISE_TITLE, space.NOISE_NOTE, space.NOISE_HEADS, lambda: space.noise_sweep(catalog)),
        (space.FRAME_TITLE, space.FRAME_NOTE, space.FRAME_HEADS, space.frames_and_twin),
        (
            "Radar: from the edge of the field to a track",
            radar.TRACK_NOTE,
            radar.TRACK_HEADS,
            lambda: radar.times_to_track(catalog),
        ),
        ("Radar: a raid", radar.RAID_NOTE, radar.RAID_HEADS, lambda: radar.raid(catalog)),
        ("Radar: 1995 and 2013", radar.ARC_NOTE, radar.ARC_HEADS, lambda: radar.history(catalog)),
    ):
        parts.append(f"## {title}\n\n{note}\n{markdown(heads, make_rows())}")
    parts.append(
        f"## Reports of lofted tests\n\n{REPORTS_NOTE}\n" + markdown(physics.REPORT_HEADS, physics.reports(catalog))
    )
    glides.plot(PICTURES / "glide-corridor.png")
    parts.append(f"## {glides.TITLE}\n\n{GLIDE_NOTE}\n{markdown(HEADS, glides.rows())}\n{GLIDE_FIGURE}")
    parts.append(f"## {falcon.TITLE}\n\n{falcon_section()}")
    parts.append(imagery_section())
    parts.append(quiet_day_section())
    parts.append(typing_section())
    parts.append(estimators_section())
    rows = monte_carlo(SCENARIO, range(1, seeds + 1))
    parts.append(f"## Estimator: {SCENARIO}, seeds 1 to {seeds}\n\n{NOTE}\n" + markdown(ENSEMBLE, consistency(rows)))
    parts += [f"## {title}\n\n{markdown(heads, rows)}" for title, heads, rows in physics.benchmarks(BUILD)]
    parts += [f"## {title}\n\n{markdown(heads, rows)}" for title, heads, rows in raids.tables(BUILD)]
    parts.append(f"## Times of whole processes, warm\n\n{markdown(HEADS, physics.timings(ROOT))}")
    return "\n".join(parts)


def falcon_section() -> str:
    """Rows and plot of the fits to real ascents, or why there are none."""
    folder = os.environ.get("LAUNCHWATCH_DATA")
    if folder is None:
        return "Not computed: LAUNCHWATCH_DATA names no folder of real data.\n"
    scores = [falcon.scored(flight) for flight in falcon.flights(Path(folder) / "falcon_telemetry")]
    falcon.plot(scores, PICTURES / "falcon-fits.png")
    figure = "![Misses of the fits in speed and altitude against time](_static/falcon-fits.png)\n"
    with TemporaryDirectory() as made:
        file = Path(made) / "seen.ndjson"
        said = [(one, seen.heard(one, 1, file)) for one in falcon.flights(Path(folder) / "falcon_telemetry")]
    return (
        f"{FALCON_NOTE}\n{markdown(HEADS, falcon.rows_of(scores))}\n{figure}\n"
        f"## {seen.TITLE}\n\n{seen.NOTE}\n{markdown(HEADS, seen.rows_of(said))}"
    )


def imagery_section() -> str:
    """Fires, thresholds and plumes in real scenes, or why there are none."""
    folder = os.environ.get("LAUNCHWATCH_DATA")
    if folder is None:
        return f"## {imagery.FIRE_TITLE}\n\n{imagery.MISSING}"
    both = imagery.load(Path(folder))
    drawn = imagery.curves(both)
    imagery.plot(drawn, PICTURES / "plumes-in-scenes.png")
    figure = "![Detection probability of made plumes against their intensity](_static/plumes-in-scenes.png)\n"
    return "\n".join(
        [
            f"## {imagery.FIRE_TITLE}\n\n{markdown(HEADS, imagery.fires(both))}\n{imagery.FIRE_NOTE}",
            f"## {imagery.SCAN_TITLE}\n\n{markdown(imagery.SCAN_HEADS, imagery.scan(both))}",
            f"## {imagery.PLUME_TITLE}\n\n{imagery.plume_note(both, drawn)}\n"
            f"{markdown(imagery.PLUME_HEADS, imagery.plume_rows(drawn))}\n{figure}",
        ]
    )


def quiet_day_section() -> str:
    """What days without a launch opened when they were last played."""
    store = BUILD / "quiet-day.json"
    if not store.is_file():
        return f"## {quiet_day.TITLE}\n\n{quiet_day.MISSING}"
    return f"## {quiet_day.TITLE}\n\n{quiet_day.NOTE}\n{markdown(quiet_day.HEADS, quiet_day.rows(store))}"


def typing_section() -> str:
    """What was said of every booster when they were last played."""
    file = BUILD / "typing.json"
    if not file.is_file():
        return f"## {typed.TITLE}\n\n{typed.MISSING}"
    launches = typed.kept(file)
    typed.plot(launches, PICTURES / "typing.png")
    parts = [f"## {typed.TITLE}\n\n{typed.note(launches)}\n{markdown(HEADS, typed.rows(launches))}"]
    parts.append(f"{typed.FIGURE}\n{markdown(*typed.confusion(launches))}")
    for words, unlisted in ((typed.MISSES, False), (typed.UNLISTED, True)):
        found = typed.miss_rows(launches, unlisted)
        parts.append(f"{words}\n\n{markdown(typed.MISS_HEADS, found)}" if found else f"{words} None.\n")
    return "\n".join(parts)


def estimators_section() -> str:
    """Errors and ellipses of the boost fit when its flights were last fitted."""
    file = BUILD / "estimators.json"
    if not file.is_file():
        return f"## {estimators.BOUND_TITLE}\n\n{estimators.MISSING}"
    return "\n".join(
        f"## {title}\n\n{note}\n{markdown(heads, rows)}" for title, note, heads, rows in estimators.tables(file)
    )


def main() -> None:
    """Entry point."""
    parser = argparse.ArgumentParser(description="Compute docs/validation.md")
    parser.add_argument("--seeds", type=int, default=20, help="runs of the estimator's ensemble")
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "validation.md")
    parser.add_argument("--quiet-day", action="store_true", help="play the days without a launch anew: most of an hour")
    parser.add_argument(
        "--typing", type=int, nargs="?", const=typed.RUNS, help="play every booster so many times anew (50)"
    )
    parser.add_argument(
        "--estimators", type=int, nargs="?", const=estimators.RUNS, help="fit so many flights of each case anew (200)"
    )
    options = parser.parse_args()
    if options.estimators is not None:
        estimators.store(BUILD / "estimators.json", options.estimators)
    if options.typing is not None:
        typed.store(BUILD / "typing.json", options.typing)
    if options.quiet_day:
        quiet_day.measure(BUILD / "quiet-day.json")
    options.out.write_text(page(options.seeds), encoding="utf-8")
    print(options.out)


if __name__ == "__main__":
    main()
