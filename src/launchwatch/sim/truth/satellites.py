"""Satellites as they really fly: beside the elements that a catalogue has of them, by as much as predictions err."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from launchwatch.core.arrays import FloatArray, IntArray
from launchwatch.core.draws import look_uniforms, normals
from launchwatch.core.epochs import NS
from launchwatch.physics.element_errors import (
    ALONG_M,
    ALONG_M_DAY,
    DEGREES_OF_FREEDOM,
    drag_share,
    prediction_sigmas,
)
from launchwatch.physics.satellites import ElementSets

_DAY_NS = 86_400 * NS
_TURN = 2.0 * np.pi
_TWO_THIRDS = 1.1966  # Student's distribution of three degrees of freedom lies within this for 68.3 % of all draws
_MOST = 40.0  # a draw beyond this, once in 50,000, would be another orbit
_WIDTH = 5 * 4  # draws of one object: five errors, each from four normal numbers


def beside(sets: ElementSets, at_ns: int, seed: int) -> ElementSets:
    """Elements of the true orbits: those of a catalogue with errors drawn by the age that they have at an epoch.

    Along the orbit the error grows with age: by a constant, a rate and the drag, each drawn. The errors of node,
    inclination and eccentricity are those of the age at the epoch. All are drawn from Student's distribution with the
    measured tails (`physics.element_errors`), one object's from its catalogue number and the seed alone.

    Parameters
    ----------
    sets : ElementSets
        One of each object.
    at_ns : int
        Middle of the time for which they are wanted, ns TAI.
    seed : int
    """
    off = np.clip(_student(sets.norad_id, seed), -_MOST, _MOST) / _TWO_THIRDS
    a = sets.semi_major_m
    radial, _, across = prediction_sigmas(sets, (at_ns - sets.epoch_ns) / _DAY_NS).T
    tilt = np.degrees(across / a)
    sine = np.maximum(np.sin(np.radians(sets.inclination_deg)), 1e-3)
    return replace(
        sets,
        mean_anomaly_deg=np.mod(sets.mean_anomaly_deg + np.degrees(off[:, 0] * ALONG_M / a), 360.0),
        mean_motion_rev_day=sets.mean_motion_rev_day + off[:, 1] * ALONG_M_DAY / (_TURN * a),
        # SGP4 makes the rate of the mean motion from the drag term: its error is of the same share
        bstar=sets.bstar * (1.0 + off[:, 2] * drag_share(sets)),
        inclination_deg=np.clip(sets.inclination_deg + off[:, 3] * tilt, 0.0, 180.0),
        raan_deg=np.mod(sets.raan_deg + off[:, 4] * tilt / sine, 360.0),
        eccentricity=np.clip(sets.eccentricity + off[:, 3] * radial / a, 1e-7, 0.99),
    )


def _student(numbers: IntArray, seed: int) -> FloatArray:
    """Draws (n, 5) of Student's distribution: a normal number over the root of the mean square of three others."""
    width = int(DEGREES_OF_FREEDOM) + 1
    drawn = [look_uniforms(seed, "catalogue", f"element error {i}", 0, 1, _WIDTH)[0] for i in numbers.tolist()]
    z = normals(np.array(drawn).reshape(len(numbers), -1, width))
    return np.asarray(z[..., 0] / np.sqrt(np.mean(z[..., 1:] ** 2, axis=-1)))
