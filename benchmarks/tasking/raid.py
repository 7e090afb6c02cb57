"""A raid in the field of one radar of no country, and which of it is tracked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from launchwatch.catalog.catalogue import Catalog
from launchwatch.catalog.schema import ArrayMode, RadarSensor, Reference, Sector
from launchwatch.control.tasking.scheduler import looks_at_tracks
from launchwatch.core.arrays import FloatArray
from launchwatch.core.epochs import NS, parse_utc
from launchwatch.core.frames import enu_axes
from launchwatch.core.geodesy import direct, inverse, itrf_from_geodetic
from launchwatch.messages.control import Cue
from launchwatch.messages.envelope import Envelope
from launchwatch.messages.tracks import Track
from launchwatch.physics.arcs import arc_at_elevation, minimum_energy
from launchwatch.physics.free_flight import free_flight
from launchwatch.physics.radar import ratio
from launchwatch.processing.detections.stage import DetectionsStage
from launchwatch.processing.observations.stage import ObservationsStage
from launchwatch.processing.tracks.stage import TracksStage
from launchwatch.runtime.lane import Lane
from launchwatch.sim.scenes.objects import SeenObject
from launchwatch.sim.scenes.weather import Scene
from launchwatch.sim.sensors import SensorRun
from launchwatch.sim.sensors.ground import Arrived, observe_radar
from launchwatch.sim.sensors.ground.plots import DRAWS, echoes, place

BEGIN_NS = parse_utc("2026-08-20T00:00:00Z")
MODE = "lpar-uhf"
STEP_S = 5.0
SPREAD_S = 300.0
"""Within so long all come down."""
CUED_S = 300.0
CUE_SIGMA = np.array([2e3, 2e3, 2e3, 10.0, 10.0, 10.0])
"""Standard deviations of a cue's state, m and m/s; an assumption."""
RANGE_M, TARGETS_M = 8_000e3, 300e3
PART = 0.8
"""A body counts as tracked when a track lies near it for so much of its time in reach."""


def radar() -> RadarSensor:
    """A UHF array with the figures that the catalogue gives radars of 5,556 km, at a made-up place, facing north."""
    return RadarSensor(
        id="raid-radar", name="of the raid", source="benchmark", confidence="none", status="synthetic", owner="us",
        in_service=None, host_country="us", lat_deg=50.0, lon_deg=0.0, alt_m=0.0, system="array", band="UHF",
        frequency_mhz=435.0, technique="phased-array", mode=MODE, sectors=(Sector(from_deg=300.0, to_deg=60.0),),
        elevation_min_deg=3.0, elevation_max_deg=85.0, range_min_km=200.0, range_max_km=5556.0,
        reference=Reference(rcs_m2=1.0, range_km=3930.0, snr_db=13.0), beamwidth_deg=2.2, sigma_range_m=60.0,
        bias_range_m=100.0, bias_angle_mrad=0.5, revisit_s=5.0, report_delay_s=1.0, threshold_snr_db=13.0,
        false_alarms_per_look=0.001,
    )  # fmt: skip


@dataclass(frozen=True)
class Body:
    """A body in free flight of one cross section: states every `STEP_S` seconds, and a cubic between them."""

    states: FloatArray
    rcs: float

    def motion(self, t_s: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Position and velocity (n, 3)."""
        k = np.minimum((np.asarray(t_s) / STEP_S).astype(np.int64), len(self.states) - 2)
        u = (np.asarray(t_s) / STEP_S - k)[:, None]
        a, b = self.states[k], self.states[k + 1]
        position = (
            (1.0 + 2.0 * u) * (1.0 - u) ** 2 * a[:, :3]
            + u * (1.0 - u) ** 2 * STEP_S * a[:, 3:]
            + u * u * (3.0 - 2.0 * u) * b[:, :3]
            + u * u * (u - 1.0) * STEP_S * b[:, 3:]
        )
        return position, (1.0 - u) * a[:, 3:] + u * b[:, 3:]

    def swerling(self, t_s: FloatArray) -> FloatArray:
        """Case 1."""
        return np.ones(len(t_s))

    def rcs_m2(self, t_s: FloatArray, observer_m: FloatArray, frequency_hz: float) -> FloatArray:
        """The one cross section."""
        return np.full(len(t_s), self.rcs)


def raid(count: int, seed: int, rcs_m2: tuple[float, float]) -> list[SeenObject]:
    """Bodies on arcs of some 8,000 km from the north that come down south of the radar.

    Elevations where they leave the ground are within 6 degrees of that of least energy; places, times and cross
    sections (between two, their logarithm) are drawn.
    """
    generator = np.random.default_rng(seed)
    found = []
    for k in range(count):
        fall = generator.uniform(0.0, SPREAD_S)
        lat, lon = direct(47.0, 0.0, generator.uniform(0.0, 360.0), TARGETS_M * np.sqrt(generator.random()))
        back = generator.uniform(-25.0, 25.0) % 360.0
        start_lat, start_lon = direct(lat, lon, back, RANGE_M * generator.uniform(0.95, 1.05))
        distance, azimuth, _ = inverse(start_lat, start_lon, lat, lon)
        least = minimum_energy(distance)
        arc = arc_at_elevation(distance, least.elevation_rad + np.radians(generator.uniform(-6.0, 6.0)))
        level = arc.speed_m_s * np.cos(arc.elevation_rad)
        turn = np.radians(azimuth)
        local = [level * np.sin(turn), level * np.cos(turn), arc.speed_m_s * np.sin(arc.elevation_rad)]
        velocity = np.array(local) @ enu_axes(start_lat, start_lon)
        states = [np.concatenate([itrf_from_geodetic(start_lat, start_lon, 0.0), velocity])]
        while len(states) * STEP_S < arc.time_s:
            states.append(free_flight(states[-1], STEP_S))
        body = Body(np.array(states), float(np.exp(generator.uniform(*np.log(rcs_m2)))))
        end_s = (len(states) - 1) * STEP_S
        found.append(
            SeenObject(
                id=f"body-{k}", kind="payload", launch=f"body-{k}",
                epoch_ns=BEGIN_NS + round((2400.0 + fall - end_s) * NS), begin_s=0.0, end_s=end_s,
                motion=body.motion, emission=None, echo=body,
            )
        )
    return found


def cues_to(catalog: Catalog, bodies: Sequence[SeenObject], seed: int) -> list[Arrived]:
    """A cue to each body, from its state five minutes after it left the ground, that arrives half a minute later."""
    generator = np.random.default_rng(seed + 1000)
    mode = catalog.radar_modes[MODE]
    assert isinstance(mode, ArrayMode)
    cues = []
    for k, one in enumerate(bodies):
        t_s = np.arange(0.0, one.end_s, STEP_S)
        stay_s = t_s[place(radar(), mode, one.motion(t_s)[0]).inside]
        position, velocity = one.motion(np.array([CUED_S]))
        state = np.concatenate([position[0], velocity[0]]) + generator.normal(0.0, CUE_SIGMA)
        epoch, first_ns, last_ns = (one.epoch_ns + round(s * NS) for s in (CUED_S, stay_s[0], stay_s[-1]))
        cue = Cue(
            sensor="raid-radar", event=f"event-{k:03d}", epoch_ns=epoch, state=state, covariance=np.diag(CUE_SIGMA**2),
            from_ns=first_ns, until_ns=last_ns, acceleration_m_s2=0.0, weight=1.0,
        )  # fmt: skip
        cues.append(Arrived(epoch + 30 * NS, cue))
    return cues


def looked_at(
    catalog: Catalog, bodies: Sequence[SeenObject], scheduler: bool, seed: int, cues: Sequence[Arrived]
) -> SensorRun:
    """What the radar delivers of a raid."""
    mode = catalog.radar_modes[MODE]
    assert isinstance(mode, ArrayMode)
    planner = looks_at_tracks if scheduler else None
    return observe_radar(
        radar(), mode, bodies, Scene(7000.0), seed, BEGIN_NS, BEGIN_NS + 2760 * NS, None, cues, planner
    )


def tracked_by_chain(run: SensorRun) -> list[tuple[int, Track]]:
    """Versions of the tracks that the chain makes of what a radar delivers, with when each is emitted, ns TAI."""
    lane = Lane("raid", "raid", "test", [ObservationsStage(30.0), DetectionsStage(None), TracksStage()], None)
    made: list[tuple[int, Track]] = []
    for k, delivery in enumerate(run.deliveries, 1):
        at = delivery.received_ns
        lane.receive(
            Envelope(
                id=f"raid-radar/{k}", topic="observations", sequence=k, valid_ns=at, observed_ns=at, received_ns=at,
                emitted_ns=at, purpose="test", origin=("simulated",), lineage=(), payload=delivery.observation,
            )
        )
        for envelope in lane.tick(at):
            if isinstance(envelope.payload, Track):
                made.append((at, envelope.payload))
    return made


def near(
    catalog: Catalog, bodies: Sequence[SeenObject], made: Sequence[tuple[int, Track]], bounds_m: Sequence[float]
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """At each second look: whether a body is in reach, and whether a track lies within each bound of it.

    In reach: in the field, and its mean SNR at least at the threshold of one look.

    A track lies where its newest version emitted by then says, flown on. Each is counted for the nearest body alone.

    Returns
    -------
    reached : (looks, bodies).
    close : (bounds, looks, bodies).
    """
    mode = catalog.radar_modes[MODE]
    assert isinstance(mode, ArrayMode)
    sensor = radar()
    epochs = BEGIN_NS + np.arange(0, 2760, 10, dtype=np.int64) * NS
    inside = np.zeros((len(epochs), len(bodies)), bool)
    there = np.full((len(epochs), len(bodies), 3), np.nan)
    for i, one in enumerate(bodies):
        t_s = (epochs - one.epoch_ns) / NS
        rows = np.flatnonzero((t_s >= 0.0) & (t_s <= one.end_s))
        there[rows, i] = one.motion(t_s[rows])[0]
        placed = place(sensor, mode, there[rows, i])
        draws = np.full((len(rows), DRAWS), 0.5)
        assert one.echo is not None
        snr = echoes(sensor, mode, placed, one.echo.rcs_m2(t_s[rows], there[0, 0], 0.0), 1, draws).mean_snr
        inside[rows, i] = snr >= ratio(sensor.threshold_snr_db)
    close = np.zeros((len(bounds_m), *inside.shape), bool)
    newest: dict[str, Track] = {}
    at = 0
    for k, epoch in enumerate(epochs.tolist()):
        while at < len(made) and made[at][0] <= epoch:
            track = made[at][1]
            if track.status == "dropped":
                newest.pop(track.track, None)
            else:
                newest[track.track] = track
            at += 1
        present = np.flatnonzero(inside[k])
        if not len(present):
            continue
        for track in newest.values():
            where = free_flight(track.state, (epoch - track.epoch_ns) / NS)[:3]
            off = np.linalg.norm(there[k, present] - where, axis=1)
            best = int(np.argmin(off))
            for b, bound in enumerate(bounds_m):
                close[b, k, present[best]] |= off[best] < bound
    return inside, close


def figures(
    catalog: Catalog,
    count: int,
    rcs_m2: tuple[float, float],
    scheduler: bool,
    seed: int,
    bounds_m: Sequence[float],
    cued: bool = False,
) -> dict[str, Any]:
    """One raid, once: the part of its bodies that is tracked, by bound, and how the radar's time was short."""
    bodies = raid(count, seed, rcs_m2)
    run = looked_at(catalog, bodies, scheduler, seed, cues_to(catalog, bodies, seed) if cued else ())
    made = tracked_by_chain(run)
    inside, close = near(catalog, bodies, made, bounds_m)
    stay = inside.sum(axis=0)
    part = (close & inside).sum(axis=1) / np.maximum(stay, 1)
    uses = [d.observation.time_use for d in run.deliveries]
    return {
        "bodies": count,
        "rcs_m2": rcs_m2,
        "scheduler": scheduler,
        "cued": cued,
        "seed": seed,
        "stay_s": float(np.median(stay)) * 10.0,
        "tracked": {f"{bound:g}": float((part[b] >= PART).mean()) for b, bound in enumerate(bounds_m)},
        "median_part": {f"{bound:g}": float(np.median(part[b])) for b, bound in enumerate(bounds_m)},
        "plots": int((run.truth.source >= 0).sum()),
        "most_track_use": max(use.track for use in uses),
        "longest_period_s": max(use.track_period_s for use in uses),
        "fence_period_s": max(use.fence_period_s for use in uses),
        "waiting": sum(use.waiting for use in uses),
        "tracks": len({track.track for _, track in made}),
    }

