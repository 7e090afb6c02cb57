"""Ranges of a radar with the published figures of PAVE PAWS, and how high its horizon lies.

Figures: NRC, "An Assessment of Potential Health Effects from Exposure to PAVE PAWS" (2005) for the array and the pulse;
582 kW peak and 146 kW mean power, gain 38.6 dB as commonly quoted; 450 K, losses 6 and 8 dB assumed.
"""

import numpy as np

from launchwatch.physics.radar import SPEED_OF_LIGHT, ratio, search_range, track_range
from launchwatch.physics.visibility import horizon_height

NOISE_K, SNR = 450.0, float(ratio(13.0))


def test_track_range_of_one_pulse() -> None:
    ranges = track_range(
        582e3 * 16e-3,
        float(ratio(38.6)),
        SPEED_OF_LIGHT / 435e6,
        [0.01, 0.1, 1.0, 10.0],
        NOISE_K,
        float(ratio(6.0)),
        SNR,
    )
    # 3 %: figures are rounded to 10 km, and the frequency within 420-450 MHz is open
    np.testing.assert_allclose(ranges, [1240e3, 2210e3, 3930e3, 6980e3], rtol=0.03)


def test_search_range_of_a_fence() -> None:
    fence_sr = np.radians(120.0) * np.radians(3.0)
    aperture_m2 = np.pi / 4.0 * 22.1**2
    ranges = search_range(146e3, aperture_m2, [0.1, 1.0, 10.0], float(fence_sr), 2.0, NOISE_K, float(ratio(8.0)), SNR)
    # 3 %: figures are rounded to 10 km
    np.testing.assert_allclose(ranges, [1790e3, 3190e3, 5670e3], rtol=0.03)


def test_horizon_at_three_degrees() -> None:
    heights = horizon_height(np.array([1000e3, 2000e3, 3000e3, 4000e3, 5000e3]), 3.0)
    # 1 %: figures are rounded to 1 km
    np.testing.assert_allclose(heights, [130e3, 406e3, 812e3, 1327e3, 1931e3], rtol=0.01)
