"""What each partner's sensors deliver of a case, and which of it is true."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from launchwatch.assembly.sensors import sensors_of
from launchwatch.catalog.catalogue import Catalog
from launchwatch.catalog.schema import ArrayMode, HorizonMode, InfraredSensor, Launch, RadarSensor, Scenario, Weather
from launchwatch.control.tasking.scheduler import looks_at_tracks
from launchwatch.core.arrays import FloatArray, IntArray
from launchwatch.core.epochs import NS
from launchwatch.messages.control import Cue
from launchwatch.messages.envelope import Envelope
from launchwatch.messages.truth import ObservationTruth
from launchwatch.physics.radiometry import PLUME_BAND_UM
from launchwatch.sim.scenes.glint import glint
from launchwatch.sim.scenes.launched import launched, payload_of
from launchwatch.sim.scenes.moon import moon
from launchwatch.sim.scenes.objects import SeenObject
from launchwatch.sim.scenes.signatures import Signatures
from launchwatch.sim.scenes.weather import Scene
from launchwatch.sim.sensors import SensorRun
from launchwatch.sim.sensors.ground import Arrived, observe_over_horizon, observe_radar
from launchwatch.sim.sensors.ground.accuracy import Planner
from launchwatch.sim.sensors.space import observe_infrared
from launchwatch.sim.truth.flight import Trajectory
from launchwatch.sim.truth.orbits import between, satellite_positions

if TYPE_CHECKING:  # for runs that have such files
    from launchwatch.assembly.non_launches import Scenery
    from launchwatch.sim.scenes.non_launches import Strokes
    from launchwatch.sim.sensors.ground.fence import Crowd
    from launchwatch.sim.sensors.space import SteadySources

BEFORE_S = 30.0
"""Sensors are played from so long before the first lift-off."""
IN_ORBIT_S = 1800.0
"""A flight that does not come down is played so long after lift-off."""


@dataclass(frozen=True)
class Observed:
    """A case as its sensors see it.

    Own observations by partner in order of arrival, their truth, how many sightings of sources that stand still each
    sensor kept back, and when the case begins and ends. `shared` and `shared_truth` are the same where partners' cues
    have a part in what radars see, and `cues` those that were sent; without cues they are the same objects.
    """

    own: dict[str, list[Envelope]]
    truth: list[ObservationTruth]
    suppressed: dict[str, int]
    start_ns: int
    stop_ns: int
    shared: dict[str, list[Envelope]]
    shared_truth: list[ObservationTruth]
    cues: tuple[SentCue, ...] = ()


class SentCue(NamedTuple):
    """A cue as it arrives at a radar: who sent it, whose radar it is, and its envelope."""

    sender: str
    owner: str
    envelope: Envelope


Asking = Callable[[Mapping[str, Sequence[Envelope]], int], Sequence[SentCue]]
"""What the satellites of each partner saw, and when the case ends, to the cues that follow from it."""


@dataclass(frozen=True)
class _Play:
    """What there is for sensors in a case, and from when to when, ns TAI.

    `crossing`: of satellites, by radar; `own`: what one infrared sensor alone sees, by sensor.
    """

    objects: Sequence[SeenObject]
    scene: Scene
    seed: int
    start_ns: int
    stop_ns: int
    crowd: SteadySources | None = None
    strokes: Strokes | None = None
    crossing: Mapping[str, Crowd] = field(default_factory=dict)
    own: Mapping[str, tuple[SeenObject, ...]] = field(default_factory=dict)


def observe(
    catalog: Catalog,
    scenario: Scenario,
    seed: int,
    flights: Sequence[tuple[Launch, Trajectory]],
    scenery: Scenery | None,
    ask: Asking | None = None,
) -> Observed:
    """Play all sensors of all partners over the launches of one case, or over a window with what is in its sky.

    Satellites are played first. With `ask`, radars are played with the cues that follow from what satellites saw.
    """
    objects: list[SeenObject] = [] if scenery is None else list(scenery.objects)
    signatures = Signatures(
        catalog.plumes, seed if scenario.signature.sampled else None, scenario.signature.entry
    )
    for launch, path in flights:
        booster = catalog.boosters[launch.booster]
        if scenario.objects == "all":
            objects += launched(launch.id, launch.time_ns, booster, path, signatures, catalog.cross_sections)
        else:
            objects.append(payload_of(launch.id, launch.time_ns, booster, path, signatures, catalog.cross_sections))
    start_ns, stop_ns, first = _played(scenario, flights)
    objects += _apparitions(catalog, scenario, start_ns, stop_ns)
    scene = _scene(scenario.weather, seed)
    play = _Play(objects, scene, seed, start_ns, stop_ns)
    playing = {partner: sensors_of(catalog, scenario, partner, first) for partner in scenario.partners}
    if scenery is not None:
        play = _with_scenery(play, catalog, scenery, [sensor for sensors in playing.values() for sensor in sensors])
    planner = looks_at_tracks if scenario.tasking.scheduler else None
    runs: dict[str, SensorRun] = {}
    seen: dict[str, list[Envelope]] = {}
    for partner, sensors in playing.items():
        satellites = [one for one in sensors if isinstance(one, InfraredSensor)]
        runs |= {one.id: _seen_from_space(catalog, one, play) for one in satellites}
        seen[partner] = [e for one in satellites for e in _envelopes(scenario, one.id, runs[one.id], ())]
    cues = tuple(ask(seen, stop_ns)) if ask is not None else ()
    own: dict[str, list[Envelope]] = {}
    shared: dict[str, list[Envelope]] = {}
    truth, shared_truth = [], []
    for partner, sensors in playing.items():
        alone: list[Envelope] = []
        together: list[Envelope] = []
        for sensor in sensors:
            both = [one for one in cues if _cue(one).sensor == sensor.id]
            mine = [one for one in both if one.sender == partner]
            if isinstance(sensor, RadarSensor):
                runs[sensor.id] = _seen_from_ground(catalog, sensor, play, mine, planner)
            run = again = runs[sensor.id]
            if len(both) > len(mine):
                assert isinstance(sensor, RadarSensor)
                again = _seen_from_ground(catalog, sensor, play, both, planner)
            truth.append(run.truth)
            shared_truth.append(again.truth)
            alone += _envelopes(scenario, sensor.id, run, mine)
            together += _envelopes(scenario, sensor.id, again, both)
        own[partner] = sorted(alone, key=lambda e: e.received_ns)
        shared[partner] = sorted(together, key=lambda e: e.received_ns) if cues else own[partner]
    suppressed = {sensor.id: runs[sensor.id].suppressed for sensors in playing.values() for sensor in sensors}
    return Observed(
        own, truth, suppressed, start_ns, stop_ns, shared, shared_truth if cues else truth, cues
    )


def _envelopes(scenario: Scenario, sensor: str, run: SensorRun, cues: Sequence[SentCue]) -> Iterator[Envelope]:
    """What a sensor delivers, as it arrives; what it was cued to by then is in the lineage."""
    for k, delivery in enumerate(run.deliveries, 1):
        look = delivery.observation
        behind = [
            one.envelope.id
            for one in cues
            if one.envelope.received_ns <= look.look_until_ns and _cue(one).until_ns >= look.look_from_ns
        ]
        yield Envelope(
            id=f"{sensor}/{k}",
            topic="observations",
            sequence=k,
            valid_ns=look.look_until_ns,
            observed_ns=look.look_until_ns,
            received_ns=delivery.received_ns,
            emitted_ns=delivery.received_ns,
            purpose=scenario.purpose,
            origin=("simulated",),
            lineage=tuple(behind),
            payload=look,
        )


def _cue(sent: SentCue) -> Cue:
    cue = sent.envelope.payload
    assert isinstance(cue, Cue)
    return cue


def _apparitions(catalog: Catalog, scenario: Scenario, start_ns: int, stop_ns: int) -> list[SeenObject]:
    """The Moon and glints, where the scenario has them."""
    found = [moon(catalog.cross_sections["moon"], start_ns, stop_ns)] if scenario.moon else []
    for number, one in enumerate(scenario.glints, 1):
        begin_ns, end_ns = one.from_ns, one.until_ns
        height_m = one.height_km * 1e3
        found.append(
            glint(
                f"glint-{number}", one.lat_deg, one.lon_deg, height_m, begin_ns, end_ns, one.intensity_w_sr, one.band_um
            )
        )
    return found


def _with_scenery(
    play: _Play, catalog: Catalog, scenery: Scenery, sensors: Sequence[InfraredSensor | RadarSensor]
) -> _Play:
    """A case with what is in the sky and on the ground besides launches."""
    from launchwatch.sim.scenes.non_launches import FIRE_K
    from launchwatch.sim.sensors.ground.satellites import observe_satellites
    from launchwatch.sim.sensors.space import SteadySources

    fires = scenery.fires
    crowd = SteadySources(
        ids=fires.id,
        kind="fire",
        lat_deg=fires.lat_deg,
        lon_deg=fires.lon_deg,
        height_m=np.zeros(len(fires.id)),
        begin_ns=fires.begin_ns,
        end_ns=fires.end_ns,
        intensity_w_sr=fires.intensity_w_sr(PLUME_BAND_UM),
        band_um=PLUME_BAND_UM,
        temperature_k=np.full(len(fires.id), FIRE_K),
    )
    radars = [(one, mode) for one, mode in _modes(catalog, sensors) if isinstance(mode, ArrayMode)]
    crossing: dict[str, Crowd] = {}
    if scenery.sky is not None:
        crossing = observe_satellites(
            radars, scenery.sky.satellites, play.scene, play.seed, play.start_ns, play.stop_ns
        )
    return replace(play, crowd=crowd, strokes=scenery.strokes, crossing=crossing, own=scenery.own)


def _modes(
    catalog: Catalog, sensors: Sequence[InfraredSensor | RadarSensor]
) -> Iterator[tuple[RadarSensor, ArrayMode | HorizonMode]]:
    for sensor in sensors:
        if isinstance(sensor, RadarSensor):
            yield sensor, catalog.radar_modes[sensor.mode]


def _played(scenario: Scenario, flights: Sequence[tuple[Launch, Trajectory]]) -> tuple[int, int, int]:
    """From when to when sensors are played, and the date by which they are chosen, ns TAI."""
    if scenario.window is not None:
        return scenario.window.from_ns, scenario.window.until_ns, scenario.window.from_ns
    first = min(launch.time_ns for launch, _ in flights)
    ends = [
        launch.time_ns + round((path.end_s if path.impact_s is not None else min(path.end_s, IN_ORBIT_S)) * NS)
        for launch, path in flights
    ]
    return first - round(BEFORE_S * NS), max(ends) + round(scenario.duration_after_impact_s * NS), first


def _scene(weather: Weather, seed: int) -> Scene:
    return Scene(
        cloud_top_m=weather.cloud_top_km * 1e3,
        cover=weather.cover,
        climatology=weather.clouds == "climatology",
        atmosphere=weather.atmosphere,
        seed=seed,
        electron_content_m2=weather.electron_content_tecu * 1e16,
        surface_refractivity=weather.surface_refractivity,
        auroral_activity=weather.auroral_activity,
        sunspots=weather.sunspots,
    )


def _seen_from_ground(
    catalog: Catalog, sensor: RadarSensor, play: _Play, cues: Sequence[SentCue], planner: Planner | None
) -> SensorRun:
    case = play.objects, play.scene, play.seed, play.start_ns, play.stop_ns
    mode = catalog.radar_modes[sensor.mode]
    if isinstance(mode, ArrayMode):
        arrived = [Arrived(one.envelope.received_ns, _cue(one)) for one in cues]
        return observe_radar(sensor, mode, *case, play.crossing.get(sensor.id), arrived, planner)
    return observe_over_horizon(sensor, mode, *case)


def _seen_from_space(catalog: Catalog, sensor: InfraredSensor, play: _Play) -> SensorRun:
    case = play.objects, play.scene, play.seed, play.start_ns, play.stop_ns
    orbit = catalog.orbit_of(sensor, play.start_ns)

    def positions(epochs_ns: IntArray) -> tuple[FloatArray, FloatArray]:
        return satellite_positions(orbit, epochs_ns, sensor.satellite)

    # a crowd asks for the place of a satellite a million times a day
    placed = positions if play.crowd is None else between(positions, play.start_ns, play.stop_ns)
    objects = [*play.objects, *play.own.get(sensor.id, ())]
    return observe_infrared(
        sensor, catalog.payloads[sensor.payload], placed, objects, *case[1:], play.crowd, play.strokes
    )
