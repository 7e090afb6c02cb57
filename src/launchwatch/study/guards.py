"""Study `guards`: what guards cost in warnings of launches that threaten a region, run by run with and without.

Launches are played in chunks, each a file, so that what was played once is not played again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from launchwatch import __version__
from launchwatch.assembly.calibration import CalibrationError, chain_digest, read_calibration
from launchwatch.catalog.catalogue import Catalog
from launchwatch.catalog.loader import load_catalog
from launchwatch.processing.assessments.far import DAY_S, Calibration
from launchwatch.report.guards import plot_delays
from launchwatch.study.guards_account import bars, by_burn, table, verdict
from launchwatch.study.guards_history import SCENARIOS, lines_of, lost, slower
from launchwatch.study.guards_text import curves, markdown
from launchwatch.study.pairs import Pair, bars_hz, calibrated, play_pair
from launchwatch.study.threats import draw

CHUNK = 40
"""Launches of a file."""
SCHEMA = "launchwatch/guards/1"
_calibrations: dict[tuple[Path | None, str], tuple[Catalog, Calibration]] = {}


class Plan(NamedTuple):
    """Which launches are played.

    Attributes
    ----------
    partner : whose region is threatened, and whose chain watches, alone.
    runs : number of launches, from 1.
    seed : of launches and sensors.
    extra : a user's folder laid over the catalogue.
    """

    partner: str
    runs: int
    seed: int = 1
    extra: Path | None = None


def pairs_of(plan: Plan, out: Path, workers: int = 1, progress: Callable[[int, int], None] | None = None) -> list[Pair]:
    """Play the launches of a plan that are not in its folder yet; all of them in order.

    Parameters
    ----------
    progress : told how many launches are done, and of how many.

    Raises
    ------
    CalibrationError
        The partner's chain has no calibration, the numbers make no plan, or a file of the folder is no chunk.
    """
    for name, value in (("runs", plan.runs), ("workers", workers)):
        if value <= 0:
            raise CalibrationError(f"{name}: is {value}; give more than 0")
    catalog, _ = _of(plan)
    folder = out / f"{plan.partner}-{_played_by(catalog)}-seed-{plan.seed}"
    folder.mkdir(parents=True, exist_ok=True)
    last = -(-plan.runs // CHUNK)
    files = {k: folder / f"launches-{1 + (k - 1) * CHUNK:05}.json" for k in range(1, last + 1)}
    # a last chunk that was cut short is played again when more is asked for
    sizes = {k: min(CHUNK, plan.runs - (k - 1) * CHUNK) for k in files}
    found = {k: _read(file) for k, file in files.items() if file.exists()}
    missing = [k for k in files if len(found.get(k, ())) < sizes[k]]
    done = sum(sizes[k] for k in files if k not in missing)
    for k, pairs in _played(plan, missing, sizes, workers):
        partial = files[k].with_suffix(".part")
        partial.write_bytes(msgspec.json.encode(pairs) + b"\n")
        partial.rename(files[k])
        found[k] = pairs
        done += len(pairs)
        if progress is not None:
            progress(done, plan.runs)
    return [pair for k in files for pair in found[k]][: plan.runs]


def play_chunk(plan: Plan, first: int, count: int) -> list[Pair]:
    """Play launches of consecutive numbers."""
    catalog, calibration = _of(plan)
    region = catalog.regions[catalog.partners[plan.partner].region]
    return [
        play_pair(catalog, draw(catalog, region, plan.seed, n), plan.partner, n, plan.seed, calibration)
        for n in range(first, first + count)
    ]


def _played(
    plan: Plan, chunks: Sequence[int], sizes: Mapping[int, int], workers: int
) -> Iterator[tuple[int, list[Pair]]]:
    """Chunks as they are done."""
    asked = {k: (plan, 1 + (k - 1) * CHUNK, sizes[k]) for k in chunks}
    if workers == 1:
        yield from ((k, play_chunk(*one)) for k, one in asked.items())
        return
    with ProcessPoolExecutor(min(workers, max(len(chunks), 1)), mp_context=get_context("spawn")) as pool:
        running = {pool.submit(play_chunk, *one): k for k, one in asked.items()}
        for done in as_completed(running):
            yield running[done], done.result()


def _of(plan: Plan) -> tuple[Catalog, Calibration]:
    """Catalogue and calibration of a plan, read once a process."""
    key = plan.extra, plan.partner
    if key not in _calibrations:
        catalog = load_catalog(plan.extra)
        region = catalog.regions[catalog.partners[plan.partner].region]
        first = draw(catalog, region, plan.seed, 1)
        _calibrations[key] = catalog, calibrated(catalog, first, plan.partner)
    return _calibrations[key]


def _read(file: Path) -> list[Pair]:
    try:
        return msgspec.json.decode(file.read_bytes(), type=list[Pair])
    except msgspec.DecodeError as error:
        raise CalibrationError(f"{file}: is no chunk of a study ({error}); delete it, and it is played again") from None


def guards(
    plan: Plan,
    out: Path,
    workers: int = 1,
    scenarios: Sequence[str] = SCENARIOS,
    progress: Callable[[int, int], None] | None = None,
) -> dict[str, Any]:
    """Play a plan and packaged scenarios with guards and without; write ``guards.json``, ``.md`` and ``.png`` to `out`.

    Parameters
    ----------
    scenarios : packaged ones that are played whole; a file for each, so that none is played again.

    Returns
    -------
    dict
        The document of the command.
    """
    pairs = pairs_of(plan, out, workers, progress)
    catalog, calibration = _of(plan)
    told, events = read_calibration(catalog.calibrations[calibration.id], calibration.id)
    lines = [line for name in scenarios for line in _lines(catalog, name, out)]
    rows = table(pairs)
    false = [event.ranking for event in events if event.warned and event.infrared]
    document = {
        "schema": SCHEMA,
        "version": __version__,
        "partner": plan.partner,
        "seed": plan.seed,
        "launches": len(pairs),
        "calibration": {
            "id": calibration.id,
            "days": calibration.live_s / DAY_S,
            "events": len(calibration.rankings),
            "sensors": told["sensors"],
        },
        "bars_hz": bars_hz(catalog, plan.partner),
        "acted": {
            "moon-in-beam": sum(pair.moon_plots > 0 for pair in pairs),
            "low-bar": sum(pair.held > 0 for pair in pairs),
            "notices": sum(pair.announced for pair in pairs),
        },
        "table": rows,
        "within": {
            "all_guards": verdict(rows[-1]["lost"], rows[-1]["delay_s"]),
            "without_strict_bar": verdict(rows[-1]["lost_without_strict_bar"], rows[-1]["delay_without_strict_bar_s"]),
        },
        "by_burn": by_burn(pairs),
        "bars": bars(pairs, false, calibration),
        "scenarios": {"lines": lines, "lost": lost(lines), "delay_s": slower(lines)},
    }
    out.mkdir(parents=True, exist_ok=True)
    (out / "guards.json").write_bytes(msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n")
    (out / "guards.md").write_text(markdown(document))
    plot_delays(*curves(pairs), out / "guards-cost.png")
    return document


def _played_by(catalog: Catalog) -> str:
    """What a play rests on: what was played by another catalogue or another processing is never taken for it."""
    return f"{catalog.hash[:8]}-{chain_digest()[:8]}"


def _lines(catalog: Catalog, name: str, out: Path) -> list[dict[str, Any]]:
    """The lines of a packaged scenario, from its file where it was played already."""
    file = out / "scenarios" / f"{name.replace('/', '-')}-{_played_by(catalog)}.json"
    if file.exists():
        try:
            return msgspec.json.decode(file.read_bytes(), type=list[dict[str, Any]])
        except msgspec.DecodeError as error:
            text = f"{file}: is no scenario of a study ({error}); delete it, and it is played again"
            raise CalibrationError(text) from None
    found = lines_of(catalog, name)
    file.parent.mkdir(parents=True, exist_ok=True)
    partial = file.with_suffix(".part")
    partial.write_bytes(msgspec.json.encode(found) + b"\n")
    partial.rename(file)
    return found
