"""Cases of history: how far a play went, what the public was told, and whether it went wrong as it did then."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from launchwatch.catalog.history import Wrong
from launchwatch.catalog.regions import region_contains
from launchwatch.catalog.schema import Region, Scenario
from launchwatch.core.epochs import format_utc, parse_utc
from launchwatch.core.geodesy import geodetic_from_itrf
from launchwatch.evaluation.conduct import watch_log
from launchwatch.evaluation.summary import CaseRecord, ChainRecord
from launchwatch.messages.alerts import Alert
from launchwatch.messages.procedures import STATES
from launchwatch.messages.releases import Release
from launchwatch.messages.truth import FlightTruth

S = 1_000_000_000


def outcome(scenario: Scenario, cases: Sequence[CaseRecord], region: Region) -> dict[str, Any]:
    """How far a play went at the first partner's post, with what the others share.

    Parameters
    ----------
    region : the first partner's warning region.

    Returns
    -------
    `highest` state, `reached_s`, `settled_s` (when all was quiet again) and `released_s`, s after the first lift-off or
    the start of the window, None where it never was; `alerts` to the public; `refused` messages by reason;
    `false_alert_s`: how long the public was left with an alert of what did not threaten it, at most to the end;
    `told_wrong`: stages told of flights that did not do so.
    """
    found: dict[str, Any] = {
        "highest": "quiet", "reached_s": None, "settled_s": None, "released_s": None, "alerts": [], "refused": {},
        "false_alert_s": None, "told_wrong": [],
    }  # fmt: skip
    for case in cases:
        record = case.chains[scenario.partners[0], "integrated"]
        start_ns = case.flights[0].time_ns if case.flights else scenario.begin_ns
        _state(found, record, start_ns)
        found["refused"] |= record.refused
        alerts = [
            e.payload.item
            for e in record.outputs
            if isinstance(e.payload, Release) and isinstance(e.payload.item, Alert)
        ]
        threatened = any(_touches(flight, region) for flight in case.flights)
        end_ns = max((e.received_ns for e in record.inputs), default=start_ns)
        _public(found, alerts, start_ns, end_ns, threatened)
    return found


def went_wrong(found: Mapping[str, Any], wrong: Wrong) -> bool:
    """Whether every condition holds by which one sees that it went wrong."""
    named = {region for alert in found["alerts"] for region in alert["regions"]}
    tests = []
    if wrong.state is not None:
        tests.append(STATES.index(found["highest"]) >= STATES.index(wrong.state))
    if wrong.regions:
        tests.append(set(wrong.regions) <= named)
    if wrong.told:
        tests.append(any(stage in wrong.told for stage in found["told_wrong"]))
    if wrong.correction_s is not None:
        tests.append((found["false_alert_s"] or 0.0) > wrong.correction_s)
    return all(tests)


def _state(found: dict[str, Any], record: ChainRecord, start_ns: int) -> None:
    def after(text: str | None) -> float | None:
        return None if text is None else round((parse_utc(text) - start_ns) / S, 3)

    ends: list[float | None] = []
    for entry in watch_log(record.outputs):
        if STATES.index(entry["highest"]) > STATES.index(found["highest"]):
            found["highest"], found["reached_s"] = entry["highest"], after(entry["reached"])
        released, settled = after(entry["released"]), after(entry["settled"])
        if released is not None and (found["released_s"] is None or released < found["released_s"]):
            found["released_s"] = released
        if entry["highest"] != "quiet":
            ends.append(settled)
    found["settled_s"] = max((end for end in ends if end is not None), default=None) if None not in ends else None


def _public(
    found: dict[str, Any], alerts: Sequence[Alert], start_ns: int, end_ns: int, threatened: bool
) -> None:
    first: dict[str, int] = {}
    for alert in alerts:
        first.setdefault(alert.event, alert.sent_ns)
        found["alerts"].append(
            {
                "at": format_utc(alert.sent_ns, 0),
                "after_s": round((alert.sent_ns - start_ns) / S, 3),
                "event": alert.event,
                "stage": alert.stage,
                "regions": [one.region for one in alert.regions],
                "headline": alert.headline,
            }
        )
        if alert.stage in ("passed", "fell") and not threatened:
            found["told_wrong"].append(alert.stage)
    if threatened:
        return
    for event, since_ns in first.items():
        mine = [alert for alert in alerts if alert.event == event]
        until_ns = next((alert.sent_ns for alert in mine if alert.stage == "cancelled"), end_ns)
        found["false_alert_s"] = max(round((until_ns - since_ns) / S, 3), found["false_alert_s"] or 0.0)


def _touches(flight: FlightTruth, region: Region) -> bool:
    """Whether a true flight falls in a region or passes over it."""
    lat, lon, _ = geodetic_from_itrf(flight.position_m)
    return bool(np.any([region_contains(region, float(a), float(b)) for a, b in zip(lat[::5], lon[::5], strict=True)]))
