import numpy as np
import pytest

from launchwatch.messages.items import Item
from launchwatch.messages.observations import Admitted
from launchwatch.processing.detections.stage import DetectionsStage, false_alarm_probability
from unit.processing.made import T0, infrared, radar


def test_rows_below_the_threshold_of_the_sensor_are_left_out_and_counted() -> None:
    stage = DetectionsStage()
    looks = [infrared([1, 2, 3], snr=[5.9, 6.0, 20.0]), radar([7, 8], [12.9, 13.0]), infrared([])]
    items = [Item(f"observations/{k}", T0, Admitted(look=look, sender=None)) for k, look in enumerate(looks)]
    state, outputs = stage.step(stage.start(), items, T0)
    assert [output.payload.look.sequence.tolist() for output in outputs] == [[2, 3], [8], []]
    assert [len(output.payload.false_alarm_probability) for output in outputs] == [2, 1, 0]
    assert state.below == 2
    assert [output.lineage for output in outputs] == [(item.id,) for item in items]


def test_false_alarm_probabilities_of_noise_alone() -> None:
    # One-sided tail of a Gaussian at three sigma, and exp(-10) for ten times the mean power.
    assert false_alarm_probability(infrared([1], snr=[3.0]))[0] == pytest.approx(1.349898e-3, rel=1e-6)
    assert false_alarm_probability(radar([1], [10.0]))[0] == pytest.approx(np.exp(-10.0), rel=1e-12)
