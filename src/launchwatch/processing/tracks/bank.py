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

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from launchwatch.core.arrays import FloatArray, IntArray
from launchwatch.processing.tracks._bank_kernels import crowds, place, predict, project, update
from launchwatch.processing.tracks._hypotheses_kernels import likelihoods
from launchwatch.processing.tracks.association import assign, gate
from launchwatch.processing.tracks.bank_state import (
    AZIMUTH_ELEVATION,
    AZIMUTH_ELEVATION_RANGE,
    Bank,
    Frame,
    History,
    Prior,
    Rules,
    Step,
    chosen,
    empty_bank,
    is_radar,
    joined,
    states,
)
from launchwatch.processing.tracks.hypotheses import (
    FLOOR,
    IN_CROWD,
    NEW,
    View,
    branch,
    mix,
    shares,
    velocity_prior,
)

LEARN_FROM = 10
"""Tracks of a new crowd that its velocity is learned from; smaller crowds are not tracked twice."""
_BORN = 0.01  # least probability of being a new object with which a plot of a crowd starts a track


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
        A frame from the past, or of another shape than two or three columns, or with a value that is not finite, or
        of a sensor that detects all or nothing or has no clutter.
    """
    _check(bank, frame)
    after, detection = _advance(bank, frame, rules, learning=bank.prior is None)
    crowd = ~after.confirmed & (after.crowd > 0) & (after.hits >= rules.crowd_hits)
    if np.count_nonzero(crowd) >= LEARN_FROM and sum(map(is_radar, after.held)) >= rules.crowd_looks:
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
    if not (0.0 < frame.detected < 1.0 and 0.0 < frame.clutter < np.inf):
        raise ValueError(
            f"frame of {frame.time_s} s: detected {frame.detected} must lie between 0 and 1, clutter {frame.clutter} "
            "must be positive"
        )


def _advance(bank: Bank, frame: Frame, rules: Rules, *, learning: bool, anew: bool = False) -> tuple[Bank, IntArray]:
    """The bank after one frame, and the detection of each of its tracks, -1 for none.

    While it is `learning` no track of a new crowd is confirmed; `anew` every new track has the crowd's prior.
    """
    radar, n = is_radar(frame), len(bank.serial)
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
        after, detection = chosen(after, kept), detection[kept]
    if radar:
        born = np.flatnonzero(NEW * new > _BORN)
        if len(born):
            common = np.zeros(len(new), np.bool_)
            common[view.detection[crowd[owner[view.component]]]] = True
            after = joined(after, _start(after, frame, born, NEW * new[born], common[born] | anew, rules))
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
    kept = chosen(bank, bank.confirmed)
    held, prior = bank.held, Prior(mean=centre, covariance=spread)
    other, own = replace(empty_bank(), next_serial=bank.next_serial, prior=prior), np.empty(0, np.int64)
    for frame in held:
        other, own = _advance(other, frame, rules, learning=frame is not held[-1], anew=True)
    taken = detection[bank.confirmed]
    rows = np.setdiff1d(np.arange(len(held[-1].measured) + (taken >= 0).sum()), taken)
    other = replace(joined(kept, other), prior=prior, held=())
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
    if not is_radar(frame):
        return (*held, frame) if held and frame.time_s - held[0].time_s <= rules.coast_s else ()
    looks = [k for k, f in enumerate(held) if is_radar(f) and f.time_s >= frame.time_s - rules.coast_s]
    recent = looks[max(len(looks) + 1 - rules.crowd_looks, 0) :]
    return (*held[recent[0] :], frame) if recent else (frame,)


def _confirmed(bank: Bank, rules: Rules, learning: bool) -> NDArray[np.bool_]:
    """Which tracks are confirmed, by plots alone or, in a crowd, by plots of enough looks and a sure existence."""
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
