"""What a report is made from: the view of one run, and its cut into cases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from launchwatch.core.epochs import NS, parse_utc
from launchwatch.core.geodesy import inverse
from launchwatch.messages.envelope import Envelope
from launchwatch.messages.truth import FlightTruth

ChainKey = tuple[str, str, str]
"""(case, partner, chain); the chain is "alone" or "integrated"."""

CHAINS = ("alone", "integrated")
QUANTITIES = ("first_detection", "warning", "confirmed")

_MATCH_EARLY_S = 60.0  # detections are never older than lift-off; clocks of real feeds may be
_LAUNCH_SCALE_M, _IMPACT_SCALE_M = 10e3, 100e3  # what misses of launch and impact weigh against each other


@dataclass(frozen=True)
class RunView:
    """One run as the report sees it.

    Attributes
    ----------
    summary, events : as in summary.json and events.json; events of all chains, each with `node` and `chain`. An event
        may carry `case` (else it is matched by time and place) and `emitted` (UTC, when this version was made).
    flights : truth by launch.
    looks : deliveries of infrared sensors and radars that each chain received, own and foreign.
    warnings : envelopes of `messages.warnings.Warning` of each chain, oldest first.
    scenario : a catalogue Scenario, or the same as a mapping.
    sensors : id, name, owner, kind (infrared or radar), lat_deg, lon_deg (of the site, or below the satellite at the
        start), source, confidence, status; radars also sectors (from_deg, to_deg), range_max_km, elevation_min_deg.
    figures : name, value, unit, source, confidence, status of what the run was computed from.
    regions : warning region of each partner, rings of (lon_deg, lat_deg).
    """

    summary: Mapping[str, Any]
    events: Sequence[Mapping[str, Any]]
    flights: Mapping[str, FlightTruth]
    looks: Mapping[ChainKey, Sequence[Envelope]]
    warnings: Mapping[ChainKey, Sequence[Envelope]]
    scenario: Any
    sensors: Sequence[Mapping[str, Any]] = ()
    figures: Sequence[Mapping[str, Any]] = ()
    regions: Mapping[str, Sequence[Sequence[Sequence[float]]]] = field(default_factory=dict)


@dataclass(frozen=True)
class Case:
    """The launches that flew together, and all that the run says of them.

    Attributes
    ----------
    launches : entries of summary.json's `launches`, in the order of the scenario.
    flights : their truth, same order.
    start_ns : lift-off of the first launch, ns TAI: zero of every time axis.
    events : versions by (partner, chain), oldest first.
    looks, warnings : by (partner, chain).
    """

    name: str
    partners: tuple[str, ...]
    launches: tuple[Mapping[str, Any], ...]
    flights: tuple[FlightTruth, ...]
    start_ns: int
    events: Mapping[tuple[str, str], tuple[Mapping[str, Any], ...]]
    looks: Mapping[tuple[str, str], Sequence[Envelope]]
    warnings: Mapping[tuple[str, str], Sequence[Envelope]]

    @property
    def end_s(self) -> float:
        """Seconds after `start_ns` at which the last flight ends: impact, or the end of the computed flight."""
        return max(
            (flight.time_ns - self.start_ns) / NS
            + (float(flight.t_s[-1]) if flight.impact_s is None else flight.impact_s)
            for flight in self.flights
        )

    def seconds(self, ns: int) -> float:
        """Seconds after the first lift-off."""
        return (ns - self.start_ns) / NS


def scenario_of(view: RunView) -> dict[str, Any]:
    """The scenario as a mapping, whichever way the view carries it."""
    plain = msgspec.to_builtins(view.scenario)
    if not isinstance(plain, dict):
        raise ValueError(f"scenario: a {type(view.scenario).__name__} is no scenario; give the record or a mapping")
    return plain


def watermark(view: RunView) -> str:
    """The line that every text carries which simulated data touched."""
    return f"{scenario_of(view).get('purpose', 'exercise').upper()} - simulated data"


def partners_of(view: RunView) -> tuple[str, ...]:
    """Partners in the order of the scenario."""
    return tuple(scenario_of(view).get("partners") or view.summary["partners"])


def cases_of(view: RunView) -> tuple[Case, ...]:
    """The run cut into cases, in the order of the scenario."""
    case_of = {one["id"]: one.get("case") or one["id"] for one in scenario_of(view)["launches"]}
    groups: dict[str, list[Mapping[str, Any]]] = {}
    for launch in view.summary["launches"]:
        groups.setdefault(case_of.get(launch["id"], launch["id"]), []).append(launch)
    events = _events_by_case(view, groups)
    cases = []
    for name, launches in groups.items():
        flights = tuple(view.flights[launch["id"]] for launch in launches)
        cases.append(
            Case(
                name=name,
                partners=partners_of(view),
                launches=tuple(launches),
                flights=flights,
                start_ns=min(flight.time_ns for flight in flights),
                events=events[name],
                looks=_of_case(view.looks, name),
                warnings=_of_case(view.warnings, name),
            )
        )
    return tuple(cases)


def histories(case: Case, partner: str, chain: str, launch_index: int) -> tuple[tuple[Mapping[str, Any], ...], ...]:
    """Versions of each event of a chain that speaks of one launch of a case, oldest first; the best fed event first.

    An event belongs to the launch that its newest version fits best, however badly that may be.
    """
    by_id: dict[str, list[Mapping[str, Any]]] = {}
    for event in case.events.get((partner, chain), ()):
        by_id.setdefault(event["id"], []).append(event)
    found = [
        tuple(versions)
        for versions in by_id.values()
        if len(case.flights) == 1 or _best_fit(versions[-1], case.flights) == launch_index
    ]
    return tuple(sorted(found, key=lambda versions: (-versions[-1]["detections"], versions[-1]["id"])))


def _of_case(by_chain: Mapping[ChainKey, Sequence[Envelope]], name: str) -> dict[tuple[str, str], Sequence[Envelope]]:
    return {(partner, chain): items for (case, partner, chain), items in by_chain.items() if case == name}


def _events_by_case(
    view: RunView, groups: Mapping[str, Sequence[Mapping[str, Any]]]
) -> dict[str, dict[tuple[str, str], tuple[Mapping[str, Any], ...]]]:
    found: dict[str, dict[tuple[str, str], list[Mapping[str, Any]]]] = {name: {} for name in groups}
    case_of = [name for name, launches in groups.items() for _ in launches]
    flights = [view.flights[launch["id"]] for launches in groups.values() for launch in launches]
    homes: dict[tuple[Any, ...], str | None] = {}
    # the newest version knows best which launch it speaks of; its older versions follow it
    for event in reversed(view.events):
        key = _key(event)
        if key not in homes:
            best = None if event.get("case") else _best_fit(event, flights)
            homes[key] = event.get("case") or (None if best is None else case_of[best])
    for event in view.events:
        home = homes[_key(event)]
        if home in found:
            found[home].setdefault((event["node"], event["chain"]), []).append(event)
    return {name: {key: tuple(items) for key, items in chains.items()} for name, chains in found.items()}


def _key(event: Mapping[str, Any]) -> tuple[Any, ...]:
    return event["node"], event["chain"], event.get("case"), event["id"]


def _best_fit(event: Mapping[str, Any], flights: Sequence[FlightTruth]) -> int | None:
    """Index of the flight, then in the air, whose ends are nearest to the event's; None where none was in the air."""
    seen_ns = parse_utc(event["first_detection"])
    best: tuple[float, int] | None = None
    for index, flight in enumerate(flights):
        age_s = (seen_ns - flight.time_ns) / NS
        if not -_MATCH_EARLY_S <= age_s <= float(flight.t_s[-1]):
            continue
        misfit = _away(event.get("launch_point"), flight.launch_deg) / _LAUNCH_SCALE_M
        misfit += _away(event.get("impact"), flight.impact_deg) / _IMPACT_SCALE_M
        if best is None or (misfit, index) < best:
            best = (misfit, index)
    return None if best is None else best[1]


def _away(estimate: Mapping[str, Any] | None, truth_deg: tuple[float, float] | None) -> float:
    if estimate is None or truth_deg is None:
        return 0.0
    return inverse(*truth_deg, estimate["lat_deg"], estimate["lon_deg"])[0]
