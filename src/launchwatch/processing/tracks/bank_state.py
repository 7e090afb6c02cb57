"""What the bank of tracks works on: frames, rules, its tracks and hypotheses as arrays, what a step tells."""

from __future__ import annotations

import msgspec
import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from launchwatch.core.arrays import FloatArray, IntArray
from launchwatch.core.frames import OMEGA_EARTH
from launchwatch.processing.tracks._hypotheses_kernels import moments

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
    crowd_share: float = 0.5
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


def states(bank: Bank) -> tuple[FloatArray, FloatArray]:
    """Mean (n, 6) and covariance (n, 6, 6) of each track, over its hypotheses."""
    if len(bank.weight) == len(bank.serial):
        return bank.mean, bank.covariance
    return moments(bank.mean, bank.covariance, bank.weight, bank.first)


def is_radar(frame: Frame) -> bool:
    """Whether a frame is of plots."""
    return bool(frame.measured.shape[1] == AZIMUTH_ELEVATION_RANGE)


def chosen(bank: Bank, kept: NDArray[np.bool_]) -> Bank:
    """The bank with some of its tracks."""
    size = np.diff(bank.first)
    part = np.repeat(kept, size)
    return replace(
        bank,
        **{c: getattr(bank, c)[kept] for c in _COLUMNS},
        **{c: getattr(bank, c)[part] for c in _PARTS},
        first=np.append(0, np.cumsum(size[kept])),
    )


def joined(bank: Bank, later: Bank) -> Bank:
    """The bank and, behind, the tracks of another with its next serial."""
    return replace(
        bank,
        next_serial=later.next_serial,
        **{c: np.concatenate([getattr(bank, c), getattr(later, c)]) for c in (*_COLUMNS, *_PARTS)},
        first=np.concatenate([bank.first, bank.first[-1] + later.first[1:]]),
    )
