"""A bank of ballistic tracks for raids: arrays of tracks, one pure step for each frame of a sensor.

Plots of a radar start tracks, and some plots within some looks confirm one. Lines of sight refine a track, but only
plots keep it alive: in a dense raid some neighbour's line of sight is always within the gate, and a track that lives on
such hits is a ghost. Frames of one time are best taken radars first: range tells apart what looks alike from above.

How tracks and detections are joined depends on how crowded it is, cluster by cluster. Where few detections lie within
the gates, the global nearest neighbour decides. In a crowd each track keeps several hypotheses (`hypotheses`). A crowd
that is new is tracked twice: after some looks its tracks tell how fast it flies, and with that much narrower prior the
looks since, which were held, are taken again from the start. Only then are its tracks confirmed.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from launchwatch.core.arrays import FloatArray, IntArray
from launchwatch.core.frames import OMEGA_EARTH
from launchwatch.processing.tracks._bank_kernels import crowds, place, predict, project, update
from launchwatch.processing.tracks._hypotheses_kernels import likelihoods, moments
from launchwatch.processing.tracks.association import assign, gate
from launchwatch.processing.tracks.hypotheses import (
    FLOOR,
    IN_CROWD,
    NEW,
    View,
    branch,
    count_quantile,
    mix,
    shares,
    velocity_prior,
)

AZIMUTH_ELEVATION, AZIMUTH_ELEVATION_RANGE = 2, 3
"""Columns of the frames of a passive sensor and of a radar."""
LEARN_FROM = 10
"""Tracks of a new crowd that its velocity is learned from; smaller crowds are not tracked twice."""
TRUST = 19.0
"""How much better the odds of a tentative track are for the upper bound of a count."""
LEAST_NEW = 0.02
"""Least odds that a track which clutter may have started is of an object that came later."""
_BORN = 0.01  # least probability of being a new object with which a plot of a crowd starts a track


class Frame(msgspec.Struct, frozen=True, kw_only=True):
    """What one sensor saw at one time.

    Attributes
    ----------
    time_s : float
        Epoch of the detections, s after an epoch of the caller's.
    sensor : int
        Number of the sensor, for the history.
    position_m : FloatArray, shape (3,)
        Of the sensor, m, in the frame of the bank.
    axes : FloatArray, shape (3, 3)
        Unit vectors in rows: azimuth runs from the second to the first, elevation towards the third (east, north, up).
    measured : FloatArray, shape (m, 2) or (m, 3)
        Azimuth rad and elevation rad of lines of sight; of plots also range m.
    sigma : FloatArray, likewise
        Standard deviations of the independent errors of each detection.
    detected : float
        Probability that the sensor detects an object at one look.
    clutter : float
        Density of false detections, per rad^2 of lines of sight, per rad^2 m of plots.
    """

    time_s: float
    sensor: int
    position_m: FloatArray
    axes: FloatArray
    measured: FloatArray
    sigma: FloatArray
    detected: float
    clutter: float


class Rules(msgspec.Struct, frozen=True, kw_only=True):
    """How the bank starts, moves, keeps and drops tracks.

    Attributes
    ----------
    velocity_m_s : FloatArray, shape (3,)
        Mean of the prior of a new track's velocity, in the frame of the bank.
    velocity_sigma_m_s : FloatArray, shape (3,)
        Its standard deviations.
    noise_m2_s3 : float
        Spectral density of white acceleration on each axis.
    omega_rad_s : float
        Rate at which the frame turns about its third axis: the Earth's in ITRF, zero in an inertial frame.
    j2 : bool
        Whether gravity has the J2 term; the third axis is then the Earth's.
    gate_sigma : float
        Half width of the gate in standard deviations.
    confirm_hits, confirm_looks : int
        A track is confirmed by so many plots within so many radar looks, its first plot counted; else it goes.
    coast_looks : int
        Radar looks in a row that a confirmed track may be missed in; half as many more where at least ten looks gave
        plots in four of five.
    coast_s : float
        Time after which a track without any detection goes, also when no radar looks.
    crowd_gate_sigma : float
        Half width of the gate in a crowd, where the right detection must not be missing among many; never below
        `gate_sigma`.
    crowd_pairs : float
        A cluster with more candidate pairs a track, by the crowd's gate, is a crowd.
    crowd_looks : int
        Radar looks that a track stays one of a crowd after it last was in one, and that a new crowd is held for.
    crowd_hits : int
        Least plots of a crowd's track that is confirmed.
    crowd_share, crowd_existence : float
        Least share of its looks with a plot, and least probability that it exists.
    components : int
        Hypotheses kept of each track.
    """

    velocity_m_s: FloatArray
    velocity_sigma_m_s: FloatArray
    noise_m2_s3: float = 1.0
    omega_rad_s: float = OMEGA_EARTH
    j2: bool = True
    gate_sigma: float = 4.0
    confirm_hits: int = 3
    confirm_looks: int = 5
    coast_looks: int = 4
    coast_s: float = 60.0
    crowd_gate_sigma: float = 5.0
    crowd_pairs: float = 6.0
    crowd_looks: int = 9
    crowd_hits: int = 4
    crowd_share: float = 0.6
    crowd_existence: float = 0.99
    components: int = 8


class Prior(msgspec.Struct, frozen=True, kw_only=True):
    """Velocity of a crowd's objects: mean (3,) m/s and covariance (3, 3)."""

    mean: FloatArray
    covariance: FloatArray


class Bank(msgspec.Struct, frozen=True, kw_only=True):
    """The tracks of a bank, as arrays in the order of their serials.

    Attributes
    ----------
    time_s : float
        Epoch of all states; -inf before the first frame.
    next_serial : int
        Serial of the next new track.
    serial : IntArray, shape (n,)
    existence : FloatArray, shape (n,)
        Probability that there is such an object.
    confirmed : bool array, shape (n,)
    seen_s : FloatArray, shape (n,)
        Epoch of the last detection of any sensor.
    hits, looks, missed : IntArray, shape (n,)
        Plots, radar looks since the start (the first plot's counted), and radar looks in a row without a plot.
    crowd : IntArray, shape (n,)
        Radar looks for which it still counts as one of a crowd.
    first : IntArray, shape (n + 1,)
        Components first[k] to first[k + 1] are those of track k.
    mean, covariance, weight : FloatArray, shapes (c, 6), (c, 6, 6), (c,)
        Components: position m and velocity m/s, and the weights, which sum to one for each track.
    prior : Prior or None
        What was learned from the crowd that is there.
    held : tuple of Frame
        Frames of the last looks while there are tentative tracks, without what confirmed tracks took.
    """

    time_s: float
    next_serial: int
    serial: IntArray
    existence: FloatArray
    confirmed: NDArray[np.bool_]
    seen_s: FloatArray
    hits: IntArray
    looks: IntArray
    missed: IntArray
    crowd: IntArray
    first: IntArray
    mean: FloatArray
    covariance: FloatArray
    weight: FloatArray
    prior: Prior | None = None
    held: tuple[Frame, ...] = ()


_COLUMNS = ("serial", "existence", "confirmed", "seen_s", "hits", "looks", "missed", "crowd")
_PARTS = ("mean", "covariance", "weight")


class Count(msgspec.Struct, frozen=True, kw_only=True):
    """How many objects there are: bounds of 95 % and the likeliest number."""

    lowest: int
    likeliest: int
    highest: int


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """The tracks right after one frame; a track missing from the next step was dropped there.

    Attributes
    ----------
    time_s, sensor : of the frame.
    serial : IntArray, shape (n,)
    mean : FloatArray, shape (n, 6)
    covariance : FloatArray, shape (n, 6, 6)
    confirmed : bool array, shape (n,)
    detection : IntArray, shape (n,)
        Row of the frame that each track was given, -1 for none; a plot that a track of a crowd was given may start
        another as well.
    """

    time_s: float
    sensor: int
    serial: IntArray
    mean: FloatArray
    covariance: FloatArray
    confirmed: NDArray[np.bool_]
    detection: IntArray


class History(msgspec.Struct, frozen=True, kw_only=True):
    """All states of all tracks, track after track and in time within each.

    Attributes
    ----------
    serial : IntArray, shape (tracks,)
    first : IntArray, shape (tracks + 1,)
        Rows first[k] to first[k + 1] are those of track k.
    time_s : FloatArray, shape (rows,)
    sensor, detection : IntArray, shape (rows,)
        Which detection the state rests on; detection -1 where it is only predicted.
    mean : FloatArray, shape (rows, 6)
    covariance : FloatArray, shape (rows, 6, 6)
    confirmed : bool array, shape (rows,)
    """

    serial: IntArray
    first: IntArray
    time_s: FloatArray
    sensor: IntArray
    detection: IntArray
    mean: FloatArray
    covariance: FloatArray
    confirmed: NDArray[np.bool_]


def empty_bank() -> Bank:
    """A bank without tracks, before its first frame."""
    none, nothing = np.empty(0, np.int64), np.empty(0)
    return Bank(
        time_s=-np.inf,
        next_serial=0,
        serial=none,
        existence=nothing,
        confirmed=np.empty(0, np.bool_),
        seen_s=nothing,
        hits=none,
        looks=none,
        missed=none,
        crowd=none,
        first=np.zeros(1, np.int64),
        mean=np.empty((0, 6)),
        covariance=np.empty((0, 6, 6)),
        weight=nothing,
    )


def step(bank: Bank, frame: Frame, rules: Rules) -> tuple[Bank, Step]:
    """The bank after one frame: predicted, associated, updated, confirmed, dropped, started.

    Confirmed tracks choose first, tentative ones of what is left; plots that remain start new tracks. In a crowd all
    share. Every radar frame is taken to have covered every track.

    Parameters
    ----------
    bank : Bank
        Never changed; its arrays may be shared with the result.
    frame : Frame
        Not earlier than the bank.
    rules : Rules

    Returns
    -------
    bank : Bank
    step : Step
        What happened, for the history. Tentative tracks of a new crowd end, unconfirmed, where it is tracked again.

    Raises
    ------
    ValueError
        A frame from the past, or of another shape than two or three columns, or with a value that is not finite.
    """
    _check(bank, frame)
    after, detection = _advance(bank, frame, rules, learning=bank.prior is None)
    crowd = ~after.confirmed & (after.crowd > 0) & (after.hits >= rules.crowd_hits)
    if np.count_nonzero(crowd) >= LEARN_FROM and sum(map(_is_radar, after.held)) >= rules.crowd_looks:
        after, detection = _again(after, detection, crowd, rules)
    mean, covariance = states(after)
    return after, Step(
        time_s=frame.time_s,
        sensor=frame.sensor,
        serial=after.serial,
        mean=mean,
        covariance=covariance,
        confirmed=after.confirmed,
        detection=detection,
    )


def states(bank: Bank) -> tuple[FloatArray, FloatArray]:
    """Mean (n, 6) and covariance (n, 6, 6) of each track, over its hypotheses."""
    if len(bank.weight) == len(bank.serial):
        return bank.mean, bank.covariance
    return moments(bank.mean, bank.covariance, bank.weight, bank.first)


def count(bank: Bank, detected: float) -> Count:
    """How many objects the bank's radars look at, with bounds that hold with 95 %.

    A plot that no track explains is as likely a new object as there are objects left that no look has detected, among
    the tracks that this look started. The lowest number counts only tracks with a plot of their own in the last look,
    for these are objects seen at once; the highest takes tentative tracks for real at odds TRUST times better, and adds
    objects not detected yet.

    Parameters
    ----------
    bank : Bank
    detected : float
        Probability that a look of the radars detects an object.
    """
    if not len(bank.looks):
        return Count(lowest=0, likeliest=0, highest=0)
    looks = int(bank.looks.max())
    known = float(bank.existence[bank.confirmed].sum()) if bank.confirmed.any() else float(len(bank.serial))
    started = max(int(np.count_nonzero(bank.looks == 1)), 1)
    new = np.clip(known * (1.0 - detected) ** (looks - bank.looks) / started, LEAST_NEW, 1.0) * (1.0 - NEW) / NEW
    new[bank.confirmed] = 1.0
    existence = _with_odds(bank.existence, new)
    trusted = _with_odds(existence, np.where(bank.confirmed, 1.0, TRUST))
    never = (1.0 - detected) ** looks / (1.0 - (1.0 - detected) ** looks)
    return Count(
        lowest=count_quantile(existence[bank.missed == 0], 0.0, 0.025),
        likeliest=count_quantile(existence, float(existence.sum() * never), 0.5),
        highest=count_quantile(trusted, float(trusted.sum() * never), 0.975),
    )


def _with_odds(probability: FloatArray, factor: FloatArray) -> FloatArray:
    """Probabilities whose odds are so many times better."""
    return factor * probability / (1.0 - probability + factor * probability)


def history(steps: Sequence[Step]) -> History:
    """The states of all tracks of successive steps, sorted by track."""
    serials = np.concatenate([s.serial for s in steps])
    counts = [len(s.serial) for s in steps]
    order = np.argsort(serials, kind="stable")
    serial, first = np.unique(serials[order], return_index=True)
    return History(
        serial=serial,
        first=np.append(first, len(serials)),
        time_s=np.repeat([s.time_s for s in steps], counts)[order],
        sensor=np.repeat([s.sensor for s in steps], counts)[order],
        detection=np.concatenate([s.detection for s in steps])[order],
        mean=np.concatenate([s.mean for s in steps])[order],
        covariance=np.concatenate([s.covariance for s in steps])[order],
        confirmed=np.concatenate([s.confirmed for s in steps])[order],
    )


def _check(bank: Bank, frame: Frame) -> None:
    """Refuse a frame that the bank cannot take."""
    if not frame.time_s >= bank.time_s:
        raise ValueError(f"frame of {frame.time_s} s: the bank is at {bank.time_s} s already; order frames by time")
    shape = frame.measured.shape
    if len(shape) != 2 or shape[1] not in (AZIMUTH_ELEVATION, AZIMUTH_ELEVATION_RANGE) or frame.sigma.shape != shape:
        raise ValueError(
            f"frame of {frame.time_s} s: measured {shape} and sigma {frame.sigma.shape} must both be (m, 2) for lines "
            "of sight or (m, 3) for plots"
        )
    if not (np.isfinite(frame.measured).all() and np.isfinite(frame.sigma).all() and (frame.sigma > 0.0).all()):
        raise ValueError(f"frame of {frame.time_s} s: measured must be finite and sigma positive; leave bad ones out")


def _is_radar(frame: Frame) -> bool:
    return bool(frame.measured.shape[1] == AZIMUTH_ELEVATION_RANGE)


def _advance(bank: Bank, frame: Frame, rules: Rules, *, learning: bool, anew: bool = False) -> tuple[Bank, IntArray]:
    """The bank after one frame, and the detection of each of its tracks, -1 for none.

    While it is `learning` no track of a new crowd is confirmed; `anew` every new track has the crowd's prior.
    """
    radar, n = _is_radar(frame), len(bank.serial)
    dt = frame.time_s - bank.time_s if n else 0.0
    mean, covariance = predict(bank.mean, bank.covariance, dt, rules.omega_rad_s, rules.j2, rules.noise_m2_s3)
    first, weight, existence = bank.first, bank.weight, bank.existence
    owner = np.repeat(np.arange(n), np.diff(first))
    view, distance2 = _view(mean, covariance, frame, rules)
    crowd, dense = crowds(
        owner, view.component, view.detection, bank.crowd > 0, len(frame.measured), rules.crowd_pairs
    )
    detection, free = _nearest(bank.confirmed, crowd, owner, view, distance2, rules)
    new = free.astype(np.float64)
    alone = np.flatnonzero(detection >= 0)
    if radar:
        existence = _believed(existence, crowd, view, first, detection, frame)
    if crowd.any():
        shared = shares(view, owner, weight, bank.existence, crowd, frame.detected, frame.clutter, radar)
        if radar:
            settled = np.where(crowd, IN_CROWD, detection)
            mean, covariance, weight, first = branch(
                view, shared, mean, covariance, weight, first, settled, rules.components
            )
            existence, alone = np.where(crowd, shared.existence, existence), alone[:0]
        else:
            weight = mix(view, shared, mean, covariance, weight, owner, crowd)
        detection, new = np.where(crowd, shared.best, detection), np.where(free, shared.new, 0.0)
    update(
        mean,
        covariance,
        view.predicted,
        view.gradient,
        bank.first[alone],
        detection[alone],
        view.measured,
        view.variance,
    )
    hit = detection >= 0
    claimed = np.zeros(len(frame.measured), np.bool_)
    claimed[detection[bank.confirmed & hit]] = True
    after = replace(
        bank,
        time_s=frame.time_s,
        existence=existence,
        seen_s=np.where(hit, frame.time_s, bank.seen_s),
        crowd=np.where(dense, rules.crowd_looks, np.maximum(bank.crowd - radar, 0)),
        first=first,
        mean=mean,
        covariance=covariance,
        weight=weight,
        held=_held(bank.held, frame, claimed, rules),
    )
    if radar:
        after = replace(after, hits=bank.hits + hit, looks=bank.looks + 1, missed=np.where(hit, 0, bank.missed + 1))
        after = replace(after, confirmed=_confirmed(after, rules, learning))
    kept = ~_lost(after, rules)
    if not kept.all():
        after, detection = _chosen(after, kept), detection[kept]
    if radar:
        born = np.flatnonzero(NEW * new > _BORN)
        if len(born):
            common = np.zeros(len(new), np.bool_)
            common[view.detection[crowd[owner[view.component]]]] = True
            after = _joined(after, _start(after, frame, born, NEW * new[born], common[born] | anew, rules))
            detection = np.concatenate([detection, born])
    if after.confirmed.all():
        after = replace(after, held=())
    if after.prior is not None and not (after.crowd.any() or anew):
        after = replace(after, prior=None)
    return after, detection


def _again(bank: Bank, detection: IntArray, crowd: NDArray[np.bool_], rules: Rules) -> tuple[Bank, IntArray]:
    """The bank with its tentative tracks made anew from the held frames, by the velocities of those of a crowd."""
    mean, _ = states(bank)
    centre, spread = velocity_prior(mean[crowd][:, 3:])
    kept = _chosen(bank, bank.confirmed)
    held, prior = bank.held, Prior(mean=centre, covariance=spread)
    other, own = replace(empty_bank(), next_serial=bank.next_serial, prior=prior), np.empty(0, np.int64)
    for frame in held:
        other, own = _advance(other, frame, rules, learning=frame is not held[-1], anew=True)
    taken = detection[bank.confirmed]
    rows = np.setdiff1d(np.arange(len(held[-1].measured) + (taken >= 0).sum()), taken)
    other = replace(_joined(kept, other), prior=prior, held=())
    return other, np.concatenate([taken, np.where(own < 0, -1, rows[own])])


def _view(mean: FloatArray, covariance: FloatArray, frame: Frame, rules: Rules) -> tuple[View, FloatArray]:
    """Components and detections of a frame with their candidate pairs, and the pairs' squared distances."""
    variance = frame.sigma**2
    predicted, gradient, spread = project(mean, covariance, frame.position_m, frame.axes, variance.shape[1])
    sigmas = max(rules.gate_sigma, rules.crowd_gate_sigma)
    component, detection, distance2 = gate(predicted, spread, frame.measured, variance, sigmas)
    view = View(
        predicted=predicted,
        gradient=gradient,
        spread=spread,
        measured=frame.measured,
        variance=variance,
        component=component,
        detection=detection,
    )
    return view, distance2


def _nearest(
    confirmed: NDArray[np.bool_],
    crowd: NDArray[np.bool_],
    owner: IntArray,
    view: View,
    distance2: FloatArray,
    rules: Rules,
) -> tuple[IntArray, NDArray[np.bool_]]:
    """Detections of the tracks in no crowd: each track's or -1, and which detections are free.

    What is summed up is the distance, not its square: one bad pair in a crowd must not push others into an exchange.
    """
    detection, free = np.full(len(confirmed), -1), np.ones(len(view.measured), np.bool_)
    track, near = owner[view.component], distance2 < rules.gate_sigma**2
    for choosing in (confirmed & ~crowd, ~confirmed & ~crowd):
        pair = np.flatnonzero(near & choosing[track] & free[view.detection])
        if len(pair):
            i, j = assign(
                track[pair],
                view.detection[pair],
                np.sqrt(distance2[pair]),
                rules.gate_sigma,
                len(detection),
                len(free),
            )
            detection[i] = j
            free[j] = False
    return detection, free


def _believed(
    existence: FloatArray,
    crowd: NDArray[np.bool_],
    view: View,
    first: IntArray,
    detection: IntArray,
    frame: Frame,
) -> FloatArray:
    """Probability that each track exists, after plots, where it is in no crowd."""
    miss = 1.0 - existence * frame.detected
    odds = np.zeros(len(existence))
    track = np.flatnonzero(detection >= 0)
    density = likelihoods(
        view.predicted, view.spread, view.measured, view.variance, first[track], detection[track]
    )
    odds[track] = density * existence[track] * frame.detected / frame.clutter * (1.0 - NEW)
    return np.where(crowd, existence, (odds + existence * (1.0 - frame.detected)) / (odds + miss))


def _held(held: tuple[Frame, ...], frame: Frame, claimed: NDArray[np.bool_], rules: Rules) -> tuple[Frame, ...]:
    """The frames of the last looks, from a radar's on, with the new one less what confirmed tracks claim of it."""
    if claimed.any():
        frame = replace(frame, measured=frame.measured[~claimed], sigma=frame.sigma[~claimed])
    if not _is_radar(frame):
        return (*held, frame) if held and frame.time_s - held[0].time_s <= rules.coast_s else ()
    looks = [k for k, f in enumerate(held) if _is_radar(f) and f.time_s >= frame.time_s - rules.coast_s]
    recent = looks[max(len(looks) + 1 - rules.crowd_looks, 0) :]
    return (*held[recent[0] :], frame) if recent else (frame,)


def _confirmed(bank: Bank, rules: Rules, learning: bool) -> NDArray[np.bool_]:
    """Which tracks are confirmed, by plots alone or, in a crowd, by plots of most looks and a sure existence."""
    sure = (
        (bank.hits >= np.maximum(rules.crowd_hits, rules.crowd_share * bank.looks))
        & (bank.missed <= 1)
        & (bank.existence > rules.crowd_existence)
    )
    if learning:
        sure &= bank.looks > rules.crowd_looks
    return bank.confirmed | np.where(bank.crowd > 0, sure, bank.hits >= rules.confirm_hits)


def _lost(bank: Bank, rules: Rules) -> NDArray[np.bool_]:
    """Which tracks go: missed too often, too late to be confirmed, silent, or in a crowd and hardly there."""
    hopeless = bank.looks - bank.hits > rules.confirm_looks - rules.confirm_hits
    steady = (bank.looks - bank.missed >= 10) & (bank.hits >= 0.8 * (bank.looks - bank.missed))
    coast = rules.coast_looks + steady * (rules.coast_looks // 2)
    lost = np.where(bank.hits >= rules.confirm_hits, bank.missed > coast, hopeless)
    return lost | (bank.time_s - bank.seen_s > rules.coast_s) | ((bank.crowd > 0) & (bank.existence < FLOOR))


def _chosen(bank: Bank, kept: NDArray[np.bool_]) -> Bank:
    """The bank with some of its tracks."""
    size = np.diff(bank.first)
    part = np.repeat(kept, size)
    return replace(
        bank,
        **{c: getattr(bank, c)[kept] for c in _COLUMNS},
        **{c: getattr(bank, c)[part] for c in _PARTS},
        first=np.append(0, np.cumsum(size[kept])),
    )


def _joined(bank: Bank, later: Bank) -> Bank:
    """The bank and, behind, the tracks of another with its next serial."""
    return replace(
        bank,
        next_serial=later.next_serial,
        **{c: np.concatenate([getattr(bank, c), getattr(later, c)]) for c in (*_COLUMNS, *_PARTS)},
        first=np.concatenate([bank.first, bank.first[-1] + later.first[1:]]),
    )


def _start(
    bank: Bank, frame: Frame, born: IntArray, existence: FloatArray, common: NDArray[np.bool_], rules: Rules
) -> Bank:
    """A bank of new tracks alone, one for each of the plots `born`, with the serials that follow.

    Those `common` with a crowd start with what was learned of its velocity.
    """
    n = len(born)
    mean, covariance = np.empty((n, 6)), np.zeros((n, 6, 6))
    variance = frame.sigma[born] ** 2
    mean[:, :3], covariance[:, :3, :3] = place(frame.measured[born], variance, frame.position_m, frame.axes)
    mean[:, 3:] = rules.velocity_m_s
    covariance[:, 3:, 3:] = np.diag(rules.velocity_sigma_m_s**2)
    if bank.prior is not None:
        mean[common, 3:] = bank.prior.mean
        covariance[common, 3:, 3:] = bank.prior.covariance
    one, none = np.ones(n, np.int64), np.zeros(n, np.int64)
    return Bank(
        time_s=bank.time_s,
        next_serial=bank.next_serial + n,
        serial=bank.next_serial + np.arange(n),
        existence=existence,
        confirmed=np.full(n, rules.confirm_hits <= 1),
        seen_s=np.full(n, bank.time_s),
        hits=one,
        looks=one,
        missed=none,
        crowd=none,
        first=np.arange(n + 1),
        mean=mean,
        covariance=covariance,
        weight=np.ones(n),
    )
