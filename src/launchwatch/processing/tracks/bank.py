"""A bank of ballistic tracks for raids: arrays of tracks, one pure step for each frame of a sensor.

Plots of a radar start tracks, and some plots within some looks confirm one. Lines of sight refine a track, but only
plots keep it alive: in a dense raid some neighbour's line of sight is always within the gate, and a track that lives on
such hits is a ghost. Frames of one time are best taken radars first: range tells apart what looks alike from above.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from launchwatch.core.arrays import FloatArray, IntArray
from launchwatch.core.frames import OMEGA_EARTH
from launchwatch.processing.tracks._bank_kernels import place, predict, project, update
from launchwatch.processing.tracks.association import assign, gate

AZIMUTH_ELEVATION, AZIMUTH_ELEVATION_RANGE = 2, 3
"""Columns of the frames of a passive sensor and of a radar."""


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
    """

    time_s: float
    sensor: int
    position_m: FloatArray
    axes: FloatArray
    measured: FloatArray
    sigma: FloatArray


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
        Radar looks in a row that a confirmed track may be missed in.
    coast_s : float
        Time after which a track without any detection goes, also when no radar looks.
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


class Bank(msgspec.Struct, frozen=True, kw_only=True):
    """The tracks of a bank, as arrays in the order of their serials.

    Attributes
    ----------
    time_s : float
        Epoch of all states; -inf before the first frame.
    next_serial : int
        Serial of the next new track.
    serial : IntArray, shape (n,)
    mean : FloatArray, shape (n, 6)
        Position m and velocity m/s.
    covariance : FloatArray, shape (n, 6, 6)
    seen_s : FloatArray, shape (n,)
        Epoch of the last detection of any sensor.
    hits, looks, missed : IntArray, shape (n,)
        Plots, radar looks since the start (the first plot's counted), and radar looks in a row without a plot.
    """

    time_s: float
    next_serial: int
    serial: IntArray
    mean: FloatArray
    covariance: FloatArray
    seen_s: FloatArray
    hits: IntArray
    looks: IntArray
    missed: IntArray


_COLUMNS = ("serial", "mean", "covariance", "seen_s", "hits", "looks", "missed")


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
        Row of the frame that each track was given, -1 for none.
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
    none = np.empty(0, np.int64)
    return Bank(
        time_s=-np.inf,
        next_serial=0,
        serial=none,
        mean=np.empty((0, 6)),
        covariance=np.empty((0, 6, 6)),
        seen_s=np.empty(0),
        hits=none,
        looks=none,
        missed=none,
    )


def step(bank: Bank, frame: Frame, rules: Rules) -> tuple[Bank, Step]:
    """The bank after one frame: predicted, associated, updated, confirmed, dropped, started.

    Confirmed tracks choose first, tentative ones of what is left; plots that remain start new tracks. Every radar frame
    is taken to have covered every track.

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
        What happened, for the history.

    Raises
    ------
    ValueError
        A frame from the past, or of another shape than two or three columns, or with a value that is not finite.
    """
    _check(bank, frame)
    radar = frame.measured.shape[1] == AZIMUTH_ELEVATION_RANGE
    dt = frame.time_s - bank.time_s if len(bank.serial) else 0.0
    mean, covariance = predict(bank.mean, bank.covariance, dt, rules.omega_rad_s, rules.j2, rules.noise_m2_s3)
    detection, free = _associate(bank.hits >= rules.confirm_hits, mean, covariance, frame, rules)
    hit = detection >= 0
    seen_s = np.where(hit, frame.time_s, bank.seen_s)
    after = replace(bank, time_s=frame.time_s, mean=mean, covariance=covariance, seen_s=seen_s)
    if radar:
        after = replace(after, hits=bank.hits + hit, looks=bank.looks + 1, missed=np.where(hit, 0, bank.missed + 1))
    kept = ~_lost(after, rules)
    if not kept.all():
        after, detection = replace(after, **{c: getattr(after, c)[kept] for c in _COLUMNS}), detection[kept]
    if radar and free.any():
        born = np.flatnonzero(free)
        fresh = _start(after, frame, born, rules)
        after = replace(fresh, **{c: np.concatenate([getattr(after, c), getattr(fresh, c)]) for c in _COLUMNS})
        detection = np.concatenate([detection, born])
    return after, Step(
        time_s=frame.time_s,
        sensor=frame.sensor,
        serial=after.serial,
        mean=after.mean,
        covariance=after.covariance,
        confirmed=after.hits >= rules.confirm_hits,
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


def _associate(
    confirmed: NDArray[np.bool_], mean: FloatArray, covariance: FloatArray, frame: Frame, rules: Rules
) -> tuple[IntArray, NDArray[np.bool_]]:
    """Give detections to tracks and update these in place: each track's detection or -1, and which detections are free.

    What is summed up is the distance, not its square: one bad pair in a crowd must not push others into an exchange.
    """
    variance = frame.sigma**2
    detection, free = np.full(len(mean), -1), np.ones(len(variance), np.bool_)
    predicted, gradient, spread = project(mean, covariance, frame.position_m, frame.axes, variance.shape[1])
    for choosing in (confirmed, ~confirmed):
        own, left = np.flatnonzero(choosing), np.flatnonzero(free)
        if len(own) and len(left):
            track, near, distance2 = gate(
                predicted[own], spread[own], frame.measured[left], variance[left], rules.gate_sigma
            )
            i, j = assign(track, near, np.sqrt(distance2), rules.gate_sigma, len(own), len(left))
            detection[own[i]] = left[j]
            free[left[j]] = False
    track = np.flatnonzero(detection >= 0)
    update(mean, covariance, predicted, gradient, track, detection[track], frame.measured, variance)
    return detection, free


def _lost(bank: Bank, rules: Rules) -> NDArray[np.bool_]:
    """Which tracks go: confirmed ones missed too often, tentative ones too late to be confirmed, and silent ones."""
    hopeless = bank.looks - bank.hits > rules.confirm_looks - rules.confirm_hits
    lost = np.where(bank.hits >= rules.confirm_hits, bank.missed > rules.coast_looks, hopeless)
    return lost | (bank.time_s - bank.seen_s > rules.coast_s)


def _start(bank: Bank, frame: Frame, born: IntArray, rules: Rules) -> Bank:
    """A bank of new tracks alone, one for each of the plots `born`, with the serials that follow."""
    n = len(born)
    mean, covariance = np.empty((n, 6)), np.zeros((n, 6, 6))
    variance = frame.sigma[born] ** 2
    mean[:, :3], covariance[:, :3, :3] = place(frame.measured[born], variance, frame.position_m, frame.axes)
    mean[:, 3:] = rules.velocity_m_s
    covariance[:, 3:, 3:] = np.diag(rules.velocity_sigma_m_s**2)
    one = np.ones(n, np.int64)
    return Bank(
        time_s=bank.time_s,
        next_serial=bank.next_serial + n,
        serial=bank.next_serial + np.arange(n),
        mean=mean,
        covariance=covariance,
        seen_s=np.full(n, bank.time_s),
        hits=one,
        looks=one,
        missed=np.zeros(n, np.int64),
    )
