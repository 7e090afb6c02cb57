"""Detections: the part of an observation that is declared above threshold, with its false-alarm probability.

What is of a known object is taken out and said beside; what comes down as a re-entry is told.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from launchwatch.core.arrays import FloatArray, IntArray
from launchwatch.messages.observations import Observation


class KnownPlots(msgspec.Struct, frozen=True, kw_only=True):
    """Plots of one look that were taken out, for they are of known objects.

    Attributes
    ----------
    sequence : (k,) sequence numbers of the plots in the observation.
    object : (k,) catalogue number of each one's object.
    distance2 : (k,) squared distance from where it was expected, in standard deviations (three degrees of freedom).
    """

    sequence: IntArray
    object: IntArray
    distance2: FloatArray


class Detections(msgspec.Struct, frozen=True, tag="detections", kw_only=True):
    """The declared detections of one delivered look.

    Attributes
    ----------
    look : the observation, reduced to the rows that are declared and of no known object; its span stands even when no
        row is left.
    false_alarm_probability : (n,) probability that noise alone exceeds the detection's signal-to-noise ratio in one
        resolution cell.
    known : the plots that are of known objects, or null where there are none.
    """

    look: Observation
    false_alarm_probability: FloatArray
    known: KnownPlots | None = None


class Reentry(msgspec.Struct, frozen=True, tag="reentry", kw_only=True):
    """A known object on its way down, seen by one sensor: it is told as a re-entry, and is not a missile.

    Attributes
    ----------
    object, name : catalogue number and name.
    sensor, phenomenology : what saw it.
    first_ns, last_ns : epochs of the first detection and of the last one yet, ns TAI.
    detections : how many there are.
    position_m : (3,) of the last, ITRF m; an infrared sensor's at the height where bodies burn.
    late_s : by how much it is later than predicted; negative when it is earlier.
    reason : in words, `re-entry of <object>`.
    typing : what it is, as of an assessment.
    """

    object: int
    name: str
    sensor: str
    phenomenology: Literal["infrared", "radar"]
    first_ns: int
    last_ns: int
    detections: int
    position_m: FloatArray
    late_s: float
    reason: str
    typing: dict[str, float]
