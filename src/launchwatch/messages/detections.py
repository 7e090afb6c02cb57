"""Detections: the part of an observation that is declared above threshold, with its false-alarm probability."""

from __future__ import annotations

import msgspec

from launchwatch.core.arrays import FloatArray
from launchwatch.messages.observations import Observation


class Detections(msgspec.Struct, frozen=True, tag="detections", kw_only=True):
    """The declared detections of one delivered look.

    Attributes
    ----------
    look : the observation, reduced to the rows that are declared; its span stands even when no row is left.
    false_alarm_probability : (n,) probability that noise alone exceeds the detection's signal-to-noise ratio in one
        resolution cell.
    """

    look: Observation
    false_alarm_probability: FloatArray
