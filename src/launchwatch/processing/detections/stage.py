"""The detections stage: keeps what is above its sensor's threshold and says how often noise alone would be."""

from __future__ import annotations

import math
from collections.abc import Sequence

import msgspec
import numpy as np

from launchwatch.core.arrays import FloatArray
from launchwatch.messages.detections import Detections
from launchwatch.messages.items import Item, Output
from launchwatch.messages.observations import Admitted, InfraredLook, Observation
from launchwatch.processing.motion.measurements import select


class DetectionsState(msgspec.Struct):
    """State of the stage: how many rows were below threshold."""

    below: int


class DetectionsStage:
    """Admitted observations in, detections out (a stage of `launchwatch.ports`)."""

    topic = "detections"
    consumes: tuple[type, ...] = (Admitted,)

    def start(self) -> DetectionsState:
        """A stage that has seen nothing."""
        return DetectionsState(0)

    def due(self, state: DetectionsState) -> int | None:
        """It has no timers."""
        return None

    def step(self, state: DetectionsState, inputs: Sequence[Item], now: int) -> tuple[DetectionsState, list[Output]]:
        """Declare detections; a look without any is passed on, for silence is evidence."""
        outputs = []
        for item in inputs:
            look, probability = item.payload.look, np.empty(0)
            if len(look.sequence):
                strong = above_threshold(look)
                if not strong.all():
                    state.below += int((~strong).sum())
                    look = select(look, strong)
                probability = false_alarm_probability(look)
            declared = Detections(look=look, false_alarm_probability=probability)
            outputs.append(Output(declared, look.look_until_ns, (item.id,)))
        return state, outputs


def above_threshold(look: Observation) -> np.ndarray:
    """Mask (n,) of the rows at or above the sensor's stated threshold."""
    if isinstance(look, InfraredLook):
        return look.snr >= look.threshold_snr
    return look.snr_db >= look.threshold_snr_db


def false_alarm_probability(look: Observation) -> FloatArray:
    """Probability (n,) that noise alone reaches a detection's signal-to-noise ratio in one resolution cell.

    Gaussian noise of a matched filter for infrared; exponential power for radar (Richards 2014, ch. 6).
    """
    if isinstance(look, InfraredLook):
        return np.array([0.5 * math.erfc(s / math.sqrt(2.0)) for s in look.snr])
    return np.exp(-(10.0 ** (look.snr_db / 10.0)))
