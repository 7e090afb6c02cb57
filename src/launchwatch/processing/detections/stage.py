"""The detections stage: keeps what is above its sensor's threshold and says how often noise alone would be.

Where it knows what is in orbit, it takes plots of known objects out, and tells those that come down as re-entries.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from launchwatch.core.arrays import FloatArray
from launchwatch.messages.detections import Detections
from launchwatch.messages.items import Item, Output
from launchwatch.messages.observations import Admitted, InfraredLook, Observation, RadarLook
from launchwatch.processing.detections.moon import from_the_moon
from launchwatch.processing.detections.state import DetectionsState
from launchwatch.processing.motion.measurements import select

if TYPE_CHECKING:
    from launchwatch.processing.detections.known import KnownObjects


class DetectionsStage:
    """Admitted observations in, detections and re-entries out (a stage of `launchwatch.ports`).

    Parameters
    ----------
    known : what is in orbit, by a catalogue of elements; None: nothing is known, and every plot passed on.
    moon : whether plots from where the Moon stands are put aside.
    """

    topic = "detections"
    consumes: tuple[type, ...] = (Admitted,)

    def __init__(self, known: KnownObjects | None = None, moon: bool = True) -> None:
        self.known, self.moon = known, moon

    def start(self) -> DetectionsState:
        """A stage that has seen nothing."""
        return DetectionsState(0, 0, {}, {}, {})

    def due(self, state: DetectionsState) -> int | None:
        """It has no timers."""
        return None

    def step(self, state: DetectionsState, inputs: Sequence[Item], now: int) -> tuple[DetectionsState, list[Output]]:
        """Declare detections; a look without any is passed on, for silence is evidence."""
        outputs = []
        for item in inputs:
            look, probability, plots = item.payload.look, np.empty(0), None
            if len(look.sequence):
                strong = above_threshold(look)
                if not strong.all():
                    state.below += int((~strong).sum())
                    look = select(look, strong)
                if self.moon and isinstance(look, RadarLook):
                    echoes = from_the_moon(look)
                    if echoes.any():
                        state.moon += int(echoes.sum())
                        look = select(look, ~echoes)
                if self.known is not None:
                    from launchwatch.processing.detections.sorting import sort_out

                    look, plots, reentries = sort_out(self.known, state, look)
                    outputs += [Output(told, told.last_ns, (item.id,)) for told in reentries]
                probability = false_alarm_probability(look)
            declared = Detections(look=look, false_alarm_probability=probability, known=plots)
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
