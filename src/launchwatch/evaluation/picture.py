"""The picture that a chain has of all launches of a case, on a grid of times beside the truth, and what it is worth."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from launchwatch.core.arrays import FloatArray, IntArray
from launchwatch.core.frames import OMEGA_EARTH
from launchwatch.evaluation.gospa import gospa
from launchwatch.evaluation.siap import siap
from launchwatch.evaluation.tgospa import tgospa
from launchwatch.messages.envelope import Envelope
from launchwatch.messages.events import Event
from launchwatch.messages.truth import FlightTruth
from launchwatch.physics.gravity import gravity_j2

S = 1_000_000_000
STEP_S = 10.0
LONGEST_S = 1800.0  # a flight that does not come down counts for so long
CUTOFF_M, SWITCH_M = 20e3, 10e3
COAST_STEP_S = 30.0  # of Runge-Kutta; over ten minutes of free flight it errs by a few metres


def grid_of(flights: Sequence[FlightTruth]) -> IntArray:
    """Times (n,) ns TAI from the first lift-off to the last end."""
    first = min(flight.time_ns for flight in flights)
    last = max(flight.time_ns + round(min(float(flight.t_s[-1]), LONGEST_S) * S) for flight in flights)
    return np.arange(first, last + 1, round(STEP_S * S))


def true_paths(flights: Sequence[FlightTruth], times_ns: IntArray) -> FloatArray:
    """True states (flights, times, 6) ITRF, NaN before lift-off and after the end."""
    found = np.empty((len(flights), len(times_ns), 6))
    for k, flight in enumerate(flights):
        t = (times_ns - flight.time_ns) / S
        for i, column in enumerate((*flight.position_m.T, *flight.velocity_m_s.T)):
            found[k, :, i] = np.interp(t, flight.t_s, column, left=np.nan, right=np.nan)
    return found


def told_paths(outputs: Iterable[Envelope], times_ns: IntArray) -> FloatArray:
    """States (events, times, 6) ITRF as each event's newest version tells them, NaN before and after it.

    Each is run on from its epoch in free flight, also while it thrusts: nobody knows the thrust to come.
    """
    versions: dict[str, list[tuple[int, Event]]] = {}
    for envelope in outputs:
        if isinstance(envelope.payload, Event):
            versions.setdefault(envelope.payload.event, []).append((envelope.emitted_ns, envelope.payload))
    found = np.full((len(versions), len(times_ns), 6), np.nan)
    away = np.zeros((len(versions), len(times_ns)))
    for k, told in enumerate(versions.values()):
        made = np.array([at for at, _ in told])
        for i, newest in enumerate((np.searchsorted(made, times_ns, side="right") - 1).tolist()):
            if newest < 0 or told[newest][1].status == "final":
                continue
            track = told[newest][1].preferred
            found[k, i] = track.state
            away[k, i] = (times_ns[i] - track.epoch_ns) / S
    return coast(found, away)


def coast(states: FloatArray, seconds: FloatArray) -> FloatArray:
    """States (..., 6) ITRF after times (...) of either sign in free flight without air; NaN stays NaN."""
    steps = max(1, int(np.ceil(np.nanmax(np.abs(seconds), initial=0.0) / COAST_STEP_S)))
    h = np.asarray(seconds / steps)[..., None]
    w = OMEGA_EARTH

    def slope(y: FloatArray) -> FloatArray:
        out = np.empty_like(y)
        out[..., :3], out[..., 3:] = y[..., 3:], gravity_j2(y[..., :3])
        out[..., 3] += w * (w * y[..., 0] + 2.0 * y[..., 4])
        out[..., 4] += w * (w * y[..., 1] - 2.0 * y[..., 3])
        return out

    y = states
    for _ in range(steps):
        k1 = slope(y)
        k2 = slope(y + 0.5 * h * k1)
        k3 = slope(y + 0.5 * h * k2)
        y = y + h / 6.0 * (k1 + 2.0 * k2 + 2.0 * k3 + slope(y + h * k3))
    return y


def picture(outputs: Iterable[Envelope], truth: FloatArray, times_ns: IntArray) -> dict[str, Any]:
    """GOSPA, mean over the times; T-GOSPA, root of its mean over them, with its parts; and SIAP of one chain.

    Parameters
    ----------
    truth : (flights, times, 6) of `true_paths`.
    """
    told = told_paths(outputs, times_ns)
    distance = tgospa(told[..., :3], truth[..., :3], CUTOFF_M, SWITCH_M)
    one = siap(told, truth, STEP_S, CUTOFF_M)
    times = len(times_ns)
    single = [
        gospa(now[np.isfinite(now[:, 0])], then[np.isfinite(then[:, 0])], CUTOFF_M).distance
        for now, then in zip(told[..., :3].swapaxes(0, 1), truth[..., :3].swapaxes(0, 1), strict=True)
    ]
    return {
        "gospa_km": round(float(np.mean(single)) / 1e3, 4),
        "t_gospa_km": round(distance.distance / math.sqrt(times) / 1e3, 4),
        "localisation_km": round(math.sqrt(distance.localisation / times) / 1e3, 4),
        "missed": round(distance.missed / times, 4),
        "false": round(distance.false / times, 4),
        "switches": round(distance.switches, 2),
        "siap": {
            name: None if value is None else round(value, 5)
            for name, value in ((name, getattr(one, name)) for name in one.__struct_fields__)
        },
    }
