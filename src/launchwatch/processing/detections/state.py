"""State of the detections stage."""

from __future__ import annotations

import msgspec
import numpy as np
from numpy.typing import NDArray

from launchwatch.core.arrays import FloatArray, IntArray


class Stays(msgspec.Struct, frozen=True):
    """Known objects that one radar has in its field; one a row, ordered by object.

    Attributes
    ----------
    row : (k,) row of the object in the catalogue.
    time_ns : (k,) of its last plot; first_ns : of its first.
    off : (k, 3) of that plot from the prediction, ITRF m; noise : (k, 3, 3) its covariance.
    late_s : (k,) by how much the prediction is shifted in time.
    plots : (k,) that agreed one after the other.
    tight : (k,) whether the first was within the tight gate.
    """

    row: IntArray
    time_ns: IntArray
    first_ns: IntArray
    off: FloatArray
    noise: FloatArray
    late_s: FloatArray
    plots: IntArray
    tight: NDArray[np.bool_]


class Light(msgspec.Struct, frozen=True):
    """A light along the path of an object on its way down, as one sensor sees it.

    Attributes
    ----------
    row : of the object in the catalogue.
    first_ns, last_ns : ns TAI; position : (3,) of the last at the height where bodies burn, ITRF m.
    sights : so many.
    """

    row: int
    first_ns: int
    last_ns: int
    position: FloatArray
    sights: int


class DetectionsState(msgspec.Struct):
    """State of the stage: by sensor the known objects that it sees.

    Attributes
    ----------
    below, moon : rows below threshold so far, and plots from where the Moon stands.
    points, stretches : of objects whose predictions are points, and stretches of orbit.
    lights : along the paths of objects on their way down.
    """

    below: int
    moon: int
    points: dict[str, Stays]
    stretches: dict[str, Stays]
    lights: dict[str, tuple[Light, ...]]
