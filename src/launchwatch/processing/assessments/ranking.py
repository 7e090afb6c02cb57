"""The ranking statistic of an event: one number that is higher the less a non-launch looks like it."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from launchwatch.messages.tracks import Track

LEAST = 1e-6
"""Probabilities are kept so far from 0 and 1: +-13.8 in log-odds."""
FIRST_LOOKS = 3
"""Detections with which a track opens."""
PER_LOOKS = 0.5
"""For each factor e of detections beyond the first ones: typing counts them only for a while."""
PER_SENSOR, MOST_SENSORS = 1.0, 4
"""For each sensor after the first, up to so many: errors of one are rarely those of another."""
PER_KIND = 2.0
"""For a second kind of evidence."""
PER_SPEED, SURE = 3.0, 2.0
"""For each factor e of the speed that it surely has: that of the estimate less so many standard errors."""
SPEEDS_M_S = (100.0, 1000.0, 8000.0)
"""Least speed that counts, the one that adds nothing, and the greatest: fires that are taken for one light,
glints and what drifts with the wind stay below it, missiles pass it early."""
PER_CHI2, MISFIT = 1.0, 10.0
"""For each unit of chi-squared a degree above 1, up to so much."""


def ranking_of(typing: Mapping[str, float], track: Track) -> float:
    """How little an event looks like what is no launch.

    Log-odds by typing that it is a launch, and what typing leaves out: looks beyond the first, sensors, kinds of
    evidence, how fast it surely moves, and how well an ascent explains it. It orders events and is no probability: how
    often non-launches rank so high is a matter of calibration (`far`). The weights are assumptions; a bad choice makes
    a worse order, not a wrong rate.

    Parameters
    ----------
    typing : probability of each class, "not-a-missile" among them.
    track : the track that speaks for the event.

    Returns
    -------
    float
        Natural logarithm of odds. It rises with detections, sensors, kinds and speed; it falls with the error
        of the speed, the probability of "not-a-missile" and with chi-squared a degree.
    """
    none = min(max(typing["not-a-missile"], LEAST), 1.0 - LEAST)
    misfit = track.chi2_per_degree - 1.0
    return (
        math.log((1.0 - none) / none)
        + PER_LOOKS * math.log(max(track.detections, FIRST_LOOKS) / FIRST_LOOKS)
        + PER_SENSOR * (min(len(track.sensors), MOST_SENSORS) - 1)
        + PER_KIND * (len(track.phenomenologies) - 1)
        + PER_SPEED * math.log(_sure_speed(track) / SPEEDS_M_S[1])
        - PER_CHI2 * (min(max(misfit, 0.0), MISFIT) if math.isfinite(misfit) else MISFIT)
    )


def _sure_speed(track: Track) -> float:
    """Speed over the ground (m/s) less its errors, within `SPEEDS_M_S`; the least where its covariance is none."""
    variance = float(np.trace(track.covariance[3:, 3:]))
    if not 0.0 <= variance < math.inf:
        return SPEEDS_M_S[0]
    speed = float(np.linalg.norm(track.state[3:])) - SURE * math.sqrt(variance)
    return min(max(speed, SPEEDS_M_S[0]), SPEEDS_M_S[2])
