"""The chain of one partner: its stages in order, configured from the catalogue."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from launchwatch.assembly.components import awaited
from launchwatch.catalog.catalogue import Catalog
from launchwatch.catalog.land import land_mask
from launchwatch.catalog.schema import Scenario
from launchwatch.control.health.stage import HealthStage
from launchwatch.control.releases.stage import ReleasesStage
from launchwatch.control.warnings.findings import FindingsStage
from launchwatch.control.warnings.stage import WarningsStage
from launchwatch.ports import AnyStage, Journal
from launchwatch.processing.assessments.stage import AssessmentsStage
from launchwatch.processing.detections.stage import DetectionsStage
from launchwatch.processing.events.stage import EventsStage
from launchwatch.processing.observations.stage import ObservationsStage
from launchwatch.processing.tracks.stage import TracksStage
from launchwatch.runtime.lane import Lane

if TYPE_CHECKING:
    from launchwatch.assembly.stopwatch import Stopwatch
    from launchwatch.processing.detections.known import KnownObjects

SERIALS_PER_CASE = 100


def stages(
    catalog: Catalog,
    scenario: Scenario,
    partner: str,
    case_index: int,
    known: KnownObjects | None = None,
    heard: Mapping[str, float] | None = None,
) -> list[AnyStage]:
    """Stages of a partner's chain, from observations to releases, and beside them health and findings.

    `known` is what it knows to be in orbit, `heard` the components that it has to hear and their intervals, s.
    """
    record = catalog.partners[partner]
    policy = catalog.policies[record.policy]
    order = [partner, *(p for p in scenario.partners if p != partner)]
    homes = {catalog.partners[p].region: p for p in order}
    policies = {region: catalog.policies[catalog.partners[p].policy] for region, p in homes.items()}
    return [
        ObservationsStage(policy.hold_time_s),
        DetectionsStage(known),
        TracksStage(),
        EventsStage(partner, policy.trust, SERIALS_PER_CASE * case_index + 1),
        AssessmentsStage(
            {region: catalog.regions[region] for region in homes},
            policy.overflight.max_altitude_km * 1e3,
            land_mask(),
            list(catalog.boosters.values()),
            policy.burst,
        ),
        WarningsStage(policies, policy.trust),
        ReleasesStage(partner, homes, record.procedure.machine_s),
        HealthStage(heard or {}),
        FindingsStage(record.region, policy),
    ]


def lane_name(case: str, partner: str, chain: str) -> str:
    """Name of a lane and of its journal stream."""
    return f"{case}/{partner}/{chain}"


def make_lane(
    catalog: Catalog,
    scenario: Scenario,
    case: str,
    partner: str,
    chain: str,
    journal: Journal | None,
    known: KnownObjects | None = None,
    watch: Stopwatch | None = None,
) -> Lane:
    """A fresh lane of one partner's chain in one case; `watch` notes how long its steps take."""
    index = list(scenario.cases).index(case)
    heard = awaited(catalog, scenario, case, partner, chain)
    chain_stages = stages(catalog, scenario, partner, index, known, heard)
    if watch is not None:
        chain_stages = [watch.timed(stage) for stage in chain_stages]
    return Lane(
        lane_name(case, partner, chain),
        partner,
        scenario.purpose,
        chain_stages,
        journal,
    )
