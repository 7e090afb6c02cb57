"""The run directory: summary, events, journal, report, globe, timing; whole or not at all."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from launchwatch.assembly.chain import CUEING
from launchwatch.assembly.museum import shown
from launchwatch.assembly.run import Run, RunError
from launchwatch.assembly.sensors import sensors_of, sub_points
from launchwatch.assembly.stopwatch import Stopwatch
from launchwatch.catalog.catalogue import Catalog
from launchwatch.catalog.schema import InfraredSensor, RadarSensor, Scenario
from launchwatch.core.epochs import format_utc
from launchwatch.evaluation.summary import CHAINS
from launchwatch.messages.assessments import Assessment, Estimate, GroundPoint
from launchwatch.messages.envelope import Envelope
from launchwatch.messages.observations import InfraredLook, RadarLook
from launchwatch.messages.releases import Release
from launchwatch.messages.warnings import Finding, Warning
from launchwatch.report.run import RunView
from launchwatch.runtime.journal import SqliteJournal

EVENT_SCHEMA = "launchwatch/event/1"
JOURNAL = "journal.sqlite"
CONFIDENCES = ("none", "low", "medium", "high")


def run_to(
    folder: Path, catalog: Catalog, scenario: Scenario, seed: int, report: bool, watch: Stopwatch
) -> Run:
    """Play a scenario into a new run directory.

    Everything is written beside `folder` first and moved there at the end, so that a failed run leaves nothing.

    Raises
    ------
    RunError
        `folder` exists and is not empty.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise RunError(f"--out {folder}: holds something already; choose a new folder or empty it")
    with beside(folder) as partial:
        with SqliteJournal.create(partial / JOURNAL) as journal:
            run = shown(catalog, scenario, seed, journal, watch)
            with watch.part("journal"):
                journal.commit()
        with watch.part("events"):
            events = events_of(run)
            _write_json(partial / "summary.json", run.summary)
            _write_json(partial / "events.json", events)
        if report:
            from launchwatch.report.globe import globe_czml
            from launchwatch.report.html import render_html

            view = view_of(run, catalog, events)
            if scenario.launches:
                with watch.part("globe"):
                    (partial / "globe.czml").write_bytes(globe_czml(view))
            with watch.part("report"):
                (partial / "report.html").write_text(render_html(view), encoding="utf-8")
        _write_json(partial / "timing.json", watch.document())
    return run


@contextmanager
def beside(folder: Path) -> Iterator[Path]:
    """A folder beside `folder` that becomes it when the block ends well, and vanishes when it does not."""
    above = folder.absolute().parents
    missing = [path for path in above if not path.exists()]
    nearest = above[len(missing)]
    if not nearest.is_dir():
        raise RunError(f"--out {folder}: {nearest} is no folder; choose a place elsewhere")
    folder.parent.mkdir(parents=True, exist_ok=True)
    partial = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        yield partial
        partial.chmod(0o755)
        if folder.exists():
            folder.rmdir()
        partial.rename(folder)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        for path in missing:
            path.rmdir()
        raise


def _write_json(path: Path, document: Any) -> None:
    path.write_bytes(msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n")


def events_of(run: Run) -> list[dict[str, Any]]:
    """The document `events.json`: every version of every event of every chain, oldest first within its chain."""
    events = []
    for case in run.cases:
        for (partner, chain), record in case.chains.items():
            findings: dict[str, list[tuple[int, Finding]]] = {}
            for envelope in record.outputs:
                if isinstance(envelope.payload, Finding):
                    findings.setdefault(envelope.payload.event, []).append((envelope.emitted_ns, envelope.payload))
            for envelope in record.outputs:
                if isinstance(envelope.payload, Assessment):
                    told = [one for at, one in findings.get(envelope.payload.event, ()) if at <= envelope.emitted_ns]
                    entry = event_of(envelope, case.case, partner, chain)
                    events.append(entry | _held(envelope.payload, told[-1] if told else None))
    return events


def _held(a: Assessment, found: Finding | None) -> dict[str, Any]:
    """What the centre held of an event then: threats, the notice matched, which caps confidence, the burst feared."""
    most = {"full": "low", "possible": "medium"}.get(found.notice_match if found is not None else "none", "high")
    return {
        "arc_s": None if a.last_detection_ns is None else _round((a.last_detection_ns - a.first_detection_ns) / 1e9),
        "threats": [
            {
                "region": one.region,
                "impact_probability": _round(one.impact_probability),
                "overflight_probability": _round(one.overflight_probability),
                "burst_probability": None if one.burst_probability is None else _round(one.burst_probability),
                "burst_distance_km": None if one.burst_distance_km is None else _round(one.burst_distance_km),
            }
            for one in a.threats
        ],
        "confidence": min(a.confidence, most, key=CONFIDENCES.index),
        "notice": None if found is None else found.notice,
        "notice_match": "none" if found is None else found.notice_match,
        "burst": None if found is None else found.burst.state,
    }


def event_of(envelope: Envelope, case: str, partner: str, chain: str) -> dict[str, Any]:
    """One entry of `events.json`, with the case and the epoch at which this version was made."""
    a = envelope.payload
    assert isinstance(a, Assessment)
    launch_time = None
    if a.launch_point is not None:
        launch_time = {"value": _utc(a.launch_point.time_ns), "sigma_s": _round(a.launch_point.sigma_s)}
    impact = None
    if a.impact is not None:
        impact = {**_point(a.impact), "time": _utc(a.impact.time_ns), "sigma_s": _round(a.impact.sigma_s)}
    return {
        "schema": EVENT_SCHEMA,
        "id": a.event,
        "node": partner,
        "chain": chain,
        "case": case,
        "aliases": list(a.aliases),
        "merged_into": a.merged_into,
        "split_from": a.split_from,
        "version": a.version,
        "emitted": _utc(envelope.emitted_ns),
        "status": a.status,
        "basis": a.basis,
        "purpose": envelope.purpose,
        "origin": list(envelope.origin),
        "first_detection": _utc(a.first_detection_ns),
        "launch_time": launch_time,
        "launch_point": _point(a.launch_point) if a.launch_point is not None else None,
        "azimuth_deg": _estimate(a.azimuth_deg),
        "burnout_time": None if a.burnout_ns is None else _utc(a.burnout_ns),
        "staging_times": [_utc(t) for t in a.staging_ns],
        "typing": {name: round(p, 4) for name, p in a.typing.items()},
        "boosters": {name: round(p, 4) for name, p in a.boosters.items()},
        "reason": a.reason,
        "apogee_km": _estimate(a.apogee_km),
        "range_km": _estimate(a.range_km),
        "impact": impact,
        "far_hz": a.far_hz,
        "far_basis": a.far_basis,
        "ranking": None if a.ranking is None else _round(a.ranking),
        "confidence": a.confidence,
        "phenomenologies": list(a.phenomenologies),
        "sensors": list(a.sensors),
        "detections": a.detections,
    }


def _utc(ns: int) -> str:
    return format_utc(ns, 3)


def _round(value: float) -> float:
    return round(value, 3)


def _estimate(value: Estimate | None) -> dict[str, float] | None:
    return None if value is None else {"value": _round(value.value), "sigma": _round(value.sigma)}


def _point(point: GroundPoint) -> dict[str, Any]:
    ellipse = point.ellipse_95
    return {
        "lat_deg": round(point.lat_deg, 5),
        "lon_deg": round(point.lon_deg, 5),
        "ellipse_95": {
            "semi_major_km": _round(ellipse.semi_major_km),
            "semi_minor_km": _round(ellipse.semi_minor_km),
            "azimuth_deg": _round(ellipse.azimuth_deg),
        },
    }


def view_of(run: Run, catalog: Catalog, events: list[dict[str, Any]]) -> RunView:
    """What the report shows of a run."""
    looks: dict[tuple[str, str, str], list[Envelope]] = {}
    warnings: dict[tuple[str, str, str], list[Envelope]] = {}
    for case in run.cases:
        for (partner, chain), record in case.chains.items():
            looks[case.case, partner, chain] = [e for e in map(_opened, record.inputs) if e is not None]
            own = catalog.partners[partner].region
            warnings[case.case, partner, chain] = [
                e for e in record.outputs if isinstance(e.payload, Warning) and e.payload.region == own
            ]
    return RunView(
        summary=run.summary,
        events=events,
        flights={flight.launch: flight for case in run.cases for flight in case.flights},
        looks=looks,
        warnings=warnings,
        scenario=run.scenario,
        sensors=_sensors(run.scenario, catalog),
        figures=_figures(run.scenario, catalog),
        regions={p: catalog.regions[catalog.partners[p].region].polygons for p in run.scenario.partners},
    )


def _opened(envelope: Envelope) -> Envelope | None:
    """The observation in an input, taken out of its release; None for anything else."""
    item = envelope.payload.item if isinstance(envelope.payload, Release) else envelope.payload
    if not isinstance(item, InfraredLook | RadarLook):
        return None
    return msgspec.structs.replace(envelope, payload=item)


def _sensors(scenario: Scenario, catalog: Catalog) -> list[dict[str, Any]]:
    date_ns = scenario.begin_ns
    found = []
    for partner in scenario.partners:
        for sensor in sensors_of(catalog, scenario, partner, date_ns):
            entry: dict[str, Any] = {
                "id": sensor.id,
                "name": sensor.name,
                "owner": sensor.owner,
                "source": sensor.source,
                "confidence": sensor.confidence,
                "status": sensor.status,
            }
            if isinstance(sensor, RadarSensor):
                entry |= {
                    "kind": "radar",
                    "lat_deg": sensor.lat_deg,
                    "lon_deg": sensor.lon_deg,
                    "sectors": [{"from_deg": s.from_deg, "to_deg": s.to_deg} for s in sensor.sectors],
                    "range_max_km": sensor.range_max_km,
                    "elevation_min_deg": sensor.elevation_min_deg,
                }
            else:
                assert isinstance(sensor, InfraredSensor)
                lat, lon = sub_points(catalog, sensor, date_ns)
                entry |= {"kind": "infrared", "lat_deg": round(lat, 3), "lon_deg": round(lon, 3)}
            found.append(entry)
    return found


def _figures(scenario: Scenario, catalog: Catalog) -> list[Mapping[str, Any]]:
    """Figures that decide the outcome, with their sources: boosters, payloads, procedures."""
    rows: list[Mapping[str, Any]] = []

    def add(block: Any, name: str, value: Any, unit: str) -> None:
        rows.append(
            {
                "name": f"{block.name}: {name}",
                "value": value,
                "unit": unit,
                "source": block.source,
                "confidence": block.confidence,
                "status": block.status,
            }
        )

    for booster in dict.fromkeys(launch.booster for launch in scenario.launches):
        block = catalog.boosters[booster]
        mass = block.payload_kg + sum(s.propellant_kg + s.inert_kg for s in block.stages)
        add(block, "mass at lift-off", round(mass), "kg")
        add(block, "burn times of the stages", " / ".join(f"{s.burn_s:g}" for s in block.stages), "s")
        for plume in dict.fromkeys(stage.plume_of for stage in block.stages):
            one = catalog.plumes[plume]
            add(one, "share of jet power radiated in 2.65-2.95 um", one.efficiency[1], "1")
    date_ns = scenario.begin_ns
    payloads = []
    for partner in scenario.partners:
        for sensor in sensors_of(catalog, scenario, partner, date_ns):
            if isinstance(sensor, InfraredSensor):
                payloads.append(sensor.payload)
    for name in dict.fromkeys(payloads):
        payload = catalog.payloads[name]
        add(payload, "time between looks", payload.period_s, "s")
        add(payload, "noise-equivalent irradiance", payload.noise_equivalent_irradiance_w_m2, "W/m^2")
        add(payload, "pointing error", payload.bias_urad, "urad")
    for partner in scenario.partners:
        centre = catalog.partners[partner]
        times = centre.procedure
        for name in ("machine", "crew", "conference", "transport"):
            rows.append(
                {
                    "name": f"{centre.name}: {name} time",
                    "value": getattr(times, f"{name}_s"),
                    "unit": "s",
                    "source": getattr(times.basis, name),
                    "confidence": centre.confidence,
                    "status": centre.status,
                }
            )
    return rows


def chains_of(scenario: Scenario) -> list[tuple[str, str, str]]:
    """(case, partner, chain) of every lane of a run, in the order in which they were played."""
    chains = (CUEING, *CHAINS) if scenario.tasking.cues else CHAINS
    return [
        (case, partner, chain) for case in scenario.cases for chain in chains for partner in scenario.partners
    ]
