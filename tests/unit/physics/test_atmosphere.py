import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from launchwatch.physics import _kernels
from launchwatch.physics.atmosphere import EDGES, G0, GAMMA, R_AIR, TABLE, density, pressure, speed_of_sound


def test_shapes() -> None:
    assert TABLE.shape == (14, 8)
    assert EDGES.shape == (13,)
    assert density(np.zeros((2, 3))).shape == (2, 3)


@pytest.mark.parametrize("quantity", [density, pressure, speed_of_sound])
def test_layers_join(quantity) -> None:
    below, above = quantity(EDGES - 1e-3), quantity(EDGES + 1e-3)
    # one scale height is 5 km and more: 2 mm change the air by less than 4e-7. The standard rounds the
    # geopotential height of 86 km to 84.852 km, which leaves a step of 8e-6 there.
    np.testing.assert_allclose(above, below, rtol=1e-5)


@given(st.floats(0.0, 84_000.0))
def test_hydrostatic(height: float) -> None:
    step = 1.0
    slope = (pressure(height + step) - pressure(height - step)) / (2.0 * step)
    gravity = G0 * (6_356_766.0 / (6_356_766.0 + height)) ** 2
    # the kink of the temperature, where a layer ends within the step
    assert slope == pytest.approx(-float(density(height)) * gravity, rel=1e-5)


@given(st.floats(0.0, 84_000.0))
def test_ideal_gas(height: float) -> None:
    temperature = speed_of_sound(height) ** 2 / (GAMMA * R_AIR)
    assert pressure(height) == pytest.approx(density(height) * R_AIR * temperature, rel=1e-12)


@given(st.floats(-500.0, 2e6))
def test_kernel_agrees(height: float) -> None:
    ours = _kernels.air(height, TABLE, EDGES)
    theirs = density(height), pressure(height), speed_of_sound(height)
    # exp(n log x) against x**n, with n up to 34
    np.testing.assert_allclose(ours, theirs, rtol=1e-12)
