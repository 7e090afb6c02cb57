"""Detection of a steady or fluctuating target after non-coherent integration (Marcum, 1947; Swerling, 1954).

A square-law detector adds N pulses; the sum over the mean noise power of one pulse is compared with a threshold V. The
mean cross section of the target fluctuates as a chi-squared variable of 2 K degrees of freedom: K = 1 where many
scatterers are alike, 2 where one is dominant, from look to look (cases 1 and 3) or from pulse to pulse (2 and 4, where
the sum over the pulses is one of N K); case 0 is steady. All five are one series (Swerling, 1997).
"""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from launchwatch.core.arrays import FloatArray

Case = Literal[0, 1, 2, 3, 4]
"""Swerling's case; 0 is a steady target."""

_TAIL = 12.0  # standard deviations of a Poisson number beyond which less than 1e-20 lies, with the added terms
_NEWTON = 60


def false_alarm_probability(threshold: ArrayLike, pulses: int = 1) -> FloatArray:
    """Probability that noise alone reaches a threshold.

    Parameters
    ----------
    threshold : array_like
        On the sum of the received powers over the mean noise power of one pulse, plain ratio.
    pulses : int
        Pulses added.

    Returns
    -------
    FloatArray
        ``exp(-V) (1 + V + ... + V^(N-1) / (N-1)!)``, shape of `threshold`.
    """
    v = np.asarray(threshold, dtype=np.float64)
    term, total = np.ones_like(v), np.ones_like(v)
    for k in range(1, pulses):
        term = term * v / k
        total = total + term
    return np.asarray(np.exp(np.log(total) - v))


def threshold_of(probability: float, pulses: int = 1) -> float:
    """Threshold that noise alone reaches with a probability: the inverse of `false_alarm_probability`.

    Parameters
    ----------
    probability : float
        In (0, 1).
    pulses : int
    """
    if not 0.0 < probability < 1.0:
        raise ValueError(f"probability is {probability}; it must lie between 0 and 1")
    goal = math.log(probability)
    v = pulses - goal + math.sqrt(max(0.0, -2.0 * pulses * goal))  # an upper bound (Chernoff)
    for _ in range(_NEWTON):
        tail = float(false_alarm_probability(v, pulses))
        log_density = (pulses - 1) * math.log(v) - v - math.lgamma(pulses)
        step = (math.log(tail) - goal) * tail / math.exp(log_density)
        v = max(v + step, 0.5 * v)  # the logarithm of the tail is concave: from above, no step overshoots by much
        if abs(step) < 1e-13 * v:
            break
    return v


def detection_probability(snr: ArrayLike, threshold: float, pulses: int = 1, case: Case = 1) -> FloatArray:
    """Probability that a target's look reaches the threshold.

    The miss is a sum over the number of quanta that the signal adds to the pulses: weights of a Poisson number for a
    steady target, of a negative binomial one for a fluctuating target, times the probability that a sum of as many
    exponential powers stays below the threshold. All terms are positive; good to 1e-12.

    Parameters
    ----------
    snr : array_like
        Mean SNR of one pulse, plain ratio, not negative.
    threshold : float
        On the sum of the pulses (`threshold_of`).
    pulses : int
        Pulses added non-coherently.
    case : int
        Swerling's case.

    Returns
    -------
    FloatArray
        Shape of `snr`.
    """
    mean = pulses * np.asarray(snr, dtype=np.float64)
    below = _below(threshold, pulses)
    shape = {0: math.inf, 1: 1.0, 2: float(pulses), 3: 2.0, 4: 2.0 * pulses}[case]
    # weights by recursion from their logarithm: exp(-mean) alone is 0 from 745 on
    if math.isinf(shape):
        with np.errstate(divide="ignore"):
            log_ratio = np.log(mean)
        log_weight = -mean
        steps = -np.log(np.arange(1.0, len(below)))
    else:
        with np.errstate(divide="ignore"):
            log_ratio = np.log(mean / (mean + shape))
        log_weight = shape * np.log(shape / (mean + shape))
        k = np.arange(1.0, len(below))
        steps = np.log((shape + k - 1.0) / k)
    missed = np.exp(log_weight) * below[0]
    for below_k, step in zip(below[1:], steps, strict=True):
        log_weight = log_weight + log_ratio + step
        missed = missed + np.exp(log_weight) * below_k
    return np.asarray(1.0 - missed)


def _below(threshold: float, pulses: int) -> FloatArray:
    """Probabilities that the sum of `pulses`, `pulses` + 1, ... exponential powers stays below a threshold.

    As long as they are above 1e-20; from the last on down, so that only positive terms are added.
    """
    last = max(pulses, math.ceil(threshold + _TAIL * math.sqrt(threshold) + 3.0 * _TAIL))
    n = np.arange(last + 1.0)
    log_terms = n * math.log(threshold) - threshold - np.cumsum(np.log(np.maximum(n, 1.0)))
    tails = np.cumsum(np.exp(log_terms[::-1]))[::-1]  # a sum of m powers stays below with the tail from m on
    return np.asarray(tails[pulses:])


def required_snr(detection: float, false_alarm: float, pulses: int = 1, case: Case = 1) -> float:
    """Mean SNR of one pulse, plain ratio, that gives a probability of detection: by bisection to 1e-12.

    Parameters
    ----------
    detection, false_alarm : float
        Probabilities, detection above false alarm.
    pulses : int
    case : int
    """
    if not 0.0 < false_alarm < detection < 1.0:
        raise ValueError(f"detection {detection}, false alarm {false_alarm}: write 0 < false alarm < detection < 1")
    threshold = threshold_of(false_alarm, pulses)
    low, high = -12.0, 8.0  # powers of ten
    while high - low > 1e-12:
        middle = 0.5 * (low + high)
        enough = float(detection_probability(10.0**middle, threshold, pulses, case)) >= detection
        low, high = (low, middle) if enough else (middle, high)
    return float(10.0 ** (0.5 * (low + high)))


def received_power(snr: ArrayLike, case: ArrayLike, uniforms: ArrayLike) -> FloatArray:
    """Received power over mean noise power of one coherent look, from uniform numbers.

    In one look cases 1 and 2 are alike, and so are 3 and 4.

    Parameters
    ----------
    snr : array_like, shape (n,)
        Mean SNR, plain ratio.
    case : array_like of int, shape (n,) or ()
        Swerling's case.
    uniforms : array_like, shape (n, 3)
        In (0, 1).

    Returns
    -------
    FloatArray, shape (n,)
    """
    s, u = np.asarray(snr, dtype=np.float64), np.asarray(uniforms)
    kind = np.broadcast_to(case, s.shape)
    power = -np.log(u[:, 0])
    alike = (kind == 1) | (kind == 2)
    if alike.all():
        return np.asarray((1.0 + s) * power)
    # one dominant scatterer: signal and noise make one exponential power, or two, by chance
    half = 0.5 * s
    second = np.where(u[:, 1] * (1.0 + half) < half, -np.log(u[:, 2]), 0.0)
    dominant = (1.0 + half) * (power + second)
    # a steady one: noise of both quadratures around its amplitude (Box and Muller, 1958)
    radius, turn = np.sqrt(power), 2.0 * np.pi * u[:, 1]
    steady = (np.sqrt(s) + radius * np.cos(turn)) ** 2 + (radius * np.sin(turn)) ** 2
    return np.asarray(np.select([alike, kind == 0], [(1.0 + s) * power, steady], dominant))
