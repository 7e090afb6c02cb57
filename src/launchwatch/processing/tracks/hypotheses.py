"""Tracks in crowds: each keeps several hypotheses, weighted together by belief propagation.

Where many detections lie within the gates of many tracks, one assignment is wrong too often. Here each track is a
mixture of Gaussian components, one for each story of plots worth telling; the tracks of a frame share its detections by
the marginals of one-to-one association, which belief propagation gives (Williams and Lau, 2014; Meyer et al., 2018).
Plots branch: each component has a child for each plot in its gate and one for none. Lines of sight blend: each
component becomes the Gaussian of its mixture, for in a crowd they are too many to tell apart and too coarse to repay
it. Alike components are merged, light ones left out. Which track exists at all is weighed beside (Williams, 2015:
track-oriented marginal multi-Bernoulli).
"""

from __future__ import annotations

import msgspec
import numpy as np
from numpy.typing import NDArray

from launchwatch.core.arrays import FloatArray, IntArray
from launchwatch.processing.tracks._bank_kernels import update
from launchwatch.processing.tracks._hypotheses_kernels import blend, condense, gather, grow, likelihoods, propagate
from launchwatch.processing.tracks.association import assign

NEW = 0.9
"""Probability that a plot which no track explains is of a new object: in a raid's midst far more often than false."""
FLOOR = 1e-3
"""Hypotheses of less weight are dropped, and tracks of less probability."""
IN_CROWD = -2
"""Stands for the detection of a track whose detections are shared."""
ALIKE = 4.0
"""Squared distance, under the heavier one's covariance, within which components are merged."""
_TOLERANCE, _ROUNDS = 1e-4, 200  # of messages between 0 and 1; beyond that many rounds nothing changes an estimate


class View(msgspec.Struct, frozen=True, kw_only=True):
    """Components as a sensor should see them, its detections, and the candidate pairs of both.

    Attributes
    ----------
    predicted, gradient, spread : FloatArray, shapes (c, d), (c, d, 3), (c, d, d)
        Of the components, as `project` gives them.
    measured, variance : FloatArray, shape (m, d)
    component, detection : IntArray, shape (k,)
        Candidate pairs, ordered by component.
    """

    predicted: FloatArray
    gradient: FloatArray
    spread: FloatArray
    measured: FloatArray
    variance: FloatArray
    component: IntArray
    detection: IntArray


class Shares(msgspec.Struct, frozen=True, kw_only=True):
    """How the tracks of crowds share the detections of one frame.

    Attributes
    ----------
    pair : IntArray, shape (k,)
        The pairs of the view that are shared.
    share : FloatArray, shape (k,)
        Probability that the detection belongs to the track, and by this component.
    unseen : FloatArray, shape (n,)
        Probability that the track exists and has no detection.
    existence : FloatArray, shape (n,)
        Probability that it exists.
    new : FloatArray, shape (m,)
        Probability that a detection belongs to no track.
    best : IntArray, shape (n,)
        The detection that each track is said to have, -1 for none.
    """

    pair: IntArray
    share: FloatArray
    unseen: FloatArray
    existence: FloatArray
    new: FloatArray
    best: IntArray


def shares(
    view: View,
    owner: IntArray,
    weight: FloatArray,
    existence: FloatArray,
    crowd: NDArray[np.bool_],
    detected: float,
    clutter: float,
    radar: bool,
) -> Shares:
    """Weigh who has which detection.

    Parameters
    ----------
    view : View
    owner : IntArray, shape (c,)
        Track of each component.
    weight : FloatArray, shape (c,)
        Of the components, summing to one for each track.
    existence : FloatArray, shape (n,)
        Probability that each track exists.
    crowd : bool array, shape (n,)
        Tracks that take part; of no detection in their gates may any other track want a share.
    detected : float
        Probability that a sensor detects an object.
    clutter : float
        Density of false detections, in the units of the measurement.
    radar : bool
        Whether a detection without a track may be a new object, and each track's best is that of the likeliest
        assignment; else it is what more likely than not belongs to the track.
    """
    n, m = len(existence), len(view.measured)
    pair = np.flatnonzero(crowd[owner[view.component]])
    component, detection = view.component[pair], view.detection[pair]
    density = weight[component] * likelihoods(
        view.predicted, view.spread, view.measured, view.variance, component, detection
    )
    track, among, total, edge = gather(owner[component], detection, density, m)
    odds = total * existence[track] * detected / clutter * (1.0 - NEW if radar else 1.0)
    miss = 1.0 - existence * detected
    belief, none, new = propagate(track, among, odds, miss, m, _TOLERANCE, _ROUNDS)
    unseen = none * existence * (1.0 - detected) / miss
    best = np.full(n, -1)
    if radar:
        with np.errstate(divide="ignore"):  # odds of nothing are no candidate
            i, j = assign(track, among, -np.log(odds / miss[track]), 0.0, n, m)
        best[i] = j
    else:
        best[track[belief > 0.5]] = among[belief > 0.5]
    return Shares(
        pair=pair,
        share=belief[edge] * density / np.maximum(total[edge], 1e-300),
        unseen=unseen,
        existence=np.where(crowd, unseen + np.bincount(track, belief, minlength=n), existence),
        new=new,
        best=best,
    )


def branch(
    view: View,
    shared: Shares,
    mean: FloatArray,
    covariance: FloatArray,
    weight: FloatArray,
    first: IntArray,
    settled: IntArray,
    most: int,
) -> tuple[FloatArray, FloatArray, FloatArray, IntArray]:
    """The components after a frame of plots: those of crowds branch, others are updated with their own detection.

    Parameters
    ----------
    view, shared : what the frame says and how it is shared.
    mean, covariance, weight : components (c, 6), (c, 6, 6), (c,).
    first : IntArray, shape (n + 1,)
        Where each track's components begin.
    settled : IntArray, shape (n,)
        For a track in no crowd its detection, -1 for none; IN_CROWD for the others.
    most : int
        Components kept of each track.

    Returns
    -------
    Mean, covariance and weight of the new components, and where each track's begin.
    """
    owner = np.repeat(np.arange(len(first) - 1), np.diff(first))
    share = np.zeros(len(view.component))
    share[shared.pair] = shared.share
    share[settled[owner[view.component]] == view.detection] = 1.0
    unseen = weight * np.where(settled == IN_CROWD, shared.unseen, settled < 0)[owner]
    parent, detection, weight, first = grow(first, unseen, view.component, view.detection, share, FLOOR)
    mean, covariance = mean[parent], covariance[parent]
    seen = np.flatnonzero(detection >= 0)
    update(
        mean,
        covariance,
        view.predicted[parent],
        view.gradient[parent],
        seen,
        detection[seen],
        view.measured,
        view.variance,
    )
    return condense(mean, covariance, weight, first, ALIKE, most)


def mix(
    view: View,
    shared: Shares,
    mean: FloatArray,
    covariance: FloatArray,
    weight: FloatArray,
    owner: IntArray,
    crowd: NDArray[np.bool_],
) -> FloatArray:
    """Blend lines of sight into the components of crowds, in place, and return the weights (c,) after them."""
    component = view.component[shared.pair]
    heavier = weight * shared.unseen[owner] + np.bincount(component, shared.share, minlength=len(weight))
    share = shared.share / np.maximum(heavier[component], 1e-300)
    blend(
        mean,
        covariance,
        view.predicted,
        view.gradient,
        view.spread,
        component,
        view.detection[shared.pair],
        share,
        view.measured,
        view.variance,
    )
    heavier = np.where(crowd[owner], heavier, weight)
    return heavier / np.bincount(owner, heavier)[owner]


def velocity_prior(velocity: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Mean (3,) and covariance (3, 3) of the velocities (n, 3) of a raid, those far off left out.

    Far off is what lies outside the ellipsoid that holds 99 % of a Gaussian; the first centre is the median.
    """
    least = np.eye(3)  # (m/s)^2, so that no covariance is singular
    centre, spread = np.median(velocity, axis=0), np.cov(velocity.T) + least
    for _ in range(10):
        off = velocity - centre
        near = np.einsum("ni,ij,nj->n", off, np.linalg.inv(spread), off) < 11.34
        if near.sum() < 8:
            break
        centre, spread = velocity[near].mean(axis=0), np.cov(velocity[near].T) + least
    return centre, spread
