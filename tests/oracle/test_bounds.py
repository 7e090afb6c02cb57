"""Our simulator's Cramer-Rao bound on a still, airless sphere against one computed with another integrator.

The figures were printed by a program of numpy alone: a Runge-Kutta flight in steps of 0.05 s, two geostationary sensors
at 20 and 80 deg E, unknowns north, east, lift-off, azimuth, tip-over and thrust.
"""

import generic_flights
import numpy as np
import pytest

RTOL = 0.05  # asked for; the printed digits and the other program's steps leave 1 to 3 %

# case, sigma urad, period s, bias urad, part of the burn seen;
# launch km x2, lift-off s, azimuth deg, burnout m and m/s, impact km x2
FIGURES = [
    ("SRBM", 20, 1, 0, 1.0, (0.30, 0.25, 0.50, 1.80, 1143, 52.2, 13.3, 10.0)),
    ("SRBM", 20, 10, 0, 1.0, (0.82, 0.61, 2.57, 4.36, 5686, 225.4, 59.8, 23.5)),
    ("SRBM", 20, 1, 20, 1.0, (0.76, 0.69, 0.59, 1.86, 1549, 54.3, 14.7, 10.5)),
    ("SRBM", 20, 1, 0, 0.6, (1.93, 1.25, 4.68, 38.60, 16221, 764.7, 221.0, 113.7)),
    ("MRBM", 20, 1, 0, 1.0, (0.20, 0.15, 1.13, 0.44, 3252, 89.1, 57.9, 6.8)),
    ("MRBM", 50, 1, 0, 1.0, (0.49, 0.38, 2.58, 1.08, 7434, 204.1, 132.2, 17.0)),
    ("MRBM", 20, 1, 20, 1.0, (0.75, 0.66, 2.31, 0.44, 6362, 168.8, 115.2, 7.2)),
    ("ICBM", 20, 1, 0, 1.0, (0.10, 0.09, 0.19, 0.06, 1091, 21.0, 77.1, 6.0)),
    ("ICBM", 20, 10, 0, 1.0, (0.33, 0.27, 0.95, 0.18, 5530, 103.1, 397.2, 19.1)),
    ("ICBM", 20, 1, 20, 1.0, (0.69, 0.65, 0.19, 0.06, 1455, 21.6, 77.1, 6.3)),
]


@pytest.mark.parametrize(("name", "sigma_urad", "period_s", "bias_urad", "part", "figures"), FIGURES)
def test_bound(
    name: str, sigma_urad: float, period_s: float, bias_urad: float, part: float, figures: tuple[float, ...]
) -> None:
    got = generic_flights.bound(
        generic_flights.GENERIC[name], True, sigma_urad * 1e-6, period_s, bias_urad * 1e-6, part
    )
    launch, impact = (1e-3 * np.sqrt(np.linalg.eigvalsh(c)[::-1]) for c in (got.launch, got.impact))
    position, velocity = np.sqrt(np.trace(got.burnout[:3, :3])), np.sqrt(np.trace(got.burnout[3:, 3:]))
    ours = (*launch, got.liftoff_s, got.azimuth_deg, position, velocity, *impact)
    for value, figure, digit in zip(ours, figures, (0.005, 0.005, 0.005, 0.005, 0.5, 0.05, 0.05, 0.05), strict=True):
        assert value == pytest.approx(figure, rel=RTOL, abs=digit)  # or half a printed digit
