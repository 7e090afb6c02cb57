"""Stated errors beside those that were: of drawn states that are honest, and of states that are not."""

from __future__ import annotations

import math

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chi2

from launchwatch.core.geodesy import direct, itrf_from_geodetic
from launchwatch.evaluation.consistency import CHI2_95_6D, OF_IT_M, consistency, ground_error
from launchwatch.messages.envelope import Envelope
from launchwatch.processing.assessments.impact import ground_point
from unit.control.made import ground_point as round_point
from unit.evaluation.test_picture import START, flight, said
from unit.processing.made import T0

COUNT = 400
SIGMA = np.array([300.0, 300.0, 300.0, 5.0, 5.0, 5.0])


def drawn(said_sigma: float) -> list[Envelope]:
    """Versions of an event whose states scatter about a true one, with errors stated so many times as large."""
    rng = np.random.default_rng(3)
    outputs = []
    for error in rng.normal(size=(COUNT, 6)) * SIGMA:
        envelope = said("jp-1", 0.0, START + error)
        preferred = msgspec.structs.replace(
            envelope.payload.preferred, covariance=np.diag((said_sigma * SIGMA) ** 2)
        )
        payload = msgspec.structs.replace(envelope.payload, preferred=preferred)
        outputs.append(msgspec.structs.replace(envelope, payload=payload))
    return outputs


@pytest.mark.parametrize("said_sigma", [1.0, 2.0, 0.5])
def test_states_drawn_about_the_truth(said_sigma: float) -> None:
    """Of errors as large as stated 95 % lie inside and NEES is 6; of others as the chi-squared distribution has it."""
    found = consistency(drawn(said_sigma), [flight()], {})["nees_6"]
    assert found["of"] == COUNT
    # four standard deviations of the mean of as many draws
    assert found["mean"] == pytest.approx(6.0 / said_sigma**2, rel=4.0 * np.sqrt(2.0 / (6.0 * COUNT)))
    share = chi2.cdf(said_sigma**2 * CHI2_95_6D, 6)
    assert abs(found["inside_95"] - share) <= 4.0 * np.sqrt(share * (1.0 - share) / COUNT)


def test_a_state_of_nothing_is_not_counted() -> None:
    far = START + np.array([2.0 * OF_IT_M, 0.0, 0.0, 0.0, 0.0, 0.0])
    assert consistency([said("jp-1", 0.0, far)], [flight()], {})["nees_6"]["of"] == 0


def test_a_ground_point_against_a_geodesic() -> None:
    """Distance along the ground; containment is that of the ellipse."""
    place = itrf_from_geodetic(40.0, 126.0, 0.0)
    point = ground_point(place, 0, 1.0, np.diag([1e3, 2e3]) ** 2)
    for azimuth, far, inside in ((90.0, 2.4e3, True), (90.0, 2.5e3, False), (0.0, 4.8e3, True), (0.0, 5.0e3, False)):
        error = ground_error(point, direct(40.0, 126.0, azimuth, far))
        assert error is not None
        assert error.km == pytest.approx(far / 1e3, abs=1e-4)
        assert error.inside is inside
        assert error.nees == pytest.approx((far / (1e3 if azimuth else 2e3)) ** 2, rel=2e-3)  # of a plane on a sphere
    assert ground_error(None, (40.0, 126.0)) is None
    assert ground_error(point, None) is None


@given(north=st.floats(-0.5, 0.5), east=st.floats(-0.5, 0.5))
def test_errors_agree_with_each_other(north: float, east: float) -> None:
    point = round_point(40.0, 126.0, T0, sigma_m=20e3)
    found = ground_error(point, (40.0 + north, 126.0 + east))
    assert found is not None
    # A round ellipse: distance over sigma squared is the NEES, but for the Earth's bulge over some 70 km.
    assert found.nees == pytest.approx((found.km / 20.0) ** 2, rel=1e-3, abs=1e-3)
    if not math.isclose(found.nees, 5.991, abs_tol=1e-3):
        assert found.inside is (found.nees < 5.991)
