"""Black bodies against the law's integral and published fractions."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad

from launchwatch.physics.blackbody import SECOND_RADIATION_UM_K, band_fraction


@pytest.mark.parametrize(
    ("below_um_k", "fraction"),
    [(1000.0, 0.000321), (2000.0, 0.066728), (2898.0, 0.250108), (4000.0, 0.480877), (6000.0, 0.737818)],
)
def test_published_fractions(below_um_k, fraction):
    """Incropera and DeWitt, blackbody radiation functions, six decimals; the constant c2 moved since by 2e-5."""
    assert band_fraction((1e-3, below_um_k / 1000.0), 1000.0) == pytest.approx(fraction, rel=1e-4, abs=5e-7)


@given(st.floats(0.5, 10.0), st.floats(1.01, 2.0), st.floats(300.0, 30_000.0))
def test_the_series_is_the_integral_of_the_law(short_um, ratio, kelvin):
    def planck(x: float) -> float:
        return x**3 / np.expm1(x) * 15.0 / np.pi**4

    high, low = (SECOND_RADIATION_UM_K / (um * kelvin) for um in (short_um, short_um * ratio))
    # quad is good to 1e-10 here, the series to 1e-6 of the whole at its worst end
    assert band_fraction((short_um, short_um * ratio), kelvin) == pytest.approx(quad(planck, low, high)[0], abs=1e-6)
