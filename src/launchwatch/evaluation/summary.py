"""Summary of a run from its journal and the truth: warning times of each partner alone and integrated, and errors."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from launchwatch.catalog.regions import region_contains
from launchwatch.catalog.schema import Partner, Region, Scenario
from launchwatch.core.epochs import format_utc
from launchwatch.evaluation.conduct import watch_log
from launchwatch.evaluation.consistency import consistency, ground_error
from launchwatch.evaluation.findings import findings_of
from launchwatch.evaluation.knowledge import Version, knowledge
from launchwatch.evaluation.matching import launch_of_assessment, launch_of_track
from launchwatch.evaluation.non_launches import account
from launchwatch.evaluation.picture import grid_of, picture, true_paths
from launchwatch.messages.alerts import Alert
from launchwatch.messages.assessments import Assessment
from launchwatch.messages.envelope import Envelope
from launchwatch.messages.events import Raid
from launchwatch.messages.health import Health
from launchwatch.messages.observations import InfraredLook, RadarLook
from launchwatch.messages.releases import Release, authority_of
from launchwatch.messages.tracks import Track
from launchwatch.messages.truth import FlightTruth, ObjectKind, ObservationTruth
from launchwatch.messages.warnings import Warning

S = 1_000_000_000
SCHEMA = "launchwatch/summary/1"
CHAINS = ("alone", "integrated")
GAINS = {"first_detection": "first_detection_s", "warning": "warning_s", "confirmed": "confirmed_s"}
AFTER_BURNOUT_S = 60.0


@dataclass(frozen=True)
class ChainRecord:
    """What one chain of one case heard and made: its inputs and outputs as journaled.

    ``refused``: how many messages it turned away, by reason. ``observed``: whose the detections are that it heard,
    where cues made radars see otherwise than in the case's.
    """

    inputs: Sequence[Envelope]
    outputs: Sequence[Envelope]
    refused: Mapping[str, int] = field(default_factory=dict)
    observed: Sequence[ObservationTruth] | None = None


@dataclass(frozen=True)
class CaseRecord:
    """One case: its true flights, whose detections are whose, and its chains by (partner, chain).

    ``played`` counts what else was in the sky by kind, ``suppressed`` the sightings that each sensor kept back.
    """

    case: str
    flights: Sequence[FlightTruth]
    observed: Sequence[ObservationTruth]
    chains: Mapping[tuple[str, str], ChainRecord]
    played: Mapping[ObjectKind, int] = field(default_factory=dict)
    suppressed: Mapping[str, int] = field(default_factory=dict)
    _matched: dict[int, FlightTruth | None] = field(default_factory=dict, repr=False, compare=False)

    def launch_of(self, item: Assessment | Track) -> FlightTruth | None:
        """The launch that an item of one of the chains speaks of; found once, for the chains keep their items."""
        if id(item) not in self._matched:
            flights = self.flights
            self._matched[id(item)] = (
                launch_of_track(item, flights) if isinstance(item, Track) else launch_of_assessment(item, flights)
            )
        return self._matched[id(item)]


def summarise(
    scenario: Scenario,
    seed: int,
    version: str,
    cases: Sequence[CaseRecord],
    partners: Mapping[str, Partner],
    regions: Mapping[str, Region],
) -> dict[str, Any]:
    """The document `summary.json`; times in seconds after lift-off, null where it never happened."""
    launches = []
    false_events = 0
    first = scenario.partners[0]
    for case in cases:
        for flight in case.flights:
            launches.append(_launch(case, flight, scenario, partners, regions))
        final = {a.event: a for a in _assessments(case.chains[first, "integrated"])}
        false_events += sum(
            a.merged_into is None and case.launch_of(a) is None for a in final.values()
        )
    document = {
        "schema": SCHEMA,
        "scenario": scenario.id,
        "seed": seed,
        "version": version,
        "sharing_level": scenario.sharing.level,
        "launches": launches,
        "partners": {name: _medians(launches, name) for name in scenario.partners},
        "false_events": false_events,
        "raids": [raid for case in cases for raid in _raids(case, first)],
        "evaluation": _evaluation(cases, launches),
        "refused": [
            {"case": case.case, "partner": partner, "chain": chain, "reason": reason, "messages": count}
            for case in cases
            for (partner, chain), record in case.chains.items()
            for reason, count in record.refused.items()
        ],
        "procedures": [entry for case in cases for entry in _procedures(case)],
        "health": [change for case in cases for change in _health(case)],
        "findings": [
            found
            for case in cases
            for found in findings_of(case.case, {name: chain.outputs for name, chain in case.chains.items()})
        ],
    }
    if scenario.non_launches is None:
        return document
    (case,) = cases
    homes = {name: partners[name].region for name in scenario.partners}
    return document | {"non_launches": account(case.played, case.observed, case.suppressed, case.chains, homes)}


def _evaluation(cases: Sequence[CaseRecord], launches: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """What each chain's picture was worth, how sure it was, case by case, and when it knew what of each launch."""
    heard = {
        launch["id"]: {
            (partner, chain): line[chain]["first_detection_s"]
            for partner, line in launch["partners"].items()
            for chain in CHAINS
        }
        for launch in launches
    }
    pictures, known, stated = [], [], []
    for case in cases:
        if not case.flights:
            continue
        times_ns = grid_of(case.flights)
        truth = true_paths(case.flights, times_ns)
        told: dict[str, dict[tuple[str, str], list[Version]]] = {flight.launch: {} for flight in case.flights}
        for key, record in case.chains.items():
            for envelope in record.outputs:
                if isinstance(envelope.payload, Assessment) and envelope.payload.merged_into is None:
                    flight = case.launch_of(envelope.payload)
                    if flight is not None:
                        told[flight.launch].setdefault(key, []).append((envelope.emitted_ns, envelope.payload))
        pictures.append(
            {
                "case": case.case,
                "partners": _by_partner({key: picture(r.outputs, truth, times_ns) for key, r in case.chains.items()}),
            }
        )
        last: dict[tuple[str, str], dict[str, Assessment]] = {key: {} for key in case.chains}
        for launch, chains in told.items():
            for key, versions in chains.items():
                last[key][launch] = versions[-1][1]
        lines_of = {key: consistency(r.outputs, case.flights, last[key]) for key, r in case.chains.items()}
        stated.append({"case": case.case, "partners": _by_partner(lines_of)})
        for flight in case.flights:
            lines = {
                key: {
                    "first_detection_s": heard[flight.launch][key],
                    **knowledge(told[flight.launch].get(key, []), flight),
                }
                for key in case.chains
            }
            known.append({"id": flight.launch, "partners": _by_partner(lines)})
    return {"pictures": pictures, "knowledge": known, "consistency": stated}


def _by_partner(of_chains: Mapping[tuple[str, str], dict[str, Any]]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for (partner, chain), line in of_chains.items():
        found.setdefault(partner, {})[chain] = line
    return found


def _raids(case: CaseRecord, name: str) -> list[dict[str, Any]]:
    """Raids of a partner's integrated chain as it knew them in the end."""
    last = {e.payload.raid: e.payload for e in case.chains[name, "integrated"].outputs if isinstance(e.payload, Raid)}
    return [
        {
            "id": raid.raid,
            "case": case.case,
            "events": list(raid.events),
            "first_launch": format_utc(raid.from_ns, 3),
            "last_launch": format_utc(raid.until_ns, 3),
            "count": {"lowest": raid.lowest, "probable": raid.probable, "highest": raid.highest},
        }
        for raid in last.values()
        if raid.events
    ]


def _procedures(case: CaseRecord) -> list[dict[str, Any]]:
    """What the people of each chain did about each event."""
    return [
        {"case": case.case, "partner": partner, "chain": chain, **entry}
        for (partner, chain), record in case.chains.items()
        for entry in watch_log(record.outputs)
    ]


def _health(case: CaseRecord) -> list[dict[str, Any]]:
    """Changes of health as the chains noticed them."""
    return [
        {
            "case": case.case,
            "partner": partner,
            "chain": chain,
            "component": change.component,
            "status": change.status,
            "before": change.before,
            "at": format_utc(envelope.emitted_ns, 3),
            "heard": format_utc(change.heard_ns, 3),
            "lost": change.lost,
            "reason": change.reason,
        }
        for (partner, chain), record in case.chains.items()
        for envelope in record.outputs
        if isinstance(change := envelope.payload, Health)
    ]


def _assessments(chain: ChainRecord) -> list[Assessment]:
    return [e.payload for e in chain.outputs if isinstance(e.payload, Assessment)]


def _launch(
    case: CaseRecord,
    flight: FlightTruth,
    scenario: Scenario,
    partners: Mapping[str, Partner],
    regions: Mapping[str, Region],
) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in scenario.partners:
        region = regions[partners[name].region]
        threatened = flight.impact_deg is not None and bool(region_contains(region, *flight.impact_deg))
        lines = {chain: _line(case, flight, name, chain, partners[name]) for chain in CHAINS}
        gains = {
            key: _difference(lines["alone"][field], lines["integrated"][field]) for key, field in GAINS.items()
        }
        missed = {chain: threatened and (line["decision_time_left_s"] or 0.0) <= 0.0 for chain, line in lines.items()}
        blind = {chain: _blind(case, flight, name, chain, partners[name], threatened) for chain in CHAINS}
        found[name] = {"threatened": threatened, **lines, "gain_s": gains, "missed": missed, "blind": blind}
    return {
        "id": flight.launch,
        "case": case.case,
        "booster": flight.booster,
        "class": flight.booster_class,
        "launch_time": format_utc(flight.time_ns, 3),
        "launch": _place(flight.launch_deg),
        "impact": _place(flight.impact_deg),
        "impact_s": _rounded(flight.impact_s),
        "burnout_s": _rounded(flight.burnout_s),
        "apogee_km": _rounded(flight.apogee_km),
        "range_km": _rounded(flight.range_km),
        "partners": found,
        "errors": _errors(case, flight, scenario.partners[0]),
    }


def _place(point: tuple[float, float] | None) -> dict[str, float] | None:
    return None if point is None else {"lat_deg": round(point[0], 4), "lon_deg": round(point[1], 4)}


def _rounded(value: float | None, digits: int = 3) -> float | None:
    return None if value is None else round(value, digits)


def _difference(alone: float | None, integrated: float | None) -> float | None:
    return None if alone is None or integrated is None else round(alone - integrated, 3)


def _line(case: CaseRecord, flight: FlightTruth, name: str, chain: str, partner: Partner) -> dict[str, Any]:
    """When one chain first heard of, tracked, warned of and confirmed one launch."""
    record = case.chains[name, chain]

    def after(ns: int | None) -> float | None:
        return None if ns is None else round((ns - flight.time_ns) / S, 3)

    heard, sensor = _first_detection(case, flight, record)
    tracked = next(
        (
            e.emitted_ns
            for e in record.outputs
            if isinstance(e.payload, Track) and case.launch_of(e.payload) is flight
        ),
        None,
    )
    warned, confirmed, confirming = None, None, None
    for envelope in record.outputs:
        release = envelope.payload
        if not isinstance(release, Release) or not isinstance(release.item, Warning) or release.addressee != name:
            continue
        warning = release.item
        if warning.kind == "cancel" or case.launch_of(warning.assessment) is not flight:
            continue
        warned = release.released_ns if warned is None else warned
        if warning.confirmed and confirmed is None:
            confirmed, confirming = release.released_ns, warning.confirming_sensor
    line = {
        "first_detection_s": after(heard),
        "first_track_s": after(tracked),
        "warning_s": after(warned),
        "confirmed_s": after(confirmed),
    }
    told = next(
        (
            e.payload.released_ns
            for e in record.outputs
            if isinstance(e.payload, Release)
            and e.payload.addressee == authority_of(name)
            and isinstance(e.payload.item, Warning)
            and e.payload.item.kind != "cancel"
            and case.launch_of(e.payload.item.assessment) is flight
        ),
        None,
    )
    reached = None if told is None else after(told + round(partner.procedure.transport_s * S))
    impact = flight.impact_s

    def left(at: float | None) -> float | None:
        return None if at is None or impact is None else round(impact - at, 3)

    return {
        **line,
        "time_to_impact_at_warning_s": left(line["warning_s"]),
        "time_to_impact_at_confirmed_s": left(line["confirmed_s"]),
        "authority_s": reached,
        "decision_time_left_s": left(reached),
        "first_sensor": sensor,
        "confirming_sensor": confirming,
    }


def _blind(
    case: CaseRecord, flight: FlightTruth, name: str, chain: str, partner: Partner, threatened: bool
) -> list[str]:
    """Places that could not be warned in time: regions told when the danger to them had begun, or all of a country."""
    mine: set[str] = set()
    first: dict[str, tuple[int, str]] = {}
    late: dict[str, bool] = {}
    for envelope in case.chains[name, chain].outputs:
        item = envelope.payload.item if isinstance(envelope.payload, Release) else None
        if isinstance(item, Warning) and case.launch_of(item.assessment) is flight:
            mine.add(item.event)
        elif isinstance(item, Alert) and item.event in mine and item.stage == "launch":
            for one in item.regions:
                sent_ns, _ = first.setdefault(one.region, (item.sent_ns, one.name))
                late[one.region] = sent_ns > one.earliest_ns
    if threatened and not first:
        return [partner.name]
    return sorted(first[region][1] for region, is_late in late.items() if is_late)


def _first_detection(case: CaseRecord, flight: FlightTruth, record: ChainRecord) -> tuple[int | None, str | None]:
    """Arrival at the node of the first detection of a launch, own or in a received item, and its sensor."""
    true_rows = {}
    for truth in case.observed if record.observed is None else record.observed:
        mine = [i for i, one in enumerate(truth.objects) if one.launch == flight.launch]
        true_rows[truth.sensor] = truth.sequence[np.isin(truth.source, mine)]
    for envelope in sorted(record.inputs, key=lambda e: e.received_ns):
        item = envelope.payload.item if isinstance(envelope.payload, Release) else envelope.payload
        if isinstance(item, InfraredLook | RadarLook):
            rows = true_rows.get(item.sensor)
            if rows is not None and len(item.sequence) and np.isin(item.sequence, rows).any():
                return envelope.received_ns, item.sensor
        elif isinstance(item, Track):
            if case.launch_of(item) is flight:
                return envelope.received_ns, item.sensors[0]
        elif isinstance(item, Warning) and case.launch_of(item.assessment) is flight:
            return envelope.received_ns, item.assessment.sensors[0]
    return None, None


def _errors(case: CaseRecord, flight: FlightTruth, name: str) -> list[dict[str, Any]]:
    """Errors of the first partner's integrated chain at its first warning, a minute after burnout, and at the end."""
    record = case.chains[name, "integrated"]
    versions = [
        (e.emitted_ns, e.payload)
        for e in record.outputs
        if isinstance(e.payload, Assessment) and case.launch_of(e.payload) is flight
    ]
    warned = next(
        (
            e.payload.assessment
            for e in record.outputs
            if isinstance(e.payload, Warning)
            and e.payload.assessment.event.startswith(f"{name}-")
            and case.launch_of(e.payload.assessment) is flight
        ),
        None,
    )
    limit = flight.time_ns + round((flight.burnout_s + AFTER_BURNOUT_S) * S)
    after = [a for at, a in versions if at <= limit]
    moments = {
        "first_warning": warned,
        "burnout_plus_60_s": after[-1] if after else None,
        "final": versions[-1][1] if versions else None,
    }
    return [_error(at, assessment, flight) for at, assessment in moments.items() if assessment is not None]


def _error(at: str, assessment: Assessment, flight: FlightTruth) -> dict[str, Any]:
    launch = ground_error(assessment.launch_point, flight.launch_deg)
    impact = ground_error(assessment.impact, flight.impact_deg)
    azimuth = None
    if assessment.azimuth_deg is not None:
        azimuth = round((assessment.azimuth_deg.value - flight.azimuth_deg + 180.0) % 360.0 - 180.0, 3)
    launch_point, fall = assessment.launch_point, assessment.impact
    return {
        "at": at,
        "event_id": assessment.event,
        "launch_point_km": launch.km if launch is not None else None,
        "launch_time_s": _rounded((launch_point.time_ns - flight.time_ns) / S) if launch_point is not None else None,
        "impact_point_km": impact.km if impact is not None else None,
        "impact_time_s": (
            _rounded((fall.time_ns - flight.time_ns) / S - flight.impact_s)
            if fall is not None and flight.impact_s is not None
            else None
        ),
        "azimuth_deg": azimuth,
        **{
            key: {
                "launch_point": None if launch is None else getattr(launch, name),
                "impact_point": None if impact is None else getattr(impact, name),
            }
            for key, name in (("inside_95", "inside"), ("nees", "nees"), ("semi_major_km", "major_km"))
        },
    }


def _medians(launches: list[dict[str, Any]], name: str) -> dict[str, Any]:
    """Median gains over the launches where there is one, how many those are, and launches known only by sharing."""
    values = {
        key: [x["partners"][name]["gain_s"][key] for x in launches if x["partners"][name]["gain_s"][key] is not None]
        for key in GAINS
    }
    only = sum(
        x["partners"][name]["alone"]["first_detection_s"] is None
        and x["partners"][name]["integrated"]["first_detection_s"] is not None
        for x in launches
    )
    return {
        "median_gain_s": {key: round(statistics.median(v), 3) if v else None for key, v in values.items()},
        "gains_counted": {key: len(v) for key, v in values.items()},
        "launches_only_integrated": only,
        "threatening": sum(x["partners"][name]["threatened"] for x in launches),
        "missed": {chain: sum(x["partners"][name]["missed"][chain] for x in launches) for chain in CHAINS},
    }
