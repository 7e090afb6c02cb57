"""One look against what is known to be in orbit: plots of known objects out, re-entries told."""

from __future__ import annotations

from typing import Any

import numpy as np

from launchwatch.core.arrays import FloatArray, IntArray
from launchwatch.messages.detections import KnownPlots, Reentry
from launchwatch.messages.observations import InfraredLook, Observation, RadarLook
from launchwatch.processing.detections.known import (
    KnownObjects,
    known_plots,
    match_points,
    plot_sets,
    pruned,
)
from launchwatch.processing.detections.reentries import comes_down, follow_lights, match_stretches, told
from launchwatch.processing.detections.state import DetectionsState, Light, Stays
from launchwatch.processing.motion.measurements import select

AGREED = 2
"""Plots that agree before an object is told as a re-entry."""


def sort_out(
    known: KnownObjects, state: DetectionsState, look: Observation
) -> tuple[Observation, KnownPlots | None, list[Reentry]]:
    """The look without plots of known objects, the record of these, and what is told as a re-entry."""
    if isinstance(look, InfraredLook):
        before: tuple[Any, ...] = (state.lights.get(look.sensor, ()),)
    else:
        before = state.points.get(look.sensor, known.empty), state.stretches.get(look.sensor, known.empty)
    # A pure function of these objects, which nothing changes: another chain that came the same way need not repeat it.
    said = known.recall(look, before)
    if said is None:
        if isinstance(look, InfraredLook):
            said = _lights(known, before[0], look)
        else:
            said = _plots(known, before[0], before[1], look)
        known.remember(look, before, said)
    after, kept, record, reentries = said
    if isinstance(look, InfraredLook):
        state.lights[look.sensor] = after
    else:
        state.points[look.sensor], state.stretches[look.sensor] = after
    return kept, record, reentries


def _lights(
    known: KnownObjects, lights: tuple[Light, ...], look: InfraredLook
) -> tuple[tuple[Light, ...], InfraredLook, None, list[Reentry]]:
    falling = np.flatnonzero(comes_down(known.ends_ns, look.look_until_ns))
    alive, seen = follow_lights(known, lights, look, falling)
    reentries = [
        told(known, x.row, look.sensor, "infrared", x.first_ns, x.last_ns, x.sights, x.position, float("nan"))
        for x in seen
    ]
    return alive, look, None, reentries


def _plots(
    known: KnownObjects, points: Stays, stretches: Stays, look: RadarLook
) -> tuple[tuple[Stays, Stays], Observation, KnownPlots | None, list[Reentry]]:
    points, stretches = pruned(points, look), pruned(stretches, look)
    taken: list[IntArray] = []
    rows: list[IntArray] = []
    distances: list[FloatArray] = []
    reentries: list[Reentry] = []
    for time_ns, plots in plot_sets(look):
        points, plot, row, distance2 = match_points(known, points, look, time_ns, plots)
        reentries += _told(known, look, points, row, time_ns)
        unknown = np.ones(len(plots.index), bool)
        unknown[plot] = False
        free = np.flatnonzero(unknown)
        taken.append(plots.index[plot])
        rows.append(row)
        distances.append(distance2)
        loose = known.stretches(time_ns)
        if len(free) and len(loose):
            stretches, plot, row, distance2 = match_stretches(known, stretches, time_ns, plots, free, loose)
            reentries += _told(known, look, stretches, row, time_ns)
            taken.append(plots.index[plot])
            rows.append(row)
            distances.append(distance2)
    out = np.concatenate(taken)
    if not len(out):
        return (points, stretches), look, None, reentries
    record = known_plots(look, known.sets, out, np.concatenate(rows), np.concatenate(distances))
    keep = np.ones(len(look.sequence), bool)
    keep[out] = False
    return (points, stretches), select(look, keep), record, reentries


def _told(known: KnownObjects, look: RadarLook, stays: Stays, rows: IntArray, time_ns: int) -> list[Reentry]:
    """Re-entries among the objects `rows` that a look has just seen, each told once a stay."""
    found = []
    for row in rows[comes_down(known.ends_ns[rows], time_ns)].tolist():
        k = int(np.searchsorted(stays.row, row))
        if stays.plots[k] == AGREED:
            path, _ = known.path(time_ns)
            there = path.at(np.array([row]), np.array([time_ns]))[0][0] + stays.off[k]
            late = float(stays.late_s[k])
            found.append(
                told(known, row, look.sensor, "radar", int(stays.first_ns[k]), time_ns, AGREED, there, late)
            )
    return found
