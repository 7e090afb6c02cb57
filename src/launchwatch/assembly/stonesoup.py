"""Stone Soup, both ways: its detections as observations, and this chain as a `Tracker` of it.

Needs the extra: ``pip install 'launchwatch[stonesoup]'``. Stone Soup works in Cartesian coordinates of the user's
choice; `Frame` says which.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
from stonesoup.base import Property
from stonesoup.models.measurement.nonlinear import (
    CartesianToElevationBearing,
    CartesianToElevationBearingRange,
    CartesianToElevationBearingRangeRate,
)
from stonesoup.tracker.base import Tracker
from stonesoup.types.detection import Detection
from stonesoup.types.state import GaussianState
from stonesoup.types.track import Track as SoupTrack

from launchwatch.assembly.process import NODE, lane_of
from launchwatch.core.arrays import FloatArray
from launchwatch.core.epochs import NS, format_utc, parse_utc
from launchwatch.core.frames import enu_axes
from launchwatch.core.geodesy import geodetic_from_itrf, itrf_from_geodetic
from launchwatch.feeds.observation_files.figures import Figures, assumed
from launchwatch.formats.observations import Infrared, Origin, Purpose, Radar, Site
from launchwatch.messages.envelope import Envelope
from launchwatch.messages.observations import InfraredLook, Observation, RadarLook, Sector
from launchwatch.messages.tracks import Track
from launchwatch.ports import AnyStage

SNR, SNR_DB, BAND_UM = 10.0, 15.0, (2.65, 2.95)
"""Of detections that say nothing of it: Stone Soup's carry no strength of signal."""

Named = Callable[[Detection], str]


@dataclass(frozen=True)
class Frame:
    """Cartesian coordinates of Stone Soup.

    Attributes
    ----------
    origin_m : (3,) ITRF m; axes : (3, 3) unit vectors of x, y and z in rows, ITRF.
    position, velocity : indices of them in the state vector.
    """

    origin_m: FloatArray
    axes: FloatArray
    position: tuple[int, int, int] = (0, 2, 4)
    velocity: tuple[int, int, int] = (1, 3, 5)


ITRF = Frame(np.zeros(3), np.eye(3))
"""Coordinates that turn with the Earth, from its centre."""


def east_north_up(lat_deg: float, lon_deg: float, alt_m: float = 0.0) -> Frame:
    """Coordinates east, north and up of a place."""
    return Frame(itrf_from_geodetic(lat_deg, lon_deg, alt_m), enu_axes(lat_deg, lon_deg))


def epoch_ns(time: datetime) -> int:
    """Ns TAI of a time of Stone Soup's; one without a zone is UTC."""
    utc = time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)
    return parse_utc(f"{utc:%Y-%m-%dT%H:%M:%S.%f}Z")


def named(detection: Detection) -> str:
    """Name of a detection's sensor: its metadata's `sensor`, or where its measurement model stands."""
    told = detection.metadata.get("sensor")
    if told is not None:
        return str(told)
    offset = np.ravel(detection.measurement_model.translation_offset).astype(float)
    return f"at {' '.join(f'{x:.0f}' for x in offset)}"


def observations_of(
    detections: Iterable[Detection],
    frame: Frame,
    purpose: Purpose = "test",
    origin: Origin = "simulated",
    first_sequence: int = 1,
    name: Named = named,
) -> list[Infrared | Radar]:
    """Detections as lines of an observation file, in the order of their sensors' names and directions.

    Those with range are plots, those without are lines of sight; strength of signal is taken from their metadata
    (`snr`, `snr_db`, `irradiance_w_m2`, `band_um`) or assumed.

    Raises
    ------
    ValueError
        A measurement model other than CartesianToElevationBearing, -Range or -RangeRate.
    """
    ordered = sorted(detections, key=lambda d: (epoch_ns(d.timestamp), name(d), np.ravel(d.state_vector).tolist()))
    return [
        _observation(detection, frame, purpose, origin, first_sequence + k, name(detection))
        for k, detection in enumerate(ordered)
    ]


def _observation(
    detection: Detection, frame: Frame, purpose: Purpose, origin: Origin, sequence: int, sensor: str
) -> Infrared | Radar:
    model = detection.measurement_model
    kinds = CartesianToElevationBearing, CartesianToElevationBearingRange, CartesianToElevationBearingRangeRate
    if not isinstance(model, kinds):
        raise ValueError(f"detection of {sensor}: {type(model).__name__} is not taken; use {kinds[1].__name__}")
    values = np.ravel(detection.state_vector).astype(float)
    noise = np.asarray(model.noise_covar, float)
    elevation, bearing = float(values[0]), float(values[1])
    turn = np.asarray(model.rotation_matrix, float).T
    ce, se, cb, sb = np.cos(elevation), np.sin(elevation), np.cos(bearing), np.sin(bearing)
    local = np.array([[ce * cb, ce * sb, se], [-se * cb, -se * sb, ce], [-ce * sb, ce * cb, 0.0]])
    sight, by_elevation, by_bearing = (local @ turn.T) @ frame.axes
    slopes = np.stack([by_elevation, by_bearing])
    spread = slopes.T @ noise[:2, :2] @ slopes
    position = frame.origin_m + np.ravel(model.translation_offset).astype(float) @ frame.axes
    told = detection.metadata
    line: dict[str, Any] = {
        "sensor": sensor,
        "sequence": sequence,
        "time_ns": epoch_ns(detection.timestamp),
        "purpose": purpose,
        "origin": origin,
    }
    if isinstance(model, CartesianToElevationBearing):
        return Infrared(
            **line,
            sensor_position_m=tuple(position.tolist()),
            line_of_sight=tuple(sight.tolist()),
            sigma_urad=float(np.sqrt(0.5 * np.trace(spread))) * 1e6,
            irradiance_w_m2=float(told.get("irradiance_w_m2", 0.0)),
            band_um=told.get("band_um", BAND_UM),
            snr=float(told.get("snr", SNR)),
        )
    lat, lon, alt = (float(x) for x in geodetic_from_itrf(position))
    axes = enu_axes(lat, lon)
    east, north, up = axes @ sight
    flat = float(np.hypot(east, north))
    across = np.array([north, -east, 0.0]) / flat @ axes
    upward = np.array([-up * east / flat, -up * north / flat, flat]) @ axes
    moving = isinstance(model, CartesianToElevationBearingRangeRate)
    return Radar(
        **line,
        site=Site(lat, lon, alt),
        range_m=float(values[2]),
        azimuth_deg=float(np.degrees(np.arctan2(east, north))) % 360.0,
        elevation_deg=float(np.degrees(np.arctan2(up, flat))),
        snr_db=float(told.get("snr_db", SNR_DB)),
        range_rate_m_s=float(values[3]) if moving else None,
        sigma_range_m=float(np.sqrt(noise[2, 2])),
        sigma_azimuth_deg=float(np.degrees(np.sqrt(across @ spread @ across) / flat)),
        sigma_elevation_deg=float(np.degrees(np.sqrt(upward @ spread @ upward))),
        sigma_range_rate_m_s=float(np.sqrt(noise[3, 3])) if moving else None,
    )


class ChainTracker(Tracker):  # type: ignore[misc]
    """The processing chain as a tracker of Stone Soup.

    A step of the detector is a look of each sensor that has detections in it, and one that saw nothing of every other
    that has shown itself and that its period has come round for. A track is there from its first estimate until the
    chain drops it; its states have the epochs of the chain's estimates, which come when there is something to say.
    """

    detector: Any = Property(doc="Gives (time, set of detections), in order of time")
    stages: Sequence[AnyStage] = Property(doc="Stages of the chain, as of `launchwatch.assembly.process`")
    frame: Frame = Property(default=ITRF, doc="Coordinates of the detections and of the tracks")
    name: Named = Property(default=named, doc="Name of a detection's sensor")
    sensors: Mapping[str, Mapping[str, Any]] = Property(
        default_factory=dict, doc="Figures of sensors by name, such as period_s and bias_urad; the others are defaults"
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._lane = lane_of(self.stages, "test", NODE)
        self._steps: Any = None
        self._figures: dict[str, Figures] = {}
        self._numbers: dict[str, int] = defaultdict(int)
        self._sequence = 1
        self._tracks: dict[str, SoupTrack] = {}

    @property
    def tracks(self) -> set[SoupTrack]:
        """Tracks that are there now."""
        return set(self._tracks.values())

    def __next__(self) -> tuple[datetime, set[SoupTrack]]:
        """The next step of the detector, and the tracks after it."""
        if self._steps is None:
            self._steps = iter(self.detector)
        time, detections = next(self._steps)
        now = epoch_ns(time)
        lines = observations_of(detections, self.frame, first_sequence=self._sequence, name=self.name)
        self._sequence += len(lines)
        seen: dict[str, list[Infrared | Radar]] = defaultdict(list)
        for line in lines:
            seen[line.sensor].append(line)
            if line.sensor not in self._figures:
                figures = assumed("infrared" if isinstance(line, Infrared) else "radar")
                for key, value in self.sensors.get(line.sensor, {}).items():
                    figures.values[key], figures.basis[key] = value, "look"
                self._figures[line.sensor] = figures
        for sensor, figures in self._figures.items():
            if seen[sensor] or now - (figures.last_ns or now) > 0.9 * figures.values["period_s"] * NS:
                self._lane.receive(self._envelope(_look(sensor, figures, seen[sensor], now), now))
        for envelope in self._lane.tick(now):
            if isinstance(envelope.payload, Track):
                self._note(envelope.payload)
        return time, self.tracks

    def _envelope(self, look: Observation, now: int) -> Envelope:
        number = self._numbers[look.sensor] = self._numbers[look.sensor] + 1
        return Envelope(
            id=f"{look.sensor}/{number}",
            topic="observations",
            sequence=number,
            valid_ns=now,
            observed_ns=now,
            received_ns=now,
            emitted_ns=now,
            purpose="test",
            origin=("simulated",),
            lineage=(),
            payload=look,
        )

    def _note(self, track: Track) -> None:
        """A version of a track as its newest state."""
        if track.status == "dropped":
            self._tracks.pop(track.track, None)
            return
        frame = self.frame
        index = np.array([*frame.position, *frame.velocity])
        turn = np.kron(np.eye(2), frame.axes)
        size = int(index.max()) + 1
        mean, covariance = np.zeros((size, 1)), np.zeros((size, size))
        mean[index, 0] = turn @ (track.state - np.concatenate([frame.origin_m, np.zeros(3)]))
        covariance[np.ix_(index, index)] = turn @ track.covariance @ turn.T
        state = GaussianState(mean, covariance, timestamp=_time(track.epoch_ns))
        known = self._tracks.get(track.track)
        if known is None:
            self._tracks[track.track] = SoupTrack([state], id=track.track)
        else:
            known.append(state)


def _time(ns: int) -> datetime:
    """UTC of an epoch, without a zone, as Stone Soup has it."""
    return datetime.strptime(format_utc(ns, 6), "%Y-%m-%dT%H:%M:%S.%fZ")


def _look(sensor: str, figures: Figures, lines: Sequence[Infrared | Radar], now: int) -> Observation:
    """One look of a sensor at one time."""
    counted = figures.solitary(now)
    values = figures.values
    times = [line.time_ns for line in lines] or [now]
    common: dict[str, Any] = {
        "sensor": sensor,
        "look_from_ns": min(times),
        "look_until_ns": max(times),
        "looks": counted,
        "period_s": values["period_s"],
        "false_alarms_per_look": values["false_alarms_per_look"],
        "sequence": np.array([line.sequence for line in lines], np.int64),
        "time_ns": np.array([line.time_ns for line in lines], np.int64),
    }
    sights = [line for line in lines if isinstance(line, Infrared)]
    plots = [line for line in lines if isinstance(line, Radar)]
    if figures.kind == "infrared":
        position = np.array([s.sensor_position_m for s in sights]).reshape(-1, 3)
        return InfraredLook(
            **common,
            position_m=position[-1] if len(position) else np.full(3, np.nan),
            band_um=sights[0].band_um if sights else BAND_UM,
            bias_urad=values["bias_urad"],
            threshold_snr=values["threshold_snr"],
            sensor_position_m=position,
            line_of_sight=np.array([s.line_of_sight for s in sights]).reshape(-1, 3),
            sigma_urad=np.array([s.sigma_urad for s in sights], float),
            irradiance_w_m2=np.array([s.irradiance_w_m2 for s in sights], float),
            snr=np.array([s.snr for s in sights], float),
        )
    if plots:
        values["site"] = plots[0].site
    site = values["site"]
    return RadarLook(
        **common,
        site_deg_m=(site.lat_deg, site.lon_deg, site.alt_m),
        sectors=tuple(Sector(s.from_deg, s.to_deg) for s in values["sectors"]),
        elevation_limits_deg=values["elevation_limits_deg"],
        range_limits_m=values["range_limits_m"],
        bias_range_m=values["bias_range_m"],
        bias_angle_deg=values["bias_angle_deg"],
        threshold_snr_db=values["threshold_snr_db"],
        range_m=np.array([p.range_m for p in plots], float),
        azimuth_deg=np.array([p.azimuth_deg for p in plots], float),
        elevation_deg=np.array([p.elevation_deg for p in plots], float),
        sigma_range_m=np.array([p.sigma_range_m for p in plots], float),
        sigma_azimuth_deg=np.array([p.sigma_azimuth_deg for p in plots], float),
        sigma_elevation_deg=np.array([p.sigma_elevation_deg for p in plots], float),
        snr_db=np.array([p.snr_db for p in plots], float),
    )
