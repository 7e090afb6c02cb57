"""Two estimates of one launch: an estimate that ran away says nothing of the other."""

import msgspec
import numpy as np
import pytest

from launchwatch.processing.motion.launches import bounded, fuse_launches
from unit.processing.made import launch_fit


@pytest.mark.parametrize("spread", [np.diag([1e38, 1e38, 1.0, 1.0]), np.full((4, 4), np.nan), np.ones((4, 4))])
def test_a_covariance_without_meaning_is_left_out(spread: np.ndarray) -> None:
    known, lost = launch_fit(), msgspec.structs.replace(launch_fit(lat_deg=10.0), covariance=spread)
    assert bounded(known.covariance)
    assert not bounded(spread)
    assert fuse_launches(known, lost) is known
    assert fuse_launches(lost, known) is known
