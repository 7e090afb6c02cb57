"""Alerts of a run: what the public of a partner would have been told of each version of its warnings."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec

from launchwatch.assembly.chain import lane_name
from launchwatch.assembly.run import RunError
from launchwatch.catalog.alert_regions import place_table
from launchwatch.catalog.catalogue import Catalog
from launchwatch.catalog.schema import Scenario
from launchwatch.control.warnings.alerts.footprint import footprint
from launchwatch.control.warnings.alerts.public import alert_of, stage_of
from launchwatch.formats.cap import Reference, cap_message, reference_to
from launchwatch.messages.alerts import Alert
from launchwatch.messages.control import Start
from launchwatch.messages.envelope import Envelope
from launchwatch.messages.warnings import Warning
from launchwatch.runtime.journal import SqliteJournal


def alerts_of(envelopes: Sequence[Envelope], catalog: Catalog, partner: str) -> list[tuple[Alert, Envelope]]:
    """Alerts of a partner for the warnings of its own region, in order, each with the envelope of its warning.

    The last version of a warning whose event is one launch with another makes none: the other's warning goes on.

    Parameters
    ----------
    envelopes : outputs of one lane.
    catalog : regions, texts, policies.
    partner : whose region is warned.
    """
    centre = catalog.partners[partner]
    places = place_table(region for region in catalog.alert_regions.values() if region.country == partner)
    overflight = catalog.policies[centre.policy].overflight
    below_m = 1e3 * overflight.max_altitude_km if overflight.enabled else None
    told: dict[str, Alert] = {}
    found = []
    for envelope in envelopes:
        warning = envelope.payload
        if not isinstance(warning, Warning) or warning.region != centre.region:
            continue
        if warning.assessment.merged_into is not None:
            continue
        before = told.get(warning.event)
        area = footprint(warning.assessment, places, below_m)
        stage = stage_of(warning, area.regions, envelope.emitted_ns, before.stage if before is not None else None)
        number = before.number + 1 if before is not None else 1
        alert = alert_of(warning, area, stage, catalog.texts, centre.name, number, envelope.emitted_ns)
        told[warning.event] = alert
        found.append((alert, envelope))
    return found


def write_alerts(journal_file: Path, catalog: Catalog, file: Path) -> list[Path]:
    """The warnings of the own region of a run's first partner, integrated, as CAP files; one for each version.

    None of them is `Actual`: nobody armed a run.

    Raises
    ------
    RunError
        The run was made with another catalogue, or that partner warned of nothing.
    """
    with SqliteJournal.open(journal_file) as journal:
        start = next(journal.read("run"))
        assert isinstance(start.payload, Start)
        if start.payload.catalog_hash != catalog.hash:
            raise RunError(f"{journal_file.parent}: was made with another catalogue; give that one with --catalog")
        scenario = msgspec.json.decode(start.payload.scenario, type=Scenario)
        partner = scenario.partners[0]
        told = [
            pair
            for case in scenario.cases
            for pair in alerts_of(
                list(journal.read(lane_name(case, partner, "integrated"), role="output")), catalog, partner
            )
        ]
    if not told:
        raise RunError(f"{journal_file.parent}: {partner} warned of nothing in its own region; there is no alert")
    sender = f"{partner}.launchwatch.invalid"
    earlier: dict[str, list[Reference]] = {}
    files = []
    for alert, envelope in told:
        before = earlier.setdefault(alert.alert, [])
        content = cap_message(
            alert, before, sender, envelope.purpose, envelope.origin, armed=False, exercise=scenario.title
        )
        before.append(reference_to(alert, sender))
        files.append(file.with_name(f"{file.stem}-{alert.event}-{alert.number}{file.suffix}"))
        files[-1].write_bytes(content)
    return files
