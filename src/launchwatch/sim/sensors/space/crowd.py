"""Many sources that stand still and shine evenly - fires, flares, lamps - over a long window.

Drawing each look at each of them would take hours for a day. Here the number of detections of a source in a block of
looks is drawn at once, from the binomial law of independent looks, and only detections get a look and an SNR: those of
the same law, given that the threshold was passed. Geometry, cloud and Sun are taken at the middle of a block, which
lasts five minutes at most.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from hashlib import blake2b

import numpy as np

from launchwatch.catalog.schema import Payload
from launchwatch.core.arrays import FloatArray, IntArray
from launchwatch.core.draws import cell_uniforms, normals
from launchwatch.core.epochs import NS
from launchwatch.core.geodesy import itrf_from_geodetic
from launchwatch.messages.truth import ObjectKind, TrueObject
from launchwatch.physics.radiometry import black_body_radiance, detection_probability
from launchwatch.physics.transmission import transmission
from launchwatch.physics.visibility import lowest_height, zenith_angle_deg
from launchwatch.sim.scenes.objects import SeenObject
from launchwatch.sim.scenes.weather import Scene
from launchwatch.sim.sensors.looks import Looks
from launchwatch.sim.sensors.space.geometry import OrbitPositions, crossing_ns
from launchwatch.sim.sensors.space.pixels import NEIGHBOURS, answers, shared_noise
from launchwatch.sim.sensors.space.pointing import pointed
from launchwatch.sim.sensors.space.rows import Rows, saturated
from launchwatch.sim.sensors.space.view import Heavens, colour_floor, view

BLOCK_S = 300.0
"""Blocks of looks last so long at most."""
NEVER = 6.5
"""A source whose mean SNR is further below the threshold at its best is not looked at: 4e-11 for each look."""

_AT_ONCE = 50_000  # detections drawn together, for the size of their tables of chances
_LATTICE = (4093, 1516)  # points and generator
_ROUNDING_M = 1.0  # heights of sources on the ground come out at 0 give or take less than this
_PLACES = (np.arange(4) + 0.5) / 8.0  # offsets from the middle of a pixel, along each axis, that stand for all


@dataclass(frozen=True, eq=False)
class SteadySources:
    """Sources that stand still, arrays of length n.

    Attributes
    ----------
    ids : names of their draws, each once.
    kind : what they are.
    lat_deg, lon_deg, height_m : where.
    begin_ns, end_ns : when they shine, ns TAI.
    intensity_w_sr, band_um : radiant intensity in a band, before any air.
    temperature_k : of the grey body that other bands follow from.
    """

    ids: tuple[str, ...]
    kind: ObjectKind
    lat_deg: FloatArray
    lon_deg: FloatArray
    height_m: FloatArray
    begin_ns: IntArray
    end_ns: IntArray
    intensity_w_sr: FloatArray
    band_um: tuple[float, float]
    temperature_k: FloatArray

    @cached_property
    def keys(self) -> IntArray:
        """(n,) numbers made from the names."""
        digests = (blake2b(name.encode(), digest_size=8).digest() for name in self.ids)
        return np.array([int.from_bytes(d, "little", signed=True) for d in digests], dtype=np.int64)

    @cached_property
    def position_m(self) -> FloatArray:
        """(n, 3) ITRF."""
        return itrf_from_geodetic(self.lat_deg, self.lon_deg, self.height_m)

    def intensity(self, band_um: tuple[float, float]) -> FloatArray:
        """Radiant intensity (n,) W/sr in a band."""
        if tuple(band_um) == tuple(self.band_um):
            return self.intensity_w_sr
        share = black_body_radiance(band_um, self.temperature_k) / black_body_radiance(self.band_um, self.temperature_k)
        return np.asarray(self.intensity_w_sr * share)

    def objects(self) -> list[SeenObject]:
        """The same sources one by one, for sensors that draw every look."""
        return [self._object(i) for i in range(len(self.ids))]

    def _object(self, i: int) -> SeenObject:
        end_s = float(self.end_ns[i] - self.begin_ns[i]) / NS
        here = self.position_m[i]

        def motion(t_s: FloatArray) -> tuple[FloatArray, FloatArray]:
            return np.tile(here, (len(t_s), 1)), np.zeros((len(t_s), 3))

        return SeenObject(
            id=self.ids[i],
            kind=self.kind,
            launch=None,
            epoch_ns=int(self.begin_ns[i]),
            begin_s=0.0,
            end_s=end_s,
            motion=motion,
            emission=_EvenLight(((0.0, end_s),), self, i),
            echo=None,
        )


@dataclass(frozen=True, eq=False)
class _EvenLight:
    """One of many steady sources (`scenes.objects.Emission`)."""

    spans_s: tuple[tuple[float, float], ...]
    sources: SteadySources
    index: int

    def intensity_w_sr(self, t_s: FloatArray, band_um: tuple[float, float]) -> FloatArray:
        return np.full(len(t_s), self.sources.intensity(band_um)[self.index])


def crowd_rows(
    sensor: str,
    payload: Payload,
    orbit_positions: OrbitPositions,
    sources: SteadySources,
    scene: Scene,
    heavens: Heavens,
    seed: int,
    looks: Looks,
    first_source: int,
) -> tuple[Rows, Sequence[TrueObject], int]:
    """Detections of steady sources.

    What a source shows in a block depends on (seed, sensor, source, block) alone. A payload with `persistent_after`
    reports so many sightings of a source and then knows it: the rest are counted, not drawn.

    Parameters
    ----------
    sensor, payload, orbit_positions, scene, heavens, seed, looks :
        As the sensor's own.
    sources : SteadySources
    first_source : int
        What the sources of the rows are counted from.

    Returns
    -------
    rows : Rows
    seen : sequence of TrueObject
        The sources that were reported, in the order of the rows' sources.
    suppressed : int
        Sightings that the sensor kept back.
    """
    n = max(1, int(BLOCK_S / payload.period_s))
    ratios, chance = chances(payload)
    intensity = sources.intensity(payload.band_um)
    sightings = np.zeros(len(sources.ids), np.int64)
    found: list[tuple[IntArray, IntArray, FloatArray, FloatArray]] = []
    suppressed = 0
    blocks = np.unique(looks.index // n)
    first_of = np.searchsorted(looks.index, blocks * n)
    until_of = np.searchsorted(looks.index, (blocks + 1) * n)
    for block, a, b in zip(blocks.tolist(), first_of.tolist(), until_of.tolist(), strict=True):
        middle = looks.begin_ns[a : a + 1] + round(((block + 0.5) * n - looks.index[a]) * payload.period_s * NS)
        here = orbit_positions(middle)[0]
        active = np.flatnonzero((sources.begin_ns <= looks.end_ns[b - 1]) & (sources.end_ns >= looks.begin_ns[a]))
        near = sources.position_m[active]
        range2 = np.sum((near - here) ** 2, axis=1)
        best = intensity[active] * _steepest(payload, scene, sources.height_m[active]) / range2
        bright = best / payload.noise_equivalent_irradiance_w_m2 > payload.threshold_snr - NEVER
        above = np.sum((here - near) * near, axis=1) > 0.0
        active = active[bright & above]
        if not len(active):
            continue
        seen = view(
            payload, scene, heavens, np.tile(here, (len(active), 1)), sources.position_m[active],
            np.full(len(active), middle[0]),
        )  # fmt: skip
        active, per, noise = active[seen.free], seen.per_intensity[seen.free], seen.noise[seen.free]
        mean = intensity[active] * per / noise
        if payload.second_band_um is not None:
            hot = _hot_enough(payload, sources, active, here, scene, mean * noise)
            active, mean, noise = active[hot], mean[hot], noise[hot]
        probability = np.exp(np.interp(mean, ratios, chance))
        counts = binomial(n, probability, cell_uniforms(seed, f"{sensor} crowd", sources.keys[active], block))
        some = np.flatnonzero(counts)
        if not len(some):
            continue
        # a set of that size out of all looks of the block, each as likely: those of the least random numbers
        order = cell_uniforms(seed, f"{sensor} crowd looks", sources.keys[active[some]][:, None], block, np.arange(n))
        picked = np.argsort(np.argsort(order, axis=1), axis=1) < counts[some, None]
        which, offset = np.nonzero(picked)
        source, index = active[some[which]], block * n + offset
        row = np.searchsorted(looks.index[a:b], index) + a
        there = row < b
        there[there] &= looks.index[row[there]] == index[there]
        there[there] &= (looks.begin_ns[row[there]] >= sources.begin_ns[source[there]]) & (
            looks.end_ns[row[there]] <= sources.end_ns[source[there]]
        )
        # within a block a low satellite comes over the horizon: nothing is seen through the Earth before
        risen = np.flatnonzero(there)
        then = orbit_positions(looks.begin_ns[row[risen]])[0]
        there[risen] = lowest_height(then, sources.position_m[source[risen]]) >= -_ROUNDING_M
        which, source, row = which[there], source[there], row[there]
        if payload.persistent_after is not None:
            # rows of one source follow each other in time, so their number counts its sightings
            starts = np.flatnonzero(np.diff(source, prepend=-1))
            nth = np.arange(len(source)) - np.repeat(starts, np.diff(starts, append=len(source)))
            told = sightings[source] + nth < payload.persistent_after
            np.add.at(sightings, source, 1)
            suppressed += int(np.count_nonzero(~told))
            which, source, row = which[told], source[told], row[told]
        at = some[which]
        found.append((source, row, mean[at], noise[at]))
    rows = _drawn(sensor, payload, orbit_positions, sources, seed, looks, found)
    reported, source = np.unique(rows.source, return_inverse=True)
    names = [TrueObject(sources.ids[i], sources.kind, None) for i in reported.tolist()]
    table = {**vars(rows), "source": first_source + source.astype(np.int64)}
    return Rows(**table), names, suppressed


def _drawn(
    sensor: str,
    payload: Payload,
    orbit_positions: OrbitPositions,
    sources: SteadySources,
    seed: int,
    looks: Looks,
    found: Sequence[tuple[IntArray, IntArray, FloatArray, FloatArray]],
) -> Rows:
    """SNR and direction of detections: source, row of the look, mean SNR and noise of each."""
    nothing = np.empty(0, np.int64)
    empty = (nothing, nothing, np.empty(0), np.empty(0))
    source, row, mean, noise = (np.concatenate(column) for column in zip(empty, *found, strict=True))
    snr, answer = exceeding(payload, mean, seed, sensor, sources.keys[source], looks.index[row])
    irradiance = snr / answer * noise
    read = saturated(payload, irradiance)
    target = sources.position_m[source]
    middle = (looks.begin_ns[row] + looks.end_ns[row]) // 2
    here, velocity = orbit_positions(middle)
    time_ns = crossing_ns(payload, looks.begin_ns[row], target - here, here, velocity)
    if payload.scan != "staring":
        here, velocity = orbit_positions(time_ns)
    line = target - here
    direction = line / np.linalg.norm(line, axis=1)[:, None]
    off = [cell_uniforms(seed, f"{sensor} crowd {k}", sources.keys[source], looks.index[row]) for k in ("one", "two")]
    measured = pointed(payload, seed, sensor, direction, mean, normals(off).T, here, velocity, time_ns)
    return Rows(row, time_ns, here, measured, snr * read / irradiance, read, source)


def binomial(n: int, probability: FloatArray, uniform: FloatArray) -> IntArray:
    """Binomial numbers (m,) of n from uniform ones by the inverse distribution function."""
    flip = probability > 0.5
    p = np.where(flip, 1.0 - probability, probability)
    odds = p / (1.0 - p)
    term = (1.0 - p) ** n
    below = term.copy()
    count = np.zeros(len(p), np.int64)
    going = np.flatnonzero(uniform > below)
    for k in range(1, n + 1):
        if not len(going):
            break
        term[going] *= odds[going] * (n - k + 1) / k
        below[going] += term[going]
        count[going] = k
        going = going[uniform[going] > below[going]]
    return np.where(flip, n - count, count)


def exceeding(
    payload: Payload, mean: FloatArray, seed: int, sensor: str, key: IntArray, look: IntArray
) -> tuple[FloatArray, FloatArray]:
    """SNR (m,) of looks that passed the threshold, and the filter's answer at the pixel that it was found at.

    One of the pixels that may pass is drawn by its chance, then its noise given that it passes, then the noise of the
    others given that. Where k pass, this comes up k times as often as it should: so it is kept once in k times, and
    else drawn again (Karp and Luby, 1983).
    """
    snr, answer = np.empty(len(mean)), np.empty(len(mean))
    left, turn = np.arange(len(mean)), 0
    table = _on_pixels(payload.psf_pixels)
    while len(left):
        now, left = left[:_AT_ONCE], left[_AT_ONCE:]
        u = np.stack([cell_uniforms(seed, f"{sensor} crowd {k}", key[now], look[now], turn) for k in range(6)])
        chance = detection_probability(table.ravel() * mean[now, None], payload.threshold_snr)
        best, at, passed = _one_draw(payload, mean[now], chance, u[:5])
        take = u[5] * passed < 1.0
        snr[now[take]], answer[now[take]] = best[take], at[take]
        left, turn = np.concatenate([left, now[~take]]), turn + 1
    return snr, answer


def _one_draw(
    payload: Payload, mean: FloatArray, chance: FloatArray, u: FloatArray
) -> tuple[FloatArray, FloatArray, IntArray]:
    """SNR, answer and number of pixels that pass, from uniform numbers (5, m), the first pixel drawn by its chance."""
    table = _on_pixels(payload.psf_pixels)
    upto = np.cumsum(chance, axis=1)
    pick = np.minimum((upto < u[0][:, None] * upto[:, -1:]).sum(axis=1), chance.shape[1] - 1)
    place, pixel = np.divmod(pick, NEIGHBOURS)
    row = np.arange(len(pick))
    least = payload.threshold_snr - table[place, pixel] * mean
    own = np.maximum(-normals(u[1] * np.broadcast_to(chance, (len(pick), chance.shape[1]))[row, pick]), least)
    noise = shared_noise(payload.psf_pixels, np.column_stack([own, normals(u[2:]).T]))
    # the four stand in a square: seen from the one that was drawn, the next along an axis is the other one along it
    answers_there = np.take_along_axis(table[place], np.arange(NEIGHBOURS) ^ pixel[:, None], axis=1)
    filtered = answers_there * np.reshape(mean, (-1, 1)) + noise
    filtered[:, 0] = np.maximum(filtered[:, 0], payload.threshold_snr)  # not below it by rounding
    best = filtered.argmax(axis=1)
    passed = np.count_nonzero(filtered >= payload.threshold_snr, axis=1)
    return filtered[row, best], answers_there[row, best], passed


@lru_cache(maxsize=16)
def chances(payload: Payload) -> tuple[FloatArray, FloatArray]:
    """Mean SNRs, and the logarithm of the probability that a look passes the threshold, to 0.3 %.

    Chances of the pixels over all places, times the mean of one over the number that pass together, over a lattice of
    Korobov (1959).
    """
    ratios = np.linspace(payload.threshold_snr - NEVER, 4.0 * payload.threshold_snr + 20.0, 201)
    steps = [pow(_LATTICE[1], k, _LATTICE[0]) for k in range(6)]
    u = np.stack([np.mod((np.arange(_LATTICE[0]) * step + 0.5) / _LATTICE[0], 1.0) for step in steps])
    table, all_places = _on_pixels(payload.psf_pixels), answers(payload.psf_pixels, u[0] - 0.5, u[1] - 0.5)
    noise = shared_noise(payload.psf_pixels, normals(u[2:]).T)
    found = []
    for ratio in ratios.tolist():
        # a likely event is counted, a rare one weighed
        chance = float(np.mean(np.any(all_places * ratio + noise >= payload.threshold_snr, axis=1)))
        if chance < 0.5:
            each = detection_probability(table.reshape(1, -1) * ratio, payload.threshold_snr)
            passed = _one_draw(payload, np.array([ratio]), each, u[:5])[2]
            chance = float(each.sum() / len(table) * np.mean(1.0 / passed))
        found.append(chance)
    return ratios, np.log(found)


@cache
def _on_pixels(psf_pixels: float) -> FloatArray:
    """(16, 4) answers of the matched filter at the places that stand for all."""
    x, y = np.meshgrid(_PLACES, _PLACES)
    return answers(psf_pixels, x.ravel(), y.ravel())


def _steepest(payload: Payload, scene: Scene, height_m: FloatArray) -> FloatArray:
    """Transmission straight up (n,): no path is clearer."""
    return transmission(payload.band_um, height_m, 0.0, scene.atmosphere)


def _hot_enough(
    payload: Payload, sources: SteadySources, which: IntArray, here: FloatArray, scene: Scene, irradiance: FloatArray
) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Whether sources pass for hot in two colours, by their mean brightness."""
    second = payload.second_band_um
    assert second is not None
    target = sources.position_m[which]
    clear = transmission(second, sources.height_m[which], zenith_angle_deg(target, here), scene.atmosphere)
    other = sources.intensity(second)[which] * clear / np.sum((target - here) ** 2, axis=1)
    slack = 2.0 * (payload.second_noise_equivalent_irradiance_w_m2 or 0.0)
    return np.asarray(other + slack >= colour_floor(payload.band_um, second) * irradiance)
