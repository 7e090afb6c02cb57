"""The chain of one partner: its stages in order, configured from the catalogue."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from launchwatch.assembly.calibration import calibration_of
from launchwatch.assembly.components import awaited
from launchwatch.assembly.sensors import sensors_of
from launchwatch.catalog.alert_regions import place_table
from launchwatch.catalog.catalogue import Catalog
from launchwatch.catalog.land import land_mask
from launchwatch.catalog.schema import ArrayMode, RadarSensor, Scenario
from launchwatch.control.health.stage import HealthStage
from launchwatch.control.procedures.stage import ProceduresStage
from launchwatch.control.releases.listening import ListeningStage
from launchwatch.control.releases.stage import ReleasesStage
from launchwatch.control.tasking.cues import RadarField
from launchwatch.control.tasking.stage import TaskingStage
from launchwatch.control.warnings.alerts.stage import AlertsStage
from launchwatch.control.warnings.attacks.stage import AttacksStage
from launchwatch.control.warnings.findings.findings import FindingsStage
from launchwatch.control.warnings.queries import QueriesStage
from launchwatch.control.warnings.stage import WarningsStage
from launchwatch.core.geodesy import itrf_from_geodetic
from launchwatch.ports import AnyStage, Journal
from launchwatch.processing.assessments.far import Calibration
from launchwatch.processing.assessments.sightings import SightingsStage
from launchwatch.processing.assessments.stage import AssessmentsStage
from launchwatch.processing.detections.stage import DetectionsStage
from launchwatch.processing.events.stage import EventsStage
from launchwatch.processing.observations.stage import ObservationsStage
from launchwatch.processing.tracks.stage import TracksStage
from launchwatch.runtime.lane import Lane
from launchwatch.sim.sensors.ground.time_budget import budget_of

if TYPE_CHECKING:
    from launchwatch.assembly.stopwatch import Stopwatch
    from launchwatch.processing.detections.known import KnownObjects

SERIALS_PER_CASE = 100
RECEIPT_SLACK_S = 30.0
"""So long an addressee may take to acknowledge a release, beside the way there and back."""
MOON, FLIGHT_PATH = "moon-in-beam", "flight-path"
"""Guards that are stages, or parts of one."""
CUEING = "cueing"
"""The chain on a partner's own satellites alone, as far as assessments, that cues radars."""
CUEING_STAGES = ("observations", "detections", "tracks", "events", "assessments")


def stages(
    catalog: Catalog,
    scenario: Scenario,
    partner: str,
    case_index: int,
    known: KnownObjects | None = None,
    heard: Mapping[str, float] | None = None,
    calibration: Calibration | None = None,
) -> list[AnyStage]:
    """Stages of a partner's chain, from observations to releases, and beside them health and findings.

    `known` is what it knows to be in orbit, `heard` the components that it has to hear and their intervals, s,
    `calibration` what non-launches make of events in it.
    """
    record = catalog.partners[partner]
    policy = catalog.policies[record.policy]
    without = frozenset(scenario.guards_off)
    order = [partner, *(p for p in scenario.partners if p != partner)]
    homes = {catalog.partners[p].region: p for p in order}
    policies = {region: catalog.policies[catalog.partners[p].policy] for region, p in homes.items()}
    places = place_table(region for region in catalog.alert_regions.values() if region.country == partner)
    below_m = 1e3 * policy.overflight.max_altitude_km if policy.overflight.enabled else None
    return [
        ObservationsStage(policy.hold_time_s),
        DetectionsStage(known, moon=MOON not in without),
        TracksStage(),
        EventsStage(partner, policy.trust, SERIALS_PER_CASE * case_index + 1),
        AssessmentsStage(
            {region: catalog.regions[region] for region in homes},
            policy.overflight.max_altitude_km * 1e3,
            land_mask(),
            list(catalog.boosters.values()),
            calibration,
            policy.trials,
            policy.open.far_hz,
            policy.burst,
        ),
        *([SightingsStage(partner, record.region)] if FLIGHT_PATH in without else []),
        WarningsStage(policies, policy.trust, without),
        QueriesStage(partner, record.region, [p for p in order[1:] if p in (heard or {})], policy.ask),
        ProceduresStage(record.region, policy, catalog.procedures[record.procedure.conduct], without),
        AttacksStage({region: catalog.partners[p].name for region, p in homes.items()}, places, below_m),
        AlertsStage(
            record.region,
            record.name,
            places,
            below_m,
            catalog.texts,
            scenario.regions_by_hand,
            without,
        ),
        ReleasesStage(partner, homes, record.procedure.machine_s),
        ListeningStage(partner, 2.0 * max(record.procedure.transport_s, scenario.sharing.delay_s) + RECEIPT_SLACK_S),
        HealthStage(heard or {}),
        FindingsStage(record.region, policy),
    ]


def fields_of(catalog: Catalog, scenario: Scenario, case: str) -> list[RadarField]:
    """Phased arrays that play in a case, of all partners, as a node that cues them knows them."""
    fields = []
    date_ns = scenario.begin_ns if scenario.window is not None else min(x.time_ns for x in scenario.cases[case])
    for partner in scenario.partners:
        for sensor in sensors_of(catalog, scenario, partner, date_ns):
            if not isinstance(sensor, RadarSensor):
                continue
            mode = catalog.radar_modes[sensor.mode]
            if isinstance(mode, ArrayMode):
                fields.append(_field(sensor, mode))
    return fields


def _field(sensor: RadarSensor, mode: ArrayMode) -> RadarField:
    budget = budget_of(sensor, mode)
    return RadarField(
        sensor=sensor.id,
        lat_deg=sensor.lat_deg,
        lon_deg=sensor.lon_deg,
        site_m=itrf_from_geodetic(sensor.lat_deg, sensor.lon_deg, sensor.alt_m),
        sectors_deg=tuple((s.from_deg, s.to_deg) for s in sensor.sectors),
        elevation_deg=(sensor.elevation_min_deg, sensor.elevation_max_deg),
        range_m=(sensor.range_min_km * 1e3, sensor.range_max_km * 1e3),
        beamwidth_deg=sensor.beamwidth_deg,
        sigma_range_m=sensor.sigma_range_m,
        look_s=mode.cued_dwells * budget.beam_s,
        spare=max(1.0 - budget.search_use, 0.0),
    )


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
    calibrated: bool = True,
) -> Lane:
    """A fresh lane of one partner's chain in one case.

    `watch` notes how long its steps take; without `calibrated` it states no false-alarm rate and holds nothing to one.
    """
    index = list(scenario.cases).index(case)
    heard = awaited(catalog, scenario, case, partner, chain)
    calibration = calibration_of(catalog, scenario, case, partner, chain) if calibrated else None
    chain_stages = stages(catalog, scenario, partner, index, known, heard, calibration)
    if chain == CUEING:
        of_processing = [stage for stage in chain_stages if stage.topic in CUEING_STAGES]
        chain_stages = [*of_processing, TaskingStage(fields_of(catalog, scenario, case))]
    if watch is not None:
        chain_stages = [watch.timed(stage) for stage in chain_stages]
    return Lane(
        lane_name(case, partner, chain),
        partner,
        scenario.purpose,
        chain_stages,
        journal,
    )
