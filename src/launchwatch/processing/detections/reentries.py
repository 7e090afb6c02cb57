"""Objects on their way down: drag has run off with them, so that a prediction is a stretch of orbit and no point.

The plane of the orbit is known well, the time within it badly. A plot in the plane and at the height of the orbit gives
the time by which the object is late; the next plots have to be as late. An object that has less than two days left by
its elements is told as a re-entry. So is a light that runs along its path at orbital speed.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from launchwatch.core.arrays import FloatArray, IntArray
from launchwatch.core.frames import OMEGA_EARTH
from launchwatch.core.geodesy import A, B
from launchwatch.messages.detections import Reentry
from launchwatch.messages.observations import InfraredLook
from launchwatch.physics.satellites import ElementSets, Ephemeris, state_of_each
from launchwatch.processing.detections.known import (
    AGREE_GATE,
    DAY_NS,
    KnownObjects,
    PlotSet,
    S,
    agreement_of,
    begun,
    find,
    noted,
    one_to_one,
)
from launchwatch.processing.detections.state import Light, Stays

COMES_DOWN_NS = 2 * DAY_NS  # half of those that vanished from the lists had so much left by their last elements
LOOSE_GATE = 25.0
LOOSE_TIMES = 3.0  # errors of radius and plane, in those of a prediction: low orbits shrink while they are predicted
LOWEST_M = 80e3  # a decaying object flies below the perigee of its elements, down to where it burns
BAND_M = 30e3  # what the oblate Earth and short waves of the orbit move it by, beside its elements
BURN_M, BURN_SPAN_M = 75e3, 35e3  # bodies burn between 110 and 40 km
PLANE_M = 30e3  # how far beside its plane a light may be, beside the height that is not known
SPEED_M_S = (4000.0, 9000.0)  # of what burns, over the ground
HEADING = 0.95  # cosine of the angle between the way of a light and the orbit
SETTLED_S = 1e-3  # 8 m along the orbit, a thousandth of what it may be off by
LIGHTS = 3  # sights that tell a re-entry
DARK_S = 45.0


def comes_down(ends_ns: IntArray, time_ns: int) -> NDArray[np.bool_]:
    """Which objects (n,) come down within two days of an epoch, or should have, by their elements."""
    return np.asarray(ends_ns - time_ns < COMES_DOWN_NS)


def _unit_normals(path: Ephemeris, rows: IntArray, times_ns: IntArray) -> FloatArray:
    """Unit normals (t, n, 3) of the orbits of objects at epochs (t,), in ITRF axes; NaN where there is no position."""
    t, n = len(times_ns), len(rows)
    position, velocity = path.at(np.tile(rows, t), np.repeat(times_ns, n))
    velocity[:, 0] -= OMEGA_EARTH * position[:, 1]
    velocity[:, 1] += OMEGA_EARTH * position[:, 0]
    x, y, z = position.T
    u, v, w = velocity.T
    normal = np.column_stack([y * w - z * v, z * u - x * w, x * v - y * u])
    normal /= np.sqrt(_dot(normal, normal))[:, None]
    return normal.reshape(t, n, 3)


def _shifted(sets: ElementSets, rows: IntArray, time_ns: int, late_s: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Positions and inertial velocities (k, 3), in ITRF axes of an epoch, of objects that are late by so much (k,)."""
    p, v = state_of_each(sets, rows, time_ns - np.rint(late_s * S).astype(np.int64))
    v = v + OMEGA_EARTH * np.column_stack([-p[:, 1], p[:, 0], np.zeros(len(p))])
    # the orbit stands still in space: what it passed over earlier lies now farther west in the turning axes
    c, s = np.cos(OMEGA_EARTH * late_s), np.sin(OMEGA_EARTH * late_s)

    def turned(x: FloatArray) -> FloatArray:
        return np.column_stack([c * x[:, 0] + s * x[:, 1], c * x[:, 1] - s * x[:, 0], x[:, 2]])

    return turned(p), turned(v)


def match_stretches(
    known: KnownObjects, stays: Stays, time_ns: int, plots: PlotSet, free: IntArray, loose: IntArray
) -> tuple[Stays, IntArray, IntArray, FloatArray]:
    """Plots `free` of one time against objects `loose`, whose predictions are stretches of orbit.

    Returns
    -------
    stays : the objects in the field now.
    taken, row, distance2 : (k,) the plots that are of them, the objects, how far off.
    """
    path, sigma = known.path(time_ns)
    none = np.empty(0, np.int64)
    normal = _unit_normals(path, loose, np.array([time_ns]))[0]
    radius = np.linalg.norm(plots.position[free], axis=1)
    noise = plots.noise_and_bias[free].max(axis=1)
    beside = np.abs(plots.position[free] @ normal.T)
    reach = LOOSE_TIMES * sigma[loose, 2][None, :] + noise[:, None]
    apogee = known.sets.semi_major_m[loose] * (1.0 + known.sets.eccentricity[loose])
    high = apogee[None, :] + BAND_M + 5.0 * noise[:, None]
    there = (radius[:, None] > B + LOWEST_M) & (radius[:, None] < high) & np.isfinite(normal[:, 0])
    near = there & (beside < 5.0 * reach)
    p, k = np.nonzero(near)
    plot, row, off, late, distance2 = _fits(known.sets, stays, sigma, time_ns, plots, free[p], loose[k])
    if not len(plot):
        return stays, none, none, np.empty(0)
    covariance = plots.covariance(plot)
    place, there = find(stays.row, row)
    agreement = np.full(len(plot), np.inf)
    agreement[there] = agreement_of(stays, place[there], off[there], covariance[there])
    agrees = agreement < AGREE_GATE
    held = np.zeros(len(plot), bool)
    held[there] = stays.plots[place[there]] > 1
    order = np.lexsort((np.where(agrees, agreement, distance2), ~agrees))
    chosen = order[one_to_one(plot[order], row[order], len(plots.index))]
    kept = chosen[agrees[chosen] | ~held[chosen]]
    new = begun(row[kept], time_ns, off[kept], covariance[kept], late[kept], np.zeros(len(kept), bool))
    taken = chosen[agrees[chosen]]
    return noted(stays, new, agrees[kept]), plot[taken], row[taken], distance2[taken]


def _fits(
    sets: ElementSets, stays: Stays, sigma: FloatArray, time_ns: int, plots: PlotSet, plot: IntArray, row: IntArray
) -> tuple[IntArray, IntArray, FloatArray, FloatArray, FloatArray]:
    """Of pairs (n,) of plot and object those (k,) that fit: offset (k, 3) ITRF m, lateness s and squared distance."""
    where, noise = plots.position[plot], plots.noise_and_bias[plot].max(axis=1)
    place, there = find(stays.row, row)
    late = np.zeros(len(plot))
    late[there] = stays.late_s[place[there]]
    new = np.flatnonzero(~there)
    for _ in range(6):
        if not len(new):
            break
        position, velocity = _shifted(sets, row[new], time_ns, late[new])
        # Angle in the plane, from the prediction onward, over the rate at which it is flown
        distance = np.linalg.norm(position, axis=1)
        radial = position / distance[:, None]
        along = velocity - radial * _dot(radial, velocity)[:, None]
        speed = np.linalg.norm(along, axis=1)
        angle = np.arctan2(_dot(where[new], along) / speed, _dot(where[new], radial))
        step_s = angle * distance / speed
        late[new] -= step_s
        # where the elements give no position the step is NaN, and there is nothing to fit
        new = new[np.abs(step_s) > SETTLED_S]
    lives = np.flatnonzero(np.isfinite(late))
    plot, row, late, there = plot[lives], row[lives], late[lives], there[lives]
    where, noise = where[lives], noise[lives]
    position, velocity = _shifted(sets, row, time_ns, late)
    off = where - position
    radial = position / np.linalg.norm(position, axis=1)[:, None]
    normal = np.cross(position, velocity)
    normal /= np.linalg.norm(normal, axis=1)[:, None]
    speed = np.linalg.norm(velocity, axis=1)
    distance2 = (
        _dot(off, radial) ** 2 / ((LOOSE_TIMES * sigma[row, 0] + BAND_M / 3.0) ** 2 + noise**2)
        + _dot(off, normal) ** 2 / ((LOOSE_TIMES * sigma[row, 2]) ** 2 + noise**2)
        + (late * speed / (LOOSE_TIMES * sigma[row, 1])) ** 2
    )
    fits = np.isfinite(distance2) & ((distance2 < LOOSE_GATE) | there)
    return plot[fits], row[fits], off[fits], late[fits], distance2[fits]


def _dot(a: FloatArray, b: FloatArray) -> FloatArray:
    return np.asarray(np.einsum("ki,ki->k", a, b))


def follow_lights(
    known: KnownObjects, lights: tuple[Light, ...], look: InfraredLook, falling: IntArray
) -> tuple[tuple[Light, ...], list[Light]]:
    """Lights along the paths of objects `falling`, after one look, and those of them that this look added to."""
    alive = [light for light in lights if look.look_from_ns - light.last_ns <= DARK_S * S]
    added: list[int] = []
    if not len(look.sequence) or not len(falling):
        return tuple(alive), []
    path, sigma = known.path(int(look.time_ns[0]))
    low, burning, high = (
        _on_shell(look.sensor_position_m, look.line_of_sight, BURN_M + step)
        for step in (-BURN_SPAN_M, 0.0, BURN_SPAN_M)
    )
    on = np.flatnonzero(np.isfinite(burning[:, 0]))
    if not len(on):
        return tuple(alive), []
    normals = _unit_normals(path, falling, look.time_ns[on])
    beside = np.abs(np.einsum("tni,ti->tn", normals, burning[on]))
    depth = [np.abs(np.einsum("tni,ti->tn", normals, end[on] - burning[on])) for end in (low, high)]
    near = beside < np.fmax(*depth) + PLANE_M + LOOSE_TIMES * sigma[falling, 2]
    for i, normal, hit in zip(on.tolist(), normals, near, strict=True):
        time_ns = int(look.time_ns[i])
        for k in np.flatnonzero(hit).tolist():
            row, position = int(falling[k]), burning[i]
            which = next((j for j, x in enumerate(alive) if x.row == row and x.last_ns < time_ns), None)
            if which is None:
                alive.append(Light(row, time_ns, time_ns, position, 1))
                continue
            before = alive[which]
            seconds = (time_ns - before.last_ns) / S
            way = position - before.position
            length = float(np.linalg.norm(way))
            onward = np.cross(normal[k], position)
            along = float(way @ onward) / (length * float(np.linalg.norm(onward))) if length else 0.0
            if along > HEADING and SPEED_M_S[0] < length / seconds < SPEED_M_S[1]:
                alive[which] = Light(row, before.first_ns, time_ns, position, before.sights + 1)
                added.append(which)
    return tuple(alive), [alive[which] for which in added if alive[which].sights >= LIGHTS]


def _on_shell(sensor: FloatArray, line: FloatArray, height_m: float) -> FloatArray:
    """Where lines of sight (n, 3) from (n, 3) enter a shell at a height, ITRF m (n, 3); NaN where they pass it by."""
    stretch = 1.0 / np.array([A + height_m, A + height_m, B + height_m])
    p, d = sensor * stretch, line * stretch
    a, b, c = np.sum(d * d, axis=1), np.sum(p * d, axis=1), np.sum(p * p, axis=1) - 1.0
    with np.errstate(invalid="ignore"):
        root = np.sqrt(b * b - a * c)
        return np.asarray(sensor + ((-b - root) / a)[:, None] * line)


def told(known: KnownObjects, row: int, sensor: str, kind: str, first_ns: int, last_ns: int, detections: int,
         position: FloatArray, late_s: float) -> Reentry:  # fmt: skip
    """The record that tells an object as a re-entry."""
    number = int(known.sets.norad_id[row])
    return Reentry(
        object=number,
        name=known.sets.name[row],
        sensor=sensor,
        phenomenology="infrared" if kind == "infrared" else "radar",
        first_ns=first_ns,
        last_ns=last_ns,
        detections=detections,
        position_m=position,
        late_s=late_s,
        reason=f"re-entry of {number}",
        typing={"not-a-missile": 1.0},
    )
