"""US Standard Atmosphere 1976, values of its tables (NOAA, NASA and USAF, 1976)."""

import numpy as np

from launchwatch.physics.atmosphere import density, pressure, speed_of_sound

# the bar of all tables: the printed digits and the rounding of the tabulated heights
RTOL = 1e-3


def test_pressure() -> None:
    heights = [0.0, 11_019.0, 20_063.0, 32_162.0, 47_350.0, 51_413.0, 71_802.0, 86_000.0]
    table = [101_325.0, 22_632.0, 5_475.0, 868.0, 110.91, 66.93, 3.956, 0.3734]
    np.testing.assert_allclose(pressure(heights), table, rtol=RTOL)


def test_density_below_86_km() -> None:
    heights = [0.0, 5_000.0, 10_000.0, 20_000.0, 30_000.0, 50_000.0, 70_000.0]
    table = [1.2250, 0.73643, 0.41351, 0.088910, 0.018410, 1.0269e-3, 8.2829e-5]
    np.testing.assert_allclose(density(heights), table, rtol=RTOL)


def test_density_of_the_thermosphere() -> None:
    heights = [100e3, 120e3, 150e3, 200e3, 300e3, 500e3]
    table = [5.604e-7, 2.222e-8, 2.076e-9, 2.541e-10, 1.916e-11, 5.215e-13]
    np.testing.assert_allclose(density(heights), table, rtol=RTOL)


def test_speed_of_sound() -> None:
    np.testing.assert_allclose(
        speed_of_sound([0.0, 5_000.0, 11_019.0, 30_000.0]), [340.29, 320.55, 295.07, 301.71], rtol=RTOL
    )
