"""Detection probabilities against other codes, closed forms, published formulas and drawn echoes."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.special import gammaincc
from scipy.stats import gamma, ncx2

from launchwatch.physics.radar import decibels, ratio
from launchwatch.physics.swerling import (
    detection_probability,
    false_alarm_probability,
    received_power,
    required_snr,
    threshold_of,
)

PULSES = (1, 3, 10, 100)
SNR = np.array([0.0, 0.01, 0.3, 1.0, 10.0, 100.0])


@pytest.mark.parametrize("pulses", PULSES)
def test_thresholds_give_their_false_alarms(pulses: int) -> None:
    for probability in (1e-12, 1e-6, 0.1):
        threshold = threshold_of(probability, pulses)
        assert gammaincc(pulses, threshold) == pytest.approx(probability, rel=1e-9)  # SciPy's own precision
        assert false_alarm_probability(threshold, pulses) == pytest.approx(probability, rel=1e-9)


@pytest.mark.parametrize("pulses", PULSES)
def test_steady_target_against_the_non_central_chi_squared(pulses: int) -> None:
    threshold = threshold_of(1e-6, pulses)
    other = ncx2.sf(2.0 * threshold, 2 * pulses, np.maximum(2.0 * pulses * SNR, 1e-12))
    # 1e-9: SciPy's (Boost) is good to about 1e-10
    np.testing.assert_allclose(detection_probability(SNR, threshold, pulses, 0), other, atol=1e-9)


@pytest.mark.parametrize("case", [1, 2, 3, 4])
@pytest.mark.parametrize("pulses", [1, 3, 10])
def test_fluctuating_target_against_the_mean_over_its_cross_sections(case: Any, pulses: int) -> None:
    threshold = threshold_of(1e-6, pulses)
    shape = {1: 1.0, 2: pulses, 3: 2.0, 4: 2.0 * pulses}[case]
    for snr in (0.3, 1.0, 10.0, 100.0):
        missed = sum(
            quad(
                lambda g, snr=snr: (
                    ncx2.cdf(2 * threshold, 2 * pulses, 2 * pulses * snr * g) * gamma.pdf(g, shape, 0, 1 / shape)
                ),
                *span, limit=200, epsabs=1e-10,
            )[0]
            for span in ((0.0, 0.1), (0.1, 1.0), (1.0, 10.0), (10.0, np.inf))
        )  # fmt: skip
        # 1e-7 of the quadrature
        assert float(detection_probability(snr, threshold, pulses, case)) == pytest.approx(1.0 - missed, abs=1e-7)


@given(snr_db=st.floats(-10.0, 40.0), threshold_db=st.floats(5.0, 15.0))
def test_one_pulse_in_closed_form(snr_db: float, threshold_db: float) -> None:
    s, v = float(ratio(snr_db)), float(ratio(threshold_db))
    for case in (1, 2):
        assert float(detection_probability(s, v, 1, case)) == pytest.approx(np.exp(-v / (1.0 + s)), abs=1e-12)
    dominant = np.exp(-v / (1.0 + 0.5 * s)) * (1.0 + 0.5 * s * v / (1.0 + 0.5 * s) ** 2)
    assert float(detection_probability(s, v, 1, 3)) == pytest.approx(dominant, abs=1e-12)


def test_published_required_snr() -> None:
    # Pd 0.9, Pfa 1e-6: one decimal in the tables of Meyer and Mayer (1973); 13.18349 dB is from another open code
    for case, snr_db in ((0, 13.2), (1, 21.1), (3, 17.3)):
        assert decibels(required_snr(0.9, 1e-6, 1, case)) == pytest.approx(snr_db, abs=0.06)
    assert decibels(required_snr(0.9, 1e-6, 1, 0)) == pytest.approx(13.183490056794, abs=1e-9)


@pytest.mark.parametrize("pulses", [1, 10, 100])
@pytest.mark.parametrize("detection", [0.5, 0.7, 0.9])
@pytest.mark.parametrize("false_alarm", [1e-7, 1e-5, 1e-3])
def test_against_albersheim(pulses: int, detection: float, false_alarm: float) -> None:
    a, b = np.log(0.62 / false_alarm), np.log(detection / (1.0 - detection))
    fit = -5.0 * np.log10(pulses) + (6.2 + 4.54 / np.sqrt(pulses + 0.44)) * np.log10(a + 0.12 * a * b + 1.7 * b)
    # 0.2 dB that the formula claims (Albersheim, 1981), and 0.1 dB: it is for a linear detector
    assert decibels(required_snr(detection, false_alarm, pulses, 0)) == pytest.approx(fit, abs=0.3)


@pytest.mark.parametrize("case", [0, 1, 2, 3, 4])
@pytest.mark.parametrize("pulses", [1, 10, 30])
@pytest.mark.parametrize("detection", [0.2, 0.5, 0.9])
def test_against_shnidman(case: Any, pulses: int, detection: float) -> None:
    # 0.5 dB that the formula claims (Shnidman, 2002)
    fit = shnidman_db(detection, 1e-6, pulses, case)
    assert decibels(required_snr(detection, 1e-6, pulses, case)) == pytest.approx(fit, abs=0.5)


def shnidman_db(detection: float, false_alarm: float, n: int, case: int) -> float:
    """Shnidman's empirical formula, IEEE Trans. AES 38 (2002)."""
    k = {0: np.inf, 1: 1.0, 2: n, 3: 2.0, 4: 2.0 * n}[case]
    alpha = 0.0 if n < 40 else 0.25
    eta = np.sqrt(-0.8 * np.log(4 * false_alarm * (1 - false_alarm))) + np.sign(detection - 0.5) * np.sqrt(
        -0.8 * np.log(4 * detection * (1 - detection))
    )
    steady = eta * (eta + 2.0 * np.sqrt(n / 2.0 + (alpha - 0.25)))
    c1 = (((17.7006 * detection - 18.4496) * detection + 14.5339) * detection - 3.525) / k
    c2 = (
        np.exp(27.31 * detection - 25.14) + (detection - 0.8) * (0.7 * np.log(1e-5 / false_alarm) + (2 * n - 20) / 80.0)
    ) / k
    c = c1 if detection <= 0.872 else c1 + c2
    return float(10.0 * np.log10(10.0 ** (c / 10.0) * steady / n))


@pytest.mark.parametrize("case", [0, 1, 2, 3, 4])
def test_against_drawn_echoes(case: Any) -> None:
    n = 200_000
    uniforms = np.random.default_rng(6).random((n, 3))
    threshold = float(ratio(10.0))
    for snr_db in (0.0, 5.0, 10.0, 13.0, 20.0):
        snr = float(ratio(snr_db))
        expected = float(detection_probability(snr, threshold, 1, case))
        drawn = received_power(np.full(n, snr), case, uniforms)
        # four standard errors of a binomial, and of a mean whose deviation is below 1 + snr
        counted = np.mean(drawn >= threshold)
        assert counted == pytest.approx(expected, abs=4.0 * np.sqrt(expected * (1.0 - expected) / n) + 1e-9)
        assert drawn.mean() == pytest.approx(1.0 + snr, abs=4.0 * (1.0 + snr) / np.sqrt(n))


@given(
    snr=st.floats(0.0, 300.0), pulses=st.integers(1, 60), case=st.sampled_from([0, 1, 2, 3, 4]),
    false_alarm=st.floats(1e-10, 0.5),
)  # fmt: skip
def test_probability_lies_between_false_alarm_and_one_and_rises(
    snr: float, pulses: int, case: Any, false_alarm: float
) -> None:
    threshold = threshold_of(false_alarm, pulses)
    less, more = detection_probability(np.array([snr, 1.1 * snr + 0.01]), threshold, pulses, case)
    assert false_alarm - 1e-9 <= less <= more + 1e-12
    assert more <= 1.0


@pytest.mark.parametrize("probability", [0.0, 1.0, -1.0])
def test_a_probability_outside_is_refused(probability: float) -> None:
    with pytest.raises(ValueError, match="must lie between 0 and 1"):
        threshold_of(probability)
    with pytest.raises(ValueError, match="write 0 < false alarm < detection < 1"):
        required_snr(0.5, probability)
