"""When each sensor looked, and what it saw: the deliveries of a case, told apart with the truth at hand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from launchwatch.core.arrays import FloatArray, IntArray
from launchwatch.core.epochs import NS
from launchwatch.core.frames import itrf_from_azimuth_elevation_range
from launchwatch.core.geodesy import itrf_from_geodetic
from launchwatch.messages.envelope import Envelope
from launchwatch.messages.observations import InfraredLook, RadarLook
from launchwatch.messages.truth import FlightTruth
from launchwatch.report.run import Case

_GATE_SIGMAS = 6.0
_GATE_M = 10e3  # what a radar's model errors may add at most


@dataclass(frozen=True)
class Sightings:
    """One sensor over one case; times are seconds after the case's first lift-off.

    Attributes
    ----------
    number : place in the order of the figures, counts from 1.
    looked : (m, 2) spans in which it looked, each look as long as the time to the next one.
    time_s, value, flight : (n,) its detections of a flight: time, irradiance (W/m2) or signal-to-noise ratio (dB), and
        index of the flight.
    period_s : time between two looks.
    other_s : (k,) times of detections that match no flight.
    position_ns, position_m : (p,), (p, 3) where it stood, ITRF.
    """

    number: int
    sensor: str
    name: str
    owner: str
    kind: str
    looked: FloatArray
    period_s: float
    time_s: FloatArray
    value: FloatArray
    flight: IntArray
    other_s: FloatArray
    position_ns: IntArray
    position_m: FloatArray

    @property
    def detected(self) -> FloatArray:
        """(n, 2) spans in which it detected a flight."""
        return merged(np.stack([self.time_s, self.time_s + self.period_s], axis=1), self.period_s)


def merged(spans: FloatArray, gap_s: float) -> FloatArray:
    """Spans (n, 2) joined where the next begins within half of `gap_s` after the end of the one before."""
    if len(spans) == 0:
        return spans
    ordered = spans[np.argsort(spans[:, 0], kind="stable")]
    ends = np.maximum.accumulate(ordered[:, 1])
    breaks = np.flatnonzero(ordered[1:, 0] > ends[:-1] + 0.5 * gap_s)
    firsts, lasts = np.append(0, breaks + 1), np.append(breaks, len(ordered) - 1)
    return np.stack([ordered[firsts, 0], ends[lasts]], axis=1)


def sightings_of(case: Case, sensors: Sequence[Mapping[str, Any]]) -> tuple[Sightings, ...]:
    """All sensors that delivered in a case: by time of first detection, then those that saw nothing, by name."""
    deliveries: dict[str, dict[int, InfraredLook | RadarLook]] = {}
    for envelopes in case.looks.values():
        for look in _payloads(envelopes):
            deliveries.setdefault(look.sensor, {}).setdefault(look.look_from_ns, look)
    known = {one["id"]: one for one in sensors}
    found = [_sightings(case, name, list(looks.values()), known.get(name, {})) for name, looks in deliveries.items()]
    found.sort(key=lambda one: (one.time_s.min() if len(one.time_s) else np.inf, one.sensor))
    return tuple(_numbered(one, number) for number, one in enumerate(found, start=1))


def truth_at(flight: FlightTruth, seconds: FloatArray) -> FloatArray:
    """True positions (n, 3), ITRF m, at seconds after this flight's lift-off; nan outside of the flight."""
    columns = (np.interp(seconds, flight.t_s, flight.position_m[:, i], left=np.nan, right=np.nan) for i in range(3))
    return np.stack(list(columns), axis=-1)


def _payloads(envelopes: Iterable[Envelope]) -> Iterable[InfraredLook | RadarLook]:
    return (one.payload for one in envelopes if isinstance(one.payload, InfraredLook | RadarLook))


def _sightings(case: Case, sensor: str, looks: list[InfraredLook | RadarLook], known: Mapping[str, Any]) -> Sightings:
    looks.sort(key=lambda look: look.look_from_ns)
    period_s = min(look.period_s for look in looks)
    start = np.array([look.look_from_ns for look in looks], np.int64)
    until = np.array([look.look_until_ns for look in looks], np.int64)
    spans = np.stack([(start - case.start_ns) / NS, (until - case.start_ns) / NS + period_s], axis=1)
    rows = [look for look in looks if len(look.time_ns)]
    time_ns = np.concatenate([np.zeros(0, np.int64), *(look.time_ns for look in rows)])
    value = np.concatenate([np.zeros(0), *(_value(look) for look in rows)])
    flight = np.full(len(time_ns), -1, np.int64)
    if rows:
        infrared = [look for look in rows if isinstance(look, InfraredLook)]
        radar = [look for look in rows if isinstance(look, RadarLook)]
        flight = _match_infrared(case, infrared, time_ns) if infrared else _match_radar(case, radar, time_ns)
    time_s, of_flight = (time_ns - case.start_ns) / NS, flight >= 0
    first, position_ns = looks[0], until
    if isinstance(first, InfraredLook):
        position_m = np.array([look.position_m for look in looks if isinstance(look, InfraredLook)])
    else:
        position_ns, position_m = until[:1], itrf_from_geodetic(*first.site_deg_m)[None]
    return Sightings(
        number=0,
        sensor=sensor,
        name=known.get("name", sensor),
        owner=known.get("owner", ""),
        kind="infrared" if isinstance(first, InfraredLook) else "radar",
        looked=merged(spans, period_s),
        period_s=period_s,
        time_s=time_s[of_flight],
        value=value[of_flight],
        flight=flight[of_flight],
        other_s=time_s[~of_flight],
        position_ns=position_ns,
        position_m=position_m,
    )


def _numbered(one: Sightings, number: int) -> Sightings:
    return Sightings(**{**one.__dict__, "number": number})


def _value(look: InfraredLook | RadarLook) -> FloatArray:
    return look.irradiance_w_m2 if isinstance(look, InfraredLook) else look.snr_db


def _match_infrared(case: Case, looks: Sequence[InfraredLook], time_ns: IntArray) -> IntArray:
    origin = np.concatenate([look.sensor_position_m for look in looks])
    line = np.concatenate([look.line_of_sight for look in looks])
    sigma = np.concatenate([np.hypot(look.sigma_urad, look.bias_urad) for look in looks]) * 1e-6
    distances = []
    for flight in case.flights:
        to_truth = truth_at(flight, (time_ns - flight.time_ns) / NS) - origin
        across = np.linalg.norm(np.cross(line, to_truth), axis=1)
        distances.append(across / np.linalg.norm(to_truth, axis=1) / (_GATE_SIGMAS * sigma))
    return _nearest(distances)


def _match_radar(case: Case, looks: Sequence[RadarLook], time_ns: IntArray) -> IntArray:
    site = looks[0].site_deg_m
    elevation = np.concatenate([look.elevation_deg for look in looks])
    measured = itrf_from_azimuth_elevation_range(
        itrf_from_geodetic(*site),
        site[0],
        site[1],
        np.concatenate([look.azimuth_deg for look in looks]),
        np.where(np.isfinite(elevation), elevation, 0.0),  # over-the-horizon radars give none
        np.concatenate([look.range_m for look in looks]),
    )
    angle = np.concatenate([np.maximum(look.sigma_azimuth_deg, look.bias_angle_deg) for look in looks])
    reach = np.concatenate([look.range_m for look in looks])
    low = np.where(np.isfinite(elevation), 0.0, reach)  # and may be off by the height of the target
    gate = _GATE_M + _GATE_SIGMAS * np.radians(angle) * reach + low
    return _nearest([
        np.linalg.norm(truth_at(flight, (time_ns - flight.time_ns) / NS) - measured, axis=1) / gate
        for flight in case.flights
    ])  # fmt: skip


def _nearest(distances: Sequence[FloatArray]) -> IntArray:
    """Index of the nearest flight within its gate (1), or -1."""
    table = np.nan_to_num(np.stack(distances), nan=np.inf)
    return np.where(table.min(axis=0) <= 1.0, np.argmin(table, axis=0), -1).astype(np.int64)
