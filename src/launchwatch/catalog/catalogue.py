"""The catalogue in memory: mappings by id, and what its records say of each other."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date
from typing import Any, TypeAlias

import msgspec

from launchwatch.catalog.convert import FieldError, convert
from launchwatch.catalog.notices import form_problems
from launchwatch.catalog.records import Block, CatalogError, Problem, nearest
from launchwatch.catalog.schema import (
    MAX_ELEMENT_AGE_DAYS,
    AlertRegion,
    AnyMode,
    AnyOrbit,
    ArrayMode,
    Booster,
    Conduct,
    CrossSection,
    Elements,
    Guard,
    InfraredSensor,
    NoticeForm,
    Partner,
    Payload,
    Place,
    Plume,
    Policy,
    PublicText,
    RadarSensor,
    Region,
    Scenario,
    Walker,
)
from launchwatch.catalog.skies import Sky
from launchwatch.core.epochs import NS, format_utc

KINDS: dict[str, Any] = {
    "payloads": Payload,
    "orbits": AnyOrbit,
    "sensors_infrared": InfraredSensor,
    "radar_modes": AnyMode,
    "sensors_radar": RadarSensor,
    "plumes": Plume,
    "cross_sections": CrossSection,
    "boosters": Booster,
    "places": Place,
    "skies": Sky,
    "regions": Region,
    "alert_regions": AlertRegion,
    "texts": PublicText,
    "notice_forms": NoticeForm,
    "policies": Policy,
    "procedures": Conduct,
    "guards": Guard,
    "partners": Partner,
}
"""Kinds of blocks: the name of the file and of the attribute of `Catalog`, and the record."""

LIGHT_KM_S = 299_792.458
"""Speed of light, km/s."""

Raw: TypeAlias = dict[str, Any]


class Catalog(msgspec.Struct, frozen=True, kw_only=True):
    """All blocks by kind and id, scenarios as plain data, and the hash of the files that they came from.

    ``calibrations`` are the Parquet files of false-alarm calibrations, as bytes, by ``<name>/<key>``.
    """

    payloads: dict[str, Payload]
    orbits: dict[str, AnyOrbit]
    sensors_infrared: dict[str, InfraredSensor]
    radar_modes: dict[str, AnyMode]
    sensors_radar: dict[str, RadarSensor]
    plumes: dict[str, Plume]
    cross_sections: dict[str, CrossSection]
    boosters: dict[str, Booster]
    places: dict[str, Place]
    skies: dict[str, Sky]
    regions: dict[str, Region]
    alert_regions: dict[str, AlertRegion]
    texts: dict[str, PublicText]
    notice_forms: dict[str, NoticeForm]
    policies: dict[str, Policy]
    procedures: dict[str, Conduct]
    guards: dict[str, Guard]
    partners: dict[str, Partner]
    scenarios: dict[str, Raw]
    hash: str
    calibrations: dict[str, bytes] = {}

    def blocks(self, kind: str) -> dict[str, Any]:
        """Blocks of a kind by id; for ``scenarios`` their plain data.

        Raises
        ------
        CatalogError
            No such kind.
        """
        if kind not in KINDS and kind != "scenarios":
            raise CatalogError(f"kind {kind!r} is unknown{nearest(kind, (*KINDS, 'scenarios'))}")
        found: dict[str, Any] = getattr(self, kind)
        return found

    def sensors_in_service(self, date_ns: int, owner: str | None = None) -> dict[str, InfraredSensor | RadarSensor]:
        """Sensors in service on the day (UTC) of an epoch, all or those of one owner, in the order of their ids.

        Parameters
        ----------
        date_ns : epoch, ns TAI.
        owner : ISO code of a partner, or None for all.
        """
        day = utc_day(date_ns)
        sensors: dict[str, InfraredSensor | RadarSensor] = {**self.sensors_infrared, **self.sensors_radar}
        return {
            name: sensor
            for name, sensor in sorted(sensors.items())
            if sensor.serves_on(day) and owner in (None, sensor.owner)
        }

    def orbit_of(self, sensor: InfraredSensor, date_ns: int) -> AnyOrbit:
        """Orbit of a sensor at an epoch (ns TAI).

        Raises
        ------
        CatalogError
            No orbit is listed for the day, or its elements are further than `MAX_ELEMENT_AGE_DAYS` from it.
        """
        name = sensor.orbit_on(utc_day(date_ns))
        if name is None:
            raise CatalogError(
                f"{sensor.id}: no orbit is listed for {format_utc(date_ns, 0)}; add one to its orbits or leave it out"
            )
        orbit = self.orbits[name]
        if isinstance(orbit, Elements):
            age_days = abs(date_ns - orbit.epoch_ns) / (86_400 * NS)
            if age_days > MAX_ELEMENT_AGE_DAYS:
                raise CatalogError(
                    f"{sensor.id}: the elements {name!r} of {orbit.epoch} are {age_days:.0f} days from "
                    f"{format_utc(date_ns, 0)}, more than {MAX_ELEMENT_AGE_DAYS:g}; add newer ones or leave it out"
                )
        return orbit


def utc_day(ns: int) -> date:
    """The UTC day of an epoch, ns TAI."""
    return date.fromisoformat(format_utc(ns, 9)[:10])


def reference_problems(catalog: Catalog, kind: str, block: Block) -> Iterator[Problem]:
    """Every id in a block that names nothing in the catalogue."""
    if isinstance(block, InfraredSensor):
        yield from _unknown(("payload",), "payload", block.payload, catalog.payloads)
        if block.orbit is not None:
            yield from _unknown(("orbit",), "orbit", block.orbit, catalog.orbits)
        for i, use in enumerate(block.orbits):
            yield from _unknown(("orbits", i, "orbit"), "orbit", use.orbit, catalog.orbits)
        layers = [o for o in (catalog.orbits.get(name) for name in block.orbit_ids) if isinstance(o, Walker)]
        if (block.satellite is not None) != bool(layers):
            yield ("satellite",), "goes with an orbit of kind walker, and such an orbit with it"
        for layer in layers:
            most = layer.planes * layer.satellites_per_plane
            if block.satellite is not None and block.satellite > most:
                yield ("satellite",), f"is {block.satellite}; {layer.id!r} has {most}"
    elif isinstance(block, Booster):
        for i, stage in enumerate(block.stages):
            yield from _unknown(("stages", i, "plume"), "plume", stage.plume_of, catalog.plumes)
    elif isinstance(block, RadarSensor):
        yield from _mode_problems(block, catalog)
    elif isinstance(block, Partner):
        yield from _unknown(("policy",), "policy", block.policy, catalog.policies)
        conduct = block.procedure.conduct
        yield from _unknown(("procedure", "conduct"), "procedure", conduct, catalog.procedures)
        yield from _unknown(("region",), "region", block.region, catalog.regions)
    if kind == "sensors_radar" and block.id in catalog.sensors_infrared:
        yield ("id",), f"{block.id!r} names an infrared sensor as well; choose another id"


def _mode_problems(radar: RadarSensor, catalog: Catalog) -> Iterator[Problem]:
    if radar.mode not in catalog.radar_modes:
        yield from _unknown(("mode",), "radar mode", radar.mode, catalog.radar_modes)
        return
    mode = catalog.radar_modes[radar.mode]
    if mode.kind != radar.technique:
        yield ("mode",), f"{radar.mode!r} is of kind {mode.kind}; name one of kind {radar.technique}"
    if isinstance(mode, ArrayMode):
        for fence in mode.fences:
            periods = fence.period_s / radar.revisit_s
            if abs(periods - round(periods)) > 1e-9:
                yield ("revisit_s",), f"is {radar.revisit_s:g}, no whole part of {fence.period_s:g} of {radar.mode!r}"
        if mode.confirm.looks * mode.dwell_s > mode.search_share * radar.revisit_s:
            yield ("revisit_s",), f"is {radar.revisit_s:g}, too short for the looks with which {radar.mode!r} confirms"
        most_km = 0.5 * LIGHT_KM_S * mode.pulse_repetition_s
        if radar.range_max_km > most_km:
            yield ("range_max_km",), f"is beyond {most_km:.0f}, from where {radar.mode!r} takes echoes for near ones"


def scenario_of(raw: Raw, catalog: Catalog) -> Scenario:
    """A scenario from plain data: places resolved to points, every id checked against the catalogue.

    Raises
    ------
    FieldError
        The first field that is wrong.
    """
    scenario: Scenario = convert(_with_points(raw, catalog), Scenario)
    for path, text in _scenario_problems(scenario, catalog):
        raise FieldError(path, text)
    return scenario


def _scenario_problems(scenario: Scenario, catalog: Catalog) -> Iterator[Problem]:
    for i, partner in enumerate(scenario.partners):
        yield from _unknown(("partners", i), "partner", partner, catalog.partners)
    for i, launch in enumerate(scenario.launches):
        yield from _unknown(("launches", i, "booster"), "booster", launch.booster, catalog.boosters)
    if scenario.test_launches is not None:
        booster = scenario.test_launches.launch.booster
        yield from _unknown(("test_launches", "launch", "booster"), "booster", booster, catalog.boosters)
    sensors = {*catalog.sensors_infrared, *catalog.sensors_radar}
    components = sensors | {*scenario.partners}
    if scenario.non_launches is not None and scenario.non_launches.drawn is not None:
        yield from _unknown(("non_launches", "drawn"), "sky", scenario.non_launches.drawn, catalog.skies)
    for i, fault in enumerate(scenario.faults):
        yield from _unknown(("faults", i, "component"), "sensor or partner", fault.component, components)
    for i, name in enumerate(scenario.history.guards if scenario.history is not None else ()):
        yield from _unknown(("history", "guards", i), "guard", name, catalog.guards)
    for i, tape in enumerate(scenario.tapes):
        yield from _unknown(("tapes", i, "scenario"), "scenario", tape.scenario, catalog.scenarios)
    for i, name in enumerate(scenario.regions_by_hand):
        yield from _unknown(("regions_by_hand", i), "alert region", name, catalog.alert_regions)
    for i, name in enumerate(scenario.guards_off):
        yield from _unknown(("guards_off", i), "guard", name, catalog.guards)
    for i, notice in enumerate(scenario.notices):
        if notice.agreement not in catalog.notice_forms:
            yield from _unknown(("notices", i, "agreement"), "form", notice.agreement, catalog.notice_forms)
            continue
        for path, text in form_problems(notice, catalog.notice_forms[notice.agreement]):
            yield ("notices", i, *path), text
    dates = [launch.time_ns for launch in scenario.launches] or [scenario.begin_ns]
    serving = {name for date_ns in dates for name in catalog.sensors_in_service(date_ns)}
    for key, names in (("only", scenario.sensors.only or ()), ("exclude", scenario.sensors.exclude)):
        for i, name in enumerate(names):
            path = ("sensors", key, i)
            yield from _unknown(path, "sensor", name, sensors)
            if key == "only" and name in sensors and name not in serving:
                day = utc_day(dates[0])
                yield path, f"{name!r} is not in service on {day}; name sensors in service, or change its in_service"


def _with_points(raw: Any, catalog: Catalog) -> Any:
    """Plain data in which launches from and to places carry their coordinates."""
    if not isinstance(raw, dict):
        return raw
    found = dict(raw)
    if isinstance(raw.get("launches"), list):
        found["launches"] = [_placed(one, ("launches", i), catalog) for i, one in enumerate(raw["launches"])]
    tests = raw.get("test_launches")
    if isinstance(tests, dict) and "launch" in tests:
        found["test_launches"] = {**tests, "launch": _placed(tests["launch"], ("test_launches", "launch"), catalog)}
    return found


def _placed(launch: Any, path: tuple[str | int, ...], catalog: Catalog) -> Any:
    if not isinstance(launch, dict):
        return launch
    placed = dict(launch)
    _resolve(placed, "from", path, catalog)
    if isinstance(placed.get("trajectory"), dict):
        placed["trajectory"] = dict(placed["trajectory"])
        _resolve(placed["trajectory"], "to", (*path, "trajectory"), catalog)
    return placed


def _resolve(holder: Raw, key: str, path: tuple[str | int, ...], catalog: Catalog) -> None:
    name = holder.get(key)
    if isinstance(name, str):
        for where, text in _unknown((*path, key), "place", name, catalog.places):
            raise FieldError(where, text)
        place = catalog.places[name]
        holder[key] = {"lat_deg": place.lat_deg, "lon_deg": place.lon_deg, "place": name}


def _unknown(path: tuple[str | int, ...], what: str, name: str, names: Collection[str]) -> Iterator[Problem]:
    if name not in names:
        yield path, f"{what} {name!r} is unknown{nearest(name, names)}"
